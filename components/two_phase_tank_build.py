"""From the file of a two-phase tank to what its physics take: chips, coil and vessel."""

from collections.abc import Mapping

from hashheat.components.two_phase_tank_balance import Vessel
from hashheat.components.two_phase_tank_chips import ChipSet
from hashheat.components.two_phase_tank_coil import Coil
from hashheat.components.two_phase_tank_file import TwoPhaseTankFile
from hashheat.solvers.critical_heat_flux import SIZES, SUBCOOLINGS
from hashheat.solvers.pool_boiling import BoilingSurface
from hashheat.thermo.fluid import Fluid
from hashheat.thermo.property_kernels import density


def build_chips(file: TwoPhaseTankFile, v: Mapping[str, float]) -> ChipSet:
    """Chips, with what they boil from.

    Parameters
    ----------
    file : TwoPhaseTankFile
    v : mapping of str to float
        Of :meth:`TwoPhaseTankFile.values` [SI].

    Returns
    -------
    ChipSet
    """
    boiling, plate = file.boiling, file.chips.plate
    own = (v["chips.length"], v["chips.width"])
    if plate is None:
        face, conductance, through = own, 0.0, 0.0
    else:
        face = (v["chips.plate.length"], v["chips.plate.width"])
        conductance = v["chips.plate.conductivity"] * v["chips.plate.thickness"]
        through = v["chips.plate.thickness"] / (v["chips.plate.conductivity"] * own[0] * own[1])
    surface = BoilingSurface(
        boiling.code,
        C_sf=v.get("boiling.C_sf", 0.0),
        n=v.get("boiling.n", 0.0),
        roughness=v.get("boiling.roughness", 0.0),
        h0=v.get("boiling.h0", 0.0),
        factor=v["boiling.factor"],
    )
    return ChipSet(
        v["chips.power"],
        *own,
        *face,
        conductance,
        through,
        v["chips.tilt"],
        v["chips.junction_resistance"],
        surface,
        v["boiling.incipience_superheat"],
        SIZES[boiling.size],
        SUBCOOLINGS[boiling.subcooling],
        v["boiling.subcooling_coefficient"],
        v["boiling.critical_factor"],
    )


def build_coil(file: TwoPhaseTankFile, water: Fluid, v: Mapping[str, float]) -> Coil:
    """Condenser and its water.

    Parameters
    ----------
    file : TwoPhaseTankFile
    water : Fluid
        That of the file.
    v : mapping of str to float
        Of :meth:`TwoPhaseTankFile.values` [SI].

    Returns
    -------
    Coil

    Raises
    ------
    StateError
        For a pressure that there are no data of the water for.
    """
    table = water.table(v["water.pressure"])
    condenser = file.condenser
    return Coil(
        v["condenser.outer_diameter"],
        v["condenser.outer_diameter"] - 2.0 * v["condenser.wall_thickness"],
        v["condenser.conductivity"],
        condenser.circuits,
        v["condenser.length"],
        condenser.rows,
        v["condenser.film_factor"],
        v["condenser.fouling"],
        v["condenser.gas_fraction"],
        v["fluid.vapour_diffusivity"],
        table,
        v["water.T_in"],
        v["water.flow"] * density(table, v["water.T_in"]),
    )


def build_vessel(file: TwoPhaseTankFile, v: Mapping[str, float]) -> Vessel:
    """What holds the bath: its pressures, walls and room.

    Parameters
    ----------
    file : TwoPhaseTankFile
    v : mapping of str to float
        Of :meth:`TwoPhaseTankFile.values` [SI].

    Returns
    -------
    Vessel
    """
    return Vessel(
        file.bath.closure == "sealed",
        v["bath.pressure_max"],
        v.get("bath.pressure_min", 0.0),
        v["bath.loss_conductance"],
        v["surroundings.T"],
        v["surroundings.pressure"],
    )
