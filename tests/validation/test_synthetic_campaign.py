"""A campaign that says what it is, repeats by its seed, and holds the truth that was put in."""

import importlib.util
from pathlib import Path

import numba
import numpy as np
import pytest

from hashheat.components.miner import Miner
from hashheat.thermo.errors import InputError
from hashheat.validation.campaign_files import (
    EXAMPLE_DEVICE,
    EXAMPLE_INSTRUMENTS,
    campaign_writers,
    column_map,
    example_truth,
)
from hashheat.validation.field_case import read_field_case
from hashheat.validation.instruments import parse_instruments
from hashheat.validation.readers.schema import check_schema
from hashheat.validation.synthetic_campaign import CampaignTruth, drawn_truth, synthetic_campaign
from hashheat.validation.unit_model import UnitModel

_spec = importlib.util.spec_from_file_location("field_data", Path(__file__).parent / "field_data.py")
field_data = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(field_data)

NAME = "canaan-a1566ha-500t"
INTERPRETED = bool(numba.config.DISABLE_JIT)
POINTS = 12 if INTERPRETED else 24


@pytest.fixture(scope="module")
def miner():
    shipped = Miner.named(NAME)
    return field_data.coarse(shipped) if INTERPRETED else shipped


@pytest.fixture(scope="module")
def data(miner):
    return synthetic_campaign(miner, example_truth(), points=POINTS, seed=3)


def test_it_keeps_the_schema_and_says_that_it_was_not_measured(data):
    check_schema(data)
    assert data.attrs["synthetic"] == 1
    assert "not measured" in data.attrs["source"]
    assert data.attrs["true.chips.junction_to_plate"] == 0.62
    assert list(data["status"].values[:5, 0]) == ["standby"] * 4 + ["mining"]


def test_the_seed_gives_the_same_campaign_and_another_one_another(miner, data):
    again = synthetic_campaign(miner, example_truth(), points=POINTS, seed=3)
    other = synthetic_campaign(miner, example_truth(), points=POINTS, seed=4)
    assert again.identical(data)
    assert not np.allclose(other["T_out"].values[4:], data["T_out"].values[4:])


def test_the_model_at_the_truth_leaves_nothing_but_the_stated_noise(miner, data):
    truth = example_truth()
    model = UnitModel.of(miner, data, chip_order="rows")
    readings = {k: v for k, v in truth.readings.items() if k != "factor.power_ac"}
    found = model.predict(dict(truth.device) | readings).values
    left = model.measured["T_out"] - found["T_out"][0]
    # Noise of both sensors, of flow and of power on a rise of some 10 K.
    expected = np.hypot(np.hypot(0.03, 0.03), 10.0 * np.hypot(0.004, 0.003))
    assert abs(left.mean()) < 4.0 * expected / np.sqrt(left.size)
    assert left.std() < 2.0 * expected
    chips = model.measured["T_chip"] - found["T_chip"][0]
    # Own resistance of each chip (6 % of some 7 K), noise, and rounding to 1 K.
    assert chips.std() == pytest.approx(np.sqrt(0.45**2 + 0.5**2 + 1.0 / 12.0), rel=0.15)
    assert chips.mean() == pytest.approx(0.0, abs=0.1)


def test_wrong_truths_are_refused(miner):
    with pytest.raises(InputError, match="no such error"):
        synthetic_campaign(miner, CampaignTruth(readings={"offset.T_wall": 1.0}))
    with pytest.raises(InputError, match="too few points"):
        synthetic_campaign(miner, CampaignTruth(), points=3)


def test_drawn_truths_have_the_spread_that_is_stated(miner):
    stated = parse_instruments({"volume_flow": {"bias": "2 %", "noise": "0.5 %"}, "T_out": "0.2 K"})
    drawn = [drawn_truth(miner, stated, ("chips.junction_to_plate",), seed) for seed in range(400)]
    flow = np.array([t.readings["factor.volume_flow"] for t in drawn])
    R = np.array([t.device["chips.junction_to_plate"] for t in drawn])
    assert flow.mean() == pytest.approx(1.0, abs=0.004)
    assert flow.std() == pytest.approx(0.02, rel=0.15)
    assert 0.3 <= R.min() < 0.33 < 1.17 < R.max() <= 1.2
    assert drawn[0].noise["volume_flow"] == 0.005


def test_files_read_back_as_what_was_written(miner, tmp_path):
    from hashheat.components.miner_file import LIBRARY

    for name, write in campaign_writers(miner, LIBRARY / f"{NAME}.toml", points=12, seed=5).items():
        write(tmp_path / name)
    case = read_field_case(tmp_path / "data.csv", tmp_path / "columns.toml")
    made = synthetic_campaign(miner, example_truth(), points=12, seed=5)
    assert case.chip_order == "rows"
    assert case.data.attrs["synthetic"] == 1
    assert set(case.instruments) == set(EXAMPLE_INSTRUMENTS)
    for name in ("T_in", "T_out", "T_chip", "volume_flow", "power_dc", "power_ac", "T_ambient"):
        np.testing.assert_allclose(case.data[name].values, made[name].values, atol=1e-9, rtol=1e-12)
    np.testing.assert_array_equal(case.data["time"].values, made["time"].values)
    assert "synthetic" in column_map()
    text = (tmp_path / "truth.toml").read_text(encoding="utf-8")
    assert f"{EXAMPLE_DEVICE['chips.junction_to_plate']}" in text


def test_tables_that_are_not_about_columns_are_checked_too(tmp_path):
    for changed, message in (
        (('order = "rows"', 'order = "spiral"'), "unknown order"),
        (('order = "rows"', 'orders = "rows"'), "unknown key"),
        (('bias = "0.1 K"', 'bias = "0.1 bar"'), "instruments.T_in.bias"),
    ):
        text = column_map()
        assert changed[0] in text
        (tmp_path / "columns.toml").write_text(text.replace(*changed), encoding="utf-8")
        with pytest.raises(InputError, match=message) as error:
            read_field_case(tmp_path / "data.csv", tmp_path / "columns.toml")
        assert error.value.file.endswith("columns.toml")
