"""Spreading of heat from a spot into a plate that is wider."""

import math

from hashheat.thermo.jit import kernel


@kernel
def spreading_resistance(
    footprint: float, section: float, thickness: float, conductivity: float, conductance: float
) -> float:
    """Mean of a heated spot above the mean of a plate's heated face, its other face cooled evenly.

    Parameters
    ----------
    footprint, section : float
        Of the spot and of the plate, as circles of the same areas [m^2].
    thickness, conductivity : float
        Of the plate [m], [W/(m K)].
    conductance : float
        From its other face [W/K], above 0.

    Returns
    -------
    float
        [K/W]; 0 for a spot as large as the plate. Within 10 % of the exact series.

    References
    ----------
    S. Lee, S. Song, V. Au and K. P. Moran, ASME/JSME Thermal Engineering Conf. 4 (1995) 199-206.
    """
    a, b = math.sqrt(footprint / math.pi), math.sqrt(section / math.pi)
    share = a / b
    if share >= 1.0:
        return 0.0
    biot = conductance / (math.pi * conductivity * b)
    root = math.pi + 1.0 / (math.sqrt(math.pi) * share)
    depth = math.tanh(root * thickness / b)
    face = (depth + root / biot) / (1.0 + root / biot * depth)
    return 0.5 * (1.0 - share) ** 1.5 * face / (conductivity * math.sqrt(footprint))
