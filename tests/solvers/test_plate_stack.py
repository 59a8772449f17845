"""Plate stacks against the exact finite-channel solution, a boundary value problem, and their own balances."""

import csv
from pathlib import Path

import numba
import numpy as np
import pytest
from scipy.linalg import expm

from hashheat.solvers.chevron import FIXED, ChevronLaw, fixed_constants
from hashheat.solvers.plate_arrangement import arrange_passes
from hashheat.solvers.plate_stack import OK, OUT_OF_RANGE, PlateGeometry, gauss_collocation, solve_stack
from hashheat.thermo.errors import InputError
from hashheat.thermo.fluid import Fluid
from hashheat.thermo.packed_table import pack
from hashheat.thermo.property_table import constant_properties

TABLE = (
    Path(__file__).resolve().parents[2].parent / "shared" / "reference" / "phe" / "p_ntu_finite_channels.csv"
)
CP = 4000.0
CONSTANT = np.stack([pack(constant_properties(1000.0, CP, 1e-3, 0.6))] * 2)
GEOMETRY = PlateGeometry(0.3, 1e-3, 4e-3, 2e-5)


def law(Nu=10.0):
    return ChevronLaw(FIXED, FIXED, 0.5, 1.2, fixed_constants(Nu), fixed_constants(1.0))


def split(stack, capacity):
    """Channel mass flows when each pass carries its side's capacity flow, evenly shared."""
    m = np.zeros(stack.side.size)
    for p, side in enumerate(stack.pass_side):
        own = stack.in_pass == p
        m[own] = capacity[side] / CP / own.sum()
    return m


def solve(stack, m, T_in, nodes=16, *, packed=CONSTANT, U=0.0, laws=None, tolerance=1e-9):
    n = stack.side.size
    T, htc, out = np.zeros((n, nodes)), np.zeros((n, nodes)), np.zeros(4)
    laws = laws or (law(), law())
    status = solve_stack(
        stack,
        GEOMETRY,
        gauss_collocation(nodes),
        m,
        np.array(T_in, dtype=float),
        laws,
        packed,
        U,
        tolerance,
        T,
        htc,
        out,
    )
    return status, T, htc, out


def test_collocation_integrates_polynomials():
    for s in (1, 4, 12):
        c = gauss_collocation(s)
        A = np.linalg.inv(c.inverse)
        for degree in range(s):
            np.testing.assert_allclose(A @ c.x**degree, c.x ** (degree + 1) / (degree + 1), atol=1e-13)
        for degree in range(2 * s):
            assert c.b @ c.x**degree == pytest.approx(1.0 / (degree + 1), abs=1e-13)


def effectiveness(row, nodes):
    n, R, NTU = int(row["n_channels"]), float(row["R1"]), float(row["NTU1"])
    stack = arrange_passes(
        n,
        (int(row["Np1"]), int(row["Np2"])),
        first_side=int(row["fluid_in_first_channel"]) - 1,
        overall_counter=row["overall_counter"] == "True",
        first_counter=row["first_block_counter"] == "True",
    )
    capacity = (1000.0, 1000.0 / R)
    U = NTU * capacity[0] / (n - 1) / GEOMETRY.area
    status, _, _, out = solve(stack, split(stack, capacity), (360.0, 300.0), nodes, U=U)
    assert status == OK
    return (360.0 - out[0]) / 60.0


def rows():
    if not TABLE.is_file():
        pytest.skip("the table of finite channels is not beside the repository (shared/reference/phe)")
    with TABLE.open(encoding="utf-8") as file:
        found = list(csv.DictReader(file))
    return [r for r in found if int(r["n_channels"]) <= 11][::7] if numba.config.DISABLE_JIT else found


def test_finite_channels_against_the_exact_table():
    found = rows()
    assert len(found) > 5
    for row in found:
        assert effectiveness(row, 16) == pytest.approx(float(row["P1_exact_finite"]), abs=2e-8), row


