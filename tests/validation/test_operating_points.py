"""Which samples a model can be run at, and what is taken for granted at them."""

import numpy as np
import xarray as xr

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
