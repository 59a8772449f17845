"""A solved tank as a Dataset: what it delivers, how hot its chips are, and how the solution came about."""

import math
from importlib.metadata import version
from typing import Any

import numpy as np
import xarray as xr

from hashheat.components.tank_balance import level_temperatures, stratification
from hashheat.components.tank_build import TankBox
from hashheat.components.tank_chips import UnitChips, hottest, least_margin
from hashheat.components.tank_file import TankFile
from hashheat.components.tank_liquid import enthalpy_of, flash_point, temperature_of
from hashheat.components.tank_solve import OUTER_OPEN, TankSolution
from hashheat.components.variables import dataset
from hashheat.solvers.flow_dataset import flow_dataset

#: What the results rest on, for every report.
ASSUMPTIONS = (
    "a miner is a porous block of one temperature, its chips in oil of that temperature",
    "oil of one density but for buoyancy",
    "the hydraulic power of the pump warms the oil between tank and exchanger",
    "a coil leaves the flow alone and has oil of one temperature around each part of it",
    "connections outside of the tank lose no heat",
)


def tank_dataset(file: TankFile, solution: TankSolution, *, with_fields: bool = False) -> xr.Dataset:
    """Dataset of a solved tank.

    Parameters
    ----------
    file : TankFile
    solution : TankSolution
    with_fields : bool
        Add the fields of the flow; see :func:`hashheat.solvers.flow_dataset.flow_dataset`.

    Returns
    -------
    xarray.Dataset
        Where the solution did not converge every number that depends on it is NaN and ``inside_limits`` is -1;
        ``status`` and the history say how far it came.
    """
    tank, state = solution.tank, solution.state
    scalars = _scalars(solution)
    data: dict[str, tuple[tuple[str, ...], Any]] = {name: ((), value) for name, value in scalars.items()}
    data |= _miners(solution) | _chips(solution) | _histories(solution)
    T_level = level_temperatures(tank, state.T)
    data["T_level"] = ("height",), T_level if solution.converged else np.full_like(T_level, np.nan)
    coords = _coordinates(tank)
    found = dataset(data, coords, _attributes(file, solution))
    found["T_in"].attrs["long_name"] = "oil inlet temperature of the tank"
    found["T_out"].attrs["long_name"] = "mixed oil outlet temperature of the tank"
    found["volume_flow"].attrs["long_name"] = "oil flow through the tank, at its reference density"
    found["heat_rate"].attrs["long_name"] = "heat to the water"
    found["wall_power"].attrs["long_name"] = "electric power of the miners"
    found["T_junction"].attrs["long_name"] = "hottest junction of the tank"
    found["hot_board"].attrs["long_name"] = "board of the hottest junction in its miner, from 0"
    found["status"].attrs["long_name"] = (
        "0 converged, 1 out of steps, 2 stalled, 3 oil out of range, 100 the loop did not settle"
    )
    found["inside_limits"].attrs["long_name"] = "1 every junction keeps its limit, 0 not, -1 no verdict"
    found["iterations"].attrs["long_name"] = "repetitions of flow, chips and loop"
    if with_fields:
        fields = flow_dataset(tank.box, state)
        found = found.merge(fields, combine_attrs="no_conflicts")
    return found


