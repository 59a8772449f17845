"""Boards that fall silent while others of their unit report: they draw no power, which the others then share."""

from typing import NamedTuple

import numpy as np
import xarray as xr

from hashheat.validation.operating_points import OperatingPoints

#: Records in a row, of those in which another board of the unit reports, for which a board must be silent: fewer
#: are readings that were lost.
LASTING = 10


class SilentBoards(NamedTuple):
    """What the silence of boards means for the power of the others.

    Attributes
    ----------
    load : (points,) array or None
        Power of a board that works over what each would draw if all did [-]; None where all work throughout.
    notes : tuple of str
        What was taken for granted.
    """

    load: np.ndarray | None
    notes: tuple[str, ...]


def silent_boards(data: xr.Dataset, points: OperatingPoints, boards: int) -> SilentBoards:
    """Find boards that fell silent.

    Parameters
    ----------
    data : xarray.Dataset
        Field data; any variable over boards counts as their voice.
    points : OperatingPoints
    boards : int
        Of the device.

    Returns
    -------
    SilentBoards

    Notes
    -----
    A board that reported and is silent for :data:`LASTING` records in a row or more is taken as off. One that
    never reports may have no sensor: it keeps its share, and a note says so.
    """
    voices = [name for name, x in data.data_vars.items() if "board" in x.dims and x.dtype.kind in "fi"]
    if not voices or data.sizes["board"] != boards or boards < 2:
        return SilentBoards(None, ())
    heard = np.zeros((data.sizes["time"], data.sizes["unit"], boards), dtype=bool)
    for name in voices:
        values = data[name].transpose("time", "unit", "board", ...).values
        heard |= np.isfinite(values).reshape(*heard.shape, -1).any(axis=-1)
    names = data["unit"].values.astype(str)
    off, never = np.zeros_like(heard), []
    for u in np.unique(points.unit):
        some = np.flatnonzero(heard[:, u].any(axis=1))
        for b in range(boards):
            own = heard[some, u, b]
            if some.size and not own.any():
                never.append(f"{names[u]}/{b}")
            elif some.size:
                off[some, u, b] = _in_long_runs(~own)
    notes = []
    if never:
        shown = ", ".join(never[:4]) + (" ..." if len(never) > 4 else "")
        notes.append(
            f"boards that never report (unit/board {shown}) are taken as drawing their share of the power: where "
            "one is absent, the others draw more than the model gives them"
        )
    count = off[points.time, points.unit].sum(axis=1)
    if not count.any():
        return SilentBoards(None, tuple(notes))
    notes.append(
        f"boards silent for {LASTING} records in a row or more while others report, at {int((count > 0).sum())} "
        "samples: taken as off, their power drawn by the others"
    )
    return SilentBoards(boards / (boards - count), tuple(notes))


def _in_long_runs(x: np.ndarray) -> np.ndarray:
    """True where x is true in a run of at least so many."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], x, [False]]).astype(int)))
    found = np.zeros(x.size, dtype=bool)
    for begin, end in edges.reshape(-1, 2):
        found[begin:end] = end - begin >= LASTING
    return found
