"""Rainflow counts against the standard's worked example, an implementation of another kind, and invariants."""

from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hashheat.solvers.rainflow import count_cycles, empty_rainflow, rainflow_add, rainflow_rest
from hashheat.thermo.errors import InputError

histories = st.lists(st.integers(-8, 8), min_size=2, max_size=60)


def table(cycles):
    counts = Counter()
    for r, w in zip(cycles.range, cycles.weight):
        counts[round(float(r), 9)] += float(w)
    return dict(counts)


def test_worked_example_of_the_standard():
    """ASTM E1049-85, figure 6: cycles counted for the load history A to I."""
    found = count_cycles([-2, 1, -3, 5, -1, 3, -4, 4, -2])
    assert table(found) == {3.0: 0.5, 4.0: 1.5, 6.0: 0.5, 8.0: 1.0, 9.0: 0.5}
    full = found.weight == 1.0
    assert found.range[full].tolist() == [4.0]
    assert found.mean[full].tolist() == [1.0]


def reversals(x):
    kept = [v for i, v in enumerate(x) if i == 0 or v != x[i - 1]]
    return [
        v for i, v in enumerate(kept) if i in (0, len(kept) - 1) or (v - kept[i - 1]) * (kept[i + 1] - v) < 0
    ]


def by_four_points(x):
    """Four-point rule on the whole list of reversals, searched again from its start after every find."""
    points, counts = reversals(x), Counter()
    again = True
    while again:
        again = False
        for i in range(len(points) - 3):
            a, b, c, d = points[i : i + 4]
            if min(b, c) >= min(a, d) and max(b, c) <= max(a, d):
                counts[float(abs(b - c))] += 1.0
                del points[i + 1 : i + 3]
                again = True
                break
    return counts, points


@given(histories)
def test_full_cycles_against_the_four_point_rule(x):
    """Full cycles of both agree but for those within the leading part, which the standard splits into halves.

    Started and ended at the extreme value, a history has no such part: then all cycles are full and agree.
    """
    top = max(x) + 1
    closed_history = [top, *x, top]
    counts, rest = by_four_points(closed_history)
    found = count_cycles(closed_history)
    # The rest is top - bottom - top: the standard counts it as two halves.
    expected = Counter(counts)
    for a, b in pairwise(rest):
        expected[float(abs(a - b))] += 0.5
    assert table(found) == dict(expected)


@given(histories)
def test_ranges_add_up(x):
    """Each run between reversals belongs to one cycle: twice weight times range, summed, is the whole way."""
    way = float(np.abs(np.diff(x)).sum())
    found = count_cycles(x)
    assert float(np.sum(2.0 * found.weight * found.range)) == pytest.approx(way)


@given(histories, st.integers(1, 59))
def test_value_by_value_is_the_whole(x, cut):
    """The open reversals that are kept suffice, and stay fewer than levels and three."""
    state = empty_rainflow(1, 17 + 3)  # 17 levels
    values, times, out = state.values[0], state.times[0], np.empty((20, 4))
    found, n = [], 0
    for i, v in enumerate(x):
        n, k = rainflow_add(values, times, n, float(v), float(i), out)
        assert n > 0
        found += out[:k].tolist()
        if i == cut:  # to ask in between changes nothing
            before = values.copy()
            rainflow_rest(values, times, n, out)
            assert np.array_equal(before, values)
    k = rainflow_rest(values, times, n, out)
    found += out[:k].tolist()
    whole = count_cycles(x)
    np.testing.assert_array_equal(np.array(found).reshape(-1, 4), np.column_stack(whole))


def test_periods_of_days_on_and_off():
    """3 h on and 21 h off: every full cycle takes a day, with the stays at either end."""
    x = np.tile([60.0] * 3 + [30.0] * 21, 10)
    found = count_cycles(x, 3600.0 * np.arange(x.size))
    full = found.weight == 1.0
    assert table(found)[30.0] == pytest.approx(9.5)
    np.testing.assert_allclose(found.period[full], 86400.0)


def test_period_of_an_inner_cycle():
    # 0 to 10, back to 4 and on: the inner cycle leaves 10 at t = 1, turns at 2 and is back at 10 on the way to 16.
    found = count_cycles([0.0, 10.0, 4.0, 16.0], [0.0, 1.0, 2.0, 4.0])
    assert (found.range[0], found.mean[0], found.weight[0]) == (6.0, 7.0, 1.0)
    assert found.period[0] == pytest.approx(1.0 + 2.0 * 6.0 / 12.0)


def test_constant_and_short_histories():
    assert count_cycles([3.0, 3.0, 3.0]).range.size == 0
    assert count_cycles([3.0]).range.size == 0
    assert table(count_cycles([3.0, 5.0])) == {2.0: 0.5}


def test_overflow_is_told():
    x = [0.0]
    for k in range(6):
        x.append(x[-1] + (-1) ** k * (20.0 - k))  # ever smaller ranges stay open
    values, times, out = np.empty(4), np.empty(4), np.empty((4, 4))
    n = 0
    for i, v in enumerate(x):
        n, _ = rainflow_add(values, times, n, v, float(i), out)
        if n < 0:
            break
    assert n == -1
    with pytest.raises(InputError, match="too few"):
        empty_rainflow(1, 3)


@pytest.mark.parametrize(
    ("x", "t"),
    [([1.0, np.nan], None), ([1.0, 2.0], [0.0, 0.0]), ([1.0, 2.0], [0.0]), ([1.0, 2.0], [0.0, np.inf])],
)
def test_histories_that_cannot_be(x, t):
    with pytest.raises(InputError):
        count_cycles(x, t)
