"""A plant as its planner sees it: what units, boiler, cooler and store do at the plant's middling state."""

from typing import NamedTuple

import numpy as np
import xarray as xr

from hashheat.components.electric_boiler import ElectricBoiler
from hashheat.fleet.consumers_part import ConsumersPart
from hashheat.fleet.cooler_part import CoolerPart
from hashheat.fleet.dispatch_model import DispatchModel
from hashheat.fleet.dispatch_section import DispatchSection
from hashheat.fleet.heat_balance import BalanceError
from hashheat.fleet.heat_plant import HeatPlant
from hashheat.fleet.heat_pump_part import HeatPumpPart
from hashheat.fleet.heater_part import HeaterPart
from hashheat.fleet.operation_rule import UnitState, mode_heat, normal_mode
from hashheat.fleet.pipe_part import PipePart
from hashheat.fleet.plant_step import PlantStateError, first_state, step
from hashheat.fleet.tank_part import TankPart
from hashheat.fleet.unit_map import HEAT, WALL_POWER
from hashheat.fleet.units_part import UnitsPart
from hashheat.thermo.errors import InputError

#: Length of the run that finds it [h].
_HOURS = 6
#: Keeps heat from being short if the file names no price: 10 EUR/kWh [EUR/J].
_SHORT_COST = 10.0 / 3.6e6


class MiddlingState(NamedTuple):
    """The plant after some hours at the means of its series, with as many units on as they ask for.

    Parameters
    ----------
    T_in : tuple of float
        Inlet of every part of units [K].
    flow : tuple of float
        Through one unit of each [kg/s].
    T_source : float
        Of the water before the boiler [K]; infinite without one.
    pipe_loss : float
        Heat lost by all pipes [W].
    values : dict of str to float
        The means.
    """

    T_in: tuple[float, ...]
    flow: tuple[float, ...]
    T_source: float
    pipe_loss: float
    values: dict[str, float]


def middling_state(plant: HeatPlant, hours: xr.Dataset) -> MiddlingState:
    """Run a plant for some hours at the means of its series, with as many units as the mean demand asks for.

    Parameters
    ----------
    plant : HeatPlant
    hours : xarray.Dataset

    Returns
    -------
    MiddlingState

    Raises
    ------
    BalanceError, PlantStateError
        If it has no such state.
    """
    site = {"T_room": plant.file.site.room.nominal, "T_ground": plant.file.site.ground.nominal}
    own = {str(n): float(hours[n].mean()) for n in hours.data_vars if hours[n].dims == ("time",)}
    values = site | own
    blocks: list[UnitsPart] = plant.of_kind(UnitsPart)
    counts = [_middling_counts(part, values, len(blocks)) for part in blocks]
    state = first_state(plant)
    units = [UnitState.first(len(n), 0)._replace(mode=n) for n in counts]
    state = state._replace(units=tuple(units))
    orders = tuple(np.bincount(n, minlength=len(p.units.modes) + 1) for n, p in zip(counts, blocks))
    runs = tuple(np.ones(len(n), dtype=bool) for n in counts)
    try:
        for index in range(_HOURS):
            made = step(plant, state, index, 3600.0, values, runs, orders)
            state = made.state
    except (BalanceError, PlantStateError) as error:
        raise error.extended(" (the plant at the means of its hours, for its planner)") from None
    node = plant.circuits.node_of
    paths = [f"{part.name}.{first}" for part in plant.parts for first, _ in part.paths]
    flows = [abs(float(made.trial.flow[paths.index(f"{part.name}.inlet")])) for part in blocks]
    boilers = plant.of_kind(HeaterPart)
    return MiddlingState(
        tuple(float(made.trial.T[node[f"{part.name}.inlet"]]) for part in blocks),
        tuple(flow / max(int(np.count_nonzero(n)), 1) for flow, n in zip(flows, counts)),
        float(made.trial.T[node[f"{boilers[0].name}.inlet"]]) if boilers else np.inf,
        sum(ledger.given for part, ledger in zip(plant.parts, made.ledgers) if isinstance(part, PipePart)),
        values,
    )


def _middling_counts(part: UnitsPart, values: dict[str, float], blocks: int) -> np.ndarray:
    """Modes of units that make the mean demand, by a rough guess at their heat; four fifths of them at most."""
    table = part.units.table
    T = table.T_low + 0.5 * (table.values.shape[2] - 1) * table.T_step
    flow = float(np.exp(table.flow_low + 0.55 * (table.values.shape[3] - 1) * table.flow_step))
    normal, units = normal_mode(part), len(part.flow_share)
    heat = mode_heat(part, T, values["T_room"], flow)[normal]
    count = int(np.clip(np.floor(values["demand"] / blocks / max(heat, 1.0)), 1, max(0.8 * units, 1)))
    return np.where(np.arange(units) < count, normal, 0)


