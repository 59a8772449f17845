"""Cross-flow, both fluids unmixed, against another library, exact limits and a march over a grid."""

import math

import numpy as np
import pytest
from ht import effectiveness_from_NTU

from hashheat.solvers.crossflow import crossflow_effectiveness


@pytest.mark.parametrize("NTU", [0.01, 0.3, 1.0, 2.5, 8.0])
@pytest.mark.parametrize("R", [0.05, 0.5, 0.9, 1.0])
def test_against_the_integral_of_another_library(NTU, R):
    assert crossflow_effectiveness(NTU, R) == pytest.approx(
        effectiveness_from_NTU(NTU=NTU, Cr=R, subtype="crossflow"), rel=1e-9
    )


def test_limits():
    for NTU in (0.1, 2.0, 30.0, 300.0):
        assert crossflow_effectiveness(NTU, 0.0) == pytest.approx(-math.expm1(-NTU), rel=1e-14)
        assert crossflow_effectiveness(NTU, 1e-9) == pytest.approx(-math.expm1(-NTU), rel=1e-8)
    assert crossflow_effectiveness(0.0, 0.7) == 0.0
    assert crossflow_effectiveness(300.0, 0.5) == pytest.approx(1.0, abs=1e-6)
    # The mean over the outlet of two equal streams: 1 - e^-2N (I0(2N) + I1(2N)), which is about 1 - 1/sqrt(pi N).
    assert crossflow_effectiveness(300.0, 1.0) == pytest.approx(
        1.0 - 1.0 / math.sqrt(math.pi * 300.0), abs=1e-4
    )


def test_against_a_march_over_the_plane():
    NTU, R, n = 3.0, 0.6, 400
    cold = np.zeros(n)  # box scheme, second order
    a, b = 0.5 * NTU / n, 0.5 * R * NTU / n
    out = np.empty(n)
    for j in range(n):
        t = 1.0
        for i in range(n):
            # t' = t - a (t + t' - c - c'), c' = c + b (t + t' - c - c')
            q = 2.0 * (t - cold[i]) / (1.0 + a + b)
            t, cold[i] = t - a * q, cold[i] + b * q
        out[j] = t
    assert crossflow_effectiveness(NTU, R) == pytest.approx(1.0 - out.mean(), abs=2e-5)
