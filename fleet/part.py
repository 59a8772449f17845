"""What a plant is made of: parts with ports, paths for water between them, and actuators that control them."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from hashheat.fleet.circuit_fluid import CircuitFluid

#: A quadratic loss too small to matter [Pa s2/kg2]: a path without one leaves the hydraulics undetermined.
LEAST_LOSS = 1e-3


class Now(NamedTuple):
    """A step in time.

    Parameters
    ----------
    number : int
        Number of the step, from 0.
    dt : float
        Its length [s]; infinite for a steady state.
    values : mapping of str to float
        Hourly series and site numbers at this step, in SI.
    orders : mapping of str to Any
        What the plan of operation tells a part, by the part's name.
    out : frozenset of str
        Parts that stand still in this step, whatever their rules want.
    """

    number: int
    dt: float
    values: Mapping[str, float]
    orders: Mapping[str, Any]
    out: frozenset[str] = frozenset()


class Actuator(NamedTuple):
    """A number that a part's own rule sets: a pump's flow, the heat of a boiler.

    Parameters
    ----------
    name : str
    path : int
        Path whose flow it is [kg/s], or -1 for a setting of the part.
    scale : float
        Its usual size: makes residuals comparable.
    held : tuple of str
        Ports, ``"part.port"``, whose temperatures its rule looks at.
    """

    name: str
    path: int
    scale: float
    held: tuple[str, ...] = ()


class Given(NamedTuple):
    """What surrounds a part in a trial.

    Parameters
    ----------
    T_in : tuple of float
        Of the water that enters each path, at its start or, where it flows backwards, at its end [K].
    flow : tuple of float
        Of each path [kg/s].
    setting : tuple of float
        Value of each actuator.
    T_held : tuple of float
        Temperatures at the ports its actuators look at, in their order [K].
    lift : tuple of float
        Pressure at the end of each path above that at its start [Pa].
    """

    T_in: tuple[float, ...]
    flow: tuple[float, ...]
    setting: tuple[float, ...]
    T_held: tuple[float, ...]
    lift: tuple[float, ...]


class Answer(NamedTuple):
    """What a part does in a trial.

    Parameters
    ----------
    T_out : tuple of float
        Where the water leaves each path, on the mean of the step [K].
    target : tuple of float
        What each actuator should be set to.
    """

    T_out: tuple[float, ...]
    target: tuple[float, ...]


class Ledger(NamedTuple):
    """Heat over a step, for the balance; all [W] on the mean of the step.

    Parameters
    ----------
    supplied : float
        Into the part from outside the water: electricity, fuel, heat from the air.
    given : float
        Out of the part to outside the water: losses, heat delivered, heat rejected.
    stored : float
        Rate at which the part's own store grows.
    record : mapping of str to float or array
        What is kept of the step, by the name of the variable.
    """

    supplied: float
    given: float
    stored: float
    record: Mapping[str, Any]


class Part:
    """Base of all parts: one that does nothing.

    Parameters
    ----------
    name : str
    fluids : tuple of CircuitFluid
        Of each path, set when the plant is put together.
    """

    #: Names of the ports of each path, start and end.
    paths: tuple[tuple[str, str], ...] = ()
    actuators: tuple[Actuator, ...] = ()
    #: Hourly series and site numbers that it reads.
    needs: tuple[str, ...] = ()

    def __init__(self, name: str) -> None:
        self.name = name
        self.fluids: tuple[CircuitFluid, ...] = ()

    @property
    def ports(self) -> tuple[str, ...]:
        """Names of all ports."""
        return tuple(port for path in self.paths for port in path)

    def begin(self) -> Any:
        """Memory of the part before the first step."""
        return None

    def answer(self, now: Now, memory: Any, given: Given) -> Answer:
        """Outlet temperatures and targets; changes nothing."""
        raise NotImplementedError

    def finish(self, now: Now, memory: Any, given: Given) -> tuple[Any, Ledger]:
        """Memory after the step, and its ledger."""
        raise NotImplementedError

    def loss(self, path: int, flow: float, T: float) -> tuple[float, float]:
        """Coefficients a [Pa s/kg], b [Pa s2/kg2] of the pressure drop ``a m + b m |m|`` near a flow."""
        return 0.0, LEAST_LOSS
