"""Whether the oil of a tank is turbulent, and the mixing length where it is."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from hashheat.components.tank_blocks import Block, Patch
from hashheat.solvers.flow_model import FlowGrid
from hashheat.thermo.liquid import Liquid

if TYPE_CHECKING:
    from hashheat.components.tank_file import TankFile

#: Grashof number of the depth above which a boundary layer along a wall turns turbulent, at any Prandtl number
#: (A. Bejan, Convection Heat Transfer, 4th ed., 2013, section 4.6).
TURBULENT_GRASHOF = 1e9

#: Reynolds number of an inlet, with its hydraulic diameter, above which its jet counts as turbulent.
TURBULENT_REYNOLDS = 2300.0

#: Reynolds number of the plumes between and above the miners, by the velocity that buoyancy gives oil over the
#: depth and by the mean width between bodies, above which they count as turbulent. Assumed: free jets and plumes
#: lose their laminar form earlier than pipe flow, and none was measured in such a tank.
TURBULENT_PLUME = 2300.0

#: Constants of the mixing length: next to a wall, and in the core over the largest distance from any wall
#: (L. Prandtl; H. Schlichting, Boundary-Layer Theory, 7th ed., 1979, chapter XIX and XX).
_KARMAN, _CORE = 0.41, 0.09


class Mixing(NamedTuple):
    """How turbulence is treated.

    Attributes
    ----------
    length : (nz, ny, nx) array
        Mixing length [m], 0 where the flow is laminar.
    name : str
        ``"laminar"`` or ``"mixing length"``.
    reason : str
        In one sentence.
    grashof, inlet_Re, plume_Re : float
        What it was judged by; ``inlet_Re`` is 0 without inlets.
    """

    length: np.ndarray
    name: str
    reason: str
    grashof: float
    inlet_Re: float
    plume_Re: float


def mixing(
    file: "TankFile",
    grid: FlowGrid,
    liquid: Liquid,
    blocks: Sequence[Block],
    inlets: Sequence[tuple[Patch, tuple[slice, slice]]],
    T: float,
    volume_flow: float,
    power: float,
) -> Mixing:
    """Decide, by the file's wish or by Grashof and Reynolds numbers.

    Parameters
    ----------
    file : TankFile
    grid : FlowGrid
    liquid : Liquid
    blocks : sequence of Block
        Miners: inside them the flow counts as laminar.
    inlets : sequence of (Patch, faces)
    T : float
        Of the properties [K].
    volume_flow : float
        [m^3/s]
    power : float
        Of all miners [W].

    Returns
    -------
    Mixing

    Notes
    -----
    The Grashof number of the depth takes the rise of the oil on its way through the tank as its difference of
    temperatures, or 10 K where none flows through. The velocity of the plumes is that of free fall,
    sqrt(g beta dT depth).
    """
    depth = float(grid.z[-1] - grid.z[0])
    x = T - liquid.T_ref
    nu = math.exp(np.polynomial.polynomial.polyval(x, liquid.log_viscosity)) / liquid.density
    beta = abs(float(np.polynomial.polynomial.polyval(x, np.polynomial.polynomial.polyder(liquid.buoyancy))))
    cp = float(np.polynomial.polynomial.polyval(x, liquid.heat_capacity))
    rise = power / (liquid.density * cp * volume_flow) if volume_flow > 0.0 else 10.0
    grashof = 9.80665 * beta * rise * depth**3 / nu**2
    Re = 0.0
    area = sum(patch.area for patch, _ in inlets)
    for patch, _ in inlets:
        a, b = patch.high - patch.low
        Re = max(Re, volume_flow / area * 2.0 * a * b / (a + b) / nu)
    plume = math.sqrt(9.80665 * beta * rise * depth) * _open_width(grid, blocks) / nu
    wish = file.grid.turbulence
    numbers = (
        f"Grashof number of the depth {grashof:.2g}, Reynolds numbers: inlets {Re:.3g}, plumes {plume:.3g}"
    )
    turbulent = grashof > TURBULENT_GRASHOF or Re > TURBULENT_REYNOLDS or plume > TURBULENT_PLUME
    if wish == "auto":
        limits = f"{TURBULENT_GRASHOF:.0e}, {TURBULENT_REYNOLDS:.0f} and {TURBULENT_PLUME:.0f} (assumed)"
        reason = f"{numbers}: turbulent above {limits}"
    else:
        reason = f"grid.turbulence = {wish!r}; {numbers}"
        turbulent = wish == "mixing-length"
    length = wall_mixing_length(grid, blocks) if turbulent else np.zeros(grid.shape)
    return Mixing(length, "mixing length" if turbulent else "laminar", reason, grashof, Re, plume)


def _open_width(grid: FlowGrid, blocks: Sequence[Block]) -> float:
    """Hydraulic diameter of the open cross-section beside the miners, of the whole tank without any [m]."""
    length, width = (float(f[-1] - f[0]) for f in (grid.x, grid.y))
    # Blocks above each other stand in the same place.
    places = {tuple(np.round([*b.low[:2], *b.high[:2]], 6)) for b in blocks}
    taken = sum((x1 - x0) * (y1 - y0) for x0, y0, x1, y1 in places)
    edges = sum(2.0 * (x1 - x0 + y1 - y0) for x0, y0, x1, y1 in places)
    return 4.0 * (length * width - taken) / (2.0 * (length + width) + edges)


def wall_mixing_length(grid: FlowGrid, blocks: Sequence[Block]) -> np.ndarray:
    """Prandtl's mixing length by the distance from the nearest wall.

    Parameters
    ----------
    grid : FlowGrid
    blocks : sequence of Block
        Their faces are walls, and inside the length is 0. The free surface is no wall.

    Returns
    -------
    (nz, ny, nx) array
        [m]
    """
    x, y, z = (0.5 * (f[1:] + f[:-1]) for f in (grid.x, grid.y, grid.z))
    Z, Y, X = np.meshgrid(z, y, x, indexing="ij")
    distance = np.minimum.reduce(
        [X - grid.x[0], grid.x[-1] - X, Y - grid.y[0], grid.y[-1] - Y, Z - grid.z[0]]
    )
    for block in blocks:
        outside = [
            np.maximum(np.maximum(block.low[i] - P, P - block.high[i]), 0.0) for i, P in enumerate((X, Y, Z))
        ]
        distance = np.minimum(distance, np.sqrt(sum(part * part for part in outside)))
    return np.minimum(_KARMAN * distance, _CORE * float(distance.max()))
