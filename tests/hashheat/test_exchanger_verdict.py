"""The verdict over samples: limits that hold together, and how the share is put in words."""

import numpy as np
import pytest
import xarray as xr

from hashheat.exchanger_verdict import Limit, share_holding_all, verdict_sentence

HEAT = Limit("heat_rate", "duty.heat_rate", 100.0)
DROP = Limit("hot_pressure_drop", "limits.hot_pressure_drop", 10.0)


def _sampled(heat, drop):
    return xr.Dataset(
        {
            "sample_heat_rate": ("sample", np.array(heat)),
            "sample_pressure_drop": (("sample", "side"), np.stack([drop, np.zeros(len(drop))], axis=1)),
        }
    )


def test_limits_that_pull_against_each_other_hold_together_in_fewer_samples():
    # Each holds in three of four samples, in two of four they hold both.
    result = _sampled([101.0, 102.0, 103.0, 99.0], [8.0, 9.0, 11.0, 7.0])
    assert share_holding_all([HEAT], result) == 0.75
    assert share_holding_all([DROP], result) == 0.75
    assert share_holding_all([HEAT, DROP], result) == 0.5


def test_a_sample_without_a_steady_state_keeps_no_limit():
    result = _sampled([101.0, np.nan], [8.0, np.nan])
    assert share_holding_all([HEAT, DROP], result) == 0.5
    assert share_holding_all([DROP], result) == 0.5


def test_a_limit_of_a_sample_is_held_against_that_sample():
    result = _sampled([101.0, 102.0], [8.0, 9.0])
    result["sample_limit_hot_pressure_drop"] = ("sample", np.array([9.0, 8.0]))
    assert share_holding_all([HEAT, DROP], result) == 0.5


def test_without_samples_or_limits_there_is_no_share():
    assert share_holding_all([HEAT], xr.Dataset()) is None
    assert share_holding_all([], _sampled([101.0], [8.0])) is None


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (1.0, "in 100 % of"),
        (0.999, "in 99 % of"),
        (0.504, "in 50 % of"),
        (0.001, "in 1 % of"),
        (0.0, "in 0 % of"),
    ],
)
def test_only_all_samples_are_a_hundred_percent(share, words):
    assert words in verdict_sentence(True, share, True, 1024)


def test_the_sentence_begins_with_the_verdict():
    assert verdict_sentence(False, 0.25, True, 16) == (
        "FAIL at nominal values; all limits hold in 25 % of 16 samples"
    )
    assert verdict_sentence(True, None, True, 0) == "PASS at nominal values; nothing was sampled"
    assert verdict_sentence(True, None, False, 16) == "PASS: no limit is set"
