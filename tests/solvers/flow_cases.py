"""Flows with known answers as boxes: cavities, slabs, oil at rest. Most are in dimensionless numbers."""

import math

import numpy as np

from hashheat.solvers.flow_grid import one_sided, stretched, uniform
from hashheat.solvers.flow_model import INLET, OUTLET, SLIP, FlowGrid, flow_box, rest
from hashheat.thermo.liquid import constant_liquid

DEPTH = np.array([0.0, 1.0])


def unit_liquid(viscosity, *, conductivity=1.0, expansion=0.0):
    """Density and heat capacity 1, temperatures around zero."""
    return constant_liquid(
        1.0, viscosity, conductivity, 1.0, expansion, T_ref=0.0, T_min=-1000.0, T_max=1000.0
    )


def plane(x, y, liquid, gravity=(0.0, 0.0, 0.0)):
    """A box one cell deep."""
    return flow_box(FlowGrid(np.asarray(x), np.asarray(y), DEPTH), liquid, gravity)


def hold(side, temperature):
    """Make a side isothermal."""
    side.htc[...] = math.inf
    side.temperature[...] = temperature


def held(box, *numbers, at=0.0):
    """Make sides isothermal, so that a case without heat has one temperature."""
    for number in numbers:
        hold(box.sides[number], at)
    return box


# Cavities.


def lid(n, re, ratio=1.0, *, regularised=False):
    """Lid-driven cavity; ratio is that of the grid. The regularised lid moves with 16 x^2 (1 - x)^2."""
    x = stretched(n, 1.0, ratio)
    box = held(plane(x, x, unit_liquid(1.0 / re)), 0, 1, 2, 3)
    box.sides[3].velocity[0] = 1.0
    if regularised:
        # Cell means: the integral of the speed is 16 (x^3/3 - x^4/2 + x^5/5).
        box.sides[3].velocity[0] = np.diff(16 * (x**3 / 3 - x**4 / 2 + x**5 / 5)) / np.diff(x)
    return box


def heated(n, Ra, Pr=0.71, ratio=1.0):
    """Differentially heated square cavity, T = 1/2 at x = 0 and -1/2 at x = 1; velocity unit alpha / L."""
    x = stretched(n, 1.0, ratio)
    box = plane(x, x, unit_liquid(Pr, expansion=0.01), (0.0, -Ra * Pr / 0.01, 0.0))
    hold(box.sides[0], 0.5)
    hold(box.sides[1], -0.5)
    return box


def porous(n, Ra, Da, eps=0.4, ratio=1.0):
    """Heated cavity filled with a porous medium, Pr 1, F = 1.75 / sqrt(150 eps^3).

    The reference solves (u.grad)(u/eps) = -grad(eps p) + Pr lap u - eps Pr/Da u - eps F/sqrt(Da) |u| u
    + eps Ra Pr T j; divided by eps it is the solver's equation with K = Da and C = F / sqrt(Da).
    """
    box = heated(n, Ra, 1.0, ratio)
    box.porosity[...] = eps
    box.inverse_permeability[...] = 1.0 / Da
    box.forchheimer[...] = 1.75 / math.sqrt(150.0 * eps**3) / math.sqrt(Da)
    box.conductivity[...] = 1.0
    return box


def cube(n, Ra, Pr=0.71, ratio=1.0, *, nz=None, slip_ends=False):
    """Heated cube, gravity along -y, the ends along z adiabatic and sticking or slipping."""
    x = stretched(n, 1.0, ratio)
    z = x if nz is None else stretched(nz, 1.0, ratio)
    box = flow_box(FlowGrid(x, x, z), unit_liquid(Pr, expansion=0.01), (0.0, -Ra * Pr / 0.01, 0.0))
    hold(box.sides[0], 0.5)
    hold(box.sides[1], -0.5)
    if slip_ends:
        box.sides[4].kind[...] = SLIP
        box.sides[5].kind[...] = SLIP
    return box


def slot(nx, ny, Ra, aspect=12.0, Pr=1.0):
    """Tall closed slot of width 1 between walls at +1/2 and -1/2: conduction regime at small Ra."""
    box = plane(
        uniform(nx, 1.0),
        uniform(ny, aspect),
        unit_liquid(Pr, expansion=0.01),
        (0.0, -Ra * Pr / 0.01, 0.0),
    )
    hold(box.sides[0], 0.5)
    hold(box.sides[1], -0.5)
    return box


def slot_speed(x, Ra):
    """Speed in an infinitely tall slot: g beta dT b^2 / (12 nu) (X - X^3), b = 1/2, X from the middle over b."""
    X = 2.0 * x - 1.0
    return -Ra * 0.25 / 12.0 * (X - X**3)


# Solids and rest.


