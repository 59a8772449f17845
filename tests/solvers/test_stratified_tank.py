"""A stratified column against exact solutions: plug flow, conduction of a step, cooling, conservation."""

import numpy as np
import pytest
from numba import config
from scipy.special import erfc

from hashheat.solvers.stratified_tank import capacity, flow, step_column, step_columns
from hashheat.solvers.tank_layers import on_uniform_layers

SLOW = bool(config.DISABLE_JIT)


class Column:
    """A column of 1 m^3 that is 1 m high, so that a volume is a height."""

    def __init__(self, T, ports=(0.0, 1.0), conduction=0.0, side=0.0, top=0.0, bottom=0.0, layers=None):
        self.n = len(T)
        self.layers = layers or self.n
        room = capacity(self.layers, len(ports))
        self.volume, self.T = np.zeros((2, room))
        self.volume[: self.n] = 1.0 / self.n
        self.T[: self.n] = T
        self.column = np.array([1.0, 1.0 / self.layers, conduction, side, top, bottom])
        self.ports = np.array(ports)
        self.out_volume, self.out_heat = np.zeros((2, len(ports)))

    def step(self, inflow, T_in, dt, T_ambient=300.0, T_ground=300.0):
        self.n, lost = step_column(
            self.volume, self.T, self.n, self.column, self.ports, np.array(inflow, float), np.array(T_in, float),
            T_ambient, T_ground, dt, self.out_volume, self.out_heat,
        )  # fmt: skip
        return lost

    @property
    def heat(self):
        return self.volume[: self.n] @ self.T[: self.n]

    def layers_of(self, count):
        return on_uniform_layers(self.volume, self.T, self.n, count)


def test_plug_flow_is_exact():
    rng = np.random.default_rng(3)
    T = np.sort(rng.uniform(310.0, 360.0, 30))
    column = Column(T)
    # What leaves at the top is the column from above: the integral of its temperatures is piecewise linear.
    depth = np.concatenate([[0.0], np.cumsum(np.full(30, 1 / 30))])
    integral = np.concatenate([[0.0], np.cumsum(T[::-1] / 30)])
    gone = 0.0
    for push in [0.011, 0.2, 1e-5, 0.37, 0.033333, 0.25]:
        column.step([push / 60.0, -push / 60.0], [305.0, np.nan], 60.0)
        exact = np.interp([gone, gone + push], depth, integral)
        assert column.out_heat[1] == pytest.approx(exact[1] - exact[0], rel=1e-12)
        assert column.out_volume[1] == pytest.approx(push, rel=1e-12)
        gone += push
    assert column.layers_of(30)[:20] == pytest.approx(305.0, abs=1e-11)


def test_a_flow_of_more_than_the_column_passes_through():
    column = Column(np.full(20, 350.0))
    column.step([0.025, 0.0], [310.0, np.nan], 100.0)
    assert column.out_heat[1] == pytest.approx(1.0 * 350.0 + 1.5 * 310.0, rel=1e-12)


def test_water_of_both_ends_meets_at_a_port_between():
    T = np.repeat([310.0, 320.0, 330.0, 340.0], 10)
    column = Column(T, ports=(0.0, 0.5, 1.0))
    column.step([0.002, -0.003, 0.001], [305.0, np.nan, 350.0], 100.0)
    assert column.out_heat[1] == pytest.approx(0.2 * 320.0 + 0.1 * 330.0, rel=1e-12)
    exact = np.repeat([305.0, 310.0, 320.0, 330.0, 340.0, 350.0], [8, 10, 2, 6, 10, 4])
    assert column.layers_of(40) == pytest.approx(exact, abs=1e-10)


