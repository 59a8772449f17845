"""The same flow problem on the nested grid of half the cells along each axis."""

import numpy as np

from hashheat.solvers.flow_model import INLET, OUTLET, SLIP, WALL, FlowBox, FlowGrid, Side
from hashheat.thermo.errors import InputError

_NAMES = "zyx"


def coarsened(box: FlowBox, steps: tuple[int, int, int] | None = None) -> FlowBox:
    """Flow problem on every second face of each axis that has more than one cell.

    Parameters
    ----------
    box : FlowBox
    steps : tuple of 3 ints, optional
        Cells joined along z, y and x, 1 or 2 each, where not all axes are to be halved.

    Returns
    -------
    FlowBox
        New arrays throughout.

    Raises
    ------
    InputError
        An axis whose cells do not halve or would leave fewer than two, or an inlet beside an outlet in one
        coarse face.

    Notes
    -----
    Heat released, exchange conductance and the volume flow of inlets are kept in sum; porosity, resistance and
    heat capacity as volume means over the cells of the kind (solid or not) that fills the larger part of a coarse
    cell, solid when they are equal; conductivity as layers in series along its own direction and side by side
    across it; forces as means over the control volumes of the faces. An opening in part of a coarse face opens
    all of it.
    """
    shape = box.grid.shape
    if steps is None:
        steps = (2 if shape[0] > 1 else 1, 2 if shape[1] > 1 else 1, 2 if shape[2] > 1 else 1)
    for axis, n in enumerate(shape):
        if steps[axis] == 2 and (n % 2 or n < 4):
            raise InputError(
                f"The cells along {_NAMES[axis]} cannot be halved.",
                key=_NAMES[axis],
                found=n,
                accepted="1, 4, 6, 8, ...",
            )
    faces = (box.grid.z, box.grid.y, box.grid.x)
    widths = tuple(np.diff(f) for f in faces)
    volume = widths[0][:, None, None] * widths[1][:, None] * widths[2]
    total = _blocks(volume, steps)

    solid = 2.0 * _blocks(volume * box.solid, steps) >= total * (1.0 - 1e-9)
    weight = volume * (box.solid == _spread(solid, steps))

    def mean(field: np.ndarray) -> np.ndarray:
        return _blocks(weight * field, steps) / _blocks(weight, steps)

    exchange = _blocks(box.exchange, steps)
    pull = np.where(_spread(exchange, steps) > 0, box.exchange, volume)
    liquid = box.liquid
    return box._replace(
        grid=FlowGrid(
            *(f[:: steps[2 - a]].copy() for a, f in enumerate((box.grid.x, box.grid.y, box.grid.z)))
        ),
        sides=_sides(box, widths, steps),
        solid=solid,
        porosity=mean(box.porosity),
        inverse_permeability=_paths(box.inverse_permeability, box.solid, widths, steps),
        forchheimer=_paths(box.forchheimer, box.solid, widths, steps),
        conductivity=np.stack(
            [
                _filled(box.conductivity[a], liquid.conductivity[0], steps, _in_layers(2 - a, widths, steps))
                for a in range(3)
            ]
        ),
        heat_capacity=_filled(
            box.heat_capacity,
            liquid.density * liquid.heat_capacity[0],
            steps,
            lambda field: _blocks(volume * field, steps) / total,
        ),
        source=_blocks(box.source, steps),
        exchange=exchange,
        exchange_temperature=_blocks(pull * box.exchange_temperature, steps) / _blocks(pull, steps),
        mixing_length=mean(box.mixing_length),
        force=tuple(_face_mean(box.force[a], 2 - a, widths, steps) for a in range(3)),
    )


def _blocks(field: np.ndarray, steps: tuple[int, ...]) -> np.ndarray:
    """Sum over the cells of each coarse cell."""
    for axis, step in enumerate(steps):
        if step == 2:
            field = field.take(range(0, field.shape[axis], 2), axis) + field.take(
                range(1, field.shape[axis], 2), axis
            )
    return np.array(field)


def _spread(field: np.ndarray, steps: tuple[int, ...]) -> np.ndarray:
    """Value of the coarse cell in each of its cells."""
    for axis, step in enumerate(steps):
        field = np.repeat(field, step, axis)
    return field


def _paths(resistance, solid, widths, steps):
    """Resistance along each axis: of layers in series, each of which lets flow past by its widest way.

    A mean over the volume would close the gaps between blocks: one open cell beside a porous one carries nearly
    all the flow.
    """
    found = []
    for a, field in enumerate(resistance):
        axis = 2 - a
        along = tuple(step if b == axis else 1 for b, step in enumerate(steps))
        across = tuple(1 if b == axis else step for b, step in enumerate(steps))
        area = np.ones(1)
        for b in range(3):
            if b != axis:
                area = area * widths[b].reshape([-1 if c == b else 1 for c in range(3)])
        area = np.broadcast_to(area, field.shape) * ~solid
        ease = np.where(solid, 0.0, 1.0 / np.maximum(field, 1e-30))
        section = _blocks(area, across)
        eased = _blocks(area * ease, across)
        layer = np.where(eased > 0, section / np.where(eased > 0, eased, 1.0), 0.0)
        layer = np.where(layer < 1e-20, 0.0, layer)
        length = widths[axis].reshape([-1 if c == axis else 1 for c in range(3)])
        length = np.broadcast_to(length, layer.shape)
        found.append(_blocks(length * layer, along) / _blocks(length, along))
    return np.stack(found)


