"""`hashheat monitor` from files to files, on synthetic units of which some have a fault."""

import importlib.util
import json
from pathlib import Path
from types import SimpleNamespace

import numba
import pytest
import xarray as xr

from hashheat import cli
from hashheat.components.miner import Miner
from hashheat.components.miner_file import LIBRARY
from hashheat.monitor_command import MonitorOptions, run_monitor
from hashheat.thermo.errors import InputError


def _beside(name):
    path = Path(__file__).parents[1] / "validation" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


field_data, faults = _beside("field_data"), _beside("faulty_fleet")
INTERPRETED = bool(numba.config.DISABLE_JIT)
FIRST, START, RECORDS = (20, 24, 34) if INTERPRETED else (100, 130, 230)
KINDS = (None, "blocked channel") if INTERPRETED else (None, "pump-out", None, "blocked channel")
NOISE = {
    "T_in": 0.05,
    "T_out": 0.05,
    "T_ambient": 0.2,
    "volume_flow": 0.005,
    "power_dc": 0.005,
    "T_chip": 0.2,
}


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("watch")
    text = (LIBRARY / "canaan-a1566ha-500t.toml").read_text(encoding="utf-8")
    if INTERPRETED:
        text = field_data.quick_text(text)
    else:
        text = text.replace("passes = 4\n", "passes = 4\ncells_per_pass = 4\n")
    (folder / "unit.toml").write_text(text, encoding="utf-8")
    miner = field_data.settled(Miner.named(str(folder / "unit.toml")))
    data = faults.faulty_fleet(
        miner, KINDS, records=RECORDS, start=START, seed=2, drivers=field_data.drivers, noise=NOISE
    )
    whole = field_data.in_schema(data)
    whole.to_netcdf(folder / "data.nc", engine="h5netcdf")
    whole.isel(unit=[0]).to_netcdf(folder / "sound.nc", engine="h5netcdf")
    return folder


@pytest.fixture(scope="module")
def watched(files):
    options = MonitorOptions(first=FIRST, length=1e4)
    sheet, paths = run_monitor(
        files / "data.nc", str(files / "unit.toml"), files / "out", options, quiet=True
    )
    return SimpleNamespace(sheet=sheet, paths=paths, options=options)


def test_the_faulty_units_are_named(watched):
    sheet = watched.sheet
    assert sheet["verdict"] == "fail"
    assert sheet["flagged"] == [f"u{i}" for i, kind in enumerate(KINDS) if kind]
    assert sheet["synthetic"]
    start = "2026-03-02T"
    for row in sheet["rows"]:
        assert row["time"].startswith((start, "2026-03-03T"))
        kind = KINDS[int(row["unit"][1:])]
        assert ("pumped out" if kind == "pump-out" else "blocked channel") in row["likely"]
        assert row["what"] == "mean chip temperature of a board"


def test_the_false_alarms_are_stated(watched):
    f = watched.sheet["false_alarms"]
    series = 5 * len(KINDS)
    assert f["series"] == series
    assert f["records"] == RECORDS - FIRST
    assert f["expected"] == pytest.approx(series * (RECORDS - FIRST) / 1e4, rel=0.02)
    assert f["run_length"] == 1e4
    assert f["run_length_of_a_unit"] == pytest.approx(2e3)


def test_json_and_report(watched, read_page, check_offline, check_scrolls):
    assert [path.name for path in watched.paths] == ["monitoring.json", "report.html"]
    assert json.loads(watched.paths[0].read_text(encoding="utf-8")) == watched.sheet
    html = watched.paths[1].read_text(encoding="utf-8")
    page = read_page(html)
    check_offline(html, page)
    check_scrolls(html)
    assert page.figures == len(watched.sheet["flagged"])
    assert any("SYNTHETIC" in text for text in page.text)


def test_exit_status_and_words(files, capsys):
    model = ["--model", str(files / "unit.toml"), "--first", str(FIRST)]
    assert (
        cli.main(["monitor", str(files / "data.nc"), *model, "-o", str(files / "a"), "--length", "1e4"]) == 1
    )
    told = capsys.readouterr().out
    assert "FLAGGED" in told
    assert "SYNTHETIC" in told
    assert "blocked channel" in told
    assert "one in 1e+04 records" in told
    assert cli.main(["monitor", str(files / "sound.nc"), *model, "-o", str(files / "b"), "--json"]) == 0
    sheet = json.loads(capsys.readouterr().out)
    assert sheet["verdict"] == "pass"
    assert sheet["flagged"] == []
    assert not sheet["rows"]
    assert "<figure" not in (files / "b" / "report.html").read_text(encoding="utf-8")


def test_bad_input_is_named(files, tmp_path, capsys):
    model, out = str(files / "unit.toml"), tmp_path / "out"
    few = ["monitor", str(files / "data.nc"), "--model", model, "-o", str(out), "--first"]
    assert cli.main([*few, "5"]) == 2
    assert "--first" in capsys.readouterr().err
    assert cli.main([*few, "1000"]) == 2
    assert "--first" in capsys.readouterr().err
    assert cli.main([*few, str(FIRST), "--length", "3"]) == 2
    assert "--length" in capsys.readouterr().err
    assert cli.main([*few, str(FIRST), "--pressure", "2 K"]) == 2
    assert "--pressure" in capsys.readouterr().err
    blind = tmp_path / "blind.nc"
    with xr.open_dataset(files / "sound.nc", engine="h5netcdf") as data:
        data.drop_vars(["T_chip_mean", "T_out"]).load().to_netcdf(blind, engine="h5netcdf")
    with pytest.raises(InputError):
        run_monitor(blind, model, out, MonitorOptions(first=FIRST), quiet=True)
    assert not out.exists()
