"""The serpentine solver against exact solutions of its equations, with the observed order of convergence."""

import math
from itertools import pairwise

import numba
import numpy as np
import pytest
from scipy.interpolate import BarycentricInterpolator
from scipy.special import lambertw

from hashheat.solvers import serpentine as sp
from hashheat.thermo.property_table import constant_properties

CP = 4190.0
WATERLIKE = constant_properties(1000.0, CP, 1e-3, 0.6)
K0 = 273.15
GRIDS = (32, 64, 128) if numba.config.DISABLE_JIT else (128, 256, 512)


def solve_strips(board, duct, n_cell, rate, *, L, kA, g, C, T_in, G=0.0, u=0.0, T_ambient=293.15):
    """Wall, fluid nodes and outlet of a plate heated by ``rate[p](a, b)`` watts between a and b of strip p.

    Returns
    -------
    T_wall : (n_pass, n_cell) array
        Left to right in every strip.
    T_fluid : (n_pass, n_cell + 1) array
        At the cell faces, left to right.
    results : (N_OUTPUTS,) array
    """
    edges = np.linspace(0.0, L, n_cell + 1)
    power = np.array([[q(a, b) for a, b in pairwise(edges)] for q in rate])
    power[1::2] = power[1::2, ::-1].copy()
    cases = board(
        T_IN=T_in,
        MASS_FLOW=C / CP,
        HEATED_PERIMETER=0.04,
        FIXED_HTC=g / 0.04,
        PASS_LENGTH=L,
        WALL_CONDUCTANCE=kA,
        CROSS_CONDUCTANCE=G,
        CHIP_RESISTANCE=0.0,
        P_DYNAMIC=1.0,
        P_LEAK=0.0,
        LOSS=u,
        T_AMBIENT=T_ambient,
    )
    layout = sp.path_layout(len(rate), n_cell, power)
    out, fields = sp.solve_serpentine(cases, layout, WATERLIKE, duct, with_fields=True, tolerance=1e-9)
    assert out[sp.STATUS, 0] == sp.OK
    by_pass = fields[:, :, 0].reshape(len(rate), n_cell, sp.N_FIELDS)
    T_wall = by_pass[:, :, sp.FIELD_T_WALL].copy()
    T_fluid = np.concatenate([by_pass[:, :1, sp.FIELD_T_IN], by_pass[:, :, sp.FIELD_T_OUT]], axis=1)
    T_wall[1::2], T_fluid[1::2] = T_wall[1::2, ::-1].copy(), T_fluid[1::2, ::-1].copy()
    return T_wall, T_fluid, out[:, 0]


def uniform(q):
    return lambda a, b: q * (b - a)


def at_start(T_wall):
    """Wall temperature at the adiabatic end x = 0 from the two nearest cells: a parabola without slope."""
    return (9.0 * T_wall[..., 0] - T_wall[..., 1]) / 8.0


