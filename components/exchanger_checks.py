"""What a plate heat exchanger refuses: how it is built, and the states it is asked for."""

import math
from typing import TYPE_CHECKING

import numpy as np

from hashheat.components.duty_checks import check_liquid_ends
from hashheat.components.duty_side import SIDES
from hashheat.components.errors import FrameCapacityError, PlateLimitError
from hashheat.thermo.errors import InputError, StateError
from hashheat.thermo.fluid import Fluid

if TYPE_CHECKING:
    from hashheat.components.plate_exchanger import PlateHeatExchanger

#: A temperature below this is more often meant in degrees Celsius [K].
_HARDLY_KELVIN = 200.0


def check_sides(exchanger: "PlateHeatExchanger") -> None:
    """Raise unless every field of both sides is a pair.

    Raises
    ------
    InputError
        Naming the field.
    """
    for name in ("passes", "fluids", "pressures", "fouling", "beta"):
        if not isinstance(getattr(exchanger, name), (tuple, list)) or len(getattr(exchanger, name)) != 2:
            raise InputError(
                "takes one value for each side",
                key=name,
                found=getattr(exchanger, name),
                accepted="(hot, cold)",
            )


def as_fluid(fluid: Fluid | str, side: str) -> Fluid:
    """Fluid of a side, which may be given by its name.

    Raises
    ------
    InputError
        For what is neither, or an unknown name.
    """
    if isinstance(fluid, Fluid):
        return fluid
    if not isinstance(fluid, str):
        raise InputError(
            "is no fluid",
            key=f"fluids, {side}",
            found=repr(fluid),
            accepted="a Fluid or a name, such as 'water'",
        )
    try:
        return Fluid.parse(fluid)
    except InputError as error:
        raise error.within(key=f"fluids, {side}") from None


def check_construction(exchanger: "PlateHeatExchanger") -> None:
    """Raise for an exchanger that cannot be built.

    Raises
    ------
    FrameCapacityError
        More or fewer plates than the frame is built for.
    PlateLimitError
        A pressure above what it bears.
    InputError
        Anything else.
    """
    limits = exchanger.plate.limits
    if isinstance(exchanger.plates, bool) or not isinstance(exchanger.plates, (int, np.integer)):
        raise InputError("must be a whole number", key="plates", found=repr(exchanger.plates))
    if not limits.min_plates <= exchanger.plates <= limits.max_plates:
        raise FrameCapacityError(
            f"the frame of {exchanger.plate.name} does not hold this many plates",
            key="plates",
            found=exchanger.plates,
            accepted=f"{limits.min_plates} to {limits.max_plates}",
        )
    for side, value in zip(SIDES, exchanger.fouling):
        if not (math.isfinite(value) and value >= 0.0):
            raise InputError("must not be negative", key=f"fouling, {side}", found=value)
    for side, pressure in zip(SIDES, exchanger.pressures):
        if not (math.isfinite(pressure) and pressure > 0.0):
            raise InputError("must be positive", key=f"pressure, {side}", found=pressure)
        if pressure > limits.max_pressure.nominal * (1.0 + 1e-9):
            raise PlateLimitError(
                f"the pressure is above what {exchanger.plate.name} bears",
                key=f"pressure, {side}",
                found=f"{pressure / 1e5:g} bar",
                accepted=f"at most {limits.max_pressure.nominal / 1e5:g} bar (absolute)",
            )
    if not 0.0 <= exchanger.second_share < 1.0 or (exchanger.second_share > 0.0) != (
        exchanger.second_angle is not None
    ):
        raise InputError(
            "a second kind of channel needs its angle and a share",
            key="second_share",
            found=f"share {exchanger.second_share}, angle {exchanger.second_angle}",
            accepted="a share above 0 and below 1 with an angle, or neither",
        )
    if exchanger.ports == "Z" and min(exchanger.passes) > 1:
        raise InputError(
            "with several passes on both sides inlet and outlet lie at opposite ends in any case",
            key="ports",
            found=f"Z with passes {exchanger.passes[0]} and {exchanger.passes[1]}",
            accepted='ports = "U", which is of effect only where a side has one pass',
        )
    angles = exchanger.plate.channel_angles()
    for angle in (exchanger.angle, exchanger.second_angle):
        if angle is not None and not any(math.isclose(angle, a, abs_tol=1e-6) for a in angles):
            raise InputError(
                f"{exchanger.plate.name} makes no channels of this chevron angle",
                key="angle",
                found=f"{angle} degrees",
                accepted=", ".join(f"{a:g}" for a in angles),
            )
    for name in ("nusselt_factor", "friction_factor"):
        for side, value in zip(SIDES, getattr(exchanger, name) or ()):
            if not 0.0 < value < math.inf:
                raise InputError("must be positive", key=f"{name}, {side}", found=value)
    if not all(-math.inf < value <= 2.0 for value in exchanger.beta):
        raise InputError(
            "is beyond what momentum allows", key="beta", found=exchanger.beta, accepted="at most 2"
        )
    kind, _ = exchanger.stack.kind, exchanger.laws  # what cannot be arranged or has no law is refused here
    if exchanger.second_angle is not None and kind.any() == kind.all():
        raise InputError(
            "the share leaves one kind of channel without any",
            key="second_share",
            found=f"{exchanger.second_share} of {exchanger.plates - 1} channels in {sum(exchanger.passes)} passes",
            accepted="a share that makes a whole channel of a pass",
        )


