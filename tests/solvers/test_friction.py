"""Friction factors against check values, fluids, and their own continuity."""

import csv
import math
from pathlib import Path

import fluids
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hashheat.solvers import friction as fr

REFERENCE = Path(__file__).resolve().parents[2].parent / "shared" / "reference" / "coldplate"
needs_reference = pytest.mark.skipif(not REFERENCE.is_dir(), reason="shared reference tables are not here")

turbulent = {"Re": st.floats(4e3, 1e8), "roughness": st.floats(0.0, 0.05)}


@needs_reference
@pytest.mark.parametrize(
    ("name", "function", "count"),
    [
        ("f_Colebrook", fr.friction_colebrook, 8),
        ("f_Haaland", fr.friction_haaland, 8),
        ("f_Churchill", fr.friction_churchill, 11),
        ("f_Petukhov", lambda Re, _: fr.friction_petukhov(Re), 3),
    ],
)
def test_check_values(name, function, count):
    with (REFERENCE / "correlation_values.csv").open(newline="") as file:
        found = [row for row in csv.DictReader(file) if row["quantity"].startswith(name)]
    assert len(found) == count
    for row in found:
        inputs = dict(pair.split("=") for pair in row["inputs"].split(","))
        value = function(float(inputs["Re"]), float(inputs.get("e/D", 0.0)))
        assert value == pytest.approx(float(row["value"]), abs=6e-11)


@given(**turbulent)
@settings(deadline=None, max_examples=60)
def test_against_fluids(Re, roughness):
    assert fr.friction_colebrook(Re, roughness) == pytest.approx(
        fluids.friction.Clamond(Re, roughness), rel=1e-9
    )
    assert fr.friction_haaland(Re, roughness) == pytest.approx(
        fluids.friction.Haaland(Re, roughness), rel=1e-12
    )
    churchill = fluids.friction.Churchill_1977(Re, roughness)
    assert fr.friction_churchill(Re, roughness) == pytest.approx(churchill, rel=1e-10)


@given(**turbulent)
@settings(deadline=None, max_examples=60)
def test_colebrook_solves_its_equation(Re, roughness):
    x = 1.0 / math.sqrt(fr.friction_colebrook(Re, roughness))
    assert x == pytest.approx(-2.0 * math.log10(roughness / 3.7 + 2.51 * x / Re), rel=1e-10)


@pytest.mark.parametrize("f_re", [64.0, 56.908, 96.0])
@pytest.mark.parametrize("roughness", [0.0, 1e-3, 0.02])
@pytest.mark.parametrize("edge", [2300.0, 4000.0])
def test_duct_is_continuous(f_re, roughness, edge):
    below, at, above = (fr.friction_duct(edge * (1 + d), roughness, f_re) for d in (-1e-13, 0.0, 1e-13))
    assert below == pytest.approx(at, rel=1e-9)
    assert above == pytest.approx(at, rel=1e-9)


def test_duct_uses_each_regime():
    assert fr.friction_duct(1150.0, 1e-3, 64.0) == 64.0 / 1150.0
    assert fr.friction_duct(2e4, 1e-3, 64.0) == fr.friction_colebrook(2e4, 1e-3)
    middle = 0.5 * (64.0 / 2300.0 + fr.friction_colebrook(4000.0, 0.0))
    assert fr.friction_duct(3150.0, 0.0, 64.0) == pytest.approx(middle, rel=1e-12)


@given(log_Re=st.floats(-1.0, 8.0), rise=st.floats(0.001, 1.0), roughness=st.floats(0.0, 0.04))
@settings(deadline=None, max_examples=200)
def test_pressure_drop_rises_with_flow_and_roughness(log_Re, rise, roughness):
    Re, faster = 10.0**log_Re, 10.0 ** (log_Re + rise)
    f = fr.friction_duct(Re, roughness, 72.9)
    assert f > 0.0
    assert fr.friction_duct(faster, roughness, 72.9) * faster**2 > f * Re**2
    assert fr.friction_duct(Re, roughness + 0.01, 72.9) >= f


def test_viscosity_correction():
    # Water at 70 degC against a wall at 85 degC, from the property ratio of the knowledge file.
    ratio = 0.953159**4
    assert fr.viscosity_correction_friction(5000.0, ratio) == pytest.approx(0.953159, rel=1e-12)
    assert fr.viscosity_correction_friction(1000.0, ratio) == pytest.approx(0.894672, rel=2e-6)
    assert fr.viscosity_correction_friction(3150.0, ratio) == pytest.approx(
        math.sqrt(0.953159 * 0.894672), rel=2e-6
    )
    for edge in (2300.0, 4000.0):
        below, above = (fr.viscosity_correction_friction(edge * (1 + d), 0.7) for d in (-1e-13, 1e-13))
        assert below == pytest.approx(above, rel=1e-9)
    assert fr.viscosity_correction_friction(3000.0, 1.0) == 1.0
