"""Heat loss of buried pipes against exact limits, and a complete multipole solution."""

import numpy as np
import pytest

from hashheat.solvers import pipe_loss as pl
from hashheat.thermo.errors import InputError

DN200 = {"outer_diameter": 0.2191, "casing_diameter": 0.355}
GROUND = {"depth": 0.98, "distance": 0.505, "insulation_conductivity": 0.0256, "surface_htc": np.inf}


def solve(rows, right):
    """Least squares with columns of like size."""
    rows = np.asarray(rows, dtype=float)
    size = np.abs(rows).max(axis=0)
    found = np.linalg.lstsq(rows / size, np.asarray(right, dtype=float), rcond=None)[0] / size
    assert np.abs(rows @ found - right).max() < 3e-5
    return found


def outward(z, pole, n, radius):
    """Potentials that fade from a pole: logarithm, then cosine and sine terms, and their derivatives in z."""
    w = (z - pole) / radius
    terms, slopes = [np.log(w)], [1.0 / w / radius]
    for i in range(1, n + 1):
        for factor in (1.0, 1j):
            terms.append(factor * w**-i)
            slopes.append(-i * factor * w ** (-i - 1) / radius)
    return np.array(terms), np.array(slopes)


def exact_pair(outer, casing, depth, distance, k_i, k_g, n=24):
    """Both pipes in isotherms of their own, insulation and ground solved together, temperature 0 at the surface.

    Fourier terms on both sides of either casing; in the ground each pole has its image above the surface.
    """
    poles = [complex(s * distance / 2.0, -depth) for s in (-1.0, 1.0)]
    angle = 2.0 * np.pi * (np.arange(6 * n) + 0.5) / (6 * n)
    ri, rc = outer / 2.0, casing / 2.0
    per = 2 * n + 1  # terms of a pole, in the ground
    rows, right = [], {0: [], 1: []}
    for p, pole in enumerate(poles):
        ray = np.exp(1j * angle)
        z = pole + rc * ray
        ground, flux = np.zeros((z.size, 4 * n + 2)), np.zeros((z.size, 4 * n + 2))
        for q, other in enumerate(poles):
            value, slope = outward(z, other, n, rc)
            mirror, mirror_slope = outward(np.conj(z), other, n, rc)
            ground[:, q * per : (q + 1) * per] = (value.real - mirror.real).T
            flux[:, q * per : (q + 1) * per] = ((slope * ray).real - (mirror_slope * np.conj(ray)).real).T
        # In the insulation, 0 on the pipe: ln(r/ri), and r^m - ri^2m / r^m times cosine and sine.
        inside, inside_flux = np.zeros((z.size, 4 * n + 2)), np.zeros((z.size, 4 * n + 2))
        first = p * per
        inside[:, first], inside_flux[:, first] = np.log(rc / ri), 1.0 / rc
        for m in range(1, n + 1):
            for j, wave in enumerate((np.cos(m * angle), np.sin(m * angle))):
                column = first + 2 * m - 1 + j
                a = (ri / rc) ** (2 * m)
                inside[:, column], inside_flux[:, column] = wave * (1.0 - a), wave * m / rc * (1.0 + a)
        rows += [np.hstack([ground, -inside]), np.hstack([k_g * flux, -k_i * inside_flux]) * rc / k_g]
        for hot in (0, 1):
            right[hot] += [np.full(z.size, float(hot == p)), np.zeros(z.size)]
    found = solve(np.vstack(rows), np.concatenate(right[0]))
    # The coefficient of the logarithm is minus the heat over 2 pi k.
    q = [-2.0 * np.pi * k_g * found[p * per] for p in (0, 1)]
    return q[0], -q[1]


