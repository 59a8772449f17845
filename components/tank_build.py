"""From the file of a tank to the flow problem that its solver takes, at nominal or changed values."""

import math
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from hashheat.components.chip_places import PlacedChips, chip_source, place_chips
from hashheat.components.plate_chips import ChipHeat
from hashheat.components.sink_film import SinkFilm, sink_film
from hashheat.components.tank_blocks import Block, coil_block, miner_blocks
from hashheat.components.tank_file import TankFile
from hashheat.components.tank_grid import tank_lines
from hashheat.components.tank_liquid import tank_liquid
from hashheat.components.tank_mixing import Mixing, mixing
from hashheat.components.tank_openings import (
    Opened,
    cells_between,
    feed,
    set_inlets,
    set_outlets,
    set_walls,
)
from hashheat.components.tank_stack import (
    board_stack,
    chip_centres,
    chip_heat,
    unit_axes,
    unit_medium,
)
from hashheat.solvers.flow_model import FlowBox, FlowGrid, flow_box
from hashheat.thermo.errors import InputError

#: Standard gravity [m/s^2].
GRAVITY = 9.80665


class Unit(NamedTuple):
    """One miner in the grid.

    Attributes
    ----------
    block : Block
    place : int
        Of its [[miner]] table.
    cells : tuple of 3 slices
        Of its block, along z, y, x.
    along : int
        Axis of its fins.
    film : SinkFilm
    heat : ChipHeat
    placed : PlacedChips
    centres : (3, boards, rows, cols) array
        Of its chips [m].
    chip_box : (float, float, float)
        Of what each chip stands for, along x, y, z [m].
    other_power : float
        What it releases beside its chips [W].
    limit : float
        Highest junction temperature [K].
    back_resistance : float
        From a junction to the sink behind its board [K/W], infinite without one.
    """

    block: Block
    place: int
    cells: tuple[slice, slice, slice]
    along: int
    film: SinkFilm
    heat: ChipHeat
    placed: PlacedChips
    centres: np.ndarray
    chip_box: tuple[float, float, float]
    other_power: float
    limit: float
    back_resistance: float

    @property
    def gravity_along(self) -> float:
        """Gravity along the axis of the fins [m/s^2]."""
        return -GRAVITY if self.along == 2 else 0.0

    @property
    def nominal_power(self) -> float:
        """Of one chip at its reference temperature [W]."""
        return float(np.asarray(self.heat.P_dynamic) + np.asarray(self.heat.P_leak))

    @property
    def area(self) -> float:
        """Across the fins [m^2]."""
        return self.block.volume / float(self.block.size[self.along])


class TankBox(NamedTuple):
    """A tank as a flow problem.

    Attributes
    ----------
    box : FlowBox
    values : dict
        Numbers in SI by dotted key.
    units : list of Unit
    inlets, outlets : list of (Patch, (slice, slice))
        Openings and their faces on their side.
    mixing : Mixing
        Whether turbulence is modelled, and why.
    T_fill : float
        Temperature that oil and properties started from [K].
    """

    box: FlowBox
    values: dict[str, float]
    units: list[Unit]
    inlets: list[Opened]
    outlets: list[Opened]
    mixing: Mixing
    T_fill: float

    @property
    def blocks(self) -> list[Block]:
        """Miners."""
        return [unit.block for unit in self.units]