def _scalars(solution: TankSolution) -> dict[str, float]:
    tank, b, loop = solution.tank, solution.balance, solution.loop
    liquid, good = tank.box.liquid, solution.converged
    last = solution.history[-1]
    mass_flow = liquid.density * last.volume_flow
    pump_heat = loop.pump_heat if loop is not None else 0.0
    efficiency = tank.values.get("circulation.pump_efficiency", 1.0)
    heat = b.coil + (loop.heat if loop is not None else 0.0)
    pumped = last.volume_flow > 0.0
    T_out = (
        temperature_of(liquid, enthalpy_of(liquid, last.T_in) + b.oil / mass_flow)
        if pumped and good
        else math.nan
    )
    found = {
        "T_in": last.T_in if pumped else math.nan,
        "T_out": T_out,
        "volume_flow": last.volume_flow,
        "mass_flow": mass_flow,
        "heat_rate": heat,
        "wall_power": b.released,
        "heat_loss": b.walls + b.surface,
        "wall_loss": b.walls,
        "surface_loss": b.surface,
        "capture_efficiency": heat / b.released,
        "pump_heat": pump_heat,
        "pump_power": pump_heat / efficiency,
        "pressure_drop": b.drop,
        "exchanger_pressure_drop": loop.exchanger_drop if loop is not None else 0.0,
        "loop_pressure_drop": loop.pipe_drop if loop is not None else 0.0,
        "system_pressure_drop": loop.system_drop if loop is not None else 0.0,
        "stratification": stratification(tank, solution.state.T),
        "T_oil_max": float(solution.state.T[~tank.box.solid].max()),
        "imbalance": b.left / b.released,
    }
    found |= _water(solution, heat)
    chips = solution.chips
    hot = hottest(chips) if chips else None
    found |= {
        "T_junction": hot.T_junction if hot else math.nan,
        "junction_margin": least_margin(tank, chips) if chips else math.nan,
        "T_sink_max": max((float(c.found.T_case.max()) for c in chips), default=math.nan),
        "hot_miner": hot.miner if hot else -1,
        "hot_board": hot.board if hot else -1,
        "hot_row": hot.row if hot else -1,
        "hot_col": hot.col if hot else -1,
    }
    if not good:
        kept = ("hot_miner", "hot_board", "hot_row", "hot_col")
        found = {name: -1 if name in kept else math.nan for name in found}
        found["wall_power"] = b.released
    found |= {
        "status": solution.status,
        "iterations": len(solution.history),
        "inside_limits": int(found["junction_margin"] >= 0.0) if good else -1,
    }
    return found


def _water(solution: TankSolution, heat: float) -> dict[str, float]:
    water = solution.water
    if water is None:
        return {}
    found = {"water_T_in": water.T_in, "water_mass_flow": water.mass_flow, "water_T_out": math.nan}
    if solution.converged:
        found["water_T_out"] = water.T_out(heat)
    return found


def _miners(solution: TankSolution) -> dict[str, tuple[tuple[str, ...], Any]]:
    tank, state = solution.tank, solution.state
    speeds = (state.u, state.v, state.w)
    n = len(tank.units)
    names = ("miner_power", "block_T_mean", "block_T_max", "block_velocity", "block_flow", "miner_T_junction")
    values = {name: np.full(n, np.nan) for name in names}
    limits = np.array([unit.limit for unit in tank.units])
    for i, unit in enumerate(tank.units if solution.converged else []):
        T = state.T[unit.cells]
        source = tank.box.source[unit.cells]
        # Weighted with the heat, which is what the chips see.
        values["block_T_mean"][i] = float((T * source).sum() / source.sum())
        values["block_T_max"][i] = float(T.max())
        flow = _flow_through(tank, speeds[unit.along], unit.cells, unit.along)
        values["block_flow"][i], values["block_velocity"][i] = flow, flow / unit.area
        chips = solution.chips[i].found
        values["miner_power"][i] = unit.other_power + float(chips.power.sum())
        values["miner_T_junction"][i] = float(chips.T_junction.max())
    return {name: (("miner",), v) for name, v in values.items()} | {"T_junction_limit": (("miner",), limits)}


def _flow_through(tank: TankBox, speed: np.ndarray, cells: tuple[slice, slice, slice], along: int) -> float:
    """Mean over the length of a block of the flow along its fins [m^3/s]."""
    grid = tank.box.grid
    widths = [np.diff(grid.z)[cells[0]], np.diff(grid.y)[cells[1]], np.diff(grid.x)[cells[2]]]
    at = 2 - along
    own = list(cells)
    own[at] = slice(cells[at].start, cells[at].stop + 1)
    faces = speed[tuple(own)]
    across = [widths[i] if i != at else np.ones(1) for i in range(3)]
    area = across[0][:, None, None] * across[1][None, :, None] * across[2][None, None, :]
    flows = (faces * area).sum(axis=tuple(i for i in range(3) if i != at))
    middle = 0.5 * (flows[1:] + flows[:-1])
    return float((middle * widths[at]).sum() / widths[at].sum())


