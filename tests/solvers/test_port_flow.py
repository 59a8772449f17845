"""Flow between two ports against the closed form, a boundary value solver and the balances written otherwise."""

import csv
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_bvp
from scipy.optimize import brentq, root

from hashheat.solvers.port_flow import (
    INVALID,
    NOT_CONVERGED,
    OK,
    REVERSED,
    bassiouny_martin,
    maldistribution_parameter,
    share_ports,
)
from hashheat.thermo.errors import InputError

TABLE = Path(__file__).resolve().parents[2].parent / "shared/reference/phe/port_maldistribution_reference.csv"

RHO, Q = 980.0, 20.0


def share(resistance, port_in, port_out, z_layout, total_flow=Q):
    """Flows, drop and status; a port is (density, area, beta, friction of one pitch)."""
    m = np.full(len(resistance), np.nan)
    (rho_in, area_in, beta_in, f_in), (rho_out, area_out, beta_out, f_out) = port_in, port_out
    status, drop = share_ports(
        total_flow,
        np.asarray(resistance, dtype=float),
        rho_in,
        rho_out,
        area_in,
        area_out,
        beta_in,
        beta_out,
        f_in,
        f_out,
        z_layout,
        m,
    )
    return m, drop, status


def equal(n, m_squared, z_layout, area_ratio=1.0, beta_in=1.0, beta_out=0.0, friction=0.0):
    """A pass of n equal channels with the given m^2, its closed form's g, and the inlet's dynamic pressure x 2."""
    area, channel = 0.02, 0.5e-3
    one = maldistribution_parameter(n, channel, area, area / area_ratio, 1.0, beta_in, beta_out)
    zeta = one / m_squared
    resistance = np.full(n, zeta / (2.0 * RHO * channel**2))
    ports = (RHO, area, beta_in, friction), (RHO, area / area_ratio, beta_out, friction)
    m, drop, status = share(resistance, *ports, z_layout)
    g = (n * channel / area * area_ratio) ** 2 * (2.0 - beta_out) / zeta
    return m, drop, status, g, Q**2 / (RHO * area**2)


def along(port, flow, m, friction_at):
    """Static pressure of a port at its faces (just before each junction's loss) and its mean over each junction.

    ``flow`` stands at the faces in the direction of ``friction_at``'s sign; written as a march, face by face.
    """
    rho, area, beta, f = port
    p, means, n = 0.0, [], len(m)
    for j in range(n):
        p -= friction_at[j] * f * flow[j] * abs(flow[j]) / (2 * rho * area**2) * (0.5 if j == 0 else 1.0)
        velocity = np.linspace(flow[j], flow[j + 1], 3) / (rho * area)
        rise = 0.5 * (2.0 - beta) * rho * (velocity[0] ** 2 - velocity**2)
        means.append(p + (rise[0] + 4.0 * rise[1] + rise[2]) / 6.0)
        p += rise[2]
    p -= friction_at[n] * f * flow[n] * abs(flow[n]) / (2 * rho * area**2) * 0.5
    return p, np.array(means)


def drops(m, resistance, port_in, port_out, z_layout, total_flow=Q):
    """Pressure from entry to exit by way of every channel: all equal when the flows are right."""
    left = total_flow - np.concatenate([[0.0], np.cumsum(m)])
    _, inlet = along(port_in, left, m, np.ones(len(m) + 1))
    if z_layout:
        end, outlet = along(port_out, total_flow - left, m, np.ones(len(m) + 1))
    else:
        _, outlet = along(port_out, left, m, -np.ones(len(m) + 1))
        end = 0.0
    return -inlet + resistance * m * np.abs(m) + outlet - end


# (a) the published form


def ends(m):
    """Channel flows over their mean at z = 0 and 1, by the straight line through the two nearest centres."""
    u = m * len(m) / Q
    return 1.5 * u[0] - 0.5 * u[1], 1.5 * u[-1] - 0.5 * u[-2]


