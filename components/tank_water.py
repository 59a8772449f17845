"""The water that takes the heat of a tank: its flow, its properties, and a coil that it runs through."""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from hashheat.components.duty_side import liquid_table
from hashheat.thermo.errors import InputError, StateError
from hashheat.thermo.fluid import Fluid
from hashheat.thermo.property_kernels import density, enthalpy, temperature_from_enthalpy
from hashheat.thermo.property_table import PropertyTable

if TYPE_CHECKING:
    from hashheat.components.tank_file import TankFile


class WaterSide(NamedTuple):
    """Water at its inlet.

    Attributes
    ----------
    fluid : Fluid
    pressure : float
        [Pa]
    table : PropertyTable
    T_in : float
        [K]
    mass_flow : float
        [kg/s]
    """

    fluid: Fluid
    pressure: float
    table: PropertyTable
    T_in: float
    mass_flow: float

    def T_out(self, heat: float) -> float:
        """Temperature after it has taken a heat.

        Parameters
        ----------
        heat : float
            [W]

        Returns
        -------
        float
            [K]

        Raises
        ------
        StateError
            Where it would not be liquid any more.
        """
        h = float(enthalpy(self.table, self.T_in)) + heat / self.mass_flow
        low, high = (float(enthalpy(self.table, T)) for T in (self.table.T_min, self.table.T_max))
        if not low <= h <= high:
            raise StateError(
                f"the water would leave its liquid range, {self.table.T_min - 273.15:.1f} to "
                f"{self.table.T_max - 273.15:.1f} degC, with {heat / 1e3:.4g} kW at {self.mass_flow:.4g} kg/s"
            )
        return float(temperature_from_enthalpy(self.table, h))

    def capacity(self, heat: float) -> float:
        """Mean capacity flow on the way through with a heat.

        Parameters
        ----------
        heat : float
            [W]

        Returns
        -------
        float
            [W/K]; at the inlet without heat.

        Raises
        ------
        StateError
            As :meth:`T_out`.
        """
        if heat == 0.0:
            heat = 1e-6 * self.mass_flow * 4e3
        return heat / (self.T_out(heat) - self.T_in)


def water_side(file: "TankFile", values: Mapping[str, float]) -> WaterSide:
    """Water of a tank.

    Parameters
    ----------
    file : TankFile
        With a [water] table.
    values : mapping
        Numbers in SI by dotted key.

    Returns
    -------
    WaterSide

    Raises
    ------
    InputError, StateError
        For a name that is no liquid, or a state that is not liquid.
    """
    assert file.water is not None
    T, p = values["water.T_in"], values["water.pressure"]
    try:
        fluid = Fluid.parse(file.water.fluid)
        fluid.check_liquid(T, p, where="the water inlet (water.T_in)")
    except InputError as error:
        raise error.within(file=file.file, key="water.fluid") from None
    except StateError as error:
        raise error.within(file.file) from None
    table = liquid_table(fluid, p, T)
    return WaterSide(fluid, p, table, T, values["water.volume_flow"] * float(density(table, T)))


def coil_conductance(values: Mapping[str, float], water: WaterSide, heat: float) -> float:
    """Conductance of a coil from the oil around it to the inlet temperature of its water.

    Parameters
    ----------
    values : mapping
        Numbers in SI by dotted key, with those of the coil.
    water : WaterSide
    heat : float
        About what it takes, for the heat capacity of the water [W].

    Returns
    -------
    float
        C (1 - exp(-UA / C)), with the capacity flow C: exact for oil of one temperature around it [W/K].
    """
    UA = values.get("coil.conductance")
    if UA is None:
        area = math.pi * values["coil.tube_diameter"] * values["coil.tube_length"]
        UA = values["coil.htc"] * area
    C = water.capacity(heat)
    return -C * math.expm1(-UA / C)
