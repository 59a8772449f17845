"""hashheat tank with a two-phase tank: exit statuses, messages, files, report."""

import json
from types import SimpleNamespace

import numba
import pytest
import xarray as xr

from hashheat import cli, tank_kinds
from hashheat.bath_command import run_bath
from hashheat.components.errors import NotConvergedError, TankNotConvergedError
from hashheat.components.tank_library import LIBRARY
from hashheat.components.two_phase_tank import TwoPhaseTank
from hashheat.components.two_phase_tank_errors import CondenserTooSmallError, TwoPhaseTankError
from hashheat.components.two_phase_tank_results import LIMITS
from hashheat.tank_options import TankOptions
from hashheat.tank_terminal import show_tank

DEMO = LIBRARY / "two-phase-demo.toml"
INTERPRETED = bool(numba.config.DISABLE_JIT)
#: A sample is a solution of its own, of a second where kernels are interpreted.
SAMPLES = 16 if INTERPRETED else 128


@pytest.fixture
def bath_file(edited):
    """Write the shipped bath with some pieces replaced."""
    return lambda *changes, name="bath.toml": edited(DEMO.read_text(encoding="utf-8"), *changes, name=name)


@pytest.fixture(scope="module")
def solved(tmp_path_factory):
    folder = tmp_path_factory.mktemp("solved")
    sheet, paths = run_bath("two-phase-demo", folder / "out", TankOptions(samples=SAMPLES))
    return SimpleNamespace(
        sheet=sheet,
        paths=paths,
        result=xr.load_dataset(folder / "out" / "result.nc", engine="h5netcdf"),
        html=(folder / "out" / "report.html").read_text(encoding="utf-8"),
    )


