"""An electric boiler, and what boilers have in common."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, NamedTuple

from hashheat.thermo.errors import InputError


class BoilerState(NamedTuple):
    """A boiler at work.

    Parameters
    ----------
    heat_rate : float
        To the water [W].
    power : float
        Electric power, or the heat of combustion of the fuel that it takes [W].
    loss : float
        Power that does not reach the water [W].
    unmet : float
        Heat that was asked for and is not given [W].
    co2_rate : float
        Carbon dioxide of the fuel [kg/s]; 0 of an electric boiler, whose power may bring its own.
    """

    heat_rate: float
    power: float
    loss: float
    unmet: float
    co2_rate: float


def check_boiler(boiler: Any, table: str, most_efficient: float) -> None:
    """Raise :class:`InputError` unless the fields of a boiler are in their ranges; ``table`` names it."""
    for item in fields(boiler):
        value = getattr(boiler, item.name)
        share = item.name in ("efficiency", "least_load")
        positive = item.name in ("capacity", "efficiency")
        most = {"efficiency": most_efficient, "least_load": 1.0}.get(item.name, math.inf)
        if not 0.0 <= value <= most or (positive and value == 0.0) or value == math.inf:
            least = "more than 0" if positive else "at least 0"
            raise InputError(
                "a boiler cannot have this",
                key=f"{table}.{item.name}",
                found=value,
                accepted=f"{least}, at most {most:g}" if share else least,
            )


def given_heat(capacity: float, least_load: float, asked: float) -> float:
    """Heat that a boiler gives [W]: up to its capacity, and none below its least load; InputError if negative."""
    if not 0.0 <= asked < math.inf:
        raise InputError(
            "heat asked of a boiler", key="heat_rate", found=asked, accepted="a number of at least 0"
        )
    return 0.0 if asked < least_load * capacity else min(asked, capacity)


def run_boiler(boiler: Any, heat_rate: float, co2_factor: float) -> BoilerState:
    """State of a boiler asked for a heat [W], with CO2 per energy taken [kg/J]; raises as :func:`given_heat`."""
    given = given_heat(boiler.capacity, boiler.least_load, heat_rate)
    power = given / boiler.efficiency
    return BoilerState(given, power, power - given, heat_rate - given, co2_factor * power)


@dataclass(frozen=True)
class ElectricBoiler:
    """Resistance or electrodes in water.

    Parameters
    ----------
    capacity : float
        Most heat to the water [W].
    efficiency : float
        Heat to the water over electric power; the rest warms the room [-].
    least_load : float
        Over capacity; asked for less it stands still [-].

    Raises
    ------
    InputError
        For a number outside its range.
    """

    capacity: float
    efficiency: float = 0.99
    least_load: float = 0.0

    def __post_init__(self) -> None:
        check_boiler(self, "electric_boiler", 1.0)

    @classmethod
    def from_values(cls, values: Mapping[str, float]) -> "ElectricBoiler":
        """Make one from the numbers of its section, by their keys."""
        return cls(**values)

    def run(self, heat_rate: float) -> BoilerState:
        """Give as much of a heat [W] as it can; what it cannot is counted as ``unmet``.

        Raises
        ------
        InputError
            For a heat that is negative or no number.
        """
        return run_boiler(self, heat_rate, 0.0)
