"""The shipped cold plates say where their numbers come from; docs/files.md names every key, and no other."""

import re
from pathlib import Path

import pytest

from hashheat.components.cold_plate_file import (
    LIBRARY,
    ColdPlateFile,
    load_cold_plate,
    shipped_cold_plates,
)
from hashheat.components.miner_file import load_miner_file
from hashheat.components.record import Section, read_toml

NAMES = shipped_cold_plates()
NAMED = {"canaan-a1566ha-board", "tuckerman-pease"}
DOCS = Path(__file__).resolve().parents[2] / "docs" / "files.md"


@pytest.fixture(params=NAMES)
def name(request):
    return request.param


@pytest.fixture
def file(name):
    return load_cold_plate(name)


def test_every_kind_of_coolant_and_a_two_sided_plate_are_there():
    files = [load_cold_plate(name) for name in NAMES]
    assert {f.coolant.kind for f in files} == {"serpentine", "parallel", "microchannel", "pin-fin"}
    assert {f.coolant.shape for f in files} == {"rectangle", "round", None}
    assert {f.chips.sides for f in files} == {"top", "both"}
    assert {f.chips.form for f in files} == {"grid", "map"}


def test_every_number_says_where_it_comes_from(file):
    for key, quantity in file.quantities().items():
        assert len(quantity.source.strip()) > 5, key
        # What is chosen is the state, never a property of the plate.
        if quantity.status == "chosen":
            assert key.startswith(("design.", "envelope.")), key


def test_assumptions_are_uncertain_or_say_why_not(file):
    for key, quantity in file.quantities().items():
        if quantity.status == "assumed":
            assert quantity.is_uncertain or quantity.note.startswith("no spread: "), key


def test_memory_and_hearsay_are_no_datasheet(file):
    for key, quantity in file.quantities().items():
        text = f"{quantity.source} {quantity.note}".lower()
        assert quantity.status not in ("datasheet", "measured"), key
        if "memory" in text:
            assert quantity.status == "assumed", key


def test_files_give_every_number_as_a_table(name, file):
    raw = read_toml(LIBRARY / f"{name}.toml")
    given = {key: quantity for key, quantity in file.quantities().items() if key != "plate.conductivity"}
    for key in given:
        entry = raw
        for part in key.split("."):
            entry = entry[part]
        assert set(entry) >= {"value", "status", "source"}, key


def test_files_are_plain_text(name):
    text = (LIBRARY / f"{name}.toml").read_text(encoding="utf-8")
    assert not re.search(r"(?<!\w)/(work|tmp|home|opt|root)/|shared/", text)
    assert max(map(len, text.split("\n"))) <= 110
    # Whole numbers and choices have no table of their own; the line above says where they come from.
    for table in ("[plate]", "[coolant]", "[chips]"):
        assert re.search(r"^# \S.*\n" + re.escape(table) + "$", text, re.MULTILINE), table


def test_a_plate_that_is_no_product_says_so(name, file):
    assert ("not a product" in file.name) == (name not in NAMED)
    assert file.maker.startswith("none: ") == (name not in NAMED)


