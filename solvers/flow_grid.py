"""Positions of cell faces for the flow solver: even, clustered at walls, and with lines where a tank needs them.

All functions return rising positions that nest: every second face of the grid of 2 n cells is the grid of n
cells, because each is one smooth map of an even grid. Richardson extrapolation needs exactly that.
"""

import math
from collections.abc import Sequence

import numpy as np

from hashheat.solvers.flow_coarsening import coarsened
from hashheat.thermo.errors import InputError

__all__ = ["coarsened", "one_sided", "stretched", "uniform", "with_breakpoints"]

_PASSES = 200
_BISECTIONS = 200


def _checked(n: int, length: float, ratio: float = 1.0) -> None:
    if not (isinstance(n, int | np.integer) and n >= 1):
        raise InputError("A grid needs at least one cell.", key="n", found=n)
    if not (math.isfinite(length) and length > 0):
        raise InputError("A grid needs a positive length.", key="length", found=length)
    if not (math.isfinite(ratio) and ratio >= 1):
        raise InputError(
            "The ratio of the largest to the smallest cell is at least 1.", key="ratio", found=ratio
        )


def uniform(n: int, length: float, start: float = 0.0) -> np.ndarray:
    """Faces of n equal cells.

    Parameters
    ----------
    n : int
        Cells.
    length : float
        [m]
    start : float
        Position of the first face [m].

    Returns
    -------
    (n + 1,) float array
        [m]

    Raises
    ------
    InputError
        No cell, or a length that is not positive.
    """
    _checked(n, length)
    return start + length * np.arange(n + 1) / n


def stretched(n: int, length: float, ratio: float, start: float = 0.0) -> np.ndarray:
    """Faces that cluster at both ends alike, by a hyperbolic tangent.

    Parameters
    ----------
    n : int
        Cells.
    length : float
        [m]
    ratio : float
        Spacing in the middle over spacing at the ends [-], of the map itself: the cells come close to it.
    start : float
        Position of the first face [m].

    Returns
    -------
    (n + 1,) float array
        [m]

    Raises
    ------
    InputError
        No cell, a length that is not positive, or a ratio below 1.

    Notes
    -----
    x = (1 + tanh(b (2 s - 1)) / tanh b) / 2 with cosh(b)^2 = ratio; Vinokur, J. Comput. Phys. 50 (1983) 215.
    """
    _checked(n, length, ratio)
    s = np.arange(n + 1) / n
    b = math.acosh(math.sqrt(ratio))
    if b < 1e-6:
        return uniform(n, length, start)
    # Taken from one half and mirrored, so that the grid is symmetric to the last digit.
    low = 0.5 * (1.0 + np.tanh(b * (2.0 * s - 1.0)) / math.tanh(b))
    low[0] = 0.0
    return start + length * 0.5 * (low + 1.0 - low[::-1])


def one_sided(
    n: int, length: float, ratio: float, start: float = 0.0, *, fine_end: str = "low"
) -> np.ndarray:
    """Faces that cluster at one end, by a hyperbolic tangent.

    Parameters
    ----------
    n : int
        Cells.
    length : float
        [m]
    ratio : float
        Spacing at the coarse end over spacing at the fine end [-], of the map itself.
    start : float
        Position of the first face [m].
    fine_end : str
        ``"low"`` or ``"high"``: where the small cells are.

    Returns
    -------
    (n + 1,) float array
        [m]

    Raises
    ------
    InputError
        No cell, a length that is not positive, a ratio below 1, or an unknown end.
    """
    _checked(n, length, ratio)
    if fine_end not in ("low", "high"):
        raise InputError("Unknown end.", key="fine_end", found=fine_end, accepted="low, high")
    b = math.acosh(math.sqrt(ratio))
    s = np.arange(n + 1) / n
    if b < 1e-6:
        return uniform(n, length, start)
    x = 1.0 + np.tanh(b * (s - 1.0)) / math.tanh(b)
    x[0] = 0.0
    return start + length * (x if fine_end == "low" else 1.0 - x[::-1])


