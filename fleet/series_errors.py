"""What can be wrong with a file of hourly values, each fault with a name of its own."""

from hashheat.thermo.errors import InputError


class SeriesError(InputError):
    """A file of hourly values that cannot be used; base of the errors below."""


class TimeZoneError(SeriesError):
    """The zone of the time stamps is not stated, or the stamps contradict it."""


class TimeOrderError(SeriesError):
    """Time stamps that go back, or that do not lie on a regular grid."""


class DuplicateTimeError(SeriesError):
    """Two rows of one time that hold different values."""


class GapError(SeriesError):
    """Values are missing for longer than may be interpolated."""


class MagnitudeError(SeriesError):
    """Values that fit no thing of this name: most often those of another unit."""
