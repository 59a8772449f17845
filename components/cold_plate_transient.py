"""A cold plate in time: a pump that stops, a change of power or inlet, a start from cold.

Metal and coolant store heat; chips do not (see :mod:`hashheat.solvers.plate_transient`). Coolant at rest is not
moved by buoyancy; what lies in manifolds and hoses, and the wall of a tube, hold nothing.
"""

import math
import warnings
from collections.abc import Mapping, Sequence

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from hashheat.components.cold_plate import ColdPlate
from hashheat.components.cold_plate_hold import OutletHold
from hashheat.components.cold_plate_record import transient_dataset
from hashheat.components.failures import describe_failure, report_failures
from hashheat.components.prepared_plate import PreparedPlate
from hashheat.components.time_series import OverTime, TimeSeries, is_number, recorded_times
from hashheat.solvers.conjugate_plate import PlateState, Surroundings
from hashheat.solvers.plate_history import rising_within, run_plate
from hashheat.solvers.plate_step import Plant, PlateInputs, moment_of
from hashheat.solvers.plate_transient import uniform_state
from hashheat.solvers.serpentine import OK
from hashheat.solvers.stack_storage import energy_polynomial
from hashheat.thermo.errors import InputError
from hashheat.thermo.fluid import Fluid
from hashheat.thermo.property_kernels import density
from hashheat.thermo.property_table import PropertyTable

#: Error allowed to a step [K].
TOLERANCE = 1e-3

#: Where an input is a function, no step is longer than this part of the run: a pulse could fall between.
_PARTS = 50

#: No flow or factor is that large, and what is worked out from smaller ones stays finite.
_MOST = 1e100

_INPUTS = ("T_in", "flow", "T_ambient", "frequency", "voltage")

Start = str | float | Mapping[str, float]


