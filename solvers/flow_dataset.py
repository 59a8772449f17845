"""Fields of a flow as a Dataset that NetCDF tools and drawings understand."""

from importlib.metadata import version

import numpy as np
import xarray as xr

from hashheat.solvers.flow_model import FlowBox, FlowState
from hashheat.thermo.errors import InputError

#: Values of ``zone``.
LIQUID, POROUS, SOLID = range(3)
#: Names of the values of ``zone``, in their order.
ZONES = ("liquid", "porous", "solid")

_CELLS = ("z", "y", "x")
#: name: (unit, long name)
_FIELDS = {
    "T": ("K", "temperature"),
    "p": ("Pa", "pressure over the hydrostatic one of the reference density"),
    "u": ("m s-1", "superficial velocity along x, mean of both faces of the cell"),
    "v": ("m s-1", "superficial velocity along y, mean of both faces of the cell"),
    "w": ("m s-1", "superficial velocity along z, mean of both faces of the cell"),
    "speed": ("m s-1", "superficial speed"),
    "density_deviation": ("kg m-3", "density less the reference one"),
    "source": ("W", "heat released in the cell"),
    "zone": ("1", "kind of the cell"),
}


def flow_dataset(box: FlowBox, state: FlowState) -> xr.Dataset:
    """Fields of a flow in the cells of its grid.

    Parameters
    ----------
    box : FlowBox
    state : FlowState
        Of this box.

    Returns
    -------
    xarray.Dataset
        Over ``z``, ``y``, ``x``, the middles of the cells [m] (faces in ``z_face``, ``y_face``, ``x_face``): ``T``
        [K], ``p`` over the hydrostatic pressure [Pa], ``u``, ``v``, ``w`` and ``speed`` [m/s] from means of the
        faces of a cell, superficial in porous zones, ``density_deviation`` from the reference density
        [kg/m^3], ``source`` [W] and ``zone`` (0 liquid, 1 porous, 2 solid). Its attributes give the reference
        temperature and density of the liquid, and gravity. Written to NetCDF it reads back the same.

    Raises
    ------
    InputError
        If the state is not of the box's shape.
    """
    nz, ny, nx = shape = box.grid.shape
    for name, of, expected in (
        ("u", state.u, (nz, ny, nx + 1)),
        ("v", state.v, (nz, ny + 1, nx)),
        ("w", state.w, (nz + 1, ny, nx)),
        ("p", state.p, shape),
        ("T", state.T, shape),
    ):
        if of.shape != expected:
            raise InputError("the state is not of this box", key=name, found=of.shape, accepted=str(expected))
    liquid = box.liquid
    u = 0.5 * (state.u[:, :, 1:] + state.u[:, :, :-1])
    v = 0.5 * (state.v[:, 1:, :] + state.v[:, :-1, :])
    w = 0.5 * (state.w[1:, :, :] + state.w[:-1, :, :])
    values = {
        "T": state.T,
        "p": state.p,
        "u": u,
        "v": v,
        "w": w,
        "speed": np.sqrt(u * u + v * v + w * w),
        "density_deviation": liquid.density
        * np.polynomial.polynomial.polyval(state.T - liquid.T_ref, liquid.buoyancy),
        "source": box.source,
        "zone": zone_of_cells(box),
    }
    made = xr.Dataset(
        {
            name: (_CELLS, np.array(values[name]), {"units": unit, "long_name": meaning})
            for name, (unit, meaning) in _FIELDS.items()
        },
        _coordinates(box),
        {
            "Conventions": "CF-1.11",
            "hashheat_version": version("hashheat"),
            "reference_temperature_kelvin": liquid.T_ref,
            "reference_density_kilogram_per_cubic_metre": liquid.density,
            "gravity_metre_per_second_squared": np.array(box.gravity, dtype=float),
        },
    )
    made["zone"].attrs.update(
        flag_values=np.arange(len(ZONES), dtype=made["zone"].dtype), flag_meanings=" ".join(ZONES)
    )
    return made


def zone_of_cells(box: FlowBox) -> np.ndarray:
    """Kind of each cell: ``LIQUID``, ``POROUS`` or ``SOLID``.

    Parameters
    ----------
    box : FlowBox

    Returns
    -------
    (nz, ny, nx) int array
        Porous is what has less than the whole for the liquid, or resists its flow.
    """
    resists = (box.inverse_permeability > 0.0).any(axis=0) | (box.forchheimer > 0.0).any(axis=0)
    zone = np.where((box.porosity < 1.0) | resists, POROUS, LIQUID)
    return np.where(box.solid, SOLID, zone).astype(np.int32)


def _coordinates(box: FlowBox) -> dict[str, xr.DataArray]:
    """Middles and faces of the cells along each axis."""
    found: dict[str, xr.DataArray] = {}
    for k, name in enumerate("xyz"):
        faces = np.asarray(box.grid[k], dtype=float)
        attrs = {"units": "m", "axis": name.upper()}
        if name == "z":
            attrs["positive"] = "up"
        middles = 0.5 * (faces[1:] + faces[:-1])
        found[name] = xr.DataArray(middles, dims=name, attrs=attrs | {"long_name": f"{name} of the cells"})
        face = f"{name}_face"
        found[face] = xr.DataArray(
            faces, dims=face, attrs={"units": "m", "long_name": f"{name} of the faces between cells"}
        )
    return found
