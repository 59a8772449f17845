"""The table of a file on buried pipe."""

import pytest

from hashheat.components.buried_pipe import BuriedPipe
from hashheat.components.buried_pipe_section import BuriedPipeSection
from hashheat.components.record import load_record
from hashheat.thermo.errors import InputError


@pytest.fixture
def made(tmp_path):
    def load(text):
        path = tmp_path / "pipe.toml"
        path.write_text(text, encoding="utf-8")
        return load_record(path, BuriedPipeSection)

    return load


def test_a_size_of_the_catalogue(made):
    section = made("dn = 200\nseries = 2\nlength = '2 km'\nground_conductivity = '1.5 .. 2.0 W/(m K)'\n")
    pipe = section.build()
    values = {"length": 2000.0, "dn": 200, "series": 2, "ground_conductivity": 1.75}
    assert pipe == BuriedPipe.from_values(values)
    # A sample of the uncertain number, by its key.
    assert section.build({"ground_conductivity": 1.6}).loss_per_length < pipe.loss_per_length
    assert set(section.quantities()) == {"length", "ground_conductivity"}


def test_sizes_one_by_one(made):
    pipe = made(
        "layout = 'twin'\nlength = '120 m'\ninner_diameter = '37.2 mm'\nouter_diameter = '42.4 mm'\n"
        "casing_diameter = '180 mm'\ndepth = '80 cm'\ndistance = '61 mm'\nloss = 4\n"
    ).build()
    assert pipe.layout == "twin"
    assert pipe.depth == pytest.approx(0.8)
    assert pipe.loss == 4.0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("dn = 200\n", "length"),
        ("length = '2 km'\n", "sizes of the pipe"),
        ("length = '2 km'\nseries = 2\ninner_diameter = '5 cm'\n", "sizes of the pipe"),
        ("length = '2'\ndn = 200\n", "unit is missing"),
        ("length = '2 km'\ndn = 200\nseries = 4\n", "3 or less"),
        ("length = '2 km'\ndn = 200\ndeep = '1 m'\n", "unknown key"),
        ("length = '2 km'\ndn = 200\nlayout = 'triple'\n", "none of the words"),
    ],
)
def test_what_is_no_pipe_is_refused(made, text, message):
    with pytest.raises(InputError, match=message):
        made(text)


def test_a_size_that_the_catalogue_lacks(made):
    with pytest.raises(InputError, match="no such pipe"):
        made("length = '2 km'\ndn = 90\n").build()
