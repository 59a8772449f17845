"""Area of a plate heat exchanger beyond what a duty needs."""

from dataclasses import replace

import numpy as np
from scipy.optimize import brentq

from hashheat.components.exchanger_duty import Duty
from hashheat.components.plate_exchanger import PlateHeatExchanger
from hashheat.solvers import plate_rating as pr
from hashheat.solvers import plate_stack as ps

# Between a hundredth and a hundred times the area: what is needed beyond that has no meaning.
_LOG_BOUND = float(np.log(100.0))
_TOLERANCE = 1e-6


def oversurface(exchanger: PlateHeatExchanger, duty: Duty, *, clean: bool = False) -> float | None:
    """Area over the area that the duty needs, less 1.

    The area needed is that of the same exchanger with plates of another area: gaps, flows, velocities and film
    coefficients per area stay. It is found with the full solver, so that end channels, ports and passes count.

    Parameters
    ----------
    exchanger : PlateHeatExchanger
    duty : Duty
        Heat, flows and inlets; the outlets follow.
    clean : bool
        Without the fouling resistances of the exchanger.

    Returns
    -------
    float or None
        [-]; negative where area is missing, None where a hundred times the area would not do, or where a
        hundredth is already enough.
    """
    given = exchanger.reaching(min(duty.T_in), max(duty.T_in))
    given = replace(given, fouling=(0.0, 0.0)) if clean else given
    rows = given.cases(*(np.array([x]) for x in (*duty.mass_flow, *duty.T_in)))

    def lacking(log_factor: float) -> float:
        rows[0, ps.AREA_FACTOR] = np.exp(log_factor)
        out, status = given.rate_rows(rows, tolerance=_TOLERANCE)
        if status[0] != 0:
            raise ArithmeticError
        return float(out[0, pr.HEAT_1] / duty.heat_rate - 1.0)

    try:
        low, high = -0.5, 0.5
        while lacking(low) > 0.0:
            high, low = low, 2.0 * low
            if low < -_LOG_BOUND:
                return None
        while lacking(high) < 0.0:
            low, high = high, 2.0 * high
            if high > _LOG_BOUND:
                return None
        return float(np.exp(-brentq(lacking, low, high, xtol=1e-7)) - 1.0)
    except ArithmeticError:
        return None
