"""Every error hashheat raises on purpose derives from :class:`HashheatError`."""

from typing import Self


class HashheatError(Exception):
    """Base of all errors that a user can cause or that physics forbids; the message fits on one screen."""

    def extended(self, text: str) -> Self:
        """Give the same error, of the same class and with the same attributes, with text behind its message."""
        # Classes below have arguments of their own, so the error is copied and not made anew.
        same = type(self).__new__(type(self))
        same.__dict__.update(self.__dict__)
        same.args = (f"{self}{text}",)
        return same


class InputError(HashheatError):
    """A file, key or value that cannot be used.

    Parameters
    ----------
    problem : str
        What is wrong, in one sentence.
    file, key, found, accepted : str, optional
        Where it stands, what stands there, and what would be accepted.
    """

    def __init__(
        self,
        problem: str,
        *,
        file: str | None = None,
        key: str | None = None,
        found: object = None,
        accepted: str | None = None,
    ) -> None:
        self.problem, self.file, self.key, self.found, self.accepted = problem, file, key, found, accepted
        lines = [problem]
        if file is not None:
            lines.append(f"  file:     {file}")
        if key is not None:
            lines.append(f"  key:      {key}")
        if found is not None:
            lines.append(f"  found:    {found}")
        if accepted is not None:
            lines.append(f"  accepted: {accepted}")
        super().__init__("\n".join(lines))

    def within(self, file: str | None = None, key: str | None = None) -> "InputError":
        """Give the same error with the file and the key filled in where they were still unknown."""
        return type(self)(
            self.problem,
            file=self.file or file,
            key=self.key or key,
            found=self.found,
            accepted=self.accepted,
        )


class FieldDataError(InputError):
    """Measured data that cannot be read; the only exception that leaves a reader, whatever the bytes."""


class StateError(HashheatError):
    """A thermodynamic state outside what a fluid's table or the liquid itself allows."""

    def within(self, file: str | None) -> Self:
        """Give the same error with the file named below its message."""
        return self if file is None or file in str(self) else self.extended(f"\n  file:     {file}")


class FreezingError(StateError):
    """The state lies at or below the freezing line."""


class BoilingError(StateError):
    """The state lies at or above saturation at the given pressure."""


class FlashPointError(StateError):
    """The liquid would be at or above its flash point, where its vapour over the bath can catch fire."""


class WrongSourceError(InputError):
    """A source is known to be wrong for this fluid; the message says how, and what to use instead."""


class TableAccuracyError(StateError):
    """A property table over the asked range would miss its source by more than hashheat promises.

    Parameters
    ----------
    message : str
        The error, the range and a narrower range that works.
    error : float
        Largest relative error found [-].
    T_min, T_max : float
        A range within the asked one that holds the promise [K].
    """

    def __init__(self, message: str, error: float, T_min: float, T_max: float) -> None:
        self.error, self.T_min, self.T_max = error, T_min, T_max
        super().__init__(message)
