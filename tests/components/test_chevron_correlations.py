"""Chevron-plate correlations by name: conventions, user constants, faults and warnings."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hashheat.components.chevron_correlations import (
    CORRELATIONS,
    chevron_law,
    correlation,
    validity_warnings,
)
from hashheat.components.chevron_papers import muley_manglik_enlargement
from hashheat.solvers.chevron import chevron_friction, chevron_nusselt
from hashheat.thermo.errors import InputError

_GEOMETRIC = [name for name, record in CORRELATIONS.items() if record.beta_degrees is not None]
_WITH_FRICTION = [name for name in _GEOMETRIC if CORRELATIONS[name].own_friction is not None]


def test_muley_manglik_polynomials_are_one_on_the_tested_plates():
    d_1, d_2 = muley_manglik_enlargement(1.29)
    assert d_1 == pytest.approx(1.0, abs=0.005)
    assert d_2 == pytest.approx(0.974, abs=0.0005)


@given(
    name=st.sampled_from(_GEOMETRIC),
    beta=st.floats(30.0, 59.0),
    Re=st.floats(1000.0, 1e4),
    step=st.floats(0.5, 1.0),
)
@settings(deadline=None, max_examples=200)
def test_heat_transfer_rises_with_the_angle_from_the_flow(name, beta, Re, step):
    """At equal Re, in every source: the convention of the angle is right. Martin peaks near 70 degrees."""
    flat, steep = (chevron_nusselt(chevron_law(name, b, 1.2), Re, 3.0, 1.0) for b in (beta, beta + step))
    assert steep > flat


@pytest.mark.parametrize("name", _WITH_FRICTION)
def test_friction_rises_with_the_angle_from_the_flow(name):
    """Over 15 degrees: Muley and Manglik's quadratic and sine wiggle within a few."""
    for Re in (1100.0, 3000.0, 9000.0):
        f = [chevron_friction(chevron_law(name, b, 1.2, friction=name), Re) for b in (30.0, 45.0, 60.0)]
        assert f[0] < f[1] < f[2]


@pytest.mark.parametrize(("low", "high"), [(0.6, 1.7)])
@pytest.mark.parametrize("name", ["kumar", "wanniarachchi", "heavner", "thonon"])
def test_sources_agree_once_their_conventions_are_equal(name, low, high):
    """Against Martin at 30 to 60 degrees; a complementary angle would stand off by a factor 2 to 4."""
    for beta in (30.0, 45.0, 60.0):
        for Re in (800.0, 3000.0, 8000.0):
            ours, martin = (
                chevron_nusselt(chevron_law(n, beta, 1.2), Re, 4.0, 1.0) for n in (name, "martin")
            )
            assert low < ours / martin < high


def test_kumar_between_its_angles():
    """Halfway in angle, away from breaks, the logarithms are halfway; beyond the ends the end rows hold."""

    def Nu(beta):
        return chevron_nusselt(chevron_law("kumar", beta, 1.2), 3000.0, 3.0, 1.0)

    assert Nu(52.5) == pytest.approx(math.sqrt(Nu(45.0) * Nu(60.0)), rel=1e-12)
    assert Nu(70.0) == Nu(60.0)
    assert Nu(20.0) == Nu(25.0)


def test_2b_is_turned_into_the_hydraulic_diameter():
    """The textbook estimate knows no phi on 2 b; on D_h the film coefficient must stay the same."""
    gap, G, mu, k = 3e-3, 500.0, 5e-4, 0.6
    htc, dp_per_m = [], []
    for phi in (1.0, 1.25):
        D_h = 2 * gap / phi
        law = chevron_law("sinnott", 45.0, phi)
        htc.append(chevron_nusselt(law, G * D_h / mu, 3.0, 1.0) * k / D_h)
        dp_per_m.append(chevron_friction(law, G * D_h / mu) / D_h)
    Re = G * 2 * gap / mu
    assert htc[0] == pytest.approx(0.26 * Re**0.65 * 3.0**0.4 * k / (2 * gap), rel=1e-12)
    assert htc[1] == pytest.approx(htc[0], rel=1e-12)
    assert dp_per_m[0] == pytest.approx(8 * 0.6 * Re**-0.3 / (2 * gap), rel=1e-12)
    assert dp_per_m[1] == pytest.approx(dp_per_m[0], rel=1e-12)


