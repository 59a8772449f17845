"""From the file of a cold plate to what its solver takes, at nominal or changed values."""

from collections.abc import Mapping
from typing import NamedTuple

from hashheat.components.chip_map import ChipMap
from hashheat.components.cold_plate_file import ColdPlateFile
from hashheat.components.cold_plate_layout import coolant_layout, located
from hashheat.components.plate_chips import ChipHeat
from hashheat.components.plate_geometry import PlateGeometry, plate_model
from hashheat.components.plate_law import channel_duct, channel_law
from hashheat.solvers.channel_law import ChannelLaw
from hashheat.solvers.duct_table import DuctLaminar
from hashheat.solvers.plate_model import PlateModel
from hashheat.thermo.errors import InputError


def plate_geometry(
    file: ColdPlateFile,
    changed: Mapping[str, float] | None = None,
    *,
    clock: float = 1.0,
    refine: int = 1,
) -> PlateGeometry:
    """Plate with its chips.

    Parameters
    ----------
    file : ColdPlateFile
    changed : mapping, optional
        Values in SI by dotted key that take the place of nominal ones.
    clock : float
        Dynamic power of the chips over that of the file [-].
    refine : int
        Multiplies the number of cells along and across.

    Returns
    -------
    PlateGeometry
        For :func:`hashheat.components.plate_geometry.plate_model`, which checks the channels against the metal.

    Raises
    ------
    InputError
        For a key that the file does not have, a value outside its bounds, a clock below zero; or by its own name
        for what cannot be built. Keys are those of the file.
    """
    if not 0.0 <= clock < float("inf"):
        raise InputError("this clock cannot be", key="clock", found=clock, accepted="0 or more, finite")
    if refine != int(refine) or refine < 1:
        raise InputError("cells cannot be split so", key="refine", found=refine, accepted="1, 2, 3 ...")
    v = file.values(changed)
    plate = file.plate
    layers = plate.layers
    chips = file.chip_map(changed)
    try:
        return PlateGeometry(
            length=v["plate.length"],
            width=v["plate.width"],
            thickness=v["plate.thickness"],
            conductivity=v["plate.conductivity"],
            heat_capacity=plate.solid.volumetric_heat_capacity,
            layout=coolant_layout(file.coolant, v),
            cells=(refine * plate.cells_along, refine * plate.cells_across),
            layers=layers[0] if len(layers) == 1 else (layers[0], layers[1], layers[2]),
            chips=chips,
            chip_heat=chip_heat(chips, v, clock=clock),
            htc_top=v["losses.top"],
            htc_bottom=v["losses.bottom"],
            htc_edge=v["losses.edge"],
        )
    except InputError as error:
        raise located(error, file.coolant, file.file) from None


def chip_heat(chips: ChipMap, values: Mapping[str, float], *, clock: float = 1.0) -> ChipHeat:
    """Power of each chip and what insulates it.

    Parameters
    ----------
    chips : ChipMap
    values : mapping
        Numbers in SI by dotted key; see :meth:`hashheat.components.cold_plate_file.ColdPlateFile.values`.
    clock : float
        Dynamic power over that of the file [-].

    Returns
    -------
    ChipHeat
        The resistance of each chip is that of its package and of the interface, whose material counts over the
        chip's footprint: t / (k A). The power is that of a chip of factor 1; the factor multiplies it where the
        chips are put on the plate.
    """
    area = chips.length * chips.width
    if "chips.tim_thickness" in values:
        interface = values["chips.tim_thickness"] / (values["chips.tim_conductivity"] * area)
    elif "chips.tim_area_resistance" in values:
        interface = values["chips.tim_area_resistance"] / area
    else:
        interface = values["chips.tim_resistance"] + 0.0 * area
    share = values["power.leakage_share"]
    return ChipHeat(
        resistance=values["chips.package_resistance"] + interface,
        P_dynamic=values["power.chip"] * (1.0 - share) * clock,
        P_leak=values["power.chip"] * share,
        T_leak=values["power.reference_temperature"],
        leak_scale=values["power.leakage_scale"],
    )


class PlateArrays(NamedTuple):
    """A plate as :func:`hashheat.solvers.conjugate_plate.solve_conjugate` takes it, with its description.

    Attributes
    ----------
    geometry : PlateGeometry
    model : PlateModel
    law : ChannelLaw
    duct : DuctLaminar
    """

    geometry: PlateGeometry
    model: PlateModel
    law: ChannelLaw
    duct: DuctLaminar


def plate_arrays(
    file: ColdPlateFile,
    changed: Mapping[str, float] | None = None,
    *,
    clock: float = 1.0,
    refine: int = 1,
) -> PlateArrays:
    """Arrays of a plate and the law of its channels.

    Parameters
    ----------
    file, changed, clock, refine
        As for :func:`plate_geometry`.

    Returns
    -------
    PlateArrays

    Raises
    ------
    InputError
        As :func:`plate_geometry`, and for channels that do not fit into the metal. Keys are those of the file.
    """
    geometry = plate_geometry(file, changed, clock=clock, refine=refine)
    v = file.values(changed)
    try:
        law = channel_law(
            geometry.layout,
            geometry.plate_size,
            nusselt_factor=v["coolant.nusselt_factor"],
            friction_factor=v["coolant.friction_factor"],
        )
        return PlateArrays(geometry, plate_model(geometry), law, channel_duct(geometry.layout))
    except InputError as error:
        raise located(error, file.coolant, file.file) from None
