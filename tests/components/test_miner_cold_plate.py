"""A miner whose device file names a cold plate: what comes from which file, and that the boards are that plate."""

import importlib.util
import tomllib
from pathlib import Path

import numba
import numpy as np
import pytest

from hashheat.components.cold_plate import ColdPlate
from hashheat.components.cold_plate_file import load_cold_plate
from hashheat.components.miner import Miner
from hashheat.components.miner_file import LIBRARY, load_miner_file
from hashheat.components.reduced_path_build import plate_loss
from hashheat.thermo.errors import InputError

pytestmark = pytest.mark.skipif(numba.config.DISABLE_JIT, reason="minutes without the compiler")

NAME = "canaan-a1566ha-500t"
TEXT = (LIBRARY / f"{NAME}.toml").read_text(encoding="utf-8")
PLATE = "canaan-a1566ha-board"


def beside(name):
    """Module of the tests that stands beside this one."""
    spec = importlib.util.spec_from_file_location(f"{name}_of_miners", Path(__file__).with_name(f"{name}.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


plates = beside("reduced_plates")
needs_speed = plates.needs_speed


def named(plate, *, keep_plate=False):
    """Text of the device file that names a cold plate, without its [plate] table."""
    start, stop = TEXT.index("# Four passes are assumed"), TEXT.index("[coolant.flow]")
    text = TEXT if keep_plate else TEXT[:start] + TEXT[stop:]
    return text.replace('cooling = "hydro"\n', f'cooling = "hydro"\ncold_plate = "{plate}"\n')


@pytest.fixture
def device(tmp_path):
    """Function that writes a device file and returns its path."""

    def write(text, name="device.toml"):
        (tmp_path / name).write_text(text, encoding="utf-8")
        return str(tmp_path / name)

    return write


@pytest.fixture(scope="module")
def miner(tmp_path_factory):
    """The Canaan miner on the resolved board of the library."""
    path = tmp_path_factory.mktemp("miner") / "device.toml"
    path.write_text(named(PLATE), encoding="utf-8")
    return Miner.named(str(path))


@needs_speed
def test_one_board_is_the_full_plate_with_what_the_device_says(miner):
    plate = ColdPlate.named(PLATE)
    v = plate.file.values()
    same = {
        "chips__junction_to_plate": 0.5,
        "boards__flow_imbalance": 0.0,
        "surroundings__loss_conductance": 4.0 * float(plate_loss(v)),
        "power__wall": 4 * 160 * v["power.chip"] / 0.94,
        "power__psu_efficiency": 0.94,
        "power__psu_heat_to_water": 0.0,
        "coolant__manifold_pressure_drop": 0.0,
    }
    for T_in, flow, clock in ((343.15, 10 / 60e3, 1.0), (320.0, 6 / 60e3, 0.7), (352.0, 18 / 60e3, 1.2)):
        unit = miner.solve(T_in, flow, frequency=clock, T_ambient=298.15, **same)
        full = plate.solve(
            T_in, flow / 4, frequency=clock, chips__package_resistance=0.5 - interface(v), T_ambient=298.15
        )
        assert float(unit.T_junction) == pytest.approx(float(full.T_junction), abs=0.05)
        assert float(unit.T_out) == pytest.approx(float(full.T_out), abs=0.005)
        assert float(unit.T_wall) == pytest.approx(float(full.T_wall), abs=0.05)
        assert float(unit.chip_power) == pytest.approx(4 * float(full.chip_power), rel=2e-4)
        assert float(unit.pressure_drop) == pytest.approx(float(full.pressure_drop), rel=2e-3)


def interface(v):
    """Below one chip of the plate's file [K/W]."""
    return v["chips.tim_thickness"] / (v["chips.tim_conductivity"] * v["chips.length"] * v["chips.width"])


@needs_speed
def test_the_hottest_chip_of_the_cells_is_the_unit_s(miner):
    found = miner.solve([343.15, 330.0], 10 / 60e3, with_fields=True)
    np.testing.assert_allclose(found.T_chip.max(["board", "cell"]), found.T_junction, rtol=1e-9)
    rise = found.T_chip - found.T_plate
    assert float(rise.min()) > 0.0
    # Plate to chip is package and interface alone, at the power of that chip.
    device = miner.values(1)
    each = float(found.chip_power[0]) / 640
    assert float(rise[0].mean()) == pytest.approx(
        float(device["chips.junction_to_plate"][0]) * each, rel=0.02
    )


def test_sampled_numbers_are_those_of_both_files(miner):
    plate = load_cold_plate(PLATE).quantities()
    own = {key for key in miner.quantities if key.startswith("cold_plate.")}
    assert {"cold_plate.plate.width", "cold_plate.coolant.height", "cold_plate.coolant.nusselt_factor"} <= own
    assert all(miner.quantities[key] == plate[key.removeprefix("cold_plate.")] for key in own)
    assert "chips.junction_to_plate" in miner.uncertain
    assert "cold_plate.plate.thickness" in miner.uncertain
    assert not any(key.startswith("plate.") for key in miner.quantities)


@needs_speed
def test_numbers_of_the_plate_s_file_can_be_replaced(miner):
    flow = 10 / 60e3
    bare = {"coolant__manifold_pressure_drop": 0.0}
    base = miner.solve(343.15, flow)
    thin = miner.solve(343.15, flow, cold_plate__plate__thickness=9e-3)
    rough = miner.solve(343.15, flow, cold_plate__coolant__friction_factor=1.3, **bare)
    smooth = miner.solve(343.15, flow, **bare)
    assert float(thin.T_junction) > float(base.T_junction) + 0.1
    assert float(rough.pressure_drop) == pytest.approx(1.3 * float(smooth.pressure_drop), rel=1e-9)


@pytest.mark.parametrize(
    ("key", "value", "problem"),
    [
        ("cold_plate__coolant__width", 0.05, "does not fit"),
        ("cold_plate__coolant__height", 0.02, "does not fit"),
        ("cold_plate__plate__length", -1.0, "outside the bounds"),
        ("cold_plate__chips__length", 0.01, "unknown device parameter"),
        ("plate__thickness", 0.01, "unknown device parameter"),
    ],
)
def test_numbers_that_cannot_be_are_refused_by_their_keys(miner, key, value, problem):
    with pytest.raises(InputError, match=problem) as caught:
        miner.values(1, {key.replace("__", "."): value})
    assert str(caught.value.key) in key.replace("__", ".")


@needs_speed
def test_boards_beyond_the_envelope_are_told(miner):
    with pytest.warns(UserWarning, match=r"4 of 8 boards work beyond the envelope"):
        miner.solve([343.15, 356.0], 10 / 60e3)


def test_a_plate_named_beside_the_device_file_is_found_and_its_chips_are_counted(device, tmp_path):
    plates.small_plate(tmp_path)
    small = named("small.toml").replace("count = 160", "count = 6").replace("rows = 10", "rows = 2")
    found = load_miner_file(device(small.replace("columns = 16", "columns = 3")))
    assert found.cold_plate == str(tmp_path / "small.toml")
    assert Miner(found).layout.chips.sum() == pytest.approx(6.0)
    with pytest.raises(InputError) as caught:
        load_miner_file(device(named("small.toml")))
    assert (caught.value.key, caught.value.accepted) == ("chips.count", "6")
    assert "device.toml" in str(caught.value.file)


@pytest.mark.parametrize(
    ("text", "key", "problem"),
    [
        (named("no-such-plate"), "cold_plate", "no cold plate of this name"),
        (named(PLATE, keep_plate=True), "cold_plate", "given twice"),
        (named(PLATE).replace(f'cold_plate = "{PLATE}"\n', ""), "plate", "required key is missing"),
    ],
)
def test_files_that_cannot_be_used_are_refused(device, text, key, problem):
    tomllib.loads(text)
    with pytest.raises(InputError, match=problem) as caught:
        load_miner_file(device(text))
    assert caught.value.key == key
    assert "device.toml" in str(caught.value.file)
