"""The command line as a user meets it: exit statuses, messages, streams, files."""

import json
import subprocess
import sys
import warnings

import numba
import pytest
import typer

import hashheat
from hashheat import check_command, cli
from hashheat.guard import guarded
from hashheat.thermo.fluid import Fluid

needs_speed = pytest.mark.skipif(numba.config.DISABLE_JIT, reason="a full check is too slow when interpreted")


def run(capsys, *arguments):
    """Status, output and error text of a run in this process."""
    status = cli.main([str(a) for a in arguments])
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def test_importing_the_command_line_loads_nothing_heavy():
    code = (
        "import sys, hashheat, hashheat.cli;"
        "print([m for m in ('numpy', 'numba', 'scipy', 'xarray', 'pandas', 'CoolProp', 'matplotlib', 'pint',"
        " 'pydantic', 'jinja2') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_help_and_version(command):
    shown = command("--help")
    assert shown.returncode == 0
    for name in ("check", "unit", "plate", "tank", "rate", "library", "warmup"):
        assert name in shown.stdout
    assert command("--version").stdout == f"hashheat {hashheat.__version__}\n"


def test_public_names_are_those_declared():
    assert sorted(hashheat._FACE) == hashheat.__all__
    for name in hashheat.__all__:
        assert getattr(hashheat, name).__name__ == name
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = hashheat.nothing


BAD_PLANTS = {
    "unknown key": (("voltage = 1.0", "voltage = 1.0\nvoltages = 2.0"), ("units.voltages", "2.0", "voltage")),
    "missing unit": (('"10 L/min"', '"10"'), ("loop.flow", "'10'", "L/min")),
    "wrong dimension": (('"10 L/min"', '"10 kPa"'), ("loop.flow", "10 kPa", "L/min")),
    "negative flow": (('"10 L/min"', '"-10 L/min"'), ("loop.flow", "-10 L/min", "more than 0")),
    "unknown fluid": (('fluid = "water"', 'fluid = "beer"'), ("loop.fluid", "beer", "water")),
    "unknown miner": (
        ("canaan-a1566ha-500t", "canaan-a9"),
        ("units.miner", "canaan-a9", "canaan-a1566ha-500t"),
    ),
    "rows": (("rows = 2", "rows = 5"), ("units.rows", "12 units in 5 rows", "1, 2, 3, 4, 6, 12")),
    "frozen inlet": (('"70 degC"', '"-5 degC"'), ("loop.inlet", "-5", "freez")),
    "boiling inlet": (('"3 bar"', '"0.2 bar"'), ("loop.inlet", "70", "boil")),
    "not TOML": (("[units]", "[units"), ("TOML", "line 4")),
}


@pytest.mark.parametrize("case", BAD_PLANTS)
def test_a_bad_plant_is_named_and_nothing_is_written(case, capsys, plant_file, tmp_path, monkeypatch):
    change, expected = BAD_PLANTS[case]
    path = plant_file(change)
    monkeypatch.chdir(tmp_path)
    status, out, err = run(capsys, "check", path)
    assert status == 2
    assert out == ""
    assert str(path) in err
    for text in expected:
        assert text in err
    assert "Traceback" not in err
    assert len(err.splitlines()) <= 24
    assert [p.name for p in tmp_path.iterdir()] == ["twelve.toml"]


def test_a_chip_count_that_does_not_fit_its_grid_is_named(capsys, plant_file, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert cli.main(["library", "canaan-a1566ha-500t", "--copy", "own.toml"]) == 0
    device = tmp_path / "own.toml"
    text = device.read_text(encoding="utf-8")
    assert text.count("count = 160") == 1
    device.write_text(text.replace("count = 160", "count = 161"), encoding="utf-8")
    capsys.readouterr()
    status, out, err = run(capsys, "check", plant_file(("canaan-a1566ha-500t", "own.toml")))
    assert (status, out) == (2, "")
    for part in ("own.toml", "chips.count", "161 chips", "rows x columns = 160"):
        assert part in err


def test_an_unknown_plant_is_answered_with_the_shipped_names(command, tmp_path):
    done = command("check", "nordic-2mv")
    assert done.returncode == 2
    assert done.stdout == ""
    assert "nordic-2mv" in done.stderr
    assert "did you mean 'nordic-2mw'" in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["check", "nordic-2mw", "--frob"], "--frob"),
        (["check"], "PLANT"),
        (["frob"], "frob"),
        (["check", "nordic-2mw", "--samples", "many"], "--samples"),
        (["check", "nordic-2mw", "--samples", "100"], "power of two"),
        (["check", "nordic-2mw", "--samples", "0"], "power of two"),
        (["check", "nordic-2mw", "--samples", "1073741824"], "power of two from 16 to 1048576"),
        (["library", "nothing"], "nordic-2mw"),
        (["library", "--copy", "x.toml"], "NAME"),
        (["unit", "canaan-a1566ha-500t", "--inlet", "70", "--flow", "10 L/min"], "--inlet"),
        (["unit", "canaan-a1566ha-500t", "--inlet", "70 degC", "--flow", "-3 L/min"], "-3 L/min"),
        (["unit", "canaan-a1566ha-500t", "--inlet", "150 degC", "--flow", "10 L/min"], "boil"),
        (["unit", "nothing", "--inlet", "70 degC", "--flow", "10 L/min"], "canaan-a1566ha-500t"),
    ],
)
def test_bad_arguments_exit_with_two(arguments, expected, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    status, out, err = run(capsys, *arguments)
    assert (status, out) == (2, "")
    assert expected.lower() in err.lower()
    assert "Traceback" not in err
    assert list(tmp_path.iterdir()) == []


def test_an_output_directory_that_is_a_file_is_refused_before_the_work(capsys, plant_file, monkeypatch):
    path = plant_file()
    monkeypatch.setattr(check_command, "check_plant", lambda *_, **__: pytest.fail("it computed first"))
    before = path.read_bytes()
    for directory in (path, path / "below"):
        status, out, err = run(capsys, "check", path, "-o", directory)
        assert (status, out) == (2, "")
        assert "-o" in err
        assert str(path) in err
        assert "a directory you may write in" in err
    assert path.read_bytes() == before


def test_an_interrupt_leaves_nothing_and_exits_with_130(capsys, plant_file, tmp_path, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(check_command, "check_plant", interrupted)
    status, out, err = run(capsys, "check", plant_file())
    assert (status, out) == (130, "")
    assert "interrupted" in err
    assert [p.name for p in tmp_path.iterdir()] == ["twelve.toml"]


def test_a_fault_of_our_own_asks_for_a_report(capsys, plant_file, tmp_path, monkeypatch):
    def broken(*_, **__):
        raise ZeroDivisionError("of the test")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(check_command, "check_plant", broken)
    monkeypatch.delenv("HASHHEAT_DEBUG", raising=False)
    status, _, err = run(capsys, "check", plant_file())
    assert status == 3
    assert err.startswith("hashheat: internal error (ZeroDivisionError: of the test); please report")
    assert "Traceback" not in err
    monkeypatch.setenv("HASHHEAT_DEBUG", "1")
    assert "Traceback" in run(capsys, "check", plant_file())[2]


@needs_speed
def test_json_is_one_strict_object_and_the_status_follows_the_verdict(command, plant_file, tmp_path):
    def no_constant(name):
        pytest.fail(f"{name} is not JSON")

    path = plant_file()
    done = command("check", path, "--json", "--samples", 64, "--no-sensitivity", "-o", "deep/er")
    value = json.loads(done.stdout, parse_constant=no_constant)
    assert done.returncode == {"pass": 0, "fail": 1}[value["verdict"]]
    assert done.stderr == ""
    assert sorted(p.name for p in (tmp_path / "deep/er").iterdir()) == ["report.html", "result.nc"]
    assert value["paths"] == ["deep/er/result.nc", "deep/er/report.html"]
    assert value["measure_first"] == []


@needs_speed
def test_a_plant_within_its_limits_passes_and_quiet_is_quiet(command, plant_file, tmp_path):
    # A cool inlet, little asked of the outlet: nothing can break.
    path = plant_file(('"70 degC"', '"30 degC"'), ('outlet = "80 degC"', 'outlet = "35 degC"'))
    done = command("check", path, "--quiet", "--samples", 16, "--no-sensitivity")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert sorted(p.name for p in (tmp_path / "twelve-report").iterdir()) == ["report.html", "result.nc"]


@needs_speed
def test_runaway_is_a_result_and_no_error(command, plant_file):
    done = command(
        "check", plant_file(("voltage = 1.0", "voltage = 1.9")), "--samples", 16, "--no-sensitivity"
    )
    assert done.returncode == 1
    assert "12 of 12 units: thermal runaway" in done.stdout
    assert "no steady state above" in done.stdout
    assert done.stderr == ""
    assert max(map(len, done.stdout.splitlines())) <= 100


@needs_speed
def test_water_that_would_boil_in_the_unit_fails_the_check(command, plant_file):
    path = plant_file(('"70 degC"', '"97 degC"'), ('"3 bar"', '"1 bar"'))
    done = command("check", path, "--samples", 16, "--no-sensitivity")
    assert done.returncode == 1
    assert "12 of 12 units: the coolant leaves its liquid range" in done.stdout
    assert done.stderr == ""


def test_terminal_shows_the_verdict_and_stays_within_eighty_columns(checked, capsys, monkeypatch):
    from hashheat.terminal import show_check

    monkeypatch.setenv("COLUMNS", "80")
    show_check(checked.summary, [])
    shown = capsys.readouterr().out
    assert checked.summary["verdict"].upper() in shown
    assert max(map(len, shown.splitlines())) <= 80
    assert "…" not in shown
    for label in (
        "mixed outlet",
        "hottest junction",
        "distance from boiling",
        "junction-to-plate resistance",
    ):
        assert label in shown


def test_unit_agrees_with_the_component(capsys):
    from hashheat.components.miner import Miner

    status, out, _ = run(
        capsys, "unit", "canaan-a1566ha-500t", "--inlet", "50 degC", "--flow", "12 L/min", "--json"
    )
    state = json.loads(out)
    found = Miner.named("canaan-a1566ha-500t").solve(323.15, 12 / 60e3)
    assert status == 0
    assert state["inside_limits"]
    for name in ("T_out", "T_junction", "wall_power", "pressure_drop"):
        assert state["result"][name]["value"] == pytest.approx(float(found[name]), rel=1e-12)
    hottest = state["result"]["T_junction_hottest_chip"]["value"]
    assert hottest > state["result"]["T_junction"]["value"]
    assert state["result"]["junction_margin"]["value"] == pytest.approx(
        state["result"]["T_junction_limit"]["value"] - hottest, abs=1e-9
    )


# Interpreted kernels run on numpy's numbers, which warn where compiled ones overflow in silence on the way out.
@pytest.mark.filterwarnings("ignore:(overflow|invalid value) encountered:RuntimeWarning")
def test_unit_without_a_steady_state_exits_with_one(capsys):
    state = ["--inlet", "70 degC", "--flow", "18 L/min", "--voltage", "2", "--pressure", "6 bar"]
    arguments = ["unit", "canaan-a1566ha-500t", *state]
    status, out, err = run(capsys, *arguments)
    assert (status, err) == (1, "")
    assert "thermal runaway" in out
    status, out, _ = run(capsys, *arguments, "--json")
    assert status == 1
    assert json.loads(out)["inside_limits"] is False


def test_what_a_user_catches_or_gives_is_on_the_face():
    for name in ("VendorPoint", "DutyError", "NoSolutionError", "FrameCapacityError", "PlateLimitError"):
        assert getattr(hashheat, name).__name__ == name


@pytest.mark.filterwarnings("always")
def test_warnings_for_the_user_are_plain_lines(capsys):
    def command(quiet=False):
        warnings.warn("boards work beyond the envelope", stacklevel=1)
        warnings.warn("of the library", DeprecationWarning, stacklevel=1)
        return 1

    for quiet, told in ((False, "mind: boards work beyond the envelope\n"), (True, "")):
        # What is not meant for the user goes its usual way.
        with pytest.warns(DeprecationWarning, match="of the library") as others, pytest.raises(typer.Exit):
            guarded(command)(quiet=quiet)
        assert len(others) == 1
        assert capsys.readouterr().err == told


@pytest.mark.filterwarnings("always")
def test_remembered_numbers_of_a_fluid_are_told_in_a_plain_line(capsys):
    def command(quiet=False):
        Fluid.parse("EC-110")
        return 0

    for quiet in (False, True):
        with pytest.raises(typer.Exit):
            guarded(command)(quiet=quiet)
        told = capsys.readouterr().err
        assert told == "" if quiet else told.startswith("mind: ElectroCool EC-110: ")
