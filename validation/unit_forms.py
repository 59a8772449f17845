"""chi2 of every unit of a fleet as a quadratic form of its constants, and how far that is from the model's."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hashheat.components.free_constant import Constant
from hashheat.validation.unit_fit import UnitFit


@dataclass(frozen=True, eq=False)
class UnitForms:
    """chi2 of every unit about x: gradient g and half curvature H, of the readings alone."""

    g: np.ndarray
    H: np.ndarray
    chi2: np.ndarray


def at_points(x: np.ndarray, first: np.ndarray, n: int) -> np.ndarray:
    """Constants of the unit of every point."""
    return np.repeat(x, np.diff(np.append(first, n)), axis=0)


def unit_forms(r: np.ndarray, J: np.ndarray, first: np.ndarray) -> UnitForms:
    """Forms of all units.

    Parameters
    ----------
    r : (points, readings) array
        Residuals of standard deviation 1.
    J : (points, readings, constants) array
        Their derivatives.
    first : (units,) int array
        First point of each unit; the points of a unit stand together.

    Returns
    -------
    UnitForms
    """
    g = np.add.reduceat(np.einsum("pik,pi->pk", J, r), first)
    H = np.add.reduceat(np.einsum("pik,pil->pkl", J, J), first)
    return UnitForms(g, H, np.add.reduceat(np.einsum("pi,pi->p", r, r), first))


def form_of_named(
    forms: UnitForms, x: np.ndarray, constants: Sequence[Constant], k: int
) -> tuple[np.ndarray, np.ndarray]:
    """Form of the named constants, all else integrated out by its priors: chi2 is (x - a)^T A (x - a), b = A a.

    Parameters
    ----------
    forms : UnitForms
        About x.
    x : (units, constants) array
    constants : sequence of Constant
        Named ones first.
    k : int
        How many are named.

    Returns
    -------
    A : (units, k, k) array
    b : (units, k) array
    """
    mean, width = np.array([(c.mean, c.width) for c in constants]).T
    A, g = forms.H[:, :k, :k], forms.g[:, :k]
    if len(constants) > k:
        cross = forms.H[:, :k, k:]
        rest = forms.H[:, k:, k:] + np.diag(width[k:] ** -2.0)
        pull = forms.g[:, k:] + (x[:, k:] - mean[k:]) / width[k:] ** 2
        half = np.linalg.solve(rest, cross.transpose(0, 2, 1))
        A = A - cross @ half
        g = g - np.einsum("nuk,nu->nk", half, pull)
    A = 0.5 * (A + A.transpose(0, 2, 1))
    return A, np.einsum("nij,nj->ni", A, x[:, :k]) - g


def curvature_error(
    problem: UnitFit, first: np.ndarray, x: np.ndarray, forms: UnitForms, shrunk: np.ndarray, k: int
) -> float:
    """Largest error of the quadratic forms with their priors at the shrunk estimates, the rest following them.

    Parameters
    ----------
    problem : UnitFit
    first : (units,) int array
        First point of each unit.
    x : (units, constants) array
        Best fit of each unit.
    forms : UnitForms
        About it.
    shrunk : (units, k) array
        Estimates of the named constants, which stand first.
    k : int

    Returns
    -------
    float
        In units of chi2.
    """
    mean, width = np.array([(c.mean, c.width) for c in problem.constants]).T
    prior = np.diag(np.append(np.zeros(k), width[k:] ** -2.0))
    H, g = forms.H + prior, forms.g + np.einsum("ij,nj->ni", prior, x - mean)
    d = np.zeros_like(x)
    d[:, :k] = shrunk - x[:, :k]
    if x.shape[1] > k:
        pull = g[:, k:] + np.einsum("nuk,nk->nu", H[:, k:, :k], d[:, :k])
        d[:, k:] = -np.linalg.solve(H[:, k:, k:], pull[..., None])[..., 0]
    form = 2.0 * np.einsum("nk,nk->n", g, d) + np.einsum("ni,nij,nj->n", d, H, d)
    r = problem.residuals(at_points(x + d, first, problem.measured.shape[0])[None])[0]
    readings = np.add.reduceat(np.einsum("pi,pi->p", r, r), first) - forms.chi2
    before, after = (np.einsum("ni,ij,nj->n", y - mean, prior, y - mean) for y in (x, x + d))
    return float(np.abs(readings + after - before - form).max())
