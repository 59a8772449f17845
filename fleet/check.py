"""The 80 °C check of a plant: operate it at nominal values and over samples, compare with its limits."""

import json
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import numpy as np
import xarray as xr

from hashheat.components.failures import describe_failure
from hashheat.components.pump import PumpRangeError
from hashheat.components.variables import dataset
from hashheat.fleet.envelope import unit_envelope
from hashheat.fleet.operation import PlantState, Values, miner_values, operate, solve_samples
from hashheat.fleet.plant import MINER_PREFIX, Plant
from hashheat.fleet.runaway import highest_stable_inlet
from hashheat.fleet.sampling import SEED, from_uniform, nominal, sobol_points, unit_places
from hashheat.fleet.sensitivity import decisive_units, verdict_sensitivity
from hashheat.fleet.verdict import Margins, hottest_place, margins
from hashheat.solvers import serpentine as sp
from hashheat.thermo.exergy import exergy_of_fluid_stream

#: Samples solved at once: bounds the memory, and is the grain of the progress bar.
_CHUNK = 64
#: Sampled flows rest to this; it moves a junction by less than 0.01 K.
_SAMPLE_FLOW_TOLERANCE = 1e-3

Progress = Callable[[str, float], None]


def _quiet(_stage: str, _done: float) -> None:
    return None


def check_plant(
    plant: Plant,
    samples: int = 1024,
    *,
    sensitivity_samples: int = 512,
    envelope_points: int = 33,
    progress: Progress = _quiet,
) -> xr.Dataset:
    """Check a plant against its limits.

    Parameters
    ----------
    plant : Plant
    samples : int
        Sobol samples of all uncertain numbers, a power of two.
    sensitivity_samples : int
        Base samples of the Sobol indices, a power of two; 0 leaves them out.
    envelope_points : int
        Grid points a side of the unit's envelope; 0 leaves it out.
    progress : callable
        Called with the stage and the fraction of it that is done.

    Returns
    -------
    xarray.Dataset
        Nominal values over ``unit`` (and ``board``, ``cell`` for the hottest unit), sampled ones over ``sample``,
        the Sobol indices over ``input``, the envelope over its own grid. The attribute ``verdict`` is ``"pass"``
        or ``"fail"``, ``reasons`` says why (one a line), ``assumptions`` is a JSON list of every number with its
        source.

    Raises
    ------
    InputError, FreezingError, BoilingError
        For a plant file whose coolant cannot exist at its inlet.
    PumpRangeError
        If the nominal flow lies beyond the end of the pump's curve; a sample beyond it fails by itself.
    """
    plant.check_states()
    places = unit_places(plant.file.units.count)
    values = nominal(plant.quantities)
    progress("nominal", 0.0)
    state = operate(plant, values, places)
    solved = state.units.status[0] == sp.OK
    hottest = int(np.where(solved, state.units.T_junction[0], np.inf).argmax())
    if not state.on_curve[0]:
        raise PumpRangeError(
            f"the system takes {state.volume_flow[0] * 3600:.4g} m3/h, more than the pump curve goes to: extend "
            f"pump.curve in {plant.path}, or raise pump.external_pressure_drop"
        )
    found = margins(plant, values, state, hottest_place(plant, values, state))
    data = _nominal_data(plant, values, state, found)
    data |= _hottest_unit(plant, values, state, hottest)
    coords: dict[str, Any] = {"unit": np.arange(plant.file.units.count)}

    sampled, decisive = _sample(plant, places, samples, progress)
    data |= sampled
    result = dataset(data, coords)
    result["T_junction"].attrs["long_name"] = "hottest single junction of the unit, expected"
    stable, runs_away = highest_stable_inlet(
        plant, values, float(state.mass_flow[0, hottest]), float(state.resistance_factor[0, hottest])
    )
    result = result.assign(
        T_in_stable=xr.DataArray(
            stable,
            attrs={
                "units": "K",
                "long_name": "inlet temperature up to which the hottest unit has a steady state",
            },
        )
    )
    if envelope_points:
        progress("envelope", 0.0)
        result = result.merge(unit_envelope(plant, points=envelope_points))
        progress("envelope", 1.0)
    if sensitivity_samples:
        indices = verdict_sensitivity(
            plant, places, decisive, sensitivity_samples, lambda done: progress("sensitivity", done)
        )
        result = result.merge(indices)
    result.attrs["sensitivity_samples"] = sensitivity_samples
    return _judge(plant, result, found, hottest, runs_away)


