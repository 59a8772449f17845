"""Balances, film, friction, independence of cases and failures of the serpentine solver on real boards."""

import math

import fluids
import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import lambertw

from hashheat.solvers import serpentine as sp
from hashheat.solvers.convection import nusselt_duct
from hashheat.solvers.duct_table import duct_laminar
from hashheat.solvers.lanes import WIDTH
from hashheat.thermo import property_kernels as pk
from hashheat.thermo.fluid import Fluid
from hashheat.thermo.property_table import constant_properties

SLOW = numba.config.DISABLE_JIT
PASSES, CELLS = 4, 16
# Without the compiler NumPy warns of lanes that overflow on their way to being dropped; a kernel does not.
pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning") if SLOW else []
CHIPS = 160.0 / (PASSES * CELLS)


@pytest.fixture(scope="session")
def water():
    return Fluid.parse("water").table(3e5)


@pytest.fixture(scope="session")
def layout():
    return sp.path_layout(PASSES, CELLS, np.full((PASSES, CELLS), CHIPS))


@pytest.fixture(scope="session")
def mixed(board):
    """53 different boards: more than three blocks, the last one padded; all regimes, and some runaways."""
    n = 53
    rng = np.random.default_rng(17)
    cases = board(
        n,
        T_IN=rng.uniform(305.0, 350.0, n),
        MASS_FLOW=0.04 * np.exp(rng.uniform(-3.0, 0.7, n)),
        P_LEAK=rng.uniform(0.0, 1.5, n),
        CHIP_RESISTANCE=rng.uniform(0.2, 1.3, n),
    )
    cases[sp.P_DYNAMIC] *= np.sqrt(cases[sp.MASS_FLOW] / 0.04)
    return cases


def test_the_mixed_cases_are_mixed(mixed, layout, water, duct):
    out, fields = sp.solve_serpentine(mixed, layout, water, duct, with_fields=True)
    Re = mixed[sp.MASS_FLOW] * mixed[sp.HYDRAULIC_DIAMETER] / mixed[sp.FLOW_AREA] / 3.5e-4
    assert (Re < 2300).any()
    assert ((Re > 2500) & (Re < 3800)).any()
    assert (Re > 5000).any()
    assert {sp.OK, sp.RUNAWAY} <= set(out[sp.STATUS].astype(int))
    assert np.ptp(out[sp.ITERATIONS]) >= 4
    assert fields.shape == (PASSES * CELLS, sp.N_FIELDS, mixed.shape[1])


def assert_same_bits(ours, theirs, columns=slice(None)):
    for a, b in zip(ours, theirs):
        assert a.shape[-1] == b[..., columns].shape[-1]
        assert a.tobytes() == np.ascontiguousarray(b[..., columns]).tobytes()


def test_parallel_is_serial_bit_for_bit(mixed, layout, water, duct):
    serial = sp.solve_serpentine(mixed, layout, water, duct, with_fields=True, parallel=False)
    assert_same_bits(sp.solve_serpentine(mixed, layout, water, duct, with_fields=True, parallel=True), serial)


@pytest.fixture(params=["ok", "all"])
def grouped(request, mixed, layout, water, duct):
    """Mixed cases and their solution in one call; with and without those that have no steady state."""
    if request.param == "all":
        return mixed, sp.solve_serpentine(mixed, layout, water, duct, with_fields=True)
    out, _ = sp.solve_serpentine(mixed, layout, water, duct)
    good = np.ascontiguousarray(mixed[:, out[sp.STATUS] == sp.OK])
    return good, sp.solve_serpentine(good, layout, water, duct, with_fields=True)


