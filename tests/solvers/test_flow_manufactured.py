"""Manufactured flows: the order of accuracy of velocities and temperature, on even and stretched grids."""

import importlib.util
import math
from pathlib import Path

import numba
import numpy as np
import pytest

HERE = Path(__file__).resolve()

compiled = pytest.mark.skipif(numba.config.DISABLE_JIT, reason="minutes without the compiler")


def beside(name):
    spec = importlib.util.spec_from_file_location(f"solvers_{name}", HERE.with_name(f"{name}.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


made, measures = beside("flow_manufactured"), beside("flow_measures")

POROUS = {"eps": made.constant(0.5), "drag": (400.0, 150.0, 250.0), "forchheimer": (6.0, 2.0, 4.0)}
#: Porosity between 0.45 and 0.75.
UNEVEN = made.constant(0.6) + made.Field((0.15, made.cos(1), made.cos(1), made.ONE))
#: Slow enough that the error is of one power of the cell size on 32 cells a side; faster, convection's third-order
#: error of the opposite sign shows, and the order rises to two only at 128.
SLOW = {"U": 2.0, "Ra": 1e3}
MEDIA = {
    "open": {},
    "porous": POROUS,
    "varying properties": {"curved": True},
    "porous, varying properties": POROUS | {"curved": True},
    "uneven porosity": POROUS | {"eps": UNEVEN},
}


def errors(flow, n, *, plane, ratio):
    """Errors of the solution near the exact one: at large Ra the same sources have another solution as well."""
    grid = made.grid_of(n, plane=plane, ratio=ratio)
    box = made.box_of(flow, grid)
    return made.errors(flow, box, measures.solved(box, start=made.exact_state(flow, grid)).state)


def orders(flow, coarse, fine, **grid):
    a, b = errors(flow, coarse, **grid), errors(flow, fine, **grid)
    return {name: math.log(a[name] / b[name]) / math.log(fine / coarse) for name in a}


@compiled
@pytest.mark.parametrize("ratio", [1.0, 3.0])
@pytest.mark.parametrize("medium", MEDIA)
def test_plane(medium, ratio):
    found = orders(made.plane_flow(**(MEDIA[medium] | SLOW)), 32, 64, plane=True, ratio=ratio)
    assert min(found[name] for name in "uvT") >= 1.9, found
    assert found["p"] >= 1.9, found


@compiled
@pytest.mark.nightly
@pytest.mark.parametrize("medium", MEDIA)
def test_plane_with_strong_convection(medium):
    found = orders(made.plane_flow(**MEDIA[medium]), 128, 256, plane=True, ratio=1.0)
    assert min(found[name] for name in "uvTp") >= 1.9, found


@compiled
@pytest.mark.parametrize("medium", ["open", "porous, varying properties"])
def test_space(medium):
    found = orders(made.space_flow(**(MEDIA[medium] | SLOW)), 16, 32, plane=False, ratio=1.0)
    assert min(found[name] for name in "uvwT") >= 1.9, found


@compiled
@pytest.mark.nightly
@pytest.mark.parametrize("ratio", [1.0, 2.0])
@pytest.mark.parametrize("medium", MEDIA)
def test_space_on_fine_grids(medium, ratio, capsys):
    found = orders(made.space_flow(**(MEDIA[medium] | SLOW)), 24, 48, plane=False, ratio=ratio)
    with capsys.disabled():
        print(f"\n3-D, {medium}, ratio {ratio:g}: " + ", ".join(f"{k} {v:.2f}" for k, v in found.items()))
    assert min(found[name] for name in "uvwT") >= 1.9, found


@compiled
@pytest.mark.nightly
@pytest.mark.parametrize("medium", MEDIA)
def test_plane_table(medium, capsys):
    flow = made.plane_flow(**MEDIA[medium])
    with capsys.disabled():
        print(f"\n2-D, {medium}, ratio 3")
        for n in (16, 32, 64, 128):
            found = errors(flow, n, plane=True, ratio=3.0)
            print(f"{n:5d} " + " ".join(f"{k} {v:.3e}" for k, v in found.items()))


def test_sources_are_the_worked_ones():
    """Against symbolic differentiation of the same flow."""
    flow = made.plane_flow()
    at = [np.array(0.3), np.array(0.2), np.array(0.5)]
    assert made.force_at(flow, 0, *at) == pytest.approx(247.982209519, rel=1e-9)
    assert made.force_at(flow, 1, *at) == pytest.approx(-2319.45764536, rel=1e-9)
    assert made.heat_at(flow, *at) == pytest.approx(-0.799252484577, rel=1e-6)
    part = [np.linspace(0.25, 0.5, 17)] * 2 + [np.array([0.0, 1.0])]
    means = [made.means(lambda x, y, z, a=a: made.force_at(flow, a, x, y, z), part).mean() for a in (0, 1)]
    assert means[0] == pytest.approx(395.5748885, rel=1e-8)
    assert means[1] == pytest.approx(-1374.330966, rel=1e-8)


@pytest.mark.parametrize("kind", ["plane_flow", "space_flow"])
def test_sources_agree_with_differences_of_the_fields(kind):
    """Momentum and heat put together from fluxes by central differences, at one point of the richest medium."""
    flow = getattr(made, kind)(**(POROUS | {"eps": UNEVEN, "curved": True}))
    liquid, h = flow.liquid, 1e-3
    at = np.array([0.31, 0.23, 0.42])

    def slope(function, axis):
        step = h * np.eye(3)[axis]
        return (
            8 * (function(at + step) - function(at - step))
            - function(at + 2 * step)
            + function(at - 2 * step)
        ) / (12 * h)

    def U(b):
        return lambda q: flow.velocity[b](*q)

    def T(q):
        return flow.T(*q) - liquid.T_ref

    def grow(c, t):
        return np.polynomial.Polynomial(c)(t)

    def mu(q):
        return np.exp(grow(liquid.log_viscosity, T(q)))

    here = [U(b)(at) for b in range(3)]
    speed = np.sqrt(sum(u**2 for u in here))
    assert sum(slope(U(b), b) for b in range(3)) == pytest.approx(0.0, abs=1e-8)
    for a in range(3):
        eps = flow.eps(*at)
        carried = sum(here[b] * slope(lambda q, a=a: U(a)(q) / flow.eps(*q), b) for b in range(3)) / eps

        def stress(q, a, b):
            inner = 1e-3

            def d(function, axis):
                step = inner * np.eye(3)[axis]
                return (
                    8 * (function(q + step) - function(q - step))
                    - function(q + 2 * step)
                    + function(q - 2 * step)
                ) / (12 * inner)

            return mu(q) / flow.eps(*q) * (d(U(a), b) + d(U(b), a))

        shear = sum(slope(lambda q, a=a, b=b: stress(q, a, b), b) for b in range(3))
        drag = (mu(at) * flow.drag[a] + flow.forchheimer[a] * speed) * here[a]
        lift = grow(liquid.buoyancy, T(at)) * flow.gravity[a]
        expected = carried + slope(lambda q: flow.p(*q), a) - shear + drag - lift
        assert made.force_at(flow, a, *at) == pytest.approx(expected, rel=1e-6, abs=1e-3)
    enthalpy = np.polynomial.Polynomial(liquid.heat_capacity).integ()
    heat = 0.0
    for b in range(3):
        heat += here[b] * slope(lambda q: enthalpy(T(q)), b)
        heat -= slope(
            lambda q, b=b: (
                grow(liquid.conductivity, T(q))
                * (T(q + 1e-3 * np.eye(3)[b]) - T(q - 1e-3 * np.eye(3)[b]))
                / 2e-3
            ),
            b,
        )
    assert made.heat_at(flow, *at) == pytest.approx(heat, rel=1e-4, abs=1e-4)


def test_a_coarse_flow_is_near_the_exact_one():
    """From rest, and in the interpreted run too."""
    flow = made.plane_flow(U=2.0, Ra=100.0, **POROUS, curved=True)
    box = made.box_of(flow, made.grid_of(8))
    found = made.errors(flow, box, measures.solved(box).state)
    assert max(found[name] for name in "uvT") < 0.15, found


def test_a_coarse_flow_in_space_is_near_the_exact_one():
    """In the interpreted run too."""
    flow = made.space_flow(**SLOW, **POROUS, curved=True)
    found = errors(flow, 4, plane=False, ratio=1.0)
    assert max(found[name] for name in "uvwT") < 0.5, found
