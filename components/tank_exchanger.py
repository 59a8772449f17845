"""The exchanger between the oil of a tank and the water: a conductance in counterflow, or a stack of plates."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from hashheat.components.counterflow import counterflow_effectiveness, counterflow_units
from hashheat.components.errors import TankRangeError
from hashheat.components.exchanger_file import LIBRARY as EXCHANGERS
from hashheat.components.exchanger_file import ExchangerFile
from hashheat.components.exchanger_plate import LIBRARY as PLATES
from hashheat.components.exchanger_plate import PlateFile
from hashheat.components.exchanger_results import raise_status
from hashheat.components.plate_exchanger import PlateHeatExchanger
from hashheat.components.record import find_beside, load_record
from hashheat.components.tank_liquid import enthalpy_of, temperature_of
from hashheat.components.tank_water import WaterSide, water_side
from hashheat.solvers import plate_rating as pr
from hashheat.solvers import plate_stack as ps
from hashheat.thermo.errors import InputError
from hashheat.thermo.liquid import Liquid

if TYPE_CHECKING:
    from hashheat.components.tank_file import TankFile

#: Temperatures settle within this [K], and heats within this part.
_CLOSE_T, _CLOSE = 1e-11, 1e-11

#: Of the rating of plates, over the largest heat [-]: fine, so that what repeats around it can settle.
_RATING = 1e-9

_STEPS = 60


class ExchangerState(NamedTuple):
    """An exchanger in steady state.

    Attributes
    ----------
    T_hot, T_cold : float
        Oil at its inlet and outlet [K].
    water_T_out : float
        [K]
    oil_drop : float
        [Pa]
    UA : float
        Conductance in counterflow that would do the same [W/K].
    """

    T_hot: float
    T_cold: float
    water_T_out: float
    oil_drop: float
    UA: float


@dataclass(frozen=True, eq=False)
class TankExchanger:
    """The exchanger of a tank's file.

    Parameters
    ----------
    file : TankFile
        With an [exchanger] and a [water] table.
    values : mapping
        Numbers in SI by dotted key.
    liquid : Liquid
        The oil as the flow solver has it.
    """

    file: "TankFile"
    values: Mapping[str, float]
    liquid: Liquid

    @cached_property
    def water(self) -> WaterSide:
        """Water at its inlet."""
        return water_side(self.file, self.values)

    @cached_property
    def plates(self) -> PlateHeatExchanger | None:
        """Stack of plates; None for a plain conductance.

        Raises
        ------
        InputError
            What cannot be built, naming the file and the table.
        """
        given = self.file.exchanger
        assert given is not None
        if given.UA is not None:
            return None
        fluids = (self.file.oil, self.water.fluid)
        pressures = (max(self.values["fluid.pressure"], 101325.0), self.water.pressure)
        try:
            if given.file is not None:
                path = find_beside(given.file, self.file.path, EXCHANGERS, "exchanger")
                own = load_record(path, ExchangerFile).exchanger()
                return replace(own, fluids=fluids, pressures=pressures)
            assert given.plate is not None
            assert given.plates is not None
            plate = load_record(find_beside(given.plate, self.file.path, PLATES, "plate"), PlateFile)
            return PlateHeatExchanger(
                plate,
                given.plates,
                passes=(given.passes[0], given.passes[1]),
                fluids=fluids,
                pressures=pressures,
            )
        except InputError as error:
            key = f"exchanger.{error.key}" if error.key else "exchanger"
            raise type(error)(
                error.problem,
                file=error.file or self.file.file,
                key=key,
                found=error.found,
                accepted=error.accepted,
            ) from None

    def take(self, heat: float, mass_flow: float) -> ExchangerState:
        """Oil temperatures at which the exchanger takes a heat.

        Parameters
        ----------
        heat : float
            [W]
        mass_flow : float
            Of the oil [kg/s].

        Returns
        -------
        ExchangerState
            The heat of a stack of plates is that of its own property tables; what the oil loses is the same heat
            by the enthalpy of the flow solver, so that the balance of the tank closes.

        Raises
        ------
        TankRangeError
            If oil at the end of its data still gives less.
        """
        if self.plates is None:
            return self._take_plain(heat, mass_flow)
        T_w = self.water.T_in
        if heat == 0.0:
            return ExchangerState(T_w, T_w, T_w, self._rate(T_w, mass_flow)[1], math.nan)
        T = T_w + 10.0
        before: tuple[float, float] | None = None
        for _ in range(_STEPS):
            found, drop = self._rate(T, mass_flow)
            if abs(found - heat) <= _CLOSE * abs(heat):
                break
            # Heat is nearly proportional to the difference of the inlets; a secant on it takes up the rest.
            step = (heat - found) * (T - T_w) / found if found != 0.0 else 10.0
            if before is not None and before[1] != found:
                step = (heat - found) * (T - before[0]) / (found - before[1])
            before = (T, found)
            T_next = T + step
            if T_next > self.liquid.T_max:
                if T >= self.liquid.T_max:
                    self._refuse(heat, found)
                T_next = self.liquid.T_max
            if abs(T_next - T) <= _CLOSE_T:
                break
            T = T_next
        T_cold = temperature_of(self.liquid, enthalpy_of(self.liquid, T) - heat / mass_flow)
        return ExchangerState(T, T_cold, self.water.T_out(heat), drop, self._equivalent(heat, T, T_cold))

    def give(self, T_hot: float, mass_flow: float) -> float:
        """Heat that oil of a temperature gives to the water.

        Parameters
        ----------
        T_hot : float
            Of the oil at its inlet [K].
        mass_flow : float
            Of the oil [kg/s], above 0.

        Returns
        -------
        float
            [W]

        Raises
        ------
        StateError
            Where the water would leave its liquid range.
        """
        if self.plates is not None:
            return self._rate(T_hot, mass_flow)[0]
        guess = mass_flow * 2000.0 * (T_hot - self.water.T_in)
        for _ in range(_STEPS):
            state = self._take_plain(guess, mass_flow)
            rise = state.T_hot - self.water.T_in
            better = guess * (T_hot - self.water.T_in) / rise if rise != 0.0 else 0.0
            if abs(better - guess) <= _CLOSE * abs(guess):
                break
            guess = better
        return guess

    def oil_drop(self, volume_flow: float, T_hot: float | None) -> float:
        """Pressure drop of the oil.

        Parameters
        ----------
        volume_flow : float
            [m^3/s]
        T_hot : float or None
            Of the oil at its inlet [K].

        Returns
        -------
        float
            [Pa]; 0 for plates where the inlet temperature is not known.
        """
        if self.plates is None:
            at = self.values.get("exchanger.oil_flow")
            return 0.0 if at is None else self.values["exchanger.oil_pressure_drop"] * (volume_flow / at) ** 2
        return 0.0 if T_hot is None else self._rate(T_hot, self.liquid.density * volume_flow)[1]

    def _take_plain(self, heat: float, mass_flow: float) -> ExchangerState:
        UA = self.values["exchanger.UA"] * self.values["exchanger.conductance_factor"]
        water, T_w = self.water, self.water.T_in
        C_water = water.capacity(heat)
        T_hot, T_cold = T_w + 20.0, T_w + 10.0
        for _ in range(_STEPS):
            C_oil = mass_flow * _mean_capacity(self.liquid, T_hot, T_cold)
            least, most = min(C_oil, C_water), max(C_oil, C_water)
            better = T_w + heat / (counterflow_effectiveness(UA / least, least / most) * least)
            if better > self.liquid.T_max:
                self._refuse(heat, math.nan)
            change = better - T_hot
            T_hot = better
            T_cold = temperature_of(self.liquid, enthalpy_of(self.liquid, T_hot) - heat / mass_flow)
            if abs(change) <= _CLOSE_T:
                break
        drop = self.oil_drop(mass_flow / self.liquid.density, T_hot)
        return ExchangerState(T_hot, T_cold, water.T_out(heat), drop, UA)

    def _rate(self, T_hot: float, mass_flow: float) -> tuple[float, float]:
        """Heat [W] and pressure drop of the oil [Pa] of the plates."""
        assert self.plates is not None
        water = self.water
        exchanger = self.plates.reaching(min(T_hot, water.T_in), max(T_hot, water.T_in))
        columns = [np.array([x]) for x in (mass_flow, water.mass_flow, T_hot, water.T_in)]
        rows = exchanger.cases(*columns)
        rows[:, ps.AREA_FACTOR] = self.values["exchanger.conductance_factor"]
        out, status = exchanger.rate_rows(rows, tolerance=_RATING)
        raise_status(exchanger, status, columns)
        return -float(out[0, pr.HEAT_0]), float(out[0, pr.CHANNEL_DROP_0] + out[0, pr.PORT_DROP_0])

    def _equivalent(self, heat: float, T_hot: float, T_cold: float) -> float:
        C_water = self.water.capacity(heat)
        C_oil = heat / (T_hot - T_cold)
        least, most = min(C_oil, C_water), max(C_oil, C_water)
        effectiveness = heat / (least * (T_hot - self.water.T_in))
        return counterflow_units(effectiveness, least / most) * least

    def _refuse(self, heat: float, found: float) -> None:
        raise TankRangeError(
            "the exchanger cannot take the heat from oil within its data",
            file=self.file.file,
            key="exchanger",
            found=f"{heat / 1e3:.4g} kW asked" + (f", {found / 1e3:.4g} kW found" if found == found else ""),
            accepted=f"oil up to {self.liquid.T_max - 273.15:.1f} degC: a larger exchanger, or more flow of oil "
            "or water",
        )


def _mean_capacity(liquid: Liquid, T_hot: float, T_cold: float) -> float:
    """Mean specific heat capacity between two temperatures [J/(kg K)]."""
    if abs(T_hot - T_cold) < 1e-6:
        T_cold = T_hot - 1e-3
    return (enthalpy_of(liquid, T_hot) - enthalpy_of(liquid, T_cold)) / (T_hot - T_cold)
