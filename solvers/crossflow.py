"""Effectiveness of a cross-flow exchanger with both fluids unmixed, exact."""

import math

from hashheat.thermo.jit import kernel


@kernel
def crossflow_effectiveness(NTU, R):
    """Effectiveness of pure cross-flow, both fluids unmixed, for the smaller capacity flow.

    ``1/(R NTU) sum over n of [1 - e^-NTU sum_(m<=n) NTU^m/m!] [1 - e^-(R NTU) sum_(m<=n) (R NTU)^m/m!]``

    Parameters
    ----------
    NTU : float
        UA over the smaller capacity flow [-]; at most 600, where exp(-NTU) is still a number.
    R : float
        Smaller over larger capacity flow, 0 to 1 [-].

    Returns
    -------
    float
        Effectiveness [-], to about 1e-13.

    References
    ----------
    J. Mason, Heat transfer in crossflow, Proc. 2nd US National Congress of Applied Mechanics, 1955, p. 801;
    quoted in R. Shah, D. Sekulic, Fundamentals of Heat Exchanger Design, 2003, table 3.6.
    """
    if NTU <= 0.0:
        return 0.0
    x, y = NTU, R * NTU
    if y < 1e-12:
        return -math.expm1(-x)
    term_x, term_y = math.exp(-x), math.exp(-y)
    rest_x, rest_y = -math.expm1(-x), -math.expm1(-y)
    total = 0.0
    n = 0
    while True:
        part = rest_x * rest_y
        total += part
        n += 1
        term_x *= x / n
        term_y *= y / n
        rest_x = max(rest_x - term_x, 0.0)
        rest_y = max(rest_y - term_y, 0.0)
        if part <= 1e-16 * total:
            return total / y
