"""A stack of boards with heat sinks as a porous block: porosity, resistance, conductivity by direction."""

import math
from typing import NamedTuple

import numpy as np

from hashheat.components.heat_sink import BoardStack, PlateFins
from hashheat.components.heat_sink_errors import HeatSinkError
from hashheat.components.sink_paths import cross_paths, stack_paths, together
from hashheat.thermo.liquid import Liquid, polynomial


class PorousBlock(NamedTuple):
    """A porous block, directions (along, across, normal) of the sinks or, oriented, (x, y, z).

    Parameters
    ----------
    porosity : float
        Share of liquid [-].
    inverse_permeability : (3,) float array
        1/K [1/m^2]
    forchheimer : (3,) float array
        C [1/m]; dp/L = (mu / K) U + rho C U^2 with the superficial velocity U.
    conductivity : (3,) float array
        Of solids and liquid at one temperature [W/(m K)].
    heat_capacity : float
        Of solids and liquid by volume [J/(m^3 K)].
    """

    porosity: float
    inverse_permeability: np.ndarray
    forchheimer: np.ndarray
    conductivity: np.ndarray
    heat_capacity: float


def porous_block(
    stack: BoardStack, liquid: Liquid, T: float | None = None, blocked_ratio: float = 1e-4
) -> PorousBlock:
    """Describe a stack as a porous block.

    Parameters
    ----------
    stack : BoardStack
    liquid : Liquid
        For conductivity and heat capacity; porosity and resistance do not depend on it.
    T : float, optional
        At which [K]; the liquid's reference by default.
    blocked_ratio : float
        Permeability of a blocked direction over that along the fins [-]: normal to the boards, and across plate
        fins where nothing else lets more through. An assumption, small but not zero for the sake of the solver.

    Returns
    -------
    PorousBlock
        In the order (along, across, normal).

    Raises
    ------
    HeatSinkError
        For a ratio outside of 0 to 1, or a temperature beyond the liquid's range.

    Notes
    -----
    Along the fins: :func:`hashheat.components.sink_paths.stack_paths`; flow in channels is taken as laminar.
    Conductivities are those of layers in series and in parallel, all at the liquid's temperature. Fins are warmer
    than the liquid and carry less heat along the block than this says: it is an upper bound, ``porosity`` times
    the liquid's conductivity the lower one.
    """
    if not 0.0 < blocked_ratio <= 1.0:
        raise HeatSinkError(
            "a blocked direction lets no more through than the fins",
            key="blocked_ratio",
            found=blocked_ratio,
            accepted="above 0, up to 1",
        )
    at = liquid.T_ref if T is None else float(T)
    if not liquid.T_min <= at <= liquid.T_max:
        raise HeatSinkError(
            "the liquid is not known at this temperature",
            key="T",
            found=T,
            accepted=f"{liquid.T_min:g} to {liquid.T_max:g} K",
        )
    t = at - liquid.T_ref
    k, cp = polynomial(liquid.conductivity, t), polynomial(liquid.heat_capacity, t)
    along, inertia = together(stack_paths(stack))
    blocked = along / blocked_ratio
    across, inertia_across = blocked, 0.0
    ways = cross_paths(stack)
    if ways:
        open_across, inertia_open = together(ways)
        if open_across < blocked:
            across, inertia_across = open_across, inertia_open
    board, metal = stack.solids
    solids = board * stack.board_heat_capacity + metal * stack.sink.heat_capacity
    return PorousBlock(
        porosity=stack.porosity,
        inverse_permeability=np.array([along, across, blocked]),
        forchheimer=np.array([inertia, inertia_across, 0.0]),
        conductivity=_conductivities(stack, k),
        heat_capacity=solids + stack.porosity * liquid.density * cp,
    )


def oriented(block: PorousBlock, along: int, normal: int) -> PorousBlock:
    """Turn a block's directions into x, y and z.

    Parameters
    ----------
    block : PorousBlock
        In the order (along, across, normal).
    along, normal : int
        Axes along the fins and normal to the boards: 0, 1 or 2 for x, y or z.

    Returns
    -------
    PorousBlock
        In the order (x, y, z), as :class:`hashheat.solvers.flow_model.FlowBox` has it.

    Raises
    ------
    HeatSinkError
        For axes that are the same or none.
    """
    for name, axis in (("along", along), ("normal", normal)):
        if axis not in (0, 1, 2):
            raise HeatSinkError("no such axis", key=name, found=axis, accepted="0, 1 or 2 for x, y or z")
    if along == normal:
        raise HeatSinkError(
            "fins do not run normal to their board", key="normal", found=normal, accepted=f"not {along}"
        )
    order = np.empty(3, dtype=np.int64)
    order[[along, 3 - along - normal, normal]] = range(3)
    return block._replace(
        inverse_permeability=block.inverse_permeability[order],
        forchheimer=block.forchheimer[order],
        conductivity=block.conductivity[order],
    )


def _conductivities(stack: BoardStack, k: float) -> np.ndarray:
    sink, fins = stack.sink, stack.sink.fins
    metal, share = sink.conductivity, fins.solid_share
    parallel = share * metal + (1.0 - share) * k
    if isinstance(fins, PlateFins):
        fins_along = parallel
        fins_across = 1.0 / (share / metal + (1.0 - share) / k)
    else:
        # Cylinders across the heat flow (Maxwell 1873, Rayleigh 1892), the lower bound of Hashin and Shtrikman.
        more, less = (1.0 + share), (1.0 - share)
        fins_along = fins_across = k * (more * metal + less * k) / (less * metal + more * k)
    along, across = stack.cover
    base = stack.sides * sink.base_thickness
    tips = stack.sides * fins.height
    depth = stack.board_pitch

    def broken(of: float, length: float, width: float) -> float:
        """Pieces with liquid between them: in series along the heat flow, in parallel beside it."""
        return width / (length / of + (1.0 - length) / k) + (1.0 - width) * k

    in_plane = [
        stack.board_thickness * stack.board_conductivity
        + base * broken(metal, *cover)
        + tips * broken(of, *cover)
        + stack.clearance * k
        for of, cover in ((fins_along, (along, across)), (fins_across, (across, along)))
    ]
    cover = along * across
    through = math.fsum(
        [
            stack.board_thickness / stack.board_conductivity,
            base / (cover * metal + (1.0 - cover) * k),
            tips / (cover * parallel + (1.0 - cover) * k),
            stack.clearance / k,
        ]
    )
    return np.array([in_plane[0] / depth, in_plane[1] / depth, depth / through])
