"""Rated exchangers keep energy and symmetry, and know their own error."""

import numba
import numpy as np
import pytest
from CoolProp.CoolProp import PropsSI

from hashheat.components.plate_exchanger import PlateHeatExchanger
from hashheat.thermo.fluid import Fluid

WATER, GLYCOL = Fluid.parse("water"), Fluid.parse("MEG-30%")
DUTY = {"hot_mass_flow": 2.0, "cold_mass_flow": 2.5, "hot_T_in": 350.0, "cold_T_in": 310.0}


@pytest.fixture(scope="module")
def soft_and_hard(plate_file):
    return plate_file(angles=(30.0, 60.0))


def enthalpy_flow(found, side, m, fluid="Water", p=6e5):
    h_in, h_out = (PropsSI("H", "T", float(found[T][side]), "P", p, fluid) for T in ("T_in", "T_out"))
    return m * (h_out - h_in)


@pytest.mark.parametrize(
    ("plates", "options"),
    [
        (9, {}),
        (10, {"ports": "Z"}),
        (11, {"first_counter": False, "first_side": 1}),
        (13, {"second_angle": 30.0, "second_share": 0.4}),
        (13, {"passes": (2, 1)}),
        (13, {"passes": (2, 2), "overall_counter": False}),
        (14, {"passes": (3, 2), "second_angle": 45.0, "second_share": 0.5}),
        (18, {"passes": (4, 3), "fluids": (WATER, GLYCOL)}),
    ],
)
def test_heat_lost_is_heat_gained(soft_and_hard, plates, options):
    """Over both senses of either flow, and the cold side the warmer in some."""
    exchanger = PlateHeatExchanger(soft_and_hard, plates, fouling=(2e-5, 1e-5), **options)
    rng = np.random.default_rng(plates)
    n = 6 if numba.config.DISABLE_JIT else 60
    found = exchanger.rate(
        hot_mass_flow=rng.uniform(0.2, 4.0, n) * rng.choice([-1.0, 1.0], n),
        cold_mass_flow=rng.uniform(0.2, 4.0, n) * rng.choice([-1.0, 1.0], n),
        hot_T_in=rng.uniform(300.0, 370.0, n),
        cold_T_in=rng.uniform(285.0, 330.0, n),
    )
    assert np.abs(found["imbalance"].values).max() <= 1e-10
    T = np.sort(found["T_in"].values)
    assert np.all((found["T_out"].values >= T[:, :1]) & (found["T_out"].values <= T[:, 1:]))
    assert np.all((found["effectiveness"].values > 0.0) & (found["effectiveness"].values < 1.0))
    for name in ("pressure_drop", "U", "UA", "htc", "channel_velocity", "port_velocity", "Re_min"):
        assert np.all(found[name].values > 0.0), name


@pytest.mark.parametrize("options", [{}, {"passes": (2, 1)}, {"passes": (2, 2)}])
def test_heat_is_what_the_streams_carry(soft_and_hard, options):
    """CoolProp's enthalpy at the temperatures of the result; the property tables hold 1e-6."""
    found = PlateHeatExchanger(soft_and_hard, 13, **options).rate(**DUTY)
    heat = float(found["heat_rate"])
    assert enthalpy_flow(found, 0, 2.0) == pytest.approx(-heat, rel=3e-6)
    assert enthalpy_flow(found, 1, 2.5) == pytest.approx(heat, rel=3e-6)


