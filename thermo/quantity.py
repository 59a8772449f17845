"""A number with its unit, its doubt, and where it comes from."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, ndtri

from hashheat.thermo.errors import InputError
from hashheat.thermo.property_fit import Array
from hashheat.thermo.units import accepted_form, show, split_number, to_si

#: Where a number can come from; ``chosen`` marks a decision of the designer or operator, ``remembered`` what a
#: document is remembered to say that could not be read again.
STATUSES = ("measured", "datasheet", "literature", "calibrated", "assumed", "chosen", "remembered")
_NEEDS_SOURCE = ("measured", "datasheet", "literature", "calibrated", "remembered")
_KEYS = ("value", "status", "source", "note")


@dataclass(frozen=True)
class Quantity:
    """A number in SI, exact or with a probability distribution, with its provenance.

    Parameters
    ----------
    value : float
        Nominal value [unit]; the mode of a normal, the middle of a uniform distribution.
    unit : str
        SI unit, as in :func:`hashheat.thermo.units.to_si`.
    spread : {"none", "normal", "uniform"}
        Kind of distribution.
    sigma : float
        Standard deviation of the normal distribution before truncation [unit, kelvin for temperatures].
    lower, upper : float
        Support: ends of the uniform distribution, or where the normal one is truncated [unit].
    status : str
        One of :data:`STATUSES`.
    source, note : str
        Where the number stands; a remark.
    """

    value: float
    unit: str
    spread: str = "none"
    sigma: float = 0.0
    lower: float = -np.inf
    upper: float = np.inf
    status: str = "chosen"
    source: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        if not np.isfinite(self.value):
            raise InputError("A quantity must be finite.", found=self.value)
        if self.status not in STATUSES:
            raise InputError("Unknown status.", found=self.status, accepted=", ".join(STATUSES))
        if self.spread not in ("none", "normal", "uniform"):
            raise InputError("Unknown spread.", found=self.spread, accepted="none, normal, uniform")
        if self.spread == "normal" and not (self.sigma > 0 and np.isfinite(self.sigma)):
            raise InputError("A standard deviation must be positive.", found=self.sigma)
        if not self.lower <= self.value <= self.upper:
            raise InputError(
                "The nominal value lies outside its bounds.",
                found=show(self.value, self.unit),
                accepted=f"{show(self.lower, self.unit)} to {show(self.upper, self.unit)}",
            )
        if self.spread == "uniform" and not (self.upper - self.lower < np.inf and self.lower < self.upper):
            raise InputError("A range needs two finite ends in rising order.", found=self.describe())

    @classmethod
    def parse(
        cls,
        spec: str | float | Mapping[str, Any],
        unit: str,
        key: str | None = None,
        file: str | None = None,
        *,
        minimum: float | None = None,
        maximum: float | None = None,
        positive: bool = False,
    ) -> "Quantity":
        """Read a quantity as it stands in a device or plant file.

        Parameters
        ----------
        spec : str, float or mapping
            ``"1.2 K/W"``; ``"1.2 +/- 0.3 K/W"`` (normal, standard deviation 0.3);
            ``"1.2 K/W +/- 10 %"`` (normal, of the value); ``"0.8 .. 1.6 K/W"`` (uniform); a bare number where
            unit is ``"1"``; or a table with ``value`` (any of these) and ``status``, ``source``, ``note``.
            Text alone has the status ``chosen``. A table must state its status, and its source too where the
            status claims one (measured, datasheet, literature, calibrated, remembered).
        unit : str
            SI unit wanted, as in :func:`hashheat.thermo.units.to_si`.
        key, file : str, optional
            Where it stands, for error messages.
        minimum, maximum : float, optional
            Physical bounds, inclusive [unit]. A nominal value or an end of a range outside them is refused; a
            normal distribution is truncated there (its density is rescaled, nothing piles up at the bound).
        positive : bool
            As ``minimum=0`` with zero itself refused.

        Returns
        -------
        Quantity

        Raises
        ------
        InputError
            For anything that cannot be read or lies outside the bounds.
        """
        provenance = {"status": "chosen", "source": "", "note": ""}
        if isinstance(spec, Mapping):
            provenance.update(_provenance(spec, key, file))
            spec = spec["value"]
        lowest = -np.inf if minimum is None else float(minimum)
        highest = np.inf if maximum is None else float(maximum)
        if positive:
            lowest = max(lowest, 0.0)
        try:
            quantity = _read(spec, unit)
            ends = (quantity.value,) if quantity.spread != "uniform" else (quantity.lower, quantity.upper)
            for end in ends:
                _check_bounds(end, unit, lowest, highest, positive)
            if quantity.spread == "normal":
                quantity = replace(quantity, lower=lowest, upper=highest)
            return replace(
                quantity,
                status=provenance["status"],
                source=provenance["source"],
                note=provenance["note"],
            )
        except InputError as error:
            if error.found is None:
                error.found = repr(spec)
            raise error.within(file=file, key=key) from None

    @property
    def nominal(self) -> float:
        """The value a run without sampling uses [unit]."""
        return self.value

    @property
    def is_uncertain(self) -> bool:
        """Whether the quantity has a distribution."""
        return self.spread != "none"

    def quantile(self, u: ArrayLike) -> Array:
        """Quantile function, for sampling: maps uniform numbers onto the distribution.

        Parameters
        ----------
        u : array
            Probabilities, strictly between 0 and 1.

        Returns
        -------
        array
            Values [unit], same shape; rising with u; the nominal value throughout for an exact quantity.

        Raises
        ------
        InputError
            For a u outside (0, 1).
        """
        p = np.asarray(u, dtype=float)
        if not np.all((p > 0) & (p < 1)):
            raise InputError("A probability must lie strictly between 0 and 1.", found=repr(u))
        if self.spread == "none":
            return np.full(p.shape, self.value)
        if self.spread == "uniform":
            return self.lower + p * (self.upper - self.lower)
        # The mean lies inside the bounds, so both masses below are at their accurate end of ndtr.
        mass_below = ndtr((self.lower - self.value) / self.sigma)
        mass_above = ndtr((self.value - self.upper) / self.sigma)
        inside = 1.0 - mass_below - mass_above
        # Each half is taken from its own tail: 1 - p would lose the far end to rounding.
        z = np.where(
            mass_below + p * inside < 0.5,
            ndtri(np.minimum(mass_below + p * inside, 0.5)),
            -ndtri(np.minimum(mass_above + (1.0 - p) * inside, 0.5)),
        )
        # Only rounding can carry a value past its bound; the truncation itself is in the masses.
        result: Array = np.clip(self.value + self.sigma * z, self.lower, self.upper)
        return result

    def describe(self) -> str:
        """Text in field units with the spread and the provenance, on one line."""
        if self.spread == "uniform":
            text = f"{show(self.lower, self.unit)} .. {show(self.upper, self.unit)} (uniform)"
        elif self.spread == "normal":
            step = "delta_K" if self.unit == "K" else self.unit
            text = f"{show(self.value, self.unit)} +/- {show(self.sigma, step)} (normal)"
        else:
            text = show(self.value, self.unit)
        origin = f"{self.status}: {self.source}" if self.source else self.status
        return f"{text} [{origin}]" + (f" {self.note}" if self.note else "")


def _provenance(spec: Mapping[str, Any], key: str | None, file: str | None) -> dict[str, str]:
    def refuse(problem: str, found: object, accepted: str) -> InputError:
        return InputError(problem, file=file, key=key, found=found, accepted=accepted)

    unknown = [name for name in spec if name not in _KEYS]
    if unknown:
        raise refuse("Unknown entry in a quantity.", ", ".join(map(str, unknown)), ", ".join(_KEYS))
    if "value" not in spec:
        raise refuse("A quantity needs its value.", dict(spec), "a table with 'value' and 'status'")
    status = spec.get("status")
    if status not in STATUSES:
        raise refuse("A quantity must say where it comes from.", status or "no status", ", ".join(STATUSES))
    texts = {name: spec.get(name, "") for name in ("source", "note")}
    for name, text in texts.items():
        if not isinstance(text, str):
            raise refuse(f"'{name}' must be text.", repr(text), "text")
    if status in _NEEDS_SOURCE and not texts["source"].strip():
        raise refuse(
            f"A value with status '{status}' must name its source.",
            "no source",
            "source = \"...\", or status = 'assumed'",
        )
    return {"status": status, **texts}


def _read(spec: Any, unit: str) -> Quantity:
    if not isinstance(spec, str):
        return Quantity(to_si(spec, unit), unit)
    text = spec.replace("±", "+/-")
    parts = re.split(r"\s*\+/-\s*", text)
    if len(parts) == 2:
        return _read_normal(parts[0], parts[1], spec, unit)
    ends = re.split(r"\s*(?<!\.)\.\.(?!\.)\s*", text)
    if len(ends) == 2:
        lower, upper = (to_si(end, unit) for end in _share_unit(*ends))
        if not lower < upper:
            raise InputError(
                "A range must rise.",
                found=repr(spec),
                accepted=f"the lower end first: {show(upper, unit)} .. {show(lower, unit)}"
                if upper < lower
                else "two different ends, or a single value",
            )
        return Quantity(0.5 * (lower + upper), unit, "uniform", lower=lower, upper=upper)
    if len(parts) > 2 or len(ends) > 2:
        raise InputError(
            "This has too many parts.",
            found=repr(spec),
            accepted=f"{accepted_form(unit)}; with a spread as '1.2 +/- 0.3 K/W' or '0.8 .. 1.6 K/W'",
        )
    return Quantity(to_si(text, unit), unit)


def _share_unit(first: str, second: str) -> tuple[str, str]:
    """Give the first number the unit of the second where it has none of its own."""
    a, b = split_number(first), split_number(second)
    if a is not None and b is not None and not a[1] and b[1]:
        return f"{first.strip()} {b[1]}", second
    return first, second


def _read_normal(middle: str, deviation: str, spec: str, unit: str) -> Quantity:
    a, b = split_number(middle), split_number(deviation)
    relative = a is not None and b is not None and bool(a[1]) and b[1] == "%" and a[1] != "%" and unit != "1"
    middle, deviation = _share_unit(middle, deviation)
    value = to_si(middle, unit)
    if relative:
        if unit == "K":
            raise InputError(
                "A spread in percent means nothing for a temperature.",
                found=repr(spec),
                accepted="the spread in kelvin, such as '45 degC +/- 2 K'",
            )
        sigma = abs(value) * to_si(deviation, "1")
    elif unit in ("K", "delta_K"):
        # After +/- a degree is always a difference.
        sigma = to_si(re.sub(r"(?<!delta_)(?:deg|°)([CF])\b", r"delta_deg\1", deviation), "delta_K")
    else:
        sigma = to_si(deviation, unit)
    if not sigma > 0:
        raise InputError("A standard deviation must be positive.", found=repr(spec))
    return Quantity(value, unit, "normal", sigma=sigma)


def _check_bounds(value: float, unit: str, lowest: float, highest: float, positive: bool) -> None:
    if lowest <= value <= highest and not (positive and value <= 0):
        return
    limits = []
    if positive and lowest <= 0:
        limits.append("more than 0")
    elif lowest > -np.inf:
        limits.append(f"at least {show(lowest, unit)}")
    if highest < np.inf:
        limits.append(f"at most {show(highest, unit)}")
    raise InputError(f"{show(value, unit)} is outside the possible range.", accepted=" and ".join(limits))
