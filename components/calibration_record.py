"""What a device file says about the data that some of its numbers were fitted to."""

from pydantic import Field

from hashheat.components.record import Section


class CalibrationRecord(Section):
    """A [calibration] table; the fitted numbers themselves have the status ``calibrated``."""

    data: str = Field(description="name of the file of field data, a text")
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$", description="SHA-256 of that file, 64 hexadecimal digits")
    synthetic: bool = Field(description="whether the data were made up, not measured: true or false")
    version: str = Field(description="version of hashheat")
    date: str = Field(pattern=r"^\d{4}-\d\d-\d\d$", description="day of the calibration, as '2026-05-22'")
    device: str = Field(description="device file that the fit began from")
    fitted: list[str] = Field(description="what was fitted, by key")
    records: int = Field(gt=0, description="records of the data that were used")
    instruments: list[str] = Field(description="accuracy of every instrument, a text each")
