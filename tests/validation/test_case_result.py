"""Judging a case: errors and uncertainties by hand, verdicts in the words of each kind, numbers as written."""

import math

import numpy as np
import pytest

from hashheat.validation.case_file import CaseFile
from hashheat.validation.case_result import (
    CaseResult,
    Computed,
    grid_row,
    judge,
    signed_error,
    told,
    told_error,
)


def case(kind="validation", **quantity):
    about = {
        "title": "t",
        "compares": "c",
        "model": "m",
        "source": "s",
        "licence": "l",
        "believe": "b",
        "run": "r",
    }
    q = {"key": "rise", "title": "rise", "unit": "delta_K"} | quantity
    return CaseFile.model_validate({**about, "kind": kind, "measured": True, "quantity": [q]})


def row(made, computed):
    return judge(made, made.quantity[0], computed)


def test_one_point_by_hand():
    made = case(u_data="0.3 K", u_data_source="x", expected="agrees")
    found = row(made, Computed([15.8], [15.0], u_num=0.1, u_input=0.4))
    assert found.comparison.bias == pytest.approx(0.8)
    u_val = math.sqrt(0.1**2 + 0.4**2 + 0.3**2)
    assert found.comparison.u_val == pytest.approx(u_val)
    assert found.comparison.interval == pytest.approx(1.959964 * u_val)
    assert (found.verdict, found.as_expected) == ("agrees", True)
    assert "+0.80 K" in found.sentence
    biased = row(made, Computed([16.2], [15.0], u_num=0.1, u_input=0.4))
    assert (biased.verdict, biased.as_expected) == ("biased", False)
    assert biased.sentence == "rise: biased by +1.20 K ± 1.00 K."
    assert not CaseResult(made, (biased,)).as_expected


def test_relative_uncertainty_of_the_data():
    made = case(u_data="2 %", u_data_source="x")
    assert row(made, Computed([50.0], [50.0])).comparison.u_val == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("kind", "met", "not_met"),
    [
        ("verification", "reproduced", "not reproduced"),
        ("inter-model", "among the codes", "apart from the codes"),
        ("plausibility", "plausible", "implausible"),
        ("sensor model", "as the sensor model has it", "not as the sensor model has it"),
    ],
)
def test_a_tolerance_decides_what_is_no_validation(kind, met, not_met):
    """The largest deviation of a point, not the mean: +2 and -2 K do not cancel. Never the words of V&V 20."""
    made = case(kind, within="1 K", within_reason="x")
    assert row(made, Computed([10.9, 19.1], [10.0, 20.0])).verdict == met
    apart = row(made, Computed([12.0, 18.0], [10.0, 20.0]))
    assert (apart.verdict, apart.largest) == (not_met, 2.0)
    relative = case(kind, within="10 %", within_reason="x")
    assert row(relative, Computed([11.0, 22.0], [10.0, 20.1])).verdict == met
    assert row(relative, Computed([11.1, 22.0], [10.0, 20.1])).verdict == not_met


def test_what_was_fitted_never_agrees():
    made = case("calibration", use="fitted", within="1 K", within_reason="x", u_data="1 K", u_data_source="x")
    found = row(made, Computed([10.0, 20.0], [10.0, 20.0]))
    assert found.verdict == "fitted"
    assert "no validation" in found.sentence
    assert row(made, Computed([13.0, 20.0], [10.0, 20.0])).verdict == "does not fit"


def test_a_figure_is_stated():
    made = case("sensor model", use="figure")
    found = row(made, Computed(None, [5.0, 7.0]))
    assert (found.verdict, found.measured, found.comparison) == ("stated", 6.0, None)
    assert "nothing predicts it" in found.sentence


def test_three_grids_of_second_order():
    """1 + c h^2 at h, h/2, h/4: order 2, extrapolated to 1; the band is 1.25 c h^2, u_num that over 1.15."""
    values = [[1.0 + 0.04 / 4**k] for k in range(3)]
    found = grid_row("made up", "x", "1", ("a", "b", "c"), values)
    assert found.order == pytest.approx(2.0)
    assert found.u_num == pytest.approx(1.25 * 0.04 / 1.15)
    assert found.gci == pytest.approx(1.25 * 0.04 / 1.04)
    settled = grid_row("made up", "x", "1", ("a", "b", "c"), [[1.1], [1.0], [1.0]])
    assert settled.order is None
    assert settled.text == "settled from the second grid on"
    assert settled.u_num >= 0.1


def test_numbers_as_they_are_written():
    assert told(350.0, "K") == "76.85 degC"
    assert told(1763.0, "W/(m^2 K)") == "1763 W/(m^2 K)"
    assert told(2.14e5, "Pa") == "2.14 bar"
    # Errors in the unit of the data, as fine as a part in a thousand to ten thousand of them.
    assert told_error(-87.0, 2.14e5, "Pa") == "-0.001 bar"
    assert told_error(-3.9e-6, 0.02524, "K/W") == "0.00000 K/W"
    assert told_error(3.5e-4, 0.02524, "K/W") == "0.00035 K/W"
    assert told_error(-0.001, 300.0, "K") == "0.00 K"
    assert told_error(8.2e3, 5e5, "W") == "8.2 kW"
    assert signed_error(8.2e3, 5e5, "W") == "+8.2 kW"
    assert signed_error(1e-9, 5.0, "1") == "0.000"
    assert signed_error(-8.2e3, 5e5, "W") == "-8.2 kW"
    assert np.isfinite(float(told_error(1.0, 0.0, "1")))