def build_tank(
    file: TankFile,
    changed: Mapping[str, float] | None = None,
    *,
    refine: float = 1,
    T_in: float,
    volume_flow: float,
    T_ref: float | None = None,
) -> TankBox:
    """Flow problem of a tank, all chips at their reference power.

    Parameters
    ----------
    file : TankFile
    changed : mapping, optional
        Values in SI by dotted key that take the place of nominal ones.
    refine : float
        A power of two: 2 halves every cell.
    T_in : float
        Oil at the inlets [K]; of a tank without inlets, about the temperature of its oil.
    volume_flow : float
        Through all inlets [m^3/s]; 0 without.
    T_ref : float, optional
        Of the oil's reference density [K]; see :func:`hashheat.components.tank_liquid.tank_liquid`.

    Returns
    -------
    TankBox

    Raises
    ------
    InputError, TankError
        For a key or value that the file does not accept, or a tank that cannot be built.
    """
    values = file.values(changed)
    power = sum(m.count[0] * m.count[1] * values[f"miner.{i}.power"] for i, m in enumerate(file.miner))
    try:
        liquid = tank_liquid(file, values, T_ref)
        grid = tank_lines(file, values, refine)
    except InputError as error:
        raise error.within(file=file.file) from None
    box = flow_box(grid, liquid, (0.0, 0.0, -GRAVITY))
    set_walls(box, values)
    inlets = set_inlets(file, values, box, T_in, volume_flow)
    outlets = set_outlets(file, values, box, T_in)
    blocks = miner_blocks(file, values)
    units = []
    for place, miner in enumerate(file.miner):
        medium = unit_medium(file, values, place, liquid, T_in)
        film = sink_film(board_stack(file, values, place), _footprint(values, f"miner.{place}"))
        for block in (b for b in blocks if b.key == f"miner.{place}"):
            cells = _cells(block, grid)
            box.porosity[cells] = medium.porosity
            box.heat_capacity[cells] = medium.heat_capacity
            for axis in range(3):
                box.inverse_permeability[axis][cells] = medium.inverse_permeability[axis]
                box.forchheimer[axis][cells] = medium.forchheimer[axis]
                box.conductivity[axis][cells] = medium.conductivity[axis]
            key = f"miner.{place}"
            centres, size = chip_centres(miner, values, key, block)
            units.append(
                Unit(
                    block=block,
                    place=place,
                    cells=cells,
                    along=unit_axes(miner).along,
                    film=film,
                    heat=chip_heat(miner, values, key),
                    placed=place_chips(grid, centres[0], centres[1], centres[2], size=_three(size)),
                    centres=centres,
                    chip_box=_three(size),
                    other_power=values[f"{key}.power"] * (1.0 - values[f"{key}.chip_share"]),
                    limit=values[f"{key}.limit"],
                    back_resistance=values.get(f"{key}.sink.back_resistance", math.inf),
                )
            )
    found = mixing(file, grid, liquid, blocks, inlets, T_in, volume_flow, power)
    box.mixing_length[...] = found.length
    tank = TankBox(box, values, units, inlets, outlets, found, T_in)
    set_power(tank, [np.full(unit.centres.shape[1:], unit.nominal_power) for unit in units])
    return tank


def set_power(tank: TankBox, chips: list[np.ndarray]) -> None:
    """Put the heat of all miners into the cells of a tank's box.

    Parameters
    ----------
    tank : TankBox
        Its box is changed in place.
    chips : list of (boards, rows, cols) arrays
        Power of each unit's chips [W]. What a unit releases beside is spread over its block.
    """
    volume = cell_volumes(tank.box.grid)
    tank.box.source[...] = 0.0
    for unit, power in zip(tank.units, chips):
        tank.box.source[...] += chip_source(unit.placed, power)
        own = volume[unit.cells]
        tank.box.source[unit.cells] += unit.other_power * own / own.sum()


def set_oil(tank: TankBox, T_in: float, volume_flow: float, T_back: float) -> None:
    """Change what enters a tank, in place.

    Parameters
    ----------
    tank : TankBox
    T_in : float
        Of the oil at the inlets [K].
    volume_flow : float
        Through all inlets [m^3/s].
    T_back : float
        Of oil that an outlet lets back in [K].
    """
    feed(tank.box, tank.values, tank.inlets, T_in, volume_flow)
    for patch, faces in tank.outlets:
        tank.box.sides[patch.side].temperature[faces] = T_back


def set_coil(tank: TankBox, file: TankFile, conductance: float, T: float) -> None:
    """Put a coil into the cells of its region.

    Parameters
    ----------
    tank : TankBox
        Its box is changed in place.
    file : TankFile
    conductance : float
        Of all tube, to ``T`` [W/K].
    T : float
        [K]
    """
    block = coil_block(file, tank.values)
    assert block is not None
    cells = _cells(block, tank.box.grid)
    volume = cell_volumes(tank.box.grid)[cells]
    tank.box.exchange[cells] = conductance * volume / volume.sum()
    tank.box.exchange_temperature[cells] = T


def cell_volumes(grid: FlowGrid) -> np.ndarray:
    """Volume of every cell.

    Parameters
    ----------
    grid : FlowGrid

    Returns
    -------
    (nz, ny, nx) array
        [m^3]
    """
    dz, dy, dx = np.diff(grid.z), np.diff(grid.y), np.diff(grid.x)
    return dz[:, None, None] * dy[None, :, None] * dx[None, None, :]


def _cells(block: Block, grid: FlowGrid) -> tuple[slice, slice, slice]:
    x, y, z = (
        cells_between(lines, low, high)
        for lines, low, high in zip((grid.x, grid.y, grid.z), block.low, block.high)
    )
    return z, y, x


def _footprint(values: Mapping[str, float], key: str) -> float | None:
    side = values.get(f"{key}.sink.chip_length")
    return None if side is None else side * side


def _three(a: np.ndarray) -> tuple[float, float, float]:
    return float(a[0]), float(a[1]), float(a[2])
