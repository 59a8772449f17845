"""Fits of a cold plate to a curve: known numbers are found again, and what cannot be fitted is refused."""

import numba
import numpy as np
import pytest
import xarray as xr

from hashheat.components.cold_plate import ColdPlate
from hashheat.components.errors import CalibrationError
from hashheat.thermo.errors import InputError
from hashheat.validation.plate_fit import fit_resistance

pytestmark = pytest.mark.skipif(numba.config.DISABLE_JIT, reason="minutes without the compiler")

FLOWS = np.array([0.6, 1.0, 2.4]) / 60e3
STATE = {"power__leakage_share": 0.0, "losses__top": 0.0, "losses__bottom": 0.0, "losses__edge": 0.0}


@pytest.fixture(scope="module")
def plate():
    file = ColdPlate.named("microchannel-1kw").file
    cells = {"cells_along": 6, "cells_across": 5, "layers": [1]}
    return ColdPlate(file.model_copy(update={"plate": file.plate.model_copy(update=cells)}))


def curve(values):
    return xr.DataArray(values, dims="volume_flow", coords={"volume_flow": FLOWS})


def test_the_numbers_behind_a_curve_are_found_again(plate):
    truth = {"chips__tim_area_resistance": 1.3e-5, "coolant__nusselt_factor": 0.8}
    made = plate.sweep(flow=FLOWS, **STATE, **truth)["thermal_resistance"]
    free = {"chips__tim_area_resistance": (1.2e-5, 0.0, 1e-4), "coolant__nusselt_factor": (0.9, 0.3, 3.0)}
    fit = fit_resistance(plate, made, free, **STATE)
    assert fit.values == pytest.approx(truth, rel=1e-3)
    assert fit.largest < 1e-5
    assert fit.resistance.values == pytest.approx(made.values, rel=1e-5)


def test_an_interface_in_series_by_arithmetic(plate):
    """A constant added to the curve, relative least squares: the weighted mean of what is missing."""
    bare = plate.sweep(flow=FLOWS, **STATE, chips__tim_area_resistance=0.0)["thermal_resistance"].values
    measured = bare + np.array([0.011, 0.010, 0.0105])
    weight = 1.0 / measured**2
    constant = float(weight @ (measured - bare) / weight.sum())
    area = plate.file.chips.length.nominal * plate.file.chips.width.nominal
    fit = fit_resistance(plate, curve(measured), {"chips__tim_area_resistance": (1e-5, 0.0, 1e-4)}, **STATE)
    assert fit.values["chips__tim_area_resistance"] / area == pytest.approx(constant, rel=1e-4)
    assert fit.deviation.values == pytest.approx((bare + constant) / measured - 1.0, abs=1e-6)
    assert fit.largest == pytest.approx(np.abs(fit.deviation.values).max())


def test_what_cannot_be_fitted_is_refused(plate):
    free = {"plate__thickness": (2e-3, 1e-3, 3e-3)}
    with pytest.raises(CalibrationError, match="too few points"):
        fit_resistance(plate, curve([0.03, 0.02, 0.01])[:1], free)
    with pytest.raises(InputError, match="both given and fitted"):
        fit_resistance(plate, curve([0.03, 0.02, 0.01]), free, plate__thickness=1e-3)
    for start in ((0.0, 0.0, 1.0), (2.0, 0.0, 1.0), (float("nan"), 0.0, 1.0)):
        with pytest.raises(InputError, match="no fit can start there"):
            fit_resistance(plate, curve([0.03, 0.02, 0.01]), {"plate__thickness": start})
