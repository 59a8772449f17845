"""The command: what it writes, its exit statuses, errors that name the option, the same result by workers."""

import json
import sys
from types import SimpleNamespace

import numba
import numpy as np
import pytest
import xarray as xr

from hashheat import cli
from hashheat.components.miner_file import LIBRARY
from hashheat.fleet.run_store import RunStoreError
from hashheat.population_command import FILES, PopulationOptions, run_population
from hashheat.thermo.errors import InputError

INTERPRETED = bool(numba.config.DISABLE_JIT)
UNITS = 8 if INTERPRETED else 400
GIVEN = ["--inlet", "70 degC +/- 1 K", "--flow", "10 L/min +/- 3 %", "--units", str(UNITS)]


@pytest.fixture(scope="module")
def device(tmp_path_factory):
    text = (LIBRARY / "canaan-a1566ha-500t.toml").read_text(encoding="utf-8")
    path = tmp_path_factory.mktemp("device") / "unit.toml"
    path.write_text(text.replace("passes = 4\n", "passes = 4\ncells_per_pass = 2\n"), encoding="utf-8")
    return str(path)


@pytest.fixture(scope="module")
def run(device, tmp_path_factory):
    folder = tmp_path_factory.mktemp("out")
    options = PopulationOptions("70 degC +/- 1 K", "10 L/min +/- 3 %", UNITS, header_imbalance="0.05")
    sheet, paths = run_population(device, folder, options, quiet=True)
    with xr.open_dataset(folder / "result.nc", engine="h5netcdf") as stored:
        return SimpleNamespace(sheet=sheet, paths=paths, folder=folder, data=stored.load())


def test_three_files_and_no_chunks_are_left(run):
    assert [path.name for path in run.paths] == list(FILES)
    assert sorted(path.name for path in run.folder.iterdir()) == sorted(FILES)


def test_the_sheet_counts_the_units_of_the_file(run):
    data, sheet = run.data, run.sheet
    bad = ~(data["junction_margin"] >= 0.0)
    assert sheet["above_limit"]["units"] == int(bad.sum())
    assert sheet["above_limit"]["share"] == pytest.approx(float(bad.mean()), rel=1e-15)
    solved = data["T_hottest_chip"].values[data["status"].values == 0]
    assert sheet["T_hottest_chip"]["mean"] == pytest.approx(solved.mean(), abs=1e-6)
    assert sheet["T_hottest_chip"]["highest"] == solved.max()
    for row in sheet["tails"]:
        hot = ~(data["T_hottest_chip"].values <= row["threshold"])
        assert row["units"] == hot.sum()
        assert row["low"] < row["share"] < row["high"]
    assert json.loads((run.folder / "population.json").read_text(encoding="utf-8")) == sheet
    assert json.loads(data.attrs["sheet"]) == sheet


def test_every_number_stands_with_its_source(run):
    rows = {row["key"]: row for row in run.sheet["assumptions"]}
    assert rows["chips.junction_to_plate"]["drawn"] == "for each unit"
    assert rows["chips.junction_to_plate"]["status"] == "assumed"
    assert rows["power.terahash_per_second"]["drawn"] == "nominal"
    report = (run.folder / "report.html").read_text(encoding="utf-8")
    for row in rows.values():
        assert f"<code>{row['key']}</code>" in report
    assert report.count("<svg") == 2
    assert run.sheet["sentence"].split(" of units")[0] in report


def test_exit_status_is_the_verdict(device, tmp_path, capsys):
    hot = ["population", device, *GIVEN, "--limit", "80 degC", "-o", str(tmp_path / "a"), "--json"]
    assert cli.main(hot) == 1
    sheet = json.loads(capsys.readouterr().out)
    assert sheet["verdict"] == "fail"
    assert sheet["above_limit"]["share"] == 1.0
    cold = [
        "population",
        device,
        *GIVEN,
        "--limit",
        "240 degC",
        "--allowed",
        "0.5",
        "-o",
        str(tmp_path / "b"),
    ]
    assert cli.main(cold) == 0
    shown = capsys.readouterr().out
    assert "PASS" in shown
    assert "report.html" in shown


