import pytest

from hashheat.thermo.errors import InputError
from hashheat.validation.sensor_doubt import ASSUMED, BIAS_OF, load_instruments
from hashheat.validation.unit_model import READINGS

FILE = """\
[T_out]
noise = "50 delta_degC"
bias = "0.1 K"
status = "datasheet"
source = "Pt100, class A"

[volume_flow]
noise = "0.5 %"
bias = 0.01
"""


def test_a_file_replaces_what_it_names(edited):
    found = load_instruments(edited(FILE, ('"50 delta_degC"', '"50 mK"'), name="i.toml"))
    assert found["T_out"] == (0.05, 0.1, "datasheet", "Pt100, class A")
    assert found["volume_flow"][:3] == (0.005, 0.01, "assumed")
    assert {key: x for key, x in found.items() if key not in ("T_out", "volume_flow")} == {
        key: x for key, x in ASSUMED.items() if key not in ("T_out", "volume_flow")
    }
    assert load_instruments(None) == ASSUMED


def test_every_error_that_stays_is_one_the_model_knows():
    assert set(BIAS_OF.values()) < set(READINGS)


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("[T_out]", "[T_board]", "T_board"),
        ('noise = "50 delta_degC"', 'noise = "0 K"', "T_out.noise"),
        ('bias = "0.1 K"', 'bias = "-0.1 K"', "T_out.bias"),
        ('bias = "0.1 K"', 'bias = "0.1 W"', "T_out.bias"),
        ('bias = "0.1 K"', "", "T_out.bias"),
        ('status = "datasheet"', 'status = "known"', "T_out.status"),
        ('status = "datasheet"', 'status = "datasheet"\nclass = "A"', "T_out"),
    ],
)
def test_what_is_no_instrument_is_refused_by_its_key(edited, old, new, key):
    with pytest.raises(InputError) as told:
        load_instruments(edited(FILE, (old, new), name="i.toml"))
    assert told.value.key == key
    assert told.value.file.endswith("i.toml")
