"""Ranges of velocity, pressure and temperature to expect in a flow box, before it is solved."""

import numpy as np

from hashheat.solvers.flow_model import INLET, OUTLET, FlowBox

_FALLBACK_DIFFERENCE = 1.0


def temperature_range(box: FlowBox) -> tuple[float, float]:
    """Lowest and highest temperature that a side, an inlet or a coil imposes [K]."""
    found: list[np.ndarray] = []
    for side in box.sides:
        counts = (side.htc > 0) & (side.kind != INLET) & (side.kind != OUTLET) | (side.kind == INLET)
        found.append(side.temperature[counts])
    found.append(box.exchange_temperature[box.exchange > 0])
    values = np.concatenate([np.ravel(part) for part in found])
    if values.size == 0:
        return box.liquid.T_ref, box.liquid.T_ref
    return float(values.min()), float(values.max())


def expected_scales(box: FlowBox) -> tuple[float, float, float]:
    """Velocity [m/s], pressure [Pa] and temperature difference [K] from the imposed conditions.

    The velocity is the largest of what is imposed and what buoyancy drives: the smaller one of the free-fall
    velocity and that of a viscous balance over the height of the box.
    """
    liquid = box.liquid
    low, high = temperature_range(box)
    lengths = [float(edges[-1] - edges[0]) for edges in box.grid]
    inflow = _inflow(box)
    heat = float(np.abs(box.source).sum()) + _flux(box)
    difference = high - low
    if heat > 0 and inflow > 0:
        difference = max(difference, heat / (inflow * liquid.density * liquid.heat_capacity[0]))
    if heat > 0 and box.exchange.sum() > 0:
        difference = max(difference, heat / float(box.exchange.sum()))
    if difference == 0.0:
        difference = _FALLBACK_DIFFERENCE
    viscosity = float(np.exp(liquid.log_viscosity[0]))
    # Across: the shortest way on which walls hold the flow back.
    plane = len(box.grid.z) == 2
    length = min(lengths[:2] if plane else lengths)
    g = float(np.linalg.norm(box.gravity))
    drive = g * abs(float(liquid.buoyancy[1])) * difference
    speed = 0.0
    if drive > 0:
        speed = min(np.sqrt(drive * length), drive * length**2 * liquid.density / viscosity)
    for side in box.sides:
        speed = max(speed, float(np.abs(side.velocity).max()))
    if speed == 0.0:
        pull = max(float(np.abs(part).max(initial=0.0)) for part in box.force)
        speed = pull * length**2 / viscosity
    if speed == 0.0:
        speed = viscosity / (liquid.density * length)
    pressure = liquid.density * speed**2 + viscosity * speed / length
    return float(speed), float(pressure), float(difference)


def _inflow(box: FlowBox) -> float:
    dx, dy, dz = (np.diff(edges) for edges in box.grid)
    areas = (dz[:, None] * dy, dz[:, None] * dx, dy[:, None] * dx)
    total = 0.0
    for n, side in enumerate(box.sides):
        inward = side.velocity[n // 2] * (-1.0 if n % 2 else 1.0)
        total += float((areas[n // 2] * inward)[side.kind == INLET].sum())
    return total


def _flux(box: FlowBox) -> float:
    dx, dy, dz = (np.diff(edges) for edges in box.grid)
    areas = (dz[:, None] * dy, dz[:, None] * dx, dy[:, None] * dx)
    return float(sum((areas[n // 2] * np.abs(side.heat_flux)).sum() for n, side in enumerate(box.sides)))
