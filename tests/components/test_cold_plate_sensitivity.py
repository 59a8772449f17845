"""Slopes and effects of a plate's numbers: against known functions, exact relations, and each other."""

import math
from types import SimpleNamespace

import numba
import numpy as np
import pytest
import xarray as xr

from hashheat.components.cold_plate import ColdPlate
from hashheat.components.cold_plate_file import load_cold_plate
from hashheat.components.cold_plate_sensitivity import sensitivity
from hashheat.components.errors import RunawayError
from hashheat.thermo.errors import InputError
from hashheat.thermo.quantity import Quantity

pytestmark = pytest.mark.skipif(numba.config.DISABLE_JIT, reason="minutes without the compiler")

ADIABATIC = {"losses__top": 0.0, "losses__bottom": 0.0, "losses__edge": 0.0, "power__leakage_share": 0.0}


def coarse(name, along=8, across=6):
    file = load_cold_plate(name)
    cells = {"cells_along": along, "cells_across": across, "layers": [1]}
    return ColdPlate(file.model_copy(update={"plate": file.plate.model_copy(update=cells)}))


@pytest.fixture(scope="module")
def plate():
    return coarse("microchannel-1kw")


STATE = {
    "design.flow": Quantity(1e-4, "m^3/s"),
    "design.T_in": Quantity(300.0, "K"),
    "design.T_ambient": Quantity(290.0, "K"),
}


def stand_in(function, **quantities):
    """A plate whose result is a known function of numbers a, b ... of its file."""

    def solve(**given):
        values = {name: float(given.get(name, q.nominal)) for name, q in quantities.items()}
        T = function(**values)
        if T is None:
            raise RunawayError("stand-in: no steady state")
        return xr.Dataset({"T_junction": ((), T, {"units": "K"}), "T_chip": ("chip", [T])})

    return SimpleNamespace(
        solve=solve,
        name="stand-in",
        quantities=STATE | quantities,
        file=SimpleNamespace(coolant=SimpleNamespace(kind="serpentine")),
    )


def test_slopes_effects_and_order_of_a_known_function():
    def f(a, b, c):
        return 350.0 + 3.0 * a**3 - math.exp(2.0 * b) + 0.01 * c

    numbers = {
        "a": Quantity(2.0, "m", "uniform", lower=1.0, upper=3.0),
        "b": Quantity(0.5, "W", "normal", sigma=0.1),
        "c": Quantity(-4.0, "1", "uniform", lower=-5.0, upper=-3.0),
    }
    found = sensitivity(stand_in(f, **numbers), ["c", "b", "a"])
    assert list(found.key.values) == ["a", "b", "c"]
    exact = {"a": 36.0, "b": -2.0 * math.e, "c": 0.01}
    for key, slope in exact.items():
        here = found.sel(key=key)
        assert float(here.slope) == pytest.approx(slope, abs=float(here.slope_error))
        assert float(here.slope) == pytest.approx(slope, rel=1e-3, abs=1e-8)
        assert float(here.slope_error) < 0.02 * abs(slope) + 1e-3
    np.testing.assert_array_equal(found.sel(key="a").lower, 1.0)
    assert float(found.sel(key="a").effect) == pytest.approx(3.0 * 26.0)
    low, high = (0.5 + s * 0.2 for s in (-1.0, 1.0))
    assert float(found.sel(key="b").lower) == pytest.approx(low, rel=1e-3)
    assert float(found.sel(key="b").effect) == pytest.approx(math.exp(2 * high) - math.exp(2 * low), rel=1e-3)
    assert list(found.unit.values) == ["m", "W", "1"]
    assert found.attrs["at_nominal"] == pytest.approx(f(2.0, 0.5, -4.0))
    assert (found.attrs["result"], found.attrs["result_unit"]) == ("T_junction", "K")
    assert found.effect.attrs["units"] == "K"


