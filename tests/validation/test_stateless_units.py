"""Records without a steady state before anything is fitted: which are left out, and when the whole unit."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from hashheat.components.miner import Miner
from hashheat.validation.condensed_points import condense
from hashheat.validation.stateless_units import Stateless, without_stateless
from hashheat.validation.unit_constants import device_constant
from hashheat.validation.unit_model import UnitModel

_spec = importlib.util.spec_from_file_location("field_data", Path(__file__).parent / "field_data.py")
field_data = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(field_data)

pytestmark = pytest.mark.usefixtures("one_thread")


def condensed(flows):
    """Three units with these flows at every record [m3/s]."""
    miner = field_data.quick(Miner.named("canaan-a1566ha-500t"))
    shape = np.shape(flows)
    data = xr.Dataset(
        {
            "T_in": (("time", "unit"), np.full(shape, 330.0)),
            "volume_flow": (("time", "unit"), np.asarray(flows)),
            "power_dc": (("time", "unit"), np.full(shape, 7000.0)),
            "T_out": (("time", "unit"), np.full(shape, 340.0)),
        },
        {"time": np.arange(shape[0]), "unit": ["a", "b", "c"]},
    )
    return condense(UnitModel.of(miner, data), 40), device_constant(miner, "chips.junction_to_plate")


def test_what_is_left():
    """Of 12 records: none of a, one of b (8 %), two of c (17 %, more than a tenth) have no steady state."""
    flows = np.full((12, 3), 10.0 / 60e3)
    flows[3, 1] = flows[4:6, 2] = 0.2 / 60e3
    before, constant = condensed(flows)
    after, told = without_stateless(before, (constant,))
    assert told == (Stateless(1, 1, 12, False), Stateless(2, 2, 12, True))
    points = after.model.points
    assert list(np.unique(points.unit)) == [0, 1]
    assert after.records[points.unit == 0].sum() == 12
    assert after.records[points.unit == 1].sum() == 11
    assert (points.volume_flow > 9.0 / 60e3).all()
    assert after.counts["T_out"] == pytest.approx(after.records)
    assert all(len(x) == points.count for x in after.within.values())


def test_a_sound_fleet_stays_as_it_is():
    before, constant = condensed(np.full((3, 3), 10.0 / 60e3))
    after, told = without_stateless(before, (constant,))
    assert after is before
    assert told == ()
