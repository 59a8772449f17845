"""Convection formulas against check values, other libraries, and their own continuity."""

import ast
import csv
import inspect
import math
import textwrap
from pathlib import Path

import ht
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

from hashheat.solvers import convection as cv
from hashheat.solvers.duct_modes import tube
from hashheat.solvers.duct_table import duct_laminar

REFERENCE = Path(__file__).resolve().parents[2].parent / "shared" / "reference" / "coldplate"
needs_reference = pytest.mark.skipif(not REFERENCE.is_dir(), reason="shared reference tables are not here")

TUBE = duct_laminar("tube", boundary="T")
SLOT = duct_laminar("rectangle", 0.2, "H1", "short_adiabatic")
DUCTS = [TUBE, SLOT, duct_laminar("rectangle", 0.05), duct_laminar("plates", boundary="T")]


def python(function):
    return getattr(function, "py_func", function)


def check_rows(prefix):
    with (REFERENCE / "correlation_values.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            if row["quantity"].startswith(prefix):
                inputs = dict(pair.split("=") for pair in row["inputs"].split(","))
                yield {key: float(value) for key, value in inputs.items()}, float(row["value"])


def gnielinski(Re, Pr, entrance=1.0):
    return cv.nusselt_gnielinski(math.log(Re), Re, Pr, Pr ** (2 / 3), entrance)


@needs_reference
def test_gnielinski_check_values():
    cases = list(check_rows("Nu_Gnielinski1976"))
    assert len(cases) == 5
    for inputs, value in cases:
        assert gnielinski(inputs["Re"], inputs["Pr"]) == pytest.approx(value, rel=1e-9)


@given(st.floats(3e3, 5e6), st.floats(0.5, 2000.0))
@settings(deadline=None, max_examples=50)
def test_gnielinski_against_ht(Re, Pr):
    f = (0.790 * math.log(Re) - 1.64) ** -2
    assert gnielinski(Re, Pr) == pytest.approx(ht.conv_internal.turbulent_Gnielinski(Re, Pr, f), rel=1e-12)


@needs_reference
@pytest.mark.parametrize("name", ["T", "H"])
def test_gnielinski_2013_check_values(name):
    """The same formula computed elsewhere: a check of the code, not of the correlation's constants.

    The table's H rows were made with 4.354 for the developed value; the exact 48/11 is 4.364. The laminar
    part of those rows is moved to it before comparing.
    """
    boundary = {"T": cv.UNIFORM_TEMPERATURE, "H": cv.UNIFORM_FLUX}[name]
    cases = {inputs["Re"]: (inputs, value) for inputs, value in check_rows(f"Nu_Gnielinski2013_{name}")}
    assert len(cases) == 6

    def moved(value):
        return (value**3 - 4.354**3 + 4.364**3) ** (1 / 3) if name == "H" else value

    at_2300 = cases[2300.0][1]
    for Re, (inputs, value) in cases.items():
        share = min(max((Re - 2300) / 1700, 0.0), 1.0)
        expected = moved(value) if Re <= 2300 else value + (1 - share) * (moved(at_2300) - at_2300)
        found = cv.nusselt_gnielinski_2013(Re, inputs["Pr"], inputs["d/L"], boundary)
        assert found == pytest.approx(expected, rel=1e-8)


@pytest.mark.parametrize("boundary", [cv.UNIFORM_TEMPERATURE, cv.UNIFORM_FLUX])
def test_gnielinski_2013_is_continuous(boundary):
    for edge in (2300.0, 4000.0):
        below, above = (
            cv.nusselt_gnielinski_2013(edge * (1 + d), 4.0, 0.01, boundary) for d in (-1e-13, 1e-13)
        )
        assert below == pytest.approx(above, rel=1e-9)


def test_gnielinski_2013_laminar_approximates_the_exact_tube():
    """At a large Prandtl number the velocity profile develops at once: the exact Graetz mean, within 5 %."""
    exact = tube(60)
    for x_star in (1e-3, 1e-2, 1e-1):
        Pr, Re = 1e7, 100.0
        found = cv.nusselt_gnielinski_2013(Re, Pr, 1.0 / (x_star * Re * Pr), cv.UNIFORM_TEMPERATURE)
        assert found == pytest.approx(float(exact.nusselt_T_mean(x_star)), rel=0.05)


@pytest.mark.parametrize("L_over_D", [1.0, 7.0, 150.0])
def test_local_entrance_factor_integrates_to_the_mean(L_over_D):
    integral, _ = quad(lambda x: cv.entrance_factor(1.0 / x), 0.0, L_over_D, epsrel=1e-10)
    assert integral / L_over_D == pytest.approx(cv.entrance_factor_mean(1.0 / L_over_D), rel=1e-8)


def test_exp_poly():
    x = np.linspace(-12.0, 12.0, 4001)
    found = np.array([cv.exp_poly(float(v)) for v in x])
    assert np.max(np.abs(found / np.exp(x) - 1.0)) < 1e-12


def test_property_correction():
    step = np.linspace(-0.4, 0.4, 2001)
    found = np.array([cv.property_correction(float(v / 0.11), 0.0) for v in step])
    assert np.max(np.abs(found / np.exp(step) - 1.0)) < 1e-9
    # Water, bulk 70 degC and wall 85 degC: knowledge file, from CoolProp.
    assert cv.property_correction(0.0, -math.log(1.022790) / 0.11) == pytest.approx(1.022790, rel=1e-9)


@pytest.mark.parametrize("function", [cv.exp_poly, cv.property_correction, cv.nusselt_gnielinski])
def test_inner_loop_formulas_are_straight_lines(function):
    """No call but the fused product, no power, branch or loop: these would keep LLVM from vectorizing."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(python(function)))).body[0]
    tree.decorator_list = []
    forbidden = (ast.Call, ast.Pow, ast.If, ast.IfExp, ast.For, ast.While, ast.Compare)
    found = [node for node in ast.walk(tree) if isinstance(node, forbidden)]
    assert not [node for node in found if ast.unparse(node).partition("(")[0] != "fused"]


@pytest.mark.parametrize("duct", DUCTS)
@pytest.mark.parametrize("edge", [2300.0, 4000.0])
@given(Pr=st.floats(0.7, 300.0), x_over_D=st.floats(0.1, 1e4))
@settings(deadline=None, max_examples=25)
def test_nusselt_duct_is_continuous(duct, edge, Pr, x_over_D):
    below, at, above = (cv.nusselt_duct(edge * (1 + d), Pr, x_over_D, duct) for d in (-1e-13, 0.0, 1e-13))
    assert below == pytest.approx(at, rel=1e-9)
    assert above == pytest.approx(at, rel=1e-9)


@given(
    log_Re=st.floats(0.0, 6.0),
    Pr=st.floats(0.7, 300.0),
    x_over_D=st.floats(0.1, 1e4),
    factor=st.floats(1.01, 100.0),
    pick=st.integers(0, len(DUCTS) - 1),
)
@settings(deadline=None, max_examples=200)
def test_nusselt_duct_is_positive_and_falls_along_the_duct(log_Re, Pr, x_over_D, factor, pick):
    near = cv.nusselt_duct(10.0**log_Re, Pr, x_over_D, DUCTS[pick])
    far = cv.nusselt_duct(10.0**log_Re, Pr, x_over_D * factor, DUCTS[pick])
    assert 0.0 < far <= near * (1.0 + 2e-5)


@given(
    log_Re=st.floats(0.0, 6.0),
    rise=st.floats(0.001, 1.0),
    Pr=st.floats(2.0, 300.0),
    x_over_D=st.floats(5.0, 1e4),
    pick=st.integers(0, len(DUCTS) - 1),
)
@settings(deadline=None, max_examples=200)
def test_nusselt_duct_rises_with_reynolds(log_Re, rise, Pr, x_over_D, pick):
    slow = cv.nusselt_duct(10.0**log_Re, Pr, x_over_D, DUCTS[pick])
    fast = cv.nusselt_duct(10.0 ** (log_Re + rise), Pr, x_over_D, DUCTS[pick])
    assert fast >= slow * (1.0 - 2e-5)


def test_nusselt_duct_uses_each_regime():
    assert cv.nusselt_duct(1000.0, 2.5, 50.0, SLOT) == cv.nusselt_laminar(SLOT, 50.0 / 2500.0)
    turbulent = gnielinski(1e4, 2.5, 1.0 + (1 / 50.0) ** (2 / 3) / 3)
    assert cv.nusselt_duct(1e4, 2.5, 50.0, SLOT) == pytest.approx(turbulent, rel=1e-12)
    ends = cv.nusselt_duct(2300.0, 2.5, 50.0, SLOT), cv.nusselt_duct(4000.0, 2.5, 50.0, SLOT)
    assert cv.nusselt_duct(3150.0, 2.5, 50.0, SLOT) == pytest.approx(sum(ends) / 2, rel=1e-12)
