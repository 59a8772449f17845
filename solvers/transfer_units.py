"""Area that an effectiveness takes: the inverse of P(NTU) of plate exchangers, and the largest P there is.

Conventions are those of :mod:`hashheat.solvers.plate_effectiveness`.
"""

import math
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from scipy.optimize import brentq, minimize_scalar

from hashheat.solvers.plate_effectiveness import ENDLESS, checked_passes, pass_effectiveness, refuse, sweep
from hashheat.thermo.errors import InputError

#: Where P(NTU) is searched for turning points, in ln(NTU max(1, R)). They lie above 2 (2-2 at R = 1), and move up,
#: ever shallower, as the capacity flows of the passes that meet become equal.
_SCAN = np.linspace(math.log(1e-2), math.log(1e7), 217)


class InfeasibleEffectivenessError(InputError):
    """An effectiveness that the arrangement does not reach with any area.

    Parameters
    ----------
    problem : str
        What is wrong, in one sentence.
    largest_P : float
        Largest effectiveness of the arrangement at this R [-].
    NTU : float
        Where it is reached [-]; ``inf`` where it is only approached.
    **place : optional
        ``file``, ``key``, ``found`` and ``accepted`` of :class:`hashheat.thermo.errors.InputError`.
    """

    def __init__(self, problem: str, *, largest_P: float, NTU: float, **place: Any) -> None:
        self.largest_P, self.NTU = largest_P, NTU
        super().__init__(problem, **place)

    def within(self, file: str | None = None, key: str | None = None) -> "InfeasibleEffectivenessError":
        """Give the same error with the file and the key filled in where they were still unknown."""
        return type(self)(
            self.problem,
            largest_P=self.largest_P,
            NTU=self.NTU,
            file=self.file or file,
            key=self.key or key,
            found=self.found,
            accepted=self.accepted,
        )


class TransferUnits(NamedTuple):
    """Area that an effectiveness takes.

    Parameters
    ----------
    NTU : float
        Smallest number of transfer units that reaches it [-].
    unique : bool
        False where a larger NTU gives the same effectiveness again.
    largest_P : float
        Largest effectiveness of the arrangement at this R [-].
    """

    NTU: float
    unique: bool
    largest_P: float


class LargestEffectiveness(NamedTuple):
    """The most an arrangement can do.

    Parameters
    ----------
    P : float
        Largest effectiveness [-].
    NTU : float
        Where it is reached [-]; ``inf`` where it is only approached.
    """

    P: float
    NTU: float


def _counterflow_units(P: float, R: float) -> float:
    """NTU of pure counterflow [-], the least of all arrangements; P R < 1."""
    if R > 1.0:  # by the side of the smaller capacity flow the logarithm stays in its range to the last digit
        return _counterflow_units(P * R, 1.0 / R) / R
    return P / (1.0 - P) if R == 1.0 else math.log1p(P * (1.0 - R) / (1.0 - P)) / (1.0 - R)


@lru_cache(maxsize=4096)
def _turns(R: float, arrangement: tuple[int, int, bool, bool]) -> tuple[LargestEffectiveness, ...]:
    """Ends of the stretches on which P(NTU) is monotonic, the one at infinity included."""
    scale = max(1.0, R)
    P = np.empty(_SCAN.size)
    sweep(np.exp(_SCAN) / scale, np.full(_SCAN.size, R), *arrangement, P)
    steps = np.diff(P)
    moving = np.flatnonzero(abs(steps) >= 1e-14 * P.max())  # the others are flat to rounding
    rising = steps[moving] > 0.0
    turns = []
    for k in np.flatnonzero(rising[1:] != rising[:-1]):
        sign = -1.0 if rising[k] else 1.0
        best = minimize_scalar(
            lambda s, sign=sign: sign * pass_effectiveness(math.exp(s) / scale, R, *arrangement),
            bounds=(_SCAN[moving[k]], _SCAN[moving[k + 1] + 1]),
            method="bounded",
            options={"xatol": 1e-9},
        )
        turns.append(LargestEffectiveness(sign * float(best.fun), math.exp(best.x) / scale))
    turns.append(LargestEffectiveness(pass_effectiveness(math.inf, R, *arrangement), math.inf))
    return tuple(turns)


def largest_effectiveness(
    R: float, passes: tuple[int, int] = (1, 1), *, overall_counter: bool = True, first_counter: bool = True
) -> LargestEffectiveness:
    """Largest effectiveness of an arrangement, and where.

    Parameters
    ----------
    R, passes, overall_counter, first_counter
        As in :func:`~hashheat.solvers.plate_effectiveness.plate_effectiveness`; R is one number.

    Returns
    -------
    LargestEffectiveness
        P and the NTU that reaches it, ``inf`` where P rises for ever.

    Raises
    ------
    InputError
        As :func:`~hashheat.solvers.plate_effectiveness.plate_effectiveness`.
    """
    first, second = checked_passes(passes)
    refuse("R", np.asarray(R, dtype=float), np.asarray(0.0 <= R < math.inf), "at least 0, finite")
    return max(_turns(float(R), (first, second, bool(overall_counter), bool(first_counter))))


