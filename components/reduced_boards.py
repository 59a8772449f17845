"""The boards of a miner on a cold plate that its device file names, as the reduced form of that plate."""

from collections.abc import Mapping

import numpy as np

from hashheat.components.miner_file import MinerFile
from hashheat.components.reduced_path import PathState
from hashheat.components.reduced_plate import ReducedPlate
from hashheat.components.unit_inputs import UnitInputs, board_flows, chip_powers
from hashheat.thermo.property_table import PropertyTable


def board_states(
    device: MinerFile, reduced: ReducedPlate, values: Mapping[str, np.ndarray], state: UnitInputs
) -> PathState:
    """State around every board of n units.

    Parameters
    ----------
    device : MinerFile
    reduced : ReducedPlate
        Gives metal, channel and the places of the chips. Power, leakage, losses and what lies between a chip and
        the plate (``chips.junction_to_plate``) are those of the device.
    values : mapping of str to (n,) array
        Device parameters, by dotted key, in SI.
    state : UnitInputs

    Returns
    -------
    PathState
        Fields of shape (n * boards,), or (kinds, n * boards), the boards of a unit side by side.
    """
    n, boards = len(values["power.wall"]), device.boards.count

    def each(value: np.ndarray | float) -> np.ndarray:
        return np.repeat(np.broadcast_to(np.asarray(value, dtype=float), (n,)), boards)

    path = reduced.path
    dynamic, leak = chip_powers(device, values, state.frequency, state.voltage)
    # The file of the plate may give its chips different shares of the board's power.
    unit = device.chips.count / path.units
    interface = values["chips.junction_to_plate"] * state.resistance_factor
    return PathState(
        T_in=each(state.T_in),
        mass_flow=board_flows(device, values, state, n).ravel(),
        T_ambient=each(state.T_ambient),
        P_dynamic=each(dynamic * unit),
        P_leak=each(leak * unit),
        T_leak=each(values["power.reference_temperature"]),
        leak_scale=each(values["power.leakage_scale"]),
        resistance=each(interface) * float(path.mean_resistance(np.ones(path.factor.size))),
        kind_resistance=each(interface) * path.kind_resistance(np.ones(path.factor.size))[:, None],
        loss=each(values["surroundings.loss_conductance"] / boards),
    )


def solve_reduced_boards(
    device: MinerFile,
    reduced: ReducedPlate,
    values: Mapping[str, np.ndarray],
    state: UnitInputs,
    table: PropertyTable,
    *,
    with_fields: bool = False,
    parallel: bool = True,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Every board of n units as the reduced form of its cold plate.

    Parameters
    ----------
    device, reduced, values, state
        See :func:`board_states`; the numbers of the plate's file stand in values behind ``cold_plate.``.
    table : PropertyTable
        Coolant.
    with_fields, parallel : bool
        See :func:`hashheat.solvers.serpentine.solve_serpentine`.

    Returns
    -------
    results : (N_OUTPUTS, n * boards) float array
    fields : (cells, N_FIELDS, n * boards) float array
        See :meth:`hashheat.components.reduced_plate.ReducedPlate.solve_arrays`.
    mass_flow : (n, boards) float array
        [kg/s]
    """
    boards = device.boards.count
    around = board_states(device, reduced, values, state)
    own = {key: np.repeat(values[f"cold_plate.{key}"], boards) for key in reduced.keys}
    flows = np.asarray(around.mass_flow)
    out, fields = reduced.solve_arrays(
        own, around, table, flows.size, with_fields=with_fields, parallel=parallel
    )
    return out, fields, flows.reshape(-1, boards)
