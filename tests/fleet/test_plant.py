"""A plant: which miner file it takes, which numbers it has, and whether its coolant can exist."""

import numpy as np
import pytest
from CoolProp.CoolProp import PropsSI

from hashheat.components.miner_file import shipped_miners
from hashheat.fleet.plant import Plant
from hashheat.fleet.plant_file import shipped_plants
from hashheat.thermo.errors import BoilingError, FreezingError, InputError
from hashheat.thermo.property_kernels import density

NO_SETPOINT = {"loop.outlet_setpoint": None}


@pytest.mark.parametrize("name", shipped_plants())
def test_shipped_plants_load_and_their_coolant_is_liquid(name):
    plant = Plant.named(name)
    plant.check_states()
    assert plant.file.name
    for key, quantity in plant.quantities.items():
        assert quantity.source.strip() or quantity.status == "chosen", key
        assert quantity.status != "datasheet", key  # no data sheet of these units is public


def test_a_miner_named_by_path_stands_beside_the_plant_file(plant_path, tmp_path, monkeypatch):
    path = plant_path({"miner.name": "another unit"})
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    assert Plant.named(str(path)).miner.device.name == "another unit"
    assert Plant.named("../plant.toml").miner.device.name == "another unit"


def test_a_shipped_miner_is_found_by_name(plant_path):
    path = plant_path({"units.miner": "canaan-a1566ha-460t"})
    plant = Plant.named(str(path))
    assert plant.miner.device.name == Plant.named("manitoba-3mw").miner.device.name


def test_an_unknown_miner_is_named_with_what_there_is(plant_path):
    path = plant_path({"units.miner": "canaan-a1566ha-510t"})
    with pytest.raises(InputError) as caught:
        Plant.named(str(path))
    error = caught.value
    assert (error.file, error.key, error.found) == (str(path), "units.miner", "canaan-a1566ha-510t")
    for name in shipped_miners():
        assert name in error.accepted


def test_a_fault_in_the_miner_file_names_that_file(plant_path):
    path = plant_path({"miner.power.wall": "8 kg"})
    with pytest.raises(InputError) as caught:
        Plant.named(str(path))
    assert caught.value.file == str(path.with_name("plant-miner.toml"))
    assert caught.value.key == "power.wall"


def test_an_unknown_coolant_is_named(plant_path):
    path = plant_path({"loop.fluid": "mercurial brine"})
    with pytest.raises(InputError) as caught:
        Plant.named(str(path))
    assert (caught.value.file, caught.value.key) == (str(path), "loop.fluid")
    assert caught.value.accepted


def test_a_gas_is_refused_as_coolant(make_plant):
    plant = make_plant({"loop.fluid": "air"})
    with pytest.raises(InputError) as caught:
        plant.check_states()
    assert (caught.value.file, caught.value.key, caught.value.found) == (str(plant.path), "loop.fluid", "air")


COLD_OUTLET = {"limits.outlet": "80 degC"}


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"loop.inlet": "-5 degC"}, FreezingError),
        ({"loop.inlet": "-5 .. 60 degC"}, FreezingError),
        ({"loop.inlet": "140 degC"}, BoilingError),
        ({"loop.inlet": "90 .. 150 degC"}, BoilingError),
        ({"loop.inlet": "115 degC", "loop.pressure": "1.2 .. 4 bar"}, BoilingError),
        ({"loop.inlet": "-20 degC", "loop.fluid": "propylene glycol 30 %"}, FreezingError),
    ],
)
def test_a_coolant_that_cannot_exist_at_the_inlet_is_refused(make_plant, changes, error):
    plant = make_plant(NO_SETPOINT | COLD_OUTLET | changes)
    with pytest.raises(error) as caught:
        plant.check_states()
    for shown in (str(plant.path), "loop.inlet"):
        assert shown in str(caught.value)


def test_glycol_allows_what_water_does_not(make_plant):
    make_plant(
        {"loop.inlet": "-5 degC", "loop.outlet_setpoint": "5 degC", "loop.fluid": "propylene glycol 30 %"}
    ).check_states()


def test_numbers_of_the_plant_and_of_its_miner(make_plant):
    plant = make_plant({"loop.inlet": "69 .. 71 degC", "miner.chips.limit": "95 .. 115 degC"})
    own = plant.file.quantities()
    assert set(plant.quantities) == set(own) | {f"miner.{key}" for key in plant.miner.quantities}
    assert plant.quantities["miner.chips.limit"].upper == pytest.approx(388.15)
    assert plant.uncertain == ["loop.inlet", "miner.chips.limit"]
    assert make_plant().uncertain == []


def test_loading_a_file_twice_gives_the_same_numbers_bit_for_bit(make_plant):
    ducts = [make_plant().miner.duct for _ in range(4)]
    for other in ducts[1:]:
        for one, again in zip(ducts[0], other):
            assert np.array_equal(one, again)


def test_the_table_is_that_of_the_loops_pressure(make_plant):
    for bar in (2.0, 6.0):
        table = make_plant({"loop.pressure": f"{bar} bar"}).table
        assert density(table, 343.15) == pytest.approx(
            PropsSI("D", "T", 343.15, "P", bar * 1e5, "Water"), rel=1e-6
        )
