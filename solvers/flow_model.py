"""What the flow solver is given and what it returns, as plain arrays in tuples.

The box is a stretched structured grid of ``nz x ny x nx`` cells. Fields are staggered (Harlow and Welch 1965):
pressure and temperature stand in the cells, ``u``, ``v`` and ``w`` on the faces across x, y and z. All arrays
are indexed ``[k, j, i]`` (z, y, x). A box one cell deep, ``nz = 1`` with
slip at the bottom and top, is a plane case.

Velocities are superficial (volume flow per total area), in porous zones too. The equations are

    div U = 0
    (rho / eps) [dU/dt + U . grad(U / eps)] = -grad p + div(mu / eps (grad U + grad U^T))
        - (mu / K + rho C |U|) U + rho b(T) g + force
    C_v dT/dt + div(rho U h(T)) = div(k grad T) + source + exchange (T_exchange - T)

with p the pressure over the hydrostatic one of the reference density, eps the porosity, 1/K the inverse
permeability and C the Forchheimer coefficient by direction, b(T) = rho(T)/rho - 1 and h the enthalpy.

References
----------
F. Harlow, J. Welch, Phys. Fluids 8 (1965) 2182; P. Nithiarasu, K. Seetharamu, T. Sundararajan, Int. J. Heat
Mass Transfer 40 (1997) 3955 (porous terms).
"""

from typing import NamedTuple

import numpy as np

from hashheat.thermo.liquid import Liquid

#: Kinds of a boundary face.
WALL, SLIP, INLET, OUTLET = range(4)

#: Order of the sides of a box: normal to x, y, z, the low side of each first.
WEST, EAST, SOUTH, NORTH, BOTTOM, TOP = range(6)


class FlowGrid(NamedTuple):
    """Positions of the cell faces along each axis [m], rising; ``nx + 1``, ``ny + 1`` and ``nz + 1`` of them."""

    x: np.ndarray
    y: np.ndarray
    z: np.ndarray

    @property
    def shape(self) -> tuple[int, int, int]:
        """Cells along z, y and x."""
        return len(self.z) - 1, len(self.y) - 1, len(self.x) - 1


class Side(NamedTuple):
    """Conditions on one side of the box; arrays over its faces, shape (nz, ny), (nz, nx) or (ny, nx).

    Parameters
    ----------
    kind : int array
        ``WALL`` (no slip), ``SLIP`` (free surface or symmetry), ``INLET`` or ``OUTLET`` (pressure zero).
    velocity : (3, ...) float array
        Along x, y, z [m/s]: of a moving wall (its tangential parts) or of the liquid at an inlet (all parts).
    htc : float array
        From the surface to ``temperature`` [W/(m^2 K)]; 0 adiabatic, inf isothermal. Not used at inlets, outlets.
    temperature : float array
        Outside of a wall, of the entering liquid at an inlet, of liquid that flows back in at an outlet [K].
    heat_flux : float array
        Additional heat into the box [W/m^2]; with a finite ``htc`` only.
    """

    kind: np.ndarray
    velocity: np.ndarray
    htc: np.ndarray
    temperature: np.ndarray
    heat_flux: np.ndarray


class FlowBox(NamedTuple):
    """A flow problem: geometry, liquid, zones and sides.

    Parameters
    ----------
    grid : FlowGrid
    liquid : Liquid
    gravity : (3,) float array
        Along x, y, z [m/s^2].
    sides : tuple of 6 Side
        In the order WEST, EAST, SOUTH, NORTH, BOTTOM, TOP.
    solid : (nz, ny, nx) bool array
        Cells without flow.
    porosity : (nz, ny, nx) float array
        Share of liquid [-], 1 in the open.
    inverse_permeability : (3, nz, ny, nx) float array
        1/K along x, y, z [1/m^2], 0 in the open.
    forchheimer : (3, nz, ny, nx) float array
        C along x, y, z [1/m]: inertial loss rho C |U| U.
    conductivity : (3, nz, ny, nx) float array
        Of solids, and effective one of porous zones, along x, y, z [W/(m K)]; 0 takes the liquid's own.
    heat_capacity : (nz, ny, nx) float array
        Volumetric, of what stores heat in a cell [J/(m^3 K)]; 0 takes the liquid's.
    source : (nz, ny, nx) float array
        Heat released in each cell [W].
    exchange : (nz, ny, nx) float array
        Conductance of each cell to ``exchange_temperature`` (a coil) [W/K].
    exchange_temperature : (nz, ny, nx) float array
        [K]
    mixing_length : (nz, ny, nx) float array
        Of the turbulence model [m]; 0 is laminar.
    force : tuple of 3 float arrays
        Body force at the faces across x, y, z [N/m^3], shapes of u, v, w of :class:`FlowState`.
    """

    grid: FlowGrid
    liquid: Liquid
    gravity: np.ndarray
    sides: tuple[Side, Side, Side, Side, Side, Side]
    solid: np.ndarray
    porosity: np.ndarray
    inverse_permeability: np.ndarray
    forchheimer: np.ndarray
    conductivity: np.ndarray
    heat_capacity: np.ndarray
    source: np.ndarray
    exchange: np.ndarray
    exchange_temperature: np.ndarray
    mixing_length: np.ndarray
    force: tuple[np.ndarray, np.ndarray, np.ndarray]


