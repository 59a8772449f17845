"""Claims about pipes, water, walls and room heaters: seconds to compute."""

import math

from hashheat.claim import Claim
from hashheat.components.building import Building, BuildingInputs
from hashheat.components.buried_pipe import BuriedPipe
from hashheat.components.heated_room import HeatedRoom
from hashheat.components.room_heater_section import load_room_heater
from hashheat.fleet.distance_study import carried_heat, length_to_lose
from hashheat.fleet.inertia_study import time_of_water, time_to_cool

_T_SUPPLY, _T_RETURN, _T_GROUND = 353.15, 318.15, 281.15
#: Heat lost by a home of 12.6 MWh a year for each kelvin [W/K], four fifths of it by cold: 3460 K d.
_HOME = 120.0
#: From its air to all that it encloses, 500 m2 at 8 W/(m2 K): assumed [W/K].
_INNER = 4000.0


def water_or_walls() -> Claim:
    """Is it the water of the network that keeps homes warm?"""
    supply = 2000.0 * math.pi / 4.0 * 0.2101**2
    minutes = time_of_water(supply, 10.0, 8e6) / 60.0
    hours = [
        time_to_cool(Building.of_time_constant(_HOME, tau * 3600.0, 2e6, _INNER, 40.0), 294.15, 261.15, 3.0)
        / 3600.0
        for tau in (58.0, 97.0, 240.0)
    ]
    tank = 8e6 * 4.0 * 3600.0 / (4.1e6 * 35.0)
    return Claim(
        "the thermal inertia of the network's water keeps homes warm for hours",
        "said of demand response with miners",
        "refuted" if minutes < 30.0 else "confirmed",
        f"the supply of 2 km of DN 200 gives 8 MW for {minutes:.1f} min while it cools by 10 K; homes "
        "fall by 3 K at "
        f"-12 degC in {hours[0]:.1f} h (uninsulated brick), {hours[1]:.1f} h (light), {hours[2]:.0f} "
        "h (insulated, "
        "massive)",
        f"it is the walls; four hours of 8 MW from water ask for a tank of {tank:.0f} m3 at 35 K. "
        "Time constants of the "
        "buildings after cool-down measured at the Viva park of Baumit; the coupling of air and walls is assumed",
    )


def distance() -> Claim:
    """When does a kilometre of pipe eat the heat?"""
    pipe = BuriedPipe.from_values({"length": 1000.0, "dn": 200, "series": 2})
    shares = [
        100.0 * carried_heat(pipe, 54.6 * load, _T_SUPPLY, _T_RETURN, _T_GROUND).share
        for load in (1.0, 0.1, 0.01)
    ]
    tenth = [
        length_to_lose(0.1, pipe, 54.6 * load, _T_SUPPLY, _T_RETURN, _T_GROUND) / 1000.0
        for load in (1.0, 0.1)
    ]
    return Claim(
        "heat loses its use beyond a few kilometres",
        "said of waste heat in general",
        "needs a condition"
        if shares[0] < 10.0 < shares[2]
        else "refuted"
        if shares[2] < 10.0
        else "confirmed",
        f"a kilometre of DN 200 at 80/45 degC loses {shares[0]:.2g} % of 8 MW, {shares[1]:.2g} % of "
        "0.8 MW and "
        f"{shares[2]:.2g} % of 80 kW; a tenth is lost after {tenth[0]:.0f} km at 8 MW, {tenth[1]:.1f} "
        "km at 0.8 MW",
        "it hangs on the load: true of small loads and of summers, not of a full pipe",
    )


def room() -> Claim:
    """Does a Mini 3 heat a room?"""
    heater = load_room_heater("avalon-mini-3").build()
    house = Building.of_time_constant(25.0, 60 * 3600.0, 2e5, 300.0, 8.0)
    least = 294.15 - heater.power() / house.heat_loss
    state = house.steady(BuildingInputs(268.15, house.steady_heat(294.15, 268.15)))
    for _ in range(48):
        state, out = HeatedRoom(house, heater, 1).step(state, 294.15, 268.15, 3600.0)
    return Claim(
        "an Avalon Mini 3 heats a room",
        "sold as a room heater; 824 W measured at one unit (pyasic issue 312)",
        "needs a condition" if heater.power() < _HOME * (294.15 - 261.15) else "confirmed",
        f"{heater.power():.0f} W hold 21 degC in a room that loses 25 W/K down to "
        f"{least - 273.15:.0f} degC outdoors; at "
        f"-5 degC it runs {100 * out.duty:.0f} % of the time, with chips at "
        f"{out.T_junction - 273.15:.0f} degC",
        "a room, not a house of 120 W/K, and as much electricity as heat: a heat pump asks for a third of it",
    )


def container() -> Claim:
    """What is a container of 50 kW?"""
    units, rise = 50e3 / 8.2e3, 14.0
    litres = 50e3 / (4180.0 * rise) / 0.983
    return Claim(
        "a 50 kW container heats with immersed miners",
        "said of pilot containers",
        "needs a condition" if 6 * 4725.0 < 50e3 else "confirmed",
        f"50 kW are {units:.1f} units of 8.2 kW, and {litres:.2f} L/s of water that warms by {rise:.0f} K",
        "the immersion unit that is published, A1566I, draws 4.7 kW: six of those are 28 kW",
    )


STUDY_CLAIMS = (water_or_walls, distance, room, container)
