"""How channels share flow and lose pressure in a rated exchanger: ports, angles, passes, fouling."""

import numba
import numpy as np
import pytest
from CoolProp.CoolProp import PropsSI
from fluids.friction import friction_plate_Martin_VDI

from hashheat.components.plate_exchanger import PlateHeatExchanger

DUTY = {"hot_mass_flow": 2.0, "cold_mass_flow": 2.5, "hot_T_in": 350.0, "cold_T_in": 310.0}
#: Inlets so near to each other that the properties of water hardly vary.
NEAR = {**DUTY, "hot_T_in": 330.5, "cold_T_in": 329.5, "tolerance": 1e-9}


@pytest.fixture(scope="module")
def fixed(plate_file):
    """Plate whose Nusselt number and friction factor do not depend on anything."""
    return plate_file(law="fixed", Nu=60.0, f=1.0)


@pytest.fixture(scope="module")
def soft_and_hard(plate_file):
    return plate_file(angles=(30.0, 60.0))


def port_closed_form(m, z, z_layout):
    """Bassiouny and Martin 1984 for equal ports, beta = 1 and beta* = 0: channel velocity over its mean."""
    if z_layout:
        return m * (np.cosh(m * z) * 2.0 - np.cosh(m * (1.0 - z))) / np.sinh(m)
    return m * np.cosh(m * (1.0 - z)) / np.sinh(m)


@pytest.mark.parametrize("ports", ["U", "Z"])
def test_ports_share_the_flow_as_bassiouny_and_martin_have_it(plate_file, ports):
    """A fixed friction factor makes the channel's loss coefficient f L / D_h; m^2 = (n A_c / A)^2 / that."""
    n = 12 if numba.config.DISABLE_JIT else 30
    port = 0.08 * np.sqrt(n / 30)
    exchanger = PlateHeatExchanger(plate_file(law="fixed", Nu=60.0, f=1.0, port=port), 2 * n + 1, ports=ports)
    found = exchanger.rate(**{**NEAR, "hot_mass_flow": 8.0, "cold_mass_flow": 8.0})
    loss = 1.0 * 0.85 / (2.0 * 2.5e-3 / 1.18)
    m = n * 2.5e-3 * 0.4 / (0.25 * np.pi * port**2) / np.sqrt(loss)
    assert 0.1 < m**2 < 0.3
    z = (np.arange(n) + 0.5) / n
    for side in range(2):
        flows = found["channel_mass_flow"].values[found["channel_side"].values == side]
        np.testing.assert_allclose(flows / flows.mean(), port_closed_form(m, z, ports == "Z"), atol=1e-3)
        assert float(found["channel_flow_min"][side]) == pytest.approx(flows.min() / flows.mean(), rel=1e-9)
        assert float(found["channel_flow_max"][side]) == pytest.approx(flows.max() / flows.mean(), rel=1e-9)


def test_without_port_physics_channels_are_alike(fixed):
    """But for the density, which the end channels' temperature changes by 5e-5."""
    found = PlateHeatExchanger(fixed, 15, port_physics=False).rate(**NEAR)
    np.testing.assert_allclose(found["channel_flow_max"].values, 1.0, rtol=1e-4)


@pytest.mark.parametrize("infinite", [True, False])
def test_the_softer_channels_take_more_and_lose_as_much(soft_and_hard, infinite):
    """Two angles in one stack, no port physics; friction by ``fluids``, as of water at 60 degC throughout."""
    exchanger = PlateHeatExchanger(soft_and_hard, 21, second_angle=30.0, second_share=0.5, port_physics=False)
    found = exchanger.rate(
        hot_mass_flow=1.2, cold_mass_flow=1.2, hot_T_in=333.15, cold_T_in=333.15, infinite_plates=infinite
    )
    rho, mu = (PropsSI(name, "T", 333.15, "P", 6e5, "Water") for name in "DV")
    stack = exchanger.blocks if infinite else exchanger.stack
    flow, side, kind = found["channel_mass_flow"].values / stack.channels, stack.side, stack.kind
    drops = {}
    for angle, code in ((60.0, 0), (30.0, 1)):
        own = flow[(side == 0) & (kind == code)]
        assert np.ptp(own) < 1e-9
        G = own[0] / (2.5e-3 * 0.4)
        Re = G * 2.0 * 2.5e-3 / 1.18 / mu
        f = friction_plate_Martin_VDI(Re, angle)
        drops[angle] = f * 0.85 / (2.0 * 2.5e-3 / 1.18) * G**2 / 2.0 / rho, own[0]
    assert drops[30.0][1] > 1.3 * drops[60.0][1]
    assert drops[30.0][0] == pytest.approx(drops[60.0][0], rel=1e-5)
    assert float(found["channel_pressure_drop"][0]) == pytest.approx(drops[30.0][0], rel=1e-5)


def test_fouling_is_one_more_resistance(fixed):
    clean = PlateHeatExchanger(fixed, 15).rate(**NEAR)
    fouled = PlateHeatExchanger(fixed, 15, fouling=(3e-5, 5e-5)).rate(**NEAR)
    assert float(clean["U"]) == pytest.approx(float(clean["U_clean"]), rel=1e-14)
    assert 1.0 / float(fouled["U"]) - 1.0 / float(fouled["U_clean"]) == pytest.approx(8e-5, rel=1e-5)
    # Other temperatures at the same inlets: the conductivity of water moves by 2e-5.
    assert float(fouled["U_clean"]) == pytest.approx(float(clean["U"]), rel=5e-5)


def test_factors_multiply_film_coefficient_and_friction(fixed):
    plain = PlateHeatExchanger(fixed, 15).rate(**NEAR)
    changed = PlateHeatExchanger(fixed, 15, nusselt_factor=(1.5, 0.8), friction_factor=(2.0, 0.5))
    found = changed.rate(**NEAR)
    np.testing.assert_allclose((found["htc"] / plain["htc"]).values, [1.5, 0.8], rtol=1e-4)
    ratio = (found["channel_pressure_drop"] / plain["channel_pressure_drop"]).values
    np.testing.assert_allclose(ratio, [2.0, 0.5], rtol=1e-3)


def test_passes_add_their_pressure_drops(fixed):
    """Two passes of five channels lose twice what one pass of five does, in channels and in ports."""
    options = {"port_physics": False}
    one = PlateHeatExchanger(fixed, 11, **options).rate(**NEAR)
    two = PlateHeatExchanger(fixed, 21, passes=(2, 2), **options).rate(**NEAR)
    for name in ("channel_pressure_drop", "port_pressure_drop"):
        np.testing.assert_allclose((two[name] / one[name]).values, 2.0, rtol=1e-4)
    np.testing.assert_allclose(two["channel_velocity"].values, one["channel_velocity"].values, rtol=1e-3)
    # By hand: f L / D_h and 1.4 velocity heads.
    rho = PropsSI("D", "T", 330.0, "P", 6e5, "Water")
    G, G_port = 2.0 / 5 / (2.5e-3 * 0.4), 2.0 / (0.25 * np.pi * 0.15**2)
    channel = 0.85 / (2.0 * 2.5e-3 / 1.18) * G**2 / 2.0 / rho
    assert float(one["channel_pressure_drop"][0]) == pytest.approx(channel, rel=1e-3)
    assert float(one["port_pressure_drop"][0]) == pytest.approx(1.4 * G_port**2 / 2.0 / rho, rel=1e-3)
