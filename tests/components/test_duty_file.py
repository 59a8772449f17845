"""Duty files: what is written is what is completed, and every fault is named by file and key."""

import random

import pytest

from hashheat.components.duty_file import LIBRARY, DutyFile, file_key, load_duty, shipped_duties
from hashheat.components.errors import (
    ContradictoryDutyError,
    InfeasibleApproachError,
    SecondLawError,
    TemperatureCrossError,
    UnderspecifiedDutyError,
)
from hashheat.components.exchanger_duty import complete_duty
from hashheat.components.exchanger_limits import SizingLimits
from hashheat.thermo.errors import BoilingError, HashheatError, InputError, StateError, TableAccuracyError

C = 273.15
NAME = "nordic-2mw-5k"
TEXT = (LIBRARY / f"{NAME}.toml").read_text(encoding="utf-8")
SMALL = """
name = "test"
[hot]
T_in = "80 degC"
T_out = "45 degC"
[cold]
T_in = "40 degC"
volume_flow = "49.5 m^3/h"
[duty]
heat_rate = "2 MW"
[limits]
hot_pressure_drop = "50 kPa"
cold_pressure_drop = "0.3 bar"
"""


@pytest.fixture
def write(edited):
    """Function that writes a file with pieces of its text replaced and loads it."""
    return lambda *changes, text=SMALL: load_duty(edited(text, *changes, name="duty.toml"))


@pytest.mark.parametrize("name", shipped_duties())
def test_shipped_duties_are_what_their_names_say(name):
    record = load_duty(name)
    duty = record.complete()
    megawatts, approach = name.removeprefix("nordic-").removesuffix("k").split("mw-")
    assert duty.heat_rate == float(megawatts) * 1e6
    assert duty.approach == pytest.approx(float(approach), abs=1e-9)
    assert duty.T_in[1] == 40.0 + C
    assert duty.T_out[1] == 75.0 + C
    assert [f.name for f in duty.fluids] == ["water", "water"]
    assert record.limits.hot_pressure_drop.nominal == record.limits.cold_pressure_drop.nominal == 50e3
    assert record.limits.oversurface.nominal == 0.1
    for key, quantity in record.quantities().items():
        if quantity.status not in ("chosen", "assumed"):
            assert quantity.source, key
        if key.startswith("limits.") and quantity.value > 0.0:
            assert quantity.status == "assumed", key
            assert quantity.source, key


def test_shipped_names():
    assert shipped_duties() == ["nordic-2mw-3k", "nordic-2mw-5k", "nordic-8mw-3k", "nordic-8mw-5k"]


def test_small_file_and_its_defaults(write):
    record = write()
    assert isinstance(record, DutyFile)
    expected = complete_duty(
        hot_pressure=6e5,
        cold_pressure=6e5,
        heat_rate=2e6,
        hot_T_in=80.0 + C,
        hot_T_out=45.0 + C,
        cold_T_in=40.0 + C,
        cold_volume_flow=49.5 / 3600.0,
    )
    duty = record.complete()
    assert duty.mass_flow == pytest.approx(expected.mass_flow, rel=1e-12)
    assert duty.T_out == pytest.approx(expected.T_out, abs=1e-9)
    limits = record.limits
    assert (limits.kind, limits.passes, limits.max_plates, limits.port_velocity, limits.material) == (
        "any",
        [1, 2, 3, 4],
        None,
        None,
        None,
    )
    assert [
        getattr(limits, k).nominal for k in ("headroom", "oversurface", "fouling_hot", "fouling_cold")
    ] == [0.0] * 4
    assert limits.cold_pressure_drop.nominal == pytest.approx(3e4)
    assert (record.catalogue.plates, record.price) == ([], None)


def test_everything_optional_given(write):
    record = write(
        ("[limits]", '[limits]\nkind = "brazed"\nmax_plates = 120\nheadroom = "20 %"\noversurface = 0.05\n'
         'fouling_hot = "1e-5 m^2 K/W"\nport_velocity = "4 m/s"\nmaterial = "AISI 316"\npasses = [1, 2]'),
        ("name =", 'note = "n"\nname ='),
        ("[duty]", '[catalogue]\nplates = ["a", "b.toml"]\n[price]\nfixed = "2500 EUR"\n'
         'per_area = "180 EUR/m^2"\n[duty]'),
        ("[cold]", '[cold]\nfluid = "propylene glycol 30 %"\npressure = "3 bar"'),
    )  # fmt: skip
    assert record.limits.headroom.nominal == pytest.approx(0.2)
    assert record.limits.passes == [1, 2]
    assert record.price.per_area.nominal == 180.0
    assert record.catalogue.plates == ["a", "b.toml"]
    duty = record.complete()
    assert duty.pressures == (6e5, 3e5)
    assert duty.fluids[1].fraction == 0.3


