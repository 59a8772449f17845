"""Quantities: reading them, their bounds, and their quantile functions against scipy.stats."""

import contextlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from hashheat.thermo.errors import InputError
from hashheat.thermo.quantity import STATUSES, Quantity

U = (np.arange(2000) + 0.5) / 2000


@pytest.mark.parametrize(
    ("spec", "unit", "expected"),
    [
        ("1.2 K/W", "K/W", ("none", 1.2, 0.0, -np.inf, np.inf)),
        (0.4, "1", ("none", 0.4, 0.0, -np.inf, np.inf)),
        ("1.2 +/- 0.3 K/W", "K/W", ("normal", 1.2, 0.3, -np.inf, np.inf)),
        ("1.2±0.3 K/W", "K/W", ("normal", 1.2, 0.3, -np.inf, np.inf)),
        ("1.2 K/W +/- 10 %", "K/W", ("normal", 1.2, 0.12, -np.inf, np.inf)),
        ("0.8 .. 1.6 K/W", "K/W", ("uniform", 1.2, 0.0, 0.8, 1.6)),
        ("0.8..1.6 K/W", "K/W", ("uniform", 1.2, 0.0, 0.8, 1.6)),
        ("800 mK/W .. 1.6 K/W", "K/W", ("uniform", 1.2, 0.0, 0.8, 1.6)),
        ("35 .. 45 degC", "K", ("uniform", 313.15, 0.0, 308.15, 318.15)),
        ("-5 .. 5 degC", "K", ("uniform", 273.15, 0.0, 268.15, 278.15)),
        ("45 +/- 2 degC", "K", ("normal", 318.15, 2.0, -np.inf, np.inf)),
        ("45 degC +/- 2 K", "K", ("normal", 318.15, 2.0, -np.inf, np.inf)),
        ("104 +/- 9 degF", "K", ("normal", 313.15, 5.0, -np.inf, np.inf)),
        ("10 +/- 1 K", "delta_K", ("normal", 10.0, 1.0, -np.inf, np.inf)),
        ("35 +/- 5 %", "1", ("normal", 0.35, 0.05, -np.inf, np.inf)),
        ("35 % +/- 5 %", "1", ("normal", 0.35, 0.05, -np.inf, np.inf)),
    ],
)
def test_parse(spec, unit, expected):
    q = Quantity.parse(spec, unit)
    assert q.spread == expected[0]
    assert (q.value, q.sigma, q.lower, q.upper) == pytest.approx(expected[1:], rel=1e-12)
    assert (q.status, q.source) == ("chosen", "")
    assert q.is_uncertain == (q.spread != "none")
    assert q.nominal == q.value


def test_a_table_carries_its_provenance():
    spec = {"value": "1.2 +/- 0.3 K/W", "status": "literature", "source": "a book", "note": "per chip"}
    q = Quantity.parse(spec, "K/W")
    assert (q.status, q.source, q.note) == ("literature", "a book", "per chip")
    assert q.describe() == "1.2 K/W +/- 0.3 K/W (normal) [literature: a book] per chip"


@pytest.mark.parametrize("status", ["measured", "datasheet", "literature", "calibrated"])
def test_a_claimed_status_needs_a_source(status):
    with pytest.raises(InputError, match="must name its source"):
        Quantity.parse({"value": "1 K/W", "status": status}, "K/W")


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ({"value": "1 K/W"}, "where it comes from"),
        ({"value": "1 K/W", "status": "guess"}, "where it comes from"),
        ({"status": "assumed"}, "needs its value"),
        ({"value": "1 K/W", "status": "assumed", "sorce": "x"}, "Unknown entry"),
        ({"value": "1 K/W", "status": "assumed", "note": 3}, "must be text"),
        ("1.6 .. 0.8 K/W", "must rise"),
        ("0.8 .. 0.8 K/W", "must rise"),
        ("1.2 +/- 0 K/W", "must be positive"),
        ("1.2 +/- -1 K/W", "must be positive"),
        ("1 .. 2 .. 3 K/W", "too many parts"),
        ("1 +/- 2 +/- 3 K/W", "too many parts"),
        ("0.8 .. 1.6", "unit is missing"),
        ("0.8 .. 1.6 K", "not a unit"),
        ("-0.1 K/W", "outside the possible range"),
        ("-0.1 +/- 1 K/W", "outside the possible range"),
        ("-0.1 .. 1 K/W", "outside the possible range"),
        ("1 .. 11 K/W", "outside the possible range"),
        ("nan K/W", "begin with a number"),
        (None, "not a number"),
    ],
)
def test_refusals_name_the_place(spec, words):
    with pytest.raises(InputError, match=words) as caught:
        Quantity.parse(spec, "K/W", "chip.resistance", "device.toml", minimum=0.0, maximum=10.0)
    assert "device.toml" in str(caught.value)
    assert "chip.resistance" in str(caught.value)


