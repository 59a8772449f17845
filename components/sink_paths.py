"""Ways of the liquid through a stack of boards, and the loss of each: between fins, above them, between sinks.

Each way has the loss dp/L = (mu / K) U + rho C U^2 on its own superficial velocity. Parallel ways share the
pressure gradient. Their sum has no such law exactly; K = sum a K and C = (sum a / sqrt(C))^(-2), a being the share
of the stack's section, are its two ends: creeping flow and flow that inertia alone resists. Between them it gives
less than the exact sum: a quarter less at worst where fins, a clearance of half their height and lanes of ten
millimetres go together, nothing with a single way.
"""

import math
from typing import NamedTuple

from hashheat.components.heat_sink import BoardStack, HeatSink, RoundPins
from hashheat.solvers.duct_entrance import entrance_heads
from hashheat.solvers.duct_modes import f_re_rectangle
from hashheat.solvers.minor_losses import contraction_loss, expansion_loss
from hashheat.solvers.pin_bank import friction_pins

#: Of long plates, Darcy.
_FRE_PLATES = 96.0
#: Length over (D_h Re) at which the entrance has given all its loss, to many digits.
_DEVELOPED = 1e6
#: Reynolds number at which the inertial part of a bank of pins is taken.
_RE_PINS = 100.0


class Path(NamedTuple):
    """One way of the liquid.

    Parameters
    ----------
    share : float
        Of the section of the stack [-].
    inverse_permeability : float
        [1/m^2]
    forchheimer : float
        [1/m]
    speed_factor : float
        Velocity in the channel, or in the smallest section of a bank, over the superficial one of the way [-].
    hydraulic_diameter : float
        Of a channel; of a pin its diameter [m].
    """

    share: float
    inverse_permeability: float
    forchheimer: float
    speed_factor: float
    hydraulic_diameter: float


def rectangle_fre(gap: float, height: float) -> float:
    """Darcy friction factor times Reynolds number of developed laminar flow in a rectangle.

    Parameters
    ----------
    gap, height : float
        Sides, in either order [m].

    Returns
    -------
    float
        f Re on the hydraulic diameter [-]: 96 between plates, 56.9 in a square.
    """
    return 4.0 * f_re_rectangle(min(gap, height) / max(gap, height))


def fin_path(sink: HeatSink, across: bool = False) -> Path:
    """Way between the fins of a sink; its share is that of the sink's own section.

    Parameters
    ----------
    sink : HeatSink
    across : bool
        Across the rows of pins instead of along; not for plate fins.

    Returns
    -------
    Path
        Plate fins: developed laminar flow of the rectangle between fins, base and a closed tip, with the losses of
        its entrance, of the contraction at the leading edge and of the expansion behind the trailing one as C.
        Pins: laminar part of the bank's loss as K, what it has more at Re = 100 as C.
    """
    fins = sink.fins
    if isinstance(fins, RoundPins):
        return _pin_path(fins, across)
    free = 1.0 - fins.solid_share
    f_re = rectangle_fre(fins.gap, fins.height)
    diameter = 2.0 * fins.gap * fins.height / (fins.gap + fins.height)
    heads = entrance_heads(f_re, _DEVELOPED) + contraction_loss(free) + expansion_loss(free)
    return _duct(1.0, free, diameter, f_re, heads, sink.length)


def stack_paths(stack: BoardStack) -> list[Path]:
    """Ways along the fins: between them, above their tips, and between the rows of sinks.

    Parameters
    ----------
    stack : BoardStack

    Returns
    -------
    list of Path
        The fins first. Lengths between one sink and the next along the flow are open and cost nothing.
    """
    sink, fins = stack.sink, stack.sink.fins
    along, across = stack.cover
    depth = stack.board_pitch
    paths = [fin_path(sink)._replace(share=stack.sides * fins.height * across / depth)]
    clearance, lane = stack.clearance, sink.width * (1.0 / across - 1.0)
    heads = entrance_heads(_FRE_PLATES, _DEVELOPED)
    if clearance > 0.0:
        share = across * clearance / depth
        paths.append(_duct(share, 1.0, 2.0 * clearance, _FRE_PLATES, heads, sink.length))
    if lane > 0.0:
        height = depth - stack.board_thickness
        f_re = rectangle_fre(lane, height)
        diameter = 2.0 * lane * height / (lane + height)
        share = (1.0 - across) * height / depth
        paths.append(_duct(share, 1.0, diameter, f_re, entrance_heads(f_re, _DEVELOPED), sink.length))
    return [
        path._replace(
            inverse_permeability=along * path.inverse_permeability, forchheimer=along * path.forchheimer
        )
        for path in paths
    ]