def dispatch_model(
    plant: HeatPlant, hours: xr.Dataset, dt: float, runs: tuple[np.ndarray, ...]
) -> DispatchModel:
    """Planner's model of a plant.

    Parameters
    ----------
    plant : HeatPlant
        Its operation with a ``[operation.dispatch]`` table.
    hours : xarray.Dataset
        As for :func:`hashheat.fleet.simulate.simulate`, with ``demand`` and ``price``; ``heat_price`` and
        ``hash_price`` go before those of the file.
    dt : float
        [s]
    runs : tuple of (unit, hour) arrays of bool
        Units that are not out for service, for every part of units.

    Returns
    -------
    DispatchModel

    Raises
    ------
    InputError
        For a plant that cannot be planned: heat pumps, several boilers, a fuel without a price, no such table.
    BalanceError, PlantStateError
        As :func:`middling_state`.
    """
    section = _section(plant)
    operation = plant.file.operation
    state = middling_state(plant, hours)
    blocks: list[UnitsPart] = plant.of_kind(UnitsPart)
    kinds = [
        _kind(p, block, state, mode)
        for p, block in enumerate(blocks)
        for mode in range(len(block.units.modes))
    ]
    part, heat, power, hash_rate = (np.array(each) for each in zip(*kinds))
    units = np.array([len(block.flow_share) for block in blocks])
    count = hours.sizes["time"]
    if section.availability == "known":
        available = np.array([r.sum(axis=0) for r in runs], dtype=float)
        fell = [np.concatenate([[0], (r[:, :-1] & ~r[:, 1:]).sum(axis=0)]) for r in runs]
        failed = np.array(fell, dtype=float)
    else:
        up, down = operation.mean_time_to_failure.nominal, operation.mean_time_to_repair.nominal
        available = np.repeat(np.floor(units * up / (up + down))[:, None], count, axis=1)
        failed = np.zeros_like(available)

    def series(name: str, otherwise: float) -> np.ndarray:
        return hours[name].values.astype(float) if name in hours else np.full(count, otherwise)

    price = series("price", 0.0)
    demand = hours["demand"].values * min(sum(p.share for p in plant.of_kind(ConsumersPart)), 1.0)
    asked, grade = _grade(plant, hours, state)
    T_ground = state.values["T_ground"]
    mean_asked = float(asked.mean())
    T_return = series("T_return", mean_asked)
    warm = 0.5 * (asked + T_return) - T_ground
    lost = state.pipe_loss * np.maximum(warm, 0.0) / max(float(warm.mean()), 1.0)
    capacity, first, rate, loss = _store(plant, series("T_outdoor", state.values["T_room"]))
    boiler_capacity, boiler_cost = _boiler(plant, section, price)
    cooler, fan = _cooler(plant, series("T_outdoor", state.values["T_room"]))
    return DispatchModel(
        dt=dt, part=part, heat=heat, power=power, hash_rate=hash_rate, units=units,
        available=available, failed=failed, ramp=operation.ramp.nominal, min_on=operation.min_on.nominal,
        min_off=operation.min_off.nominal, need=demand + lost, demand=demand, grade=grade,
        boiler_capacity=boiler_capacity, boiler_cost=boiler_cost, capacity=capacity, loss_rate=rate, loss=loss,
        cooler_capacity=cooler, cooler_power=fan, price=price,
        heat_price=series("heat_price", plant.file.hours.heat_price.nominal),
        hash_price=series("hash_price", section.hash_price.nominal),
        start_cost=section.start_cost.nominal,
        short_cost=section.short_cost.nominal if section.short_cost is not None else _SHORT_COST,
        first_on=np.minimum(units, available[:, 0]), first_energy=first,
    ).checked()  # fmt: skip


