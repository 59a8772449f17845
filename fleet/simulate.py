"""A plant hour by hour: the run, its record, and how it is taken up again after it was cut off."""

from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from hashheat.fleet.availability import availability
from hashheat.fleet.dispatch_orders import planned
from hashheat.fleet.heat_balance import BalanceError
from hashheat.fleet.heat_plant import HeatPlant
from hashheat.fleet.plant_events import parts_out
from hashheat.fleet.plant_step import PlantState, PlantStateError, Step, first_state, step
from hashheat.fleet.run_store import RunStore, fingerprint
from hashheat.fleet.unit_ageing import UnitAgeing
from hashheat.fleet.unit_statistics import BIN_EDGES, UnitStatistics
from hashheat.fleet.units_part import UnitsPart
from hashheat.fleet.year_record import YearRecord
from hashheat.thermo.errors import InputError

#: Steps that are written at once.
SEGMENT = 240

Progress = Callable[[float], None]


def _quiet(_done: float) -> None:
    return None


def simulate(
    plant: HeatPlant,
    hours: xr.Dataset,
    folder: Path | None = None,
    *,
    segment: int = SEGMENT,
    progress: Progress = _quiet,
) -> xr.Dataset:
    """Run a plant through the hours of a series.

    Parameters
    ----------
    plant : HeatPlant
    hours : xarray.Dataset
        Over ``time`` (UTC, evenly spaced), in SI: the series the plant reads (:attr:`HeatPlant.needs`), ``price``
        where its operation asks for it.
    folder : Path, optional
        Where segments of the run are kept while it lasts. A run that was cut off goes on from its last whole
        segment, with the same result to the last bit; the segments are removed at the end.
    segment : int
        Steps of a segment.
    progress : callable
        Called with the fraction that is done.

    Returns
    -------
    xarray.Dataset
        Over ``time``: every part's record, temperatures over ``port``, flows over ``path``; over ``unit`` and
        ``T_bin`` what each unit went through. Where operation is planned, ``planned_...`` is what the planner
        expected; :func:`hashheat.fleet.dispatch_orders.distance` sums up the difference.

    Raises
    ------
    InputError
        For a series that is missing or not even in time.
    RunStoreError
        For a folder that holds another run.
    BalanceError, PlantStateError
        Naming the hour.
    DispatchError
        Where hours cannot be planned.
    """
    dt = _check_series(plant, hours)
    names = [str(name) for name in hours.data_vars if hours[name].dims == ("time",)]
    columns = {name: hours[name].values.astype(float) for name in names}
    steps = hours.sizes["time"]
    blocks = plant.of_kind(UnitsPart)
    operation = plant.file.operation
    runs = tuple(
        availability(
            len(block.flow_share), steps, dt, operation.mean_time_to_failure.nominal,
            operation.mean_time_to_repair.nominal, operation.seed + k,
        )
        for k, block in enumerate(blocks)
    )  # fmt: skip
    out = parts_out(plant.file, list(plant.file.parts), hours["time"].values, dt)
    site = {"T_room": plant.file.site.room.nominal, "T_ground": plant.file.site.ground.nominal}
    run = fingerprint(
        plant.file.model_dump(mode="python"), version("hashheat"), segment, hours["time"].values.astype("int64"),
        *(columns[name] for name in sorted(columns)),
    )  # fmt: skip
    # A plan is a function of plant and hours: a run that is taken up again makes the same one anew.
    made_plan = planned(plant, hours, dt, runs) if operation.strategy == "dispatch" else None
    store = RunStore(folder, run) if folder is not None else None
    counts = [len(block.flow_share) for block in blocks]
    state = (
        first_state(plant),
        tuple(UnitStatistics.of(count) for count in counts),
        tuple(UnitAgeing.of(count) for count in counts),
    )
    first, kept = 0, []
    if store is not None and store.done():
        first = store.done()
        state = store.state(state)
    for number in range(first, -(-steps // segment)):
        own = range(number * segment, min((number + 1) * segment, steps))
        record = YearRecord(plant)
        junctions: list[list[np.ndarray]] = [[] for _ in blocks]
        for i in own:
            values = site | {name: float(column[i]) for name, column in columns.items()}
            orders = tuple(n[:, i] for n in made_plan.orders) if made_plan is not None else None
            able = tuple(r[:, i] for r in runs)
            made = _step(plant, state[0], i, dt, values, able, orders, out[i], hours)
            T_units = _hottest(plant, made)
            state = (made.state, tuple(s.with_step(T, dt) for s, T in zip(state[1], T_units)), state[2])
            for block, T in zip(junctions, T_units):
                block.append(T)
            record.add(made, values)
            progress((i + 1) / steps)
        ageing = tuple(
            own_ageing.with_steps(np.stack(T, axis=1), site["T_room"], own.start, dt)
            for own_ageing, T in zip(state[2], junctions)
        )
        state = (state[0], state[1], ageing)
        part = record.dataset(hours["time"].values[own.start : own.stop])
        if store is not None:
            store.write(number, part, state)
        else:
            kept.append(part)
    result = store.hours() if store is not None else xr.concat(
        kept, "time", data_vars="minimal", coords="minimal", compat="override"
    )  # fmt: skip
    result = result.merge(_units(blocks, state[1], state[2]))
    if made_plan is not None:
        result = result.merge(made_plan.record(hours["time"].values))
    result.attrs = {
        "plant": plant.file.name, "note": plant.file.note, "version": version("hashheat"), "run": run,
        "seconds_a_step": dt,
    }  # fmt: skip
    if store is not None:
        store.clear()
    return result


def _check_series(plant: HeatPlant, hours: xr.Dataset) -> float:
    """Length of a step [s]; refuses series that the plant cannot be run through."""
    needs = list(plant.needs)
    operation = plant.file.operation
    if operation.strategy in ("price", "dispatch"):
        needs.append("price")
        if operation.strategy == "price" and operation.highest_price is None:
            raise InputError(
                "a strategy by price needs a price", file=plant.file.file, key="operation.highest_price",
                found="nothing", accepted="e.g. '60 EUR/MWh'",
            )  # fmt: skip
    if operation.strategy != "always_on":
        needs.append("demand")
    missing = [name for name in dict.fromkeys(needs) if name not in hours]
    if missing:
        raise InputError(
            "the plant reads series that are not given", file=plant.file.file, key=", ".join(missing),
            found=", ".join(map(str, hours.data_vars)) or "no series", accepted="one column for each",
        )  # fmt: skip
    time = hours["time"].values
    if time.size < 1:
        raise InputError("a run needs at least one hour", key="time", found="none")
    for name in dict.fromkeys(needs):
        if not np.all(np.isfinite(hours[name].values)):
            raise InputError(
                "a series has gaps", key=name, found="not a number", accepted="a number for every hour"
            )
    if time.size == 1:
        return 3600.0
    gaps = np.diff(time).astype("timedelta64[ns]").astype(float) * 1e-9
    if not np.all(gaps == gaps[0]) or gaps[0] <= 0.0:
        raise InputError(
            "the hours are not evenly spaced",
            key="time",
            found=f"steps of {gaps.min():g} to {gaps.max():g} s",
        )
    return float(gaps[0])


def _step(
    plant: HeatPlant, state: PlantState, i: int, dt: float, values: dict[str, float],
    runs: tuple[np.ndarray, ...], orders: tuple[np.ndarray, ...] | None, out: frozenset[str],
    hours: xr.Dataset,
) -> Step:  # fmt: skip
    try:
        return step(plant, state, i, dt, values, runs, orders, out)
    except (BalanceError, PlantStateError) as error:
        raise error.extended(f" (hour {np.datetime_as_string(hours['time'].values[i], 'm')} UTC)") from None


def _hottest(plant: HeatPlant, made: Step) -> list[np.ndarray]:
    """Hottest junction of every unit, NaN where it is off, for every part of units [K]."""
    return [
        ledger.record["T_unit"]
        for part, ledger in zip(plant.parts, made.ledgers)
        if isinstance(part, UnitsPart)
    ]


def _units(
    blocks: list[UnitsPart], statistics: tuple[UnitStatistics, ...], ageing: tuple[UnitAgeing, ...]
) -> xr.Dataset:
    """What the units went through, over all parts of units one after the other."""
    if not blocks:
        return xr.Dataset()
    middle = 0.5 * (BIN_EDGES[1:] + BIN_EDGES[:-1])
    T_highest = np.concatenate([s.T_highest for s in statistics])
    data: dict[str, Any] = {
        "time_at": (("unit", "T_bin"), np.concatenate([s.seconds for s in statistics])),
        "T_highest": (("unit",), np.where(np.isfinite(T_highest), T_highest, np.nan)),
        "starts": (("unit",), np.concatenate([s.starts for s in statistics])),
        "resistance_factor": (("unit",), np.concatenate([b.units.factors for b in blocks])),
    }
    names = np.concatenate([np.full(len(b.flow_share), b.name, dtype=object) for b in blocks]).astype(str)
    found = xr.Dataset(data, {"T_bin": middle, "unit": np.arange(len(names)), "block": (("unit",), names)})
    for name, unit, text in (
        ("time_at", "s", "time in operation by the hottest junction"),
        ("T_highest", "K", "highest junction temperature of the run"),
        ("starts", "1", "times switched on"),
        ("resistance_factor", "1", "chip resistance over the fleet's mean"),
        ("T_bin", "K", "hottest junction of the unit, middle of the bin"),
    ):
        found[name].attrs = {"units": unit, "long_name": text}
    return found.merge(xr.concat([own.result() for own in ageing], "unit").assign_coords(unit=found["unit"]))
