"""How the ports of a plant hang together: nodes, circuits, and the flows that the pressures leave."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from hashheat.fleet.part import LEAST_LOSS, Part
from hashheat.solvers import network as nw
from hashheat.solvers import network_elements as ne
from hashheat.solvers.network_elements import NetworkElements
from hashheat.solvers.network_topology import analyse_topology
from hashheat.thermo.errors import HashheatError, InputError

_TOLERANCE = 1e-13


class HydraulicsError(HashheatError):
    """The flows of a circuit could not be balanced."""


@dataclass(frozen=True, eq=False)
class Circuits:
    """Nodes and paths of a plant.

    Parameters
    ----------
    parts : tuple of Part
    node_of : dict of str to int
        Node of every port ``"part.port"``.
    path_part : (n_path,) int array
        Part of every path.
    start, end : (n_path,) int array
        Nodes.
    circuit : (n_node,) int array
        Circuit of every node.
    anchors : (n_circuit,) int array
        Node of fixed pressure of each circuit.
    pressures : (n_circuit,) array
        There [Pa].
    flow_of : (n_actuator,) int array
        Path whose flow an actuator is, or -1.
    """

    parts: tuple[Part, ...]
    node_of: Mapping[str, int]
    path_part: np.ndarray
    start: np.ndarray
    end: np.ndarray
    circuit: np.ndarray
    anchors: np.ndarray
    pressures: np.ndarray
    flow_of: np.ndarray

    @property
    def n_node(self) -> int:
        """Number of nodes."""
        return len(self.circuit)

    @cached_property
    def free(self) -> np.ndarray:
        """Paths whose flow the pressures decide."""
        return np.setdiff1d(np.arange(len(self.start)), self.flow_of[self.flow_of >= 0])

    @cached_property
    def _topology(self) -> nw.NetworkTopology:
        return analyse_topology(self.n_node, self.start[self.free], self.end[self.free], self.anchors)

    def flows(
        self, setting: np.ndarray, a: np.ndarray, b: np.ndarray, before: nw.NetworkState | None
    ) -> tuple[np.ndarray, np.ndarray, nw.NetworkState | None]:
        """Flows of all paths.

        Parameters
        ----------
        setting : (n_actuator,) array
            Of which those of flows are taken [kg/s].
        a, b : (n_path,) array
            Losses ``a m + b m |m|`` [Pa s/kg, Pa s2/kg2].
        before : NetworkState or None
            Where to start.

        Returns
        -------
        flow : (n_path,) array
            [kg/s]
        pressure : (n_node,) array
            [Pa]
        state : NetworkState or None
            None in a plant without water.

        Raises
        ------
        HydraulicsError
        """
        if self.n_node == 0:
            return np.zeros(0), np.zeros(0), None
        flow = np.zeros(len(self.start))
        own = self.flow_of >= 0
        np.add.at(flow, self.flow_of[own], setting[own])
        demand = np.bincount(self.start, flow, self.n_node) - np.bincount(self.end, flow, self.n_node)
        n = self.free.size
        parameters = np.zeros((1, n, ne.N_PARAMETERS))
        parameters[0, :, 0] = a[self.free]
        parameters[0, :, 1] = np.maximum(b[self.free], LEAST_LOSS)
        one = np.ones((1, n))
        elements = NetworkElements(
            np.full(n, ne.QUADRATIC, dtype=np.int64), parameters, 1000.0 * one, 1e-3 * one, 0.0 * one,
            np.full((1, n), ne.OPEN, dtype=np.int64),
        )  # fmt: skip
        state = nw.solve_network(
            self._topology, elements, self.pressures, demand, start=before, tolerance=_TOLERANCE
        )
        if state.status[0] != 0:
            raise HydraulicsError(f"the flows of the circuits did not settle (status {int(state.status[0])})")
        flow[self.free] = state.mass_flow[0]
        return flow, state.pressure[0], state

    def name(self, node: int) -> str:
        """The ports of a node, for messages."""
        return ", ".join(port for port, n in self.node_of.items() if n == node)


def connect(
    parts: Sequence[Part],
    connections: Sequence[Sequence[str]],
    anchors: Mapping[str, tuple[str, float]],
    file: str,
) -> Circuits:
    """Join ports to nodes and check that the circuits close.

    Parameters
    ----------
    parts : sequence of Part
    connections : sequence of sequences of str
        Ports, ``"part.port"``, that meet in one place.
    anchors : mapping of str to (str, float)
        For each circuit by its name: a port whose pressure is held, and that pressure [Pa].
    file : str
        For messages.

    Returns
    -------
    Circuits

    Raises
    ------
    InputError
        For an unknown port, one that is not connected, a circuit without an anchor or with two, or one in which
        nothing but controlled flows leads on.
    """
    known = [f"{part.name}.{port}" for part in parts for port in part.ports]
    if not known:
        none = np.zeros(0, dtype=np.int64)
        if connections or anchors:
            raise InputError(
                "no part of the plant has ports", file=file, key="connections" if connections else "circuits",
                found=str(list(connections) or list(anchors)), accepted="neither connections nor circuits",
            )  # fmt: skip
        return Circuits(tuple(parts), {}, none, none, none, none, none, np.zeros(0), none)
    index = {port: i for i, port in enumerate(known)}
    joins = []
    for k, group in enumerate(connections):
        key = f"connections[{k}]"
        if len(group) < 2:
            raise InputError(
                "a connection joins two ports or more", file=file, key=key, found=str(list(group))
            )
        for port in group:
            if port not in index:
                own = [p for p in known if p.startswith(port.split(".")[0] + ".")]
                raise InputError(
                    "a connection names an unknown port", file=file, key=key, found=port,
                    accepted=", ".join(own or known),
                )  # fmt: skip
        joins += [(index[group[0]], index[port]) for port in group[1:]]
    joined = {i for pair in joins for i in pair}
    open_ports = [port for port, i in index.items() if i not in joined]
    if open_ports:
        raise InputError(
            "a port is not connected, so that the circuit does not close",
            file=file, key="connections", found=", ".join(open_ports),
            accepted="every port in a connection with another",
        )  # fmt: skip
    pairs = np.array(joins).reshape(-1, 2)
    n_node, node = connected_components(
        coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(len(known),) * 2), directed=False
    )
    node_of = {port: int(node[i]) for port, i in index.items()}
    ends = [(k, part.name, *path) for k, part in enumerate(parts) for path in part.paths]
    start = np.array([node_of[f"{name}.{a}"] for _, name, a, _ in ends], dtype=np.int64)
    end = np.array([node_of[f"{name}.{b}"] for _, name, _, b in ends], dtype=np.int64)
    for (_, name, a, b), i, j in zip(ends, start, end):
        if i == j:
            raise InputError(
                "both ends of a part are joined to each other", file=file, key="connections",
                found=f"{name}.{a}, {name}.{b}", accepted="two places",
            )  # fmt: skip
    _, circuit = connected_components(
        coo_array((np.ones(start.size), (start, end)), shape=(n_node, n_node)), directed=False
    )
    path_part = np.array([k for k, *_ in ends], dtype=np.int64)
    flow_of = _flow_paths(parts)
    nodes, pressures = _anchor(anchors, node_of, circuit, file)
    found = Circuits(tuple(parts), node_of, path_part, start, end, circuit, nodes, pressures, flow_of)
    _check_ways(found, file)
    return found


def _flow_paths(parts: Sequence[Part]) -> np.ndarray:
    """Path of every actuator that is a flow, counted over all parts; -1 for the others."""
    found, first = [], 0
    for part in parts:
        found += [first + actuator.path if actuator.path >= 0 else -1 for actuator in part.actuators]
        first += len(part.paths)
    return np.array(found, dtype=np.int64)


def _anchor(
    anchors: Mapping[str, tuple[str, float]], node_of: Mapping[str, int], circuit: np.ndarray, file: str
) -> tuple[np.ndarray, np.ndarray]:
    """Node and pressure of each circuit's anchor, by the number of the circuit."""
    count = int(circuit.max()) + 1
    nodes, pressures, names = np.full(count, -1), np.zeros(count), [""] * count
    for name, (port, pressure) in anchors.items():
        key = f"circuits.{name}.at"
        if port not in node_of:
            raise InputError(
                "is no port of the plant", file=file, key=key, found=port, accepted=", ".join(node_of)
            )
        c = int(circuit[node_of[port]])
        if nodes[c] >= 0:
            raise InputError(
                f"lies in the same circuit as circuits.{names[c]}.at", file=file, key=key, found=port,
                accepted="one [circuits] table a circuit",
            )  # fmt: skip
        nodes[c], pressures[c], names[c] = node_of[port], pressure, name
    for lacking in np.flatnonzero(nodes < 0):
        ports = [port for port, node in node_of.items() if circuit[node] == lacking]
        raise InputError(
            "a circuit has no fluid and no pressure", file=file, key="circuits", found=", ".join(ports),
            accepted="a [circuits.<name>] table with fluid, pressure and at = one of these ports",
        )  # fmt: skip
    return nodes, pressures


def _check_ways(circuits: Circuits, file: str) -> None:
    """Refuse nodes that only controlled flows lead to: their pressure would be anything."""
    free, n = circuits.free, circuits.n_node
    _, part = connected_components(
        coo_array((np.ones(free.size), (circuits.start[free], circuits.end[free])), shape=(n, n)),
        directed=False,
    )
    lost = [node for node in range(n) if part[node] not in set(part[circuits.anchors])]
    if lost:
        raise InputError(
            "two controlled flows stand in one line, so that neither can be chosen",
            file=file, key="connections", found=circuits.name(lost[0]),
            accepted="a way without a pump or a consumer from here to where the circuit's pressure is held",
        )  # fmt: skip
