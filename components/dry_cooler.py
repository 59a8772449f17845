"""A dry cooler: a finned coil in a stream of outdoor air that fans of variable speed drive."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import NamedTuple

from scipy.optimize import brentq

from hashheat.components.counterflow import counterflow_effectiveness
from hashheat.solvers.crossflow import crossflow_effectiveness
from hashheat.thermo.errors import FreezingError, InputError, StateError

#: Of dry air: gas constant and heat capacity at constant pressure [J/(kg K)].
R_AIR, CP_AIR = 287.055, 1006.0

ARRANGEMENTS = ("cross", "counter")


class DryCoolerState(NamedTuple):
    """A dry cooler at work.

    Parameters
    ----------
    heat_rate : float
        From coolant to air [W].
    T_out : float
        Coolant outlet, mean over time where fans run for a share of it [K].
    T_air_out : float
        Air behind the coil; ``T_air`` where none flows [K].
    speed : float
        Of the fans over full speed [-].
    running_share : float
        Of the time that the fans run; below 1 only where less than their least speed is needed [-].
    fan_power : float
        Of all fans, mean over time [W].
    held : bool
        Whether an outlet temperature that was asked for is met.
    freezing_margin : float
        Coldest tube wall above the freezing point of the coolant [K].
    standstill_margin : float
        Air above the freezing point: where negative, coolant that stands in the coil freezes [K].
    """

    heat_rate: float
    T_out: float
    T_air_out: float
    speed: float
    running_share: float
    fan_power: float
    held: bool
    freezing_margin: float
    standstill_margin: float


@dataclass(frozen=True)
class DryCooler:
    """Effectiveness and transfer units from one rated point, scaled with both flows.

    Parameters
    ----------
    heat_rate : float
        Rated capacity [W].
    T_in, T_out : float
        Of the coolant at the rated point [K].
    T_air : float
        Air at the inlet at the rated point [K].
    air_flow : float
        Volume flow of air at T_air and full speed [m^3/s].
    fan_power : float
        Electric power of all fans at the rated point [W].
    heat_capacity : float
        Of the coolant at the rated point [J/(kg K)].
    T_freeze : float
        Freezing point of the coolant [K].
    air_resistance : float
        Share of the air side, fins included, in the whole resistance at the rated point [-].
    air_exponent, coolant_exponent : float
        Film coefficient over mass flow on each side [-].
    fan_exponent : float
        Fan power over speed [-].
    least_speed : float
        Below it fans switch on and off [-].
    air_pressure : float
        [Pa]
    arrangement : {"cross", "counter"}
        Cross-flow with both sides unmixed; or counterflow, which coils of many rows approach.

    Raises
    ------
    InputError
        For a number outside its range, or a rated point that no exchanger reaches.

    Notes
    -----
    The resistances of both sides and nothing else: ``1/UA = 1/UA_0 (s (m_air/m_air0)^-a + (1 - s) (m/m_0)^-b)``.
    The film coefficient of the coolant is taken to depend on its flow only, so a glycol that thickens in the cold
    takes more heat away here than it does: rate near the temperatures of use. No frost and no rain on the fins.
    Defaults: s = 2/3, a = 0.8, b = 0.85 are those of the dry coil of the Modelica Buildings library (HADryCoil),
    after M. Wetter, Simulation model finned water-air-coil without condensation, LBNL-42355, 1999. Ratings of dry
    coolers follow EN 1048, which fixes coolant and air temperatures of the rated point.
    """

    heat_rate: float
    T_in: float
    T_out: float
    T_air: float
    air_flow: float
    fan_power: float
    heat_capacity: float
    T_freeze: float
    air_resistance: float = 2.0 / 3.0
    air_exponent: float = 0.8
    coolant_exponent: float = 0.85
    fan_exponent: float = 3.0
    least_speed: float = 0.0
    air_pressure: float = 101325.0
    arrangement: str = "cross"
    #: Rated conductance [W/K].
    UA: float = field(init=False, compare=False)
    #: Rated mass flows of coolant and air [kg/s].
    mass_flow: float = field(init=False, compare=False)
    air_mass_flow: float = field(init=False, compare=False)

    def __post_init__(self) -> None:
        ranges = {
            "air_resistance": (0.0, 1.0),
            "air_exponent": (0.0, 1.0),
            "coolant_exponent": (0.0, 1.0),
            "fan_exponent": (1.0, 4.0),
            "least_speed": (0.0, 1.0),
        }
        for item in fields(self):
            if item.name == "arrangement" or not item.init:
                continue
            value = getattr(self, item.name)
            low, high = ranges.get(item.name, (0.0, math.inf))
            positive = item.name not in ranges and item.name != "fan_power"
            if not (low <= value <= high and math.isfinite(value) and (value > 0.0 or not positive)):
                raise InputError(
                    "a dry cooler cannot have this",
                    key=f"dry_cooler.{item.name}",
                    found=value,
                    accepted="more than 0" if positive else f"{low:g} to {high:g}",
                )
        if self.arrangement not in ARRANGEMENTS:
            raise InputError(
                "unknown arrangement",
                key="dry_cooler.arrangement",
                found=self.arrangement,
                accepted=", ".join(ARRANGEMENTS),
            )
        if not self.T_in > self.T_out > self.T_air:
            raise InputError(
                "a rated dry cooler cools its coolant towards the air",
                key="dry_cooler.T_in, dry_cooler.T_out, dry_cooler.T_air",
                found=[self.T_in, self.T_out, self.T_air],
                accepted="T_in above T_out above T_air",
            )
        mass_flow = self.heat_rate / (self.heat_capacity * (self.T_in - self.T_out))
        air = self.air_flow * self.air_density(self.T_air)
        small, large = sorted((mass_flow * self.heat_capacity, air * CP_AIR))
        asked = self.heat_rate / (small * (self.T_in - self.T_air))
        most = 300.0
        if asked >= self._effectiveness(most, small / large):
            raise InputError(
                "no exchanger reaches this rated point: too little air, or the outlet too near to it",
                key="dry_cooler.air_flow",
                found=self.air_flow,
                accepted=f"an effectiveness below 1; it asks for {asked:.4g}",
            )
        NTU = brentq(
            lambda x: self._effectiveness(x, small / large) - asked, 0.0, most, xtol=1e-13, rtol=1e-14
        )
        object.__setattr__(self, "UA", NTU * small)
        object.__setattr__(self, "mass_flow", mass_flow)
        object.__setattr__(self, "air_mass_flow", air)

    @classmethod
    def from_values(cls, values: Mapping[str, float], arrangement: str = "cross") -> "DryCooler":
        """Make one from the numbers of :class:`hashheat.components.dry_cooler_section.DryCoolerSection`."""
        return cls(**values, arrangement=arrangement)

    def _effectiveness(self, NTU: float, R: float) -> float:
        law = crossflow_effectiveness if self.arrangement == "cross" else counterflow_effectiveness
        return float(law(NTU, R))

    def air_density(self, T: float) -> float:
        """Of dry air at a temperature [K] and the given pressure, as ideal gas [kg/m^3]."""
        return self.air_pressure / (R_AIR * T)

    def conductance(self, mass_flow: float, air_mass_flow: float) -> tuple[float, float]:
        """Conductance [W/K] at two mass flows [kg/s], and the share of the air side in its resistance [-]."""
        air = self.air_resistance * (air_mass_flow / self.air_mass_flow) ** -self.air_exponent
        coolant = (1.0 - self.air_resistance) * (mass_flow / self.mass_flow) ** -self.coolant_exponent
        return self.UA / (air + coolant), air / (air + coolant)

    def steady(
        self,
        T_in: float,
        mass_flow: float,
        T_air: float,
        speed: float = 1.0,
        heat_capacity: float | None = None,
    ) -> DryCoolerState:
        """Outlet, heat and fan power at a given fan speed.

        Parameters
        ----------
        T_in, mass_flow : float
            Of the coolant [K], [kg/s]; not below T_air, at least 0.
        T_air : float
            [K]
        speed : float
            Of the fans over full speed, 0 to 1 [-]. At 0 there is no heat: free convection is left out.
        heat_capacity : float, optional
            Of the coolant [J/(kg K)]; rated value by default.

        Returns
        -------
        DryCoolerState

        Raises
        ------
        FreezingError
            If the coolant would leave at or below its freezing point.
        InputError
            For a speed outside 0 to 1, or a flow that is negative.
        StateError
            For a temperature that is not positive.
        """
        if not 0.0 <= speed <= 1.0:
            raise InputError("fan speed", key="speed", found=speed, accepted="0 to 1")
        if not 0.0 <= mass_flow < math.inf:
            raise InputError("flow of a dry cooler", key="mass_flow", found=mass_flow, accepted="0 or more")
        if not (0.0 < T_in < math.inf and 0.0 < T_air < math.inf):
            raise StateError(f"a dry cooler at {T_in!r} K in air of {T_air!r} K")
        return self._unfrozen(self.at_speed(T_in, mass_flow, T_air, speed, heat_capacity), T_air)

    def at_speed(
        self, T_in: float, mass_flow: float, T_air: float, speed: float, heat_capacity: float | None = None
    ) -> DryCoolerState:
        """As :meth:`steady`, without its checks: for trials on the way to a state, which may be no state."""
        cp = self.heat_capacity if heat_capacity is None else heat_capacity
        density = self.air_density(T_air)
        air = speed * self.air_flow * density
        power = self.fan_power * speed**self.fan_exponent * (density / self.air_density(self.T_air))
        heat, T_out, T_air_out, wall = 0.0, T_in, T_air, T_in
        if speed > 0.0 and mass_flow > 0.0:
            C, C_air = mass_flow * cp, air * CP_AIR
            UA, air_share = self.conductance(mass_flow, air)
            small, large = (C, C_air) if C < C_air else (C_air, C)
            # Beyond 300 transfer units the effectiveness is that of an endless exchanger to the last digits shown.
            heat = self._effectiveness(min(UA / small, 300.0), small / large) * small * (T_in - T_air)
            T_out = T_in - heat / C
            T_air_out = T_air + heat / C_air
            wall = T_air + air_share * (T_out - T_air)
        return DryCoolerState(
            heat, T_out, T_air_out, speed, 1.0, power, True, wall - self.T_freeze, T_air - self.T_freeze
        )

    def _unfrozen(self, state: DryCoolerState, T_air: float) -> DryCoolerState:
        if state.T_out <= self.T_freeze:
            raise FreezingError(
                f"the coolant of the dry cooler freezes: it leaves at {state.T_out - 273.15:.2f} degC, freezing "
                f"point {self.T_freeze - 273.15:.2f} degC, in air of {T_air - 273.15:.2f} degC"
            )
        return state

    def hold(
        self,
        T_set: float,
        T_in: float,
        mass_flow: float,
        T_air: float,
        heat_capacity: float | None = None,
    ) -> DryCoolerState:
        """Fan speed that holds a coolant outlet temperature.

        Parameters
        ----------
        T_set : float
            Outlet asked for [K].
        T_in, mass_flow, T_air, heat_capacity
            As in :meth:`steady`.

        Returns
        -------
        DryCoolerState
            At full speed, and ``held`` false, where even that leaves the coolant warmer than T_set; fans at rest
            where T_in is not above T_set (``held`` true) or the air not below T_in (``held`` false). Below the
            least speed the fans run for a share of the time, and the state is the mean over time.

        Raises
        ------
        FreezingError, InputError, StateError
            As :meth:`steady`; FreezingError also for T_set at or below the freezing point.
        """
        if T_set <= self.T_freeze:
            raise FreezingError(
                f"the dry cooler is asked to cool to {T_set - 273.15:.2f} degC, freezing point "
                f"{self.T_freeze - 273.15:.2f} degC"
            )
        idle = self.steady(T_in, mass_flow, T_air, 0.0, heat_capacity)
        if T_in <= T_set or mass_flow == 0.0:
            return idle
        if T_air >= T_in:
            return idle._replace(held=False)

        def at(speed: float) -> DryCoolerState:
            return self.at_speed(T_in, mass_flow, T_air, speed, heat_capacity)

        full = at(1.0)
        if full.T_out >= T_set:
            return full._replace(held=full.T_out <= T_set + 1e-9)
        slow = at(self.least_speed)
        if slow.T_out < T_set:
            # The colder outlet of a slow fan is mixed over time with the inlet of a fan at rest.
            share = (T_in - T_set) / (T_in - slow.T_out)
            return self._unfrozen(slow, T_air)._replace(
                heat_rate=share * slow.heat_rate,
                T_out=T_set,
                running_share=share,
                fan_power=share * slow.fan_power,
            )
        return at(brentq(lambda n: at(n).T_out - T_set, self.least_speed, 1.0, xtol=1e-14, rtol=1e-14))

    def freezing_warning(self, state: DryCoolerState) -> str | None:
        """Say what could freeze in a state, or None: ice on the tubes, or coolant that stands still."""
        if state.freezing_margin <= 0.0:
            return (
                f"the coldest tube wall is {-state.freezing_margin:.1f} K below the freezing point of the "
                "coolant: ice grows on it"
            )
        if state.standstill_margin <= 0.0:
            return (
                f"the air is {-state.standstill_margin:.1f} K below the freezing point of the coolant: drain the "
                "coil or keep the coolant moving when there is no heat"
            )
        return None
