"""The coil of a two-phase tank, and what it does with a heat, as plain numbers."""

import math
from typing import NamedTuple

from hashheat.thermo.property_table import PropertyTable


class Coil(NamedTuple):
    """A coil and its water.

    Attributes
    ----------
    outer, inner : float
        Diameters [m].
    conductivity : float
        Of the tubes [W/(m K)].
    circuits : int
    length : float
        Of each circuit [m].
    rows : int
        Tubes above each other.
    film_factor : float
    fouling : float
        [m^2 K/W]
    gas : float
        Mole fraction of air in the vapour.
    diffusivity : float
        Of vapour in air at 25 degC and 1 atm [m^2/s].
    water : PropertyTable
    T_in : float
        [K]
    mass_flow : float
        [kg/s]
    """

    outer: float
    inner: float
    conductivity: float
    circuits: int
    length: float
    rows: int
    film_factor: float
    fouling: float
    gas: float
    diffusivity: float
    water: PropertyTable
    T_in: float
    mass_flow: float

    @property
    def area(self) -> float:
        """Outer area [m^2]."""
        return math.pi * self.outer * self.length * self.circuits


class CoilState(NamedTuple):
    """What a coil does with a given heat.

    Attributes
    ----------
    room : float
        Heat that it would take less the heat given [W].
    T_vapour, T_film, T_wall : float
        Of the vapour with its gas, of the film's outside, and of the tube's [K].
    film_htc, water_htc : float
        [W/(m^2 K)]
    film_reynolds : float
    gas_wall : float
        Mole fraction of air at the film.
    UA, NTU : float
        [W/K], [-], of the wetted share.
    T_out : float
        Of the water [K].
    """

    room: float
    T_vapour: float
    T_film: float
    T_wall: float
    film_htc: float
    water_htc: float
    film_reynolds: float
    gas_wall: float
    UA: float
    NTU: float
    T_out: float
