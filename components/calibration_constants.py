"""The free constants of an exchanger's correlation: present values, ranges, and an exchanger with others."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from hashheat.components.chevron_correlations import CORRELATIONS, correlation
from hashheat.components.errors import CalibrationError
from hashheat.components.free_constant import Constant
from hashheat.components.plate_exchanger import PlateHeatExchanger
from hashheat.components.reading import read

FACTORS = ("Nu_factor", "f_factor")

#: Constants that may be negative, with their weak standard deviation; all others are positive.
_LINEAR = {"m": 0.3, "n": 0.3, "viscosity_exponent": 0.3}
#: Weak standard deviation of the logarithm of an exponent; of all others 1, a factor of e.
_EXPONENTS = {"exponent": 0.5}


def present_constants(exchanger: PlateHeatExchanger) -> dict[str, float]:
    """All constants that may be freed, with the values the exchanger has now.

    Parameters
    ----------
    exchanger : PlateHeatExchanger

    Returns
    -------
    dict of str to float
        Those of its correlation and of the friction taken with it; ``Nu_factor`` and ``f_factor`` are the
        factors of the exchanger (or its plate file), of both sides.

    Raises
    ------
    CalibrationError
        If the two sides have different factors.
    """
    own = exchanger.plate.correlation
    given, friction = exchanger.law_constants, exchanger.friction_name
    record = correlation(exchanger.law_name)
    taken = CORRELATIONS[record.friction] if friction is None else correlation(friction)
    merged = {**taken.friction_constants, **record.constants, **given}
    found = {key: float(value) for key, value in merged.items() if value is not None and key not in FACTORS}
    pairs = (exchanger.nusselt_factor, exchanger.friction_factor)
    for key, pair, quantity in zip(FACTORS, pairs, (own.Nu_factor, own.f_factor)):
        if pair is not None and pair[0] != pair[1]:
            raise CalibrationError(
                "the two sides have different factors, the fit has one for both",
                key=key,
                found=repr(pair),
                accepted="equal factors",
            )
        found[key] = quantity.nominal if pair is None else float(pair[0])
    return found


def with_constants(exchanger: PlateHeatExchanger, values: Mapping[str, float]) -> PlateHeatExchanger:
    """Give an exchanger other constants, and leave the rest as it is.

    Parameters
    ----------
    exchanger : PlateHeatExchanger
    values : mapping
        Keys of :func:`present_constants`.

    Returns
    -------
    PlateHeatExchanger
    """
    changes: dict[str, Any] = {}
    if "Nu_factor" in values:
        changes["nusselt_factor"] = (values["Nu_factor"],) * 2
    if "f_factor" in values:
        changes["friction_factor"] = (values["f_factor"],) * 2
    of_law = {key: value for key, value in values.items() if key not in FACTORS}
    if of_law:
        own = exchanger.plate.correlation
        from_file = exchanger.constants is None and exchanger.correlation is None
        changes["constants"] = {**((own.constants if from_file else exchanger.constants) or {}), **of_law}
    return replace(exchanger, **changes)


def free_constants(
    exchanger: PlateHeatExchanger,
    free: Sequence[str],
    priors: Mapping[str, tuple[float, float]] | None,
) -> tuple[Constant, ...]:
    """Constants to be fitted, with their priors.

    Raises
    ------
    CalibrationError
        For a constant that the correlation does not have, one named twice, or a prior that cannot be.
    """
    present = present_constants(exchanger)
    if isinstance(free, str) or not free or len(set(free)) != len(tuple(free)):
        raise CalibrationError(
            "names of constants are needed, each once",
            key="free",
            found=repr(free),
            accepted=", ".join(present),
        )
    for key in (*free, *(priors or {})):
        if key not in present or (key not in free):
            problem = (
                "has a prior but is not free"
                if key in present
                else f"the correlation {exchanger.law_name!r} has no such constant"
            )
            raise CalibrationError(problem, key=key, accepted=", ".join(present if key in free else free))
    found = []
    for key in free:
        logarithmic = key not in _LINEAR
        if logarithmic and present[key] <= 0.0:
            raise CalibrationError("cannot be fitted from 0", key=key, accepted="a start above 0")
        weak = _LINEAR.get(key, _EXPONENTS.get(key, 1.0))
        start = math.log(present[key]) if logarithmic else present[key]
        mean, width = start, weak
        if priors and key in priors:
            value, sigma = read(f"prior of {key}", priors[key])
            if sigma <= 0.0 or (logarithmic and value <= 0.0):
                raise CalibrationError(
                    "a prior is a value and a standard deviation, both above 0",
                    key=key,
                    found=repr(priors[key]),
                )
            start = mean = math.log(value) if logarithmic else value
            width = sigma / value if logarithmic else sigma
        found.append(Constant(key, logarithmic, start, mean, width, weak, bool(priors and key in priors)))
    return tuple(found)
