"""Measured pool boiling against the correlations: what is read, bias and scatter, and the stated bands."""

from pathlib import Path

import numpy as np
import pytest

from hashheat.solvers.critical_heat_flux import NO_SIZE
from hashheat.thermo.errors import InputError
from hashheat.validation.pool_boiling import (
    SCATTER,
    SCATTER_FLUX,
    SURFACES,
    BoilingPoint,
    computed_critical,
    computed_superheats,
    critical_deviations,
    deviation,
    read_boiling_points,
    superheat_deviations,
)

TABLE = (
    Path(__file__).resolve().parents[2].parent
    / "shared"
    / "reference"
    / "immersion"
    / "pool_boiling_other.csv"
)


@pytest.fixture(scope="module")
def measured():
    if not TABLE.is_file():
        pytest.skip("the measured points are not beside the repository (shared/reference/immersion)")
    return read_boiling_points(TABLE)


def test_the_points_are_read(measured):
    points, critical = measured
    assert [(p.flux, p.superheat) for p in points[:3]] == [(63e3, 11.0), (119e3, 14.0), (148e3, 17.0)]
    assert len(points) == 8  # and a power law at five heat fluxes
    assert points[5].superheat == pytest.approx((5.0 / 0.0293) ** (1.0 / 1.9366))
    assert [c.subcooling for c in critical[:4]] == [0.0, 10.0, 20.0, 30.0]
    assert len(critical) == 10
    # A disc of 35 mm has the area of a square of 31 mm; spreaders, ranges and memories stay out.
    assert any(c.length == pytest.approx(0.03102, rel=1e-3) for c in critical)
    assert not any(c.fluid == "HFE-7100" for c in critical)
    assert {c.fluid for c in critical} == {"FC-72", "PF-5060", "Novec 649"}


@pytest.mark.parametrize("name", SURFACES)
def test_every_correlation_lies_among_plain_surfaces(name):
    """9.6 to 26 K at 72 kW/m2 in FC-72 at 1 atm, the scatter of experiments."""
    point = BoilingPoint("FC-72", "", "", 101325.0, SCATTER_FLUX, 1.0)
    (superheat,) = computed_superheats([point], SURFACES[name])
    assert SCATTER[0] < superheat < SCATTER[1]


def test_rohsenow_with_the_constant_of_the_surface_keeps_its_band(measured):
    """25 % of superheat where C_sf is measured (Incropera and DeWitt); it was fitted to these three points."""
    found = superheat_deviations(measured[0][:3])["Rohsenow"]
    assert abs(found.worst) < 0.25
    assert abs(found.bias) < 0.01


def test_one_constant_does_not_carry_to_another_surface(measured):
    """Measured with the same liquid on other copper: what a reader has to reckon with, and no more."""
    all_points = superheat_deviations(measured[0])
    for found in all_points.values():
        # No point is further off than plain surfaces are from each other.
        assert SCATTER[0] / SCATTER[1] < 1.0 + found.worst < SCATTER[1] / SCATTER[0]
    assert 0.4 < all_points["Cooper"].bias < 0.65  # stock Cooper: superheats half as high again
    assert abs(all_points["Cooper, copper"].bias) < 0.15
    assert -0.35 < all_points["Gorenflo"].bias < -0.15
    assert max(found.scatter for found in all_points.values()) < 0.35


def test_critical_heat_flux_keeps_a_quarter(measured):
    """Saturated, faces of 10 to 35 mm, four laboratories: every value within 25 % of Zuber, by either size."""
    found = critical_deviations(measured[1])
    assert abs(found["Zuber"].worst) < 0.25
    assert abs(found["Zuber, Arik-Bar-Cohen"].worst) < 0.25
    assert abs(found["Zuber, Arik-Bar-Cohen"].bias) < abs(found["Zuber"].bias)


def test_subcooling_lies_between_the_two_coefficients(measured):
    found = critical_deviations(measured[1])
    assert found["subcooled, Ivey-Morris 0.1"].bias > 0.0 > found["subcooled, Arik-Bar-Cohen 0.03"].bias


def test_zuber_of_novec_by_hand(measured):
    """The check value is 13.76 W/cm2 with 8.4 mN/m; the library has 8.41."""
    novec = [c for c in measured[1] if c.fluid == "Novec 649"]
    (flux,) = computed_critical(novec, NO_SIZE, 0.1)
    assert flux == pytest.approx(137633.0, rel=1e-3)


def test_deviation_by_hand():
    found = deviation(np.array([2.0, 0.5, 1.0]), np.array([1.0, 1.0, 1.0]))
    assert found.points == 3
    assert found.bias == pytest.approx(0.0, abs=1e-15)
    assert found.scatter == pytest.approx(np.log(2.0))
    assert found.worst in (pytest.approx(1.0), pytest.approx(-0.5))


def test_what_is_no_table_is_named(tmp_path):
    with pytest.raises(InputError, match="file not found"):
        read_boiling_points(tmp_path / "none.csv")
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    with pytest.raises(InputError, match="not a table of pool-boiling points"):
        read_boiling_points(tmp_path / "other.csv")
