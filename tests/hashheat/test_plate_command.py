"""hashheat plate as a user meets it: exit statuses, messages, files, report."""

import json
from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr
from CoolProp.CoolProp import PropsSI

from hashheat import cli, plate_command, plate_sheet
from hashheat.components.cold_plate import ColdPlate
from hashheat.fleet.cold_plate_sampling import CANNOT_BE
from hashheat.plate_command import PlateOptions, run_plate
from hashheat.plate_report import render_plate
from hashheat.plate_terminal import show_plate
from hashheat.terminal import in_field

PLATE = """\
name = "Four <b>chips</b>"
maker = "nobody"
note = "of the tests"

[plate]
material = "aluminium 6061"
cells_along = 8
cells_across = 6
layers = [1]
length = "60 mm"
width = "40 mm"
thickness = "8 mm"

[coolant]
kind = "serpentine"
passes = 2
bends = "outside"
shape = "rectangle"
redevelops = true
width = "4 mm"
height = "4 mm"
roughness = "1 um"
port_loss = "1.5"
nusselt_factor = "0.9 .. 1.1"
friction_factor = "0.7 .. 1.3"

[chips]
rows = 2
columns = 2
length = "10 mm"
width = "10 mm"
package_resistance = "0.1 K/W"
tim_thickness = { value = "50 .. 300 um", status = "assumed", source = "made up for a test" }
tim_conductivity = "5 W/(m K)"
limit = "84 .. 94 degC"

[power]
chip = "20 W"
leakage_share = "0.05"
leakage_scale = "35 K"
reference_temperature = "70 degC"

[losses]
top = "5 W/(m^2 K)"
bottom = "5 W/(m^2 K)"
edge = "5 W/(m^2 K)"

[design]
flow = "1 L/min"
T_in = "70 degC"
T_ambient = "15 .. 35 degC"

[envelope]
flow = "0.5 .. 2 L/min"
T_in = "40 .. 80 degC"
clock = "0.5 .. 1.3"
"""


@pytest.fixture
def plate_file(edited):
    """Write the plate with some lines replaced."""
    return lambda *changes, name="four.toml": edited(PLATE, *changes, name=name)


@pytest.fixture
def few_curves(monkeypatch):
    """Curves of two points: what is drawn along them is not looked at."""
    monkeypatch.setattr(plate_command, "CURVE_POINTS", 2)


@pytest.fixture(scope="module")
def solved(tmp_path_factory):
    folder = tmp_path_factory.mktemp("solved")
    path = folder / "four.toml"
    path.write_text(PLATE, encoding="utf-8")
    sheet, paths = run_plate(str(path), folder / "out", PlateOptions(samples=16), quiet=True)
    return SimpleNamespace(
        sheet=sheet,
        paths=paths,
        plate=ColdPlate.named(str(path)),
        result=xr.load_dataset(folder / "out" / "result.nc", engine="h5netcdf"),
        html=(folder / "out" / "report.html").read_text(encoding="utf-8"),
    )


def run(capsys, *arguments):
    """Status, output and error text of a run in this process."""
    status = cli.main(["plate", *map(str, arguments)])
    captured = capsys.readouterr()
    return status, captured.out, captured.err


BAD_PLATES = {
    "unknown key": (('flow = "1 L/min"', 'flow = "1 L/min"\nflows = 3'), ("design.flows", "3", "flow")),
    "missing unit": (('T_in = "70 degC"', 'T_in = "70"'), ("design.T_in", "'70'", "degC")),
    "unknown metal": (("aluminium 6061", "cheese"), ("plate.material", "cheese", "copper")),
    "wide channel": (('width = "4 mm"', 'width = "20 mm"'), ("coolant.width", "20 mm", "pitch")),
    "high channel": (('height = "4 mm"', 'height = "8 mm"'), ("coolant.height", "8 mm", "plate.thickness")),
    "chips off the plate": (
        ("columns = 2", "columns = 7"),
        ("chips.rows", "r1c7", "beyond the plate's edge"),
    ),
    "frozen": (('T_in = "70 degC"', 'T_in = "-5 degC"'), ("design.T_in", "-5", "40")),
    "not TOML": (("[chips]", "[chips"), ("TOML", "line")),
    "not text": (("Four", "Four\\u0000"), ("NUL", "name")),
}