def solve_plate_transient(
    plate: ColdPlate,
    *,
    t_end: float | None = None,
    times: ArrayLike | None = None,
    T_in: OverTime | None = None,
    volume_flow: OverTime | None = None,
    mass_flow: OverTime | None = None,
    T_ambient: OverTime | None = None,
    frequency: OverTime = 1.0,
    voltage: OverTime = 1.0,
    fluid: Fluid | str | None = None,
    pressure: float | None = None,
    start: Start = "steady",
    fields_at: Sequence[float] = (),
    tolerance: float = TOLERANCE,
    max_step: float | None = None,
    refine: int = 1,
    stop_at_limit: bool = False,
    **overrides: float,
) -> xr.Dataset:
    """Chips, outlet and heats of a cold plate over time.

    Parameters
    ----------
    plate : ColdPlate
    t_end : float, optional
        The run goes from 0 to here [s], and every step is recorded.
    times : (k,) array, optional
        In place of ``t_end``: rising times [s]; the run goes from the first to the last and records these.
    T_in, T_ambient : number, DataArray over ``time`` or callable of the time, optional
        Coolant inlet and surroundings [K]; those of the design state if left out. DataArrays are linear between
        their points and step where a time stands twice; a callable takes seconds and should be continuous.
    volume_flow, mass_flow : as above, optional
        Flow of the plate [m^3/s at inlet temperature] or [kg/s]; may fall to zero.
    frequency, voltage : as above
        Clock and supply voltage over those of the file [-]: dynamic power goes with f V^2, leakage with V^2.
    fluid : Fluid or str, optional
    pressure : float, optional
        Absolute, at the inlet [Pa].
    start : "steady", "cold", number or mapping
        ``"steady"``: the steady state of the inputs at the first time. ``"cold"``: all at the temperature of the
        surroundings then. A number: all at this temperature [K]. A mapping: a steady state with some inputs
        replaced, by name.
    fields_at : sequence of float
        Rising times at which the temperature of every cell is kept [s].
    tolerance : float
        Estimated error allowed to a step, of any temperature of metal or coolant [K].
    max_step : float, optional
        Longest step [s]; left out, none, and a fiftieth of the run where an input is a callable.
    refine : int
        Multiplies the cells along and across.
    stop_at_limit : bool
        End the run once a junction is hotter than the file's limit.
    **overrides : float
        Numbers of the file in SI, dots written as double underscores: ``chips__tim_thickness=100e-6``.

    Returns
    -------
    xarray.Dataset
        Over ``time``, ``chip`` and, with ``fields_at``, ``field_time``: inputs, ``T_out``, hottest ``T_junction``,
        ``T_chip``, ``P_chip``, ``heat_rate`` (what leaves with the coolant), ``heat_loss``, ``pressure_drop``,
        ``boiling_margin`` (wall to saturation at the outlet's pressure, where the coolant has one).
        Single numbers: ``limit_time`` and ``limit_chip`` (first junction beyond the file's limit), the heats since
        the start and their ``imbalance``, steps; ``status`` and ``end_time``. Where the chips run away, the
        coolant boils (at the outlet's pressure), or the plate loses more than the pressure at its inlet, the run
        ends there with a warning, and all before it is kept. Where an input steps at a recorded time, the values
        are those just before.

    Raises
    ------
    InputError, FreezingError, BoilingError
        For inputs that cannot be.
    RunawayError, CoolantRangeError, NotConvergedError, PressureLossError
        If there is no state to start from.
    """
    recorded, every_step = recorded_times(t_end, times)
    first, last = float(recorded[0]), float(recorded[-1])
    if not (is_number(tolerance) and 1e-9 <= tolerance <= 10.0):
        raise InputError("is out of bounds", key="tolerance", found=tolerance, accepted="1e-9 to 10")
    if not (is_number(refine) and refine >= 1 and refine == int(refine)):
        raise InputError("cells cannot be split so", key="refine", found=refine, accepted="1, 2, 3 ...")
    rising_within("fields_at", fields_at, first, last)
    numbers = {key.replace("__", "."): float(value) for key, value in overrides.items()}
    design = {
        name: numbers.pop(f"design.{name}", getattr(plate.file.design, name).nominal)
        for name in ("T_in", "T_ambient", "flow", "pressure")
    }
    if volume_flow is not None and mass_flow is not None:
        raise InputError("give volume_flow or mass_flow, not both")
    flow = mass_flow if mass_flow is not None else volume_flow
    given: dict[str, OverTime] = {
        "T_in": design["T_in"] if T_in is None else T_in,
        "mass_flow" if mass_flow is not None else "volume_flow": design["flow"] if flow is None else flow,
        "T_ambient": design["T_ambient"] if T_ambient is None else T_ambient,
        "frequency": frequency,
        "voltage": voltage,
    }
    given_p = design["pressure"] if pressure is None else pressure
    if not (is_number(given_p) and given_p > 0.0):
        raise InputError("is no absolute pressure", key="pressure", found=given_p, accepted="above 0 [Pa]")
    p = float(given_p)
    supply = _Supply(plate.fluid(fluid), p, [TimeSeries(n, v, first, last) for n, v in given.items()])
    if max_step is None:
        max_step = (last - first) / _PARTS if supply.has_functions else math.inf
    elif isinstance(max_step, str) or not max_step > 0.0:
        raise InputError("must be positive", key="max_step", found=max_step, accepted="seconds above 0")
    ready = plate.prepared(numbers, refine)
    plant = Plant(
        ready.model, ready.law, ready.duct, supply.table, ready.levels, energy_polynomial(supply.table), True
    )
    inside = supply.breaks[(supply.breaks > first) & (supply.breaks < last)]
    hold = OutletHold(ready, supply.fluid, supply.table, p)
    state, driven = _start(ready, plant, supply, first, start)
    status = state.status if state.status != OK else hold(driven, state)
    report_failures(plate.name, "plate", np.array([status]), np.array([driven.T_in]))
    history = run_plate(
        plant,
        supply,
        state,
        np.unique(np.concatenate([recorded[[0, -1]], inside])),
        times=None if every_step else recorded,
        fields_at=fields_at,
        tolerance=tolerance,
        max_step=max_step,
        limit=plate.file.values(numbers)["chips.limit"],
        stop_at_limit=stop_at_limit,
        hold=hold,
    )
    if history.status != OK:
        why = describe_failure(history.status, "plate")
        warnings.warn(f"{plate.name}: {why} (at {history.t_end:.6g} s; the run ends there)", stacklevel=2)
    return transient_dataset(
        hold,
        history,
        [supply(float(t), False) for t in history.time],
        np.array([supply.clock(float(t), False) for t in history.time]),
        {
            "cold_plate": plate.name,
            "fluid": supply.fluid.name,
            "pressure_pascal": p,
            "tolerance_kelvin": float(tolerance),
        },
    )


