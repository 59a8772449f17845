"""Flow in a ladder: many branches between a supply and a return header, O(n) a Newton step.

::

    Q ->  o---s1---o---s2---o--- ... ---o        supply header, S_i flows through segment i
          |q1      |q2      |q3         |qn
    Q <-  o---r1---o---r2---o--- ... ---o        return header: outlet at branch 1 (U) or branch n (Z) -> Q

Every branch and every segment loses ``a q + b q |q|``. With D_i the pressure between the headers at branch i,

    U:  D_i - D_{i+1} = loss_s(S_i) + loss_r(S_i)          Z:  D_i - D_{i+1} = loss_s(S_i) - loss_r(Q - S_i)

and ``q_i = S_{i-1} - S_i``, ``S_0 = Q``, ``S_n = 0``: a tridiagonal system in S_1 .. S_{n-1}, symmetric and
definite because every loss grows with its flow (the flow of least dissipation). Newton with the Thomas
algorithm.
"""

import numba
import numpy as np

from hashheat.thermo.errors import InputError
from hashheat.thermo.fused import fused
from hashheat.thermo.jit import kernel, parallel_kernel

U, Z = 0, 1

OK, NOT_CONVERGED = range(2)

_MAX_ITERATIONS = 60
_CHUNK = 32  # ladders a thread takes at once


@kernel
def _loss(a: float, b: float, q: float) -> float:
    return q * fused(b, abs(q), a)


@kernel
def _slope(a: float, b: float, q: float, floor: float) -> float:
    """Derivative of the loss, with the flow kept off zero where a purely quadratic branch has none."""
    return fused(2.0 * b, max(abs(q), floor), a)


@kernel
def _solve_one(
    Q: float,
    arrangement: int,
    branch_a: np.ndarray,
    branch_b: np.ndarray,
    supply_a: np.ndarray,
    supply_b: np.ndarray,
    return_a: np.ndarray,
    return_b: np.ndarray,
    tolerance: float,
    q: np.ndarray,
    S: np.ndarray,
    upper: np.ndarray,
) -> tuple[float, int]:
    """Branch flows of one ladder into q; returns the pressure between its ports and the status."""
    n = q.shape[0]
    floor = 1e-6 * Q / n
    for i in range(n + 1):
        S[i] = Q * (n - i) / n
    status = NOT_CONVERGED
    for _ in range(_MAX_ITERATIONS):
        largest = 0.0
        # Forward elimination of the step; S holds the last iterate, upper and q the reduced system.
        for i in range(1, n):
            left, right = S[i - 1] - S[i], S[i] - S[i + 1]
            f = _slope(branch_a[i - 1], branch_b[i - 1], left, floor)
            g = _slope(branch_a[i], branch_b[i], right, floor)
            residual = _loss(branch_a[i - 1], branch_b[i - 1], left) - _loss(branch_a[i], branch_b[i], right)
            residual -= _loss(supply_a[i - 1], supply_b[i - 1], S[i])
            diagonal = f + g + _slope(supply_a[i - 1], supply_b[i - 1], S[i], floor)
            if arrangement == U:
                residual -= _loss(return_a[i - 1], return_b[i - 1], S[i])
                diagonal += _slope(return_a[i - 1], return_b[i - 1], S[i], floor)
            else:
                residual += _loss(return_a[i - 1], return_b[i - 1], Q - S[i])
                diagonal += _slope(return_a[i - 1], return_b[i - 1], Q - S[i], floor)
            if i > 1:
                per_pivot = 1.0 / fused(-f, upper[i - 1], diagonal)
                q[i] = fused(f, q[i - 1], residual) * per_pivot
            else:
                per_pivot = 1.0 / diagonal
                q[i] = residual * per_pivot
            upper[i] = g * per_pivot
        step = 0.0
        for i in range(n - 1, 0, -1):
            step = q[i] + upper[i] * step
            S[i] += step
            largest = max(largest, abs(step))
        if largest <= tolerance * Q:
            status = OK
            break
    for i in range(n):
        q[i] = S[i] - S[i + 1]
    drop = _loss(branch_a[0], branch_b[0], q[0])
    if arrangement == Z:
        for i in range(1, n):
            drop += _loss(return_a[i - 1], return_b[i - 1], Q - S[i])
    return drop, status


@kernel
def _solve_range(
    first: int,
    last: int,
    Q: np.ndarray,
    arrangement: int,
    branch_a: np.ndarray,
    branch_b: np.ndarray,
    supply_a: np.ndarray,
    supply_b: np.ndarray,
    return_a: np.ndarray,
    return_b: np.ndarray,
    tolerance: float,
    flows: np.ndarray,
    drop: np.ndarray,
    status: np.ndarray,
) -> None:
    S = np.empty(flows.shape[1] + 1)
    upper = np.empty(flows.shape[1])
    for c in range(first, last):
        drop[c], status[c] = _solve_one(
            Q[c],
            arrangement,
            branch_a[c],
            branch_b[c],
            supply_a[c],
            supply_b[c],
            return_a[c],
            return_b[c],
            tolerance,
            flows[c],
            S,
            upper,
        )


