"""A miner that heats a room: fan, heat sinks of plate fins, chips; all its electricity ends in the room's air."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any, NamedTuple

from hashheat.components.heat_sink import PlateFins
from hashheat.components.sink_film import fin_duct
from hashheat.solvers.convection import RE_LAMINAR, nusselt_laminar
from hashheat.solvers.duct_mean import duct_mean
from hashheat.solvers.fins import plate_fin_parameter, straight_fin
from hashheat.thermo.errors import InputError, StateError
from hashheat.thermo.fluid import Fluid
from hashheat.thermo.property_kernels import conductivity, density, fluidity, heat_capacity, prandtl

_PRESSURE = 101325.0


class RoomHeaterState(NamedTuple):
    """A room heater in steady operation.

    Attributes
    ----------
    T_out : float
        Of the air it blows out [K].
    T_sink : float
        Of the base of its heat sinks [K].
    T_junction : float
        Of a chip of mean resistance [K].
    heat_rate : float
        To the room's air: all electric power [W].
    fan_power : float
        Part of it [W].
    mass_flow : float
        Of air [kg/s].
    htc : float
        On the fins, mean [W/(m2 K)].
    Re : float
        Between the fins [-].
    """

    T_out: float
    T_sink: float
    T_junction: float
    heat_rate: float
    fan_power: float
    mass_flow: float
    htc: float
    Re: float


@lru_cache(maxsize=1)
def _air() -> Any:
    return Fluid.parse("air").table(_PRESSURE)


@lru_cache(maxsize=64)
def _mean_duct(fins: PlateFins) -> Any:
    return duct_mean(fin_duct(fins))


@dataclass(frozen=True)
class RoomHeater:
    """An air-cooled miner that stands in the room it heats.

    Parameters
    ----------
    wall_power : float
        Electric power with the fan at full speed [W].
    fan_power : float
        Part of it for the fan at full speed [W].
    board_share : float
        Share of wall_power less fan_power that the chips take [-]; the rest warms the air behind the sinks.
    volume_flow : float
        Of air at full speed, as it enters [m3/s]; all of it passes between the fins.
    sinks : int
        Alike, side by side in the air.
    sink_length, sink_width : float
        Of one sink, along the air and across it [m].
    fin_height, fin_thickness, fin_pitch : float
        [m]
    fin_conductivity : float
        [W/(m K)]
    chips : int
        On all sinks together, alike.
    junction_to_sink : float
        From a junction to the base of its sink, mean [K/W].
    T_junction_limit : float
        [K]

    Raises
    ------
    InputError
        For a number that cannot be used.

    Notes
    -----
    The base of a sink is taken as isothermal: T_sink = T_in + P / (m cp (1 - exp(-NTU))), NTU of fins and base
    with the efficiency of straight fins. Film: developing laminar flow between the fins, mean over their length,
    properties at the mean air temperature (air at 101325 Pa); a turbulent flow is refused. Fan: flow in proportion
    to speed, power to its cube. Chip power does not depend on temperature.
    """

    wall_power: float
    fan_power: float
    board_share: float
    volume_flow: float
    sinks: float
    sink_length: float
    sink_width: float
    fin_height: float
    fin_thickness: float
    fin_pitch: float
    fin_conductivity: float
    chips: float
    junction_to_sink: float
    T_junction_limit: float

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            least_open = field.name in ("fan_power", "junction_to_sink")
            if not (math.isfinite(value) and (value >= 0.0 if least_open else value > 0.0)):
                raise InputError(
                    "cannot be used",
                    key=field.name,
                    found=value,
                    accepted="0 or more" if least_open else "above 0",
                )
        if self.board_share > 1.0 or self.fan_power >= self.wall_power:
            raise InputError(
                "the parts of the power are more than the whole",
                key="board_share" if self.board_share > 1.0 else "fan_power",
                found=self.board_share if self.board_share > 1.0 else self.fan_power,
                accepted="board_share up to 1, fan_power below wall_power",
            )
        self._fins()

    def _fins(self) -> PlateFins:
        return PlateFins(self.fin_height, self.fin_thickness, self.fin_pitch)

    @classmethod
    def from_values(cls, values: Mapping[str, float]) -> "RoomHeater":
        """From the keys of a :class:`hashheat.components.room_heater_section.RoomHeaterSection` [SI]."""
        return cls(**{field.name: float(values[field.name]) for field in fields(cls)})

    def power(self, speed: float = 1.0, share: float = 1.0) -> float:
        """Electric power [W] at a fan speed and a share of the miner's power without fan [-]."""
        return share * (self.wall_power - self.fan_power) + self.fan_power * speed**3

    def steady(self, T_in: float, speed: float = 1.0, share: float = 1.0) -> RoomHeaterState:
        """Temperatures of steady operation.

        Parameters
        ----------
        T_in : float
            Of the room's air [K].
        speed : float
            Of the fan over full speed, above 0 up to 1 [-].
        share : float
            Power of miner and supply over that of full operation: a power mode [-], 0 or more.

        Returns
        -------
        RoomHeaterState

        Raises
        ------
        InputError
            For a speed or share that cannot be, or a flow between the fins that is turbulent.
        StateError
            For air beyond -50 to 150 degC.
        """
        if not (0.0 < speed <= 1.0 and math.isfinite(share) and share >= 0.0):
            raise InputError(
                "fan speed and share of power cannot be used", key="speed", found=(speed, share),
                accepted="speed above 0 up to 1, share 0 or more",
            )  # fmt: skip
        air = _air()
        self._check_air(T_in)
        heat_rate = self.power(speed, share)
        board_power = share * (self.wall_power - self.fan_power) * self.board_share
        mass_flow = density(air, T_in) * self.volume_flow * speed
        fins = self._fins()
        count = self.sink_width / self.fin_pitch * self.sinks
        area = count * fins.gap * self.fin_height
        fin_area = 2.0 * count * self.fin_height * self.sink_length
        base_area = count * fins.gap * self.sink_length
        # Three walls of each channel give heat; the film coefficient is a mean over them.
        diameter = 2.0 * fins.gap * self.fin_height / (fins.gap + self.fin_height)
        T_out = T_in
        for _ in range(4):  # cp of air changes by 1 % over 100 K: twice would do
            T_out = T_in + heat_rate / (mass_flow * heat_capacity(air, 0.5 * (T_in + T_out)))
            self._check_air(T_out)
        T = 0.5 * (T_in + T_out)
        Re = mass_flow * diameter / area * fluidity(air, T)
        if Re >= RE_LAMINAR:
            raise InputError(
                "the air between the fins is turbulent", key="volume_flow", found=f"Re = {Re:.0f}",
                accepted=f"a Reynolds number below {RE_LAMINAR:.0f}",
            )  # fmt: skip
        Nu = nusselt_laminar(_mean_duct(fins), self.sink_length / (diameter * Re * prandtl(air, T)))
        htc = Nu * conductivity(air, T) / diameter
        parameter = plate_fin_parameter(self.fin_conductivity, self.fin_thickness)
        conductance = htc * (straight_fin(htc * parameter * self.fin_height**2) * fin_area + base_area)
        capacity = mass_flow * heat_capacity(air, T)
        T_sink = T_in + board_power / (capacity * -math.expm1(-conductance / capacity))
        T_junction = T_sink + self.junction_to_sink * board_power / self.chips
        return RoomHeaterState(
            T_out, T_sink, T_junction, heat_rate, self.fan_power * speed**3, mass_flow, htc, Re
        )

    def speed_for(self, T_in: float, T_junction: float, share: float = 1.0, least: float = 0.1) -> float:
        """Fan speed that holds the chips at a temperature, as the firmware does.

        Parameters
        ----------
        T_in : float
            Of the room's air [K].
        T_junction : float
            To be held [K].
        share : float
            As in :meth:`steady`.
        least : float
            Speed below which the fan does not go: the chips are colder then [-].

        Raises
        ------
        StateError
            Where full speed does not hold it.
        """
        full = self.steady(T_in, 1.0, share).T_junction
        if full > T_junction:
            raise StateError(
                f"at full fan speed and {T_in - 273.15:.1f} degC in the room the chips reach "
                f"{full - 273.15:.1f} degC, above {T_junction - 273.15:.1f} degC"
            )
        low, high = least, 1.0
        if not self._is_hotter(T_in, low, share, T_junction):
            return low
        for _ in range(60):
            middle = 0.5 * (low + high)
            if self._is_hotter(T_in, middle, share, T_junction):
                low = middle
            else:
                high = middle
        return high

    def _is_hotter(self, T_in: float, speed: float, share: float, T_junction: float) -> bool:
        try:
            return self.steady(T_in, speed, share).T_junction > T_junction
        except StateError:  # so little air that it leaves the range of its properties
            return True

    def _check_air(self, T: float) -> None:
        air = _air()
        if not air.T_min <= T <= air.T_max:
            raise StateError(
                f"air of {T - 273.15:.1f} degC lies outside "
                f"{air.T_min - 273.15:.0f} to {air.T_max - 273.15:.0f} degC"
            )
