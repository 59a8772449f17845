"""What the cases run, against formulas by hand."""

import math

import numba
import numpy as np
import pytest
from CoolProp.CoolProp import PropsSI

from hashheat.validation.case_figures import read_figures
from hashheat.validation.case_file import CASES, load_case
from hashheat.validation.case_runner import run_case
from hashheat.validation.case_runs import RUNS, run_of

SLOW = bool(numba.config.DISABLE_JIT)
compiled = pytest.mark.skipif(SLOW, reason="minutes without the compiler")


@pytest.fixture(scope="module")
def run():
    """Computed quantities of a case, from its tracked figures alone."""
    kept = {}

    def found(name):
        if name not in kept:
            case = load_case(name)
            kept[name] = run_of(case)(case, read_figures(CASES / name / "figures.csv"), None)
        return kept[name]

    return found


def test_every_run_exists():
    used = {load_case(path.parent.name).run for path in CASES.glob("*/case.toml")} - {""}
    assert used == set(RUNS)
    for path in CASES.glob("*/case.toml"):
        case = load_case(path.parent.name)
        if case.run:
            assert callable(run_of(case))


def test_coulson_by_hand(run):
    """Sinnott's equations: Nu = 0.26 Re^0.65 Pr^0.4, jf = 0.6 Re^-0.3, 1.3 velocity heads a port."""
    found = run("coulson").computed
    U = []
    for i, n in enumerate((48, 60)):
        h = []
        for side, (m, mu, k, Pr) in enumerate(((27.8, 0.34e-3, 0.19, 5.1), (68.9, 0.8e-3, 0.59, 5.7))):
            G = m / n / (0.5 * 0.003)
            h.append(0.26 * (G * 0.006 / mu) ** 0.65 * Pr**0.4 * k / 0.006)
            assert found["htc"].predicted[2 * i + side] == pytest.approx(h[side], rel=1e-6)
            rho = (750.0, 995.0)[side]
            jf = 0.6 * (G * 0.006 / mu) ** -0.3
            drop = 8.0 * jf * 1.5 / 0.006 * G**2 / (2.0 * rho)
            assert found["channel_pressure_drop"].predicted[2 * i + side] == pytest.approx(drop, rel=1e-6)
            port = 1.3 * (m / (math.pi / 4.0 * 0.1**2)) ** 2 / (2.0 * rho)
            assert found["port_pressure_drop"].predicted[2 * i + side] == pytest.approx(port, rel=1e-6)
        U.append(1.0 / (1.0 / h[0] + 1.0 / h[1] + 1e-4 + 1.0 / 6000.0 + 0.75e-3 / 21.0))
    assert found["U"].predicted == pytest.approx(U, rel=1e-6)


def test_kakac_outlets_by_the_closed_form(run):
    """Counterflow of the run's own U: P = (1 - e) / (1 - R e), e = exp(-NTU (1 - R))."""
    found = run("kakac").computed
    cp = [PropsSI("C", "T", T, "P", 1e6, "Water") for T in (328.15, 305.15)]
    area = 103 * 1.063125
    NTU, R = found["U"].predicted[1] * area / (140.0 * cp[0]), cp[0] / cp[1]
    gap = math.exp(-NTU * (1.0 - R))
    P = (1.0 - gap) / (1.0 - R * gap)
    assert found["T_out"].predicted[0] == pytest.approx(338.15 - 43.0 * P, abs=2e-3)
    assert found["T_out"].predicted[1] == pytest.approx(295.15 + 43.0 * P * R, abs=2e-3)


