"""What a simulated year comes to, as plain numbers for terminal, JSON and report."""

import math
from typing import Any

import numpy as np
import xarray as xr

from hashheat.fleet.consumers_part import ConsumersPart
from hashheat.fleet.cooler_part import CoolerPart
from hashheat.fleet.exchanger_part import ExchangerPart
from hashheat.fleet.heat_plant import HeatPlant
from hashheat.fleet.heat_pump_part import HeatPumpPart
from hashheat.fleet.heated_room_part import HeatedRoomPart
from hashheat.fleet.heater_part import HeaterPart
from hashheat.fleet.part import Part
from hashheat.fleet.series_record import series_records
from hashheat.fleet.units_part import UnitsPart
from hashheat.fleet.year_summary import summarise

#: A supply temperature this much below what is asked counts as below [K].
_TOLERANCE = 0.5
_MWH = 3.6e9
#: Parts that make heat, and what they are called.
_KINDS: dict[type[Part], str] = {
    UnitsPart: "units",
    HeatedRoomPart: "room heater",
    HeaterPart: "boiler",
    HeatPumpPart: "heat pump",
}
#: Shares of the heat asked for that may be missing in an hour.
_SHORT = 0.01


def year_sheet(plant: HeatPlant, hours: xr.Dataset, result: xr.Dataset) -> dict[str, Any]:
    """Numbers of a run.

    Parameters
    ----------
    plant : HeatPlant
    hours : xarray.Dataset
        What it was run through.
    result : xarray.Dataset
        Of :func:`hashheat.fleet.simulate.simulate`.

    Returns
    -------
    dict
        Text, numbers, None, lists and dicts only; SI.
    """
    dt = float(result.attrs["seconds_a_step"])
    electricity = _sum_of(plant.parts, result, "electricity")
    miners = plant.of_kind(UnitsPart) + plant.of_kind(HeatedRoomPart)
    own = _site_electricity(plant, result)
    delivered = _sum_of(plant.parts, result, "heat_delivered")
    short = _sum_of(plant.parts, result, "heat_short")
    sources = _sources(plant, result, dt)
    energy = {
        "electricity": _joule(electricity, dt),
        "units": _joule(_sum_of(miners, result, "electricity"), dt),
        "fuel": _joule(_sum_of(plant.parts, result, "fuel"), dt),
        "delivered": _joule(delivered, dt),
        "short": _joule(short, dt),
        "rejected": _joule(_sum_of(plant.of_kind(CoolerPart), result, "heat_rejected"), dt),
        "lost": _joule(_sum_of(plant.parts, result, "heat_loss"), dt),
    }
    demand = delivered + short
    hours_short = int(np.count_nonzero(short > _SHORT * np.maximum(demand, 1.0)))
    throughput = float(result["energy_supplied"].sum())
    imbalance = float(np.abs(result["energy_imbalance"]).sum()) / max(throughput, 1e-300)
    sheet: dict[str, Any] = {
        "title": plant.file.name,
        "note": plant.file.note,
        "steps": result.sizes["time"],
        "hours": result.sizes["time"] * dt / 3600.0,
        "first": str(result["time"].values[0])[:16],
        "last": str(result["time"].values[-1])[:16],
        "synthetic": bool(hours.attrs.get("synthetic", 0)),
        "series": [line for record in series_records(hours) for line in record.lines()],
        "energy": energy,
        "sources": sources,
        "hours_short": hours_short,
        "largest_short": float(short.max()) if short.size else 0.0,
        "balance": {
            "energy": imbalance,
            "mass": float(result["mass_imbalance"].max()),
            "rounds": float(result["rounds"].mean()),
        },
        "version": result.attrs["version"],
        "strategy": plant.file.operation.strategy,
        "units": _units(plant, result, dt),
        "rooms": [_room(part, result, dt) for part in plant.of_kind(HeatedRoomPart)],
        "scale": scale(energy["delivered"] + energy["short"]),
        "warnings": _warnings(plant, result),
    }
    sheet |= _metrics(plant, hours, result, electricity, own, delivered, dt)
    sheet |= _verdict(sheet)
    return sheet


