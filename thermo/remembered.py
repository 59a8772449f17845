"""Values that nobody could read in a document: they are marked, and whoever uses them is warned."""

import warnings
from collections.abc import Iterable


class RememberedValueWarning(UserWarning):
    """A fluid's number is remembered from a data sheet that could not be read; check it before you rely on it."""


def warn_remembered(name: str, properties: Iterable[str], *, stacklevel: int = 3) -> None:
    """Warn of properties that are only remembered; silent if there are none.

    Parameters
    ----------
    name : str
        The fluid.
    properties : iterable of str
        Names of the remembered properties.
    stacklevel : int
        As for :func:`warnings.warn`, counted from this function.
    """
    found = sorted(properties)
    if found:
        warnings.warn(
            f"{name}: {', '.join(found)} remembered from a data sheet that could not be read; "
            "compare with the sheet of your delivery",
            RememberedValueWarning,
            stacklevel=stacklevel,
        )
