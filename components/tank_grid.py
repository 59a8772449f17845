"""Grid lines of a tank: through the faces of all bodies and openings, with enough cells in every open gap."""

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from hashheat.components.errors import GapResolutionError, GridSizeError
from hashheat.components.tank_blocks import Block, coil_block, miner_blocks, patches, span_axes, tank_size
from hashheat.components.tank_checks import TOUCH
from hashheat.solvers.flow_grid import with_breakpoints
from hashheat.solvers.flow_model import FlowGrid
from hashheat.thermo.errors import InputError

if TYPE_CHECKING:
    from hashheat.components.tank_file import TankFile

#: Cells of a tank whose file leaves their size open, before gaps and faces ask for more.
USUAL_CELLS = 24_000

#: A flow of so many cells takes some gigabytes.
MOST_CELLS = 4_000_000

#: Largest ratio of neighbouring cells [-].
_GROWTH = 1.5

#: How often every segment between two lines can be halved, for coarser grids.
_HALVINGS = 1

#: All cells of an axis are a multiple of this, where so many tries of adding some give it.
_MULTIPLE = 8
_TRIES = 40

#: Lines nearer than this are one [m].
_SAME = 1e-6

_LETTERS = "xyz"


class Gap(NamedTuple):
    """Open oil between two faces.

    Attributes
    ----------
    axis : int
        Across which the faces stand.
    low, high : float
        [m]
    between : str
        What stands on either side.
    """

    axis: int
    low: float
    high: float
    between: str


def open_gaps(blocks: Sequence[Block], size: np.ndarray) -> list[Gap]:
    """Find the gaps in front of every face of every block, up to the next block or the wall.

    Parameters
    ----------
    blocks : sequence of Block
    size : (3,) array
        Of the tank [m].

    Returns
    -------
    list of Gap
        Each once. The oil above a block counts: it ends at the free surface.
    """
    walls = (("the wall", "the wall"), ("the wall", "the wall"), ("the bottom", "the surface"))
    found: dict[tuple[int, float, float], Gap] = {}
    for block in blocks:
        for axis in range(3):
            across = [i for i in range(3) if i != axis]
            facing = [
                other
                for other in blocks
                if other is not block
                and (
                    np.minimum(block.high[across], other.high[across])
                    - np.maximum(block.low[across], other.low[across])
                ).min()
                > TOUCH
            ]
            below = [other for other in facing if other.high[axis] <= block.low[axis] + TOUCH]
            above = [other for other in facing if other.low[axis] >= block.high[axis] - TOUCH]
            start, before = max(
                [(float(o.high[axis]), o.name) for o in below] + [(0.0, walls[axis][0])], key=lambda x: x[0]
            )
            end, behind = min(
                [(float(o.low[axis]), o.name) for o in above] + [(float(size[axis]), walls[axis][1])],
                key=lambda x: x[0],
            )
            for low, high, names in (
                (start, float(block.low[axis]), f"{before} and {block.name}"),
                (float(block.high[axis]), end, f"{block.name} and {behind}"),
            ):
                if high - low > TOUCH:
                    found.setdefault((axis, round(low, 9), round(high, 9)), Gap(axis, low, high, names))
    return list(found.values())


def tank_lines(file: "TankFile", values: Mapping[str, float], refine: float = 1) -> FlowGrid:
    """Grid of a tank.

    Parameters
    ----------
    file : TankFile
    values : mapping
        Numbers in SI by dotted key.
    refine : float
        A power of two: 2 halves every cell, 0.5 takes two together.

    Returns
    -------
    FlowGrid
        With a line at every face of a block, a coil or an opening. Grids of neighbouring ``refine`` nest.

    Raises
    ------
    GapResolutionError
        Cells as large as the file asks leave fewer than ``grid.gap_cells`` across a gap.
    GridSizeError
        More cells than :data:`MOST_CELLS`.
    """
    size = tank_size(values)
    blocks = miner_blocks(file, values)
    gaps = open_gaps(blocks, size)
    axes = []
    for axis in range(3):
        lines = _lines(file, values, blocks, size, axis)
        own = [gap for gap in gaps if gap.axis == axis]
        asked = values.get(f"grid.cell_{_LETTERS[axis]}")
        if asked is not None:
            _check_gaps(own, asked, file.grid.gap_cells)
        usual = float(np.cbrt(np.prod(size) / USUAL_CELLS))
        cells = np.full(len(lines) - 1, usual if asked is None else asked)
        for gap in own:
            inside = (lines[:-1] > gap.low - _SAME) & (lines[1:] < gap.high + _SAME)
            cells[inside] = np.minimum(cells[inside], (gap.high - gap.low) / file.grid.gap_cells)
        # Before it is built: a cell size of a misread unit would not fit in the memory.
        if np.any(np.diff(lines) / cells > MOST_CELLS):
            _too_many(float((np.diff(lines) / cells).max()), axis)
        faces = _halvable(lines, cells)
        axes.append(_refined(faces, refine))
    total = math.prod(len(faces) - 1 for faces in axes)
    if total > MOST_CELLS:
        _too_many(total, int(np.argmax([len(faces) for faces in axes])))
    return FlowGrid(*axes)


