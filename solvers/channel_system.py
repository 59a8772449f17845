"""One linear solve for all channels of a plate stack and the passes that feed them.

Channel j, with the matrix D = slope of :mod:`hashheat.solvers.upwind_element`, flow m and the heat that its plates
carry, obeys at its nodes

    m D (h - h_in) = across_j (T_{j-1} - T) + across_{j+1} (T_{j+1} - T) + further terms linear in T,

with ``h = cp T + rest``. Channels couple to their neighbours only, node by node: block tridiagonal with diagonal
blocks off the diagonal (block Thomas). The inlet enthalpies of the passes stay free until the end: one column of
the solution for each.

The blocks are inverted without pivoting: with B the diagonal matrix of quadrature weights, B D has a symmetric
part that is positive semidefinite (half the squares of both end values), the plates add a positive diagonal, and
elimination keeps that as long as heat capacities vary little along a channel.
"""

import numpy as np

from hashheat.thermo.jit import kernel


@kernel
def invert_in_place(a: np.ndarray) -> None:
    """Invert a square matrix by Gauss-Jordan elimination without pivoting."""
    s = a.shape[0]
    for p in range(s):
        scale = 1.0 / a[p, p]
        a[p, p] = 1.0
        for k in range(s):
            a[p, k] *= scale
        for i in range(s):
            if i != p:
                factor = a[i, p]
                a[i, p] = 0.0
                for k in range(s):
                    a[i, k] -= factor * a[p, k]


@kernel
def solve_channels(
    slope: np.ndarray,
    upward: np.ndarray,
    in_pass: np.ndarray,
    mass_flow: np.ndarray,
    cp: np.ndarray,
    rest: np.ndarray,
    loss: np.ndarray,
    across: np.ndarray,
    source: np.ndarray,
    inverses: np.ndarray,
    Y: np.ndarray,
) -> None:
    """Temperatures of all channels as linear functions of the inlet enthalpies of the passes.

    Parameters
    ----------
    slope : (s, s) array
        ``slope`` of the element.
    upward, in_pass, mass_flow : (n,) arrays
        Direction, pass and flow [kg/s] of each channel.
    cp, rest : (n, s) arrays
        Enthalpy at the nodes is cp T + rest [J/(kg K)], [J/kg].
    loss : (n, s) array
        Coefficient of a channel's own temperature in the heat that leaves it [W/K].
    across : (n + 1, s) array
        Coefficient of the temperature beyond the plate between channels j - 1 and j [W/K].
    source : (n, s) array
        Heat to the fluid that hangs on no temperature [W].
    inverses : (n, s, s) array
        Work space.
    Y : (n, s, c) array
        Solution, written: column 0 with all inlet enthalpies zero, column p + 1 for 1 J/kg at pass p.
    """
    n, s, columns = Y.shape
    # A downward channel meets the nodes in reverse; both matrices are laid out so that loops run straight.
    D = np.empty((2, s, s))
    ones = np.zeros((2, s))
    for i in range(s):
        for k in range(s):
            D[1, i, k] = slope[i, k]
            D[0, i, k] = slope[s - 1 - i, s - 1 - k]
            ones[1, i] += slope[i, k]
            ones[0, i] += slope[s - 1 - i, s - 1 - k]
    held = np.empty((s, columns))
    for j in range(n):
        block = inverses[j]
        right = Y[j]
        m = mass_flow[j]
        up = upward[j]
        for i in range(s):
            constant = 0.0
            for k in range(s):
                constant += D[up, i, k] * rest[j, k]
                block[i, k] = m * D[up, i, k] * cp[j, k]
            for c in range(columns):
                right[i, c] = 0.0
            right[i, 0] = source[j, i] - m * constant
            right[i, in_pass[j] + 1] = m * ones[up, i]
            block[i, i] += loss[j, i]
        if j > 0:
            before = inverses[j - 1]
            for i in range(s):
                d = across[j, i]
                for k in range(s):
                    block[i, k] -= d * before[i, k] * across[j, k]
                for c in range(columns):
                    # Y of the channel before holds its inverse times its right side.
                    right[i, c] += d * Y[j - 1, i, c]
        invert_in_place(block)
        for i in range(s):
            for c in range(columns):
                held[i, c] = 0.0
            for k in range(s):
                a = block[i, k]
                for c in range(columns):
                    held[i, c] += a * right[k, c]
        for i in range(s):
            for c in range(columns):
                right[i, c] = held[i, c]
    for j in range(n - 2, -1, -1):
        for i in range(s):
            for c in range(columns):
                held[i, c] = 0.0
            for k in range(s):
                a = inverses[j, i, k] * across[j + 1, k]
                for c in range(columns):
                    held[i, c] += a * Y[j + 1, k, c]
        for i in range(s):
            for c in range(columns):
                Y[j, i, c] += held[i, c]


@kernel
def solve_passes(
    upward: np.ndarray,
    in_pass: np.ndarray,
    feeds: np.ndarray,
    pass_side: np.ndarray,
    share: np.ndarray,
    to_end: np.ndarray,
    h_in: np.ndarray,
    cp: np.ndarray,
    rest: np.ndarray,
    Y: np.ndarray,
    theta: np.ndarray,
    leaving: np.ndarray,
) -> None:
    """Inlet enthalpies of the passes, each fed with the mixed outlet of the pass before it.

    Parameters
    ----------
    upward, in_pass : (n,) arrays
    feeds, pass_side : (q,) arrays
        Pass before each pass, or -1 at the inlet of the exchanger; fluid of each pass.
    share : (n,) array
        Flow of a channel over the flow of its pass [-].
    to_end : (s,) array
        Weights that carry node values to the end of a channel.
    h_in : (2,) array
        Enthalpy of each fluid at the inlet of the exchanger [J/kg].
    cp, rest : (n, s) arrays
        h = cp T + rest at the nodes.
    Y : (n, s, q + 1) array
        Of :func:`solve_channels`.
    theta, leaving : (q,) arrays
        Enthalpy at the inlet of each pass, and mixed at its outlet [J/kg], written.
    """
    n, s, columns = Y.shape
    passes = columns - 1
    kept = 1.0
    for k in range(s):
        kept -= to_end[k]
    mixing = np.zeros((passes, columns))
    for j in range(n):
        p = in_pass[j]
        mixing[p, p + 1] += share[j] * kept
        for i in range(s):
            weight = share[j] * (to_end[i] if upward[j] == 1 else to_end[s - 1 - i])
            mixing[p, 0] += weight * rest[j, i]
            for c in range(columns):
                mixing[p, c] += weight * cp[j, i] * Y[j, i, c]
    system = np.zeros((passes, passes))
    for p in range(passes):
        system[p, p] = 1.0
        source = feeds[p]
        if source < 0:
            theta[p] = h_in[pass_side[p]]
        else:
            theta[p] = mixing[source, 0]
            for c in range(passes):
                system[p, c] -= mixing[source, c + 1]
    if passes > 2:
        # A NaN would raise here, and in a parallel loop end all other cases too; the caller finds it later.
        if np.isfinite(system).all() and np.isfinite(theta).all():
            theta[:] = np.linalg.solve(system, theta)
        else:
            theta[:] = np.nan
    for p in range(passes):
        leaving[p] = mixing[p, 0]
        for c in range(passes):
            leaving[p] += mixing[p, c + 1] * theta[c]