@parallel_kernel
def _solve_parallel(
    chunk: int,
    Q: np.ndarray,
    arrangement: int,
    branch_a: np.ndarray,
    branch_b: np.ndarray,
    supply_a: np.ndarray,
    supply_b: np.ndarray,
    return_a: np.ndarray,
    return_b: np.ndarray,
    tolerance: float,
    flows: np.ndarray,
    drop: np.ndarray,
    status: np.ndarray,
) -> None:
    cases = flows.shape[0]
    for part in numba.prange((cases + chunk - 1) // chunk):
        _solve_range(
            part * chunk,
            min(cases, (part + 1) * chunk),
            Q,
            arrangement,
            branch_a,
            branch_b,
            supply_a,
            supply_b,
            return_a,
            return_b,
            tolerance,
            flows,
            drop,
            status,
        )


def solve_ladder(
    total_flow: np.ndarray | float,
    branch: tuple[np.ndarray, np.ndarray],
    supply: tuple[np.ndarray, np.ndarray],
    back: tuple[np.ndarray, np.ndarray],
    arrangement: int = U,
    *,
    tolerance: float = 1e-13,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Share a total flow among the branches of many ladders.

    Parameters
    ----------
    total_flow : (n_case,) array_like
        Flow into each ladder, > 0, in any unit consistent with the coefficients [kg/s].
    branch : pair of (n_case, n) array_like
        Coefficients a [Pa s/kg] and b [Pa s2/kg2] of every branch, ``loss = a q + b q |q|``; not negative, and
        not both zero.
    supply, back : pair of (n_case, n - 1) array_like
        The same for the segments of the supply and the return header.
    arrangement : int
        ``U`` (outlet at the inlet's end) or ``Z`` (outlet at the far end).
    tolerance : float
        Largest last Newton step over the total flow [-].

    Returns
    -------
    flows : (n_case, n) float array
        Branch flows; they add up to the total flow by construction.
    pressure_drop : (n_case,) float array
        Between the ladder's two ports [Pa].
    status : (n_case,) int array
        ``OK`` or ``NOT_CONVERGED``.

    Raises
    ------
    InputError
        For a flow that is not positive or a coefficient that is negative.

    Notes
    -----
    Mass conservation at every node and one pressure at every node (Bajura and Jones 1976, J. Fluids Eng. 98,
    654, without the momentum terms of the tees, which a long header with small branches can leave out).
    """
    Q = np.atleast_1d(np.asarray(total_flow, dtype=float))
    arrays = [np.ascontiguousarray(np.atleast_2d(x), dtype=float) for x in (*branch, *supply, *back)]
    if not (np.all(Q > 0.0) and np.all(np.isfinite(Q))):
        raise InputError(
            "the flow into a ladder must be positive and finite", found=float(np.min(Q)), accepted="> 0 kg/s"
        )
    if arrangement not in (U, Z):
        raise InputError("unknown arrangement of a ladder", found=arrangement, accepted=f"U = {U} or Z = {Z}")
    n = arrays[0].shape[1]
    for x, width in zip(arrays, (n, n, n - 1, n - 1, n - 1, n - 1)):
        if x.shape[1] != width:
            raise InputError(
                f"a ladder of {n} branches has {n - 1} segments on each header", found=x.shape[1]
            )
    if any(np.any(~((x >= 0.0) & (x < np.inf))) for x in arrays) or np.any(arrays[0] + arrays[1] <= 0.0):
        raise InputError(
            "a loss coefficient of a ladder is negative or missing", accepted="a >= 0, b >= 0, not both zero"
        )
    sizes = {Q.shape[0], *(x.shape[0] for x in arrays)} - {1}
    if len(sizes) > 1:
        raise InputError("the inputs of a ladder disagree in their number of cases", found=sorted(sizes))
    cases = max(sizes, default=1)
    Q = np.broadcast_to(Q, (cases,))
    a, b, sa, sb, ra, rb = (np.ascontiguousarray(np.broadcast_to(x, (cases, x.shape[1]))) for x in arrays)
    flows = np.empty((cases, n))
    drop = np.empty(cases)
    status = np.empty(cases, dtype=np.int64)
    given = (np.ascontiguousarray(Q), arrangement, a, b, sa, sb, ra, rb, tolerance, flows, drop, status)
    # Waking the threads costs more than a few ladders.
    if cases >= 2 * _CHUNK:
        _solve_parallel(_CHUNK, *given)
    else:
        _solve_range(0, cases, *given)
    return flows, drop, status
