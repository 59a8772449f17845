"""hashheat tank as a user meets it: exit statuses, messages, files, report. The tank is one that is made up."""

import importlib.util
import json
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr

from hashheat import cli, tank_command, tank_kinds
from hashheat.components.errors import TankNotConvergedError
from hashheat.tank_command import run_tank
from hashheat.tank_options import TankOptions
from hashheat.tank_report import render_tank
from hashheat.tank_terminal import show_tank
from hashheat.terminal import in_field
from hashheat.thermo.errors import InputError

_spec = importlib.util.spec_from_file_location("tank_stand_in", Path(__file__).with_name("tank_stand_in.py"))
stand_in = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(stand_in)


@pytest.fixture
def given(monkeypatch):
    """Put a made-up tank in the place of the real one."""

    def put(*, report=False, **options):
        tank = stand_in.Tank(**options)
        if not report:
            # Its figures take seconds, and most tests do not look at them.
            monkeypatch.setattr(tank_command, "write_tank_report", lambda *_, **__: None)
        monkeypatch.setattr(tank_kinds, "is_two_phase", lambda _: False)
        monkeypatch.setattr(tank_kinds, "check_kind", lambda *_: None)
        monkeypatch.setattr(tank_command, "load_tank", lambda name: name)
        monkeypatch.setattr(tank_command, "ImmersionTank", lambda _: tank)
        return tank

    return put


@pytest.fixture(scope="module")
def solved(tmp_path_factory):
    folder = tmp_path_factory.mktemp("solved")
    tank = stand_in.Tank(run=stand_in.transient(), remembered=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tank_command, "load_tank", lambda name: name)
        patch.setattr(tank_command, "ImmersionTank", lambda _: tank)
        options = TankOptions(gci=True, transient="pump-trip", flow="130 L/min")
        sheet, paths = run_tank("pool.toml", folder / "out", options, quiet=True)
    return SimpleNamespace(
        sheet=sheet,
        paths=paths,
        tank=tank,
        result=xr.load_dataset(folder / "out" / "result.nc", engine="h5netcdf"),
        html=(folder / "out" / "report.html").read_text(encoding="utf-8"),
        folder=folder / "out",
    )


