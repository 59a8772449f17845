"""The equations of a step: what arrives at each node, and where each actuator should stand; and their derivatives.

At a node the water that arrives mixes to the node's temperature; an actuator stands where its own rule wants it.
Each part is asked, and differentiated, by itself; what it hangs on is put together with matrices.
"""

from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from hashheat.fleet.circuits import Circuits
from hashheat.fleet.part import Answer, Given, Now, Part
from hashheat.solvers.network import NetworkState

#: Steps of the differences: temperatures [K], all else over its size.
_DT, _DREL = 1e-4, 1e-6
#: A node that gets less than this share of the largest flow keeps its temperature.
_STILL = 1e-9


class Losses(NamedTuple):
    """Coefficients of every path's pressure drop ``a m + b m |m|`` [Pa s/kg, Pa s2/kg2]."""

    a: np.ndarray
    b: np.ndarray


class Trial(NamedTuple):
    """A state on trial.

    Parameters
    ----------
    T : (n_node,) array
        [K]
    setting : (n_actuator,) array
    flow : (n_path,) array
        [kg/s]
    pressure : (n_node,) array
        [Pa]
    hydraulics : NetworkState or None
        Where the next flows start from.
    given : tuple of Given
        What surrounds each part.
    """

    T: np.ndarray
    setting: np.ndarray
    flow: np.ndarray
    pressure: np.ndarray
    hydraulics: NetworkState | None
    given: tuple[Given, ...]


class Residual(NamedTuple):
    """How far a trial is from a state.

    Parameters
    ----------
    r : (n_node + n_actuator,) array
        [K], and settings over their scales.
    answers : tuple of Answer
        Of the parts.
    arriving : (n_node,) array
        Flow into each node [kg/s].
    still : (n_node,) array of bool
        Nodes that get none.
    weight : (n_path,) array
        Change of the mixed temperature with that of a path's outlet [-].
    brought : (n_path,) array
        Change of the mixed temperature with a path's flow [K s/kg].
    """

    r: np.ndarray
    answers: tuple[Answer, ...]
    arriving: np.ndarray
    still: np.ndarray
    weight: np.ndarray
    brought: np.ndarray


def _slope(
    part: Part, now: Now, memory: Any, given: Given, first: np.ndarray, what: str, at: int, step: float
) -> np.ndarray:
    """Change of a part's outlets and targets with one of its inputs."""
    values = list(getattr(given, what))
    values[at] += step
    moved = part.answer(now, memory, given._replace(**{what: tuple(values)}))
    change: np.ndarray = (np.array(moved.T_out + moved.target) - first) / step
    return change


