"""Plate files: the numbers derived from them, and what does not fit is refused with its key."""

import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hashheat.components.exchanger_plate import (
    DEFAULT_PRICE,
    LIBRARY,
    PlateFile,
    load_plate,
    shipped_plates,
)
from hashheat.components.record import read_toml
from hashheat.thermo.errors import InputError

NAME = "g-060"
TEXT = (LIBRARY / f"{NAME}.toml").read_text(encoding="utf-8")


@pytest.fixture
def changed(edited):
    """Function that loads the plate file with pieces of its text replaced."""
    return lambda *changes: load_plate(edited(TEXT, *changes, name="plate.toml"))


def after(section, key, value):
    """Replacement of the value below a table's heading."""
    start = TEXT.index(f"[{section}.{key}]")
    line = TEXT[start:].split("\n")[1]
    assert line.startswith("value")
    return f"[{section}.{key}]\n{line}", f"[{section}.{key}]\nvalue = {value}"


def without(section, key):
    """Replacement that takes a whole table out."""
    start = TEXT.index(f"[{section}.{key}]")
    return TEXT[start : TEXT.index("\n[", start) + 1], ""


def test_unchanged_file_loads(changed):
    plate = changed()
    assert plate == load_plate(NAME)
    assert (plate.kind, plate.limits.max_plates, plate.limits.min_plates) == ("gasketed", 500, 3)
    assert (plate.correlation.name, plate.correlation.friction) == ("martin", None)


def test_numbers_of_the_kakac_example():
    # Kakac, Liu and Pramuanjaroenkij: D_h = 2 x 3.0 / 1.25 = 4.80 mm; 140 kg/s through 52 channels are
    # 1424.5 kg/(m2 s); 103 plates have 109.5 m2.
    numbers = load_plate("kakac-example").nominal()
    assert numbers.hydraulic_diameter == pytest.approx(4.8e-3, rel=1e-12)
    assert numbers.channel_flow_area == pytest.approx(0.003 * 0.63, rel=1e-12)
    assert 140.0 / (52 * numbers.channel_flow_area) == pytest.approx(1424.5, abs=0.05)
    assert 103 * numbers.area == pytest.approx(109.5, abs=0.05)
    assert numbers.port_area == pytest.approx(math.pi * 0.1**2, rel=1e-12)
    assert (numbers.flow_length, numbers.port_distance, numbers.width) == (1.55, 1.55, 0.63)
    assert (numbers.gap, numbers.thickness, numbers.conductivity) == (3e-3, 0.6e-3, 17.5)


def test_velocities_of_the_sinnott_example():
    # Sinnott: 48 channels a pass, 27.8 kg/s of 750 kg/m3 and 68.9 kg/s of 995 kg/m3: 0.51 and 0.96 m/s.
    numbers = load_plate("sinnott-example").nominal()
    assert numbers.hydraulic_diameter == pytest.approx(6e-3, rel=1e-12)
    assert 27.8 / 750.0 / (48 * numbers.channel_flow_area) == pytest.approx(0.515, abs=0.0005)
    assert 68.9 / 995.0 / (48 * numbers.channel_flow_area) == pytest.approx(0.962, abs=0.0005)


def test_nominal_numbers_are_plain_floats():
    for value in load_plate(NAME).nominal():
        assert type(value) is float
        assert value > 0.0


@pytest.mark.parametrize(
    ("plates", "channels"),
    [
        ("[45]", (45.0,)),
        ("[30, 60]", (30.0, 45.0, 60.0)),
        ("[65, 27]", (27.0, 46.0, 65.0)),
        ("[30, 45, 60]", (30.0, 37.5, 45.0, 52.5, 60.0)),
        ("[28.5, 65]", (28.5, 46.75, 65.0)),
    ],
)
def test_channel_angles_are_means_of_two_plates(changed, plates, channels):
    assert changed(("[30, 60]", plates)).channel_angles() == channels


@pytest.mark.parametrize("material", ["stainless steel 316", "titanium", "AISI 304"])
def test_conductivity_of_a_known_material_may_be_left_out(changed, material):
    expected = {"stainless steel 316": 15.0, "titanium": 21.9, "AISI 304": 15.0}[material]
    plate = changed(without("plate", "conductivity"), ('"stainless steel 316"', f'"{material}"'))
    assert plate.nominal().conductivity == expected
    assert plate.quantities()["plate.conductivity"].source


def test_own_conductivity_goes_before_the_material(changed):
    plate = changed(
        after("plate", "conductivity", '"12 W/(m K)"'), ('"stainless steel 316"', '"alloy C-276"')
    )
    assert plate.nominal().conductivity == 12.0


