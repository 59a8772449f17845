"""All that the residual of a flow needs and that does not change while it is solved."""

from typing import NamedTuple

import numpy as np

from hashheat.solvers.flow_arrays import Geometry, Shape, block, cells, faces, geometry_of, rim, surface
from hashheat.solvers.flow_model import INLET, OUTLET, FlowBox
from hashheat.solvers.flow_transport import Interpolation, interpolation
from hashheat.thermo.liquid import Liquid


class FlowCase(NamedTuple):
    """A box in padded arrays; one number a cell (total,) or one by axis (3, total).

    Parameters
    ----------
    geometry : Geometry
    liquid : Liquid
    gravity : (3,) float array
        [m/s2]
    cell_weights, face_weights : tuple of 3 Interpolation
        Upstream interpolation along each axis between cells, and between faces.
    full : (3, total) float array
        Whole area of the low faces [m2].
    volume : (total,) float array
        Of the cells [m3]; 0 for ghosts.
    room : (3, total) float array
        Volume around a face, from cell centre to cell centre [m3].
    lower : (3, total) float array
        Weight of the lower cell in the linear interpolation to a face [-].
    spread : (9, total) float array
        Area over distance for the shear of velocity a along axis d, row 3 a + d [m].
    loose : (3, total) float array
        One over the porosity at the faces; at ghosts, of the face inside for the velocities along the surface [-].
    tight : (total,) float array
        One over the porosity of the cells; at ghosts, of the cell inside [-].
    wall : (3, total) float array
        At ghosts: tangential velocity of the surface, superficial as all velocities [m/s].
    beyond : (total,) float array
        At ghosts: temperature outside, of the inlet, or of liquid that flows back in [K].
    heat : (total,) float array
        At ghosts: heat into the surface [W].
    open_out : (total,) float array
        At ghosts: 1 at outlets, else 0.
    rim : (n, 3) int array
        All ghosts of the sides: where, the step to the cell inside, the axis across.
    conductivity : (3, total) float array
        [W/(m K)], 0 for the liquid's own.
    inverse_permeability, forchheimer : (3, total) float array
        [1/m2], [1/m]
    capacity : (total,) float array
        Heat capacity of the cells [J/K].
    source, exchange, exchange_temperature : (total,) float array
        [W], [W/K], [K]
    mixing_length : (total,) float array
        [m]
    force : (3, total) float array
        On the volume around each face [N].
    varying : bool
        Whether viscosity over porosity may vary in the box.
    stirred : bool
        Whether the turbulence model is on anywhere.
    """

    geometry: Geometry
    liquid: Liquid
    gravity: np.ndarray
    cell_weights: tuple[Interpolation, Interpolation, Interpolation]
    face_weights: tuple[Interpolation, Interpolation, Interpolation]
    full: np.ndarray
    volume: np.ndarray
    room: np.ndarray
    lower: np.ndarray
    spread: np.ndarray
    loose: np.ndarray
    tight: np.ndarray
    wall: np.ndarray
    beyond: np.ndarray
    heat: np.ndarray
    open_out: np.ndarray
    rim: np.ndarray
    conductivity: np.ndarray
    inverse_permeability: np.ndarray
    forchheimer: np.ndarray
    capacity: np.ndarray
    source: np.ndarray
    exchange: np.ndarray
    exchange_temperature: np.ndarray
    mixing_length: np.ndarray
    force: np.ndarray
    varying: bool
    stirred: bool


def _spread_over(values: np.ndarray, shape: Shape, axis: int) -> np.ndarray:
    """Numbers by position along an axis (n + 2 of them), at every place of the padded arrays."""
    grid = np.zeros((shape.nz + 2 * shape.k0, shape.ny + 2, shape.nx + 2))
    if axis == 2 and shape.k0 == 0:
        values = values[1:2]
    grid[...] = values.reshape([-1 if a == axis else 1 for a in (2, 1, 0)])
    return grid.reshape(-1)


def _interpolations(edges: np.ndarray) -> tuple[Interpolation, Interpolation]:
    """Weights between cells (ghosts at the surfaces), and between faces."""
    centre = 0.5 * (edges[1:] + edges[:-1])
    nodes = np.concatenate([edges[:1], centre, edges[-1:]])
    at_faces = np.concatenate([edges[:1], edges])
    return interpolation(nodes, at_faces, 1), interpolation(
        at_faces, np.concatenate([nodes[:1], nodes[:-1]]), 2
    )


def _at_low_faces(values: np.ndarray, width: np.ndarray, side_axis: int, axis: int) -> np.ndarray:
    """Values given at the faces of a side, moved along an axis to the low edges, where that velocity stands."""
    along = [a for a in (2, 1, 0) if a != side_axis].index(axis)
    moved = np.moveaxis(values, along, -1).copy()
    share = width[1:] / (width[:-1] + width[1:])
    moved[..., 1:] = share * moved[..., :-1] + (1.0 - share) * np.moveaxis(values, along, -1)[..., 1:]
    return np.moveaxis(moved, -1, along)


