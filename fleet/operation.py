"""Operate a plant: share the flow among its units, solve every unit, for many samples at once."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from hashheat.components.failures import LOWEST_PRESSURE
from hashheat.components.header import FlowSharingError, HeaderGeometry, share_flow
from hashheat.components.pump import PumpCurve
from hashheat.components.unit import UnitInputs, UnitResults
from hashheat.fleet.plant import MINER_PREFIX, Plant
from hashheat.solvers import serpentine as sp
from hashheat.thermo.errors import InputError
from hashheat.thermo.jit import kernel
from hashheat.thermo.property_kernels import density, enthalpy, temperature_from_enthalpy, viscosity
from hashheat.thermo.property_table import PropertyTable

Values = Mapping[str, np.ndarray]

#: The unit's pressure law is taken from these multiples of the mean flow.
_PROBES = (0.75, 1.0, 1.25)
_FLOW_TOLERANCE = 1e-5
_MAX_SWEEPS = 8


class PlantState(NamedTuple):
    """A plant in operation; shape (sample, unit) where not said otherwise.

    Parameters
    ----------
    mass_flow : array
        Of every unit [kg/s].
    units : UnitResults
        Of every unit, fields of shape (sample, unit); the junction of a chip of mean resistance.
    T_out_mixed : (sample,) array
        [K]
    volume_flow : (sample,) array
        Of the plant, at inlet temperature [m^3/s].
    header_pressure_drop : (sample,) array
        Between the ports of the headers [Pa].
    pump_power : (sample,) array
        Electric [W].
    boiling_margin : array
        Saturation temperature at the lowest pressure the unit can see, minus its hottest wetted wall [K].
    resistance_factor : array
        Chip resistance of the unit over the mean of the fleet [-].
    on_curve : (sample,) array of bool
        Whether the flow lies on the pump's curve, where there is one, and not beyond its end.
    """

    mass_flow: np.ndarray
    units: UnitResults
    T_out_mixed: np.ndarray
    volume_flow: np.ndarray
    header_pressure_drop: np.ndarray
    pump_power: np.ndarray
    boiling_margin: np.ndarray
    resistance_factor: np.ndarray
    on_curve: np.ndarray


class PressureLaw(NamedTuple):
    """A unit's pressure drop ``a m + b m |m|`` and its state at mean flow; all of shape (sample,)."""

    a: np.ndarray
    b: np.ndarray
    T_out: np.ndarray
    heat_rate: np.ndarray
    status: np.ndarray


