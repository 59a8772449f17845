"""How many samples were left out, of which variable, and why."""

from typing import Any, ClassVar

import numpy as np


class Rejections:
    """A count for each variable and reason, in the order in which they first occurred."""

    #: Variables of a Dataset that hold the counts.
    NAMES: ClassVar[tuple[str, ...]] = ("rejected_count", "rejected_variable", "rejected_reason")

    def __init__(self) -> None:
        self._counts: dict[tuple[str, str], int] = {}

    def add(self, variable: str, reason: str, count: int = 1) -> None:
        """Count samples of a variable (or ``record``: whole records) that were left out for a plain reason."""
        if count:
            key = (variable, reason)
            self._counts[key] = self._counts.get(key, 0) + int(count)

    def variables(self) -> dict[str, Any]:
        """Variables over ``rejection`` for a Dataset; of size 0 where nothing was rejected."""
        pairs = list(self._counts)
        names = np.array([variable for variable, _ in pairs], dtype=np.str_)
        reasons = np.array([reason for _, reason in pairs], dtype=np.str_)
        counts = np.array(list(self._counts.values()), dtype=np.int64)
        about = {"units": "1", "long_name": "samples that were rejected"}
        return {
            "rejected_count": (("rejection",), counts, about),
            "rejected_variable": (("rejection",), names, {"long_name": "variable of the rejected samples"}),
            "rejected_reason": (("rejection",), reasons, {"long_name": "why the samples were rejected"}),
        }
