"""Headers: shared flow against a dense solution of the same network with Colebrook's friction from fluids."""

import fluids
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import root

from hashheat.components.header import FlowSharingError, HeaderGeometry, share_flow
from hashheat.thermo.errors import InputError

SUPPLY = (978.0, 4.04e-4)
BACK = (968.0, 3.3e-4)


def geometry(diameter, spacing=0.6, roughness=5e-5, tee_loss=0.3):
    return HeaderGeometry(*(np.array([x]) for x in (diameter, spacing, roughness, tee_loss)))


def columns(pair):
    return tuple(np.array([x]) for x in pair)


def share(Q, a, b, header, arrangement):
    flows, drop = share_flow(
        np.array([Q]), (a[None, :], b[None, :]), header, arrangement, columns(SUPPLY), columns(BACK)
    )
    return flows[0], drop[0]


def segment_drop(flow, diameter, state, spacing=0.6, roughness=5e-5, tee_loss=0.3):
    rho, mu = state
    area = np.pi * diameter**2 / 4
    f = fluids.friction_factor(Re=flow * diameter / (area * mu), eD=roughness / diameter)
    return fluids.dP_from_K(f * spacing / diameter + tee_loss, rho, flow / (rho * area))


def dense(Q, a, b, diameter, arrangement):
    """Branch flows by hybrid Newton on all unknowns at once: the flows, and the pressure at every node."""
    n = a.size
    scale = (a + b * Q / n).mean() * Q / n

    def wrong(x):
        q, top, bottom = x[:n] * Q, x[n : 2 * n] * scale, x[2 * n :] * scale
        to = Q - np.cumsum(q)[:-1]
        away = to if arrangement == "U" else Q - to
        fall = np.array([segment_drop(flow, diameter, SUPPLY) for flow in to])
        home = np.array([segment_drop(flow, diameter, BACK) for flow in away])
        branches = top - bottom - (a * q + b * q * abs(q))
        supply = top[:-1] - top[1:] - fall
        # The return header falls towards its outlet.
        back = bottom[1:] - bottom[:-1] - home if arrangement == "U" else bottom[:-1] - bottom[1:] - home
        outlet = bottom[0] if arrangement == "U" else bottom[-1]
        return np.concatenate(
            [branches / scale, supply / scale, back / scale, [q.sum() / Q - 1.0, outlet / scale]]
        )

    start = np.concatenate([np.full(n, 1.0 / n), np.full(n, 1.0), np.zeros(n)])
    found = root(wrong, start, tol=1e-13)
    assert np.max(np.abs(wrong(found.x))) < 1e-10
    return found.x[:n] * Q, found.x[n] * scale


@pytest.mark.parametrize("arrangement", ["U", "Z"])
@pytest.mark.parametrize("diameter", [0.03, 0.05])
def test_six_units_against_a_dense_solution(arrangement, diameter):
    rng = np.random.default_rng(6)
    a, b = rng.uniform(1e3, 1e4, 6), rng.uniform(5e5, 9e5, 6)
    Q = 1.0  # Reynolds numbers stay above 4000 in every segment, where both use Colebrook
    flows, drop = share(Q, a, b, geometry(diameter), arrangement)
    expected, expected_drop = dense(Q, a, b, diameter, arrangement)
    np.testing.assert_allclose(flows, expected, rtol=1e-8)
    assert drop == pytest.approx(expected_drop, rel=1e-8)
    smallest = min(flows[0], flows[-1]) * 4 / (np.pi * diameter * max(SUPPLY[1], BACK[1]))
    assert smallest > 4000


