"""Files of tanks: what they hold, and a named error for everything that cannot be."""

import importlib.util
from pathlib import Path

import pytest
import tomli_w

from hashheat.components.errors import (
    BlockOutsideTankError,
    BlockOverlapError,
    InletAreaError,
    InletMissingError,
    NoCoolingError,
    OpeningPlaceError,
    OutletMissingError,
    TankError,
)
from hashheat.components.heat_sink_errors import HeatSinkError
from hashheat.components.tank_file import load_tank
from hashheat.thermo.errors import InputError

_spec = importlib.util.spec_from_file_location("tank_files", Path(__file__).with_name("tank_files.py"))
tanks = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(tanks)


def test_a_file_gives_its_numbers_by_dotted_keys(tmp_path):
    path = tmp_path / "column.toml"
    path.write_text(tomli_w.dumps(tanks.table()))
    file = load_tank(path)
    assert file.file == str(path)
    values = file.values({"miner.0.power": 1200.0})
    assert values["tank.depth"] == pytest.approx(0.4)
    assert values["miner.0.power"] == 1200.0
    assert values["miner.0.sink.fin_pitch"] == pytest.approx(3.5e-3)
    assert values["inlet.0.length"] == pytest.approx(0.2)
    assert values["circulation.volume_flow"] == pytest.approx(5e-5)
    assert "grid.cell_x" in values
    assert "fluid.flash_point" not in values


@pytest.mark.parametrize("key", ["miner.1.power", "miner.0.powr", "outlet.0.share"])
def test_a_number_that_the_file_does_not_have_is_refused(key):
    with pytest.raises(InputError) as caught:
        tanks.tank().values({key: 1.0})
    assert caught.value.key == key


def test_a_changed_number_stays_within_its_bounds():
    with pytest.raises(InputError) as caught:
        tanks.tank().values({"miner.0.chip_share": 1.5})
    assert caught.value.key == "miner.0.chip_share"


CASES = {
    "no way for the heat": (
        NoCoolingError,
        {"inlet": None, "outlet": None, "circulation": None},
        "nowhere to go",
    ),
    "no outlet": (OutletMissingError, {"outlet": None}, "no way out"),
    "no inlet": (InletMissingError, {"inlet": None}, "never enters"),
    "openings without circulation": (TankError, {"circulation": None}, "go together"),
    "two inlet temperatures": (
        TankError,
        {"exchanger": {"UA": "500 W/K"}, "water": {"T_in": "30 degC", "volume_flow": "5 L/min"}},
        "comes from an exchanger",
    ),
    "exchanger without water": (
        TankError,
        {"exchanger": {"UA": "500 W/K"}, "circulation__T_in": None},
        "water goes with",
    ),
    "miner above the surface": (BlockOutsideTankError, {"miner__0__z": "0.3 m"}, "beyond the oil"),
    "inlet without area": (InletAreaError, {"inlet__0__width": "0 m"}, "no area"),
    "inlet off its side": (OpeningPlaceError, {"inlet__0__x": "0.05 m"}, "beyond its side"),
    "inlet below a miner": (OpeningPlaceError, {"miner__0__z": "0 m"}, "cover it"),
    "boards across the flow": (InputError, {"miner__0__stacked": "z"}, "stand in the way"),
    "opening with the wrong axes": (InputError, {"inlet__0__z": "0 m"}, "has no 'z'"),
    "two drives": (
        InputError,
        {"circulation__pump_curve": [["0 L/min", "2 bar"], ["5 L/min", "1 bar"], ["9 L/min", "0 bar"]]},
        "one of two keys",
    ),
    "fins without a pitch": (InputError, {"miner__0__sink__fin_pitch": None}, "needs 'fin_pitch'"),
    "sinks that overlap": (HeatSinkError, {"miner__0__sink__length": "50 mm"}, "overlap"),
    "units closer than their size": (
        InputError,
        {"miner__0__count": [2, 1], "miner__0__pitch_x": "0.15 m"},
        "units of this table overlap",
    ),
    "boards that do not fit": (HeatSinkError, {"miner__0__sink__board_pitch": "60 mm"}, "do not fit"),
}


@pytest.mark.parametrize("case", CASES)
def test_what_cannot_be_has_its_own_error(tmp_path, case):
    kind, changes, words = CASES[case]
    path = tmp_path / "wrong.toml"
    path.write_text(tomli_w.dumps(tanks.table(**changes)))
    with pytest.raises(kind) as caught:
        load_tank(path)
    assert words in caught.value.problem
    assert caught.value.file == str(path)
    assert caught.value.accepted


def test_units_that_overlap_say_by_how_much():
    first = tanks.table(tanks.BOX)["miner"][0]
    second = {**first, "name": "other", "count": [1, 1], "x": "0.2 m"}
    del second["pitch_x"]
    with pytest.raises(BlockOverlapError) as caught:
        tanks.tank(tanks.BOX, miner=[first, second])
    assert "unit 1 and other" in caught.value.problem
    assert "50 mm x 200 mm x 200 mm" in caught.value.found


def test_a_coil_does_not_stand_in_a_miner():
    assert tanks.natural().coil is not None
    with pytest.raises(BlockOverlapError, match="unit 1 and the coil"):
        tanks.natural(coil={**tanks.COIL, "z": "0.25 m"})


def test_two_openings_of_one_side_do_not_overlap():
    inlet = tanks.table(tanks.BOX)["inlet"][0]
    with pytest.raises(OpeningPlaceError, match="overlap"):
        tanks.tank(tanks.BOX, inlet=[inlet, {**inlet, "x": "0.3 m"}])


def test_a_tank_of_another_kind_says_so(tmp_path):
    path = tmp_path / "bath.toml"
    path.write_text('name = "bath"\nkind = "two-phase"\n')
    with pytest.raises(InputError) as caught:
        load_tank(path)
    assert (caught.value.key, caught.value.found) == ("kind", "two-phase")
