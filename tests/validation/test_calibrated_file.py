"""A calibrated device file reads back as a device, with what was fitted and where it comes from."""

import hashlib
import importlib.util
from datetime import date
from pathlib import Path

import numba
import numpy as np
import pytest
import tomli_w

from hashheat.components.miner import Miner
from hashheat.components.miner_file import LIBRARY
from hashheat.thermo.errors import InputError
from hashheat.validation.calibrated_file import calibrated_record, calibrated_toml
from hashheat.validation.unit_calibration import calibrate_unit

_spec = importlib.util.spec_from_file_location("field_data", Path(__file__).parent / "field_data.py")
field_data = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(field_data)

SHIPPED = LIBRARY / "canaan-a1566ha-500t.toml"
KEYS = ["chips.junction_to_plate", "power.reference_temperature", "power.psu_efficiency", "offset.T_out"]


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("calibrated")
    device = folder / "unit.toml"
    text = SHIPPED.read_text(encoding="utf-8")
    if numba.config.DISABLE_JIT:
        text = field_data.quick_text(text)
    device.write_text(text, encoding="utf-8")
    miner = Miner.named(str(device))
    rng = np.random.default_rng(1)
    exact = field_data.settled(miner, *KEYS)
    quiet = {key: 0.0 for key in field_data.INSTRUMENTS}
    driven = field_data.drivers(rng, 5)
    data = field_data.readings(exact, {KEYS[0]: 0.5}, quiet, field_data.INSTRUMENTS, driven, rng)
    found = calibrate_unit(exact, data, KEYS, instruments=field_data.INSTRUMENTS)
    csv = folder / "data.csv"
    csv.write_bytes(b"time,T_in\n")
    record = calibrated_record(found, device, csv, folder / "out", synthetic=True, day=date(2026, 5, 22))
    path = folder / "new.toml"
    path.write_text(calibrated_toml(record), encoding="utf-8")
    return found, miner, path


def test_fitted_numbers_read_back(written):
    found, before, path = written
    after = Miner.named(str(path))
    for key in KEYS[:3]:
        q = after.quantities[key]
        assert (q.status, q.spread) == ("calibrated", "normal")
        assert q.value == pytest.approx(found.values[key], rel=1e-5)
        assert q.sigma == pytest.approx(found.sigma[key], rel=1e-2)
        assert "SYNTHETIC" in q.source
        assert "2026-05-22" in q.source
    others = {key: q for key, q in before.quantities.items() if key not in KEYS}
    assert {key: q for key, q in after.quantities.items() if key not in KEYS} == others


def test_the_file_says_what_it_was_fitted_to(written):
    found, _, path = written
    told = Miner.named(str(path)).device.calibration
    assert told.data == "data.csv"
    assert told.sha256 == hashlib.sha256(b"time,T_in\n").hexdigest()
    assert told.synthetic
    assert told.fitted == KEYS
    assert told.records == 5
    assert len(told.instruments) == len(found.instruments)
    assert any(line.startswith("T_out: error that stays 0.1 K, noise 0.05 K") for line in told.instruments)
    assert any("volume_flow: error that stays 1 %, noise 0.5 %" in line for line in told.instruments)


def test_a_calibrated_unit_runs(written):
    found, _, path = written
    state = Miner.named(str(path)).solve(343.15, 10 / 60e3)
    assert int(state["status"]) == 0
    assert found.values["chips.junction_to_plate"] == pytest.approx(0.5, rel=0.2)


def test_a_digest_that_is_none_is_refused(written, tmp_path):
    import tomllib

    record = tomllib.loads(written[2].read_text(encoding="utf-8"))
    record["calibration"]["sha256"] = "short"
    path = tmp_path / "bad.toml"
    path.write_text(tomli_w.dumps(record), encoding="utf-8")
    with pytest.raises(InputError) as told:
        Miner.named(str(path))
    assert told.value.key == "calibration.sha256"
