"""CV(RMSE) and NMBE of a series worked by hand."""

import numpy as np
import pytest

from hashheat.thermo.errors import InputError
from hashheat.validation.series_figures import series_figures


def test_four_values_worked_by_hand():
    # D - S = 2, -1, 3, 0: sum 4, squares 14; n - 1 = 3; mean of D 10.
    found = series_figures([8.0, 11.0, 6.0, 11.0], [10.0, 10.0, 9.0, 11.0])
    assert found.nmbe == pytest.approx(4.0 / (3.0 * 10.0))
    assert found.cv_rmse == pytest.approx(np.sqrt(14.0 / 3.0) / 10.0)
    assert found.values == 4


def test_a_model_that_is_low_has_a_positive_nmbe():
    assert series_figures([1.0, 1.0, 1.0], [2.0, 2.0, 2.0]).nmbe > 0.0


def test_of_a_negative_mean_its_size_counts():
    found = series_figures([-8.0, -11.0], [-10.0, -10.0])
    assert found.cv_rmse == pytest.approx(np.sqrt(5.0) / 10.0)
    # The model is high by 1 in sum: negative, whatever the sign of what was measured.
    assert found.nmbe == pytest.approx(-0.1)


def test_missing_pairs_are_left_out_and_what_has_no_answer_is_refused():
    assert series_figures([1.0, np.nan, 3.0], [1.0, 2.0, 3.0]).values == 2
    with pytest.raises(InputError, match="too few"):
        series_figures([1.0, 2.0], [1.0, np.nan])
    with pytest.raises(InputError, match="mean of zero"):
        series_figures([1.0, 1.0], [1.0, -1.0])