def check_state(
    exchanger: "PlateHeatExchanger",
    hot_flow: np.ndarray,
    cold_flow: np.ndarray,
    hot_T_in: np.ndarray,
    cold_T_in: np.ndarray,
) -> None:
    """Raise for flows and inlet temperatures that cannot be.

    Parameters
    ----------
    exchanger : PlateHeatExchanger
    hot_flow, cold_flow : (N,) arrays
        Mass flows, negative where reversed [kg/s].
    hot_T_in, cold_T_in : (N,) arrays
        [K].

    Raises
    ------
    InputError, PlateLimitError, FreezingError, BoilingError, StateError
        Naming side and value.
    """
    for key, flow in (("hot_mass_flow", hot_flow), ("cold_mass_flow", cold_flow)):
        if not np.isfinite(flow).all():
            raise InputError("is not a number", key=key, found=float(flow[~np.isfinite(flow)][0]))
    if np.any((hot_flow == 0.0) & (cold_flow == 0.0)):
        raise InputError(
            "both sides stand still: there is no steady state to find",
            key="hot_mass_flow, cold_mass_flow",
            found="0 and 0",
            accepted="a flow on one side at least",
        )
    limits = exchanger.plate.limits
    for side, T in enumerate((hot_T_in, cold_T_in)):
        for T_worst in dict.fromkeys((float(T.min()), float(T.max()))):
            _check_inlet(exchanger, side, T_worst)
        for T_worst, low in ((float(T.min()), True), (float(T.max()), False)):
            bound = (limits.T_min if low else limits.T_max).nominal
            if (T_worst < bound) if low else (T_worst > bound):
                raise PlateLimitError(
                    f"a temperature is beyond what {exchanger.plate.name} bears",
                    key=f"{SIDES[side]}_T_in",
                    found=f"{T_worst - 273.15:.2f} degC",
                    accepted=f"{limits.T_min.nominal - 273.15:.0f} to "
                    f"{limits.T_max.nominal - 273.15:.0f} degC",
                )


def _check_inlet(exchanger: "PlateHeatExchanger", side: int, T: float) -> None:
    """Raise unless a side is liquid where it enters; says what would be feasible."""
    key = f"{SIDES[side]}_T_in"
    if not np.isfinite(T):
        exchanger.fluids[side].check_liquid(T, exchanger.pressures[side], where=f"the {SIDES[side]} inlet")
    labels = {f"{SIDES[side]}_fluid": f"fluids[{side}]", f"{SIDES[side]}_pressure": f"pressures[{side}]"}
    try:
        check_liquid_ends(
            exchanger.fluids, exchanger.pressures, {key: T}, lambda name: labels.get(name, name)
        )
    except StateError:
        if T < _HARDLY_KELVIN:
            raise InputError(
                "so low a temperature is hardly meant: temperatures are in kelvin",
                key=key,
                found=f"{T:g} K",
                accepted=f"kelvin; {T:g} degC is {T + 273.15:g}",
            ) from None
        raise
