"""Aquasar: 15 K between chip and water at 30 and at 60 °C alike, once fitted at 30 °C; power +7 +- 1 %."""

import pytest

from hashheat.validation import aquasar


@pytest.mark.parametrize("film_share", [0.3, 0.5, 0.7])
def test_chip_stays_15_kelvin_above_the_water(film_share):
    found = aquasar.predict(film_share)
    assert found.rise == pytest.approx(aquasar.CHIP_RISE, abs=1.0)
    assert found.power_ratio - 1.0 == pytest.approx(aquasar.POWER_RISE, abs=aquasar.POWER_RISE_ERROR)


def test_better_cooling_of_warm_water_is_what_keeps_it():
    """The less of the resistance lies in the film, the more the leakage shows; with none it is the power alone."""
    shares = (0.1, 0.3, 0.5, 0.7)
    found = [aquasar.predict(share) for share in shares]
    rises = [p.rise for p in found]
    assert rises == sorted(rises, reverse=True)
    # A film of constant coefficient would give 15 K times the power ratio, by arithmetic.
    assert all(p.rise < aquasar.CHIP_RISE * p.power_ratio for p in found)
    nearly_none = aquasar.predict(0.05)
    assert nearly_none.rise == pytest.approx(aquasar.CHIP_RISE * nearly_none.power_ratio, abs=0.1)