def with_breakpoints(
    lines: Sequence[float] | np.ndarray,
    size: float | Sequence[float] | np.ndarray,
    *,
    line_size: Sequence[float] | np.ndarray | None = None,
    growth: float = 1.2,
    halvings: int = 2,
) -> np.ndarray:
    """Faces with a grid line at each given position, cells no larger than asked and sizes that change gently.

    Each segment between two lines gets a multiple of ``2**halvings`` cells, so that coarser nested grids keep
    the lines. Where that takes more cells than the size asks for, the cells get smaller, and so do neighbours.

    Parameters
    ----------
    lines : (n,) float sequence
        Rising positions that must be grid lines, both ends included [m].
    size : float or (n - 1,) float sequence
        Largest cell, of all segments or of each [m].
    line_size : (n,) float sequence, optional
        Largest cell beside each line [m]; inf where only ``size`` bounds it.
    growth : float
        Largest ratio of neighbouring cells [-]; on a grid halved once about its square.
    halvings : int
        How often every segment can be halved.

    Returns
    -------
    float array
        Faces [m].

    Raises
    ------
    InputError
        Lines that do not rise, sizes that are not positive, growth not above 1, or negative halvings.

    Notes
    -----
    In a segment of length L the spacing is h(x) = min(w, a + g x, b + g (L - x)) with g = ln(growth), a and b the
    spacings at its lines and w its largest one; cells are equal steps of the integral of dx / h. The integral
    is made the integer it must be by lowering w, and where that falls below a or b these are lowered as well
    and the neighbours adapt.
    """
    x = np.asarray(lines, dtype=float)
    if x.ndim != 1 or len(x) < 2 or not np.all(np.isfinite(x)) or np.any(np.diff(x) <= 0):
        raise InputError("The lines of a grid must rise.", key="lines", found=lines)
    n_segment = len(x) - 1
    largest = np.array(np.broadcast_to(np.asarray(size, dtype=float), n_segment))
    at_line = np.full(n_segment + 1, np.inf) if line_size is None else np.array(line_size, dtype=float)
    if len(at_line) != n_segment + 1:
        raise InputError("One spacing for each line is needed.", key="line_size", found=line_size)
    if not (np.all(largest > 0) and np.all(np.isfinite(largest))):
        raise InputError("The largest cell must be positive and finite.", key="size", found=size)
    if not np.all(at_line > 0):
        raise InputError("The spacing at a line must be positive.", key="line_size", found=line_size)
    if not (math.isfinite(growth) and growth > 1):
        raise InputError("Neighbouring cells must be allowed to differ.", key="growth", found=growth)
    if not (isinstance(halvings, int | np.integer) and halvings >= 0):
        raise InputError("The number of halvings is zero or more.", key="halvings", found=halvings)

    g, multiple, lengths = math.log(growth), 2**halvings, np.diff(x)
    # A cell that grows by g from spacing a is (growth - 1) / g of it.
    at_line *= g / (growth - 1.0)
    at_line[:-1] = np.minimum(at_line[:-1], np.minimum(largest, lengths / multiple))
    at_line[1:] = np.minimum(at_line[1:], np.minimum(largest, lengths / multiple))
    counts = np.zeros(n_segment, dtype=int)
    widths = largest.copy()
    for _ in range(_PASSES):
        at_line = np.min(at_line[None, :] + g * np.abs(x[:, None] - x[None, :]), axis=1)
        before = at_line.copy()
        for j in range(n_segment):
            need = _cells(lengths[j], before[j], before[j + 1], largest[j], g)
            counts[j] = max(counts[j], multiple * math.ceil(need / multiple - 1e-9))
            widths[j] = _width(lengths[j], before[j], before[j + 1], largest[j], g, counts[j])
            at_line[j : j + 2] = np.minimum(at_line[j : j + 2], widths[j] * (1 + 1e-12))
        if np.all(at_line >= before * (1 - 1e-9)):
            break
    faces = [x[:1]]
    for j in range(n_segment):
        inner = _placed(lengths[j], at_line[j], at_line[j + 1], widths[j], g, counts[j])
        faces += [x[j] + inner, x[j + 1 : j + 2]]
    return np.concatenate(faces)


def _pieces(
    length: float, a: float, b: float, w: float, g: float
) -> tuple[float, float, float, float, float]:
    """Spacings a and b at the ends, the largest one reached, and where the even part begins and ends."""
    a, b = min(a, w), min(b, w)
    rise, fall = (w - a) / g, length - (w - b) / g
    if rise > fall:
        rise = fall = min(max(0.5 * (length + (b - a) / g), 0.0), length)
        w = min(a + g * rise, b + g * (length - rise))
    return a, b, w, rise, fall


def _cells(length: float, a: float, b: float, w: float, g: float) -> float:
    """Cells of a segment: the integral of dx / h."""
    a, b, w, rise, fall = _pieces(length, a, b, w, g)
    return math.log1p(g * rise / a) / g + (fall - rise) / w + math.log1p(g * (length - fall) / b) / g


def _width(length: float, a: float, b: float, largest: float, g: float, count: int) -> float:
    """Largest spacing that makes the cells of a segment ``count``."""
    low, high = 0.5 * length / count, largest
    for _ in range(_BISECTIONS):
        middle = 0.5 * (low + high)
        if middle in (low, high):
            break
        if _cells(length, a, b, middle, g) > count:
            low = middle
        else:
            high = middle
    return high


def _placed(length: float, a: float, b: float, w: float, g: float, count: int) -> np.ndarray:
    """Inner faces of a segment, measured from its low line."""
    total = _cells(length, a, b, w, g)
    a, b, w, rise, fall = _pieces(length, a, b, w, g)
    first = math.log1p(g * rise / a) / g
    last = total - math.log1p(g * (length - fall) / b) / g
    s = np.arange(1, count) * (total / count)
    growing = a / g * np.expm1(g * np.minimum(s, first))
    falling = length - b / g * np.expm1(g * (total - np.maximum(s, last)))
    return np.where(s <= first, growing, np.where(s >= last, falling, rise + (s - first) * w))
