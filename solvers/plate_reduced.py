"""A reduced plate stack: blocks of infinite plates, scaled by how the full stack differs from them.

The blocks carry the films, the changes of regime and the variable properties; what end plates, unequal passes
and ports add to that is a smooth factor near 1. The ratios full stack over blocks are therefore polynomials of
low degree in (ln flow of side 0, ln flow of side 1, inlet temperature of side 0, of side 1): products of
Chebyshev polynomials through the Lobatto points of each range (Trefethen, Approximation Theory and
Approximation Practice, SIAM 2013, chapters 2 to 4).
"""

import numba
import numpy as np

from hashheat.solvers import plate_rating as pr
from hashheat.solvers import plate_stack as ps
from hashheat.thermo.jit import kernel, parallel_kernel
from hashheat.thermo.packed_table import unpack
from hashheat.thermo.property_kernels import enthalpy, temperature_from_enthalpy

#: What is scaled: heat, pressure drop of each side, overall conductance.
HEAT, DROP_0, DROP_1, CONDUCTANCE = range(4)
N_RATIOS = 4

#: Axes of a fit are the first four columns of a case: two flows (as logarithms), two temperatures.
AXES = (ps.FLOW_0, ps.FLOW_1, ps.T_IN_0, ps.T_IN_1)


def lobatto_points(count: int) -> np.ndarray:
    """Extrema of a Chebyshev polynomial, from -1 to 1; those of n points are among those of 2 n - 1.

    Parameters
    ----------
    count : int
        1 (the middle) or more.

    Returns
    -------
    (count,) array
    """
    if count == 1:
        return np.zeros(1)
    # As a sine the points are symmetric to rounding and the middle is 0.
    k = np.arange(count)
    return np.sin(0.5 * np.pi * (2 * k - (count - 1)) / (count - 1))


def chebyshev_coefficients(values: np.ndarray) -> np.ndarray:
    """Chebyshev coefficients of the polynomial through values at Lobatto points.

    Parameters
    ----------
    values : (n0, n1, n2, n3, fields) array
        On the grid of :func:`lobatto_points` of each of the first four axes.

    Returns
    -------
    (n0, n1, n2, n3, fields) array
    """
    found = np.asarray(values, dtype=float)
    for axis in range(found.ndim - 1):
        n = found.shape[axis]
        if n == 1:
            continue
        inverse = np.linalg.inv(np.polynomial.chebyshev.chebvander(lobatto_points(n), n - 1))
        found = np.moveaxis(np.tensordot(inverse, found, axes=(1, axis)), 0, axis)
    return np.ascontiguousarray(found)


@kernel
def stack_ratios(
    case: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    coefficients: np.ndarray,
    basis: np.ndarray,
    ratio: np.ndarray,
) -> None:
    """Ratios full stack over blocks of one case.

    Parameters
    ----------
    case : (N_INPUTS,) array
        Columns of :data:`hashheat.solvers.plate_stack.INPUTS`.
    low, high : (4,) arrays
        Ends of the fitted ranges: ln flow [kg/s], temperature [K]. Not read on axes with one point.
    coefficients : (n0, n1, n2, n3, N_RATIOS) array
        Of :func:`chebyshev_coefficients`.
    basis : (4, n) array
        Work space, n the largest of n0 to n3.
    ratio : (N_RATIOS,) array
        Written.
    """
    for axis in range(4):
        n = coefficients.shape[axis]
        basis[axis, 0] = 1.0
        if n == 1:
            continue
        value = np.log(case[axis]) if axis < 2 else case[axis]
        x = (2.0 * value - low[axis] - high[axis]) / (high[axis] - low[axis])
        basis[axis, 1] = x
        for k in range(2, n):
            basis[axis, k] = 2.0 * x * basis[axis, k - 1] - basis[axis, k - 2]
    ratio[:] = 0.0
    for i in range(coefficients.shape[0]):
        for j in range(coefficients.shape[1]):
            flows = basis[0, i] * basis[1, j]
            for k in range(coefficients.shape[2]):
                for m in range(coefficients.shape[3]):
                    weight = flows * basis[2, k] * basis[3, m]
                    for field in range(N_RATIOS):
                        ratio[field] += weight * coefficients[i, j, k, m, field]


@kernel
def scale_case(case: np.ndarray, ratio: np.ndarray, packed: np.ndarray, out: np.ndarray) -> None:
    """Turn the result of the blocks into that of the full stack.

    Heat, pressure drops and conductances are scaled and the outlets follow from the heat; the other columns
    remain those of the blocks.

    Parameters
    ----------
    case : (N_INPUTS,) array
    ratio : (N_RATIOS,) array
    packed : (2, 100) array
        Property tables of the sides.
    out : (N_OUTPUTS,) array
        Columns of :mod:`hashheat.solvers.plate_rating`, changed in place.
    """
    for side in range(2):
        out[pr.CHANNEL_DROP_0 + side] *= ratio[DROP_0 + side]
        out[pr.PORT_DROP_0 + side] *= ratio[DROP_0 + side]
    out[pr.UA] *= ratio[CONDUCTANCE]
    out[pr.UA_CLEAN] *= ratio[CONDUCTANCE]
    if case[ps.FLOW_0] == 0.0 or case[ps.FLOW_1] == 0.0:
        # No heat leaves, and what stands still takes the temperature of what flows past.
        flowing = case[ps.T_IN_1] if case[ps.FLOW_0] == 0.0 else case[ps.T_IN_0]
        for side in range(2):
            out[pr.HEAT_0 + side] = 0.0
            out[pr.T_OUT_0 + side] = flowing
        return
    largest = np.inf
    for side in range(2):
        table = unpack(packed[side])
        to = min(max(case[ps.T_IN_1 - side], table.T_min), table.T_max)
        possible = case[ps.FLOW_0 + side] * abs(enthalpy(table, to) - enthalpy(table, case[ps.T_IN_0 + side]))
        largest = min(largest, possible)
    scaled = ratio[HEAT] * out[pr.HEAT_1]
    heat = scaled
    if abs(scaled) > largest:
        # The full stack stays below what the second law allows, so what is above it is the fit's own error, and
        # the blocks lie nearer.
        heat = min(abs(out[pr.HEAT_1]), largest) if scaled > 0.0 else -min(abs(out[pr.HEAT_1]), largest)
    out[pr.HEAT_0], out[pr.HEAT_1] = -heat, heat
    for side in range(2):
        table = unpack(packed[side])
        h_in = enthalpy(table, case[ps.T_IN_0 + side])
        out[pr.T_OUT_0 + side] = temperature_from_enthalpy(
            table, h_in + out[pr.HEAT_0 + side] / case[ps.FLOW_0 + side]
        )


@parallel_kernel
def scale_cases(
    cases: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    coefficients: np.ndarray,
    packed: np.ndarray,
    out: np.ndarray,
) -> None:
    """Turn results of the blocks into those of the full stack, each case in its own row.

    Parameters
    ----------
    cases : (N, N_INPUTS) array
    low, high, coefficients
        As in :func:`stack_ratios`.
    packed : (2, 100) array
    out : (N, N_OUTPUTS) array
        As :func:`hashheat.solvers.plate_rating.rate_cases` wrote it for the blocks; changed in place.
    """
    widest = max(coefficients.shape[0], coefficients.shape[1], coefficients.shape[2], coefficients.shape[3])
    for i in numba.prange(cases.shape[0]):
        basis, ratio = np.empty((4, widest)), np.empty(N_RATIOS)
        stack_ratios(cases[i], low, high, coefficients, basis, ratio)
        scale_case(cases[i], ratio, packed, out[i])
