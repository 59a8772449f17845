"""hashheat campaign and hashheat validate as a user meets them: files, table, exit statuses, report."""

import json
import re

import numba
import numpy as np
import pytest
import xarray as xr

from hashheat import cli
from hashheat.components.miner_file import LIBRARY

UNIT = "canaan-a1566ha-500t"
SLOW = bool(numba.config.DISABLE_JIT)
SAMPLES = "16" if SLOW else "32"
needs_speed = pytest.mark.skipif(SLOW, reason="many solutions of a unit: minutes without the compiler")


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """The shipped unit on few cells: quick, and fine enough for a command."""
    text = (LIBRARY / f"{UNIT}.toml").read_text(encoding="utf-8")
    few = text.replace("[plate]\n", f"[plate]\ncells_per_pass = {2 if SLOW else 4}\n")
    assert few != text
    if SLOW:
        # Chips that do not leak are solved once in place of two or three times.
        few = few.replace('value = "0.04 .. 0.13"', 'value = "0"')
    path = tmp_path_factory.mktemp("unit") / "small.toml"
    path.write_text(few, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def files(tmp_path_factory, small):
    """A campaign as the command writes it."""
    directory = tmp_path_factory.mktemp("campaign")
    assert (
        cli.main(
            ["campaign", str(directory), "--model", str(small), "--points", "12" if SLOW else "24", "-q"]
        )
        == 0
    )
    return directory


def run(files, *more, model=None, columns=None, output="out"):
    data = [str(files / "data.csv"), "--columns", str(columns or files / "columns.toml")]
    unit = ["--model", str(model or files / "unit.toml")]
    return cli.main(["validate", *data, *unit, "-o", str(files / output), "--samples", SAMPLES, *more])


def test_a_campaign_is_labelled_wherever_it_appears(files, small, capsys):
    assert cli.main(["campaign", str(files / "again"), "--model", str(small), "--points", "12"]) == 0
    told = capsys.readouterr().out
    assert "SYNTHETIC" in told
    assert "hashheat validate" in told
    assert (files / "unit.toml").read_text("utf-8") == small.read_text("utf-8")
    for name in ("columns.toml", "truth.toml"):
        assert "synthetic" in (files / name).read_text(encoding="utf-8").splitlines()[0]


def test_two_commands_lead_to_a_report_that_opens_offline(files, capsys):
    assert run(files) == 0
    told = capsys.readouterr().out
    assert "SYNTHETIC" in told
    assert "AGREES IN PART" in told
    assert "energy balance of the data" in told
    assert max(len(line) for line in told.splitlines() if "written" not in line) <= 100
    html = (files / "out" / "report.html").read_text(encoding="utf-8")
    assert "SYNTHETIC" in html
    assert not re.search(r"(?:src|href)=\"https?:", html)
    # Parity of five quantities, residuals, series, balance, chips: each a figure, each labelled.
    assert html.count("<figure>") == 9
    assert html.count('role="img"') == 9
    assert "nan" not in re.sub(r"<svg.*?</svg>", "", html, flags=re.DOTALL).lower().replace("nano", "")


@needs_speed
def test_json_is_strict_and_the_numbers_are_those_of_the_dataset(files, capsys):
    assert run(files, "--json", output="json") == 0
    sheet = json.loads(capsys.readouterr().out)
    assert sheet["verdict"] == "agrees"
    assert sheet["synthetic"]
    row = next(r for r in sheet["rows"] if r["name"] == "T_out")
    result = xr.load_dataset(files / "json" / "result.nc", engine="h5netcdf")
    error = (result["T_out_predicted"] - result["T_out_measured"]).values
    assert row["bias"] == pytest.approx(float(error.mean()), abs=1e-9)
    assert result.attrs["synthetic"] == 1
    assert result["time"].dtype.kind == "M"
    total = row["u_random"] ** 2 + row["u_num"] ** 2 + row["u_input"] ** 2 + row["u_data"] ** 2
    assert row["u_bias"] == pytest.approx(np.sqrt(total))
    kept = json.loads(result.attrs["sheet"])
    assert kept["rows"] == sheet["rows"]


@needs_speed
def test_a_device_file_that_is_wrong_and_sure_of_it_is_biased(files, capsys, tmp_path):
    text = (files / "unit.toml").read_text(encoding="utf-8")
    sure = text.replace('value = "0.3 .. 1.2 K/W"', 'value = "1.15 +/- 0.01 K/W"')
    assert sure != text
    (tmp_path / "wrong.toml").write_text(sure, encoding="utf-8")
    assert run(files, model=tmp_path / "wrong.toml", output="wrong") == 1
    told = capsys.readouterr().out
    assert "BIASED" in told
    assert "biased by +" in told


@needs_speed
def test_data_that_contradict_themselves_end_without_a_verdict(files, capsys, tmp_path):
    text = (files / "columns.toml").read_text(encoding="utf-8")
    # As if the meter were read in US gallons: 3.8 times the flow.
    wrong = text.replace('unit = "L/min"', 'unit = "gallon/min"')
    assert wrong != text
    (tmp_path / "gallons.toml").write_text(wrong, encoding="utf-8")
    assert run(files, columns=tmp_path / "gallons.toml", output="gallons") == 4
    told = capsys.readouterr().out
    assert "NO VERDICT" in told
    assert "contradict themselves" in told
    # No model is blamed for it.
    assert "biased" not in told


@needs_speed
def test_what_nobody_stated_is_said_to_be_assumed(files, capsys, tmp_path):
    text = (files / "columns.toml").read_text(encoding="utf-8")
    (tmp_path / "bare.toml").write_text(text[: text.index("[instruments")], encoding="utf-8")
    bare = (tmp_path / "bare.toml").read_text(encoding="utf-8")
    assert "[columns" in bare
    run(files, columns=tmp_path / "bare.toml", output="bare")
    assert "no accuracy stated for T_in" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--samples", "100"], "power of two"),
        (["--samples", "0"], "without samples"),
        (["--fluid", "lava"], "--fluid"),
        (["--pressure", "3 K"], "--pressure"),
        (["--chip-order", "spiral"], "rows, columns, serpentine, path"),
    ],
)
def test_bad_options_are_named(files, capsys, more, message):
    assert run(files, *more, output="never") == 2
    assert message in capsys.readouterr().err
    assert not (files / "never").exists()


def test_bad_files_are_named(files, capsys, tmp_path):
    assert cli.main(["validate", str(tmp_path / "none.csv"), "--model", UNIT]) == 2
    assert "none.csv" in capsys.readouterr().err
    assert cli.main(["validate", "--model", UNIT]) == 2
    assert "DATA" in capsys.readouterr().err
    assert cli.main(["validate", str(files / "data.csv")]) == 2
    assert "--model" in capsys.readouterr().err
    assert run(files, model="no-such-miner") == 2
    assert "no-such-miner" in capsys.readouterr().err
    (tmp_path / "bad.toml").write_text("[instruments]\nT_wall = '1 K'\n", encoding="utf-8")
    assert run(files, columns=tmp_path / "bad.toml") == 2
    assert "instruments.T_wall" in capsys.readouterr().err
