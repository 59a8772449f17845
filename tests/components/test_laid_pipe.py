"""A pipe as it lies: defaults, what is refused, and conductances that pass through."""

import math

import pytest

from hashheat.components.laid_pipe import LaidPipe
from hashheat.solvers import pipe_loss
from hashheat.thermo.errors import InputError

DN50 = {"length": 100.0, "inner_diameter": 0.0539, "outer_diameter": 0.0603, "casing_diameter": 0.14}


def test_conductances_are_those_of_the_formulas():
    ground = {"depth": 0.87, "insulation_conductivity": 0.0256, "ground_conductivity": 1.2}
    pair = LaidPipe(**DN50, casing_thickness=0.003)
    assert pair.depth == pytest.approx(0.87)
    assert pair.distance == pytest.approx(0.29)
    sizes = 0.0603, 0.14
    exact = pipe_loss.pair_conductances(*sizes, **ground, distance=0.29, casing_thickness=0.003)
    assert pair.conductances == pytest.approx(exact, rel=1e-12)
    assert pair.loss_per_length == pytest.approx(exact[0] - exact[1], rel=1e-12)
    one = LaidPipe(**DN50, layout="single")
    assert one.conductances == pytest.approx((pipe_loss.single_conductance(*sizes, **ground), 0.0), rel=1e-12)
    twin = LaidPipe(**(DN50 | {"casing_diameter": 0.25}), layout="twin", distance=0.08, depth=0.87)
    exact = pipe_loss.twin_conductances(0.0603, 0.25, **ground, distance=0.08)
    assert twin.conductances == pytest.approx(exact, rel=1e-12)
    assert (one.n_pipe, pair.n_pipe, twin.n_pipe) == (1, 2, 2)


def test_heat_capacity_is_that_of_water_and_wall():
    pipe = LaidPipe(**DN50, density=1000.0, heat_capacity=4000.0, wall_heat_capacity=3.6e6)
    A, whole = math.pi / 4.0 * 0.0539**2, math.pi / 4.0 * 0.0603**2
    assert pipe.capacity == pytest.approx(100.0 * (4e6 * A + 3.6e6 * (whole - A)), rel=1e-12)
    assert pipe.residence_time(0.5) == pytest.approx(pipe.capacity / 2000.0)
    assert pipe.residence_time(-0.5) == pipe.residence_time(0.5)
    assert pipe.residence_time(0.0) == math.inf


def test_a_catalogue_fills_in_what_is_not_given():
    pipe = LaidPipe.from_values({"length": 10.0, "dn": 50.0, "series": 2.0, "roughness": 5e-5})
    assert pipe.inner_diameter == pytest.approx(0.0539)
    assert pipe.casing_diameter == pytest.approx(0.14)
    assert pipe.roughness == 5e-5
    assert LaidPipe.from_values({"length": 10.0, "dn": 50}).casing_diameter == pytest.approx(0.125)
    assert LaidPipe.from_values(DN50) == LaidPipe(**DN50)


@pytest.mark.parametrize(
    ("changed", "key"),
    [
        ({"layout": "triple"}, "layout"),
        ({"length": 0.0}, "length"),
        ({"length": math.nan}, "length"),
        ({"length": True}, "length"),
        ({"roughness": -1e-5}, "roughness"),
        ({"density": math.inf}, "density"),
        ({"inner_diameter": 0.0603}, "inner_diameter"),
        ({"casing_diameter": 0.06}, "casing_diameter"),
        ({"casing_thickness": 0.05}, "casing_diameter"),
        ({"depth": 0.05}, "depth"),
        ({"distance": 0.1}, "distance"),
        ({"layout": "single", "distance": 0.3}, "distance"),
        ({"layout": "twin"}, "distance"),
        ({"layout": "twin", "distance": 0.07}, None),
        ({"layout": "twin", "distance": 0.1}, "distance"),
    ],
)
def test_what_is_no_pipe_is_refused(changed, key):
    if key is None:
        assert LaidPipe(**(DN50 | changed)).n_pipe == 2
        return
    with pytest.raises(InputError) as caught:
        LaidPipe(**(DN50 | changed))
    assert caught.value.key == key


@pytest.mark.parametrize(
    ("values", "layout", "key"),
    [
        (DN50 | {"lenght": 3.0}, "pair", "lenght"),
        ({"length": 3.0, "dn": 90}, "pair", "dn"),
        ({"length": 3.0, "dn": 50.5}, "pair", "dn"),
        ({"length": 3.0, "dn": 50, "series": 7}, "pair", "series"),
        ({"length": 3.0, "dn": 50}, "twin", "dn"),
        (DN50 | {"series": 1}, "pair", "series"),
        ({"dn": 50}, "pair", "length"),
        ({"length": 3.0}, "pair", "inner_diameter"),
    ],
)
def test_numbers_that_make_no_pipe_are_refused(values, layout, key):
    with pytest.raises(InputError) as caught:
        LaidPipe.from_values(values, layout)
    assert caught.value.key == key


def test_a_surface_without_resistance():
    pipe = LaidPipe(**DN50, surface_htc=math.inf)
    assert pipe.loss_per_length > LaidPipe(**DN50).loss_per_length
