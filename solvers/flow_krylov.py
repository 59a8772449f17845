"""Krylov iterations for a linear step of the flow equations, and the choice between two preconditioners.

The Jacobian is never formed: its product with a vector is a difference of two residuals, so that every term of
the residual, its limiter and its properties too, is in it. The preconditioner only has to be near it.

A multigrid cycle is the better one where shear and pressure rule. Where warm liquid overturns within a step, a
coarse grid sees other unstable layers than the fine one, its correction points anywhere, and sweeps of the coupled
smoother on the fine grid alone are better by far. Which it is depends on the state: the first vectors tell, and
where the cycle fails the solve begins anew (a space of vectors from both ways is worse than either).

References
----------
Y. Saad, SIAM J. Sci. Comput. 14 (1993) 461 (flexible GMRES).
"""

import numpy as np

from hashheat.solvers.flow_arrays import P
from hashheat.solvers.flow_cycle import CYCLE, SWEEPS
from hashheat.solvers.flow_system import System
from hashheat.thermo.jit import kernel

Array = np.ndarray

# A solve ends at this share of its right side, or after as many vectors as fit this many numbers.
_FORCING = 0.05
_NUMBERS = 40_000_000
_FEWEST, _MOST = 25, 120
# In time a shorter step is cheaper than a solve that leaves more than this share after so many vectors.
_LOOK, _HOPELESS = 12, 0.6
# Perturbation of the unknowns for a product with the Jacobian, in units of their ranges [-].
_PERTURBATION = 1e-6
# Vectors of a trial of the multigrid cycle; where it leaves more than this share a vector, sweeps are tried too.
_TRIAL = 6
_SLOW = 0.8
# Both are tried again after so many solves with the better one, if the last took more than this many vectors.
_AGAIN, _LONG = 8, 12
# Work of a vector with cycle and with sweeps, its product with the Jacobian included, in sweeps.
_WORK = (9.0, 14.0)


# Own loops: a threaded BLAS waits for its second thread on a machine that has other work (measured: a hundred
# times slower), and at these sizes gains nothing from it.


@kernel
def _dot(a: Array, b: Array) -> float:
    total = 0.0
    for row in range(a.shape[0]):
        for c in range(a.shape[1]):
            total += a[row, c] * b[row, c]
    return total


@kernel
def _add(to: Array, weight: float, a: Array) -> None:
    for row in range(a.shape[0]):
        for c in range(a.shape[1]):
            to[row, c] += weight * a[row, c]


def _upper_solve(h: Array, right: Array) -> Array:
    found = right.copy()
    for i in range(len(right) - 1, -1, -1):
        found[i] = (right[i] - float(np.sum(h[i, i + 1 :] * found[i + 1 :]))) / h[i, i]
    return found


def solve_linear(
    system: System, x: Array, plain: Array, right: Array, rows: Array, shift: Array | None
) -> tuple[Array, float]:
    """Solve (Jacobian + shift) step = rows * right by flexible GMRES.

    Parameters
    ----------
    system : System
        Its preconditioner has been updated at ``x``, and keeps which of its ways was better.
    x : (n_field, total) array
        State of the Jacobian.
    plain : (n_field, total) array
        Residual at ``x``, from which differences are taken.
    right, rows : (n_field, total) array
        Right side in units of the rows.
    shift : (n_field, total) array or None
        Diagonal of inertia over a time step.

    Returns
    -------
    (n_field, total) array
        The step.
    float
        Share of the right side that it leaves.
    """
    way = system.preconditioner
    way.solves += 1
    again = way.solves >= _AGAIN and way.vectors >= _LONG
    if not again and way.preferred is not None:
        step, way.vectors, left = _flexible(system, x, plain, right, rows, shift, way.preferred)
        return step, left
    step, way.vectors, left = _flexible(system, x, plain, right, rows, shift, CYCLE, True)
    if left <= _SLOW**_TRIAL or left <= _SLOW**way.vectors:
        way.preferred = None
        return step, left
    way.solves = 0
    pace = np.log(left) / (_WORK[CYCLE] * way.vectors)
    step, way.vectors, left = _flexible(system, x, plain, right, rows, shift, SWEEPS)
    way.preferred = SWEEPS
    if np.log(left) / (_WORK[SWEEPS] * way.vectors) > pace:
        way.preferred = CYCLE
        step, way.vectors, left = _flexible(system, x, plain, right, rows, shift, CYCLE)
    return step, left


def _flexible(
    system: System,
    x: Array,
    plain: Array,
    right: Array,
    rows: Array,
    shift: Array | None,
    kind: int,
    trial: bool = False,
) -> tuple[Array, int, float]:
    """The step with one preconditioner, its vectors, and the share that is left; a trial ends early."""
    size = float(np.sqrt(_dot(right, right)))
    if size == 0.0:
        return np.zeros_like(x), 1, 1e-300
    most = min(_MOST, max(_FEWEST, _NUMBERS // x.size))
    basis = [right / size]
    images: list[Array] = []
    h = np.zeros((most + 1, most))
    turned = np.zeros(most + 1)
    turned[0] = size
    cosine, sine = np.zeros(most), np.zeros(most)
    n = 0
    for j in range(most):
        step = system.preconditioner.apply(basis[j] * rows, kind).copy()
        images.append(step)
        # The pressure is linear in the equations: its size does not limit the perturbation.
        sizes = np.abs(step).max(axis=1) / system.scales
        sizes[P] = 0.0
        largest = float(sizes.max())
        w = _product(system, x, plain, step, _PERTURBATION / largest if largest > 0 else 1.0)
        if shift is not None:
            w += shift * step
        w /= rows
        for i in range(j + 1):
            h[i, j] = _dot(basis[i], w)
            _add(w, -h[i, j], basis[i])
        h[j + 1, j] = np.sqrt(_dot(w, w))
        beyond = h[j + 1, j]
        for i in range(j):
            a, b = h[i, j], h[i + 1, j]
            h[i, j], h[i + 1, j] = cosine[i] * a + sine[i] * b, cosine[i] * b - sine[i] * a
        length = float(np.hypot(h[j, j], h[j + 1, j]))
        if length == 0.0 or not np.isfinite(length):
            images.pop()
            break
        cosine[j], sine[j] = h[j, j] / length, h[j + 1, j] / length
        h[j, j] = length
        turned[j + 1] = -sine[j] * turned[j]
        turned[j] *= cosine[j]
        n = j + 1
        if abs(turned[n]) < _FORCING * size or beyond == 0.0:
            break
        basis.append(w / beyond)
        if trial and n == _TRIAL and abs(turned[n]) > _SLOW**n * size:
            break
        if shift is not None and n >= _LOOK and abs(turned[n]) > _HOPELESS * size:
            break
    system.krylov += n
    weights = _upper_solve(h[:n, :n], turned[:n])
    found = np.zeros_like(x)
    for weight, image in zip(weights, images):
        _add(found, weight, image)
    return found, max(n, 1), max(float(abs(turned[n])) / size, 1e-300)


def _product(system: System, x: Array, left: Array, step: Array, share: float) -> Array:
    """Jacobian times a step, by a difference of residuals."""
    return (system.residual(x + share * step) - left) / share