def run(capsys, *arguments):
    """Status, output and error text of a run in this process."""
    status = cli.main(["tank", *map(str, arguments)])
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def test_the_status_is_that_of_the_limits(given, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    given()
    assert run(capsys, "pool.toml", "-q") == (0, "", "")
    assert sorted(p.name for p in (tmp_path / "pool-tank").iterdir()) == ["report.html", "result.nc"]
    given(hottest=371.0)
    status, out, err = run(capsys, "pool.toml", "-o", "hot")
    assert (status, err) == (1, "")
    assert "FAIL at nominal values" in out
    assert "hottest junction, north (north 2): 98.9 °C, at most 95.0 °C is asked" in out
    assert "every limit holds" not in out


def test_json_is_one_strict_object(given, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    given()
    status, out, err = run(capsys, "pool.toml", "--json")
    value = json.loads(out, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))
    assert (status, err) == (0, "")
    assert value["verdict"] == "pass"
    assert value["paths"] == ["pool-tank/result.nc", "pool-tank/report.html"]
    assert value["grid"] is None
    assert value["transient"] is None
    assert value["miners"][2]["flow"] is None


def test_without_convergence_there_is_no_verdict_and_the_history_is_shown(
    given, capsys, tmp_path, monkeypatch, read_page
):
    monkeypatch.chdir(tmp_path)
    tank = given(statuses={1.0: 2}, report=True)
    status, out, err = run(capsys, "pool.toml", "--transient", "start-up")
    assert (status, err) == (4, "")
    assert "NO VERDICT: the solution did not converge (out of steps)" in out
    assert "residual of momentum: 1.0e-09 of its first value" in out
    assert "1.0e-03" in out
    for word in ("PASS", "FAIL", "hottest oil", "claimed"):
        assert word not in out
    # Nothing starts from a state that is none.
    assert [call[0] for call in tank.calls] == [{}]
    assert "steady state that it starts from or ends in did not converge" in out
    html = (tmp_path / "pool-tank" / "report.html").read_text(encoding="utf-8")
    page = read_page(html)
    assert page.figures == 1
    shown = " ".join(" ".join(page.text).split())
    assert "NO VERDICT" in shown
    assert "Residuals over their first values" in shown
    # 380.1 K of the made-up chips, 326 K of the oil: no result is shown.
    for word in ("107.", "52.9", "PASS", "FAIL"):
        assert word not in shown
    assert json.loads(run(capsys, "pool.toml", "--json")[1])["verdict"] == "none"


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--grid", "tiny"], "key:      --grid\n  found:    tiny\n  accepted: coarse, normal, fine"),
        (["--grid", "coarse", "--gci"], "the coarse grid has no coarser one"),
        (["--transient", "quake"], "accepted: pump-trip, start-up"),
        (["--duration", "3 min"], "a duration goes with a run in time"),
        (["--transient", "pump-trip", "--duration", "3 L"], "--duration"),
        (["--transient", "pump-trip", "--duration", "-3 s"], "--duration"),
        (["--flow", "3"], "--flow"),
        (["--flow", "0 L/min"], "more than 0"),
        (["--water-in", "3 L/min"], "--water-in"),
        (["--water-in", "-300 degC"], "--water-in"),
        (["--samples", "100"], "power of two"),
        (["--frob"], "--frob"),
    ],
)
def test_bad_arguments_exit_with_two_before_the_work(
    arguments, expected, given, capsys, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    tank = given()
    status, out, err = run(capsys, "pool.toml", *arguments)
    assert (status, out) == (2, "")
    assert expected in err
    assert "Traceback" not in err
    assert tank.calls == []
    assert list(tmp_path.iterdir()) == []


def test_an_option_for_a_number_that_the_file_has_not_is_refused(given, tmp_path):
    tank = given()
    del tank.quantities["circulation.volume_flow"], tank.quantities["water.T_in"]
    with pytest.raises(InputError, match=r"has no circulation\.volume_flow") as caught:
        run_tank("pool.toml", tmp_path, TankOptions(flow="3 L/min"))
    assert "pump curve" in caught.value.accepted
    with pytest.raises(InputError, match=r"has no water\.T_in") as caught:
        run_tank("pool.toml", tmp_path, TankOptions(water_in="30 degC"))
    assert "circulation.T_in" in caught.value.accepted
    tank.file.circulation = None
    with pytest.raises(InputError) as caught:
        run_tank("pool.toml", tmp_path, TankOptions(flow="3 L/min"))
    assert "not pumped" in caught.value.accepted


def test_vtk_without_its_package_is_refused_before_the_work(given, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, "pyvista", None)
    tank = given()
    status, _, err = run(capsys, "pool.toml", "--vtk")
    assert status == 2
    assert "pip install 'hashheat[vtk]'" in err
    assert tank.calls == []


def test_vtk_is_written_beside_the_report(given, capsys, tmp_path, monkeypatch):
    pyvista = pytest.importorskip("pyvista", reason="an optional extra: pip install 'hashheat[vtk]'")
    monkeypatch.chdir(tmp_path)
    given()
    assert run(capsys, "pool.toml", "--vtk", "-q") == (0, "", "")
    grid = pyvista.read(tmp_path / "pool-tank" / "fields.vtr")
    assert grid.n_cells == 20 * 6 * 8
    names = sorted(p.name for p in (tmp_path / "pool-tank").iterdir())
    assert names == ["fields.vtr", "report.html", "result.nc"]


def test_an_output_directory_that_is_a_file_is_refused_before_the_work(given, tmp_path):
    tank = given()
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="output directory"):
        run_tank("pool.toml", tmp_path / "file" / "below", quiet=True)
    assert tank.calls == []


