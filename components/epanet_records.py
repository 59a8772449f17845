"""What an EPANET input file holds, in SI."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

from hashheat.components.epanet_options import Options
from hashheat.components.epanet_pumps import HeadCurve


class EpanetNode(NamedTuple):
    """A junction, reservoir or tank.

    Parameters
    ----------
    name : str
    kind : {"junction", "reservoir", "tank"}
    elevation : float
        Of the junction, of the reservoir's surface or of the tank's bottom [m].
    demand : float
        Taken out at time 0 [m^3/s]; negative where water enters.
    head : float, optional
        Held head [m]; None at a junction.
    """

    name: str
    kind: Literal["junction", "reservoir", "tank"]
    elevation: float
    demand: float = 0.0
    head: float | None = None


class EpanetLink(NamedTuple):
    """A pipe, pump or throttle valve.

    Parameters
    ----------
    name : str
    kind : {"pipe", "pump", "valve"}
    start, end : str
        Nodes.
    length, diameter : float
        [m]; zero where it has none.
    roughness : float
        Hazen-Williams coefficient [-], or equivalent sand roughness [m] with Darcy-Weisbach.
    loss : float
        Loss coefficient on the velocity in the diameter [-]; of a valve that is fixed open.
    setting : float, optional
        Loss coefficient of a valve that throttles [-].
    closed, check : bool
        Shut; lets nothing back.
    speed : float
        Of a pump, over that of its curve [-].
    curve : HeadCurve, optional
        Of a pump.
    """

    name: str
    kind: Literal["pipe", "pump", "valve"]
    start: str
    end: str
    length: float = 0.0
    diameter: float = 0.0
    roughness: float = 0.0
    loss: float = 0.0
    setting: float | None = None
    closed: bool = False
    check: bool = False
    speed: float = 1.0
    curve: HeadCurve | None = None


@dataclass(frozen=True)
class EpanetFile:
    """What an EPANET input file says of the hydraulic state at time 0.

    Parameters
    ----------
    title : str
    options : Options
        Units are those of the file; every number here is in SI.
    nodes : tuple of EpanetNode
    links : tuple of EpanetLink
    passed_over : tuple of str
        Sections with content that a steady hydraulic state has no use for, and controls that do not act at
        time 0.
    """

    title: str
    options: Options
    nodes: tuple[EpanetNode, ...]
    links: tuple[EpanetLink, ...]
    passed_over: tuple[str, ...]