def _filled(field, liquid_value, steps, average):
    """Average where a zero stands for the liquid's own value; zero where nothing else was given."""
    given = _blocks((field > 0).astype(float), steps) > 0
    return np.where(given, average(np.where(field > 0, field, liquid_value)), 0.0)


def _in_layers(axis, widths, steps):
    """Averaging of a conductivity: in series along the axis, side by side across it."""
    along = tuple(step if a == axis else 1 for a, step in enumerate(steps))
    across = tuple(1 if a == axis else step for a, step in enumerate(steps))
    shape = [1, 1, 1]
    shape[axis] = -1
    d = widths[axis].reshape(shape)
    area = np.ones(1)
    for a in range(3):
        if a != axis:
            spread = [1, 1, 1]
            spread[a] = -1
            area = area * widths[a].reshape(spread)

    def average(field):
        series = _blocks(np.broadcast_to(d, field.shape), along) / _blocks(d / field, along)
        return _blocks(area * series, across) / _blocks(np.broadcast_to(area, series.shape), across)

    return average


def _face_mean(field, axis, widths, steps):
    """Mean of a field on the faces across an axis over the control volumes of the coarse faces."""
    across = [1 if a == axis else step for a, step in enumerate(steps)]
    area = np.ones(1)
    for a in range(3):
        if a != axis:
            spread = [1, 1, 1]
            spread[a] = -1
            area = area * widths[a].reshape(spread)
    area = np.broadcast_to(area, field.shape)
    field = _blocks(area * field, tuple(across)) / _blocks(area, tuple(across))
    if steps[axis] == 1:
        return field
    field = np.moveaxis(field, axis, 0)
    d = widths[axis]
    dual = (0.5 * (d[1:] + d[:-1]))[:, None, None]
    found = field[::2].copy()
    left, middle, right = 0.5 * dual[:-2:2], dual[1:-1:2], 0.5 * dual[2::2]
    found[1:-1] = (left * field[1:-2:2] + middle * field[2:-1:2] + right * field[3::2]) / (
        left + middle + right
    )
    return np.moveaxis(found, 0, axis)


def _sides(box, widths, steps):
    found = []
    for s, given in enumerate(box.sides):
        normal = 2 - s // 2
        first, second = (a for a in range(3) if a != normal)
        found.append(_side(given, s // 2, widths[first], widths[second], (steps[first], steps[second])))
    return tuple(found)


def _side(given: Side, normal: int, first: np.ndarray, second: np.ndarray, steps: tuple[int, int]) -> Side:
    """One side; ``normal`` is 0, 1, 2 for x, y, z."""
    area = first[:, None] * second

    def share(of: np.ndarray) -> np.ndarray:
        return _blocks(area * of, steps) / _blocks(area, steps)

    inlet, outlet = share(given.kind == INLET), share(given.kind == OUTLET)
    if np.any((inlet > 0) & (outlet > 0)):
        raise InputError("An inlet and an outlet share a face of the coarser grid.", key="sides")
    kind = np.where(share(given.kind == SLIP) > share(given.kind == WALL), SLIP, WALL)
    kind = np.where(inlet > 0, INLET, np.where(outlet > 0, OUTLET, kind))
    same = area * (given.kind == _spread(kind, steps))

    def mean(field: np.ndarray, weight: np.ndarray) -> np.ndarray:
        return _blocks(weight * field, steps) / _blocks(weight, steps)

    velocity = np.stack([mean(part, same) for part in given.velocity])
    through = share(np.where(given.kind == INLET, given.velocity[normal], 0.0))
    velocity[normal] = np.where(kind == INLET, through, velocity[normal])

    fixed = np.isinf(given.htc)
    isothermal = 2.0 * share(fixed) >= 1.0 - 1e-9
    counted = same * (fixed == _spread(isothermal, steps))
    counted = np.where(_spread(_blocks(counted, steps), steps) > 0, counted, same)
    finite = np.where(fixed, 0.0, given.htc)
    htc = np.where(isothermal, np.inf, mean(finite, counted))
    # The outside temperature counts where heat crosses; where none does, it only has to be something.
    pull = np.where(fixed, 1.0, given.htc) * counted
    pull = np.where(_spread(_blocks(pull, steps), steps) > 0, pull, counted)
    return Side(kind, velocity, htc, mean(given.temperature, pull), share(given.heat_flux))
