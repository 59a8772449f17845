"""The model of a calibration: an exchanger whose free constants are x, against its points."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from hashheat.components.calibration_constants import (
    FACTORS,
    present_constants,
    with_constants,
)
from hashheat.components.free_constant import Constant, values_of
from hashheat.components.plate_exchanger import PlateHeatExchanger
from hashheat.components.vendor_points import VendorPoint, residuals_of, states_of
from hashheat.components.weighted_fit import central_differences

_TOLERANCE = 1e-8
#: Half the step of the differences in x, over a constant's weak standard deviation [-].
_STEP = 1e-3


@dataclass(frozen=True)
class CalibrationFit:
    """The exchanger with x for its free constants."""

    exchanger: PlateHeatExchanger
    constants: tuple[Constant, ...]
    points: tuple[VendorPoint, ...]
    infinite_plates: bool

    def unit(self, x: np.ndarray, **factors: float) -> PlateHeatExchanger:
        """Exchanger with these constants; nusselt_factor and friction_factor multiply those it has."""
        values = values_of(self.constants, x)
        unit = with_constants(self.exchanger, values)
        for key, name in zip(FACTORS, ("nusselt_factor", "friction_factor")):
            if name in factors:
                now = present_constants(unit)[key]
                unit = with_constants(unit, {key: now * factors[name]})
        return unit

    def rate(self, x: np.ndarray, state: Mapping[str, Any], **factors: float) -> xr.Dataset:
        """Rating of it."""
        unit = self.unit(x, **factors)
        return unit.rate(**state, tolerance=_TOLERANCE, infinite_plates=self.infinite_plates)

    def readings(self, x: np.ndarray) -> np.ndarray:
        """Every reading's distance from the model, in its standard deviations."""
        rating = self.rate(x, states_of(self.points))
        return np.array([residual.in_sigma for residual in residuals_of(self.points, rating)])

    def sensitivity(self, x: np.ndarray) -> np.ndarray:
        """Change of the readings' distances with each x, by central differences."""
        steps = np.array([_STEP * constant.weak for constant in self.constants])
        return central_differences(self.readings, x, steps)
