"""From a [[miner]] table to its boards and sinks, its chips' places, and what each chip draws."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from hashheat.components.heat_sink import BoardStack, HeatSink, PlateFins, RoundPins
from hashheat.components.heat_sink_errors import HeatSinkError
from hashheat.components.measured_resistance import fit_resistance, with_measured
from hashheat.components.plate_chips import ChipHeat
from hashheat.components.porous_block import PorousBlock, oriented, porous_block
from hashheat.components.tank_blocks import Block
from hashheat.components.tank_miner import Miner
from hashheat.thermo.errors import InputError
from hashheat.thermo.liquid import Liquid

if TYPE_CHECKING:
    from hashheat.components.tank_file import TankFile

_LETTERS = "xyz"


class UnitAxes(NamedTuple):
    """Axes, 0 to 2, of the flow through a unit, across it on the boards, and normal to the boards."""

    along: int
    across: int
    normal: int


def unit_axes(miner: Miner) -> UnitAxes:
    """Axes of the units of a table.

    Parameters
    ----------
    miner : Miner

    Returns
    -------
    UnitAxes
    """
    along, normal = _LETTERS.index(miner.flow), _LETTERS.index(miner.stacked)
    return UnitAxes(along, 3 - along - normal, normal)


def chip_pitch(miner: Miner, values: Mapping[str, float], key: str) -> np.ndarray:
    """Distance from chip to chip along x, y, z; that of the boards across them [m].

    Parameters
    ----------
    miner : Miner
    values : mapping
        Numbers in SI by dotted key.
    key : str
        Table, such as ``"miner.0"``.

    Returns
    -------
    (3,) array
        Even over the unit where the file does not give it.
    """
    axes = unit_axes(miner)
    size = np.array([values[f"{key}.{name}"] for name in ("length", "width", "height")])
    pitch = np.empty(3)
    pitch[axes.along] = size[axes.along] / miner.cols
    pitch[axes.across] = size[axes.across] / miner.rows
    pitch[axes.normal] = values.get(f"{key}.sink.board_pitch", size[axes.normal] / miner.boards)
    if miner.sink.chips == 1:
        pitch[axes.along] = values.get(f"{key}.sink.length_pitch", pitch[axes.along])
        pitch[axes.across] = values.get(f"{key}.sink.width_pitch", pitch[axes.across])
    return pitch


def board_stack(file: "TankFile", values: Mapping[str, float], place: int) -> BoardStack:
    """Boards and sinks of a table.

    Parameters
    ----------
    file : TankFile
    values : mapping
        Numbers in SI by dotted key.
    place : int
        Of the [[miner]] table.

    Returns
    -------
    BoardStack

    Raises
    ------
    HeatSinkError
        For sinks that cannot be, naming the file and the table.
    """
    miner, key = file.miner[place], f"miner.{place}"
    s = {k.removeprefix(f"{key}.sink."): v for k, v in values.items() if k.startswith(f"{key}.sink.")}
    axes = unit_axes(miner)
    pitch = chip_pitch(miner, values, key)
    shared = miner.sink.chips > 1
    _check_fit(miner, values, key, pitch)
    try:
        fins: PlateFins | RoundPins
        if miner.sink.fins == "plate":
            fins = PlateFins(s["fin_height"], s["fin_thickness"], s["fin_pitch"])
        else:
            fins = RoundPins(
                s["fin_height"],
                s["pin_diameter"],
                s["pin_pitch_along"],
                s["pin_pitch_across"],
                miner.sink.staggered,
            )
        sink = HeatSink(
            fins, s["length"], s["width"], s["base_thickness"], s["conductivity"], chips=miner.sink.chips
        )
        return BoardStack(
            sink,
            float(pitch[axes.normal]),
            s["board_thickness"],
            length_pitch=s.get("length_pitch", None if shared else float(pitch[axes.along])),
            width_pitch=s.get("width_pitch", None if shared else float(pitch[axes.across])),
            sides=miner.sink.sides,
        )
    except InputError as error:
        raise type(error)(
            error.problem,
            file=file.file,
            key=f"{key}.sink.{error.key}" if error.key else f"{key}.sink",
            found=error.found,
            accepted=error.accepted,
        ) from None


def _check_fit(miner: Miner, values: Mapping[str, float], key: str, pitch: np.ndarray) -> None:
    axes = unit_axes(miner)
    names = {
        axes.normal: ("board_pitch", miner.boards, "boards"),
        axes.across: ("width_pitch", miner.rows, "rows of chips"),
        axes.along: ("length_pitch", miner.cols, "columns of chips"),
    }
    for axis, (name, count, what) in names.items():
        size = values[f"{key}.{('length', 'width', 'height')[axis]}"]
        if count * pitch[axis] > size + 1e-9:
            raise HeatSinkError(
                f"the {what} do not fit into the unit",
                key=f"{key}.sink.{name}",
                found=f"{count} x {pitch[axis] * 1e3:.4g} mm along {_LETTERS[axis]}",
                accepted=f"at most {size / count * 1e3:.4g} mm each",
            )


def unit_medium(
    file: "TankFile", values: Mapping[str, float], place: int, liquid: Liquid, T: float
) -> PorousBlock:
    """What a unit is to the flow, its arrays along x, y, z.

    Parameters
    ----------
    file, values, place
        As for :func:`board_stack`.
    liquid : Liquid
    T : float
        At which conductivity and heat capacity of the oil count [K].

    Returns
    -------
    PorousBlock

    Raises
    ------
    HeatSinkError, ResistanceDataError
        Naming the file and the table.
    """
    miner, key = file.miner[place], f"miner.{place}"
    axes = unit_axes(miner)
    block = porous_block(board_stack(file, values, place), liquid, T)
    size = np.array([values[f"{key}.{name}"] for name in ("length", "width", "height")])
    if miner.resistance is not None:
        flow, drop = np.array(miner.resistance.points()).T
        try:
            measured = fit_resistance(
                flow,
                drop,
                area=float(np.prod(size) / size[axes.along]),
                length=float(size[axes.along]),
                density=values[f"{key}.resistance.density"],
                viscosity=values[f"{key}.resistance.viscosity"],
            )
        except InputError as error:
            raise type(error)(
                error.problem,
                file=file.file,
                key=f"{key}.resistance.curve",
                found=error.found,
                accepted=error.accepted,
            ) from None
        block = with_measured(block, measured)
    block = oriented(block, axes.along, axes.normal)
    metal = values.get(f"{key}.heat_capacity")
    if metal is not None:
        oil = liquid.density * float(liquid.heat_capacity[0])
        block = block._replace(heat_capacity=metal / float(np.prod(size)) + block.porosity * oil)
    return block


def chip_heat(miner: Miner, values: Mapping[str, float], key: str) -> ChipHeat:
    """What each chip of a table draws, and what lies between it and its sink.

    Parameters
    ----------
    miner : Miner
    values : mapping of str to float
        Numbers of the file in SI by dotted key.
    key : str
        Of the table, such as ``"miner.0"``.

    Returns
    -------
    ChipHeat
    """
    chips = miner.boards * miner.rows * miner.cols
    power = values[f"{key}.power"] * values[f"{key}.chip_share"] / chips
    share = values[f"{key}.leakage_share"]
    return ChipHeat(
        resistance=values[f"{key}.junction_to_sink"],
        P_dynamic=power * (1.0 - share),
        P_leak=power * share,
        T_leak=values[f"{key}.reference_temperature"],
        leak_scale=values[f"{key}.leakage_scale"],
    )


def chip_centres(
    miner: Miner, values: Mapping[str, float], key: str, block: Block
) -> tuple[np.ndarray, np.ndarray]:
    """Middles of the chips of one unit, and the box that each stands for.

    Parameters
    ----------
    miner : Miner
    values : mapping
    key : str
    block : Block
        The unit.

    Returns
    -------
    centres : (3, boards, rows, cols) array
        Along x, y, z [m], evenly about the middle of the unit.
    size : (3,) array
        [m]
    """
    axes, pitch = unit_axes(miner), chip_pitch(miner, values, key)
    counts = (miner.boards, miner.rows, miner.cols)
    centres = np.empty((3, *counts))
    for dimension, axis in enumerate((axes.normal, axes.across, axes.along)):
        n = counts[dimension]
        places = block.middle[axis] + pitch[axis] * (np.arange(n) - 0.5 * (n - 1))
        shape = [1, 1, 1]
        shape[dimension] = n
        centres[axis] = places.reshape(shape)
    return centres, pitch
