"""A greenhouse: the heat that keeps it warm under glass, against sun and wind."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from hashheat.thermo.errors import InputError

#: Heat capacity of air by volume, dry at 15 degC and 101325 Pa [J/(m3 K)].
AIR_CAPACITY = 1.225 * 1006.0


class GreenhouseBalance(NamedTuple):
    """Heat of a greenhouse [W], arrays of one shape.

    Attributes
    ----------
    heat_demand : array
        That heating must give.
    surplus : array
        That the vents let out; heat_demand or this is zero.
    cover_loss : array
        Through the cover; negative where it is warmer outside.
    air_loss : array
        With the air that leaks through the closed house.
    solar_gain : array
        From the sun to the air.
    """

    heat_demand: np.ndarray
    surplus: np.ndarray
    cover_loss: np.ndarray
    air_loss: np.ndarray
    solar_gain: np.ndarray


@dataclass(frozen=True)
class Greenhouse:
    """Steady balance of every hour; the house remembers nothing.

    Parameters
    ----------
    cover_area : float
        Of glass or film, roof and sides [m2].
    floor_area : float
        [m2]
    volume : float
        Of the air inside [m3].
    cover_htc : float
        Overall coefficient of the cover, without wind [W/(m2 K)]. Textbooks are remembered to give about 6 for
        single glass or film and 4 for two films: what a grower's own house has must be given.
    wind_htc : float
        That each m/s of wind adds [W/(m2 K) per m/s].
    air_changes : float
        Of the closed house [1/s]; 1 an hour is 2.78e-4.
    solar_share : float
        Share of the sun's heat on the floor area that warms the air [-]: what the cover lets in, less what plants
        evaporate.

    Raises
    ------
    InputError
        For an area or coefficient that is not above zero, or a share outside 0 to 1.

    Notes
    -----
    ``(U0 + b w) A_c (T_i - T_o) + n V rho cp (T_i - T_o) - s G A_f``. Heat to the ground, latent heat and the
    sky's radiation beyond what the coefficient contains are left out.
    """

    cover_area: float
    floor_area: float
    volume: float
    cover_htc: float
    wind_htc: float = 0.0
    air_changes: float = 0.0
    solar_share: float = 0.0

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            positive = field.name in ("cover_area", "floor_area", "volume", "cover_htc")
            fits = math.isfinite(value) and (value > 0.0 if positive else value >= 0.0)
            if not fits or (field.name == "solar_share" and value > 1.0):
                raise InputError(
                    "cannot be used",
                    key=field.name,
                    found=value,
                    accepted="above 0"
                    if positive
                    else "0 to 1"
                    if field.name == "solar_share"
                    else "0 or more",
                )

    @classmethod
    def from_values(cls, values: Mapping[str, float]) -> "Greenhouse":
        """From the keys of a :class:`hashheat.components.greenhouse_section.GreenhouseSection` [SI]."""
        return cls(**{field.name: float(values[field.name]) for field in fields(cls) if field.name in values})

    def conductance(self, wind_speed: ArrayLike = 0.0) -> np.ndarray:
        """Heat lost for each kelvin above the outdoors [W/K], at a wind speed [m/s]."""
        wind = np.asarray(wind_speed, dtype=float)
        return (self.cover_htc + self.wind_htc * wind) * self.cover_area + self.air_changes * (
            self.volume * AIR_CAPACITY
        )

    def balance(
        self,
        T_inside: ArrayLike,
        T_outdoor: ArrayLike,
        irradiance: ArrayLike = 0.0,
        wind_speed: ArrayLike = 0.0,
    ) -> GreenhouseBalance:
        """Heat that holds the house at a temperature.

        Parameters
        ----------
        T_inside : array
            Held [K]; may change with the hour.
        T_outdoor : array
            [K]
        irradiance : array
            Global, on the horizontal [W/m2].
        wind_speed : array
            [m/s]

        Returns
        -------
        GreenhouseBalance
        """
        difference = np.asarray(T_inside, dtype=float) - np.asarray(T_outdoor, dtype=float)
        wind = np.asarray(wind_speed, dtype=float)
        cover = (self.cover_htc + self.wind_htc * wind) * self.cover_area * difference
        air = self.air_changes * self.volume * AIR_CAPACITY * difference
        sun = self.solar_share * self.floor_area * np.asarray(irradiance, dtype=float)
        cover, air, sun = np.broadcast_arrays(cover, air, sun)
        net = cover + air - sun
        return GreenhouseBalance(np.maximum(net, 0.0), np.maximum(-net, 0.0), cover, air, sun)

    def steady(
        self,
        heat_rate: ArrayLike,
        T_outdoor: ArrayLike,
        irradiance: ArrayLike = 0.0,
        wind_speed: ArrayLike = 0.0,
    ) -> np.ndarray:
        """Temperature inside [K] that a heat rate [W] holds with closed vents."""
        sun = self.solar_share * self.floor_area * np.asarray(irradiance, dtype=float)
        rise = (np.asarray(heat_rate, dtype=float) + sun) / self.conductance(wind_speed)
        return np.asarray(T_outdoor, dtype=float) + rise
