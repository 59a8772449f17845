"""A pump of variable speed: the speed that gives a flow, the power it takes, the heat to the water."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from hashheat.components.pump import PumpCurve, PumpRangeError
from hashheat.thermo.errors import InputError

# A curve may go on to this multiple of the flow of best efficiency, whose parabola ends at 2.
_FURTHEST = 1.8


@dataclass(frozen=True)
class EfficiencyCurve:
    """Hydraulic over shaft power against flow: a parabola, 0 without flow and best at one flow.

    Parameters
    ----------
    best : float
        Efficiency at the best point [-].
    best_flow : float
        Where it is, at full speed [m^3/s].

    Raises
    ------
    InputError
        For a number outside its range.

    Notes
    -----
    ``best x (2 - x)`` with ``x = V / (n V_best)`` at a speed n: by the affinity laws the efficiency is that of the
    flow over the speed. Below half speed or so bearings and seals make it worse than that. The shaft power stays
    finite without flow, ``n V_best H / (2 best)``, as that of a real pump does.
    """

    best: float
    best_flow: float

    def __post_init__(self) -> None:
        if not 0.0 < self.best <= 1.0:
            raise InputError(
                "efficiency of a pump", key="pump.best_efficiency", found=self.best, accepted="above 0, to 1"
            )
        if not 0.0 < self.best_flow < math.inf:
            raise InputError(
                "flow at the best efficiency",
                key="pump.best_flow",
                found=self.best_flow,
                accepted="more than 0",
            )

    def at(self, volume_flow: float, speed: float = 1.0) -> float:
        """Efficiency [-] at a flow [m^3/s] and a speed over full speed [-], more than 0."""
        x = volume_flow / (speed * self.best_flow)
        return self.best * x * (2.0 - x)

    def shaft_power(self, volume_flow: float, head: float, speed: float = 1.0) -> float:
        """Shaft power [W] at a flow [m^3/s], its head [Pa] and a speed over full speed [-]."""
        return head * speed * self.best_flow / (self.best * (2.0 - volume_flow / (speed * self.best_flow)))


class PumpState(NamedTuple):
    """A pump at work.

    Parameters
    ----------
    volume_flow : float
        [m^3/s]
    head : float
        Rise of pressure [Pa].
    speed : float
        Over full speed [-].
    efficiency : float
        Hydraulic over shaft power [-].
    power : float
        Electric [W].
    heat_rate : float
        Heat to the water within the pump: what of the power does not become pressure. The rest follows where
        friction uses the pressure up [W].
    """

    volume_flow: float
    head: float
    speed: float
    efficiency: float
    power: float
    heat_rate: float


@dataclass(frozen=True)
class SpeedPump:
    """A pump of variable speed.

    Parameters
    ----------
    curve : PumpCurve
        At full speed.
    efficiency : EfficiencyCurve
    drive_efficiency : float
        Shaft over electric power, of motor and inverter, constant [-].
    motor_heat : float
        Share of the drive's losses that the water takes: 0 of a motor beside the pump, 1 of one within [-].
    largest_speed : float
        Over that of the curve [-].

    Raises
    ------
    InputError
        For a number outside its range.
    """

    curve: PumpCurve
    efficiency: EfficiencyCurve
    drive_efficiency: float = 0.9
    motor_heat: float = 0.0
    largest_speed: float = 1.0

    def __post_init__(self) -> None:
        checks = {
            "drive_efficiency": (0.0 < self.drive_efficiency <= 1.0, "above 0, to 1"),
            "motor_heat": (0.0 <= self.motor_heat <= 1.0, "0 to 1"),
            "largest_speed": (0.0 < self.largest_speed < math.inf, "more than 0"),
        }
        for name, (fits, accepted) in checks.items():
            if not fits:
                raise InputError(
                    "a pump cannot have this",
                    key=f"pump.{name}",
                    found=getattr(self, name),
                    accepted=accepted,
                )
        if self.curve.largest_flow > _FURTHEST * self.efficiency.best_flow:
            raise InputError(
                "the curve of the pump goes too far beyond its best point",
                key="pump.best_flow",
                found=self.efficiency.best_flow,
                accepted=f"at least {self.curve.largest_flow / _FURTHEST:.4g} m3/s",
            )

    @classmethod
    def from_values(cls, values: Mapping[str, float], curve: PumpCurve) -> "SpeedPump":
        """Make one from the numbers of :class:`hashheat.components.speed_pump_section.SpeedPumpSection`."""
        rest = dict(values)
        efficiency = EfficiencyCurve(rest.pop("best_efficiency"), rest.pop("best_flow"))
        return cls(curve, efficiency, **rest)

    def steady(self, volume_flow: float, head: float) -> PumpState:
        """The speed that gives a flow against a head, and the power that it takes.

        Parameters
        ----------
        volume_flow : float
            [m^3/s]
        head : float
            What the system loses at this flow, static head included [Pa].

        Returns
        -------
        PumpState
            At rest for no flow.

        Raises
        ------
        PumpRangeError
            If it takes more than the largest speed, or lies beyond the end of the curve.
        InputError
            For a flow or head that is negative or no number.
        """
        speed = self.curve.speed_for(volume_flow, head)
        if volume_flow == 0.0:
            return PumpState(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
        if speed > self.largest_speed * (1.0 + 1e-12):
            raise PumpRangeError(
                f"the pump would have to run at {100 * speed:.4g} % of its speed for "
                f"{volume_flow * 3600:.4g} m3/h against {head / 1e5:.4g} bar; it reaches "
                f"{100 * self.largest_speed:.4g} %"
            )
        if volume_flow > self.curve.largest_flow * speed * (1.0 + 1e-9):
            raise PumpRangeError(
                f"{volume_flow * 3600:.4g} m3/h against {head / 1e5:.4g} bar lies beyond the end of the pump's "
                f"curve, which is at {self.curve.largest_flow * speed * 3600:.4g} m3/h at "
                f"{100 * speed:.4g} % speed"
            )
        return self._state(volume_flow, head, speed)

    def at_speed(self, resistance: float, speed: float, static_head: float = 0.0) -> PumpState:
        """The flow at a given speed against a system of ``static_head + resistance V^2``.

        Parameters
        ----------
        resistance : float
            [Pa s^2/m^6]
        speed : float
            Over full speed [-].
        static_head : float
            [Pa]

        Raises
        ------
        PumpRangeError
            Beyond the end of the curve, or for a speed outside 0 to the largest.
        InputError
            As :meth:`PumpCurve.meet_at`.
        """
        if not 0.0 <= speed <= self.largest_speed * (1.0 + 1e-12):
            raise PumpRangeError(f"a speed of {speed!r}: the pump runs from 0 to {self.largest_speed:g}")
        flow = self.curve.meet_at(resistance, static_head, speed)
        if flow > self.curve.largest_flow * speed * (1.0 + 1e-9):
            raise PumpRangeError(
                f"the system takes {flow * 3600:.4g} m3/h at {100 * speed:.4g} % speed, where the pump's curve "
                f"ends at {self.curve.largest_flow * speed * 3600:.4g} m3/h"
            )
        if speed == 0.0:
            return PumpState(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
        return self._state(flow, self.curve.head_at(flow, speed), speed)

    def _state(self, flow: float, head: float, speed: float) -> PumpState:
        hydraulic = flow * head
        shaft = self.efficiency.shaft_power(flow, head, speed)
        power = shaft / self.drive_efficiency
        heat = shaft - hydraulic + self.motor_heat * (power - shaft)
        return PumpState(flow, head, speed, self.efficiency.at(flow, speed), power, heat)