def scale(heat: float) -> dict[str, Any]:
    """Units that suit a plant of this heat [J]: of energies, of powers, and of a month's heat."""
    if heat < 20.0 * _MWH:
        return {
            "energy": "kWh",
            "joule": 3.6e6,
            "power": "kW",
            "watt": 1e3,
            "month": "kWh",
            "per_month": 3.6e6,
        }
    if heat < 5e3 * _MWH:
        return {"energy": "MWh", "joule": _MWH, "power": "kW", "watt": 1e3, "month": "MWh", "per_month": _MWH}
    return {
        "energy": "MWh",
        "joule": _MWH,
        "power": "MW",
        "watt": 1e6,
        "month": "GWh",
        "per_month": 1e3 * _MWH,
    }


def _room(part: HeatedRoomPart, result: xr.Dataset, dt: float) -> dict[str, Any]:
    """What a room and the chips that heat it went through."""
    T = result[f"{part.name}_T_junction"].values
    T_air, limit = result[f"{part.name}_T_air"].values, part.room.heater.T_junction_limit
    return {
        "name": part.name,
        "count": part.room.count,
        "T_set": part.T_set,
        "T_coldest": float(T_air.min()),
        "T_warmest": float(T_air.max()),
        "duty": float(result[f"{part.name}_duty"].mean()),
        "T_highest": _number(np.nanmax(T)) if np.isfinite(T).any() else None,
        "T_limit": limit,
        "hours_above": float(np.count_nonzero(np.nan_to_num(T, nan=0.0) > limit)) * dt / 3600.0,
    }


def _sum_of(parts: Any, result: xr.Dataset, key: str) -> np.ndarray:
    found = np.zeros(result.sizes["time"])
    for part in parts:
        name = f"{part.name}_{key}"
        if name in result:
            found = found + result[name].values
    return found


def _joule(power: np.ndarray, dt: float) -> float:
    return float(power.sum()) * dt


def _site_electricity(plant: HeatPlant, result: xr.Dataset) -> np.ndarray:
    """Electricity of what stands in the circuits of the units alone: the data centre's own."""
    circuits = plant.circuits
    first, homes = 0, {}
    for part in plant.parts:
        paths = range(first, first + len(part.paths))
        homes[part.name] = {int(circuits.circuit[circuits.start[p]]) for p in paths}
        first += len(part.paths)
    own = set().union(*(homes[part.name] for part in plant.of_kind(UnitsPart)), set())
    parts = [part for part in plant.parts if homes[part.name] <= own]
    return _sum_of(parts, result, "electricity")


def _sources(plant: HeatPlant, result: xr.Dataset, dt: float) -> list[dict[str, Any]]:
    """Heat by where it comes from.

    A heat pump passes on the heat of its source, which is counted there: its own is its electricity.
    """
    rows = []
    for part in plant.parts:
        if type(part) in _KINDS:
            # A heat pump passes on what is counted where it comes from: its own is the electricity.
            series = "electricity" if isinstance(part, HeatPumpPart) else "heat_rate"
            heat = _joule(_sum_of([part], result, series), dt)
            rows.append(
                {
                    "name": part.name,
                    "kind": _KINDS[type(part)],
                    "heat": heat,
                    "series": f"{part.name}_{series}",
                }
            )
    return rows


def _units(plant: HeatPlant, result: xr.Dataset, dt: float) -> list[dict[str, Any]]:
    """What each part of units went through."""
    rows = []
    for part in plant.of_kind(UnitsPart):
        own = result["block"].values == part.name
        T = result[f"{part.name}_T_hottest"].values
        time_at = result["time_at"].values[own]
        running = time_at.sum(axis=1)
        hottest = int(np.argmax(np.nan_to_num(result["T_highest"].values[own], nan=-np.inf)))
        rows.append(
            {
                "name": part.name,
                "count": int(own.sum()),
                "T_highest": _number(np.nanmax(T)) if np.isfinite(T).any() else None,
                "hottest_unit": hottest,
                "T_limit": part.T_limit,
                "hours_above": float(np.count_nonzero(np.nan_to_num(T, nan=0.0) > part.T_limit))
                * dt
                / 3600.0,
                "running_hours": float(running.mean()) / 3600.0,
                "utilisation": float(running.mean()) / (result.sizes["time"] * dt),
                "starts": float(result["starts"].values[own].mean()),
                "tripped": int(result["units_tripped"].sum()),
                "equivalent_cycles": float(result["equivalent_cycles"].values[own].mean()),
                "ageing_hours": float(result["ageing_time"].values[own].mean()) / 3600.0,
            }
        )
    return rows