def test_a_report_that_fails_leaves_nothing_behind(given, capsys, tmp_path, monkeypatch):
    def broken(*_, **__):
        raise OSError(28, "No space left on device", "report.html")

    monkeypatch.chdir(tmp_path)
    given()
    monkeypatch.setattr(tank_command, "write_tank_report", broken)
    status, _, err = run(capsys, "pool.toml")
    assert status == 2
    assert "No space left" in err
    assert list(tmp_path.iterdir()) == []


def test_the_options_reach_the_tank(solved):
    # Coarse to fine, then the run in time; 130 L/min everywhere.
    *grids, run = solved.tank.calls
    assert [refine for _, refine in grids] == [0.5, 1.0, 2.0]
    assert all(changed == {"circulation.volume_flow": pytest.approx(130 / 6e4)} for changed, _ in grids)
    assert run == ("pump trip", {"refine": 1.0})
    given = {a["key"]: a for a in solved.sheet["assumptions"]}
    assert given["circulation.volume_flow"]["replaced"] == pytest.approx(130 / 6e4)
    assert given["water.T_in"]["replaced"] is None


def test_the_duration_reaches_the_run(given, tmp_path):
    tank = given(run=stand_in.transient())
    options = TankOptions(transient="start-up", duration="30 min", water_in="30 degC")
    run_tank("pool.toml", tmp_path / "out", options, quiet=True)
    assert tank.calls[0] == ({"water.T_in": pytest.approx(303.15)}, 1.0)
    assert tank.calls[1] == ("start-up", {"refine": 1.0, "duration": pytest.approx(1800.0)})


def test_the_grid_error_is_that_of_second_order(solved):
    rows = {row["name"]: row for row in solved.sheet["grid"]["rows"]}
    junction = rows["T_junction"]
    # 360 K + 1 K of the cells' size squared, on 0.5, 1 and 2 times the cells.
    assert junction["values"] == pytest.approx([364.0, 361.0, 360.25])
    assert junction["order"] == pytest.approx(2.0)
    assert junction["extrapolated"] == pytest.approx(360.0)
    assert junction["band"] == pytest.approx(1.25 * 0.25)
    # Relative to a temperature an index would hang on where its scale begins.
    assert junction["gci"] is None
    assert rows["stratification"]["text"] == "does not change with the grid"
    assert solved.sheet["grid"]["cells"] == ["10 x 6 x 8", "20 x 6 x 8", "40 x 6 x 8"]
    # The numbers are those of the finest.
    assert solved.sheet["numbers"]["T_junction"]["nominal"] == pytest.approx(360.25)
    assert solved.sheet["numerics"]["cells"] == "40 x 6 x 8"


def test_a_margin_that_the_grid_could_turn_is_told(given, tmp_path):
    # The limit is 368.15 K; the band of the finest grid 0.31 K.
    word = "may put it on the other side"
    for hottest, told in ((367.7, True), (368.1, True), (367.4, False), (368.5, False)):
        given(hottest=hottest)
        sheet, _ = run_tank("pool.toml", tmp_path / "out", TankOptions(gci=True), quiet=True)
        assert any(word in reason for reason in sheet["reasons"]) is told


@pytest.mark.parametrize(
    ("lost", "verdict", "text"),
    [
        (0.5, "pass", "the error of the hottest junction by the cells' size is not known"),
        (2.0, "none", "the coarser grid of 20 x 6 x 8 cells converged"),
    ],
)
def test_a_grid_that_does_not_converge_is_told(lost, verdict, text, given, tmp_path):
    given(statuses={lost: 2})
    sheet, _ = run_tank("pool.toml", tmp_path / "out", TankOptions(gci=True), quiet=True)
    assert sheet["verdict"] == verdict
    assert any(text in reason for reason in sheet["reasons"])
    junction = sheet["grid"]["rows"][0]
    assert (junction["order"], junction["text"]) == (None, "a grid did not converge")


