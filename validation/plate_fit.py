"""Fit named numbers of a cold plate to a measured curve of thermal resistance over flow."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import xarray as xr
from scipy.optimize import least_squares

from hashheat.components.cold_plate import ColdPlate
from hashheat.components.errors import CalibrationError
from hashheat.thermo.errors import InputError

#: Step of the differences, relative: moves a resistance a hundred times more than the solver leaves open.
_STEP = 1e-3


class PlateFit(NamedTuple):
    """A cold plate calibrated to a curve. Calibrated, not validated: the curve made the numbers.

    Parameters
    ----------
    values : dict
        Fitted numbers in SI by their keys in the file, dots written as double underscores.
    state : dict
        What else the plate was solved with.
    resistance : DataArray
        Of the fitted plate at the flows of the curve [K/W].
    deviation : DataArray
        Fitted over measured, less 1 [-].
    """

    values: dict[str, float]
    state: dict[str, Any]
    resistance: xr.DataArray
    deviation: xr.DataArray

    @property
    def largest(self) -> float:
        """Largest deviation, without its sign [-]."""
        return float(np.abs(self.deviation).max())


def fit_resistance(
    plate: ColdPlate,
    measured: xr.DataArray,
    free: Mapping[str, tuple[float, float, float]],
    **state: Any,
) -> PlateFit:
    """Least squares of the relative deviations of ``thermal_resistance``.

    Parameters
    ----------
    plate : ColdPlate
    measured : DataArray
        Resistance [K/W] along ``volume_flow`` [m^3/s].
    free : mapping of str to (float, float, float)
        Numbers to fit, by their keys as for :meth:`ColdPlate.solve`: start, least and most, in SI.
    **state
        Everything else, as for :meth:`ColdPlate.solve`.

    Returns
    -------
    PlateFit

    Raises
    ------
    CalibrationError
        For as many free numbers as points or more, or a fit that does not settle.
    InputError
        For a start that is not above 0 and within its bounds, or a number both free and given.
    """
    names = list(free)
    if len(names) >= measured.size:
        raise CalibrationError(
            "too few points for the numbers to fit",
            key="free",
            found=len(names),
            accepted=f"< {measured.size}",
        )
    for name, (start, least, most) in free.items():
        if name in state:
            raise InputError("is both given and fitted", key=name, found=state[name])
        if not (0.0 < start < np.inf and least <= start <= most):
            raise InputError(
                "no fit can start there", key=name, found=start, accepted=f"above 0, {least:g} to {most:g}"
            )
    start, least, most = np.array(list(free.values()), dtype=float).T
    flows = xr.DataArray(
        measured["volume_flow"].values,
        dims="volume_flow",
        coords={"volume_flow": measured["volume_flow"].values},
    )

    def resistance(x: np.ndarray) -> xr.DataArray:
        own: dict[str, Any] = dict(zip(names, map(float, x * start)))
        return plate.solve(volume_flow=flows, **state, **own)["thermal_resistance"]

    def deviation(x: np.ndarray) -> np.ndarray:
        values: np.ndarray = resistance(x).values / measured.values - 1.0
        return values

    found = least_squares(
        deviation,
        np.ones(len(names)),
        bounds=(least / start, most / start),
        diff_step=_STEP,
        xtol=1e-6,
        ftol=1e-8,
    )
    if not found.success:
        raise CalibrationError("the fit did not settle", key=", ".join(names), found=found.message)
    fitted = resistance(found.x)
    return PlateFit(
        dict(zip(names, map(float, found.x * start))), dict(state), fitted, fitted / measured.values - 1.0
    )