@pytest.mark.parametrize("case", BAD_PLATES)
def test_a_bad_plate_is_named_and_nothing_is_written(case, capsys, plate_file, tmp_path, monkeypatch):
    change, expected = BAD_PLATES[case]
    path = plate_file(change)
    monkeypatch.chdir(tmp_path)
    status, out, err = run(capsys, path, "--samples", 0)
    assert (status, out) == (2, "")
    assert str(path) in err
    for text in expected:
        assert text in err
    assert "Traceback" not in err
    assert [p.name for p in tmp_path.iterdir()] == ["four.toml"]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["two-side"], "did you mean 'two-sided'"),
        (["kakac"], "this is an exchanger file: hashheat rate exchanger takes it"),
        (["two-sided", "--samples", "100"], "power of two"),
        (["two-sided", "--samples", "8"], "power of two from 16 to 1048576"),
        (["two-sided", "--samples", "2097152"], "power of two from 16 to 1048576"),
        (["two-sided", "--flow", "3"], "--flow"),
        (["two-sided", "--flow", "0 L/min"], "more than 0"),
        (["two-sided", "--flow", "-1 L/min"], "--flow"),
        (["two-sided", "--flow", "nan L/min"], "--flow"),
        (["two-sided", "--inlet", "3 L/min"], "--inlet"),
        (["two-sided", "--inlet", "-300 degC"], "--inlet"),
        (["two-sided", "--inlet", "-2 degC"], "freez"),
        (["two-sided", "--inlet", "140 degC"], "boils at the plate's inlet"),
        (["two-sided", "--ambient", "warm"], "--ambient"),
        (["two-sided", "--pressure", "0 bar"], "--pressure"),
        (["two-sided", "--fluid", "beer"], "key:      --fluid"),
        (["two-sided", "--fluid", "air"], "key:      --fluid"),
        (["two-sided", "--clock", "0"], "--clock"),
        (["two-sided", "--clock", "inf"], "--clock"),
        (["two-sided", "--clock", "fast"], "--clock"),
        (["two-sided", "--refine", "0"], "--refine"),
        (["two-sided", "--refine", "100"], "at most 5000000 cells"),
        (["two-sided", "--frob"], "--frob"),
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


def test_an_output_directory_that_is_a_file_is_refused_before_the_work(capsys, plate_file, monkeypatch):
    path = plate_file()
    monkeypatch.setattr(plate_command, "plate_result", lambda *_, **__: pytest.fail("it computed first"))
    status, out, err = run(capsys, path, "-o", path / "below")
    assert (status, out) == (2, "")
    assert "a directory you may write in" in err


def test_a_report_that_fails_leaves_nothing_behind(capsys, plate_file, tmp_path, monkeypatch, few_curves):
    def broken(*_, **__):
        raise OSError(28, "No space left on device", "report.html")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(plate_command, "write_plate_report", broken)
    status, out, err = run(capsys, plate_file(), "--samples", 0)
    assert (status, out) == (2, "")
    assert "No space left" in err
    assert [p.name for p in tmp_path.iterdir()] == ["four.toml"]


def test_json_is_one_strict_object_and_the_files_are_there(
    capsys, plate_file, tmp_path, monkeypatch, few_curves
):
    monkeypatch.chdir(tmp_path)
    status, out, err = run(capsys, plate_file(), "--json", "--samples", 0, "--clock", "0.8")
    value = json.loads(out, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))
    assert (status, err) == (0, "")
    assert value["verdict"] == "pass"
    assert value["sentence"] == "PASS at nominal values; nothing was sampled"
    assert value["paths"] == ["four-plate/result.nc", "four-plate/report.html"]
    assert value["ranking"] == []
    assert sorted(p.name for p in (tmp_path / "four-plate").iterdir()) == ["report.html", "result.nc"]


