"""Plant files: what is wrong is named with its place, and the shipped ones say where their numbers come from."""

import pytest

from hashheat.fleet.plant_file import load_plant_file, shipped_plants
from hashheat.thermo.errors import InputError

NO_SETPOINT = {"loop.outlet_setpoint": None}
RISING = [["0 m3/h", "1 bar"], ["3 m3/h", "2 bar"], ["6 m3/h", "0.5 bar"]]
TWO_POINTS = [["0 m3/h", "3 bar"], ["6 m3/h", "1 bar"]]
FALLING = [["0 m3/h", "3 bar"], ["3 m3/h", "2.5 bar"], ["6 m3/h", "1 bar"]]

# Change, key named, what the text under `found` holds, what the text under `accepted` holds.
FAULTS = {
    "unknown key": ({"loop.inlett": "70 degC"}, "loop.inlett", "70 degC", "'inlet'"),
    "unknown table": ({"headers.diameter": "1 m"}, "headers", "diameter", "header"),
    "missing key": ({"loop.inlet": None}, "loop.inlet", None, "degC"),
    "no unit": ({"loop.inlet": "70"}, "loop.inlet", "70", "degC"),
    "bare number": ({"loop.pressure": 3}, "loop.pressure", "3", "bar"),
    "wrong dimension": ({"loop.flow": "11 bar"}, "loop.flow", "11 bar", "L/min"),
    "negative flow": ({"loop.flow": "-11 L/min"}, "loop.flow", "-11 L/min", "more than 0"),
    "no flow": ({"loop.flow": "0 L/min"}, "loop.flow", "0 L/min", "more than 0"),
    "range below zero": ({"header.roughness": "-0.1 .. 0.1 mm"}, "header.roughness", "-0.1", "at least 0"),
    "efficiency above 1": ({"pump.efficiency": 1.2}, "pump.efficiency", "1.2", "at most 1"),
    "falling range": ({"header.tee_loss": "0.4 .. 0.05"}, "header.tee_loss", "0.4 .. 0.05", "0.05 .. 0.4"),
    "no provenance": ({"loop.flow": {"value": "11 L/min"}}, "loop.flow", "no status", "assumed"),
    "claim without source": (
        {"loop.flow": {"value": "11 L/min", "status": "measured"}},
        "loop.flow",
        "no source",
        "source",
    ),
    "rows not dividing": (
        {"units.count": 10, "units.rows": 4},
        "units.rows",
        "10 units in 4 rows",
        "1, 2, 5, 10",
    ),
    "rising pump curve": (NO_SETPOINT | {"pump.curve": RISING}, "pump.curve", "2 bar", "3 bar"),
    "two pump points": (NO_SETPOINT | {"pump.curve": TWO_POINTS}, "pump.curve", "6 m3/h", "three|bar"),
    "pump head in metres per hour": (
        NO_SETPOINT | {"pump.curve": [["0 m3/h", "3 m/h"], *FALLING[1:]]},
        "pump.curve",
        "3 m/h",
        "bar",
    ),
    "pump curve and set point": (
        {"pump.curve": FALLING},
        "loop.outlet_setpoint",
        "both",
        "one of pump.curve and loop.outlet_setpoint",
    ),
    "set point below the inlet": (
        {"loop.outlet_setpoint": "60 degC"},
        "loop.outlet_setpoint",
        "60.00 degC",
        "70.00 degC",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_named_with_its_place(plant_path, fault):
    changes, key, found, accepted = FAULTS[fault]
    path = plant_path(changes)
    with pytest.raises(InputError) as caught:
        load_plant_file(str(path))
    error = caught.value
    assert error.file == str(path)
    assert error.key == key
    assert found is None or found in str(error.found)
    assert any(part in error.accepted for part in accepted.split("|"))
    for shown in (str(path), key, error.problem, error.accepted):
        assert shown in str(error)


def test_a_pump_curve_far_from_any_parabola_is_refused_with_its_file(plant_path):
    # Falling points, but no falling parabola comes near them: flat, then straight down.
    points = [["0 m3/h", "2.2 bar"], ["3 m3/h", "2.19 bar"], ["5 m3/h", "2.18 bar"], ["6 m3/h", "0.2 bar"]]
    path = plant_path(NO_SETPOINT | {"pump.curve": points})
    with pytest.raises(InputError) as caught:
        load_plant_file(str(path))
    assert (caught.value.file, caught.value.key) == (str(path), "pump.curve")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("units.count", 0),
        ("units.rows", -1),
        ("units.count", "many"),
        ("header.arrangement", "X"),
        ("limits.probability", 1.0),
        ("limits.probability", 0),
        ("loop.fluid", 7),
    ],
)
def test_a_plain_value_that_does_not_fit_is_named(plant_path, key, value):
    path = plant_path({key: value})
    with pytest.raises(InputError) as caught:
        load_plant_file(str(path))
    assert (caught.value.file, caught.value.key) == (str(path), key)
    assert str(value) in str(caught.value.found)
    assert caught.value.accepted


