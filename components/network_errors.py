"""What can go wrong with a network of pipes: each failure has its own name."""

from collections.abc import Iterable

from hashheat.thermo.errors import HashheatError, InputError

_SHOWN = 8


def listed(names: Iterable[str]) -> str:
    """Names for a message, the first few of many."""
    every = list(names)
    more = f" and {len(every) - _SHOWN} more" if len(every) > _SHOWN else ""
    return ", ".join(repr(name) for name in every[:_SHOWN]) + more


class NetworkError(HashheatError):
    """A network has no steady state at the conditions asked for."""


class DisconnectedNetworkError(InputError):
    """Nodes that no element joins to a node of fixed pressure."""


class NoFixedPressureError(InputError):
    """A network without a node of fixed pressure: its pressures are unknown."""


class InfeasibleDemandError(NetworkError):
    """Demands that the network cannot meet."""


class NoSteadyTemperatureError(NetworkError):
    """Nothing holds the temperature of a loop that the water goes round and round in."""


class NetworkNotConvergedError(NetworkError):
    """Flows or temperatures did not settle."""