def _nominal_data(plant: Plant, values: Values, state: PlantState, found: Margins) -> dict[str, Any]:
    units = state.units
    solved = found.solved[0]

    def of(x: np.ndarray) -> tuple[tuple[str, ...], np.ndarray]:
        return ("unit",), np.where(solved, x[0], np.nan)

    def plain(x: np.ndarray) -> tuple[tuple[str, ...], np.ndarray]:
        return (), np.asarray(x[0] if solved.all() else np.nan)

    T_room = values["surroundings.temperature"]
    exergy = np.full(solved.size, np.nan)
    if solved.any():
        exergy[solved] = exergy_of_fluid_stream(
            plant.table,
            state.mass_flow[0][solved],
            units.T_out[0][solved],
            values["loop.inlet"][0],
            T_room[0],
        )
    return {
        "mass_flow": (("unit",), state.mass_flow[0]),
        "T_out": of(units.T_out),
        "T_junction": of(found.T_junction),
        "T_hottest": plain(found.T_hottest),
        "chip_allowance": of(found.chip_allowance),
        "T_wall": of(units.T_wall),
        "junction_margin": of(found.junction),
        "boiling_margin": of(state.boiling_margin),
        "wall_power": of(units.wall_power),
        "chip_power": of(units.chip_power),
        "heat_rate": of(units.heat_rate),
        "heat_loss": of(units.heat_loss),
        "pressure_drop": of(units.pressure_drop),
        "loop_gain": of(units.loop_gain),
        "exergy_rate": of(exergy[None, :]),
        "inside_limits": (("unit",), found.inside[0]),
        "status": (("unit",), units.status[0]),
        "T_in": ((), values["loop.inlet"][0]),
        "T_out_mixed": plain(state.T_out_mixed),
        "outlet_margin": plain(found.outlet),
        "volume_flow": ((), state.volume_flow[0]),
        "header_pressure_drop": plain(state.header_pressure_drop),
        "pump_power": plain(state.pump_power),
        "T_junction_limit": ((), values[f"{MINER_PREFIX}chips.limit"][0]),
        "hash_rate": (
            (),
            values[f"{MINER_PREFIX}power.terahash_per_second"][0]
            * 1e12
            * values["units.frequency"][0]
            * plant.file.units.count,
        ),
    }


def _hottest_unit(plant: Plant, values: Values, state: PlantState, unit: int) -> dict[str, Any]:
    """Temperatures along every board of the hottest unit, in path order."""
    if state.units.status[0, unit] != sp.OK:
        return {}
    one = slice(unit, unit + 1)
    fields = solve_samples(
        plant, values, state.mass_flow[:, one], state.resistance_factor[:, one], with_fields=True
    ).fields[0, 0]
    dims = ("board", "cell")
    return {
        "T_fluid": (dims, 0.5 * (fields[..., sp.FIELD_T_IN] + fields[..., sp.FIELD_T_OUT])),
        "T_plate": (dims, fields[..., sp.FIELD_T_WALL]),
        "T_chip": (dims, fields[..., sp.FIELD_T_JUNCTION]),
        "htc": (dims, fields[..., sp.FIELD_HTC]),
    }


_SAMPLED = {
    "sample_T_junction": ("K", "hottest junction of the plant"),
    "sample_T_junction_limit": ("K", "junction limit"),
    "sample_junction_margin": ("K", "smallest junction margin of the plant"),
    "sample_boiling_margin": ("K", "smallest distance from boiling"),
    "sample_T_out_mixed": ("K", "mixed outlet temperature"),
    "sample_outlet_margin": ("K", "mixed outlet temperature minus what is asked"),
    "sample_boiling_reserve": ("K", "smallest distance from boiling minus what is asked"),
    "sample_pressure_reserve": ("Pa", "highest allowed minus largest pressure drop over a unit"),
    "sample_volume_flow": ("m3 s-1", "volume flow of the plant at inlet temperature"),
    "sample_heat_rate": ("W", "heat to the water"),
    "sample_wall_power": ("W", "electric power of the units"),
    "sample_pump_power": ("W", "electric power of the pumps"),
    "sample_pressure_drop": ("Pa", "largest pressure drop over a unit"),
    "sample_fraction_inside": ("1", "fraction of units inside every limit"),
    "sample_passes": ("1", "whether every limit holds"),
    "sample_runaway_units": ("1", "units that run away"),
}


