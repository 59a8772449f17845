"""The equations of a flow's finest grid with what iterations on them need: residual, inertia and sizes of rows."""

from dataclasses import dataclass, field

import numpy as np

from hashheat.solvers.flow_arrays import P, T, U, V, W, padded_state
from hashheat.solvers.flow_cycle import Level, Preconditioner
from hashheat.solvers.flow_fields import Fields
from hashheat.solvers.flow_model import rest
from hashheat.solvers.flow_operator import HEAT
from hashheat.solvers.flow_residual import residual
from hashheat.solvers.flow_scales import temperature_range

Array = np.ndarray


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
    rows : (n_field, total) array
        Sizes of the rows of the last linearisation.
    krylov : int
        Vectors so far.
    """

    levels: list[Level]
    scales: Array
    preconditioner: Preconditioner = field(init=False)
    rows: Array = field(init=False)
    at_rest: Array = field(init=False)
    krylov: int = 0

    def __post_init__(self) -> None:
        self.preconditioner = Preconditioner(self.levels)
        self.rows = np.zeros(0)
        box = self.levels[0].box
        low, high = temperature_range(box)
        self.at_rest = self.residual(
            padded_state(box, rest(box, 0.5 * (low + high)), self.case.geometry.shape)
        )

    def linearise(self, x: Array, rate: float) -> None:
        """Linearise with an inverse time step [1/s]: preconditioner and sizes of the rows.

        About ``x``, of which the residual was the last one taken: its fields are used.
        """
        self.preconditioner.update(x, self.scales, rate)
        self.rows = self._sizes()

    def reference(self) -> float:
        """Size of the residual at rest in units of the rows; 1 where it is zero."""
        size = float(np.linalg.norm(self.at_rest / self.rows))
        return size if size > 0 else 1.0

    def relative(self, residual: Array) -> Array:
        """A residual over the size of that at rest, in units of the rows of the last linearisation."""
        return residual / (self.rows * self.reference())

    @property
    def case(self):
        """Arrays of the finest level."""
        return self.levels[0].case

    @property
    def fields(self) -> Fields:
        """Of the unknowns whose residual was taken last."""
        return self.levels[0].fields

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

    def _sizes(self) -> Array:
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
