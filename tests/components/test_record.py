"""Reading records: every fault is one error that names file, key, what was found and what is accepted."""

from typing import Literal

import pytest
from pydantic import Field

from hashheat.components.record import (
    FileRecord,
    Section,
    find_beside,
    find_file,
    load_record,
    number,
    read_toml,
)
from hashheat.thermo.errors import HashheatError, InputError


class Inner(Section):
    height: object = number("m", positive=True, about="how high it is, e.g. '2 m'")
    count: int = Field(gt=0, description="how many there are")
    open: bool = Field(description="whether it is open")


class Outer(Section):
    title: str = Field(description="what it is called")
    share: object = number("1", minimum=0.0, maximum=1.0, about="share, 0 to 1")
    inner: Inner = Field(description="an [inner] table")
    spare: Inner | None = Field(default=None, description="a [spare] table")


GOOD = """
title = "box"
share = 0.25
[inner]
height = "150 cm"
count = 3
open = true
"""


@pytest.fixture
def write(tmp_path):
    def to_file(text):
        path = tmp_path / "record.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return to_file


def fault(path):
    with pytest.raises(InputError) as caught:
        load_record(path, Outer)
    error = caught.value
    assert error.file == str(path)
    assert str(path) in str(error)
    assert str(error).count("\n") < 8
    return error


def test_good_file(write):
    record = load_record(write(GOOD), Outer)
    assert record.title == "box"
    assert record.inner.height.nominal == pytest.approx(1.5)
    assert record.inner.count == 3
    assert record.spare is None


def test_quantities_by_dotted_key(write):
    extra = '[spare]\nheight = "2 m +/- 0.1 m"\ncount = 1\nopen = false\n'
    record = load_record(write(GOOD + extra), Outer)
    quantities = record.quantities()
    assert list(quantities) == ["share", "inner.height", "spare.height"]
    assert quantities["inner.height"].unit == "m"
    assert quantities["spare.height"].sigma == pytest.approx(0.1)


def test_a_record_cannot_be_changed(write):
    record = load_record(write(GOOD), Outer)
    with pytest.raises(ValueError, match="frozen"):
        record.title = "other"


@pytest.mark.parametrize(
    ("old", "new", "key", "found", "accepted"),
    [
        ("count = 3", "count = 3\ncolour = 'red'", "inner.colour", "red", "height, count, open"),
        ("count = 3", "count = 3\nheigth = '1 m'", "inner.heigth", "1 m", "did you mean 'height'?"),
        ("title", "titel = 'a'\ntitle", "titel", "a", "did you mean 'title'?"),
        ("count = 3", "", "inner.count", None, "how many there are"),
        ('height = "150 cm"', "", "inner.height", None, "how high it is"),
        ('"150 cm"', "150", "inner.height", "150", "'"),
        ('"150 cm"', '"150"', "inner.height", "150", "'"),
        ('"150 cm"', '"150 kg"', "inner.height", "150 kg", "length"),
        ('"150 cm"', '"-150 cm"', "inner.height", "-150 cm", "more than 0"),
        ('"150 cm"', '"0 cm"', "inner.height", "0 cm", "more than 0"),
        ('"150 cm"', '"tall"', "inner.height", "tall", "'"),
        ("share = 0.25", "share = 1.25", "share", "1.25", "at most"),
        ("share = 0.25", "share = -0.25", "share", "-0.25", "at least"),
        ("share = 0.25", "share = nan", "share", "nan", "number"),
        ("share = 0.25", "share = 2020-01-01", "share", "2020", "number"),
        ("share = 0.25", "share = [1, 2]", "share", "[1, 2]", "number"),
        ("share = 0.25", "share = {value = 0.2}", "share", "status", "assumed"),
    ],
)
def test_faults_are_named(write, old, new, key, found, accepted):
    assert old in GOOD
    error = fault(write(GOOD.replace(old, new, 1)))
    assert error.key == key
    if found is not None:
        assert found in str(error.found)
    assert accepted in error.accepted
    for part in (error.key, error.accepted):
        assert str(part) in str(error)


