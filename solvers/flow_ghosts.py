"""Values outside of a flow box: at walls, inlets, outlets, and at the edges where an outlet meets another side."""

import numpy as np

from hashheat.solvers.flow_arrays import T
from hashheat.solvers.flow_case import FlowCase
from hashheat.solvers.flow_fields import Fields, properties_at, velocity_row
from hashheat.thermo.jit import kernel
from hashheat.thermo.liquid import integral, polynomial


@kernel
def _on(case: FlowCase, c: int, n: int, axis: int, between: int) -> float:
    """Share of the last difference that carries a value on to an outlet in a line; 0 where a solid ends it."""
    if case.geometry.area[axis, between] == 0.0 or case.volume[n] == 0.0:
        return 0.0
    return case.volume[c] / (case.volume[c] + case.volume[n])


@kernel
def _temperatures(case: FlowCase, x: np.ndarray, f: Fields) -> None:
    """Of the surfaces, of inlets, and of outlets by the last two cells whichever way the liquid flows there.

    With the value of the last cell, central interpolation before it would alternate from cell to cell.
    """
    geometry, rim = case.geometry, case.rim
    for r in range(rim.shape[0]):
        g, inward, axis = rim[r, 0], rim[r, 1], rim[r, 2]
        c = g + inward
        face = c if inward > 0 else g
        if case.open_out[g] > 0.0:
            n = c + inward
            x[T, g] = x[T, c] + _on(case, c, n, axis, c if inward < 0 else n) * (x[T, c] - x[T, n])
        elif geometry.normal[g] == 0.0 or geometry.outside[g] == np.inf:
            x[T, g] = case.beyond[g]
        else:
            area = case.full[axis, face]
            inside = 2.0 * f.conductivity[axis, c] * area * area / case.volume[c]
            both = inside + geometry.outside[g]
            x[T, g] = (inside * x[T, c] + geometry.outside[g] * case.beyond[g] + case.heat[g]) / both


@kernel
def _along(case: FlowCase, x: np.ndarray, f: Fields) -> None:
    """Velocities along the sides, and the enthalpy of what flows in at outlets.

    Viscosity and buoyancy at an outlet are of the liquid inside, whichever way it flows, so that they do not jump
    where the flow turns.
    """
    geometry, rim, liquid = case.geometry, case.rim, case.liquid
    for r in range(rim.shape[0]):
        g, inward, axis = rim[r, 0], rim[r, 1], rim[r, 2]
        c = g + inward
        opened = case.open_out[g] > 0.0
        leaves, on = False, 0.0
        if opened:
            n = c + inward
            speed = x[velocity_row(axis), c if inward > 0 else g]
            leaves = speed <= 0.0 if inward > 0 else speed >= 0.0
            if leaves:
                on = _on(case, c, n, axis, c if inward < 0 else n)
            else:
                t = min(max(case.beyond[g], liquid.T_min), liquid.T_max) - liquid.T_ref
                over = case.beyond[g] - liquid.T_ref - t
                f.enthalpy[g] = integral(liquid.heat_capacity, t) + over * polynomial(liquid.heat_capacity, t)
        for a in range(x.shape[0] - 2):
            if a == axis:
                continue
            row = velocity_row(a)
            if opened:
                x[row, g] = x[row, c]
                f.pore[a, g] = f.pore[a, c] + on * (f.pore[a, c] - f.pore[a, c + inward])
            else:
                x[row, g] = case.wall[a, g] if geometry.grip[g] > 0.0 else x[row, c]
                f.pore[a, g] = x[row, g] * case.loose[a, g]


@kernel
def _corners(case: FlowCase, x: np.ndarray, f: Fields) -> None:
    """Values at the edges of outlets, where they meet another side: viscosity, and the velocity along it."""
    s = case.geometry.shape
    n_axis = 3 if s.k0 == 1 else 2
    for a in range(n_axis):
        sa, na = (1, s.nx) if a == 0 else (s.sy, s.ny) if a == 1 else (s.sz, s.nz)
        row = velocity_row(a)
        for d in range(n_axis):
            if d == a:
                continue
            sd, nd = (1, s.nx) if d == 0 else (s.sy, s.ny) if d == 1 else (s.sz, s.nz)
            e = 3 - a - d
            se, ne = (1, s.nx) if e == 0 else (s.sy, s.ny) if e == 1 else (s.sz, s.nz)
            first = 1 if e < 2 or s.k0 == 1 else 0
            for q in range(first, first + ne):
                for high in range(2):
                    for above in range(2):
                        inside = q * se + (nd if above == 1 else 1) * sd + (na if high == 1 else 1) * sa
                        outward, across = sa if high == 1 else -sa, sd if above == 1 else -sd
                        if case.open_out[inside + outward] == 0.0:
                            continue
                        side, corner = inside + across, inside + outward + across
                        f.shear[corner] = f.shear[side]
                        if high == 1:
                            held = case.geometry.grip[side] > 0.0
                            x[row, corner] = case.wall[a, side] if held else x[row, inside + outward]
                            f.pore[a, corner] = x[row, corner] * case.loose[a, inside + outward]


@kernel
def ghosts(case: FlowCase, x: np.ndarray, f: Fields) -> None:
    """Fill everything outside, once properties and velocities inside are known.

    One loop over the ghosts for each purpose, and no call for each ghost that carries the arrays along: that costs
    more than all else in the residual.
    """
    _temperatures(case, x, f)
    for r in range(case.rim.shape[0]):
        properties_at(case, x, f, case.rim[r, 0])
    _along(case, x, f)
    _corners(case, x, f)
