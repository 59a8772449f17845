"""Rating of plate stacks with constant properties, where the answers are known."""

import numpy as np
import pytest

from hashheat.solvers import plate_rating as pr
from hashheat.solvers import plate_stack as ps
from hashheat.solvers.chevron import FIXED, ChevronLaw, fixed_constants, pack_law
from hashheat.solvers.element_levels import element_levels
from hashheat.solvers.plate_arrangement import arrange_blocks, arrange_passes, reverse_side
from hashheat.thermo.packed_table import pack
from hashheat.thermo.property_table import constant_properties

RHO, CP, MU, K = 1000.0, 4000.0, 1e-3, 0.6
PACKED = np.stack([pack(constant_properties(RHO, CP, MU, K))] * 2)
LEVELS = element_levels()
PLATE = {"AREA": 0.3, "FLOW_AREA": 1e-3, "HYDRAULIC_DIAMETER": 4e-3, "FLOW_LENGTH": 0.8, "PORT_AREA": 0.01}
PLATE |= {"WALL_RESISTANCE": 2e-5, "AREA_FACTOR": 1.0, "BETA_IN": 1.0, "PORT_LOSS": 1.4}
PLATE |= {f"{name}_FACTOR_{side}": 1.0 for name in ("NUSSELT", "FRICTION") for side in (0, 1)}


def law(Nu=60.0, f=1.0):
    return ChevronLaw(FIXED, FIXED, 0.5, 1.2, fixed_constants(Nu), fixed_constants(f))


def row(flow=(2.0, 2.0), T_in=(360.0, 300.0), **changed):
    case = np.zeros(ps.N_INPUTS)
    for name, value in {**PLATE, **changed}.items():
        case[getattr(ps, name)] = value
    case[ps.FLOW_0 : ps.FLOW_1 + 1], case[ps.T_IN_0 : ps.T_IN_1 + 1] = flow, T_in
    return case


def rate(stack, case, laws=None, tolerance=1e-9, packed=PACKED):
    n, s = stack.side.size, LEVELS.x.shape[1]
    out = np.zeros(pr.N_OUTPUTS)
    T, wall, htc, flow = np.zeros((n, s)), np.zeros((n, s)), np.zeros((n, s)), np.zeros(n)
    status = pr.rate_one(
        stack, case, LEVELS, laws or (law(),) * 4, packed, tolerance, T, wall, htc, flow, out
    )
    return status, out, flow


def P_of(out, T_in=(360.0, 300.0)):
    return (T_in[0] - out[pr.T_OUT_0]) / (T_in[0] - T_in[1])


def test_every_status_has_its_sentence():
    codes = [pr.OK, pr.NOT_CONVERGED, pr.OUT_OF_RANGE, pr.UNRESOLVED, pr.REVERSED_CHANNEL]
    assert len(set(codes)) == len(pr.STATUS) == 5
    assert all(pr.STATUS[code] for code in codes)


@pytest.mark.parametrize(("channels", "approach"), [(40, 3.35), (60, 3.23), (100, 3.14)])
def test_end_plates_cost_a_low_approach(channels, approach):
    """78/43 - 40/75 degC, NTU 35/3 with UA held: 3 K with infinitely many plates.

    The approaches with 40, 60 and 100 channels come from the exact solution (matrix exponential).
    """
    T_in = 78.0 + 273.15, 40.0 + 273.15
    for stack, expected in (
        (arrange_passes(channels, (1, 1)), approach),
        (arrange_blocks(channels, (1, 1)), 3.0),
    ):
        U = 35.0 / 3.0 * 2.0 * CP / (channels - 1) / 0.3
        status, out, _ = rate(stack, row(T_in=T_in, U_FIXED=U), tolerance=1e-7)
        assert status == pr.OK
        assert out[pr.T_OUT_0] - T_in[1] == pytest.approx(expected, abs=0.005)
        assert T_in[0] - out[pr.T_OUT_1] == pytest.approx(expected, abs=0.005)