def test_the_error_of_a_slope_shows_a_kink_and_a_number_at_zero_has_one_side():
    def f(a, b):
        return 350.0 + max(a - 1.0, 0.0) + math.sqrt(1.0 + b)

    numbers = {
        "a": Quantity(1.0, "1", "uniform", lower=0.5, upper=1.5),
        "b": Quantity(0.0, "1", "uniform", lower=0.0, upper=0.5),
    }
    found = sensitivity(stand_in(f, **numbers), ["a", "b"])
    assert float(found.sel(key="a").slope) == pytest.approx(0.5)  # half of each side
    beside = sensitivity(stand_in(lambda a: 350.0 + max(a - 1.04, 0.0), a=numbers["a"]), ["a"])
    assert 0.0 < abs(float(beside.slope[0])) < float(beside.slope_error[0])  # the slope there is 0
    b = found.sel(key="b")
    assert float(b.slope) == pytest.approx(0.5, abs=float(b.slope_error))
    assert float(b.slope_error) < 0.02
    # An extremum inside: the effect is that of the middle too.
    hill = sensitivity(stand_in(lambda a: 350.0 - (a - 1.0) ** 2, a=numbers["a"]), ["a"])
    assert float(hill.effect[0]) == pytest.approx(0.25)
    assert abs(float(hill.slope[0])) <= float(hill.slope_error[0])


def test_ends_without_a_solution_are_infinite_and_steps_are_shortened():
    a = Quantity(1.0, "1", "uniform", lower=0.5, upper=1.5)
    found = sensitivity(stand_in(lambda a: None if a > 1.02 else 350.0 + 7.0 * a, a=a), ["a"])
    assert float(found.at_upper[0]) == math.inf
    assert float(found.effect[0]) == math.inf
    assert float(found.at_lower[0]) == 353.5
    assert float(found.slope[0]) == pytest.approx(7.0, rel=1e-6)
    with pytest.raises(RunawayError, match="a slope was asked for"):
        sensitivity(stand_in(lambda a: None if a > 1.0 else 350.0, a=a), ["a"])


def test_a_resistance_in_series_has_the_slope_of_its_power(plate):
    """T_j = T_below + R P, and without leakage nothing else moves: dT/dR is the power of the chip."""
    found = plate.sensitivity(["chips.package_resistance", "chips.tim_area_resistance"], **ADIABATIC)
    area = plate.quantities["chips.length"].nominal * plate.quantities["chips.width"].nominal
    slope = found.slope.sel(key="chips.package_resistance")
    assert float(slope) == pytest.approx(1000.0, rel=1e-4)
    assert float(found.slope.sel(key="chips.tim_area_resistance")) == pytest.approx(1000.0 / area, rel=1e-4)
    package = found.sel(key="chips.package_resistance")
    assert float(package.effect) == pytest.approx(1000.0 * 0.006, rel=1e-5)
    assert str(package.basis.values) == "file"


def test_the_outlet_follows_the_heat_balance(plate):
    """dT_out/dP = 1/(m c_p) at the outlet, to the slope of c_p over half the rise."""
    from CoolProp.CoolProp import PropsSI

    found = plate.sensitivity(["power.chip"], of="T_out", fluid="water", T_in=310.0, **ADIABATIC)
    solved = plate.solve(fluid="water", T_in=310.0, **ADIABATIC)
    cp = PropsSI("C", "T", float(solved.T_out), "P", 3e5, "Water")
    assert float(found.slope[0]) == pytest.approx(1.0 / (float(solved.mass_flow) * cp), rel=1e-4)
    assert float(found.attrs["at_nominal"]) == float(solved.T_out)


def test_the_chain_rule_joins_gap_fin_and_pitch(plate):
    keys = ["fin_thickness", "gap", "coolant.width", "coolant.pitch"]
    found = plate.sensitivity(keys)
    slope, error = (dict(zip(found.key.values, found[name].values)) for name in ("slope", "slope_error"))
    # A thicker fin at the same gap is a wider pitch; a wider gap between the same fins is both.
    assert slope["fin_thickness"] == pytest.approx(slope["coolant.pitch"], abs=sum(error.values()))
    assert slope["gap"] == pytest.approx(
        slope["coolant.width"] + slope["coolant.pitch"], abs=sum(error.values())
    )
    nominal = dict(zip(found.key.values, found.nominal.values))
    assert nominal["fin_thickness"] == pytest.approx(
        nominal["coolant.pitch"] - nominal["coolant.width"], rel=1e-12
    )
    assert set(found.unit.values) == {"m"}