@pytest.mark.skipif(not TABLE.exists(), reason="shared/reference/phe is not beside this checkout")
@pytest.mark.parametrize("row", range(4))
def test_reference_table(row):
    """80 channels; the table's first and last are z = 0 and 1 of the continuous port, so ours go to the ends."""
    with TABLE.open() as f:
        line = {k: float(v) for k, v in list(csv.DictReader(f))[row].items()}
    for name, z_layout in (("U", False), ("Z", True)):
        m, drop, status, _, twice_dynamic = equal(80, line["m2"], z_layout)
        first, last = ends(m)
        assert status == OK
        assert first == pytest.approx(line[f"{name}_first_channel_ratio"], abs=1e-3)
        assert last == pytest.approx(line[f"{name}_last_channel_ratio"], abs=1e-3)
        assert np.sqrt(np.mean((m * 80 / Q - 1.0) ** 2)) == pytest.approx(line[f"{name}_rms"], abs=1e-3)
        if name == "U":
            # dp / (rho W0^2) = zeta/2 (A / n A_c)^2 m^2 / tanh^2 m, and zeta (A / n A_c)^2 = 1 / m^2.
            factor = line["U_m2_over_tanh2(dp_total factor)"]
            assert drop / twice_dynamic * 2.0 * line["m2"] == pytest.approx(factor, rel=1e-3)


# (b) order of convergence

PORTS = {
    "U": (False, 2.5, {}),
    "U, wide outlet": (False, -1.5, {"area_ratio": 0.5}),
    "Z": (True, 1.2, {}),
    "Z, other ports": (True, 0.3, {"area_ratio": 0.9, "beta_in": 0.9, "beta_out": 0.1}),
}


@pytest.mark.parametrize("case", PORTS)
def test_second_order_to_the_closed_form(case):
    z_layout, m_squared, ports = PORTS[case]
    errors, drop_errors = [], []
    for n in (10, 20, 40, 80):
        m, drop, status, g, twice_dynamic = equal(n, m_squared, z_layout, **ports)
        assert status == OK
        z = (np.arange(n) + 0.5) / n
        u = bassiouny_martin(z, m_squared, z_layout, g)
        assert u.min() > 0.0
        errors.append(np.sqrt(np.mean((m * n / Q - u) ** 2)))
        # Where the channel at the entry sees the ports: zeta/2 rho u^2; the exit lies the outlet's momentum away.
        loss = m_squared_loss(m_squared, g, ports) * bassiouny_martin(0.0, m_squared, z_layout, g) ** 2
        exit_rise = (
            (2.0 - ports.get("beta_out", 0.0)) * ports.get("area_ratio", 1.0) ** 2 if z_layout else 0.0
        )
        drop_errors.append(abs(drop / (0.5 * twice_dynamic) - loss - exit_rise))
    orders = np.log2(np.array(errors[:-1]) / np.array(errors[1:]))
    drop_orders = np.log2(np.array(drop_errors[:-1]) / np.array(drop_errors[1:]))
    assert orders[-1] == pytest.approx(2.0, abs=0.03)
    assert drop_orders[-1] == pytest.approx(2.0, abs=0.05)


def m_squared_loss(m_squared, g, ports):
    """zeta (A / n A_c)^2 of a pass from its g = (n A_c / A*)^2 (2 - beta*) / zeta."""
    return ports.get("area_ratio", 1.0) ** 2 * (2.0 - ports.get("beta_out", 0.0)) / g


def test_discrete_closed_form():
    """Equal channels, U, no friction: W'' = m^2 (W- + W + W+)/3 n^2 with hyperbolic solutions of its own."""
    n, m_squared = 17, 3.0
    m, *_ = equal(n, m_squared, False)
    M = m_squared / n**2
    theta = math.acosh((1.0 + M / 6.0) / (1.0 - M / 3.0))
    W = np.sinh(theta * (n - np.arange(n + 1))) / math.sinh(theta * n)
    np.testing.assert_allclose(m / Q, W[:-1] - W[1:], rtol=1e-12)


# (c) independent solutions


def continuous(n, resistance, port_in, port_out, z_layout):
    """Port flow and drop by solve_bvp: unknowns M, p, p* along z; resistance(z) and friction per length given."""

    def slope(z, y):
        M, p, p_star = y
        D = p - p_star
        m = np.sign(D) * np.sqrt(np.abs(D) / resistance(z)) * n
        dM = -m
        (rho, area, beta, f), (rho_s, area_s, beta_s, f_s) = port_in, port_out
        dp = (-(2 - beta) * M * dM - f * n * M * np.abs(M) / 2) / (rho * area**2)
        N, dN, way = (Q - M, m, 1.0) if z_layout else (M, dM, -1.0)
        dp_star = (-(2 - beta_s) * N * dN - way * f_s * n * N * np.abs(N) / 2) / (rho_s * area_s**2)
        return np.array([dM, dp, dp_star])

    def boundary(start, end):
        return np.array([start[0] / Q - 1.0, end[0] / Q, (end if z_layout else start)[2] / 1e4])

    z = np.linspace(0.0, 1.0, 41)
    guess = np.array([Q * (1 - z), np.full_like(z, resistance(0.5) * (Q / n) ** 2), np.zeros_like(z)])
    answer = solve_bvp(slope, boundary, z, guess, tol=1e-9, max_nodes=20000)
    assert answer.success
    return answer.sol, answer.sol(0.0)[1]