@pytest.mark.parametrize("passes", [(1, 1), (2, 1), (2, 2), (3, 2), (4, 3)])
@pytest.mark.parametrize("arrange", [arrange_passes, arrange_blocks])
def test_reversing_both_fluids_leaves_the_effectiveness(arrange, passes):
    """Of an exchanger with constant U and capacities, whatever its passes (Pignotti's flow-reversal symmetry)."""
    stack = arrange(25, passes)
    case = row(flow=(2.0, 2.7), U_FIXED=2500.0)
    _, forth, _ = rate(stack, case)
    _, back, _ = rate(reverse_side(reverse_side(stack, 0), 1), case)
    assert P_of(back) == pytest.approx(P_of(forth), abs=1e-9)
    if passes[0] == passes[1]:
        _, half, _ = rate(reverse_side(stack, 1), case)
        assert P_of(half) < P_of(forth) - 0.01


@pytest.mark.parametrize("side", [0, 1])
def test_one_fluid_reversed_is_parallel_flow(side):
    stack = arrange_blocks(20, (1, 1))
    case = row(flow=(2.0, 2.7), U_FIXED=2500.0)
    NTU, R = 19 * 0.3 * 2500.0 / 2.0 / CP, 2.0 / 2.7
    gap = np.exp(-NTU * (1.0 - R))
    assert P_of(rate(stack, case)[1]) == pytest.approx((1.0 - gap) / (1.0 - R * gap), abs=1e-10)
    turned = rate(reverse_side(stack, side), case)[1]
    assert P_of(turned) == pytest.approx(-np.expm1(-NTU * (1.0 + R)) / (1.0 + R), abs=1e-10)


def test_the_overall_coefficient_is_made_of_its_resistances():
    case = row(FOULING=1e-4, NUSSELT_FACTOR_0=1.2)
    _, out, _ = rate(arrange_passes(10, (1, 1)), case, laws=(law(60.0),) * 2 + (law(80.0),) * 2)
    h = 1.2 * 60.0 * K / 4e-3, 80.0 * K / 4e-3
    np.testing.assert_allclose(out[pr.HTC_0 : pr.HTC_1 + 1], h, rtol=1e-12)
    clean = 1.0 / h[0] + 1.0 / h[1] + 2e-5
    assert out[pr.UA_CLEAN] == pytest.approx(9 * 0.3 / clean, rel=1e-12)
    assert out[pr.UA] == pytest.approx(9 * 0.3 / (clean + 1e-4), rel=1e-12)


def test_an_area_factor_is_an_area():
    a = rate(arrange_passes(10, (1, 1)), row(AREA_FACTOR=0.5))[1]
    b = rate(arrange_passes(10, (1, 1)), row(AREA=0.15))[1]
    np.testing.assert_allclose(a, b, rtol=1e-13)


@pytest.mark.parametrize("passes", [(1, 1), (2, 3)])
@pytest.mark.parametrize("even", [True, False])
def test_pressure_drops_by_hand(passes, even):
    """f L / D_h and the ports' coefficient on their velocity heads, for each pass."""
    stack = arrange_passes(24, passes)._replace(even=int(even))
    _, out, flow = rate(stack, row(flow=(2.0, 3.0), FRICTION_FACTOR_1=1.5, PORT_AREA=1.0))
    for side, m in enumerate((2.0, 3.0)):
        in_channel = m / (12 / passes[side])
        G = in_channel / 1e-3
        channel = (1.0, 1.5)[side] * passes[side] * 0.8 / 4e-3 * G**2 / 2.0 / RHO
        # Ports of 1 m2 share the flow evenly to 1e-6.
        assert out[pr.CHANNEL_DROP_0 + side] == pytest.approx(channel, rel=1e-12 if even else 1e-5)
        assert out[pr.PORT_DROP_0 + side] == pytest.approx(passes[side] * 1.4 * m**2 / 2.0 / RHO, rel=1e-12)
        np.testing.assert_allclose(flow[stack.side == side], in_channel, rtol=1e-12 if even else 1e-5)
        assert out[pr.RE_MOST_0 + side] == pytest.approx(G * 4e-3 / MU, rel=1e-5)


