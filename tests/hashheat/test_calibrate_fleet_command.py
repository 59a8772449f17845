"""`hashheat calibrate` on the data of several units, from files to files; the data are synthetic."""

import csv
import importlib.util
import json
from pathlib import Path
from types import SimpleNamespace

import numba
import numpy as np
import pytest
import xarray as xr

from hashheat.calibrate_command import CalibrateOptions, run_calibrate
from hashheat.components.errors import CalibrationError
from hashheat.components.miner import Miner
from hashheat.components.miner_file import LIBRARY

_spec = importlib.util.spec_from_file_location(
    "field_data", Path(__file__).parents[1] / "validation" / "field_data.py"
)
field_data = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(field_data)

R, UNIT_SPREAD = "chips.junction_to_plate", "chips.unit_spread"
INTERPRETED = bool(numba.config.DISABLE_JIT)
UNITS = 5 if INTERPRETED else 24
MEAN, SPREAD = 0.62, 0.12
ODD = 3
INSTRUMENTS = """
[instruments]
T_in = { bias = "0.1 K", noise = "0.05 K" }
T_out = { bias = "0.1 K", noise = "0.05 K" }
T_chip = { bias = "0.3 K", noise = "0.3 K" }
T_ambient = { bias = "0.5 K", noise = "0.2 K" }
volume_flow = { bias = "1 %", noise = "0.5 %" }
power_dc = { bias = "1 %", noise = "0.5 %" }
"""


def fleet_data(miner, resistances, records):
    """Units with these resistances, each with instruments of its own."""
    doubt = field_data.doubted(T_chip=(0.3, 0.3))
    parts = []
    for i, resistance in enumerate(resistances):
        rng = np.random.default_rng((17, i))
        _, error = field_data.draw_truth(miner, rng, doubt, miner.device.boards.count)
        driven = field_data.drivers(rng, records)
        data = field_data.readings(
            miner, {R: resistance}, error, doubt, driven, rng, left_out=("power_ac", "T_out_board")
        )
        parts.append(data.assign_coords(unit=[f"u{i:02d}"]))
    fleet = xr.concat(parts, dim="unit", combine_attrs="override", join="outer").transpose(
        "time", "unit", ...
    )
    return field_data.in_schema(fleet)


