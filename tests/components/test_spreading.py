"""Spreading into a plate against the exact series for discs."""

import math

import numpy as np
import pytest
from scipy.special import j0, j1, jn_zeros

from hashheat.components.spreading import spreading_resistance


def exact(a, b, t, k, conductance):
    """Uniform flux on a disc of radius a, plate of radius b, thickness t; the other face cooled evenly."""
    delta = jn_zeros(1, 3000)
    biot = conductance / (math.pi * k * b)
    depth = np.tanh(delta * t / b)
    face = (depth + delta / biot) / (1.0 + delta / biot * depth)
    series = j1(delta * a / b) ** 2 * face / (delta**3 * j0(delta) ** 2)
    return 4.0 * b / (math.pi * a * a * k) * series.sum()


@pytest.mark.parametrize("share", [0.1, 0.3, 0.5])
@pytest.mark.parametrize("depth", [0.05, 0.2, 1.0])
@pytest.mark.parametrize("conductance", [0.1, 5.0])
def test_exact_series(share, depth, conductance):
    b, k = 0.02, 180.0
    found = spreading_resistance(math.pi * (share * b) ** 2, math.pi * b * b, depth * b, k, conductance)
    assert found == pytest.approx(exact(share * b, b, depth * b, k, conductance), rel=0.1)


def test_a_spot_as_large_as_the_plate():
    assert spreading_resistance(1e-3, 1e-3, 0.003, 180.0, 1.0) == 0.0
