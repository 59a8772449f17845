"""Case files: what each kind may claim, and that no shipped case claims more than its data carry."""

import re
import tomllib

import pytest

from hashheat.thermo.errors import InputError
from hashheat.validation.case_file import CASES, load_case, shipped_cases

WANTED = {
    "aquasar",
    "avalon-a15",
    "coulson",
    "destest-ce0",
    "kakac",
    "luxos",
    "ocp-plate",
    "pipe-rig-liege",
    "swep",
    "tuckerman-pease",
}
GOOD = """\
title = "a rise"
kind = "validation"
measured = true
compares = "a with b"
model = "none"
run = "aquasar"
source = "made up"
licence = "none"
believe = "nothing"

[[quantity]]
key = "rise"
title = "rise"
unit = "delta_K"
u_data = "0.3 K"
u_data_source = "made up"
"""


FITTED = 'use = "fitted"\nwithin = "1 K"\nwithin_reason = "x"\n'


@pytest.fixture
def made(tmp_path):
    """Load a case made of the good text with some of it replaced."""

    def load(*changes):
        text = GOOD
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        (tmp_path / "own").mkdir(exist_ok=True)
        (tmp_path / "own" / "case.toml").write_text(text, encoding="utf-8")
        return load_case("own", tmp_path)

    return load


def raw(name):
    return tomllib.loads((CASES / name / "case.toml").read_text(encoding="utf-8"))


def test_the_cases_are_there_and_load():
    assert set(shipped_cases()) >= WANTED
    for name in shipped_cases():
        assert load_case(name).name == name


@pytest.mark.parametrize("name", shipped_cases())
def test_no_case_is_validation_without_measured_data_uncertainty_and_data_held_out(name):
    """Straight from the TOML, not by the loader that refuses the same."""
    case = raw(name)
    if case["kind"] != "validation":
        return
    assert case["measured"] is True
    judged = [q for q in case["quantity"] if q.get("use", "held out") == "held out"]
    assert judged
    for q in judged:
        assert q.get("u_data") or q.get("u_data_random")
        assert q["u_data_source"]


def test_kinds_of_the_shipped_cases():
    kinds = {name: raw(name)["kind"] for name in WANTED}
    assert kinds["kakac"] == kinds["coulson"] == "verification"
    assert kinds["destest-ce0"] == "inter-model"
    assert kinds["avalon-a15"] == "sensor model"
    assert kinds["ocp-plate"] == "calibration"
    # No source at hand states the instruments, or sizes, or power and flow: not validation.
    assert all(kinds[name] == "plausibility" for name in ("luxos", "swep", "tuckerman-pease"))


@pytest.mark.parametrize("name", shipped_cases())
def test_a_validation_with_assumed_instruments_says_so_where_a_reader_looks_first(name):
    """In the sentence to rely on, and in what is not shown."""
    case = raw(name)
    sources = [
        q.get("u_data_source", "") for q in case.get("quantity", []) if q.get("use", "held out") == "held out"
    ]
    if case["kind"] == "validation" and any("assumed" in text for text in sources):
        assert "assumed" in case["believe"]
        assert "assumed" in case["not_shown"]


@pytest.mark.parametrize("name", shipped_cases())
def test_no_case_is_about_the_junction_of_the_a1566ha(name):
    case = raw(name)
    about = f"{case['title']} {case['compares']}"
    assert not re.search(r"1566", about)
    if case["kind"] == "validation":
        assert "1566" not in case["model"]


def test_a_good_file_loads(made):
    case = made()
    assert case.quantity[0].tolerance("u_data", 5.0) == pytest.approx(0.3)
    assert made(('"0.3 K"', '"2 %"')).quantity[0].tolerance("u_data", -5.0) == pytest.approx(0.1)
    assert case.quantity[0].tolerance("within", 5.0) == 0.0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("measured = true", "measured = false"), "measured data"),
        (('u_data = "0.3 K"\nu_data_source = "made up"\n', ""), "uncertainty of its data"),
        (('unit = "delta_K"\n', f'unit = "delta_K"\n{FITTED}'), "nothing was fitted"),
        (('kind = "validation"', 'kind = "validated"'), "none of the words"),
        (('kind = "validation"', 'kind = "calibration"'), "no data held out"),
        (('kind = "validation"', 'kind = "plausibility"'), "what counts as met"),
        (('run = "aquasar"', 'run = "aquasar"\nnot_run = "both"'), "says why not"),
        (('run = "aquasar"\n', ""), "says why not"),
        (('u_data_source = "made up"\n', ""), "where it comes from"),
        (('"0.3 K"', '"0 K"'), "more than 0"),
        (('"0.3 K"', '"0.3"'), "unit is missing"),
        (('"delta_K"', '"kelvin"'), "no such unit"),
        (('title = "a rise"', 'titel = "a rise"'), "unknown key"),
    ],
)  # fmt: skip
def test_what_claims_more_than_it_carries_is_refused(made, change, message):
    with pytest.raises(InputError, match=message):
        made(change)


def test_an_unknown_case_names_the_known_ones():
    with pytest.raises(InputError, match="tuckerman-pease"):
        load_case("tuckermann")