def test_the_limits_are_those_of_each_kind_of_miner(solved):
    north, south = solved.sheet["limits"]
    assert (north["where"], south["where"]) == ("north 2", "north 3")
    assert north["margin"] == pytest.approx(368.15 - 360.25)
    assert south["margin"] == pytest.approx(368.15 - 340.0)
    assert (north["text"], south["text"]) == ("", "90 .. 100 °C")


@pytest.mark.parametrize(
    ("capture", "text"),
    [
        (0.953, "95.3 % of the electric power goes to the water, 2.7 points below the claimed 98 %"),
        (0.985, "98.5 % of the electric power goes to the water, 0.5 points above the claimed 98 %"),
        (0.98, "98.0 % of the electric power goes to the water, the same as the claimed 98 %"),
    ],
)
def test_the_capture_is_compared_with_the_claim(capture, text, given, tmp_path):
    given(capture=capture)
    sheet, _ = run_tank("pool.toml", tmp_path / "out", quiet=True)
    assert text in sheet["reasons"]
    assert sheet["capture"]["reached"] == capture


def test_a_run_in_time_is_told_and_kept(solved, given, tmp_path):
    assert solved.sheet["transient"]["text"] == "pump trip: the first chip passes its limit after 5.2 min"
    kept = xr.load_dataset(solved.folder / "transient.nc", engine="h5netcdf")
    limits = stand_in.solved()["T_junction_limit"]
    xr.testing.assert_identical(kept, stand_in.transient().assign(T_junction_limit=limits))
    assert "Pump trip: the first chip passes its limit after" in solved.html
    given(run=stand_in.transient(reached=np.inf))
    options = TankOptions(transient="pump-trip")
    sheet, _ = run_tank("pool.toml", tmp_path / "out", options, quiet=True)
    assert "no chip passes its limit within 20.0 min" in sheet["transient"]["text"]
    assert sheet["transient"]["time_to_limit"] is None
    given(run=stand_in.transient(reached=np.inf, status=3))
    sheet, _ = run_tank("pool.toml", tmp_path / "out", options, quiet=True)
    assert sheet["transient"]["text"] == (
        "pump trip: the run stopped after 20.0 min of it, before a chip passed its limit: "
        "oil left the range of its data"
    )
    given(run=TankNotConvergedError("the first step did not settle"))
    sheet, paths = run_tank("pool.toml", tmp_path / "out2", options, quiet=True)
    assert sheet["verdict"] == "pass"
    assert sheet["transient"]["text"] == "the first step did not settle"
    assert [p.name for p in paths] == ["result.nc", "report.html"]


def test_warnings_reach_the_report_and_not_the_screen(solved, given, capsys, tmp_path, monkeypatch):
    assert solved.sheet["warnings"] == [
        "oil of the tests: viscosity remembered from a data sheet that could not be read; "
        "compare with the sheet of your delivery",
        "the oil is warmer than its data",
    ]
    assert "Mind." in solved.html
    monkeypatch.chdir(tmp_path)
    given(remembered=True)
    status, out, err = run(capsys, "pool.toml")
    assert (status, err) == (0, "")
    assert "mind: the oil is warmer than its data" in out


def test_netcdf_holds_fields_and_the_sheet(solved):
    assert json.loads(solved.result.attrs["sheet"]) == solved.sheet
    expected = stand_in.solved(2.0)
    own = solved.result.drop_vars([name for name in solved.result if str(name).startswith("sample_")])
    own.attrs = {name: value for name, value in own.attrs.items() if name not in ("sheet", "seed")}
    xr.testing.assert_identical(own, expected)


