"""Say why a network has no steady state, by the names of its nodes and elements."""

from collections.abc import Sequence

import numpy as np

from hashheat.components import network_energy as en
from hashheat.components.network_arrays import NetworkArrays
from hashheat.components.network_boiling import check_boiling
from hashheat.components.network_elements import Element, Node
from hashheat.components.network_errors import (
    InfeasibleDemandError,
    NetworkError,
    NetworkNotConvergedError,
    NoSteadyTemperatureError,
    listed,
)
from hashheat.components.network_solve import NetworkSolution
from hashheat.components.network_units import Units
from hashheat.components.pump import PumpRangeError
from hashheat.solvers import network as nw
from hashheat.thermo.errors import InputError, StateError
from hashheat.thermo.fluid import Fluid
from hashheat.thermo.property_table import PropertyTable

#: Distance of a table's ends from freezing and boiling, and a little more [K].
_MARGIN = 1.5


def diagnose(
    nodes: Sequence[Node],
    elements: Sequence[Element],
    net: NetworkArrays,
    units: Units,
    found: NetworkSolution,
    table: PropertyTable,
    fluid: Fluid | None,
    pressure: float,
    lowest_pressure: float,
) -> None:
    """Raise unless what was found is a steady state.

    Parameters
    ----------
    nodes, elements, net, units
        The network.
    found : NetworkSolution
    table : PropertyTable
        Of its water.
    fluid : Fluid, optional
        That the table is of.
    pressure : float
        Of the table [Pa].
    lowest_pressure : float
        That a node may have [Pa]; below 0 also switches off the look for boiling.

    Raises
    ------
    NetworkNotConvergedError, InfeasibleDemandError, PumpRangeError, NoSteadyTemperatureError
    InputError
        Where water enters without a temperature.
    StateError, FreezingError, BoilingError
        Where the water leaves its range, or boils under the pressure of its place.
    UnitError, ExchangerError
        Of a miner or an exchanger, by its name.
    """
    state = found.hydraulic
    status = int(state.status[0])
    if status == nw.CUT_OFF:
        cut = [node.name for node, code in zip(nodes, state.node_status[0]) if code == nw.UNSERVED]
        raise InfeasibleDemandError(
            f"no open way leads from a fixed pressure to the demand of node {listed(cut)}: closed elements and "
            "check valves stand between"
        )
    if status == nw.NOT_CONVERGED:
        raise NetworkNotConvergedError(
            f"the flows did not settle; the largest imbalance of a node is {state.mass_residual[0]:.2g} kg/s"
        )
    if status == nw.PUMP_OFF_CURVE:
        _raise_pump(elements, net, found)
    p = np.where(state.node_status[0] == nw.CONNECTED, state.pressure[0], np.inf)
    low = np.flatnonzero(p < lowest_pressure)
    if low.size:
        worst = int(np.argmin(p))
        raise InfeasibleDemandError(
            f"the network cannot carry these flows: the pressure would fall below {lowest_pressure:g} Pa at node "
            f"{listed(nodes[i].name for i in low.tolist())}; at {nodes[worst].name!r} to {p[worst]:.4g} Pa"
        )
    unknown = np.flatnonzero((found.supply > 0.0) & ~np.isfinite(net.T_in))
    if unknown.size:
        raise InputError(
            "water enters here, and its temperature is not given",
            key="T_in",
            found=f"node {listed(nodes[i].name for i in unknown.tolist())}",
            accepted="T_in [K] of these nodes, or of the network",
        )
    failed = [] if found.unit is None else np.flatnonzero(found.unit.failed).tolist()
    for place in failed:
        e = net.units[place]
        try:
            units.raise_failure(place, float(found.mass_flow[e]), float(found.T_in[e]))
        except Exception as error:
            error.add_note(f"  element:  {elements[e].name} of the network")
            raise
        raise NetworkError(f"element {elements[e].name!r} stands at the edge of its range")
    if found.swings >= 0 and found.thermal_status == en.OK:
        name, m = elements[found.swings].name, float(found.mass_flow[found.swings])
        raise NetworkNotConvergedError(
            f"flows and temperatures did not settle (rounds: {found.rounds}); element {name!r} still changes, "
            f"with {m:.3g} kg/s: water that nearly stalls may change its direction by its own weight"
        )
    if found.thermal_status == en.NOT_HELD:
        raise NoSteadyTemperatureError(
            "water goes round, and nothing holds its temperature: no heat is lost, exchanged or carried out that "
            "would depend on it"
        )
    if found.thermal_status == en.OUT_OF_RANGE:
        _raise_range(nodes, elements, found, table, fluid, pressure)
    if found.thermal_status != en.OK:
        raise NetworkNotConvergedError("the temperatures of water that goes round did not settle")
    if fluid is not None and lowest_pressure >= 0.0:
        _check_boiling(nodes, elements, net, found, fluid)


def _check_boiling(
    nodes: Sequence[Node],
    elements: Sequence[Element],
    net: NetworkArrays,
    found: NetworkSolution,
    fluid: Fluid,
) -> None:
    """Raise where the water boils at a node or at the outlet of an element that leads to it."""
    state, flow = found.hydraulic, found.mass_flow
    known = state.node_status[0] == nw.CONNECTED
    down = np.where(flow > 0.0, net.end, net.start)
    p, at = state.pressure[0], np.flatnonzero(known)
    check_boiling(fluid, [f"node {nodes[i].name!r}" for i in at.tolist()], found.T[at], p[at])
    # What leaves an element may be hotter than the node that it mixes into.
    out = np.flatnonzero((flow != 0.0) & known[down])
    places = [
        f"the outlet of {elements[e].name!r}, before node {nodes[down[e]].name!r}" for e in out.tolist()
    ]
    check_boiling(fluid, places, found.T_out[out], p[down[out]])


def _raise_pump(elements: Sequence[Element], net: NetworkArrays, found: NetworkSolution) -> None:
    codes = found.hydraulic.element_status[0]
    row = int(np.flatnonzero((codes == nw.PUMP_BACKWARD) | (codes == nw.PUMP_BEYOND))[0])
    name = elements[net.hydraulic[row]].name
    flow = float(found.hydraulic.mass_flow[0, row])
    if codes[row] == nw.PUMP_BACKWARD:
        raise PumpRangeError(
            f"pump {name!r} is pushed backwards: the pressure across it is above its shut-off head; "
            f"{flow:.4g} kg/s would flow against it. Give it a check valve, more speed or a higher curve"
        )
    raise PumpRangeError(
        f"the network takes more from pump {name!r} than it gives: {flow:.4g} kg/s lie beyond the end of its curve"
    )


def _raise_range(
    nodes: Sequence[Node],
    elements: Sequence[Element],
    found: NetworkSolution,
    table: PropertyTable,
    fluid: Fluid | None,
    pressure: float,
) -> None:
    places = [(float(T), f"node {node.name!r}") for node, T in zip(nodes, found.T)]
    places += [(float(T), f"the outlet of {e.name!r}") for e, T in zip(elements, found.T_out)]
    middle = 0.5 * (table.T_min + table.T_max)
    T, where = max(places, key=lambda place: abs(place[0] - middle))
    if fluid is not None:
        # A table ends short of freezing and boiling, and what lies beyond it is not known well.
        fluid.check_liquid(T + (_MARGIN if T > middle else -_MARGIN), pressure, where)
    raise StateError(
        f"the water would reach {T - 273.15:.2f} degC at {where}; its properties hold from "
        f"{table.T_min - 273.15:.2f} to {table.T_max - 273.15:.2f} degC"
    )
