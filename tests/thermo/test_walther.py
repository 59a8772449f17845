"""Walther's equation against numbers worked out by hand and against tabulated oils."""

import numpy as np
import pytest
from CoolProp.CoolProp import PropsSI

from hashheat.thermo.errors import InputError
from hashheat.thermo.walther import walther_slope, walther_viscosity


def test_an_oil_of_grade_32_worked_by_hand():
    # 32 mm^2/s at 40 degC, 5.4 at 100 degC: B = 3.7465784, worked with thirty digits outside this package
    B = walther_slope(32e-6, 313.15, 5.4e-6, 373.15)
    assert B == pytest.approx(3.7465784240889, rel=1e-12)
    T = 273.15 + np.array([20.0, 40.0, 60.0, 80.0, 100.0])
    expected = [86.2778573777, 32.0, 15.1858928278, 8.5332146915, 5.4]
    np.testing.assert_allclose(1e6 * walther_viscosity(T, 32e-6, 313.15, B), expected, rtol=1e-10)


@pytest.mark.parametrize("oil", ["TX22", "DSF", "PMR", "PHE", "PGLT"])
def test_real_oils_lie_on_the_line_between_40_and_100_degrees(oil):
    def nu(T):
        return PropsSI("V", "T", T, "P", 2e5, f"INCOMP::{oil}") / PropsSI(
            "D", "T", T, "P", 2e5, f"INCOMP::{oil}"
        )

    B = walther_slope(nu(313.15), 313.15, nu(373.15), 373.15)
    # The range of slopes that the hydrocarbon files assume; DSF and PGLT are its ends.
    assert 3.4 <= B <= 4.2
    T = np.linspace(313.15, 373.15, 7)
    np.testing.assert_allclose(walther_viscosity(T, nu(313.15), 313.15, B), nu(T), rtol=0.015)


def test_what_the_shortened_equation_cannot_do_is_refused():
    with pytest.raises(InputError, match="from 1 mm"):
        walther_slope(0.9e-6, 313.15, 0.5e-6, 373.15)
    with pytest.raises(InputError, match="from 1 mm"):
        walther_viscosity(np.array([300.0]), float("nan"), 313.15, 3.7)
    with pytest.raises(InputError, match="two different temperatures"):
        walther_slope(32e-6, 313.15, 5.4e-6, 313.15)
