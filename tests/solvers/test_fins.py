"""Fin efficiencies against quoted values, limits, and a finite-volume fin that knows no formula."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import solve_banded

from hashheat.solvers import fins
from hashheat.solvers.channel_law import DUCT, ChannelLaw, fin_efficiency
from hashheat.thermo.errors import InputError


def finite_volumes(section, surface, k, h, length, n):
    """Efficiency of a fin with area ``section(s)`` and wetted ``surface(s)`` per length, s from the base."""
    ds = length / n
    faces = np.arange(n + 1) * ds
    centres = faces[:-1] + 0.5 * ds
    conductance = k * section(faces) / ds
    conductance[0] *= 2.0  # base to the first centre
    conductance[-1] = 0.0
    film = h * surface(centres) * ds
    matrix = np.zeros((3, n))
    matrix[1] = conductance[:-1] + conductance[1:] + film
    matrix[0, 1:] = matrix[2, :-1] = -conductance[1:-1]
    excess = solve_banded((1, 1), matrix, np.r_[conductance[0], np.zeros(n - 1)])
    return film @ excess / film.sum()


@pytest.mark.parametrize(
    ("mL", "quoted"),
    [(0.5, 0.92423431452), (1.0, 0.761594155956), (2.0, 0.482013790038), (3.0, 0.331684917896)],
)
def test_quoted_straight_fins(mL, quoted):
    assert fins.straight_fin(mL * mL) == pytest.approx(quoted, rel=1e-11)


def test_quoted_plate_fins():
    """h = 20 kW/(m2 K), 0.2 mm thick, 2 mm high, copper and aluminium alloy."""
    assert fins.plate_fin_efficiency(2e4, 400.0, 2e-4, 2e-3) == pytest.approx(0.6281834549, rel=1e-9)
    assert fins.plate_fin_efficiency(2e4, 167.0, 2e-4, 2e-3) == pytest.approx(0.4455587884, rel=1e-9)
    assert math.sqrt(2e4 * fins.plate_fin_parameter(400.0, 2e-4)) == pytest.approx(707.1067812, rel=1e-10)
    assert math.sqrt(2e4 * fins.plate_fin_parameter(167.0, 2e-4)) == pytest.approx(1094.35131, rel=1e-8)


def test_quoted_annular_fin():
    found = fins.annular_fin_efficiency(5000.0, 167.0, 3e-4, 1e-3, 3e-3)
    assert found == pytest.approx(0.693762784983, rel=1e-11)


def test_pin_is_a_plate_of_half_its_diameter():
    pin = fins.pin_fin_efficiency(9e3, 200.0, 1e-3, 4e-3)
    assert pin == pytest.approx(fins.plate_fin_efficiency(9e3, 200.0, 0.5e-3, 4e-3), rel=1e-14)


@pytest.mark.parametrize("n", [200])
def test_against_finite_volumes(n):
    h, k = 6e3, 180.0
    pin = finite_volumes(
        lambda s: 0.25 * math.pi * 1e-6 + 0 * s, lambda s: math.pi * 1e-3 + 0 * s, k, h, 3e-3, n
    )
    assert fins.pin_fin_efficiency(h, k, 1e-3, 3e-3) == pytest.approx(pin, rel=2e-5)
    annular = finite_volumes(
        lambda s: 2 * math.pi * (1e-3 + s) * 4e-4, lambda s: 4 * math.pi * (1e-3 + s), k, h, 2.5e-3, n
    )
    assert fins.annular_fin_efficiency(h, k, 4e-4, 1e-3, 3.5e-3) == pytest.approx(annular, rel=2e-5)


@given(st.floats(0.0, 1e8))
@settings(deadline=None, max_examples=60)
def test_straight_fin_is_tanh(mL_squared):
    mL = math.sqrt(mL_squared)
    exact = math.tanh(mL) / mL if mL > 1e-4 else 1.0 - mL_squared / 3.0
    assert fins.straight_fin(mL_squared) == pytest.approx(exact, rel=1e-9)


def test_annular_limits():
    # Thin against its radius it is a plate fin; in a strong film only the rim at the base works; at rest all does.
    thin = fins.annular_fin_efficiency(5e3, 167.0, 3e-4, 10.0, 10.002)
    assert thin == pytest.approx(fins.plate_fin_efficiency(5e3, 167.0, 3e-4, 2e-3), rel=1e-4)
    m = math.sqrt(2 * 1e12 / (167.0 * 3e-4))
    strong = fins.annular_fin_efficiency(1e12, 167.0, 3e-4, 1e-3, 3e-3)
    assert strong == pytest.approx(2 * 1e-3 / (m * 8e-6), rel=1e-4)
    found = fins.annular_fin_efficiency([0.0, 1e-20, 1e-6, 1.0], 167.0, 3e-4, 1e-3, 3e-3)
    np.testing.assert_allclose(found, 1.0, rtol=1e-3)
    assert np.all(np.diff(found) <= 1e-9)


def test_law_and_function_agree():
    law = ChannelLaw(DUCT, 1e-3, 1e-6, fin_height=2e-3, fin_parameter=fins.plate_fin_parameter(400.0, 2e-4))
    assert fin_efficiency(law, 2e4) == pytest.approx(0.6281834549, rel=1e-9)
    assert fin_efficiency(law._replace(fin_height=0.0), 2e4) == 1.0
    assert fin_efficiency(law, 0.0) == 1.0


@pytest.mark.parametrize(
    ("function", "arguments", "key"),
    [
        (fins.plate_fin_parameter, (0.0, 1e-3), "conductivity"),
        (fins.pin_fin_parameter, (200.0, math.nan), "diameter"),
        (fins.plate_fin_efficiency, (-1.0, 200.0, 1e-3, 1e-3), "htc"),
        (fins.pin_fin_efficiency, (1.0, 200.0, 1e-3, math.inf), "height"),
        (fins.annular_fin_efficiency, (1.0, 200.0, 1e-3, 2e-3, 2e-3), "outer_radius"),
        (fins.annular_fin_efficiency, (math.nan, 200.0, 1e-3, 2e-3, 3e-3), "htc"),
        (fins.annular_fin_efficiency, (1.0, 200.0, -1e-3, 2e-3, 3e-3), "thickness"),
    ],
)
def test_bad_input(function, arguments, key):
    with pytest.raises(InputError) as caught:
        function(*arguments)
    assert caught.value.key == key
