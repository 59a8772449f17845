"""Inputs that several tests of the solvers share."""

import csv
from pathlib import Path

import numpy as np
import pytest

from hashheat.solvers import serpentine as sp
from hashheat.solvers.duct_table import duct_laminar

_P_NTU = Path(__file__).resolve().parents[2].parent / "shared" / "reference" / "phe" / "p_ntu_reference.csv"
_CORRELATIONS = (
    Path(__file__).resolve().parents[2].parent / "shared/reference/immersion/correlation_checks.csv"
)
_ENDS_NAMED_OVERALL = {(1, 3), (3, 1)}
_BOARD = {
    "T_IN": 343.15,
    "MASS_FLOW": 0.163 / 4,
    "HYDRAULIC_DIAMETER": 4 * 40e-6 / 26e-3,
    "FLOW_AREA": 40e-6,
    "HEATED_PERIMETER": 26e-3,
    "PASS_LENGTH": 0.42,
    "WALL_CONDUCTANCE": 180 * (0.04 * 0.01 - 40e-6),
    "CROSS_CONDUCTANCE": 36.0,
    "CHIP_RESISTANCE": 0.75,
    "P_DYNAMIC": 11.3,
    "P_LEAK": 0.6,
    "T_LEAK": 348.0,
    "LEAK_SCALE": 36.0,
    "LOSS": 0.2,
    "T_AMBIENT": 293.0,
    "NUSSELT_FACTOR": 1.0,
    "FIXED_HTC": 0.0,
    "ROUGHNESS": 0.0,
    "BEND_RATIO": 2.0,
    "PORT_LOSS": 1.0,
    "FOULING": 0.0,
}


@pytest.fixture(scope="session")
def board():
    """Function that makes n input columns: a board of 160 chips with the named rows replaced."""

    def make(n=1, **rows):
        cases = np.empty((sp.N_INPUTS, n))
        for name, value in (_BOARD | rows).items():
            cases[getattr(sp, name)] = value
        return cases

    return make


@pytest.fixture(scope="session")
def duct():
    return duct_laminar("rectangle", 0.625)


@pytest.fixture(scope="session")
def ht_options():
    """Function that gives the options of ht's arrangements as ours: its "overall" names the ends of the 1-3."""

    def options(passes, overall, first):
        if passes in _ENDS_NAMED_OVERALL:
            return {"first_counter": overall and first}
        return {"overall_counter": overall, "first_counter": first}

    return options


@pytest.fixture(scope="session")
def check_values():
    """Rows of the check values of correlations whose name begins in a certain way."""
    if not _CORRELATIONS.is_file():
        pytest.skip("the check values are not beside the repository (shared/reference/immersion)")
    with _CORRELATIONS.open(encoding="utf-8", newline="") as file:
        every = list(csv.DictReader(file))

    def rows(correlation=""):
        found = [row for row in every if row["correlation"].startswith(correlation)]
        assert found
        return found

    return rows


@pytest.fixture(scope="session")
def p_ntu_rows(ht_options):
    """Rows of the P-NTU table: the row itself, NTU, R, passes, and the options of the arrangement."""
    if not _P_NTU.is_file():
        pytest.skip("the P-NTU table is not beside the repository (shared/reference/phe)")
    found = []
    with _P_NTU.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            passes = int(row["Np1"]), int(row["Np2"])
            flags = row["overall_counterflow"] == "True", row["passes_counterflow"] == "True"
            found.append((row, float(row["NTU1"]), float(row["R1"]), passes, ht_options(passes, *flags)))
    return found


#: Cases of the flow suite that the solver does not reach yet, and why; each is to become an ordinary test.
UNMET = {
    "test_flow_step.py::test_reattachment_and_upper_bubble_on_fine_grids": "the upper bubble starts 1.01 % early",
}


def pytest_collection_modifyitems(items):
    for item in items:
        for name, reason in UNMET.items():
            if name in item.nodeid:
                # Steps in time towards what is not reached take minutes: the nightly run tries them.
                nightly = item.get_closest_marker("nightly") is not None
                item.add_marker(pytest.mark.xfail(reason=reason, strict=False, run=nightly))
