"""Numbers of a file as reports show them: value with spread, status and source."""

from collections.abc import Mapping
from typing import Any

from hashheat.names import compact, in_words
from hashheat.thermo.quantity import Quantity


def assumption(key: str, q: Quantity, **use: Any) -> dict[str, Any]:
    """One row of the table of sources.

    Parameters
    ----------
    key : str
        Dotted key of the number.
    q : Quantity
    **use
        How the number was used, such as ``sampled`` or ``replaced``.

    Returns
    -------
    dict
        ``value`` [``unit``]; text, numbers and None only.
    """
    return {
        "key": key,
        "name": in_words(key),
        "value": q.nominal,
        "unit": q.unit,
        "uncertain": q.is_uncertain,
        **use,
        "text": spread_text(q),
        "status": q.status,
        "source": q.source,
        "note": q.note,
    }


def spread_text(q: Quantity) -> str:
    """Value and spread in field units, without where they come from."""
    return q.describe().split(" [", 1)[0]


def short_text(q: Quantity) -> str:
    """Value and spread as short as a table has room for: ``95 .. 115 °C``."""
    return compact(spread_text(q))


def listed_numbers(quantities: Mapping[str, Quantity]) -> list[dict[str, Any]]:
    """Rows of the table of sources for all numbers of a file, by their keys."""
    return [assumption(key, q) for key, q in quantities.items()]
