"""The energy balance of data that are made to close, and of data that are made to break."""

import numpy as np
import pytest
import xarray as xr
from CoolProp.CoolProp import PropsSI

from hashheat.components.miner import Miner
from hashheat.validation.data_balance import unit_balance
from hashheat.validation.instruments import parse_instruments
from hashheat.validation.unit_model import UnitModel

STATED = parse_instruments(
    {"T_in": "0.1 K", "T_out": "0.1 K", "volume_flow": "1 %", "power_dc": "1 %", "power_ac": "0.5 %"}
)


@pytest.fixture(scope="module")
def miner():
    return Miner.named("canaan-a1566ha-500t")


def closing(n=6, flow_reads=1.0, only_wall=False):
    """Readings of a unit whose water takes exactly what the device file's middle values leave for it."""
    T_in, flow, dc = (
        np.linspace(325.0, 345.0, n),
        np.linspace(1.5e-4, 2.5e-4, n),
        np.linspace(6500.0, 8000.0, n),
    )
    room, efficiency, to_water, loss = 295.0, 0.94, 0.75, 3.5
    ac = dc / efficiency
    T_out = np.empty(n)
    for i in range(n):
        m = flow[i] * PropsSI("D", "T", T_in[i], "P", 3e5, "Water")
        h = PropsSI("H", "T", T_in[i], "P", 3e5, "Water")
        T = T_in[i] + 10.0
        for _ in range(30):
            heat = dc[i] + to_water * (ac[i] - dc[i]) - loss * (0.5 * (T + T_in[i]) - room)
            T = PropsSI("T", "H", h + heat / m, "P", 3e5, "Water")
        T_out[i] = T
    values = {"T_in": T_in, "T_out": T_out, "volume_flow": flow * flow_reads, "power_ac": ac}
    values |= {"T_ambient": np.full(n, room)} | ({} if only_wall else {"power_dc": dc})
    return xr.Dataset(
        {k: (("time", "unit"), v[:, None]) for k, v in values.items()},
        {"time": np.arange(float(n)), "unit": ["a"]},
    )


@pytest.mark.parametrize("only_wall", [False, True])
def test_data_that_close_leave_nothing_and_are_not_flagged(miner, only_wall):
    found = unit_balance(UnitModel.of(miner, closing(only_wall=only_wall)), STATED)
    assert found.checked == 6
    assert not found.flagged.any()
    np.testing.assert_allclose(found.residual / found.expected, 0.0, atol=5e-4)
    assert found.closure == pytest.approx(1.0, abs=5e-4)


def test_a_flow_meter_that_reads_a_fifth_high_is_flagged_before_any_model_is_blamed(miner):
    found = unit_balance(UnitModel.of(miner, closing(flow_reads=1.2)), STATED)
    assert found.flagged.all()
    assert found.closure == pytest.approx(1.2, abs=1e-3)


def test_an_error_within_what_is_stated_is_not_flagged(miner):
    found = unit_balance(UnitModel.of(miner, closing(flow_reads=1.01)), STATED)
    assert not found.flagged.any()


def test_the_uncertainty_is_that_of_random_draws(miner):
    """Against Monte Carlo of all nine contributions, at one point."""
    model = UnitModel.of(miner, closing())
    found = unit_balance(model, STATED)
    rng = np.random.default_rng(4)
    draws = 20000
    i = 3
    T_in = model.points.T_in[i] + 0.1 * rng.standard_normal(draws)
    T_out = model.measured["T_out"][i] + 0.1 * rng.standard_normal(draws)
    flow = model.points.volume_flow[i] * (1.0 + 0.01 * rng.standard_normal(draws))
    dc = model.points.power[i] * (1.0 + 0.01 * rng.standard_normal(draws))
    ac = model.measured["power_ac"][i] * (1.0 + 0.005 * rng.standard_normal(draws))
    to_water, loss = 0.5 + 0.5 * rng.random(draws), 1.0 + 5.0 * rng.random(draws)
    rho = PropsSI("D", "T", model.points.T_in[i], "P", 3e5, "Water")
    cp = PropsSI("C", "T", model.points.T_in[i] + 5.0, "P", 3e5, "Water")
    residual = rho * flow * cp * (T_out - T_in) - (
        dc + to_water * (ac - dc) - loss * (0.5 * (T_in + T_out) - 295.0)
    )
    assert found.uncertainty[i] == pytest.approx(residual.std(), rel=0.03)


def test_without_flow_power_or_outlet_there_is_no_balance_and_it_says_why(miner):
    data = closing().drop_vars(["volume_flow", "T_out"])
    found = unit_balance(UnitModel.of(miner, data), STATED)
    assert found.reason == "the data have no flow, no outlet temperature"
    assert found.checked == 0
    assert found.closure is None
    assert not found.flagged.any()


def test_a_missing_outlet_is_not_a_broken_balance(miner):
    data = closing()
    data["T_out"][2] = np.nan
    found = unit_balance(UnitModel.of(miner, data), STATED)
    assert found.checked == 5
    assert not found.flagged.any()
