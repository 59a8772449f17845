"""Fouling of a plate heat exchanger from a measurement of its flows and four temperatures."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import xarray as xr

from hashheat.components.duty_side import liquid_table
from hashheat.components.errors import NoSolutionError
from hashheat.components.exchanger_variant import with_fouling
from hashheat.components.plate_exchanger import SIDES, PlateHeatExchanger
from hashheat.components.reading import Reading, read
from hashheat.components.root_search import find_roots
from hashheat.thermo.errors import InputError, StateError
from hashheat.thermo.property_kernels import enthalpy

READINGS = ("hot_mass_flow", "cold_mass_flow", "hot_T_in", "hot_T_out", "cold_T_in", "cold_T_out")
_STATE = ("hot_mass_flow", "cold_mass_flow", "hot_T_in", "cold_T_in")

#: Standard deviation of a flow that stands alone, over the flow [-]; assumed (a heat meter in service).
FLOW_SIGMA = 0.01
#: Standard deviation of a temperature that stands alone [K]; assumed (a pair of resistance thermometers).
TEMPERATURE_SIGMA = 0.1

_TOLERANCE = 1e-8
#: Hot and cold heat agree within this many standard deviations of their difference.
_AGREE = 2.0


@dataclass(frozen=True)
class Fouling:
    """Fouling from a measurement, and how sure it is.

    Attributes
    ----------
    value : float
        Total resistance of both sides [m^2 K/W]; negative if the exchanger transfers more than the model of the
        clean one.
    sigma : float
        Standard deviation from the readings [m^2 K/W].
    model_sigma : float
        Standard deviation from the doubt about the film coefficients [m^2 K/W]. It shifts every measurement of
        the exchanger about alike: between two dates, judge the change by ``sigma`` alone.
    heat_rate : float
        Mean of both sides' heat, each weighed by the inverse of its variance [W].
    heat_sigma : float
        Of that mean [W].
    heat_hot, heat_cold : float
        Heat given off by the hot side and taken up by the cold side, from the readings [W].
    heat_imbalance : float
        (heat_hot - heat_cold) / heat_rate [-].
    imbalance_sigma : float
        Its standard deviation [-].
    balanced : bool
        Whether both heats agree within two standard deviations of their difference.
    U : float
        Overall coefficient with this fouling [W/(m^2 K)].
    contributions : mapping of str to float
        Part of ``sigma`` from each reading, squares adding up [m^2 K/W].
    note : str
        What a user should know; empty if nothing.
    rating : xarray.Dataset
        The exchanger with this fouling at the flows and inlet temperatures read.
    """

    value: float
    sigma: float
    model_sigma: float
    heat_rate: float
    heat_sigma: float
    heat_hot: float
    heat_cold: float
    heat_imbalance: float
    imbalance_sigma: float
    balanced: bool
    U: float
    contributions: Mapping[str, float]
    note: str
    rating: xr.Dataset

    def __repr__(self) -> str:
        """Fouling with its standard deviations, on one line."""
        return (
            f"<Fouling: {self.value:.3g} m2 K/W, sigma {self.sigma:.2g} by readings and {self.model_sigma:.2g} by "
            f"model, heat {self.heat_rate / 1e3:.4g} kW, balanced: {self.balanced}>"
        )


def fouling_from_measurement(
    exchanger: PlateHeatExchanger,
    measured: Mapping[str, float | tuple[float, float]],
    *,
    Nu_sigma: float | None = None,
    infinite_plates: bool = False,
) -> Fouling:
    """Find the fouling that explains a measurement, with its standard deviation.

    The heat is taken from the readings first, on both sides. Then the fouling is found that makes the model
    transfer their weighed mean at the flows and inlet temperatures read. Doubt is carried over linearly, each
    reading moved by itself (central differences of the model); readings are taken as independent.

    Parameters
    ----------
    exchanger : PlateHeatExchanger
        Its own fouling is left aside.
    measured : mapping
        ``hot_mass_flow``, ``cold_mass_flow`` [kg/s], ``hot_T_in``, ``hot_T_out``, ``cold_T_in``, ``cold_T_out``
        [K]: each a number or (number, standard deviation). A number alone has :data:`FLOW_SIGMA` or
        :data:`TEMPERATURE_SIGMA`, both assumed; give 0 for an exact one.
    Nu_sigma : float, optional
        Relative standard deviation of both film coefficients, common to both sides [-]. Left out, that of the
        plate file's ``Nu_factor``, or 0 where the exchanger has a ``nusselt_factor`` of its own.
    infinite_plates : bool
        Rate without end plates and ports.

    Returns
    -------
    Fouling

    Raises
    ------
    NoSolutionError
        No fouling explains the heat, not even a negative one.
    InputError
        Readings missing, unknown or unusable, or heat that flows from cold to hot.
    """
    readings = _take(measured)
    heats = _heats(exchanger, readings)
    slopes = _heat_slopes(exchanger, readings)
    sigmas = np.array([reading.sigma for reading in readings.values()])
    # Each side's heat hangs on three readings of its own: the two are independent.
    of_side = np.sqrt(((slopes * sigmas) ** 2).sum(axis=1))
    weight = _weights(of_side)
    heat = float(weight @ heats)
    _check_direction(readings, heats)
    state = {key: readings[key].value for key in _STATE}

    def transferred(
        fouling: float, moved: Mapping[str, float] | None = None, changed: PlateHeatExchanger = exchanger
    ) -> float:
        unit = with_fouling(changed, fouling)
        rating = unit.rate(
            **{**state, **(moved or {})}, tolerance=_TOLERANCE, infinite_plates=infinite_plates
        )
        return float(rating["heat_rate"])

    clean = with_fouling(exchanger, 0.0).rate(**state, infinite_plates=infinite_plates)
    value = _explain(transferred, heat, 1.0 / float(clean["U"]))
    step = 1e-3 / float(clean["U"])
    by_fouling = (transferred(value + step) - transferred(value - step)) / (2.0 * step)
    contributions = {}
    for i, (key, reading) in enumerate(readings.items()):
        by_model = 0.0
        if key in state and reading.sigma > 0.0:
            width = 0.5 * reading.sigma
            high = transferred(value, {key: reading.value + width})
            by_model = (high - transferred(value, {key: reading.value - width})) / (2.0 * width)
        # The heat of the model stays equal to that of the readings when a reading moves.
        contributions[key] = abs((float(weight @ slopes[:, i]) - by_model) / by_fouling) * reading.sigma
    doubt = _film_sigma(exchanger) if Nu_sigma is None else float(Nu_sigma)
    model_sigma = abs(_by_films(exchanger, transferred, value) / by_fouling) * doubt
    unit = with_fouling(exchanger, value)
    rating = unit.rate(**state, tolerance=_TOLERANCE, infinite_plates=infinite_plates)
    difference = float(heats[0] - heats[1])
    spread = math.hypot(*of_side)
    sigma = math.sqrt(sum(part**2 for part in contributions.values()))
    balanced = abs(difference) <= _AGREE * spread
    return Fouling(
        value=value,
        sigma=sigma,
        model_sigma=model_sigma,
        heat_rate=heat,
        heat_sigma=math.hypot(*(weight * of_side)),
        heat_hot=float(heats[0]),
        heat_cold=float(heats[1]),
        heat_imbalance=difference / heat,
        imbalance_sigma=spread / abs(heat),
        balanced=balanced,
        U=float(rating["U"]),
        contributions=contributions,
        note=_note(value, sigma, model_sigma, difference, spread, balanced),
        rating=rating,
    )


def _take(measured: Mapping[str, float | tuple[float, float]]) -> dict[str, Reading]:
    accepted = ", ".join(READINGS)
    for key in measured:
        if key not in READINGS:
            raise InputError("is no reading of an exchanger", key=str(key), accepted=accepted)
    missing = [key for key in READINGS if key not in measured]
    if missing:
        raise InputError(
            "readings are missing", key=", ".join(missing), found="nothing", accepted=f"all of {accepted}"
        )
    readings = {}
    for key in READINGS:
        given = measured[key]
        alone = TEMPERATURE_SIGMA
        if key.endswith("mass_flow"):
            alone = FLOW_SIGMA * read(key, given, 0.0).value
        readings[key] = read(key, given, alone)
        if key.endswith("mass_flow") and readings[key].value <= 0.0:
            raise InputError("must flow", key=key, found=readings[key].value, accepted="above 0 kg/s")
    return readings


def _heats(exchanger: PlateHeatExchanger, readings: Mapping[str, Reading]) -> np.ndarray:
    """Heat given off by the hot side and taken up by the cold side [W]."""
    found = np.empty(2)
    for side, name in enumerate(SIDES):
        fluid, pressure = exchanger.fluids[side], exchanger.pressures[side]
        T = {key: readings[key].value for key in (f"{name}_T_in", f"{name}_T_out")}
        for key, value in T.items():
            try:
                fluid.check_liquid(value, pressure, where=key)
            except StateError as error:
                raise InputError(str(error), key=key, found=f"{value - 273.15:.2f} degC") from None
        # A reading is moved a little for the slopes: the table reaches that far as well.
        table = liquid_table(fluid, pressure, *T.values(), max(T.values()) + 1e-3)
        ends = [enthalpy(table, value) for value in T.values()]
        found[side] = readings[f"{name}_mass_flow"].value * (ends[0] - ends[1])
    return found * np.array([1.0, -1.0])


def _heat_slopes(exchanger: PlateHeatExchanger, readings: Mapping[str, Reading]) -> np.ndarray:
    """Change of both heats with each reading, (2, 6) [W per unit of the reading]."""
    slopes = np.zeros((2, len(READINGS)))
    for i, key in enumerate(READINGS):
        reading = readings[key]
        # Nearly linear in each reading, so the width hardly matters; it must not leave the property table.
        width = 1e-3 * (reading.value if key.endswith("mass_flow") else 1.0)
        both = [
            _heats(exchanger, {**readings, key: Reading(reading.value + sign * width, 0.0)})
            for sign in (1.0, -1.0)
        ]
        slopes[:, i] = (both[0] - both[1]) / (2.0 * width)
    return slopes


def _weights(sigmas: np.ndarray) -> np.ndarray:
    if sigmas.min() == 0.0:
        exact = (sigmas == 0.0).astype(float)
        return exact / exact.sum()
    inverse = 1.0 / sigmas**2
    return inverse / inverse.sum()


def _check_direction(readings: Mapping[str, Reading], heats: np.ndarray) -> None:
    ahead = readings["hot_T_in"].value - readings["cold_T_in"].value
    if (heats * ahead).min() <= 0.0:
        raise InputError(
            "the readings say that heat flows from the colder to the warmer side, or not at all",
            key="hot_T_out, cold_T_out",
            found=f"hot side gives off {heats[0] / 1e3:.4g} kW, cold side takes up {heats[1] / 1e3:.4g} kW",
            accepted="outlet temperatures between both inlet temperatures",
        )


def _explain(transferred: Callable[[float], float], heat: float, clean: float) -> float:
    """Fouling that makes the model transfer this heat, given the resistance of the clean exchanger."""
    # Half the clean resistance below none leaves every place of a plate a positive resistance.
    grid = clean * np.array([-0.5, -0.25, 0.0, 0.1, 0.3, 1.0, 3.0, 10.0, 50.0])
    search = find_roots(transferred, heat, grid, precision=1e-11)
    if not search.roots:
        raise NoSolutionError(
            "no fouling explains the heat measured: check the readings, then the plates and their correlation",
            key="heat_rate",
            found=f"{heat / 1e3:.5g} kW",
            accepted=f"{search.least / 1e3:.5g} to {search.most / 1e3:.5g} kW with a fouling of "
            f"{grid[0]:.2g} to {grid[-1]:.2g} m2 K/W",
        )
    return search.roots[0]


def _film_sigma(exchanger: PlateHeatExchanger) -> float:
    """Relative standard deviation of the film coefficients, from the plate file."""
    if exchanger.nusselt_factor is not None:
        return 0.0
    factor = exchanger.plate.correlation.Nu_factor
    if factor.spread == "uniform":
        return (factor.upper - factor.lower) / math.sqrt(12.0) / factor.value
    return factor.sigma / factor.value


def _by_films(exchanger: PlateHeatExchanger, transferred: Callable[..., float], value: float) -> float:
    """Change of the heat with the logarithm of both film coefficients [W]."""
    factors = exchanger.nusselt_factor or (exchanger.plate.correlation.Nu_factor.nominal,) * 2
    step = 0.01
    both = [
        transferred(value, None, replace(exchanger, nusselt_factor=(factors[0] * f, factors[1] * f)))
        for f in (math.exp(step), math.exp(-step))
    ]
    return (both[0] - both[1]) / (2.0 * step)


def _note(
    value: float, sigma: float, model_sigma: float, difference: float, spread: float, balanced: bool
) -> str:
    notes = []
    if not balanced:
        how = f"{abs(difference) / spread:.1f} standard deviations" if spread else "and no doubt was stated"
        notes.append(
            f"the heat of the hot side is {difference / 1e3:+.4g} kW from that of the cold side ({how}): "
            "a reading is wrong or its doubt too small"
        )
    if value < 0.0:
        notes.append("cleaner than the model: recalibrate")
    both = math.hypot(sigma, model_sigma)
    if abs(value) <= 2.0 * both:
        notes.append(
            f"not told from a clean exchanger: 0 lies within two standard deviations ({2.0 * both:.1e} m2 K/W)"
        )
    return "; ".join(notes)