def test_a_missing_table_is_named(write):
    error = fault(write('title = "box"\nshare = 0.25\n'))
    assert error.key == "inner"
    assert "[inner]" in error.accepted


@pytest.mark.parametrize(("right", "wrong"), [("height", "hieght"), ("count", "cout"), ("open", "opne")])
def test_a_misspelt_required_key_is_recognised(write, right, wrong):
    error = fault(write(GOOD.replace(f"{right} =", f"{wrong} =")))
    assert error.key == f"inner.{wrong}"
    assert f"did you mean '{right}'" in error.accepted


@pytest.mark.parametrize(
    ("old", "new", "key", "found"),
    [
        ("count = 3", "count = 'three'", "inner.count", "three"),
        ("count = 3", "count = 3.5", "inner.count", "3.5"),
        ("count = 3", "count = 0", "inner.count", "0"),
        ("open = true", "open = 'perhaps'", "inner.open", "perhaps"),
        ('title = "box"', "title = 7", "title", "7"),
        ('title = "box"', 'title = ["box"]', "title", "box"),
    ],
)
def test_wrong_types_are_named(write, old, new, key, found):
    error = fault(write(GOOD.replace(old, new, 1)))
    assert error.key == key
    assert found in str(error.found)


@pytest.mark.parametrize(("old", "new"), [("count = 3", "count = 'three'"), ('title = "box"', "title = 7")])
def test_wrong_types_say_what_is_accepted(write, old, new):
    assert fault(write(GOOD.replace(old, new, 1))).accepted


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("count = 3", "count = true"),
        ("count = 3", "count = '3'"),
        ("open = true", "open = 1"),
        ("open = true", "open = 'yes'"),
    ],
)
def test_types_are_not_converted(write, old, new):
    fault(write(GOOD.replace(old, new, 1)))


@pytest.mark.parametrize(
    "text", ["inner = 3\ntitle = 'a'\nshare = 0.1", "inner = [1]\ntitle = 'a'\nshare = 0.1"]
)
def test_a_value_in_place_of_a_table(write, text):
    assert fault(write(text)).key == "inner"


@pytest.mark.parametrize("text", ["title = ", "= 3", "[inner", 'title = "a"\ntitle = "b"', "\x00"])
def test_not_toml(write, text):
    error = fault(write(text))
    assert "TOML" in error.problem
    assert "TOML" in error.accepted


def test_not_text(tmp_path):
    path = tmp_path / "record.toml"
    path.write_bytes(b"\xff\xfe\x00")
    assert "cannot be read" in fault(path).problem


def test_no_such_file(tmp_path):
    path = tmp_path / "nowhere.toml"
    with pytest.raises(InputError, match="not found") as caught:
        read_toml(path)
    assert caught.value.file == str(path)


def test_a_folder_is_no_file(tmp_path):
    assert "cannot be read" in fault(tmp_path).problem


def test_deep_nesting_is_an_input_error(write):
    fault(write("x = " + "[" * 3000 + "]" * 3000))


def test_a_number_beyond_all_bounds_is_an_input_error(write):
    fault(write(GOOD.replace("0.25", "1" + "0" * 400)))


def test_find_file(tmp_path):
    library = tmp_path / "library"
    library.mkdir()
    for name in ("alpha-one", "beta-two"):
        (library / f"{name}.toml").touch()
    own = tmp_path / "own.toml"
    own.touch()
    assert find_file("beta-two", library, "thing") == library / "beta-two.toml"
    assert find_file(str(own), library, "thing") == own
    with pytest.raises(InputError, match="there is no thing of this name") as caught:
        find_file("alpha-onne", library, "thing")
    assert caught.value.file == "alpha-onne"
    assert "did you mean 'alpha-one'?" in caught.value.accepted
    assert "beta-two" in caught.value.accepted
    with pytest.raises(InputError) as caught:
        find_file(str(tmp_path / "absent.toml"), library, "thing")
    assert "did you mean" not in caught.value.accepted


