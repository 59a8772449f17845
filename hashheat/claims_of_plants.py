"""Claims about plants: each from a shipped plant run through a day of every month, half a minute a plant."""

from functools import cache

import numpy as np
import xarray as xr

from hashheat.claim import Claim
from hashheat.fleet.heat_plant import HeatPlant
from hashheat.fleet.month_days import month_days
from hashheat.fleet.plant_hours import plant_hours

_DAYS = "a day of every month"


@cache
def _run(name: str) -> xr.Dataset:
    plant = HeatPlant.named(name)
    return month_days(plant, plant_hours(plant.file))


def _sum(run: xr.Dataset, *names: str) -> float:
    return float(sum(run[name].sum() for name in names))


def _chip(run: xr.Dataset) -> float:
    return float(np.nanmax(run["units_T_hottest"].values)) - 273.15


def homes() -> Claim:
    """8 MW and 2,800 homes."""
    run = _run("nordic-8mw-year")
    share = 1.0 - _sum(run, "boiler_heat_rate") / _sum(run, "boiler_heat_rate", "units_heat_rate")
    used = float(run["units_running"].mean()) / 920.0
    whole = not float(run["customers_heat_short"].max()) > 0.01 * float(run["demand"].max())
    return Claim(
        "8 MW of miners heat 2,800 homes",
        "press on Canaan's Nordic project",
        "needs a condition" if whole and share > 0.8 else "refuted",
        f"of 35.3 GWh, 2,800 homes of 12.6 MWh, units give {100 * share:.0f} % and a boiler the rest; "
        "they run "
        f"{100 * used:.0f} % of the time ({_DAYS})",
        "they rest for half of the year or reject heat, and colder days need a boiler above 77 degC",
    )


def eighty() -> Claim:
    """80 degC from chips that survive it."""
    run = _run("nordic-8mw-year")
    T = float(run["T_port"].sel(port="units.outlet").min()) - 273.15
    return Claim(
        "hydro units deliver water of about 80 degC",
        "press on Canaan's Nordic project",
        "needs a condition" if T >= 80.0 and _chip(run) < 105.0 else "refuted",
        f"at {T:.1f} degC the hottest chip of 920 units is at {_chip(run):.0f} degC by nominal "
        "numbers, its limit 105",
        "chip resistance and limit are assumed, and a shunt has to hold the units' inlet near 70 "
        "degC: fed with the "
        "return of the network, the same outlet makes the chips some 5 K warmer",
    )


def two_megawatt() -> Claim:
    """228 units, 2 MW."""
    run = _run("nordic-2mw-year")
    each = _sum(run, "units_electricity") / _sum(run, "units_running") / 1e3
    share = _sum(run, "units_heat_rate") / _sum(run, "units_heat_rate", "boiler_heat_rate")
    return Claim(
        "228 units are 2 MW of heat",
        "press on Canaan's Nordic project",
        "confirmed" if each * 0.228 >= 1.95 else "needs a condition",
        f"at nameplate a unit draws {each:.2f} kW with chips this warm, 228 of them "
        f"{each * 0.228:.2f} MW; they give "
        f"{100 * share:.0f} % of the heat of 2,800 homes ({_DAYS})",
        "2 MW are 8.77 kW a unit: rounded, overclocked, or with pumps counted in",
    )


def manitoba() -> Claim:
    """Nine tenths of the electricity."""
    run = _run("manitoba-3mw-year")
    caught = _sum(run, "units_heat_rate") / _sum(run, "units_electricity")
    used = _sum(run, "exchanger_heat_rate") / _sum(run, "units_electricity")
    return Claim(
        "about 90 % of the electricity is recovered as heat for a greenhouse",
        "press on Bitforest, Manitoba (an estimate, to be confirmed)",
        "needs a condition" if caught >= 0.9 > used else "confirmed" if used >= 0.9 else "refuted",
        f"the water catches {100 * caught:.0f} % of it, and a greenhouse of 2 ha uses "
        f"{100 * used:.0f} % ({_DAYS})",
        "true of what is caught; what is used hangs on the size of the greenhouse, and units that "
        "hash all summer "
        "reject their heat",
    )


