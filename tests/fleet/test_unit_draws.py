"""Draws: the same for a unit however the units are cut, uniform, and independent from name to name."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kstest

from hashheat.fleet.unit_draws import uniform_draws
from hashheat.thermo.errors import InputError


@given(st.integers(0, 500), st.integers(0, 60), st.integers(0, 2**63))
def test_a_unit_is_drawn_the_same_in_any_range(first, length, seed):
    whole = uniform_draws(seed, "a", 0, 600)
    assert np.array_equal(uniform_draws(seed, "a", first, first + length), whole[first : first + length])


def test_a_unit_far_out_is_drawn_without_those_before_it():
    far = 10**12
    assert np.array_equal(uniform_draws(1, "a", far + 3, far + 9), uniform_draws(1, "a", far, far + 9)[3:])


def test_the_stream_is_that_of_the_published_generator():
    # Random123's known answers for philox4x64-10 (kat_vectors): counter and key all zero. NumPy counts up
    # before it makes a block, so that the first block here is that of counter 1: looked up from counter -1.
    top = np.uint64(2**64 - 1)
    made = np.random.Philox(key=np.zeros(2, np.uint64), counter=np.array([top] * 4)).random_raw(4)
    assert [hex(x) for x in made] == [
        "0x16554d9eca36314c",
        "0xdb20fe9d672d0fdc",
        "0xd7e772cee186176b",
        "0x7e68b68aec7ba23b",
    ]


def test_draws_are_uniform_and_strictly_inside():
    u = uniform_draws(20260522, "chips.junction_to_plate", 0, 200_000)
    assert 0.0 < u.min() < 1e-4
    assert 1.0 - 1e-4 < u.max() < 1.0
    assert kstest(u, "uniform").pvalue > 1e-3
    assert abs(np.corrcoef(u[:-1], u[1:])[0, 1]) < 4.0 / np.sqrt(u.size)


def test_names_and_seeds_have_sequences_of_their_own():
    n = 50_000
    one, name, seed = (uniform_draws(s, k, 0, n) for s, k in ((0, "a"), (0, "b"), (1, "a")))
    for other in (name, seed):
        assert not np.any(one == other)
        assert abs(np.corrcoef(one, other)[0, 1]) < 4.0 / np.sqrt(n)


@pytest.mark.parametrize(("seed", "first", "last"), [(-1, 0, 1), (2**64, 0, 1), (0, 3, 2), (0, -1, 2)])
def test_no_such_draws(seed, first, last):
    with pytest.raises(InputError):
        uniform_draws(seed, "a", first, last)