@given(
    n=st.integers(2, 40),
    seed=st.integers(0, 10**6),
    diameter=st.floats(0.02, 0.3),
    arrangement=st.sampled_from(["U", "Z"]),
)
@settings(deadline=None, max_examples=40)
def test_mass_is_conserved_and_pressures_balance(n, seed, diameter, arrangement):
    rng = np.random.default_rng(seed)
    Q = 0.15 * n
    b = rng.uniform(1e6, 4e6, n)
    flows, drop = share(Q, np.zeros(n), b, geometry(diameter), arrangement)
    assert flows.sum() == pytest.approx(Q, rel=1e-12)
    # By way of the first and of the last unit the drop is the same, where no segment is laminar.
    to = Q - np.cumsum(flows)[:-1]
    away = to if arrangement == "U" else Q - to
    area = np.pi * diameter**2 / 4
    if min(to.min(), away.min()) * diameter / area / SUPPLY[1] < 4000:
        return
    down = sum(segment_drop(x, diameter, SUPPLY) for x in to)
    home = sum(segment_drop(x, diameter, BACK) for x in away)
    first = b[0] * flows[0] ** 2 + (0.0 if arrangement == "U" else home)
    last = b[-1] * flows[-1] ** 2 + down + (home if arrangement == "U" else 0.0)
    assert drop == pytest.approx(first, rel=1e-8)
    assert drop == pytest.approx(last, rel=1e-8)


@pytest.mark.parametrize("arrangement", ["U", "Z"])
def test_a_huge_header_shares_equally(arrangement):
    flows, drop = share(3.0, np.zeros(20), np.full(20, 2e6), geometry(5.0), arrangement)
    np.testing.assert_allclose(flows, 0.15, rtol=1e-9)
    assert drop == pytest.approx(2e6 * 0.15**2, rel=1e-8)


def test_a_narrow_header_favours_the_near_unit_in_u_and_the_ends_in_z():
    b = np.full(20, 2e6)
    u, _ = share(3.0, np.zeros(20), b, geometry(0.07), "U")
    z, _ = share(3.0, np.zeros(20), b, geometry(0.07), "Z")
    assert np.all(np.diff(u) < 0.0)
    assert z.min() == z[5:15].min()
    assert np.ptp(z) < np.ptp(u)


@pytest.mark.parametrize("arrangement", ["U", "Z"])
def test_cases_do_not_touch_each_other(arrangement):
    rng = np.random.default_rng(4)
    Q, D = rng.uniform(1.0, 3.0, 70), rng.uniform(0.05, 0.1, 70)
    b = rng.uniform(1e6, 3e6, (70, 9))
    header = HeaderGeometry(D, np.full(70, 0.6), np.full(70, 5e-5), np.full(70, 0.3))
    states = [(np.full(70, rho), np.full(70, mu)) for rho, mu in (SUPPLY, BACK)]
    flows, drop = share_flow(Q, (np.zeros_like(b), b), header, arrangement, *states)
    for c in (0, 40, 69):
        # The sweeps stop for all cases together: a case may have had one sweep more than alone.
        alone, alone_drop = share(Q[c], np.zeros(9), b[c], geometry(D[c]), arrangement)
        np.testing.assert_allclose(flows[c], alone, rtol=1e-10)
        assert drop[c] == pytest.approx(alone_drop, rel=1e-10)


def test_a_case_is_the_same_bits_in_any_company():
    rng = np.random.default_rng(4)
    D = rng.uniform(0.02, 0.3, 40)
    b = np.full((40, 9), 2e6)
    header = HeaderGeometry(D, *(np.full(40, x) for x in (0.6, 5e-5, 0.3)))
    states = [(np.full(40, rho), np.full(40, mu)) for rho, mu in (SUPPLY, BACK)]
    flows, _ = share_flow(np.full(40, 1.2), (np.zeros_like(b), b), header, "U", *states)
    for c in range(40):
        alone, _ = share(1.2, np.zeros(9), b[c], geometry(D[c]), "U")
        assert flows[c].tobytes() == alone.tobytes()


def test_one_unit_takes_it_all():
    flows, drop = share(0.4, np.array([100.0]), np.array([2e5]), geometry(0.05), "Z")
    assert flows.tolist() == [0.4]
    assert drop == pytest.approx(100 * 0.4 + 2e5 * 0.16, rel=1e-12)


def test_a_header_that_cannot_feed_its_end_says_so():
    with pytest.raises(FlowSharingError, match="did not settle"):
        share(10.0, np.zeros(60), np.full(60, 10.0), geometry(0.01), "U")


def test_unknown_arrangement_is_refused():
    with pytest.raises(InputError, match="arrangement"):
        share(1.0, np.zeros(3), np.ones(3), geometry(0.05), "V")