def transfer_units(
    P: float,
    R: float,
    passes: tuple[int, int] = (1, 1),
    *,
    overall_counter: bool = True,
    first_counter: bool = True,
) -> TransferUnits:
    """Smallest NTU with which an arrangement reaches an effectiveness.

    Parameters
    ----------
    P : float
        Effectiveness of side 1 [-], between 0 and 1.
    R, passes, overall_counter, first_counter
        As in :func:`~hashheat.solvers.plate_effectiveness.plate_effectiveness`; R is one number.

    Returns
    -------
    TransferUnits
        NTU, to a relative 1e-12 where P(NTU) is not flat; whether it is the only one; the largest P there is.

    Raises
    ------
    InfeasibleEffectivenessError
        If no NTU reaches P; it carries the largest P and its NTU.
    InputError
        If P is not between 0 and 1, or as :func:`~hashheat.solvers.plate_effectiveness.plate_effectiveness`.

    Notes
    -----
    Where the sides enter at the same end, passes that meet late may give heat back: P(NTU) falls after a maximum
    (2-2 with blocks in counterflow, 2-3, 2-4) and may rise again (4-3, 5-4). It is divided into monotonic
    stretches first. With the sides entering at opposite ends P(NTU) only rises, in all cases tried.
    """
    largest = largest_effectiveness(R, passes, overall_counter=overall_counter, first_counter=first_counter)
    refuse("P", np.asarray(P, dtype=float), np.asarray(0.0 < P < 1.0), "more than 0, less than 1")
    P, R = float(P), float(R)
    endless = largest.NTU == math.inf
    if P > largest.P or (P == largest.P and endless) or P * R >= 1.0:
        raise InfeasibleEffectivenessError(
            f"a {passes[0]}-{passes[1]} arrangement at R = {R:g} does not reach this effectiveness with any area",
            largest_P=largest.P,
            NTU=largest.NTU,
            key="P",
            found=f"{P:.9g}",
            accepted=f"less than {largest.P:.9g}, approached as NTU grows without end"
            if endless
            else f"up to {largest.P:.9g}, reached at NTU = {largest.NTU:.4g}",
        )
    arrangement = (int(passes[0]), int(passes[1]), bool(overall_counter), bool(first_counter))
    crossings = []
    start, P_start = 0.0, 0.0
    for P_end, end in _turns(R, arrangement):
        if min(P_start, P_end) <= P <= max(P_start, P_end):
            crossings.append((start, end))
        start, P_start = end, P_end
    NTU = _crossing(P, R, arrangement, *crossings[0])
    return TransferUnits(NTU, len(crossings) == 1, largest.P)


def _crossing(
    P: float, R: float, arrangement: tuple[int, int, bool, bool], start: float, end: float
) -> float:
    """NTU between start and end at which P is met; P(NTU) is monotonic there and P(start) < P."""
    least = _counterflow_units(P, R)
    if arrangement == (1, 1, True, True):
        return least

    def short(ln_NTU: float) -> float:
        return pass_effectiveness(math.exp(ln_NTU), R, *arrangement) - P

    # No arrangement needs less than counterflow; where it needs as much, rounding must not hide the crossing.
    low = math.log(max(start, least * (1.0 - 1e-6)))
    if end < math.inf:
        high = math.log(end)
        if short(high) <= 0.0:  # P is the maximum itself
            return end
    else:
        step = 0.5
        high = low + step
        while short(high) < 0.0 and high < math.log(ENDLESS):
            step *= 2.0
            high += step
    if short(low) >= 0.0:
        return math.exp(low)
    return math.exp(brentq(short, low, high, xtol=1e-14, rtol=1e-15, maxiter=200))


def lmtd_correction(
    P: float,
    R: float,
    passes: tuple[int, int] = (1, 1),
    *,
    overall_counter: bool = True,
    first_counter: bool = True,
) -> float:
    """Correction F of the logarithmic mean: heat = F U A LMTD, LMTD of the ends in counterflow.

    Parameters
    ----------
    P, R, passes, overall_counter, first_counter
        As in :func:`transfer_units`.

    Returns
    -------
    float
        F [-], NTU of counterflow over NTU of the arrangement (the smallest, where several reach P), 0 to 1.

    Raises
    ------
    InfeasibleEffectivenessError, InputError
        As :func:`transfer_units`.
    """
    units = transfer_units(P, R, passes, overall_counter=overall_counter, first_counter=first_counter)
    return _counterflow_units(float(P), float(R)) / units.NTU