def test_a_case_does_not_feel_its_neighbours(grouped, layout, water, duct):
    cases, together = grouped
    n = cases.shape[1]
    for c in (WIDTH - 1, n - 1) if SLOW else (0, 7, WIDTH - 1, WIDTH, n - 1):
        alone = sp.solve_serpentine(cases[:, [c]], layout, water, duct, with_fields=True)
        assert_same_bits(alone, together, [c])
    for seed in range(1 if SLOW else 3):
        order = np.random.default_rng(seed).permutation(n)
        shuffled = sp.solve_serpentine(cases[:, order], layout, water, duct, with_fields=True)
        assert_same_bits(shuffled, together, order)
    for cut in (17,) if SLOW else (1, 15, 16, 17, 40):
        parts = [
            sp.solve_serpentine(part, layout, water, duct, with_fields=True)
            for part in (cases[:, :cut], cases[:, cut:])
        ]
        joined = [np.concatenate(pair, axis=-1) for pair in zip(*parts)]
        assert_same_bits(joined, together)


def test_neighbours_that_run_away_leave_the_others_alone(mixed, layout, water, duct):
    together = sp.solve_serpentine(mixed, layout, water, duct, with_fields=True)
    good = np.flatnonzero(together[0][sp.STATUS] == sp.OK)
    assert good.size < mixed.shape[1]
    apart = sp.solve_serpentine(mixed[:, good], layout, water, duct, with_fields=True)
    assert_same_bits(apart, together, good)


FLUIDS = ("water", "MPG 40%", "MEG 30%")


@given(
    fluid=st.sampled_from(FLUIDS),
    seed=st.integers(0, 10**6),
    flow=st.floats(0.05, 2.5),
    frequency=st.floats(0.3, 1.4),
    voltage=st.floats(0.8, 1.2),
    T_in=st.floats(290.0, 350.0),
    loss=st.floats(0.0, 2.0),
)
@settings(deadline=None, max_examples=6 if SLOW else 60)
def test_energy_closes(board, layout, duct, fluid, seed, flow, frequency, voltage, T_in, loss):
    # A block of boards around one operating point. At low flow the power is low too, or the coolant boils.
    table = Fluid.parse(fluid).table(3e5)
    n = WIDTH
    rng = np.random.default_rng(seed)
    share = min(1.0, flow)
    cases = board(
        n,
        T_IN=T_in + rng.uniform(-3.0, 3.0, n),
        MASS_FLOW=0.04 * flow * rng.uniform(0.9, 1.1, n),
        P_DYNAMIC=11.3 * share * frequency * voltage**2,
        P_LEAK=0.6 * share * voltage**2 * rng.uniform(0.0, 1.0, n),
        LOSS=loss,
        CHIP_RESISTANCE=rng.uniform(0.2, 1.2, n),
        NUSSELT_FACTOR=rng.uniform(0.8, 1.2, n),
        CROSS_CONDUCTANCE=rng.uniform(0.0, 80.0, n),
    )
    tolerance = 1e-6
    out, fields = sp.solve_serpentine(cases, layout, table, duct, with_fields=True, tolerance=tolerance)
    assert not np.any(out[sp.STATUS] == sp.NOT_CONVERGED)
    ok = out[sp.STATUS] == sp.OK
    out, fields, cases = out[:, ok], fields[:, :, ok], cases[:, ok]
    assert np.all(np.abs(out[sp.IMBALANCE]) < 1e-10)
    # The same from the fields alone: chips, loss and coolant, each summed again.
    P = cases[sp.P_DYNAMIC] + cases[sp.P_LEAK] * np.exp(
        (fields[:, sp.FIELD_T_JUNCTION] - cases[sp.T_LEAK]) / cases[sp.LEAK_SCALE]
    )
    power = CHIPS * P.sum(axis=0)
    lost = cases[sp.LOSS] * cases[sp.PASS_LENGTH] / CELLS
    lost = (lost * (fields[:, sp.FIELD_T_WALL] - cases[sp.T_AMBIENT])).sum(axis=0)
    np.testing.assert_allclose(out[sp.CHIP_POWER], power, rtol=1e-10)
    np.testing.assert_allclose(out[sp.HEAT_LOSS], lost, rtol=1e-10, atol=1e-10)
    np.testing.assert_allclose(out[sp.HEAT_WATER], power - lost, rtol=1e-10)
    for c in range(out.shape[1]):
        rise = pk.enthalpy(table, out[sp.T_OUT, c]) - pk.enthalpy(table, cases[sp.T_IN, c])
        cp = pk.heat_capacity(table, out[sp.T_OUT, c])
        assert rise / cp == pytest.approx(out[sp.HEAT_WATER, c] / cases[sp.MASS_FLOW, c] / cp, abs=tolerance)
    # Each chip: the junction stands R P above its plate, P being its power.
    np.testing.assert_allclose(
        fields[:, sp.FIELD_T_JUNCTION] - fields[:, sp.FIELD_T_WALL], cases[sp.CHIP_RESISTANCE] * P, atol=1e-6
    )


