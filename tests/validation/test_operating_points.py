"""Which samples a model can be run at, and what is taken for granted at them."""

import numpy as np
import xarray as xr

from hashheat.components.miner import Miner
from hashheat.validation.compared_quantities import compared_data
from hashheat.validation.operating_points import operating_points


def field(n=6, **more):
    values = {
        "T_in": np.full(n, 330.0),
        "volume_flow": np.full(n, 1.5e-4),
        "power_ac": np.full(n, 7000.0),
        "T_ambient": np.full(n, 295.0),
        "T_out": np.full(n, 340.0),
    } | more
    data = {k: (("time", "unit"), v[:, None]) for k, v in values.items()}
    return xr.Dataset(data, {"time": np.arange(float(n)), "unit": ["a"]})


def test_gaps_of_the_room_are_counted_and_told():
    room = np.array([290.0, np.nan, 292.0, np.nan, 294.0, np.nan])
    inlet = np.full(6, 330.0)
    # A sample that is left out anyway is no gap.
    inlet[1] = np.nan
    found = operating_points(field(T_ambient=room, T_in=inlet), ("T_out",))
    assert [note for note in found.notes if "room" in note] == [
        "room missing at 2 samples: the mean of the others"
    ]
    np.testing.assert_allclose(found.T_ambient, [290.0, 292.0, 292.0, 294.0, 292.0])
    assert not any("room" in note for note in operating_points(field(), ("T_out",)).notes)


def test_a_meter_of_one_reading_does_not_discard_those_of_the_other():
    boards = np.full(6, np.nan)
    boards[2] = 6700.0
    found = operating_points(field(power_dc=boards), ("T_out",))
    assert found.count == 6
    assert not found.power_is_dc
    assert any("fewer readings" in note for note in found.notes)
    both = operating_points(field(power_dc=np.full(6, 6700.0)), ("T_out",))
    assert both.power_is_dc
    assert both.notes == ()


def test_the_meter_that_drives_is_not_compared():
    miner = Miner.named("canaan-a1566ha-500t")
    boards = np.full(6, np.nan)
    boards[2] = 6700.0
    offered, _, left_out = compared_data(miner, field(power_dc=boards), None)
    assert offered.attrs["compared"] == ["T_out"]
    assert left_out["power_ac"] == "drives the model"
    assert "fewer readings" in left_out["power_dc"]
