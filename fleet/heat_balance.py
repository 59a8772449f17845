"""One step of a plant: every temperature and every setting at once, by Newton's method."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from hashheat.fleet.circuits import Circuits
from hashheat.fleet.heat_equations import HeatEquations, Losses, Trial
from hashheat.fleet.part import Ledger, Now
from hashheat.thermo.errors import HashheatError

#: Residuals at rest: temperatures [K] and settings over their scale; flows over the largest.
_REST = 1e-9
_MAX_ROUNDS = 200
#: Rounds of Newton's method from where the last step ended; if they have not come near, a slower and safer way.
_FREE, _CLOSE = 12, 1e-3
#: First length of a step on that way, and how it grows.
_FIRST, _GROWTH = 0.3, 1.5
#: Largest change of a temperature in one round [K].
_LONGEST = 25.0


class BalanceError(HashheatError):
    """The temperatures and settings of a step could not be found."""


class Balanced(NamedTuple):
    """A step that is solved.

    Parameters
    ----------
    trial : Trial
        Its state.
    rounds : int
        Of Newton's method.
    residual : float
        Largest, in K or in scales of a setting.
    """

    trial: Trial
    rounds: int
    residual: float


class HeatBalance:
    """Solver of the equations of a plant.

    Parameters
    ----------
    circuits : Circuits
        The plant, put together; every part knows its fluids.
    """

    def __init__(self, circuits: Circuits) -> None:
        self.equations = HeatEquations(circuits)
        self.parts = circuits.parts
        tables = [fluid.table for fluid in self.equations.fluid_at]
        self._coldest = np.array([table.T_min for table in tables])
        self._warmest = np.array([table.T_max for table in tables])

    def solve(self, now: Now, memories: Sequence[Any], T: np.ndarray, setting: np.ndarray) -> Balanced:
        """State at the end of a step.

        Parameters
        ----------
        now : Now
        memories : sequence
            Of every part, from the step before.
        T, setting : array
            Where to start; nodes without flow keep this temperature.

        Returns
        -------
        Balanced
            It depends on the arguments alone, to the last bit.

        Raises
        ------
        BalanceError
            Naming the place that does not come to rest.
        """
        equations, n = self.equations, len(T)
        first = np.concatenate([T, setting])
        x, delta, last, r = first, np.inf, np.inf, np.zeros(0)
        losses = self._first_losses(first, n)
        before = None
        for rounds in range(1, _MAX_ROUNDS + 1):
            trial = equations.trial(x[:n], x[n:], losses, before)
            before = trial.hydraulics
            found = equations.residual(now, memories, trial, T)
            r = found.r
            size = float(np.max(np.abs(r), initial=0.0))
            # Losses follow the flows: they rest too, or all is found anew with them.
            new = equations.losses(trial.T, trial.flow)
            if size < _REST and self._rest(trial, new):
                return Balanced(trial, rounds, size)
            if rounds == _FREE and size > _CLOSE:
                x, delta, last, before = first, _FIRST, np.inf, None
                losses = self._first_losses(first, n)
                continue
            losses = new
            if size >= _REST:
                delta *= _GROWTH if size < 2.0 * last else 0.2
                last = size
                J = equations.jacobian(now, memories, trial, found, losses)
                x = x + self._held_back(self._step(J, r, delta), x)
                x[:n] = np.clip(x[:n], self._coldest, self._warmest)
        worst = int(np.argmax(np.abs(r)))
        ends = np.flatnonzero((x[:n] <= self._coldest) | (x[:n] >= self._warmest))
        beyond = "".join(
            f"; the water at {equations.circuits.name(int(node))} stands at the end of its range as a liquid, "
            f"{x[node] - 273.15:.1f} degC"
            for node in ends[:1]
        )
        raise BalanceError(
            f"step {now.number} of the plant did not come to rest: {equations.place(worst)} is still off by "
            f"{abs(r[worst]):.3g} {'K' if worst < n else 'of its scale'} after {_MAX_ROUNDS} rounds{beyond}"
        )

    def finish(
        self, now: Now, memories: Sequence[Any], trial: Trial
    ) -> tuple[tuple[Any, ...], tuple[Ledger, ...]]:
        """Memories and ledgers of all parts after a solved step."""
        done = [part.finish(now, m, given) for part, m, given in zip(self.parts, memories, trial.given)]
        return tuple(memory for memory, _ in done), tuple(ledger for _, ledger in done)

    def _first_losses(self, x: np.ndarray, n: int) -> Losses:
        """Losses at the settings, as if every path that is not controlled carried the largest flow of them."""
        equations = self.equations
        flow, flow_of = np.zeros(equations.n_path), equations.circuits.flow_of
        flow[flow_of[flow_of >= 0]] = x[n:][flow_of >= 0]
        largest = max(1e-3, float(np.max(np.abs(flow), initial=0.0)))
        return equations.losses(x[:n], np.where(flow == 0.0, largest, flow))

    def _rest(self, trial: Trial, losses: Losses) -> bool:
        """Whether flows stay where they are with losses taken at them."""
        new, _, _ = self.equations.circuits.flows(trial.setting, losses.a, losses.b, trial.hydraulics)
        moved, largest = (float(np.max(np.abs(x), initial=0.0)) for x in (new - trial.flow, new))
        return moved <= _REST * max(largest, 1e-30)

    def _held_back(self, step: np.ndarray, x: np.ndarray) -> np.ndarray:
        """A step that leaves no temperature and no flow far from where the slopes were taken."""
        n = len(self._coldest)
        step = step * min(1.0, _LONGEST / max(float(np.max(np.abs(step[:n]))), 1e-30))
        own = np.flatnonzero(self.equations.circuits.flow_of >= 0)
        flow, change, scale = x[n + own], step[n + own], self.equations.scale[own]
        # A flow falls to a third at most, so that the heat it carries does not boil what is left of it.
        least = np.where(flow > 1e-3 * scale, -0.67 * flow, -flow)
        step[n + own] = np.clip(change, least, np.maximum(flow, 0.2 * scale))
        return step

    def _step(self, J: np.ndarray, r: np.ndarray, delta: float) -> np.ndarray:
        """Newton's step, or one of length delta in a time of its own.

        In that time a node takes up what arrives with a time constant of 1, and an actuator follows its rule with
        one of 3: what a slow, stable control would do. With a growing delta it ends as Newton's method (Kelley and
        Keyes, SIAM J. Numer. Anal. 35 (1998) 508).
        """
        if np.isfinite(delta):
            n = len(self._coldest)
            J = J.copy()
            diagonal = np.arange(len(r))
            J[diagonal, diagonal] += np.concatenate([np.full(n, -1.0), 3.0 / self.equations.scale]) / delta
        try:
            step: np.ndarray = np.linalg.solve(J, -r)
        except np.linalg.LinAlgError:
            step = np.linalg.lstsq(J, -r, rcond=1e-12)[0]
        return step if np.all(np.isfinite(step)) else np.linalg.lstsq(J, -r, rcond=1e-10)[0]
