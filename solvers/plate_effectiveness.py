"""Temperature effectiveness of plate exchangers with any passes: many plates, constant U, constant capacities.

::

      side 1   | pass 0 up     | pass 1 down   |      3 passes meet 2 in lcm(2, 3) = 6 blocks;
      side 2   | up  | down    | down    | up  |      each block is in parallel flow or in counterflow,
      block    | 0   1   2       3   4     5   |      and a side mixes between its passes

Every pass inlet temperature is a mean, with weights between 0 and 1, of the inlets of the pass before it and of
those passes of the other side that it met: a Markov chain absorbed at the two inlets of the exchanger. It is
solved by elimination without subtractions (Grassmann, Taksar, Heyman), so that nothing cancels at any NTU.

Conventions: ``P = (change of side 1) / (T_in_1 - T_in_2)``, ``R = C_1 / C_2``, ``NTU = U A / C_1``.

References: S. G. Kandlikar and R. K. Shah, J. Heat Transfer 111 (1989) 300-313 and 314-321 (assumptions, and
the closed forms of the blocks); W. K. Grassmann, M. I. Taksar and D. P. Heyman, Oper. Res. 33 (1985) 1107-1116.
"""

import math
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from scipy.optimize import brentq, minimize_scalar

from hashheat.thermo.errors import InputError
from hashheat.thermo.jit import kernel

#: NTU that stands for infinity: P there differs from its limit by less than rounding.
_ENDLESS = 1e100
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


@kernel
def counterflow_block(x: float, y: float) -> tuple[float, float, float, float]:
    """Share of each inlet in each outlet of one counterflow block.

    Parameters
    ----------
    x : float
        Transfer units on side 1 [-], 0 to about 1e150.
    y : float
        Capacity flow of side 1 over that of side 2 [-], at least 0.

    Returns
    -------
    tuple of float
        ``P, 1 - P, y P, 1 - y P`` [-], each without cancellation, for any y including 1;
        ``P = (1 - E) / (1 - y E)`` with ``E = exp(-x (1 - y))``.
    """
    mirrored = y > 1.0
    if mirrored:  # seen from the side of the smaller capacity flow, no exponential grows
        x, y = x * y, 1.0 / y
    exponent = x * (1.0 - y)
    phi = x if exponent < 1e-17 else -math.expm1(-exponent) / (1.0 - y)
    whole = 1.0 + y * phi
    if mirrored:
        return y * phi / whole, 1.0 / whole, phi / whole, math.exp(-exponent) / whole
    return phi / whole, math.exp(-exponent) / whole, y * phi / whole, 1.0 / whole


@kernel
def parallel_block(x: float, y: float) -> tuple[float, float, float, float]:
    """Share of each inlet in each outlet of one block in parallel flow.

    Parameters
    ----------
    x : float
        Transfer units on side 1 [-], at least 0.
    y : float
        Capacity flow of side 1 over that of side 2 [-], at least 0.

    Returns
    -------
    tuple of float
        ``P, 1 - P, y P, 1 - y P`` [-], each without cancellation; ``P = (1 - exp(-x (1 + y))) / (1 + y)``.
    """
    gone = -math.expm1(-x * (1.0 + y)) / (1.0 + y)
    left = math.exp(-x * (1.0 + y))
    return gone, (y + left) / (1.0 + y), y * gone, (1.0 + y * left) / (1.0 + y)


@kernel
def pass_effectiveness(
    NTU: float, R: float, passes_1: int, passes_2: int, overall_counter: bool, first_counter: bool
) -> float:
    """Effectiveness of one exchanger; :func:`plate_effectiveness` for loops in kernels, inputs unchecked.

    Parameters
    ----------
    NTU : float
        ``U A / C_1`` [-], at least 0; above 1e100 (infinity included) the limit.
    R : float
        ``C_1 / C_2`` [-], at least 0, finite.
    passes_1, passes_2 : int
        Passes of each side, at least 1.
    overall_counter, first_counter : bool
        See :func:`plate_effectiveness`.

    Returns
    -------
    float
        P [-].
    """
    x, y = min(NTU, _ENDLESS) / passes_1, R * passes_1 / passes_2
    if passes_1 == 1 and passes_2 == 1:
        return counterflow_block(x, y)[0] if overall_counter and first_counter else parallel_block(x, y)[0]
    counter, parallel = counterflow_block(x, y), parallel_block(x, y)
    blocks = passes_1 * passes_2 // math.gcd(passes_1, passes_2)
    per_1, per_2 = blocks // passes_1, blocks // passes_2
    # Row k is the inlet of a later pass (those of side 1 first); the last two columns are the two given inlets.
    n = passes_1 + passes_2 - 2
    hot, cold = n, n + 1
    share = np.zeros((max(n, 1), n + 2))
    for b in range(blocks):
        i, place = b // per_1, b // per_2
        j = passes_2 - 1 - place if overall_counter else place
        P, P_rest, S, S_rest = counter if (i + place) % 2 == (0 if first_counter else 1) else parallel
        of_1 = i - 1 if i > 0 else hot
        of_2 = passes_1 + j - 2 if j > 0 else cold
        if i + 1 < passes_1:
            share[i, of_1] += P_rest / per_1
            share[i, of_2] += P / per_1
        if j + 1 < passes_2:
            share[passes_1 + j - 1, of_2] += S_rest / per_2
            share[passes_1 + j - 1, of_1] += S / per_2
    for k in range(n - 1, -1, -1):
        rest = share[k, hot] + share[k, cold]
        for c in range(k):
            rest += share[k, c]
        share[k, hot] /= rest
        share[k, cold] /= rest
        for c in range(k):
            share[k, c] /= rest
        for r in range(k):
            weight = share[r, k]
            if weight > 0.0:
                share[r, hot] += weight * share[k, hot]
                share[r, cold] += weight * share[k, cold]
                for c in range(k):
                    share[r, c] += weight * share[k, c]
    T = np.empty(n + 2)
    T[hot], T[cold] = 1.0, 0.0
    for k in range(n):
        T[k] = share[k, hot]
        for c in range(k):
            T[k] += share[k, c] * T[c]
    # The sum of the blocks' heat keeps its digits where 1 - (outlet of side 1) loses them, at small NTU.
    heat = 0.0
    for b in range(blocks):
        i, place = b // per_1, b // per_2
        j = passes_2 - 1 - place if overall_counter else place
        of_1 = i - 1 if i > 0 else hot
        of_2 = passes_1 + j - 2 if j > 0 else cold
        P = counter[0] if (i + place) % 2 == (0 if first_counter else 1) else parallel[0]
        heat += P * (T[of_1] - T[of_2])
    return heat / per_1


