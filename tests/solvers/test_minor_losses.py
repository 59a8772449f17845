"""Loss coefficients against fluids and against momentum balances."""

import math

import fluids
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hashheat.solvers import minor_losses as ml


@given(angle=st.floats(0.05, math.pi), ratio=st.floats(0.5, 20.0), f=st.floats(0.005, 0.1))
@settings(deadline=None, max_examples=60)
def test_bend_against_fluids(angle, ratio, f):
    expected = fluids.bend_rounded(
        Di=1.0, angle=math.degrees(angle), fd=f, bend_diameters=ratio, method="Rennels"
    )
    assert ml.bend_loss(angle, ratio, f) == pytest.approx(expected, rel=1e-11)


@pytest.mark.parametrize(("degrees", "quoted"), [(90.0, 0.299024), (180.0, 0.393641)])
def test_quoted_bends(degrees, quoted):
    """r/D = 2 at Re = 1e4, smooth."""
    f = fluids.friction.Clamond(1e4, 0.0)
    assert ml.bend_loss(math.radians(degrees), 2.0, f) == pytest.approx(quoted, abs=6e-7)


@given(angle=st.floats(0.0, 2.6))
@settings(deadline=None, max_examples=30)
def test_mitre_against_fluids(angle):
    expected = fluids.bend_miter(angle=math.degrees(angle), method="Rennels")
    assert ml.mitre_loss(angle) == pytest.approx(expected, rel=1e-11, abs=1e-15)


@given(area_ratio=st.floats(0.01, 1.0))
@settings(deadline=None, max_examples=30)
def test_section_changes_against_fluids(area_ratio):
    small = math.sqrt(area_ratio)
    contraction = fluids.contraction_sharp(Di1=1.0, Di2=small, method="Rennels")
    assert ml.contraction_loss(area_ratio) == pytest.approx(contraction, rel=1e-10, abs=1e-14)
    expansion = fluids.diffuser_sharp(Di1=small, Di2=1.0)
    assert ml.expansion_loss(area_ratio) == pytest.approx(expansion, rel=1e-10, abs=1e-14)


def test_quoted_values():
    assert ml.mitre_loss(math.pi / 2) == pytest.approx(1.202082, abs=6e-7)
    assert ml.contraction_loss(0.5) == pytest.approx(0.343405, abs=6e-7)
    assert ml.expansion_loss(0.5) == 0.25


def test_limits():
    # No change of section, no loss; into or out of a large vessel, the constants.
    assert ml.contraction_loss(1.0) == pytest.approx(0.0, abs=1e-15)
    assert ml.expansion_loss(1.0) == 0.0
    assert ml.expansion_loss(0.0) == ml.K_EXIT
    assert ml.contraction_loss(0.0) == pytest.approx(ml.K_ENTRANCE_SHARP, rel=0.2)


@given(ratio=st.floats(0.6, 3.0))
@settings(deadline=None, max_examples=30)
def test_a_rough_bend_loses_more(ratio):
    assert ml.bend_loss(math.pi, ratio, 0.04) > ml.bend_loss(math.pi, ratio, 0.03) > 0.0