@pytest.mark.parametrize(
    ("tolerance", "error"),
    [(1e-5, 2e-5), (1e-9, 1e-8)],
)
def test_every_cell_balances(board, layout, water, duct, tolerance, error):
    # Wall and coolant of each cell, with the film coefficient of its state and the conduction computed here;
    # the error is a temperature, the heat over the conductance of the film.
    cases = board(CROSS_CONDUCTANCE=30.0)
    _, fields = sp.solve_serpentine(cases, layout, water, duct, with_fields=True, tolerance=tolerance)
    f = fields[:, :, 0].reshape(PASSES, CELLS, sp.N_FIELDS).copy()
    dx = cases[sp.PASS_LENGTH, 0] / CELLS
    g = f[..., sp.FIELD_HTC] * cases[sp.HEATED_PERIMETER, 0] * dx
    T = f[..., sp.FIELD_T_WALL]
    h = np.vectorize(lambda T: pk.enthalpy(water, T))
    gained = cases[sp.MASS_FLOW, 0] * (h(f[..., sp.FIELD_T_OUT]) - h(f[..., sp.FIELD_T_IN]))
    # The kernel's own form of the film with half the cell's rise; its cp is that of the cell's middle.
    half = np.vectorize(lambda T: 0.5 / (cases[sp.MASS_FLOW, 0] * pk.heat_capacity(water, T)))
    middle = 0.5 * (f[..., sp.FIELD_T_IN] + f[..., sp.FIELD_T_OUT])
    taken = (T - f[..., sp.FIELD_T_IN]) / (1.0 / g + half(middle))
    np.testing.assert_allclose(taken / g, gained / g, atol=error, rtol=0)
    chips = CHIPS * (f[..., sp.FIELD_T_JUNCTION] - T) / cases[sp.CHIP_RESISTANCE, 0]
    lost = cases[sp.LOSS, 0] * dx * (T - cases[sp.T_AMBIENT, 0])
    unfolded = T.copy()
    unfolded[1::2] = T[1::2, ::-1]
    along = np.pad(np.diff(unfolded, axis=1), ((0, 0), (1, 1))) * cases[sp.WALL_CONDUCTANCE, 0] / dx
    across = np.pad(np.diff(unfolded, axis=0), ((1, 1), (0, 0))) * cases[sp.CROSS_CONDUCTANCE, 0] * dx
    conducted = np.diff(along, axis=1) + np.diff(across, axis=0)
    conducted[1::2] = conducted[1::2, ::-1].copy()
    np.testing.assert_allclose((conducted + chips - lost) / g, taken / g, atol=error, rtol=0)


@pytest.mark.parametrize("fluid", FLUIDS)
def test_tolerance_bounds_the_iteration_error(board, layout, duct, fluid):
    table = Fluid.parse(fluid).table(3e5)
    flow = np.array([0.05, 0.1, 0.2, 0.4, 1.0, 2.0])
    cases = board(flow.size, MASS_FLOW=0.04 * flow, P_DYNAMIC=11.3 * np.minimum(flow, 1.0), P_LEAK=0.1)
    usual, _ = sp.solve_serpentine(cases, layout, table, duct)
    tight, _ = sp.solve_serpentine(cases, layout, table, duct, tolerance=1e-11, max_iterations=1000)
    assert np.all(usual[sp.STATUS] == sp.OK)
    assert np.all(tight[sp.STATUS] == sp.OK)
    rows = [sp.T_OUT, sp.T_JUNCTION, sp.T_WALL]
    np.testing.assert_allclose(usual[rows], tight[rows], atol=5e-6, rtol=0)


