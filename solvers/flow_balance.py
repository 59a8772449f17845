"""What crosses the sides of a flow box: heat by conduction and with the flow, and volume.

Computed from the fields as a user has them, not from the arrays of the solver, so that a wrong residual shows.
"""

import numpy as np

from hashheat.solvers.flow_model import INLET, OUTLET, FlowBox, FlowState
from hashheat.thermo.liquid import integral, polynomial

Array = np.ndarray


def _own_conductivity(box: FlowBox, T: Array) -> Array:
    liquid = box.liquid
    t = np.clip(T, liquid.T_min, liquid.T_max) - liquid.T_ref
    return np.asarray(polynomial(liquid.conductivity, t))


def _sides(box: FlowBox, cells: Array) -> list[Array]:
    """Values of the cells next to each side, in the shapes of the sides."""
    return [cells[:, :, 0], cells[:, :, -1], cells[:, 0], cells[:, -1], cells[0], cells[-1]]


def side_areas(box: FlowBox) -> list[Array]:
    """Areas of the faces of each side [m2]."""
    dx, dy, dz = (np.diff(edges) for edges in box.grid)
    west, south, bottom = dz[:, None] * dy, dz[:, None] * dx, dy[:, None] * dx
    return [west, west, south, south, bottom, bottom]


def _half_widths(box: FlowBox) -> list[float]:
    widths = [np.diff(edges) for edges in box.grid]
    return [0.5 * float(widths[n // 2][-1 if n % 2 else 0]) for n in range(6)]


def surface_temperature(box: FlowBox, state: FlowState) -> list[Array]:
    """Temperature of the surface on each side; of the liquid at inlets and outlets [K].

    Liquid that leaves has the temperature that the line through the last two cells reaches on the side.
    """
    found = []
    flows = side_flow(box, state)
    cells = _sides(box, state.T)
    for n, side in enumerate(box.sides):
        inside = _conductance(box, state, n)
        with np.errstate(invalid="ignore"):
            both = inside + side.htc
            T = (inside * cells[n] + np.where(np.isinf(side.htc), 0.0, side.htc * side.temperature)) / both
            T = np.where(np.isinf(side.htc), side.temperature, T + side.heat_flux / both)
        through = (side.kind == INLET) | (side.kind == OUTLET)
        leaving = _carried_on(box, state, n) if np.any(side.kind == OUTLET) else cells[n]
        T = np.where(through, np.where(flows[n] > 0, side.temperature, leaving), T)
        found.append(T)
    return found


def _carried_on(box: FlowBox, state: FlowState, n: int) -> Array:
    """Temperature of the cells next to a side, carried on to it in a line where the cell before holds liquid."""
    axis = 2 - n // 2
    order = slice(None, None, -1 if n % 2 else 1)
    T, solid = (np.moveaxis(field, axis, 0)[order] for field in (state.T, box.solid))
    if len(T) == 1:
        return T[0]
    last, before = np.diff(box.grid[n // 2])[order][:2]
    return np.where(solid[0] | solid[1], T[0], T[0] + last / (last + before) * (T[0] - T[1]))


def _conductance(box: FlowBox, state: FlowState, n: int) -> Array:
    """From the cell to the surface [W/(m2 K)]."""
    own = _sides(box, _own_conductivity(box, state.T))[n]
    given = _sides(box, box.conductivity[n // 2])[n]
    return np.where(given > 0, given, own) / _half_widths(box)[n]


def side_flow(box: FlowBox, state: FlowState) -> list[Array]:
    """Volume flow into the box through each face of each side [m3/s]."""
    areas = side_areas(box)
    u, v, w = state.u, state.v, state.w
    speeds = [u[:, :, 0], -u[:, :, -1], v[:, 0], -v[:, -1], w[0], -w[-1]]
    return [a * s for a, s in zip(areas, speeds)]


def wall_heat(box: FlowBox, state: FlowState) -> list[Array]:
    """Heat conducted into the box through each face of each side [W].

    Parameters
    ----------
    box : FlowBox
    state : FlowState

    Returns
    -------
    list of 6 arrays
        In the order WEST ... TOP; zero at inlets and outlets.
    """
    found = []
    surfaces, areas, cells = surface_temperature(box, state), side_areas(box), _sides(box, state.T)
    for n, side in enumerate(box.sides):
        heat = areas[n] * _conductance(box, state, n) * (surfaces[n] - cells[n])
        found.append(np.where((side.kind == INLET) | (side.kind == OUTLET), 0.0, heat))
    return found


def flow_heat(box: FlowBox, state: FlowState) -> list[Array]:
    """Heat carried into the box with the flow through each face [W], over the enthalpy at ``T_ref``."""
    liquid = box.liquid
    surfaces = surface_temperature(box, state)
    found = []
    for T, flow in zip(surfaces, side_flow(box, state)):
        t = np.clip(T, liquid.T_min, liquid.T_max) - liquid.T_ref
        h = integral(liquid.heat_capacity, t) + (T - liquid.T_ref - t) * polynomial(liquid.heat_capacity, t)
        found.append(liquid.density * flow * h)
    return found


def heat_balance(box: FlowBox, state: FlowState) -> tuple[float, float]:
    """Net heat into the box [W], zero when steady, and the heat that goes through it [W].

    Returns
    -------
    net, through : float
        Sum of everything that enters, and half the sum of magnitudes by way (each side's conduction, the
        flow, sources, coils), the flow counted over its coldest.
    """
    exchange = box.exchange * (box.exchange_temperature - state.T)
    carried = float(sum(part.sum() for part in flow_heat(box, state)))
    ways = [float(part.sum()) for part in wall_heat(box, state)]
    ways += [carried, float(box.source.sum()), float(exchange.sum())]
    return float(sum(ways)), 0.5 * float(np.abs(ways).sum())


def mass_defect(box: FlowBox, state: FlowState) -> float:
    """Largest left-over volume flow of a cell over the flow through the largest cell face [-]."""
    dx, dy, dz = (np.diff(edges) for edges in box.grid)
    west = state.u * (dz[:, None, None] * dy[None, :, None])
    south = state.v * (dz[:, None, None] * dx)
    bottom = state.w * (dy[:, None] * dx)
    left = np.diff(west, axis=2) + np.diff(south, axis=1) + np.diff(bottom, axis=0)
    largest = max(float(np.abs(flow).max()) for flow in (west, south, bottom))
    return float(np.abs(left).max()) / largest if largest > 0 else 0.0