def test_power_law_takes_its_constants(changed):
    law = changed(
        ('name = "martin"', 'name = "power law"\nconstants = {C = 0.3, m = 0.66, a = 4, b = 0.2}')
    ).correlation
    assert law.constants == {"C": 0.3, "m": 0.66, "a": 4.0, "b": 0.2}


def test_friction_of_another_correlation(changed):
    law = changed(('name = "martin"', 'name = "wanniarachchi"\nfriction = "kumar"')).correlation
    assert (law.name, law.friction) == ("wanniarachchi", "kumar")


def test_correlation_is_martin_unless_named(changed):
    assert changed(('name = "martin"\n', "")).correlation.name == "martin"


def test_price(changed):
    assert changed().price_law is DEFAULT_PRICE
    own = changed(
        ("[limits]", '[price]\nfixed = "1200 EUR"\nper_area = "250 .. 350 EUR/m^2"\n\n[limits]')
    ).price_law
    assert own.nominal(20.0) == pytest.approx(1200.0 + 20.0 * 300.0)


def test_default_price_is_a_wide_assumption():
    for quantity in DEFAULT_PRICE.quantities().values():
        assert quantity.status == "assumed"
        assert quantity.source
        assert quantity.upper >= 4.0 * quantity.lower


def test_port_edges_are_a_diameter_less(changed):
    edges = ('"port centres"', '"port edges"')
    plate = changed(edges, after("plate", "flow_length", '"1040 mm"'))  # 1200 less 160
    assert plate.nominal().flow_length == pytest.approx(1.04)
    with pytest.raises(InputError) as caught:
        changed(edges)
    assert caught.value.key == "plate.flow_length"
    assert "plate.port_distance less plate.port_diameter = 1040 mm" in caught.value.accepted


@pytest.mark.parametrize(
    ("replacements", "key", "found", "accepted"),
    [
        ([after("plate", "thickness", '"0.6 .. 2.6 mm"')], "plate.thickness", "2.599 mm", "plate.gap"),
        ([after("plate", "thickness", '"0.5 m"')], "plate.thickness", "0.5 m", "at most 5 mm"),
        ([after("plate", "gap", '"3 m"')], "plate.gap", "3 m", "at most 20 mm"),
        ([after("plate", "gap", '"0.4 mm"')], "plate.thickness", "0.5 mm", "smallest plate.gap = 0.4 mm"),
        ([after("plate", "area", '"0.3 m^2"')], "plate.area", "0.434 times", "0.6 to 1.3 times 0.6912"),
        ([after("plate", "area", '"0.95 m^2"')], "plate.area", "1.37 times", "0.6 to 1.3 times"),
        ([after("plate", "area", '"6000 cm"')], "plate.area", "6000 cm", "area"),
        ([after("plate", "port_diameter", '"225 mm"')], "plate.port_diameter", "225 mm", "plate.width"),
        (
            [
                after("plate", "port_distance", '"150 mm"'),
                after("plate", "flow_length", '"150 mm"'),
            ],
            "plate.port_distance",
            "150 mm",
            "plate.port_diameter",
        ),
        ([after("plate", "flow_length", '"1.3 m"')], "plate.flow_length", "1300 mm", "= 1200 mm"),
        ([after("plate", "enlargement", "0.9")], "plate.enlargement", "0.9", "at least 1"),
        ([("[30, 60]", "[]")], "plate.chevron_angles", "[]", "20 to 80"),
        ([("[30, 60]", "[30, 85]")], "plate.chevron_angles", "85", "20 to 80"),
        ([("[30, 60]", "[19.9, 60]")], "plate.chevron_angles", "19.9", "20 to 80"),
        ([("[30, 60]", "[30, 30.0]")], "plate.chevron_angles", "[30, 30.0]", "all different"),
        ([("[30, 60]", "[30, nan]")], "plate.chevron_angles", "nan", "20 to 80"),
        ([("[30, 60]", '["30 deg"]')], "plate.chevron_angles", "30 deg", "main flow direction"),
        ([("[30, 60]", "30")], "plate.chevron_angles", "30", "such as [30, 60]"),
        ([('"port centres"', '"ports"')], "plate.flow_length_basis", "ports", "port edges"),
        (
            [without("plate", "conductivity"), ('"stainless steel 316"', '"unobtainium"')],
            "plate.conductivity",
            "unobtainium",
            "titanium",
        ),
        ([('"stainless steel 316"', "316")], "plate.material", "316", "stainless steel 316"),
        ([("max_plates = 500", "max_plates = 3")], "limits.max_plates", "3", "most plates"),
        ([("max_plates = 500", "max_plates = 500\nmin_plates = 500")], "limits.min_plates", "500", "500"),
        ([("max_plates = 500", "max_plates = 500\nmin_plates = 2")], "limits.min_plates", "2", "at least 3"),
        ([after("limits", "T_min", '"160 degC"')], "limits.T_min", "160.00 degC", "150.00 degC"),
        ([after("limits", "max_pressure", '"0 bar"')], "limits.max_pressure", "0 bar", "more than 0"),
        ([after("limits", "max_pressure", "17")], "limits.max_pressure", "17", "pressure"),
        ([('name = "martin"', 'name = "martian"')], "correlation.name", "martian", "mean martin"),
        (
            [('name = "martin"', 'name = "martin"\nfriction = "okada"')],
            "correlation.friction",
            "okada",
            "kumar",
        ),
        (
            [('name = "martin"', 'name = "martin"\nconstants = {q = 1}')],
            "correlation.constants.q",
            "1",
            "lead",
        ),
        (
            [('name = "martin"', 'name = "martin"\nconstants = {a = -1}')],
            "correlation.constants.a",
            "-1",
            "above 0",
        ),
        (
            [('name = "martin"', 'name = "martin"\nconstants = {Nu_factor = 1.1}')],
            "correlation.constants.Nu_factor",
            "1.1",
            "correlation.Nu_factor",
        ),
        ([('name = "martin"', 'name = "power law"')], "correlation.constants", None, "each of a, b, C, m"),
        ([('name = "martin"', 'name = "okada"'), ("[30, 60]", "[20]")], "plate.chevron_angles", "20", "30"),
        ([after("correlation", "port_loss", "-1")], "correlation.port_loss", "-1", "at least"),
        ([('kind = "gasketed"', 'kind = "welded"')], "kind", "welded", "brazed"),
        ([('kind = "gasketed"', 'kind = "gasketed"\nmakr = "x"')], "makr", "x", "did you mean 'maker'"),
        (
            [("[limits]", '[price]\nfixed = "9 EUR"\nper_aera = "300 EUR/m^2"\n\n[limits]')],
            "price.per_aera",
            "300",
            "mean 'per_area'",
        ),
        ([("[limits]", '[price]\nfixed = "9 USD"\n\n[limits]')], "price.fixed", "9 USD", "money"),
        ([("[plate.gap]", "[plate.gaap]")], "plate.gaap", None, "did you mean 'gap'"),
    ],
)
def test_what_does_not_fit_is_refused(changed, tmp_path, replacements, key, found, accepted):
    with pytest.raises(InputError) as caught:
        changed(*replacements)
    error = caught.value
    assert error.file == str(tmp_path / "plate.toml")
    assert error.key == key
    if found is not None:
        assert found in str(error.found)
    assert accepted in error.accepted


