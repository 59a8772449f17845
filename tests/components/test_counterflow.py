"""Counterflow: another library, limits, and one law as the inverse of the other."""

import math

import pytest
from ht.hx import effectiveness_from_NTU

from hashheat.components.counterflow import counterflow_effectiveness, counterflow_units


@pytest.mark.parametrize("NTU", [0.05, 0.7, 3.0, 12.0])
@pytest.mark.parametrize("R", [0.0, 0.3, 0.95, 1.0])
def test_both_ways(NTU, R):
    found = counterflow_effectiveness(NTU, R)
    assert found == pytest.approx(effectiveness_from_NTU(NTU, Cr=R, subtype="counterflow"), rel=1e-12)
    assert counterflow_units(found, R) == pytest.approx(NTU, rel=1e-9)


@pytest.mark.parametrize("NTU", [0.5, 4.0])
def test_equal_flows_are_the_limit(NTU):
    assert counterflow_effectiveness(NTU, 1.0 - 1e-7) == pytest.approx(NTU / (1.0 + NTU), rel=1e-6)
    assert counterflow_units(NTU / (1.0 + NTU), 1.0 - 1e-12) == pytest.approx(NTU, rel=1e-9)


def test_no_size_reaches_all_of_it():
    assert counterflow_units(1.0, 0.5) == math.inf
