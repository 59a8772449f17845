"""Each trap of a sensor by itself: what it takes out, what it leaves, and what it says."""

import numpy as np
import pytest

from hashheat.validation.readers.sensor_rules import (
    Samples,
    apply_rules,
    board_colder_than_outlet,
    chip_colder_than_inlet,
    impossible,
    no_power_while_mining,
    outlet_below_inlet,
    reads_zero,
    stale_in_standby,
)

C = 273.15


def samples(status="mining", **values):
    """One unit; the last axes of the arrays are boards and chips."""
    arrays = {name: np.array(value, dtype=float)[None, None] for name, value in values.items()}
    return Samples(arrays, np.array([[status]]))


def counts(given):
    variables = given.rejections.variables()
    return dict(zip(variables["rejected_variable"][1].tolist(), variables["rejected_count"][1].tolist()))


def test_zero_is_no_reading_but_of_air():
    given = samples(T_chip=[[C, C + 60]], V_chip=[[0.0, 0.3]], T_ambient=C, T_in=C, hash_rate=0.0)
    reads_zero(given)
    assert counts(given) == {"T_chip": 1, "V_chip": 1, "T_in": 1}
    assert given.values["T_ambient"].item() == C
    assert given.values["T_chip"][0, 0, 0, 1] == C + 60


@pytest.mark.parametrize("wrong", [np.inf, -np.inf, 1e300, C - 200, 0.0])
def test_impossible(wrong):
    given = samples(T_in=wrong, T_out=C + 78, power_ac=np.nan)
    impossible(given)
    assert counts(given) == {"T_in": 1}
    assert np.isnan(given.values["T_in"]).all()
    assert given.values["T_out"].item() == C + 78


def test_standby():
    given = samples("standby", T_chip=[[C + 64, C + 65]], T_chip_max=[C + 66], T_in=C + 20, power_ac=15.0)
    stale_in_standby(given)
    assert counts(given) == {"T_chip": 2, "T_chip_max": 1}
    assert given.values["power_ac"].item() == 15.0


@pytest.mark.parametrize(("status", "lost"), [("mining", {"power_dc": 1}), ("standby", {}), ("unknown", {})])
def test_no_power(status, lost):
    given = samples(status, power_dc=0.0)
    no_power_while_mining(given)
    assert counts(given) == lost


@pytest.mark.parametrize(
    ("status", "more", "lost"),
    [
        ("mining", {}, {"T_in": 1, "T_out": 1}),
        ("unknown", {"power_ac": 8000.0}, {"T_in": 1, "T_out": 1}),
        ("unknown", {}, {}),
        ("standby", {"power_ac": 8000.0}, {}),
    ],
)
def test_outlet_below_inlet(status, more, lost):
    given = samples(status, T_in=C + 50, T_out=C + 48, **more)
    outlet_below_inlet(given)
    assert counts(given) == lost


def test_outlet_below_inlet_by_rounding_alone():
    given = samples(T_in=C + 50, T_out=C + 49)
    outlet_below_inlet(given)
    assert counts(given) == {}


def test_chip_colder_than_its_water():
    """Of a hydro unit a pyasic dump showed chips at 39 to 40 degC and water at 44 to 46: no chip's temperature."""
    given = samples(T_chip=[[C + 39, C + 60], [C + 70, C + 72]], T_in=C + 44, T_in_board=[C + 44, C + 72.5])
    chip_colder_than_inlet(given)
    assert counts(given) == {"T_chip": 2}
    np.testing.assert_array_equal(np.isnan(given.values["T_chip"][0, 0]), [[True, False], [True, False]])


def test_hottest_chip_colder_than_the_outlet():
    given = samples(
        T_chip=[[C + 40, C + 41], [C + 40, C + 60]],
        T_chip_mean=[C + 40, C + 50],
        T_chip_max=[C + 41, C + 60],
        T_out=C + 45,
    )
    board_colder_than_outlet(given)
    assert counts(given) == {"T_chip": 2, "T_chip_mean": 1, "T_chip_max": 1}
    assert given.values["T_chip"][0, 0, 1].tolist() == [C + 40, C + 60]


def test_a_sound_unit_loses_nothing():
    values = {
        "T_in": C + 70,
        "T_out": C + 80,
        "T_in_board": [C + 70, C + 70],
        "T_out_board": [C + 80, C + 79],
        "T_chip": [[C + 85, C + 95], [C + 84, C + 96]],
        "V_chip": [[0.3, 0.3], [0.3, 0.3]],
        "T_chip_max": [C + 95, C + 96],
        "power_ac": 8064.0,
        "volume_flow": 1.9e-4,
    }
    given = samples(**values)
    apply_rules(given)
    assert counts(given) == {}
    for name, value in values.items():
        np.testing.assert_array_equal(given.values[name][0, 0], value)


def test_a_sample_is_counted_once():
    """A chip in standby that reads zero: the first rule that finds it says why."""
    given = samples("standby", T_chip=[[C, C + 30]], T_in=C + 40)
    apply_rules(given)
    assert given.rejections.variables()["rejected_count"][1].tolist() == [1, 1]
