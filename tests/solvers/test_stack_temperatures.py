"""Temperatures of plate stacks against exact solutions, a second program's table, and their own balances."""

import csv
from pathlib import Path

import numba
import numpy as np
import pytest
from scipy.linalg import expm

from hashheat.solvers import plate_stack as ps
from hashheat.solvers.chevron import FIXED, ChevronLaw, fixed_constants
from hashheat.solvers.element_levels import element_levels
from hashheat.solvers.plate_arrangement import arrange_blocks, arrange_passes, reverse_side
from hashheat.solvers.plate_effectiveness import plate_effectiveness
from hashheat.solvers.stack_temperatures import NUSSELT_AT_REST, OK, OUT_OF_RANGE, solve_temperatures
from hashheat.thermo.fluid import Fluid
from hashheat.thermo.packed_table import pack
from hashheat.thermo.property_kernels import enthalpy
from hashheat.thermo.property_table import constant_properties

REFERENCE = Path(__file__).resolve().parents[2].parent / "shared" / "reference" / "phe"
CP = 4000.0
CONSTANT = np.stack([pack(constant_properties(1000.0, CP, 1e-3, 0.6))] * 2)
AREA = 0.3


def law(Nu=10.0):
    return ChevronLaw(FIXED, FIXED, 0.5, 1.2, fixed_constants(Nu), fixed_constants(1.0))


def split(stack, capacity):
    """Flows of the rows when each pass carries its side's capacity flow, evenly shared."""
    in_pass = np.zeros(stack.feeds.size)
    np.add.at(in_pass, stack.in_pass, stack.channels)
    return stack.channels / in_pass[stack.in_pass] * np.take(capacity, stack.side) / CP


class Solution:
    """Everything the solver says of one case."""

    def __init__(
        self, stack, m, T_in, *, packed=CONSTANT, U=0.0, laws=None, tolerance=1e-7, nodes=None, fouling=0.0
    ):
        n = stack.side.size
        levels = element_levels() if nodes is None else element_levels((nodes,))
        case = np.ones(ps.N_INPUTS)
        case[ps.T_IN_0 : ps.T_IN_1 + 1] = T_in
        case[ps.AREA], case[ps.FLOW_AREA], case[ps.HYDRAULIC_DIAMETER] = AREA, 1e-3, 4e-3
        case[ps.WALL_RESISTANCE], case[ps.FOULING], case[ps.U_FIXED] = 2e-5, fouling, U
        total = np.zeros(stack.feeds.size)
        np.add.at(total, stack.in_pass, m)
        share = np.divide(m, total[stack.in_pass], out=np.ones(n), where=m > 0)
        size = levels.x.shape[1]
        T, wall, htc = np.zeros((n, size)), np.zeros((n, size)), np.zeros((n, size))
        self.heat, self.leaving, self.UA = np.zeros(2), np.zeros(stack.feeds.size), np.zeros(2)
        laws = (laws or (law(), law()))[:2]
        self.status, level, self.estimate = solve_temperatures(
            stack,
            case,
            levels,
            m,
            share,
            (laws[0], laws[0], laws[1], laws[1]),
            packed,
            tolerance,
            -1,
            True,
            T,
            wall,
            htc,
            self.heat,
            self.leaving,
            self.UA,
        )
        s = self.nodes = int(levels.size[level])
        self.T, self.wall, self.htc = T[:, :s], wall[:, :s], htc[:, :s]
        flows = [m[(stack.side == k) & (stack.feeds[stack.in_pass] < 0)].sum() for k in range(2)]
        self.T_out = [t + q / f / CP if f > 0 else np.nan for t, q, f in zip(T_in, self.heat, flows)]


