"""A vertical section through a tank: temperature, the flow in its plane, and what stands in it."""

from typing import Any, NamedTuple

import numpy as np
import xarray as xr

from hashheat.components.plot_style import BLACK
from hashheat.solvers.flow_dataset import LIQUID, SOLID
from hashheat.thermo.errors import InputError

_ZERO_C = 273.15
_MM = 1e3
#: Dark is cold, in grey print too.
COLORS = "inferno"
#: Points of the even net that streamlines are traced on, along the longer side.
_NET = 90
#: Speeds below this share of the largest draw no line: they are what a solver leaves of nothing.
_FAINT = 1e-3
_FIELDS = ("T", "u", "v", "w", "zone")


class Section(NamedTuple):
    """Fields in a plane across y or x: heights along the first axis of the arrays.

    Attributes
    ----------
    across : str
        Axis that the plane is normal to: ``"y"`` or ``"x"``.
    along : str
        The other horizontal axis.
    at : float
        Middle of the cells that are cut [m].
    edges, heights : (n + 1,), (nz + 1,) float array
        Faces of the cells [m].
    T : (nz, n) float array
        [K]
    u, w : (nz, n) float array
        Velocity along the plane and upwards [m/s].
    zone : (nz, n) int array
    """

    across: str
    along: str
    at: float
    edges: np.ndarray
    heights: np.ndarray
    T: np.ndarray
    u: np.ndarray
    w: np.ndarray
    zone: np.ndarray


def check_fields(result: xr.Dataset) -> None:
    """Raise unless a Dataset holds the fields of a flow.

    Parameters
    ----------
    result : xarray.Dataset
        Of :meth:`hashheat.components.immersion_tank.ImmersionTank.solve`, or of ``flow_dataset``.

    Raises
    ------
    InputError
        Naming those that are missing, or for fields of several instants.
    """
    missing = [name for name in (*_FIELDS, "x_face", "y_face", "z_face") if name not in result]
    if missing:
        raise InputError(
            "there is nothing to draw",
            key="result",
            found=f"a Dataset without {', '.join(missing)}",
            accepted="the Dataset of solve(), or of flow_dataset",
        )
    if result["T"].dims != ("z", "y", "x"):
        raise InputError(
            "only one state can be drawn",
            key="result",
            found=f"T over {', '.join(map(str, result['T'].dims))}",
            accepted="T over z, y, x: choose one with result.isel(...)",
        )


def cut(result: xr.Dataset, across: str, at: float | None = None) -> Section:
    """Fields in the plane of cells nearest to a place.

    Parameters
    ----------
    result : xarray.Dataset
        With the fields of :func:`hashheat.solvers.flow_dataset.flow_dataset`.
    across : {"y", "x"}
        Axis that the plane is normal to.
    at : float, optional
        Place along it [m]; the middle of where heat is released if not given.

    Returns
    -------
    Section

    Raises
    ------
    InputError
        For another axis, a place outside the tank, or a Dataset without fields.
    """
    check_fields(result)
    if across not in ("x", "y"):
        raise InputError(
            "a vertical section is across x or y", key="across", found=across, accepted="'x' or 'y'"
        )
    faces = result[f"{across}_face"].values
    place = _middle_of_heat(result, across) if at is None else float(at)
    if not faces[0] <= place <= faces[-1]:
        raise InputError(
            "the section lies outside the tank",
            key="at",
            found=f"{place:g} m",
            accepted=f"{faces[0]:g} to {faces[-1]:g} m along {across}",
        )
    k = int(np.clip(np.searchsorted(faces, place, side="right") - 1, 0, len(faces) - 2))
    plane = result[list(_FIELDS)].isel({across: k})
    along = "x" if across == "y" else "y"
    return Section(
        across,
        along,
        float(0.5 * (faces[k] + faces[k + 1])),
        result[f"{along}_face"].values,
        result["z_face"].values,
        plane["T"].values,
        plane["u" if along == "x" else "v"].values,
        plane["w"].values,
        plane["zone"].values,
    )


def _middle_of_heat(result: xr.Dataset, axis: str) -> float:
    """Mean place of the heat released, or the middle of the tank where none is [m]."""
    faces = result[f"{axis}_face"].values
    others = [name for name in ("x", "y", "z") if name != axis]
    heat = np.abs(result["source"].sum(others).values) if "source" in result else np.zeros(len(faces) - 1)
    if heat.sum() <= 0.0:
        return float(0.5 * (faces[0] + faces[-1]))
    return float((heat * result[axis].values).sum() / heat.sum())


