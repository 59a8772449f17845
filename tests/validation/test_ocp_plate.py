"""The OCP 1 kW module: three fitted numbers meet its 14 points; what they then say of other coolants."""

from pathlib import Path

import numba
import numpy as np
import pytest

from hashheat.components.cold_plate import ColdPlate
from hashheat.components.cold_plate_file import load_cold_plate
from hashheat.thermo.errors import InputError
from hashheat.validation import ocp_plate

pytestmark = pytest.mark.skipif(numba.config.DISABLE_JIT, reason="minutes without the compiler")

CURVE = (
    Path(__file__).resolve().parents[2].parent / "shared" / "reference" / "coldplate" / "ocp_1kw_oam_pg25.csv"
)


@pytest.fixture(scope="module")
def measured():
    if not CURVE.is_file():
        pytest.skip("the OCP curve is not beside the repository (shared/reference/coldplate)")
    return ocp_plate.read_ocp_curve(CURVE)


@pytest.fixture(scope="module")
def plate():
    """The library's plate on fewer cells."""
    file = load_cold_plate("microchannel-1kw")
    cells = {"cells_along": 30, "cells_across": 21, "layers": [2]}
    return ColdPlate(file.model_copy(update={"plate": file.plate.model_copy(update=cells)}))


@pytest.fixture(scope="module")
def fit(measured, plate):
    if numba.config.DISABLE_JIT:
        pytest.skip("a thousand solves; the compiled run covers it")
    return ocp_plate.calibrate_ocp_plate(measured, plate)


def test_the_curve_is_read(measured):
    assert float(measured.volume_flow[0]) == pytest.approx(0.4e-3 / 60.0)
    assert (float(measured[0]), float(measured[-1])) == (0.0389, 0.0197)
    assert measured.attrs["units"] == "K W-1"
    assert measured.size == 14


def test_three_numbers_meet_every_point_within_three_percent(fit):
    assert len(fit.values) == 3
    assert fit.largest < 0.03


def test_the_fitted_numbers_are_plausible(fit):
    """A pad or paste of 5 to 30 mm2 K/W, a case of a few centimetres, a base of a few millimetres."""
    assert 5e-6 < fit.values["chips__tim_area_resistance"] < 30e-6
    assert 0.030 < fit.values["chips__width"] < 0.060
    assert 2e-3 < fit.values["plate__thickness"] < 8e-3


def test_the_fit_holds_on_the_cells_of_the_file(fit, measured):
    on_file = ocp_plate.predict_resistance(fit, measured.volume_flow.values, ocp_plate.COOLANT)
    deviation = on_file.thermal_resistance.values / measured.values - 1.0
    assert np.abs(deviation).max() < 0.03


def test_other_coolants_follow_from_the_same_numbers(fit, measured, plate):
    """No data: the order that conductivity and viscosity give, and the caloric end, which no film can pass."""
    flows = measured.volume_flow.values[[0, -1]]
    found = {
        name: ocp_plate.predict_resistance(fit, flows, name, plate=plate)
        for name in ("water", "propylene glycol 25 %", "propylene glycol 50 %")
    }
    R = np.array([d.thermal_resistance.values for d in found.values()])
    assert np.all(np.diff(R, axis=0) > 0.0)
    assert R[1] == pytest.approx(fit.resistance.values[[0, -1]], rel=1e-6)
    drops = np.array([d.pressure_drop.values for d in found.values()])
    assert np.all(np.diff(drops, axis=0) > 0.0)
    for d in found.values():
        rise = (d.T_out.values - ocp_plate.ASSUMED["T_in"]) / d.chip_power.values
        assert np.all(d.thermal_resistance.values > 0.5 * rise)


def test_the_inlet_temperature_hardly_matters(fit, measured, plate):
    flows = measured.volume_flow.values[[1, -1]]
    for T_in in (293.15, 313.15):
        found = ocp_plate.predict_resistance(fit, flows, ocp_plate.COOLANT, T_in=T_in, plate=plate)
        expected = fit.resistance.sel(volume_flow=flows).values
        assert found.thermal_resistance.values == pytest.approx(expected, rel=0.005)


def test_the_case_is_the_face_that_the_interface_lies_on(fit, plate):
    """Case to inlet: no package, so that the plate's junction is the mean of the case's face."""
    state = fit.state | fit.values
    found = plate.solve(volume_flow=2e-5, **state)
    bare = plate.solve(volume_flow=2e-5, **(state | {"chips__tim_area_resistance": 0.0}))
    area = fit.values["chips__width"] * ocp_plate.ASSUMED["chips__length"]
    interface = fit.values["chips__tim_area_resistance"] / area
    assert float(found.thermal_resistance - bare.thermal_resistance) == pytest.approx(interface, rel=1e-5)
    assert float(found.chip_power) == 1000.0


def test_bad_curves_are_named(tmp_path):
    with pytest.raises(InputError, match="not found"):
        ocp_plate.read_ocp_curve(tmp_path / "none.csv")
    for text in ("", "a,b\n1,2", "flow_L_per_min,resistance_K_per_W\n1;2\n"):
        file = tmp_path / "bad.csv"
        file.write_text(text)
        with pytest.raises(InputError, match="not a curve"):
            ocp_plate.read_ocp_curve(file)
