"""The plate heat exchanger as an object: what it refuses, and how arrays of cases come back."""

import math

import numpy as np
import pytest
import xarray as xr

from hashheat.components.errors import (
    FrameCapacityError,
    MaldistributionError,
    PlateLimitError,
)
from hashheat.components.plate_exchanger import PlateHeatExchanger
from hashheat.thermo.errors import BoilingError, FreezingError, InputError, StateError
from hashheat.thermo.fluid import Fluid

WATER, GLYCOL = Fluid.parse("water"), Fluid.parse("MEG-30%")
DUTY = {"hot_mass_flow": 2.0, "cold_mass_flow": 2.5, "hot_T_in": 350.0, "cold_T_in": 310.0}


@pytest.fixture(scope="module")
def file(plate_file):
    return plate_file(angles=(30.0, 60.0))


@pytest.fixture(scope="module")
def exchanger(file):
    return PlateHeatExchanger(file, 11)


# -- what cannot be built ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "key", "plates", "options"),
    [
        (FrameCapacityError, "plates", 201, {}),
        (FrameCapacityError, "plates", 2, {}),
        (FrameCapacityError, "plates", -5, {}),
        (InputError, "plates", 20.0, {}),
        (InputError, "plates", True, {}),
        (InputError, "plates", "20", {}),
        (PlateLimitError, "pressure, hot", 20, {"pressures": (17.1e5, 6e5)}),
        (PlateLimitError, "pressure, cold", 20, {"pressures": (6e5, 2e6)}),
        (InputError, "pressure, cold", 20, {"pressures": (6e5, 0.0)}),
        (InputError, "pressure, hot", 20, {"pressures": (math.nan, 6e5)}),
        (InputError, "fouling, hot", 20, {"fouling": (-1e-5, 0.0)}),
        (InputError, "fouling, cold", 20, {"fouling": (0.0, math.inf)}),
        (InputError, "fouling", 20, {"fouling": 1e-4}),
        (InputError, "fouling", 20, {"fouling": (1e-4,)}),
        (InputError, "fluids", 20, {"fluids": (WATER,)}),
        (InputError, "angle", 20, {"angle": 50.0}),
        (InputError, "angle", 20, {"angle": math.nan}),
        (InputError, "angle", 20, {"second_angle": 40.0, "second_share": 0.5}),
        (InputError, "second_share", 20, {"second_share": 0.5}),
        (InputError, "second_share", 20, {"second_angle": 30.0}),
        (InputError, "second_share", 20, {"second_angle": 30.0, "second_share": 1.0}),
        (InputError, "second_share", 20, {"second_angle": 30.0, "second_share": math.nan}),
        (InputError, "second_share", 20, {"second_angle": 30.0, "second_share": 0.01}),
        (InputError, "passes", 10, {"passes": (6, 1)}),
        (InputError, "passes", 10, {"passes": (0, 1)}),
        (InputError, "passes", 10, {"passes": (1.5, 1)}),
        (InputError, "passes", 10, {"passes": 2}),
        (InputError, "ports", 20, {"ports": "z"}),
        (InputError, "first_side", 20, {"first_side": 2}),
        (InputError, "beta", 20, {"beta": (2.5, 0.0)}),
        (InputError, "nusselt_factor, cold", 20, {"nusselt_factor": (1.0, 0.0)}),
        (InputError, "friction_factor, hot", 20, {"friction_factor": (math.nan, 1.0)}),
        (InputError, "correlation", 20, {"correlation": "martinn"}),
        (InputError, "friction", 20, {"friction": "okada"}),
        (InputError, "C, m", 20, {"correlation": "power law", "constants": {"n": 0.4, "a": 4.0, "b": 0.2}}),
    ],
)
def test_what_cannot_be_built_is_refused_with_its_key(file, error, key, plates, options):
    with pytest.raises(InputError) as caught:
        PlateHeatExchanger(file, plates, **options)
    assert type(caught.value) is error
    assert caught.value.key == key
    assert caught.value.found is not None


