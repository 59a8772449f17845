"""What moves the hottest junction of a tank, or another result: the effect of each number's range."""

from collections.abc import Sequence

import numpy as np
import xarray as xr

from hashheat.components.tank_reduced import SENTENCE, ReducedTank
from hashheat.thermo.errors import InputError

#: Quantiles of a number at the ends of its range.
_ENDS = (0.05, 0.95)


def tank_sensitivity(reduced: ReducedTank, keys: Sequence[str] | None, of: str) -> xr.Dataset:
    """What the range of each number does to a result, all others nominal.

    Parameters
    ----------
    reduced : ReducedTank
    keys : sequence of str or None
        By dotted key; all uncertain ones that the reduced form can vary if None.
    of : str
        A result of :meth:`ReducedTank.evaluate`.

    Returns
    -------
    xarray.Dataset
        Over ``key``, largest effect first: ``lower`` and ``upper`` (5 and 95 % quantiles of the number,
        SI), the result there (``at_lower``, ``at_upper``), and ``effect``, its largest less its smallest with the
        nominal one.
        Attributes: ``result``, ``at_nominal``, ``reduced``, ``held``.

    Raises
    ------
    InputError
        For a key without a range, or one that it cannot vary, or a result that is none.
    """
    quantities = reduced.file.quantities()
    chosen = reduced.sampled if keys is None else list(keys)
    nominal = reduced.evaluate({})
    if of not in nominal or nominal[of].dtype.kind != "f":
        raise InputError("there is no such result", key="of", found=of, accepted=", ".join(map(str, nominal)))
    at = float(nominal[of][0])
    rows = []
    for key in chosen:
        if key not in quantities or not quantities[key].is_uncertain:
            raise InputError(
                "this number has no range",
                key=key,
                accepted=", ".join(reduced.sampled) or "a spread in the file",
            )
        ends = np.asarray(quantities[key].quantile(np.array(_ENDS)))
        low, high = (float(x) for x in reduced.evaluate({key: ends})[of].values)
        rows.append((key, float(ends[0]), float(ends[1]), low, high, max(low, high, at) - min(low, high, at)))
    rows.sort(key=lambda row: -row[-1])
    names = ("lower", "upper", "at_lower", "at_upper", "effect")
    columns = list(zip(*rows)) if rows else [()] * 6
    return xr.Dataset(
        {name: ("key", np.array(column, dtype=float)) for name, column in zip(names, columns[1:])},
        {"key": np.array(columns[0], dtype=str)},
        {"result": of, "at_nominal": at, "reduced": SENTENCE, "held": ", ".join(reduced.held)},
    )