def _halvable(lines: np.ndarray, cells: np.ndarray) -> np.ndarray:
    """Faces of cells no larger than asked, so many that the flow solver can halve the axis a few times."""
    cells = cells.copy()
    for _ in range(_TRIES):
        faces = with_breakpoints(lines, cells, growth=_GROWTH, halvings=_HALVINGS)
        if (len(faces) - 1) % _MULTIPLE == 0:
            break
        # Two more cells to the segment that has the largest one.
        segment = np.searchsorted(lines, 0.5 * (faces[1:] + faces[:-1])) - 1
        coarse = int(segment[np.argmax(np.diff(faces))])
        cells[coarse] = 0.999 * (lines[coarse + 1] - lines[coarse]) / (np.sum(segment == coarse) + 1)
    return faces


def _lines(
    file: "TankFile", values: Mapping[str, float], blocks: Sequence[Block], size: np.ndarray, axis: int
) -> np.ndarray:
    coil = coil_block(file, values)
    found = [0.0, float(size[axis])]
    for body in [*blocks, *([coil] if coil is not None else [])]:
        found += [float(body.low[axis]), float(body.high[axis])]
    for name in ("inlet", "outlet"):
        for patch in patches(file, values, name):
            if axis in span_axes(patch.side):
                k = span_axes(patch.side).index(axis)
                found += [float(patch.low[k]), float(patch.high[k])]
    lines = np.unique(np.clip(found, 0.0, size[axis]))
    # The ends of the tank stay where they are; of two lines next to each other the first counts.
    apart = np.concatenate([[True], np.diff(lines) > _SAME])
    lines = lines[apart]
    lines[-1] = size[axis]
    return lines


def _check_gaps(gaps: Sequence[Gap], asked: float, needed: int) -> None:
    for gap in gaps:
        width = gap.high - gap.low
        cells = max(math.ceil(width / asked - 1e-9), 1)
        if cells < needed:
            letter = _LETTERS[gap.axis]
            raise GapResolutionError(
                f"the grid is too coarse for the gap between {gap.between}",
                key=f"grid.cell_{letter}",
                found=f"{cells} cells of {asked * 1e3:.4g} mm across {width * 1e3:.4g} mm along {letter}",
                accepted=f"grid.cell_{letter} of {width / needed * 1e3:.4g} mm or less for {needed} cells; leave "
                f"grid.cell_{letter} out for cells by the gap; or a smaller grid.gap_cells",
            )


def _refined(faces: np.ndarray, refine: float) -> np.ndarray:
    levels = math.log2(refine) if refine > 0.0 else math.nan
    if not (levels == round(levels) and -_HALVINGS <= levels <= 4):
        raise InputError("cells cannot be split so", key="refine", found=refine, accepted="0.5, 1, 2, 4, 8")
    for _ in range(round(levels)):
        middle = 0.5 * (faces[1:] + faces[:-1])
        faces = np.sort(np.concatenate([faces, middle]))
    return faces[:: 2 ** max(0, -round(levels))]


def _too_many(cells: float, axis: int) -> None:
    letter = _LETTERS[axis]
    raise GridSizeError(
        "the grid has too many cells",
        key=f"grid.cell_{letter}",
        found=f"{cells:.3g}",
        accepted=f"at most {MOST_CELLS}: larger cells, fewer grid.gap_cells, or a smaller refine",
    )