@pytest.mark.parametrize(
    ("replacement", "key", "accepted"),
    [
        (('T_in = "80 degC"', "T_in = 80"), "hot.T_in", "degC"),
        (('T_in = "80 degC"', 'T_inn = "80 degC"'), "hot.T_inn", "T_in"),
        (("[duty]", "[duty]\nheat = 3"), "duty.heat", "heat_rate"),
        (('"2 MW"', '"-2 MW"'), "duty.heat_rate", "more than 0"),
        (('"2 MW"', '"2 K"'), "duty.heat_rate", "power"),
        (('hot_pressure_drop = "50 kPa"', ""), "limits.hot_pressure_drop", "50 kPa"),
        (("[limits]", "[limits]\npasses = []"), "limits.passes", "1 to 8"),
        (("[limits]", "[limits]\npasses = [1, 1]"), "limits.passes", "[1, 2]"),
        (("[limits]", "[limits]\npasses = [0]"), "limits.passes", "from 1 to 8"),
        (("[limits]", "[limits]\nmax_plates = 2"), "limits.max_plates", "3 or more"),
        (("[limits]", '[limits]\nkind = "welded"'), "limits.kind", "brazed"),
        (("[limits]", '[limits]\nheadroom = "100 %"'), "limits.headroom", "0.95"),
        (("[duty]", '[price]\nfixed = "1 EUR"\n[duty]'), "price.per_area", "EUR/m^2"),
        (('name = "test"', ""), "name", "duty"),
    ],
)
def test_faults_of_the_file(write, replacement, key, accepted):
    with pytest.raises(InputError) as caught:
        write(replacement)
    assert caught.value.key == key
    assert caught.value.file.endswith("duty.toml")
    assert accepted in caught.value.accepted


@pytest.mark.parametrize(
    ("replacement", "kind", "key", "text"),
    [
        (('volume_flow = "49.5 m^3/h"', ""), UnderspecifiedDutyError, None, "one of: cold.T_out, cold.mass_flow"),
        (("[cold]", '[cold]\nT_out = "50 degC"'), ContradictoryDutyError, None, "T_out with cold.volume_flow"),
        (('"45 degC"', '"39 degC"'), SecondLawError, "hot.T_out", "hot.T_out above 40.00 degC"),
        (('volume_flow = "49.5 m^3/h"', 'T_out = "81 degC"'), SecondLawError, "cold.T_out", "below) 80.00 degC"),
        (('volume_flow = "49.5 m^3/h"\n[duty]', '[duty]\napproach = "6 K"'), InfeasibleApproachError,
         "duty.approach", "up to 5 K"),
        (("[hot]", '[hot]\nfluid = "treacle"'), InputError, "hot.fluid", "treacle"),
        (("[hot]", '[hot]\npressure = "0.3 bar"'), BoilingError, None, "hot.pressure above"),
        (("[hot]", '[hot]\nfluid = "air"'), StateError, None, "hot inlet (hot.T_in)"),
    ],
)  # fmt: skip
def test_faults_of_the_duty_name_file_and_keys(write, replacement, kind, key, text):
    record = write(replacement)
    with pytest.raises(HashheatError) as caught:
        record.complete()
    assert type(caught.value) is kind
    assert "duty.toml" in str(caught.value)
    assert text in str(caught.value)
    if key:
        assert caught.value.key == key


def test_keys():
    assert [file_key(k) for k in ("hot_T_in", "cold_volume_flow", "approach", "heat_rate")] == [
        "hot.T_in",
        "cold.volume_flow",
        "duty.approach",
        "duty.heat_rate",
    ]


def test_unknown_name():
    with pytest.raises(InputError, match="did you mean 'nordic-2mw-5k'"):
        load_duty("nordic-2mw-5kk")


def test_mutated_files_give_no_other_error(tmp_path):
    random.seed(7)
    path = tmp_path / "duty.toml"
    for _ in range(150):
        text = list(TEXT)
        for _ in range(random.randint(1, 4)):
            at = random.randrange(len(text))
            text[at] = random.choice(["", '"', "=", "9", "-", "K", "\n", "[", "x", "0"])
        path.write_text("".join(text), encoding="utf-8")
        refusal = outcome(path)
        assert not refusal or "duty.toml" in refusal


def outcome(path):
    """Text of the error that a file gives, or nothing where its duty is sound."""
    try:
        assert load_duty(path).complete().UA > 0.0
    except HashheatError as error:
        return str(error)
    return ""


def test_a_temperature_cross_in_parallel_flow_is_named(write):
    with pytest.raises(TemperatureCrossError) as caught:
        write(("[duty]", '[duty]\nflow = "parallel"')).complete()
    assert str(caught.value.file).endswith("duty.toml")
    assert "parallel" in caught.value.problem
    milder = write(
        ("[duty]", '[duty]\nflow = "parallel"'),
        ('T_out = "45 degC"', 'T_out = "65 degC"'),
        ("49.5 m^3/h", "150 m^3/h"),
    )
    assert not milder.complete().counterflow


def test_a_state_beyond_any_table_names_the_file(write):
    """The class of the error has arguments of its own."""
    hot = ('T_in = "80 degC"\nT_out = "45 degC"', 'pressure = "30 bar"\nT_in = "210 degC"\nT_out = "60 degC"')
    with pytest.raises(TableAccuracyError, match=r"duty\.toml") as caught:
        write(hot, ("volume_flow", "#volume_flow"), ("[duty]", 'T_out = "75 degC"\n[duty]')).complete()
    assert caught.value.T_max < 210.0 + C


def test_a_pressure_that_is_left_out_is_assumed(write):
    assert write().hot.pressure.status == "assumed"
    assert "default" in write().hot.pressure.source
    assert write(("[cold]", '[cold]\npressure = "6 bar"')).cold.pressure.status == "chosen"


def test_passes_that_differ_between_the_sides(write):
    record = write(('cold_pressure_drop = "0.3 bar"', 'cold_pressure_drop = "0.3 bar"\npasses = [1, [2, 1]]'))
    assert SizingLimits.of_file(record).passes == ((1, 1), (2, 1))
    for bad in ("[1, [2]]", "[1, [1, 1]]", "[[0, 1]]", "[[1, 9]]"):
        with pytest.raises(InputError) as caught:
            write(('cold_pressure_drop = "0.3 bar"', f'cold_pressure_drop = "0.3 bar"\npasses = {bad}'))
        assert caught.value.key == "limits.passes"