def _copy_to_rim(values: np.ndarray, shape: Shape, number: int) -> None:
    """Give the ghosts of a side what the cells next to it have."""
    grid = np.moveaxis(block(values, shape), 2 - number // 2, 0)
    if number % 2:
        grid[-1] = grid[-2]
    else:
        grid[0] = grid[1]


def _rim(shape: Shape) -> np.ndarray:
    """All ghosts of the sides: where they are, the step to the cell inside, the axis across."""
    places = np.arange(shape.total)
    found = []
    for number in range(6 if shape.k0 else 4):
        axis = number // 2
        at = rim(places, shape, number).ravel()
        inward = (1, shape.sy, shape.sz)[axis] * (-1 if number % 2 else 1)
        found.append(np.stack([at, np.full_like(at, inward), np.full_like(at, axis)], axis=1))
    return np.concatenate(found)


def flow_case(box: FlowBox) -> FlowCase:
    """Bring a box into padded arrays."""
    geometry = geometry_of(box)
    shape = geometry.shape
    widths = [_spread_over(d, shape, a) for a, d in enumerate((geometry.dx, geometry.dy, geometry.dz))]
    steps = (1, shape.sy, shape.sz)
    axes = range(3 if shape.k0 else 2)

    def behind(values: np.ndarray, axis: int) -> np.ndarray:
        """Value of the lower neighbour."""
        moved = np.zeros_like(values)
        moved[steps[axis] :] = values[: -steps[axis]]
        return moved

    def padded(values: np.ndarray) -> np.ndarray:
        flat = np.zeros((*values.shape[:-3], shape.total))
        cells(flat, shape)[...] = values
        return flat

    others = ((1, 2), (0, 2), (0, 1))
    full, room, lower, loose, wall, force = (np.zeros((3, shape.total)) for _ in range(6))
    loose[...] = 1.0
    lower[...] = 0.5
    spread = np.zeros((9, shape.total))
    volume = padded(np.ones((shape.nz, shape.ny, shape.nx))) * widths[0] * widths[1] * widths[2]
    eps = padded(np.where(box.solid, 1.0, box.porosity))
    tight = np.ones(shape.total)
    np.divide(1.0, eps, out=tight, where=eps > 0)
    for a in axes:
        o, q = others[a]
        full[a] = widths[o] * widths[q]
        pair = behind(widths[a], a) + widths[a]
        room[a] = 0.5 * pair * full[a]
        np.divide(widths[a], pair, out=lower[a], where=pair > 0)
        mixed = behind(widths[a], a) * behind(eps, a) + widths[a] * eps
        np.divide(pair, mixed, out=loose[a], where=mixed > 0)
        faces(force[a], shape, a)[...] = box.force[a] * faces(room[a], shape, a)
        sticks = geometry.active[a]
        for d in axes:
            row = spread[3 * a + d]
            if d == a:
                low = behind(widths[a], a)
                np.divide(full[a], low, out=row, where=low > 0)
                continue
            rest = 3 - a - d
            across = 0.5 * pair * widths[rest]
            distance = 0.5 * (behind(widths[d] * sticks, d) + widths[d] * sticks)
            np.divide(across, distance, out=row, where=distance > 0)
    inner = [np.diff(edges) for edges in box.grid]
    beyond, heat, open_out = (np.zeros(shape.total) for _ in range(3))
    for number in range(6 if shape.k0 else 4):
        axis, side = number // 2, box.sides[number]
        rim(beyond, shape, number)[...] = side.temperature
        rim(heat, shape, number)[...] = np.where(
            (side.kind == INLET) | (side.kind == OUTLET),
            0.0,
            side.heat_flux * surface(full[axis], shape, number),
        )
        rim(open_out, shape, number)[...] = side.kind == OUTLET
        _copy_to_rim(tight, shape, number)
        for a in axes:
            if a != axis:
                _copy_to_rim(loose[a], shape, number)
                rim(wall[a], shape, number)[...] = _at_low_faces(side.velocity[a], inner[a], axis, a)
    x, y, z = (_interpolations(edges) for edges in (box.grid.x, box.grid.y, box.grid.z))
    liquid = box.liquid
    stored = np.where(box.heat_capacity > 0, box.heat_capacity, liquid.density * liquid.heat_capacity[0])
    return FlowCase(
        geometry=geometry,
        liquid=liquid,
        gravity=np.asarray(box.gravity, dtype=float),
        cell_weights=(x[0], y[0], z[0]),
        face_weights=(x[1], y[1], z[1]),
        full=full,
        volume=volume,
        room=room,
        lower=lower,
        spread=spread,
        loose=loose,
        tight=tight,
        wall=wall,
        beyond=beyond,
        heat=heat,
        open_out=open_out,
        rim=_rim(shape),
        conductivity=padded(box.conductivity),
        inverse_permeability=padded(box.inverse_permeability),
        forchheimer=padded(box.forchheimer),
        capacity=padded(stored) * volume,
        source=padded(box.source),
        exchange=padded(box.exchange),
        exchange_temperature=padded(box.exchange_temperature),
        mixing_length=padded(box.mixing_length),
        force=force,
        varying=bool(
            np.any(liquid.log_viscosity[1:])
            or np.any(box.mixing_length)
            or np.any(box.porosity[~box.solid] != box.porosity[~box.solid][:1])
        ),
        stirred=bool(np.any(box.mixing_length)),
    )
