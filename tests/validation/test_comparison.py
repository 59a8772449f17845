"""V&V 20 worked by hand, the rule of the verdict, and how often the interval of the bias holds the truth."""

import numpy as np
import pytest
from scipy.signal import lfilter
from scipy.stats import t as student

from hashheat.thermo.errors import InputError
from hashheat.validation.comparison import Errors, compare, overall, random_uncertainty, verdict


def made(predicted, measured, zero=0.0, unit=None, **given):
    predicted, measured = np.asarray(predicted, dtype=float), np.asarray(measured, dtype=float)
    n = len(predicted)
    plain = {
        "u_num": 0.0,
        "u_input": np.zeros(predicted.shape),
        "u_input_mean": 0.0,
        "u_systematic": np.zeros(predicted.shape),
        "u_random": np.zeros(predicted.shape),
    }
    return Errors(
        predicted=predicted,
        measured=measured,
        zero=np.full(n, zero),
        unit=np.zeros(n, dtype=int) if unit is None else np.asarray(unit),
        **(plain | given),
    )


def test_three_points_worked_by_hand():
    # E = 1, 3, 2: mean 2, standard deviation 1, so 1/sqrt(3) for the mean, with two degrees of freedom.
    found = compare("T_out", made([351.0, 353.0, 352.0], [350.0, 350.0, 350.0], zero=340.0))
    assert found.bias == pytest.approx(2.0)
    assert found.u_random == pytest.approx(1.0 / np.sqrt(3.0))
    assert found.freedom == pytest.approx(2.0)
    # t(0.975, 2) = 4.302653 in every table.
    assert found.interval == pytest.approx(4.302653 / np.sqrt(3.0), rel=1e-6)
    assert found.signal == pytest.approx(10.0)
    assert found.verdict == "agrees" if found.interval <= 2.5 else "uncertain"


def test_what_stays_the_same_is_added_in_full_and_carries_no_freedom():
    given = made(
        [351.0, 353.0, 352.0],
        [350.0, 350.0, 350.0],
        zero=340.0,
        u_num=0.03,
        u_input=np.full(3, 0.5),
        u_input_mean=0.4,
        u_systematic=np.full(3, 0.12),
        u_random=np.full(3, 0.05),
    )
    found = compare("T_out", given)
    scatter2 = 1.0 / 3.0
    total2 = scatter2 + 0.03**2 + 0.4**2 + 0.12**2
    assert found.u_bias == pytest.approx(np.sqrt(total2))
    # Welch and Satterthwaite: u^4 / (u_random^4 / 2).
    freedom = total2**2 / (scatter2**2 / 2.0)
    assert found.freedom == pytest.approx(freedom)
    assert found.interval == pytest.approx(student.ppf(0.975, freedom) * np.sqrt(total2))
    # u_val of a single reading: V&V 20, eq. 1-5-3 in the terms of one point.
    assert found.u_val == pytest.approx(np.sqrt(0.03**2 + 0.5**2 + 0.12**2 + 0.05**2))
    assert found.within == pytest.approx(1.0 / 3.0)


def test_many_points_do_not_average_a_systematic_error_out():
    n = 2000
    rng = np.random.default_rng(3)
    E = 0.3 + 0.2 * rng.standard_normal(n)
    small = compare("T_out", made(350.0 + E, np.full(n, 350.0), zero=340.0))
    honest = compare("T_out", made(350.0 + E, np.full(n, 350.0), zero=340.0, u_systematic=np.full(n, 0.25)))
    assert small.verdict == "biased"
    assert honest.interval > 1.9 * 0.25
    assert honest.verdict == "agrees"


def test_noise_of_the_drivers_counts_once_for_each_moment():
    """One moment of four readings, 0.5 K of inlet noise: the four move together, their own noise does not."""
    given = {"u_random": np.full((1, 4), 0.2), "u_input_random": np.full((1, 4), 0.5)}
    found = compare("T_chip_mean", made(np.full((1, 4), 350.7), np.full((1, 4), 350.0), zero=340.0, **given))
    assert found.u_random == pytest.approx(np.sqrt(0.5**2 + 0.2**2 / 4.0))
    assert found.verdict == "agrees"
    two = {"u_random": np.full((2, 4), 0.2), "u_input_random": np.full((2, 4), 0.5)}
    half = compare("T_chip_mean", made(np.full((2, 4), 350.7), np.full((2, 4), 350.0), zero=340.0, **two))
    assert half.u_random == pytest.approx(found.u_random / np.sqrt(2.0))


@pytest.mark.parametrize(
    ("bias", "interval", "signal", "word"),
    [
        (2.1, 0.6, 10.0, "biased"),
        (-2.1, 0.6, 10.0, "biased"),
        (0.5, 0.6, 10.0, "agrees"),
        (0.5, 2.6, 10.0, "uncertain"),
        (0.5, 2.5, 10.0, "agrees"),
        (2.7, 2.6, 10.0, "biased"),
    ],
)
def test_the_rule_of_the_verdict(bias, interval, signal, word):
    assert verdict(bias, interval, signal) == word