def test_samples_tell_how_often_the_limits_hold(solved):
    r, s = solved.result, solved.sheet
    T = r["sample_T_junction"].values
    good = np.isfinite(T)
    assert (good.sum(), T.size) == (120, 128)
    # 4.9 to 5.1 kW move the junction by +/- 10 K around 360 K; the limit is 365 K.
    share = np.mean(np.where(good, T, np.inf) <= 365.0)
    assert 0.65 < share < 0.75
    assert s["samples"]["share"] == share == r["sample_inside"].values.mean()
    assert f"all limits hold in {100 * share:.0f} % of 128 samples" in s["sentence"]
    assert s["numbers"]["T_junction"]["p95"] == pytest.approx(np.percentile(T[good], 95.0))
    assert s["numbers"]["T_out"]["p05"] is None
    assert s["samples"]["lost"] == 8
    assert r["sample_T_junction"].attrs["long_name"].endswith("of every sample")
    assert [row["swing"] for row in s["ranking"]] == [4.0, 4.0]
    assert s["ranking"][0]["name"] == "power of a unit, miner 1"


def test_no_samples_where_none_are_asked_for_or_nothing_converged(given, tmp_path):
    for options, statuses in ((TankOptions(samples=0), {}), (TankOptions(), {1.0: 1})):
        given(statuses=statuses)
        sheet, _ = run_tank("pool.toml", tmp_path / "out", options, quiet=True)
        assert (sheet["samples"], sheet["ranking"]) == (None, [])
        assert sheet["numbers"]["T_junction"]["p05"] is None


@pytest.fixture(scope="module")
def page(solved, read_page):
    return read_page(solved.html)


def test_the_report_loads_nothing_from_anywhere(solved, page, check_offline, check_scrolls):
    check_offline(solved.html, page)
    check_scrolls(solved.html)
    # Two sections, stratification, history, two maps of chips, the run in time.
    assert page.figures == 7


def test_the_report_says_what_it_rests_on(solved, page):
    words = " ".join(" ".join(page.text).split()).replace("\N{NO-BREAK SPACE}", " ")
    s = solved.sheet
    for text in (
        "PASS",
        *s["reasons"],
        in_field(s["numbers"]["T_junction"]["nominal"], "K"),
        "± 0.31 K by the cells' size",
        "Turbulence model off: the flow is laminar (Grashof number 1e5, below 1e9)",
        "the surface is flat and slips",
        "miners are porous blocks",
        "remembered",
        "viscosity, value",
        "Not drawn: junction temperature limit, miner 2",
        "2 of 9 numbers are assumed",
        "compares nothing with a measurement",
        "claimed by the trade",
        "heat from the surface",
        "replaced on the command line: 130 L/min",
        "Reynolds number at the inlet",
    ):
        assert text.replace("\N{NO-BREAK SPACE}", " ") in words
    for a in s["assumptions"]:
        assert f"<code>{a['key']}</code>" in solved.html


def test_a_model_that_is_on_is_named(solved):
    result = solved.result.copy()
    result.attrs |= {"turbulence": "mixing-length", "turbulence_reason": "Grashof number 3e10"}
    texts = tank_command.tank_sheet(solved.tank, result, changed={}, fixed=[], grids=[], run=None, warned=[])[
        "model"
    ]
    assert texts[0] == "turbulence model on: mixing-length (Grashof number 3e10)"


def test_text_of_the_file_cannot_become_markup(solved):
    assert "<b>one" not in solved.html
    assert "Pool &lt;b&gt;one&lt;/b&gt;" in solved.html
    assert "<b>south" not in solved.html


def test_without_three_grids_the_error_is_said_to_be_unknown(given, tmp_path, capsys):
    given()
    sheet, _ = run_tank("pool.toml", tmp_path / "out", quiet=True)
    html = render_tank(stand_in.solved(), sheet)
    assert "hashheat tank --gci" in html
    assert "error by the cells' size not known" in html.replace("&#39;", "'")
    show_tank(sheet, [])
    assert "what their size adds is not known (--gci finds it)" in capsys.readouterr().out


def test_terminal_stays_within_eighty_columns(solved, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    show_tank(solved.sheet, ["a/result.nc"])
    shown = capsys.readouterr().out
    assert max(map(len, shown.splitlines())) <= 80
    assert "…" not in shown
    for text in ("PASS", "hottest junction", "95.3 %", "north 2", "+/- 0.31 K", "a/result.nc", "assumed"):
        assert text in shown