def test_inflow_between_spreads_up_and_down():
    column = Column(np.repeat([310.0, 340.0], 20), ports=(0.0, 0.5, 1.0))
    column.step([-0.001, 0.003, -0.002], [np.nan, 325.0, np.nan], 100.0)
    exact = np.repeat([310.0, 325.0, 340.0], [16, 12, 12])
    assert column.layers_of(40) == pytest.approx(exact, abs=1e-10)
    assert column.out_heat[::2] == pytest.approx([0.1 * 310.0, 0.2 * 340.0], rel=1e-12)


def flowed(inflow, T_in):
    """One sub-step of 100 s, not yet mixed, of 40 layers at 330 K with a port at 0.5."""
    column = Column(np.full(40, 330.0), ports=(0.0, 0.5, 1.0))
    net = np.cumsum(inflow)
    column.n = flow(
        column.volume, column.T, column.n, column.column, column.ports, np.array([net[0], net[1], 0.0]),
        np.array(T_in), 100.0, column.out_volume, column.out_heat, np.empty(500), np.empty(500),
    )  # fmt: skip
    return column


def test_inflow_into_a_rising_stream_mixes_with_it():
    column = flowed([0.0005, 0.0005, -0.001], [310.0, 340.0, np.nan])
    assert column.out_heat == pytest.approx([0.0, 0.0, 0.1 * 330.0], rel=1e-12)
    # 0.05 of the water below passes and becomes 0.1 at 335 K, below 0.4 at 330 K.
    exact = np.repeat([310.0, 330.0, 335.0, 330.0], [2, 18, 4, 16])
    assert column.layers_of(40) == pytest.approx(exact, abs=1e-10)


def test_inflow_into_a_sinking_stream_mixes_with_it():
    column = flowed([-0.001, 0.0005, 0.0005], [np.nan, 340.0, 350.0])
    assert column.out_heat == pytest.approx([0.1 * 330.0, 0.0, 0.0], rel=1e-12)
    exact = np.repeat([330.0, 335.0, 330.0, 350.0], [16, 4, 18, 2])
    assert column.layers_of(40) == pytest.approx(exact, abs=1e-10)


def test_warm_water_that_enters_below_rises_and_mixes():
    column = Column(np.repeat([310.0, 330.0, 350.0], 10))
    column.step([0.001, 0.0], [340.0, np.nan], 100.0)
    # It stops below the water that is warmer, and what it has passed is mixed.
    assert column.out_heat[1] == pytest.approx(0.1 * 350.0, rel=1e-12)
    mixed = (310.0 / 3.0 + 330.0 / 3.0 + 0.1 * 340.0) / (2.0 / 3.0 + 0.1)
    assert column.heat == pytest.approx(330.0 + 34.0 - 35.0, rel=1e-13)
    assert column.T[0] < mixed
    assert column.T[: column.n].max() == 350.0
    assert column.layers_of(30)[-7:] == pytest.approx(350.0)


def test_outflow_from_a_passing_stream_takes_its_share():
    column = Column(np.repeat([310.0, 330.0, 350.0], 10), ports=(0.0, 2 / 3, 1.0))
    column.step([0.002, -0.0005, -0.0015], [305.0, np.nan, np.nan], 100.0)
    assert column.out_heat[1:] == pytest.approx([0.05 * 330.0, 0.15 * 350.0], rel=1e-12)


