"""hashheat rate exchanger as a user meets it: exit statuses, messages, files, data sheet."""

import json
import re
from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr

from hashheat import cli, rate_command
from hashheat.components.exchanger_file import load_exchanger
from hashheat.components.exchanger_plate import LIBRARY as PLATES
from hashheat.exchanger_report import render_rating
from hashheat.exchanger_sheet import data_sheet
from hashheat.exchanger_terminal import show_sheet
from hashheat.terminal import filled, in_field

UNIT = """\
name = "Nine <b>plates</b>"
note = "of the tests"
plate = "g-010"
plates = 9

[hot]
T_in = "80 degC"
mass_flow = "0.95 .. 1.05 kg/s"
fouling = "2e-5 m^2 K/W"

[cold]
T_in = "20 degC"
mass_flow = "1.2 kg/s"

[duty]
cold_T_out = "40 degC"

[limits]
hot_pressure_drop = "20 .. 45 kPa"
cold_pressure_drop = "100 kPa"
"""


@pytest.fixture
def unit_file(edited):
    """Write the unit with some lines replaced."""
    return lambda *changes, name="nine.toml": edited(UNIT, *changes, name=name)


@pytest.fixture(scope="module")
def rated(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rated")
    path = folder / "nine.toml"
    path.write_text(UNIT, encoding="utf-8")
    sheet, paths = rate_command.run_rate(str(path), folder / "out", samples=16, quiet=True)
    return SimpleNamespace(
        sheet=sheet,
        paths=paths,
        file=load_exchanger(path),
        result=xr.load_dataset(folder / "out" / "result.nc", engine="h5netcdf"),
        html=(folder / "out" / "report.html").read_text(encoding="utf-8"),
    )


def run(capsys, *arguments):
    """Status, output and error text of a run in this process."""
    status = cli.main([str(a) for a in arguments])
    captured = capsys.readouterr()
    return status, captured.out, captured.err


BAD_UNITS = {
    "unknown key": (("plates = 9", "plates = 9\nplats = 3"), ("plats", "3", "plates")),
    "missing unit": (('"1.2 kg/s"', '"1.2"'), ("cold.mass_flow", "'1.2'", "kg/s")),
    "unknown plate": (('"g-010"', '"g-011"'), ("plate", "g-011", "did you mean 'g-0")),
    "frame": (("plates = 9", "plates = 999"), ("plates", "999", "3 to 250")),
    "passes": (("plates = 9", "plates = 9\npasses = [1, 9]"), ("passes", "[1, 9]", "8 channels")),
    "frozen": (('T_in = "20 degC"', 'T_in = "-5 degC"'), ("cold.T_in", "-5", "freez")),
    "too hot": (('"80 degC"', '"155 degC"'), ("hot.T_in", "155", "-10 to 150 degC")),
    "duty": (('"40 degC"', '"85 degC"'), ("duty.cold_T_out", "85", "feasible")),
    "not TOML": (("[cold]", "[cold"), ("TOML", "line")),
}


@pytest.mark.parametrize("case", BAD_UNITS)
def test_a_bad_unit_is_named_and_nothing_is_written(case, capsys, unit_file, tmp_path, monkeypatch):
    change, expected = BAD_UNITS[case]
    path = unit_file(change)
    monkeypatch.chdir(tmp_path)
    status, out, err = run(capsys, "rate", "exchanger", path, "--samples", 16)
    assert (status, out) == (2, "")
    assert str(path) in err
    for text in expected:
        assert text in err
    assert "Traceback" not in err
    assert [p.name for p in tmp_path.iterdir()] == ["nine.toml"]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["kakacs"], "did you mean 'kakac'"),
        (["kakac", "--samples", "100"], "power of two"),
        (["kakac", "--samples", "4"], "power of two from 16 to 1048576"),
        (["kakac", "--frob"], "--frob"),
        ([], "UNIT"),
    ],
)
def test_bad_arguments_exit_with_two(arguments, expected, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    status, out, err = run(capsys, "rate", "exchanger", *arguments)
    assert (status, out) == (2, "")
    assert expected.lower() in err.lower()
    assert list(tmp_path.iterdir()) == []


def test_an_output_directory_that_is_a_file_is_refused_before_the_work(capsys, unit_file, monkeypatch):
    path = unit_file()
    monkeypatch.setattr(rate_command, "rate_file", lambda *_, **__: pytest.fail("it computed first"))
    status, out, err = run(capsys, "rate", "exchanger", path, "-o", path / "below")
    assert (status, out) == (2, "")
    assert "a directory you may write in" in err


def test_a_report_that_fails_leaves_nothing_behind(capsys, unit_file, tmp_path, monkeypatch):
    def broken(*_, **__):
        raise OSError(28, "No space left on device", "report.html")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(rate_command, "write_rating_report", broken)
    status, out, err = run(capsys, "rate", "exchanger", unit_file(), "--samples", 0)
    assert (status, out) == (2, "")
    assert "No space left" in err
    assert [p.name for p in tmp_path.iterdir()] == ["nine.toml"]


def test_json_is_one_strict_object_and_the_files_are_there(capsys, unit_file, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    status, out, err = run(capsys, "rate", "exchanger", unit_file(), "--json", "--samples", 16)
    value = json.loads(out, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))
    assert (status, err) == (0, "")
    assert value["verdict"] == "pass"
    assert value["paths"] == ["nine-rating/result.nc", "nine-rating/report.html"]
    assert sorted(p.name for p in (tmp_path / "nine-rating").iterdir()) == ["report.html", "result.nc"]


def test_quiet_is_quiet_and_a_duty_missed_exits_with_one(capsys, unit_file, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = unit_file(('"40 degC"', '"55 degC"'))
    assert run(capsys, "rate", "exchanger", path, "--quiet", "--samples", 0) == (1, "", "")
    status, out, _ = run(capsys, "rate", "exchanger", path, "--samples", 0, "-o", "again")
    assert status == 1
    assert "FAIL" in out
    assert "the duty needs" in out
    assert "cold outlet" in out


def test_a_pressure_drop_too_large_exits_with_one(capsys, unit_file, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = unit_file(('cold_pressure_drop = "100 kPa"', 'cold_pressure_drop = "1 kPa"'))
    status, out, _ = run(capsys, "rate", "exchanger", path, "--samples", 0, "--json")
    value = json.loads(out)
    assert (status, value["verdict"]) == (1, "fail")
    (broken,) = [row for row in value["limits"] if not row["holds_at_nominal"]]
    assert (broken["key"], broken["limit"]) == ("limits.cold_pressure_drop", 1e3)
    assert broken["margin"] < 0.0
    assert broken["holds_in"] is None
    assert not value["is_sampled"]


def test_no_steady_state_is_an_answer(capsys, unit_file, tmp_path, monkeypatch):
    # Many channels on ports far too small for them: the last ones would flow backwards.
    monkeypatch.chdir(tmp_path)
    plate = (PLATES / "g-010.toml").read_text(encoding="utf-8")
    old = re.search(r'\[plate\.port_diameter\]\nvalue = "(.*)"', plate).group(1)
    (tmp_path / "small.toml").write_text(plate.replace(old, "20 mm"), encoding="utf-8")
    path = unit_file(('"g-010"', '"small.toml"'), ("plates = 9", 'plates = 250\nports = "Z"'))
    status, out, err = run(capsys, "rate", "exchanger", path, "--samples", 0)
    assert (status, err) == (1, "")
    assert "backwards" in out
    status, out, _ = run(capsys, "rate", "exchanger", path, "--samples", 0, "--json")
    assert status == 1
    assert "backwards" in json.loads(out)["failure"]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["nine.toml", "small.toml"]


def test_the_sheet_holds_what_was_rated(rated):
    exchanger = rated.file.exchanger()
    found = exchanger.rate(**rated.file.operating_point())
    s = rated.sheet
    assert s["numbers"]["heat_rate"]["nominal"] == pytest.approx(float(found["heat_rate"]), rel=1e-12)
    for i, side in enumerate(("hot", "cold")):
        for name in ("T_out", "pressure_drop", "channel_pressure_drop", "port_pressure_drop", "htc"):
            assert s["sides"][name][side] == pytest.approx(float(found[name][i]), rel=1e-12)
        parts = (s["sides"][f"{part}_pressure_drop"][side] for part in ("channel", "port"))
        assert sum(parts) == pytest.approx(s["sides"]["pressure_drop"][side], rel=1e-12)
    numbers = {name: n["nominal"] for name, n in s["numbers"].items()}
    assert numbers["U_clean"] > numbers["U"] > numbers["U_required"]
    assert numbers["oversurface_clean"] > numbers["oversurface"] > 0.0
    assert numbers["UA"] * numbers["mean_difference"] == pytest.approx(numbers["heat_rate"], rel=1e-12)
    for n in s["numbers"].values():
        if n["p05"] is not None:
            assert n["p05"] < n["p50"] < n["p95"]
    assert {a["key"] for a in s["assumptions"] if a["sampled"]} == {
        a["key"] for a in s["assumptions"] if a["uncertain"]
    } - {"plate.port_distance"}


def test_a_limit_holds_in_the_samples_that_keep_it(rated):
    rows = {row["name"]: row for row in rated.sheet["limits"]}
    r = rated.result
    drop, limit = r["sample_pressure_drop"].values[:, 0], r["sample_limit_hot_pressure_drop"].values
    assert np.ptp(limit) > 10e3
    assert np.mean(drop <= limit) != np.mean(drop <= 32.5e3)
    assert rows["hot_pressure_drop"]["holds_in"] == np.mean(drop <= limit)
    assert rows["cold_T_out"]["holds_in"] == np.mean(r["sample_T_out"].values[:, 1] >= 313.15)
    assert rows["hot_pressure_drop"]["limit_is_uncertain"]
    assert not rows["cold_T_out"]["limit_is_uncertain"]


def test_netcdf_reads_back_as_it_was(rated):
    again = rate_command.rate_file(rated.file, rated.file.exchanger(), 16)
    assert set(again.data_vars) == set(rated.result.data_vars)
    for name in again.data_vars:
        np.testing.assert_array_equal(again[name].values, rated.result[name].values, err_msg=name)
    assert json.loads(rated.result.attrs["sheet"]) == rated.sheet
    assert rated.result["sample_U"].attrs["units"] == "W m-2 K-1"


@pytest.fixture(scope="module")
def page(rated, read_page):
    return read_page(rated.html)


def test_the_report_loads_nothing_from_anywhere(rated, page, check_offline):
    check_offline(rated.html, page)
    assert page.figures == 4


def test_the_report_says_what_a_data_sheet_has_to(rated, page):
    words = " ".join(" ".join(page.text).split())
    s = rated.sheet
    for text in (
        s["verdict"].upper(),
        *s["reasons"],
        in_field(s["sides"]["T_out"]["cold"], "K"),
        in_field(s["sides"]["port_pressure_drop"]["hot"], "Pa"),
        in_field(s["numbers"]["oversurface"]["nominal"], "1"),
        "stainless steel 316",
        "EPDM gasket",
        "nodes along each channel",
        "heat gained less heat lost",
        "H. Martin",
    ):
        assert text in words
    for a in s["assumptions"]:
        assert f"<code>{a['key']}</code>" in rated.html


def test_text_of_the_file_cannot_become_markup(rated):
    assert "<b>plates" not in rated.html
    assert "Nine &lt;b&gt;plates" in rated.html


def test_warnings_of_the_correlation_are_shown(rated):
    warned = json.loads(json.dumps(rated.sheet))
    warned["correlation"]["warnings"] = ["martin: Re 1e9 is outside"]
    assert "Outside its validity." in render_rating(rated.result, warned)
    assert "Outside its validity." not in render_rating(rated.result, rated.sheet)


def test_terminal_stays_within_eighty_columns(rated, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    show_sheet(rated.sheet, ["a/result.nc"])
    shown = capsys.readouterr().out
    assert max(map(len, shown.splitlines())) <= 80
    assert "…" not in shown
    for text in ("PASS", "cold outlet", "pressure drop, hot", "U clean", "drop of the ports", "a/result.nc"):
        assert text in shown


def test_the_library_lists_plates_and_exchangers_and_tells_namesakes_apart(capsys):
    status, out, _ = run(capsys, "library", "--json")
    found = json.loads(out)
    assert status == 0
    plate = next(p for p in found["plates"] if p["name"] == "g-040")
    assert (plate["area"]["value"], plate["max_plates"]) == (0.4, 450)
    assert [e["name"] for e in found["exchangers"]] == ["kakac", "manitoba-750kw", "mara-2mw", "nordic-2mw"]
    assert json.loads(run(capsys, "library", "nordic-2mw", "--json")[1])["also"] == ["exchangers/nordic-2mw"]
    own = json.loads(run(capsys, "library", "exchangers/nordic-2mw", "--json")[1])
    assert own["kind"] == "exchanger"
    assert own["settings"]["passes"] == [2, 2]
    assert json.loads(run(capsys, "library", "g-040", "--json")[1])["kind"] == "plate"


def test_the_verdict_says_what_it_stands_for(rated, page, capsys):
    """Share of the samples that keep all limits together: not the least of the limits' own shares."""
    r, s = rated.result, rated.sheet
    drops, velocity = r["sample_pressure_drop"].values, r["sample_port_velocity"].values
    together = (
        (r["sample_T_out"].values[:, 1] >= 313.15)
        & (drops[:, 0] <= r["sample_limit_hot_pressure_drop"].values)
        & (drops[:, 1] <= 100e3)
        & (velocity[:, 0] <= r["sample_limit_hot_port_velocity"].values)
        & (velocity[:, 1] <= r["sample_limit_cold_port_velocity"].values)
    )
    assert 0.0 < together.mean() < 1.0
    assert s["all_limits_hold_in"] == together.mean()
    said = f"PASS at nominal values; all limits hold in {100 * together.mean():.0f} % of 16 samples"
    assert said in " ".join(" ".join(page.text).split())
    show_sheet(s, [])
    assert said in capsys.readouterr().out


def test_nothing_sampled_is_not_called_sampled(capsys, unit_file, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    status, out, _ = run(capsys, "rate", "exchanger", unit_file(), "--samples", 0)
    assert status == 0
    assert "PASS at nominal values; nothing was sampled" in out
    assert "the limit itself is uncertain" in out
    assert "sampled too" not in out
    assert "sampled too" not in (tmp_path / "nine-rating" / "report.html").read_text(encoding="utf-8")


def test_an_oversurface_that_is_missed_fails(capsys, unit_file, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    spare = None
    for asked, expected in (("5 %", 0), ("90 %", 1)):
        path = unit_file(("[limits]", f'[limits]\noversurface = "{asked}"'))
        status, out, _ = run(capsys, "rate", "exchanger", path, "--samples", 16, "--json")
        value = json.loads(out)
        (row,) = [row for row in value["limits"] if row["name"] == "oversurface"]
        assert (status, row["key"]) == (expected, "limits.oversurface")
        spare = value["numbers"]["oversurface"]["nominal"]
        assert row["nominal"] == spare
        assert value["all_limits_hold_in"] <= row["holds_in"]
    assert 0.05 < spare < 0.9


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("A-sizing/exchanger.toml", "A-rating"),
        ("plant/exchanger.toml", "plant-rating"),
        ("A-sizing/nine.toml", "nine-rating"),
    ],
)
def test_two_sizings_rated_do_not_share_a_directory(name, expected, capsys, unit_file, tmp_path, monkeypatch):
    path = tmp_path / name
    path.parent.mkdir()
    unit_file(name=name)
    monkeypatch.chdir(tmp_path)
    assert run(capsys, "rate", "exchanger", path, "--samples", 0, "--quiet")[0] == 0
    assert (tmp_path / expected / "report.html").is_file()
    monkeypatch.chdir(path.parent)
    assert run(capsys, "rate", "exchanger", path.name, "--samples", 0, "--quiet")[0] == 0
    assert (path.parent / expected / "report.html").is_file()


@pytest.mark.parametrize(
    ("plates", "passes", "expected"),
    [
        (9, [1, 1], "4 / 4"),
        (9, [2, 2], "2 + 2 / 2 + 2"),
        # 19 channels: 10 hot, 9 cold; the cold side enters at the far end, its longer passes are its last.
        (20, [4, 2], "3 + 3 + 2 + 2 / 4 + 5, uneven"),
    ],
)
def test_channels_of_each_pass_are_whole(plates, passes, expected, unit_file):
    file = load_exchanger(unit_file(("plates = 9", f"plates = {plates}\npasses = {passes}")))
    exchanger = file.exchanger()
    sheet = data_sheet(exchanger, exchanger.rate(**file.operating_point()))
    assert sheet["geometry"]["channels_per_pass"]["value"] == expected


def test_a_number_is_neither_cut_nor_parted_from_its_unit(rated, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    assert in_field(16371.2, "W/(m^2 K)", 4) == "16370 W/(m^2 K)"
    assert in_field(1.6371e7, "Pa", 3) == "16400 kPa"
    long = json.loads(json.dumps(rated.sheet))
    for row in long["limits"]:
        row.update(limit=8.7654e8, p05=-8.7654e8, p95=8.7654e8, nominal=8.7654e8, unit="Pa", margin_unit="Pa")
    show_sheet(long, [])
    out = capsys.readouterr().out
    assert "…" not in out
    assert out.count(">= 877000 kPa") + out.count("<= 877000 kPa") == len(long["limits"])
    text = filled("a plate heat exchanger of 277 plates, 2 / 2 passes, 82.5 m^2", 34)
    assert text.splitlines() == ["a plate heat exchanger of", "277 plates, 2 / 2 passes, 82.5 m^2"]


def test_tables_of_the_report_scroll_where_they_do_not_fit(rated):
    assert rated.html.count("<table") == rated.html.count('<div class="scroll">\n<table')


@pytest.mark.parametrize(
    ("name", "kind"),
    [("exchangers/kakac", "exchanger"), ("plates/b-014", "plate"), ("nordic-8mw-3k", "duty")],
)
def test_a_copy_is_known_for_what_it_is(name, kind, capsys, tmp_path):
    target = tmp_path / "own.toml"
    assert cli.main(["library", name, "--copy", str(target)]) == 0
    capsys.readouterr()
    assert json.loads(run(capsys, "library", target, "--json")[1])["kind"] == kind
