"""hashheat size exchanger as a user meets it: exit statuses, messages, files, an answer that rates as said."""

import csv
import json
import tomllib
from dataclasses import replace
from types import SimpleNamespace

import numba
import pytest
import xarray as xr

from hashheat import cli, size_command
from hashheat.components.duty_file import load_duty
from hashheat.components.exchanger_file import load_exchanger
from hashheat.components.exchanger_plate import LIBRARY as PLATES
from hashheat.size_terminal import show_sizing

DUTY = """\
name = "Small <b>duty</b>"
note = "of the tests"

[hot]
T_in = "80 degC"
T_out = "60 degC"
fluid = "water"

[cold]
T_in = { value = "50 degC", status = "assumed", source = "made up for a test" }
volume_flow = "2.5 m^3/h"

[duty]
heat_rate = "50 kW"

[limits]
hot_pressure_drop = "40 kPa"
cold_pressure_drop = "35 .. 45 kPa"
oversurface = "5 %"
fouling_cold = "1e-5 m^2 K/W"
passes = [1]

[catalogue]
plates = ["b-003"]
"""


@pytest.fixture
def duty_file(edited):
    """Write the duty with some lines replaced."""
    return lambda *changes, name="small.toml": edited(DUTY, *changes, name=name)


@pytest.fixture(scope="module")
def sized(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sized")
    path = folder / "small.toml"
    path.write_text(DUTY, encoding="utf-8")
    found, paths = size_command.run_size(str(path), folder / "out", samples=16, quiet=True)
    return SimpleNamespace(found=found, paths=paths, folder=folder / "out", duty=load_duty(path))


def run(capsys, *arguments):
    status = cli.main([str(a) for a in arguments])
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def test_the_written_exchanger_does_what_was_asked(sized):
    """The file that sizing writes, rated by the other command's classes."""
    file = load_exchanger(sized.folder / "exchanger.toml")
    duty = sized.duty.complete()
    exchanger = file.exchanger()
    assert exchanger.fouling == (0.0, 1e-5)
    rating = exchanger.rate(**file.operating_point())
    assert float(rating.heat_rate) > duty.heat_rate
    assert float(rating.heat_rate) == pytest.approx(sized.found["alternatives"][0]["heat_rate_W"], rel=1e-4)
    assert (rating.pressure_drop.values <= 40e3).all()
    # Provenance goes along.
    assert file.cold.T_in.status == "assumed"
    assert file.cold.T_in.source == "made up for a test"
    assert file.cold.volume_flow.nominal == pytest.approx(2.5 / 3600.0)
    assert "follows from the duty file" in file.hot.mass_flow.note
    fewer = replace(exchanger, plates=exchanger.plates - 1)
    assert float(fewer.rate(**file.operating_point()).heat_rate) < float(rating.heat_rate)


def test_files(sized):
    assert sorted(p.name for p in sized.paths) == sorted(size_command.FILES)
    with (sized.folder / "alternatives.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [int(r["rank"]) for r in rows] == list(range(1, len(rows) + 1))
    assert [float(r["price_EUR"]) for r in rows] == sorted(float(r["price_EUR"]) for r in rows)
    result = xr.load_dataset(sized.folder / "result.nc", engine="h5netcdf")
    assert result.candidate_area.attrs["units"] == "m2"
    assert float(result.candidate_area[0]) == pytest.approx(float(rows[0]["area_m2"]))
    assert json.loads(result.attrs["sizing"])["binding"] == rows[0]["binding"]
    assert "sample_heat_rate" in result
    tomllib.loads((sized.folder / "exchanger.toml").read_text(encoding="utf-8"))


def test_the_report(sized):
    html = (sized.folder / "report.html").read_text(encoding="utf-8")
    assert "http://" not in html.replace("http://www.w3.org", "")
    assert "https://" not in html
    assert "<b>duty</b>" not in html
    assert "Small &lt;b&gt;duty&lt;/b&gt;" in html
    assert sized.found["sentence"].split(" would")[0] in html
    assert html.count("<svg") == 4
    for word in ("Alternatives", "one plate fewer breaks", "assumed", "oversurface"):
        assert word in html


def test_what_was_asked_stays_asked(sized):
    """The oversurface and the pressures that the duty file left out, in the file that sizing writes."""
    file = load_exchanger(sized.folder / "exchanger.toml")
    assert file.limits.oversurface.nominal == pytest.approx(0.05)
    assert file.hot.pressure.nominal == 6e5
    assert file.hot.pressure.status == "assumed"
    sheet = sized.found["sheet"]
    (row,) = [row for row in sheet["limits"] if row["name"] == "oversurface"]
    assert row["limit"] == pytest.approx(0.05)
    assert row["nominal"] >= 0.05
    assert 0.0 <= sheet["all_limits_hold_in"] <= row["holds_in"] < 1.0
    statuses = {a["key"]: a["status"] for a in sheet["assumptions"]}
    assert statuses["hot.pressure"] == statuses["cold.pressure"] == "assumed"


@pytest.mark.skipif(numba.config.DISABLE_JIT, reason="many ratings; the compiled run covers it")
def test_alternatives_outside_the_correlation_are_marked(sized, capsys, tmp_path):
    """Propylene glycol 30 % near 0 degC is too thick for the Reynolds numbers of the correlation."""
    path = tmp_path / "thick.toml"
    text = DUTY.replace('"80 degC"', '"12 degC"').replace('"60 degC"', '"8 degC"')
    text = text.replace('fluid = "water"', 'fluid = "propylene glycol 30 %"')
    text = text.replace('value = "50 degC"', 'value = "4 degC"').replace('"50 kW"', '"8 kW"')
    path.write_text(text, encoding="utf-8")
    found, _ = size_command.run_size(str(path), tmp_path / "out", samples=0, quiet=True)
    marked = [a for a in found["alternatives"] if a["outside_validity"]]
    assert marked
    assert all("Re" in " ".join(a["outside_validity"]) for a in marked)
    with (tmp_path / "out" / "alternatives.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [r["outside_validity"] for r in rows] == [
        "; ".join(a["outside_validity"]) for a in found["alternatives"]
    ]
    assert "Outside the validity of the correlation" in (tmp_path / "out" / "report.html").read_text(
        encoding="utf-8"
    )
    show_sizing(found, [])
    assert "! outside the validity" in capsys.readouterr().out
    assert not any(a["outside_validity"] for a in sized.found["alternatives"])
    show_sizing(sized.found, [])
    assert "! outside the validity" not in capsys.readouterr().out


@pytest.mark.skipif(numba.config.DISABLE_JIT, reason="many ratings; the compiled run covers it")
def test_a_drop_that_binds_is_said_to_need_channels(sized, duty_file, tmp_path):
    assert "number of channels" not in sized.found["sentence"]
    path = duty_file(('hot_pressure_drop = "40 kPa"', 'hot_pressure_drop = "1.4 kPa"'))
    found, _ = size_command.run_size(str(path), tmp_path / "out", samples=0, quiet=True)
    assert found["binding"] == "hot pressure drop"
    assert "the number of channels, not the area, sets the size" in found["sentence"]


def test_a_mix_shows_its_share_within_eighty_columns(sized, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    mixed = json.loads(json.dumps(sized.found))
    mixed["alternatives"][0].update(
        kind="gasketed",
        plate_area_m2=0.85,
        channel_angle_degrees=45.0,
        second_angle_degrees=60.0,
        second_share=0.75,
        outside_validity=["Re"],
        binding="cold pressure drop",
    )
    show_sizing(mixed, [])
    out = capsys.readouterr().out
    assert "45/60 75 %" in out
    assert "cold drop" in out
    assert max(map(len, out.splitlines())) <= 80


@pytest.mark.skipif(numba.config.DISABLE_JIT, reason="many ratings; the compiled run covers it")
def test_json_and_terminal_say_the_same(duty_file, capsys, tmp_path):
    status, out, err = run(
        capsys, "size", "exchanger", duty_file(), "-o", tmp_path / "a", "--samples", 16, "--json"
    )
    assert (status, err) == (0, "")
    found = json.loads(out)
    assert found["sheet"]["verdict"] == "pass"
    first = found["alternatives"][0]
    show_sizing(found, ["x.toml"])
    text = capsys.readouterr().out
    assert f"{first['plates']} plates of" in text
    assert "they are no quotation" in text
    assert "written: x.toml" in text


@pytest.mark.skipif(numba.config.DISABLE_JIT, reason="many ratings; the compiled run covers it")
def test_nothing_that_fits_is_an_answer(duty_file, capsys, tmp_path):
    path = duty_file(('hot_pressure_drop = "40 kPa"', 'hot_pressure_drop = "10 Pa"'))
    status, out, _ = run(capsys, "size", "exchanger", path, "-o", tmp_path / "none")
    assert status == 1
    assert "hot pressure drop missed by" in out
    assert not (tmp_path / "none").exists()


BAD = {
    "unknown plate": (('"b-003"', '"b-004"'), ("catalogue.plates", "b-004", "b-003")),
    "unknown key": (("passes = [1]", "passes = [1]\npassages = 2"), ("limits.passages", "did you mean")),
    "second law": (('T_out = "60 degC"', 'T_out = "45 degC"'), ("hot.T_out", "feasible")),
    "cross": (
        ('heat_rate = "50 kW"', 'heat_rate = "50 kW"\nflow = "parallel"'),
        ("parallel", "feasible"),
    ),
    "freezing": (('value = "50 degC"', 'value = "-3 degC"'), ("cold", "freez")),
    "boiling": (('T_in = "80 degC"', 'T_in = "170 degC"'), ("hot", "boil")),
    "approach": (
        ('T_out = "60 degC"', ""),
        ("hot.T_out", "duty.approach"),
    ),
}


@pytest.mark.parametrize("kind", BAD)
def test_bad_duties(duty_file, capsys, tmp_path, kind):
    change, words = BAD[kind]
    more = [('volume_flow = "2.5 m^3/h"', 'T_out = "68 degC"')] if kind == "cross" else []
    status, out, err = run(capsys, "size", "exchanger", duty_file(change, *more), "-o", tmp_path / "none")
    assert status == 2, out
    assert "small.toml" in err
    for word in words:
        assert word in err, err
    assert "Traceback" not in err
    assert not (tmp_path / "none").exists()


def test_bad_options(duty_file, capsys, tmp_path):
    for option, word in ((("--rank", "beauty"), "price, area"), (("--samples", "17"), "power of two")):
        status, _, err = run(capsys, "size", "exchanger", duty_file(), "-o", tmp_path / "none", *option)
        assert status == 2
        assert word in err
    status, _, err = run(capsys, "size", "exchanger", "nordic-2mw-5kk")
    assert status == 2
    assert "did you mean 'nordic-2mw-5k'" in err


def test_a_plate_file_beside_the_duty_file_and_a_price(duty_file, capsys, tmp_path):
    (tmp_path / "mine.toml").write_text((PLATES / "b-003.toml").read_text(encoding="utf-8"), encoding="utf-8")
    path = duty_file(
        ('"b-003"', '"mine.toml"'),
        ("[catalogue]", '[price]\nfixed = "100 EUR"\nper_area = "200 EUR/m^2"\n\n[catalogue]'),
    )
    status, out, _ = run(capsys, "size", "exchanger", path, "-o", tmp_path / "b", "--samples", 0, "--json")
    assert status == 0
    first = json.loads(out)["alternatives"][0]
    assert first["price_EUR"] == pytest.approx(100.0 + 200.0 * first["area_m2"])
    assert load_exchanger(tmp_path / "b" / "exchanger.toml").exchanger().plates == first["plates"]
