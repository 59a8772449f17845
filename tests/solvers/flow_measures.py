"""Numbers taken from a flow: extrema between points, stream function, wall heat, reattachment; tables of them."""

import math
import time

import numpy as np

from hashheat.solvers.flow_model import INLET, OUTLET
from hashheat.solvers.grid_convergence import extrapolate, grid_convergence

POINTS = 7


def centres(faces):
    return 0.5 * (faces[1:] + faces[:-1])


def local_polynomial(x, f, i):
    """Polynomial through the points around i in t = (x - x[i]) / scale, and the scale."""
    first = min(max(i - POINTS // 2, 0), max(len(x) - POINTS, 0))
    part = slice(first, first + POINTS)
    scale = x[part][-1] - x[part][0]
    t = (x[part] - x[i]) / scale
    return np.polynomial.Polynomial.fit(t, f[part], len(t) - 1), scale


def extremum(x, f, sign=1):
    """Largest (sign 1) or smallest value of the polynomial around the extreme point, and where it is."""
    i = int(np.argmax(sign * f))
    found, scale = local_polynomial(x, f, i)
    low, high = (x[max(i - 1, 0)] - x[i]) / scale, (x[min(i + 1, len(x) - 1)] - x[i]) / scale
    roots = found.deriv().roots()
    roots = roots[np.abs(roots.imag) < 1e-9].real
    inside = [low, high, *roots[(roots > low) & (roots < high)]]
    best = max(inside, key=lambda t: sign * found(t))
    return float(found(best)), float(x[i] + scale * best)


def value_at(x, f, where):
    """Value of the polynomial around a place."""
    i = int(np.argmin(np.abs(x - where)))
    found, scale = local_polynomial(x, f, i)
    return float(found((where - x[i]) / scale))


def zero(x, f, after, rising):
    """First place beyond ``after`` where f changes sign upwards (or downwards), by a cubic."""
    s = f if rising else -f
    at = np.flatnonzero((s[:-1] < 0) & (s[1:] >= 0) & (x[1:] > after))
    assert at.size, "no change of sign"
    i = int(np.clip(at[0], 1, len(x) - 3))
    part = slice(i - 1, i + 3)
    t = (x[part] - x[i]) / (x[i + 1] - x[i])
    roots = np.polynomial.Polynomial.fit(t, s[part], 3).roots()
    low, high = (x[at[0] : at[0] + 2] - x[i]) / (x[i + 1] - x[i])
    roots = roots[(np.abs(roots.imag) < 1e-9) & (roots.real >= low - 1e-9) & (roots.real <= high + 1e-9)].real
    return float(x[i] + roots[0] * (x[i + 1] - x[i]))


def vertical_line(box, state):
    """u on x = 1/2 from wall to wall of a plane cavity: places and values, the walls included."""
    nx = box.grid.shape[2]
    assert nx % 2 == 0, "a face must stand on the middle line"
    y = box.grid.y
    walls = box.sides[2].velocity[0][0], box.sides[3].velocity[0][0]
    ends = [0.5 * (wall[nx // 2 - 1] + wall[nx // 2]) for wall in walls]
    return np.concatenate([y[:1], centres(y), y[-1:]]), np.concatenate(
        [ends[:1], state.u[0, :, nx // 2], ends[1:]]
    )


def horizontal_line(box, state):
    """v on y = 1/2, the walls included."""
    ny = box.grid.shape[1]
    assert ny % 2 == 0, "a face must stand on the middle line"
    x = box.grid.x
    return np.concatenate([x[:1], centres(x), x[-1:]]), np.concatenate([[0.0], state.v[0, ny // 2], [0.0]])


def stream_function(box, state):
    """At the corners of the cells of a plane box, (ny + 1, nx + 1): u = d psi / dy, zero on the south side."""
    flux = state.u[0] * np.diff(box.grid.y)[:, None]
    return np.concatenate([np.zeros((1, flux.shape[1])), np.cumsum(flux, axis=0)])


def extremum_of_plane(box, psi, sign):
    """Extreme value of the stream function between the corners."""
    _, i = np.unravel_index(np.argmax(sign * psi), psi.shape)
    near = range(max(i - 3, 0), min(i + 4, psi.shape[1]))
    ridge = np.array([extremum(box.grid.y, psi[:, a], sign)[0] for a in near])
    return extremum(box.grid.x[near.start : near.stop], ridge, sign)[0]


def wall_flux(box, state, number, k=None):
    """Heat through an isothermal wall into the box by face [W], with the liquid's or the cells' conductivity."""
    axis = 2 - number // 2
    at = -1 if number % 2 else 0
    edges = (box.grid.z, box.grid.y, box.grid.x)
    half = 0.5 * np.diff(edges[axis])[at]
    widths = [np.diff(edges[a]) for a in range(3) if a != axis]
    area = widths[0][:, None] * widths[1]
    own = np.take(box.conductivity[number // 2], at, axis)
    k = np.where(own > 0, own, box.liquid.conductivity[0]) if k is None else k
    return area * k * (box.sides[number].temperature - np.take(state.T, at, axis)) / half


def divergence(box, state):
    """Volume flow out of each cell, over the volume flow through the box, or for a closed one that across it."""
    dx, dy, dz = (np.diff(edges) for edges in box.grid)
    ax, ay, az = dz[:, None, None] * dy[:, None], dz[:, None, None] * dx, dy[:, None] * dx
    fluxes = (state.u * ax, state.v * ay, state.w * az)
    out = sum(np.diff(flux, axis=2 - a) for a, flux in enumerate(fluxes))
    through = 0.0
    for number, side in enumerate(box.sides):
        flux = np.take(fluxes[number // 2], -1 if number % 2 else 0, 2 - number // 2)
        through += np.abs(np.where((side.kind == INLET) | (side.kind == OUTLET), flux, 0.0)).sum()
    if through == 0:
        through = 2 * max(
            np.abs(flux).sum() / n for flux, n in zip(fluxes, box.grid.shape[::-1], strict=True)
        )
    return out / (0.5 * through)


# What each case is asked for.


def lid_numbers(box, state):
    y, u = vertical_line(box, state)
    x, v = horizontal_line(box, state)
    psi = stream_function(box, state)
    d = np.diff(box.grid.x)
    centre = psi.shape[0] // 2
    speed2 = 0.5 * (state.u[0, :, 1:] ** 2 + state.u[0, :, :-1] ** 2) + 0.5 * (
        state.v[0, 1:] ** 2 + state.v[0, :-1] ** 2
    )
    return {
        "u_min": extremum(y, u, -1)[0],
        "v_max": extremum(x, v, 1)[0],
        "v_min": extremum(x, v, -1)[0],
        "psi_min": extremum_of_plane(box, psi, -1),
        "u_centre": value_at(y, u, 0.5),
        "v_centre": value_at(x, v, 0.5),
        "kinetic_energy": 0.5 * float((speed2 * d * np.diff(box.grid.y)[:, None]).sum()),
        "psi_centre": psi[centre, centre],
    }


def heated_numbers(box, state):
    y, u = vertical_line(box, state)
    x, v = horizontal_line(box, state)
    psi = stream_function(box, state)
    middle = psi.shape[0] // 2
    T = state.T[0]
    mid = T.shape[1] // 2
    line = 0.5 * (T[:, mid - 1] + T[:, mid])
    return {
        "Nu": float(wall_flux(box, state, 0).sum()),
        "Nu_cold": -float(wall_flux(box, state, 1).sum()),
        "u_max": extremum(y, u, 1)[0],
        "v_max": extremum(x, v, 1)[0],
        "psi_mid": abs(psi[middle, middle]),
        "dTdy": (line[mid] - line[mid - 1]) / (0.5 * (box.grid.y[mid + 1] - box.grid.y[mid - 1])),
    }


def step_numbers(box, state):
    x, d = box.grid.x, np.diff(box.grid.y)[0]
    low = 9 * state.u[0, 0] - state.u[0, 1]
    high = 9 * state.u[0, -1] - state.u[0, -2]
    apart = zero(x, high, 2.0, False)
    assert d > 0
    return {
        "reattachment": zero(x, low, 2.0, True),
        "upper_from": apart,
        "upper_to": zero(x, high, apart, True),
    }


# Solutions, and grids side by side.


def solved(box, tolerance=1e-10, **options):
    """A solution that says that it converged."""
    # Imported late: the measures are of use without the solver.
    from hashheat.solvers.flow_solve import CONVERGED, solve_flow

    solution = solve_flow(box, tolerance=tolerance, **options)
    assert solution.status == CONVERGED, {name: row[-1:] for name, row in solution.history.items()}
    return solution


class Study:
    """A case on several grids: numbers by name and grid, made when first asked for."""

    def __init__(self, build, measure, references=(), **options):
        self.build, self.measure, self.options = build, measure, options
        self.references = dict(references)
        self.runs = {}

    def run(self, n):
        if n not in self.runs:
            box = self.build(n)
            begin = time.perf_counter()
            solution = solved(box, **self.options)
            self.runs[n] = (box, solution, self.measure(box, solution.state), time.perf_counter() - begin)
        return self.runs[n]

    def numbers(self, n):
        return self.run(n)[2]

    def error(self, n, name):
        """Relative error on a grid."""
        return abs(self.numbers(n)[name] / self.references[name] - 1.0)

    def extrapolated(self, name, coarse, fine, order=2.0):
        f, c = self.numbers(fine)[name], self.numbers(coarse)[name]
        return extrapolate(f, c, ratio=fine / coarse, order=order)

    def extrapolated_error(self, name, coarse, fine, order=2.0):
        return abs(self.extrapolated(name, coarse, fine, order) / self.references[name] - 1.0)

    def order(self, name, coarse, fine):
        """Order from the errors of two grids against the reference."""
        return math.log(self.error(coarse, name) / self.error(fine, name)) / math.log(fine / coarse)

    def observed(self, name, coarse, mid, fine):
        """Order from three grids alone."""
        numbers = [self.numbers(n)[name] for n in (fine, mid, coarse)]
        return grid_convergence(*numbers, ratio_fine=fine / mid, ratio_coarse=mid / coarse)

    def table(self, title, sizes):
        """What the grids gave, as text."""
        lines = [title]
        names = list(self.numbers(sizes[0]))
        lines.append(f"{'n':>12} {'s':>7} " + " ".join(f"{name:>14}" for name in names))
        for n in sizes:
            row = self.run(n)
            lines.append(f"{n:>12} {row[3]:7.2f} " + " ".join(f"{row[2][name]:14.8g}" for name in names))
        if len(sizes) > 1:
            made = [self.extrapolated(name, *sizes[-2:]) for name in names]
            lines.append(f"{'Richardson':>20} " + " ".join(f"{value:14.8g}" for value in made))
        known = [self.references.get(name) for name in names]
        if any(known):
            shown = [f"{'':14}" if value is None else f"{value:14.8g}" for value in known]
            lines.append(f"{'reference':>20} " + " ".join(shown))
            raw = [
                f"{'':14}" if value is None else f"{100 * self.error(sizes[-1], name):13.4f}%"
                for name, value in zip(names, known, strict=True)
            ]
            lines.append(f"{'error, finest':>20} " + " ".join(raw))
            if len(sizes) > 1:
                left = [
                    f"{'':14}"
                    if value is None
                    else f"{100 * self.extrapolated_error(name, *sizes[-2:]):13.4f}%"
                    for name, value in zip(names, known, strict=True)
                ]
                lines.append(f"{'error, Richardson':>20} " + " ".join(left))
        if len(sizes) > 2:
            orders = [self.observed(name, *sizes[-3:]).order for name in names]
            shown = [f"{'-':>14}" if p is None else f"{p:14.3f}" for p in orders]
            lines.append(f"{'order, three grids':>20} " + " ".join(shown))
        return "\n".join(lines)