@kernel
def _sweep(
    NTU: np.ndarray,
    R: np.ndarray,
    passes_1: int,
    passes_2: int,
    overall_counter: bool,
    first_counter: bool,
    P: np.ndarray,
) -> None:
    for case in range(P.size):
        P[case] = pass_effectiveness(NTU[case], R[case], passes_1, passes_2, overall_counter, first_counter)


def _checked_passes(passes: tuple[int, int]) -> tuple[int, int]:
    pair = tuple(passes)
    if len(pair) != 2 or not all(isinstance(p, int | np.integer) and p >= 1 for p in pair):
        raise InputError(
            "a plate heat exchanger has whole passes on both sides",
            key="passes",
            found=repr(passes),
            accepted="two whole numbers, at least 1 each",
        )
    return int(pair[0]), int(pair[1])


def refuse(key: str, values: np.ndarray, good: np.ndarray, accepted: str) -> None:
    """Raise for the first value that is not good.

    Parameters
    ----------
    key : str
        What the values are.
    values : array
        Of any shape; good, of the same shape, is True where they can be used.
    good : bool array
    accepted : str
        What can be used.

    Raises
    ------
    InputError
        Naming key and value.
    """
    if not np.all(good):
        raise InputError(
            f"{key} of a heat exchanger cannot have this value",
            key=key,
            found=f"{values[~good].flat[0]:g}",
            accepted=accepted,
        )


def plate_effectiveness(
    NTU: Any,
    R: Any,
    passes: tuple[int, int] = (1, 1),
    *,
    overall_counter: bool = True,
    first_counter: bool = True,
) -> Any:
    """Temperature effectiveness of side 1 of a plate heat exchanger of many plates.

    Parameters
    ----------
    NTU : float or array
        ``U A / C_1`` [-], at least 0; infinity gives the limit.
    R : float or array
        ``C_1 / C_2`` [-], at least 0 and finite; broadcast with NTU.
    passes : (int, int)
        Passes of side 1 and of side 2.
    overall_counter : bool
        Whether the sides enter the stack of plates at opposite ends. Of no effect where just one of the sides has
        a single pass, as that pass fills the stack.
    first_counter : bool
        Whether the channels at the end of the stack flow against each other. Of no effect where one side has an
        odd and the other an even number of passes. With one pass on both sides there is one direction only: the
        exchanger is in parallel flow if either option is False.

    Returns
    -------
    float or array
        ``P = (change of side 1) / (T_in_1 - T_in_2)`` [-]; a float for floats. That of side 2 is ``P R``.

    Raises
    ------
    InputError
        If NTU or R is negative or not a number, R is infinite, shapes do not go together, or passes are not whole.

    Notes
    -----
    Infinitely many plates: no end plates. U and capacity flows are constant, the channels of a pass share its
    flow evenly, and the fluid mixes between passes.

    The tables of ``ht`` name the ends of the 1-3 and 3-1 arrangements by their "overall" option; here that is
    ``first_counter``, as for 1-5 and all others.

    References
    ----------
    S. G. Kandlikar and R. K. Shah, J. Heat Transfer 111 (1989) 314-321.
    """
    first, second = _checked_passes(passes)
    try:
        N, ratio = np.broadcast_arrays(np.asarray(NTU, dtype=float), np.asarray(R, dtype=float))
    except ValueError as error:
        raise InputError("NTU and R do not go together", key="NTU, R", found=str(error)) from error
    refuse("NTU", N, N >= 0.0, "at least 0")
    refuse("R", ratio, (ratio >= 0.0) & (ratio < math.inf), "at least 0, finite")
    P = np.empty(N.size)
    _sweep(N.ravel(), ratio.ravel(), first, second, bool(overall_counter), bool(first_counter), P)
    return float(P[0]) if N.ndim == 0 else P.reshape(N.shape)


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
    _sweep(np.exp(_SCAN) / scale, np.full(_SCAN.size, R), *arrangement, P)
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
        As in :func:`plate_effectiveness`; R is one number.

    Returns
    -------
    LargestEffectiveness
        P and the NTU that reaches it, ``inf`` where P rises for ever.

    Raises
    ------
    InputError
        As :func:`plate_effectiveness`.
    """
    first, second = _checked_passes(passes)
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
        As in :func:`plate_effectiveness`; R is one number.

    Returns
    -------
    TransferUnits
        NTU, to a relative 1e-12 where P(NTU) is not flat; whether it is the only one; the largest P there is.

    Raises
    ------
    InfeasibleEffectivenessError
        If no NTU reaches P; it carries the largest P and its NTU.
    InputError
        If P is not between 0 and 1, or as :func:`plate_effectiveness`.

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
        while short(high) < 0.0 and high < math.log(_ENDLESS):
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
