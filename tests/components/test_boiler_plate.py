"""Spreading in a boiler plate against Bessel's solution, its limits, the balance, and a measured effect."""

import itertools
import math

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.special import iv, kv

from hashheat.components.boiler_plate import spread
from hashheat.components.boiling_state import saturated
from hashheat.solvers.pool_boiling import COOPER, BoilingSurface, boiling_flux
from hashheat.thermo.boiling_fluid import boiling_fluid


def bessel(power, source_area, area, conductance, htc):
    """Centre of a disc that gives off heat by a constant coefficient, its source a disc in the middle."""
    a, b = math.sqrt(source_area / math.pi), math.sqrt(area / math.pi)
    m = math.sqrt(htc / conductance)
    q = power / source_area / htc
    # inside q + C I0; outside E (K0 + I0 K1(mb)/I1(mb)); temperature and slope agree at a.
    ratio = kv(1, m * b) / iv(1, m * b)
    outer, slope = kv(0, m * a) + ratio * iv(0, m * a), -kv(1, m * a) + ratio * iv(1, m * a)
    C, _ = np.linalg.solve([[iv(0, m * a), -outer], [iv(1, m * a), -slope]], [-q, 0.0])
    return q + C


@pytest.mark.parametrize("conductance", [0.3, 0.8, 3.0])
def test_a_constant_coefficient_is_bessels_solution(conductance):
    given = (25.0, 64e-6, 625e-6, conductance, 3000.0)
    assert spread(*given, 1.0).superheat == pytest.approx(bessel(*given), rel=1e-3)


def test_a_plate_that_conducts_well_boils_evenly():
    found = spread(25.0, 64e-6, 625e-6, 1e5, 40.0, 3.0)
    assert found.flux == pytest.approx(found.mean_flux, rel=1e-4)
    assert found.superheat == pytest.approx((25.0 / 625e-6 / 40.0) ** (1.0 / 3.0), rel=1e-4)


def test_a_plate_that_does_not_conduct_boils_over_the_chip_alone():
    found = spread(25.0, 64e-6, 625e-6, 1e-6, 40.0, 3.0)
    assert found.flux == pytest.approx(25.0 / 64e-6, rel=0.02)


def test_a_plate_as_large_as_its_chip_is_none():
    found = spread(25.0, 64e-6, 64e-6, 0.8, 40.0, 3.0)
    assert found.flux == found.mean_flux == pytest.approx(25.0 / 64e-6)
    assert spread(0.0, 64e-6, 625e-6, 0.8, 40.0, 3.0) == (0.0, 0.0, 0.0)


def test_thicker_plates_boil_more_evenly():
    peaks = [spread(25.0, 64e-6, 625e-6, kt, 40.0, 3.0).flux for kt in (0.1, 0.4, 1.6, 6.4)]
    assert all(a > b > 40e3 for a, b in itertools.pairwise(peaks))


@pytest.mark.parametrize("factor", [1.0, 1.7])
def test_thickness_gains_what_was_measured_in_novec(factor):
    """Spreaders of 47 mm on a heater of 25.4 mm: 6 mm carries over 60 % more than 1 mm (J. Electron. Packag. 143).

    Critical where the centre reaches the 17.4 W/cm2 of the bare heater; its absolute value is not compared, as the
    abstract leaves open which area its heat fluxes refer to.
    """
    fluid = boiling_fluid("Novec 649")
    s = saturated(fluid, fluid.saturation_temperature(101325.0))
    surface = BoilingSurface(COOPER, factor=factor)
    A, exponent = boiling_flux(s, 1.0, surface), 1.0 / 0.33

    def most(thickness):
        def short(power):
            return spread(power, 0.0254**2, 0.047**2, 390.0 * thickness, A, exponent).flux - 174e3

        return brentq(short, 20.0, 384.0)

    assert most(6e-3) / most(1e-3) == pytest.approx(1.6, rel=0.1)
