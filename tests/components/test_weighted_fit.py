"""The fit of constants against the closed form of linear least squares with normal priors."""

import numpy as np
import pytest

from hashheat.components.free_constant import Constant, values_of
from hashheat.components.weighted_fit import assess, central_differences, fit_constants

A = np.array([[1.0, 2.0, 0.5], [0.3, -1.0, 1.0], [2.0, 0.1, -0.4], [1.5, 1.0, 1.0], [-1.0, 0.6, 0.2]])
Y = np.array([1.0, -0.4, 0.8, 2.1, -0.3])
MEAN, WIDTH = np.array([0.2, 0.1, -0.3]), np.array([0.5, 2.0, 0.7])


def straight(**changes):
    return tuple(Constant(name, False, m, m, w, w, True, **changes) for name, m, w in zip("abc", MEAN, WIDTH))


def found(constants):
    return fit_constants(constants, lambda x: A @ x - Y, lambda _: A)


def test_a_linear_problem_has_the_closed_form():
    """Weighted normal equations with the priors as further rows."""
    constants = straight()
    precision = A.T @ A + np.diag(WIDTH**-2)
    best = np.linalg.solve(precision, A.T @ Y + MEAN / WIDTH**2)
    x = found(constants)
    assert x == pytest.approx(best, abs=1e-8)
    quality = assess(constants, x, A @ x - Y, A)
    assert quality.covariance == pytest.approx(np.linalg.inv(precision), rel=1e-9)
    chi2 = np.square(A @ best - Y).sum() + np.square((best - MEAN) / WIDTH).sum()
    assert quality.chi2 == pytest.approx(chi2, rel=1e-9)
    assert quality.dof == len(Y) + 3 - 3
    assert quality.enlarged == 1.0
    assert values_of(constants, x) == dict(zip("abc", x))


def test_readings_that_scatter_enlarge_the_doubt():
    constants = straight()
    x = found(constants)
    plain = assess(constants, x, A @ x - Y, A)
    rough = assess(constants, x, 10.0 * (A @ x - Y) + 5.0, A)
    assert rough.enlarged == pytest.approx(np.sqrt(rough.chi2 / rough.dof))
    assert rough.covariance == pytest.approx(plain.covariance * rough.enlarged**2)
    assert any("scatter" in note for note in rough.notes)


def test_the_first_constants_are_judged_with_the_others_integrated_out():
    """Integrating the last constant out adds its part to the covariance of the readings (Woodbury)."""
    constants = straight()
    x = found(constants)
    readings = np.eye(len(Y)) + WIDTH[2] ** 2 * np.outer(A[:, 2], A[:, 2])
    scaled = A[:, :2] * WIDTH[:2]
    information = scaled.T @ np.linalg.solve(readings, scaled)
    quality = assess(constants, x, A @ x - Y, A, told=2)
    assert np.sort(quality.singular_values**2) == pytest.approx(np.linalg.eigvalsh(information), rel=1e-9)


def test_no_constant_passes_its_ends():
    x = found(straight(lowest=0.25, highest=0.35))
    assert ((x > 0.25 - 1e-9) & (x < 0.35 + 1e-9)).all()
    notes = assess(straight(lowest=0.25, highest=0.35), x, A @ x - Y, A).notes
    assert any("end of its range" in note for note in notes)


def test_what_no_reading_sees_is_said():
    blind = A.copy()
    blind[:, 1] = -blind[:, 0]
    constants = straight()
    quality = assess(constants, MEAN, blind @ MEAN - Y, blind)
    assert not quality.identifiable
    assert any("do not separate a and b" in n or "do not separate b and a" in n for n in quality.notes)


def test_central_differences_of_a_square_are_exact():
    x = np.array([1.0, -2.0])
    J = central_differences(lambda z: np.array([z[0] ** 2, z[0] * z[1], z[1]]), x, np.array([0.1, 0.2]))
    assert J == pytest.approx(np.array([[2.0, 0.0], [-2.0, 1.0], [0.0, 1.0]]), abs=1e-12)