def _sample(
    plant: Plant, places: np.ndarray, samples: int, progress: Progress
) -> tuple[dict[str, Any], np.ndarray]:
    names = plant.uncertain
    cube = sobol_points(samples if names else 1, len(names))
    parts: list[dict[str, np.ndarray]] = []
    votes = np.zeros(places.size)
    for first in range(0, len(cube), _CHUNK):
        values = from_uniform(plant.quantities, names, cube[first : first + _CHUNK])
        state = operate(plant, values, places, _SAMPLE_FLOW_TOLERANCE)
        found = margins(plant, values, state, hottest_place(plant, values, state))
        votes[decisive_units(found)] += 1.0
        parts.append(_reduce(plant, values, state, found))
        progress("samples", min(1.0, (first + _CHUNK) / len(cube)))
    data: dict[str, Any] = {}
    for name in _SAMPLED:
        data[name] = (("sample",), np.concatenate([part[name] for part in parts]))
    decisive = np.argsort(-votes, kind="stable")[: max(1, min(8, int((votes > 0).sum())))]
    return data, decisive


def _reduce(plant: Plant, values: Values, state: PlantState, found: Margins) -> dict[str, np.ndarray]:
    all_solved = found.solved.all(axis=1)

    def where_solved(x: np.ndarray) -> np.ndarray:
        return np.where(all_solved, x, np.nan)

    return {
        "sample_T_junction": where_solved(found.T_hottest),
        "sample_T_junction_limit": miner_values(values)["chips.limit"],
        "sample_junction_margin": where_solved(found.chips),
        "sample_boiling_margin": where_solved(state.boiling_margin.min(axis=1)),
        "sample_T_out_mixed": where_solved(state.T_out_mixed),
        "sample_outlet_margin": where_solved(found.outlet),
        "sample_boiling_reserve": where_solved(found.boiling.min(axis=1)),
        "sample_pressure_reserve": where_solved(found.pressure.min(axis=1)),
        "sample_volume_flow": where_solved(state.volume_flow),
        "sample_heat_rate": where_solved(state.units.heat_rate.sum(axis=1)),
        "sample_wall_power": where_solved(state.units.wall_power.sum(axis=1)),
        "sample_pump_power": where_solved(state.pump_power),
        "sample_pressure_drop": where_solved(state.units.pressure_drop.max(axis=1)),
        "sample_fraction_inside": found.inside.mean(axis=1),
        "sample_passes": found.passes,
        "sample_runaway_units": (state.units.status == sp.RUNAWAY).sum(axis=1),
    }


def _judge(plant: Plant, result: xr.Dataset, found: Margins, hottest: int, runs_away: bool) -> xr.Dataset:
    limits = plant.file.limits
    passes = result["sample_passes"].values
    probability = float(passes.mean())
    error = float(np.sqrt(max(probability * (1.0 - probability), 0.25 / passes.size) / passes.size))
    is_nominal = bool(found.passes[0])
    uncertain = bool(plant.uncertain)
    reasons = _reasons(plant, result, found, hottest)
    if uncertain and probability < limits.probability:
        reasons.append(
            f"the limits hold in {100 * probability:.0f} % of {passes.size} samples, "
            f"{100 * limits.probability:.0f} % are asked for"
        )
    verdict = "pass" if is_nominal and (not uncertain or probability >= limits.probability) else "fail"
    result = result.assign(
        pass_probability=xr.DataArray(
            probability, attrs={"units": "1", "long_name": "fraction of samples in which every limit holds"}
        ),
        pass_probability_error=xr.DataArray(
            error, attrs={"units": "1", "long_name": "standard error of that, as for independent samples"}
        ),
    )
    for name, (unit, text) in _SAMPLED.items():
        result[name].attrs.update(units=unit, long_name=f"{text}, one value a sample")
    result.attrs.update(
        title=plant.file.name,
        plant_file=plant.path.name,
        plant_note=plant.file.note,
        miner=plant.miner.device.name,
        miner_maker=plant.miner.device.maker,
        miner_note=plant.miner.device.note,
        fluid=plant.fluid.name,
        units_count=plant.file.units.count,
        rows=plant.file.units.rows,
        arrangement=plant.file.header.arrangement,
        verdict=verdict,
        nominal_passes=int(is_nominal),
        asked_probability=limits.probability,
        reasons="\n".join(reasons),
        hottest_unit=hottest,
        runs_away_above=int(runs_away),
        assumptions=json.dumps(_provenance(plant)),
        hashheat_version=version("hashheat"),
        samples=int(passes.size),
        passes=plant.miner.layout.n_pass,
        seed=SEED,
        sensitivity_samples=result.attrs.get("sensitivity_samples", 0),
        cells_per_board=plant.miner.layout.chips.size,
    )
    return result