def test_fleets_share_the_numbers_of_the_device(device, tmp_path):
    options = PopulationOptions("70 degC", "10 L/min", 8, fleets=4, per_fleet=("device",))
    sheet, _ = run_population(device, tmp_path, options, quiet=True)
    drawn = {row["key"]: row["drawn"] for row in sheet["assumptions"]}
    assert drawn["chips.junction_to_plate"] == drawn["power.wall"] == "for each fleet"
    assert any("4 fleets" in note for note in sheet["notes"])
    with xr.open_dataset(tmp_path / "result.nc", engine="h5netcdf") as data:
        assert data.sizes["fleet"] == 4
        assert float(data["units_above"][:, 0].sum()) == 8.0


@pytest.mark.parametrize(
    ("option", "value", "key"),
    [
        ("--inlet", "warm", "--inlet"),
        ("--flow", "-3 L/min", "--flow"),
        ("--units", "0", "--units"),
        ("--fleets", "3", "--fleets"),
        ("--fleets", "2", "--per-fleet"),
        ("--per-fleet", "power.wal", "--per-fleet"),
        ("--chunk", "0", "--chunk"),
        ("--workers", "0", "--workers"),
        ("--header-imbalance", "0.95", "--header-imbalance"),
        ("--level", "95", "--level"),
        ("--allowed", "0", "--allowed"),
        ("--limit", "95", "--limit"),
        ("--seed", "-1", "--seed"),
    ],
)
def test_errors_name_the_option(device, tmp_path, capsys, option, value, key):
    assert cli.main(["population", device, *GIVEN, option, value, "-o", str(tmp_path / "out")]) == 2
    assert f"key:      {key}\n" in capsys.readouterr().err
    assert not list(tmp_path.rglob("result.nc"))


def test_boiling_and_unknown_miners_are_named(device, tmp_path, capsys):
    bad = ["population", device, "--inlet", "160 degC", "-o", str(tmp_path / "out")]
    assert cli.main(bad) == 2
    assert "inlet" in capsys.readouterr().err
    assert cli.main(["population", "no-such-miner", *GIVEN, "-o", str(tmp_path / "out")]) == 2
    assert "canaan-a1566ha-500t" in capsys.readouterr().err


def test_without_dask_the_option_is_named(device, tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    given = ["population", device, *GIVEN, "--workers", "2", "-o", str(tmp_path / "out")]
    assert cli.main(given) == 2
    assert "hashheat[fleet]" in capsys.readouterr().err


def test_a_run_cut_off_goes_on(device, tmp_path, run, monkeypatch):
    options = PopulationOptions(
        "70 degC +/- 1 K", "10 L/min +/- 3 %", UNITS, header_imbalance="0.05", chunk=max(UNITS // 4, 1)
    )

    def broken(*args):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("hashheat.population_command.population_sheet", broken)
        with pytest.raises(KeyboardInterrupt):
            run_population(device, tmp_path, options, quiet=True)
    assert len(list((tmp_path / "run").glob("chunk-*.nc"))) == 4
    assert not (tmp_path / "result.nc").exists()
    with monkeypatch.context() as patch:
        # All chunks are there: nothing is solved again.
        patch.setattr("hashheat.fleet.unit_population.UnitPopulation.solve", broken)
        sheet, _ = run_population(device, tmp_path, options, quiet=True)
    assert sheet == run.sheet
    with xr.open_dataset(tmp_path / "result.nc", engine="h5netcdf") as data:
        assert data.load().identical(run.data)
    assert np.all(run.data["unit"] == np.arange(UNITS))


def test_another_run_in_the_folder_is_refused(device, tmp_path):
    folder = tmp_path / "run"
    folder.mkdir()
    xr.Dataset(attrs={"run": "other"}).to_netcdf(folder / "chunk-0000000000-0000000004.nc", engine="h5netcdf")
    with pytest.raises(RunStoreError, match="another run"):
        run_population(device, tmp_path, PopulationOptions("70 degC", "10 L/min", 4), quiet=True)


def test_shares_must_be_shares(device, tmp_path):
    with pytest.raises(InputError):
        run_population(device, tmp_path, PopulationOptions("70 degC", level=1.0), quiet=True)
