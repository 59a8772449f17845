"""Mean Nusselt numbers of ducts: their definition, Leveque's limit, and the exact mean of Graetz' problem."""

import math

import numpy as np
import pytest
from scipy.integrate import simpson
from scipy.linalg import eigh_tridiagonal

from hashheat.solvers.convection import nusselt_laminar
from hashheat.solvers.duct_mean import duct_mean
from hashheat.solvers.duct_table import duct_laminar


@pytest.mark.parametrize(("shape", "aspect"), [("plates", None), ("rectangle", 0.2), ("tube", None)])
@pytest.mark.parametrize("x", [1e-7, 1e-5, 3.3e-4, 0.02, 1.7])
def test_is_the_mean(shape, aspect, x):
    local = duct_laminar(shape, aspect)
    # Below x * 1e-15 Leveque's law leaves 1e-10 of the integral.
    ln_x = np.linspace(math.log(x) - 34.5, math.log(x), 8001)
    total = simpson([math.exp(t) * nusselt_laminar(local, math.exp(t)) for t in ln_x], x=ln_x)
    assert nusselt_laminar(duct_mean(local), x) == pytest.approx(total / x, rel=5e-5)


@pytest.mark.parametrize("x", [1e-3, 1e-2, 0.1])
def test_mean_of_isothermal_plates_from_the_energy_that_they_gave(x):
    """Nu_mean = -ln(theta) D_h / (4 L) Pe: the bulk temperature by an own solution of Graetz' problem."""
    n = 1500
    y = (np.arange(n) + 0.5) / n  # from the middle to the wall, half a gap
    u = 1.5 * (1.0 - y * y)
    h = 1.0 / n
    main = np.full(n, -2.0)
    main[[0, -1]] = -1.0, -3.0
    values, vectors = eigh_tridiagonal(main / u / (h * h), 1.0 / np.sqrt(u[1:] * u[:-1]) / (h * h))
    # d theta / d xi = A theta with xi = x / (half gap)^2 * alpha / u_mean = 16 x*.
    weight = np.sqrt(u)
    decay = np.exp(values * 16.0 * x)
    theta = h * np.sum((vectors.T @ weight) ** 2 * decay)
    mean = -math.log(theta) / (4.0 * x)
    assert nusselt_laminar(duct_mean(duct_laminar("plates", boundary="T")), x) == pytest.approx(
        mean, rel=1e-4
    )


def test_ends_at_the_developed_value():
    mean = duct_mean(duct_laminar("plates"))
    assert nusselt_laminar(mean, 1e9) == pytest.approx(140.0 / 17.0, rel=1e-6)
    assert nusselt_laminar(mean, 99.0) == pytest.approx(140.0 / 17.0, rel=1e-3)
