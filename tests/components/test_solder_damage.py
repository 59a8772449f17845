"""Acceleration factors against worked numbers, and the direction in which each of them must go."""

import math

import numpy as np
import pytest

from hashheat.components.pipe_fatigue import (
    cycles_to_failure,
    equivalent_full_cycles,
    restrained_stress,
    steel_expansion,
    steel_modulus,
)
from hashheat.components.solder_damage import (
    BOLTZMANN_EV,
    SAC305_REMEMBERED,
    TIN_LEAD,
    SolderLaw,
    arrhenius_factor,
    electromigration_factor,
    norris_landzberg,
)
from hashheat.thermo.errors import InputError

DAY = 1.0 / 86400.0
TEST = SolderLaw(
    *TIN_LEAD, test_swing=180.0, test_frequency=48.0 * DAY, test_T_max=398.15, test_cycles=1000.0
)


def factor(swing, per_day, T_max, law=TIN_LEAD, test=(180.0, 48.0, 398.15)):
    return norris_landzberg(swing, per_day * DAY, T_max, test[0], test[1] * DAY, test[2], *law)


def test_anchors():
    """TI E2E 730473 (swing), and its frequency factor with the canonical sign: knowledge, section 5."""
    assert factor(50.0, 48.0, 398.15) == pytest.approx(11.40, abs=0.005)
    assert factor(180.0, 1.0, 398.15) == pytest.approx((1 / 48) ** (1 / 3))
    assert factor(180.0, 1.0, 398.15) == pytest.approx(0.275, abs=5e-4)  # and not 3.6, as that post has it
    assert factor(180.0, 48.0, 348.15) == pytest.approx(1.665, abs=0.003)
    assert factor(50.0, 1.0, 348.15) == pytest.approx(11.40 * 0.275 * 1.665, rel=2e-3)


def test_directions():
    """Milder use lasts longer: smaller swings, colder peaks; and slow cycles do more harm each."""
    for law in (TIN_LEAD, SAC305_REMEMBERED):
        here = factor(40.0, 1.0, 353.0, law)
        assert factor(20.0, 1.0, 353.0, law) > here
        assert factor(40.0, 1.0, 343.0, law) > here
        assert factor(40.0, 10.0, 353.0, law) > here
    assert math.isinf(factor(0.0, 1.0, 353.0))


def test_the_test_lasts_what_it_says():
    assert TEST.cycles_to_failure(180.0, 48.0 * DAY, 398.15) == pytest.approx(1000.0)
    found = TEST.cycles_to_failure([180.0, 50.0, 0.0], 48.0 * DAY, 398.15)
    np.testing.assert_allclose(found, [1000.0, 1000.0 * (180 / 50) ** 1.9, np.inf])
    assert found[1] == pytest.approx(1000.0 * factor(50.0, 48.0, 398.15))
    with pytest.raises(InputError, match="cannot be used"):
        SolderLaw(*TIN_LEAD, 180.0, DAY, 398.15, test_cycles=0.0)


def test_constants():
    assert BOLTZMANN_EV == pytest.approx(8.617333262e-5, rel=1e-9)  # CODATA 2018
    # The activation energy of tin-lead is written 0.122 to 0.123 eV as well.
    assert 0.1215 < TIN_LEAD[2] * BOLTZMANN_EV < 0.1235


def test_arrhenius():
    # 0.7 eV is 8123.3 K; times (1/328 - 1/398) K that is 4.3558.
    assert arrhenius_factor(328.0, 398.0, 0.7) == pytest.approx(math.exp(4.3558), rel=1e-3)
    assert arrhenius_factor(358.15, 358.15) == 1.0
    with pytest.raises(InputError):
        arrhenius_factor(-5.0, 398.15)


def test_black():
    assert electromigration_factor(350.0, 0.5, 350.0) == pytest.approx(4.0)
    assert electromigration_factor(350.0, 1.0, 400.0, 0.7) == pytest.approx(
        float(arrhenius_factor(350.0, 400.0))
    )
    with pytest.raises(InputError):
        electromigration_factor(350.0, 0.0, 400.0)


def test_pipe_steel():
    """At 120 degC: E = 207 143 MPa, alpha = 12.330e-6; 110 K give 281 MPa and 100 000 cycles."""
    assert steel_modulus(393.15) == pytest.approx(2.07143e11, rel=1e-5)
    assert steel_expansion(393.15) == pytest.approx(12.3302e-6, rel=1e-5)
    stress = restrained_stress(110.0, 393.15)
    assert stress == pytest.approx(280.95e6, rel=1e-4)
    assert cycles_to_failure(stress) == pytest.approx((5000 / 280.95) ** 4, rel=1e-3)
    with pytest.raises(InputError):
        cycles_to_failure(0.0)


def test_equivalent_full_cycles():
    assert equivalent_full_cycles(10.0) == pytest.approx(6.8e-5, rel=5e-3)
    assert equivalent_full_cycles([110.0, 55.0], [3.0, 16.0]) == pytest.approx(4.0)
    with pytest.raises(InputError):
        equivalent_full_cycles([-1.0])
