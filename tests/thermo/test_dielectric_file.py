"""Files of dielectric liquids: what is read, and what is refused with the key named."""

import tomllib

import pytest
import tomli_w

from hashheat.thermo.dielectric_file import LIBRARY, load_dielectric, shipped_dielectrics
from hashheat.thermo.errors import InputError

NEEDS_SOURCE = {"measured", "datasheet", "literature", "assumed", "remembered"}


def plain() -> dict:
    return tomllib.loads((LIBRARY / "ac-120.toml").read_text(encoding="utf-8"))


def load(tmp_path, content):
    path = tmp_path / "own.toml"
    path.write_text(tomli_w.dumps(content), encoding="utf-8")
    return load_dielectric(path)


@pytest.mark.parametrize("name", shipped_dielectrics())
def test_every_number_of_a_shipped_file_says_where_it_comes_from(name):
    record = load_dielectric(LIBRARY / f"{name}.toml")
    quantities = record.quantities()
    for key, quantity in quantities.items():
        if key.endswith(("at", "second_at")):
            continue
        assert quantity.status in NEEDS_SOURCE, key
        assert quantity.source, key
        # An estimate shows its doubt; the ends of a range of temperature are choices rather than estimates.
        if quantity.status == "assumed" and not key.startswith("limits"):
            assert quantity.is_uncertain, key
    assert "/" not in name
    assert record.file == str(LIBRARY / f"{name}.toml")


def test_there_are_enough_liquids_of_every_class():
    kinds = [load_dielectric(LIBRARY / f"{name}.toml").kind for name in shipped_dielectrics()]
    assert len(kinds) >= 16
    wanted = {"hydrocarbon", "PAO", "GTL", "mineral oil", "ester", "hydrofluoroether", "fluoroketone"}
    assert wanted <= set(kinds)


def test_a_second_viscosity_gives_the_slope(tmp_path):
    content = plain()
    del content["viscosity"]["slope"]
    content["viscosity"] |= {"second_value": "3.6 mm^2/s", "second_at": "100 degC"}
    assert load(tmp_path, content).viscosity.walther_slope() == pytest.approx(3.66, abs=0.1)


@pytest.mark.parametrize(
    ("section", "changes", "key", "words"),
    [
        ("viscosity", {"slope": None}, "law", "one statement"),
        ("viscosity", {"activation": "1000 K"}, "law", "one statement"),
        ("viscosity", {"law": "andrade"}, "law", "one statement"),
        ("viscosity", {"second_value": "3 mm^2/s"}, "second_at", "needs its temperature"),
        ("viscosity", {"second_at": "100 degC"}, "second_value", "needs its temperature"),
        ("viscosity", {"law": "linear"}, "viscosity.law", "none of the words"),
        ("viscosity", {"value": "1.5 mm^2/s"}, "viscosity.law", "from 1 mm"),
        ("viscosity", {"law": "andrade", "slope": None, "shape": []}, "viscosity.shape", "shape"),
        ("viscosity", {"law": "andrade", "slope": None, "shape": ["1"]}, "viscosity.shape", "shape"),
        ("viscosity", {"value": "16 Pa s"}, "viscosity.value", "unit"),
        ("density", {"expansion": "1 %"}, "density.expansion", "unit"),
        ("density", {"expansion": "-1e-4 1/K"}, "density.expansion", "outside the possible range"),
        ("heat_capacity", {"slope": "-40 J/(kg K^2)"}, "heat_capacity.slope", "falls to zero"),
        ("conductivity", {"slope": "-3e-3 W/(m K^2)"}, "conductivity.slope", "falls to zero"),
        ("limits", {"maximum": "-5 degC"}, "limits.maximum", "empty"),
        ("limits", {"boiling_point": "200 degC"}, "vapour_pressure", "both its boiling point"),
        ("limits", {"flashpoint": "200 degC"}, "limits.flashpoint", "unknown key"),
        ("density", {"value": None}, "density.value", "missing"),
        (
            "density",
            {"value": {"value": "800 kg/m^3", "status": "remembered"}},
            "density.value",
            "its source",
        ),
    ],
)
def test_faults_name_the_key(tmp_path, section, changes, key, words):
    content = plain()
    for name, value in changes.items():
        content[section].pop(name, None)
        if value is not None:
            content[section][name] = value
    with pytest.raises(InputError, match=words) as caught:
        load(tmp_path, content)
    assert key in str(caught.value.key)
    assert str(caught.value.file).endswith("own.toml")


def test_a_falling_vapour_pressure_and_a_thickening_oil_are_refused(tmp_path):
    content = plain()
    content["limits"]["boiling_point"] = "200 degC"
    content["vapour_pressure"] = {"value": "2 bar", "at": "25 degC"}
    with pytest.raises(InputError, match="does not rise"):
        load(tmp_path, content)
    content = plain()
    del content["viscosity"]["slope"]
    content["viscosity"] |= {"second_value": "20 mm^2/s", "second_at": "100 degC"}
    with pytest.raises(InputError, match="must fall"):
        load(tmp_path, content)
