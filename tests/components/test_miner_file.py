"""Device files: what does not fit is refused with its key, and mutations give no other error."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hashheat.components.miner_file import LIBRARY, MinerFile, load_miner_file, shipped_miners
from hashheat.thermo.errors import InputError

NAME = "canaan-a1566ha-500t"
TEXT = (LIBRARY / f"{NAME}.toml").read_text(encoding="utf-8")


@pytest.fixture
def changed(edited):
    """Function that loads the device file with pieces of its text replaced."""
    return lambda *changes: load_miner_file(str(edited(TEXT, *changes, name="device.toml")))


def test_unchanged_file_loads(changed):
    device = changed()
    assert device == load_miner_file(NAME)
    assert (device.boards.count, device.chips.count, device.plate.passes) == (4, 160, 4)
    assert device.plate.cells_per_pass == 16


@pytest.mark.parametrize("name", shipped_miners())
def test_shipped_names_load_and_say_what_they_are(name):
    device = load_miner_file(name)
    assert isinstance(device, MinerFile)
    assert device.cooling == "hydro"
    assert len(device.quantities()) == 28


def after(section, key, value):
    """Replacement of the value below a table's heading."""
    start = TEXT.index(f"[{section}.{key}]")
    line = TEXT[start:].split("\n")[1]
    assert line.startswith("value")
    return f"[{section}.{key}]\n{line}", f"[{section}.{key}]\nvalue = {value}"


@pytest.mark.parametrize(
    ("replacements", "key", "found", "accepted"),
    [
        ([("count = 160", "count = 150")], "chips.count", "150 chips", "160"),
        ([("rows = 10", "rows = 11")], "chips.count", "11 rows", "176"),
        (
            [("rows = 10", "rows = 40"), ("columns = 16", "columns = 4")],
            "chips.rows",
            "40 chips of 8 mm",
            "at most 20",
        ),
        (
            [("rows = 10", "rows = 2"), ("columns = 16", "columns = 80")],
            "chips.columns",
            "80 chips of 8 mm",
            "at most",
        ),
        (
            [after("plate", "channel_width", '"45 mm"')],
            "plate.channel_width",
            "45 mm",
            "plate.width / plate.passes",
        ),
        ([("passes = 4", "passes = 16")], "plate.channel_width", "mm", "plate.width / plate.passes"),
        ([after("plate", "channel_height", '"15 mm"')], "plate.channel_height", "15 mm", "plate.thickness"),
        ([('"rectangular"', '"round"')], "plate.channel_height", None, "channel_width"),
        ([after("power", "wall", '"8064"')], "power.wall", "8064", "W"),
        ([after("power", "wall", '"8064 kg"')], "power.wall", "8064 kg", "W"),
        ([after("power", "wall", '"0 W"')], "power.wall", "0 W", "more than 0"),
        ([after("power", "leakage_share", "1.5")], "power.leakage_share", "1.5", "at most"),
        ([after("chips", "limit", '"95 K .. 90 K"')], "chips.limit", "95 K .. 90 K", "lower end first"),
        (
            [("[surroundings.loss_conductance]", "[surroundings.loss]")],
            "surroundings.loss_conductance",
            None,
            "room",
        ),
        ([('maker = "Canaan"', 'maker = "Canaan"\nmakr = "x"')], "makr", "x", "did you mean 'maker'"),
        (
            [("passes = 4", "passes = 4\ncells_pr_pass = 8")],
            "plate.cells_pr_pass",
            "8",
            "mean 'cells_per_pass'",
        ),
    ],
)
def test_what_does_not_fit_is_refused(changed, tmp_path, replacements, key, found, accepted):
    with pytest.raises(InputError) as caught:
        changed(*replacements)
    error = caught.value
    assert error.file == str(tmp_path / "device.toml")
    assert error.key == key
    if found is not None:
        assert found in str(error.found)
    assert accepted in error.accepted


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("passes = 4", "passes = 17", "plate.passes"),
        ("passes = 4", "passes = 0", "plate.passes"),
        ("passes = 4", "passes = 4\ncells_per_pass = 1", "plate.cells_per_pass"),
        ("count = 4", "count = 0", "boards.count"),
        ('"rectangular"', '"oval"', "plate.channel_shape"),
        ('cooling = "hydro"', 'cooling = "air"', "cooling"),
    ],
)
def test_integers_and_choices_have_limits(changed, old, new, key):
    with pytest.raises(InputError) as caught:
        changed((old, new))
    assert caught.value.key == key
    assert caught.value.found is not None


def test_whole_section_missing(changed):
    start = TEXT.index("[coolant.flow]")
    with pytest.raises(InputError) as caught:
        changed((TEXT[start : TEXT.index("[surroundings")], ""))
    assert caught.value.key == "coolant"
    assert "[coolant]" in caught.value.accepted


def test_a_round_channel_is_accepted(changed):
    width = after("plate", "channel_width", '"7 mm"')
    height = after("plate", "channel_height", '"7 mm"')
    assert changed(('"rectangular"', '"round"'), width, height).plate.channel_shape == "round"


def test_unknown_name_lists_the_shipped_ones():
    with pytest.raises(InputError) as caught:
        load_miner_file("canaan-a1566-500t")
    assert f"did you mean '{NAME}'" in caught.value.accepted
    for name in shipped_miners():
        assert name in caught.value.accepted


PIECES = [*"=[]{}'\"\n\\%-#0µK", "..", "+/-", "nan", "inf", "1e400"]


def mutate(text, rng):
    """One small accident: a character or a line lost, doubled, swapped or replaced."""
    lines = text.split("\n")
    i, j = rng.randrange(len(lines)), rng.randrange(len(lines))
    at = rng.randrange(len(text))
    match rng.randrange(7):
        case 0:
            return text[:at] + text[at + rng.randrange(1, 4) :]
        case 1:
            return text[:at] + rng.choice(PIECES) + text[at:]
        case 2:
            return "\n".join(lines[:i] + lines[i + 1 :])
        case 3:
            return "\n".join([*lines[:i], lines[i], *lines[i:]])
        case 4:
            lines[i], lines[j] = lines[j], lines[i]
            return "\n".join(lines)
        case 5:
            name, _, value = lines[i].partition("=")
            return "\n".join([*lines[:i], f"{name}= {rng.choice(PIECES)}{value}", *lines[i + 1 :]])
        case _:
            return text[:at]


@given(seed=st.integers(0, 2**32), accidents=st.integers(1, 4))
@settings(deadline=None, max_examples=150)
def test_a_mutated_file_loads_or_raises_an_input_error(tmp_path_factory, seed, accidents):
    rng = random.Random(seed)
    text = TEXT
    for _ in range(accidents):
        text = mutate(text, rng)
    path = tmp_path_factory.getbasetemp() / "mutated.toml"
    path.write_text(text, encoding="utf-8")
    error = None
    try:
        device = load_miner_file(str(path))
    except InputError as found:
        error = found
    if error is None:
        assert device.chips.rows * device.chips.columns == device.chips.count
    else:
        assert error.file == str(path)
        assert error.key is not None or "TOML" in error.problem


@given(blob=st.binary(max_size=60))
@settings(deadline=None, max_examples=60)
def test_any_bytes_are_an_input_error(tmp_path_factory, blob):
    path = tmp_path_factory.getbasetemp() / "blob.toml"
    path.write_bytes(blob)
    with pytest.raises(InputError):
        load_miner_file(str(path))
