"""Canaan Avalon: replies to ``estats``, ``stats`` and ``litestats``, as text or JSON, in both layouts.

Classic: ``MM ID0`` holds ``KEY[values] KEY[values] ...`` with the boards' numbers behind the keys. Newer:
``MM ID0:Summary`` holds the same in braces, and ``HBinfo`` one block ``'HBn':{...}`` for each board. JSON is
only a wrapper: its strings are scanned as the text is.
"""

import datetime
import re
from typing import Any

import numpy as np
import xarray as xr

from hashheat.thermo.errors import FieldDataError
from hashheat.validation.readers.avalon_fields import read_fields
from hashheat.validation.readers.avalon_records import Records, scan_records
from hashheat.validation.readers.grid import make_grid
from hashheat.validation.readers.json_replies import (
    as_number,
    as_text,
    child,
    json_replies,
    looks_like_json,
    objects,
    only_field_errors,
)
from hashheat.validation.readers.rejections import Rejections
from hashheat.validation.readers.schema import field_dataset
from hashheat.validation.readers.sensor_rules import Samples, apply_rules

_STAMP = re.compile(
    rb"\s*\[?(?:(?P<seconds>\d{9,10}(?:\.\d{1,9})?)(?=[\s,;:\]])"
    rb"|(?P<iso>\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:\d\d)))"
)
_LINE_ENDS = re.compile(r"[\r\n\0]")
_ZEROS = re.compile(rb"0*")
_VERSION = re.compile(r"(.+)-(\d{6,}_\w+)")


@only_field_errors
def read_avalon(
    data: bytes | str, unit: str = "unit", time_step: float | None = None, source: str = "text in memory"
) -> xr.Dataset:
    """Samples from replies of Avalon miners, one or a million.

    Parameters
    ----------
    data : bytes or str
        Text: one reply a line, or replies one after the other as the socket gives them (``STATUS=...|...|``).
        JSON: one object, a list, or objects in lines. A record's time is the reply's ``When``, or stands at the
        start of its line: ISO 8601 with an offset, or seconds since 1970.
    unit : str
        Name of the unit where a reply carries no ``DNA``.
    time_step : float, optional
        Times are rounded to multiples of this [s], where units were polled one after the other.
    source : str
        For the attributes.

    Returns
    -------
    xarray.Dataset
        In the schema of :mod:`hashheat.validation.readers.schema`. Units are named by ``DNA``, or by ``HDNA``
        where that is zeros.

    Raises
    ------
    FieldDataError
        If no record with data is found, or the records do not fit on one grid of time and unit.

    Notes
    -----
    Nothing is known of ``ITemp`` and ``Temp`` of a hydro unit: they are counted as rejected there. ``HBITemp`` and
    ``HBOTemp`` are sensors of the board, never coolant.
    """
    raw = as_text(data).encode(errors="replace") if isinstance(data, str) else bytes(data)
    raw = raw.removeprefix(b"\xef\xbb\xbf")
    if looks_like_json(raw):
        raw = _as_lines(raw)
    rejections = Rejections()
    records = scan_records(raw, rejections)
    if not records.total:
        raise FieldDataError(
            "no field of an Avalon reply", accepted="KEY[values] KEY[values] ..., or JSON of it"
        )
    found = read_fields(records)
    if not found.values:
        raise FieldDataError(
            "the replies hold no sample that can be used", accepted="PVT_T0, MTmax, PS or others"
        )
    largest = max(array[0].size for array in found.values.values())
    grid = make_grid(_times(records), _units(records, unit), largest, rejections, time_step)
    samples = Samples(
        {name: grid.spread(array) for name, array in found.values.items()},
        grid.spread(found.status, "unknown"),
        rejections,
    )
    apply_rules(samples)
    coordinates = {"time": grid.time, "unit": grid.unit}
    for name, axis in (("T_chip", 3), ("V_chip", 3), ("T_chip_max", 2)):
        if name in samples.values:
            coordinates["chip" if axis == 3 else "board"] = np.arange(samples.values[name].shape[axis])
    for array in samples.values.values():
        if array.ndim > 2:
            coordinates["board"] = np.arange(array.shape[2])
    attributes = {"source": source, "format": "avalon", **_about(records, found.cooling), **grid.attributes}
    return field_dataset(samples.values, samples.status, coordinates, rejections, attributes, found.comments)


