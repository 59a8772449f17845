"""Whether rectangles along two axes overlap: a line that sweeps over them."""

from bisect import bisect_left

import numpy as np


def overlapping_pair(
    x: np.ndarray, y: np.ndarray, length: np.ndarray, width: np.ndarray, touch: float
) -> tuple[int, int] | None:
    """Find two rectangles that overlap.

    Parameters
    ----------
    x, y : (n,) array
        Centres [m].
    length, width : (n,) array
        Sizes along x and along y, more than 0 [m].
    touch : float
        What overlaps by less than this along x or along y only touches [m].

    Returns
    -------
    (int, int) or None
        Their numbers, the smaller one first; None where no two overlap.

    Notes
    -----
    A line sweeps along x. The rectangles it crosses do not overlap as long as no pair was found, so they are in
    order along y and a new one is compared with its two neighbours only: n log n for n rectangles (Shamos and Hoey
    1976).
    """
    half = 0.5 * np.stack([length, width])
    # Shrunk by the tolerance, but never to nothing.
    half -= np.minimum(0.5 * touch, 1e-3 * half)
    left, right = (x - half[0]).tolist(), (x + half[0]).tolist()
    low, high = (y - half[1]).tolist(), (y + half[1]).tolist()
    # At the same x one that ends leaves before one that begins enters.
    events = sorted(
        [(end, 0, k) for k, end in enumerate(right)] + [(start, 1, k) for k, start in enumerate(left)]
    )
    crossed: list[tuple[float, int]] = []  # lower edge and number, rising
    for _, enters, one in events:
        item = (low[one], one)
        at = bisect_left(crossed, item)
        if not enters:
            del crossed[at]
            continue
        for _, other in crossed[max(at - 1, 0) : at + 1]:
            if low[other] < high[one] and low[one] < high[other]:
                return min(one, other), max(one, other)
        crossed.insert(at, item)
    return None
