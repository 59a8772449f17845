"""Aquasar: hot-water-cooled processors, 15 K above their water at 30 and at 60 °C.

Measured (S. Zimmermann et al., Energy 43 (2012) 237-245, text): full-load chips 15 K above the coolant, 45 °C at
30 °C water and 75 °C on average at 60 °C; power +7 +- 1 % for water from 30 to 60 °C; sensors good to 0.1 K.

What can be tested: with the chip's resistance fitted at 30 °C, whether the model keeps the 15 K at 60 °C, where
leakage adds heat and warmer water cools better. What is an input: the leakage, fitted to the +7 % as a share of
4.07 % at 45 °C growing e-fold in 30 K, and how the resistance divides between film and solid, which the paper's
text does not give. The measured numbers are those of the case ``aquasar``.
"""

from typing import NamedTuple

import numpy as np
from scipy.optimize import brentq

from hashheat.solvers import serpentine as sp
from hashheat.solvers.duct_table import duct_laminar
from hashheat.thermo.fluid import Fluid

COLD_WATER, HOT_WATER = 303.15, 333.15  # K
LEAKAGE_SHARE, LEAKAGE_SCALE = 0.0407, 30.0  # fitted to the power rise

_POWER = 90.0  # W a chip at the cold state; only ratios matter here
_CELLS = 16


class Prediction(NamedTuple):
    """What the model gives at 60 °C water after the fit at 30 °C.

    Parameters
    ----------
    rise : float
        Chip above inlet water [K]; measured 15 K.
    power_ratio : float
        Chip power over that at 30 °C water [-]; measured 1.07 +- 0.01.
    resistance : float
        Fitted resistance from junction to channel wall [K/W].
    """

    rise: float
    power_ratio: float
    resistance: float


def predict(
    film_share: float,
    chip_rise: float,
    *,
    leakage_share: float = LEAKAGE_SHARE,
    cells: int = _CELLS,
) -> Prediction:
    """Fit the chip's resistance at 30 °C water and predict 60 °C.

    Parameters
    ----------
    film_share : float
        Share of the 15 K that lies between channel wall and water at 30 °C [-], 0.05 to 0.9: not published,
        about a half in a silicon or copper micro-channel cooler.
    chip_rise : float
        Chip above water at 30 °C water, to which the resistance is fitted [K].
    leakage_share : float
        Of the chip's power at that state [-].
    cells : int
        Along the channel.

    Returns
    -------
    Prediction
    """
    table = Fluid.parse("water").table(2e5)
    duct = duct_laminar("rectangle", 0.25)
    layout = sp.path_layout(1, cells, np.full(cells, 1.0 / cells), redevelops=True)
    cases = np.zeros((sp.N_INPUTS, 2))
    cases[sp.T_IN] = COLD_WATER, HOT_WATER
    # A water flow so large that its own rise is nothing: the paper's 15 K are chip minus coolant.
    cases[sp.MASS_FLOW] = 1.0
    cases[sp.HYDRAULIC_DIAMETER] = 1e-3
    # Thousands of parallel channels of that diameter: laminar flow at this mass flow.
    cases[sp.FLOW_AREA] = 2.0
    cases[sp.PASS_LENGTH] = 0.05
    cases[sp.T_AMBIENT] = 293.15
    cases[sp.NUSSELT_FACTOR] = 1.0
    cases[sp.BEND_RATIO] = 1.0
    cases[sp.LEAK_SCALE] = LEAKAGE_SCALE
    cases[sp.T_LEAK] = COLD_WATER + chip_rise
    cases[sp.P_LEAK] = leakage_share * _POWER
    cases[sp.P_DYNAMIC] = (1.0 - leakage_share) * _POWER

    def solve(perimeter: float, resistance: float) -> np.ndarray:
        cases[sp.HEATED_PERIMETER] = perimeter
        cases[sp.CHIP_RESISTANCE] = resistance
        out, fields = sp.solve_serpentine(cases, layout, table, duct, with_fields=True, parallel=False)
        junction = fields[:, sp.FIELD_T_JUNCTION].mean(axis=0) - cases[sp.T_IN]
        wall = fields[:, sp.FIELD_T_WALL].mean(axis=0) - cases[sp.T_IN]
        return np.array([*junction, *wall, *out[sp.CHIP_POWER]])

    def film_misfit(ln_perimeter: float) -> float:
        return float(solve(np.exp(ln_perimeter), 0.0)[2] - film_share * chip_rise)

    perimeter = float(np.exp(brentq(film_misfit, np.log(1e-3), np.log(1e3), xtol=1e-10)))
    resistance = float(
        brentq(lambda r: solve(perimeter, r)[0] - chip_rise, 0.0, 2.0 * chip_rise / _POWER, xtol=1e-10)
    )
    found = solve(perimeter, resistance)
    return Prediction(float(found[1]), float(found[5] / found[4]), resistance)
