"""What a network is made of: nodes, and the elements between them."""

import math
from collections.abc import Callable
from dataclasses import dataclass, fields
from numbers import Real
from typing import ClassVar

from hashheat.components.epanet_pumps import HeadCurve
from hashheat.components.miner import Miner
from hashheat.components.plate_exchanger import PlateHeatExchanger
from hashheat.components.pump import PumpCurve
from hashheat.thermo.errors import InputError, StateError


@dataclass(frozen=True)
class Node:
    """A place where elements meet.

    Parameters
    ----------
    name : str
    elevation : float
        [m]
    demand : float
        Flow that leaves the network here [kg/s]; negative where it is fed in.
    pressure : float, optional
        Absolute, held here whatever flow it takes [Pa].
    T_in : float, optional
        Of the water that enters here from outside [K]; left out, that of the network.
    """

    name: str
    elevation: float = 0.0
    demand: float = 0.0
    pressure: float | None = None
    T_in: float | None = None

    def __post_init__(self) -> None:
        _name(self)
        _check(self, "elevation", "demand")
        _check(self, "pressure", "T_in", positive=True)


@dataclass(frozen=True)
class Element:
    """What joins two nodes; flow from start to end is positive.

    Parameters
    ----------
    name : str
    start, end : str
        Names of nodes.
    closed : bool
        Shut: carries nothing.
    check : bool
        Has a check valve: shuts rather than let flow back.
    """

    name: str
    start: str
    end: str
    closed: bool = False
    check: bool = False

    #: Numbers that must be positive; those that may be zero as well; those that may be anything finite.
    _positive: ClassVar[tuple[str, ...]] = ()
    _not_negative: ClassVar[tuple[str, ...]] = ()
    _any: ClassVar[tuple[str, ...]] = ()
    #: Field that holds a model, and the classes it may be of.
    _made_of: ClassVar[tuple[str, tuple[type, ...]] | None] = None

    def __post_init__(self) -> None:
        _name(self)
        _check(self, *self._positive, positive=True)
        _check(self, *self._not_negative, least=0.0)
        _check(self, *self._any)
        if self._made_of is not None:
            _check_kind(self, *self._made_of)
        if self.start == self.end:
            raise InputError(
                "an element must join two nodes", key=f"{self.name}.end", found=self.end, accepted="two nodes"
            )


@dataclass(frozen=True, kw_only=True)
class Pipe(Element):
    """A round pipe full of water.

    Parameters
    ----------
    length, diameter : float
        [m]
    roughness : float
        Equivalent sand roughness [m].
    loss : float
        Loss coefficients of its fittings, summed [-].
    loss_per_length : float
        Heat lost per length and kelvin above the surroundings [W/(m K)].
    T_ambient : float, optional
        Of its surroundings, such as the ground [K]; left out, that of the network.
    hazen_williams : float, optional
        Coefficient C of Hazen and Williams' formula [-], in place of Colebrook's with the roughness.
    """

    length: float
    diameter: float
    roughness: float = 0.0
    loss: float = 0.0
    loss_per_length: float = 0.0
    T_ambient: float | None = None
    hazen_williams: float | None = None

    _positive = ("length", "diameter", "T_ambient", "hazen_williams")
    _not_negative = ("roughness", "loss", "loss_per_length")

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.roughness > 0.05 * self.diameter:
            raise InputError(
                "the roughness is more than a twentieth of the diameter",
                key=f"{self.name}.roughness",
                found=f"{self.roughness:g} m",
                accepted=f"0 to {0.05 * self.diameter:g} m",
            )


@dataclass(frozen=True, kw_only=True)
class Valve(Element):
    """A fitting or a valve at one opening, by its loss coefficient.

    Parameters
    ----------
    diameter : float
        That the velocity is taken in [m].
    loss : float
        Pressure drop over the velocity head [-].
    """

    diameter: float
    loss: float

    _positive = ("diameter", "loss")


@dataclass(frozen=True, kw_only=True)
class Resistance(Element):
    """Anything whose loss is ``a m + b m |m|`` [Pa] at the mass flow m, and that may heat or cool the water.

    Parameters
    ----------
    a, b : float
        [Pa s/kg], [Pa s2/kg2]; one of them above 0.
    heat_rate : float
        To the water [W]; negative where it is cooled. Nothing is given to water at rest.
    """

    a: float = 0.0
    b: float = 0.0
    heat_rate: float = 0.0

    _not_negative = ("a", "b")
    _any = ("heat_rate",)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.a + self.b <= 0.0:
            raise InputError(
                "a resistance needs a loss", key=f"{self.name}.b", found=0.0, accepted="a or b > 0"
            )


