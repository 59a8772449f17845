"""Fit the free constants of an exchanger's correlation to a few points of a maker or a test."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from hashheat.components.calibration_constants import free_constants
from hashheat.components.calibration_fit import CalibrationFit
from hashheat.components.calibration_result import Calibration
from hashheat.components.duty_side import Side, liquid_table
from hashheat.components.errors import CalibrationError
from hashheat.components.free_constant import values_of
from hashheat.components.plate_exchanger import PlateHeatExchanger
from hashheat.components.vendor_points import VendorPoint, residuals_of, states_of, take_points
from hashheat.components.weighted_fit import assess, fit_constants
from hashheat.thermo.errors import InputError, StateError
from hashheat.thermo.units import show

__all__ = ["MODEL_SCATTER", "Calibration", "VendorPoint", "calibrate"]

#: Scatter of a fitted correlation about the truth away from its points, common to both sides: relative standard
#: deviation of film coefficient and friction [-]; assumed.
MODEL_SCATTER = {"Nu": 0.03, "f": 0.05}

#: A reading is impossible where it is so by more than this many of its standard deviations.
_CERTAIN = 2.0


def calibrate(
    exchanger: PlateHeatExchanger,
    points: Iterable[VendorPoint | Mapping[str, Any]],
    *,
    free: Sequence[str] = ("lead", "f_factor"),
    priors: Mapping[str, tuple[float, float]] | None = None,
    model_scatter: Mapping[str, float] | None = None,
    infinite_plates: bool = False,
) -> Calibration:
    """Fit free constants of the correlation so that the exchanger does what a few points say.

    Least squares of the readings' distances in their standard deviations. Positive constants are fitted by their
    logarithm. Each constant has a weak prior about its present value (a factor e, for exponents less), so that
    what the points do not separate stays near what the correlation says; it weighs next to nothing against a
    reading.

    Parameters
    ----------
    exchanger : PlateHeatExchanger
        As the points were found: plates, passes, fluids, fouling.
    points : iterable of VendorPoint, or mappings of its fields
        1 or more, usually 2 to 5. Fields: ``hot_mass_flow``, ``cold_mass_flow`` [kg/s], ``hot_T_in``,
        ``cold_T_in`` [K]; and what was found, each a number or (number, standard deviation): ``hot_T_out``,
        ``cold_T_out`` [K], ``heat_rate`` [W], ``hot_pressure_drop``, ``cold_pressure_drop`` [Pa]; ``status``
        (``"datasheet"``, ``"measured"``, ``"literature"`` or ``"assumed"``), ``source``, ``name``.
    free : sequence of str
        Constants to fit: those of the correlation (:func:`hashheat.components.chevron_correlations.chevron_law`;
        Martin's a, b, c, lead, exponent; a power law's C, m, n, a, b), and for all ``Nu_factor`` and ``f_factor``,
        which multiply film coefficient and friction of both sides. Heat alone fixes one thermal constant for each
        flow given, pressure drops likewise.
    priors : mapping of str to (float, float), optional
        Value and standard deviation of constants that are known beforehand; each counts as a number given.
    model_scatter : mapping, optional
        ``Nu`` and ``f``, in place of those in :data:`MODEL_SCATTER`.
    infinite_plates : bool
        Rate without end plates and ports.

    Returns
    -------
    Calibration

    Raises
    ------
    CalibrationError
        Fewer independent numbers and priors than free constants, or a constant that is none.
    InputError
        For a point that cannot be used, or that no exchanger of any size could do.
    """
    taken = take_points(points)
    for i, point in enumerate(taken):
        _check_possible(exchanger, point, i)
    constants = free_constants(exchanger, free, priors)
    given = sum(point.independent for point in taken)
    known = sum(constant.given for constant in constants)
    if given + known < len(constants):
        raise CalibrationError(
            "the points give fewer independent numbers than there are free constants",
            key="free",
            found=f"{', '.join(free)}: {len(constants)} constants, {given} numbers"
            + (f" and {known} priors" if known else ""),
            accepted="fewer constants, more points or readings, or priors. The outlet temperatures and the heat "
            "of one computed point are one number",
        )
    fit = CalibrationFit(exchanger, constants, taken, infinite_plates)
    x = fit_constants(constants, fit.readings, fit.sensitivity)
    return _summary(fit, x, given, {**MODEL_SCATTER, **(model_scatter or {})})


def _check_possible(exchanger: PlateHeatExchanger, point: VendorPoint, i: int) -> None:
    """Raise where a point has more heat than flows and inlets allow, its doubt left aside."""
    T_in, flows = (point.hot_T_in, point.cold_T_in), (point.hot_mass_flow, point.cold_mass_flow)
    low, high = min(T_in), max(T_in)
    readings = point.readings()
    sides: list[Side] = []
    for fluid, p, T in zip(exchanger.fluids, exchanger.pressures, T_in):
        fluid.check_liquid(T, p, f"an inlet of point {i + 1}")
        try:
            sides.append(Side(len(sides), liquid_table(fluid, p, low, high)))
        except StateError:  # one side is not liquid at the inlet of the other; its table's end is carried on
            sides.append(Side(len(sides), liquid_table(fluid, p, T)))
    largest = min(m * abs(s.enthalpy(high) - s.enthalpy(low)) for m, s in zip(flows, sides))
    name = f"point {i + 1}" + (f" ({point.name})" if point.name else "")
    if "heat_rate" in readings:
        heat = readings["heat_rate"]
        if heat.value - _CERTAIN * heat.sigma > largest:
            raise InputError(
                f"{name} has more heat than its flows and inlet temperatures allow",
                key="heat_rate",
                found=show(heat.value, "W"),
                accepted=f"below {show(largest, 'W')}, which an exchanger without end would do",
            )
    for key in ("hot_T_out", "cold_T_out"):
        if key in readings:
            T, sigma = readings[key].value, _CERTAIN * readings[key].sigma
            if T + sigma < low or T - sigma > high:
                raise InputError(
                    f"{name} has an outlet beyond both its inlet temperatures",
                    key=key,
                    found=show(T, "K"),
                    accepted=f"between {show(low, 'K')} and {show(high, 'K')}",
                )


def _summary(fit: CalibrationFit, x: np.ndarray, given: int, scatter: dict[str, float]) -> Calibration:
    constants = fit.constants
    residuals = residuals_of(fit.points, fit.rate(x, states_of(fit.points)))
    quality = assess(constants, x, np.array([r.in_sigma for r in residuals]), fit.sensitivity(x), given)
    spread = np.sqrt(np.diag(quality.covariance))
    slopes = np.array([constant.slope(float(at)) for at, constant in zip(x, constants)])
    names = tuple(constant.name for constant in constants)
    return Calibration(
        names=names,
        values=values_of(constants, x),
        sigma={name: float(s) for name, s in zip(names, slopes * spread)},
        covariance=quality.covariance * np.outer(slopes, slopes),
        correlation=quality.correlation,
        residuals=tuple(residuals),
        chi2=quality.chi2,
        dof=quality.dof,
        enlarged=quality.enlarged,
        identifiable=quality.identifiable,
        singular_values=quality.singular_values,
        notes=quality.notes,
        exchanger=fit.unit(x),
        points=fit.points,
        scatter=scatter,
        _fit=fit,
        _x=x,
        _covariance_x=quality.covariance,
    )