class FlowState(NamedTuple):
    """Fields of a flow.

    Parameters
    ----------
    u : (nz, ny, nx + 1) float array
        Velocity along x on the faces across x, the sides' faces included [m/s].
    v : (nz, ny + 1, nx) float array
        Along y [m/s].
    w : (nz + 1, ny, nx) float array
        Along z [m/s].
    p : (nz, ny, nx) float array
        Pressure over the hydrostatic one [Pa].
    T : (nz, ny, nx) float array
        Temperature [K].
    """

    u: np.ndarray
    v: np.ndarray
    w: np.ndarray
    p: np.ndarray
    T: np.ndarray


def side(
    shape: tuple[int, int],
    kind: int = WALL,
    velocity: tuple[float, float, float] = (0.0, 0.0, 0.0),
    htc: float = 0.0,
    temperature: float = 0.0,
    heat_flux: float = 0.0,
) -> Side:
    """Make a side with the same conditions on all faces; its arrays may be changed in place afterwards.

    Parameters
    ----------
    shape : tuple of 2 ints
        (nz, ny) for WEST and EAST, (nz, nx) for SOUTH and NORTH, (ny, nx) for BOTTOM and TOP.
    kind, velocity, htc, temperature, heat_flux
        See :class:`Side`.

    Returns
    -------
    Side
    """
    speeds = np.empty((3, *shape))
    speeds[...] = np.array(velocity)[:, None, None]
    return Side(
        np.full(shape, kind, dtype=np.int64),
        speeds,
        np.full(shape, float(htc)),
        np.full(shape, float(temperature)),
        np.full(shape, float(heat_flux)),
    )


def flow_box(
    grid: FlowGrid, liquid: Liquid, gravity: tuple[float, float, float] = (0.0, 0.0, 0.0)
) -> FlowBox:
    """Box of open liquid with adiabatic walls at rest; its arrays are then changed in place.

    A box one cell deep along z gets slip at its bottom and top.

    Parameters
    ----------
    grid : FlowGrid
    liquid : Liquid
    gravity : tuple of 3 floats
        [m/s^2]

    Returns
    -------
    FlowBox
        Sides are replaced by ``box._replace(sides=...)`` or changed in place.
    """
    nz, ny, nx = shape = grid.shape
    T = liquid.T_ref
    flat = SLIP if nz == 1 else WALL
    sides = (
        side((nz, ny), temperature=T),
        side((nz, ny), temperature=T),
        side((nz, nx), temperature=T),
        side((nz, nx), temperature=T),
        side((ny, nx), flat, temperature=T),
        side((ny, nx), flat, temperature=T),
    )
    return FlowBox(
        grid=grid,
        liquid=liquid,
        gravity=np.array(gravity, dtype=float),
        sides=sides,
        solid=np.zeros(shape, dtype=np.bool_),
        porosity=np.ones(shape),
        inverse_permeability=np.zeros((3, *shape)),
        forchheimer=np.zeros((3, *shape)),
        conductivity=np.zeros((3, *shape)),
        heat_capacity=np.zeros(shape),
        source=np.zeros(shape),
        exchange=np.zeros(shape),
        exchange_temperature=np.full(shape, T),
        mixing_length=np.zeros(shape),
        force=(np.zeros((nz, ny, nx + 1)), np.zeros((nz, ny + 1, nx)), np.zeros((nz + 1, ny, nx))),
    )


def rest(box: FlowBox, T: float | None = None) -> FlowState:
    """Liquid at rest at one temperature [K], the reference one of the liquid by default."""
    nz, ny, nx = box.grid.shape
    cells = np.full((nz, ny, nx), box.liquid.T_ref if T is None else float(T))
    return FlowState(
        np.zeros((nz, ny, nx + 1)),
        np.zeros((nz, ny + 1, nx)),
        np.zeros((nz + 1, ny, nx)),
        np.zeros((nz, ny, nx)),
        cells,
    )
