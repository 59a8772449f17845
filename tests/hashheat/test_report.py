"""The report: one file, offline, with verdict and plots."""

import re

import numpy as np
import pytest
import xarray as xr

from hashheat import plots
from hashheat.report import render
from hashheat.summary import summarize
from hashheat.terminal import in_field


@pytest.fixture(scope="module")
def result(checked):
    return xr.load_dataset(checked.folder / "result.nc", engine="h5netcdf")


@pytest.fixture(scope="module")
def html(checked):
    return (checked.folder / "report.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def page(html, read_page):
    return read_page(html)


def test_it_loads_nothing_from_anywhere(html, page):
    assert {tag for tag, _, _ in page.loads} <= {"use"}
    assert all(value.startswith("#") for _, _, value in page.loads)
    assert not re.search(r"url\((?!#)", html)
    assert "@import" not in html
    assert "<script" not in html


def test_references_inside_the_plots_resolve(page):
    assert {value[1:] for _, _, value in page.loads} <= set(page.ids)
    assert len(page.ids) == len(set(page.ids))


def test_it_answers_in_its_first_lines(checked, page):
    words = " ".join(" ".join(page.text).split())
    first = words[: words.index("Where a unit delivers")]
    s = checked.summary
    assert s["verdict"].upper() in first
    assert s["reasons"][0] in first
    assert f"{100 * s['probability']:.0f} %" in first
    assert in_field(s["numbers"]["T_junction"]["p95"], "K", 3) in first
    assert s["measure_first"][0]["name"] in first
    assert "Not validated." in first


def test_every_input_stands_in_it_with_its_status(checked, html):
    for a in checked.summary["assumptions"]:
        assert f"<code>{a['key']}</code>" in html
    assert html.count('class="badge assumed"') >= sum(
        a["status"] == "assumed" for a in checked.summary["assumptions"]
    )


def test_text_of_the_files_cannot_become_markup(checked, result):
    marked = summarize(result) | {"title": "<b>bold & brash</b>"}
    text = render(result, marked)
    assert "<b>bold" not in text
    assert "&lt;b&gt;bold &amp; brash" in text


def test_it_stays_small_and_has_its_plots(html, page):
    assert len(html) < 1_500_000
    assert page.figures >= 6


def test_the_same_result_gives_the_same_bytes(result):
    summary = summarize(result)
    assert render(result, summary) == render(result, summary)


def test_plots_without_a_steady_state(result):
    broken = result.drop_vars(["T_chip", "T_plate", "T_fluid"]).copy(deep=True)
    broken["status"][:] = 1
    for name in ("T_out", "T_junction", "mass_flow", "junction_margin", "T_out_mixed", "volume_flow"):
        broken[name] = xr.full_like(broken[name], np.nan)
    for name in ("T_out", "T_junction"):
        broken[f"envelope_{name}"][:] = np.nan
    for name in ("T_junction", "T_out_mixed", "junction_margin", "outlet_margin", "boiling_margin"):
        broken[f"sample_{name}"][:] = np.nan
    summary = summarize(broken)
    assert plots.coolant_path(broken, summary) is None
    assert plots.along_header(broken, summary) is None
    assert plots.distributions(broken, summary) is None
    assert "no steady state" in render(broken, summary)


def test_a_result_without_sensitivity_and_envelope_is_reported_too(result):
    bare = result.drop_vars([n for n in result.variables if str(n).startswith(("sobol", "envelope"))])
    bare = bare.drop_vars(["outcome", "input"])
    text = render(bare, summarize(bare))
    assert "Measure or find out first" not in text
    assert text.count("<figure>") >= 3


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (353.15, "K", "80.0 °C"),
        (5.04, "delta_K", "5.0 K"),
        (10 / 60e3, "m^3/s", "10 L/min"),
        (53500.0, "Pa", "53.5 kPa"),
        (8064.0, "W", "8.064 kW"),
        (1.85e6, "W", "1.85 MW"),
        (0.5, "1", "50 %"),
        (None, "K", "-"),
    ],
)
def test_numbers_are_written_in_the_fields_units(value, unit, shown):
    assert in_field(value, unit) == shown
