"""hashheat validate CASE and --all as a user meets them."""

import json
from pathlib import Path

import pytest

from hashheat import cli
from hashheat.validation import case_runner
from hashheat.validation.case_file import load_case

FEW = ["avalon-a15", "coulson"]


@pytest.fixture
def few(monkeypatch, tmp_path):
    """Only cases that cost nothing, and no captures beside the current directory."""
    monkeypatch.setattr(case_runner, "shipped_cases", lambda: FEW)
    folder = tmp_path / "inner" / "here"
    folder.mkdir(parents=True)
    monkeypatch.chdir(folder)
    return folder


def test_a_case_by_its_name(few, capsys):
    assert cli.main(["validate", "coulson"]) == 0
    told = capsys.readouterr().out
    assert "verification" in told
    assert "overall coefficient: reproduced" in told
    assert "nodes a channel" in told


def test_a_case_whose_capture_is_absent_says_so(few, capsys):
    assert cli.main(["validate", "avalon-a15"]) == 0
    assert "data not here" in capsys.readouterr().out


def test_a_case_that_cannot_be_run_is_no_verdict(few, capsys, monkeypatch):
    waits = load_case("coulson").model_copy(update={"run": "", "not_run": "waits for a model"})
    monkeypatch.setattr(case_runner, "load_case", lambda *_: waits)
    assert cli.main(["validate", "coulson"]) == 4
    assert "NOT RUN" in capsys.readouterr().out


def test_json_of_a_case(few, capsys):
    assert cli.main(["validate", "coulson", "--json"]) == 0
    sheet = json.loads(capsys.readouterr().out)
    assert sheet["kind"] == "verification"
    rows = {row["quantity"]: row for row in sheet["rows"]}
    assert rows["U"]["verdict"] == rows["U"]["expected"] == "reproduced"
    assert rows["U"]["u_D"] is None
    assert rows["U"]["data"] == pytest.approx((1763 + 1643) / 2)
    assert len(sheet["grids"][0]["grids"]) == 3


def test_all_writes_a_ledger_that_its_check_accepts(few, capsys):
    assert cli.main(["validate", "--all"]) == 0
    told = capsys.readouterr().out
    assert "not written; --ledger" in told
    assert "Nothing about the junction of an A1566HA is validated" in told
    assert list(few.iterdir()) == []
    path = few / "ledger.md"
    assert cli.main(["validate", "--all", "--ledger", str(path)]) == 0
    first = path.read_bytes()
    assert cli.main(["validate", "--all", "--ledger", str(path), "-q"]) == 0
    assert path.read_bytes() == first
    capsys.readouterr()
    assert cli.main(["validate", "--all", "--check", str(path)]) == 0
    told = capsys.readouterr().out
    assert "is what this run gives" in told
    assert "not checked against their captures: avalon-a15" in told


def test_check_tells_the_first_line_that_differs(few, capsys):
    path = few / "ledger.md"
    assert cli.main(["validate", "--all", "--ledger", str(path), "-q"]) == 0
    text = path.read_text(encoding="utf-8")
    for changed in (text.replace("reproduced", "validated", 1), text + "more\n"):
        assert changed != text
        path.write_text(changed, encoding="utf-8")
        assert cli.main(["validate", "--all", "--check", str(path)]) == 1
        assert "is not what this run gives" in capsys.readouterr().out
    path.write_text(text.replace("reproduced", "validated", 1), encoding="utf-8")
    assert cli.main(["validate", "--all", "--check", str(path), "--json"]) == 1
    assert "validated" in json.loads(capsys.readouterr().out)["check"]


def test_an_outcome_that_is_not_expected_fails(few, monkeypatch, capsys):
    load = case_runner.load_case

    def other(name, folder):
        case = load(name, folder)
        if name != "coulson":
            return case
        tight = [q.model_copy(update={"within": "0.0001 %"}) for q in case.quantity]
        made = case.model_copy(update={"quantity": tight})
        made._path = case.path
        return made

    monkeypatch.setattr(case_runner, "load_case", other)
    assert cli.main(["validate", "coulson"]) == 1
    assert "Expected: reproduced" in capsys.readouterr().out
    assert cli.main(["validate", "--all"]) == 1
    assert "NO" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["coulsen"], "no such file or case"),
        ([], "tuckerman-pease"),
        (["data.csv"], "--model"),
        (["--all", "coulson"], "takes none"),
        (["--all", "--model", "canaan-a1566ha-500t"], "takes none"),
        (["coulson", "--ledger", "x.md"], "goes with --all"),
        (["coulson", "--check", "x.md"], "goes with --all"),
        (["--all", "--check", "none.md"], "file not found"),
        (["coulson", "--reference", "nowhere"], "is no folder"),
        (["--model", "canaan-a1566ha-500t"], "a file of field data"),
    ],
)
def test_bad_arguments_are_named(few, capsys, arguments, message):
    Path("data.csv").write_text("time,T_in [degC]\n", encoding="utf-8")
    assert cli.main(["validate", *arguments]) == 2
    said = capsys.readouterr().err
    assert message in said
    assert "Traceback" not in said