@dataclass(frozen=True, kw_only=True)
class FixedFlow(Element):
    """A controlled flow whatever the pressures, such as that of a consumer with its own valve.

    Parameters
    ----------
    mass_flow : float
        From start to end [kg/s].
    heat_rate : float
        To the water [W]; negative where it is cooled.
    """

    mass_flow: float
    heat_rate: float = 0.0

    _any = ("mass_flow", "heat_rate")

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.check:
            raise InputError("a controlled flow has no check valve", key=f"{self.name}.check", found=True)


@dataclass(frozen=True, kw_only=True)
class Pump(Element):
    """A pump, adding pressure from start to end.

    Parameters
    ----------
    curve : PumpCurve or HeadCurve
        Pressure [Pa], or head of its own fluid [m], against volume flow at speed 1.
    speed : float
        Over that of the curve [-]; heads go with its square and flows with itself (affinity laws).
    """

    curve: PumpCurve | HeadCurve
    speed: float = 1.0

    _positive = ("speed",)
    _made_of = ("curve", (PumpCurve, HeadCurve))


@dataclass(frozen=True, kw_only=True)
class MinerUnit(Element):
    """Miners in parallel, all alike.

    Parameters
    ----------
    miner : Miner
        Its pressure drop and its heat come from its own model at the flow and the temperature it gets.
    count : int
        Units.
    frequency, voltage : float
        Over nameplate [-].
    T_ambient : float, optional
        Room [K]; left out, that of the network.
    """

    miner: Miner
    count: int = 1
    frequency: float = 1.0
    voltage: float = 1.0
    T_ambient: float | None = None

    _positive = ("count", "frequency", "voltage", "T_ambient")
    _made_of = ("miner", (Miner,))


@dataclass(frozen=True, kw_only=True)
class ExchangerSide(Element):
    """One side of a plate heat exchanger; the other side's flow and inlet temperature are given.

    Parameters
    ----------
    exchanger : PlateHeatExchanger
    other_mass_flow : float
        On the other side [kg/s].
    other_T_in : float
        Where the other side enters [K].
    side : {"hot", "cold"}
        The side that stands in the network.
    """

    exchanger: PlateHeatExchanger
    other_mass_flow: float
    other_T_in: float
    side: str = "hot"

    _positive = ("other_mass_flow", "other_T_in")
    _made_of = ("exchanger", (PlateHeatExchanger,))

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.side not in ("hot", "cold"):
            raise InputError(
                "unknown side of an exchanger", key=f"{self.name}.side", found=self.side, accepted="hot, cold"
            )
        other = 1 if self.side == "hot" else 0
        try:
            self.exchanger.fluids[other].check_liquid(self.other_T_in, self.exchanger.pressures[other])
        except StateError as error:
            raise InputError(
                str(error),
                key=f"{self.name}.other_T_in",
                found=f"{self.other_T_in:g} K",
                accepted="a temperature at which the other side is liquid",
            ) from None


#: Kinds that a network takes.
KINDS: tuple[type[Element], ...] = (Pipe, Valve, Resistance, FixedFlow, Pump, MinerUnit, ExchangerSide)


def _name(item: Node | Element) -> None:
    for key in ("name", "start", "end"):
        text = getattr(item, key, "x")
        if not isinstance(text, str) or not text:
            raise InputError(
                f"a {key} must be a text",
                key=f"{type(item).__name__}.{key}",
                found=repr(text),
                accepted="a text",
            )


def _check_kind(item: Element, name: str, kinds: tuple[type, ...]) -> None:
    value = getattr(item, name)
    if not isinstance(value, kinds):
        raise InputError(
            f"is no {name} that can be used",
            key=f"{item.name}.{name}",
            found=repr(value),
            accepted=" or ".join(kind.__name__ for kind in kinds),
        )


def _check(item: Node | Element, *names: str, positive: bool = False, least: float = -math.inf) -> None:
    optional = {f.name for f in fields(item) if f.default is None}
    fits: Callable[[float], bool] = (lambda x: x > 0.0) if positive else (lambda x: x >= least)
    for name in names:
        value = getattr(item, name)
        if value is None and name in optional:
            continue
        number = isinstance(value, Real) and not isinstance(value, bool)
        if not (number and math.isfinite(value) and fits(value)):
            kind = "above 0" if positive else "0 or more" if least == 0.0 else "finite"
            raise InputError(
                "is no number that can be used",
                key=f"{item.name}.{name}",
                found=repr(value),
                accepted=f"a number, {kind}",
            )
