"""What crosses the sides of a flow box: heat by conduction and with the flow, and volume.

Computed from the fields as a user has them, not from the arrays of the solver, so that a wrong residual shows;
the turbulent viscosity alone is the solver's.
"""

from typing import Any

import numpy as np

from hashheat.solvers.flow_arrays import cells, padded_state
from hashheat.solvers.flow_case import flow_case
from hashheat.solvers.flow_fields import fields_of
from hashheat.solvers.flow_model import INLET, OUTLET, FlowBox, FlowState
from hashheat.solvers.flow_residual import residual
from hashheat.solvers.flow_turbulence import PRANDTL_TURBULENT
from hashheat.thermo.liquid import integral, polynomial

Array = np.ndarray


def _own_conductivity(box: FlowBox, T: Array) -> Array:
    return np.asarray(polynomial(box.liquid.conductivity, _argument(box, T)))


def _argument(box: FlowBox, T: Array) -> Any:
    return np.clip(T, box.liquid.T_min, box.liquid.T_max) - box.liquid.T_ref


def _stirred(box: FlowBox, state: FlowState) -> Array | float:
    """What turbulence adds to the conductivity of the cells [W/(m K)]."""
    if not np.any(box.mixing_length):
        return 0.0
    case = flow_case(box)
    shape, fields = case.geometry.shape, fields_of(case)
    x = padded_state(box, state, shape)
    residual(case, x, fields, np.ones(x.shape[0]), np.zeros_like(x))
    heat_capacity = polynomial(box.liquid.heat_capacity, _argument(box, state.T))
    return cells(fields.eddy, shape) * heat_capacity / PRANDTL_TURBULENT


def _sides(box: FlowBox, field: Array) -> list[Array]:
    """Values of the cells next to each side, in the shapes of the sides."""
    return [field[:, :, 0], field[:, :, -1], field[:, 0], field[:, -1], field[0], field[-1]]


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
    return _surfaces(box, state, _conductances(box, state))


def _surfaces(box: FlowBox, state: FlowState, conductances: list[Array]) -> list[Array]:
    """The same, from what conducts between cells and surfaces."""
    found = []
    flows = side_flow(box, state)
    inner = _sides(box, state.T)
    for n, (side, inside) in enumerate(zip(box.sides, conductances)):
        with np.errstate(invalid="ignore"):
            both = inside + side.htc
            T = (inside * inner[n] + np.where(np.isinf(side.htc), 0.0, side.htc * side.temperature)) / both
            T = np.where(np.isinf(side.htc), side.temperature, T + side.heat_flux / both)
        through = (side.kind == INLET) | (side.kind == OUTLET)
        leaving = _carried_on(box, state, n) if np.any(side.kind == OUTLET) else inner[n]
        T = np.where(through, np.where(flows[n] > 0, side.temperature, leaving), T)
        found.append(T)
    return found


def _conductances(box: FlowBox, state: FlowState) -> list[Array]:
    """From the cells to the surface of each side [W/(m2 K)]."""
    own, stirred = _own_conductivity(box, state.T), _stirred(box, state)
    found = []
    for n, half in enumerate(_half_widths(box)):
        given = box.conductivity[n // 2]
        found.append(_sides(box, np.where(given > 0, given, own) + stirred)[n] / half)
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
    conductances, areas, inner = _conductances(box, state), side_areas(box), _sides(box, state.T)
    surfaces = _surfaces(box, state, conductances)
    for n, (side, inside) in enumerate(zip(box.sides, conductances)):
        heat = areas[n] * inside * (surfaces[n] - inner[n])
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
