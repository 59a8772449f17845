"""A state taken apart and put together again."""

from typing import NamedTuple

import numpy as np
import pytest

from hashheat.fleet.checkpoint import CheckpointError, flatten, rebuild


class _Pair(NamedTuple):
    volume: np.ndarray
    count: int


def test_a_state_comes_back_as_it_was():
    state = (_Pair(np.arange(3.0), 4), {"a": [None, 1.5]}, None, (True,))
    template = (_Pair(np.zeros(7), 0), {"a": [None, 0.0]}, None, (False,))
    found = rebuild(template, flatten(state))
    assert isinstance(found[0], _Pair)
    assert np.array_equal(found[0].volume, [0.0, 1.0, 2.0])
    assert found[0].count == 4
    assert found[1:] == ({"a": [None, 1.5]}, None, (True,))


def test_a_state_of_another_structure_is_refused():
    with pytest.raises(CheckpointError, match=r"state\.1"):
        rebuild((1.0, 2.0), flatten((1.0,)))