def test_too_few_iterations_are_reported(board, layout, water, duct):
    out, _ = sp.solve_serpentine(board(), layout, water, duct, max_iterations=2)
    assert out[sp.STATUS, 0] == sp.NOT_CONVERGED
    assert out[sp.ITERATIONS, 0] == 2


@pytest.mark.parametrize(
    ("regime", "flow", "T_in"),
    [("laminar", 0.004, 310.0), ("transition", 0.0125, 330.0), ("turbulent", 0.04, 343.0)],
)
@pytest.mark.parametrize("redevelops", [True, False])
@pytest.mark.parametrize("fluid", ["water", "MPG 40%"])
def test_film_coefficient(board, duct, regime, flow, T_in, redevelops, fluid):
    table = Fluid.parse(fluid).table(3e5)
    layout = sp.path_layout(PASSES, CELLS, np.full((PASSES, CELLS), CHIPS), redevelops)
    if fluid != "water":  # as far into the regime at four times the viscosity
        flow *= pk.viscosity(table, T_in) / pk.viscosity(Fluid.parse("water").table(3e5), T_in)
    cases = board(MASS_FLOW=flow, T_IN=T_in, P_DYNAMIC=min(11.3, 200 * flow), P_LEAK=0.0, NUSSELT_FACTOR=1.1)
    out, fields = sp.solve_serpentine(cases, layout, table, duct, with_fields=True, tolerance=1e-9)
    assert out[sp.STATUS, 0] == sp.OK
    D, L = cases[sp.HYDRAULIC_DIAMETER, 0], cases[sp.PASS_LENGTH, 0]
    seen = set()
    for s in range(PASSES * CELLS):
        T = 0.5 * (fields[s, sp.FIELD_T_IN, 0] + fields[s, sp.FIELD_T_OUT, 0])
        T_wall = fields[s, sp.FIELD_T_WALL, 0]
        Re = flow * D / cases[sp.FLOW_AREA, 0] / pk.viscosity(table, T)
        Pr, Pr_wall = pk.prandtl(table, T), pk.prandtl(table, T_wall)
        from_start = s % CELLS if redevelops else s
        # The place that stands for a cell has the cell's mean of x^(-1/3) where the flow is laminar, and of
        # x^(-2/3), the power of the entrance factor, where it is turbulent.
        mean_13 = quad(lambda x: x ** (-1.0 / 3.0), from_start, from_start + 1.0)[0]
        mean_23 = quad(lambda x: x ** (-2.0 / 3.0), from_start, from_start + 1.0)[0]
        x, entry = mean_13**-3.0 * L / CELLS, mean_23**-1.5 * L / CELLS
        Nu = 1.1 * nusselt_duct(Re, Pr, x / D, duct, entry / D) * (Pr / Pr_wall) ** 0.11
        assert fields[s, sp.FIELD_HTC, 0] == pytest.approx(Nu * pk.conductivity(table, T) / D, rel=1e-6)
        seen.add("laminar" if Re <= 2300 else "transition" if Re < 4000 else "turbulent")
    assert regime in seen


def test_fixed_film_coefficient_overrides_the_correlation(board, layout, water, duct):
    cases = board(2, FIXED_HTC=np.array([0.0, 4321.0]), NUSSELT_FACTOR=3.0)
    _, fields = sp.solve_serpentine(cases, layout, water, duct, with_fields=True)
    assert np.all(fields[:, sp.FIELD_HTC, 1] == 4321.0)
    assert np.all(fields[:, sp.FIELD_HTC, 0] != 4321.0)


# A straight smooth or rough round tube of one temperature: fluids has friction, bends and the sum.
TUBE = {"HYDRAULIC_DIAMETER": 0.008, "FLOW_AREA": math.pi * 0.008**2 / 4, "HEATED_PERIMETER": math.pi * 0.008}


