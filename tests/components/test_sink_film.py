"""Film of heat sinks: exact limits of ducts, fins and bases, the mixing of its parts, and their signs."""

import importlib.util
import math
from pathlib import Path

import ht
import numpy as np
import pytest

from hashheat.components.heat_sink import PlateFins, RoundPins
from hashheat.components.heat_sink_errors import HeatSinkError
from hashheat.components.sink_film import fin_duct, sink_conductances, sink_film
from hashheat.components.sink_paths import stack_paths
from hashheat.solvers.natural_convection import nusselt_horizontal_cylinder


def beside(name):
    """Module of the tests that stands beside this one."""
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


oil_sinks = beside("oil_sinks")
OIL, PLAIN = oil_sinks.OIL, oil_sinks.PLAIN
make_sink, make_stack = oil_sinks.make_sink, oil_sinks.make_stack
#: So good a metal that fins and base have the chip's temperature.
IDEAL = 1e12


def at_rest(film, liquid=PLAIN, T=313.15, T_base=323.15):
    return sink_conductances(film, liquid, 0.0, T, T_base, 0.0)


def test_tall_fins_at_rest_conduct_as_plates_of_uniform_flux():
    sink = make_sink(fins=PlateFins(3.0, 0.001, 0.004), conductivity=IDEAL)
    found = at_rest(sink_film(make_stack(sink)))
    assert found.htc == pytest.approx(140.0 / 17.0 * 0.14 / 0.006, rel=2e-3)
    area = 10 * 2 * 0.06 * 3.0 + 0.06 * 0.03
    assert found.conductance == pytest.approx(area * float(found.htc), rel=1e-5)


def test_fins_conduct_as_the_equation_of_the_fin_says():
    """q = sqrt(h P k A) tanh(m H) theta for each fin, and the base between them."""
    sink = make_sink(fins=PlateFins(0.03, 0.0005, 0.004), conductivity=20.0, base_thickness=1e-9)
    found = at_rest(sink_film(make_stack(sink)))
    h = float(found.htc)
    m = math.sqrt(2.0 * h / (20.0 * 0.0005))
    one = math.sqrt(h * 2 * 0.06 * 20.0 * 0.06 * 0.0005) * math.tanh(m * 0.03)
    assert found.conductance == pytest.approx(10 * one + h * 0.06 * 0.035, rel=1e-6)
    assert found.efficiency == pytest.approx(math.tanh(m * 0.03) / (m * 0.03), rel=1e-9)


def test_base_and_chips_in_series_and_in_parallel():
    ideal = at_rest(sink_film(make_stack(make_sink(base_thickness=1e-12))))
    thick = at_rest(sink_film(make_stack()))
    assert 1.0 / thick.conductance - 1.0 / ideal.conductance == pytest.approx(
        0.003 / (180.0 * 0.06 * 0.04), rel=1e-6
    )
    shared = at_rest(sink_film(make_stack(make_sink(chips=6))))
    assert 6.0 * shared.conductance == pytest.approx(float(thick.conductance), rel=1e-12)
    small = at_rest(sink_film(make_stack(make_sink(chips=6)), footprint=5e-5))
    assert 0.5 * shared.conductance < small.conductance < shared.conductance


def test_leveque_at_the_start_of_isothermal_boundary_layers():
    """Short fins in a fast, viscous liquid: Nu grows as the cube root of the velocity, by the velocity's slope."""
    sink = make_sink(fins=PlateFins(0.3, 0.001, 0.004), conductivity=IDEAL, length=0.012)
    film = sink_film(make_stack(sink))
    stiff = PLAIN._replace(log_viscosity=PLAIN.log_viscosity + np.array([9.0, 0, 0, 0, 0, 0]))
    share = stack_paths(make_stack(sink))[0].share
    U = 1.0
    found = sink_conductances(film, stiff, U, 313.15, 323.15, 0.0)
    # h = k Gamma(2/3) (slope / (9 alpha x))^(1/3) at uniform flux; its mean over L is 3/2 of the value at L.
    u = U / (0.75 * share)
    slope = 6.0 * u / 0.003
    alpha = 0.14 / (840.0 * 2100.0)
    local = math.gamma(2 / 3) * (slope / (9.0 * alpha * 0.012)) ** (1 / 3) * 0.14
    assert found.htc == pytest.approx(1.5 * local, rel=0.015)


@pytest.mark.parametrize("height", [0.0600001, 0.0599999])
def test_slender_channels_join_the_table(height):
    """On both sides of the table's end, and plates at infinity."""
    assert fin_duct(PlateFins(height, 0.001, 0.004)).Nu_inf == pytest.approx(
        fin_duct(PlateFins(0.06, 0.001, 0.004)).Nu_inf, rel=1e-5
    )
    assert fin_duct(PlateFins(1e4, 0.001, 0.004)).Nu_inf == pytest.approx(140.0 / 17.0, rel=1e-4)


