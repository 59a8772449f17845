"""Rated exchangers against closed forms, their limits, and a rating written with ``ht`` and SciPy."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest
from CoolProp.CoolProp import PropsSI

from hashheat.components.plate_exchanger import PlateHeatExchanger
from hashheat.solvers.plate_effectiveness import plate_effectiveness
from hashheat.thermo.fluid import Fluid
from hashheat.thermo.property_kernels import conductivity, enthalpy, heat_capacity, viscosity

PEERS = Path(__file__).resolve().parents[2] / "benchmarks" / "peers"
WATER = Fluid.parse("water")
DUTY = {"hot_mass_flow": 2.0, "cold_mass_flow": 2.5, "hot_T_in": 350.0, "cold_T_in": 310.0}
#: Inlets so near to each other that the properties of water hardly vary.
NEAR = {**DUTY, "hot_T_in": 330.5, "cold_T_in": 329.5, "tolerance": 1e-9}


@pytest.fixture(scope="module")
def fixed(plate_file):
    """Plate whose Nusselt number and friction factor do not depend on anything."""
    return plate_file(law="fixed", Nu=60.0, f=1.0)


@pytest.fixture(scope="module")
def plain_plate(plate_file):
    return plate_file()


def effectiveness_of(found):
    """P of the hot side from its temperatures, and NTU and R from UA and CoolProp's heat capacity."""
    C = [m * PropsSI("C", "T", 330.0, "P", 6e5, "Water") for m in (2.0, 2.5)]
    P = float((found["T_in"][0] - found["T_out"][0]) / (found["T_in"][0] - found["T_in"][1]))
    return P, float(found["UA"]) / C[0], C[0] / C[1]


@pytest.mark.parametrize("turned", ["hot_mass_flow", "cold_mass_flow"])
def test_one_fluid_reversed_is_parallel_flow(fixed, turned):
    """Inlets 1 K apart: the heat capacity varies by 3e-5 and U by 1e-3 from end to end."""
    exchanger = PlateHeatExchanger(fixed, 15)
    P, NTU, R = effectiveness_of(exchanger.rate(**NEAR, infinite_plates=True))
    gap = np.exp(-NTU * (1.0 - R))
    assert P == pytest.approx((1.0 - gap) / (1.0 - R * gap), abs=5e-5)
    P, NTU, R = effectiveness_of(exchanger.rate(**{**NEAR, turned: -NEAR[turned]}, infinite_plates=True))
    assert P == pytest.approx(-np.expm1(-NTU * (1.0 + R)) / (1.0 + R), abs=5e-5)


@pytest.mark.parametrize(
    ("passes", "options"),
    [
        ((2, 1), {}),
        ((1, 3), {"first_counter": False}),
        ((2, 2), {}),
        ((2, 2), {"overall_counter": False}),
        ((3, 2), {}),
        ((4, 3), {"overall_counter": False, "first_counter": False}),
    ],
)
def test_infinite_plates_have_the_effectiveness_of_the_closed_form(fixed, passes, options):
    exchanger = PlateHeatExchanger(fixed, 41, passes=passes, **options)
    P, NTU, R = effectiveness_of(exchanger.rate(**NEAR, infinite_plates=True))
    assert float(plate_effectiveness(NTU, R, passes, **options)) == pytest.approx(P, abs=5e-5)


def test_more_plates_come_nearer_to_infinitely_many(fixed):
    """The end plates are missing on one side: what the exchanger lacks falls as 1 / plates."""
    lack = []
    for plates in (6, 12, 24, 48):
        # As much area and flow in the mean channel, whatever their number.
        flows = {"hot_mass_flow": 0.2 * (plates - 1), "cold_mass_flow": 0.2 * (plates - 1)}
        exchanger = PlateHeatExchanger(fixed, plates, port_physics=False)
        P = [
            float(exchanger.rate(**{**NEAR, **flows}, infinite_plates=infinite)["effectiveness"])
            for infinite in (True, False)
        ]
        lack.append((P[0] - P[1]) * plates)
    assert np.all(np.array(lack) > 0.0)
    assert lack[3] == pytest.approx(lack[2], rel=0.1)


def test_hardly_any_and_endless_transfer(fixed):
    """Much flow: all the area works at the difference of the inlets. Little: the stream takes all there is."""
    exchanger = PlateHeatExchanger(fixed, 4)
    much = exchanger.rate(**{**DUTY, "hot_mass_flow": 2e4, "cold_mass_flow": 3e4}, infinite_plates=True)
    assert float(much["heat_rate"]) == pytest.approx(float(much["UA"]) * 40.0, rel=1e-3)
    little = exchanger.rate(**{**DUTY, "hot_mass_flow": 1e-2})
    assert float(little["T_out"][0]) == pytest.approx(310.0, abs=1e-6)
    assert float(little["effectiveness"]) == pytest.approx(1.0, abs=1e-6)


