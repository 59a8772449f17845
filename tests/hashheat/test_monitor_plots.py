"""Charts of a watch: dates of any length of time."""

import matplotlib

matplotlib.use("Agg")

import numpy as np
import pytest
from matplotlib.figure import Figure

from hashheat.monitor_plots import _few_dates


@pytest.mark.parametrize("seconds", [10, 121.4, 179 * 60, 71 * 3600, 5e6, 9e7])
def test_every_length_of_time_has_dates(seconds):
    """Just below three of the next longer unit is where matplotlib may run out of intervals: an error here."""
    t = np.datetime64("2026-03-02T01:07", "ns") + np.linspace(0, seconds * 1e9, 20).astype("timedelta64[ns]")
    figure = Figure()
    ax = figure.subplots()
    ax.plot(t, np.zeros(20))
    _few_dates(ax, t)
    assert len(ax.get_xticks()) >= 2