class _Supply:
    """Inputs over time, checked as they are read: what the march calls."""

    def __init__(self, fluid: Fluid, pressure: float, series: list[TimeSeries]) -> None:
        self.fluid, self.pressure, self.series = fluid, pressure, series
        self.by_volume = series[1].name == "volume_flow"
        for one in series:
            self._check(one.name, float(one.values.min()))
            self._check(one.name, float(one.values.max()))
        T = series[0].values
        self._seen = float(T.min()), float(T.max())
        fluid.check_liquid(np.array(self._seen), pressure, "the plate's inlet")
        self.table: PropertyTable = fluid.table(pressure)

    @property
    def has_functions(self) -> bool:
        return any(one.is_function for one in self.series)

    @property
    def breaks(self) -> np.ndarray:
        return np.unique(np.concatenate([one.breaks for one in self.series]))

    def clock(self, t: float, after: bool) -> tuple[float, float]:
        """Clock and voltage [-]."""
        return self.series[3].at(t, after), self.series[4].at(t, after)

    def __call__(self, t: float, after: bool) -> PlateInputs:
        values = [one.at(t, after) for one in self.series]
        for one, value in zip(self.series, values):
            if one.is_function:
                self._check(one.name, value, f" at {t:g} s")
        if not self._seen[0] <= values[0] <= self._seen[1]:
            self.fluid.check_liquid(values[0], self.pressure, "the plate's inlet")
        return self.inputs(dict(zip(_INPUTS, values)))

    def inputs(self, values: Mapping[str, float]) -> PlateInputs:
        """What drives the plate at these values of the inputs, by the names in ``_INPUTS``."""
        rho = density(self.table, values["T_in"]) if self.by_volume else 1.0
        V2 = values["voltage"] * values["voltage"]
        dynamic, mass_flow = values["frequency"] * V2, values["flow"] * rho
        for key, size in (("voltage", V2), ("frequency", dynamic), (self.series[1].name, mass_flow)):
            if not size < _MOST:
                found = values.get(key, values["flow"])
                raise InputError("is too large", key=key, found=found, accepted=f"numbers below {_MOST:g}")
        return PlateInputs(values["T_in"], mass_flow, values["T_ambient"], dynamic, V2)

    def _check(self, name: str, value: float, where: str = "") -> None:
        """Raise ``InputError`` by the name of an input, which may stand behind a dot."""
        is_T = name.rpartition(".")[2].startswith("T_")
        if not (math.isfinite(value) and (value > 0.0 if is_T else value >= 0.0)):
            raise InputError(
                "must be a temperature in kelvin" if is_T else "must be a number of 0 or more",
                key=name,
                found=f"{value:g}{where}",
                accepted="> 0" if is_T else ">= 0",
            )


def _start(
    ready: PreparedPlate, plant: Plant, supply: _Supply, t: float, start: Start
) -> tuple[PlateState, PlateInputs]:
    """The state to start from, whatever its status, and what drives it."""
    values = dict(zip(_INPUTS, (one.at(t, False) for one in supply.series)))
    if not isinstance(start, str | Mapping) and not (is_number(start) and start > 0.0):
        raise InputError("must be a temperature in kelvin", key="start", found=start, accepted="> 0")
    if start == "cold" or not isinstance(start, str | Mapping):
        T = values["T_ambient"] if isinstance(start, str) else float(start)
        supply.fluid.check_liquid(T, supply.pressure, "the plate, at the start")
        inputs = supply.inputs(values)
        return moment_of(plant, inputs, uniform_state(plant, T)).state, inputs
    if isinstance(start, str) and start != "steady":
        raise InputError(
            "is no start", key="start", found=start, accepted='"steady", "cold", a temperature or a mapping'
        )
    flow_name = supply.series[1].name
    for key, value in start.items() if isinstance(start, Mapping) else ():
        name = "flow" if key == flow_name else key
        if name not in values or key == "flow":
            names = [one.name for one in supply.series]
            raise InputError("is no input", key=f"start.{key}", accepted=", ".join(names))
        if isinstance(value, str):
            raise InputError("must be a number", key=f"start.{key}", found=value)
        supply._check(f"start.{key}", float(value))
        values[name] = float(value)
    if values["flow"] == 0.0:
        raise InputError(
            "without flow there is no steady state to start from",
            key="start",
            accepted='"cold", a temperature, a mapping with a flow, or a flow at the first time',
        )
    supply.fluid.check_liquid(values["T_in"], supply.pressure, "the plate's inlet")
    inputs = supply.inputs(values)
    state = ready.solve(
        supply.table,
        Surroundings(inputs.T_in, inputs.mass_flow, inputs.T_ambient),
        frequency=values["frequency"],
        voltage=values["voltage"],
        tolerance=1e-7,
    )
    return state, inputs
