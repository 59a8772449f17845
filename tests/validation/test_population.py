"""Populations against the closed form of the normal-normal model, and by the coverage of their intervals."""

import numba
import numpy as np
import pytest
from scipy.stats import binom, t

from hashheat.thermo.errors import InputError
from hashheat.validation.population import estimate_population


def members(seed, n, mean, root, noise):
    """Estimates of members with different precision: truth, estimates, information."""
    rng = np.random.default_rng(seed)
    k = len(mean)
    truth = mean + rng.standard_normal((n, k)) @ np.asarray(root).T
    error = rng.standard_normal((n, k, k)) * noise
    covariance = error @ error.transpose(0, 2, 1) + 0.2 * np.diag(np.square(noise) * np.ones(k))
    x = truth + np.einsum("nij,nj->ni", np.linalg.cholesky(covariance), rng.standard_normal((n, k)))
    return truth, x, np.linalg.inv(covariance)


def test_equal_precisions_give_the_closed_form():
    """Gelman et al., Bayesian Data Analysis, section 5.4: the mean of the members, and a spread of S^2 - s^2."""
    rng = np.random.default_rng(3)
    s = 0.4
    x = rng.normal(2.0, 1.1, (40, 1)) + s * rng.standard_normal((40, 1))
    found = estimate_population(x, np.full((40, 1, 1), s**-2))
    between = x.var(ddof=1) - s**2
    assert found.mean[0] == pytest.approx(x.mean(), rel=1e-9)
    assert found.spread[0, 0] == pytest.approx(between, rel=1e-5)
    assert found.mean_covariance[0, 0] == pytest.approx(x.var(ddof=1) / 40, rel=1e-5)
    keep = between / (between + s**2)
    assert found.estimate[:, 0] == pytest.approx(x.mean() + keep * (x[:, 0] - x.mean()), abs=1e-6)
    # Its own doubt, that of the mean, and that of the share kept, 1 - s^2 / S^2 (S^2: 2 / 39).
    own = keep * s**2 + (1.0 - keep) ** 2 * x.var(ddof=1) / 40
    own = own + (1.0 - keep) ** 2 * 2.0 / 39 * (x[:, 0] - x.mean()) ** 2
    assert found.covariance[:, 0, 0] == pytest.approx(own, rel=1e-4)
    assert found.sd[0] == pytest.approx(np.sqrt(between), rel=1e-5)
    # The standard error of the logarithm of a standard deviation of n members, noise included.
    error = x.var(ddof=1) / between / np.sqrt(2.0 * 39)
    assert np.log(found.sd_interval[0] / found.sd[0]) == pytest.approx(
        [-1.95996 * error, 1.95996 * error], rel=1e-3
    )


def test_members_that_do_not_differ_have_no_spread():
    rng = np.random.default_rng(8)
    x = 1.0 + 0.5 * rng.standard_normal((200, 1))
    x = 1.0 + (x - x.mean()) * 0.4 / x.std()  # scatters less than its errors
    found = estimate_population(x, np.full((200, 1, 1), 0.5**-2))
    assert found.sd[0] == 0.0
    assert found.sd_interval[0, 0] == 0.0
    assert 0.0 < found.sd_interval[0, 1] < 0.25
    assert found.estimate[:, 0] == pytest.approx(np.full(200, x.mean()), abs=1e-3)


def test_a_scale_of_a_parameter_is_a_choice_of_units():
    _, x, A = members(1, 50, [1.0, -2.0], [[0.5, 0.0], [0.2, 0.4]], 0.3)
    one = estimate_population(x, A)
    units = np.array([1e-4, 1e3])
    other = estimate_population(x * units, A / np.outer(units, units))
    assert other.mean == pytest.approx(one.mean * units, rel=1e-5)
    assert other.sd_interval == pytest.approx(one.sd_interval * units[:, None], rel=1e-4)


def test_a_member_that_sees_nothing_gets_the_population():
    _, x, A = members(5, 60, [1.0], [[0.5]], 0.2)
    A[7] = 0.0
    x[7] = 99.0
    found = estimate_population(x, A)
    assert found.estimate[7] == pytest.approx(found.mean)
    # The mean moves a little with the spread, which adds next to nothing.
    known = found.spread[0, 0] + found.mean_covariance[0, 0]
    assert 0.0 <= found.covariance[7, 0, 0] / known - 1.0 < 1e-5


def test_a_new_member_of_a_small_population_has_the_textbook_prediction_interval():
    """Of 5 that are known exactly: mean +- t_4 s sqrt(1 + 1 / 5)."""
    x = np.array([0.1, 0.9, 0.3, -0.4, 0.6, 99.0])[:, None]
    A = np.full((6, 1, 1), 1e6)
    A[5] = 0.0
    found = estimate_population(x, A)
    few = x[:5, 0]
    half = t.ppf(0.975, 4) * few.std(ddof=1) * np.sqrt(1.2)
    assert found.interval[5, 0] == pytest.approx([few.mean() - half, few.mean() + half], rel=1e-4)
    # Those that are known take nothing from the others.
    assert found.interval[0, 0] == pytest.approx([0.1 - 1.96e-3, 0.1 + 1.96e-3], rel=1e-4)


@pytest.mark.skipif(
    numba.config.DISABLE_JIT, reason="nothing here is compiled: the run with the compiler has it"
)
def test_intervals_hold_the_truth_as_often_as_they_say():
    """60 populations of 60 members: by the binomial law fewer than these are a chance of 1 in 1000."""
    root = np.array([[0.5, 0.0], [0.15, 0.3]])
    sd = np.sqrt(np.diag(root @ root.T))
    mean_in, sd_in, member_in = [], [], []
    for seed in range(60):
        truth, x, A = members(seed, 60, [1.0, -2.0], root, 0.35)
        found = estimate_population(x, A)
        half = 1.95996 * np.sqrt(np.diag(found.mean_covariance))
        mean_in.append(np.abs(found.mean - [1.0, -2.0]) <= half)
        sd_in.append((found.sd_interval[:, 0] <= sd) & (sd <= found.sd_interval[:, 1]))
        inside = (found.interval[..., 0] <= truth) & (truth <= found.interval[..., 1])
        member_in.append(inside.mean(axis=0))
    least = binom.ppf(1e-3, 60, 0.95)
    assert (np.sum(mean_in, axis=0) >= least).all()
    assert (np.sum(sd_in, axis=0) >= least).all()
    # 3600 members of 60 populations; those of one share its doubt, which three standard errors leave room for.
    error = np.std(member_in, axis=0, ddof=1) / np.sqrt(60)
    assert (np.abs(np.mean(member_in, axis=0) - 0.95) < 3.0 * error).all()
    assert (error < 0.01).all()


@pytest.mark.parametrize(
    ("x", "A"),
    [
        (np.zeros((2, 1)), np.ones((2, 1, 1))),
        (np.zeros((5, 1)), np.ones((5, 2, 2))),
        (np.full((5, 1), np.nan), np.ones((5, 1, 1))),
        (np.zeros((5, 2)), np.ones((5, 2, 2))),
    ],
)
def test_what_is_no_population_is_refused(x, A):
    with pytest.raises(InputError):
        estimate_population(x, A)
