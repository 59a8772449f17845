"""A stack of boards as a porous block: exact duct flow, exact ways in parallel, volumes and layers."""

import importlib.util
import math
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.sparse import diags, identity, kron
from scipy.sparse.linalg import spsolve

from hashheat.components.heat_sink import PlateFins, RoundPins
from hashheat.components.heat_sink_errors import HeatSinkError
from hashheat.components.porous_block import oriented, porous_block
from hashheat.components.sink_paths import stack_paths, together
from hashheat.solvers.pin_bank import friction_pins


def beside(name):
    """Module of the tests that stands beside this one."""
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


oil_sinks = beside("oil_sinks")
PLAIN, make_sink, make_stack = oil_sinks.PLAIN, oil_sinks.make_sink, oil_sinks.make_stack


def mean_speed(width, height, n=60):
    """Mean of u in a duct with -lap u = 1, by finite differences, extrapolated from two grids."""

    def one(m):
        rows = max(m, 4), max(round(m * max(width, height) / min(width, height)), 4)
        short, long = min(width, height), max(width, height)

        def second(cells, size):
            h = size / cells
            main = np.full(cells, -2.0)
            main[[0, -1]] = -3.0
            return diags([np.ones(cells - 1), main, np.ones(cells - 1)], [-1, 0, 1]) / h**2

        a, b = second(rows[0], short), second(rows[1], long)
        matrix = kron(a, identity(rows[1])) + kron(identity(rows[0]), b)
        return spsolve(matrix.tocsc(), -np.ones(rows[0] * rows[1])).mean()

    return (4.0 * one(n) - one(n // 2)) / 3.0


def test_tall_fins_are_parallel_plates():
    """K = s^2 / 12 times the open share of the section."""
    for ratio, within in ((1e-4, 1e-4), (1e-6, 1e-6)):
        height = 0.003 / ratio
        stack = make_stack(make_sink(fins=PlateFins(height, 0.001, 0.004)))
        share = 0.75 * height / stack.board_pitch
        K = 1.0 / porous_block(stack, PLAIN).inverse_permeability[0]
        assert K == pytest.approx(share * 0.003**2 / 12.0, rel=within)


@pytest.mark.parametrize(("gap", "height"), [(0.003, 0.003), (0.003, 0.012), (0.006, 0.002)])
def test_permeability_from_the_flow_in_the_channel(gap, height):
    sink = make_sink(fins=PlateFins(height, 0.001, gap + 0.001))
    stack = make_stack(sink)
    share = gap / (gap + 0.001) * height / stack.board_pitch
    K = 1.0 / porous_block(stack, PLAIN).inverse_permeability[0]
    assert K == pytest.approx(share * mean_speed(gap, height), rel=5e-5)


def test_gaps_along_the_flow_cost_nothing():
    tight = porous_block(make_stack(), PLAIN)
    loose = porous_block(make_stack(length_pitch=0.09), PLAIN)
    assert loose.inverse_permeability[0] == pytest.approx(tight.inverse_permeability[0] / 1.5, rel=1e-12)
    assert loose.forchheimer[0] == pytest.approx(tight.forchheimer[0] / 1.5, rel=1e-12)


def test_inertia_is_some_velocity_heads_a_sink():
    """Entrance, contraction and expansion: C L is between half a head and three, on the channel's velocity."""
    stack = make_stack()
    share = 0.75 * 0.012 / stack.board_pitch
    heads = 2.0 * 0.06 * porous_block(stack, PLAIN).forchheimer[0] * share**2
    assert 1.0 < heads < 2.0
    longer = make_stack(make_sink(length=0.6))
    assert porous_block(longer, PLAIN).forchheimer[0] == pytest.approx(
        0.1 * porous_block(stack, PLAIN).forchheimer[0], rel=1e-12
    )


def test_ways_fill_the_section():
    """All of it but boards and bases."""
    stack = make_stack(board_pitch=0.024, width_pitch=0.05)
    fins, clearance, lane = stack_paths(stack)
    assert fins.share + clearance.share + lane.share == pytest.approx(
        (0.024 - 0.002 - 0.8 * 0.003) / 0.024, rel=1e-12
    )
    assert clearance.share / fins.share == pytest.approx(0.007 / 0.012, rel=1e-12)


def exact_speed(paths, gradient, mu, rho):
    """Sum of parallel ways at one pressure gradient, each by its own quadratic equation."""
    total = 0.0
    for path in paths:
        a, b = mu * path.inverse_permeability, rho * path.forchheimer
        total += path.share * brentq(lambda u: a * u + b * u * u - gradient, 0.0, gradient / a, xtol=1e-16)  # noqa: B023
    return total


@pytest.mark.parametrize(
    ("gradient", "within"), [(1e-6, 1e-6), (1e2, 0.25), (1e3, 0.25), (1e4, 0.25), (1e12, 1e-3)]
)
def test_parallel_ways(gradient, within):
    """Exact at both ends; between them the law of the whole gives up to a quarter less."""
    stack = make_stack(board_pitch=0.024, width_pitch=0.05)
    paths = stack_paths(stack)
    assert len(paths) == 3
    inverse, inertia = together(paths)
    mu, rho = 7.2e-3, 840.0
    U = exact_speed(paths, gradient, mu, rho)
    found = mu * inverse * U + rho * inertia * U * U
    assert gradient * (1.0 - within) < found < gradient * (1.0 + 1e-6)


def test_clearance_alone_lets_through_what_a_slot_does():
    """Sinks with fins so dense that all goes above them: c^3 / 12 over the pitch of the boards."""
    stack = make_stack(make_sink(fins=PlateFins(0.012, 0.0039999, 0.004)), board_pitch=0.021)
    block = porous_block(stack, PLAIN)
    assert 1.0 / block.inverse_permeability[0] == pytest.approx(0.004**3 / 12 / 0.021, rel=1e-6)
    assert 1.0 / block.inverse_permeability[1] == pytest.approx(0.004**3 / 12 / 0.021, rel=1e-9)


def test_lanes_let_through_across_the_fins():
    stack = make_stack(length_pitch=0.08)
    K = 1.0 / porous_block(stack, PLAIN).inverse_permeability[1]
    # A lane of 20 mm between the sinks, board to board.
    assert K == pytest.approx(0.25 * 0.015 / 0.017 * mean_speed(0.02, 0.015), rel=1e-4)


def test_blocked_directions():
    block = porous_block(make_stack(), PLAIN, blocked_ratio=1e-3)
    along, across, normal = block.inverse_permeability
    assert across == pytest.approx(1e3 * along, rel=1e-12)
    assert normal == pytest.approx(1e3 * along, rel=1e-12)
    assert block.forchheimer[1:].tolist() == [0.0, 0.0]


@pytest.mark.parametrize("staggered", [False, True])
def test_pins_lose_what_their_bank_does(staggered):
    pins = RoundPins(0.012, 0.002, 0.004, 0.005, staggered)
    stack = make_stack(make_sink(fins=pins))
    block = porous_block(stack, PLAIN)
    mu, rho = 7.2e-3, 840.0
    share = 0.012 / stack.board_pitch
    for direction, (rows, side) in enumerate([(0.004, 0.005), (0.005, 0.004)]):
        free = (side - 0.002) / side
        if staggered:
            free = min(free, 2 * (math.hypot(side / 2, rows) - 0.002) / side)
        for Re, within in ((1e-6, 1e-4), (100.0, 1e-9)):
            u = Re * mu / (rho * 0.002)
            loss = friction_pins(staggered, Re, rows / 0.002, side / 0.002) * rho * u * u / 2 / rows
            U = u * free * share
            found = (
                mu * block.inverse_permeability[direction] * U + rho * block.forchheimer[direction] * U * U
            )
            assert found == pytest.approx(loss, rel=within)


def test_conductivity_of_layers():
    """Fins that fill the stack: exact in series and in parallel."""
    stack = make_stack(board_conductivity=20.0)
    k = porous_block(stack, PLAIN).conductivity
    m, f, s = 180.0, 0.25, 0.75
    fins = f * m + s * 0.14
    assert k[0] == pytest.approx((2 * 20.0 + 3 * m + 12 * fins) / 17, rel=1e-12)
    assert k[1] == pytest.approx((2 * 20.0 + 3 * m + 12 / (f / m + s / 0.14)) / 17, rel=1e-12)
    assert k[2] == pytest.approx(17 / (2 / 20.0 + 3 / m + 12 / fins), rel=1e-12)


@pytest.mark.parametrize("fins", [PlateFins(0.012, 0.001, 0.004), RoundPins(0.012, 0.002, 0.004, 0.005)])
def test_conductivity_is_between_the_bounds_of_any_mixture(fins):
    stack = make_stack(
        make_sink(fins=fins), length_pitch=0.09, width_pitch=0.06, board_pitch=0.03, board_conductivity=20.0
    )
    board, metal = stack.solids
    parts = np.array([board, metal, stack.porosity])
    values = np.array([20.0, 180.0, 0.14])
    k = porous_block(stack, PLAIN).conductivity
    assert (k > 1.0 / np.sum(parts / values)).all()
    assert (k < np.sum(parts * values)).all()


def test_all_of_one_stuff_conducts_as_it_does():
    sink = make_sink(conductivity=0.14)
    stack = make_stack(sink, length_pitch=0.09, width_pitch=0.06, board_pitch=0.03, board_conductivity=0.14)
    assert porous_block(stack, PLAIN).conductivity == pytest.approx(np.full(3, 0.14), rel=1e-12)


def test_heat_capacity_is_that_of_the_volumes():
    stack = make_stack(board_pitch=0.02)
    block = porous_block(stack, oil_sinks.OIL, 333.15)
    liquid = 0.020 - 0.002 - 0.003 - 0.25 * 0.012
    total = 0.002 * 2.0e6 + (0.003 + 0.25 * 0.012) * 2.42e6 + liquid * 840.0 * (2100.0 + 80.0)
    assert block.heat_capacity == pytest.approx(total / 0.02, rel=1e-12)
    assert block.porosity == pytest.approx(liquid / 0.02, rel=1e-12)


@pytest.mark.parametrize(("along", "normal"), [(0, 1), (0, 2), (1, 0), (1, 2), (2, 0), (2, 1)])
def test_orientation(along, normal):
    block = porous_block(make_stack(board_pitch=0.02), PLAIN)
    turned = oriented(block, along, normal)
    across = ({0, 1, 2} - {along, normal}).pop()
    for name in ("inverse_permeability", "forchheimer", "conductivity"):
        before, after = getattr(block, name), getattr(turned, name)
        assert [after[along], after[across], after[normal]] == list(before)


def test_what_cannot_be():
    block = porous_block(make_stack(), PLAIN)
    with pytest.raises(HeatSinkError, match="axis"):
        oriented(block, 3, 0)
    with pytest.raises(HeatSinkError, match="normal"):
        oriented(block, 1, 1)
    with pytest.raises(HeatSinkError, match="blocked"):
        porous_block(make_stack(), PLAIN, blocked_ratio=0.0)
    with pytest.raises(HeatSinkError, match="temperature"):
        porous_block(make_stack(), PLAIN, 500.0)