def test_the_verdict_of_all():
    assert overall({"a": "agrees", "b": "biased"}) == "biased"
    assert overall({"a": "agrees", "b": "uncertain"}) == "agrees"
    assert overall({"a": "uncertain"}) == "uncertain"


def test_missing_readings_count_neither_for_the_mean_nor_for_the_points():
    predicted = np.array([[351.0, 353.0], [352.0, 352.0], [350.0, 350.0]])
    measured = np.array([[350.0, np.nan], [350.0, 350.0], [np.nan, np.nan]])
    found = compare("T_chip_mean", made(predicted, measured, zero=340.0))
    assert (found.points, found.values) == (2, 3)
    assert found.bias == pytest.approx(1.5)
    with pytest.raises(InputError, match="no reading"):
        compare("T_out", made([1.0], [np.nan]))


def test_a_series_with_memory_is_worth_fewer_points():
    rng = np.random.default_rng(8)
    n, memory = 4000, 0.9
    E = np.zeros(n)
    for i in range(1, n):
        E[i] = memory * E[i - 1] + rng.standard_normal()
    u, _, worth = random_uncertainty(E, np.zeros(n, dtype=int))
    # Exact for first-order autoregression: variance of the mean = s^2 / n (1 + r) / (1 - r).
    exact = np.sqrt(1.0 / (1.0 - memory**2) / n * (1.0 + memory) / (1.0 - memory))
    assert worth == pytest.approx(n * 0.1 / 1.9, rel=0.15)
    assert u == pytest.approx(exact, rel=0.15)


def test_a_slow_part_beside_white_noise_is_no_less_remembered():
    """Noise hides the memory from neighbouring terms: by these alone the mean looks four times too certain."""
    rng = np.random.default_rng(2)
    n, memory, missed, alone = 8000, 0.98, [], []
    for _ in range(60):
        slow = lfilter([1.0], [1.0, -memory], rng.standard_normal(n)) * np.sqrt(1.0 - memory**2)
        E = slow + 2.0 * rng.standard_normal(n)
        u, _, worth = random_uncertainty(E, np.zeros(n, dtype=int))
        missed.append(E.mean() / u)
        alone.append(worth)
    assert np.std(missed) == pytest.approx(1.0, abs=0.3)
    # Exact: n times (1 + 4) over the sum of both spectra at zero frequency.
    assert np.median(alone) == pytest.approx(n * 5.0 / ((1.0 + memory) / (1.0 - memory) + 4.0), rel=0.25)


def test_a_series_may_be_worth_a_single_term():
    """A drift from one end to the other: however many terms, its mean is as doubtful as its scatter."""
    E = np.linspace(-1.0, 1.0, 3000)
    u, _, worth = random_uncertainty(E, np.zeros(E.size, dtype=int))
    assert worth < 5.0
    assert u > 0.3 * E.std()


def test_units_that_differ_count_as_units_and_not_as_points():
    unit = np.repeat([0, 1, 2, 3], 50)
    E = np.repeat([1.0, 2.0, 4.0, 5.0], 50) + 0.01 * np.tile([1.0, -1.0], 100)
    u, freedom, _ = random_uncertainty(E, unit)
    assert u == pytest.approx(np.std([1.0, 2.0, 4.0, 5.0], ddof=1) / 2.0, rel=1e-3)
    assert freedom == 3.0


@pytest.mark.parametrize(
    ("n", "memory", "u_sys"), [(40, 0.0, 0.0), (40, 0.0, 0.3), (200, 0.7, 0.1), (6, 0.0, 0.2)]
)
def test_the_interval_holds_the_true_bias_in_95_percent_of_repeats(n, memory, u_sys):
    rng = np.random.default_rng(20261)
    repeats, held = 600, 0
    for _ in range(repeats):
        noise = np.empty(n)
        noise[0] = rng.standard_normal() / np.sqrt(1.0 - memory**2)
        for i in range(1, n):
            noise[i] = memory * noise[i - 1] + rng.standard_normal()
        shift = u_sys * rng.standard_normal()
        found = compare(
            "T_out",
            made(np.full(n, 352.0), 350.0 + 0.4 * noise + shift, zero=340.0, u_systematic=np.full(n, u_sys)),
        )
        held += abs(found.bias - 2.0) <= found.interval
    assert 0.925 <= held / repeats <= 0.985


def test_the_cells_count_for_the_mean_as_they_do_for_the_mean():
    """The worst single value says how far a single prediction may be off, not how far their mean is."""
    given = made(
        [351.0, 353.0, 352.0], [350.0] * 3, zero=340.0, u_num=0.5, u_num_mean=0.1, u_input=np.full(3, 0.2)
    )
    found = compare("T_out", given)
    assert found.u_num == 0.1
    assert found.u_bias == pytest.approx(np.sqrt(1.0 / 3.0 + 0.1**2))
    assert found.u_val == pytest.approx(np.hypot(0.5, 0.2))