@pytest.fixture(scope="module")
def campaign(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fleet")
    device = folder / "unit.toml"
    text = (LIBRARY / "canaan-a1566ha-500t.toml").read_text(encoding="utf-8")
    if INTERPRETED:
        text = field_data.quick_text(text)
    device.write_text(text, encoding="utf-8")
    miner = field_data.settled(Miner.named(str(device)))
    rng = np.random.default_rng(23)
    true = np.exp(np.log(MEAN) - 0.5 * SPREAD**2 + SPREAD * rng.standard_normal(UNITS))
    true[ODD] = 1.1
    fleet_data(miner, true, 2 if INTERPRETED else 4).to_netcdf(folder / "data.nc", engine="h5netcdf")
    (folder / "columns.toml").write_text(INSTRUMENTS, encoding="utf-8")
    return SimpleNamespace(folder=folder, true=true)


def options(campaign, **changes):
    return CalibrateOptions(columns=campaign.folder / "columns.toml")._replace(**changes)


@pytest.fixture(scope="module")
def fitted(campaign):
    folder = campaign.folder
    sheet, paths = run_calibrate(
        folder / "data.nc", str(folder / "unit.toml"), R, folder / "out", options(campaign), quiet=True
    )
    return SimpleNamespace(sheet=sheet, paths=paths)


def test_the_population_is_found_again(campaign, fitted):
    sheet, true = fitted.sheet, campaign.true
    row = sheet["rows"][0]
    assert sheet["verdict"] == "pass"
    # The units drawn are the population at hand: their mean and spread, the odd one among them.
    assert abs(row["mean"] - true.mean()) < 3.0 * row["sigma"]
    low, high = row["spread_interval"]
    assert low < true.std(ddof=1) < high
    assert row["relative_spread"] == pytest.approx(row["spread"] / row["mean"])
    # Of all units, 95 % intervals hold the truth of most (common errors of the plate shift all alike).
    z = [
        (u["numbers"][R]["own"] - t) / np.hypot(u["numbers"][R]["own_sigma"], row["sigma"])
        for u, t in zip(sheet["units"], true)
    ]
    assert np.abs(z).max() < 4.0
    assert row["inside"] + row["outside"] + row["unseen"] == UNITS


def test_the_odd_unit_is_named_first(fitted):
    assert fitted.sheet["deviating"][0]["unit"] == f"u{ODD:02d}"
    assert fitted.sheet["deviating"][0]["away"] > 1.5
    away = [abs(row["away"]) for row in fitted.sheet["deviating"]]
    assert away == sorted(away, reverse=True)


def test_the_device_file_holds_mean_and_spread(fitted):
    assert [path.name for path in fitted.paths] == [
        "unit-calibrated.toml",
        "calibration.json",
        "report.html",
        "units.csv",
    ]
    after = Miner.named(str(fitted.paths[0]))
    row = fitted.sheet["rows"][0]
    q, spread = after.quantities[R], after.quantities[UNIT_SPREAD]
    assert (q.status, spread.status) == ("calibrated", "calibrated")
    assert q.value == pytest.approx(row["mean"], rel=1e-5)
    assert q.sigma == pytest.approx(row["sigma"], rel=1e-2)
    assert spread.value == pytest.approx(row["relative_spread"], rel=1e-3)
    assert "SYNTHETIC" in q.source
    assert f"{UNITS} units" in q.source
    assert "unit_spread" in q.source
    assert after.device.calibration.synthetic
    assert after.device.calibration.records == fitted.sheet["data"]["records"]
    assert int(after.solve(343.15)["status"]) == 0


@pytest.mark.skipif(INTERPRETED, reason="one more fit")
def test_a_spread_without_a_place_is_part_of_the_doubt(campaign):
    """Film coefficient: the file states no spread between units, so a unit drawn at random has both."""
    key = "plate.nusselt_factor"
    folder = campaign.folder
    sheet, paths = run_calibrate(
        folder / "data.nc", str(folder / "unit.toml"), key, folder / "film", options(campaign), quiet=True
    )
    row, q = sheet["rows"][0], Miner.named(str(paths[0])).quantities[key]
    assert q.sigma == pytest.approx(np.hypot(row["sigma"], row["spread"]), rel=1e-2)
    assert row["spread"] > 0.0
    assert "drawn at random" in q.source
    shipped = Miner.named(str(folder / "unit.toml")).quantities[UNIT_SPREAD]
    assert Miner.named(str(paths[0])).quantities[UNIT_SPREAD] == shipped


def test_the_table_of_units_holds_what_the_sheet_holds(fitted):
    with fitted.paths[3].open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == UNITS
    for row, one in zip(rows, fitted.sheet["units"]):
        n = one["numbers"][R]
        assert row["unit"] == one["unit"]
        assert float(row[f"{R} [K/W]"]) == pytest.approx(n["estimate"], rel=1e-6)
        assert float(row[f"{R} low [K/W]"]) < n["estimate"] < float(row[f"{R} high [K/W]"])
        assert float(row[f"{R} away"]) == pytest.approx(n["away"], abs=1e-3)


def test_json_and_report(fitted, read_page, check_offline, check_scrolls):
    assert json.loads(fitted.paths[1].read_text(encoding="utf-8")) == fitted.sheet
    html = fitted.paths[2].read_text(encoding="utf-8")
    page = read_page(html)
    check_offline(html, page)
    check_scrolls(html)
    assert page.figures == 2
    assert any("SYNTHETIC" in text for text in page.text)


@pytest.mark.skipif(INTERPRETED, reason="one more fit")
def test_one_unit_of_a_fleet_is_fitted_alone(campaign):
    folder = campaign.folder
    sheet, paths = run_calibrate(
        folder / "data.nc",
        str(folder / "unit.toml"),
        R,
        folder / "one",
        options(campaign, unit="u01"),
        quiet=True,
    )
    assert "fleet" not in sheet
    assert len(paths) == 3
    row = sheet["rows"][0]
    assert abs(row["value"] - campaign.true[1]) < 4.0 * row["sigma"]


def test_blind_and_absent_units_are_told(campaign, fitted):
    """u01 has no chip readings and u02 no inlet: no estimate of the one, no row of the other, a note of each."""
    from hashheat.calibrate_fleet_output import fleet_report, units_csv
    from hashheat.calibrate_fleet_sheet import fleet_sheet
    from hashheat.validation.hierarchy import calibrate_fleet

    folder = campaign.folder
    with xr.open_dataset(folder / "data.nc", engine="h5netcdf") as data:
        bad = data.isel(unit=slice(0, 6), time=slice(0, 2)).load().copy(deep=True)
    bad["T_chip_mean"][{"unit": 1}] = np.nan
    bad["T_in"][{"unit": 2}] = np.nan
    found = calibrate_fleet(Miner.named(str(folder / "unit.toml")), bad, [R])
    options = {key: x for key, x in fitted.sheet["model"].items() if key not in ("name", "maker")}
    sheet = fleet_sheet(found, bad, warned=[], options=options)
    assert sheet["data"]["absent"] == ["u02"]
    assert sheet["rows"][0]["unseen"] == 1
    assert sheet["units"][1]["numbers"][R]["own"] is None
    told = "; ".join(sheet["notes"])
    assert "no usable record" in told
    assert "u02" in told
    json.dumps(sheet, allow_nan=False)
    assert "nan" not in units_csv(sheet)
    assert ">nan" not in fleet_report(sheet)


def test_the_terminal_says_what_it_found(fitted, capsys):
    from hashheat.calibrate_fleet_terminal import show_fleet

    show_fleet(fitted.sheet, ["a"])
    told = capsys.readouterr().out
    assert "SYNTHETIC" in told
    assert "FITTED" in told
    assert "spread between units" in told
    assert f"u{ODD:02d}" in told
    assert "written: a" in told


@pytest.mark.skipif(INTERPRETED, reason="a process of its own")
def test_the_command(campaign, command):
    folder = campaign.folder
    arguments = ["calibrate", folder / "data.nc", "--columns", folder / "columns.toml"]
    arguments += ["--model", folder / "unit.toml", "-o", folder / "again"]
    done = command(*arguments, "--fit", R)
    assert done.returncode == 0, done.stderr
    assert "spread between units" in done.stdout
    unseen = command(*arguments, "--fit", "plate.friction_factor")
    assert unseen.returncode == 2
    assert "plate.friction_factor" in unseen.stderr


def test_bad_input_leaves_nothing_behind(campaign, tmp_path):
    folder, out = campaign.folder, tmp_path / "out"
    few = tmp_path / "few.nc"
    with xr.open_dataset(folder / "data.nc", engine="h5netcdf") as data:
        data.isel(unit=slice(0, 4)).load().to_netcdf(few, engine="h5netcdf")
    model = str(folder / "unit.toml")
    with pytest.raises(CalibrationError, match="--unit NAME"):
        run_calibrate(few, model, R, out, options(campaign), quiet=True)
    # No pressure is read: nothing depends on friction.
    with pytest.raises(CalibrationError, match="nothing can be told"):
        run_calibrate(folder / "data.nc", model, "plate.friction_factor", out, options(campaign), quiet=True)
    with pytest.raises(CalibrationError, match=r"offset\.T_out"):
        run_calibrate(folder / "data.nc", model, "offset.T_out", out, options(campaign), quiet=True)
    assert not out.exists()
