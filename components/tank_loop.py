"""What stands outside the tank: pump, pipes and exchanger, and the state at which they all agree."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.optimize import brentq

from hashheat.components.errors import TankError, TankRangeError
from hashheat.components.pump import PumpCurve
from hashheat.components.tank_exchanger import ExchangerState, TankExchanger
from hashheat.components.tank_liquid import enthalpy_of, temperature_of
from hashheat.thermo.liquid import Liquid
from hashheat.thermo.quantity import Quantity

if TYPE_CHECKING:
    from hashheat.components.tank_file import TankFile

#: The tank's own resistance grows with about this power of the flow, between a porous medium and a jet; only a
#: step towards the operating point, which the repetition of the flow solve removes.
_TANK_POWER = 1.5


class LoopState(NamedTuple):
    """What pump, pipes and exchanger do at one state of the tank.

    Attributes
    ----------
    volume_flow : float
        [m^3/s]
    T_in : float
        Oil that enters the tank [K].
    T_out : float
        Oil that leaves the tank [K].
    heat : float
        From the oil to the water [W]; where no exchanger is, what the oil carries away.
    pump_heat : float
        Hydraulic power [W].
    pipe_drop, exchanger_drop, tank_drop : float
        [Pa]
    water_T_out : float
        [K]; NaN without water.
    """

    volume_flow: float
    T_in: float
    T_out: float
    heat: float
    pump_heat: float
    pipe_drop: float
    exchanger_drop: float
    tank_drop: float
    water_T_out: float

    @property
    def system_drop(self) -> float:
        """Tank, exchanger and pipes [Pa]."""
        return self.tank_drop + self.exchanger_drop + self.pipe_drop


@dataclass(frozen=True, eq=False)
class OilLoop:
    """Pump, pipes and exchanger of a tank.

    Parameters
    ----------
    file : TankFile
        With a [circulation].
    values : mapping
        Numbers in SI by dotted key.
    liquid : Liquid
        The oil as the flow solver has it.
    """

    file: "TankFile"
    values: Mapping[str, float]
    liquid: Liquid

    @cached_property
    def exchanger(self) -> TankExchanger | None:
        """Towards the water; None where the file gives the oil's inlet temperature."""
        if self.file.exchanger is None:
            return None
        return TankExchanger(self.file, self.values, self.liquid)

    @cached_property
    def pump(self) -> PumpCurve | None:
        """The pump's curve; None for a fixed flow."""
        circulation = self.file.circulation
        assert circulation is not None
        if circulation.pump_curve is None:
            return None
        points = [
            (Quantity.parse(V, "m^3/s").nominal, Quantity.parse(head, "Pa").nominal)
            for V, head in circulation.pump_curve
        ]
        return PumpCurve.through(points)

    def first_flow(self) -> float:
        """Flow to begin with: the fixed one, or that of the pump against pipes and exchanger alone.

        Returns
        -------
        float
            [m^3/s]
        """
        fixed = self.values.get("circulation.volume_flow")
        if fixed is not None:
            return fixed
        return self.operating_flow(0.0, 0.0, None)

    def operating_flow(self, tank_drop: float, volume_flow: float, T_hot: float | None) -> float:
        """Flow at which the pump gives what tank, pipes and exchanger take.

        Parameters
        ----------
        tank_drop : float
            Of the tank at ``volume_flow`` [Pa].
        volume_flow : float
            [m^3/s]
        T_hot : float or None
            Oil at the exchanger [K]; None for a first guess without the exchanger's plates.

        Returns
        -------
        float
            [m^3/s]

        Raises
        ------
        TankError
            If the system takes more flow than the curve of the pump gives, or there is none at all.
        """
        fixed = self.values.get("circulation.volume_flow")
        if fixed is not None:
            return fixed
        pump = self.pump
        assert pump is not None

        def excess(V: float) -> float:
            tank = tank_drop * (V / volume_flow) ** _TANK_POWER if volume_flow > 0.0 else 0.0
            return float(pump.head(np.asarray(V))) - tank - self.pipe_drop(V) - self.exchanger_drop(V, T_hot)

        least = 1e-6 * pump.largest_flow
        if excess(pump.largest_flow) > 0.0:
            raise TankError(
                "the system takes more flow than the pump gives",
                file=self.file.file,
                key="circulation.pump_curve",
                found=f"{excess(pump.largest_flow) / 1e3:.4g} kPa left at the end of the curve, "
                f"{pump.largest_flow * 6e4:.4g} L/min",
                accepted="a longer curve, or a larger pressure drop",
            )
        if excess(least) <= 0.0:
            raise TankError(
                "the pump cannot move the oil at all",
                file=self.file.file,
                key="circulation.pump_curve",
                accepted="a larger head at small flow",
            )
        return float(brentq(excess, least, pump.largest_flow, xtol=1e-14, rtol=1e-13))

    def pipe_drop(self, volume_flow: float) -> float:
        """Pressure drop of the pipes.

        Parameters
        ----------
        volume_flow : float
            [m^3/s]

        Returns
        -------
        float
            [Pa], with the square of the flow from what the file gives.
        """
        at = self.values.get("circulation.loop_flow")
        return 0.0 if at is None else self.values["circulation.loop_pressure_drop"] * (volume_flow / at) ** 2

    def exchanger_drop(self, volume_flow: float, T_hot: float | None) -> float:
        """Pressure drop of the oil in the exchanger.

        Parameters
        ----------
        volume_flow : float
            [m^3/s]
        T_hot : float or None
            Of the oil at its inlet [K].

        Returns
        -------
        float
            [Pa]; 0 without an exchanger.
        """
        return 0.0 if self.exchanger is None else self.exchanger.oil_drop(volume_flow, T_hot)

    def answer(self, heat: float, volume_flow: float, tank_drop: float) -> LoopState:
        """What the loop does with the heat that the tank gives to its oil.

        Parameters
        ----------
        heat : float
            Enthalpy of the oil that leaves less that of the oil that enters [W].
        volume_flow : float
            [m^3/s]
        tank_drop : float
            Of the tank at this flow [Pa].

        Returns
        -------
        LoopState
            The pump stands between tank and exchanger, and its hydraulic power warms the oil there.

        Raises
        ------
        TankRangeError
            If the exchanger takes that heat from oil beyond its data only.
        """
        mass_flow = self.liquid.density * volume_flow
        pipes = self.pipe_drop(volume_flow)
        given = self.values.get("circulation.T_in")
        if given is not None:
            pump_heat = volume_flow * (tank_drop + pipes)
            T_out = temperature_of(self.liquid, enthalpy_of(self.liquid, given) + heat / mass_flow)
            return LoopState(
                volume_flow,
                given,
                T_out,
                heat + pump_heat,
                pump_heat,
                pipes,
                0.0,
                tank_drop,
                math.nan,
            )
        assert self.exchanger is not None
        pump_heat = volume_flow * (tank_drop + pipes)
        found: ExchangerState | None = None
        for _ in range(20):
            found = self.exchanger.take(heat + pump_heat, mass_flow)
            total = volume_flow * (tank_drop + pipes + found.oil_drop)
            if abs(total - pump_heat) <= 1e-12 * (abs(heat) + total):
                break
            pump_heat = total
        assert found is not None
        h_hot = enthalpy_of(self.liquid, found.T_hot)
        T_out = temperature_of(self.liquid, h_hot - pump_heat / mass_flow)
        T_in = temperature_of(self.liquid, h_hot - (heat + pump_heat) / mass_flow)
        if T_in < self.liquid.T_min or found.T_hot > self.liquid.T_max:
            raise TankRangeError(
                "the loop would need oil beyond its data",
                file=self.file.file,
                key="exchanger, circulation",
                found=f"{T_in - 273.15:.2f} to {found.T_hot - 273.15:.2f} degC",
                accepted=f"{self.liquid.T_min - 273.15:.2f} to {self.liquid.T_max - 273.15:.2f} degC: more flow, "
                "or a larger exchanger",
            )
        return LoopState(
            volume_flow,
            T_in,
            T_out,
            heat + pump_heat,
            pump_heat,
            pipes,
            found.oil_drop,
            tank_drop,
            found.water_T_out,
        )
