"""Running a case: the capture where it is, the tracked figures where it is not, and what does not fit refused."""

import shutil
from pathlib import Path

import pytest

from hashheat.thermo.errors import InputError
from hashheat.validation.case_file import CASES
from hashheat.validation.case_runner import run_all, run_case
from hashheat.validation.ledger import ledger

REFERENCE = Path(__file__).resolve().parents[2].parent / "shared" / "reference"


@pytest.mark.parametrize("name", ["avalon-a15", "luxos"])
def test_tracked_figures_stand_for_a_capture(name, tmp_path):
    """With and without the capture the ledger has the same bytes; the result says which it was."""
    without = run_case(name, tmp_path)
    assert without.data == "not here"
    assert without.rows
    if not (REFERENCE / without.case.capture).is_file():
        pytest.skip(f"{without.case.capture} is not beside the repository (shared/reference)")
    with_it = run_case(name, REFERENCE)
    assert with_it.data == "read in place"
    assert ledger([with_it]) == ledger([without])


def test_a_capture_that_says_otherwise_shows(tmp_path):
    """The check can fail: a capture that reads 2 K more than the figures gives another ledger."""
    there = REFERENCE / "telemetry" / "luxos_hydro_temps.json"
    if not there.is_file():
        pytest.skip("the capture is not beside the repository (shared/reference)")
    (tmp_path / "telemetry").mkdir()
    text = there.read_text(encoding="utf-8")
    assert '"TopRight":48' in text
    (tmp_path / "telemetry" / there.name).write_text(text.replace('"TopRight":48', '"TopRight":50'))
    assert ledger([run_case("luxos", tmp_path)]) != ledger([run_case("luxos", REFERENCE)])


def test_a_case_that_cannot_be_run_has_no_rows(tmp_path):
    shutil.copytree(CASES / "coulson", tmp_path / "coulson")
    path = tmp_path / "coulson" / "case.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('run = "coulson"', 'not_run = "waits for a model"'), encoding="utf-8")
    found = run_case("coulson", tmp_path, tmp_path)
    assert not found.is_run
    assert found.rows == ()
    assert "### coulson" in ledger([found]).split("## Not run")[1]


def test_file_and_run_must_list_the_same(tmp_path):
    shutil.copytree(CASES / "avalon-a15", tmp_path / "avalon-a15")
    path = tmp_path / "avalon-a15" / "case.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('key = "gradient"', 'key = "slope"'), encoding="utf-8")
    with pytest.raises(InputError, match="other quantities"):
        run_case("avalon-a15", tmp_path, tmp_path)
    path.write_text(text.replace('run = "avalon-a15"', 'run = "avalon"'), encoding="utf-8")
    with pytest.raises(InputError, match="no such run"):
        run_case("avalon-a15", tmp_path, tmp_path)


def test_several_cases_in_order_with_progress(tmp_path):
    said = []
    found = run_all(tmp_path, ["luxos", "coulson"], lambda name, share: said.append((name, share)))
    assert [r.case.name for r in found] == ["luxos", "coulson"]
    assert said == [("luxos", 0.0), ("coulson", 0.5)]
    with pytest.raises(InputError, match="no such case"):
        run_all(tmp_path, ["luxus"])