def test_the_plate_of_the_board_has_the_numbers_of_the_device_file():
    plate, device = load_cold_plate("canaan-a1566ha-board"), load_miner_file("canaan-a1566ha-500t")
    for one, other in (
        (plate.plate.length, device.plate.length),
        (plate.plate.width, device.plate.width),
        (plate.plate.thickness, device.plate.thickness),
        (plate.plate.conductivity, device.plate.conductivity),
        (plate.coolant.width, device.plate.channel_width),
        (plate.coolant.height, device.plate.channel_height),
        (plate.coolant.roughness, device.plate.roughness),
        (plate.coolant.port_loss, device.plate.port_loss),
        (plate.coolant.nusselt_factor, device.plate.nusselt_factor),
        (plate.coolant.friction_factor, device.plate.friction_factor),
        (plate.chips.length, device.chips.length),
        (plate.chips.width, device.chips.width),
        (plate.chips.limit, device.chips.limit),
        (plate.power.leakage_share, device.power.leakage_share),
        (plate.power.leakage_scale, device.power.leakage_scale),
        (plate.power.reference_temperature, device.power.reference_temperature),
    ):
        assert (one.value, one.lower, one.upper) == (other.value, other.lower, other.upper), one.describe()
    assert (plate.coolant.passes, plate.coolant.redevelops) == (device.plate.passes, device.plate.redevelops)
    assert (plate.chips.rows, plate.chips.columns) == (device.chips.rows, device.chips.columns)
    boards = device.boards.count
    chips = boards * device.chips.count
    wall = device.power.wall.nominal * device.power.psu_efficiency.nominal
    assert plate.power.chip.nominal == pytest.approx(wall / chips, rel=1e-3)
    assert plate.design.flow.nominal == pytest.approx(device.coolant.flow.nominal / boards, rel=1e-12)
    # Faces and edges together lose what the device file says of a unit.
    p, v = plate.plate, plate.losses
    face, edge = (
        p.length.nominal * p.width.nominal,
        2 * (p.length.nominal + p.width.nominal) * p.thickness.nominal,
    )
    loss = (v.top.nominal + v.bottom.nominal) * face + v.edge.nominal * edge
    assert loss == pytest.approx(device.surroundings.loss_conductance.nominal / boards, rel=0.05)


def test_the_load_of_each_plate_is_what_it_says():
    loads = {"tube-in-plate": 500, "machined-serpentine": 640, "brazed-parallel": 800, "two-sided": 2304}
    loads |= {"pin-fin": 400, "microchannel-1kw": 1000, "tuckerman-pease": 790}
    assert set(loads) == set(NAMES) - {"canaan-a1566ha-board"}
    for name, load in loads.items():
        file = load_cold_plate(name)
        heat = file.power.chip.nominal * file.chip_map().power_factor.sum()
        assert heat == pytest.approx(load, rel=1e-12), name
        if load != 790:
            assert f"{load} W in all" in file.power.chip.source or name == "microchannel-1kw"


def _section(heading):
    text = DOCS.read_text(encoding="utf-8").split("## Cold-plate file\n", 1)[1].split("\n## ", 1)[0]
    return text.split(f"### {heading}\n", 1)[1].split("\n### ", 1)[0]


def _keys(table):
    rows = [line for line in table.split("\n") if line.startswith("| `")]
    return [key for row in rows for key in re.findall(r"`([^`]+)`", row.split(" | ")[0])]


@pytest.mark.parametrize("section", ["plate", "coolant", "chips", "power", "losses", "design", "envelope"])
def test_the_documentation_names_every_key(section):
    kind = ColdPlateFile.model_fields[section].annotation
    assert issubclass(kind, Section)
    known = set(kind.model_fields) - {"kind"}
    assert sorted(_keys(_section(f"`[{section}]`"))) == sorted(known)


def test_the_documentation_says_which_kind_has_which_key():
    from hashheat.components import cold_plate_coolant as coolant

    lines = [line for line in _section("`[coolant]`").split("\n") if line.startswith("|")]
    kinds = [cell.strip() for cell in lines[0].strip("|").split("|")][3:]
    assert kinds == list(coolant._NEEDED)
    for line in lines[2:]:
        first, *cells = (cell.strip() for cell in line.strip("|").split("|"))
        for key in re.findall(r"`([^`]+)`", first):
            for kind, cell in zip(kinds, cells[2:], strict=True):
                needed = key in coolant._NEEDED[kind] or key in coolant._ALWAYS
                assert (cell == "must") == needed, (key, kind)
                if key in coolant._OPTIONAL[kind]:
                    assert cell == "may", (key, kind)
                if not cell:
                    assert key not in coolant._OPTIONAL[kind]


def test_the_documentation_lists_the_shipped_files():
    assert set(_keys(_section("What the shipped files know"))) == set(NAMES)
