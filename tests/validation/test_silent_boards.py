"""Boards that fall silent: the others draw the power, and the outlet sees all of it."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from hashheat.components.miner import Miner
from hashheat.validation.condensed_points import condense
from hashheat.validation.own_draws import chip_rise
from hashheat.validation.silent_boards import LASTING
from hashheat.validation.unit_model import UnitModel

_spec = importlib.util.spec_from_file_location("field_data", Path(__file__).parent / "field_data.py")
field_data = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(field_data)

N, FIRST = 16, 4


@pytest.fixture(scope="module")
def miner():
    return field_data.coarse(field_data.settled(Miner.named("canaan-a1566ha-500t"), chips__chip_spread=0.1))


def field(power, silent=slice(0, 0), board=2, chips=160):
    """Readings of a unit at constant inlet and flow, one board silent over a stretch of records."""
    shape = (N, 1, 4)
    readings = {"T_out_board": np.full(shape, 350.0), "T_chip": np.full((*shape, chips), 360.0)}
    for values in readings.values():
        values[silent, 0, board] = np.nan
    given = {"T_in": 335.0, "volume_flow": 1.7e-4, "T_ambient": 295.0, "T_out": 350.0, "power_dc": power}
    data = {name: (("time", "unit"), np.full((N, 1), x)) for name, x in given.items()}
    data["T_out_board"] = (("time", "unit", "board"), readings["T_out_board"])
    data["T_chip"] = (("time", "unit", "board", "chip"), readings["T_chip"])
    return xr.Dataset(data, {"time": np.arange(float(N)), "unit": ["a"]})


def test_working_boards_draw_what_a_silent_one_does_not(miner):
    """Three boards at 5400 W are as three of four at 7200 W; the outlet is that of a unit at 5400 W."""
    model = UnitModel.of(miner, field(5400.0, slice(FIRST, None)), chip_order="rows")
    assert model.points.load == pytest.approx(np.where(np.arange(N) < FIRST, 1.0, 4.0 / 3.0))
    assert any("12 samples" in note for note in model.points.notes)
    found = model.predict().values
    alike, full = (
        UnitModel.of(miner, field(x), chip_order="rows").predict().values for x in (5400.0, 7200.0)
    )
    for name in ("T_chip", "T_chip_mean", "T_chip_max", "T_out_board"):
        np.testing.assert_allclose(found[name][0, :FIRST], alike[name][0, :FIRST], atol=1e-3)
        np.testing.assert_allclose(found[name][0, FIRST:], full[name][0, FIRST:], atol=1e-3)
    np.testing.assert_allclose(found["T_out"], alike["T_out"], atol=1e-6)
    # By hand: what a chip draws, through its resistance.
    each = 5400.0 / (4 * 160) * miner.quantities["chips.junction_to_plate"].nominal
    assert chip_rise(model)[[0, -1]] == pytest.approx([each, each * 4.0 / 3.0])


def test_readings_that_are_lost_are_no_board_that_is_off(miner):
    model = UnitModel.of(miner, field(5400.0, slice(FIRST, FIRST + LASTING - 1)))
    assert model.points.load is None
    assert not any("silent" in note for note in model.points.notes)


def test_a_board_that_never_reports_keeps_its_share_and_is_named(miner):
    """It may have no sensor: nothing tells it from an absent one."""
    model = UnitModel.of(miner, field(5400.0, slice(None)))
    assert model.points.load is None
    assert any("a/2" in note and "never report" in note for note in model.points.notes)


def test_points_of_different_boards_are_not_put_together(miner):
    """All records are of one inlet, flow and power: they condense to one point with, one without the board."""
    condensed = condense(UnitModel.of(miner, field(5400.0, slice(FIRST, None))), most=3)
    assert sorted(condensed.records) == [FIRST, N - FIRST]
    load = condensed.model.points.load
    assert load[np.argsort(condensed.records)] == pytest.approx([1.0, 4.0 / 3.0])
    kept = condensed.model.subset(load > 1.0)
    assert kept.points.load == pytest.approx([4.0 / 3.0])
