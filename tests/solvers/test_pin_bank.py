"""Pins in cross-flow: quoted values, another library's friction chart, and the limits at rest."""

import math

import ht
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import solve_banded

from hashheat.solvers.pin_bank import RE_PINS, friction_pins, nusselt_pins

#: (along, across) over diameter.
PITCHES = [(1.25, 1.25), (1.5, 1.5), (2.0, 2.0), (3.0, 1.5), (1.5, 3.0)]


@pytest.mark.parametrize(
    ("Re", "staggered", "quoted"),
    [
        (200.0, True, 16.849181),
        (200.0, False, 15.914002),
        (1000.0, True, 37.675913),
        (1000.0, False, 35.584790),
    ],
)
def test_quoted_film(Re, staggered, quoted):
    """Pitches of two diameters, Pr = 2.56; computed apart from the formula of Khan et al. (2006)."""
    assert nusselt_pins(staggered, Re, 2.56 ** (1 / 3), 2.0, 2.0) == pytest.approx(quoted, rel=5e-8)


def ring_at_rest(b, n=4000):
    """Nusselt number of a pin in a ring of fluid that takes up heat uniformly, by finite volumes in radius."""
    r = np.linspace(1.0, math.sqrt(b), n + 1)
    centre = 0.5 * (r[1:] + r[:-1])
    conductance = r[:-1] / np.r_[centre[0] - 1.0, np.diff(centre)]  # per radian; the first is the pin's face
    area = centre * np.diff(r)
    matrix = np.zeros((3, n))
    matrix[1] = conductance + np.r_[conductance[1:], 0.0]
    matrix[0, 1:] = matrix[2, :-1] = -conductance[1:]
    depth = solve_banded((1, 1), matrix, area)  # temperature below the pin's face, unit uptake
    return 2.0 * area.sum() / (depth @ area / area.sum())


@pytest.mark.parametrize(("along", "across"), PITCHES)
def test_film_at_rest_is_conduction(along, across):
    exact = ring_at_rest(4.0 * along * across / math.pi)
    # A Prandtl number so large that the correlation at Re = 40 does not limit it.
    assert nusselt_pins(True, 0.0, 100.0, along, across) == pytest.approx(exact, rel=1e-5)


@given(
    staggered=st.booleans(),
    Re=st.floats(0.0, 1e3),
    rise=st.floats(0.0, 0.5),
    Pr=st.floats(0.7, 200.0),
    along=st.floats(1.25, 3.0),
    across=st.floats(1.25, 3.0),
)
@settings(deadline=None, max_examples=150)
def test_film_rises_with_flow(staggered, Re, rise, Pr, along, across):
    low, high = (nusselt_pins(staggered, x, Pr ** (1 / 3), along, across) for x in (Re, Re * (1.0 + rise)))
    assert 0.0 < low <= high * (1.0 + 1e-12)


@pytest.mark.parametrize(("along", "across"), PITCHES)
@pytest.mark.parametrize("staggered", [False, True])
def test_no_step_where_the_source_begins(staggered, along, across):
    for Pr in (0.7, 7.0):
        below, above = (
            nusselt_pins(staggered, RE_PINS * (1.0 + e), Pr ** (1 / 3), along, across)
            for e in (-1e-12, 1e-12)
        )
        assert below == pytest.approx(above, rel=1e-10)


@pytest.mark.parametrize(("along", "across"), PITCHES)
@pytest.mark.parametrize("staggered", [False, True])
def test_friction_creeps(staggered, along, across):
    """zeta Re is constant in slow flow, and the pressure rises with the flow at any speed."""
    slow = [Re * friction_pins(staggered, Re, along, across) for Re in (1e-6, 1e-3)]
    assert slow[0] == pytest.approx(slow[1], rel=5e-3)
    Re = np.geomspace(1e-3, 1e5, 200)
    pressure = [x * x * friction_pins(staggered, x, along, across) for x in Re]
    assert np.all(np.diff(pressure) > 0.0)


@pytest.mark.parametrize("pitch", [1.5, 2.0, 3.0])
def test_friction_of_creeping_flow(pitch):
    """Square array in Stokes flow, below the source's range: within a factor of 1.6 of Kuwabara's cell model."""
    solid = math.pi / (4.0 * pitch**2)
    permeability = (-math.log(solid) - 1.5 + 2.0 * solid - 0.5 * solid**2) / (8.0 * solid)  # over radius^2
    # dp of a row = viscosity * superficial velocity * pitch / permeability, with a radius of 1.
    superficial = (pitch - 1.0) / pitch
    exact = 2.0 * 2.0 * superficial * 2.0 * pitch / permeability
    assert 1 / 1.6 < 1e-9 * friction_pins(False, 1e-9, pitch, pitch) / exact < 1.6


@pytest.mark.parametrize("pitch", [1.25, 1.5, 2.0, 2.5])
@pytest.mark.parametrize("Re", [3e3, 1e4, 1e5])
def test_friction_against_a_chart(pitch, Re):
    """Zukauskas' chart as digitised in another library; it is as uncertain as the correlation."""
    for staggered, along in [(False, pitch), (True, pitch * math.sqrt(0.75))]:
        chart = ht.dP_Zukauskas(Re=Re, n=1, ST=pitch, SL=along, D=1.0, rho=2.0, Vmax=1.0)
        assert friction_pins(staggered, Re, along, pitch) == pytest.approx(chart, rel=0.25)


def test_smallest_section_of_dense_rows():
    """Staggered rows so close that the diagonal gap is the smallest: the diagonal pitch takes the place of a."""
    limit = 0.5 * math.sqrt(2.0 * 2.0 + 1.0)
    dense, open_ = (friction_pins(True, 1e-6, limit * (1.0 + e), 2.0) for e in (-1e-9, 1e-9))
    assert dense / open_ == pytest.approx((2.0 / 1.5) ** 1.6, rel=1e-6)