def _chips(solution: TankSolution) -> dict[str, tuple[tuple[str, ...], Any]]:
    tank = solution.tank
    dims = ("miner", "board", "row", "col")
    shape = _chip_shape(tank)
    values = {name: np.full(shape, np.nan) for name in ("T_chip", "T_oil", "chip_htc", "P_chip")}
    factor = tank.values["fluid.film_factor"]
    for i, chips in enumerate(solution.chips if solution.converged else []):
        own = (i, *(slice(0, n) for n in chips.T_oil.shape))
        _fill(values, own, chips, factor)
    return {name: (dims, v) for name, v in values.items()}


def _fill(values: dict[str, np.ndarray], own: Any, chips: UnitChips, factor: float) -> None:
    values["T_chip"][own] = chips.found.T_junction
    values["T_oil"][own] = chips.T_oil
    values["chip_htc"][own] = chips.found.htc * factor
    values["P_chip"][own] = chips.found.power


def _chip_shape(tank: TankBox) -> tuple[int, int, int, int]:
    boards, rows, cols = (max(unit.centres.shape[d] for unit in tank.units) for d in (1, 2, 3))
    return len(tank.units), boards, rows, cols


def _histories(solution: TankSolution) -> dict[str, tuple[tuple[str, ...], Any]]:
    history = solution.flow.history
    found: dict[str, tuple[tuple[str, ...], Any]] = {
        f"history_{name}": (("step",), np.array(history[name], dtype=float))
        for name in ("momentum", "mass", "energy", "watch")
        if name in history
    }
    outer = solution.history
    found["outer_T_in"] = ("iteration",), np.array([o.T_in for o in outer])
    found["outer_volume_flow"] = ("iteration",), np.array([o.volume_flow for o in outer])
    found["outer_heat"] = ("iteration",), np.array([o.heat for o in outer])
    found["outer_steps"] = ("iteration",), np.array([o.steps for o in outer])
    return found


def _coordinates(tank: TankBox) -> dict[str, Any]:
    grid = tank.box.grid
    blocks = tank.blocks
    places = np.array([block.middle for block in blocks])
    sizes = np.array([block.size for block in blocks])
    centres = np.full((3, *_chip_shape(tank)), np.nan)
    for i, unit in enumerate(tank.units):
        boards, rows, cols = unit.centres.shape[1:]
        centres[:, i, :boards, :rows, :cols] = unit.centres
    dims = ("miner", "board", "row", "col")
    coords: dict[str, Any] = {
        "miner": np.array([block.name for block in blocks]),
        "height": (
            "height",
            0.5 * (grid.z[1:] + grid.z[:-1]),
            {"units": "m", "long_name": "middle of a level"},
        ),
    }
    for i, (axis, size) in enumerate((("x", "length"), ("y", "width"), ("z", "height"))):
        about = {"units": "m", "long_name": f"middle of the miner along {axis}"}
        coords[f"miner_{axis}"] = ("miner", places[:, i], about)
        coords[f"miner_{size}"] = (
            "miner",
            sizes[:, i],
            {"units": "m", "long_name": f"size of the miner along {axis}"},
        )
        coords[f"chip_{axis}"] = (
            dims,
            centres[i],
            {"units": "m", "long_name": f"middle of the chip along {axis}"},
        )
    return coords


def _attributes(file: TankFile, solution: TankSolution) -> dict[str, Any]:
    tank = solution.tank
    nz, ny, nx = tank.box.grid.shape
    text = (
        "the flow converged, but tank and loop do not settle"
        if solution.status == OUTER_OPEN
        else solution.flow.message
    )
    found = {
        "tank": file.name,
        "file": file.file or "",
        "fluid": file.oil.name,
        "turbulence": tank.mixing.name,
        "turbulence_reason": tank.mixing.reason,
        "grashof": tank.mixing.grashof,
        "plume_Re": tank.mixing.plume_Re,
        "inlet_Re": tank.mixing.inlet_Re,
        "cells": f"{nx} x {ny} x {nz}",
        "grid_cells": nx * ny * nz,
        "status_text": text,
        "backflow": solution.balance.backflow,
        "mass_defect": solution.flow.mass_defect,
        "heat_defect": solution.flow.heat_defect,
        "assumptions": "; ".join(ASSUMPTIONS),
        "hashheat_version": version("hashheat"),
    }
    flash = flash_point(file, tank.values)
    if math.isfinite(flash):
        given = file.fluid.flash_point
        found |= {
            "flash_point_kelvin": flash,
            "flash_point_status": given.status if given is not None else "of the oil's data",
        }
    return found