def test_flows_add_up_in_every_pass():
    stack = arrange_passes(23, (2, 3), second_kind=0.4)
    laws = (law(f=1.0), law(f=0.4), law(f=2.0), law(f=1.0))
    status, _, flow = rate(stack, row(flow=(2.0, 3.0)), laws=laws)
    assert status == pr.OK
    for p, side in enumerate(stack.pass_side):
        assert flow[stack.in_pass == p].sum() == pytest.approx((2.0, 3.0)[side], rel=1e-12)


def test_friction_of_the_ports_leaves_less_for_the_far_channels():
    """Without momentum (beta = 2), U layout: the first channels have the shorter way."""
    _, out, flow = rate(arrange_passes(20, (1, 1)), row(PORT_FRICTION=0.02, BETA_IN=2.0, BETA_OUT=2.0))
    hot = flow[::2]
    assert np.all(np.diff(hot) < 0.0)
    assert out[pr.FLOW_MOST_0] == pytest.approx(hot[0] / hot.mean(), rel=1e-9)
    assert out[pr.FLOW_LEAST_0] == pytest.approx(hot[-1] / hot.mean(), rel=1e-9)
    _, _, flow = rate(arrange_passes(20, (1, 1)), row(BETA_IN=2.0, BETA_OUT=2.0))
    np.testing.assert_allclose(flow, 0.2, rtol=1e-7)


def test_heat_is_capacity_flow_times_temperature_change():
    _, out, _ = rate(arrange_passes(14, (3, 2)), row(flow=(1.0, 3.0)))
    assert out[pr.HEAT_0] == pytest.approx(1.0 * CP * (out[pr.T_OUT_0] - 360.0), rel=1e-10)
    assert out[pr.HEAT_1] == pytest.approx(3.0 * CP * (out[pr.T_OUT_1] - 300.0), rel=1e-10)
    assert abs(out[pr.HEAT_0] + out[pr.HEAT_1]) <= 1e-12 * out[pr.HEAT_1]


@pytest.mark.parametrize("arrange", [arrange_passes, arrange_blocks])
def test_without_friction_the_flow_stays_even(arrange):
    stack = arrange(12, (2, 1))
    status, out, flow = rate(stack, row(), laws=(law(f=0.0),) * 4)
    assert status == pr.OK
    np.testing.assert_allclose(flow / stack.channels, np.where(stack.side == 0, 2.0 / 3, 2.0 / 6))
    assert out[pr.CHANNEL_DROP_0] == 0.0


def test_failures_have_their_status():
    narrow = rate(arrange_passes(40, (1, 1), ports="Z"), row(PORT_AREA=5e-4))
    assert narrow[0] == pr.REVERSED_CHANNEL
    table = pack(constant_properties(RHO, CP, MU, K, T_min=290.0, T_max=320.0))
    beyond = rate(arrange_passes(10, (1, 1)), row(flow=(5.0, 0.5)), packed=np.stack([PACKED[0], table]))
    assert beyond[0] == pr.OUT_OF_RANGE
    assert rate(arrange_passes(4, (1, 1)), row(flow=(np.nan, 2.0)))[0] == pr.NOT_CONVERGED


@pytest.mark.parametrize("group", [2, 5])
def test_cases_do_not_know_of_each_other(group):
    """Every case, alone or in any group, gives the same bits; a case that fails spoils no other."""
    stack = arrange_passes(8, (2, 1))
    rng = np.random.default_rng(5)
    cases = np.array(
        [row(flow=rng.uniform(0.3, 3.0, 2), T_in=rng.uniform(290.0, 370.0, 2)) for _ in range(5)]
    )
    cases[2, ps.FLOW_0] = np.nan
    packed_laws = np.stack([pack_law(law())] * 4)
    out, status = np.zeros((5, pr.N_OUTPUTS)), np.zeros(5, dtype=np.int64)
    for first in range(0, 5, group):
        part = slice(first, first + group)
        pr.rate_cases(stack, cases[part], LEVELS, packed_laws, PACKED, 1e-6, out[part], status[part])
    for i in range(5):
        alone = rate(stack, cases[i], tolerance=1e-6)
        assert status[i] == alone[0]
        if i != 2:
            assert status[i] == pr.OK
            np.testing.assert_array_equal(out[i], alone[1])
    assert status[2] == pr.NOT_CONVERGED
