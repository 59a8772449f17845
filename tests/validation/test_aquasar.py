"""Aquasar: 15 K between chip and water at 30 and at 60 °C alike, once fitted at 30 °C; power +7 +- 1 %."""

import pytest

from hashheat.validation import aquasar
from hashheat.validation.case_figures import read_figures
from hashheat.validation.case_file import CASES

FIGURES = read_figures(CASES / "aquasar" / "figures.csv")
COLD = FIGURES.at("rise_cold", "30 degC water", "delta_K")
HOT = FIGURES.at("rise_hot", "60 degC water", "delta_K")
POWER_RATIO, POWER_RATIO_ERROR = FIGURES.at("power_ratio", "60 over 30 degC water", "1"), 0.01


@pytest.mark.parametrize("film_share", [0.3, 0.5, 0.7])
def test_chip_stays_15_kelvin_above_the_water(film_share):
    found = aquasar.predict(film_share, COLD)
    assert found.rise == pytest.approx(HOT, abs=1.0)
    assert found.power_ratio == pytest.approx(POWER_RATIO, abs=POWER_RATIO_ERROR)


def test_better_cooling_of_warm_water_is_what_keeps_it():
    """The less of the resistance lies in the film, the more the leakage shows; with none it is the power alone."""
    shares = (0.1, 0.3, 0.5, 0.7)
    found = [aquasar.predict(share, COLD) for share in shares]
    rises = [p.rise for p in found]
    assert rises == sorted(rises, reverse=True)
    # A film of constant coefficient would give 15 K times the power ratio, by arithmetic.
    assert all(p.rise < COLD * p.power_ratio for p in found)
    nearly_none = aquasar.predict(0.05, COLD)
    assert nearly_none.rise == pytest.approx(COLD * nearly_none.power_ratio, abs=0.1)
