"""Warnings that belong into a report and not on the screen."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def told_warnings() -> Iterator[list[str]]:
    """Collect the warnings of a block; what is an error stays one.

    Yields
    ------
    list of str
        Empty until the block has ended; then the text of each UserWarning, once, in their order.
    """
    told: list[str] = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", category=UserWarning)
        yield told
    told += dict.fromkeys(str(w.message) for w in caught if issubclass(w.category, UserWarning))
