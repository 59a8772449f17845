"""The table of a duct with mean Nusselt numbers from the inlet in place of local ones."""

import math

import numpy as np

from hashheat.solvers.duct_table import DuctLaminar


def duct_mean(duct: DuctLaminar) -> DuctLaminar:
    """Mean of the local Nusselt number from the inlet to x*, as a table for the same kernels.

    Parameters
    ----------
    duct : DuctLaminar
        Of local values, from :func:`hashheat.solvers.duct_table.duct_laminar`.

    Returns
    -------
    DuctLaminar
        ``nusselt_laminar`` reads (1/x*) times the integral of Nu from 0 to x* in it. At the end of the table,
        x* = 100, it goes over to the developed value, which it has reached within about 1e-3.

    Notes
    -----
    Below the table Leveque's law a x^(-1/3) - b has the mean 1.5 a x^(-1/3) - b, which is of the same form.
    Between points the table is a power of x*, whose integral is exact.
    """
    ln_Nu = np.asarray(duct.ln_Nu)
    step = 1.0 / duct.inv_dln_x
    start = math.exp(ln_Nu[0])
    # As in nusselt_laminar: the constant beside Leveque's power from value and slope at the start.
    offset = start * (3.0 * (ln_Nu[0] - ln_Nu[1]) * duct.inv_dln_x - 1.0)
    x = np.exp(duct.ln_x0 + step * np.arange(ln_Nu.size))
    power = np.diff(ln_Nu) * duct.inv_dln_x + 1.0
    pieces = np.exp(ln_Nu[:-1]) * x[:-1] * np.expm1(power * step) / power
    first = x[0] * (1.5 * (start + offset) - offset)
    mean = (first + np.concatenate([[0.0], np.cumsum(pieces)])) / x
    mean[-1] = duct.Nu_inf
    return duct._replace(ln_Nu=np.log(mean))