def cross_paths(stack: BoardStack) -> list[Path]:
    """Ways across the fins in the plane of the board: above their tips, between sinks, through rows of pins.

    Parameters
    ----------
    stack : BoardStack

    Returns
    -------
    list of Path
        Without inertial loss but for pins; empty where plate fins fill the stack.
    """
    sink, fins = stack.sink, stack.sink.fins
    along, across = stack.cover
    depth, clearance = stack.board_pitch, stack.clearance
    lane = sink.length * (1.0 / along - 1.0)
    paths = []
    if isinstance(fins, RoundPins):
        pins = _pin_path(fins, True)
        paths.append(
            pins._replace(
                share=stack.sides * fins.height * along / depth,
                inverse_permeability=across * pins.inverse_permeability,
                forchheimer=across * pins.forchheimer,
            )
        )
    if clearance > 0.0:
        paths.append(_duct(along * clearance / depth, 1.0, 2.0 * clearance, _FRE_PLATES, 0.0, sink.width))
    if lane > 0.0:
        height = depth - stack.board_thickness
        diameter = 2.0 * lane * height / (lane + height)
        share = (1.0 - along) * height / depth
        paths.append(_duct(share, 1.0, diameter, rectangle_fre(lane, height), 0.0, sink.width))
    return paths


def together(paths: list[Path]) -> tuple[float, float]:
    """Resistance of parallel ways.

    Parameters
    ----------
    paths : list of Path
        One or more.

    Returns
    -------
    inverse_permeability : float
        [1/m^2]
    forchheimer : float
        [1/m]; 0 where a path has no inertial loss.

    Notes
    -----
    Ways between the same two ends: the flows that one gradient drives add up, creeping flow for the first number
    and inertial flow for the second.
    """
    permeability = sum(path.share / path.inverse_permeability for path in paths)
    if any(path.forchheimer == 0.0 for path in paths):
        return 1.0 / permeability, 0.0
    return 1.0 / permeability, sum(path.share / math.sqrt(path.forchheimer) for path in paths) ** -2


def _duct(share: float, free: float, diameter: float, f_re: float, heads: float, length: float) -> Path:
    return Path(
        share=share,
        inverse_permeability=f_re / (2.0 * diameter * diameter * free),
        forchheimer=heads / (2.0 * length * free * free),
        speed_factor=1.0 / free,
        hydraulic_diameter=diameter,
    )


def free_section(pins: RoundPins, across: bool = False) -> float:
    """Superficial velocity over that in the smallest section of a bank of pins.

    Parameters
    ----------
    pins : RoundPins
    across : bool
        Flow across the direction that the pitches are named by.

    Returns
    -------
    float
        [-], at most 1.
    """
    a = pins.pitch_along if across else pins.pitch_across
    b = pins.pitch_across if across else pins.pitch_along
    straight = (a - pins.diameter) / a
    if not pins.staggered:
        return straight
    # Between a pin and the two of the next row the liquid passes twice per pitch.
    diagonal = math.hypot(0.5 * a, b)
    return min(straight, 2.0 * (diagonal - pins.diameter) / a)


def _pin_path(pins: RoundPins, across: bool) -> Path:
    rows, side = pins.pitch_along, pins.pitch_across
    if across:
        rows, side = side, rows
    d, free = pins.diameter, free_section(pins, across)
    creeping = 1e-9
    laminar = friction_pins(pins.staggered, creeping, rows / d, side / d) * creeping
    inertial = friction_pins(pins.staggered, _RE_PINS, rows / d, side / d) - laminar / _RE_PINS
    return Path(
        share=1.0,
        inverse_permeability=laminar / (2.0 * d * rows * free),
        forchheimer=inertial / (2.0 * rows * free * free),
        speed_factor=1.0 / free,
        hydraulic_diameter=d,
    )
