"""How long homes stay warm without heat: what the water of a network holds, and what walls hold."""

import math

from hashheat.components.building import Building, BuildingInputs
from hashheat.thermo.errors import InputError


def time_of_water(volume: float, drop: float, heat_rate: float, capacity: float = 4.1e6) -> float:
    """Time for which a volume of water covers a heat rate while it cools by a difference [s].

    Parameters
    ----------
    volume : float
        [m3]
    drop : float
        [K]
    heat_rate : float
        [W]
    capacity : float
        Heat capacity by volume; of water at 70 degC if left out (977.7 kg/m3 times 4190 J/(kg K)) [J/(m3 K)].

    Raises
    ------
    InputError
        For a number that is not above 0.
    """
    for key, value in (("volume", volume), ("drop", drop), ("heat_rate", heat_rate), ("capacity", capacity)):
        if not 0.0 < value < math.inf:
            raise InputError("cannot be used", key=key, found=value, accepted="more than 0")
    return volume * drop * capacity / heat_rate


def time_to_cool(building: Building, T_start: float, T_outdoor: float, drop: float) -> float:
    """Time in which the air of a building falls by a difference once its heating stops [s].

    Parameters
    ----------
    building : Building
    T_start : float
        Of the air, with walls in steady state with it [K].
    T_outdoor : float
        Constant [K].
    drop : float
        Above 0, below what there is between both [K].

    Raises
    ------
    InputError
        For a drop that does not come.
    """
    if not 0.0 < drop < T_start - T_outdoor:
        raise InputError(
            "the air never falls so far",
            key="drop",
            found=drop,
            accepted=f"above 0, below {T_start - T_outdoor:g} K",
        )
    start = building.steady(BuildingInputs(T_outdoor, building.steady_heat(T_start, T_outdoor)))

    def fallen(t: float) -> float:
        return T_start - building.step(start, BuildingInputs(T_outdoor), t)[0].T_air

    low, high = 0.0, 3600.0
    while fallen(high) < drop:
        low, high = high, 2.0 * high
    for _ in range(80):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if fallen(middle) < drop else (low, middle)
    return 0.5 * (low + high)
