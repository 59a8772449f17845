"""Tables of chip positions: what they hold is read, what cannot be is refused with its line."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hashheat.components.chip_map import BOTTOM, TOP
from hashheat.components.chip_table import read_chip_table
from hashheat.components.errors import ChipTableError, EmptyMapError
from hashheat.thermo.errors import InputError


@pytest.fixture
def read(tmp_path):
    def load(text, size=None):
        path = tmp_path / "chips.csv"
        path.write_bytes(text.encode("utf-8"))
        return read_chip_table(path, size)

    return load


def test_every_column_is_read(read):
    found = read(
        "name,x_mm,y_mm,length_mm,width_mm,side,power_factor\nU1,20,15,8,6,top,1\nU2,40.5,15,9,7,bottom,120 %\n"
    )
    assert found.label == ("U1", "U2")
    assert found.x == pytest.approx([0.020, 0.0405], rel=1e-14)
    assert found.y == pytest.approx([0.015, 0.015], rel=1e-14)
    assert found.length == pytest.approx([0.008, 0.009], rel=1e-14)
    assert found.width == pytest.approx([0.006, 0.007], rel=1e-14)
    assert list(found.side) == [TOP, BOTTOM]
    assert found.power_factor == pytest.approx([1.0, 1.2], rel=1e-14)


@pytest.mark.parametrize(
    "text",
    [
        "x_mm,y_cm,length [um],width (mm)\n25.4,1,8000,6\n",
        "x_in,y_m,length,width\n1,0.01,8 mm,0.6 cm\n",
        "\ufeff# from the board\r\n\r\nwidth,length,y,x\r\n6mm,8 mm,10 mm,1 inch\r\n\r\n",
        "X_mm; Y_mm ;length_mm;width_mm\n25.4; 10 ;8;6\n#;;;\n;;;\n",
        'x_mm,y_mm,length_mm,width_mm\n"25.4","10","8","6"',
    ],
)
def test_units_separators_and_comments(read, text):
    found = read(text)
    assert len(found) == 1
    numbers = [found.x[0], found.y[0], found.length[0], found.width[0]]
    assert numbers == pytest.approx([0.0254, 0.010, 0.008, 0.006], rel=1e-12)
    assert found.side[0] == TOP
    assert found.power_factor[0] == 1.0


def test_sizes_from_elsewhere_and_names_from_lines(read):
    found = read("x_mm,y_mm\n10,10\n\n20,10\n", size=(8e-3, 6e-3))
    assert found.label == ("line 2", "line 4")
    assert set(found.length) == {8e-3}
    assert set(found.width) == {6e-3}


HEAD = "x_mm,y_mm,length_mm,width_mm"


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("x_mm,y_mm,length_mm\n1,1,1\n", "line 1, column width", "missing"),
        ("", "line 1, column x", "missing"),
        (f"{HEAD},hight_mm\n1,1,1,1,1\n", "line 1", "unknown column"),
        (f"{HEAD},x\n1,1,1,1,1\n", "line 1", "twice"),
        (f"{HEAD},side_mm\n1,1,1,1,top\n", "line 1, column side", "no unit"),
        ("x_mm,y_mm,length_mm,width [kg]\n1,1,1,1\n", "line 1, column width", ""),
        (f"{HEAD}\n1,1,1,1\n1,1,1\n", "line 3", "number of fields"),
        (f"{HEAD}\n# c\n\n1,1,1,1\n1,one,1,1\n", "line 5, column y", "not a number"),
        (f"{HEAD}\n1,1 mm,1,1\n", "line 2, column y", "not a number"),
        (f"{HEAD}\n1,,1,1\n", "line 2, column y", "not a number"),
        (f"{HEAD}\n1,nan,1,1\n", "line 2, column y", "not a number"),
        (f"{HEAD}\n1,1e400,1,1\n", "line 2, column y", "cannot be"),
        (f"{HEAD}\n1,1,0,1\n", "line 2, column length", "cannot be"),
        (f"{HEAD}\n1,1,1,-1\n", "line 2, column width", "cannot be"),
        ("x,y,length,width\n1 mm,1,1 mm,1 mm\n", "line 2, column y", "needs its unit"),
        ("x,y,length,width\n1 mm,1 s,1 mm,1 mm\n", "line 2, column y", ""),
        (f"{HEAD},side\n1,1,1,1,left\n", "line 2, column side", "no side"),
        (f"{HEAD},power_factor\n1,1,1,1,-2\n", "line 2, column power_factor", "cannot be"),
        (f"{HEAD},power_factor\n1,1,1,1,much\n", "line 2, column power_factor", ""),
        (f"{HEAD},name\n1,1,1,1,A\n5,5,1,1,B\n9,9,1,1,A\n", "line 4, column name", "same name"),
        (f'{HEAD}\n1,1,1,"1\n', "line 2", "not CSV"),
    ],
)
def test_faults_name_line_and_column(read, tmp_path, text, place, said):
    with pytest.raises(ChipTableError) as caught:
        read(text)
    error = caught.value
    assert error.file == str(tmp_path / "chips.csv")
    assert error.key == place
    assert said in error.problem


def test_a_size_given_twice_is_refused(read):
    with pytest.raises(ChipTableError, match="twice"):
        read(f"{HEAD}\n1,1,1,1\n", size=(1e-3, 1e-3))


def test_a_table_without_chips_is_refused(read):
    with pytest.raises(EmptyMapError):
        read(f"{HEAD}\n\n# none yet\n")


def test_what_is_no_text_is_refused(tmp_path):
    path = tmp_path / "chips.csv"
    for missing in (path, tmp_path):
        with pytest.raises(ChipTableError):
            read_chip_table(missing)
    path.write_bytes(b"x_mm,\xff\xfe")
    with pytest.raises(ChipTableError):
        read_chip_table(path)


@given(
    rows=st.lists(
        st.tuples(
            st.floats(-1.0, 1.0),
            st.floats(-1.0, 1.0),
            st.floats(1e-5, 1.0),
            st.floats(1e-5, 1.0),
            st.sampled_from(["top", "bottom"]),
            st.floats(0.0, 10.0),
        ),
        min_size=1,
        max_size=8,
    )
)
@settings(deadline=None, max_examples=100)
def test_a_table_reads_back_what_was_written(tmp_path_factory, rows):
    path = tmp_path_factory.getbasetemp() / "written.csv"
    lines = [",".join(str(value) for value in row) for row in rows]
    path.write_text("\n".join(["x_m,y_m,length_m,width_m,side,power_factor", *lines]), encoding="utf-8")
    found = read_chip_table(path)
    columns = list(zip(*rows, strict=True))
    for name, column in zip(("x", "y", "length", "width"), columns, strict=False):
        np.testing.assert_array_equal(getattr(found, name), column)
    assert [("bottom", "top")[side] for side in found.side] == list(columns[4])
    np.testing.assert_array_equal(found.power_factor, columns[5])


PIECES = [
    "x",
    "y_mm",
    "length",
    "width_mm",
    "side",
    "name",
    "1",
    "2.5",
    "8 mm",
    "top",
    "-",
    "%",
    "é",
    "1e400",
    "#",
]


@given(
    text=st.lists(st.sampled_from([*PIECES, *",,,,;\n\n\n\"'\x00\r"]), max_size=60).map("".join),
    whole=st.booleans(),
)
@settings(deadline=None, max_examples=300)
def test_any_text_is_a_map_or_an_input_error(tmp_path_factory, text, whole):
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_text((f"{HEAD}\n" if whole else "") + text, encoding="utf-8", newline="")
    found = error = None
    try:
        found = read_chip_table(path)
    except InputError as refused:
        error = refused
    if found is None:
        assert error.file == str(path)
    else:
        assert np.isfinite(found.x).all()
        assert (found.length > 0.0).all()


@given(blob=st.binary(max_size=60))
@settings(deadline=None, max_examples=60)
def test_any_bytes_are_an_input_error(tmp_path_factory, blob):
    path = tmp_path_factory.getbasetemp() / "blob.csv"
    path.write_bytes(blob)
    with pytest.raises(InputError):
        read_chip_table(path)