def exact_twin(outer, casing, depth, distance, k_i, k_g, n=24):
    """Two pipes in one casing, insulation and ground solved together."""
    ri, rc, centre = outer / 2.0, casing / 2.0, complex(0.0, -depth)
    pipes = [centre - distance / 2.0, centre + distance / 2.0]
    angle = 2.0 * np.pi * (np.arange(8 * n) + 0.5) / (8 * n)
    ray = np.exp(1j * angle)
    per = 2 * n + 1

    def inner(z):
        values, slopes = [], []
        for pole in pipes:
            a, b = outward(z, pole, n, ri)
            values.append(a)
            slopes.append(b)
        w = (z - centre) / rc
        regular = [np.ones_like(w)] + [f * w**m for m in range(1, n + 1) for f in (1.0, 1j)]
        slope = [np.zeros_like(w)] + [f * m * w ** (m - 1) / rc for m in range(1, n + 1) for f in (1.0, 1j)]
        return np.vstack([*values, regular]), np.vstack([*slopes, slope])

    rows, right = [], []
    none = np.zeros((ray.size, per))
    for p, pole in enumerate(pipes):
        rows.append(np.hstack([inner(pole + ri * ray)[0].real.T, none]))
        right.append(np.full(ray.size, float(p == 0)))
    z = centre + rc * ray
    value, slope = inner(z)
    out, out_slope = outward(z, centre, n, rc)
    mirror, mirror_slope = outward(np.conj(z), centre, n, rc)
    rows.append(np.hstack([value.real.T, -(out - mirror).real.T]))
    normal = (out_slope * ray).real - (mirror_slope * np.conj(ray)).real
    rows.append(np.hstack([k_i * (slope * ray).real.T, -k_g * normal.T]) * rc / k_i)
    right += [np.zeros(ray.size), np.zeros(ray.size)]
    found = solve(np.vstack(rows), np.concatenate(right))
    q = [-2.0 * np.pi * k_i * found[p * per] for p in (0, 1)]
    return q[0], -q[1]


def test_the_complete_solution_knows_the_exact_shape_factor():
    """One pipe of ground's own conductivity in each limit: 2 pi k / arcosh(2 H / D)."""
    far = exact_pair(0.2, 0.4, 1.0, 1e4, 1.2, 1.2)
    assert far[0] == pytest.approx(2.0 * np.pi * 1.2 / np.arccosh(2.0 / 0.2), rel=1e-5)
    assert abs(far[1]) < 1e-6


def test_single_pipe_is_exact_but_for_the_casing_temperature():
    for depth, error in ((0.3, 2e-3), (0.6, 6e-4), (1.2, 3e-4)):
        U = pl.single_conductance(0.1, 0.2, depth=depth, insulation_conductivity=0.03, surface_htc=np.inf)
        whole = exact_pair(0.1, 0.2, depth, 1e4, 0.03, 1.2)[0]
        assert whole < U < whole * (1.0 + error)
    # All of one conductivity down to a hardly insulated pipe: one ring in a half space.
    U = pl.single_conductance(
        0.2 - 1e-9, 0.2, depth=0.5, insulation_conductivity=1.2, surface_htc=np.inf, casing_conductivity=1.2
    )
    assert U == pytest.approx(2.0 * np.pi * 1.2 / np.arccosh(0.5 / 0.1), rel=1e-7)


def test_limits_of_the_pair():
    near = pl.pair_conductances(**DN200, **GROUND)
    alone = pl.single_conductance(**DN200, **{k: v for k, v in GROUND.items() if k != "distance"})
    # Far apart each is alone, within what ln(4H/D) differs from arcosh(2H/D).
    far = pl.pair_conductances(**DN200, **(GROUND | {"distance": 1e6}))
    assert far[1] < 1e-12
    assert far[0] == pytest.approx(alone, rel=1e-3)
    # Together they heat each other's ground: less is lost by each.
    assert near[0] - near[1] < alone < near[0]
    # Infinitely deep nothing is lost, what leaves one enters the other: as two cylinders in infinite ground.
    deep = pl.pair_conductances(**DN200, **(GROUND | {"depth": 1e150}))
    R = pl.insulation_resistance(0.2191, 0.355, 0.0256) + np.log(0.505 / 0.1775) / (2.0 * np.pi * 1.2)
    assert deep[0] + deep[1] == pytest.approx(1.0 / R, rel=1e-9)
    assert (deep[0] - deep[1]) / deep[0] < 0.07
    # The air over the ground is a layer of ground.
    air = pl.pair_conductances(**DN200, **(GROUND | {"surface_htc": 14.6}))
    layer = pl.pair_conductances(**DN200, **(GROUND | {"depth": 0.98 + 1.2 / 14.6}))
    assert air == pytest.approx(layer, rel=1e-14)


