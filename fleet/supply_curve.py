"""Supply temperature of a heating network by outdoor temperature."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from hashheat.thermo.errors import InputError


@dataclass(frozen=True)
class SupplyCurve:
    """Straight line between a mild and a cold day, level beyond both.

    Parameters
    ----------
    T_mild, T_cold : float
        Outdoor temperatures at its ends, T_cold below T_mild [K].
    supply_mild, supply_cold : float
        Supply temperatures there, the colder day's at least as high [K].

    Raises
    ------
    InputError
        For ends in the wrong order.
    """

    T_mild: float
    T_cold: float
    supply_mild: float
    supply_cold: float

    def __post_init__(self) -> None:
        if not (0.0 < self.T_cold < self.T_mild < np.inf):
            raise InputError(
                "the cold end must be colder", key="T_cold", found=self.T_cold, accepted="below T_mild"
            )
        if not (0.0 < self.supply_mild <= self.supply_cold < np.inf):
            raise InputError(
                "the supply must not fall as it gets colder",
                key="supply_cold",
                found=self.supply_cold,
                accepted="supply_mild or more",
            )

    @property
    def slope(self) -> float:
        """Supply temperature per outdoor temperature on the line, its size [K/K]."""
        return (self.supply_cold - self.supply_mild) / (self.T_mild - self.T_cold)

    def supply(self, T_outdoor: ArrayLike) -> np.ndarray:
        """Supply temperature [K].

        Parameters
        ----------
        T_outdoor : array
            [K]
        """
        T = np.asarray(T_outdoor, dtype=float)
        return np.interp(T, [self.T_cold, self.T_mild], [self.supply_cold, self.supply_mild])

    def outdoor_for(self, T_supply: float) -> float:
        """Outdoor temperature below which more than a supply temperature is asked for [K].

        Parameters
        ----------
        T_supply : float
            [K]

        Raises
        ------
        InputError
            For a supply temperature that is not on the sloping part.
        """
        if not self.supply_mild < T_supply < self.supply_cold:
            raise InputError(
                "the curve does not pass this supply temperature in one point",
                key="T_supply",
                found=T_supply,
                accepted=f"between {self.supply_mild:g} and {self.supply_cold:g} K",
            )
        return self.T_mild - (T_supply - self.supply_mild) / self.slope


#: Helsinki: 65 to 115 degC (Helen, district heating maintenance); the outdoor temperatures at the ends are
#: remembered, not read: assumed.
HELSINKI = SupplyCurve(T_mild=281.15, T_cold=247.15, supply_mild=338.15, supply_cold=388.15)

#: A small net of today: 85 degC at -10, 70 at +15 (default of DistrictHeatingSim).
SMALL_NET = SupplyCurve(T_mild=288.15, T_cold=263.15, supply_mild=343.15, supply_cold=358.15)

#: Fourth generation: 55 degC, up to 70 in the cold; the range is literature, the outdoor temperatures are assumed.
FOURTH_GENERATION = SupplyCurve(T_mild=281.15, T_cold=247.15, supply_mild=328.15, supply_cold=343.15)