def test_the_frame_capacity_says_what_the_frame_holds(file):
    with pytest.raises(FrameCapacityError) as caught:
        PlateHeatExchanger(file, 240)
    assert caught.value.found == 240
    assert caught.value.accepted == "3 to 200"
    assert PlateHeatExchanger(file, 200).area == pytest.approx(198 * 0.4)
    assert PlateHeatExchanger(file, 3).channels == (1, 1)


def test_what_it_is(file):
    """31 plates: 29 transfer heat, 30 channels, half of them on each side; the odd one falls to the first."""
    exchanger = PlateHeatExchanger(file, np.int64(31))
    assert exchanger.area == pytest.approx(29 * 0.4)
    assert exchanger.channels == (15, 15)
    assert PlateHeatExchanger(file, 32).channels == (16, 15)
    assert PlateHeatExchanger(file, 32, first_side=1).channels == (15, 16)
    assert exchanger.channel_angle == 60.0
    assert PlateHeatExchanger(file, 31, angle=45.0).channel_angle == 45.0
    assert PlateHeatExchanger.named("g-040", 31).plate.name.startswith("generic")


# -- what cannot be rated ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "words", "changed"),
    [
        (InputError, "hot_mass_flow", {"hot_mass_flow": math.nan}),
        (InputError, "cold_mass_flow", {"cold_mass_flow": math.inf}),
        (InputError, "cold_mass_flow", {"cold_mass_flow": "much"}),
        (InputError, "both sides stand still", {"hot_mass_flow": 0.0, "cold_mass_flow": 0.0}),
        (StateError, "hot inlet is not a number", {"hot_T_in": math.nan}),
        (StateError, "cold inlet is not a number", {"cold_T_in": -math.inf}),
        (FreezingError, "cold inlet", {"cold_T_in": 270.0}),
        (BoilingError, "hot inlet", {"hot_T_in": 435.0}),
        (PlateLimitError, "hot_T_in", {"hot_T_in": 385.0}),
        (InputError, "tolerance", {"tolerance": 0.0}),
        (InputError, "tolerance", {"tolerance": math.nan}),
        (InputError, "empty", {"hot_T_in": []}),
        (InputError, "do not fit together", {"hot_T_in": [350.0, 351.0], "cold_T_in": [310.0, 311.0, 312.0]}),
    ],
)
def test_what_cannot_be_rated_is_refused(exchanger, error, words, changed):
    with pytest.raises(error, match=words) as caught:
        exchanger.rate(**{**DUTY, **changed})
    assert type(caught.value) is error


def test_a_temperature_below_what_the_plate_bears(file):
    brine = PlateHeatExchanger(file, 11, fluids=(WATER, GLYCOL))
    with pytest.raises(PlateLimitError, match="-10 to 110 degC") as caught:
        brine.rate(**{**DUTY, "cold_T_in": 262.0})
    assert caught.value.key == "cold_T_in"


def test_one_bad_case_of_many_stops_all(exchanger):
    with pytest.raises(FreezingError):
        exchanger.rate(**{**DUTY, "cold_T_in": [310.0, 272.0]})
    with pytest.raises(InputError, match="hot_mass_flow"):
        exchanger.rate(**{**DUTY, "hot_mass_flow": [2.0, math.nan]})


def test_ports_too_small_for_the_flow_are_named(plate_file):
    """In the Z layout the first channels are starved: here by ports of 2 cm before 10 channels a side."""
    narrow = PlateHeatExchanger(plate_file(port=0.02), 21, ports="Z")
    with pytest.raises(MaldistributionError, match=r"hot 12 kg/s at 76\.85 degC.*Larger ports"):
        narrow.rate(**{**DUTY, "hot_mass_flow": 12.0})
    wider = PlateHeatExchanger(plate_file(port=0.022), 21, ports="Z")
    with pytest.raises(MaldistributionError, match=r"hot 12 kg/s.*2 of 3 cases fail"):
        wider.rate(**{**DUTY, "hot_mass_flow": [0.1, 12.0, 20.0]})