def test_options_take_the_place_of_the_design_state(plate_file, tmp_path, few_curves):
    options = PlateOptions(
        "2 L/min", "60 degC", "25 degC", "2 bar", "propylene glycol 30 %", 0.9, samples=16, refine=2
    )
    sheet, _ = run_plate(str(plate_file()), tmp_path / "out", options, quiet=True)
    plate = ColdPlate.named(str(plate_file()))
    expected = plate.solve(
        333.15,
        2.0 / 60e3,
        fluid="propylene glycol 30 %",
        pressure=2e5,
        T_ambient=298.15,
        frequency=0.9,
        refine=2,
    )
    for name in ("T_junction", "pressure_drop", "heat_loss"):
        assert sheet["numbers"][name]["nominal"] == pytest.approx(float(expected[name]), rel=1e-12)
    assert {row["status"] for name, row in sheet["state"].items() if "status" in row} == {"command line"}
    assert sheet["numerics"]["cells"] == [16, 12, 1]
    given = {a["key"]: a for a in sheet["assumptions"]}
    assert given["design.T_ambient"]["replaced"]
    assert not given["design.T_ambient"]["sampled"]
    assert given["chips.tim_thickness"]["sampled"]
    assert "design.T_ambient" not in {row["key"] for row in sheet["ranking"]}


def test_a_hot_chip_exits_with_one_and_quiet_is_quiet(capsys, plate_file, tmp_path, monkeypatch, few_curves):
    monkeypatch.chdir(tmp_path)
    path = plate_file()
    assert run(capsys, path, "-q", "--samples", 0, "--inlet", "80 degC") == (1, "", "")
    status, out, _ = run(capsys, path, "--samples", 0, "--inlet", "80 degC", "-o", "again")
    assert status == 1
    assert "FAIL" in out
    assert "hottest junction: 95." in out


def test_a_wall_that_boils_exits_with_one(capsys, plate_file, tmp_path, monkeypatch, few_curves):
    monkeypatch.chdir(tmp_path)
    path = plate_file(('"84 .. 94 degC"', '"150 degC"'))
    status, out, _ = run(
        capsys,
        path,
        "--samples",
        0,
        "--inlet",
        "78 degC",
        "--pressure",
        "0.5 bar",
        "--flow",
        "1 L/min",
        "--json",
    )
    value = json.loads(out)
    assert (status, value["verdict"]) == (1, "fail")
    (broken,) = [row for row in value["limits"] if not row["holds_at_nominal"]]
    assert broken["name"] == "boiling"
    at_outlet = 5e4 - value["numbers"]["pressure_drop"]["nominal"]
    assert broken["limit"] == pytest.approx(PropsSI("T", "P", at_outlet, "Q", 0, "Water"), abs=0.01)