def test_wide_channels_and_their_end():
    assert fin_duct(PlateFins(0.002, 0.001, 0.011)).Nu_inf > 0.0
    with pytest.raises(HeatSinkError, match="no channel"):
        fin_duct(PlateFins(0.0004, 0.001, 0.011))


def natural_part(found, forced):
    return (float(found.htc) ** 3 - float(forced.htc) ** 3) ** (1 / 3)


def test_natural_part_between_close_and_wide_fins():
    """C1 and C2 of the oil: h s / k from Ra s / L, the forced part taken off by the cubes."""
    for gap, length in ((0.003, 0.3), (0.02, 0.06)):
        sink = make_sink(fins=PlateFins(0.05, 0.001, gap + 0.001), length=length, conductivity=IDEAL)
        film = sink_film(make_stack(sink))
        found = sink_conductances(film, PLAIN, 0.0, 313.15, 323.15, -9.81)
        nu, alpha = 7.2e-3 / 840.0, 0.14 / (840.0 * 2100.0)
        R = 9.81 * 7e-4 * 10.0 * gap**4 / (nu * alpha * length)
        coefficient = 0.670 / (1 + (0.492 * alpha / nu) ** (9 / 16)) ** (4 / 9)
        expected = 0.14 / gap * (576 / R**2 + coefficient**-2 / math.sqrt(R)) ** -0.5
        assert natural_part(found, at_rest(film)) == pytest.approx(expected, rel=1e-5)


def test_natural_part_has_the_conductivity_of_the_film():
    """The forced part stands at the liquid's own temperature, the natural one at the mean with the wall's."""
    sink = make_sink(fins=PlateFins(0.05, 0.001, 0.021), conductivity=IDEAL)
    film = sink_film(make_stack(sink))
    forced = at_rest(film, OIL, 313.15, 353.15)
    found = sink_conductances(film, OIL, 0.0, 313.15, 353.15, -9.81)
    t, gap = 20.0, 0.02
    nu = math.exp(math.log(7.2e-3) - math.log(2.0) / 25.0 * t + 1e-4 * t * t) / 840.0
    k = 0.14 - 1e-4 * t
    alpha = k / (840.0 * (2100.0 + 4.0 * t))
    R = 9.81 * 7e-4 * 40.0 * gap**4 / (nu * alpha * 0.06)
    coefficient = 0.670 / (1 + (0.492 * alpha / nu) ** (9 / 16)) ** (4 / 9)
    expected = k / gap * (576 / R**2 + coefficient**-2 / math.sqrt(R)) ** -0.5
    assert natural_part(found, forced) == pytest.approx(expected, rel=1e-5)


def with_viscosity(mu):
    return PLAIN._replace(log_viscosity=np.array([math.log(mu), 0, 0, 0, 0, 0]))


def test_turbulent_channels():
    """Gnielinski's mean over the length, with another library's formula for the developed part."""
    stack = make_stack(make_sink(conductivity=IDEAL))
    mu, Re = 3e-4, 1e4
    diameter = 2 * 0.003 * 0.012 / 0.015
    U = Re * mu / (840.0 * diameter) * stack_paths(stack)[0].share * 0.75
    found = sink_conductances(sink_film(stack), with_viscosity(mu), U, 313.15, 323.15, 0.0)
    Pr = mu * 2100.0 / 0.14
    developed = ht.conv_internal.turbulent_Gnielinski(Re, Pr, (0.79 * math.log(Re) - 1.64) ** -2)
    assert found.Re == pytest.approx(Re, rel=1e-9)
    assert found.htc * diameter / 0.14 == pytest.approx(
        developed * (1 + (diameter / 0.06) ** (2 / 3)), rel=1e-6
    )


def test_short_fins_are_flat_plates():
    """Boundary layers that have not met: 0.464 sqrt(Re_L) Pr^(1/3) at the end, twice that in the mean."""
    fins = PlateFins(0.3, 0.001, 0.004)
    stack = make_stack(make_sink(fins=fins, length=0.003, conductivity=IDEAL))
    mu = 5.0 * 0.14 / 2100.0
    u = 2000.0 * mu / (840.0 * 2 * 0.003 * 0.3 / 0.303)
    U = u * 0.75 * stack_paths(stack)[0].share
    found = sink_conductances(sink_film(stack), with_viscosity(mu), U, 313.15, 323.15, 0.0)
    Nu_L = 2.0 * 0.464 * math.sqrt(840.0 * u * 0.003 / mu) * 5.0 ** (1 / 3)
    assert found.htc * 0.003 / 0.14 == pytest.approx(Nu_L, rel=0.05)