@pytest.mark.parametrize("z_layout", [False, True])
def test_friction_and_unequal_channels_against_a_boundary_value_solver(z_layout):
    total = 0.4  # f L / D of the whole port

    def errors(n):
        channel, area = 0.1 / n, 0.03
        scale = 4.0 / (2.0 * RHO * channel**2)
        ports = (RHO, area, 0.8, total / n), (1.02 * RHO, 0.9 * area, 0.1, 0.7 * total / n)
        flow, drop_exact = continuous(n, lambda z: scale * (1.0 + 0.5 * np.sin(5.0 * z)), *ports, z_layout)
        centres = (np.arange(n) + 0.5) / n
        m, drop, status = share(scale * (1.0 + 0.5 * np.sin(5.0 * centres)), *ports, z_layout)
        assert status == OK
        assert np.ptp(m) > 0.3 * Q / n
        # Flow through the faces, over the whole; the channel flows are its differences.
        exact = flow(np.arange(n + 1) / n)[0]
        return np.max(np.abs(Q - np.cumsum(m) - exact[1:])) / Q, abs(drop / drop_exact - 1.0)

    coarse, fine = errors(12), errors(48)
    assert fine[0] < 1e-3
    assert fine[1] < 1e-3
    assert math.log(coarse[0] / fine[0], 4.0) == pytest.approx(2.0, abs=0.1)
    assert math.log(coarse[1] / fine[1], 4.0) == pytest.approx(2.0, abs=0.15)


@pytest.mark.parametrize("z_layout", [False, True])
def test_mixed_plates_against_a_root_finder(z_layout):
    """All loops through neighbouring channels written as marches along both ports, unknown the channel flows."""
    n = 11
    resistance = 4e4 * np.where(np.arange(n) % 3 == 0, 2.5, 1.0)
    ports = (975.0, 0.011, 0.7, 0.01), (990.0, 0.009, 0.2, 0.02)

    def unbalance(m):
        dp = drops(m, resistance, *ports, z_layout)
        return np.append(np.diff(dp) / np.mean(np.abs(dp)), m.sum() / Q - 1.0)

    answer = root(unbalance, np.full(n, Q / n), tol=1e-13)
    assert np.max(np.abs(unbalance(answer.x))) < 1e-11
    m, drop, status = share(resistance, *ports, z_layout)
    assert status == OK
    np.testing.assert_allclose(m, answer.x, rtol=1e-9)
    np.testing.assert_allclose(drops(answer.x, resistance, *ports, z_layout), drop, rtol=1e-9)


# (d) what holds for every pass


@given(
    n=st.integers(1, 24),
    z_layout=st.booleans(),
    momentum=st.tuples(st.floats(-2.0, 1.0), st.floats(-2.0, 1.0)),
    friction=st.tuples(st.floats(0.0, 2.0), st.floats(0.0, 2.0)),
    spread=st.floats(0.0, 1.0),
    seed=st.integers(0, 999),
)
@settings(max_examples=40, deadline=None)
def test_mass_and_one_pressure(n, z_layout, momentum, friction, spread, seed):
    """Port momentum up to ten times the mean channel loss, reversed channels included."""
    resistance = 500.0 * n**2 / Q**2 * np.exp(spread * np.random.default_rng(seed).normal(size=n))
    # beta = 0: momentum over channel loss is rho W^2 / 500 Pa.
    areas = [Q / math.sqrt(RHO * 500.0 * 10.0**x) for x in momentum]
    inlet, outlet = ((RHO, area, 0.0, f / n) for area, f in zip(areas, friction))
    m, drop, status = share(resistance, inlet, outlet, z_layout)
    assert status == (OK if m.min() > 0.0 else REVERSED)
    assert abs(m.sum() / Q - 1.0) < 1e-13
    scale = 500.0 * (1.0 + max(10.0**x for x in momentum)) * (m.max() * n / Q) ** 2
    np.testing.assert_allclose(drops(m, resistance, inlet, outlet, z_layout), drop, atol=1e-9 * scale)


def test_equal_ports_are_even_in_u():
    port = (RHO, 0.01, 0.4, 0.0)
    m, drop, status = share(np.full(23, 3e4), port, port, False)
    assert status == OK
    np.testing.assert_allclose(m, Q / 23, rtol=4e-16)
    assert drop == pytest.approx(3e4 * (Q / 23) ** 2, rel=1e-14)


