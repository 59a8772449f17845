"""Exchanger files: what they make, and what they refuse."""

import numpy as np
import pytest
from CoolProp.CoolProp import PropsSI

from hashheat.components.errors import SecondLawError, TemperatureCrossError
from hashheat.components.exchanger_file import LIBRARY, load_exchanger, shipped_exchangers
from hashheat.components.exchanger_oversurface import oversurface
from hashheat.components.exchanger_plate import LIBRARY as PLATES
from hashheat.thermo.errors import BoilingError, FreezingError, InputError
from hashheat.thermo.quantity import Quantity

UNIT = """\
name = "of the tests"
plate = "g-010"
plates = 12
passes = [1, 1]

[hot]
T_in = "80 degC"
mass_flow = "1 kg/s"
fouling = "2e-5 m^2 K/W"

[cold]
fluid = "propylene glycol 30 %"
pressure = "3 bar"
T_in = "20 degC"
volume_flow = "4 m^3/h"

[duty]
heat_rate = "60 kW"

[limits]
hot_pressure_drop = "50 kPa"
"""


@pytest.fixture
def unit(edited):
    """Write the file with some lines replaced and read it."""
    return lambda *changes: load_exchanger(edited(UNIT, *changes, name="unit.toml"))


def test_the_file_becomes_the_exchanger_it_describes(unit):
    file = unit(("passes = [1, 1]", 'passes = [2, 1]\nports = "Z"\nfirst_side = "cold"\nchannel_angle = 45'))
    exchanger = file.exchanger()
    assert (exchanger.plates, exchanger.passes, exchanger.ports) == (12, (2, 1), "Z")
    assert (exchanger.channel_angle, exchanger.first_side) == (45.0, 1)
    assert exchanger.fouling == (2e-5, 0.0)
    assert exchanger.pressures == (6e5, 3e5)
    assert exchanger.overall_counter
    assert exchanger.first_counter


def test_parallel_flow_is_parallel(unit):
    exchanger = unit(("passes = [1, 1]", 'flow = "parallel"')).exchanger()
    assert not exchanger.overall_counter
    assert not exchanger.first_counter
    assert set(exchanger.stack.upward) == {1}


def test_a_volume_flow_counts_at_the_inlet(unit):
    point = unit(('"propylene glycol 30 %"', '"water"')).operating_point()
    rho = PropsSI("D", "T", 293.15, "P", 3e5, "Water")
    assert point["cold_mass_flow"] == pytest.approx(4.0 / 3600.0 * rho, rel=2e-6)
    assert point["hot_mass_flow"] == 1.0
    assert point["hot_T_in"] == pytest.approx(353.15)


def test_a_plate_beside_the_file_comes_before_a_shipped_one(unit, tmp_path):
    text = (PLATES / "g-010.toml").read_text(encoding="utf-8")
    (tmp_path / "own.toml").write_text(text.replace('maker = "none: a generic size"', 'maker = "ours"'))
    assert unit(('"g-010"', '"own.toml"')).plate_file.maker == "ours"


def test_quantities_are_those_of_both_files(unit):
    quantities = unit().all_quantities()
    assert quantities["hot.T_in"].nominal == pytest.approx(353.15)
    assert quantities["plate.gap"].is_uncertain
    assert quantities["plate.correlation.Nu_factor"].status == "assumed"
    assert quantities["limits.hot_pressure_drop"].nominal == 50e3
    assert quantities["plate.limits.max_pressure"].nominal == 17e5