@pytest.mark.filterwarnings("ignore:a flow is so small")
@pytest.mark.parametrize("flow", [3e-3, 1e-3, 1e-4, 1e-6, 1e-9, 1e-14])
def test_next_to_no_flow_leaves_at_the_temperature_of_the_other(fixed, flow):
    """NTU from 800 to 1e14: no number of nodes resolves it, and what is off is told."""
    exchanger = PlateHeatExchanger(fixed, 4)
    found = exchanger.rate(**{**DUTY, "hot_mass_flow": flow})
    assert float(found["T_out"][0]) == pytest.approx(310.0, abs=40.0 * float(found["numerical_error"]) + 1e-6)
    assert float(found["numerical_error"]) < 0.05


def test_what_is_not_resolved_is_warned_of(fixed):
    with pytest.warns(UserWarning, match="numerical_error"):
        PlateHeatExchanger(fixed, 4).rate(**{**DUTY, "hot_mass_flow": 1e-3})


@pytest.mark.parametrize(("hot", "cold", "T"), [(0.0, 2.0, 310.0), (2.0, 0.0, 350.0), (-2.0, 0.0, 350.0)])
def test_a_side_at_rest_takes_the_temperature_of_the_other(plain_plate, hot, cold, T):
    exchanger = PlateHeatExchanger(plain_plate, 12)
    found = exchanger.rate(**{**DUTY, "hot_mass_flow": hot, "cold_mass_flow": cold})
    np.testing.assert_allclose(found["T_out"].values, T, atol=1e-8)
    np.testing.assert_allclose(found["T_fluid"].values, T, atol=1e-8)
    rest = 0 if hot == 0.0 else 1
    assert abs(float(found["heat_rate"])) < 1e-6
    assert float(found["effectiveness"]) == 0.0
    assert float(found["pressure_drop"][rest]) == 0.0
    assert float(found["NTU"][rest]) == np.inf
    assert float(found["pressure_drop"][1 - rest]) > 0.0
    assert float(found["numerical_error"]) <= 1e-6
    assert int(found["nodes"]) <= 8


def test_inlets_alike_exchange_nothing(plain_plate):
    found = PlateHeatExchanger(plain_plate, 12).rate(**{**DUTY, "hot_T_in": 330.0, "cold_T_in": 330.0})
    np.testing.assert_allclose(found["T_out"].values, 330.0, atol=1e-9)
    assert float(found["effectiveness"]) == pytest.approx(0.0, abs=1e-6)
    assert float(found["numerical_error"]) <= 1e-6
    C = np.array([2.0, 2.5]) * PropsSI("C", "T", 330.0, "P", 6e5, "Water")
    np.testing.assert_allclose(found["NTU"].values, float(found["UA"]) / C, rtol=1e-6)


def peer():
    path = PEERS / "ht_rating.py"
    spec = importlib.util.spec_from_file_location("peers_ht_rating", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def peer_plate(plate_file):
    """The defaults of the fixture are the peer's geometry; ports and length do not enter the temperatures."""
    return PlateHeatExchanger(plate_file(), 51)


def test_outlets_of_a_rating_with_ht_and_scipy(peer_plate):
    """3840 cells, CoolProp and ``ht``'s Martin gave these outlets, good to 2e-9 K.

    The property tables here hold 1e-6, and the outlets move by 6 K for U twice as large: 6e-6 K.
    """
    geometry = peer().GEOMETRY
    assert peer_plate.area == pytest.approx((geometry["plates"] - 2) * geometry["area"])
    found = peer_plate.rate(
        hot_mass_flow=3.0,
        cold_mass_flow=3.0,
        hot_T_in=353.15,
        cold_T_in=313.15,
        infinite_plates=True,
        tolerance=1e-9,
    )
    np.testing.assert_allclose(found["T_out"].values, [320.577969149, 345.747323631], rtol=0.0, atol=6e-6)


@pytest.mark.parametrize("mass_flow", [(3.0, 3.0), (2.0, 3.0)])
def test_outlets_of_a_rating_with_ht_and_the_same_properties(peer_plate, mass_flow):
    """With our property tables behind ``ht``: its cells, of second order, extrapolated to none."""
    ht_rating = peer()
    table = WATER.table(6e5)

    def over(kernel):
        return lambda T: np.array([kernel(table, value) for value in T])

    def properties(T):
        return over(heat_capacity)(T), over(viscosity)(T), over(conductivity)(T)

    fluid = ht_rating.Fluid(properties, over(viscosity), over(enthalpy))
    outlets = [
        np.array(
            ht_rating.rate(
                mass_flow, (353.15, 313.15), ht_rating.GEOMETRY, (fluid, fluid), cells=cells, tolerance=1e-10
            ).T_out
        )
        for cells in (60, 120, 240)
    ]
    first = (4.0 * outlets[1] - outlets[0]) / 3.0, (4.0 * outlets[2] - outlets[1]) / 3.0
    exact = (16.0 * first[1] - first[0]) / 15.0
    found = peer_plate.rate(
        hot_mass_flow=mass_flow[0],
        cold_mass_flow=mass_flow[1],
        hot_T_in=353.15,
        cold_T_in=313.15,
        infinite_plates=True,
        tolerance=1e-9,
    )
    np.testing.assert_allclose(found["T_out"].values, exact, rtol=0.0, atol=1e-7)
