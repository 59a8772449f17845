"""The reduced form of an exchanger, against the full stack and the second law."""

import numba
import numpy as np
import pytest

from hashheat.components.errors import MapAccuracyError
from hashheat.components.exchanger_conductance import exchanger_conductance
from hashheat.components.plate_exchanger import PlateHeatExchanger

#: Where kernels are interpreted a rating takes seconds: few points, and what they give.
COARSE = bool(numba.config.DISABLE_JIT)
CHANNELS = 3 if COARSE else 20
FLOW, T_IN = ((0.1 * CHANNELS, 0.5 * CHANNELS),) * 2, ((323.0, 358.0), (303.0, 328.0))


@pytest.fixture(scope="module")
def exchanger():
    return PlateHeatExchanger.named("g-016", 2 * CHANNELS + 1)


@pytest.fixture(scope="module", autouse=True)
def _few_points():
    with pytest.MonkeyPatch.context() as patch:
        if COARSE:
            patch.setattr("hashheat.components.exchanger_conductance._COUNTS", (3, 3, 2, 2))
            patch.setattr("hashheat.components.exchanger_conductance._CHECKS", 3)
        yield


@pytest.fixture(scope="module")
def reduced(exchanger):
    return exchanger_conductance(exchanger, FLOW, T_IN, accuracy=5.0 if COARSE else 0.5)


def _C(exchanger, column):
    return [
        m * np.polyval(fluid.table(p).cp, (T - fluid.table(p).T_mid) * fluid.table(p).x_scale)
        for m, T, fluid, p in zip(column[:2], column[2:], exchanger.fluids, exchanger.pressures)
    ]


def test_heat_and_drops_are_those_of_the_full_stack(exchanger, reduced):
    rng = np.random.default_rng(4)
    for _ in range(1 if COARSE else 12):
        flows, T_hot, T_cold = (
            CHANNELS * rng.uniform(0.12, 0.48, 2),
            rng.uniform(330.0, 357.0),
            rng.uniform(304.0, 327.0),
        )
        full = exchanger.rate(
            hot_mass_flow=flows[0], cold_mass_flow=flows[1], hot_T_in=T_hot, cold_T_in=T_cold
        )
        C = _C(exchanger, (*flows, T_hot, T_cold))
        heat = reduced.heat(*flows, T_hot, T_cold, *C)
        # In kelvin of the outlet, as the form states its own error.
        assert abs(heat - float(full.heat_rate)) / min(C) < 2.0 * reduced.T_error + (1.0 if COARSE else 1e-3)
        logs = reduced.logarithms(*flows, T_hot, T_cold)[1:]
        drops = np.exp(logs) * flows**2
        assert drops == pytest.approx(
            full.pressure_drop.values, rel=2.0 * reduced.drop_error + (0.2 if COARSE else 1e-3)
        )
    assert reduced.T_error < (5.0 if COARSE else 0.5)


def test_heat_flows_from_warm_to_cold_and_never_more_than_there_is(exchanger, reduced):
    rng = np.random.default_rng(5)
    for _ in range(200):
        flows = np.exp(rng.uniform(np.log(0.01), np.log(60.0), 2))
        T_hot, T_cold = rng.uniform(300.0, 365.0, 2)
        C = 4180.0 * flows
        heat = reduced.heat(*flows, T_hot, T_cold, *C)
        assert 0.0 <= heat * np.sign(T_hot - T_cold) <= min(C) * abs(T_hot - T_cold) * (1.0 + 1e-12)


def test_no_flow_is_no_heat(reduced):
    assert reduced.heat(0.0, 10.0, 350.0, 310.0, 0.0, 4e4) == 0.0
    assert not reduced.inside(0.0, 0.3 * CHANNELS, 350.0, 310.0)
    assert reduced.inside(0.3 * CHANNELS, 0.3 * CHANNELS, 350.0, 310.0)


def test_a_bound_that_is_missed_is_an_error(exchanger):
    with pytest.raises(MapAccuracyError, match="narrow"):
        exchanger_conductance(exchanger, FLOW, T_IN, accuracy=1e-9)
