"""`hashheat calibrate` from files to files, on a small synthetic campaign."""

import csv
import json
import tomllib
from types import SimpleNamespace

import numba
import pytest

from hashheat.calibrate_command import CalibrateOptions, run_calibrate
from hashheat.components.errors import CalibrationError
from hashheat.components.miner import Miner
from hashheat.components.miner_file import LIBRARY
from hashheat.thermo.errors import InputError
from hashheat.validate_command import run_campaign

KEYS = "chips.junction_to_plate@chip, power.psu_efficiency"


@pytest.fixture(scope="module")
def campaign(tmp_path_factory):
    folder = tmp_path_factory.mktemp("campaign")
    device = folder / "device.toml"
    text = (LIBRARY / "canaan-a1566ha-500t.toml").read_text(encoding="utf-8")
    if numba.config.DISABLE_JIT:
        # Few cells and few uncertain numbers for interpreted kernels.
        text = text.replace("passes = 4\n", "passes = 1\ncells_per_pass = 2\n")
        # Chips that do not leak are solved once in place of two or three times.
        text = text.replace('value = "0.04 .. 0.13"', 'value = "0"')
    device.write_text(text, encoding="utf-8")
    run_campaign(folder, str(device), points=12, quiet=True)
    if numba.config.DISABLE_JIT:
        data = folder / "data.csv"
        lines = data.read_text(encoding="utf-8").splitlines(keepends=True)
        data.write_text("".join(lines[:-9]), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def fitted(campaign):
    options = CalibrateOptions(columns=campaign / "columns.toml")
    model = campaign / "unit.toml"
    sheet, paths = run_calibrate(
        campaign / "data.csv", str(model), KEYS, campaign / "out", options, quiet=True
    )
    return SimpleNamespace(sheet=sheet, paths=paths, folder=campaign / "out")


def test_the_truth_is_inside(campaign, fitted):
    truth = tomllib.loads((campaign / "truth.toml").read_text(encoding="utf-8"))["device"]
    rows = {row["key"]: row for row in fitted.sheet["rows"]}
    assert list(rows) == ["chips.junction_to_plate", "power.psu_efficiency"]
    for key, row in rows.items():
        assert row["interval"][0] < truth[key] < row["interval"][1]
        assert row["sigma"] < row["prior"][1]
    assert fitted.sheet["verdict"] == "pass"
    assert "synthetic" in fitted.sheet["synthetic"]
    assert 0.5 < fitted.sheet["reduced"] < 2.0


def test_the_new_device_file_runs(fitted):
    assert [path.name for path in fitted.paths] == [
        "unit-calibrated.toml",
        "calibration.json",
        "report.html",
        "chips.csv",
    ]
    after = Miner.named(str(fitted.paths[0]))
    row = fitted.sheet["rows"][0]
    assert after.quantities[row["key"]].status == "calibrated"
    assert after.quantities[row["key"]].value == pytest.approx(row["value"], rel=1e-5)
    assert after.device.calibration.synthetic
    assert after.device.calibration.sha256 == fitted.sheet["model"]["sha256"]
    assert int(after.solve(343.15)["status"]) == 0


def test_every_chip_has_its_line(fitted):
    """The campaign's chips scatter by 6 %, which the new file states."""
    after = Miner.named(str(fitted.paths[0]))
    with fitted.paths[3].open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    chips = after.device.chips
    assert len(rows) == after.device.boards.count * chips.count
    places = {(row["board"], row["row"], row["column"]) for row in rows}
    assert len(places) == len(rows)
    told = fitted.sheet["chips"]
    # In K/W: as a share it is as doubtful as the mean, which few points leave open.
    # Three standard errors of the standard deviation of so many, their own error in it.
    room = 3.0 * (2 * len(rows)) ** -0.5 * (1.0 + (told["typical_error"] / told["spread"]) ** 2)
    assert told["spread"] * told["resistance"] == pytest.approx(0.06 * 0.62, rel=room)
    if not numba.config.DISABLE_JIT:
        low, high = told["spread_interval"]
        assert low < 0.06 < high
    assert after.quantities["chips.chip_spread"].nominal == pytest.approx(told["spread"], rel=1e-3)
    assert after.quantities["chips.chip_spread"].status == "calibrated"
    ratio = [float(row["over mean [1]"]) for row in rows]
    assert sum(ratio) / len(ratio) == pytest.approx(0.0, abs=0.002)
    for row, more in zip(rows, ratio):
        ends = [float(row[f"{end} [K/W]"]) for end in ("low", "resistance", "high")]
        assert ends == sorted(ends)
        assert ends[1] == pytest.approx(fitted.sheet["rows"][0]["value"] * (1.0 + more), rel=1e-4)
    assert sum(int(row["deviates"]) for row in rows) == len(told["deviating"])


def test_json_holds_what_the_sheet_holds(fitted):
    assert json.loads(fitted.paths[1].read_text(encoding="utf-8")) == fitted.sheet


def test_the_report_opens_offline(fitted, read_page, check_offline, check_scrolls):
    html = fitted.paths[2].read_text(encoding="utf-8")
    page = read_page(html)
    check_offline(html, page)
    check_scrolls(html)
    assert page.figures == 3
    assert any("SYNTHETIC" in text for text in page.text)


def test_the_command_says_what_it_found(campaign, fitted, command, monkeypatch, capsys):
    from hashheat import calibrate_terminal, cli

    if numba.config.DISABLE_JIT:
        calibrate_terminal.show_calibration(fitted.sheet, ["a"])
        return
    arguments = ["calibrate", campaign / "data.csv", "--columns", campaign / "columns.toml"]
    arguments += ["--model", campaign / "unit.toml", "-o", campaign / "again"]
    arguments = [str(argument) for argument in arguments]
    monkeypatch.setenv("COLUMNS", "100")
    assert cli.main([*arguments, "--fit", KEYS]) == 0
    told = capsys.readouterr().out
    assert "FITTED" in told
    assert "SYNTHETIC" in told
    assert "held out" in told
    assert cli.main([*arguments, "--fit", "chips.gloss"]) == 2
    wrong = capsys.readouterr().err
    assert "chips.gloss" in wrong
    assert "chips.junction_to_plate" in wrong
    # One process of its own: starting up and exit status are those of the command line.
    unit = command(
        "unit", campaign / "again" / "unit-calibrated.toml", "--inlet", "60 degC", "--flow", "10 L/min"
    )
    assert unit.returncode == 0, unit.stderr


def test_bad_input_leaves_nothing_behind(campaign, tmp_path):
    options = CalibrateOptions(columns=campaign / "columns.toml")
    data, model = campaign / "data.csv", str(campaign / "unit.toml")
    with pytest.raises(CalibrationError):
        run_calibrate(data, model, "", tmp_path / "out", options, quiet=True)
    with pytest.raises(InputError, match="no such unit"):
        run_calibrate(data, model, KEYS, tmp_path / "out", options._replace(unit="nobody"), quiet=True)
    with pytest.raises(InputError, match="--pressure"):
        run_calibrate(data, model, KEYS, tmp_path / "out", options._replace(pressure="2 K"), quiet=True)
    assert not (tmp_path / "out").exists()
