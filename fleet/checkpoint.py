"""State of a run as named arrays, so that it can be stored and read without running anything that is stored."""

from typing import Any

import numpy as np

from hashheat.thermo.errors import HashheatError


class CheckpointError(HashheatError):
    """A stored state that does not fit the plant."""


def flatten(value: Any, name: str = "state") -> dict[str, np.ndarray]:
    """Numbers and arrays of nested tuples, lists and mappings, by their place.

    Parameters
    ----------
    value : Any
        Tuples (named or not), lists, mappings with text keys, arrays, numbers, None.
    name : str
        First part of every name.

    Returns
    -------
    dict of str to array
    """
    if value is None:
        return {}
    if isinstance(value, dict):
        items = [(str(key), each) for key, each in value.items()]
    elif isinstance(value, tuple | list):
        items = [(str(i), each) for i, each in enumerate(value)]
    else:
        return {name: np.asarray(value)}
    found: dict[str, np.ndarray] = {}
    for key, each in items:
        found |= flatten(each, f"{name}.{key}")
    return found


def rebuild(template: Any, arrays: dict[str, np.ndarray], name: str = "state") -> Any:
    """The value that :func:`flatten` took apart.

    Parameters
    ----------
    template : Any
        A value of the same structure: its tuples and kinds of numbers are taken, arrays may have other lengths.
    arrays : dict
        Of :func:`flatten`.
    name : str

    Raises
    ------
    CheckpointError
        For a place that is not stored.
    """
    if template is None:
        return None
    if isinstance(template, dict):
        return {key: rebuild(each, arrays, f"{name}.{key}") for key, each in template.items()}
    if isinstance(template, tuple | list):
        parts = [rebuild(each, arrays, f"{name}.{i}") for i, each in enumerate(template)]
        return type(template)(*parts) if hasattr(template, "_fields") else type(template)(parts)
    if name not in arrays:
        raise CheckpointError(f"the stored state has no {name}: it is that of another plant")
    stored = arrays[name]
    if isinstance(template, np.ndarray):
        return np.array(stored, dtype=template.dtype)
    return type(template)(stored.item())
