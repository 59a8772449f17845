"""One step of a plant: every temperature and every setting at once, by Newton's method.

Unknown are the temperature of each node and the setting of each actuator. At a node the water that arrives mixes to
the node's temperature; an actuator stands where its own rule wants it. Both are written down part by part, each
part is differentiated by itself, and the flows are those of the pressures at the settings of the trial.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from hashheat.fleet.circuits import Circuits
from hashheat.fleet.part import Given, Ledger, Now
from hashheat.thermo.errors import HashheatError

#: Residuals at rest: temperatures [K] and settings over their scale.
_REST = 1e-9
_MAX_ROUNDS = 200
#: Rounds of Newton's method from where the last step ended; if they have not come near, a slower and safer way.
_FREE, _CLOSE = 12, 1e-3
#: First length of a step on that way, and how it grows.
_FIRST, _GROWTH = 0.3, 1.5
#: Largest change of a temperature in one step [K].
_LONGEST = 25.0
_DT, _DREL = 1e-4, 1e-6
#: A node that gets less than this share of the largest flow keeps its temperature.
_STILL = 1e-9


class BalanceError(HashheatError):
    """The temperatures and settings of a step could not be found."""


class Trial(NamedTuple):
    """A solved step.

    Parameters
    ----------
    T : (n_node,) array
        [K]
    setting : (n_actuator,) array
    flow : (n_path,) array
        [kg/s]
    pressure : (n_node,) array
        [Pa]
    given : tuple of Given
        What surrounded each part.
    rounds : int
        Of Newton's method.
    residual : float
        Largest, in K or in scales of a setting.
    """

    T: np.ndarray
    setting: np.ndarray
    flow: np.ndarray
    pressure: np.ndarray
    given: tuple[Given, ...]
    rounds: int
    residual: float


class HeatBalance:
    """The equations of a plant.

    Parameters
    ----------
    circuits : Circuits
        The plant, put together; every part knows its fluids.
    """

    def __init__(self, circuits: Circuits) -> None:
        self.circuits = circuits
        self.parts = circuits.parts
        paths, actuators, first_path, first_actuator = [], [], 0, 0
        for part in self.parts:
            paths.append(slice(first_path, first_path + len(part.paths)))
            actuators.append(slice(first_actuator, first_actuator + len(part.actuators)))
            first_path, first_actuator = paths[-1].stop, actuators[-1].stop
        self._paths, self._actuators = paths, actuators
        self.n_actuator = first_actuator
        self._scale = np.array([a.scale for part in self.parts for a in part.actuators])
        self._held = [
            tuple(circuits.node_of[port] for a in part.actuators for port in a.held) for part in self.parts
        ]
        self._fluid_of_path = [fluid for part in self.parts for fluid in part.fluids]
        fluids: dict[int, Any] = {}
        for path, fluid in enumerate(self._fluid_of_path):
            fluids[int(circuits.circuit[circuits.start[path]])] = fluid.table
        self._coldest = np.array([fluids[int(c)].T_min for c in circuits.circuit])
        self._warmest = np.array([fluids[int(c)].T_max for c in circuits.circuit])
        self._before: Any = None

    def solve(self, now: Now, memories: Sequence[Any], T: np.ndarray, setting: np.ndarray) -> Trial:
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
        Trial

        Raises
        ------
        BalanceError
            Naming the place that does not come to rest.
        """
        n = self.circuits.n_node
        kept = T.copy()
        # Nothing but the arguments may show in the result: a run that is taken up again must not differ.
        self._before = None
        x = np.concatenate([T, setting])
        a, b = self._losses(x, None)
        first = x.copy()
        delta, last, r = np.inf, np.inf, np.zeros(0)
        for rounds in range(1, _MAX_ROUNDS + 1):
            trial = self._given(x, a, b)
            r, J = self._equations(now, memories, x, trial, kept)
            size = float(np.max(np.abs(r)))
            if size < _REST:
                # Losses follow the flows: they rest too, or the flows are found anew with them.
                a_new, b_new = self._losses(x, trial.flow)
                moved = self._settled(trial.flow, a_new, b_new, x)
                a, b = a_new, b_new
                if moved < _REST:
                    return trial._replace(rounds=rounds, residual=size)
                continue
            if rounds == _FREE and size > _CLOSE:
                x, delta, last = first.copy(), _FIRST, np.inf
                a, b = self._losses(x, None)
                continue
            delta *= _GROWTH if size < 2.0 * last else 0.2
            last = size
            x = x + self._held_back(self._newton(J, r, delta), x)
            x[:n] = np.clip(x[:n], self._coldest, self._warmest)
            a, b = self._losses(x, trial.flow)
        worst = int(np.argmax(np.abs(r)))
        raise BalanceError(
            f"step {now.index} of the plant did not come to rest: {self._place(worst)} is still off by "
            f"{abs(r[worst]):.3g} {'K' if worst < n else 'of its scale'} after {_MAX_ROUNDS} rounds"
        )

    def finish(self, now: Now, memories: Sequence[Any], trial: Trial) -> tuple[list[Any], list[Ledger]]:
        """Memories and ledgers of all parts after a solved step."""
        done = [
            part.finish(now, memory, given) for part, memory, given in zip(self.parts, memories, trial.given)
        ]
        return [memory for memory, _ in done], [ledger for _, ledger in done]

    def _held_back(self, step: np.ndarray, x: np.ndarray) -> np.ndarray:
        """A step that leaves no temperature and no flow far from where the slopes were taken."""
        n = self.circuits.n_node
        step = step * min(1.0, _LONGEST / max(float(np.max(np.abs(step[:n]))), 1e-30))
        own = np.flatnonzero(self.circuits.flow_of >= 0)
        flow, change, scale = x[n + own], step[n + own], self._scale[own]
        # A flow falls to a third at most, so that the heat it carries does not boil what is left of it.
        least = np.where(flow > 1e-3 * scale, -0.67 * flow, -flow)
        step[n + own] = np.clip(change, least, np.maximum(flow, 0.2 * scale))
        return step

    def _newton(self, J: np.ndarray, r: np.ndarray, delta: float) -> np.ndarray:
        """Newton's step, or one of length delta in a time of its own.

        In that time a node takes up what arrives with a time constant of 1, and an actuator follows its rule with
        one of 3: what a slow, stable control would do. With a growing delta it ends as Newton's method (Kelley and
        Keyes, SIAM J. Numer. Anal. 35 (1998) 508).
        """
        if np.isfinite(delta):
            n = self.circuits.n_node
            J = J.copy()
            diagonal = np.arange(len(r))
            J[diagonal, diagonal] += np.concatenate([np.full(n, -1.0), 3.0 / self._scale]) / delta
        try:
            step = np.linalg.solve(J, -r)
        except np.linalg.LinAlgError:
            step = np.linalg.lstsq(J, -r, rcond=1e-12)[0]
        return step if np.all(np.isfinite(step)) else np.linalg.lstsq(J, -r, rcond=1e-10)[0]

    def _place(self, row: int) -> str:
        n = self.circuits.n_node
        if row < n:
            return f"the temperature at {self.circuits.name(row)}"
        k = row - n
        for part, own in zip(self.parts, self._actuators):
            if own.start <= k < own.stop:
                return f"{part.name}.{part.actuators[k - own.start].name}"
        return "?"

    def _losses(self, x: np.ndarray, flow: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
        """Loss coefficients of every path at the flows of the last trial."""
        if flow is None:
            flow = self._guess_flow(x)
        a, b = np.zeros(flow.size), np.zeros(flow.size)
        start, end = self.circuits.start, self.circuits.end
        for part, own in zip(self.parts, self._paths):
            for i, p in enumerate(range(own.start, own.stop)):
                up = start[p] if flow[p] >= 0.0 else end[p]
                a[p], b[p] = part.loss(i, float(flow[p]), float(x[up]))
        return a, b

    def _guess_flow(self, x: np.ndarray) -> np.ndarray:
        flow = np.zeros(len(self.circuits.start))
        own = self.circuits.flow_of >= 0
        flow[self.circuits.flow_of[own]] = x[self.circuits.n_node :][own]
        return np.where(flow == 0.0, max(1e-3, float(np.max(np.abs(flow), initial=0.0))), flow)

    def _settled(self, flow: np.ndarray, a: np.ndarray, b: np.ndarray, x: np.ndarray) -> float:
        """How far the flows move with new losses, over the largest."""
        new, _, self._before = self.circuits.flows(x[self.circuits.n_node :], a, b, self._before)
        return float(np.max(np.abs(new - flow)) / max(float(np.max(np.abs(new))), 1e-30))

    def _given(self, x: np.ndarray, a: np.ndarray, b: np.ndarray) -> Trial:
        """Flows, pressures and what surrounds each part at a trial."""
        circuits, n = self.circuits, self.circuits.n_node
        T, setting = x[:n], x[n:]
        flow, pressure, self._before = circuits.flows(setting, a, b, self._before)
        up = np.where(flow >= 0.0, circuits.start, circuits.end)
        lift = (pressure[circuits.end] - pressure[circuits.start]).tolist()
        T_in, flows, settings = T[up].tolist(), flow.tolist(), setting.tolist()
        given = tuple(
            Given(
                tuple(T_in[p]), tuple(flows[p]), tuple(settings[k]), tuple(float(T[node]) for node in held),
                tuple(lift[p]),
            )
            for p, k, held in zip(self._paths, self._actuators, self._held)
        )  # fmt: skip
        return Trial(T.copy(), setting.copy(), flow, pressure, given, 0, np.inf)

    def _flow_slopes(self, trial: Trial, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        """Change of every flow with every setting, (n_path, n_actuator)."""
        circuits = self.circuits
        slopes = np.zeros((len(circuits.start), self.n_actuator))
        for k in np.flatnonzero(circuits.flow_of >= 0):
            moved = trial.setting.copy()
            step = _DREL * 100.0 * self._scale[k]
            moved[k] += step
            other, _, _ = circuits.flows(moved, a, b, self._before)
            slopes[:, k] = (other - trial.flow) / step
        return slopes

    def _equations(
        self, now: Now, memories: Sequence[Any], x: np.ndarray, trial: Trial, kept: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Residuals and their derivatives."""
        circuits, n = self.circuits, self.circuits.n_node
        m = n + self.n_actuator
        r, J = np.zeros(m), np.zeros((m, m))
        a, b = self._losses(x, trial.flow)
        slopes = self._flow_slopes(trial, a, b)
        flow, T = trial.flow, x[:n]
        forward = flow >= 0.0
        up = np.where(forward, circuits.start, circuits.end)
        down = np.where(forward, circuits.end, circuits.start)
        arriving = np.bincount(down, np.abs(flow), n)
        still = arriving <= _STILL * max(float(np.max(np.abs(flow), initial=0.0)), 1e-6)
        for node in np.flatnonzero(still):
            r[node], J[node, node] = T[node] - kept[node], 1.0

        for part, memory, given, p, k, held in zip(
            self.parts, memories, trial.given, self._paths, self._actuators, self._held
        ):
            answer = part.answer(now, memory, given)
            paths, settings = range(p.start, p.stop), range(k.start, k.stop)
            T_out = np.array(answer.T_out)
            self._node_rows(r, J, T, T_out, flow, paths, down, arriving, still, slopes)
            for j, kk in enumerate(settings):
                r[n + kk] = (x[n + kk] - answer.target[j]) / self._scale[kk]
                J[n + kk, n + kk] += 1.0 / self._scale[kk]
            # Each input of the part is moved a little: inlet temperatures, flows, settings, held temperatures.
            for i, q in enumerate(paths):
                d_out, d_target = self._change(part, now, memory, given, answer, "T_in", i, _DT)
                self._spread(
                    J, d_out, d_target, T, T_out, flow, paths, settings, down, arriving, still, {up[q]: 1.0}
                )
                size = _DREL * max(abs(flow[q]), 1e-2 * self._largest(flow))
                size = size if flow[q] >= 0.0 else -size
                d_out, d_target = self._change(part, now, memory, given, answer, "flow", i, size)
                by = {n + c: slopes[q, c] for c in np.flatnonzero(slopes[q])}
                self._spread(J, d_out, d_target, T, T_out, flow, paths, settings, down, arriving, still, by)
            for j, kk in enumerate(settings):
                size = _DREL * 100.0 * self._scale[kk]
                d_out, d_target = self._change(part, now, memory, given, answer, "setting", j, size)
                self._spread(
                    J, d_out, d_target, T, T_out, flow, paths, settings, down, arriving, still, {n + kk: 1.0}
                )
            for i, node in enumerate(held):
                _, d_target = self._change(part, now, memory, given, answer, "T_held", i, _DT)
                for j, kk in enumerate(settings):
                    J[n + kk, node] -= d_target[j] / self._scale[kk]
        # What arrives at a node is divided by all that arrives, which changes with the settings too.
        more = np.zeros((n, self.n_actuator))
        np.add.at(more, down, np.sign(flow)[:, None] * slopes)
        mixed = ~still
        J[:n, n:][mixed] -= (r[:n] / np.where(still, 1.0, arriving))[mixed, None] * more[mixed]
        return r, J

    @staticmethod
    def _largest(flow: np.ndarray) -> float:
        return max(float(np.max(np.abs(flow), initial=0.0)), 1e-3)

    @staticmethod
    def _change(
        part: Any, now: Now, memory: Any, given: Given, answer: Any, what: str, at: int, step: float
    ) -> tuple[np.ndarray, np.ndarray]:
        """Change of outlets and targets with one input."""
        values = list(getattr(given, what))
        values[at] += step
        moved = part.answer(now, memory, given._replace(**{what: tuple(values)}))
        return (
            (np.array(moved.T_out) - np.array(answer.T_out)) / step,
            (np.array(moved.target) - np.array(answer.target)) / step,
        )

    def _node_rows(
        self, r: np.ndarray, J: np.ndarray, T: np.ndarray, T_out: np.ndarray, flow: np.ndarray, paths: range,
        down: np.ndarray, arriving: np.ndarray, still: np.ndarray, slopes: np.ndarray,
    ) -> None:  # fmt: skip
        """What the paths of a part bring to the nodes they end in."""
        n = self.circuits.n_node
        for i, q in enumerate(paths):
            node = down[q]
            if still[node]:
                continue
            fluid = self._fluid_of_path[q]
            cp = fluid.heat_capacity(fluid.inside(T[node]))
            brought = (fluid.enthalpy_beyond(T_out[i]) - fluid.enthalpy_beyond(T[node])) / (
                cp * arriving[node]
            )
            r[node] += abs(flow[q]) * brought
            J[node, node] -= abs(flow[q]) / arriving[node]
            J[node, n:] += np.sign(flow[q]) * slopes[q] * brought

    def _spread(
        self, J: np.ndarray, d_out: np.ndarray, d_target: np.ndarray, T: np.ndarray, T_out: np.ndarray,
        flow: np.ndarray, paths: range, settings: range, down: np.ndarray, arriving: np.ndarray,
        still: np.ndarray, by: dict[int, float],
    ) -> None:  # fmt: skip
        """Carry the change of a part's answers to the unknowns they hang on."""
        n = self.circuits.n_node
        for i, q in enumerate(paths):
            node = down[q]
            if still[node] or d_out[i] == 0.0:
                continue
            fluid = self._fluid_of_path[q]
            cp = fluid.heat_capacity(fluid.inside(T[node]))
            weight = abs(flow[q]) / arriving[node] * fluid.heat_capacity(fluid.inside(T_out[i])) / cp
            for column, share in by.items():
                J[node, column] += weight * d_out[i] * share
        for j, kk in enumerate(settings):
            if d_target[j] != 0.0:
                for column, share in by.items():
                    J[n + kk, column] -= d_target[j] / self._scale[kk] * share
