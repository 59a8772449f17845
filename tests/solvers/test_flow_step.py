"""Backward-facing step at Re 800 of Gartling (1990): where the flow attaches again."""

import importlib.util
from pathlib import Path

import numba
import pytest

HERE = Path(__file__).resolve()

pytestmark = pytest.mark.skipif(numba.config.DISABLE_JIT, reason="minutes without the compiler")

#: In channel heights. The lower one is published; the upper ones are extrapolations of OpenFOAM (4.855, 10.48).
REATTACHMENT = 6.10


def beside(name):
    spec = importlib.util.spec_from_file_location(f"solvers_{name}", HERE.with_name(f"{name}.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


channels, measures = beside("flow_channels"), beside("flow_measures")


@pytest.fixture(scope="module")
def study():
    known = {"reattachment": REATTACHMENT, "upper_from": 4.855, "upper_to": 10.48}
    return measures.Study(channels.step, measures.step_numbers, known)


def test_a_coarse_grid_is_near(study):
    """Convection on 20 cells a height shortens the bubble by a tenth."""
    assert study.error(20, "reattachment") <= 0.12


@pytest.mark.nightly
def test_reattachment(study):
    assert study.extrapolated_error("reattachment", 20, 40) <= 0.01


@pytest.mark.nightly
def test_reattachment_and_upper_bubble_on_fine_grids(study):
    assert study.extrapolated_error("reattachment", 40, 80) <= 0.01
    assert study.extrapolated_error("upper_from", 40, 80) <= 0.01
    assert study.extrapolated_error("upper_to", 40, 80) <= 0.01
    assert study.observed("reattachment", 20, 40, 80).order >= 1.8


@pytest.mark.nightly
def test_table(study, capsys):
    with capsys.disabled():
        print("\n" + study.table("step, Re 800", [20, 40, 80]))