def test_scalars_and_arrays():
    depth = np.array([0.6, 0.98])
    one = pl.pair_conductances(**DN200, **GROUND)
    both = pl.pair_conductances(**DN200, **(GROUND | {"depth": depth}))
    assert both[0].shape == (2,)
    assert both[0][1] == one[0]
    assert isinstance(float(one[0]), float)


@pytest.mark.parametrize("casing", [0.11, 0.2, 0.355, 0.63])
@pytest.mark.parametrize(("cover", "gap"), [(0.5, 0.1), (1.0, 1.5)])
def test_pair_against_the_complete_solution(casing, cover, gap):
    """Depth and distance at the ends of the stated range and inside it."""
    depth, distance, outer = casing * (0.5 + cover), casing * (1.0 + gap), 0.6 * casing
    own, other = pl.pair_conductances(
        outer,
        casing,
        depth=depth,
        distance=distance,
        insulation_conductivity=0.03,
        ground_conductivity=1.5,
        surface_htc=np.inf,
    )
    q = exact_pair(outer, casing, depth, distance, 0.03, 1.5)
    # The casings are not of one temperature, so the formula is high, by what its docstring says.
    assert 1.0 <= (own - other) / (q[0] - q[1]) < 1.017
    assert 1.0 <= (own + other) / (q[0] + q[1]) < 1.007


@pytest.mark.parametrize("size", [1.3, 2.0])
@pytest.mark.parametrize(
    ("gap", "order", "loss", "exchange"),
    [(0.5, 0, 0.12, 0.08), (0.5, 1, 2e-3, 0.015), (2.0, 0, 0.05, 0.01), (2.0, 1, 1e-3, 2e-3)],
)
def test_twin_against_the_complete_solution(size, gap, order, loss, exchange):
    """Gap over diameter, and how far the docstring says that the formula is off."""
    outer = 0.0603
    distance, casing = outer * (1.0 + gap), outer * (2.0 + gap) * size
    own, other = pl.twin_conductances(
        outer,
        casing,
        distance=distance,
        ground_conductivity=1.2,
        order=order,
        depth=0.9,
        insulation_conductivity=0.026,
        surface_htc=np.inf,
    )
    q = exact_twin(outer, casing, 0.9, distance, 0.026, 1.2)
    assert own - other == pytest.approx(q[0] - q[1], rel=loss)
    assert own + other == pytest.approx(q[0] + q[1], rel=exchange)


def test_what_does_not_fit_is_refused():
    with pytest.raises(InputError, match="do not fit beside each other"):
        pl.twin_conductances(0.06, 0.125, depth=0.9, distance=0.055, insulation_conductivity=0.03)
    with pytest.raises(InputError, match="no such formula"):
        pl.twin_conductances(0.06, 0.2, depth=0.9, distance=0.08, insulation_conductivity=0.03, order=2)
    with pytest.raises(InputError, match="no insulation"):
        pl.check_layers(0.2, 0.2, 0.003, 1.0)
    with pytest.raises(InputError, match="not buried"):
        pl.check_layers(0.1, 0.2, 0.003, 0.1)
    pl.check_layers(0.1, 0.2, 0.003, 0.5)
