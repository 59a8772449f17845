"""What a cold plate did over time, as a Dataset."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr

from hashheat.components.chip_map import SIDES
from hashheat.components.cold_plate_hold import OutletHold
from hashheat.components.plate_geometry import plate_grid
from hashheat.components.variables import dataset
from hashheat.solvers.plate_history import PlateHistory
from hashheat.solvers.plate_step import PlateInputs
from hashheat.solvers.plate_transient import CARRIED, LOST, PUT, STORED
from hashheat.thermo.property_kernels import density


def transient_dataset(
    hold: OutletHold,
    history: PlateHistory,
    inputs: list[PlateInputs],
    clocks: np.ndarray,
    attrs: Mapping[str, Any],
) -> xr.Dataset:
    """Dataset of a run in time.

    Parameters
    ----------
    hold : OutletHold
        The plate, and its coolant at one pressure.
    history : PlateHistory
    inputs : list of PlateInputs
        What drove the plate at each recorded time.
    clocks : (n, 2) array
        Clock and voltage at each recorded time [-].
    attrs : mapping
        Global attributes.

    Returns
    -------
    xarray.Dataset
    """
    plate, table = hold.plate, hold.table
    T_in, mass_flow, T_ambient = (
        np.array([getattr(one, name) for one in inputs]) for name in ("T_in", "mass_flow", "T_ambient")
    )
    over = ("time",)
    drops = [
        plate.with_ports(channels, flow, density(table, T))
        for channels, flow, T in zip(history.pressure_drop, mass_flow, T_in)
    ]
    data: dict[str, tuple[tuple[str, ...], Any]] = {
        "T_in": (over, T_in),
        "T_ambient": (over, T_ambient),
        "mass_flow": (over, mass_flow),
        "frequency": (over, clocks[:, 0]),
        "voltage": (over, clocks[:, 1]),
        "T_out": (over, history.T_out),
        "T_junction": (over, history.T_junction.max(axis=1)),
        "hot_chip": (over, history.T_junction.argmax(axis=1)),
        "T_wall": (over, history.T_wall),
        "chip_power": (over, history.chip_power.sum(axis=1)),
        "heat_rate": (over, history.carried),
        "heat_loss": (over, history.heat_loss),
        "pressure_drop": (over, np.array(drops)),
        "T_chip": ((*over, "chip"), history.T_junction),
        "P_chip": ((*over, "chip"), history.chip_power),
        "status": ((), history.status),
        "end_time": ((), history.t_end),
        "limit_time": ((), history.t_limit),
        "limit_chip": ((), history.limit_chip),
        "chip_heat": ((), history.heat[PUT]),
        "heat": ((), history.heat[CARRIED]),
        "lost_heat": ((), history.heat[LOST]),
        "stored_heat": ((), history.heat[STORED]),
        "imbalance": ((), history.imbalance),
        "steps": ((), history.steps),
        "rejected_steps": ((), history.rejected),
        "iterations": ((), history.iterations),
    }
    T_boil = hold.boiling_points(drops)
    if T_boil is not None:
        data["boiling_margin"] = over, T_boil - history.T_wall
    chips, sides = plate.chips, {code: name for name, code in SIDES.items()}
    coords: dict[str, Any] = {
        "time": ("time", history.time, {"units": "s", "long_name": "time"}),
        "chip": np.array(chips.label),
        "chip_x": ("chip", chips.x),
        "chip_y": ("chip", chips.y),
        "chip_side": ("chip", np.array([sides[int(side)] for side in chips.side])),
        "chip_length": ("chip", chips.length),
        "chip_width": ("chip", chips.width),
    }
    if history.field_time.size:
        fields = [plate.filled(history.last._replace(T=T, F=F)) for T, F in zip(history.T, history.F)]
        data["T_plate"] = ("field_time", "layer", "row", "col"), np.array(fields)
        data["T_fluid"] = ("field_time", "cell"), history.F
        first = plate.model.coolant.first
        x, y = plate.centres
        dz = plate_grid(plate.geometry).dz
        coords |= {
            "field_time": (
                "field_time",
                history.field_time,
                {"units": "s", "long_name": "time of the fields"},
            ),
            "layer": np.cumsum(dz) - 0.5 * dz,
            "row": y,
            "col": x,
            "cell_x": ("cell", plate.places[:, 0]),
            "cell_y": ("cell", plate.places[:, 1]),
            "cell_stream": ("cell", np.repeat(np.arange(first.size - 1), np.diff(first))),
        }
    found = dataset(data, coords, attrs)
    found["heat_rate"].attrs["long_name"] = "heat that leaves with the coolant: outlet less inlet enthalpy"
    found["status"].attrs["long_name"] = "what ended the run: 0 its end, else as in a steady state"
    return found
