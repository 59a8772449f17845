"""Files of whole plants: the shipped ones say where each number is from, and what was given twice is refused."""

from pathlib import Path

import pytest

from hashheat.fleet.heat_plant import HeatPlant
from hashheat.fleet.heat_plant_file import load_heat_plant_file, shipped_heat_plants
from hashheat.fleet.plant_hours import plant_hours
from hashheat.thermo.errors import InputError

#: What the press says of each: the word of the note that it is said in.
PUBLISHED = {
    "demand-response-home": "No such home is published",
    "hashlabs-1mw-year": "70 degC",
    "heat-pump-lift": "34,100 MWh",
    "immersion-50kw-year": "50 kW",
    "lowtemp-4gdh": "No such plant is published",
    "manitoba-3mw-year": "0.035 USD/kWh",
    "mara-2mw-year": "11,000",
    "mini-3-room": "one reply of its interface",
    "nordic-2mw-year": "228 units",
    "nordic-8mw-year": "8 MW, about 2,800 homes",
    "stadtwerke-price": "Nothing of this plant is published",
}


def test_every_shipped_plant_is_known_here():
    assert set(PUBLISHED) == set(shipped_heat_plants())


@pytest.mark.parametrize("name", PUBLISHED)
def test_every_number_of_a_shipped_plant_says_where_it_comes_from(name):
    file = load_heat_plant_file(name)
    assert PUBLISHED[name] in file.note.replace("\n", " ")
    assert "assumed" in file.note or name in ("lowtemp-4gdh", "stadtwerke-price")
    for key, quantity in file.quantities().items():
        assert quantity.status in ("assumed", "chosen", "literature", "remembered"), key
        assert quantity.source.strip() or quantity.status in ("assumed", "chosen"), key


GREENHOUSE = """
[greenhouse]
floor_area = "100 m2"
cover_area = "200 m2"
volume = "400 m3"
cover_htc = "5 W/(m2 K)"
air_changes = "0 1/h"
solar_share = 0.5
T_inside = "20 degC"
"""
HEAT = 'heat = "4 GWh"\nconstant_share = 0.2\n'


@pytest.fixture
def with_load(edited):
    """File of a small plant with other keys in place of its heat, and tables at its end."""

    def build(keys, tables=""):
        text = Path(__file__).with_name("boiler-plant.toml").read_text(encoding="utf-8") + tables
        own = 'heat = "8 GWh"\nconstant_share = "20 %"\n'
        return load_heat_plant_file(str(edited(text, (own, keys), name="load.toml")))

    return build


def test_a_greenhouse_asks_for_what_its_balance_says(with_load):
    """U A (T_i - T_o) less half of the sun on the floor, and never less than nothing, hour by hour."""
    hours = plant_hours(with_load("", GREENHOUSE))
    need = 5.0 * 200.0 * (293.15 - hours.T_outdoor) - 0.5 * 100.0 * hours.irradiance
    assert float(abs(hours.demand - need.where(need > 0.0, 0.0)).max()) < 1e-9 * float(need.max())
    assert float(hours.demand.min()) == 0.0


def test_where_the_sun_stands_higher_there_is_more_of_it(with_load):
    north, south = (
        plant_hours(with_load(f"latitude = {latitude}\nclearness = 0.5\n", GREENHOUSE)).irradiance
        for latitude in (60.0, 30.0)
    )
    # At noon of an equinox the sun's height is 90 degrees less the latitude, to the declination of the day.
    at = int(79.5 * 24)
    assert float(north[at] / south[at]) == pytest.approx(0.5 / (0.5 * 3.0**0.5), rel=0.03)


def test_a_file_of_prices_is_what_the_plant_reads(boiler_plant, tmp_path):
    path = tmp_path / "prices.csv"
    rows = "\n".join(f"2023-03-01T{hour:02d}:00Z,{10.0 * hour - 50.0}" for hour in range(24))
    path.write_text(f"time [UTC],price [EUR/MWh]\n{rows}\n", encoding="utf-8")
    hours = plant_hours(boiler_plant().file, prices=path)
    assert hours.price.values * 3.6e9 == pytest.approx([10.0 * hour - 50.0 for hour in range(24)])


@pytest.mark.parametrize(
    ("keys", "tables"),
    [
        ('heat = "4 GWh"\nconstant_share = 0.2\n', GREENHOUSE),
        ('heat = "4 GWh"\n', GREENHOUSE),
        ('heat = "4 GWh"\n', ""),
        ("", ""),
    ],
)
def test_a_load_given_twice_or_not_at_all_is_refused(with_load, keys, tables):
    with pytest.raises(InputError, match="given once"):
        with_load(keys, tables)


def test_more_heat_of_a_heat_pump_cools_the_source_it_holds():
    rules = {p.name: p.rule for p in HeatPlant.named("heat-pump-lift").parts if getattr(p, "rule", None)}
    senses = {"loop_pump": -1, "lift": -1, "cooler": -1, "network_pump": -1, "boiler": 1}
    assert {name: rule.sense for name, rule in rules.items()} == senses