def test_convergence_with_the_nodes_is_faster_than_any_power():
    row = {
        "n_channels": "5",
        "R1": "1",
        "NTU1": "6",
        "Np1": "1",
        "Np2": "1",
        "fluid_in_first_channel": "1",
        "overall_counter": "True",
        "first_block_counter": "True",
    }
    exact = effectiveness(row, 24)
    errors = [abs(effectiveness(row, s) - exact) for s in (2, 4, 6, 8, 10)]
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
    status, _, _, out = solve(stack, m, T_in, 20, U=U)
    assert status == OK
    neighbours = np.diag(np.ones(n - 1), 1) + np.diag(np.ones(n - 1), -1)
    exchange = neighbours - np.diag(neighbours.sum(axis=1))
    sign = np.where(stack.upward == 1, 1.0, -1.0)
    across = expm((sign / m / CP * GEOMETRY.area * U)[:, None] * exchange)
    # T(0) follows from the inlets: at x = 0 for upward channels, at x = 1 for the others.
    entry = np.where((stack.upward == 1)[:, None], np.eye(n), across)
    start = np.linalg.solve(entry, np.take(T_in, stack.side))
    leaving = np.where(stack.upward == 1, across @ start, start)
    for side in range(2):
        own = stack.side == side
        assert out[side] == pytest.approx(np.average(leaving[own], weights=m[own]), abs=1e-9)


@pytest.mark.parametrize(
    ("passes", "channels"), [((1, 1), 9), ((2, 2), 12), ((3, 1), 12), ((4, 3), 24), ((4, 4), 16)]
)
def test_heat_lost_is_heat_gained_with_real_water(passes, channels):
    water = Fluid.parse("water").table(6e5)
    packed = np.stack([pack(water)] * 2)
    stack = arrange_passes(channels, passes)
    m = split(stack, (2000.0, 2600.0))
    status, T, htc, out = solve(stack, m, (353.15, 313.15), 12, packed=packed, laws=(law(60.0), law(80.0)))
    assert status == OK
    assert abs(out[2] + out[3]) <= 1e-10 * abs(out[3])
    assert np.all((T > 313.0) & (T < 353.3))
    assert np.all(htc > 0.0)
    assert 313.15 < out[0] < 353.15
    assert 313.15 < out[1] < 353.15


def test_exchanging_the_sides_changes_nothing():
    one = arrange_passes(10, (2, 1))
    m = split(one, (900.0, 1500.0))
    _, _, _, a = solve(one, m, (350.0, 310.0), U=3000.0)
    # The same stack seen from the other side: its fluids exchange their numbers.
    other = one._replace(side=1 - one.side, pass_side=1 - one.pass_side)
    _, _, _, b = solve(other, m, (310.0, 350.0), U=3000.0)
    np.testing.assert_allclose(a, b[[1, 0, 3, 2]], rtol=1e-12)


def test_limits_of_transfer():
    stack = arrange_passes(8, (1, 1))
    m = split(stack, (1000.0, 1000.0))
    _, _, _, none = solve(stack, m, (350.0, 310.0), U=1e-9)
    np.testing.assert_allclose(none[:2], [350.0, 310.0], atol=1e-6)
    two = arrange_passes(2, (1, 1))
    _, _, _, much = solve(two, split(two, (1000.0, 2000.0)), (350.0, 310.0), 30, U=6e4)
    assert much[0] == pytest.approx(310.0, abs=1e-2)


def test_an_outlet_beyond_the_table_is_said():
    water = pack(Fluid.parse("water").table(3e5, 280.0, 330.0))
    stack = arrange_passes(6, (1, 1))
    oil = pack(constant_properties(850.0, 2000.0, 1e-3, 0.13, T_max=500.0))
    m = split(stack, (3000.0, 100.0))
    status, *_ = solve(stack, m, (400.0, 300.0), packed=np.stack([oil, water]), laws=(law(100.0), law(100.0)))
    assert status == OUT_OF_RANGE


def test_more_passes_than_channels_is_an_error():
    with pytest.raises(InputError, match="channel for each pass"):
        arrange_passes(5, (3, 3))
