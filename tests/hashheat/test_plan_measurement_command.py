"""`hashheat plan-measurement` from a plant file to a ranked table and a protocol."""

import json

import numba
import pytest

from hashheat.plan_measurement_command import read_candidates, run_plan, show_plan
from hashheat.thermo.errors import InputError
from hashheat.validation.measurement_plan import State

CANDIDATES = """\
[[candidate]]
name = "chips and flow"
records = 20
states = [{ inlet = "60 degC", flow = "9 L/min" }, { clock = 0.8 }]

[candidate.instruments]
T_in = { bias = "0.1 K", noise = "0.05 K" }
T_chip = { bias = "1 K", noise = "0.5 K" }
volume_flow = { bias = "1 %", noise = "0.5 %" }

[[candidate]]
name = "outlet"

[candidate.instruments]
T_in = { bias = "0.1 K", noise = "0.05 K" }
T_out = { bias = "0.1 K", noise = "0.05 K" }
"""
VERDICT = State(343.15, 10.0 / 60e3)


def coarse(text):
    """Few cells; where kernels are interpreted also chips that do not leak: they are solved once, not thrice."""
    text = text.replace("passes = 4\n", "passes = 4\ncells_per_pass = 2\n")
    return text.replace('value = "0.04 .. 0.13"', 'value = "0"') if numba.config.DISABLE_JIT else text


@pytest.fixture
def device(tmp_path):
    from hashheat.components.miner_file import LIBRARY

    path = tmp_path / "unit.toml"
    path.write_text(
        coarse((LIBRARY / "canaan-a1566ha-500t.toml").read_text(encoding="utf-8")), encoding="utf-8"
    )
    return path


def test_a_plan_is_written(device, tmp_path, edited, read_page, check_offline, check_scrolls, capsys):
    path = edited(CANDIDATES, name="candidates.toml")
    sheet, paths = run_plan(str(device), tmp_path / "out", candidates=path, inlet="65 degC", flow="9.5 L/min")
    assert [p.name for p in paths] == ["plan.json", "protocol.html"]
    assert json.loads(paths[0].read_text(encoding="utf-8")) == sheet
    assert [row["name"] for row in sheet["rows"]] == ["chips and flow", "outlet"]
    assert sheet["rows"][0]["sd"] < sheet["rows"][1]["sd"] <= sheet["before"]
    assert sheet["verdict"]["T_in"] == pytest.approx(338.15)
    assert sheet["rows"][0]["states"][1]["T_in"] == pytest.approx(338.15)
    html = paths[1].read_text(encoding="utf-8")
    page = read_page(html)
    check_offline(html, page)
    check_scrolls(html)
    assert any("--fit chips.junction_to_plate" in text for text in page.text)
    show_plan(sheet, ["a"])
    assert "chips and flow" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("records = 20", "records = 0", "candidate[0].records"),
        ("records = 20", "readings = 20", "candidate[0]"),
        ("clock = 0.8", "speed = 0.8", "candidate[0].states.speed"),
        ('inlet = "60 degC"', 'inlet = "60 W"', "candidate[0].states.inlet"),
    ],
)
def test_candidates_that_cannot_be_are_refused(edited, old, new, key):
    with pytest.raises(InputError) as told:
        read_candidates(edited(CANDIDATES, (old, new), name="c.toml"), VERDICT)
    assert told.value.key == key


def test_a_plan_is_for_units(tmp_path):
    with pytest.raises(InputError):
        run_plan("kakac", tmp_path)