def test_a_slope_is_the_difference_of_two_solves(plate):
    """By hand at another state: flow and the interface, with a step of this test's own."""
    state = {"T_in": 320.0, "volume_flow": 2e-5, "frequency": 0.9}
    found = plate.sensitivity(["volume_flow", "plate.thickness", "T_in"], **state)
    for key, name, x, h in (
        ("volume_flow", "volume_flow", 2e-5, 1e-7),
        ("plate.thickness", "plate__thickness", 2e-3, 1e-5),
        ("T_in", "T_in", 320.0, 0.2),
    ):
        up, down = (float(plate.solve(**(state | {name: x + s * h})).T_junction) for s in (1.0, -1.0))
        here = found.sel(key=key)
        assert float(here.nominal) == x
        assert float(here.slope) == pytest.approx(
            (up - down) / (2.0 * h), abs=float(here.slope_error) + 2e-5 / h
        )
        assert str(here.basis.values) == ("+-5 K" if key == "T_in" else "+-10 %")


def test_all_numbers_largest_effect_first():
    plate = coarse("tube-in-plate", 6, 4)
    found = plate.sensitivity()
    assert np.all(np.diff(found.effect.values) <= 0.0)
    keys = set(found.key.values) | set(found.attrs["left_out"].split(", ")) - {""}
    expected = {k for k in plate.quantities if not k.startswith("design.") and k != "chips.limit"}
    assert keys == expected | {"volume_flow", "T_in", "T_ambient", "frequency", "voltage"}
    assert not np.isnan(found.to_array("name").values.astype(float)).any()
    assert float(found.effect.sel(key="coolant.friction_factor")) == 0.0
    assert float(found.slope.sel(key="volume_flow")) < 0.0 < float(found.slope.sel(key="chips.tim_thickness"))


def test_numbers_that_cannot_be_changed_alone_are_left_out_or_refused(plate):
    filled = {"coolant__region__x": 0.0, "coolant__region__length": 0.08}
    found = plate.sensitivity(["coolant.width"], **filled)
    assert found.attrs["left_out"] == ""
    with pytest.raises(InputError):
        plate.sensitivity(["coolant.region.length"], **filled)
    with pytest.raises(InputError, match="at 0"):
        plate.sensitivity(["chips.tim_area_resistance"], chips__tim_area_resistance=-0.0)


@pytest.mark.parametrize(
    ("arguments", "key"),
    [
        ({"keys": ["chips.tim"]}, "chips.tim"),
        ({"keys": ["T_in"], "of": "T_chip"}, "of"),
        ({"keys": ["T_in"], "of": "warmth"}, "of"),
        ({"keys": ["T_in"], "frequency": [0.9, 1.0]}, "frequency"),
    ],
)
def test_questions_that_make_no_sense_are_refused(plate, arguments, key):
    with pytest.raises(InputError) as caught:
        plate.sensitivity(**arguments)
    assert caught.value.key == key


@pytest.mark.parametrize(
    ("key", "name", "override", "value"),
    [
        ("T_in", "T_in", "design__T_in", 320.0),
        ("volume_flow", "volume_flow", "design__flow", 2e-5),
        ("T_ambient", "T_ambient", "design.T_ambient", 280.0),
        ("design.pressure", "pressure", "design__pressure", 4e5),
        ("chips.tim_area_resistance", "chips__tim_area_resistance", "chips.tim_area_resistance", 8e-6),
    ],
)
def test_a_state_is_the_same_whichever_way_it_is_given(plate, key, name, override, value):
    one, other = plate.sensitivity([key], **{name: value}), plate.sensitivity([key], **{override: value})
    assert float(one.nominal[0]) == value
    xr.testing.assert_identical(one, other)
