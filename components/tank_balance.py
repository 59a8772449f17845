"""Where the heat of a tank goes: with the oil, through walls and surface, into a coil."""

from typing import NamedTuple

import numpy as np

from hashheat.components.tank_build import TankBox, cell_volumes
from hashheat.solvers.flow_balance import flow_heat, side_areas, side_flow, wall_heat
from hashheat.solvers.flow_model import INLET, OUTLET, TOP, FlowState


class TankBalance(NamedTuple):
    """Heat flows of a tank.

    Attributes
    ----------
    released : float
        By all miners [W].
    oil : float
        Steady: what is released and goes nowhere else, which the oil carries away [W].
    carried : float
        Enthalpy of the oil that leaves less that of the oil that enters, by the fields [W].
    walls, surface : float
        To the room [W].
    coil : float
        To the water in a coil [W].
    drop : float
        Pressure of the oil at the inlets, mean over their flow, less that at the outlets [Pa].
    backflow : float
        Oil that an outlet lets in, over the flow through the inlets [-].
    """

    released: float
    oil: float
    carried: float
    walls: float
    surface: float
    coil: float
    drop: float
    backflow: float

    @property
    def left(self) -> float:
        """What is released and, by the fields, goes nowhere [W]; 0 when steady and converged."""
        return self.released - self.carried - self.walls - self.surface - self.coil


def tank_balance(tank: TankBox, state: FlowState) -> TankBalance:
    """Heat flows of a tank at a state of its flow.

    Parameters
    ----------
    tank : TankBox
    state : FlowState

    Returns
    -------
    TankBalance
    """
    box = tank.box
    conducted = [float(part.sum()) for part in wall_heat(box, state)]
    carried = float(sum(part.sum() for part in flow_heat(box, state)))
    coil = float((box.exchange * (state.T - box.exchange_temperature)).sum())
    flows = side_flow(box, state)
    ends = (state.p[:, :, 0], state.p[:, :, -1], state.p[:, 0], state.p[:, -1], state.p[0], state.p[-1])
    entering, pressure, back = 0.0, 0.0, 0.0
    for patch, faces in tank.inlets:
        own = flows[patch.side][faces]
        entering += float(own.sum())
        pressure += float((own * ends[patch.side][faces]).sum())
    for patch, faces in tank.outlets:
        back += float(np.maximum(flows[patch.side][faces], 0.0).sum())
    pumped = entering > 0.0
    released = float(box.source.sum())
    walls, surface = -sum(part for n, part in enumerate(conducted) if n != TOP), -conducted[TOP]
    # A flow of engineering tolerance leaves a part of the heat unaccounted for that is as large as the losses are;
    # the losses themselves are known far better, and so is what they leave to the oil.
    return TankBalance(
        released=released,
        oil=released - walls - surface - coil if pumped else 0.0,
        carried=-carried,
        walls=walls,
        surface=surface,
        coil=coil,
        drop=pressure / entering if pumped else 0.0,
        backflow=back / entering if pumped else 0.0,
    )


def oil_at_walls(tank: TankBox, state: FlowState) -> tuple[tuple[float, float], tuple[float, float]]:
    """Closed area of the walls and of the free surface, and the oil next to it.

    Parameters
    ----------
    tank : TankBox
    state : FlowState

    Returns
    -------
    walls, surface : (float, float)
        Closed area [m^2] and mean temperature of the oil beside it [K]; that of all oil where there is no area.
    """
    T = state.T
    ends = (T[:, :, 0], T[:, :, -1], T[:, 0], T[:, -1], T[0], T[-1])
    sums = np.zeros((2, 2))
    for n, (side, area) in enumerate(zip(tank.box.sides, side_areas(tank.box))):
        own = area * ((side.kind != INLET) & (side.kind != OUTLET))
        sums[1 if n == TOP else 0] += own.sum(), (own * ends[n]).sum()
    mean = float(T.mean())
    walls, surface = ((float(a), float(s / a) if a > 0.0 else mean) for a, s in sums)
    return walls, surface


def level_temperatures(tank: TankBox, T: np.ndarray) -> np.ndarray:
    """Mean oil temperature of each layer of cells.

    Parameters
    ----------
    tank : TankBox
    T : (nz, ny, nx) array
        [K]

    Returns
    -------
    (nz,) array
        [K], weighted with the oil in the cells.
    """
    weight = cell_volumes(tank.box.grid) * tank.box.porosity
    return np.asarray((weight * T).sum(axis=(1, 2)) / weight.sum(axis=(1, 2)))


def stratification(tank: TankBox, T: np.ndarray) -> float:
    """Mean oil temperature of the top tenth of the depth less that of the bottom tenth.

    Parameters
    ----------
    tank : TankBox
    T : (nz, ny, nx) array
        [K]

    Returns
    -------
    float
        [K], weighted with the oil in the cells.
    """
    z = tank.box.grid.z
    tenth = 0.1 * (z[-1] - z[0])
    weight = cell_volumes(tank.box.grid) * tank.box.porosity
    means = []
    for low, high in ((z[0], z[0] + tenth), (z[-1] - tenth, z[-1])):
        share = np.clip(np.minimum(z[1:], high) - np.maximum(z[:-1], low), 0.0, None) / np.diff(z)
        own = weight * share[:, None, None]
        means.append(float((own * T).sum() / own.sum()))
    return means[1] - means[0]
