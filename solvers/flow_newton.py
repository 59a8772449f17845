"""Newton's method for the flow equations, each step solved by Krylov iterations with a multigrid cycle.

The Jacobian is never formed: its product with a vector is a difference of two residuals, so that every term of
the residual, its limiter and its properties too, is in it. The multigrid cycle only has to be near it.

References
----------
D. Knoll, D. Keyes, J. Comput. Phys. 193 (2004) 357 (Jacobian-free Newton-Krylov); Y. Saad, SIAM J. Sci. Comput.
14 (1993) 461 (flexible GMRES).
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from hashheat.solvers.flow_arrays import P, T, U, V, W, padded_state
from hashheat.solvers.flow_cycle import Level, Preconditioner
from hashheat.solvers.flow_model import rest
from hashheat.solvers.flow_operator import HEAT
from hashheat.solvers.flow_residual import Fields, fields_of, residual
from hashheat.solvers.flow_scales import temperature_range
from hashheat.thermo.jit import kernel

Array = np.ndarray

# A Krylov solve ends at this share of its right side, or after as many vectors as fit this many numbers.
_FORCING = 0.05
_NUMBERS = 20_000_000
_FEWEST, _MOST = 25, 120
# A step is halved down to this.
_SHORTEST = 1.0 / 16.0
# Perturbation of the unknowns for a product with the Jacobian, in units of their ranges [-].
_PERTURBATION = 1e-6


@dataclass
class System:
    """The equations of the finest level with what iterations on them need.

    Parameters
    ----------
    levels : list of Level
        Finest first.
    scales : (n_field,) array
        Range of each unknown.
    at_rest : (n_field, total) array
        Residual of the liquid at rest, midway between the imposed temperatures: what residuals are measured by.
    krylov : int
        Multigrid cycles so far.
    """

    levels: list[Level]
    scales: Array
    fields: Fields = field(init=False)
    preconditioner: Preconditioner = field(init=False)
    at_rest: Array = field(init=False)
    krylov: int = 0

    def __post_init__(self) -> None:
        self.fields = fields_of(self.case)
        self.preconditioner = Preconditioner(self.levels)
        box = self.levels[0].box
        low, high = temperature_range(box)
        self.at_rest = self.residual(
            padded_state(box, rest(box, 0.5 * (low + high)), self.case.geometry.shape)
        )

    def reference(self, rows: Array) -> float:
        """Size of the residual at rest in units of the rows; 1 where it is zero."""
        size = float(np.linalg.norm(self.at_rest / rows))
        return size if size > 0 else 1.0

    def relative(self, x: Array) -> float:
        """Size of the residual over that at rest, in units of the rows of the last linearisation."""
        rows = self.rows()
        return float(np.linalg.norm(self.residual(x) / rows)) / self.reference(rows)

    @property
    def case(self):
        """Arrays of the finest level."""
        return self.levels[0].case

    def residual(self, x: Array) -> Array:
        """Left-over of every control volume; the ghosts of ``x`` are filled."""
        out = np.zeros_like(x)
        residual(self.case, x, self.fields, self.scales, out)
        return out

    def velocities(self) -> tuple[int, ...]:
        """Rows of the velocities."""
        return (U, V, W) if self.levels[0].x.shape[0] == 5 else (U, V)

    def inertia(self) -> Array:
        """Mass around each face [kg], by pore velocity, and heat capacity of each cell [J/K]."""
        case = self.case
        found = np.zeros_like(self.levels[0].x)
        for a, row in enumerate(self.velocities()):
            found[row] = case.liquid.density * case.room[a] * case.loose[a] * case.geometry.active[a]
        found[T] = case.capacity
        return found

    def rows(self) -> Array:
        """Size of each row by its diagonal and the ranges of the unknowns."""
        case, op = self.case, self.levels[0].operator
        found = np.ones_like(self.levels[0].x)
        for a, row in enumerate(self.velocities()):
            on = case.geometry.active[a] > 0
            found[row, on] = op.diagonal[a, on] * self.scales[U]
        inside = case.volume > 0
        found[T, inside] = op.diagonal[HEAT, inside] * self.scales[T]
        found[P, inside] = (case.full[0] + case.full[1] + case.full[2])[inside] * self.scales[U]
        return np.where(found > 0.0, found, 1.0)


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


def _krylov(
    system: System, x: Array, plain: Array, right: Array, rows: Array, shift: Array | None
) -> tuple[Array, float]:
    """Solve (Jacobian + shift) step = rows * right by flexible GMRES; the step, and the share that stays.

    ``plain`` is the residual at ``x`` from which differences are taken.
    """
    size = float(np.sqrt(_dot(right, right)))
    if size == 0.0:
        return np.zeros_like(x), 0.0
    most = min(_MOST, max(_FEWEST, _NUMBERS // x.size))
    basis = [right / size]
    images: list[Array] = []
    h = np.zeros((most + 1, most))
    turned = np.zeros(most + 1)
    turned[0] = size
    cosine, sine = np.zeros(most), np.zeros(most)
    n = 0
    for j in range(most):
        step = system.preconditioner.cycle(basis[j] * rows).copy()
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
    system.krylov += n
    weights = _upper_solve(h[:n, :n], turned[:n])
    found = np.zeros_like(x)
    for weight, image in zip(weights, images):
        _add(found, weight, image)
    return found, float(abs(turned[n]) / size)


def _product(system: System, x: Array, left: Array, step: Array, share: float) -> Array:
    """Jacobian times a step, by a difference of residuals."""
    return (system.residual(x + share * step) - left) / share


@dataclass
class Progress:
    """What Newton's method met on its way.

    Parameters
    ----------
    steps : int
    norms : list of float
        Size of the residual before each step and after the last one: in steady problems over that at rest, in
        time in units of the rows.
    parts : list of (n_field,) array
        The same by equation.
    """

    steps: int
    norms: list[float]
    parts: list[Array]


def newton(
    system: System,
    x: Array,
    done: Callable[[Array, float, Array], bool],
    max_steps: int,
    shift: Array | None = None,
    known: Array | None = None,
    rate: float = 0.0,
) -> tuple[Array, Progress]:
    """Solve the equations from a start.

    Full steps where they reduce the residual, shorter ones where not; where even short ones fail it gives up.

    Parameters
    ----------
    system : System
    x : (n_field, total) array
        Start.
    done : callable
        Called with the unknowns, the size of the residual and the residual; true ends the iteration.
    max_steps : int
    shift, known : (n_field, total) array, optional
        ``shift * x - known`` is added to the equations: inertia of a real time step.
    rate : float
        Inverse of that time step, for the preconditioner [1/s].

    Returns
    -------
    (n_field, total) array
        Unknowns.
    Progress
    """

    def left_over(y: Array) -> tuple[Array, Array]:
        plain = system.residual(y)
        return plain, plain if shift is None else plain + shift * y - known

    plain, left = left_over(x)
    norms: list[float] = []
    parts: list[Array] = []
    for step in range(max_steps + 1):
        system.preconditioner.update(x, system.scales, rate)
        rows = system.rows()
        # In time there is no state at rest to measure by: the rows alone have to do.
        unit = rows if shift is not None else rows * system.reference(rows)
        scaled = left / unit
        norms.append(float(np.linalg.norm(scaled)))
        parts.append(np.linalg.norm(scaled, axis=1))
        ended = Progress(step, norms, parts)
        if not np.isfinite(norms[-1]) or done(x, norms[-1], scaled) or step == max_steps:
            return x, ended
        correction, _ = _krylov(system, x, plain, -left / rows, rows, shift)
        length, size = 1.0, np.inf
        while length >= _SHORTEST:
            trial = x + length * correction
            plain_new, left_new = left_over(trial)
            size = float(np.linalg.norm(left_new / unit))
            if np.isfinite(size) and size < (1.0 - 1e-4 * length) * norms[-1]:
                break
            length *= 0.5
        if length < _SHORTEST:
            return x, ended
        x, plain, left = trial, plain_new, left_new
    return x, ended
