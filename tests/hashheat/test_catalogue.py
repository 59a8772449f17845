"""The library command shows what the files hold."""

import json

import pytest

from hashheat import cli
from hashheat.components.cold_plate_file import shipped_cold_plates
from hashheat.components.miner import Miner
from hashheat.components.miner_file import LIBRARY, shipped_miners
from hashheat.components.tank_file import shipped_tanks
from hashheat.components.two_phase_tank_file import shipped_two_phase_tanks
from hashheat.fleet.plant_file import shipped_plants
from hashheat.names import in_words
from hashheat.thermo.dielectric_file import shipped_dielectrics


def test_list_names_every_shipped_file(capsys):
    assert cli.main(["library", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [m["name"] for m in found["miners"]] == shipped_miners()
    assert [p["name"] for p in found["plants"]] == shipped_plants()
    miner = next(m for m in found["miners"] if m["name"] == "canaan-a1566ha-500t")
    assert (miner["wall_power"]["value"], miner["chips"], miner["boards"]) == (8064.0, 640, 4)
    assert cli.main(["library"]) == 0
    shown = capsys.readouterr().out
    # Every kind of file, whatever is added to the library.
    assert all(entry["name"] in shown for entries in found.values() for entry in entries)


@pytest.mark.parametrize("name", ["canaan-a1566ha-500t", "nordic-2mw"])
def test_a_file_is_shown_with_every_value_and_status(name, capsys):
    assert cli.main(["library", name, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert cli.main(["library", name]) == 0
    shown = capsys.readouterr().out
    for row in found["numbers"]:
        assert row["key"] in shown
        assert row["status"] in shown
    assert found["kind"] == ("plant" if name == "nordic-2mw" else "miner")
    if found["kind"] == "miner":
        assert [r["key"] for r in found["numbers"]] == list(Miner.named(name).quantities)


def test_a_copy_is_the_file_and_is_never_overwritten(tmp_path, capsys):
    target = tmp_path / "own.toml"
    assert cli.main(["library", "canaan-a1566ha-500t", "--copy", str(target)]) == 0
    assert target.read_bytes() == (LIBRARY / "canaan-a1566ha-500t.toml").read_bytes()
    target.write_text("mine")
    capsys.readouterr()
    assert cli.main(["library", "canaan-a1566ha-500t", "--copy", str(target)]) == 2
    assert str(target) in capsys.readouterr().err
    assert target.read_text() == "mine"
    assert cli.main(["library", "nordic-2mw", "--copy", str(tmp_path / "no" / "where.toml")]) == 2


def test_cold_plates_are_listed_and_a_file_of_ones_own_is_known_as_one(tmp_path, capsys):
    assert cli.main(["library", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["cold_plates"]
    assert [p["name"] for p in found] == shipped_cold_plates()
    plate = next(p for p in found if p["name"] == "two-sided")
    assert (plate["kind"], plate["chips"]) == ("serpentine", 192)
    assert plate["heat_rate"]["value"] == pytest.approx(192 * 12.0)
    target = tmp_path / "own.toml"
    assert cli.main(["library", "tube-in-plate", "--copy", str(target)]) == 0
    capsys.readouterr()
    assert cli.main(["library", str(target), "--json"]) == 0
    own = json.loads(capsys.readouterr().out)
    assert own["kind"] == "cold plate"
    assert "chips.kinds.B.power_factor" in [row["key"] for row in own["numbers"]]
    # A command that takes another kind says what this one is.
    assert cli.main(["rate", "exchanger", str(target)]) == 2
    assert "cold plate" in capsys.readouterr().err


def test_fluids_are_listed_and_shown_with_what_is_only_remembered(tmp_path, capsys):
    assert cli.main(["library", "--json"]) == 0
    fluids = {f["name"]: f for f in json.loads(capsys.readouterr().out)["fluids"]}
    assert sorted(fluids) == shipped_dielectrics()
    assert fluids["ac-120"]["remembered"] == 0
    assert fluids["ec-110"]["remembered"] == 6
    assert fluids["ac-120"]["viscosity"] == {"value": pytest.approx(16e-6), "unit": "m^2/s"}
    assert cli.main(["library"]) == 0
    shown = capsys.readouterr().out
    assert all(name in shown for name in fluids)
    assert "16 mm^2/s" in shown
    target = tmp_path / "own.toml"
    assert cli.main(["library", "ec-110", "--copy", str(target)]) == 0
    capsys.readouterr()
    for name in ("ec-110", str(target)):
        assert cli.main(["library", name, "--json"]) == 0
        own = json.loads(capsys.readouterr().out)
        assert own["kind"] == "fluid"
        status = {row["key"]: row["status"] for row in own["numbers"]}
        assert status["limits.flash_point"] == "remembered"
        assert cli.main(["library", name]) == 0
        assert "remembered" in capsys.readouterr().out
    # A command that takes another kind says what this one is.
    assert cli.main(["rate", "exchanger", str(target)]) == 2
    assert "fluid file" in capsys.readouterr().err


def test_tanks_of_both_kinds_are_listed_and_known_by_their_files(tmp_path, capsys):
    assert cli.main(["library", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [t["name"] for t in found["tanks"]] == shipped_tanks()
    assert [t["name"] for t in found["two_phase_tanks"]] == shipped_two_phase_tanks()
    bath = next(t for t in found["two_phase_tanks"] if t["name"] == "two-phase-demo")
    assert (bath["fluid"], bath["chips"], bath["heat_rate"]["value"]) == ("Novec 649", 800, 20e3)
    target = tmp_path / "own.toml"
    assert cli.main(["library", "two-phase-demo", "--copy", str(target)]) == 0
    capsys.readouterr()
    assert cli.main(["library", str(target), "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["kind"] == "two-phase tank"
    assert next(r for r in shown["numbers"] if r["key"] == "chips.power")["value"] == 25.0


def test_numbers_of_tables_of_which_there_are_several_have_a_place():
    assert in_words("miner.0.power") == "power of a unit, miner 1"
    assert in_words("miner.11.sink.fin_height") == "sink fin height, miner 12"
    assert in_words("inlet.1.length") == "length, inlet 2"
    assert in_words("miner.power.wall") == "power of a unit at the wall"
