"""What was done to a file of hourly values while it was read, for a report to show."""

import json
from dataclasses import asdict, dataclass, field

import xarray as xr


@dataclass(frozen=True)
class SeriesRecord:
    """How hourly values came out of a file.

    Parameters
    ----------
    file : str
        Where they stood, or what made them.
    rows : int
        Read.
    hours : int
        That resulted.
    start, end : str
        First hour, and end of the last, UTC.
    zone : str
        That the file or its reader stated; "offset in each stamp" where neither had to.
    mended_offsets : int
        Time stamps whose offset contradicted the zone and was not believed.
    rows_an_hour : int
        More than 1 where values of quarters or the like were averaged.
    equal_duplicates, averaged_duplicates : int
        Rows of a time that was there already, with the same values (dropped) and with others (averaged).
    missing_rows : int
        Hours for which there was no row.
    interpolated : dict of str to int
        Values that were missing and lie on a straight line between their neighbours, of each column.
    longest_gap : int
        Longest run of hours interpolated.
    ignored : tuple of str
        Columns passed over.
    synthetic : bool
        Whether the values were computed and not measured.
    """

    file: str
    rows: int
    hours: int
    start: str
    end: str
    zone: str
    mended_offsets: int = 0
    rows_an_hour: int = 1
    equal_duplicates: int = 0
    averaged_duplicates: int = 0
    missing_rows: int = 0
    interpolated: dict[str, int] = field(default_factory=dict)
    longest_gap: int = 0
    ignored: tuple[str, ...] = ()
    synthetic: bool = False

    def lines(self) -> list[str]:
        """The record in sentences, one a line; nothing is said of what did not happen."""
        kind = "computed, not measured" if self.synthetic else f"{self.rows} rows"
        said = [f"{self.file}: {kind}, {self.hours} h from {self.start} to {self.end} UTC"]
        if not self.synthetic:
            said.append(f"zone of the time stamps: {self.zone}")
        if self.mended_offsets:
            said.append(
                f"{self.mended_offsets} stamps carried a wrong offset; the clock of the zone was believed"
            )
        if self.rows_an_hour > 1:
            said.append(f"{self.rows_an_hour} rows an hour, averaged")
        if self.equal_duplicates:
            said.append(f"{self.equal_duplicates} rows twice there, with the same values, dropped")
        if self.averaged_duplicates:
            said.append(
                f"{self.averaged_duplicates} rows of a time that was there with other values, averaged"
            )
        if self.missing_rows:
            said.append(f"{self.missing_rows} hours without a row")
        for name, count in self.interpolated.items():
            said.append(f"{name}: {count} values interpolated")
        if self.longest_gap:
            said.append(f"longest gap interpolated: {self.longest_gap} h")
        if self.ignored:
            said.append(f"columns passed over: {', '.join(self.ignored)}")
        return said


def attach_records(data: xr.Dataset, *records: SeriesRecord) -> xr.Dataset:
    """Give a Dataset with records in its attributes, as text that NetCDF keeps; a computed part marks all."""
    marked = {"synthetic": 1} if any(record.synthetic for record in records) else {}
    return data.assign_attrs(series_record=json.dumps([asdict(record) for record in records]), **marked)


def series_records(data: xr.Dataset) -> list[SeriesRecord]:
    """Records of the files that a Dataset of hourly values was made of, in order; none for other Datasets."""
    found = json.loads(data.attrs.get("series_record", "[]"))
    return [SeriesRecord(**{**one, "ignored": tuple(one["ignored"])}) for one in found]
