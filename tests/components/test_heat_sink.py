"""Heat sinks as they are described: volumes and areas by counting, and what cannot be built."""

import importlib.util
import math
from pathlib import Path

import numpy as np
import pytest

from hashheat.components.heat_sink import BoardStack, PlateFins, RoundPins
from hashheat.components.heat_sink_errors import HeatSinkError


def beside(name):
    """Module of the tests that stands beside this one."""
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


oil_sinks = beside("oil_sinks")
make_sink, make_stack = oil_sinks.make_sink, oil_sinks.make_stack


def test_porosity_by_counting_points():
    """A fine raster over one pitch of the stack, two-sided, sinks with gaps between them."""
    stack = make_stack(length_pitch=0.08, width_pitch=0.05, sides=2, board_pitch=0.04)
    fins = stack.sink.fins
    n = 400
    along = (np.arange(n) + 0.5) / n * 0.08
    across = (np.arange(n) + 0.5) / n * 0.05
    below = np.outer(along < 0.06, across < 0.04)
    in_fin = below & ((across % fins.pitch) < fins.thickness)[None, :]
    base, fin = below.mean(), in_fin.mean()
    solid = 0.002 + 2 * (base * 0.003 + fin * 0.012)
    assert stack.porosity == pytest.approx(1.0 - solid / 0.04, rel=1e-9)
    assert stack.clearance == pytest.approx(0.04 - 0.002 - 2 * 0.015, rel=1e-12)


def test_areas_of_whole_fins():
    sink = make_sink()  # ten fins of 60 x 12 mm
    assert sink.fin_area == pytest.approx(10 * 2 * 0.06 * 0.012, rel=1e-12)
    assert sink.base_area == pytest.approx(0.06 * (0.04 - 10 * 0.001), rel=1e-12)
    pins = make_sink(fins=RoundPins(0.01, 0.002, 0.004, 0.005))  # 15 by 8 pins
    assert pins.fin_area == pytest.approx(120 * math.pi * 0.002 * 0.01, rel=1e-12)
    assert pins.base_area == pytest.approx(0.06 * 0.04 - 120 * math.pi * 0.001**2, rel=1e-12)


def test_sums_of_millimetres_leave_no_clearance():
    assert make_stack(board_pitch=0.017 + 1e-13).clearance == 0.0


@pytest.mark.parametrize(
    ("make", "key"),
    [
        (lambda: PlateFins(0.01, 0.004, 0.004), "thickness"),
        (lambda: PlateFins(-0.01, 0.001, 0.004), "height"),
        (lambda: PlateFins(0.01, math.nan, 0.004), "thickness"),
        (lambda: RoundPins(0.01, 0.004, 0.003, 0.006), "pitch_along"),
        (lambda: RoundPins(0.01, 0.004, 0.006, 0.004), "pitch_across"),
        (lambda: make_sink(width=0.003), "width"),
        (lambda: make_sink(fins=RoundPins(0.01, 0.002, 0.1, 0.004)), "length"),
        (lambda: make_sink(conductivity=0.0), "conductivity"),
        (lambda: make_sink(chips=1.5), "chips"),
        (lambda: make_sink(chips=0), "chips"),
        (lambda: make_stack(sides=3), "sides"),
        (lambda: make_stack(length_pitch=0.05), "length_pitch"),
        (lambda: make_stack(width_pitch=math.inf), "width_pitch"),
        (lambda: BoardStack(make_sink(), 0.016, 0.002), "board_pitch"),
        (lambda: make_stack(board_conductivity=-1.0), "board_conductivity"),
    ],
)
def test_what_cannot_be_built(make, key):
    with pytest.raises(HeatSinkError) as caught:
        make()
    assert caught.value.key == key