@kernel
def states_at(table: PropertyTable, T: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Density [kg/m^3] and viscosity [Pa s] at many temperatures [K], held to the ends of the table."""
    rho, mu = np.empty_like(T), np.empty_like(T)
    for i in range(T.size):
        inside = min(max(T[i], table.T_min), table.T_max)
        rho[i], mu[i] = density(table, inside), viscosity(table, inside)
    return rho, mu


@kernel
def _enthalpies(table: PropertyTable, T: np.ndarray) -> np.ndarray:
    h = np.empty_like(T)
    for i in range(T.size):
        h[i] = enthalpy(table, T[i])
    return h


@kernel
def _mixed(table: PropertyTable, m: np.ndarray, T: np.ndarray) -> np.ndarray:
    """Temperature of the mixture of the flows of each row."""
    mixed = np.empty(m.shape[0])
    for i in range(m.shape[0]):
        total, carried = 0.0, 0.0
        for j in range(m.shape[1]):
            total += m[i, j]
            carried += m[i, j] * enthalpy(table, T[i, j])
        mixed[i] = temperature_from_enthalpy(table, carried / total)
    return mixed


def miner_values(values: Values) -> dict[str, np.ndarray]:
    """The part of a sample that belongs to the miner, under the miner's own keys."""
    return {k.removeprefix(MINER_PREFIX): v for k, v in values.items() if k.startswith(MINER_PREFIX)}


def resistance_factors(values: Values, places: np.ndarray) -> np.ndarray:
    """Chip resistance of every unit over the fleet's mean: lognormal, (sample, unit)."""
    spread = values[f"{MINER_PREFIX}chips.unit_spread"][:, None]
    return np.exp(spread * places - 0.5 * spread**2)


def solve_samples(
    plant: Plant, values: Values, mass_flow: np.ndarray, resistance_factor: np.ndarray, **options: bool
) -> UnitResults:
    """Solve units of shape (sample, unit) at given flows.

    Parameters
    ----------
    plant : Plant
    values : mapping of str to (sample,) array
        All numbers of plant and miner.
    mass_flow : (sample, unit) array
        [kg/s]
    resistance_factor : (sample, unit) array
        Place in the unit-to-unit spread.
    **options : bool
        ``with_fields``, ``parallel``.

    Returns
    -------
    UnitResults
        Every field with shape (sample, unit, ...).
    """
    samples, units = mass_flow.shape

    def each(name: str) -> np.ndarray:
        return np.repeat(values[name], units)

    state = UnitInputs(
        T_in=each("loop.inlet"),
        mass_flow=mass_flow.ravel(),
        T_ambient=each("surroundings.temperature"),
        frequency=each("units.frequency"),
        voltage=each("units.voltage"),
        resistance_factor=resistance_factor.ravel(),
    )
    device = {key: np.repeat(v, units) for key, v in miner_values(values).items()}
    flat = plant.miner.solve_arrays(device, state, plant.table, **options)
    return UnitResults(*(field.reshape(samples, units, *field.shape[1:]) for field in flat))


def pressure_law(plant: Plant, values: Values, mean_flow: np.ndarray) -> PressureLaw:
    """How a unit of mean resistance loses pressure around the mean flow.

    Parameters
    ----------
    plant, values
        See :func:`solve_samples`.
    mean_flow : (sample,) array
        [kg/s]

    Returns
    -------
    PressureLaw
    """
    flows = mean_flow[:, None] * np.array(_PROBES)
    units = solve_samples(plant, values, flows, np.ones_like(flows))
    if not (np.all(np.isfinite(units.pressure_drop)) and np.all(units.pressure_drop > 0.0)):
        raise InputError(
            "the pressure drop of a unit is no number at this flow and geometry",
            file=str(plant.path),
            key="loop.flow",
            found=f"{float(mean_flow.flat[0]):.3g} kg/s a unit",
            accepted="a flow and a channel of the size of a miner's",
        )
    per_flow = units.pressure_drop / flows
    b = np.maximum((per_flow[:, 2] - per_flow[:, 0]) / (flows[:, 2] - flows[:, 0]), 0.0)
    a = np.maximum(per_flow[:, 1] - b * flows[:, 1], 0.0)
    # Turbulent flow has a small a; were it nothing, the law must still meet the middle point.
    b = np.where(a > 0.0, b, per_flow[:, 1] / flows[:, 1])
    return PressureLaw(a, b, units.T_out[:, 1], units.heat_rate[:, 1], units.status[:, 1])


def mean_unit_flow(plant: Plant, values: Values) -> tuple[np.ndarray, PressureLaw]:
    """Mean flow of a unit and its pressure law there.

    With an outlet set point, the flow that brings a unit of mean resistance to it; else the design flow.

    Parameters
    ----------
    plant, values
        See :func:`solve_samples`.

    Returns
    -------
    mean_flow : (sample,) array
        [kg/s]
    law : PressureLaw
    """
    flow = design = values["loop.flow"] * states_at(plant.table, values["loop.inlet"])[0]
    if "loop.outlet_setpoint" in values:
        rise = _enthalpies(plant.table, values["loop.outlet_setpoint"]) - _enthalpies(
            plant.table, values["loop.inlet"]
        )
        # With the outlet held, heat depends on flow through the inner temperatures alone: each round gains two
        # digits, and as many rounds are made for every sample.
        for _ in range(3):
            one = solve_samples(plant, values, flow[:, None], np.ones((flow.size, 1)))
            # A throttle or a pump has an end; where it is reached, the outlet misses its set point and shows it.
            wanted = np.where(one.status[:, 0] == sp.OK, one.heat_rate[:, 0] / np.maximum(rise, 1.0), design)
            flow = np.clip(wanted, 0.25 * design, 3.0 * design)
    law = pressure_law(plant, values, flow)
    return flow, law


def _share(
    plant: Plant, values: Values, total: np.ndarray, law: PressureLaw, scale: np.ndarray, rows: int
) -> tuple[np.ndarray, np.ndarray]:
    """Unit flows (sample, unit) and the mean pressure drop of the rows, each row with an equal share."""
    file = plant.file
    samples, per_row = total.size, scale.shape[1] // rows

    def each(x: np.ndarray) -> np.ndarray:
        return np.repeat(x, rows)

    geometry = HeaderGeometry(
        *(each(values[f"header.{key}"]) for key in ("diameter", "spacing", "roughness", "tee_loss"))
    )
    cold = states_at(plant.table, values["loop.inlet"])
    warm = states_at(plant.table, law.T_out)
    by_row = scale.reshape(samples * rows, per_row)
    flows, drop = share_flow(
        each(total) / file.units.rows,
        (by_row * each(law.a)[:, None], by_row * each(law.b)[:, None]),
        geometry,
        file.header.arrangement,
        (each(cold[0]), each(cold[1])),
        (each(warm[0]), each(warm[1])),
    )
    return flows.reshape(samples, rows * per_row), drop.reshape(samples, rows).mean(axis=1)


def flow_through(
    plant: Plant,
    values: Values,
    mean_flow: np.ndarray,
    law: PressureLaw,
    scale: np.ndarray,
    rows: int | None = None,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Plant flow, unit flows and pressure drop, for a given mean flow or against the pump's curve.

    Parameters
    ----------
    plant, values
        See :func:`solve_samples`.
    mean_flow : (sample,) array
        Mean flow of a unit, where no pump curve decides it [kg/s].
    law : PressureLaw
        Of a unit of mean resistance.
    scale : (sample, unit) array
        Pressure drop of each unit over that law.
    rows : int, optional
        Rows that the units of ``scale`` stand for, by default all of the plant's.

    Returns
    -------
    volume_flow : (sample,) array
        Of the plant [m^3/s].
    mass_flow : (sample, unit) array
        [kg/s]
    pressure_drop : (sample,) array
        Between the ports of the headers [Pa].

    Notes
    -----
    A flow beyond the end of the pump's curve follows the curve's parabola; ``PlantState.on_curve`` tells.
    """
    rows = plant.file.units.rows if rows is None else rows
    rho = states_at(plant.table, values["loop.inlet"])[0]
    volume_flow = mean_flow / rho * plant.file.units.count
    if not plant.file.pump.curve:
        return (volume_flow, *_share(plant, values, volume_flow * rho, law, scale, rows))
    curve = PumpCurve.through(plant.file.pump.curve_points())
    outside = values["pump.external_pressure_drop"] / (values["loop.flow"] * plant.file.units.count) ** 2
    taken = (volume_flow, *_share(plant, values, volume_flow * rho, law, scale, rows))
    moving = np.ones(volume_flow.size, dtype=bool)
    for _ in range(50):
        volume_flow = curve.meet(taken[2] / taken[0] ** 2 + outside, beyond=True)
        change = np.abs(volume_flow / taken[0] - 1.0)
        new = (volume_flow, *_share(plant, values, volume_flow * rho, law, scale, rows))
        taken = _taken(moving, new, taken)
        moving &= ~(change < 1e-9)
        if not moving.any():
            break
    volume_flow, flows, drop = taken
    return volume_flow, flows, drop


def _taken(done: np.ndarray, new: Any, old: Any) -> Any:
    """Nested tuples of arrays, each sample (leading axis) from ``new`` where done and from ``old`` elsewhere."""
    if isinstance(new, tuple):
        parts = [_taken(done, a, b) for a, b in zip(new, old)]
        return type(new)(*parts) if hasattr(new, "_fields") else tuple(parts)
    return np.where(done.reshape(-1, *[1] * (new.ndim - 1)), new, old)


def operate(
    plant: Plant, values: Values, places: np.ndarray, flow_tolerance: float = _FLOW_TOLERANCE
) -> PlantState:
    """Steady operation of the whole plant.

    The units' pressure drops follow from their own solution; flows and units are solved in turn until the flows
    rest (measured on the Nordic plant: the first round leaves 2e-4 of the flow, the second 2e-7).

    Parameters
    ----------
    plant : Plant
    values : mapping of str to (sample,) array
        All numbers of plant and miner.
    places : (unit,) array
        Of :func:`hashheat.fleet.sampling.unit_places`.
    flow_tolerance : float
        Largest relative change of a unit's flow in the last round [-].

    Returns
    -------
    PlantState
    """
    factor = resistance_factors(values, places)
    mean_flow, law = mean_unit_flow(plant, values)
    volume_flow, flows, drop = flow_through(plant, values, mean_flow, law, np.ones_like(factor))
    units = solve_samples(plant, values, flows, factor)
    found = (volume_flow, flows, drop, units)
    moving = np.ones(len(flows), dtype=bool)
    for _ in range(_MAX_SWEEPS):
        scale = units.pressure_drop / ((law.a[:, None] + law.b[:, None] * flows) * flows)
        volume_flow, better, drop = flow_through(plant, values, mean_flow, law, scale)
        change = np.max(np.abs(better / flows - 1.0), axis=1)
        # A sample is taken when it rests itself: the others must not show in its last digits.
        done = moving & (change < flow_tolerance)
        found = _taken(done, (volume_flow, flows, drop, units), found)
        moving &= ~done
        if not moving.any():
            break
        flows = better
        units = solve_samples(plant, values, flows, factor)
    volume_flow, flows, drop, units = found
    # Where a unit has no steady state its pressure drop means nothing, and the sample fails anyway.
    if np.any(moving & np.all(units.status == sp.OK, axis=1)):
        raise FlowSharingError("the units' flows and temperatures did not settle together")
    return assemble(
        plant, values, flows, units, _mixed(plant.table, flows, units.T_out), volume_flow, drop, factor
    )


def assemble(
    plant: Plant,
    values: Values,
    mass_flow: np.ndarray,
    units: UnitResults,
    T_out_mixed: np.ndarray,
    volume_flow: np.ndarray,
    drop: np.ndarray,
    factor: np.ndarray,
) -> PlantState:
    """Complete a plant's state from its flows and units: pump power and the distance from boiling."""
    design = values["loop.flow"] * plant.file.units.count
    outside = values["pump.external_pressure_drop"] * (volume_flow / design) ** 2
    # The unit at the end of the headers sees the whole header loss; taking it for all is on the safe side.
    lowest = values["loop.pressure"][:, None] - np.maximum(drop[:, None], units.pressure_drop)
    # A loop that loses more than its pressure boils at any temperature of interest; 5 kPa boils at 33 degC.
    T_boil = plant.fluid.saturation_temperature(np.maximum(lowest, LOWEST_PRESSURE))
    return PlantState(
        mass_flow=mass_flow,
        units=units,
        T_out_mixed=T_out_mixed,
        volume_flow=volume_flow,
        header_pressure_drop=drop,
        pump_power=volume_flow * (drop + outside) / values["pump.efficiency"],
        boiling_margin=T_boil - units.T_wall,
        resistance_factor=factor,
        on_curve=volume_flow <= _curve_end(plant),
    )


def _curve_end(plant: Plant) -> float:
    """Largest flow of the pump's curve [m^3/s]; infinite without one."""
    points = plant.file.pump.curve_points()
    return PumpCurve.through(points).largest_flow * (1.0 + 1e-9) if points else np.inf