def test_natural_part_of_pins():
    film = sink_film(make_stack(make_sink(fins=RoundPins(0.012, 0.002, 0.004, 0.005), conductivity=IDEAL)))
    found = sink_conductances(film, PLAIN, 0.0, 313.15, 323.15, -9.81)
    nu, alpha = 7.2e-3 / 840.0, 0.14 / (840.0 * 2100.0)
    Nu = nusselt_horizontal_cylinder(9.81 * 7e-4 * 10.0 * 0.002**3 / (nu * alpha), nu / alpha)
    assert natural_part(found, at_rest(film)) == pytest.approx(Nu * 0.14 / 0.002, rel=1e-9)


def test_signs():
    """A warm sink is helped by upward flow, a cold one by downward flow, whichever way the axis points."""
    film = sink_film(make_stack(make_sink(fins=PlateFins(0.03, 0.001, 0.009))))

    def htc(velocity, T_base, gravity):
        return float(sink_conductances(film, PLAIN, velocity, 313.15, T_base, gravity).htc)

    up, down = htc(0.02, 323.15, -9.81), htc(-0.02, 323.15, -9.81)
    alone = htc(0.02, 323.15, 0.0)
    assert down < alone < up
    assert htc(-0.02, 323.15, 9.81) == up
    assert htc(-0.02, 303.15, -9.81) == pytest.approx(up, rel=1e-12)
    assert htc(0.02, 303.15, -9.81) == pytest.approx(down, rel=1e-12)


def test_warm_wall_thins_the_oil():
    film = sink_film(make_stack())
    warm = sink_conductances(film, OIL, 0.02, 313.15, 353.15, 0.0)
    same = sink_conductances(film, OIL, 0.02, 313.15, 313.15, 0.0)
    t = 40.0
    mu = math.exp(-math.log(2.0) / 25.0 * t + 1e-4 * t * t)
    Pr = mu * (2260.0 / 2100.0) * 0.14 / (0.14 - 1e-4 * t)
    assert warm.htc / same.htc == pytest.approx(Pr**-0.11, rel=1e-8)


def test_velocity_between_the_fins():
    """All of the flow passes them, or the part that an own sum of the ways leaves them."""
    full = make_stack()
    share = 0.75 * 0.012 / full.board_pitch
    found = sink_conductances(sink_film(full), PLAIN, 0.01, 313.15, 313.15)
    diameter = 2 * 0.003 * 0.012 / 0.015
    assert found.Re == pytest.approx(840.0 * 0.01 / share * diameter / 7.2e-3, rel=1e-9)
    loose = make_stack(board_pitch=0.024, width_pitch=0.05)
    ways = stack_paths(loose)
    slow = 1e-6
    gradient = slow / sum(way.share / way.inverse_permeability for way in ways)
    u = gradient / ways[0].inverse_permeability / 0.75
    found = sink_conductances(sink_film(loose), PLAIN, slow, 313.15, 313.15)
    assert found.Re == pytest.approx(840.0 * u * diameter / 7.2e-3, rel=1e-4)


@pytest.mark.parametrize(
    "fins", [PlateFins(0.012, 0.001, 0.004), RoundPins(0.012, 0.002, 0.004, 0.005, True)]
)
def test_rises_with_the_velocity_without_a_step(fins):
    film = sink_film(make_stack(make_sink(fins=fins)))
    thin = PLAIN._replace(log_viscosity=PLAIN.log_viscosity + np.array([-3.5, 0, 0, 0, 0, 0]))
    U = np.geomspace(1e-6, 3.0, 1500)
    found = sink_conductances(film, thin, U, 313.15, 323.15, 0.0)
    steps = np.diff(found.htc) / found.htc[:-1]
    assert (steps > -1e-9).all()
    assert steps.max() < 0.06
    assert found.Re[-1] > 4000.0 or isinstance(fins, RoundPins)


def test_arrays_are_the_single_calls():
    film = sink_film(make_stack())
    U = np.array([[0.0, 0.01], [-0.01, 0.3]])
    T = np.array([[300.0, 320.0], [310.0, 330.0]])
    found = sink_conductances(film, OIL, U, T, 340.0)
    assert found.conductance.shape == (2, 2)
    one = sink_conductances(film, OIL, -0.01, 310.0, 340.0)
    assert [float(x) for x in one] == [float(x[1, 0]) for x in found]


def test_what_cannot_be():
    with pytest.raises(HeatSinkError, match="footprint"):
        sink_film(make_stack(), footprint=1.0)
    with pytest.raises(HeatSinkError, match="footprint"):
        sink_film(make_stack(), footprint=0.0)
    film = sink_film(make_stack())
    with pytest.raises(HeatSinkError, match="T_base"):
        sink_conductances(film, OIL, 0.0, 313.0, [350.0, 401.0])
    with pytest.raises(HeatSinkError, match="velocity"):
        sink_conductances(film, OIL, math.nan, 313.0, 350.0)
