"""A unit by its table, against the solver it was made with."""

import numba
import numpy as np
import pytest

from hashheat.fleet.operation import resistance_factors, solve_samples
from hashheat.fleet.sampling import nominal, unit_places
from hashheat.fleet.unit_map import HEAT, PRESSURE_DROP, T_HOTTEST, WALL_POWER, Mode, map_error, unit_map

#: The grid is coarse where kernels are interpreted (conftest), and so is what it gives.
COARSE = bool(numba.config.DISABLE_JIT)
MODES = (Mode("under", 0.8, 0.95), Mode("normal", 1.0, 1.0))


@pytest.fixture(scope="module")
def plant(session_plant):
    return session_plant()


@pytest.fixture(scope="module")
def units(plant):
    values = nominal(plant.quantities)
    factors = resistance_factors(values, unit_places(plant.file.units.count))[0]
    return unit_map(plant, MODES, factors, (320.0, 345.0), (283.15, 303.15))


def test_the_map_is_the_solver_between_its_points(plant, units):
    error = map_error(plant, units, 4 if COARSE else 20)
    relative, kelvin = (2e-2, 8.0) if COARSE else (1e-3, 0.5)
    assert error[HEAT] < relative
    assert error[WALL_POWER] < relative
    assert error[PRESSURE_DROP] < (0.5 if COARSE else 5e-3)
    assert error[T_HOTTEST] < kelvin


def test_every_unit_gets_its_own_flow_mode_and_resistance(plant, units):
    values = nominal(plant.quantities)
    n = len(units.factors)
    flow = 0.16 * np.linspace(0.8, 1.3, n)
    found, inside = units.evaluate(335.0, 293.15, flow, np.full(n, 2))
    here = values | {"loop.inlet": np.array([335.0]), "surroundings.temperature": np.array([293.15])}
    exact = solve_samples(plant, here, flow[None], units.factors[None])
    assert inside.all()
    assert found[:, HEAT] == pytest.approx(exact.heat_rate[0], rel=2e-2 if COARSE else 1e-3)
    assert found[:, WALL_POWER] == pytest.approx(exact.wall_power[0], rel=2e-2 if COARSE else 1e-3)


def test_a_unit_that_is_off_gives_nothing(units):
    n = len(units.factors)
    mode = np.arange(n) % 3
    found, inside = units.evaluate(335.0, 293.15, np.full(n, 0.16), mode)
    assert np.all(found[mode == 0] == 0.0)
    assert inside[mode == 0].all()
    assert np.all(found[mode == 1][:, WALL_POWER] < found[mode == 2][:, WALL_POWER].min())


def test_states_beyond_the_map_are_told_apart(units):
    n = len(units.factors)
    for T_in, flow in ((360.0, 0.16), (300.0, 0.16), (335.0, 0.001), (335.0, 50.0)):
        _, inside = units.evaluate(T_in, 293.15, np.full(n, flow), np.ones(n, dtype=int))
        assert not inside.any()
