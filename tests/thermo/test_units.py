"""Text to SI and back: conversions known by definition, refusals that name the place."""

import contextlib
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hashheat.thermo.errors import InputError
from hashheat.thermo.units import DIMENSIONS, accepted_form, show, to_si


@pytest.mark.parametrize(
    ("text", "unit", "expected"),
    [
        ("80 degC", "K", 353.15),
        ("80°C", "K", 353.15),
        ("176 degF", "K", 353.15),
        ("300 K", "K", 300.0),
        ("-12.5 degC", "K", 260.65),
        ("8 L/min", "m^3/s", 8e-3 / 60),
        ("10 m3/h", "m^3/s", 10 / 3600),
        ("3 bar", "Pa", 3e5),
        ("250 kPa", "Pa", 2.5e5),
        ("1.2 K/W", "K/W", 1.2),
        ("1.2 degC/W", "K/W", 1.2),
        ("45 mm", "m", 0.045),
        ("45mm", "m", 0.045),
        ("35 %", "1", 0.35),
        ("0.3", "1", 0.3),
        (0.3, "1", 0.3),
        (2, "1", 2.0),
        ("5 K", "delta_K", 5.0),
        ("5 delta_degC", "delta_K", 5.0),
        ("9 delta_degF", "delta_K", 5.0),
        ("5 kW/(m^2 K)", "W/(m^2 K)", 5000.0),
        ("5000 W/m2/K", "W/(m^2 K)", 5000.0),
        ("0.4 mPa s", "Pa s", 4e-4),
        ("480 TH/s", "hash/s", 480e12),
        ("16.8 J/TH", "J/hash", 16.8e-12),
        ("36 EUR/MWh", "EUR/J", 1e-8),
        ("1 kWh", "J", 3.6e6),
        ("60 deg", "deg", 60.0),
        ("1e-3 kg/s", "kg/s", 1e-3),
    ],
)
def test_known_conversions(text, unit, expected):
    assert to_si(text, unit) == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize(
    ("text", "unit", "words"),
    [
        ("80", "K", "unit is missing"),
        (80, "K", "unit is missing"),
        (8.0, "m^3/s", "unit is missing"),
        ("3 bar", "K", "not a unit of temperature"),
        ("80 C", "K", "coulomb"),
        ("5 degC", "delta_K", "point on the temperature scale"),
        ("5 degF", "delta_K", "point on the temperature scale"),
        ("5 delta_degC", "K", "temperature difference"),
        ("-300 degC", "K", "absolute zero"),
        ("-1 K", "K", "absolute zero"),
        ("nan degC", "K", "begin with a number"),
        ("inf K", "K", "begin with a number"),
        ("1e400 K", "K", "not finite"),
        (math.nan, "1", "not finite"),
        (math.inf, "1", "not finite"),
        ("3 foo", "Pa", "not a known unit"),
        ("3 bar 4", "Pa", "not a known unit"),
        ("1,5 bar", "Pa", "not a known unit"),
        ("3 m**m", "m", "not a known unit"),
        ("", "1", "begin with a number"),
        (True, "1", "not a number"),
        (None, "1", "not a number"),
        (["8 L/min"], "m^3/s", "not a number"),
        ("5 K", "1", "not a unit"),
    ],
)
def test_refusals_name_key_file_and_accepted_form(text, unit, words):
    with pytest.raises(InputError, match=words) as caught:
        to_si(text, unit, key="loop.inlet", file="plant.toml")
    error = caught.value
    assert (error.key, error.file) == ("loop.inlet", "plant.toml")
    assert error.accepted
    assert repr(text) in str(error)


def test_the_accepted_form_shows_an_example_that_is_accepted():
    assert accepted_form("K") == "a number with a unit of temperature, such as '80 degC'"
    for unit, (_, example) in DIMENSIONS.items():
        for text in example.split("' or '"):
            assert math.isfinite(to_si(text, unit))


def test_difference_refusal_says_how_to_write_it():
    with pytest.raises(InputError) as caught:
        to_si("5 degC", "delta_K")
    assert "5 K" in str(caught.value.accepted)


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (353.15, "K", "80.00 degC"),
        (8e-3 / 60, "m^3/s", "8 L/min"),
        (250 / 3600, "m^3/s", "250 m^3/h"),
        (3e5, "Pa", "3 bar"),
        (2.5e4, "Pa", "25 kPa"),
        (40.0, "Pa", "40 Pa"),
        (5400.0, "W", "5.4 kW"),
        (1000.0, "W", "1 kW"),
        (2e6, "W", "2 MW"),
        (-5400.0, "W", "-5.4 kW"),
        (0.045, "m", "45 mm"),
        (5.0, "delta_K", "5 K"),
        (0.35, "1", "0.35"),
        (1.2, "K/W", "1.2 K/W"),
        (7200.0, "s", "2 h"),
    ],
)
def test_field_units(value, unit, text):
    assert show(value, unit) == text


def test_percent_on_request():
    assert show(0.35, "1", percent=True) == "35 %"


@given(
    st.floats(-250, 1e4).filter(lambda x: abs(x) > 1e-6),
    st.sampled_from(["K", "Pa", "m^3/s", "W", "m", "W/(m K)", "hash/s", "EUR/J", "Pa s", "s", "J", "1"]),
)
def test_what_is_shown_is_read_back(value, unit):
    value = value + 273.15 if unit == "K" else value
    assert to_si(show(value, unit, digits=17), unit) == pytest.approx(value, rel=1e-12, abs=1e-12)


@given(st.text(max_size=20), st.sampled_from(["K", "delta_K", "m^3/s", "1"]))
def test_any_text_gives_a_finite_number_or_an_input_error(text, unit):
    with contextlib.suppress(InputError):
        assert math.isfinite(to_si(text, unit))


@given(st.floats(0.1, 100), st.text(alphabet="abdegmsKWC/*^ ()23%°", max_size=8))
def test_any_unit_gives_a_finite_number_or_an_input_error(number, unit_text):
    with contextlib.suppress(InputError):
        assert math.isfinite(to_si(f"{number:g} {unit_text}", "K/W"))