def test_without_momentum_or_friction_channels_share_by_their_resistance():
    resistance = np.array([1e4, 2e4, 7e4, 1e5])
    m, drop, status = share(resistance, (RHO, 0.01, 2.0, 0.0), (RHO, 0.02, 2.0, 0.0), True)
    assert status == OK
    np.testing.assert_allclose(resistance * m**2, drop, rtol=1e-13)


# (e) starved channels


def test_reversed_channel_of_two():
    """Strong outlet momentum, Z: one unknown, found by bracketing in the march."""
    ports = (RHO, 0.01, 1.0, 0.0), (RHO, 0.01, 0.0, 0.0)
    resistance = np.full(2, 4.0)

    def unbalance(first):
        return np.diff(drops(np.array([first, Q - first]), resistance, *ports, True))[0]

    first = brentq(unbalance, -Q, Q, xtol=1e-13)
    assert first < -0.1 * Q
    m, drop, status = share(resistance, *ports, True)
    assert status == REVERSED
    np.testing.assert_allclose(m, [first, Q - first], rtol=1e-9)
    assert drop == pytest.approx(drops(np.array([first, Q - first]), resistance, *ports, True)[0], rel=1e-9)


def test_momentum_far_above_the_channel_loss():
    """28 times: full Newton steps run in a circle, halved ones arrive."""
    resistance = np.full(2, 4.0)
    ports = (1.0, 28.2**-0.5, 0.0, 0.0), (1.0, 3.7**-0.5, 0.0, 0.0)
    m, drop, status = share(resistance, *ports, False, total_flow=1.0)
    assert status == REVERSED
    np.testing.assert_allclose(drops(m, resistance, *ports, False, total_flow=1.0), drop, rtol=1e-9)


def test_what_does_not_converge_says_so():
    """Outlet momentum a thousand times the channel loss, far beyond any pass that is built."""
    resistance = np.full(15, 225.0)
    ports = (1.0, 1.0, 0.0, 0.0), (1.0, 1000.0**-0.5, 0.0, 0.0)
    m, _, status = share(resistance, *ports, True, total_flow=1.0)
    assert status == NOT_CONVERGED
    assert np.ptp(drops(m, resistance, *ports, True, total_flow=1.0)) > 1e-6


def test_standing_stretch():
    """Z, beta = 1, beta* = 0, m^2 = 6: no flow up to z = 1 - acosh(2)/m, beyond it W = 2 - cosh(m (z - z_0)).

    The closed form would be negative there; with the channel's loss signed, D = p - p* is 0 along the stretch.
    """
    m_squared = 6.0
    k = math.sqrt(m_squared)
    z_0 = 1.0 - math.acosh(2.0) / k
    assert bassiouny_martin(0.0, m_squared, True) < -1.0
    errors = []
    for n in (25, 100):
        m, drop, status, _, twice_dynamic = equal(n, m_squared, True)
        assert status == REVERSED
        z = np.arange(n + 1) / n
        W = np.where(z < z_0, 1.0, 2.0 - np.cosh(k * (z - z_0)))
        M = 1.0 - np.concatenate([[0.0], np.cumsum(m)]) / Q
        errors.append(np.max(np.abs(M - W)))
        # Entry and exit differ by the momentum of the outlet alone: 2 x rho W0^2 / 2.
        assert drop == pytest.approx(twice_dynamic, rel=0.1 / n**2)
        # The pattern of small flows either way stays of order 1/n; in the flow along the port it cancels.
        assert -2.0 / n < m.min() * n / Q <= 0.0
    assert errors[1] < 1e-3
    assert math.log(errors[0] / errors[1], 4.0) == pytest.approx(2.0, abs=0.15)


# (f) few channels


@pytest.mark.parametrize("z_layout", [False, True])
def test_one_channel(z_layout):
    """The mean of W^2 over its junction is a third of the port's, so it sees two thirds of the momentum change."""
    (rho, area, beta, f), (rho_s, area_s, beta_s, f_s) = ports = (
        (RHO, 0.01, 0.5, 0.02),
        (990.0, 0.02, 0.0, 0.05),
    )
    m, drop, status = share([50.0], *ports, z_layout)
    assert (status, m[0]) == (OK, Q)
    inlet = (2 / 3 * (beta - 2.0) + f / 2) * Q**2 / (2 * rho * area**2)
    outlet = (2 / 3 * (2.0 - beta_s) + f_s / 2) * Q**2 / (2 * rho_s * area_s**2)
    assert drop == pytest.approx(inlet + 50.0 * Q**2 + outlet, rel=1e-14)


