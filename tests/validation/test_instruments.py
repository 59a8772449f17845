"""Accuracies as they are stated, and as the data show them."""

import numpy as np
import pytest
import xarray as xr

from hashheat.thermo.errors import InputError
from hashheat.validation.instruments import (
    INSTRUMENTS,
    instruments_for,
    parse_instruments,
    read_instruments,
    resolution,
    unstated,
    written_step,
)


@pytest.mark.parametrize(
    ("name", "text", "sigma", "relative"),
    [
        ("T_out", "+/- 0.3 K", 0.3, False),
        ("T_out", "± 0.3 degC", 0.3, False),
        ("T_out", "within 0.6 K", 0.6 / np.sqrt(3.0), False),
        ("T_out", "within ± 0.6 K", 0.6 / np.sqrt(3.0), False),
        ("volume_flow", "within +/-3 %", 0.03 / np.sqrt(3.0), True),
        ("T_out", "0.9 degF", 0.5, False),
        ("volume_flow", "+/- 2 %", 0.02, True),
        ("volume_flow", "0.3 L/min", 0.3 / 6e4, False),
        ("power_ac", "within 50 W", 50.0 / np.sqrt(3.0), False),
    ],
)
def test_a_text_is_what_stays_the_same_in_all_readings(name, text, sigma, relative):
    found = parse_instruments({name: text})[name]
    assert found.systematic == pytest.approx(sigma)
    assert (found.random, found.relative, found.status) == (0.0, relative, "stated")


def test_a_table_tells_both_parts_apart(tmp_path):
    path = tmp_path / "case.toml"
    path.write_text(
        '[other]\nx = 1\n[instruments]\nvolume_flow = { bias = "1.5 %", noise = "0.4 %", status = "datasheet", '
        'source = "sheet 7" }\n',
        encoding="utf-8",
    )
    found = read_instruments(path)["volume_flow"]
    systematic, random = found.at(np.array([2e-4, 1e-4]))
    np.testing.assert_allclose(systematic, [3e-6, 1.5e-6])
    np.testing.assert_allclose(random, [0.8e-6, 0.4e-6])
    assert found.status == "datasheet"
    assert "sheet 7" in found.text


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"T_wall": "1 K"}, "no such instrument"),
        ({"T_out": "2 %"}, "T_out"),
        ({"T_out": 0.3}, "must be a text"),
        ({"T_out": "-0.3 K"}, "negative"),
        ({"T_out": {"sigma": "0.3 K"}}, "cannot be read"),
        ({"T_out": {"status": "assumed"}}, "cannot be read"),
        ({"volume_flow": {"bias": "1 %", "noise": "0.1 L/min"}}, "both in percent"),
        ({"T_out": {"bias": "0.3 K", "status": "sure"}}, "cannot be read"),
    ],
)
def test_what_cannot_be_read_names_the_key(table, message):
    with pytest.raises(InputError, match=message) as error:
        parse_instruments(table, "case.toml")
    assert error.value.file == "case.toml"
    assert error.value.key.startswith("instruments.")


def test_the_step_of_data_survives_the_way_to_kelvin():
    whole = np.array([42.0, 43.0, 48.0, np.nan]) + 273.15
    assert resolution(whole) == pytest.approx(1.0)
    assert resolution(np.round(np.linspace(40.0, 45.0, 101), 2) + 273.15) == pytest.approx(0.05)
    assert resolution(np.array([300.0, 300.0])) is None
    # The same reading by two ways of arithmetic is not two readings.
    assert resolution(np.array([315.15, 315.15 + 6e-14, 316.15])) == pytest.approx(1.0)


def test_readings_that_are_all_alike_are_as_coarse_as_they_are_written():
    assert written_step(np.array([48.0 + 273.15]), "delta_K") == 1.0
    assert written_step(np.array([48.25 + 273.15]), "delta_K") == pytest.approx(0.01)
    assert written_step(np.array([12.5 / 6e4]), "m^3/s") == pytest.approx(0.1 / 6e4)


def test_readings_that_are_not_rounded_tell_nothing_of_their_instrument():
    """The smallest of many differences shrinks with their number squared: no accuracy."""
    free = 330.0 + np.random.default_rng(1).standard_normal(2000)
    assert resolution(free) is None
    found = unstated(free, "delta_K")
    assert (found.systematic, found.relative, found.status) == (0.1, False, "assumed")
    assert "not rounded" in found.text
    flow = unstated((free - 320.0) / 6e4, "m^3/s")
    assert (flow.systematic, flow.relative) == (0.01, True)
    assert unstated(np.array([331.234567]), "delta_K").systematic == 0.1


def test_a_few_rounded_readings_are_as_fine_as_they_are_written():
    # The differences are 14 K and more; what is written is tenths.
    found = unstated(np.array([44.3, 58.7, 72.9]) + 273.15, "delta_K")
    assert found.systematic == pytest.approx(0.1 / np.sqrt(12.0))
    many = unstated(np.round(np.linspace(40.0, 45.0, 101), 2) + 273.15, "delta_K")
    assert many.systematic == pytest.approx(0.05 / np.sqrt(12.0))


def test_what_is_not_stated_is_assumed_and_says_so():
    data = xr.Dataset(
        {
            "T_in": (("time", "unit"), np.array([[40.0], [42.0], [41.0]]) + 273.15),
            "T_chip_mean": (("time", "unit", "board"), np.full((3, 1, 2), 343.15)),
        }
    )
    stated = parse_instruments({"T_chip": "1 K"})
    found = instruments_for(data, stated, tuple(INSTRUMENTS))
    assert set(found) == {"T_in", "T_chip_mean"}
    assert found["T_in"].status == "assumed"
    assert found["T_in"].systematic == pytest.approx(1.0 / np.sqrt(12.0))
    assert found["T_chip_mean"].systematic == 1.0
