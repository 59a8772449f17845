"""Banks of round pins in cross-flow: film coefficient and friction, as scalar formulas.

Reynolds number on the pin's diameter and the velocity in the smallest free section; ``along`` and ``across``
are the pitches in the direction of the flow (row to row) and across it, over the diameter.
"""

import math

from hashheat.thermo.jit import kernel

#: Below this Reynolds number the film is carried on outside of its source.
RE_PINS = 40.0


@kernel
def nusselt_pins(staggered: bool, Re: float, Pr13: float, along: float, across: float) -> float:
    """Nusselt number of pins, mean over the bank: C1 sqrt(Re) Pr^(1/3).

    Parameters
    ----------
    staggered : bool
        Rows shifted by half a pitch, or in line.
    Re : float
        On the pin's diameter, in the smallest free section [-], >= 0.
    Pr13 : float
        Cube root of the Prandtl number [-].
    along, across : float
        Pitches over diameter [-], above 1.

    Returns
    -------
    float
        Nu = h d / k [-]; at rest that of conduction to the fluid between the pins.

    Notes
    -----
    Source: 40 <= Re <= 1000, pitches 1.25 to 3; agrees with measured banks within about 15 %. Below 40 the same
    law goes on until it meets conduction: uniform uptake in a ring of the fluid that belongs to a pin.

    References
    ----------
    W. A. Khan, J. R. Culham and M. M. Yovanovich, Int. J. Heat Mass Transfer 49 (2006) 4831-4838.
    """
    if staggered:
        C = 0.61 * across**0.091 * along**0.053 / (1.0 - 2.0 * math.exp(-1.09 * along))
    else:
        C = (0.25 + math.exp(-0.55 * along)) * across**0.285 * along**0.212
    Nu = C * math.sqrt(Re) * Pr13
    if Re >= RE_PINS:
        return Nu
    b = 4.0 * along * across / math.pi  # (radius of the ring / radius of the pin)^2
    gap = 0.5 * b * b * math.log(b) - 0.5 * b * (b - 1.0) - 0.25 * (b - 1.0) * (b - 1.0)
    rest = 2.0 * (b - 1.0) * (b - 1.0) / gap
    return max(Nu, min(rest, C * math.sqrt(RE_PINS) * Pr13))


@kernel
def friction_pins(staggered: bool, Re: float, along: float, across: float) -> float:
    """Loss coefficient of one row of pins: dp = zeta rho u^2 / 2, u in the smallest free section.

    Parameters
    ----------
    staggered, Re, along, across
        As in :func:`nusselt_pins`; Re above 0.

    Returns
    -------
    float
        zeta [-]; the laminar part goes as 1/Re.

    Notes
    -----
    1 <= Re <= 3e5, rows deep in a bank of more than ten, long tubes: what the end walls of short pins add is left
    out. +-35 %; below Re = 500, for staggered pitches of 2 and more, Zukauskas' chart stands up to twice as high.
    In creeping flow, below the source's range, up to 1.5 times the exact loss of a square array.

    References
    ----------
    E. S. Gaddis and V. Gnielinski, Int. Chem. Eng. 25 (1985) 1-15; VDI Heat Atlas, 2nd ed., 2010, section L1.4.
    Not read there: the constants are those of independent programs that cite its pages 1094 to 1096.
    """
    a, b = across, along
    laminar = 280.0 * math.pi * ((math.sqrt(b) - 0.6) ** 2 + 0.75) / (4.0 * a * b - math.pi)
    if staggered and b < 0.5 * math.sqrt(2.0 * a + 1.0):
        laminar /= math.sqrt(0.25 * a * a + b * b) ** 1.6
    else:
        laminar /= a**1.6
    laminar /= Re
    if staggered:
        turbulent = 2.5 + 1.2 / (a - 0.85) ** 1.08 + 0.4 * (b / a - 1.0) ** 3 - 0.01 * (a / b - 1.0) ** 3
        return laminar + turbulent * Re**-0.25 * (1.0 - math.exp(-(Re + 200.0) / 1000.0))
    crowding = max(0.0, 1.0 - 0.94 / b)
    turbulent = (0.22 + 1.2 * crowding**0.6 / (a - 0.85) ** 1.3) * 10.0 ** (0.47 * (b / a - 1.5))
    turbulent += 0.03 * (a - 1.0) * (b - 1.0)
    return laminar + turbulent * Re ** (-0.1 * b / a) * (1.0 - math.exp(-(Re + 1000.0) / 2000.0))
