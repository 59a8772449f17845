"""An exchanger fitted to points: constants and their doubt, predictions, and the table of a plate file."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import xarray as xr

from hashheat.components.calibration_constants import FACTORS, present_constants
from hashheat.components.calibration_fit import CalibrationFit
from hashheat.components.plate_exchanger import PlateHeatExchanger, Value
from hashheat.components.variables import VARIABLES
from hashheat.components.vendor_points import Residual, VendorPoint, states_of
from hashheat.thermo.quantity import Quantity

#: Part of a standard deviation that doubt is carried over with [-].
_PART = 0.1
_PREDICTED = ("T_out", "heat_rate", "pressure_drop", "UA")


@dataclass(frozen=True)
class Calibration:
    """An exchanger fitted to points.

    Attributes
    ----------
    names : tuple of str
        The constants fitted; the order of the matrices.
    values, sigma : dict of str to float
        Fitted constants and their standard deviations [units of each].
    covariance, correlation : (k, k) arrays
        Of the constants [products of their units], [-].
    residuals : tuple of Residual
        Every reading against the fitted model.
    chi2 : float
        Sum of the squares of the residuals in sigma, and of those of the priors given [-].
    dof : int
        Independent numbers and priors given, less the constants.
    enlarged : float
        Factor on all standard deviations, because the points scatter more than theirs allow; 1 if not [-].
    identifiable : bool
        Whether the points alone know every combination of the constants better than next to nothing.
    singular_values : (k,) array
        See :func:`hashheat.components.calibration_identifiability.separate`.
    notes : tuple of str
        What is not separated, strongly correlated, at the end of its range, or scatters too much.
    exchanger : PlateHeatExchanger
        With the fitted constants.
    points : tuple of VendorPoint
    scatter : dict of str to float
        Relative standard deviations of ``Nu`` and ``f`` that predictions carry beside those of the constants [-].
    """

    names: tuple[str, ...]
    values: dict[str, float]
    sigma: dict[str, float]
    covariance: np.ndarray
    correlation: np.ndarray
    residuals: tuple[Residual, ...]
    chi2: float
    dof: int
    enlarged: float
    identifiable: bool
    singular_values: np.ndarray
    notes: tuple[str, ...]
    exchanger: PlateHeatExchanger
    points: tuple[VendorPoint, ...]
    scatter: dict[str, float]
    _fit: CalibrationFit = field(repr=False)
    _x: np.ndarray = field(repr=False)
    _covariance_x: np.ndarray = field(repr=False)

    def __repr__(self) -> str:
        """Constants with their standard deviations and how well they fit, on one line."""
        constants = ", ".join(f"{n} = {self.values[n]:.4g} +- {self.sigma[n]:.2g}" for n in self.names)
        return (
            f"<Calibration: {constants}; {len(self.points)} points, chi2 {self.chi2:.3g} of {self.dof}, "
            f"{len(self.notes)} notes>"
        )

    def predict(
        self, *, hot_mass_flow: Value, cold_mass_flow: Value, hot_T_in: Value, cold_T_in: Value
    ) -> xr.Dataset:
        """Rate other points, with standard deviations.

        The covariance of the constants is carried over linearly (central differences); the scatter of film
        coefficient and friction is added as independent of it.

        Parameters
        ----------
        hot_mass_flow, cold_mass_flow, hot_T_in, cold_T_in
            As of :meth:`hashheat.components.plate_exchanger.PlateHeatExchanger.rate`.

        Returns
        -------
        xarray.Dataset
            That of ``rate``, with ``T_out_sigma`` [K], ``heat_rate_sigma`` [W], ``pressure_drop_sigma`` [Pa] and
            ``UA_sigma`` [W/K].
        """
        state = {
            "hot_mass_flow": hot_mass_flow,
            "cold_mass_flow": cold_mass_flow,
            "hot_T_in": hot_T_in,
            "cold_T_in": cold_T_in,
        }
        rated = self._fit.rate(self._x, state)
        moved = self._deviations(state, _PREDICTED)
        for name in _PREDICTED:
            unit, meaning = VARIABLES[name]
            rated[f"{name}_sigma"] = (rated[name].dims, np.sqrt((moved[name] ** 2).sum(axis=0)))
            rated[f"{name}_sigma"].attrs.update(units=unit, long_name=f"standard deviation of {meaning}")
        rated.attrs["calibrated"] = self.provenance()
        return rated

    def _deviations(self, state: Mapping[str, Any], variables: Sequence[str]) -> dict[str, np.ndarray]:
        """Change of variables by one standard deviation of each independent source of doubt.

        The first k sources are the principal axes of the covariance of the constants, then come both scatters.
        """
        pairs = []
        values, vectors = np.linalg.eigh(self._covariance_x)
        for value, vector in zip(values, vectors.T):
            step = _PART * math.sqrt(max(float(value), 0.0)) * vector
            pairs.append((self._fit.rate(self._x + step, state), self._fit.rate(self._x - step, state)))
        for kind, factor in (("Nu", "nusselt_factor"), ("f", "friction_factor")):
            step = _PART * self.scatter[kind]
            up, down = (self._fit.rate(self._x, state, **{factor: 1.0 + s}) for s in (step, -step))
            pairs.append((up, down))
        return {
            name: np.stack([(high[name].values - low[name].values) / (2.0 * _PART) for high, low in pairs])
            for name in variables
        }

    def provenance(self) -> str:
        """Say in one sentence what was fitted to what."""
        statuses = [point.status for point in self.points]
        kinds = ", ".join(f"{statuses.count(status)} {status}" for status in dict.fromkeys(statuses))
        sources = "; ".join(dict.fromkeys(point.source for point in self.points if point.source))
        worst = max(abs(residual.in_sigma) for residual in self.residuals)
        return (
            f"{', '.join(self.names)} of {self.exchanger.law_name} fitted to points ({kinds}) of "
            f"{self.exchanger.plates} plates, {self.exchanger.plate.name}"
            + (f"; {sources}" if sources else "")
            + f"; chi2 {self.chi2:.3g} with {self.dof} degrees of freedom, worst reading off by {worst:.2g} sigma"
        )

    def table(self) -> dict[str, Any]:
        """Give the ``[correlation]`` table of a plate file with what was fitted.

        Both factors carry the doubt of film coefficient and friction at the points, as the constants give it, and
        the scatter; the constants themselves stand as plain numbers.

        Returns
        -------
        dict
            For :class:`hashheat.components.exchanger_plate.Law`, and :meth:`to_toml`.
        """
        unit = self.exchanger
        own, friction, constants = unit.plate.correlation, unit.friction_name, unit.law_constants
        table: dict[str, Any] = {"name": unit.law_name}
        if friction is not None:
            table["friction"] = friction
        state, present = states_of(self.points), present_constants(unit)
        rated, seen = self._fit.rate(self._x, state), ("htc", "channel_pressure_drop")
        moved = self._deviations(state, seen)
        for key, kind, name in zip(FACTORS, ("Nu", "f"), seen):
            by_constants = (moved[name][: len(self.names)] / rated[name].values) ** 2
            spread = math.sqrt(float(by_constants.sum(axis=0).max()) + self.scatter[kind] ** 2)
            table[key] = {
                "value": f"{present[key]:.6g} +/- {present[key] * spread:.3g}",
                "status": "calibrated",
                "source": self.provenance(),
                "note": f"the standard deviation holds a scatter of {self.scatter[kind]:g}, assumed",
            }
        table["port_loss"] = _as_in_a_file(own.port_loss)
        if constants:
            table["constants"] = {key: float(value) for key, value in constants.items()}
        return table

    def to_toml(self) -> str:
        """Text of :meth:`table`, to put in place of the ``[correlation]`` of a plate file."""
        lines = ["[correlation]"]
        inner = []
        for key, value in self.table().items():
            if isinstance(value, dict):
                inner += ["", f"[correlation.{key}]", *(f"{k} = {_toml(v)}" for k, v in value.items())]
            else:
                lines.append(f"{key} = {_toml(value)}")
        return "\n".join([*lines, *inner]) + "\n"


def _toml(value: Any) -> str:
    if isinstance(value, str):
        plain = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
        return f'"{plain}"'
    return repr(float(value))


def _as_in_a_file(quantity: Quantity) -> dict[str, Any]:
    """A plain number with its spread and provenance, as it stands in a file."""
    value: Any = float(quantity.value)
    if quantity.spread == "uniform":
        value = f"{quantity.lower:.6g} .. {quantity.upper:.6g}"
    elif quantity.spread == "normal":
        value = f"{quantity.value:.6g} +/- {quantity.sigma:.3g}"
    entries = {"value": value, "status": quantity.status, "source": quantity.source, "note": quantity.note}
    return {key: entry for key, entry in entries.items() if entry != ""}
