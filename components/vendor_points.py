"""Operating points of an exchanger that a maker or a test gives, and how far a model is from them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, NamedTuple

import numpy as np
import xarray as xr

from hashheat.components.reading import Reading, read
from hashheat.thermo.errors import InputError

STATE = ("hot_mass_flow", "cold_mass_flow", "hot_T_in", "cold_T_in")
THERMAL = ("hot_T_out", "cold_T_out", "heat_rate")
DROPS = ("hot_pressure_drop", "cold_pressure_drop")

#: Relative standard deviation of a heat, and of the temperature change of a side, that stands alone [-]; assumed.
HEAT_SIGMA = 0.015
#: And at least this much for an outlet temperature, as most are printed to 0.1 K [K]; assumed.
LEAST_TEMPERATURE_SIGMA = 0.03
#: Relative standard deviation of a pressure drop that stands alone [-]; assumed.
DROP_SIGMA = 0.05

_POINT_STATUS = ("datasheet", "measured", "literature", "assumed")


@dataclass(frozen=True)
class VendorPoint:
    """One operating point with what it was found to do.

    Parameters
    ----------
    hot_mass_flow, cold_mass_flow : float
        Positive [kg/s].
    hot_T_in, cold_T_in : float
        [K].
    hot_T_out, cold_T_out : float or (float, float), optional
        Outlet temperature and its standard deviation [K]. Alone, it has :data:`HEAT_SIGMA` of the side's
        temperature change, at least :data:`LEAST_TEMPERATURE_SIGMA`.
    heat_rate : float or (float, float), optional
        And standard deviation [W]; alone :data:`HEAT_SIGMA`.
    hot_pressure_drop, cold_pressure_drop : float or (float, float), optional
        With the ports [Pa]; alone :data:`DROP_SIGMA`.
    status : str
        ``"datasheet"`` or ``"assumed"``: computed. Outlet temperatures and heat then tell one number in several
        ways, and weigh as one: n of them have sqrt(n) times their standard deviation. ``"measured"`` or
        ``"literature"``: each is a reading of its own.
    source, name : str
        Where it stands; how to call it.
    """

    hot_mass_flow: float
    cold_mass_flow: float
    hot_T_in: float
    cold_T_in: float
    hot_T_out: float | tuple[float, float] | None = None
    cold_T_out: float | tuple[float, float] | None = None
    heat_rate: float | tuple[float, float] | None = None
    hot_pressure_drop: float | tuple[float, float] | None = None
    cold_pressure_drop: float | tuple[float, float] | None = None
    status: str = "datasheet"
    source: str = ""
    name: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        if self.status not in _POINT_STATUS:
            raise InputError(
                "is no status of a point",
                key="status",
                found=self.status,
                accepted=", ".join(_POINT_STATUS),
            )
        for key in STATE:
            given = getattr(self, key)
            if isinstance(given, (tuple, list)) or read(key, given, 0.0).value <= 0.0:
                raise InputError(
                    "must be one positive number",
                    key=key,
                    found=repr(given),
                    accepted="kg/s or kelvin, above 0",
                )
        if not self.readings():
            raise InputError(
                "nothing was found at this point",
                key=self.name or "point",
                accepted=f"one at least of {', '.join((*THERMAL, *DROPS))}",
            )

    def readings(self) -> dict[str, Reading]:
        """What was found, each with its standard deviation as it counts [SI].

        Returns
        -------
        dict of str to Reading
            By name, those that are given.
        """
        found = {}
        for key in (*THERMAL, *DROPS):
            given = getattr(self, key)
            if given is None:
                continue
            value = read(key, given, 0.0).value
            found[key] = read(key, given, self._sigma_alone(key, value))
            if found[key].sigma <= 0.0:
                raise InputError(
                    "needs a standard deviation above 0 to be weighed",
                    key=key,
                    found=repr(given),
                    accepted="(value, standard deviation)",
                )
        thermal = [key for key in found if key in THERMAL]
        if self._is_computed:
            for key in thermal:
                found[key] = Reading(found[key].value, found[key].sigma * len(thermal) ** 0.5)
        return found

    @property
    def _is_computed(self) -> bool:
        return self.status in ("datasheet", "assumed")

    def _sigma_alone(self, key: str, value: float) -> float:
        if key in DROPS:
            return DROP_SIGMA * abs(value)
        if key == "heat_rate":
            return HEAT_SIGMA * abs(value)
        T_in = self.hot_T_in if key == "hot_T_out" else self.cold_T_in
        return max(HEAT_SIGMA * abs(value - T_in), LEAST_TEMPERATURE_SIGMA)

    @property
    def independent(self) -> int:
        """Numbers that this point gives independently of each other."""
        keys = self.readings()
        thermal = sum(key in THERMAL for key in keys)
        if self._is_computed:
            thermal = min(thermal, 1)
        return thermal + sum(key in DROPS for key in keys)


def take_points(points: Iterable[VendorPoint | Mapping[str, Any]]) -> tuple[VendorPoint, ...]:
    """Points from points or mappings of their fields.

    Raises
    ------
    InputError
        For a point that cannot be used, with its number; or if there is none.
    """
    known = [f.name for f in fields(VendorPoint)]
    taken = []
    for i, point in enumerate(points):
        try:
            if isinstance(point, VendorPoint):
                taken.append(point)
                continue
            for key in point:
                if key not in known:
                    raise InputError(
                        "is no field of a point", key=key, found=point[key], accepted=", ".join(known)
                    )
            missing = [key for key in STATE if key not in point]
            if missing:
                raise InputError("is missing", key=", ".join(missing), accepted=", ".join(STATE))
            taken.append(VendorPoint(**point))
        except InputError as error:
            raise error.within(file=f"point {i + 1}") from None
    if not taken:
        raise InputError("no point to calibrate to", key="points", accepted="one at least")
    return tuple(taken)


class Residual(NamedTuple):
    """How far a model is from one reading.

    Attributes
    ----------
    point : int
        From 0.
    quantity : str
    measured, model : float
        [SI].
    sigma : float
        Standard deviation of the reading as it counts [SI].
    in_sigma : float
        (model - measured) / sigma [-].
    deviation : float
        model - measured for a temperature [K]; relative to the reading for the others [%].
    """

    point: int
    quantity: str
    measured: float
    model: float
    sigma: float
    in_sigma: float
    deviation: float


def states_of(points: tuple[VendorPoint, ...]) -> dict[str, np.ndarray]:
    """Flows and inlet temperatures of all points, as arguments of a rating."""
    return {key: np.array([getattr(point, key) for point in points], dtype=float) for key in STATE}


def residuals_of(points: tuple[VendorPoint, ...], rating: xr.Dataset) -> list[Residual]:
    """Compare points with their rating.

    Parameters
    ----------
    points : tuple of VendorPoint
    rating : xarray.Dataset
        Of :func:`states_of` the same points, dimension ``case``.

    Returns
    -------
    list of Residual
        Point by point.
    """
    T_out, drops = rating["T_out"].values, rating["pressure_drop"].values
    model = {
        "hot_T_out": T_out[:, 0],
        "cold_T_out": T_out[:, 1],
        "heat_rate": rating["heat_rate"].values,
        "hot_pressure_drop": drops[:, 0],
        "cold_pressure_drop": drops[:, 1],
    }
    found = []
    for i, point in enumerate(points):
        for key, (value, sigma) in point.readings().items():
            own = float(model[key][i])
            off = own - value
            deviation = off if key.endswith("T_out") else 100.0 * off / value if value else float("inf")
            found.append(Residual(i, key, value, own, sigma, off / sigma, deviation))
    return found