def test_no_steady_state_is_an_answer(capsys, plate_file, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    runs_away = plate_file(
        ('leakage_share = "0.05"', 'leakage_share = "0.9"'), ('chip = "20 W"', 'chip = "60 W"')
    )
    for arguments, word in (((), "runaway"), (("--flow", "50 L/min", "--clock", 0.01), "pressure")):
        path = plate_file() if arguments else runs_away
        status, out, err = run(capsys, path, "--samples", 0, *arguments)
        assert (status, err) == (1, "")
        assert word in out
        status, out, _ = run(capsys, path, "--samples", 0, "--json", *arguments)
        assert status == 1
        assert word in json.loads(out)["failure"]
        # A report that an earlier run left there is not of this one.
        earlier = path.with_name(f"{path.stem}-plate") / "report.html"
        assert "earlier run" not in out
        earlier.parent.mkdir()
        earlier.touch()
        _, out, _ = run(capsys, path, "--samples", 0, *arguments)
        assert "report.html is of an earlier run" in out
        # Asked to print nothing but errors: why there is no result is one.
        assert run(capsys, path, "--samples", 0, "-q", *arguments) == (1, "", out)
        earlier.unlink()
        earlier.parent.rmdir()
        runs_away.unlink(missing_ok=True)
    assert [p.name for p in tmp_path.iterdir()] == []


def test_the_sheet_holds_what_was_solved(solved):
    found = solved.plate.solve(with_fields=True, with_error=True)
    s = solved.sheet
    for name, n in s["numbers"].items():
        assert n["nominal"] == pytest.approx(float(found[name]), rel=1e-12)
        if n["p05"] is not None:
            assert n["p05"] < n["p50"] < n["p95"]
    assert s["numerics"]["grid_error"] == pytest.approx(float(found["grid_error"]), rel=1e-12)
    energy = s["energy"]
    assert energy["heat_rate"] + energy["heat_loss"] == pytest.approx(energy["chip_power"], rel=1e-9)
    assert s["limits"][0]["limit"] == pytest.approx(273.15 + 89.0, rel=1e-12)
    hottest = s["chips"][0]
    assert hottest["T_junction"] == s["numbers"]["T_junction"]["nominal"]
    for chip in s["chips"]:
        rises = sum(chip[name] for name in ("coolant_rise", "film_rise", "metal_rise", "package_rise"))
        assert chip["T_junction"] - rises == pytest.approx(343.15, abs=1e-9)
        # 0.1 K/W of the package, and 175 um of 5 W/(m K) below 10 x 10 mm.
        assert chip["package_rise"] == pytest.approx(chip["power"] * (0.1 + 175e-6 / 5.0 / 1e-4), rel=1e-9)


def test_limits_hold_in_the_samples_that_keep_them(solved):
    r, s = solved.result, solved.sheet
    junction, limit = r["sample_T_junction"].values, r["sample_T_junction_limit"].values
    assert np.ptp(limit) > 5.0
    assert 0.0 < np.mean(junction <= limit) < 1.0
    assert s["limits"][0]["holds_in"] == np.mean(junction <= limit)
    assert s["all_limits_hold_in"] == np.mean(junction <= limit)
    assert f"hold in {100 * np.mean(junction <= limit):.0f} % of 16 samples" in s["sentence"]


def test_the_strongest_number_comes_first_and_moves_it_as_a_solution_says(solved):
    rows = solved.sheet["ranking"]
    assert [row["key"] for row in rows] == sorted(
        [row["key"] for row in rows], key=lambda key: -next(r["swing"] for r in rows if r["key"] == key)
    )
    # 5 and 95 % of 50 to 300 um.
    low, high = (float(solved.plate.solve(chips__tim_thickness=t)["T_junction"]) for t in (62.5e-6, 287.5e-6))
    assert rows[0]["key"] == "chips.tim_thickness"
    assert rows[0]["swing"] == pytest.approx(high - low, abs=1e-4)
    assert rows[0]["low"] < 0.0 < rows[0]["high"]


def test_netcdf_holds_fields_curves_and_the_sheet(solved):
    r = solved.result
    assert json.loads(r.attrs["sheet"]) == solved.sheet
    assert r["T_plate"].dims == ("layer", "row", "col")
    assert r["sample_T_junction"].attrs["units"] == "K"
    along = r["curve_thermal_resistance"]
    assert along.sizes["volume_flow"] == plate_command.CURVE_POINTS
    assert np.all(np.diff(along.values) < 0.0)
    assert np.all(np.diff(r["curve_pressure_drop"].values) > 0.0)


@pytest.fixture(scope="module")
def page(solved, read_page):
    return read_page(solved.html)


def test_the_report_loads_nothing_from_anywhere(solved, page, check_offline, check_scrolls):
    check_offline(solved.html, page)
    check_scrolls(solved.html)
    # Face, coolant, rises and curves: four chips make no histogram, one layer no section.
    assert page.figures == 4


def test_the_report_says_what_it_rests_on(solved, page):
    words = " ".join(" ".join(page.text).split())
    s = solved.sheet
    for text in (
        s["verdict"].upper(),
        *s["reasons"],
        in_field(s["numbers"]["T_junction"]["nominal"], "K"),
        f"about {s['numerics']['grid_error']:.2f} K, from the changes on half of it",
        "2 of 27 numbers are assumed",
        "compares nothing with a measurement",
        "heat to the room",
        "r2c1",
    ):
        assert text.replace("\N{NO-BREAK SPACE}", " ") in words.replace("\N{NO-BREAK SPACE}", " ")
    for a in s["assumptions"]:
        assert f"<code>{a['key']}</code>" in solved.html


def test_text_of_the_file_cannot_become_markup(solved):
    assert "<b>chips" not in solved.html
    assert "Four &lt;b&gt;chips" in solved.html


def test_warnings_are_shown_where_there_are_any(solved):
    curves = solved.result[["curve_thermal_resistance", "curve_pressure_drop", "curve_T_junction"]]
    curves = curves.rename({name: str(name).removeprefix("curve_") for name in curves.data_vars})
    warned = json.loads(json.dumps(solved.sheet)) | {"warnings": ["Re 3000 lies between"]}
    shown = render_plate(solved.result, curves, warned).replace("\N{NO-BREAK SPACE}", " ")
    assert "Mind.</b> Re 3000 lies between." in shown
    assert "Mind." not in render_plate(solved.result, curves, solved.sheet | {"warnings": []})


def test_a_state_outside_of_the_envelope_is_warned_of(plate_file, tmp_path, few_curves):
    options = PlateOptions(flow="3 L/min", clock=1.4, samples=0)
    sheet, _ = run_plate(str(plate_file()), tmp_path / "out", options, quiet=True)
    assert any("the flow lies outside the envelope" in w for w in sheet["warnings"])
    assert any("the clock lies outside the envelope" in w for w in sheet["warnings"])
    assert not any("inlet temperature" in w for w in sheet["warnings"])


def test_samples_that_cannot_be_built_are_counted_and_explained(plate_file, tmp_path, capsys, few_curves):
    # Laminar tables end at channels of 1 to 20: the lowest sixth of the heights lies beyond.
    path = plate_file(
        ('height = "4 mm"', 'height = "0.18 .. 0.3 mm"'),
        ('chip = "20 W"', 'chip = "0.5 W"'),
        ('flow = "1 L/min"', 'flow = "0.02 L/min"'),
        ('flow = "0.5 .. 2 L/min"', 'flow = "0.01 .. 0.03 L/min"'),
    )
    sheet, _ = run_plate(str(path), tmp_path / "out", PlateOptions(samples=16), quiet=True)
    lost = sheet["numerics"]["samples_without_steady_state"]
    assert 2 <= lost <= 3
    assert sheet["all_limits_hold_in"] == 1.0 - lost / 16
    assert any("cannot be built" in r and "aspect ratio" in r for r in sheet["reasons"])
    show_plate(sheet, [])
    assert f"the percentiles leave out {lost} of 16 samples without a steady state" in capsys.readouterr().out
    # With its 5 % height no plate can be built: nothing else moves it further.
    assert (sheet["ranking"][0]["key"], sheet["ranking"][0]["swing"]) == ("coolant.height", None)


def test_samples_without_a_steady_state_say_why():
    status = np.array([0, 1, 1, 0, CANNOT_BE])
    assert plate_sheet._why_lost(status, "made up") == (
        "made up; thermal runaway: leakage feeds on its own heat and no steady state exists"
    )
    assert "runs" not in plate_sheet._why_lost(np.array([0, 4]), "")
    assert "more pressure than there is" in plate_sheet._why_lost(np.array([0, 4]), "")


def test_terminal_stays_within_eighty_columns(solved, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    show_plate(solved.sheet, ["a/result.nc"])
    shown = capsys.readouterr().out
    assert max(map(len, shown.splitlines())) <= 80
    assert "…" not in shown
    for text in ("PASS", "hottest junction", "interface thickness", "r2c1", "a/result.nc", "assumed"):
        assert text in shown


def test_a_margin_that_the_grid_could_turn_is_told(solved, plate_file, tmp_path, few_curves):
    word = "a finer grid may put it on the other side"
    assert not any(word in reason for reason in solved.sheet["reasons"])
    inlet = float(solved.plate.largest_T_in(362.15, (340.0, 370.0)).value)
    for over in (-0.3, 0.3):
        here = inlet + over * solved.sheet["numerics"]["grid_error"]
        options = PlateOptions(inlet=f"{here:.6f} K", samples=0)
        sheet, _ = run_plate(str(plate_file()), tmp_path / "out", options, quiet=True)
        assert abs(sheet["limits"][0]["margin"]) < sheet["numerics"]["grid_error"]
        assert any(word in reason for reason in sheet["reasons"])
        assert word in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("margin", [5.0, -5.0])
def test_a_grid_error_that_is_not_known_is_told(solved, margin):
    given = {"margin": margin, "holds_at_nominal": margin > 0.0, "holds_in": None}
    limits = [solved.sheet["limits"][0] | given]
    for error, told in ((None, "is not known"), (4.9, ""), (5.1, "other side")):
        reasons = plate_sheet._reasons(limits, np.zeros(0, dtype=int), solved.result, [], error)
        assert any(told in reason for reason in reasons) if told else len(reasons) == 1