@pytest.mark.parametrize("section", ["plate", "limits", "correlation"])
def test_tables_are_required(tmp_path, section):
    raw = read_toml(LIBRARY / f"{NAME}.toml")
    del raw[section]
    with pytest.raises(ValueError, match=section):
        PlateFile.model_validate(raw)


def test_unknown_name_lists_the_shipped_ones():
    with pytest.raises(InputError) as caught:
        load_plate("swep-b35")
    assert "did you mean 'swep-b35t'" in caught.value.accepted
    for name in shipped_plates():
        assert name in caught.value.accepted


PIECES = [*"=[]{}'\"\n\\%-#0µK", "..", "+/-", "nan", "inf", "1e400"]


def mutate(text, rng):
    """One small accident: something lost, put in, cut off, or two lines swapped."""
    lines = text.split("\n")
    i, j, at = rng.randrange(len(lines)), rng.randrange(len(lines)), rng.randrange(len(text))
    match rng.randrange(5):
        case 0:
            return text[:at] + text[at + rng.randrange(1, 4) :]
        case 1:
            return text[:at] + rng.choice(PIECES) + text[at:]
        case 2:
            return "\n".join(lines[:i] + lines[i + 1 :])
        case 3:
            lines[i], lines[j] = lines[j], lines[i]
            return "\n".join(lines)
        case _:
            name, _, value = lines[i].partition("=")
            return "\n".join([*lines[:i], f"{name}= {rng.choice(PIECES)}{value}", *lines[i + 1 :]])


@given(seed=st.integers(0, 2**32), accidents=st.integers(1, 3))
@settings(deadline=None, max_examples=100)
def test_a_mutated_file_loads_or_raises_an_input_error(tmp_path_factory, seed, accidents):
    rng = random.Random(seed)
    text = TEXT
    for _ in range(accidents):
        text = mutate(text, rng)
    path = tmp_path_factory.getbasetemp() / "mutated-plate.toml"
    path.write_text(text, encoding="utf-8")
    error = None
    try:
        plate = load_plate(path)
    except InputError as found:
        error = found
    if error is None:
        assert all(math.isfinite(value) and value > 0.0 for value in plate.nominal())
    else:
        assert error.file == str(path)
        assert error.key is not None or "TOML" in error.problem