@pytest.mark.parametrize("name", ["", ".", "\0", "~", "alpha-one.TOML"])
def test_odd_names_are_input_errors(tmp_path, name):
    with pytest.raises(InputError):
        find_file(name, tmp_path, "thing")


def test_a_long_name_is_an_input_error(tmp_path):
    with pytest.raises(HashheatError):
        find_file("a" * 5000, tmp_path, "thing")


class _Lists(Section):
    name: str = Field(description="name of it, a text")
    pair: list[int] = Field(default=[1, 1], min_length=2, max_length=2, description="two whole numbers")
    word: Literal["a", "b"] = Field(default="a", description="'a' or 'b'")
    part: float = Field(default=0.5, gt=0.0, lt=1.0, description="0 to 1")


@pytest.mark.parametrize(
    ("text", "key", "problem"),
    [
        ("pair = [1, 2, 3]", "pair", "has too many entries: 3 in place of 2 at most"),
        ("pair = [1]", "pair", "has too few entries: 1 in place of 2 or more"),
        ("pair = 1", "pair", "must be a list"),
        ("pair = [1, 'b']", "pair.1", "must be a whole number"),
        ("pair = [1, 1.5]", "pair.1", "must be a whole number"),
        ("word = 'c'", "word", "is none of the words accepted"),
        ("part = 1.5", "part", "must be less than 1.0"),
        ("part = 0.0", "part", "must be more than 0.0"),
        ("part = 'half'", "part", "must be a number"),
    ],
)
def test_faults_are_told_in_plain_words(write, text, key, problem):
    path = write(f'name = "x"\n{text}\n')
    with pytest.raises(InputError) as caught:
        load_record(path, _Lists)
    assert (caught.value.key, caught.value.problem) == (key, problem)


@pytest.mark.parametrize("name", ["absent.toml", "folder/absent", "alpha.TOML/x"])
def test_a_path_that_is_not_there_is_not_taken_for_a_name(tmp_path, name):
    with pytest.raises(InputError, match="file not found"):
        find_file(name, tmp_path, "thing")


def test_a_directory_is_called_one(tmp_path):
    with pytest.raises(InputError, match="is a directory"):
        find_file(str(tmp_path), tmp_path, "thing")


def test_digits_in_another_order_are_recognised(tmp_path):
    for name in ("g-060", "g-006", "g-160", "g-200", "g-600x"):
        (tmp_path / f"{name}.toml").touch()
    with pytest.raises(InputError, match="did you mean 'g-060'"):
        find_file("g-600", tmp_path, "thing")


def test_a_file_that_stands_beside_comes_first(tmp_path, monkeypatch):
    """Before a shipped one and before one in the current folder; a path leads from the file that names it."""
    library, home, elsewhere = (tmp_path / name for name in ("library", "home", "elsewhere"))
    for folder in (library, home / "own", elsewhere):
        folder.mkdir(parents=True)
    for path in (library / "a.toml", home / "a", home / "own" / "b.toml", elsewhere / "c.toml"):
        path.touch()
    monkeypatch.chdir(elsewhere)
    unit = home / "unit.toml"
    assert find_beside("a", unit, library, "thing") == home / "a"
    assert find_beside("a", None, library, "thing") == library / "a.toml"
    assert find_beside("own/b.toml", unit, library, "thing") == home / "own" / "b.toml"
    for given in (unit, None):
        assert find_beside("c.toml", given, library, "thing").resolve() == elsewhere / "c.toml"
    with pytest.raises(InputError, match="did you mean 'a'"):
        find_beside("aa", unit, library, "thing")


def test_a_file_record_remembers_its_file(write):
    class Named(FileRecord):
        title: str = Field(description="what it is called")

    path = write('title = "box"\n')
    record = load_record(path, Named)
    assert (record.path, record.file) == (path, str(path))
    made = Named(title="box")
    assert (made.path, made.file) == (None, None)
