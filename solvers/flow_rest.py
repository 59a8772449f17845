"""State of rest of a closed box whose liquid lies in layers: conduction from layer to layer, hydrostatic pressure.

Where all that is imposed is the same along the horizontal, conduction gives every layer one temperature, and the
pressure of layers holds their weight: rest is an exact solution of the discrete equations. Iterations from
another start hardly come near it, for strong layers answer every error with waves and not with decay. Layers with
dense liquid above light liquid would rest as well until something disturbs them: that state is not given here.

References
----------
S. Chandrasekhar, Hydrodynamic and Hydromagnetic Stability (1961), chapter II (which layers turn over).
"""

from collections.abc import Callable

import numpy as np
from scipy.linalg import LinAlgError, solve_banded

from hashheat.solvers.flow_arrays import VELOCITY, P, T, cells, faces, padded_state
from hashheat.solvers.flow_model import INLET, OUTLET, FlowBox, rest
from hashheat.solvers.flow_scales import temperature_range
from hashheat.solvers.flow_system import System

Array = np.ndarray

#: Largest residual of a state of rest over that of liquid at one temperature [-].
ROUNDING = 1e-11

# What differs by less, over the largest of its kind, counts as the same.
_SAME = 1e-12
# The same for the density of neighbours, over that of reference.
_LEVEL = 1e-12
_ITERATIONS = 30
# Step of the differences that give the slope of conduction, over the temperature.
_DIFFERENCE = 1e-7


def upright_axis(box: FlowBox) -> int | None:
    """Axis of gravity of a box that may rest in layers, by what is imposed on it alone.

    Parameters
    ----------
    box : FlowBox

    Returns
    -------
    int or None
        0, 1, 2 for x, y, z. None with an inlet, an outlet, a wall that moves, gravity along no resolved axis,
        heat through an upright side, heat or conductivity that differs along the horizontal, or nothing that
        sets a temperature.
    """
    solved = 3 if box.grid.shape[0] > 1 else 2
    along = np.flatnonzero(box.gravity)
    if len(along) != 1 or along[0] >= solved:
        return None
    axis, held = int(along[0]), bool(np.any(box.exchange > 0))
    for n, side in enumerate(box.sides[: 2 * solved]):
        if np.any((side.kind == INLET) | (side.kind == OUTLET)) or np.any(side.velocity):
            return None
        if n // 2 != axis:
            if np.any(side.htc) or np.any(side.heat_flux):
                return None
            continue
        # Films of any strength, infinite ones included, by their first.
        if np.any(side.htc != side.htc.flat[0]) or not _same(side.heat_flux, (0, 1)):
            return None
        if side.htc.flat[0] > 0:
            held = True
            if not _same(side.temperature, (0, 1)):
                return None
    dx, dy, dz = (np.diff(edges) for edges in box.grid)
    volume = dz[:, None, None] * dy[:, None] * dx
    level = tuple(2 - a for a in range(3) if a != axis)
    kept = np.where(box.exchange > 0, box.exchange_temperature, 0.0)
    fields = (box.conductivity[axis], box.source / volume, box.exchange / volume, kept)
    return axis if held and all(_same(field, level) for field in fields) else None


def state_of_rest(system: System) -> Array | None:
    """Unknowns of the liquid at rest in stable layers, an exact solution of the discrete equations to rounding.

    Parameters
    ----------
    system : System

    Returns
    -------
    (n_field, total) array or None
        None where the box cannot rest in layers (:func:`upright_axis`), where the density would rise upwards
        between two cells of liquid, or where the residual stays above ``ROUNDING`` (a body force along the
        horizontal, say).
    """
    box = system.levels[0].box
    axis = upright_axis(box)
    if axis is None:
        return None
    low, high = temperature_range(box)
    x = padded_state(box, rest(box, 0.5 * (low + high)), system.case.geometry.shape)
    if not _conduct(system, x, axis) or not _is_stable(system, axis):
        return None
    _carry_weight(system, x, axis)
    residual = system.residual(x)
    system.linearise(x, 0.0)
    return x if float(np.linalg.norm(system.relative(residual))) <= ROUNDING else None


def _same(values: Array, axes: tuple[int, ...]) -> bool:
    """Whether an array does not change along some of its axes."""
    return bool(np.all(np.ptp(values, axis=axes) <= _SAME * np.abs(values).max()))


def _conduct(system: System, x: Array, axis: int) -> bool:
    """Put the temperature of conduction into ``x``; the fields are of it then. False where there is none."""
    shape = system.case.geometry.shape
    layers = np.moveaxis(cells(x[T], shape), 2 - axis, 0)

    def left_over(t: Array) -> Array:
        layers[...] = t[:, None, None]
        heat = np.moveaxis(cells(system.residual(x)[T], shape), 2 - axis, 0)
        return heat.sum(axis=(1, 2))

    t = layers[:, 0, 0].copy()
    r = left_over(t)
    for _ in range(_ITERATIONS):
        try:
            nearer = t - solve_banded((1, 1), _slopes(left_over, t, r), r)
        except (LinAlgError, ValueError):
            return False
        left = left_over(nearer)
        # Newton's method is at its end where it only moves roundings about.
        if not np.linalg.norm(left) < np.linalg.norm(r):
            break
        t, r = nearer, left
    left_over(t)
    return True


def _slopes(left_over: Callable[[Array], Array], t: Array, r: Array) -> Array:
    """Slopes of the heat left over by layer, in bands: a layer meets its two neighbours, every third is free."""
    n = len(t)
    bands = np.zeros((3, n))
    for colour in range(min(3, n)):
        moved = np.arange(colour, n, 3)
        step = np.zeros(n)
        step[moved] = _DIFFERENCE * np.maximum(np.abs(t[moved]), 1.0)
        change = left_over(t + step) - r
        for row, shift in enumerate((-1, 0, 1)):
            at = moved[(moved + shift >= 0) & (moved + shift < n)]
            bands[row, at] = change[at + shift] / step[at]
    return bands


def _is_stable(system: System, axis: int) -> bool:
    """Whether the density falls or stays upwards between cells of liquid, by the fields of the last residual."""
    case, f = system.case, system.fields
    shape = case.geometry.shape
    step = (1, shape.sy, shape.sz)[axis]
    rise = np.zeros(shape.total)
    rise[step:] = (f.buoyancy[step:] - f.buoyancy[:-step]) * -np.sign(case.gravity[axis])
    inside = case.geometry.active[axis] > 0
    return bool(np.all(rise[inside] <= _LEVEL))


def _carry_weight(system: System, x: Array, axis: int) -> None:
    """Put the pressure that carries the layers into ``x``, summed from layer to layer; its mean is zero."""
    case = system.case
    shape = case.geometry.shape
    pull = np.moveaxis(faces(system.residual(x)[VELOCITY[axis]], shape, axis), 2 - axis, 0)
    area = np.moveaxis(faces(case.geometry.area[axis], shape, axis), 2 - axis, 0)
    layers = np.moveaxis(cells(x[P], shape), 2 - axis, 0)
    volume = np.moveaxis(cells(case.volume, shape), 2 - axis, 0).sum(axis=(1, 2))
    rises = np.zeros(len(layers))
    for n in range(1, len(layers)):
        joined = np.unravel_index(np.argmax(area[n]), area[n].shape)
        if area[n][joined] > 0:
            rises[n] = -pull[n][joined] / area[n][joined]
    p = np.cumsum(rises)
    layers[...] = (p - np.sum(volume * p) / volume.sum())[:, None, None]
