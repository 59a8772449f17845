"""What the solver of a cold plate found, as a Dataset."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import xarray as xr

from hashheat.components.chip_map import SIDES
from hashheat.components.chip_rises import chip_rises
from hashheat.components.coolant_layout import MicroChannels, PinFins
from hashheat.components.plate_geometry import plate_grid
from hashheat.components.prepared_plate import PreparedPlate
from hashheat.components.variables import dataset
from hashheat.solvers.conjugate_plate import PlateState, Surroundings
from hashheat.solvers.serpentine import OK
from hashheat.thermo.errors import InputError


class PlateResult(NamedTuple):
    """One solved state.

    Parameters
    ----------
    plate : PreparedPlate
    state : PlateState
    status : int
        Of :mod:`hashheat.components.failures`.
    T_out : float
        Mixed outlet [K].
    pressure_drop : float
        With ports [Pa].
    grid_error : float or None
        Of the hottest junction [K].
    T_boil : float or None
        Saturation temperature at the outlet's pressure [K], where the coolant has one.
    around : Surroundings
    """

    plate: PreparedPlate
    state: PlateState
    status: int
    T_out: float
    pressure_drop: float
    grid_error: float | None
    T_boil: float | None
    around: Surroundings


def _scalars(result: PlateResult) -> dict[str, float]:
    s = result.state
    hot = int(s.T_junction.argmax())
    power = float(s.chip_power.sum())
    found = {
        "T_out": result.T_out,
        "T_junction": float(s.T_junction[hot]),
        "junction_spread": float(np.ptp(s.T_junction)),
        "T_wall": float(s.T_wall.max()),
        "chip_power": power,
        "heat_rate": float(s.heat.sum()),
        "heat_loss": s.heat_loss,
        "pressure_drop": result.pressure_drop,
        # Undefined where no chip draws power.
        "thermal_resistance": (float(s.T_junction[hot]) - result.around.T_in) / power
        if power > 0.0
        else np.nan,
        "loop_gain": s.loop_gain,
        "imbalance": s.imbalance,
    }
    if result.T_boil is not None:
        found["boiling_margin"] = result.T_boil - float(s.T_wall.max())
    if result.grid_error is not None:
        found["grid_error"] = result.grid_error
    return found


def plate_dataset(
    results: Sequence[PlateResult],
    template: xr.DataArray,
    mass_flow: np.ndarray,
    *,
    with_fields: bool,
    attrs: Mapping[str, Any],
) -> xr.Dataset:
    """Dataset of solved states.

    Parameters
    ----------
    results : sequence of PlateResult
        One a state, of plates with the same number of cells.
    template : DataArray
        Its dimensions and coordinates are those of the states.
    mass_flow : (n,) array
        [kg/s]
    with_fields : bool
        Whether to add the temperature of every cell, and the rises from the inlet to each junction.
    attrs : mapping
        Global attributes.

    Returns
    -------
    xarray.Dataset
        Numbers with a fraction are NaN where a state has no solution; ``status`` says which. Places and sizes
        of chips run over the states too where they differ.

    Raises
    ------
    InputError
        For fields of plates of different sizes: one set of coordinates would not be true of all.
    """
    shape, dims = template.shape, tuple(str(d) for d in template.dims)
    good = np.array([r.status == OK for r in results])

    def put(rows: Sequence[Any], *more: str) -> tuple[tuple[str, ...], np.ndarray]:
        stacked = np.stack([np.asarray(row) for row in rows])
        if stacked.dtype.kind == "f":
            stacked[~good] = np.nan
        return (*dims, *more), stacked.reshape((*shape, *stacked.shape[1:]))

    scalars = [_scalars(r) for r in results]
    names = dict.fromkeys(name for s in scalars for name in s)
    data = {name: put([s.get(name, np.nan) for s in scalars]) for name in names}
    data["hot_chip"] = put([int(r.state.T_junction.argmax()) for r in results])
    data["mass_flow"] = (dims, mass_flow.reshape(shape))
    data["status"] = (dims, np.array([r.status for r in results]).reshape(shape))
    data["T_chip"] = put([r.state.T_junction for r in results], "chip")
    data["P_chip"] = put([r.state.chip_power for r in results], "chip")
    plate = results[0].plate
    chips = plate.chips
    names_of_sides = {code: name for name, code in SIDES.items()}
    coords: dict[str, Any] = {str(name): coord for name, coord in template.coords.items()}
    coords |= {
        "chip": np.array(chips.label),
        "chip_side": ("chip", np.array([names_of_sides[int(s)] for s in chips.side])),
    }
    for name in ("x", "y", "length", "width"):
        own = [getattr(r.plate.chips, name) for r in results]
        same = all(np.array_equal(a, own[0]) for a in own)
        coords[f"chip_{name}"] = ("chip", own[0]) if same else _over(own, shape, dims)
    if with_fields:
        _check_alike(results)
        x, y = plate.centres
        first = plate.model.coolant.first
        data["T_plate"] = put([r.plate.filled(r.state) for r in results], "layer", "row", "col")
        data["T_fluid"] = put([r.state.F for r in results], "cell")
        data["htc"] = put([r.state.htc for r in results], "cell")
        data["stream_flow"] = put([r.state.flow for r in results], "stream")
        data["metal"] = ("layer", "row", "col"), plate.metal
        rises = [chip_rises(r.plate, r.state, r.around.T_in) for r in results]
        data |= {name: put([rise[name] for rise in rises], "chip") for name in rises[0]}
        dz = plate_grid(plate.geometry).dz
        attrs = dict(attrs) | _shape(plate)
        coords |= {
            "layer": np.cumsum(dz) - 0.5 * dz,
            "col": x,
            "row": y,
            "cell_x": ("cell", plate.places[:, 0]),
            "cell_y": ("cell", plate.places[:, 1]),
            "cell_stream": ("cell", np.repeat(np.arange(first.size - 1), np.diff(first))),
        }
    return dataset(data, coords, attrs)


def _over(values: Sequence[np.ndarray], shape: tuple[int, ...], dims: tuple[str, ...]) -> Any:
    """A coordinate of the chips that differs from state to state."""
    return (*dims, "chip"), np.stack(values).reshape((*shape, -1))


def _check_alike(results: Sequence[PlateResult]) -> None:
    """Refuse fields of plates that differ in what their coordinates and attributes say."""
    plates = list({id(r.plate): r.plate for r in results}.values())
    first, dz = plates[0], plate_grid(plates[0].geometry).dz
    if not all(
        _shape(plate) == _shape(first)
        and np.array_equal(plate.places, first.places)
        and np.array_equal(plate_grid(plate.geometry).dz, dz)
        and np.array_equal(plate.metal, first.metal)
        for plate in plates[1:]
    ):
        raise InputError(
            "fields of plates of different sizes have no coordinates in common",
            key="with_fields",
            found="plates or channels of several sizes in one call",
            accepted="one size of plate and channel a call, or no fields",
        )


def _shape(plate: PreparedPlate) -> dict[str, Any]:
    """What a drawing of the plate needs beside the places of cells and chips."""
    geometry, layout = plate.geometry, plate.geometry.layout
    width = 0.0 if isinstance(layout, MicroChannels | PinFins) else layout.channel.void_width
    return {
        "plate_size_metre": [geometry.length, geometry.width, geometry.thickness],
        "coolant_layout": type(layout).__name__,
        "channel_width_metre": width,
    }