def is_avalon(reply: dict[str, Any]) -> bool:
    """Whether a reply in JSON is one of an Avalon."""
    return bool(_lines_of(reply))


def _as_lines(data: bytes) -> bytes:
    """Replies in JSON as lines of text: the time, and the strings that hold fields."""
    lines = [line for reply in json_replies(data) for line in _lines_of(reply)]
    if not lines:
        raise FieldDataError(
            "no Avalon reply in the JSON", accepted="STATS with 'MM ID0' or 'MM ID0:Summary'"
        )
    return "\n".join(lines).encode(errors="replace")


def _lines_of(reply: dict[str, Any]) -> list[str]:
    lines = []
    # A combined command answers with a list of replies under the name of each command.
    wrapped = [inner for value in reply.values() for inner in objects(value) if objects(inner.get("STATS"))]
    for answer in wrapped or [reply]:
        when = as_number(child(answer, "STATUS", 0, "When"))
        stamp = f"When={when:.0f}," if when is not None and 0.0 <= when < 1e12 else ""
        for part in objects(answer.get("STATS")) or [answer]:
            texts = [
                f"{key}={value}"
                for key, value in part.items()
                if isinstance(value, str) and (key.startswith("MM ID") or key == "HBinfo")
            ]
            if texts:
                lines.append(_LINE_ENDS.sub(" ", f"{stamp}{','.join(texts)}"))
    return lines


def _times(records: Records) -> np.ndarray:
    seconds = records.when()
    times = np.full(records.total, np.datetime64("NaT"), dtype="datetime64[ns]")
    said = ~np.isnan(seconds)
    # Beyond what nanoseconds can hold a number is no time; 1970 is one that the grid refuses and counts.
    seconds[said & (seconds > 9e9)] = 0.0
    times[said] = (seconds[said] * 1e9).astype(np.int64).view("datetime64[ns]")
    if not said.all():
        starts = records.line_starts()
        for record in np.flatnonzero(~said):
            times[record] = _stamp(starts[record])
    return times


def _stamp(start: bytes | None) -> np.datetime64:
    match = _STAMP.match(start or b"")
    if match and match["seconds"]:
        whole, _, part = match["seconds"].partition(b".")
        return np.datetime64(int(whole) * 10**9 + int(part.ljust(9, b"0")), "ns")
    if match:
        try:
            moment = datetime.datetime.fromisoformat(match["iso"].decode())
            return np.datetime64(moment.astimezone(datetime.UTC).replace(tzinfo=None), "ns")
        except (ValueError, OverflowError):
            pass
    return np.datetime64("NaT", "ns")


def _units(records: Records, unit: str) -> np.ndarray:
    names: dict[tuple[bytes | None, bytes | None], str] = {}
    out = []
    for pair in zip(records.strings("DNA"), records.strings("HDNA")):
        name = names.get(pair)
        if name is None:
            said = [text for text in pair if text and not _ZEROS.fullmatch(text)]
            name = names[pair] = said[0][:64].decode("ascii", "replace") if said else unit
        out.append(name)
    return np.array(out, dtype=np.str_)


def _about(records: Records, cooling: np.ndarray) -> dict[str, Any]:
    versions = sorted({text[:80].decode("ascii", "replace") for text in records.strings("Ver") if text})
    matches = [_VERSION.fullmatch(text) for text in versions]
    models = sorted({match[1] if match else text for match, text in zip(matches, versions)})
    firmware = sorted({match[2] for match in matches if match})
    kinds = np.unique(cooling)
    about: dict[str, Any] = {"cooling": str(kinds[0]) if kinds.size == 1 else "unknown"}
    if models:
        about["model"] = ", ".join(models[:20])
    if firmware:
        about["firmware"] = ", ".join(firmware[:20])
    return about