def _section(plant: HeatPlant) -> DispatchSection:
    """The table of the planner; refuses plants that it cannot plan."""
    file = plant.file.file
    section = plant.file.operation.dispatch
    if section is None:
        raise InputError(
            "a planned operation needs a table of the planner", file=file, key="operation.dispatch", found="none",
            accepted="[operation.dispatch] with hash_price, start_cost, horizon and interval",
        )  # fmt: skip
    for kind, most, word in ((HeatPumpPart, 0, "heat pump"), (HeaterPart, 1, "boiler")):
        names = [part.name for part in plant.of_kind(kind)]
        if len(names) > most:
            raise InputError(
                f"the planner knows {'no' if most == 0 else 'only one'} {word}", file=file,
                key=f"parts.{names[most]}", found=", ".join(names),
                accepted="another operation.strategy, e.g. 'follow_demand'",
            )  # fmt: skip
    if not plant.of_kind(UnitsPart):
        raise InputError(
            "there are no units to plan", file=file, key="parts", found="no part of type 'units'"
        )
    return section


def _kind(number: int, part: UnitsPart, state: MiddlingState, mode: int) -> tuple[int, float, float, float]:
    """Part, heat, power and hash rate of a mean unit in a mode; 0 heat where no unit has a steady state."""
    count = len(part.flow_share)
    flow = state.flow[number] * part.flow_share * count
    values, _ = part.units.evaluate(
        state.T_in[number], state.values["T_room"], flow, np.full(count, mode + 1, dtype=np.int64)
    )
    steady = np.isfinite(values[:, HEAT])
    if not steady.any():
        name = part.units.modes[mode].name
        raise InputError(
            f"in mode {name!r} no unit has a steady state at the plant's middling state", key=f"parts.{part.name}",
            found=f"inlet {state.T_in[number] - 273.15:.1f} degC", accepted="a mode that can be run",
        )  # fmt: skip
    heat, power = (float(values[steady, at].mean()) for at in (HEAT, WALL_POWER))
    return number, heat, power, part.hash_rate * part.units.modes[mode].frequency


def _grade(plant: HeatPlant, hours: xr.Dataset, state: MiddlingState) -> tuple[np.ndarray, np.ndarray]:
    """Supply temperature [K], and the share of the heat that water at the source's temperature brings."""
    count = hours.sizes["time"]
    boilers = plant.of_kind(HeaterPart)
    if not boilers or "T_return" not in hours:
        return np.full(count, state.values.get("T_supply", 353.15)), np.ones(count)
    at = boilers[0].rule.at
    asked = hours[at].values.astype(float) if isinstance(at, str) else np.full(count, float(at))
    T_return = hours["T_return"].values.astype(float)
    supply = np.maximum(asked, state.T_source)
    share = (state.T_source - T_return) / np.maximum(supply - T_return, 1.0)
    return supply, np.clip(share, 0.0, 1.0)


def _store(plant: HeatPlant, T_around: np.ndarray) -> tuple[float, float, float, np.ndarray]:
    """Capacity and first heat [J], rate of loss [1/s], and loss at no charge [W]."""
    for part in plant.of_kind(TankPart):
        if part.name == plant.file.operation.store:
            UA = part.tank.loss_conductance
            rate = UA * (part.T_hot - part.T_cold) / part.capacity
            return part.capacity, part.first_charge * part.capacity, rate, UA * (part.T_cold - T_around)
    return 0.0, 0.0, 0.0, np.zeros_like(T_around)


def _boiler(plant: HeatPlant, section: DispatchSection, price: np.ndarray) -> tuple[float, np.ndarray]:
    """Capacity [W] and cost of the heat [EUR/J]."""
    for part in plant.of_kind(HeaterPart):
        boiler = part.boiler
        if isinstance(boiler, ElectricBoiler):
            return boiler.capacity, price / boiler.efficiency
        if section.fuel_price is None:
            raise InputError(
                "a boiler's fuel needs a price", file=plant.file.file, key="operation.dispatch.fuel_price",
                found="nothing", accepted="e.g. '60 EUR/MWh'",
            )  # fmt: skip
        return boiler.capacity, np.full_like(price, section.fuel_price.nominal / boiler.efficiency)
    return 0.0, np.zeros_like(price)


def _cooler(plant: HeatPlant, T_outdoor: np.ndarray) -> tuple[np.ndarray, float]:
    """Heat that all coolers can reject [W], by the rated temperature difference, and power of the fans over it."""
    capacity, power = np.zeros_like(T_outdoor), 0.0
    for part in plant.of_kind(CoolerPart):
        cooler = part.cooler
        drive = (cooler.T_in - T_outdoor) / (cooler.T_in - cooler.T_air)
        capacity = capacity + cooler.heat_rate * np.maximum(drive, 0.0)
        power += cooler.fan_power
    rated = sum(part.cooler.heat_rate for part in plant.of_kind(CoolerPart))
    return capacity, power / rated if rated else 0.0
