"""The shipped tanks: they load, build, and every number in them says where it is from."""

import warnings

import numba
import numpy as np
import pytest

from hashheat.components.immersion_tank import ImmersionTank
from hashheat.components.tank_build import build_tank
from hashheat.components.tank_file import load_tank, shipped_tanks
from hashheat.components.tank_library import LIBRARY
from hashheat.components.tank_solve import first_box
from hashheat.thermo.remembered import RememberedValueWarning

needs_speed = pytest.mark.skipif(numba.config.DISABLE_JIT, reason="plates are rated too slowly uncompiled")

NAMES = ("container-50kw", "tank-24-miners")


def shipped(name):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RememberedValueWarning)
        tank = ImmersionTank.named(name)
        assert tank.file.oil.is_dielectric
    return tank


def test_the_library_lists_the_single_phase_tanks():
    assert shipped_tanks() == sorted(NAMES)
    assert all((LIBRARY / f"{name}.toml").is_file() for name in NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_every_number_has_its_origin(name):
    quantities = load_tank(name).quantities()
    assert len(quantities) > 50
    for key, q in quantities.items():
        assert q.status in ("assumed", "literature", "chosen"), key
        assert q.source or q.status == "chosen", key
    # What decides the hottest chip is a range, not a number.
    for key in ("miner.0.junction_to_sink", "fluid.film_factor", "exchanger.conductance_factor"):
        assert quantities[key].is_uncertain


LOADS = [("container-50kw", 6, 49.2e3), ("tank-24-miners", 24, 100e3)]


@pytest.mark.parametrize(("name", "units", "load"), LOADS)
def test_the_box_has_the_load_of_the_name(name, units, load):
    tank = build_tank(shipped(name).file, T_in=315.0, volume_flow=2.5e-3)
    assert len(tank.units) == units
    assert tank.box.source.sum() == pytest.approx(load, rel=1e-3)
    assert np.prod(tank.box.grid.shape) < 100_000


@needs_speed
@pytest.mark.parametrize("name", NAMES)
def test_exchanger_and_flow_suit_the_load(name):
    answer = first_box(shipped(name).file).answer
    # Three litres a minute and kilowatt: about 11 K, between the maker's 8.3 and 16.5 K.
    assert answer.T_out - answer.T_in == pytest.approx(11.0, abs=0.7)
    # Water leaves close to the oil that enters, and colder than the oil that leaves.
    assert answer.T_in - 10.0 < answer.water_T_out < answer.T_out
