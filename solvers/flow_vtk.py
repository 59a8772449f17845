"""Fields of a flow as a VTK file, which ParaView and VisIt open."""

import os
import tempfile
from pathlib import Path

import numpy as np
import xarray as xr

from hashheat.solvers.flow_dataset import flow_dataset
from hashheat.solvers.flow_model import FlowBox, rest
from hashheat.thermo.errors import HashheatError, InputError

_CELLS = ("z", "y", "x")
_VELOCITY = ("u", "v", "w")


class MissingVtkError(HashheatError):
    """A VTK file is asked for, and the optional package that writes it is not installed."""


def check_vtk() -> None:
    """Raise unless VTK files can be written.

    Raises
    ------
    MissingVtkError
        If pyvista is not installed; it says how to install it.
    """
    try:
        import pyvista  # noqa: F401
    except ImportError as error:
        raise MissingVtkError(
            "VTK files are written with pyvista, which is not installed\n"
            f"  found:    {error}\n"
            "  accepted: pip install 'hashheat[vtk]'; result.nc holds the same fields without it"
        ) from None


def write_vtk(fields: xr.Dataset | FlowBox, path: str | Path) -> Path:
    """Write every field over the cells, and the velocity as a vector, as an XML rectilinear grid (``.vtr``).

    Parameters
    ----------
    fields : xarray.Dataset or FlowBox
        Of :func:`hashheat.solvers.flow_dataset.flow_dataset`, or one that holds its fields among others. A box
        alone is written at rest, to look at its zones before it is solved.
    path : str or Path
        Written whole or not at all.

    Returns
    -------
    Path
        As given.

    Raises
    ------
    MissingVtkError
        If pyvista is not installed.
    InputError
        For a Dataset without the faces of a grid.
    """
    check_vtk()
    import pyvista

    data = flow_dataset(fields, rest(fields)) if isinstance(fields, FlowBox) else fields
    missing = [name for name in ("x_face", "y_face", "z_face") if name not in data.coords]
    if missing:
        raise InputError(
            "there is no grid to write",
            key="fields",
            found=f"a Dataset without {', '.join(missing)}",
            accepted="the Dataset of flow_dataset",
        )
    grid = pyvista.RectilinearGrid(*(np.asarray(data[f"{axis}_face"].values) for axis in "xyz"))
    for name, field in data.data_vars.items():
        if field.dims == _CELLS:
            # VTK counts x fastest, as the last axis of ours is.
            grid.cell_data[str(name)] = field.values.ravel()
    if all(name in data for name in _VELOCITY):
        parts = [data[name].values.ravel() for name in _VELOCITY]
        grid.cell_data["velocity"] = np.column_stack(parts)
    target = Path(path)
    # pyvista knows the format by the name's ending alone; ours may be a temporary one.
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".hashheat-") as folder:
        written = Path(folder) / "fields.vtr"
        grid.save(written)
        os.replace(written, target)
    return target