def test_heavner_and_tables_at_their_angles():
    law = chevron_law("heavner", 45.0, 1.2)
    expected = 0.195 * 1.2**0.308 * 2000**0.692 * 4.0**0.5 * 0.8 ** (1 / 6)
    assert chevron_nusselt(law, 2000.0, 4.0, 0.8) == pytest.approx(expected, rel=1e-12)
    law = chevron_law("heavner", 90.0 - 22.5, 1.2)
    assert chevron_nusselt(law, 2000.0, 1.0, 1.0) == pytest.approx(
        0.278 * 1.2**0.317 * 2000**0.683, rel=1e-12
    )
    law = chevron_law("thonon", 37.5, 1.2)
    middle = math.sqrt(0.2267 * 0.2998) * 2000**0.638
    assert chevron_nusselt(law, 2000.0, 1.0, 1.0) == pytest.approx(middle, rel=1e-12)


@pytest.mark.parametrize("name", ["thonon", "khan", "heavner", "okada", "wanniarachchi"])
def test_friction_of_a_source_without_one_is_martins(name):
    assert CORRELATIONS[name].friction == "martin"
    assert "Martin's friction" in CORRELATIONS[name].notes
    for Re in (900.0, 4000.0):
        f = chevron_friction(chevron_law(name, 50.0, 1.2), Re)
        assert f == chevron_friction(chevron_law("martin", 50.0, 1.2), Re)


def test_power_law():
    law = chevron_law(
        "power law", 45.0, 1.2, C=0.4, m=0.598, n=0.33, viscosity_exponent=0.14, a=18.29, b=0.652
    )
    expected = 0.4 * 1500**0.598 * 3.0**0.33 * 0.7**0.14
    assert chevron_nusselt(law, 1500.0, 3.0, 0.7) == pytest.approx(expected, rel=1e-12)
    assert chevron_friction(law, 1500.0) == pytest.approx(18.29 * 1500**-0.652, rel=1e-12)


def test_martin_can_be_calibrated():
    """From the equation by hand at other constants, laminar branch."""
    free = {"a": 3.2, "b": 0.25, "c": 0.30, "lead": 0.15, "exponent": 0.36}
    law = chevron_law("martin", 55.0, 1.2, **free)
    beta, Re = math.radians(55.0), 900.0
    root = math.cos(beta) / math.sqrt(
        0.25 * math.tan(beta) + 0.30 * math.sin(beta) + 64 / Re / math.cos(beta)
    ) + (1 - math.cos(beta)) / math.sqrt(3.2 * (597 / Re + 3.85))
    f = root**-2
    assert chevron_friction(law, Re) == pytest.approx(f, rel=1e-12)
    Nu = 0.15 * 3.0 ** (1 / 3) * 0.8 ** (1 / 6) * (f * Re**2 * math.sin(2 * beta)) ** 0.36
    assert chevron_nusselt(law, Re, 3.0, 0.8) == pytest.approx(Nu, rel=1e-12)


@pytest.mark.parametrize("name", _GEOMETRIC)
def test_factors_scale_one_thing_each(name):
    plain, hot, rough = (
        chevron_law(name, 45.0, 1.2, **more) for more in ({}, {"Nu_factor": 1.1}, {"f_factor": 1.3})
    )
    for Re in (700.0, 2000.0, 5000.0):
        Nu, f = chevron_nusselt(plain, Re, 3.0, 0.9), chevron_friction(plain, Re)
        assert chevron_nusselt(hot, Re, 3.0, 0.9) == pytest.approx(1.1 * Nu, rel=1e-12)
        assert chevron_nusselt(rough, Re, 3.0, 0.9) == Nu
        assert chevron_friction(hot, Re) == f
        assert chevron_friction(rough, Re) == pytest.approx(1.3 * f, rel=1e-12)


@pytest.mark.parametrize(
    "name", [n for n in _GEOMETRIC if n not in ("chisholm wanniarachchi", "thonon", "okada")]
)
def test_viscosity_ratio_is_bulk_over_wall(name):
    """A heated liquid is thinner at the wall: ratio above 1, more heat."""
    law = chevron_law(name, 45.0, 1.2)
    assert chevron_nusselt(law, 2000.0, 3.0, 1.3) > chevron_nusselt(law, 2000.0, 3.0, 1.0)


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ("Muley & Manglik", "muley manglik"),
        ("muley_manglik", "muley manglik"),
        ("Chisholm and Wanniarachchi", "chisholm wanniarachchi"),
        ("Martin-VDI", "martin"),
        ("power-law", "power law"),
        ("Martin 1996", "martin 1999"),
    ],
)
def test_names_are_read_generously(asked, name):
    assert correlation(asked).name == name