def test_percent_of_a_temperature_is_refused():
    with pytest.raises(InputError, match="percent means nothing"):
        Quantity.parse("45 degC +/- 5 %", "K")


def test_zero_is_refused_only_where_positive():
    assert Quantity.parse("0 K/W", "K/W", minimum=0.0).value == 0.0
    with pytest.raises(InputError, match="outside the possible range"):
        Quantity.parse("0 K/W", "K/W", positive=True)


@pytest.mark.parametrize("keywords", [{"value": np.nan}, {"status": "x"}, {"spread": "x"}])
def test_the_constructor_refuses_nonsense(keywords):
    with pytest.raises(InputError):
        Quantity(**({"value": 1.0, "unit": "m"} | keywords))


def test_the_constructor_refuses_an_open_uniform_and_a_value_outside():
    with pytest.raises(InputError, match="finite ends"):
        Quantity(1.0, "m", "uniform")
    with pytest.raises(InputError, match="outside its bounds"):
        Quantity(3.0, "m", "uniform", lower=0.0, upper=2.0)
    with pytest.raises(InputError, match="must be positive"):
        Quantity(3.0, "m", "normal")


@pytest.mark.parametrize(
    ("q", "reference"),
    [
        (Quantity.parse("45 +/- 2 degC", "K"), stats.norm(318.15, 2.0)),
        (Quantity.parse("0.8 .. 1.6 K/W", "K/W"), stats.uniform(0.8, 0.8)),
        (
            Quantity.parse("1.2 +/- 0.9 K/W", "K/W", minimum=0.0),
            stats.truncnorm(-1.2 / 0.9, np.inf, loc=1.2, scale=0.9),
        ),
        (
            Quantity.parse("0.9 +/- 0.2", "1", minimum=0.0, maximum=1.0),
            stats.truncnorm(-4.5, 0.5, loc=0.9, scale=0.2),
        ),
        (Quantity.parse("0 +/- 1", "1", minimum=0.0), stats.halfnorm()),
    ],
)
def test_quantiles_and_moments_match_scipy(q, reference):
    u = np.concatenate([[1e-12, 1e-6], U, [1 - 1e-6, 1 - 1e-12]])
    # From the upper tail scipy's own inverse survival function keeps the digits that its ppf loses.
    expected = np.where(u < 0.5, reference.ppf(u), reference.isf(1 - u))
    assert q.quantile(u) == pytest.approx(expected, rel=1e-9, abs=1e-12)
    mean, variance = reference.stats()
    middle = q.quantile(U)
    assert middle.mean() == pytest.approx(float(mean), rel=1e-3)
    assert middle.var() == pytest.approx(float(variance), rel=1e-2)


def test_an_exact_quantity_is_its_value():
    assert np.array_equal(Quantity(3.0, "m").quantile(U[:5].reshape(5, 1)), np.full((5, 1), 3.0))


@pytest.mark.parametrize("u", [0.0, 1.0, -0.1, 1.5, np.nan])
def test_probabilities_outside_the_open_interval_are_refused(u):
    with pytest.raises(InputError, match="strictly between"):
        Quantity.parse("1 .. 2 m", "m").quantile(np.array([0.5, u]))


@given(
    mean=st.floats(-100, 100),
    sigma=st.floats(1e-3, 100),
    below=st.floats(0, 50),
    above=st.floats(1e-3, 50),
)
def test_truncated_normal_rises_and_stays_inside(mean, sigma, below, above):
    q = Quantity(mean, "m", "normal", sigma=sigma, lower=mean - below, upper=mean + above)
    u = np.concatenate([[1e-300, 1e-15], U[::20], [1 - 1e-15]])
    x = q.quantile(u)
    assert np.all(np.diff(x) >= 0)
    assert x[0] >= q.lower
    assert x[-1] <= q.upper
    assert np.isfinite(x).all()
    # F(x(u)) = u, with the distribution function of scipy
    a, b = -below / sigma, above / sigma
    if a > -30 and b - a > 1e-2:
        back = stats.truncnorm.cdf(x[2:-1], a, b, loc=mean, scale=sigma)
        assert back == pytest.approx(u[2:-1], abs=1e-8)


@given(st.floats(-50, 150), st.floats(0.01, 20), st.sampled_from(STATUSES))
def test_what_is_written_is_what_is_read(value, sigma, status):
    spec = {"value": f"{value!r} +/- {sigma!r} degC", "status": status, "source": "s"}
    q = Quantity.parse(spec, "K")
    assert q.value == pytest.approx(value + 273.15, rel=1e-12)
    assert q.sigma == pytest.approx(sigma, rel=1e-12)
    assert q.status == status


@given(st.text(max_size=25))
def test_any_text_gives_a_quantity_or_an_input_error(text):
    with contextlib.suppress(InputError):
        assert np.isfinite(Quantity.parse(text, "K").value)
