"""From the file of a cold plate to what its solver takes, at nominal or changed values."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from hashheat.components.channel_pieces import channel_streams, check_region
from hashheat.components.chip_map import ChipMap
from hashheat.components.cold_plate_file import ColdPlateFile
from hashheat.components.cold_plate_layout import coolant_layout, located
from hashheat.components.coolant_layout import MicroChannels, PinFins
from hashheat.components.plate_chips import ChipHeat
from hashheat.components.plate_geometry import PlateGeometry, plate_grid
from hashheat.thermo.errors import InputError


def plate_geometry(
    file: ColdPlateFile,
    changed: Mapping[str, float] | None = None,
    *,
    clock: float = 1.0,
    refine: int = 1,
    through: int | None = None,
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
    through : int, optional
        Multiplies the layers where the thickness is resolved; as ``refine`` if left out.

    Returns
    -------
    PlateGeometry
        For :func:`hashheat.components.plate_geometry.plate_model`.

    Raises
    ------
    InputError
        For a key that the file does not have, a value outside its bounds, a clock below zero; or by its own name
        for what cannot be built. Keys are those of the file.
    """
    if not 0.0 <= clock < float("inf"):
        raise InputError("this clock cannot be", key="clock", found=clock, accepted="0 or more, finite")
    through = refine if through is None else through
    if not all(isinstance(n, int) and n >= 1 for n in (refine, through)):
        raise InputError("cells cannot be split so", key="refine", found=refine, accepted="1, 2, 3 ...")
    v = file.values(changed)
    plate = file.plate
    layers = plate.layers if plate.layers == [1] else [through * n for n in plate.layers]
    chips = file.chip_map(changed)
    try:
        geometry = PlateGeometry(
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
        # Whatever the model of the plate would refuse, so that it is told in the words of the file.
        plate_grid(geometry)
        layout = geometry.layout
        if isinstance(layout, MicroChannels | PinFins):
            check_region(layout.region, geometry.plate_size)
        else:
            channel_streams(layout, geometry.plate_size)
        return geometry
    except InputError as error:
        raise located(error, file.coolant, file.file) from None


#: Numbers of a file that leave metal, coolant and chips where they are: see :func:`leaves_the_cells`.
_LIGHT_TABLES = ("power.", "design.", "chips.tim_")
_LIGHT_KEYS = (
    "chips.package_resistance",
    "chips.limit",
    "coolant.nusselt_factor",
    "coolant.friction_factor",
    "coolant.port_loss",
)


def leaves_the_cells(key: str) -> bool:
    """Whether a number of a file, by its dotted key, changes heat and films only and no cell of a plate."""
    return key.startswith(_LIGHT_TABLES) or key in _LIGHT_KEYS


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
    share = values["power.leakage_share"]
    return ChipHeat(
        resistance=insulation(values, chips.length * chips.width),
        P_dynamic=values["power.chip"] * (1.0 - share) * clock,
        P_leak=values["power.chip"] * share,
        T_leak=values["power.reference_temperature"],
        leak_scale=values["power.leakage_scale"],
    )


def insulation(values: Mapping[str, ArrayLike], area: ArrayLike) -> np.ndarray:
    """Package and interface of chips.

    Parameters
    ----------
    values : mapping
        Numbers in SI by dotted key, floats or arrays that broadcast against the area.
    area : float or array
        Footprints [m^2].

    Returns
    -------
    array
        [K/W]
    """
    x = {key: np.asarray(value, dtype=float) for key, value in values.items() if key.startswith("chips.")}
    footprint = np.asarray(area)
    if "chips.tim_thickness" in x:
        below = x["chips.tim_thickness"] / (x["chips.tim_conductivity"] * footprint)
    elif "chips.tim_area_resistance" in x:
        below = x["chips.tim_area_resistance"] / footprint
    else:
        below = x["chips.tim_resistance"] + 0.0 * footprint
    return np.asarray(x["chips.package_resistance"] + below)