def _reasons(plant: Plant, result: xr.Dataset, found: Margins, hottest: int) -> list[str]:
    """What fails at nominal values, or what would fail first."""
    limits = plant.file.limits
    failed: list[str] = []
    for code in np.unique(result["status"].values):
        if code != sp.OK:
            count = int((result["status"].values == code).sum())
            failed.append(f"{count} of {found.solved.shape[1]} units: {describe_failure(int(code))}")
            if code == sp.RUNAWAY:
                stable = float(result["T_in_stable"])
                above = (
                    f"no steady state above {stable - 273.15:.2f} degC inlet"
                    if np.isfinite(stable)
                    else ("no steady state at any inlet temperature")
                )
                failed.append(f"unit {hottest}: {above} at its flow")
    if failed:
        return failed
    outlet = float(result["outlet_margin"])
    if outlet < 0.0:
        failed.append(
            f"the mixed outlet reaches {float(result['T_out_mixed']) - 273.15:.2f} degC, "
            f"{-outlet:.2f} K short of {limits.outlet.nominal - 273.15:.2f} degC"
        )
    setpoint = plant.file.loop.outlet_setpoint
    if setpoint is not None and not found.held[0]:
        flow = float(result["volume_flow"]) / plant.file.units.count * 60e3
        failed.append(
            f"the throttle cannot hold {setpoint.nominal - 273.15:.2f} degC: the outlet stays at "
            f"{float(result['T_out_mixed']) - 273.15:.2f} degC with {flow:.3g} L/min a unit, the end of its range "
            "(0.25 to 3 times loop.flow)"
        )
    if np.isneginf(found.chips[0]):
        failed.append("more likely than not a chip of high resistance runs away")
    for margin, text in (
        (found.junction[0], "have a junction above the limit"),
        (found.boiling[0], "have a wall too close to boiling"),
        (found.pressure[0], "have too high a pressure drop"),
    ):
        count = int((margin < 0.0).sum())
        if count:
            failed.append(f"{count} of {margin.size} units {text}")
    if np.isfinite(found.chips[0]) and found.chips[0] < 0.0 and not np.any(found.junction[0] < 0.0):
        failed.append(
            "no unit's hottest chip is expected above the limit, but the hottest of all is, by "
            f"{-found.chips[0]:.2f} K"
        )
    if failed:
        return failed
    names = ["junction limit", "distance from boiling"]
    spare = [float(found.chips[0]), float(found.boiling.min())]
    if plant.file.loop.outlet_setpoint is None:  # a set point is held, whatever is to spare
        names.append("outlet temperature")
        spare.append(outlet)
    tightest = int(np.argmin(spare))
    best = f"the {names[tightest]} is tightest with {spare[tightest]:.2f} K to spare"
    return [f"at nominal values every limit holds; {best}"]


def _provenance(plant: Plant) -> list[dict[str, Any]]:
    return [
        {
            "key": key,
            "value": q.nominal,
            "unit": q.unit,
            "uncertain": q.is_uncertain,
            "sampled": key in plant.uncertain,
            "text": q.describe().split(" [", 1)[0],
            "status": q.status,
            "source": q.source,
            "note": q.note,
        }
        for key, q in plant.quantities.items()
    ]


def percentiles(result: xr.Dataset, name: str, levels: tuple[float, ...] = (5.0, 50.0, 95.0)) -> np.ndarray:
    """Percentiles of a sampled variable over the samples that have a steady state.

    Parameters
    ----------
    result : xarray.Dataset
        Of :func:`check_plant`.
    name : str
        A variable over ``sample``.
    levels : tuple of float
        In percent.

    Returns
    -------
    array
        NaN where no sample has a steady state.
    """
    x = result[name].values
    x = x[np.isfinite(x)]
    return np.percentile(x, levels) if x.size else np.full(len(levels), np.nan)