def test_a_name_that_does_not_exist_lists_those_that_do():
    with pytest.raises(InputError) as caught:
        load_plant_file("nordic-3mw")
    assert caught.value.file == "nordic-3mw"
    for name in shipped_plants():
        assert name in caught.value.accepted


def test_a_file_that_is_not_toml_is_named(tmp_path):
    path = tmp_path / "broken.toml"
    path.write_text("[units\ncount = 4\n", encoding="utf-8")
    with pytest.raises(InputError, match="TOML") as caught:
        load_plant_file(str(path))
    assert caught.value.file == str(path)


def test_units_are_read_to_si(plant_path):
    file, _ = load_plant_file(
        str(
            plant_path(
                NO_SETPOINT
                | {"loop.flow": "12 L/min", "loop.inlet": "50 degC", "pump.curve": FALLING[::-1]}
                | {"limits.boiling_margin": "7 K", "header.diameter": "4 cm"}
            )
        )
    )
    assert file.loop.flow.nominal == pytest.approx(2e-4, rel=1e-12)
    assert file.loop.inlet.nominal == pytest.approx(323.15, rel=1e-12)
    assert file.limits.boiling_margin.nominal == pytest.approx(7.0, rel=1e-12)
    assert file.header.diameter.nominal == pytest.approx(0.04, rel=1e-12)
    expected = [(0.0, 3e5), (3 / 3600, 2.5e5), (6 / 3600, 1e5)]
    for point, pair in zip(file.pump.curve_points(), expected):
        assert point == pytest.approx(pair, rel=1e-12)


# Press reports of the fleets: 228 units in operation, 692 more ordered; 360 of the 460T in Manitoba; M63S and
# about 70 degC of Hashlabs, 2 MW of MARA. How many units those two have is not published: 1 and 2 MW are assumed.
FLEETS = {
    "nordic-2mw": (228, "canaan-a1566ha-"),
    "nordic-8mw": (228 + 692, "canaan-a1566ha-"),
    "manitoba-3mw": (360, "canaan-a1566ha-460t"),
    "hashlabs-1mw": (136, "whatsminer-m63s"),
    "mara-2mw": (372, "antminer-s21-hyd"),
}


def test_every_shipped_plant_is_known_here():
    assert set(FLEETS) == set(shipped_plants())


@pytest.mark.parametrize("name", FLEETS)
def test_shipped_plants_keep_to_what_is_published(name):
    file, path = load_plant_file(name)
    count, miner = FLEETS[name]
    assert file.units.count == count
    assert file.units.miner.startswith(miner)
    assert path.stem == name
    # Canaan publishes the outlet temperature only; a return temperature or a flow can but be assumed.
    assert {file.loop.inlet.status, file.loop.flow.status} == {"assumed"}
    assert file.limits.outlet.status == "literature"


@pytest.mark.parametrize("name", FLEETS)
def test_every_number_of_a_shipped_plant_says_where_it_comes_from(name):
    file, _ = load_plant_file(name)
    for key, quantity in file.quantities().items():
        assert quantity.source.strip() or quantity.status == "chosen", key
        assert quantity.status in ("assumed", "chosen", "literature"), key