def run(capsys, *arguments):
    """Status, output and error text of a run in this process."""
    fewer = ["--samples", str(SAMPLES)] if INTERPRETED and "--samples" not in arguments else []
    status = cli.main(["tank", *map(str, arguments), *fewer])
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def test_a_bath_is_known_by_name_and_by_file(capsys, bath_file, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = bath_file()
    for name, folder in (("two-phase-demo", "two-phase-demo-tank"), (path, "bath-tank")):
        status, out, err = run(capsys, name, "--json")
        value = json.loads(out, parse_constant=lambda text: pytest.fail(f"{text} is not JSON"))
        assert (status, err) == (0, "")
        assert (value["kind"], value["verdict"]) == ("two-phase", "pass")
        assert value["paths"] == [f"{folder}/result.nc", f"{folder}/report.html"]
    assert tank_kinds.is_two_phase(str(path))
    assert not tank_kinds.is_two_phase("nowhere")


def test_the_sheet_holds_what_was_solved(solved):
    found = TwoPhaseTank.load("two-phase-demo").solve()
    for name, n in solved.sheet["numbers"].items():
        assert n["nominal"] == pytest.approx(float(found[name]), rel=1e-12)
    assert {row["name"] for row in solved.sheet["limits"]} == set(LIMITS)
    for row in solved.sheet["limits"]:
        assert row["margin"] == pytest.approx(float(found[row["name"]]) - LIMITS[row["name"]].least)
        sign = 1.0 if row["sense"] == "at least" else -1.0
        assert row["margin"] == pytest.approx(sign * (row["reached"] - row["limit"]), rel=1e-9)
    energy = {row["name"]: row["value"] for row in solved.sheet["energy"]}
    # 20 kW of chips, 500 W in the bath and 900 W outside: what is in the bath leaves it.
    assert energy["wall_power"] == pytest.approx(21400.0)
    assert energy["heat_rate"] + energy["wall_loss"] + energy["vapour_heat"] == pytest.approx(20500.0)
    assert json.loads(solved.result.attrs["sheet"]) == solved.sheet


def test_options_take_the_place_of_the_files_numbers(tmp_path):
    options = TankOptions(flow="90 L/min", water_in="30 degC")
    sheet, _ = run_bath("two-phase-demo", tmp_path / "out", options)
    expected = TwoPhaseTank.load("two-phase-demo").solve(T_in=303.15, volume_flow=1.5e-3)
    assert sheet["numbers"]["T_junction"]["nominal"] == pytest.approx(float(expected["T_junction"]))
    given = {a["key"]: a["replaced"] for a in sheet["assumptions"] if a["replaced"] is not None}
    assert given == {"water.flow": pytest.approx(1.5e-3), "water.T_in": pytest.approx(303.15)}


def test_a_limit_that_fails_exits_with_one(capsys, bath_file, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = bath_file(('"95 .. 115 degC"', '"80 degC"'))
    status, out, err = run(capsys, path)
    assert (status, err) == (1, "")
    assert "FAIL at nominal values" in out
    assert "junction before bubbles: 85.2 °C, at most 80.0 °C is asked" in out
    assert "to spare" not in out


def test_no_steady_state_is_an_answer(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    status, out, err = run(capsys, "two-phase-demo", "--flow", "5 L/min")
    assert (status, err) == (1, "")
    assert "the condenser takes" in out
    status, out, _ = run(capsys, "two-phase-demo", "--flow", "5 L/min", "--json")
    assert (status, json.loads(out)["verdict"]) == (1, "fail")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (TwoPhaseTankError("no pressure balances the bath"), 4),
        (TankNotConvergedError("no steady flow to start from"), 4),
        (NotConvergedError("the chips did not settle"), 4),
        (CondenserTooSmallError("too small"), 1),
    ],
)
def test_only_a_solution_that_did_not_converge_has_no_verdict(error, status, capsys, monkeypatch, tmp_path):
    def raised(*_, **__):
        raise error

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(TwoPhaseTank, "solve", raised)
    found, out, err = run(capsys, "two-phase-demo")
    assert (found, err) == (status, "")
    assert str(error) in out
    assert ("NO VERDICT" in out) is (status == 4)
    found, out, _ = run(capsys, "two-phase-demo", "--json")
    assert (found, json.loads(out)["verdict"]) == (status, "none" if status == 4 else "fail")
    found, out, err = run(capsys, "two-phase-demo", "-q")
    assert (found, out) == (status, "")
    assert str(error) in err


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["two-phase-demo", "--gci"], "key:      --gci\n  accepted: no --gci"),
        (["two-phase-demo", "--grid", "fine"], "found:    fine"),
        (["two-phase-demo", "--transient", "pump-trip"], "--transient"),
        (["two-phase-demo", "--vtk"], "without a field of flow"),
        (["two-phase-demo", "--flow", "3"], "--flow"),
        (["two-phase-demo", "--flow", "-3 L/min"], "more than 0"),
        (["two-phase-demo", "--water-in", "120 L/min"], "--water-in"),
        (["two-phase-demo", "--water-in", "-5 degC"], "freez"),
        (["two-phase-dem"], "two-phase-demo"),
        (["kakac"], "this is an exchanger file: hashheat rate exchanger takes it"),
        ([], "FILE"),
    ],
)
def test_bad_arguments_exit_with_two(arguments, expected, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    status, out, err = run(capsys, *arguments)
    assert (status, out) == (2, "")
    assert expected.lower() in err.lower()
    assert "Traceback" not in err
    assert list(tmp_path.iterdir()) == []


def test_a_bad_file_is_named(capsys, bath_file, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = bath_file(('value = "60 L/min"', 'value = "60"'))
    status, out, err = run(capsys, path)
    assert (status, out) == (2, "")
    for text in (str(path), "water.flow", "'60'", "L/min"):
        assert text in err


def test_a_fluid_of_remembered_numbers_warns(capsys, bath_file, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = bath_file(('"Novec 649"', '"HFE-7100"'))
    _, out, err = run(capsys, path)
    assert "mind: HFE-7100" in out
    assert "remembered" in out
    assert err == ""


def test_the_report_is_one_page_that_says_what_it_rests_on(solved, read_page, check_offline):
    page = read_page(solved.html)
    check_offline(solved.html, page)
    assert page.figures == 2
    words = " ".join(" ".join(page.text).split()).replace("\N{NO-BREAK SPACE}", " ")
    s = solved.sheet
    for text in (
        "PASS",
        *s["reasons"],
        "Boiling by Cooper's correlation",
        "film boiling is not followed",
        "surface tension",
        "claimed by the trade",
        "critical over largest heat flux",
        f"{sum(a['status'] == 'assumed' for a in s['assumptions'])} of {len(s['assumptions'])} numbers",
    ):
        assert text.replace("\N{NO-BREAK SPACE}", " ") in words
    assert words.count("Uncertain itself") == 1
    assert "cells" not in words.replace("of cells", "")


def test_terminal_stays_within_eighty_columns(solved, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    show_tank(solved.sheet, ["a/result.nc"])
    shown = capsys.readouterr().out
    assert max(map(len, shown.splitlines())) <= 80
    assert "…" not in shown
    assert shown.count("* uncertain itself") == 1
