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
from typing import Any

import numpy as np

from hashheat.thermo.errors import InputError
from hashheat.thermo.jit import kernel

#: NTU that stands for infinity: P there differs from its limit by less than rounding.
ENDLESS = 1e100


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
    x, y = min(NTU, ENDLESS) / passes_1, R * passes_1 / passes_2
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
def sweep(
    NTU: np.ndarray,
    R: np.ndarray,
    passes_1: int,
    passes_2: int,
    overall_counter: bool,
    first_counter: bool,
    P: np.ndarray,
) -> None:
    """Effectiveness of many exchangers of one arrangement, inputs unchecked.

    Parameters
    ----------
    NTU, R : (N,) arrays
        [-]
    passes_1, passes_2, overall_counter, first_counter
        As in :func:`pass_effectiveness`.
    P : (N,) array
        Written [-].
    """
    for case in range(P.size):
        P[case] = pass_effectiveness(NTU[case], R[case], passes_1, passes_2, overall_counter, first_counter)


def checked_passes(passes: tuple[int, int]) -> tuple[int, int]:
    """Passes of both sides as plain integers.

    Raises
    ------
    InputError
        Unless they are two whole numbers, at least 1 each.
    """
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
    first, second = checked_passes(passes)
    try:
        N, ratio = np.broadcast_arrays(np.asarray(NTU, dtype=float), np.asarray(R, dtype=float))
    except ValueError as error:
        raise InputError("NTU and R do not go together", key="NTU, R", found=str(error)) from error
    refuse("NTU", N, N >= 0.0, "at least 0")
    refuse("R", ratio, (ratio >= 0.0) & (ratio < math.inf), "at least 0, finite")
    P = np.empty(N.size)
    sweep(N.ravel(), ratio.ravel(), first, second, bool(overall_counter), bool(first_counter), P)
    return float(P[0]) if N.ndim == 0 else P.reshape(N.shape)
