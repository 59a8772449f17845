"""State around the units of one model, and what it means for their boards: flows and powers."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from hashheat.components.miner_file import MinerFile


class UnitInputs(NamedTuple):
    """State around each unit; every field has shape (n,) or is a float.

    Parameters
    ----------
    T_in : float or array
        Coolant inlet temperature [K].
    mass_flow : float or array
        Coolant mass flow of the unit [kg/s].
    T_ambient : float or array
        Temperature of the room [K].
    frequency, voltage : float or array
        Clock and supply voltage relative to nameplate [-].
    resistance_factor : float or array
        Multiplies junction_to_plate: the unit's place in the unit-to-unit spread [-].
    """

    T_in: np.ndarray | float
    mass_flow: np.ndarray | float
    T_ambient: np.ndarray | float = 293.15
    frequency: np.ndarray | float = 1.0
    voltage: np.ndarray | float = 1.0
    resistance_factor: np.ndarray | float = 1.0


def board_flow_factors(count: int, imbalance: np.ndarray) -> np.ndarray:
    """Flow of each board over the mean: evenly spread from ``1 + imbalance`` to ``1 - imbalance``.

    Parameters
    ----------
    count : int
        Boards of a unit.
    imbalance : (n,) array
        Largest relative deviation [-].

    Returns
    -------
    (n, count) array
        Mean 1 in every row.
    """
    place = np.linspace(1.0, -1.0, count) if count > 1 else np.zeros(1)
    return 1.0 + np.asarray(imbalance)[:, None] * place


def chip_powers(
    device: MinerFile,
    values: Mapping[str, np.ndarray],
    frequency: np.ndarray | float,
    voltage: np.ndarray | float,
) -> tuple[np.ndarray, np.ndarray]:
    """Dynamic power of a chip, and its leakage at the reference temperature.

    Parameters
    ----------
    device : MinerFile
        Boards and chips.
    values : mapping of str to (n,) array
        Device parameters, by dotted key, in SI.
    frequency, voltage : float or (n,) array
        Relative to nameplate [-].

    Returns
    -------
    dynamic, leak : (n,) array
        [W]

    Notes
    -----
    Dynamic power goes with ``f V**2`` (switched capacitance); leakage with ``V**2`` (a leakage current that
    grows with the voltage in proportion: assumed, stronger laws exist near threshold).
    """
    each = values["power.wall"] * values["power.psu_efficiency"] / (device.boards.count * device.chips.count)
    V2 = np.square(voltage)
    share = values["power.leakage_share"]
    return each * (1.0 - share) * np.asarray(frequency, dtype=float) * V2, each * share * V2


def board_flows(device: MinerFile, values: Mapping[str, np.ndarray], state: UnitInputs, n: int) -> np.ndarray:
    """Mass flow of every board.

    Parameters
    ----------
    device : MinerFile
    values : mapping of str to (n,) array
        Device parameters, by dotted key, in SI.
    state : UnitInputs
    n : int
        Number of units.

    Returns
    -------
    (n, boards) array
        [kg/s]
    """
    count = device.boards.count
    return board_flow_factors(count, values["boards.flow_imbalance"]) * (
        np.broadcast_to(state.mass_flow, (n,))[:, None] / count
    )