def mara() -> Claim:
    """95 % of the electricity."""
    run = _run("mara-2mw-year")
    caught = _sum(run, "units_heat_rate") / _sum(run, "units_electricity")
    used = _sum(run, "exchanger_heat_rate") / _sum(run, "units_electricity")
    return Claim(
        "95 % of the electricity becomes heat for the network, at 55 to 75 degC",
        "press on MARA, Satakunta",
        "needs a condition" if caught >= 0.9 else "refuted",
        f"caught {100 * caught:.0f} %, used {100 * used:.0f} % with water of 58 degC that warms the "
        "return of a town of "
        f"11,000; hottest chip {_chip(run):.0f} degC ({_DAYS})",
        "in summer too little water comes back to take it all; the kind of unit is not published",
    )


def hashlabs() -> Claim:
    """70 degC from an M63S."""
    run = _run("hashlabs-1mw-year")
    colder = float((run["T_supply"] > 68.0 + 273.15).mean())
    return Claim(
        "hydro units give hot water of about 70 degC for district heating",
        "press on Hashlabs, Finland",
        "confirmed" if _chip(run) < 85.0 else "needs a condition",
        f"the hottest chip is at {_chip(run):.0f} degC; the network asks for more than the 68 degC "
        "that pass the "
        f"exchanger in {100 * colder:.0f} % of the hours ({_DAYS})",
        "chips stay below the least of the limits assumed, 85 degC; a boiler lifts the rest",
    )


def heat_pump() -> Claim:
    """What a lift costs."""
    run = _run("heat-pump-lift")
    COP = _sum(run, "lift_heat_rate") / _sum(run, "lift_electricity")
    return Claim(
        "low-temperature heat of a data centre can be lifted to a network",
        "LUMI, Kajaani: 34,100 MWh of heat in 2025; Fortum and Microsoft at Espoo",
        "confirmed" if COP > 3.0 else "needs a condition",
        f"from 45 to 80 degC with a COP of {COP:.1f}: a unit of electricity on top of {COP - 1.0:.1f} "
        "of heat from chips "
        f"at {_chip(run):.0f} degC; 34,100 MWh are 3.9 MW of which {3.9 / COP:.1f} MW are the compressor's",
        "the COP is chosen after a published machine, not computed from one",
    )


def fourth_generation() -> Claim:
    """Which side of a 4GDH network."""
    run = _run("lowtemp-4gdh")
    boiler = _sum(run, "boiler_heat_rate") / _sum(run, "customers_heat_delivered")
    return Claim(
        "chips of 60 to 80 degC match the return of fourth-generation networks",
        "said of 4GDH",
        "refuted" if boiler < 0.01 else "needs a condition",
        f"such networks supply 50 to 60 degC and return 25 to 30; water of 60 degC, from chips at "
        f"{_chip(run):.0f} degC, "
        f"carries the whole supply of 55 degC with {100 * boiler:.1f} % from a boiler ({_DAYS})",
        "it is the supply that matches, and without a boiler",
    )


def ninety() -> Claim:
    """Capture or annual use?"""
    used = {
        name: _sum(_run(name), "exchanger_heat_rate") / _sum(_run(name), "units_electricity")
        for name in ("manitoba-3mw-year", "mara-2mw-year", "nordic-8mw-year")
    }
    idle = 1.0 - float(_run("nordic-8mw-year")["units_running"].mean()) / 920.0
    return Claim(
        "heat reuse above 90 %",
        "said of hydro and immersion sites alike",
        "confirmed"
        if min(used.values()) > 0.9
        else "needs a condition"
        if max(used.values()) > 0.9
        else "refuted",
        "used of the electricity over the year: "
        + ", ".join(f"{name} {100 * share:.0f} %" for name, share in used.items())
        + f" ({_DAYS})",
        f"it holds where units rest when no heat is asked for ({100 * idle:.0f} % of the time in the "
        "last), or beside a "
        "network that takes all; it is capture, not use, elsewhere",
    )


PLANT_CLAIMS = (homes, eighty, two_megawatt, manitoba, mara, hashlabs, heat_pump, fourth_generation, ninety)
