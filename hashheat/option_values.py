"""Numbers and coolants that options of the command line carry."""

import math

from hashheat.thermo.errors import InputError
from hashheat.thermo.fluid import Fluid
from hashheat.thermo.units import to_si


def positive(text: str, unit: str, *, key: str) -> float:
    """Number above 0 with a unit.

    Parameters
    ----------
    text : str
        As given, such as ``"3 L/min"``.
    unit : str
        SI unit.
    key : str
        The option as errors name it.

    Returns
    -------
    float
        [unit]

    Raises
    ------
    InputError
        For text that is no number with a unit of this kind, or a number that is not above 0 and finite.
    """
    return check_positive(to_si(text, unit, key=key), key=key, found=text)


def check_positive(value: float, *, key: str, found: str) -> float:
    """Return a number of an option unless it is not above 0 and finite.

    Parameters
    ----------
    value : float
    key : str
        The option as errors name it.
    found : str
        As it was given.

    Returns
    -------
    float
        The value.

    Raises
    ------
    InputError
        Naming the option and what was found.
    """
    if not 0.0 < value < math.inf:
        raise InputError("must be positive", key=key, found=found, accepted="more than 0, finite")
    return value


def coolant(fluid: str, pressure: str) -> tuple[Fluid, float]:
    """Coolant and its pressure, as ``--fluid`` and ``--pressure`` give them.

    Parameters
    ----------
    fluid, pressure : str
        Such as ``"water"`` and ``"3 bar"``.

    Returns
    -------
    Fluid
    float
        [Pa]

    Raises
    ------
    InputError
        Naming the option.
    """
    value = positive(pressure, "Pa", key="--pressure")
    try:
        return Fluid.parse(fluid), value
    except InputError as error:
        raise error.within(key="--fluid") from None
