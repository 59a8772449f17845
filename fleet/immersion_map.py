"""Immersion tanks over water temperature, room, water flow and clock: a map as that of units, each tank one unit.

The flow of the oil is solved once, at the numbers of the tank's file. Over the map it is held, and heat balances
and chips are found anew (see :mod:`hashheat.components.tank_reduced`).
"""

import numpy as np

from hashheat.components.tank_reduced import ReducedTank
from hashheat.fleet.unit_map import N_VALUES, Mode, UnitMap, UnitTable
from hashheat.solvers.serpentine import OK
from hashheat.thermo.errors import InputError
from hashheat.thermo.property_kernels import density

_T_STEP = 2.5  # K
_FLOWS = 33
_FLOW_RANGE = (0.25, 4.0)


def immersion_map(
    tank: ReducedTank,
    modes: tuple[Mode, ...],
    count: int,
    T_in: tuple[float, float],
    T_room: tuple[float, float],
    pressure_drop: float,
) -> UnitMap:
    """Map of equal tanks whose oil is cooled by water.

    Parameters
    ----------
    tank : ReducedTank
        Its file has a [water] table.
    modes : tuple of Mode
        Power goes with the frequency and the square of the voltage.
    count : int
        Tanks.
    T_in, T_room : (float, float)
        Ranges of the water's inlet and of the room [K].
    pressure_drop : float
        Of the water at the flow of the tank's file [Pa]; it goes with the square of the flow.

    Returns
    -------
    UnitMap
        Flows from 0.25 to 4 times that of the file. The hottest chip is that of the file's mean resistances. In
        place of the hottest wetted wall stands the oil at its outlet, which no wall to the water exceeds.

    Raises
    ------
    InputError
        For a tank without water, or one that has no steady state anywhere in the ranges.
    """
    if tank.solution.water is None:
        raise InputError(
            "only a tank whose oil is cooled by water gives heat to a plant", file=tank.file.file, key="water",
            found="none", accepted="a [water] table",
        )  # fmt: skip
    nominal = tank.solution.tank.values
    water = tank.solution.water
    design = nominal["water.volume_flow"]
    T = np.linspace(*T_in, max(2, int(np.ceil((T_in[1] - T_in[0]) / _T_STEP)) + 1))
    room = np.array([T_room[0], max(T_room[1], T_room[0] + 1.0)])
    flow = design * np.geomspace(*_FLOW_RANGE, _FLOWS)
    warm, cold, volume = (x.ravel() for x in np.meshgrid(room, T, flow, indexing="ij"))
    found = np.full((len(modes), 2, len(T), _FLOWS, 2, N_VALUES), np.nan)
    for k, mode in enumerate(modes):
        power = mode.frequency * mode.voltage**2
        drawn = {
            key: np.full(warm.size, value * power)
            for key, value in nominal.items()
            if key.startswith("miner.") and key.endswith(".power")
        }
        drawn |= {"walls.T_ambient": warm, "water.T_in": cold, "water.volume_flow": volume}
        state = tank.evaluate(drawn)
        drop = pressure_drop * (volume / design) ** 2
        heat, lost, T_chip, T_oil = (
            state[name].values for name in ("heat_rate", "heat_loss", "T_junction", "T_out")
        )
        # All that leaves was electricity, that of the miners and that of the oil's pump.
        each = np.stack([heat, heat + lost, T_chip, T_oil, drop], axis=-1)
        each[state["status"].values != OK] = np.nan
        found[k] = each.reshape(2, len(T), _FLOWS, 1, N_VALUES)
    if not np.isfinite(found).any():
        raise InputError(
            "the tank has no steady state in this range", file=tank.file.file,
            found=f"inlet {T_in[0] - 273.15:.1f} to {T_in[1] - 273.15:.1f} degC",
        )  # fmt: skip
    rho = float(density(water.table, water.T_in))
    table = UnitTable(
        float(T[0]), float(T[1] - T[0]), float(np.log(flow[0] * rho)), float(np.log(flow[1] / flow[0])),
        -1e-6, 2e-6, float(room[0]), float(room[1] - room[0]), found,
    )  # fmt: skip
    return UnitMap(modes, table, np.ones(count))
