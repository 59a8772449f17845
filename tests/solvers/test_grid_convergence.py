"""Order, extrapolation and GCI of made-up and real triplets."""

import math

import pytest

from hashheat.solvers import grid_convergence as gc
from hashheat.thermo.errors import InputError


def model(h, order, amount=0.2, exact=3.0):
    return exact + amount * h**order


def test_a_real_triplet_gives_the_worked_numbers():
    # Own OpenFOAM runs of the heated cavity, Ra 1e6, at 160, 80 and 40 cells a side; exact 8.8252016.
    found = gc.grid_convergence(8.86342, 8.97666, 9.40365)
    assert found.status == gc.MONOTONE
    assert found.order == pytest.approx(1.9148, abs=5e-5)
    assert found.extrapolated == pytest.approx(8.82255, abs=5e-6)
    assert 100 * found.gci == pytest.approx(0.576, abs=5e-4)
    assert 100 * abs(8.86342 / 8.8252016 - 1) == pytest.approx(0.433, abs=5e-4)
    assert found.band == pytest.approx(found.gci * 8.86342, rel=1e-14)


@pytest.mark.parametrize(("r21", "r32"), [(2.0, 2.0), (1.3, 1.7), (2.0, 1.5), (1.001, 1.002)])
@pytest.mark.parametrize("order", [0.7, 1.0, 2.0, 4.0])
@pytest.mark.parametrize("amount", [0.2, -0.2])
def test_a_pure_power_is_found_on_any_grids(r21, r32, order, amount):
    values = [model(h, order, amount) for h in (1.0, r21, r21 * r32)]
    found = gc.grid_convergence(*values, ratio_fine=r21, ratio_coarse=r32)
    assert found.order == pytest.approx(order, rel=1e-8)
    assert found.extrapolated == pytest.approx(3.0, rel=1e-9)
    assert found.band == pytest.approx(1.25 * abs(values[0] - 3.0), rel=1e-7)


def test_the_index_of_the_coarser_pair_grows_with_the_order():
    values = [model(h, 2.0) for h in (1.0, 2.0, 4.0)]
    found = gc.grid_convergence(*values)
    assert found.gci_mid * values[1] == pytest.approx(4.0 * found.gci * values[0], rel=1e-12)


def test_changing_sign_is_told_apart():
    # q(p) of Celik vanishes at equal ratios, whatever the sign.
    found = gc.grid_convergence(1.01, 0.98, 1.2)
    assert found.status == gc.OSCILLATORY
    assert found.order == pytest.approx(math.log2(0.22 / 0.03), rel=1e-12)
    uneven = gc.grid_convergence(1.01, 0.98, 1.2, ratio_fine=1.5, ratio_coarse=2.0)
    p = uneven.order
    assert p * math.log(1.5) == pytest.approx(
        math.log((0.22 / 0.03) * (1.5**p + 1) / (2.0**p + 1)), rel=1e-10
    )


@pytest.mark.parametrize("values", [(1.0, 1.1, 1.15), (1.0, 1.1, 1.1), (1.0, 1.1, 1.0), (1.0, 1.1, 1.2)])
def test_growing_differences_get_no_verdict(values):
    found = gc.grid_convergence(*values)
    assert found.status == gc.DIVERGING
    assert (found.order, found.extrapolated, found.band, found.gci) == (None,) * 4
    assert "not converge" in found.text


def test_values_at_the_noise_are_settled():
    found = gc.grid_convergence(5.0, 5.0 * (1 + 1e-14), 5.0)
    assert found.status == gc.SETTLED
    assert (found.order, found.extrapolated) == (None, 5.0)
    assert found.band == pytest.approx(5e-12)
    loose = gc.grid_convergence(5.0, 5.000001, 5.1, noise=1e-6)
    assert loose.status == gc.SETTLED
    assert gc.grid_convergence(0.0, 0.0, 0.0).gci is None


def test_a_number_that_is_zero_on_the_fine_grid_has_a_band_and_no_index():
    found = gc.grid_convergence(0.0, 3.0, 15.0)
    assert found.gci is None
    assert found.band == pytest.approx(1.25)
    assert found.extrapolated == pytest.approx(-1.0)


def test_two_grids_take_the_order_from_outside():
    assert gc.extrapolate(model(1, 2), model(2, 2)) == pytest.approx(3.0, rel=1e-14)
    assert gc.extrapolate(model(1, 1), model(3, 1), ratio=3.0, order=1.0) == pytest.approx(3.0, rel=1e-14)


@pytest.mark.parametrize(
    ("values", "options"),
    [
        ((math.nan, 1.0, 2.0), {}),
        ((1.0, math.inf, 2.0), {}),
        ((1.0, 1.1, 1.3), {"ratio_fine": 1.0}),
        ((1.0, 1.1, 1.3), {"ratio_coarse": 0.5}),
        ((1.0, 1.1, 1.3), {"safety": 0.9}),
        ((1.0, 1.1, 1.3), {"noise": -1.0}),
    ],
)
def test_what_cannot_be_used_is_named(values, options):
    with pytest.raises(InputError):
        gc.grid_convergence(*values, **options)


def test_an_order_of_zero_is_refused():
    with pytest.raises(InputError, match="order"):
        gc.extrapolate(1.0, 1.1, order=0.0)
