"""The envelope of a unit: the unit's own solution, its energy balance, and what must rise or fall."""

import numba
import numpy as np
import pytest
from CoolProp.CoolProp import PropsSI

from hashheat.fleet.envelope import FREQUENCIES, unit_envelope

P = 3e5
NO_SETPOINT = {"loop.outlet_setpoint": None}
#: Every chip as the mean one, so that the hottest junction is what a unit by itself gives.
NO_SCATTER = {"miner.chips.chip_spread": 0}
POINTS = 7
DRAWS = 4 if numba.config.DISABLE_JIT else 64


@pytest.fixture(scope="module")
def plant(session_plant):
    return session_plant(NO_SETPOINT | NO_SCATTER)


@pytest.fixture(scope="module")
def envelope(plant):
    return unit_envelope(plant, points=POINTS, span=(0.35, 1.6))


def solve(plant, T_in, flow, frequency=1.0):
    return plant.miner.solve(
        T_in=T_in,
        volume_flow=flow,
        pressure=P,
        frequency=frequency,
        T_ambient=plant.quantities["surroundings.temperature"].nominal,
    )


def test_every_point_is_the_units_own_solution(plant, envelope):
    inside = envelope.sel(envelope_T_in=slice(None, 345.0))
    for frequency in FREQUENCIES:
        mine = inside.sel(envelope_frequency=frequency)
        own = solve(plant, inside.envelope_T_in, inside.envelope_flow, frequency)
        np.testing.assert_allclose(mine.envelope_T_out, own.T_out, atol=1e-6)
        np.testing.assert_allclose(mine.envelope_T_junction, own.T_junction, atol=1e-6)


def test_the_plants_own_point_lies_in_it(session_plant):
    # Inlet 40 degC is the lowest of a limit of 80 degC; the design flow a node of this span.
    plant = session_plant(NO_SETPOINT | NO_SCATTER | {"loop.inlet": "40 degC"})
    made = unit_envelope(plant, points=3, span=(0.5, 1.5))
    point = made.sel(envelope_frequency=1.0).isel(envelope_T_in=0, envelope_flow=1)
    assert point.envelope_T_in == pytest.approx(313.15, abs=1e-9)
    assert point.envelope_flow == pytest.approx(plant.quantities["loop.flow"].nominal, rel=1e-12)
    own = solve(plant, 313.15, plant.quantities["loop.flow"].nominal)
    assert point.envelope_T_out == pytest.approx(own.T_out.item(), abs=1e-6)


def test_the_80_degree_line_is_where_the_heat_warms_the_water_to_80(plant, envelope):
    nominal = envelope.sel(envelope_frequency=1.0)
    flows = nominal.envelope_flow.values
    checked = 0
    for T_in in nominal.envelope_T_in.sel(envelope_T_in=slice(320.0, 350.0)).values:
        T_out = nominal.envelope_T_out.sel(envelope_T_in=T_in).values
        crossing = np.flatnonzero((T_out[:-1] >= 353.15) & (T_out[1:] < 353.15))
        if crossing.size == 0:
            continue
        around = slice(int(crossing[0]), int(crossing[0]) + 2)
        heat = solve(plant, T_in, flows[around]).heat_rate.values.mean()
        rise = PropsSI("H", "T", 353.15, "P", P, "Water") - PropsSI("H", "T", T_in, "P", P, "Water")
        balance = heat / rise / PropsSI("D", "T", T_in, "P", P, "Water")
        # At constant heat the outlet is a straight line in one over the flow.
        inverse = np.interp(353.15, T_out[around][::-1], 1.0 / flows[around][::-1])
        assert 1.0 / inverse == pytest.approx(balance, rel=0.01)
        checked += 1
    assert checked >= 2


def test_scatter_among_the_chips_makes_the_hottest_hotter(session_plant, envelope):
    made = unit_envelope(session_plant(NO_SETPOINT), points=POINTS, span=(0.35, 1.6))
    np.testing.assert_allclose(made.envelope_T_out, envelope.envelope_T_out, atol=1e-9)
    above = (made.envelope_T_junction - envelope.envelope_T_junction).values
    # Of 640 chips that scatter by 12.5 % of some 9 K the hottest lies one to three deviations above the mean.
    assert np.nanmin(above) > 0.7
    assert np.nanmax(above) < 6.0


def test_what_must_rise_and_fall(envelope):
    nominal = envelope.sel(envelope_frequency=1.0).sel(envelope_T_in=slice(None, 345.0))
    for name in ("envelope_T_out", "envelope_T_junction"):
        assert np.all(np.diff(nominal[name], axis=0) > 0.0)  # inlet
        assert np.all(np.diff(nominal[name], axis=1) < 0.0)  # flow
        clocked = envelope[name].sel(envelope_T_in=slice(None, 345.0))
        assert np.all(np.diff(clocked, axis=0) > 0.0)


def test_probability_falls_with_the_inlet_and_rises_with_the_flow_once_the_water_is_warm(session_plant):
    easy = {"limits.outlet": "60 degC", "limits.pressure_drop": "9 bar", "limits.boiling_margin": "0 K"}
    plant = session_plant(
        NO_SETPOINT | NO_SCATTER | easy | {"miner.chips.limit": "70 .. 95 degC", "loop.pressure": "6 bar"}
    )
    made = unit_envelope(plant, points=POINTS, samples=DRAWS)
    P_holds = made.envelope_probability.values
    warm = made.sel(envelope_frequency=1.0).envelope_T_out.values >= 333.15
    assert np.all(P_holds[~warm] == 0.0)
    for row in range(1, POINTS):
        both = warm[row - 1] & warm[row]
        assert np.all(P_holds[row][both] <= P_holds[row - 1][both])
    for column in range(1, POINTS):
        both = warm[:, column - 1] & warm[:, column]
        assert np.all(P_holds[:, column][both] >= P_holds[:, column - 1][both])
    # The limit is uniform, so the probability is a straight line in the junction temperature.
    T_junction = made.sel(envelope_frequency=1.0).envelope_T_junction.values
    expected = np.clip((368.15 - T_junction) / 25.0, 0.0, 1.0)
    np.testing.assert_allclose(P_holds[warm], expected[warm], atol=1.01 / DRAWS)
    assert np.ptp(P_holds[warm]) > 0.5


def test_without_uncertainty_the_probability_is_yes_or_no(plant, envelope):
    holds = envelope.envelope_probability.values
    assert set(np.unique(holds)) <= {0.0, 1.0}
    nominal = envelope.sel(envelope_frequency=1.0)
    limit = plant.quantities["miner.chips.limit"].nominal
    cold = nominal.envelope_T_out.values < 353.15
    hot = ~(nominal.envelope_T_junction.values <= limit)
    assert np.all(holds[cold | hot] == 0.0)
    assert holds.max() == 1.0


def test_every_variable_has_units_and_a_name(envelope):
    for variable in envelope.variables.values():
        assert variable.attrs["units"]
        assert variable.attrs["long_name"]