REFUSED = {
    "unknown key": (("plates = 12", "plates = 12\nplats = 3"), ("plats", "3", "plates")),
    "no flow": (
        ('mass_flow = "1 kg/s"\n', ""),
        ("hot.mass_flow, hot.volume_flow", "neither", "one of the two"),
    ),
    "both flows": (
        ('mass_flow = "1 kg/s"', 'mass_flow = "1 kg/s"\nvolume_flow = "1 L/s"'),
        ("hot.mass_flow, hot.volume_flow", "mass_flow and volume_flow"),
    ),
    "two duties": (
        ('heat_rate = "60 kW"', 'heat_rate = "60 kW"\nhot_T_out = "60 degC"'),
        ("duty", "heat_rate, hot_T_out", "one of"),
    ),
    "empty duty": (('heat_rate = "60 kW"', ""), ("duty", "nothing", "heat_rate")),
    "passes": (("passes = [1, 1]", "passes = [1, 12]"), ("passes", "[1, 12]", "11 channels")),
    "one pass number": (("passes = [1, 1]", "passes = [1]"), ("passes", "[1]", "[1, 1]")),
    "wrong unit": (('"1 kg/s"', '"1 bar"'), ("hot.mass_flow", "1 bar", "kg/s")),
    "negative fouling": (('"2e-5 m^2 K/W"', '"-2e-5 m^2 K/W"'), ("hot.fouling", "-2e-05", "at least")),
    "ports": (("passes = [1, 1]", 'ports = "V"'), ("ports", "'V'", "'U' or 'Z'")),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_read_is_named(case, unit, tmp_path):
    change, expected = REFUSED[case]
    with pytest.raises(InputError) as error:
        unit(change)
    for text in (str(tmp_path / "unit.toml"), *expected):
        assert text in str(error.value)


NOT_BUILT = {
    "unknown plate": (('"g-010"', '"g-011"'), ("plate", "g-011", "g-010")),
    "frame": (("plates = 12", "plates = 251"), ("plates", "251", "250")),
    "angle": (("plates = 12", "plates = 12\nchannel_angle = 50"), ("channel_angle", "50", "30, 45, 60")),
    "pressure": (('"3 bar"', '"30 bar"'), ("cold.pressure", "30 bar", "17 bar")),
    "fluid": (('"propylene glycol 30 %"', '"beer"'), ("cold.fluid", "beer")),
    "gas": (('"propylene glycol 30 %"', '"air"'), ("cold.fluid", "air", "liquid")),
    "law": (("plates = 12", 'plates = 12\ncorrelation = "martian"'), ("correlation", "martian", "martin")),
}


@pytest.mark.parametrize("case", NOT_BUILT)
def test_what_cannot_be_built_is_named_by_the_key_of_the_file(case, unit, tmp_path):
    change, expected = NOT_BUILT[case]
    with pytest.raises(InputError) as error:
        unit(change).exchanger()
    for text in (str(tmp_path / "unit.toml"), *expected):
        assert text in str(error.value)


@pytest.mark.parametrize(
    ("change", "kind", "expected"),
    [
        (('"80 degC"', '"180 degC"'), BoilingError, "hot.T_in"),
        (('"20 degC"', '"-20 degC"'), FreezingError, "cold.T_in"),
    ],
)
def test_an_inlet_that_is_not_liquid_is_refused(change, kind, expected, unit):
    with pytest.raises(kind) as error:
        unit(change).operating_point()
    assert expected in str(error.value)
    assert "unit.toml" in str(error.value)


@pytest.mark.parametrize(
    ("changes", "kind", "key"),
    [
        ([('heat_rate = "60 kW"', 'heat_rate = "600 kW"')], SecondLawError, "duty.heat_rate"),
        ([('heat_rate = "60 kW"', 'cold_T_out = "81 degC"')], SecondLawError, "duty.cold_T_out"),
        (
            [
                ("passes = [1, 1]", 'flow = "parallel"'),
                ('heat_rate = "60 kW"', 'cold_T_out = "70 degC"'),
                ('"1 kg/s"', '"10 kg/s"'),
                ('"4 m^3/h"', '"30 m^3/h"'),
            ],
            TemperatureCrossError,
            "duty.cold_T_out",
        ),
    ],
)
def test_a_duty_that_nothing_can_have_is_refused_and_says_what_is_feasible(changes, kind, key, unit):
    with pytest.raises(kind) as error:
        unit(*changes).asked_duty()
    assert key in str(error.value)
    assert "feasible" in str(error.value)
    assert "unit.toml" in str(error.value)


def test_each_way_to_give_a_duty_means_the_same(unit):
    by_heat = unit().asked_duty()
    for key, T in (("hot_T_out", by_heat.T_out[0]), ("cold_T_out", by_heat.T_out[1])):
        other = unit(('heat_rate = "60 kW"', f'{key} = "{T:.10f} K"')).asked_duty()
        assert other.heat_rate == pytest.approx(60e3, rel=1e-7)


def test_oversurface_is_the_area_that_can_be_left_out(unit):
    # Plates smaller by the oversurface, and nothing else changed, have just the duty.
    file = unit(("plates = 12", "plates = 30"))
    exchanger, duty = file.exchanger(), file.asked_duty()
    spare = oversurface(exchanger, duty)
    assert spare > 0.0
    plate = exchanger.plate.model_copy(
        update={
            "plate": exchanger.plate.plate.model_copy(
                update={"area": _times(exchanger.plate.plate.area, 1.0 / (1.0 + spare))}
            )
        }
    )
    smaller = type(exchanger)(
        plate,
        exchanger.plates,
        fluids=exchanger.fluids,
        pressures=exchanger.pressures,
        fouling=exchanger.fouling,
    )
    rated = smaller.rate(**file.operating_point())
    assert float(rated["heat_rate"]) == pytest.approx(duty.heat_rate, rel=3e-6)
    clean = oversurface(exchanger, duty, clean=True)
    assert clean > spare


def _times(quantity, factor):
    return Quantity(quantity.nominal * factor, quantity.unit)


def test_oversurface_is_negative_where_area_is_missing_and_none_out_of_reach(unit):
    file = unit(('"60 kW"', '"150 kW"'))
    exchanger, duty = file.exchanger(), file.asked_duty()
    assert float(exchanger.rate(**file.operating_point())["heat_rate"]) < duty.heat_rate
    assert oversurface(exchanger, duty) < 0.0
    # Parallel flow cannot reach what counterflow does, whatever the area.
    parallel = unit(('"60 kW"', '"150 kW"'), ("passes = [1, 1]", 'flow = "parallel"')).exchanger()
    assert oversurface(parallel, duty) is None


@pytest.mark.parametrize("name", shipped_exchangers())
def test_shipped_exchangers_do_their_duty_within_their_limits(name):
    file = load_exchanger(name)
    assert (LIBRARY / f"{name}.toml").is_file()
    rated = file.exchanger().rate(**file.operating_point())
    assert float(rated["heat_rate"]) >= file.asked_duty().heat_rate
    for i, side in enumerate(("hot", "cold")):
        limit = getattr(file.limits, f"{side}_pressure_drop").nominal
        assert float(rated["pressure_drop"].values[i]) <= limit


def test_the_textbook_exchanger_has_the_recomputed_answers():
    # Recomputed with the properties at mean temperature and one film coefficient a side.
    file = load_exchanger("kakac")
    rated = file.exchanger().rate(**file.operating_point())
    np.testing.assert_allclose(rated["T_out"] - 273.15, [41.21, 45.81], atol=0.15)
    assert float(rated["heat_rate"]) == pytest.approx(13.93e6, rel=0.015)
    np.testing.assert_allclose(rated["pressure_drop"], [283.8e3, 305.2e3], rtol=0.015)
    assert float(rated["U"]) == pytest.approx(6639.0, rel=0.015)


def test_an_oversurface_is_a_limit_and_needs_a_duty(unit):
    file = unit(("[limits]", '[limits]\noversurface = "10 %"'))
    assert file.limits.oversurface.nominal == pytest.approx(0.1)
    with pytest.raises(InputError, match="there is no duty") as caught:
        unit(("[limits]", '[limits]\noversurface = "10 %"'), ('[duty]\nheat_rate = "60 kW"', ""))
    assert caught.value.key == "limits.oversurface"
    with pytest.raises(InputError, match=r"limits\.oversurface"):
        unit(("[limits]", '[limits]\noversurface = "-10 %"'))


def test_what_the_file_leaves_out_is_assumed(unit):
    quantities = unit().all_quantities()
    for key in ("hot.pressure", "cold.fouling"):
        assert quantities[key].status == "assumed"
        assert "default" in quantities[key].source
    for key in ("cold.pressure", "hot.fouling"):
        assert quantities[key].status == "chosen"
