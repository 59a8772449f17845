"""The balance of a step, against closed forms and conservation."""

import numpy as np
import pytest
from CoolProp.CoolProp import PropsSI

from hashheat.fleet.heat_balance import BalanceError, HeatBalance
from hashheat.fleet.part import Given, Now
from hashheat.fleet.plant_step import first_state
from hashheat.fleet.simulate import simulate


def _solve(plant, demand=1e6, dt=np.inf):
    values = {"T_room": 293.15, "T_ground": 281.15, "demand": demand, "T_return": 318.15}
    state = first_state(plant)
    return plant.balance.solve(Now(0, dt, values, {}), state.memories, state.T, state.setting).trial


def test_a_boiler_holds_its_set_point_and_customers_take_what_they_ask(boiler_plant):
    plant = boiler_plant()
    demand = 1.1e6
    trial = _solve(plant, demand)
    node = plant.circuits.node_of
    assert trial.T[node["boiler.outlet"]] == pytest.approx(353.15, abs=1e-9)
    # Customers: flow by the enthalpies of IAPWS-95 between 80 and 45 degC at the circuit's pressure.
    h = [PropsSI("H", "T", T, "P", 6e5, "Water") for T in (353.15, 318.15)]
    flow = trial.flow[list(_paths(plant)).index("customers.supply")]
    assert flow == pytest.approx(demand / (h[0] - h[1]), rel=1e-6)
    # The pump's 8 kg/s go through boiler, customers and, the rest, through the tank.
    assert trial.flow[list(_paths(plant)).index("tank.top")] == pytest.approx(8.0 - flow, abs=1e-9)


def test_a_boiler_at_its_limit_gives_all_it_has(boiler_plant):
    plant = boiler_plant(("3 MW", "200 kW"))
    trial = _solve(plant, 5e5)
    boiler = [a.name for part in plant.parts for a in part.actuators].index("heat_rate")
    assert trial.setting[boiler] == pytest.approx(2e5, rel=1e-12)
    assert trial.T[plant.circuits.node_of["boiler.outlet"]] < 353.0


def test_energy_in_is_energy_out_in_a_steady_state(boiler_plant):
    plant = boiler_plant()
    state = first_state(plant)
    trial = _solve(plant, 0.9e6)
    now = Now(0, np.inf, {"T_room": 293.15, "T_ground": 281.15, "demand": 0.9e6, "T_return": 318.15}, {})
    _, ledgers = plant.balance.finish(now, state.memories, trial)
    supplied, given = (sum(getattr(x, key) for x in ledgers) for key in ("supplied", "given"))
    assert supplied == pytest.approx(given, rel=1e-9)
    # Fuel: what customers took, over the efficiency, less what pumps warm the water by.
    fuel = next(x for p, x in zip(plant.parts, ledgers) if p.name == "boiler").record["fuel"]
    pumped = sum(
        x.supplied - (x.given if p.name == "pump" else 0.0)
        for p, x in zip(plant.parts, ledgers)
        if p.name == "pump"
    )
    assert 0.9 * fuel == pytest.approx(0.9e6 - pumped, rel=1e-4)


def test_the_jacobian_is_that_of_the_residuals(boiler_plant):
    plant = boiler_plant()
    equations, state = plant.balance.equations, first_state(plant)
    now = Now(0, 3600.0, {"T_room": 293.15, "T_ground": 281.15, "demand": 9e5, "T_return": 318.15}, {})
    n = plant.circuits.n_node
    x = np.concatenate([np.random.default_rng(2).uniform(320.0, 350.0, n), [20.0, 9e5, 11.0]])
    losses = equations.losses(x[:n], np.full(equations.n_path, 10.0))

    def residual(at):
        trial = equations.trial(at[:n], at[n:], losses, None)
        return trial, equations.residual(now, state.memories, trial, state.T)

    J = equations.jacobian(now, state.memories, *residual(x), losses)
    for k in range(len(x)):
        step = np.zeros(len(x))
        step[k] = 1e-4 if k < n else 1e-5 * max(abs(x[k]), 1.0)
        central = (residual(x + step)[1].r - residual(x - step)[1].r) / (2 * step[k])
        # The heat capacity that a residual is divided by is held in the derivative: it varies by a thousandth.
        off = np.abs(central - J[:, k]) / (np.abs(J[:, k]).max() + 1e-30)
        assert np.max(off) < 5e-3, k


def test_what_cannot_rest_is_named(boiler_plant, monkeypatch):
    plant = boiler_plant()
    boiler = next(part for part in plant.parts if part.name == "boiler")
    answer = type(boiler).answer

    def restless(self, now, memory, given):
        # A rule without any solution: it wants to stand where it does not.
        found = answer(self, now, memory, given)
        return found._replace(target=(1e6 if given.setting[0] < 1e6 else 0.5e6,))

    monkeypatch.setattr(type(boiler), "answer", restless)
    with pytest.raises(BalanceError, match=r"boiler\.heat_rate"):
        _solve(plant)


def _paths(plant):
    for part in plant.parts:
        for start, _ in part.paths:
            yield f"{part.name}.{start}"


def test_a_boiler_without_water_burns_nothing(boiler_plant):
    """Flow that only rounding left of none takes no heat, whatever the boiler is set to."""
    plant = boiler_plant()
    boiler = next(part for part in plant.parts if part.name == "boiler")
    for flow, heat in ((0.0, 0.0), (1e-12, 0.0), (1.0, 2e5)):
        given = Given((320.0,), (flow,), (2e5,), (320.0,), (0.0,))
        _, ledger = boiler.finish(Now(0, 3600.0, {}, {}), None, given)
        assert ledger.record["heat_rate"] == heat
        T = boiler.answer(Now(0, 3600.0, {}, {}), None, given).T_out[0]
        assert (T > 320.0) == (heat > 0.0)


@pytest.mark.parametrize("leads", [0.4, 0.1, 1.0, None])
def test_a_step_that_is_stuck_is_tried_from_other_states(boiler_plant, swinging_hours, monkeypatch, leads):
    """Where the balance finds nothing from the last settings, a share of their scale leads to the same state."""
    plant, hours = boiler_plant(), swinging_hours(3)
    expected = simulate(plant, hours)
    scale = np.array([a.scale for part in plant.parts for a in part.actuators])
    solve, tried = HeatBalance.solve, []

    def stuck(self, now, memories, T, setting):
        share = float(setting[0] / scale[0])
        tried.append(share)
        if now.number == 2 and (leads is None or not np.allclose(setting, leads * scale)):
            raise BalanceError("stuck")
        return solve(self, now, memories, T, setting)

    monkeypatch.setattr(HeatBalance, "solve", stuck)
    if leads is None:
        with pytest.raises(BalanceError, match="stuck"):
            simulate(plant, hours)
        return
    found = simulate(plant, hours)
    assert tried[-1] == pytest.approx(leads)
    for name in ("customers_heat_delivered", "boiler_heat_rate"):
        np.testing.assert_allclose(found[name].values, expected[name].values, rtol=1e-6)
