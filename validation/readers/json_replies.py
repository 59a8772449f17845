"""Replies in JSON, one or many, from bytes of any kind: one object, a list, or one object after the other."""

import json
import math
import re
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from hashheat.thermo.errors import FieldDataError, InputError

_BLANKS = re.compile(r"[ \t\r\n\0]*")

_BEGINNING = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:\{|\[\s*[\[{\]])")

P = ParamSpec("P")
R = TypeVar("R")


def only_field_errors(reader: Callable[P, R]) -> Callable[P, R]:
    """Let a reader raise :class:`FieldDataError` and nothing else for what it is given."""

    @wraps(reader)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return reader(*args, **kwargs)
        except FieldDataError:
            raise
        except InputError as error:
            raise FieldDataError(
                error.problem, file=error.file, key=error.key, found=error.found, accepted=error.accepted
            ) from None
        except RecursionError:
            raise FieldDataError("the data are nested too deeply") from None
        except MemoryError:
            raise FieldDataError("the data do not fit into memory") from None

    return guarded


def looks_like_json(data: bytes) -> bool:
    """Whether bytes begin as an object or a list of objects does; a line of a log may begin with ``[2026-``."""
    return _BEGINNING.match(data) is not None


def as_text(data: bytes | str) -> str:
    """Text of UTF-8 bytes, without the mark of their order.

    Raises
    ------
    FieldDataError
        Naming the place of the first byte that is not UTF-8.
    """
    if isinstance(data, str):
        return data.removeprefix("\ufeff")
    try:
        return bytes(data).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FieldDataError(
            "the text is not UTF-8", found=f"byte {data[error.start]:#04x} at {error.start}", accepted="UTF-8"
        ) from None


def json_replies(data: bytes | str) -> list[dict[str, Any]]:
    """Objects in JSON text, in order.

    Parameters
    ----------
    data : bytes or str
        One object, a list of objects, or objects one after the other with blanks or NUL between them (JSON
        Lines). NUL is what cgminer ends its replies with.

    Raises
    ------
    FieldDataError
        If it is not JSON, is cut off, or holds something else than objects.
    RecursionError
        If it is nested too deeply; :func:`only_field_errors` turns it into the documented one.
    """
    text = as_text(data)
    decoder = json.JSONDecoder()
    found: list[Any] = []
    place = 0
    try:
        while True:
            place = _BLANKS.match(text, place).end()  # type: ignore[union-attr]
            if place >= len(text):
                break
            value, place = decoder.raw_decode(text, place)
            found.extend(value if isinstance(value, list) else [value])
    except ValueError as error:
        raise FieldDataError("this is not JSON", found=str(error)[:200], accepted="JSON objects") from None
    if not found or not all(isinstance(value, dict) for value in found):
        raise FieldDataError("no JSON object", accepted="an object, a list of objects, or objects in lines")
    return found


def child(value: Any, *path: str | int) -> Any:
    """What stands at a path of keys and places in nested objects and lists; None where nothing does."""
    for step in path:
        if isinstance(step, str) and isinstance(value, dict):
            value = value.get(step)
        elif isinstance(step, int) and isinstance(value, list) and step < len(value):
            value = value[step]
        else:
            return None
    return value


def objects(value: Any) -> list[dict[str, Any]]:
    """Objects of a list; empty where it is no list."""
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def as_number(value: Any) -> float | None:
    """Float of a number or of text that holds one; infinite where it is too large; None where it is neither."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        number = float(value)
    except OverflowError:
        return math.inf
    except ValueError:
        return None
    return math.inf if math.isnan(number) else number