def step_error(layers, duration=0.004, steps=8):
    """Largest error of layer means of a temperature step that spreads by conduction, over its height."""
    column = Column(np.repeat([0.0, 1.0], layers // 2) + 300.0, conduction=1.0)
    for _ in range(steps):
        column.step([0.0, 0.0], [300.0, 300.0], duration / steps)
    edges = np.linspace(-0.5, 0.5, layers + 1) / np.sqrt(4.0 * duration)
    # Integral of erfc(-x)/2: mean over a layer.
    primitive = 0.5 * (edges * erfc(-edges) + np.exp(-(edges**2)) / np.sqrt(np.pi))
    exact = np.diff(primitive) / np.diff(edges)
    return np.abs(column.T[:layers] - 300.0 - exact).max()


def test_conduction_of_a_step_is_second_order():
    errors = [step_error(n) for n in (16, 32, 64, 128)]
    orders = np.log2(np.array(errors[:-1]) / errors[1:])
    assert orders == pytest.approx(2.0, abs=0.2)
    assert errors[-1] < 5e-4


def test_second_order_in_time_with_loss_below_and_conduction():
    def run(steps):
        column = Column(np.linspace(320.0, 350.0, 20), conduction=2e-4, side=0.01, bottom=0.002)
        for _ in range(steps):
            column.step([0.0, 0.0], [300.0, 300.0], 16.0 / steps, T_ground=285.0)
        return column.T[:20].copy()

    exact = run(512)
    errors = [np.abs(run(n) - exact).max() for n in (4, 8, 16)]
    assert np.log2(errors[0] / errors[1]) == pytest.approx(2.0, abs=0.3)
    assert np.log2(errors[1] / errors[2]) == pytest.approx(2.0, abs=0.3)


def test_a_mixed_column_cools_exactly():
    column = Column(np.full(40, 350.0), conduction=1e-3, side=1e-3)
    lost = column.step([0.0, 0.0], [350.0, 350.0], 700.0, T_ambient=280.0)
    assert column.T[: column.n] == pytest.approx(280.0 + 70.0 * np.exp(-0.7), rel=1e-13)
    assert lost == pytest.approx(70.0 * -np.expm1(-0.7), rel=1e-12)
    one = Column([350.0], side=1e-3, top=2e-3, bottom=1e-3)
    one.step([0.0, 0.0], [350.0, 350.0], 250.0, T_ambient=290.0, T_ground=270.0)
    assert one.T[0] == pytest.approx(285.0 + 65.0 * np.exp(-1.0), rel=1e-13)


def test_loss_through_the_top_mixes_and_through_the_bottom_stratifies():
    cooled = Column(np.full(20, 350.0), top=1e-3)
    cooled.step([0.0, 0.0], [350.0, 350.0], 10.0)
    assert np.ptp(cooled.T[:20]) < 1e-10
    below = Column(np.full(20, 350.0), bottom=1e-3)
    below.step([0.0, 0.0], [350.0, 350.0], 10.0)
    assert below.T[0] < 350.0
    assert below.T[1:20] == pytest.approx(350.0)


def random_run(seed, steps):
    """Errors of the balance over random steps; asserts order, bounds and room on the way."""
    rng = np.random.default_rng(seed)
    column = Column(
        rng.uniform(300.0, 350.0, 20),
        ports=(0.0, 0.3, 0.31, 1.0),
        conduction=1e-6,
        side=1e-6,
        top=1e-6,
        bottom=2e-6,
    )
    worst = 0.0
    for _ in range(steps):
        inflow = rng.choice([0.0, 1e-4, 1e-3], 4) * rng.normal(size=4)
        inflow[-1] = -inflow[:-1].sum()
        T_in = rng.uniform(290.0, 360.0, 4)
        dt = rng.choice([10.0, 600.0, 3600.0])
        entering = inflow > 0.0
        heat, T = column.heat, column.T[: column.n].copy()
        lost = column.step(inflow, T_in, dt, 285.0, 280.0)
        change = inflow[entering] @ T_in[entering] * dt - column.out_heat.sum() - lost
        throughput = max(80.0, 80.0 * inflow[entering].sum() * dt)
        worst = max(worst, abs(column.heat - heat - change) / throughput)
        T_new = column.T[: column.n]
        low, high = min(280.0, T.min(), *T_in[entering], 999.0), max(T.max(), *T_in[entering], 0.0)
        assert T_new.min() >= low - 1e-10
        assert T_new.max() <= high + 1e-10
        assert np.all(np.diff(T_new) >= 0.0)
        assert column.n <= 2 * 20 + 1
    assert column.volume[: column.n].sum() == pytest.approx(1.0, rel=1e-12)
    return worst


@pytest.mark.parametrize("seed", range(2 if SLOW else 10))
def test_energy_is_conserved_to_rounding(seed):
    assert random_run(seed, 20 if SLOW else 300) < 1e-12


def test_many_columns_are_each_their_own():
    cases, dt = 5, 500.0
    rng = np.random.default_rng(7)
    columns = [
        Column(rng.uniform(300.0, 350.0, 10), conduction=1e-5 * (c + 1), side=1e-5) for c in range(cases)
    ]
    q = rng.normal(size=cases) * 1e-3
    inflow, T_in = np.stack([q, -q], axis=1), rng.uniform(290.0, 360.0, (cases, 2))
    volume, T = (np.stack([getattr(c, k) for c in columns]) for k in ("volume", "T"))
    n, lost = np.full(cases, 10), np.empty(cases)
    out_volume, out_heat = np.empty((2, cases, 2))
    step_columns(
        volume, T, n, np.stack([c.column for c in columns]), np.tile([0.0, 1.0], (cases, 1)), inflow, T_in,
        np.full(cases, 290.0), np.full(cases, 285.0), dt, out_volume, out_heat, lost,
    )  # fmt: skip
    for c, column in enumerate(columns):
        alone = column.step(inflow[c], T_in[c], dt, 290.0, 285.0)
        assert lost[c] == alone
        assert n[c] == column.n
        assert np.array_equal(T[c, : n[c]], column.T[: column.n])
        assert np.array_equal(out_heat[c], column.out_heat)


def width(z, T, cold, hot):
    """Height between 10 and 90 % of a thermocline [of z]."""
    return np.interp([0.1, 0.9], (T - cold) / (hot - cold), z) @ [-1.0, 1.0]


def charged_width(layers, order, conduction=1e-6, speed=1e-4, hours=1.0):
    """Width of a thermocline that starts sharp at 0.8 of the height and is charged down to 0.44.

    ``order`` 0: this solver, hourly steps of a tenth; 1: equal layers with upwind flow and small explicit steps.
    """
    duration = 3600.0 * hours
    z = (np.arange(layers) + 0.5) / layers
    T = np.where(z > 0.8, 350.0, 320.0)
    if order == 0:
        column = Column(T, conduction=conduction)
        for _ in range(10):
            column.step([-speed, speed], [320.0, 350.0], duration / 10)
        centre = np.cumsum(column.volume[: column.n]) - 0.5 * column.volume[: column.n]
        return width(centre, column.T[: column.n], 320.0, 350.0)
    steps = int(np.ceil(duration * (speed * layers + 2 * conduction * layers**2) / 0.1))
    dt = duration / steps
    for _ in range(steps):
        padded = np.concatenate([[T[0]], T, [350.0]])
        T = T + dt * (
            speed * layers * (padded[2:] - T)
            + conduction * layers**2 * np.where(np.arange(layers) == layers - 1, 0.0, padded[2:] - T)
            - conduction * layers**2 * (T - padded[:-2])
        )
    return width(z, T, 320.0, 350.0)


def test_a_thermocline_is_as_wide_as_conduction_makes_it():
    exact = 2.0 * 0.9061938 * np.sqrt(4.0 * 1e-6 * 3600.0)  # erf(0.9061938) = 0.8
    errors = [charged_width(n, 0) / exact - 1.0 for n in (25, 50, 100)]
    assert abs(errors[0]) < 0.04
    assert abs(errors[1]) < 0.01
    assert abs(errors[2]) < 0.003
    # Upwind layers add a diffusion of speed times half a layer: at 50 layers as much as conduction itself.
    for n in (50, 200):
        smeared = np.sqrt(1.0 + 0.5 * 1e-4 / n / 1e-6)
        assert charged_width(n, 1) / exact == pytest.approx(smeared, rel=0.03)