@pytest.mark.parametrize("Re", [300.0, 2000.0, 4100.0, 2e4, 3e5])
@pytest.mark.parametrize("roughness", [0.0, 8e-6])
@pytest.mark.parametrize("passes", [1, 3])
def test_pressure_drop_of_an_isothermal_tube(board, Re, roughness, passes):
    rho, mu, D, L, ratio = 975.0, 4e-4, 0.008, 0.5, 2.5
    m = Re * mu * TUBE["FLOW_AREA"] / D
    cases = board(
        **TUBE,
        MASS_FLOW=m,
        PASS_LENGTH=L,
        P_DYNAMIC=0.0,
        P_LEAK=0.0,
        LOSS=0.0,
        ROUGHNESS=roughness,
        BEND_RATIO=ratio,
        PORT_LOSS=1.7,
    )
    layout = sp.path_layout(passes, 6, np.zeros((passes, 6)))
    table = constant_properties(rho, 4190.0, mu, 0.66)
    out, _ = sp.solve_serpentine(cases, layout, table, duct_laminar("tube"))
    f = fluids.friction_factor(Re=Re, eD=roughness / D if Re > 4000 else 0.0)
    bend = fluids.fittings.bend_rounded(D, 180.0, f, bend_diameters=ratio, method="Rennels")
    V = Re * mu / (rho * D)
    expected = fluids.dP_from_K(passes * f * L / D + (passes - 1) * bend + 1.7, rho, V)
    assert out[sp.PRESSURE_DROP, 0] == pytest.approx(expected, rel=1e-8)


def test_pressure_drop_of_a_heated_board(board, layout, water, duct):
    # Cell by cell with each cell's own state, against the solver's one state a pass.
    cases = board(MASS_FLOW=0.05)
    out, fields = sp.solve_serpentine(cases, layout, water, duct, with_fields=True)
    D, A, L = (cases[row, 0] for row in (sp.HYDRAULIC_DIAMETER, sp.FLOW_AREA, sp.PASS_LENGTH))
    flux = 0.05 / A
    total = 0.0
    for s in range(PASSES * CELLS):
        T = 0.5 * (fields[s, sp.FIELD_T_IN, 0] + fields[s, sp.FIELD_T_OUT, 0])
        mu, rho = pk.viscosity(water, T), pk.density(water, T)
        f = fluids.friction_factor(Re=flux * D / mu)
        wall = (pk.viscosity(water, fields[s, sp.FIELD_T_WALL, 0]) / mu) ** 0.25
        total += flux**2 / (2 * rho) * f * wall * L / CELLS / D
        if s % CELLS == CELLS - 1 and s < PASSES * CELLS - 1:
            bend = fluids.fittings.bend_rounded(D, 180.0, f, bend_diameters=2.0, method="Rennels")
            total += bend * flux**2 / (2 * rho)
    total += flux**2 / (2 * pk.density(water, cases[sp.T_IN, 0]))
    assert out[sp.PRESSURE_DROP, 0] == pytest.approx(total, rel=2e-3)


def test_pressure_drop_scales(board, layout, duct):
    table = constant_properties(975.0, 4190.0, 4e-4, 0.66)

    def drop(table=table, **rows):
        straight = sp.path_layout(1, 4, np.ones(4))
        return sp.solve_serpentine(board(P_LEAK=0.0, **rows), straight, table, duct)[0][sp.PRESSURE_DROP, 0]

    bare = drop(PORT_LOSS=0.0)
    assert drop(PORT_LOSS=0.0, PASS_LENGTH=0.84) == pytest.approx(2 * bare, rel=1e-12)
    velocity_head = (0.163 / 4 / 40e-6) ** 2 / (2 * 975.0)
    assert drop(PORT_LOSS=3.0) - bare == pytest.approx(3 * velocity_head, rel=1e-10)
    lighter = constant_properties(975.0 / 2, 4190.0, 4e-4, 0.66)
    assert drop(lighter, PORT_LOSS=0.0) == pytest.approx(2 * bare, rel=1e-12)
    laminar = drop(PORT_LOSS=0.0, MASS_FLOW=0.002)
    assert drop(PORT_LOSS=0.0, MASS_FLOW=0.004) == pytest.approx(2 * laminar, rel=1e-12)


def test_boiling_coolant_is_out_of_range(board, layout, water, duct):
    out, _ = sp.solve_serpentine(board(MASS_FLOW=0.006, P_LEAK=0.0), layout, water, duct)
    assert out[sp.STATUS, 0] == sp.OUT_OF_RANGE