def _warnings(plant: HeatPlant, result: xr.Dataset) -> list[str]:
    said = []
    for part in plant.parts:
        name = f"{part.name}_outside_map"
        if name in result:
            hours = int(np.count_nonzero(result[name].values))
            if hours:
                what = "the exchangers were" if isinstance(part, ExchangerPart) else "some units were"
                said.append(f"{part.name}: in {hours} hours {what} beyond the range they were rated over")
    tripped = int(result["units_tripped"].sum())
    if tripped:
        said.append(f"{tripped} times a unit had no steady state and was switched off for the hour")
    return said


def _metrics(
    plant: HeatPlant,
    hours: xr.Dataset,
    result: xr.Dataset,
    electricity: np.ndarray,
    own: np.ndarray,
    delivered: np.ndarray,
    dt: float,
) -> dict[str, Any]:
    """Reuse, exergy, money and emissions."""
    units = _sum_of(plant.of_kind(UnitsPart), result, "electricity")
    crossing = _sum_of(plant.of_kind(ExchangerPart), result, "heat_rate") + _sum_of(
        plant.of_kind(HeatPumpPart), result, "source_heat_rate"
    )
    found: dict[str, Any] = {"metrics": None, "money": None, "emissions": None}
    supply = [result[f"{part.name}_T_supply"].values for part in plant.of_kind(ConsumersPart)]
    if units.sum() > 0.0 and crossing.sum() > 0.0 and supply:
        metrics = summarise(
            total_power=own,
            computing_power=units,
            heat_rate=np.maximum(crossing, 0.0),
            T_supply=supply[0],
            T_return=hours["T_return"].values,
            T_outdoor=hours["T_outdoor"].values if "T_outdoor" in hours else 273.15,
            dt=dt,
        )
        found["metrics"] = {key: float(metrics[key]) for key in ("pue", "erf", "ere", "exergy_efficiency")}
    if supply and "T_supply" in hours:
        lack = hours["T_supply"].values - supply[0]
        drawn = delivered > 0.0
        found["below"] = {
            "hours": float(np.count_nonzero((lack > _TOLERANCE) & drawn)) * dt / 3600.0,
            "largest": float(np.max(lack, where=drawn, initial=0.0)),
        }
    else:
        found["below"] = None
    if "price" in hours:
        cost = float((electricity * hours["price"].values).sum()) * dt
        revenue = float((delivered * hours["heat_price"].values).sum()) * dt if "heat_price" in hours else 0.0
        found["money"] = {"electricity": cost, "heat": revenue}
    reference = plant.file.reference
    fuel = _sum_of(plant.parts, result, "co2_rate")
    found["emissions"] = {
        "electricity": _joule(electricity, dt) * reference.grid_factor.nominal,
        "fuel": _joule(fuel, dt),
        "displaced": _joule(delivered, dt)
        / reference.boiler_efficiency.nominal
        * reference.fuel_factor.nominal,
    }
    return found


def _verdict(sheet: dict[str, Any]) -> dict[str, Any]:
    """What a reader takes along."""
    reasons = []
    if sheet["hours_short"]:
        reasons.append(
            f"{sheet['hours_short']} hours with more than {100 * _SHORT:.0f} % of the heat missing, at most "
            f"{sheet['largest_short'] / sheet['scale']['watt']:.2f} {sheet['scale']['power']}"
        )
    below = sheet["below"]
    if below is not None and below["hours"] > 0.0:
        reasons.append(
            f"{below['hours']:.0f} hours in which customers get water more than {_TOLERANCE:g} K colder than "
            f"asked for, at most {below['largest']:.1f} K: pipes lose heat on the way"
        )
    hot = [row for row in sheet["units"] + sheet["rooms"] if row["hours_above"] > 0.0]
    reasons += [f"{row['name']}: {row['hours_above']:.0f} hours with a chip above its limit" for row in hot]
    passes = not sheet["hours_short"] and not hot
    if not reasons:
        reasons.append("every hour's heat was delivered, and no chip was above its limit")
    return {
        "verdict": "pass" if passes else "fail",
        "word": "HOLDS" if passes else "FAILS",
        "sentence": "The plant gives the heat that is asked for, with its chips below their limit."
        if passes
        else "The plant does not hold in every hour.",
        "reasons": reasons,
    }


def _number(x: Any) -> float | None:
    value = float(x)
    return value if math.isfinite(value) else None
