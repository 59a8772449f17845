"""What a two-phase tank refuses before anything is solved: the numbers that its file would refuse."""

from collections.abc import Mapping

import numpy as np

from hashheat.components.two_phase_tank_file import TwoPhaseTankFile
from hashheat.thermo.errors import InputError, StateError
from hashheat.thermo.fluid import Fluid


def check_states(file: TwoPhaseTankFile, water: Fluid, flat: Mapping[str, np.ndarray]) -> None:
    """Refuse states with numbers that the file would refuse, or with water that is no liquid.

    Parameters
    ----------
    file : TwoPhaseTankFile
    water : Fluid
        That of the file.
    flat : mapping of str to (n,) array
        Numbers that replace those of the file, by dotted key [SI].

    Raises
    ------
    InputError
        For a key that the file does not have, a value outside its bounds, or values that do not go together.
    FreezingError, BoilingError
        For water that is no liquid at the inlet.
    StateError
        For water beyond its data.
    """
    known = file.values()
    for key, values in flat.items():
        if key not in known:
            file.values({key: 0.0})  # raises, naming the keys there are
        file.check_values(key, values)
    both = {key: flat.get(key, np.array([known[key]])) for key in known}
    for low, high in (
        ("chips.bottom", "chips.top"),
        ("chips.top", "bath.height"),
        ("bath.pressure_min", "bath.pressure_max"),
    ):
        if low in both and np.any(both[low] >= both[high]):
            raise InputError(
                f"{low} is not below {high}",
                file=file.file,
                key=low,
                found=f"{float(np.max(both[low])):g}",
                accepted=f"less than {float(np.min(both[high])):g}",
            )
    if np.any(2.0 * both["condenser.wall_thickness"] >= both["condenser.outer_diameter"]):
        raise InputError(
            "the walls of the tubes fill them",
            file=file.file,
            key="condenser.wall_thickness",
            found=f"{float(np.max(both['condenser.wall_thickness'])):g} m",
            accepted=f"less than half of {float(np.min(both['condenser.outer_diameter'])):g} m",
        )
    for pressure in np.unique(both["water.pressure"]):
        water.check_liquid(both["water.T_in"], float(pressure), "the condenser's inlet")
        table = water.table(float(pressure))
        coldest, warmest = float(both["water.T_in"].min()), float(both["water.T_in"].max())
        if coldest < table.T_min or warmest > table.T_max:
            worst = coldest if coldest < table.T_min else warmest
            raise StateError(
                f"{water.name}: {worst - 273.15:.2f} degC at the condenser's inlet lies outside its "
                f"data, {table.T_min - 273.15:.2f} to {table.T_max - 273.15:.2f} degC."
            )