def slabs(n, k_solid=5.0, k_fluid=0.5, *, htc=math.inf):
    """Solid half beside a half of liquid at rest, 1 at the west (behind a film) and 0 at the east."""
    box = plane(stretched(n, 1.0, 3.0), uniform(4, 1.0), unit_liquid(1.0, conductivity=k_fluid))
    box.solid[:, :, : n // 2] = True
    box.conductivity[:, :, :, : n // 2] = np.array([k_solid, 7.0, 9.0])[:, None, None, None]
    hold(box.sides[1], 0.0)
    box.sides[0].htc[...], box.sides[0].temperature[...] = htc, 1.0
    return box


def stratified(n, nz=1, *, porous=False, block=False):
    """Oil between a cold bottom and a hot top, adiabatic sides: nothing may move. Gravity along -y."""
    oil = constant_liquid(800.0, 5e-3, 0.14, 2200.0, 7e-4)
    curved = oil._replace(
        buoyancy=np.array([0.0, -7e-4, 4e-6, 0.0, 0.0, 0.0]),
        log_viscosity=np.array([math.log(5e-3), -0.02, 1e-4, 0.0, 0.0, 0.0]),
        conductivity=np.array([0.14, -2e-4, 0.0, 0.0, 0.0, 0.0]),
        heat_capacity=np.array([2200.0, 4.0, 0.0, 0.0, 0.0, 0.0]),
    )
    z = DEPTH if nz == 1 else stretched(nz, 0.3, 2.0)
    grid = FlowGrid(stretched(n, 0.5, 3.0), one_sided(n, 0.4, 3.0), z)
    box = flow_box(grid, curved, (0.0, -9.81, 0.0))
    hold(box.sides[2], 298.15)
    hold(box.sides[3], 328.15)
    if porous:
        box.porosity[:, n // 4 : n // 2] = 0.5
        box.inverse_permeability[:, :, n // 4 : n // 2] = 1e7
        box.forchheimer[:, :, n // 4 : n // 2] = 50.0
    if block:
        box.solid[:, n // 2 : n // 2 + 2] = True
        box.conductivity[:, :, n // 2 : n // 2 + 2] = 0.2
    return box


def layered(box):
    """Oil of :func:`stratified` at rest with the temperature of conduction through even oil, no pressure yet."""
    k = np.polynomial.Polynomial(box.liquid.conductivity).integ()
    y = 0.5 * (box.grid.y[1:] + box.grid.y[:-1]) / box.grid.y[-1]
    low, high = 298.15 - box.liquid.T_ref, 328.15 - box.liquid.T_ref
    wanted = k(low) + y * (k(high) - k(low))
    t = np.full_like(y, low)
    for _ in range(50):
        t = t - (k(t) - wanted) / k.deriv()(t)
    state = rest(box)
    state.T[...] = box.liquid.T_ref + t[:, None]
    return state


# A little tank with everything in it, z upwards.


def tank(n=1, *, power=60.0, flow=2e-5, coil=0.0):
    """Oil with all properties varying, a heated porous block, a solid block, films at the top and in the north.

    Inlet low in the west, outlet high in the east; grid of (8 n) x (6 n) x (6 n) cells.
    """
    oil = stratified(4).liquid
    # Twenty times as thick and as conducting as oil, so that there is a steady flow on any grid.
    base = oil._replace(
        T_ref=313.15,
        T_min=273.15,
        T_max=393.15,
        log_viscosity=oil.log_viscosity + np.array([math.log(20.0), 0.0, 0.0, 0.0, 0.0, 0.0]),
        conductivity=20.0 * oil.conductivity,
    )
    grid = FlowGrid(stretched(8 * n, 0.24, 2.0), stretched(6 * n, 0.12, 2.0), one_sided(6 * n, 0.18, 1.5))
    box = flow_box(grid, base, (0.0, 0.0, -9.81))
    west, east = box.sides[0], box.sides[1]
    west.kind[:n, 2 * n : 4 * n] = INLET
    area = (np.diff(grid.z)[:n, None] * np.diff(grid.y)[2 * n : 4 * n]).sum()
    west.velocity[0][:n, 2 * n : 4 * n] = flow / area
    west.temperature[...] = 308.15
    east.kind[-n:, 2 * n : 4 * n] = OUTLET
    east.temperature[...] = 308.15
    box.sides[5].kind[...] = SLIP
    box.sides[5].htc[...], box.sides[5].temperature[...] = 8.0, 298.15
    box.sides[3].htc[...], box.sides[3].temperature[...] = 15.0, 293.15
    zone = (slice(2 * n, 4 * n), slice(n, 5 * n), slice(2 * n, 5 * n))
    box.porosity[zone] = 0.6
    box.inverse_permeability[(slice(None), *zone)] = np.array([4e6, 4e7, 2e6])[:, None, None, None]
    box.forchheimer[(slice(None), *zone)] = np.array([40.0, 200.0, 20.0])[:, None, None, None]
    box.conductivity[(slice(None), *zone)] = np.array([0.2, 0.15, 2.0])[:, None, None, None]
    volume = np.diff(grid.z)[:, None, None] * np.diff(grid.y)[:, None] * np.diff(grid.x)
    box.source[zone] = power * volume[zone] / volume[zone].sum()
    block = (slice(0, n), slice(0, n), slice(5 * n, 6 * n))
    box.solid[block] = True
    box.conductivity[(slice(None), *block)] = 15.0
    if coil:
        box.exchange[-n:, :, 2 * n : 4 * n] = (
            coil * volume[-n:, :, 2 * n : 4 * n] / volume[-n:, :, 2 * n : 4 * n].sum()
        )
        box.exchange_temperature[...] = 303.15
    return box
