"""The numbers shown are those of the Dataset, and only numbers JSON knows."""

import json

import numpy as np
import pytest
import xarray as xr

from hashheat.names import compact, in_words
from hashheat.summary import summarize, worst_units


@pytest.fixture(scope="module")
def result(checked):
    return xr.load_dataset(checked.folder / "result.nc", engine="h5netcdf")


def test_the_file_reads_back_as_what_was_summarized(checked, result):
    assert summarize(result) == checked.summary


def test_writing_and_reading_again_changes_nothing(result, tmp_path):
    from hashheat.check_command import write_result

    write_result(result, tmp_path / "again.nc")
    again = xr.load_dataset(tmp_path / "again.nc", engine="h5netcdf")
    xr.testing.assert_identical(again, result)


def test_it_is_strict_json(checked):
    assert json.loads(json.dumps(checked.summary, allow_nan=False)) == checked.summary


def test_numbers_are_extremes_and_sums_over_units(checked, result):
    s = checked.summary
    # Many units compete for the hottest chip of all, a little above the hottest unit's.
    hottest = max(u["T_junction"] for u in s["units"])
    assert s["numbers"]["T_junction"]["nominal"] == float(result["T_hottest"])
    assert hottest <= s["numbers"]["T_junction"]["nominal"] < hottest + 2.0
    assert s["numbers"]["boiling_margin"]["nominal"] == min(u["boiling_margin"] for u in s["units"])
    assert s["numbers"]["heat_rate"]["nominal"] == pytest.approx(sum(u["heat_rate"] for u in s["units"]))
    assert sum(u["volume_flow"] for u in s["units"]) == pytest.approx(s["operation"]["volume_flow"]["value"])
    expected = np.percentile(result["sample_T_junction"], [5, 50, 95])
    assert [s["numbers"]["T_junction"][p] for p in ("p05", "p50", "p95")] == pytest.approx(expected)


def test_margins_have_the_sign_of_the_limit_and_agree_with_the_check(checked, result):
    rows = {r["name"]: r for r in checked.summary["limits"]}
    assert rows["T_out_mixed"]["margin"] == pytest.approx(float(result["outlet_margin"]))
    assert rows["T_junction"]["margin"] == pytest.approx(
        float(result["T_junction_limit"] - result["T_hottest"])
    )
    assert rows["pressure_drop"]["margin"] == pytest.approx(2e5 - float(result["pressure_drop"].max()))
    assert rows["boiling_margin"]["margin"] == pytest.approx(float(result["boiling_margin"].min()) - 10.0)
    assert rows["T_junction"]["holds_in"] == float((result["sample_junction_margin"] >= 0.0).mean())
    for row in rows.values():
        assert row["holds_at_nominal"] == (row["margin"] >= 0.0)
    # All limits together hold no more often than the one that breaks most often.
    assert checked.summary["probability"] <= min(r["holds_in"] for r in rows.values())


def test_what_to_measure_comes_by_falling_total_index(checked, result):
    rows = checked.summary["measure_first"]
    totals = [r["total"] for r in rows]
    assert totals == sorted(totals, reverse=True)
    assert len(rows) == result.sizes["input"]
    of = result["sobol_total"].sel(outcome="verdict", input=rows[0]["key"])
    assert rows[0]["total"] == float(of)


def test_without_a_steady_state_there_is_none_and_no_nan(result):
    broken = result.copy(deep=True)
    broken["status"][:] = 1
    for name in ("T_out", "T_junction", "mass_flow", "junction_margin", "heat_rate", "wall_power"):
        broken[name][:] = np.nan
    broken["T_hottest"] = np.nan
    broken["sample_T_junction"][:2] = np.nan
    broken["sample_junction_margin"][:2] = np.nan
    s = summarize(broken)
    json.dumps(s, allow_nan=False)
    assert s["numbers"]["T_junction"]["nominal"] is None
    assert s["samples_without_steady_state"] == 2
    row = next(r for r in s["limits"] if r["name"] == "T_junction")
    assert row["margin"] is None
    assert not row["holds_at_nominal"]
    margins = result["sample_junction_margin"].values[2:]
    assert row["holds_in"] == pytest.approx((margins >= 0.0).sum() / result.sizes["sample"])
    assert [u["unit"] for u in worst_units(s, 2)] == [0, 1]


def test_every_input_of_the_shipped_files_has_a_name_in_words(checked):
    for a in checked.summary["assumptions"]:
        assert a["name"] != a["key"]
        assert ":" not in a["name"] or a["key"].endswith("leakage_scale"), a["key"]
        assert len(a["name"]) <= 33
    assert in_words("tank.free_board") == "tank: free board"


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("95.00 degC .. 115.00 degC (uniform)", "95 .. 115 °C"),
        ("40 kPa .. 1 bar (uniform)", "40 kPa .. 1 bar"),
        ("8.064 kW +/- 241.9 W (normal)", "8.064 kW +/- 241.9 W"),
        ("0.03 .. 0.2 (uniform)", "0.03 .. 0.2"),
        ("70.00 degC", "70.00 °C"),
        ("100 mm", "100 mm"),
    ],
)
def test_values_are_shortened_without_loss(text, short):
    assert compact(text) == short
