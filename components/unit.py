"""A hydro-cooled unit on plain arrays: device parameters in, temperatures, heat and pressure drop out."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from hashheat.components.miner_file import MinerFile
from hashheat.components.reduced_boards import solve_reduced_boards
from hashheat.components.reduced_plate import ReducedPlate
from hashheat.components.unit_inputs import UnitInputs, board_flow_factors, board_flows, chip_powers
from hashheat.solvers import serpentine as sp
from hashheat.solvers.duct_table import DuctLaminar
from hashheat.thermo.jit import kernel
from hashheat.thermo.property_kernels import density, enthalpy, temperature_from_enthalpy
from hashheat.thermo.property_table import PropertyTable

__all__ = [
    "UnitInputs",
    "UnitResults",
    "board_cases",
    "board_flow_factors",
    "chip_powers",
    "solve_units",
]

#: Flow and density at which ``coolant.manifold_pressure_drop`` is stated.
_MANIFOLD_FLOW = 10.0 / 60e3
_MANIFOLD_DENSITY = 1000.0


class UnitResults(NamedTuple):
    """What the units do; every field has shape (n,) but those marked otherwise.

    Parameters
    ----------
    T_out : array
        Mixed outlet temperature of the unit [K].
    T_junction : array
        Hottest junction of a chip of mean resistance [K].
    T_wall : array
        Hottest wetted wall [K].
    chip_power, wall_power, heat_rate, heat_loss : array
        DC power of the chips, AC power of the unit, heat to the water, heat past the water [W].
    pressure_drop : array
        Over the unit with hoses and manifold [Pa].
    loop_gain : array
        Largest product of chip resistance and dP/dT [-]; film and plate add to the feedback, so that a unit runs
        away before it reaches 1.
    hot_board, hot_cell : array of int
        Where the hottest junction is: board, and cell in path order.
    imbalance : array
        Largest relative error of a board's energy balance [-].
    status : array of int
        Worst status of the unit's boards, of :mod:`hashheat.solvers.serpentine`.
    fields : (n, board, cell, N_FIELDS) array
        Temperatures along every board; empty unless asked for.
    """

    T_out: np.ndarray
    T_junction: np.ndarray
    T_wall: np.ndarray
    chip_power: np.ndarray
    wall_power: np.ndarray
    heat_rate: np.ndarray
    heat_loss: np.ndarray
    pressure_drop: np.ndarray
    loop_gain: np.ndarray
    hot_board: np.ndarray
    hot_cell: np.ndarray
    imbalance: np.ndarray
    status: np.ndarray
    fields: np.ndarray


def board_cases(device: MinerFile, values: Mapping[str, np.ndarray], state: UnitInputs, n: int) -> np.ndarray:
    """Input columns of the serpentine solver for every board of n units.

    Parameters
    ----------
    device : MinerFile
        Integer facts: boards, chips, passes.
    values : mapping of str to (n,) array
        One value for each quantity of the device file, by dotted key, in SI.
    state : UnitInputs
        Flow and temperatures around the units.
    n : int
        Number of units.

    Returns
    -------
    (N_INPUTS, n * boards) array
        The boards of a unit stand side by side.
    """
    v = values
    boards = device.boards.count
    round_channel = device.serpentine.channel_shape == "round"
    w, h = v["plate.channel_width"], v["plate.channel_height"]
    area = np.pi * w * w / 4.0 if round_channel else w * h
    perimeter = np.pi * w if round_channel else 2.0 * (w + h)
    diameter = 4.0 * area / perimeter
    k, t = v["plate.conductivity"], v["plate.thickness"]
    pitch = v["plate.width"] / device.serpentine.passes
    path = v["plate.length"] * device.serpentine.passes

    dynamic, leak = chip_powers(device, v, state.frequency, state.voltage)
    flows = board_flows(device, v, state, n)

    columns = np.empty((sp.N_INPUTS, n, boards))
    per_unit = {
        sp.T_IN: state.T_in,
        sp.HYDRAULIC_DIAMETER: diameter,
        sp.FLOW_AREA: area,
        sp.HEATED_PERIMETER: perimeter,
        sp.PASS_LENGTH: v["plate.length"],
        sp.WALL_CONDUCTANCE: k * (pitch * t - area),
        # From the middle of one channel to the next: half of each channel's width has only the metal above
        # and below the channel to conduct.
        sp.CROSS_CONDUCTANCE: k / ((pitch - w) / t + w / (t - h)),
        sp.CHIP_RESISTANCE: v["chips.junction_to_plate"] * state.resistance_factor,
        sp.P_DYNAMIC: dynamic,
        sp.P_LEAK: leak,
        sp.T_LEAK: v["power.reference_temperature"],
        sp.LEAK_SCALE: v["power.leakage_scale"],
        sp.LOSS: v["surroundings.loss_conductance"] / (boards * path),
        sp.T_AMBIENT: state.T_ambient,
        sp.NUSSELT_FACTOR: v["plate.nusselt_factor"],
        sp.FIXED_HTC: 0.0,
        sp.ROUGHNESS: v["plate.roughness"],
        sp.BEND_RATIO: 0.5 * pitch / diameter,
        sp.PORT_LOSS: v["plate.port_loss"],
        sp.FOULING: v["plate.fouling"],
    }
    for row, value in per_unit.items():
        columns[row] = np.broadcast_to(value, (n,))[:, None]
    columns[sp.MASS_FLOW] = flows
    return columns.reshape(sp.N_INPUTS, n * boards)


def solve_units(
    device: MinerFile,
    layout: sp.PathLayout,
    duct: DuctLaminar,
    values: Mapping[str, np.ndarray],
    state: UnitInputs,
    table: PropertyTable,
    *,
    with_fields: bool = False,
    parallel: bool = True,
    reduced: ReducedPlate | None = None,
) -> UnitResults:
    """Steady state of many units of one model.

    Parameters
    ----------
    device, layout, duct
        The model: integer facts, cells and chips, channel shape.
    values : mapping of str to (n,) array
        Device parameters, see :func:`board_cases`; they set n.
    state : UnitInputs
        Flow and temperatures around the units.
    table : PropertyTable
        Coolant at the loop's pressure.
    with_fields, parallel : bool
        See :func:`hashheat.solvers.serpentine.solve_serpentine`.
    reduced : ReducedPlate, optional
        Takes the place of layout and duct, for a device whose file names a cold plate.

    Returns
    -------
    UnitResults
        Check ``status`` before using a value.
    """
    n = len(values["power.wall"])
    boards = device.boards.count
    if reduced is None:
        cases = board_cases(device, values, state, n)
        out, fields = sp.solve_serpentine(
            cases, layout, table, duct, with_fields=with_fields, parallel=parallel
        )
        flows = cases[sp.MASS_FLOW].reshape(n, boards)
        friction = values["plate.friction_factor"]
    else:
        out, fields, flows = solve_reduced_boards(
            device, reduced, values, state, table, with_fields=with_fields, parallel=parallel
        )
        friction = np.ones(n)
    by_board = out.reshape(sp.N_OUTPUTS, n, boards)
    mass_flow = np.broadcast_to(np.asarray(state.mass_flow, dtype=float), (n,))
    T_in = np.broadcast_to(np.asarray(state.T_in, dtype=float), (n,))

    chip_power = by_board[sp.CHIP_POWER].sum(axis=1)
    wall_power = chip_power / values["power.psu_efficiency"]
    psu_heat = values["power.psu_heat_to_water"] * (wall_power - chip_power)
    heat_rate = by_board[sp.HEAT_WATER].sum(axis=1) + psu_heat
    status = _worst(by_board[sp.STATUS].astype(np.int64))
    hot_board = by_board[sp.T_JUNCTION].argmax(axis=1)
    everyone = np.arange(n)
    share = flows / mass_flow[:, None]
    rho_in = _densities(table, T_in)
    manifold = (
        values["coolant.manifold_pressure_drop"]
        * (mass_flow / rho_in / _MANIFOLD_FLOW) ** 2
        * (rho_in / _MANIFOLD_DENSITY)
    )
    plate = (by_board[sp.PRESSURE_DROP] * share).sum(axis=1) * friction
    # The supply's heat comes after the boards and can carry the mixture out of range by itself.
    T_out = _outlet(table, T_in, heat_rate / mass_flow)
    status = np.where((status == sp.OK) & ~(T_out <= table.T_max), sp.OUT_OF_RANGE, status)
    return UnitResults(
        T_out=T_out,
        T_junction=by_board[sp.T_JUNCTION].max(axis=1),
        T_wall=by_board[sp.T_WALL].max(axis=1),
        chip_power=chip_power,
        wall_power=wall_power,
        heat_rate=heat_rate,
        heat_loss=wall_power - heat_rate,
        pressure_drop=plate + manifold,
        loop_gain=by_board[sp.LOOP_GAIN].max(axis=1),
        hot_board=hot_board,
        hot_cell=by_board[sp.HOT_CELL][everyone, hot_board].astype(np.int64),
        imbalance=np.abs(by_board[sp.IMBALANCE]).max(axis=1),
        status=status,
        fields=fields.reshape(*fields.shape[:2], n, boards).transpose(2, 3, 0, 1),
    )


#: From harmless to grave, where the boards of a unit disagree.
_SEVERITY = np.argsort([sp.OK, sp.OUT_OF_RANGE, sp.NOT_CONVERGED, sp.RUNAWAY])


def _worst(status: np.ndarray) -> np.ndarray:
    """Gravest status along the last axis."""
    gravest = _SEVERITY[status].argmax(axis=-1)
    return np.take_along_axis(status, gravest[..., None], axis=-1)[..., 0]


@kernel
def _outlet(table: PropertyTable, T_in: np.ndarray, gain: np.ndarray) -> np.ndarray:
    """Temperature after the enthalpy has risen by gain [J/kg]."""
    T = np.empty_like(T_in)
    for i in range(T.size):
        T[i] = temperature_from_enthalpy(table, enthalpy(table, T_in[i]) + gain[i])
    return T


@kernel
def _densities(table: PropertyTable, T: np.ndarray) -> np.ndarray:
    rho = np.empty_like(T)
    for i in range(T.size):
        rho[i] = density(table, T[i])
    return rho
