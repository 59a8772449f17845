"""Keep the reduced form of a cold plate in a NetCDF file, to be used again without the full plate."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from hashheat.components.chebyshev_box import ChebyshevBox
from hashheat.components.errors import ReducedPlateError
from hashheat.components.kinked_box import KinkedBox
from hashheat.components.reduced_path_build import reduced_path
from hashheat.components.reduced_plate import ReducedPlate
from hashheat.components.reduced_plate_check import ReductionErrors
from hashheat.components.reduced_plate_fit import Fitted, Shift
from hashheat.thermo.errors import InputError
from hashheat.thermo.fluid import Fluid

if TYPE_CHECKING:
    from hashheat.components.cold_plate import ColdPlate

#: Changes whenever a form written before would be read wrongly.
_FORMAT = 2


def write_reduced(plate: ReducedPlate, path: str | Path) -> None:
    """Write a reduced plate.

    Parameters
    ----------
    plate : ReducedPlate
        Made for a named coolant.
    path : str or Path
        NetCDF file to write.

    Raises
    ------
    InputError
        For a form that was made from a table of properties alone, or a file that cannot be written.
    """
    if plate.fluid is None or plate.errors is None:
        raise InputError("a form without a named coolant cannot be kept", file=str(path))
    fitted = plate.fitted
    box, shape = _smooth(fitted.corrections), _smooth(fitted.shape)
    data = {
        "low": ("axis", box.low),
        "high": ("axis", box.high),
        "corrections": (("term", "correction"), box.coefficients),
        "degrees": (("term", "axis"), box.degrees),
        "shape": (("term", "chip"), shape.coefficients),
        "shift": (
            ("size", "power", "correction"),
            np.zeros((len(fitted.shifts), 2, box.coefficients.shape[1])),
        ),
        "shift_range": (("size", "end"), np.zeros((len(fitted.shifts), 3))),
    }
    if isinstance(fitted.corrections, KinkedBox) and isinstance(fitted.shape, KinkedBox):
        data |= {
            "fold": ("fold_term", fitted.corrections.fold.coefficients[:, 0]),
            "fold_degrees": (("fold_term", "other_axis"), fitted.corrections.fold.degrees),
            "corrections_along": (("near", "correction"), fitted.corrections.coefficients),
            "shape_along": (("near", "chip"), fitted.shape.coefficients),
        }
    for i, shift in enumerate(fitted.shifts):
        data["shift"][1][i] = shift.coefficients
        data["shift_range"][1][i] = (shift.nominal, shift.lower, shift.upper)
    attrs = {
        "format": _FORMAT,
        "cold_plate": plate.name,
        "digest": _digest(plate),
        "fluid": plate.fluid.name,
        "pressure_pascal": plate.pressure,
        "shift_keys": json.dumps([shift.key for shift in fitted.shifts]),
        "errors": json.dumps(plate.errors._asdict()),
    }
    try:
        xr.Dataset(data, attrs=attrs).to_netcdf(Path(path), engine="h5netcdf")
    except OSError as error:
        raise InputError(f"file cannot be written: {error}", file=str(path)) from None


def read_reduced(path: str | Path, plate: "ColdPlate") -> ReducedPlate:
    """Read a reduced plate.

    Parameters
    ----------
    path : str or Path
        Of :func:`write_reduced`.
    plate : ColdPlate
        The plate that was reduced; its cells are built, no state of it is solved.

    Returns
    -------
    ReducedPlate

    Raises
    ------
    InputError
        For a file that cannot be read.
    ReducedPlateError
        If the plate's numbers, cells or chips are not those that were reduced.
    """
    try:
        with xr.open_dataset(Path(path), engine="h5netcdf") as opened:
            found = opened.load()
        kept = dict(found.attrs)
        errors = json.loads(kept["errors"])
        keys = json.loads(kept["shift_keys"])
        form = int(kept["format"])
    except (OSError, KeyError, ValueError) as error:
        raise InputError(
            "is no reduced cold plate",
            file=str(path),
            found=str(error),
            accepted="a file that was written as one",
        ) from None
    if form != _FORMAT:
        raise InputError("was written by another version", file=str(path), found=form, accepted=str(_FORMAT))
    full = plate.prepared()
    heat = full.geometry.chip_heat
    assert heat is not None
    low, high, degrees = (found[name].values for name in ("low", "high", "degrees"))
    boxes: list[ChebyshevBox | KinkedBox] = []
    for name in ("corrections", "shape"):
        box = ChebyshevBox(low, high, degrees, found[name].values)
        if "fold" not in found:
            boxes.append(box)
            continue
        fold = ChebyshevBox(low[1:], high[1:], found["fold_degrees"].values, found["fold"].values[:, None])
        boxes.append(KinkedBox(box, fold, found[f"{name}_along"].values))
    shifts = tuple(
        Shift(key, float(ends[0]), float(ends[1]), float(ends[2]), coefficients)
        for key, ends, coefficients in zip(keys, found["shift_range"].values, found["shift"].values)
    )
    errors |= {name: tuple(errors[name]) for name in ("junction_at", "outlet_at")}
    made = ReducedPlate(
        file=plate.file,
        path=reduced_path(plate.file, full),
        fitted=Fitted(boxes[0], boxes[1], shifts),
        P_dynamic=float(np.max(heat.P_dynamic)),
        fluid=Fluid.parse(str(kept["fluid"])),
        pressure=float(kept["pressure_pascal"]),
    )
    if _digest(made) != kept["digest"]:
        raise ReducedPlateError(
            f"{plate.name}: {path} holds the reduced form of {kept['cold_plate']!r} with other numbers, "
            "cells or chips"
        )
    return replace(made, errors=ReductionErrors(**errors))


def _smooth(box: ChebyshevBox | KinkedBox) -> ChebyshevBox:
    return box.smooth if isinstance(box, KinkedBox) else box


def _digest(plate: ReducedPlate) -> str:
    """Of all that the fit depends on, but for the coolant."""
    file, path = plate.file, plate.path
    kinds = file.model_dump(include={"plate": {"cells_along", "cells_across", "layers"}, "coolant": True})
    text = json.dumps([sorted(path.nominal.items()), kinds], default=str, sort_keys=True)
    chips = file.chip_map()
    arrays = (chips.x, chips.y, chips.length, chips.width, chips.side, chips.power_factor, path.layout.chips)
    return hashlib.sha256(text.encode() + b"".join(np.asarray(a).tobytes() for a in arrays)).hexdigest()
