"""Inputs that several tests of the serpentine solver share."""

import numpy as np
import pytest

from hashheat.solvers import serpentine as sp
from hashheat.solvers.duct_table import duct_laminar

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
