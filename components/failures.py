"""States without a result: what each status means, and how a caller hears of it."""

import warnings

import numpy as np

from hashheat.components.errors import (
    CoolantRangeError,
    NotConvergedError,
    PressureLossError,
    RunawayError,
    UnitError,
)
from hashheat.solvers.serpentine import NOT_CONVERGED, OUT_OF_RANGE, RUNAWAY

#: Status of a state whose pressure drop the loop cannot give; follows those of the solvers.
PRESSURE_LOST = OUT_OF_RANGE + 1
#: What must be left of the pressure at an outlet [Pa].
LOWEST_PRESSURE = 5e3

_FAILURES: dict[int, tuple[type[UnitError], str]] = {
    RUNAWAY: (RunawayError, "thermal runaway: leakage feeds on its own heat and no steady state exists"),
    NOT_CONVERGED: (NotConvergedError, "the solution did not converge"),
    OUT_OF_RANGE: (CoolantRangeError, "the coolant leaves its liquid range before it leaves the {what}"),
    PRESSURE_LOST: (PressureLossError, "the {what} loses more pressure than there is at its inlet"),
}


def describe_failure(status: int, what: str = "unit") -> str:
    """What a status other than ``OK`` means, in words."""
    return _FAILURES[status][1].format(what=what)


def report_failures(name: str, what: str, status: np.ndarray, T_in: np.ndarray) -> None:
    """Raise for a single state without a result, warn with a count for some of many.

    Parameters
    ----------
    name : str
        Of the device.
    what : str
        What kind of device it is, such as ``"unit"``.
    status : (n,) int array
    T_in : (n,) array
        Inlet temperature of each state [K], for the message.

    Raises
    ------
    RunawayError, CoolantRangeError, NotConvergedError, PressureLossError
        If there is one state only and it failed.
    """
    for code, (error, _) in _FAILURES.items():
        failed = status == code
        if not failed.any():
            continue
        text = describe_failure(code, what)
        first = f"at {T_in[failed][0] - 273.15:.2f} degC inlet"
        if status.size == 1:
            raise error(f"{name}: {text} ({first})")
        warnings.warn(f"{name}: {failed.sum()} of {status.size} states: {text} (first {first})", stacklevel=3)