def test_destest_by_hand(run):
    """Pipe i-h: laminar or not, its friction by Colebrook and its loss by two cylinders, twice eight houses."""
    found = run("destest-ce0").computed
    m = 8 * 553.0 / 3600.0
    assert found["total_flow"].predicted[0] == pytest.approx(2.0 * m, rel=1e-9)
    D, L, rho, mu = 0.0408, 26.83, 988.0, 5.434e-4
    Re = 4.0 * m / (math.pi * D * mu)
    f = 0.02
    for _ in range(50):
        f = (-2.0 * math.log10(0.007e-3 / D / 3.7 + 2.51 / (Re * math.sqrt(f)))) ** -2
    drop = f * L / D * (4.0 * m / (math.pi * D**2)) ** 2 / (2.0 * rho)
    assert found["drop_i_h"].predicted[0] == pytest.approx(drop, rel=2e-3)
    r0, r1, r2 = D / 2.0, D / 2.0 + 0.0046, D / 2.0 + 0.0046 + 0.031
    loss = 2.0 * math.pi / (math.log(r1 / r0) / 0.35 + math.log(r2 / r1) / 0.026)
    T_h = 10.0 + 60.0 * math.exp(-loss * L / (m * 4180.0))
    assert found["T_supply_h"].predicted[0] - 273.15 == pytest.approx(T_h, abs=1e-6)
    assert found["loss_i_h"].predicted[0] == pytest.approx(m * 4180.0 * (70.0 - T_h), rel=1e-6)
    # What is taken at the houses, and lost in two trees.
    heat = found["heat"].predicted[0]
    taken = 2.0 * m * 4180.0 * 30.0
    assert taken < heat < taken * 1.03
    T_return = found["T_return_i"].predicted[0] - 273.15
    assert heat == pytest.approx(2.0 * m * 4180.0 * (70.0 - T_return), rel=1e-9)


def test_destest_lies_among_the_codes_though_not_with_each(run):
    """Inside or within 0.1 % of the range of the codes themselves, whatever the tolerances of the file allow."""
    for key, c in run("destest-ce0").computed.items():
        low, high = np.min(c.measured), np.max(c.measured)
        margin = 1e-3 * (high - 273.15 if key.startswith("T_") else high)
        assert low - margin <= c.predicted[0] <= high + margin, key


@compiled
def test_swep_uncertainty_is_that_of_its_ranges(run):
    """Nu factor 0.8 to 1.2 alone: U is film, wall, film; at equal films a share of 2/h of 1/U moves with it."""
    found = run("swep").computed["U"]
    assert 0.05 < found.u_input / found.predicted[0] < 0.2
    assert 4500.0 < found.predicted[0] < 6500.0


def test_aquasar_inputs_by_differences(run):
    """The rise that was fitted carries over one to one, nearly: most of u_input."""
    found = run("aquasar").computed["rise_hot"]
    assert 0.43 < found.u_input < 0.60
    assert found.u_num < 0.01
    if SLOW:
        return
    row = run_case("aquasar").rows[-1]
    # The sentence of the file says 1.3 K.
    assert row.comparison.interval <= 1.3
    assert "1.3 K" in load_case("aquasar").believe


def test_the_luxos_run_fits_one_board_and_predicts_the_others(run):
    found = run("luxos").computed
    assert np.size(found["rise_fitted"].predicted) == 1
    # One flow and one power: all boards rise alike but for the inlet, whatever they read.
    assert np.ptp([*found["rise"].predicted, *found["rise_fitted"].predicted]) < 0.1
    assert list(found["rise"].measured) == pytest.approx([5.0, 6.0])


@compiled
def test_tuckerman_pease_on_three_grids(run):
    found = run("tuckerman-pease")
    orders = {g.quantity: g.order for g in found.grids}
    assert orders["resistance"] == pytest.approx(2.0, abs=0.3)
    assert all(g.gci < 2e-3 for g in found.grids)
    # Silicon of 148 to 120 W/(m K) and 150 to 300 um: 0.077 to 0.094 K/W together, sd of two even ranges.
    assert 0.002 < found.computed["resistance"].u_input < 0.006


@compiled
def test_the_ocp_fit_and_its_grids(run):
    found = run("ocp-plate")
    c = found.computed["resistance"]
    assert np.max(np.abs(np.divide(c.predicted, c.measured) - 1.0)) < 0.03
    (grid,) = found.grids
    assert grid.order is not None
    assert 1.0 < grid.order < 3.0
    assert c.u_num == grid.u_num


@pytest.mark.parametrize("name", [p.parent.name for p in sorted(CASES.glob("*/case.toml"))])
def test_every_solver_of_a_case_shows_three_grids_or_says_why_not(name, run):
    case = load_case(name)
    if not case.run:
        assert case.not_run
        return
    if case.no_grid:
        assert not run(name).grids
        return
    if SLOW and case.run in ("tuckerman-pease", "ocp-plate", "swep", "pipe-rig"):
        pytest.skip("minutes without the compiler")
    grids = run(name).grids
    assert grids
    for g in grids:
        assert len(g.grids) == 3
        assert g.gci >= 0.0
        assert g.text