def at_middle(T_wall):
    n = T_wall.shape[-1]
    return 0.5 * (T_wall[..., n // 2 - 1] + T_wall[..., n // 2])


def assert_converges(solve, exact, rise, ordered=slice(None), floor=1e-8):
    """Second order against the exact value, and 1e-6 of the rise after Richardson's extrapolation.

    The order is asked of the values in ``ordered`` whose error on the middle grid is above ``floor`` of the
    rise: below it the digits of ``exact`` and rounding are left.
    """
    values = [np.asarray(solve(n)) for n in GRIDS]
    errors = [np.abs(v - exact) for v in values]
    rough = np.zeros(errors[1].size, dtype=bool)
    rough[ordered] = errors[1][ordered] > floor * rise
    assert rough.any()
    observed = np.log2(errors[1][rough] / errors[2][rough])
    assert np.all(observed >= 1.9), observed
    extrapolated = (4.0 * values[2] - values[1]) / 3.0
    reach = 1e-6 if GRIDS[-1] >= 512 else 1e-4
    np.testing.assert_allclose(extrapolated, exact, atol=reach * rise, rtol=0.0)


# Conjugate channel with axial conduction: exact to 13 digits by matrix exponential in 40 digits.
# Tw(0), Tw(L/2), Tw(L), Tf(L/2), Tf(L) in degC.
C1 = (94.01524431917, 98.12017970444, 102.2116319094, 64.78691687941, 69.546539379475)
C2 = (63.98493990924, 132.3988053296, 69.646906643, 68.2607496154, 69.546539379475)


def hot_zone(a, b):
    return 8000.0 * max(0.0, min(b, 0.10) - max(a, 0.05))


@pytest.mark.parametrize(
    ("rate", "exact"), [(uniform(2000.0), C1), (hot_zone, C2)], ids=["C1 uniform", "C2 hot zone"]
)
def test_conjugate_channel(board, duct, rate, exact):
    def solve(n):
        T_wall, T_fluid, out = solve_strips(
            board, duct, n, [rate], L=0.2, kA=0.012, g=60.0, C=41.9, T_in=60.0 + K0
        )
        assert out[sp.T_OUT] - K0 == pytest.approx(exact[4], abs=3e-12 * n)  # all heat ends in the water
        ends = at_start(T_wall)[0], at_start(T_wall[:, ::-1])[0]
        return np.array([ends[0], at_middle(T_wall)[0], ends[1], T_fluid[0, n // 2]]) - K0

    assert_converges(solve, exact[:4], rise=exact[1] - 60.0)


SP2 = ((77.282547301, 80.232638461), (62.123716497,), 64.17661097852)
SP4 = (
    (80.776564953, 84.512277153, 85.613398324, 89.268648993),
    (62.556607186, 65.067968385, 67.567412544),
    70.02386634845,
)


@pytest.mark.parametrize(("q", "exact"), [(2500.0, SP2), (3000.0, SP4)], ids=["SP-2", "SP-4"])
def test_serpentine_plate(board, duct, q, exact):
    walls, bends, T_out = exact
    passes = len(walls)

    def solve(n):
        T_wall, T_fluid, out = solve_strips(
            board,
            duct,
            n,
            [uniform(q)] * passes,
            L=0.35,
            kA=167 * 0.03 * 0.005,
            g=150.0,
            C=419.0,
            T_in=60.0 + K0,
            G=167 * 0.005 / 0.03,
        )
        assert out[sp.T_OUT] - K0 == pytest.approx(T_out, abs=3e-12 * n)
        # Pass p ends at x = L if p is even, at x = 0 if it is odd.
        at_bends = [T_fluid[p, -1 if p % 2 == 0 else 0] for p in range(passes - 1)]
        return np.array([*at_start(T_wall), *at_bends]) - K0

    assert_converges(solve, (*walls, *bends), rise=walls[-1] - 60.0)


def chebyshev_strips(rate, *, L, kA, g, C, T_in, G, u, T_ambient, n=48):
    """Solve the same differential equations by Chebyshev collocation, which shares no idea with the solver.

    Unknowns are wall and fluid of each strip at n + 1 Chebyshev points; rate[p](x) is in W/m.
    Returns interpolants (wall, fluid) of each strip.
    """
    passes = len(rate)
    k = np.arange(n + 1)
    x = np.cos(math.pi * k / n)
    c = np.where((k == 0) | (k == n), 2.0, 1.0) * (-1.0) ** k
    dX = x[:, None] - x[None, :]
    D = np.outer(c, 1.0 / c) / (dX + np.eye(n + 1))
    D -= np.diag(D.sum(axis=1))
    x, D = (x[::-1] + 1.0) * L / 2.0, -D[::-1, ::-1] * -2.0 / L
    D2 = D @ D
    m = n + 1
    A, b = np.zeros((2 * passes * m, 2 * passes * m)), np.zeros(2 * passes * m)
    eye = np.eye(m)
    for p in range(passes):
        wall, fluid = slice(2 * p * m, (2 * p + 1) * m), slice((2 * p + 1) * m, (2 * p + 2) * m)
        A[wall, wall] += kA * D2 - (g + u) * eye
        A[wall, fluid] += g * eye
        for neighbour in (p - 1, p + 1):
            if 0 <= neighbour < passes:
                A[wall, wall] -= G * eye
                A[wall, 2 * neighbour * m : (2 * neighbour + 1) * m] += G * eye
        b[wall] = -rate[p](x) - u * T_ambient
        for row, end in ((wall.start, 0), (wall.stop - 1, n)):
            A[row], b[row] = 0.0, 0.0
            A[row, wall] = D[end]
        direction = 1.0 if p % 2 == 0 else -1.0
        A[fluid, fluid] += direction * C * D + g * eye
        A[fluid, wall] -= g * eye
        inlet = 0 if p % 2 == 0 else n
        row = fluid.start + inlet
        A[row], b[row] = 0.0, 0.0
        A[row, row] = 1.0
        if p == 0:
            b[row] = T_in
        else:
            A[row, (2 * p - 1) * m + inlet] = -1.0
    y = np.linalg.solve(A, b).reshape(passes, 2, m)
    return [[BarycentricInterpolator(x, y[p, i]) for i in range(2)] for p in range(passes)]


def test_collocation_agrees_with_the_published_digits():
    walls, bends, T_out = SP4
    y = chebyshev_strips(
        [lambda x: 3000.0 + 0.0 * x] * 4,
        L=0.35,
        kA=167 * 0.03 * 0.005,
        g=150.0,
        C=419.0,
        T_in=60.0,
        G=167 * 0.005 / 0.03,
        u=0.0,
        T_ambient=0.0,
    )
    assert [float(wall(0.0)) for wall, _ in y] == pytest.approx(walls, abs=1e-8)
    assert [float(y[p][1](0.35 * (1 - p % 2))) for p in range(3)] == pytest.approx(bends, abs=1e-8)
    assert float(y[3][1](0.0)) == pytest.approx(T_out, abs=1e-8)


@pytest.mark.parametrize(("passes", "seed"), [(1, 1), (3, 2), (3, 3), (5, 4)])
def test_random_plate_with_loss_and_uneven_heat(board, duct, passes, seed):
    rng = np.random.default_rng(seed)
    plate = {
        "L": rng.uniform(0.2, 0.5),
        "kA": rng.uniform(0.02, 0.1),
        "g": rng.uniform(50.0, 200.0),
        "C": rng.uniform(30.0, 400.0),
        "T_in": rng.uniform(310.0, 350.0),
        "G": rng.uniform(5.0, 60.0),
        "u": rng.uniform(0.5, 5.0),
        "T_ambient": rng.uniform(260.0, 300.0),
    }
    a, b, w = (
        rng.uniform(500.0, 2500.0, passes),
        rng.uniform(-500.0, 500.0, passes),
        rng.uniform(40.0, 80.0, passes),
    )
    density = [lambda x, p=p: a[p] + b[p] * np.sin(w[p] * x) for p in range(passes)]
    between = [
        lambda lo, hi, p=p: a[p] * (hi - lo) - b[p] / w[p] * (math.cos(w[p] * hi) - math.cos(w[p] * lo))
        for p in range(passes)
    ]
    exact = chebyshev_strips(density, **plate)
    L = plate["L"]
    outlet = L if passes % 2 == 1 else 0.0
    expected = np.array(
        [float(w(0.0)) for w, _ in exact]
        + [float(w(L / 2)) for w, _ in exact]
        + [float(f(L / 2)) for _, f in exact]
        + [float(exact[-1][1](outlet))]
    )

    def solve(n):
        T_wall, T_fluid, out = solve_strips(board, duct, n, between, **plate)
        return np.array([*at_start(T_wall), *at_middle(T_wall), *T_fluid[:, n // 2], out[sp.T_OUT]])

    # The extrapolated ends mix second and third order of opposite signs; they are held to the value only.
    assert_converges(solve, expected, np.ptp(expected), ordered=slice(passes, None), floor=2e-7)


# Chips with leakage on an isothermal plate: Tc, R, P_dynamic, P_leak, T0, Ts and T_j, P in degC and W.
LEAKY = {
    "LK1": ((80.0, 1.0, 12.0, 3.0, 60.0, 30.0), 105.8156145165, 25.81561451652, 0.4605204839),
    "LK2": ((75.0, 0.8, 16.0, 4.0, 60.0, 30.0), 99.89889196574, 31.12361495718, None),
}


def closed_form(Tc, R, Pd, Pl, T0, Ts):
    """Junction temperature on the lower branch, T_j = A - Ts W0(-(R Pl / Ts) exp((A - T0) / Ts))."""
    A = Tc + R * Pd
    return A - Ts * lambertw(-R * Pl / Ts * math.exp((A - T0) / Ts)).real


def leakage_at_the_fold(Tc, R, Pd, T0, Ts):
    """Leakage beyond which there is no steady state: where Lambert's argument is -1/e."""
    return Ts / R * math.exp(-1.0 - (Tc + R * Pd - T0) / Ts)


def one_chip(board, duct, Tc, R, Pd, Pl, T0, Ts, **rows):
    isothermal = {"MASS_FLOW": 1e9, "FIXED_HTC": 1e13, "WALL_CONDUCTANCE": 1e-12, "CROSS_CONDUCTANCE": 0.0}
    cases = board(
        **{"T_IN": Tc + K0, "LOSS": 0.0} | isothermal | rows,
        CHIP_RESISTANCE=R,
        P_DYNAMIC=Pd,
        P_LEAK=Pl,
        T_LEAK=T0 + K0,
        LEAK_SCALE=Ts,
    )
    out, _ = sp.solve_serpentine(cases, sp.path_layout(1, 2, [1.0, 0.0]), WATERLIKE, duct)
    return out[:, 0]


@pytest.mark.parametrize("name", LEAKY)
def test_leakage_feedback(board, duct, name):
    chip, T_j, power, gain = LEAKY[name]
    out = one_chip(board, duct, *chip)
    assert out[sp.STATUS] == sp.OK
    assert out[sp.T_JUNCTION] - K0 == pytest.approx(T_j, abs=5e-9)
    assert out[sp.CHIP_POWER] == pytest.approx(power, abs=5e-9)
    assert closed_form(*chip) == pytest.approx(T_j, abs=2e-10)
    if gain is not None:
        assert out[sp.LOOP_GAIN] == pytest.approx(gain, abs=2e-10)


@pytest.mark.parametrize(
    "chip", [(80.0, 1.0, 12.0, 60.0, 30.0), (40.0, 0.3, 30.0, 75.0, 45.0), (95.0, 2.0, 5.0, 50.0, 20.0)]
)
@pytest.mark.parametrize("off", [1e-2, 1e-4, 1e-6])
def test_runaway_border(board, duct, chip, off):
    Tc, R, Pd, T0, Ts = chip
    fold = leakage_at_the_fold(*chip)
    below = (Tc, R, Pd, fold * (1.0 - off), T0, Ts)
    out = one_chip(board, duct, *below)
    assert out[sp.STATUS] == sp.OK
    assert out[sp.T_JUNCTION] - K0 == pytest.approx(closed_form(*below), abs=2e-5)
    assert out[sp.LOOP_GAIN] < 1.0
    assert one_chip(board, duct, Tc, R, Pd, fold * (1.0 + off), T0, Ts)[sp.STATUS] == sp.RUNAWAY


def test_runaway_through_the_coolant(board, duct):
    # One chip heats its own coolant: film and half the coolant's rise add to its resistance, so that the
    # closed form still holds. Most of the feedback goes through the coolant here.
    Tc, R, Pd, T0, Ts = 60.0, 0.2, 20.0, 60.0, 30.0
    m, g = 1e-4, 4.0
    exchange = 1.0 / (1.0 / g + 0.5 / (m * CP))
    seen = R + 1.0 / exchange
    assert seen > 4 * R
    fold = leakage_at_the_fold(Tc, seen, Pd, T0, Ts)
    rows = {"MASS_FLOW": m, "HEATED_PERIMETER": 0.04, "PASS_LENGTH": 0.4, "FIXED_HTC": g / (0.04 * 0.2)}
    for off in (0.1, 1e-2, 1e-4):
        below = (Tc, seen, Pd, fold * (1.0 - off), T0, Ts)
        out = one_chip(board, duct, Tc, R, *below[2:], **rows)
        assert out[sp.STATUS] == sp.OK
        assert out[sp.T_JUNCTION] - K0 == pytest.approx(closed_form(*below), abs=1e-4)
        assert one_chip(board, duct, Tc, R, Pd, fold * (1 + off), T0, Ts, **rows)[sp.STATUS] == sp.RUNAWAY


@pytest.mark.parametrize("fouling", [0.0, 2e-4])
def test_adiabatic_strips_are_marched(board, duct, fouling):
    # Neither conduction nor loss: each cell gives its heat through deposit and film to the coolant that passes it.
    power = np.random.default_rng(8).uniform(0.0, 40.0, (3, 6))
    m, htc = 0.02, 3000.0
    cases = board(
        MASS_FLOW=m,
        FIXED_HTC=htc,
        P_DYNAMIC=1.0,
        P_LEAK=0.0,
        LOSS=0.0,
        WALL_CONDUCTANCE=0.0,
        CROSS_CONDUCTANCE=0.0,
        FOULING=fouling,
    )
    out, fields = sp.solve_serpentine(cases, sp.path_layout(3, 6, power), WATERLIKE, duct, with_fields=True)
    nodes = 343.15 + np.concatenate([[0.0], np.cumsum(power)]) / (m * CP)
    walls = 0.5 * (nodes[:-1] + nodes[1:]) + power.ravel() * (1.0 / htc + fouling) / (26e-3 * 0.42 / 6)
    np.testing.assert_array_equal(fields[:, sp.FIELD_HTC, 0], htc)
    np.testing.assert_allclose(fields[:, sp.FIELD_T_OUT, 0], nodes[1:], rtol=1e-12)
    np.testing.assert_allclose(fields[:, sp.FIELD_T_WALL, 0], walls, rtol=1e-12)
    assert out[sp.T_WALL, 0] == fields[:, sp.FIELD_T_WALL, 0].max()


def test_perfect_conductor_is_isothermal(board, duct):
    # All chips sit on one cell, yet the plate has one temperature: effectiveness 1 - exp(-NTU).
    m, htc, L, P = 0.01, 4000.0, 0.42, 26e-3
    NTU = 2 * htc * P * L / (m * CP)

    def solve(n):
        power = np.zeros((2, n))
        power[1, 2] = 900.0
        cases = board(
            MASS_FLOW=m,
            FIXED_HTC=htc,
            P_DYNAMIC=1.0,
            P_LEAK=0.0,
            LOSS=0.0,
            WALL_CONDUCTANCE=1e7,
            CROSS_CONDUCTANCE=1e7,
        )
        out, fields = sp.solve_serpentine(
            cases, sp.path_layout(2, n, power), WATERLIKE, duct, with_fields=True
        )
        T_wall = fields[:, sp.FIELD_T_WALL, 0]
        assert np.ptp(T_wall) < 1e-3
        # Conduction a million times the film's: what is left is its rounding.
        assert out[sp.T_OUT, 0] == pytest.approx(343.15 + 900.0 / (m * CP), abs=1e-4)
        return np.array([(out[sp.T_OUT, 0] - 343.15) / (T_wall.mean() - 343.15)])

    values = [solve(n) for n in (8, 16, 32)]
    exact = -math.expm1(-NTU)
    errors = [abs(float(v[0]) - exact) for v in values]
    assert math.log2(errors[1] / errors[2]) > 1.9
    assert float((4 * values[2] - values[1])[0]) / 3 == pytest.approx(exact, abs=1e-5)


def test_loss_without_chips_decays_exponentially(board, duct):
    # Coolant through film and plate to the room: T - T_a falls by exp(-U L / C).
    m, htc, P, L, u, passes = 0.004, 2500.0, 26e-3, 0.42, 30.0, 2
    U = 1.0 / (1.0 / (htc * P) + 1.0 / u)
    exact = 293.0 + 50.15 * math.exp(-U * passes * L / (m * CP))
    values = []
    for n in (16, 32, 64):
        cases = board(MASS_FLOW=m, FIXED_HTC=htc, LOSS=u, WALL_CONDUCTANCE=0.0, CROSS_CONDUCTANCE=0.0)
        out, _ = sp.solve_serpentine(
            cases, sp.path_layout(passes, n, np.zeros((passes, n))), WATERLIKE, duct, tolerance=1e-10
        )
        assert out[sp.STATUS, 0] == sp.OK
        assert out[sp.HEAT_WATER, 0] == pytest.approx(-out[sp.HEAT_LOSS, 0], rel=1e-12)
        assert out[sp.HEAT_WATER, 0] == pytest.approx(m * CP * (out[sp.T_OUT, 0] - 343.15), rel=1e-10)
        values.append(out[sp.T_OUT, 0])
    errors = np.abs(np.array(values) - exact)
    assert math.log2(errors[1] / errors[2]) > 1.9
    assert (4 * values[2] - values[1]) / 3 == pytest.approx(exact, abs=2e-6)