def read(name):
    if not (REFERENCE / name).is_file():
        pytest.skip(f"{name} is not beside the repository (shared/reference/phe)")
    with (REFERENCE / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def few(rows, step):
    """Without the compiler, every step-th row of the cheap ones."""
    small = [r for r in rows if int(r.get("n_channels", 2)) <= 11]
    return small[::step] if numba.config.DISABLE_JIT else rows


def effectiveness(stack, plates, R, NTU, **options):
    capacity = (1000.0, 1000.0 / R)
    found = Solution(
        stack,
        split(stack, capacity),
        (360.0, 300.0),
        U=NTU * capacity[0] / plates / AREA,
        **options,
    )
    assert found.status == OK
    return (360.0 - found.T_out[0]) / 60.0, found


def finite(row, **options):
    n = int(row["n_channels"])
    stack = arrange_passes(
        n,
        (int(row["Np1"]), int(row["Np2"])),
        first_side=int(row["fluid_in_first_channel"]) - 1,
        overall_counter=row["overall_counter"] == "True",
        first_counter=row["first_block_counter"] == "True",
    )
    return effectiveness(stack, n - 1, float(row["R1"]), float(row["NTU1"]), **options)


def test_finite_channels_against_the_exact_table():
    """The node count is the solver's own choice; the table is good to 2e-7 and printed to 1e-8."""
    rows = few(read("p_ntu_finite_channels.csv"), 7)
    assert len(rows) > 5
    for row in rows:
        P, found = finite(row, tolerance=1e-6)
        assert P == pytest.approx(float(row["P1_exact_finite"]), abs=3e-7), row
        assert found.estimate <= 1e-6


def test_the_error_estimate_bounds_the_error():
    row = {"n_channels": "9", "R1": "1", "NTU1": "8", "Np1": "1", "Np2": "1", "fluid_in_first_channel": "1"}
    row |= {"overall_counter": "True", "first_block_counter": "True"}
    exact, _ = finite(row, nodes=32)
    for tolerance in (1e-2, 1e-4, 1e-6, 1e-8):
        P, found = finite(row, tolerance=tolerance)
        assert abs(P - exact) <= max(found.estimate, 1e-13) <= tolerance


def test_infinite_plates_against_the_textbook_formulas():
    rows = few(read("p_ntu_reference.csv"), 97)
    for row in rows:
        passes = int(row["Np1"]), int(row["Np2"])
        overall = row["overall_counterflow"] == "True"
        # With one pass on a side ht has one option only; it is what is called first_counter here.
        of_ht = row["source"].startswith("ht") and min(passes) == 1
        first = overall if of_ht else row["passes_counterflow"] == "True"
        stack = arrange_blocks(61, passes, overall_counter=overall, first_counter=first)
        P, _ = effectiveness(stack, 60, float(row["R1"]), float(row["NTU1"]), tolerance=1e-6)
        assert P == pytest.approx(float(row["P1_block_network"]), abs=1e-7), row


def test_convergence_with_the_nodes_is_faster_than_any_power():
    row = {"n_channels": "5", "R1": "1", "NTU1": "6", "Np1": "1", "Np2": "1", "fluid_in_first_channel": "1"}
    row |= {"overall_counter": "True", "first_block_counter": "True"}
    exact, _ = finite(row, nodes=24)
    errors = [abs(finite(row, nodes=s)[0] - exact) for s in (2, 4, 6, 8, 10)]
    orders = np.diff(np.log(errors)) / -np.diff(np.log([2, 4, 6, 8, 10]))
    assert np.all(np.diff(orders) > 0.0)
    assert orders[0] > 2.0
    assert errors[-1] < 1e-7


@pytest.mark.parametrize("counter", [True, False])
def test_against_the_matrix_exponential(counter):
    """Unequal channel flows: T' = K T, solved exactly between its mixed ends."""
    n = 5
    stack = arrange_passes(n, (1, 1), first_counter=counter)
    m = np.random.default_rng(3).uniform(0.05, 0.15, n)
    T_in, U = (360.0, 300.0), 2500.0
    found = Solution(stack, m, T_in, U=U, tolerance=1e-10)
    neighbours = np.diag(np.ones(n - 1), 1) + np.diag(np.ones(n - 1), -1)
    exchange = neighbours - np.diag(neighbours.sum(axis=1))
    sign = np.where(stack.upward == 1, 1.0, -1.0)
    across = expm((sign / m / CP * AREA * U)[:, None] * exchange)
    # T(0) follows from the inlets: at x = 0 for upward channels, at x = 1 for the others.
    entry = np.where((stack.upward == 1)[:, None], np.eye(n), across)
    start = np.linalg.solve(entry, np.take(T_in, stack.side))
    leaving = np.where(stack.upward == 1, across @ start, start)
    for side in range(2):
        own = stack.side == side
        assert found.T_out[side] == pytest.approx(np.average(leaving[own], weights=m[own]), abs=1e-9)


WATER = np.stack([pack(Fluid.parse("water").table(6e5))] * 2)


@pytest.mark.parametrize(
    ("passes", "channels"), [((1, 1), 9), ((2, 2), 12), ((3, 1), 12), ((4, 3), 24), ((4, 4), 16)]
)
def test_heat_lost_is_heat_gained_with_real_water(passes, channels):
    stack = arrange_passes(channels, passes)
    m = split(stack, (2000.0, 2600.0))
    found = Solution(stack, m, (353.15, 313.15), packed=WATER, laws=(law(60.0), law(80.0)))
    assert found.status == OK
    assert abs(found.heat.sum()) <= 1e-10 * abs(found.heat[1])
    assert np.all((found.T > 313.0) & (found.T < 353.3))
    # The enthalpy that each stream carries away agrees with the heat that crossed the plates.
    water = Fluid.parse("water").table(6e5)
    for side, T in enumerate((353.15, 313.15)):
        passes = np.flatnonzero(stack.pass_side == side)
        last = next(p for p in passes if p not in stack.feeds)
        flow = (2000.0, 2600.0)[side] / CP
        assert flow * (found.leaving[last] - enthalpy(water, T)) == pytest.approx(found.heat[side], rel=1e-7)


def test_exchanging_the_sides_changes_nothing():
    one = arrange_passes(10, (2, 1))
    m = split(one, (900.0, 1500.0))
    a = Solution(one, m, (350.0, 310.0), U=3000.0)
    # The same stack seen from the other side: its fluids exchange their numbers.
    b = Solution(one._replace(side=1 - one.side, pass_side=1 - one.pass_side), m, (310.0, 350.0), U=3000.0)
    np.testing.assert_allclose(a.T_out, b.T_out[::-1], rtol=1e-12)


def test_limits_of_transfer():
    stack = arrange_passes(8, (1, 1))
    m = split(stack, (1000.0, 1000.0))
    np.testing.assert_allclose(Solution(stack, m, (350.0, 310.0), U=1e-9).T_out, [350.0, 310.0], atol=1e-6)
    two = arrange_passes(2, (1, 1))
    much = Solution(two, split(two, (1000.0, 2000.0)), (350.0, 310.0), U=1e5)
    assert much.T_out[0] == pytest.approx(310.0, abs=1e-2)


def test_a_fluid_at_rest_takes_the_temperature_of_the_other():
    stack = arrange_passes(9, (1, 1))
    m = split(stack, (1000.0, 0.0))
    found = Solution(stack, m, (350.0, 310.0), laws=(law(50.0), law(0.0)))
    assert found.status == OK
    np.testing.assert_allclose(found.heat, 0.0, atol=1e-9)
    np.testing.assert_allclose(found.T, 350.0, atol=1e-9)
    np.testing.assert_allclose(found.htc[stack.side == 1], NUSSELT_AT_REST * 0.6 / 4e-3)


def test_counterflow_reversed_is_parallel_flow():
    NTU, R = 1.7, 0.8
    stack = reverse_side(arrange_passes(2, (1, 1)), 1)
    P, _ = effectiveness(stack, 1, R, NTU)
    assert P == pytest.approx((1.0 - np.exp(-NTU * (1.0 + R))) / (1.0 + R), abs=1e-9)


def test_fouling_is_one_more_resistance():
    stack = arrange_passes(6, (1, 1))
    m = split(stack, (1000.0, 1200.0))
    found = Solution(stack, m, (350.0, 310.0), fouling=1e-4)
    h = 10.0 * 0.6 / 4e-3
    assert found.UA[0] == pytest.approx(5 * AREA / (2.0 / h + 2e-5 + 1e-4), rel=1e-12)
    assert found.UA[1] == pytest.approx(5 * AREA / (2.0 / h + 2e-5), rel=1e-12)


def test_an_outlet_beyond_the_table_is_said():
    water = pack(Fluid.parse("water").table(3e5, 280.0, 330.0))
    oil = pack(constant_properties(850.0, 2000.0, 1e-3, 0.13, T_max=500.0))
    stack = arrange_passes(6, (1, 1))
    m = split(stack, (3000.0, 100.0))
    found = Solution(stack, m, (400.0, 300.0), packed=np.stack([oil, water]), laws=(law(100.0), law(100.0)))
    assert found.status == OUT_OF_RANGE


@pytest.mark.parametrize("passes", [(3, 3), (4, 3), (4, 4), (5, 2)])
@pytest.mark.parametrize("overall", [True, False])
@pytest.mark.parametrize("first", [True, False])
def test_blocks_of_many_passes_against_the_closed_network(passes, overall, first):
    """What ht lacks; plate_effectiveness is tested against matrix exponentials of its own."""
    for R, NTU in ((0.4, 1.0), (1.0, 4.0), (1.6, 2.5)):
        stack = arrange_blocks(61, passes, overall_counter=overall, first_counter=first)
        P, _ = effectiveness(stack, 60, R, NTU, tolerance=1e-6)
        exact = plate_effectiveness(NTU, R, passes, overall_counter=overall, first_counter=first)
        assert P == pytest.approx(exact, abs=1e-8)
