"""The ledger: what it says and must never say, and that it is written the same way each time."""

import re
from dataclasses import replace
from pathlib import Path

import numba
import pytest

from hashheat.validation.case_file import shipped_cases
from hashheat.validation.case_runner import run_case
from hashheat.validation.ledger import ledger, outcome, read_gaps

DOCS = Path(__file__).resolve().parents[2] / "docs" / "validation.md"
QUICK = ["aquasar", "avalon-a15", "coulson", "kakac", "luxos", "pipe-rig-liege", "swep"]
if numba.config.DISABLE_JIT:
    QUICK = ["avalon-a15", "coulson"]


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    nowhere = tmp_path_factory.mktemp("nowhere")
    return [run_case(name, nowhere) for name in QUICK]


def section(text, title, level):
    """Text below a heading, up to the next of its level or above."""
    match = re.search(rf"^{level} {re.escape(title)}\n(.*?)(?=^#{{1,{len(level)}}} |\Z)", text, re.M | re.S)
    assert match, title
    return match[1].strip()


def test_the_same_whatever_the_order(results):
    assert ledger(results) == ledger(results[::-1])


def test_the_tracked_ledger_is_what_the_quick_cases_give(results):
    """The rest is held against a run by `hashheat validate --all --check`, in .ci/run."""
    tracked, made = DOCS.read_text(encoding="utf-8"), ledger(results)
    for name in QUICK:
        assert section(tracked, name, "###") == section(made, name, "###")
        (line,) = (x for x in made.splitlines() if x.startswith(f"| [{name}]"))
        assert line in tracked.splitlines()
    title = "Not validated: no public data"
    assert section(tracked, title, "##") == section(made, title, "##")


def test_every_case_stands_in_the_tracked_ledger_under_its_kind(results):
    tracked = DOCS.read_text(encoding="utf-8")
    assert set(re.findall(r"^\| \[([\w-]+)\]", tracked, re.M)) == set(shipped_cases())
    for r in results:
        heading = r.case.kind.capitalize() if r.is_run else "Not run"
        assert f"### {r.case.name}\n" in section(tracked, heading, "##") + "\n"


def test_the_tracked_ledger_never_calls_the_junction_of_the_a1566ha_validated():
    text = DOCS.read_text(encoding="utf-8")
    assert "Nothing about the junction of an A1566HA is validated" in text
    assert "1566" not in section(text, "Validation", "##")
    for line in text.splitlines():
        if re.search(r"1566|junction", line) and re.search(r"validated|validates", line):
            assert re.search(r"Nothing about the junction of an A1566HA is validated", line), line


def test_it_says_what_is_missing_for_the_junction():
    gap = next(gap for gap in read_gaps() if "junction" in gap.what and "A1566HA" in gap.what)
    for needed in ("coolant flow", "inlet temperature", "outlet temperature", "per-chip", "together"):
        assert needed in gap.missing
    assert "not published" in gap.state
    for needed in ("two flows", "0.1 K", "plan-measurement"):
        assert needed in gap.measurement
    text = ledger([], None)
    assert gap.missing in text
    assert gap.measurement in text


def test_fitted_quantities_are_no_outcome_of_a_validation(results):
    """Of Aquasar's three rows one counts."""
    for r in results:
        if r.case.name == "aquasar":
            assert outcome(r) == "agrees (1)"
            fitted = replace(r, rows=tuple(x for x in r.rows if x.quantity.use == "fitted"))
            assert outcome(fitted) == "figures only"


def test_no_word_of_validation_where_there_is_none(results):
    """`agrees` and `biased` are verdicts of V&V 20 and stand under Validation alone."""
    made = ledger(results)
    for heading in ("Verification", "Inter-model", "Sensor model", "Plausibility", "Calibration"):
        rows = [x for x in section(made, heading, "##").splitlines() if x.startswith("|")]
        assert not any(re.search(r"\| (agrees|biased|uncertain) \|$", x) for x in rows)
    assert not re.search(r"\d{4}-\d\d-\d\d", made)