def test_runaway_of_a_board_is_reported(board, layout, water, duct):
    # Hot inlet, little flow and a large leakage: the coolant carries the feedback from cell to cell.
    leak = np.linspace(0.1, 40.0, 30)
    cases = board(30, MASS_FLOW=0.012, P_LEAK=leak, P_DYNAMIC=3.0, CHIP_RESISTANCE=0.5)
    status = sp.solve_serpentine(cases, layout, water, duct)[0][sp.STATUS]
    assert status[0] == sp.OK
    assert status[-1] == sp.RUNAWAY
    assert not np.any(status == sp.NOT_CONVERGED)
    # Once out of reach, more leakage never brings a steady state back.
    first = int(np.argmax(status != sp.OK))
    assert np.all(status[first:] != sp.OK)


def test_junction_is_reported_where_chips_are(board, water, duct):
    # The last cells carry no chip, but the hottest plate.
    chips = np.zeros((1, 8))
    chips[0, 2] = 3.0
    cases = board(CHIP_RESISTANCE=0.0, P_LEAK=0.0, WALL_CONDUCTANCE=0.01)
    out, fields = sp.solve_serpentine(cases, sp.path_layout(1, 8, chips), water, duct, with_fields=True)
    assert out[sp.HOT_CELL, 0] == 2
    assert out[sp.T_JUNCTION, 0] == fields[2, sp.FIELD_T_JUNCTION, 0]


@pytest.mark.parametrize(
    "row", ["MASS_FLOW", "CHIP_RESISTANCE", "T_AMBIENT", "LOSS", "ROUGHNESS", "BEND_RATIO"]
)
def test_nan_in_is_never_ok(board, layout, water, duct, row):
    out, _ = sp.solve_serpentine(board(**{row: np.nan}), layout, water, duct)
    assert out[sp.STATUS, 0] != sp.OK


@pytest.mark.skipif(SLOW, reason="without the compiler the logarithm of a negative number raises by itself")
def test_negative_flow_is_never_ok(board, layout, water, duct):
    out, _ = sp.solve_serpentine(board(MASS_FLOW=-0.01), layout, water, duct)
    assert out[sp.STATUS, 0] != sp.OK


def test_a_cooling_coolant_is_no_runaway(board, duct):
    # The chip sits on the last cell; its coolant has lost most of its heat on the way there.
    m, cp, htc, u, n, Ts = 0.001, 4190.0, 8000.0, 20.0, 40, 20.0
    T_in, T_a, R, Pd, Pl, T0 = 360.0, 290.0, 1.0, 5.0, 10.0, 340.0
    table = constant_properties(975.0, cp, 4e-4, 0.66)
    chips = np.zeros((1, n))
    chips[0, -1] = 1.0
    cases = board(
        T_IN=T_in,
        MASS_FLOW=m,
        FIXED_HTC=htc,
        LOSS=u,
        T_AMBIENT=T_a,
        WALL_CONDUCTANCE=0.0,
        CHIP_RESISTANCE=R,
        P_DYNAMIC=Pd,
        P_LEAK=Pl,
        T_LEAK=T0,
        LEAK_SCALE=Ts,
    )
    # Closed form of the same cells: a film, half a coolant rise and a loss each, and one chip at the end.
    dx = 0.42 / n
    exchange = 1.0 / (1.0 / (htc * 26e-3 * dx) + 0.5 / (m * cp))
    loss = u * dx
    kept = 1.0 - exchange * loss / (exchange + loss) / (m * cp)
    T = T_a + (T_in - T_a) * kept ** (n - 1)
    seen = R + 1.0 / (exchange + loss)
    A = (exchange * T + loss * T_a) / (exchange + loss) + seen * Pd
    T_j = A - Ts * lambertw(-seen * Pl / Ts * math.exp((A - T0) / Ts)).real
    out, _ = sp.solve_serpentine(cases, sp.path_layout(1, n, chips), table, duct)
    assert out[sp.STATUS, 0] == sp.OK
    assert out[sp.T_JUNCTION, 0] == pytest.approx(T_j, abs=1e-6)
