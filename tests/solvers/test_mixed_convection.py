"""Mixed convection: check values, limits."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hashheat.solvers.mixed_convection import nusselt_mixed, nusselt_mixed_floored


def test_table_of_check_values(check_values):
    rows = check_values("Mixed convection")
    assert len(rows) == 2
    for row in rows:
        forced, natural = (float(text) for text in re.findall(r"=([\d.]+)", row["inputs"]))
        opposing = row["correlation"].endswith("opposing")
        assert nusselt_mixed(forced, natural, opposing) == pytest.approx(float(row["value"]), rel=1e-4)


@given(F=st.floats(1e-6, 1e3), N=st.floats(1e-6, 1e3))
@settings(deadline=None, max_examples=50)
def test_bounds(F, N):
    aiding = nusselt_mixed_floored(F, N, False)
    opposing = nusselt_mixed_floored(F, N, True)
    assert max(F, N) * (1 - 1e-12) <= aiding <= 2 ** (1 / 3) * max(F, N) * (1 + 1e-12)
    assert min(F, N) <= opposing <= max(F, N) * (1 + 1e-12)
    assert opposing <= aiding * (1 + 1e-12)


def test_equal_parts_that_oppose():
    assert nusselt_mixed(7.0, 7.0, True) == 0.0
    assert nusselt_mixed_floored(7.0, 7.0, True) == 7.0
