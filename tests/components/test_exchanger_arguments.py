"""Arguments as people write them: names of fluids, one number for two sides, text, Celsius; and short reprs."""

from types import SimpleNamespace

import numpy as np
import pytest

from hashheat.components.calibration_result import Calibration
from hashheat.components.cases import broadcast_cases
from hashheat.components.exchanger_fouling import Fouling
from hashheat.components.exchanger_limits import HEAT, SizingLimits
from hashheat.components.exchanger_search import Estimate
from hashheat.components.exchanger_sizing import Candidate, Sizing
from hashheat.components.exchanger_solve import Solution
from hashheat.components.plate_exchanger import PlateHeatExchanger
from hashheat.thermo.errors import BoilingError, FreezingError, InputError
from hashheat.thermo.fluid import Fluid

CASE = {"hot_mass_flow": 1.0, "cold_mass_flow": 1.0, "hot_T_in": 353.15, "cold_T_in": 313.15}


@pytest.fixture(scope="module")
def unit():
    return PlateHeatExchanger.named("g-010", 21)


def test_fluids_by_name():
    found = PlateHeatExchanger.named("g-010", 21, fluids=("water", "propylene glycol 30 %")).fluids
    assert found == (Fluid.parse("water"), Fluid.parse("propylene glycol 30 %"))


@pytest.mark.parametrize("bad", ["watr", 3, None])
def test_what_is_no_fluid_is_named(bad):
    with pytest.raises(InputError) as caught:
        PlateHeatExchanger.named("g-010", 21, fluids=("water", bad))
    assert caught.value.key == "fluids, cold"


@pytest.mark.parametrize("bad", [50e3, (50e3,), (50e3, "50 kPa"), None])
def test_limits_take_one_number_for_each_side(bad):
    with pytest.raises(InputError) as caught:
        SizingLimits(bad)
    assert caught.value.key == "pressure_drop"


@pytest.mark.parametrize("bad", ["5", ["1", "2"], np.array(["3"]), [1.0, "2"], None])
def test_text_is_no_number(bad):
    with pytest.raises(InputError, match="not a number"):
        broadcast_cases({"hot_mass_flow": bad})


def test_celsius_by_mistake(unit):
    with pytest.raises(InputError, match=r"80 degC is 353\.15") as caught:
        unit.rate(**{**CASE, "hot_T_in": 80.0})
    assert caught.value.key == "hot_T_in"


def test_what_is_not_liquid_says_what_would_be(unit):
    with pytest.raises(FreezingError, match=r"Feasible: cold_T_in above .* or another fluids\[1\]"):
        unit.rate(**{**CASE, "cold_T_in": [300.0, 263.15]})
    with pytest.raises(BoilingError, match=r"Feasible: hot_T_in below .*pressures\[0\] above"):
        unit.rate(**{**CASE, "hot_T_in": [350.0, 453.15]})


def test_reprs_are_short(unit):
    blank = np.zeros(2)
    candidate = Candidate(unit, None, 4e3, {}, HEAT, {}, 1e5, 5.0, (2e4, 3e4))
    fit = dict.fromkeys(Calibration.__dataclass_fields__, blank)
    fit |= {"names": ("C", "m"), "values": {"C": 0.3, "m": 0.7}, "sigma": {"C": 0.1, "m": 0.1}}
    fit |= {"points": (), "notes": ("a",) * 50, "chi2": 3.0, "dof": 1}
    fouled = dict.fromkeys(Fouling.__dataclass_fields__, 1.0)
    for item in (
        unit,
        candidate,
        Sizing(None, None, (candidate,) * 9, {"a": "b" * 999}, searched=9),
        Estimate(unit, HEAT, True, 0.1),
        Solution(1.0, SimpleNamespace(), True, "x" * 999, (), unit),
        Calibration(**fit),
        Fouling(**fouled),
    ):
        text = repr(item)
        assert type(item).__name__ in text
        assert len(text) < 500, text
        assert "\n" not in text