def test_a_side_that_would_boil_on_its_way_is_named(plate_file):
    """Half a bar: the cold inlet is liquid, but the other side would bring it to 81 degC and more."""
    exchanger = PlateHeatExchanger(plate_file(), 31, pressures=(6e5, 0.5e5))
    with pytest.raises(BoilingError, match=r"cold side.*hot 5 kg/s at 106\.85 degC"):
        exchanger.rate(hot_mass_flow=5.0, cold_mass_flow=0.3, hot_T_in=380.0, cold_T_in=300.0)


# -- arrays of cases ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def mixed_cases():
    rng = np.random.default_rng(7)
    n = 9
    flows = rng.uniform(0.3, 4.0, (2, n))
    flows[0, [1, 5]] *= -1.0
    flows[1, [5, 6]] *= -1.0
    flows[0, 3] = 0.0
    return {
        "hot_mass_flow": flows[0],
        "cold_mass_flow": flows[1],
        "hot_T_in": rng.uniform(330.0, 370.0, n),
        "cold_T_in": rng.uniform(285.0, 345.0, n),
    }


@pytest.mark.parametrize("options", [{}, {"passes": (2, 1)}, {"ports": "Z", "plates": 8}])
def test_an_array_gives_what_single_calls_give_bit_for_bit(file, mixed_cases, options):
    exchanger = PlateHeatExchanger(file, **{"plates": 7, **options})
    together = exchanger.rate(**mixed_cases)
    for i in range(9):
        alone = exchanger.rate(**{name: values[i] for name, values in mixed_cases.items()})
        for name in together.data_vars:
            np.testing.assert_array_equal(together[name].values[i], alone[name].values, err_msg=name)


@pytest.mark.parametrize("order", [slice(None, None, -1), [4, 1, 5, 8], slice(2, 6)])
def test_grouping_and_order_do_not_matter(file, mixed_cases, order):
    exchanger = PlateHeatExchanger(file, 7)
    whole = exchanger.rate(**mixed_cases)
    part = exchanger.rate(**{name: values[order] for name, values in mixed_cases.items()})
    for name in whole.data_vars:
        np.testing.assert_array_equal(whole[name].values[order], part[name].values, err_msg=name)


def test_named_dimensions_broadcast(exchanger):
    T = xr.DataArray([345.0, 350.0, 355.0], dims="hour", coords={"hour": [0, 1, 2]})
    m = xr.DataArray([1.0, 2.0], dims="sample")
    found = exchanger.rate(**{**DUTY, "hot_T_in": T, "cold_mass_flow": m})
    assert found["heat_rate"].sizes == {"hour": 3, "sample": 2}
    assert found["T_out"].dims[-1] == "side"
    assert found["hour"].values.tolist() == [0, 1, 2]
    single = exchanger.rate(**{**DUTY, "hot_T_in": 355.0, "cold_mass_flow": 1.0})
    assert float(found["heat_rate"].isel(hour=2, sample=0)) == float(single["heat_rate"])
    assert "T_fluid" in single
    assert "T_fluid" not in found


def test_ports_that_would_be_of_no_effect_are_refused():
    with pytest.raises(InputError, match="opposite ends in any case"):
        PlateHeatExchanger.named("g-010", 21, passes=(2, 2), ports="Z")
    PlateHeatExchanger.named("g-010", 21, passes=(1, 2), ports="Z")


def test_the_approach_of_parallel_flow_is_between_the_outlets():
    state = {"hot_mass_flow": 1.5, "hot_T_in": 350.0, "cold_T_in": 310.0}
    parallel = PlateHeatExchanger.named("g-010", 21, overall_counter=False, first_counter=False)
    counter = PlateHeatExchanger.named("g-010", 21)
    a, b = parallel.rate(cold_mass_flow=1.5, **state), counter.rate(cold_mass_flow=-1.5, **state)
    for found in (a, b):
        assert float(found.approach) == pytest.approx(float(found.T_out[0] - found.T_out[1]), abs=1e-12)
    against = counter.rate(cold_mass_flow=1.5, **state)
    ends = (350.0 - float(against.T_out[1]), float(against.T_out[0]) - 310.0)
    assert float(against.approach) == pytest.approx(min(ends), abs=1e-12)
