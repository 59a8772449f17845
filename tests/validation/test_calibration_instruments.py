"""Noise and lasting errors that a calibration gives to readings of which little is stated."""

import numpy as np
import pytest
import xarray as xr

from hashheat.components.miner import Miner
from hashheat.validation.calibration_instruments import calibration_instruments
from hashheat.validation.instruments import parse_instruments
from hashheat.validation.unit_model import UnitModel


@pytest.fixture(scope="module")
def miner():
    return Miner.named("canaan-a1566ha-500t")


def field(**more):
    values = {
        "T_in": np.linspace(330.0, 345.0, 4),
        "volume_flow": np.linspace(1.5e-4, 2.2e-4, 4),
        "power_dc": np.linspace(6500.0, 8200.0, 4),
        "T_out": np.full(4, 67.0 + 273.15),
    } | more
    data = {k: (("time", "unit"), v[:, None]) for k, v in values.items()}
    return xr.Dataset(data, {"time": np.arange(4.0), "unit": ["a"]})


def found_for(miner, data, **stated):
    return calibration_instruments(UnitModel.of(miner, data), data, parse_instruments(stated))


def test_readings_that_are_all_alike_are_not_trusted_completely(miner):
    outlet = found_for(miner, field())["T_out"]
    # Written in whole degrees as far as anyone can see.
    assert outlet.systematic == pytest.approx(1.0 / np.sqrt(12.0))
    assert outlet.random == pytest.approx(1.0 / np.sqrt(12.0))


def test_readings_that_are_not_rounded_err_by_what_is_assumed(miner):
    free = 340.0 + np.sqrt(np.array([0.02, 0.13, 0.57, 1.71]))
    outlet = found_for(miner, field(T_out=free))["T_out"]
    assert (outlet.systematic, outlet.random, outlet.status) == (0.1, 0.1, "assumed")


def test_the_least_noise_is_small_beside_the_reading_in_any_unit(miner):
    """1e-5 m^3/s is 0.6 L/min: no floor, but the noise of a bad meter."""
    stated = found_for(miner, field(), volume_flow="+/- 0.03 L/min", power_dc="+/- 0 W")
    assert stated["volume_flow"].random == pytest.approx(0.01 / 6e4)
    assert stated["power_dc"].random == pytest.approx(1e-5 * 7350.0)
    written = found_for(miner, field(volume_flow=np.array([9.0, 9.1, 9.3, 9.4]) / 6e4))["volume_flow"]
    assert written.random == pytest.approx(0.1 / 6e4 / np.sqrt(12.0), rel=1e-6)


def test_an_inlet_read_board_by_board_has_an_instrument(miner):
    data = field()
    data["T_in_board"] = data["T_in"].expand_dims(board=4, axis=2) - 0.002
    alone = data.drop_vars("T_in")
    assert found_for(miner, alone, T_in="+/- 0.3 K")["T_in"].systematic == pytest.approx(0.3)
    assert found_for(miner, alone)["T_in"].status == "assumed"