class HeatEquations:
    """The equations of a plant.

    Parameters
    ----------
    circuits : Circuits
        The plant, put together; every part knows its fluids.
    """

    def __init__(self, circuits: Circuits) -> None:
        self.circuits = circuits
        self.parts: tuple[Part, ...] = circuits.parts
        self.paths, self.actuators = [], []
        p = k = 0
        for part in self.parts:
            self.paths.append(slice(p, p + len(part.paths)))
            self.actuators.append(slice(k, k + len(part.actuators)))
            p, k = self.paths[-1].stop, self.actuators[-1].stop
        self.n_path, self.n_actuator = p, k
        self.scale = np.array([a.scale for part in self.parts for a in part.actuators])
        self.held = [
            tuple(circuits.node_of[port] for a in part.actuators for port in a.held) for part in self.parts
        ]
        self.fluids = [fluid for part in self.parts for fluid in part.fluids]
        # Any path's fluid serves the nodes at its ends: a circuit has one.
        self.fluid_at = self.fluids[:1] * circuits.n_node
        for fluid, start, end in zip(self.fluids, circuits.start, circuits.end):
            self.fluid_at[start] = self.fluid_at[end] = fluid

    def losses(self, T: np.ndarray, flow: np.ndarray) -> Losses:
        """Loss coefficients at temperatures of the nodes [K] and flows of the paths [kg/s]."""
        a, b = np.zeros(self.n_path), np.zeros(self.n_path)
        start, end = self.circuits.start, self.circuits.end
        for part, own in zip(self.parts, self.paths):
            for i, p in enumerate(range(own.start, own.stop)):
                up = start[p] if flow[p] >= 0.0 else end[p]
                a[p], b[p] = part.loss(i, float(flow[p]), float(T[up]))
        return Losses(a, b)

    def trial(self, T: np.ndarray, setting: np.ndarray, losses: Losses, before: NetworkState | None) -> Trial:
        """Flows, pressures and what surrounds each part, at temperatures and settings."""
        circuits = self.circuits
        flow, pressure, hydraulics = circuits.flows(setting, losses.a, losses.b, before)
        up = np.where(flow >= 0.0, circuits.start, circuits.end)
        lift = (pressure[circuits.end] - pressure[circuits.start]).tolist()
        T_in, flows, settings = T[up].tolist(), flow.tolist(), setting.tolist()
        given = tuple(
            Given(
                tuple(T_in[p]),
                tuple(flows[p]),
                tuple(settings[k]),
                tuple(float(T[node]) for node in held),
                tuple(lift[p]),
            )
            for p, k, held in zip(self.paths, self.actuators, self.held)
        )
        return Trial(T, setting, flow, pressure, hydraulics, given)

    def residual(self, now: Now, memories: Sequence[Any], trial: Trial, kept: np.ndarray) -> Residual:
        """Residual of a trial; nodes that nothing flows to are held at ``kept`` [K]."""
        circuits, n = self.circuits, self.circuits.n_node
        answers = tuple(part.answer(now, m, g) for part, m, g in zip(self.parts, memories, trial.given))
        flow, T = trial.flow, trial.T
        size = np.abs(flow)
        down = np.where(flow >= 0.0, circuits.end, circuits.start)
        arriving = np.bincount(down, size, n)
        still = arriving <= _STILL * max(float(size.max(initial=0.0)), 1e-6)
        cp = [fluid.heat_capacity(fluid.inside(t)) for fluid, t in zip(self.fluid_at, T.tolist())]
        h = [fluid.enthalpy_beyond(t) for fluid, t in zip(self.fluid_at, T.tolist())]
        r = np.zeros(n + self.n_actuator)
        r[:n] = np.where(still, T - kept, 0.0)
        weight, brought = np.zeros(self.n_path), np.zeros(self.n_path)
        for q, T_out in enumerate(t for answer in answers for t in answer.T_out):
            node = int(down[q])
            if not still[node]:
                fluid = self.fluids[q]
                share = 1.0 / (cp[node] * float(arriving[node]))
                weight[q] = float(size[q]) * fluid.heat_capacity(fluid.inside(T_out)) * share
                brought[q] = (fluid.enthalpy_beyond(T_out) - h[node]) * share
                r[node] += float(size[q]) * brought[q]
        target = np.array([x for answer in answers for x in answer.target])
        r[n:] = (trial.setting - target) / self.scale
        return Residual(r, answers, arriving, still, weight, brought)

    def jacobian(
        self, now: Now, memories: Sequence[Any], trial: Trial, residual: Residual, losses: Losses
    ) -> np.ndarray:
        """Derivatives of the residual with temperatures and settings, (n, n) with n nodes and actuators."""
        circuits, n, K, P = self.circuits, self.circuits.n_node, self.n_actuator, self.n_path
        flow = trial.flow
        up = np.where(flow >= 0.0, circuits.start, circuits.end)
        down = np.where(flow >= 0.0, circuits.end, circuits.start)
        slopes = self._flow_slopes(trial, losses)
        by_T, by_flow, by_setting, held = self._part_slopes(now, memories, trial, residual.answers)
        # Rows: outlets of the paths, then targets; columns: nodes, then settings.
        change = np.zeros((P + K, n + K))
        np.add.at(change.T, up, by_T.T)
        change[P:, :n] += held
        change[:, n:] = by_flow @ slopes + by_setting
        mix = np.zeros((n, P))
        mix[down, np.arange(P)] = residual.weight
        J = np.zeros((n + K, n + K))
        J[:n] = mix @ change[:P]
        J[np.arange(n), np.arange(n)] += np.where(residual.still, 1.0, -1.0)
        # Flows change what is mixed, and how much it is divided by.
        moved = np.sign(flow)[:, None] * slopes
        into, more = np.zeros((n, K)), np.zeros((n, K))
        np.add.at(into, down, residual.brought[:, None] * moved)
        np.add.at(more, down, moved)
        arriving = np.where(residual.still, 1.0, residual.arriving)
        J[:n, n:] += np.where(
            residual.still[:, None], 0.0, into - (residual.r[:n] / arriving)[:, None] * more
        )
        J[n:] = -change[P:] / self.scale[:, None]
        J[np.arange(n, n + K), np.arange(n, n + K)] += 1.0 / self.scale
        return J

    def _flow_slopes(self, trial: Trial, losses: Losses) -> np.ndarray:
        """Change of every flow with every setting, (n_path, n_actuator)."""
        slopes = np.zeros((self.n_path, self.n_actuator))
        for k in np.flatnonzero(self.circuits.flow_of >= 0):
            moved = trial.setting.copy()
            step = 100.0 * _DREL * self.scale[k]
            moved[k] += step
            slopes[:, k] = (
                self.circuits.flows(moved, losses.a, losses.b, trial.hydraulics)[0] - trial.flow
            ) / step
        return slopes

    def _part_slopes(
        self, now: Now, memories: Sequence[Any], trial: Trial, answers: Sequence[Answer]
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Change of outlets and targets with inlet temperatures, flows, settings and held temperatures."""
        P, K = self.n_path, self.n_actuator
        by_T, by_flow, by_setting = (np.zeros((P + K, count)) for count in (P, P, K))
        held = np.zeros((K, self.circuits.n_node))
        least = 1e-2 * max(float(np.abs(trial.flow).max(initial=0.0)), 1e-3)
        for part, memory, given, answer, p, k, nodes in zip(
            self.parts, memories, trial.given, answers, self.paths, self.actuators, self.held
        ):
            rows = np.r_[p.start : p.stop, P + k.start : P + k.stop]
            first = np.array(answer.T_out + answer.target)

            slope = partial(_slope, part, now, memory, given, first)
            for i, q in enumerate(range(p.start, p.stop)):
                by_T[rows, q] = slope("T_in", i, _DT)
                size = _DREL * max(abs(trial.flow[q]), least)
                by_flow[rows, q] = slope("flow", i, size if trial.flow[q] >= 0.0 else -size)
            for j, kk in enumerate(range(k.start, k.stop)):
                by_setting[rows, kk] = slope("setting", j, 100.0 * _DREL * self.scale[kk])
            for i, node in enumerate(nodes):
                held[k, node] += slope("T_held", i, _DT)[p.stop - p.start :]
        return by_T, by_flow, by_setting, held

    def place(self, row: int) -> str:
        """What a row of the residual stands for, in words."""
        n = self.circuits.n_node
        if row < n:
            return f"the temperature at {self.circuits.name(row)}"
        for part, own in zip(self.parts, self.actuators):
            if own.start <= row - n < own.stop:
                return f"{part.name}.{part.actuators[row - n - own.start].name}"
        raise IndexError(row)
