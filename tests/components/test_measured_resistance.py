"""Resistance from measured pressure drops: what was put in comes out, and impossible data are named."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hashheat.components.heat_sink_errors import ResistanceDataError
from hashheat.components.measured_resistance import fit_resistance, with_measured
from hashheat.components.porous_block import PorousBlock

BLOCK = {"area": 0.06, "length": 0.3, "density": 840.0, "viscosity": 7.2e-3}
FLOW = np.array([2e-4, 5e-4, 1e-3, 2e-3])


def drops(flow, inverse, inertia):
    U = flow / 0.06
    return 0.3 * (7.2e-3 * inverse * U + 840.0 * inertia * U * U)


@given(inverse=st.floats(1e3, 1e9), inertia=st.floats(0.1, 1e4), points=st.integers(2, 4))
@settings(deadline=None, max_examples=60)
def test_round_trip(inverse, inertia, points):
    flow = FLOW[:points]
    found = fit_resistance(flow, drops(flow, inverse, inertia), **BLOCK)
    # A part that is next to nothing in every point cannot be known better than its share allows.
    drop = drops(flow, inverse, inertia)
    viscous, inertial = drops(flow, inverse, 0.0) / drop, drops(flow, 0.0, inertia) / drop
    assert found.inverse_permeability == pytest.approx(inverse, rel=1e-10 / viscous.max())
    assert found.forchheimer == pytest.approx(inertia, rel=1e-10 / inertial.max())
    assert found.worst < 1e-10


@pytest.mark.parametrize(("inverse", "inertia"), [(2e5, 0.0), (0.0, 40.0)])
def test_one_part_alone(inverse, inertia):
    found = fit_resistance(FLOW, drops(FLOW, inverse, inertia), **BLOCK)
    assert found.inverse_permeability == pytest.approx(inverse, rel=1e-9, abs=1e-3)
    assert found.forchheimer == pytest.approx(inertia, rel=1e-9, abs=1e-9)


def test_order_of_the_points_does_not_matter():
    drop = drops(FLOW, 2e5, 40.0)
    one = fit_resistance(FLOW, drop, **BLOCK)
    other = fit_resistance(FLOW[[2, 0, 3, 1]], drop[[2, 0, 3, 1]], **BLOCK)
    assert one == other


def test_noise_neither_turns_a_part_negative_nor_hides():
    """Points a little below the linear law would ask for negative inertia."""
    drop = drops(FLOW, 2e5, 0.0) * np.array([1.0, 1.0, 0.97, 0.95])
    found = fit_resistance(FLOW, drop, **BLOCK)
    assert found.forchheimer == 0.0
    assert 0.02 < found.worst < 0.05
    assert 0.0 < found.rms < found.worst
    # The scale is that of least squares of relative misfits: sum x (p x - 1) = 0.
    x = drops(FLOW, 1.0, 0.0) / drop
    assert found.inverse_permeability == pytest.approx(x.sum() / (x * x).sum(), rel=1e-9)


@pytest.mark.parametrize(
    ("flow", "drop", "match"),
    [
        ([1e-3], [10.0], "one flow"),
        ([1e-3, 1e-3], [10.0, 12.0], "one flow"),
        ([1e-3, 2e-3], [10.0, 9.0], "does not rise"),
        ([1e-3, 2e-3], [10.0, 10.0], "does not rise"),
        ([1e-3, 2e-3, 3e-3], [10.0, 20.0], "belong together"),
        ([1e-3, -2e-3], [10.0, 20.0], "positive numbers"),
        ([1e-3, 2e-3], [10.0, np.nan], "positive numbers"),
        ([1e-3, 2e-3, 4e-3], [1.0, 8.0, 64.0], "power 3.00"),
        ([1e-3, 4e-3, 16e-3], [10.0, 15.0, 22.5], "power 0.29"),
    ],
)
def test_impossible_data(flow, drop, match):
    with pytest.raises(ResistanceDataError, match=match):
        fit_resistance(flow, drop, **BLOCK)


def test_impossible_geometry():
    with pytest.raises(ResistanceDataError, match="area"):
        fit_resistance(FLOW, drops(FLOW, 2e5, 40.0), **(BLOCK | {"area": 0.0}))


def test_into_a_block():
    block = PorousBlock(0.7, np.array([1.0, 2.0, 3.0]), np.array([4.0, 5.0, 6.0]), np.ones(3), 2e6)
    measured = fit_resistance(FLOW, drops(FLOW, 2e5, 40.0), **BLOCK)
    after = with_measured(block, measured, axis=2)
    assert after.inverse_permeability == pytest.approx([1.0, 2.0, 2e5])
    assert after.forchheimer == pytest.approx([4.0, 5.0, 40.0])
    assert block.inverse_permeability.tolist() == [1.0, 2.0, 3.0]
    with pytest.raises(ResistanceDataError, match="direction"):
        with_measured(block, measured, axis=3)
