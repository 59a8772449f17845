"""Discretisation error of a computed number from three nested grids: observed order, extrapolation and GCI."""

import math
from dataclasses import dataclass

from hashheat.thermo.errors import InputError

#: What three grids say: differences shrink with one sign, shrink with changing sign, grow, or are at the noise.
MONOTONE, OSCILLATORY, DIVERGING, SETTLED = range(4)

STATUS_TEXT = {
    MONOTONE: "converges monotonically",
    OSCILLATORY: "converges with changing sign",
    DIVERGING: "does not converge on these grids",
    SETTLED: "does not change with the grid",
}

_ITERATIONS = 200


@dataclass(frozen=True)
class GridConvergence:
    """What three grids say about a number.

    Parameters
    ----------
    status : int
        ``MONOTONE``, ``OSCILLATORY``, ``DIVERGING`` or ``SETTLED``; ``STATUS_TEXT`` says it in words.
    order : float or None
        Observed order [-]; None when diverging or settled.
    extrapolated : float or None
        Value for a grid of no size, in the unit of the number; None when diverging.
    band : float or None
        Half width of the band around the value on the fine grid that should hold the exact one, in its unit:
        the safety factor times the extrapolated error; None when diverging.
    gci : float or None
        Grid convergence index: ``band`` over the size of the value on the fine grid [-]; None when diverging, or
        when that value is zero.
    gci_mid : float or None
        The same for the middle and the coarse grid.
    """

    status: int
    order: float | None
    extrapolated: float | None
    band: float | None
    gci: float | None
    gci_mid: float | None

    @property
    def text(self) -> str:
        """The status in words."""
        return STATUS_TEXT[self.status]


def grid_convergence(
    fine: float,
    mid: float,
    coarse: float,
    *,
    ratio_fine: float = 2.0,
    ratio_coarse: float = 2.0,
    safety: float = 1.25,
    noise: float = 1e-12,
) -> GridConvergence:
    """Observed order, extrapolated value and grid convergence index of a number from three grids.

    Parameters
    ----------
    fine, mid, coarse : float
        The number on the three grids, in any unit.
    ratio_fine, ratio_coarse : float
        Cell size of the middle over the fine grid, and of the coarse over the middle one [-].
    safety : float
        Factor on the extrapolated error [-]; 1.25 for three grids.
    noise : float
        Difference, relative to the largest of the three, below which two values are the same [-]: set it to the
        accuracy to which the iteration was carried.

    Returns
    -------
    GridConvergence

    Raises
    ------
    InputError
        A value that is not finite, a refinement ratio not above 1, or a safety factor below 1.

    Notes
    -----
    With e21 = mid - fine, e32 = coarse - mid and s = sign(e32 / e21):
    p = |ln|e32 / e21| + q(p)| / ln r21, q = ln((r21^p - s) / (r32^p - s)),
    extrapolated = (r21^p fine - mid) / (r21^p - 1), GCI = safety |e21 / fine| / (r21^p - 1).
    Growing differences get no order: the formula would print one all the same.

    References
    ----------
    P. Roache, J. Fluids Eng. 116 (1994) 405; I. Celik et al., J. Fluids Eng. 130 (2008) 078001, eqs. 3 to 7.
    """
    _check((fine, mid, coarse), (ratio_fine, ratio_coarse), safety)
    if not (math.isfinite(noise) and noise >= 0):
        raise InputError("The noise is a small number.", key="noise", found=noise)
    e21, e32 = mid - fine, coarse - mid
    floor = noise * max(abs(fine), abs(mid), abs(coarse))
    if abs(e21) <= floor:
        return GridConvergence(SETTLED, None, fine, floor, noise if fine else None, None)
    order = _order(e21, e32, ratio_fine, ratio_coarse) if abs(e32) > floor else None
    if order is None:
        return GridConvergence(DIVERGING, None, None, None, None, None)
    gain = ratio_fine**order - 1.0
    gain_mid = ratio_coarse**order - 1.0
    band, band_mid = safety * abs(e21) / gain, safety * abs(e32) / gain_mid
    return GridConvergence(
        status=MONOTONE if e32 / e21 > 0 else OSCILLATORY,
        order=order,
        extrapolated=fine - e21 / gain,
        band=band,
        gci=band / abs(fine) if fine else None,
        gci_mid=band_mid / abs(mid) if mid else None,
    )


def extrapolate(fine: float, coarse: float, *, ratio: float = 2.0, order: float = 2.0) -> float:
    """Richardson extrapolation from two grids with a known order.

    Parameters
    ----------
    fine, coarse : float
        The number on the two grids, in any unit.
    ratio : float
        Cell size of the coarse over the fine grid [-].
    order : float
        Order of the error [-].

    Returns
    -------
    float

    Raises
    ------
    InputError
        A value that is not finite, a ratio not above 1, or an order that is not positive.
    """
    _check((fine, coarse), (ratio,), 1.0)
    if not (math.isfinite(order) and order > 0):
        raise InputError("The order of an extrapolation is positive.", key="order", found=order)
    return fine + (fine - coarse) / (ratio**order - 1.0)


def _check(values: tuple[float, ...], ratios: tuple[float, ...], safety: float) -> None:
    for value in values:
        if not math.isfinite(value):
            raise InputError("Grid convergence needs finite values.", found=value)
    for ratio in ratios:
        if not (math.isfinite(ratio) and ratio > 1):
            raise InputError(
                "Grids come from fine to coarse: the ratio of their cell sizes is above 1.",
                key="ratio",
                found=ratio,
            )
    if not (math.isfinite(safety) and safety >= 1):
        raise InputError("The safety factor is at least 1.", key="safety", found=safety)


def _order(e21: float, e32: float, r21: float, r32: float) -> float | None:
    """Order at which the two differences fit one power of the cell size; None when none above zero does.

    The residual of the fit rises with the order, so bisection finds it; Celik's fixed point need not settle.
    """
    sign = math.copysign(1.0, e32) * math.copysign(1.0, e21)
    log_ratio = math.log(abs(e32 / e21))
    log21, log32 = math.log(r21), math.log(r32)

    def power(p: float, log_r: float) -> float:
        """r^p - s."""
        return math.expm1(p * log_r) + (0.0 if sign > 0 else 2.0)

    def misfit(p: float) -> float:
        return p * log21 - log_ratio - math.log(power(p, log21) / power(p, log32))

    low, high = 1e-6, min(64.0, 300.0 / max(log21, log32))
    if misfit(low) >= 0:
        return None
    if misfit(high) <= 0:
        return high
    for _ in range(_ITERATIONS):
        middle = 0.5 * (low + high)
        if middle in (low, high):
            break
        if misfit(middle) < 0:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)
