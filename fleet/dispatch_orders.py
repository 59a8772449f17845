"""A plan before a run, the orders that follow from it, and how far the run was from it."""

from typing import NamedTuple

import numpy as np
import xarray as xr

from hashheat.fleet.dispatch import Schedule, plan
from hashheat.fleet.dispatch_model import DispatchModel
from hashheat.fleet.dispatch_plant import dispatch_model
from hashheat.fleet.heat_plant import HeatPlant
from hashheat.fleet.heater_part import HeaterPart
from hashheat.fleet.metrics import money
from hashheat.fleet.tank_part import TankPart
from hashheat.fleet.units_part import UnitsPart


class Planned(NamedTuple):
    """What was planned for a plant.

    Parameters
    ----------
    model : DispatchModel
    schedule : Schedule
    orders : tuple of (mode + 1, hour) int arrays
        Units in each mode, off not counted, for every part of units.
    """

    model: DispatchModel
    schedule: Schedule
    orders: tuple[np.ndarray, ...]

    def record(self, time: np.ndarray) -> xr.Dataset:
        """The plan over time, to stand beside what came of it."""
        model, played = self.model, self.schedule.played
        counts = self.schedule.counts
        made: dict[str, tuple[np.ndarray, str, str]] = {
            "planned_running": (counts.sum(axis=0).astype(float), "1", "units in operation"),
            "planned_heat": (model.heat @ counts, "W", "heat of the units"),
            "planned_boiler": (played.boiler, "W", "heat of the boiler"),
            "planned_rejected": (played.rejected, "W", "heat rejected to the air"),
            "planned_short": (played.short, "W", "heat that no source can make"),
            "planned_beyond": (played.beyond, "W", "heat that has no place to go"),
            "planned_stored": (played.energy, "J", "heat in the store"),
            "planned_starts": (played.starts.sum(axis=0), "1", "units switched on"),
            "planned_cost": (played.money, "EUR", "paid for electricity, fuel and starts, less earned"),
        }  # fmt: skip
        found = xr.Dataset({name: ("time", x) for name, (x, _, _) in made.items()}, {"time": time})
        for name, (_, unit, text) in made.items():
            found[name].attrs = {"units": unit, "long_name": f"planned: {text}"}
        return found


def planned(plant: HeatPlant, hours: xr.Dataset, dt: float, runs: tuple[np.ndarray, ...]) -> Planned:
    """Plan a plant's hours; a function of the arguments alone.

    Parameters
    ----------
    plant, hours, dt, runs
        As :func:`hashheat.fleet.dispatch_plant.dispatch_model`.

    Raises
    ------
    InputError, BalanceError
        As there.
    DispatchError
        Where HiGHS finds no plan.
    """
    model = dispatch_model(plant, hours, dt, runs)
    section = plant.file.operation.dispatch
    assert section is not None
    ahead, taken = (max(1, round(q.nominal / dt)) for q in (section.horizon, section.interval))
    schedule = plan(model, ahead, taken, whole=section.counts == "whole")
    orders = []
    for p, part in enumerate(plant.of_kind(UnitsPart)):
        own = np.zeros((len(part.units.modes) + 1, model.hours), dtype=np.int64)
        own[1:] = schedule.counts[model.part == p]
        orders.append(own)
    return Planned(model, schedule, tuple(orders))


class Distance(NamedTuple):
    """How far a plan was from the full simulation, over the whole run.

    Parameters
    ----------
    heat_planned, heat : float
        Of the units [J].
    boiler_planned, boiler : float
        [J]
    short_planned, short : float
        [J]
    charge : float
        Root mean square of the difference in the store's charge [-]; 0 without a store.
    cost_planned, cost : float
        Paid less earned, cycles included [EUR]; that of the run has all pumps and fans.
    starts_planned, starts : float
    """

    heat_planned: float
    heat: float
    boiler_planned: float
    boiler: float
    short_planned: float
    short: float
    charge: float
    cost_planned: float
    cost: float
    starts_planned: float
    starts: float


def distance(plant: HeatPlant, hours: xr.Dataset, result: xr.Dataset) -> Distance:
    """Compare a run by plan with its plan.

    Parameters
    ----------
    plant : HeatPlant
    hours : xarray.Dataset
        That it was run through.
    result : xarray.Dataset
        Of :func:`hashheat.fleet.simulate.simulate` with ``strategy = "dispatch"``.

    Returns
    -------
    Distance
    """
    dt = float(result.attrs["seconds_a_step"])
    section, operation = plant.file.operation.dispatch, plant.file.operation
    assert section is not None

    def total(suffix: str) -> np.ndarray:
        named = [result[f"{p.name}_{suffix}"].values for p in plant.parts if f"{p.name}_{suffix}" in result]
        return np.sum(named, axis=0) if named else np.zeros(result.sizes["time"])

    units = [part.name for part in plant.of_kind(UnitsPart)]
    heat = np.sum([result[f"{name}_heat_rate"].values for name in units], axis=0)
    boilers = [part.name for part in plant.of_kind(HeaterPart)]
    boiler = (
        np.sum([result[f"{name}_heat_rate"].values for name in boilers], axis=0) if boilers else 0.0 * heat
    )
    fuel_price = section.fuel_price.nominal if section.fuel_price is not None else 0.0

    def price(name: str, otherwise: float) -> np.ndarray:
        return hours[name].values if name in hours else np.full(result.sizes["time"], otherwise)

    cash = money(
        total("electricity"), price("price", 0.0), total("heat_delivered"),
        price("heat_price", plant.file.hours.heat_price.nominal), total("hash_rate"),
        price("hash_price", section.hash_price.nominal), dt,
    )  # fmt: skip
    starts = float(result["starts"].sum())
    cost = -cash.balance + float(total("fuel").sum()) * dt * fuel_price + starts * section.start_cost.nominal
    charge = 0.0
    for store in plant.of_kind(TankPart):
        if store.name == operation.store:
            off = result["planned_stored"].values / store.capacity - result[f"{store.name}_charge"].values
            charge = float(np.sqrt(np.mean(off**2)))

    def energy(name: str, own: np.ndarray) -> tuple[float, float]:
        return float(result[f"planned_{name}"].values.sum()) * dt, float(own.sum()) * dt

    return Distance(
        *energy("heat", heat), *energy("boiler", boiler), *energy("short", total("heat_short")), charge,
        float(result["planned_cost"].sum()), cost, float(result["planned_starts"].sum()), starts,
    )  # fmt: skip