def test_two_channels():
    """U: r Q (Q - 2 M) = e Q (Q + M) / 3 with e the momentum of the outlet less that of the inlet: linear in M."""
    r, area = 600.0, 0.01
    m, _, status = share([r, r], (RHO, area, 1.0, 0.0), (RHO, area, 0.0, 0.0), False)
    e = 0.5 / (RHO * area**2) * (2.0 - 1.0)
    M = Q * (r - e / 3.0) / (2.0 * r + e / 3.0)
    assert status == OK
    np.testing.assert_allclose(m, [Q - M, M], rtol=1e-13)


# inputs


@pytest.mark.parametrize(
    "change",
    [
        {"total_flow": 0.0},
        {"total_flow": -1.0},
        {"total_flow": math.nan},
        {"resistance": [1e4, 0.0]},
        {"resistance": [1e4, math.inf]},
        {"resistance": []},
        {"port_in": (0.0, 0.01, 0.0, 0.0)},
        {"port_in": (RHO, -0.01, 0.0, 0.0)},
        {"port_out": (RHO, 0.01, 2.1, 0.0)},
        {"port_out": (RHO, 0.01, 0.0, -0.1)},
    ],
)
def test_what_is_refused(change):
    port = (RHO, 0.01, 0.0, 0.0)
    usual = {"resistance": [1e4, 1e4], "port_in": port, "port_out": port, "z_layout": False, "total_flow": Q}
    assert share(**usual)[2] == OK
    m, drop, status = share(**(usual | change))
    assert (status, drop) == (INVALID, 0.0)
    assert np.all(np.isnan(m))


def test_closed_form_fulfils_its_equation():
    """u = -W' with W'' = m^2 W - g and a mean of 1, by Gauss quadrature and finite differences."""
    nodes, weights = np.polynomial.legendre.leggauss(24)
    z, weights = 0.5 * (nodes + 1.0), 0.5 * weights
    for m_squared in (-8.0, -1.0, -1e-9, 0.0, 1e-9, 2.0, 900.0):
        for z_layout, g in ((False, 0.0), (True, 3.0)):
            u = bassiouny_martin(z, m_squared, z_layout, g)
            if m_squared < 100.0:
                assert weights @ u == pytest.approx(1.0, rel=1e-9)
            # u'' = m^2 u, and u'(1) = g in the place where W = 0.
            h = 1e-3
            there = bassiouny_martin(np.array([0.4 - h, 0.4, 0.4 + h]), m_squared, z_layout, g)
            curvature = (there[0] - 2.0 * there[1] + there[2]) / h**2
            assert curvature == pytest.approx(m_squared * there[1], rel=1e-3, abs=1e-6)
            end = bassiouny_martin(np.array([1.0, 1.0 - h, 1.0 - 2 * h]), m_squared, z_layout, g)
            slope = (3.0 * end[0] - 4.0 * end[1] + end[2]) / (2.0 * h)
            assert slope == pytest.approx(g, rel=2e-3, abs=2e-3)


def test_closed_form_where_it_is_almost_even():
    """u(0) = m coth m = 1 + m^2/3 - ..., on both sides of where a series takes over."""
    for m_squared in (-2e-8, -5e-9, 5e-9, 2e-8):
        assert bassiouny_martin(0.0, m_squared) == pytest.approx(1.0 + m_squared / 3.0, abs=1e-15)
        assert bassiouny_martin(0.0, m_squared, True, 1e-8) == pytest.approx(
            1.0 + m_squared / 3.0 - 0.5e-8, abs=1e-14
        )


def test_closed_form_refuses():
    with pytest.raises(InputError, match="pole"):
        bassiouny_martin(0.5, -10.0)
    with pytest.raises(InputError, match="outside"):
        bassiouny_martin([0.0, 1.1], 1.0)
    with pytest.raises(InputError, match="positive") as e:
        maldistribution_parameter(10, 1e-3, 0.0, 0.01, 4.0)
    assert e.value.key == "area_in"


def test_maldistribution_parameter():
    assert maldistribution_parameter(30, 1e-3, 0.01, 0.01, 9.0) == pytest.approx(1.0, rel=1e-14)
    assert maldistribution_parameter(30, 1e-3, 0.01, 0.01, 9.0, 0.3, 0.3) == 0.0
    # A lighter outlet is a narrower one: area by the square root of density.
    by_density = maldistribution_parameter(30, 1e-3, 0.01, 0.01, 9.0, density_ratio=1.21)
    assert by_density == pytest.approx(maldistribution_parameter(30, 1e-3, 0.01, 0.01 / 1.1, 9.0), rel=1e-14)