@pytest.mark.parametrize(
    ("arguments", "more", "text"),
    [
        (("Kumer", 45, 1.2), {}, "did you mean kumar"),
        (("unheard of", 45, 1.2), {}, "heavner"),
        (("martin", 0.0, 1.2), {}, "above 0 and below 90"),
        (("martin", 90.0, 1.2), {}, "above 0 and below 90"),
        (("martin", math.nan, 1.2), {}, "above 0 and below 90"),
        (("martin", 45, 0.9), {}, "1 to 3"),
        (("martin", 45, math.nan), {}, "1 to 3"),
        (("muley manglik", 45, 1.9), {}, "1 to 1.8"),
        (("khan", 45, 1.9), {"friction": "muley manglik"}, "1 to 1.8"),
        (("thonon", 61, 1.2), {}, "15 to 60"),
        (("okada", 29, 1.2), {}, "30 to 75"),
        (("heavner", 70, 1.2), {}, "23 to 67.5"),
        (("martin", 45, 1.2), {"friction": "khan"}, "has no friction"),
        (("martin", 45, 1.2), {"friction": "power law"}, "a and b would mean two things"),
        (("martin", 45, 1.2), {"leed": 0.1}, "did you mean lead"),
        (("kumar", 45, 1.2), {"a": 3.8}, "no such constant"),
        (("martin", 45, 1.2), {"lead": 0.0}, "above 0"),
        (("martin", 45, 1.2), {"b": -0.1}, "not negative"),
        (("martin", 45, 1.2), {"viscosity_exponent": math.inf}, "finite"),
        (("power law", 45, 1.2), {"C": 0.3, "m": 0.6}, "a, b"),
        (("fixed", 45, 1.2), {"f": 0.3}, "Nu"),
    ],
)
def test_faults_name_what_is_accepted(arguments, more, text):
    with pytest.raises(InputError, match=text):
        chevron_law(*arguments, **more)


def test_no_warning_inside():
    assert validity_warnings("martin", 300, 9000, 3.0, 60.0, 1.2) == []
    assert validity_warnings("kumar", 300, 9000, 3.0, 30.0, 1.2) == []
    assert validity_warnings("muley manglik", 900, 8000, (2.5, 4.0), 45.0, 1.2) == []
    assert validity_warnings("power law", 1, 1e6, 3.0, 45.0, 1.2) == []
    assert validity_warnings("fixed", 0, 1e6, 3.0, 45.0, 1.2) == []


@pytest.mark.parametrize(
    ("arguments", "texts"),
    [
        (("martin", 150, 9000, 3.0, 60.0, 1.2), ["martin: Re 150 to 9000 is outside 200 to 10000"]),
        (("martin", 300, 300, 3.0, 85.0, 1.2), ["chevron angle 85 degrees is outside 0 to 80"]),
        (("kumar", 300, 900, 3.0, 65.0, 1.2), ["chevron angle 65 degrees is outside 25 to 60"]),
        (("khan", 600, 2000, (3.0, 5.0), 45.0, 1.2), ["khan: Pr 3 to 5 is outside 3.5 to 6.5"]),
        (("muley manglik", 1100, 9000, 3.0, 45.0, 1.2), ["Re on 2 b 1320 to 1.08e+04 is outside"]),
        (("muley manglik", 1100, 8000, 3.0, 45.0, 1.05), ["enlargement factor 1.05 is outside 1.1 to 1.5"]),
        (("thonon", 100, 9000, 3.0, 45.0, 1.2), ["martin (friction): Re 100 to 9000"]),
        (("martin", math.nan, 300, 3.0, 45.0, 1.2), ["martin: Re nan to 300 is outside"]),
    ],
)
def test_warnings_outside(arguments, texts):
    found = validity_warnings(*arguments)
    assert len(found) == len(texts)
    for sentence, text in zip(found, texts):
        assert text in sentence


def test_unverified_friction_is_said_so():
    found = validity_warnings("wanniarachchi", 300, 3000, 3.0, 45.0, 1.2, friction="wanniarachchi")
    assert found == ["wanniarachchi: its friction is unverified; compare with martin"]
    assert validity_warnings("wanniarachchi", 300, 3000, 3.0, 45.0, 1.2) == []


def test_records_are_complete():
    for name, record in CORRELATIONS.items():
        assert name == record.name
        assert record.friction in CORRELATIONS
        for text in (record.title, record.equation, record.reference, record.angle, record.diameter):
            assert text
        assert set(record.unverified) <= {"friction", "diameter"}
