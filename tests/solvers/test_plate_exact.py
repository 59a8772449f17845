"""The exact solutions that the resolved plate is held against: printed digits, and one method against another."""

import csv
import importlib.util
import math
from itertools import chain
from pathlib import Path

import numpy as np
import pytest

HERE = Path(__file__).resolve()
SPREADING = HERE.parents[2].parent / "shared" / "reference" / "coldplate" / "spreading_reference.csv"


def beside(name):
    spec = importlib.util.spec_from_file_location(f"solvers_{name}", HERE.with_name(f"{name}.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


exact = beside("plate_exact")
Rectangle = exact.Rectangle

CHANNEL = {"kA": 0.012, "g": 60.0, "C": 41.9, "L": 0.2, "T_in": 60.0}
SERPENTINE = {"kA": 0.02505, "G": 167 * 0.005 / 0.03, "g": 150.0, "C": 419.0, "L": 0.35, "T_in": 60.0}
PA1 = {"L": 0.1, "W": 0.04, "kt": 167 * 0.004, "h": 8000.0, "c": 0.02 * 4190 / 0.04}
PA1_CHIP = Rectangle(0.045, 0.015, 0.01, 0.01, 50.0)


def test_channel_heated_everywhere():
    T, F = exact.channel([0.0, 0.1, 0.2], q=lambda x: 2000.0, **CHANNEL)
    np.testing.assert_allclose(T, [94.01524431917, 98.12017970444, 102.2116319094], rtol=1e-12)
    np.testing.assert_allclose(F, [60.0, 64.78691687941, 69.546539379475], rtol=1e-12)


def test_channel_heated_in_part():
    T, F = exact.channel(
        [0.0, 0.1, 0.2], q=lambda x: 8000.0 * (0.05 < x < 0.1), breaks=(0.05, 0.1), **CHANNEL
    )
    np.testing.assert_allclose(T, [63.98493990924, 132.3988053296, 69.646906643], rtol=1e-11)
    np.testing.assert_allclose(F, [60.0, 68.2607496154, 69.546539379475], rtol=1e-11)


def test_serpentine_of_two_passes():
    T, F = exact.serpentine([0.0, 0.35], n=2, q=lambda x: [2500.0] * 2, **SERPENTINE)
    np.testing.assert_allclose(T[:, 0], [77.282547301, 80.232638461], atol=6e-10)
    assert F[0, 1] == pytest.approx(62.123716497, abs=6e-10)
    assert F[1, 0] == pytest.approx(64.17661097852, abs=6e-12)


def test_serpentine_of_four_passes():
    T, F = exact.serpentine([0.0, 0.35], n=4, q=lambda x: [3000.0] * 4, **SERPENTINE)
    np.testing.assert_allclose(T[:, 0], [80.776564953, 84.512277153, 85.613398324, 89.268648993], atol=6e-10)
    np.testing.assert_allclose(
        [F[0, 1], F[1, 0], F[2, 1]], [62.556607186, 65.067968385, 67.567412544], atol=6e-10
    )
    assert F[3, 0] == pytest.approx(70.02386634845, abs=6e-12)


SPREADING_CASES = {
    "SR1": ((0.040, 0.040, 0.005, 390.0, 5000.0), (0.010, 0.010), 0.2347489933, 0.260677505),
    "SR2": ((0.024, 0.024, 0.004, 167.0, 15000.0), (0.008, 0.008), 0.3778734971, 0.447337604),
    "SR3": ((0.032, 0.020, 0.003, 200.0, 8000.0), (0.008, 0.006), 0.4996470677, 0.573938693),
}


@pytest.mark.parametrize("case", SPREADING_CASES)
def test_spreading_resistance(case):
    plate, (c, d), mean, centre = SPREADING_CASES[case]
    chip = Rectangle(plate[0] / 2, plate[1] / 2, c, d, 1.0)
    point = Rectangle(plate[0] / 2, plate[1] / 2, 0.0, 0.0)
    found = exact.plate_rise(*plate, [chip], [chip, point])
    assert found[0] == pytest.approx(mean, abs=1e-10)
    assert found[1] == pytest.approx(centre, abs=1e-9)


@pytest.mark.skipif(not SPREADING.exists(), reason="shared/reference/coldplate is not beside this tree")
def test_printed_spreading_is_the_file():
    with SPREADING.open(newline="") as file:
        rows = list(csv.DictReader(file))
    mean, centre = ([row[key] for row in rows] for key in ("R_mean_total_K/W", "R_max_total(centre)"))
    assert [float(R) for R in mean] == [case[2] for case in SPREADING_CASES.values()]
    assert [float(R) for R in centre] == [case[3] for case in SPREADING_CASES.values()]


def test_a_source_in_the_corner_is_a_quarter_of_a_centred_one():
    """Mirrored about both edges, the corner's plate is four times as large and its source stands in the middle."""
    corner = Rectangle(0.004, 0.003, 0.008, 0.006, 10.0)
    whole = Rectangle(0.032, 0.020, 0.016, 0.012, 40.0)
    off_centre = exact.plate_rise(0.032, 0.020, 0.003, 390.0, 8000.0, [corner], [corner])
    centred = exact.plate_rise(0.064, 0.040, 0.003, 390.0, 8000.0, [whole], [whole])
    assert off_centre[0] == pytest.approx(centred[0], rel=1e-9)


def test_sources_and_receivers_are_reciprocal():
    one, other = Rectangle(0.010, 0.010, 0.008, 0.008, 1.0), Rectangle(0.048, 0.012, 0.010, 0.006, 1.0)
    plate = (0.060, 0.020, 0.010, 390.0, 2000.0)
    there, back = (exact.plate_rise(*plate, [a], [b])[0] for a, b in ((one, other), (other, one)))
    assert there == pytest.approx(back, rel=1e-9)


def test_a_thick_plate_covered_by_its_source_is_one_dimensional():
    chip = Rectangle(0.016, 0.010, 0.032, 0.020, 7.0)
    rise = exact.plate_rise(0.032, 0.020, 0.030, 390.0, 8000.0, [chip], [chip])[0]
    assert rise == pytest.approx(7.0 / (0.032 * 0.020) * (0.030 / 390.0 + 1.0 / 8000.0), rel=1e-12)


def test_three_chips_on_one_plate():
    chips = [
        Rectangle(0.010, 0.010, 0.008, 0.008, 20.0),
        Rectangle(0.030, 0.010, 0.008, 0.008, 30.0),
        Rectangle(0.048, 0.012, 0.010, 0.006, 10.0),
    ]
    found = exact.plate_rise(0.060, 0.020, 0.003, 200.0, 8000.0, chips, chips)
    np.testing.assert_allclose(found, [10.92388478, 14.4314731, 6.55353656], atol=1e-7)


def board(pitch_x=0.032, pitch_y=0.024):
    return [
        [Rectangle((i + 0.5) * pitch_x, (j + 0.5) * pitch_y, 0.008, 0.008, 20.0) for j in range(9)]
        for i in range(12)
    ]


def test_108_chips_on_one_plate():
    chip = Rectangle(0.016, 0.012, 0.008, 0.008, 20.0)
    cell = exact.plate_rise(0.032, 0.024, 0.006, 167.0, 6000.0, [chip], [chip])[0]
    assert cell == pytest.approx(10.0366628, abs=5e-7)
    chips = board()
    some = [chips[0][0], chips[5][4], chips[11][8]]
    found = exact.plate_rise(0.384, 0.216, 0.006, 167.0, 6000.0, list(chain(*chips)), some, N=1728)
    np.testing.assert_allclose(found, cell, rtol=1e-8)
    assert np.ptp(found) < 1e-11


def test_one_chip_over_parallel_channels():
    plate = exact.AdvectivePlate(**PA1, chips=[PA1_CHIP])
    assert plate.chip_mean(PA1_CHIP) == pytest.approx(12.39076244, abs=6e-9)
    assert plate.mixed_outlet() == pytest.approx(0.5966587112172, abs=1e-12)
    outlet = [plate.coolant(0.1, y) for y in (0.0, 0.015, 0.04)]
    np.testing.assert_allclose(outlet, [0.56259166, 1.00357176, 0.21736815], atol=6e-9)


def test_a_plate_over_parallel_channels_solves_its_equations():
    """Central differences inside and beside the chip, where the modes converge fast."""
    plate = exact.AdvectivePlate(**PA1, chips=[PA1_CHIP])
    d = 2e-5
    for x, y, q in ((0.02, 0.03, 0.0), (0.045, 0.015, 5e5), (0.07, 0.01, 0.0)):
        T, F = plate.wall(x, y), plate.coolant(x, y)
        around = sum(plate.wall(x + i, y + j) for i, j in ((d, 0), (-d, 0), (0, d), (0, -d)))
        slope = (plate.coolant(x + d, y) - plate.coolant(x - d, y)) / (2 * d)
        assert PA1["kt"] * (around - 4 * T) / d**2 + q == pytest.approx(PA1["h"] * (T - F), rel=2e-3)
        assert PA1["c"] * slope == pytest.approx(PA1["h"] * (T - F), rel=1e-5)
    assert plate.wall(0.0, 0.01) == pytest.approx(plate.wall(d, 0.01), rel=1e-5)
    assert plate.coolant(0.0, 0.01) == pytest.approx(0.0, abs=1e-12)


def test_108_chips_over_parallel_channels():
    chips = board()
    plate = exact.AdvectivePlate(0.384, 0.216, 167 * 0.005, 6000.0, 0.1 * 4190 / 0.216, list(chain(*chips)))
    rows = [[plate.chip_mean(chips[i][j]) for j in (0, 4, 8)] for i in (0, 5, 11)]
    np.testing.assert_allclose(np.mean(rows, axis=1), [7.359947, 9.490498, 12.041787], atol=6e-7)
    assert np.ptp(rows, axis=1).max() < 1e-11
    assert plate.mixed_outlet() == pytest.approx(5.155131265, abs=6e-10)


def test_modes_and_matrix_exponentials_agree():
    """A chip as wide as the plate leaves the mean mode alone: the channel heated in part, per width."""
    W = 0.05
    plate = exact.AdvectivePlate(
        0.2, W, 0.012 / W, 60.0 / W, 41.9 / W, [Rectangle(0.075, W / 2, 0.05, W, 400.0)], N=10
    )
    x = np.linspace(0.0, 0.2, 9)
    T, F = exact.channel(x, q=lambda x: 8000.0 * (0.05 < x < 0.1), breaks=(0.05, 0.1), **CHANNEL)
    np.testing.assert_allclose([plate.wall(s, 0.01) + 60.0 for s in x], T, rtol=1e-12)
    np.testing.assert_allclose([plate.coolant(s, 0.01) + 60.0 for s in x], F, rtol=1e-12)


@pytest.mark.parametrize(
    ("arguments", "printed"),
    [
        ((80.0, 1.0, 12.0, 3.0, 60.0, 30.0), (105.8156145165, 25.81561451652, 0.4605204839)),
        ((75.0, 0.8, 16.0, 4.0, 60.0, 30.0), (99.89889196574, 31.12361495718, None)),
    ],
)
def test_leaking_chip(arguments, printed):
    T, P, gain = exact.leaking_chip(*arguments)
    assert pytest.approx(printed[0], abs=6e-11) == T
    assert pytest.approx(printed[1], abs=6e-11) == P
    if printed[2] is not None:
        assert gain == pytest.approx(printed[2], abs=6e-11)
    _, _, P_dynamic, P_leak, T_leak, scale = arguments
    assert pytest.approx(P_dynamic + P_leak * math.exp((T - T_leak) / scale), rel=1e-12) == P


def test_a_chip_that_runs_away_has_no_junction_temperature():
    assert exact.leaking_chip(80.0, 1.0, 12.0, 6.0, 60.0, 30.0) is None


@pytest.mark.parametrize(
    ("xi", "eta", "fluid", "wall"),
    [
        (1, 0, 0.367879441171, 0.0),
        (1, 1, 0.654254161277, 0.345745838723),
        (2, 2, 0.603500960612, 0.396499039388),
    ],
)
def test_schumann(xi, eta, fluid, wall):
    assert exact.schumann(xi, eta) == pytest.approx(fluid, abs=6e-13)
    assert 1.0 - exact.schumann(eta, xi) == pytest.approx(wall, abs=6e-13)
