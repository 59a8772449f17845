"""Chips on a plate: where a grid and a picture put them, and which ones are refused."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hashheat.components.chip_map import (
    BOTTOM,
    TOP,
    ChipKind,
    ChipMap,
    chip_grid,
    chip_picture,
)
from hashheat.components.errors import (
    ChipLetterError,
    ChipMapError,
    ChipOffPlateError,
    ChipOverlapError,
    EmptyMapError,
    RaggedMapError,
)
from hashheat.thermo.errors import InputError

PLAIN = ChipKind(8e-3, 6e-3)
PLATE = (0.2, 0.1)


def chips(x, y, length, width, side=None, label=None, power_factor=None):
    n = len(x)
    return ChipMap(
        x=np.array(x),
        y=np.array(y),
        length=np.broadcast_to(length, n),
        width=np.broadcast_to(width, n),
        side=np.full(n, TOP) if side is None else np.array(side),
        label=tuple(f"U{i}" for i in range(n)) if label is None else label,
        power_factor=np.ones(n) if power_factor is None else power_factor,
    )


def test_a_grid_is_evenly_pitched_from_the_lower_left_corner():
    found = chip_grid(2, 4, PLAIN, PLATE)
    assert found.label == ("r1c1", "r1c2", "r1c3", "r1c4", "r2c1", "r2c2", "r2c3", "r2c4")
    assert found.x == pytest.approx([0.025, 0.075, 0.125, 0.175] * 2, rel=1e-14)
    assert found.y == pytest.approx([0.025] * 4 + [0.075] * 4, rel=1e-14)
    assert set(found.length) == {8e-3}
    assert set(found.width) == {6e-3}
    assert set(found.side) == {TOP}
    assert set(found.power_factor) == {1.0}


def test_margins_stay_free():
    found = chip_grid(1, 4, PLAIN, PLATE, margins=(0.02, 0.03))
    assert found.x == pytest.approx([0.04, 0.08, 0.12, 0.16], rel=1e-14)
    assert found.y == pytest.approx([0.05] * 4, rel=1e-14)
    with pytest.raises(ChipMapError, match="no room") as caught:
        chip_grid(1, 4, PLAIN, PLATE, margins=(0.02, 0.05))
    assert caught.value.key == "margin_y"


def test_a_full_picture_is_the_grid():
    grid, picture = chip_grid(2, 3, PLAIN, PLATE), chip_picture("###\n###", {"#": PLAIN}, PLATE)
    assert grid.label == picture.label
    for name in ("x", "y", "length", "width", "side", "power_factor"):
        np.testing.assert_array_equal(getattr(grid, name), getattr(picture, name))


def test_the_top_line_of_a_picture_has_the_largest_y_and_letters_their_kind():
    kinds = {"#": PLAIN, "B": ChipKind(20e-3, 15e-3, 2.5)}
    found = chip_picture("\n  #..\n  .B.  \n\n", kinds, PLATE)
    assert found.label == ("r1c2", "r2c1")
    assert found.x == pytest.approx([0.1, 0.2 / 6], rel=1e-14)
    assert found.y == pytest.approx([0.025, 0.075], rel=1e-14)
    assert list(found.length) == [20e-3, 8e-3]
    assert list(found.width) == [15e-3, 6e-3]
    assert list(found.power_factor) == [2.5, 1.0]


@pytest.mark.parametrize(
    ("text", "error", "said"),
    [
        ("", EmptyMapError, "no chip"),
        ("\n \n", EmptyMapError, "no chip"),
        ("...\n...", EmptyMapError, "no chip"),
        ("###\n##\n###", RaggedMapError, "line 2"),
        ("###\n\n###", RaggedMapError, "line 2"),
        ("#.#\n#x#", ChipLetterError, "line 2, column 2"),
        ("# #", ChipLetterError, "column 2"),
    ],
)
def test_a_picture_that_cannot_be_is_refused(text, error, said):
    with pytest.raises(error, match=said):
        chip_picture(text, {"#": PLAIN}, PLATE)


def test_chips_may_touch_each_other_and_the_edge():
    tiles = chip_grid(9, 7, ChipKind(0.7 / 7, 0.9 / 9), (0.7, 0.9))
    assert tiles.check_fits(0.7, 0.9) is tiles


@pytest.mark.parametrize(
    ("x", "y", "edge", "beyond"),
    [
        (3e-3, 50e-3, "x = 0", "1 mm"),
        (198.5e-3, 50e-3, "x = length", "2.5 mm"),
        (100e-3, 1e-3, "y = 0", "2 mm"),
        (100e-3, 99e-3, "y = width", "2 mm"),
    ],
)
def test_a_chip_off_the_plate_is_named_with_its_distance(x, y, edge, beyond):
    with pytest.raises(ChipOffPlateError) as caught:
        chips([0.1, x], [0.05, y], 8e-3, 6e-3).check_fits(*PLATE)
    assert "chip U1" in caught.value.problem
    assert caught.value.problem.endswith(f"{beyond} beyond the plate's edge at {edge}")


def test_two_chips_on_the_same_place_are_both_named():
    with pytest.raises(ChipOverlapError, match="U1 and U3 overlap"):
        chips([0.02, 0.05, 0.09, 0.056], [0.05, 0.05, 0.05, 0.054], 8e-3, 6e-3).check_fits(*PLATE)


def test_chips_on_different_faces_do_not_meet():
    both = chip_grid(2, 2, PLAIN, PLATE).on_both_sides()
    assert both.check_fits(*PLATE) is both
    assert list(both.side) == [TOP] * 4 + [BOTTOM] * 4
    assert both.label[4:] == ("bottom r1c1", "bottom r1c2", "bottom r2c1", "bottom r2c2")
    np.testing.assert_array_equal(both.x[:4], both.x[4:])


@pytest.mark.parametrize(
    ("changed", "key"),
    [
        ({"length": 0.0}, "length"),
        ({"width": np.nan}, "width"),
        ({"power_factor": np.array([1.0, -0.1])}, "power_factor"),
        ({"side": [TOP, 2]}, "side"),
        ({"power_factor": np.ones(3)}, "power_factor"),
        ({"label": ("a", "a")}, None),
    ],
)
def test_numbers_that_cannot_be_are_refused(changed, key):
    given_ = {"x": [0.05, 0.15], "y": [0.05, 0.05], "length": 8e-3, "width": 6e-3, **changed}
    with pytest.raises(ChipMapError) as caught:
        chips(**given_)
    assert caught.value.key == key


def test_an_empty_map_is_refused():
    with pytest.raises(EmptyMapError):
        chips([], [], 1e-3, 1e-3)


def test_arrays_cannot_be_changed():
    with pytest.raises(ValueError, match="read-only"):
        chip_grid(1, 1, PLAIN, PLATE).x[0] = 0.0


@given(
    boxes=st.lists(
        st.tuples(
            st.integers(0, 40), st.integers(0, 40), st.integers(1, 8), st.integers(1, 8), st.booleans()
        ),
        min_size=1,
        max_size=30,
    )
)
@settings(deadline=None, max_examples=300)
def test_the_sweep_finds_what_comparing_all_pairs_finds(boxes):
    x0, y0, a, b, top = (np.array(column) for column in zip(*boxes, strict=True))
    found = chips(
        1e-3 * (x0 + 0.5 * a), 1e-3 * (y0 + 0.5 * b), 1e-3 * a, 1e-3 * b, side=np.where(top, TOP, BOTTOM)
    ).overlapping_pair()

    def overlap(i, j):
        # In whole millimetres, so that chips that touch do so exactly.
        across = min(x0[i] + a[i], x0[j] + a[j]) > max(x0[i], x0[j])
        return top[i] == top[j] and across and min(y0[i] + b[i], y0[j] + b[j]) > max(y0[i], y0[j])

    every = {(i, j) for i in range(len(boxes)) for j in range(i + 1, len(boxes)) if overlap(i, j)}
    assert (found in every) if every else found is None


@given(text=st.text(alphabet=st.sampled_from([*".#AB x\n\t\r\x00\x85é"]), max_size=40))
@settings(deadline=None, max_examples=300)
def test_any_picture_is_a_map_or_an_input_error(text):
    kinds = {"#": PLAIN, "A": ChipKind(1e-3, 1e-3), "B": ChipKind(50e-3, 50e-3, 0.0)}
    try:
        found = chip_picture(text, kinds, PLATE)
    except InputError:
        return
    assert len(found) == sum(text.count(letter) for letter in kinds)
    assert (0.0 < found.x).all()
    assert (found.x < PLATE[0]).all()
    assert (0.0 < found.y).all()
    assert (found.y < PLATE[1]).all()
