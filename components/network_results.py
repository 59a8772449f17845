"""From the solution of a network to a Dataset."""

from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from hashheat.components.network_solve import NetworkSolution
from hashheat.components.variables import dataset
from hashheat.solvers import network as nw

if TYPE_CHECKING:
    from hashheat.components.network import Network

#: Status of an element and of a node.
FLOWS, AT_REST, CLOSED, CHECK_SHUT = range(4)
NODE_FLOWS, NODE_AT_REST, NODE_CUT_OFF = range(3)


def network_dataset(network: "Network", found: NetworkSolution) -> xr.Dataset:
    """Dataset of a steady state, over ``node``, ``element`` and ``unit``.

    Parameters
    ----------
    network : Network
    found : NetworkSolution

    Returns
    -------
    xarray.Dataset
    """
    net, state = network.arrays, found.hydraulic
    cut_off = state.node_status[0] != nw.CONNECTED
    pressure = np.where(cut_off, np.nan, state.pressure[0])
    flow = found.mass_flow
    passing = np.zeros(pressure.size, dtype=bool)
    passing[net.start[flow != 0.0]] = passing[net.end[flow != 0.0]] = True
    passing |= found.supply != 0.0
    node_status = np.where(passing, NODE_FLOWS, NODE_AT_REST)
    node_status[cut_off] = NODE_CUT_OFF

    status = np.where(flow == 0.0, AT_REST, FLOWS)
    codes = state.element_status[0]
    status[net.hydraulic[codes == nw.SHUT]] = CLOSED
    status[net.hydraulic[codes == nw.CHECK_SHUT]] = CHECK_SHUT
    status[net.closed] = CLOSED
    data: dict[str, Any] = {
        "pressure": (("node",), pressure),
        "T": (("node",), found.T),
        "supply": (("node",), found.supply),
        "node_status": (("node",), node_status),
        "mass_flow": (("element",), flow),
        "pressure_drop": (("element",), pressure[net.start] - pressure[net.end]),
        "T_in": (("element",), found.T_in),
        "T_out": (("element",), found.T_out),
        "heat_rate": (("element",), found.heat_rate),
        "flow_status": (("element",), status),
        "imbalance": ((), found.imbalance),
    }
    coords = network.coordinates
    if found.unit is not None and network.miners:
        miners = network.miners
        own = np.array([network.elements[i].name in miners for i in net.units])
        rest = found.unit_rest[own]
        ambient = net.T_ambient[list(net.units)][own]
        data["T_junction"] = (("unit",), np.where(rest, ambient, found.unit.T_junction[own]))
        data["wall_power"] = (("unit",), np.where(rest, 0.0, found.unit.wall_power[own]))
    attrs = {
        "hydraulic_iterations": found.iterations,
        "rounds": found.rounds,
        "mass_residual": float(state.mass_residual[0]),
        "pressure_residual": float(state.pressure_residual[0]),
    }
    return dataset(data, coords, attrs)