@pytest.mark.parametrize(
    ("plates", "passes", "options", "swapped"),
    [
        (14, (1, 1), {}, {"first_side": 1}),
        (15, (1, 1), {"ports": "Z"}, {"first_side": 1}),
        (15, (1, 1), {"first_counter": False}, {"first_side": 1}),
        (15, (1, 1), {"second_angle": 45.0, "second_share": 0.4}, {"first_side": 1}),
        (17, (2, 1), {"overall_counter": False}, {"first_side": 1}),
        (25, (3, 2), {"overall_counter": False}, {"first_side": 1}),
        # The cold side enters at the far end: exchanged sides are the mirror image, last channel first.
        (17, (2, 2), {}, {}),
        (25, (3, 3), {}, {}),
    ],
)
def test_exchanging_the_sides_changes_nothing(soft_and_hard, plates, passes, options, swapped):
    both = {
        "fluids": (WATER, GLYCOL),
        "pressures": (6e5, 4e5),
        "fouling": (1e-5, 5e-5),
        "nusselt_factor": (1.1, 0.9),
        "friction_factor": (1.0, 1.2),
    }
    there = PlateHeatExchanger(soft_and_hard, plates, passes=passes, **both, **options)
    turned = {name: pair[::-1] for name, pair in both.items()}
    back = PlateHeatExchanger(soft_and_hard, plates, passes=passes[::-1], **turned, **options, **swapped)
    a = there.rate(**DUTY)
    b = back.rate(hot_mass_flow=2.5, cold_mass_flow=2.0, hot_T_in=310.0, cold_T_in=350.0)
    np.testing.assert_allclose(a["T_out"].values, b["T_out"].values[::-1], rtol=0.0, atol=1e-9)
    np.testing.assert_allclose(a["pressure_drop"].values, b["pressure_drop"].values[::-1], rtol=1e-9)
    assert float(a["heat_rate"]) == pytest.approx(-float(b["heat_rate"]), rel=1e-9)


@pytest.mark.parametrize("infinite", [True, False])
@pytest.mark.parametrize(("plates", "ports"), [(12, "U"), (13, "U"), (12, "Z")])
def test_both_fluids_reversed_is_the_mirror_image(soft_and_hard, plates, ports, infinite):
    exchanger = PlateHeatExchanger(soft_and_hard, plates, ports=ports)
    forth = exchanger.rate(**DUTY, infinite_plates=infinite)
    back = exchanger.rate(**{**DUTY, "hot_mass_flow": -2.0, "cold_mass_flow": -2.5}, infinite_plates=infinite)
    np.testing.assert_allclose(forth["T_out"].values, back["T_out"].values, rtol=0.0, atol=1e-9)
    np.testing.assert_allclose(forth["pressure_drop"].values, back["pressure_drop"].values, rtol=1e-9)
    if not infinite:
        # With ports in Z the fluids come in at the last channel, and the last is now favoured as the first was.
        flows = forth["channel_mass_flow"].values[:: -1 if ports == "Z" else 1]
        np.testing.assert_allclose(back["channel_mass_flow"].values, flows, rtol=1e-9)
        assert np.ptp(flows[::2]) > 1e-4 * flows[0]


@pytest.mark.parametrize("options", [{}, {"passes": (2, 1)}, {"ports": "Z"}, {"infinite_plates": True}])
def test_the_numerical_error_bounds_the_error(plate_file, options):
    """High NTU and a law without bends, against the same exchanger at a tolerance of 1e-9."""
    rate = {**DUTY, "hot_mass_flow": 0.3, "cold_mass_flow": 0.35}
    rate["infinite_plates"] = options.get("infinite_plates", False)
    options = {name: value for name, value in options.items() if name != "infinite_plates"}
    exchanger = PlateHeatExchanger(plate_file(port=0.05, law="wanniarachchi"), 10, **options)
    exact = exchanger.rate(**rate, tolerance=1e-9)
    most = 0.3 * PropsSI("C", "T", 330.0, "P", 6e5, "Water") * 40.0
    nodes = []
    for tolerance in (1e-3, 1e-5, 1e-7):
        found = exchanger.rate(**rate, tolerance=tolerance)
        error = abs(float(found["heat_rate"] - exact["heat_rate"])) / most
        assert error <= float(found["numerical_error"]) <= 2.0 * tolerance
        assert error <= tolerance
        nodes.append(int(found["nodes"]))
    assert nodes == sorted(nodes)
    assert nodes[0] < int(exact["nodes"])


@pytest.mark.parametrize("tolerance", [1e-3, 1e-6])
def test_a_law_with_a_bend_keeps_within_the_tolerance(plate_file, tolerance):
    """Martin's law bends where its step at Re = 2000 begins; ports starve some channels."""
    exchanger = PlateHeatExchanger(plate_file(port=0.024), 21, ports="Z")
    exact = exchanger.rate(**DUTY, tolerance=1e-9)
    found = exchanger.rate(**DUTY, tolerance=tolerance)
    assert float(found["channel_flow_min"].min()) < 0.4
    most = 2.0 * PropsSI("C", "T", 330.0, "P", 6e5, "Water") * 40.0
    assert abs(float(found["heat_rate"] - exact["heat_rate"])) / most <= tolerance
