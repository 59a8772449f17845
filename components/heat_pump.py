"""A heat pump by its Lorenz efficiency: from a source that cools to a sink that warms up."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import NamedTuple

from hashheat.thermo.errors import HashheatError, InputError

#: Why a heat pump stands still: the ``status`` of a state.
OK, NO_HEAT, SOURCE_COLD, SOURCE_HOT, SOURCE_OUTLET_COLD, SINK_HOT, LIFT_LARGE, LIFT_SMALL = range(8)

STATUS = (
    "runs",
    "no heat is asked for",
    "the source is too cold",
    "the source is too hot",
    "the source would leave too cold",
    "the sink would leave too hot",
    "the lift is too large",
    "the lift is too small",
)


class HeatPumpRangeError(HashheatError):
    """Temperatures or a load at which a heat pump cannot run."""


class HeatPumpState(NamedTuple):
    """A heat pump at work, or at rest with the reason.

    Parameters
    ----------
    heat_rate : float
        To the sink [W].
    source_heat_rate : float
        From the source [W].
    power : float
        Electric; ``heat_rate - source_heat_rate`` [W].
    COP : float
        Heat to the sink over power; 0 at rest [-].
    lorenz_COP : float
        Of the reversible heat pump between the same four temperatures; 0 at rest [-].
    T_source_out, T_sink_out : float
        [K]
    unmet : float
        Heat that was asked for and is not given [W].
    status : int
        0 where it runs; otherwise why not, see :data:`STATUS`.
    """

    heat_rate: float
    source_heat_rate: float
    power: float
    COP: float
    lorenz_COP: float
    T_source_out: float
    T_sink_out: float
    unmet: float
    status: int


def log_mean_temperature(T_1: float, T_2: float) -> float:
    """Temperature at which a stream of constant heat capacity takes or gives heat, in the sense of entropy [K].

    ``(T_1 - T_2) / ln(T_1/T_2)``: :func:`hashheat.thermo.exergy.mean_thermodynamic_temperature` of two numbers.
    """
    x = (T_1 - T_2) / T_2
    return T_2 if x == 0.0 else T_2 * x / math.log1p(x)


def lorenz_COP(T_source_in: float, T_source_out: float, T_sink_in: float, T_sink_out: float) -> float:
    """COP of the reversible heat pump between two streams; infinite where the sink is not the warmer one.

    ``T_lm,sink / (T_lm,sink - T_lm,source)``: the limit of H. Lorenz (1894), where the sink takes up the entropy
    that the source gives off and none is generated between.
    """
    source, sink = (
        log_mean_temperature(T_source_in, T_source_out),
        log_mean_temperature(T_sink_in, T_sink_out),
    )
    return sink / (sink - source) if sink > source else math.inf


@dataclass(frozen=True)
class HeatPump:
    """``COP = lorenz_efficiency * lorenz_COP``, within limits of temperature and lift.

    Parameters
    ----------
    capacity : float
        Most heat to the sink, taken as constant within the limits [W].
    lorenz_efficiency : float
        [-]
    T_source_min, T_source_max : float
        Limits of the source inlet [K].
    T_source_out_min : float
        Coldest outlet of the source: of water, above freezing [K].
    T_sink_max : float
        Hottest outlet of the sink [K].
    lift_min, lift_max : float
        Limits of sink outlet less source outlet [K]. Below ``lift_min`` the compressor lacks a pressure to work
        against, and the Lorenz COP loses its sense.
    least_load : float
        Over capacity; below it the machine switches on and off [-].
    degradation : float
        C_c of EN 14825: where it cycles, at a share r of its least load, the COP is multiplied with
        ``r / (C_c r + 1 - C_c)`` [-].

    Raises
    ------
    InputError
        For a number outside its range.

    Notes
    -----
    No heat is lost to the room. Temperatures of a machine that cycles are means over time.
    """

    capacity: float
    lorenz_efficiency: float
    T_source_min: float
    T_source_max: float
    T_source_out_min: float
    T_sink_max: float
    lift_min: float
    lift_max: float
    least_load: float = 0.0
    degradation: float = 0.9

    def __post_init__(self) -> None:
        for item in fields(self):
            value = getattr(self, item.name)
            share = item.name in ("lorenz_efficiency", "least_load", "degradation")
            least = 0.0 if item.name in ("least_load", "degradation") else math.nextafter(0.0, 1.0)
            if not least <= value <= (1.0 if share else math.inf) or value == math.inf:
                raise InputError(
                    "a heat pump cannot have this",
                    key=f"heat_pump.{item.name}",
                    found=value,
                    accepted=("0 to 1" if share else "more than 0"),
                )
        for low, high in (("T_source_min", "T_source_max"), ("lift_min", "lift_max")):
            if not getattr(self, low) < getattr(self, high):
                raise InputError(
                    "limits of a heat pump cross",
                    key=f"heat_pump.{low}, heat_pump.{high}",
                    found=[getattr(self, low), getattr(self, high)],
                    accepted="the first below the second",
                )

    @classmethod
    def from_values(cls, values: Mapping[str, float]) -> "HeatPump":
        """Make one from the numbers of :class:`hashheat.components.heat_pump_section.HeatPumpSection`."""
        return cls(**values)

    def part_load_factor(self, heat_rate: float) -> float:
        """What cycling leaves of the COP at a mean heat [W]: 1 down to the least load, less below it [-]."""
        r = heat_rate / (self.capacity * self.least_load) if self.least_load > 0.0 else 1.0
        return 1.0 if r >= 1.0 else r / (self.degradation * r + 1.0 - self.degradation)

    def run(
        self,
        heat_rate: float,
        T_source_in: float,
        source_capacity_flow: float,
        T_sink_in: float,
        sink_capacity_flow: float,
    ) -> HeatPumpState:
        """Give as much of the heat asked for as it can; at rest, with the reason, where limits forbid it to run.

        Parameters
        ----------
        heat_rate : float
            Heat asked for, at least 0 [W]. More than ``capacity`` is not given, and counted as ``unmet``.
        T_source_in, T_sink_in : float
            [K]
        source_capacity_flow, sink_capacity_flow : float
            Mass flow times heat capacity, more than 0; infinite for a source that does not cool [W/K].

        Returns
        -------
        HeatPumpState

        Raises
        ------
        InputError
            For a load or flow that is no such number.
        """
        if not (0.0 <= heat_rate < math.inf and source_capacity_flow > 0.0 and sink_capacity_flow > 0.0):
            raise InputError(
                "load and flows of a heat pump",
                key="heat_rate, source_capacity_flow, sink_capacity_flow",
                found=[heat_rate, source_capacity_flow, sink_capacity_flow],
                accepted="heat of at least 0, flows of more than 0",
            )
        q = min(heat_rate, self.capacity)
        if q == 0.0:
            return self._rest(heat_rate, T_source_in, T_sink_in, NO_HEAT)
        if not T_source_in >= self.T_source_min:
            return self._rest(heat_rate, T_source_in, T_sink_in, SOURCE_COLD)
        if T_source_in > self.T_source_max:
            return self._rest(heat_rate, T_source_in, T_sink_in, SOURCE_HOT)
        T_sink_out = T_sink_in + q / sink_capacity_flow
        if not T_sink_out <= self.T_sink_max:
            return self._rest(heat_rate, T_source_in, T_sink_in, SINK_HOT)
        sink = log_mean_temperature(T_sink_in, T_sink_out)
        efficiency = self.lorenz_efficiency * self.part_load_factor(q)
        # Power over heat is linear in the source's mean temperature, so Newton needs few steps for its outlet.
        cooling = q / source_capacity_flow
        T_source_out = T_source_in
        for _ in range(50):
            source = log_mean_temperature(T_source_in, T_source_out)
            error = T_source_out - T_source_in + cooling * (1.0 - (1.0 - source / sink) / efficiency)
            change = error / (1.0 + 0.5 * cooling / (efficiency * sink))
            T_source_out -= change
            if abs(change) <= 1e-12 * T_source_in:
                break
            if not T_source_out > 0.0:
                return self._rest(heat_rate, T_source_in, T_sink_in, SOURCE_OUTLET_COLD)
        lift = T_sink_out - T_source_out
        if T_source_out < self.T_source_out_min:
            return self._rest(heat_rate, T_source_in, T_sink_in, SOURCE_OUTLET_COLD)
        if lift > self.lift_max:
            return self._rest(heat_rate, T_source_in, T_sink_in, LIFT_LARGE)
        best = lorenz_COP(T_source_in, T_source_out, T_sink_in, T_sink_out)
        if lift < self.lift_min or best == math.inf or efficiency * best <= 1.0:
            small = lift < self.lift_min or best == math.inf
            return self._rest(heat_rate, T_source_in, T_sink_in, LIFT_SMALL if small else LIFT_LARGE)
        COP = efficiency * best
        power = q / COP
        return HeatPumpState(q, q - power, power, COP, best, T_source_out, T_sink_out, heat_rate - q, OK)

    def steady(
        self,
        heat_rate: float,
        T_source_in: float,
        source_capacity_flow: float,
        T_sink_in: float,
        sink_capacity_flow: float,
    ) -> HeatPumpState:
        """As :meth:`run`, but whatever keeps the machine from giving the heat asked for is an error.

        Raises
        ------
        HeatPumpRangeError
            Where it cannot run, or not give so much.
        """
        state = self.run(heat_rate, T_source_in, source_capacity_flow, T_sink_in, sink_capacity_flow)
        if state.status not in (OK, NO_HEAT):
            raise HeatPumpRangeError(
                f"the heat pump cannot run, {STATUS[state.status]}: source inlet {T_source_in - 273.15:.2f} degC, "
                f"sink inlet {T_sink_in - 273.15:.2f} degC, {heat_rate / 1e3:.4g} kW"
            )
        if state.unmet > 1e-9 * self.capacity:
            raise HeatPumpRangeError(
                f"the heat pump gives {self.capacity / 1e3:.4g} kW at most, {heat_rate / 1e3:.4g} kW are asked for"
            )
        return state

    def _rest(self, asked: float, T_source: float, T_sink: float, status: int) -> HeatPumpState:
        return HeatPumpState(0.0, 0.0, 0.0, 0.0, 0.0, T_source, T_sink, asked, status)
