"""`hashheat simulate` from a plant's file to its report, and what it does with bad input."""

import json
import re
from pathlib import Path

import pytest
import xarray as xr
from typer.testing import CliRunner

from hashheat.cli import app

BOILER = Path(__file__).parents[1] / "fleet" / "boiler-plant.toml"


def _run(*arguments):
    return CliRunner().invoke(app, ["simulate", *map(str, arguments)])


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    folder = tmp_path_factory.mktemp("year")
    result = _run(BOILER, "--hours", 100, "-o", folder / "out")
    return result, folder / "out"


def test_a_run_writes_data_numbers_and_one_page(done):
    result, out = done
    assert result.exit_code in (0, 1), result.output
    assert sorted(p.name for p in out.iterdir()) == ["report.html", "result.nc", "year.json"]
    sheet = json.loads((out / "year.json").read_text())
    with xr.open_dataset(out / "result.nc", engine="h5netcdf") as data:
        dt = data.attrs["seconds_a_step"]
        assert sheet["energy"]["delivered"] == pytest.approx(float(data.customers_heat_delivered.sum()) * dt)
        assert data.sizes["time"] == 100
    assert sheet["balance"]["energy"] < 1e-9


def test_the_page_says_that_the_hours_are_synthetic_and_needs_nothing_else(done):
    page = (done[1] / "report.html").read_text()
    assert "SYNTHETIC" in page
    assert not re.search(r"(src|href)=\"https?://", page)
    assert "nan" not in re.sub(r"<svg.*?</svg>", "", page, flags=re.DOTALL).lower().split()


def test_the_terminal_shows_what_the_numbers_say(done):
    result, out = done
    sheet = json.loads((out / "year.json").read_text())
    assert f"{sheet['energy']['delivered'] / 3.6e9:,.0f}" in result.output
    assert "SYNTHETIC" in result.output


def test_json_is_all_that_is_printed(tmp_path):
    result = _run(BOILER, "--hours", 3, "-o", tmp_path / "out", "--json")
    assert json.loads(result.stdout)["steps"] == 3


def _csv(tmp_path, rows):
    path = tmp_path / "weather.csv"
    path.write_text("time [UTC],T_outdoor [degC]\n" + "\n".join(rows) + "\n")
    return path


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (["2023-01-01T00:00,1", "2023-01-01T01:00,1", "2023-01-01T09:00,2"], "without a value"),
        (["2023-01-01T00:00,1", "2023-01-01T00:00,2", "2023-01-01T01:00,2"], "several rows"),
        (["2023-01-01T00:00,1", "2023-01-01T01:00,300"], "cannot be meant"),
    ],
)
def test_bad_hours_are_named_and_nothing_is_written(tmp_path, rows, words):
    result = _run(BOILER, "--weather", _csv(tmp_path, rows), "-o", tmp_path / "out")
    assert result.exit_code == 2
    assert words in result.output
    assert not (tmp_path / "out").exists()


def test_options_let_short_faults_pass_and_the_page_counts_them(tmp_path):
    rows = [f"2023-01-01T{h:02d}:00,{h}" for h in range(12) if h != 5]
    result = _run(BOILER, "--weather", _csv(tmp_path, rows), "-o", tmp_path / "out")
    assert result.exit_code in (0, 1), result.output
    assert "1 hours without a row" in (tmp_path / "out" / "report.html").read_text()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nope"], "no heat plant"),
        ([BOILER, "--duplicates", "twice"], "--duplicates"),
        ([BOILER, "--weather", "missing.csv"], "missing.csv"),
    ],
)
def test_bad_arguments_are_named(arguments, words):
    result = _run(*arguments)
    assert result.exit_code == 2
    assert words in result.output
