"""A network as arrays: numbers of nodes, codes and parameters of elements."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from hashheat.components.epanet_pumps import HeadCurve
from hashheat.components.network_elements import (
    KINDS,
    Element,
    ExchangerSide,
    FixedFlow,
    MinerUnit,
    Node,
    Pipe,
    Pump,
    Resistance,
    Valve,
)
from hashheat.components.network_errors import DisconnectedNetworkError, NoFixedPressureError, listed
from hashheat.components.pump import PumpCurve
from hashheat.solvers import network_elements as ne
from hashheat.solvers.network_topology import NetworkTopology, analyse_topology
from hashheat.thermo.errors import InputError


class NetworkArrays(NamedTuple):
    """Arrays of a network, elements in its own order.

    Parameters
    ----------
    start, end : (n_element,) int array
        Nodes.
    hydraulic : (n,) int array
        Elements that the hydraulic solver takes: all but controlled flows.
    kind, parameters, state : (n,), (n, 5), (n,) arrays
        Of these, as in :mod:`hashheat.solvers.network_elements`. Parabolas of pressure [Pa] stand in ``parabola``.
    parabola : (n_parabola, 4) float array
        Place among the hydraulic elements and coefficients in Pa of every pump by its pressure.
    topology : NetworkTopology
        Of the hydraulic elements.
    demand : (n_node,) float array
        Controlled flows included [kg/s].
    pressure : (n_fixed,) float array
        Of the fixed nodes [Pa].
    rise : (n_element,) float array
        Elevation of the end above that of the start [m].
    controlled : (n_element,) float array
        Controlled flows, 0 elsewhere [kg/s].
    conductance, T_ambient, heat_rate : (n_element,) float array
        To the surroundings [W/K], their temperature [K], heat given [W].
    supply : (n_node,) float array
        What is fed at nodes that are not fixed [kg/s].
    T_in : (n_node,) float array
        Of what enters there [K]; NaN where the network says nothing.
    units : tuple of int
        Elements that are miners or exchangers.
    closed : (n_element,) array of bool
        Shut by hand.
    """

    start: np.ndarray
    end: np.ndarray
    hydraulic: np.ndarray
    kind: np.ndarray
    parameters: np.ndarray
    state: np.ndarray
    parabola: np.ndarray
    topology: NetworkTopology
    demand: np.ndarray
    pressure: np.ndarray
    rise: np.ndarray
    controlled: np.ndarray
    conductance: np.ndarray
    T_ambient: np.ndarray
    heat_rate: np.ndarray
    supply: np.ndarray
    T_in: np.ndarray
    units: tuple[int, ...]
    closed: np.ndarray


def network_arrays(
    nodes: Sequence[Node], elements: Sequence[Element], T_ambient: float, T_in: float | None
) -> NetworkArrays:
    """Check how a network hangs together, and number it.

    Parameters
    ----------
    nodes, elements : sequence
    T_ambient : float
        Of the surroundings of elements that name none [K].
    T_in : float, optional
        Of water that enters at nodes that name none [K].

    Raises
    ------
    InputError
        For a name given twice, an element to an unknown node, or what is no element.
    NoFixedPressureError, DisconnectedNetworkError
    """
    number = _numbered(nodes, elements)
    start = np.array([number[e.start] for e in elements], dtype=np.int64)
    end = np.array([number[e.end] for e in elements], dtype=np.int64)
    carries = np.array([not isinstance(e, FixedFlow) for e in elements], dtype=bool)
    fixed = np.array([i for i, n in enumerate(nodes) if n.pressure is not None], dtype=np.int64)
    _check_connected(nodes, start[carries], end[carries], fixed)

    controlled = np.array([_controlled(e) for e in elements])
    given = np.array([node.demand for node in nodes], dtype=float)
    demand = given.copy()
    np.add.at(demand, start, controlled)
    np.subtract.at(demand, end, controlled)
    supply = -given
    supply[fixed] = 0.0

    hydraulic = np.flatnonzero(carries)
    kind = np.zeros(hydraulic.size, dtype=np.int64)
    parameters = np.zeros((hydraulic.size, ne.N_PARAMETERS))
    parabola = []
    for row, e in enumerate(hydraulic.tolist()):
        element = elements[e]
        kind[row], values = _law(element)
        parameters[row, : len(values)] = values
        if isinstance(element, Pump) and isinstance(element.curve, PumpCurve):
            parabola.append((row, *element.curve.coefficients))
    state = [
        ne.CLOSED if elements[e].closed else ne.ONE_WAY if elements[e].check else ne.OPEN
        for e in hydraulic.tolist()
    ]
    # One check of all parameters, for their messages; densities come with the temperatures.
    ne.network_elements(kind, parameters, 1e3, 1e-3)
    height = np.array([node.elevation for node in nodes], dtype=float)
    outside = [getattr(e, "T_ambient", None) for e in elements]
    return NetworkArrays(
        start,
        end,
        hydraulic,
        kind,
        parameters,
        np.array(state, dtype=np.int64),
        np.array(parabola, dtype=float).reshape(-1, 4),
        analyse_topology(len(nodes), start[carries], end[carries], fixed),
        demand,
        np.array([nodes[i].pressure for i in fixed], dtype=float),
        height[end] - height[start],
        controlled,
        np.array([e.loss_per_length * e.length if isinstance(e, Pipe) else 0.0 for e in elements]),
        np.array([T_ambient if T is None else T for T in outside], dtype=float),
        np.array([getattr(e, "heat_rate", 0.0) for e in elements], dtype=float),
        supply,
        np.array([_either(node.T_in, T_in) for node in nodes], dtype=float),
        tuple(i for i, e in enumerate(elements) if isinstance(e, (MinerUnit, ExchangerSide))),
        np.array([e.closed for e in elements], dtype=bool),
    )


def _either(first: float | None, second: float | None) -> float:
    return first if first is not None else second if second is not None else float("nan")


def _controlled(element: Element) -> float:
    return element.mass_flow if isinstance(element, FixedFlow) and not element.closed else 0.0


def _numbered(nodes: Sequence[Node], elements: Sequence[Element]) -> dict[str, int]:
    """Number of every node; refuses what cannot be told apart or has no end."""
    for item in (*nodes, *elements):
        if not isinstance(item, (Node, *KINDS)):
            raise InputError(
                "is no part of a network",
                found=repr(item),
                accepted="Node, " + ", ".join(kind.__name__ for kind in KINDS),
            )
    for what, items in (("node", nodes), ("element", elements)):
        if not items:
            raise InputError(f"a network needs at least one {what}", key=f"{what}s", found="none")
        seen: set[str] = set()
        for item in items:
            if item.name in seen:
                raise InputError(
                    f"two {what}s have the same name",
                    key=f"{what}s",
                    found=item.name,
                    accepted="another name",
                )
            seen.add(item.name)
    number = {node.name: i for i, node in enumerate(nodes)}
    for element in elements:
        for key in ("start", "end"):
            if getattr(element, key) not in number:
                raise InputError(
                    "an element joins an unknown node",
                    key=f"{element.name}.{key}",
                    found=getattr(element, key),
                    accepted=listed(number),
                )
    return number


def _check_connected(nodes: Sequence[Node], start: np.ndarray, end: np.ndarray, fixed: np.ndarray) -> None:
    if fixed.size == 0:
        raise NoFixedPressureError(
            "no node has a fixed pressure, so that none is known",
            key="nodes",
            found="no pressure",
            accepted="a pressure at one node or more",
        )
    n = len(nodes)
    joined = coo_array((np.ones(start.size), (start, end)), shape=(n, n))
    _, part = connected_components(joined, directed=False)
    lost = [node.name for node, here in zip(nodes, part) if here not in set(part[fixed])]
    if lost:
        raise DisconnectedNetworkError(
            "no element leads from these nodes to a node of fixed pressure",
            key="nodes",
            found=listed(lost),
            accepted="a way to a fixed pressure; a controlled flow is none",
        )


def _law(element: Element) -> tuple[int, tuple[float, ...]]:
    """Code and parameters for the hydraulic solver."""
    match element:
        case Pipe(length=length, diameter=diameter, loss=loss, hazen_williams=None):
            return ne.PIPE_COLEBROOK, (length, diameter, element.roughness, loss)
        case Pipe(length=length, diameter=diameter, loss=loss, hazen_williams=C):
            return ne.HAZEN_WILLIAMS, (length, diameter, C or 0.0, loss)
        case Valve(diameter=diameter, loss=loss):
            return ne.MINOR, (loss, diameter)
        case Resistance(a=a, b=b):
            return ne.QUADRATIC, (a, b)
        case Pump(curve=PumpCurve(coefficients=c, largest_flow=largest), speed=speed):
            return ne.PUMP_PARABOLA, (*c, speed, largest)
        case Pump(curve=HeadCurve(shutoff=H, factor=r, exponent=n), speed=speed):
            return ne.PUMP_POWER, (H, r, n, speed)
    # Miners and exchangers get theirs from their own models, in every round.
    return ne.QUADRATIC, (0.0, 1.0)
