"""Memory of series whose memory is known exactly."""

import numpy as np
import pytest
from scipy.signal import lfilter

from hashheat.validation.series_memory import integrated_memory


@pytest.mark.parametrize("memory", [0.0, 0.5, 0.9])
def test_first_order_autoregression_has_its_exact_memory(memory):
    rng = np.random.default_rng(4)
    x = lfilter([1.0], [1.0, -memory], rng.standard_normal(60000))
    assert integrated_memory(x) == pytest.approx((1.0 + memory) / (1.0 - memory), rel=0.12)


def test_means_of_blocks_remember_the_block():
    # A term that stays for ten steps: 1 + 2 sum(1 - k/10) = 10.
    x = np.repeat(np.random.default_rng(1).standard_normal(4000), 10)
    assert integrated_memory(x) == pytest.approx(10.0, rel=0.1)


def test_what_has_no_memory_has_none():
    assert integrated_memory(np.array([1.0, 2.0, 3.0])) == 1.0
    assert integrated_memory(np.full(50, 333.15)) == 1.0
    assert integrated_memory(np.tile([1.0, -1.0], 40)) == 1.0
