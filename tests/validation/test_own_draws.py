"""What chips and units have of their own, against draws of a whole fleet of chips."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from hashheat.components.miner import Miner
from hashheat.validation.comparison import Errors, compare
from hashheat.validation.own_draws import chip_draws, chip_rise, own_of_mean
from hashheat.validation.unit_model import UnitModel

_spec = importlib.util.spec_from_file_location("field_data", Path(__file__).parent / "field_data.py")
field_data = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(field_data)

R, SPREAD = 0.8, 0.2


@pytest.fixture(scope="module")
def model():
    shipped = Miner.named("canaan-a1566ha-500t")
    given = {"chips__junction_to_plate": R, "chips__chip_spread": SPREAD}
    miner = field_data.coarse(field_data.settled(shipped, **given))
    n, boards, chips = 2, miner.device.boards.count, miner.device.chips.count
    data = xr.Dataset(
        {
            "T_in": (("time", "unit"), np.full((n, 1), 330.0)),
            "volume_flow": (("time", "unit"), np.full((n, 1), 1.5e-4)),
            "power_dc": (("time", "unit"), [[6400.0], [3200.0]]),
            "T_chip": (("time", "unit", "board", "chip"), np.full((n, 1, boards, chips), 350.0)),
        },
        {"time": [0.0, 1.0], "unit": ["a"]},
    )
    return UnitModel.of(miner, data, chip_order="rows")


def test_draws_are_those_of_chips_drawn_one_by_one(model):
    """20000 boards of chips with a rise of their own each."""
    device = model.miner.device
    each = np.array([6400.0, 3200.0]) / (device.boards.count * device.chips.count)
    assert chip_rise(model) == pytest.approx(R * each)
    drawn = 1.0 + SPREAD * np.random.default_rng(2).standard_normal((20_000, device.chips.count))
    found = chip_draws(model, ("T_out", "T_chip", "T_chip_mean", "T_chip_max"))
    assert "T_out" not in found
    for name, value in (
        ("T_chip", drawn[:, 0]),
        ("T_chip_mean", drawn.mean(axis=1)),
        ("T_chip_max", drawn.max(axis=1)),
    ):
        rises = R * each[:, None] * value
        for point in range(2):
            assert found[name][point].ravel() == pytest.approx(rises[point].std(), rel=0.03)
    assert found["T_chip"].shape == (2, device.boards.count, device.chips.count)


def test_draws_for_good_average_over_boards_and_units_and_not_over_time():
    """Three units of 5, 5 and 10 records, four boards: each board's draw and each unit's, by 40000 draws."""
    member = np.repeat([0, 1, 2], [5, 5, 10])
    rng = np.random.default_rng(3)
    chip, unit = rng.uniform(0.5, 1.5, (20, 4)), rng.uniform(1.0, 2.0, (20, 4))
    share = np.full((20, 4), 1.0 / 80.0)
    boards, units = rng.standard_normal((40_000, 3, 4)), rng.standard_normal((40_000, 3))
    moved = chip * boards[:, member] + unit * units[:, member, None]
    assert own_of_mean(chip, unit, share, member) == pytest.approx(
        (moved * share).sum(axis=(1, 2)).std(), rel=0.02
    )


@pytest.mark.parametrize("units", [2, 4, 12])
def test_a_spread_between_units_is_counted_once(units):
    """Right model, units that differ as stated: the mean error in its standard uncertainties has a spread of 1.

    Counted twice, it would be 0.7; left to the scatter of two units alone, the interval would be too narrow too
    often. 2000 seeded campaigns of 8 records a unit.
    """
    rng, stated, noise, records = np.random.default_rng(units), 1.0, 0.3, 8
    z, inside = [], 0
    for _ in range(2000):
        off = np.repeat(stated * rng.standard_normal(units), records)
        error = off + noise * rng.standard_normal(off.size)
        found = compare(
            "T_chip_mean",
            Errors(
                predicted=350.0 + error,
                measured=np.full(error.size, 350.0),
                zero=np.full(error.size, 300.0),
                unit=np.repeat(np.arange(units), records),
                u_num=0.0,
                u_input=np.full(error.size, stated),
                u_input_mean=0.0,
                u_systematic=np.zeros(error.size),
                u_random=np.full(error.size, noise),
                u_own=stated / np.sqrt(units),
            ),
        )
        z.append(found.bias / found.u_bias)
        inside += abs(found.bias) <= found.interval
    # The larger of what is seen and what is stated is a little too wide, the more so the fewer units.
    assert 0.78 < np.std(z) < 1.02
    assert 0.94 <= inside / 2000