def draw_section(ax: Any, section: Section, limits: tuple[float, float]) -> Any:
    """Draw temperature as colours, the flow as streamlines, zones as outlines.

    Parameters
    ----------
    ax : matplotlib Axes
    section : Section
    limits : (float, float)
        Ends of the scale [°C].

    Returns
    -------
    ScalarMappable
        For a colour bar [°C].
    """
    s = section
    edges, heights = s.edges * _MM, s.heights * _MM
    image = ax.pcolormesh(
        edges,
        heights,
        s.T - _ZERO_C,
        cmap=COLORS,
        vmin=limits[0],
        vmax=limits[1],
        shading="flat",
        rasterized=True,
    )
    _draw_solids(ax, edges, heights, s.zone)
    _draw_streamlines(ax, s)
    _outline(ax, edges, heights, s.zone)
    ax.set_xlim(edges[0], edges[-1])
    ax.set_ylim(heights[0], heights[-1])
    ax.set_aspect("equal")
    ax.grid(False)
    top = float(np.hypot(s.u, s.w).max())
    note = f"\nflow in the plane up to {_speed(top)}" if top > 0.0 else ""
    ax.set_xlabel(f"{s.along} [mm]{note}")
    ax.set_ylabel("height [mm]")
    return image


def _speed(value: float) -> str:
    return f"{1e3 * value:.2g} mm/s" if value < 0.1 else f"{value:.2g} m/s"


def _draw_solids(ax: Any, edges: np.ndarray, heights: np.ndarray, zone: np.ndarray) -> None:
    """Hatch what no liquid flows through."""
    from matplotlib.patches import Rectangle

    for k, i in zip(*np.nonzero(zone == SOLID)):
        size = edges[i + 1] - edges[i], heights[k + 1] - heights[k]
        corner = (edges[i], heights[k])
        ax.add_patch(Rectangle(corner, *size, fc="none", ec="#9aa3ad", hatch="////", lw=0.0, zorder=2.5))


def _outline(ax: Any, edges: np.ndarray, heights: np.ndarray, zone: np.ndarray) -> None:
    """Draw lines between cells of different kinds, those of the tank's edge too."""
    from matplotlib.collections import LineCollection

    padded = np.pad(zone, 1, constant_values=LIQUID)
    lines = []
    for k, i in zip(*np.nonzero(padded[1:, 1:-1] != padded[:-1, 1:-1])):
        lines.append([(edges[i], heights[k]), (edges[i + 1], heights[k])])
    for k, i in zip(*np.nonzero(padded[1:-1, 1:] != padded[1:-1, :-1])):
        lines.append([(edges[i], heights[k]), (edges[i], heights[k + 1])])
    for color, width in ((BLACK, 2.0), ("white", 1.1)):
        # A white line with dark sides shows on every colour.
        made = LineCollection(lines, colors=color, linewidths=width, zorder=4, capstyle="projecting")
        ax.add_collection(made)


def _draw_streamlines(ax: Any, s: Section) -> None:
    """Streamlines of the flow in the plane, broader where it is faster."""
    speed = np.hypot(s.u, s.w)
    top = float(speed.max())
    if not top > 0.0 or min(s.T.shape) < 2:
        return
    x, z, (u, w) = _even(s)
    fast = np.hypot(u, w)
    u, w = (np.ma.masked_where(fast < _FAINT * top, part) for part in (u, w))
    if u.mask.all():
        return
    width = 0.4 + 1.2 * np.sqrt(np.minimum(fast / top, 1.0))
    shape = (s.heights[-1] - s.heights[0]) / (s.edges[-1] - s.edges[0])
    density = (1.3, float(np.clip(1.3 * shape, 0.35, 1.6)))
    ax.streamplot(
        x * _MM, z * _MM, u, w, color=(1.0, 1.0, 1.0, 0.75), linewidth=width, density=density, arrowsize=0.8,
        minlength=0.08, zorder=3,
    )  # fmt: skip


def _even(s: Section) -> tuple[np.ndarray, np.ndarray, list[np.ndarray]]:
    """Velocities on an even net, which streamlines are traced on: linear between the middles of the cells."""
    from scipy.interpolate import RegularGridInterpolator

    middles = [0.5 * (f[1:] + f[:-1]) for f in (s.heights, s.edges)]
    size = s.edges[-1] - s.edges[0], s.heights[-1] - s.heights[0]
    nx, nz = (max(int(_NET * length / max(size)), 12) for length in size)
    x = np.linspace(middles[1][0], middles[1][-1], nx)
    z = np.linspace(middles[0][0], middles[0][-1], nz)
    Z, X = np.meshgrid(z, x, indexing="ij")
    parts = [RegularGridInterpolator(middles, part)((Z, X)) for part in (s.u, s.w)]
    return x, z, parts
