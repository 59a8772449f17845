"""The shipped tanks: they load, build, and every number in them says where it is from."""

import warnings

import numpy as np
import pytest

from hashheat.components.immersion_tank import ImmersionTank
from hashheat.components.tank_file import LIBRARY, load_tank, shipped_tanks
from hashheat.components.tank_solve import first_box
from hashheat.thermo.remembered import RememberedValueWarning

NAMES = ("container-50kw", "tank-24-miners")


def shipped(name):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RememberedValueWarning)
        return ImmersionTank.named(name)


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


@pytest.mark.parametrize(
    ("name", "units", "load"), [("container-50kw", 6, 49.2e3), ("tank-24-miners", 24, 100e3)]
)
def test_the_box_has_the_load_of_the_name(name, units, load):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RememberedValueWarning)
        begun = first_box(shipped(name).file)
    tank = begun.tank
    assert len(tank.units) == units
    assert tank.box.source.sum() == pytest.approx(load, rel=1e-3)
    assert np.prod(tank.box.grid.shape) < 100_000
    # Three litres a minute and kilowatt: about 11 K, between the maker's 8.3 and 16.5 K.
    assert begun.answer.T_out - begun.answer.T_in == pytest.approx(11.0, abs=0.7)
    # Water leaves warmer than the oil enters less ten kelvin, and colder than the oil leaves.
    assert begun.answer.T_in - 10.0 < begun.answer.water_T_out < begun.answer.T_out
