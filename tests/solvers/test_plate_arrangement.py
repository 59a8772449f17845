"""Arrangements of channels and blocks: counts, directions, feeds."""

import math

import numpy as np
import pytest

from hashheat.solvers.plate_arrangement import arrange_blocks, arrange_passes, reverse_side
from hashheat.thermo.errors import InputError


def test_more_passes_than_channels_is_an_error():
    with pytest.raises(InputError, match="channel for each pass"):
        arrange_passes(5, (3, 3))


def test_a_two_pass_stack_by_hand():
    """2-2, overall counter: side 1 enters at the far end, so that its first pass holds the last channels."""
    stack = arrange_passes(8, (2, 2))
    assert stack.side.tolist() == [0, 1] * 4
    assert stack.in_pass.tolist() == [0, 3, 0, 3, 1, 2, 1, 2]
    assert stack.feeds.tolist() == [-1, 0, -1, 2]
    assert stack.upward.tolist() == [1, 0, 1, 0, 0, 1, 0, 1]  # neighbours flow against each other
    assert stack.backward.tolist() == [0, 0, 1, 1]
    assert stack.z_ports.tolist() == [1, 1, 1, 1]


def test_single_pass_ports():
    assert arrange_passes(6, (1, 1)).z_ports.tolist() == [0, 0]
    assert arrange_passes(6, (1, 1), ports="Z").z_ports.tolist() == [1, 1]


def test_a_mix_of_kinds_lies_side_by_side():
    stack = arrange_passes(20, (1, 1), second_kind=0.3)
    assert stack.kind.tolist() == [0] * 14 + [1] * 6
    assert arrange_passes(20, (2, 2), second_kind=1.0).kind.all()


@pytest.mark.parametrize("passes", [(1, 1), (2, 1), (2, 2), (3, 2), (4, 3), (4, 4), (1, 3)])
@pytest.mark.parametrize("second_kind", [0.0, 0.25])
def test_blocks_hold_all_plates_and_channels(passes, second_kind):
    blocks = arrange_blocks(49, passes, second_kind=second_kind)
    kinds = 2 if second_kind else 1
    assert blocks.side.size == 2 * kinds * (sum(passes) - math.gcd(*passes))
    assert blocks.plates.sum() == pytest.approx(48.0)
    assert blocks.channels[blocks.side == 0].sum() == pytest.approx(25.0)
    assert blocks.channels[blocks.side == 1].sum() == pytest.approx(24.0)
    for p, side in enumerate(blocks.pass_side):
        in_pass = blocks.channels[blocks.in_pass == p].sum()
        assert in_pass == pytest.approx((25.0, 24.0)[side] / passes[side])
    assert blocks.channels[blocks.kind == 1].sum() == pytest.approx(49 * second_kind)


def test_reversing_twice_changes_nothing():
    stack = arrange_passes(12, (3, 2), ports="Z")
    once = reverse_side(stack, 0)
    assert once.feeds[:3].tolist() == [1, 2, -1]
    assert np.all(once.upward[stack.side == 0] != stack.upward[stack.side == 0])
    assert np.all(once.upward[stack.side == 1] == stack.upward[stack.side == 1])
    for a, b in zip(reverse_side(once, 0), stack):
        np.testing.assert_array_equal(a, b)
