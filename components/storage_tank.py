"""A stratified hot-water tank: charged and discharged through its ports, losing heat to its surroundings.

The numerics stand in :mod:`hashheat.solvers.stratified_tank`.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from hashheat.solvers.stratified_tank import capacity, step_column
from hashheat.solvers.tank_layers import on_uniform_layers
from hashheat.thermo.errors import InputError, StateError
from hashheat.thermo.property_fit import Array

#: Below this water expands on cooling, and colder water rises [K].
T_DENSEST = 277.13

# Flows of all ports may add up to this share of their sizes: what is left over goes through the top port.
_UNBALANCED = 1e-9


class TankState(NamedTuple):
    """What a tank remembers: its layers from below, of unequal volumes, which move with the water.

    Parameters
    ----------
    volume : (layers,) array
        [m^3]
    T : (layers,) array
        [K]
    """

    volume: Array
    T: Array


class TankInputs(NamedTuple):
    """What acts on a tank over a step.

    Parameters
    ----------
    mass_flow : (ports,) array
        Into the tank, negative out of it; ports from below: bottom, those at heights, top [kg/s].
    T_in : (ports,) array
        Of the water that enters; not used where it leaves [K].
    T_ambient : float
        Around sides and top [K].
    T_ground : float
        Below the bottom [K].
    """

    mass_flow: Array
    T_in: Array
    T_ambient: float
    T_ground: float


class TankOutputs(NamedTuple):
    """Means over a step.

    Parameters
    ----------
    T_out : (ports,) array
        Mean of what left through each port; where nothing left, the water at the port after the step [K].
    heat_rate : float
        Heat that the flows brought less what they took [W].
    heat_loss : float
        To the surroundings [W].
    """

    T_out: Array
    heat_rate: float
    heat_loss: float


def two_ports(mass_flow: float, T_top: float, T_bottom: float, T_ambient: float) -> TankInputs:
    """Inputs of a tank with a top and a bottom port only.

    Parameters
    ----------
    mass_flow : float
        In at the top and out at the bottom (charging); negative the other way [kg/s].
    T_top, T_bottom : float
        Of water that would enter at either end [K].
    T_ambient : float
        All around [K].
    """
    return TankInputs(np.array([-mass_flow, mass_flow]), np.array([T_bottom, T_top]), T_ambient, T_ambient)


@dataclass(frozen=True)
class StorageTank:
    """A standing cylinder full of water.

    Parameters
    ----------
    height, diameter : float
        Of the water, inside [m].
    side_insulation, top_insulation, bottom_insulation : float
        Thickness [m].
    insulation_conductivity : float
        [W/(m K)]
    inside_htc, outside_htc : float
        Film coefficients on all faces [W/(m^2 K)].
    loss_factor : float
        Multiplies all losses: supports, pipe stubs and joints of the insulation [-].
    wall_thickness, wall_conductivity : float
        Of the shell, which conducts along the height [m], [W/(m K)]. Its heat capacity is left out: it stays in
        place while the layers move, and is below 1 % of the water's in tanks wider than 2 m with 5 mm of steel.
    density, heat_capacity, conductivity : float
        Of the water, constant [kg/m^3], [J/(kg K)], [W/(m K)].
    extra_conductivity : float
        Added to that of the water for stirring that is not modelled [W/(m K)].
    layers : int
        Resolution: no layer is larger than this part of the volume.
    port_heights : tuple of float
        Ports between bottom and top, rising [m].

    Raises
    ------
    InputError
        For a number outside its range.

    Notes
    -----
    Energy is counted with ``density`` and ``heat_capacity`` in all it does; the defaults are those of water at
    70 degC. In a plant that counts enthalpy h, give and take ``T = T_ref + (h - h(T_ref)) / heat_capacity``: the
    balance is then exact there too, and with T_ref of 70 degC T is within 0.1 K of true from 30 to 95 degC.
    """

    height: float
    diameter: float
    side_insulation: float
    top_insulation: float
    bottom_insulation: float
    insulation_conductivity: float
    inside_htc: float
    outside_htc: float
    loss_factor: float = 1.0
    wall_thickness: float = 0.0
    wall_conductivity: float = 50.0
    density: float = 978.0
    heat_capacity: float = 4190.0
    conductivity: float = 0.66
    extra_conductivity: float = 0.0
    layers: int = 50
    port_heights: tuple[float, ...] = ()
    _column: Array = field(init=False, repr=False, compare=False)
    _position: Array = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        least = {"loss_factor", "wall_thickness", "extra_conductivity"}
        least |= {"side_insulation", "top_insulation", "bottom_insulation"}
        for item in fields(self):
            if item.name in ("layers", "port_heights") or item.name.startswith("_"):
                continue
            value = getattr(self, item.name)
            low = item.name in least
            if not (math.isfinite(value) and (value >= 0.0 if low else value > 0.0)):
                raise InputError(
                    "a tank cannot have this",
                    key=f"storage_tank.{item.name}",
                    found=value,
                    accepted="at least 0" if low else "more than 0",
                )
        if not 1 <= self.layers <= 2000 or int(self.layers) != self.layers:
            raise InputError(
                "layers of a tank", key="storage_tank.layers", found=self.layers, accepted="1 to 2000"
            )
        heights = (0.0, *self.port_heights, self.height)
        if not all(b - a > 1e-3 * self.height for a, b in pairwise(heights)):
            raise InputError(
                "ports must lie between bottom and top, rising, a thousandth of the height apart",
                key="storage_tank.port_heights",
                found=self.port_heights,
                accepted=f"between 0 and {self.height:g} m",
            )
        c = self.density * self.heat_capacity
        area, wall = self.area, math.pi * (self.diameter + self.wall_thickness) * self.wall_thickness
        along = (self.conductivity + self.extra_conductivity) * area + self.wall_conductivity * wall
        column = [
            self.volume,
            self.volume / self.layers,
            along * area / c,
            self.side_conductance / (c * area),
            self.top_conductance / c,
            self.bottom_conductance / c,
        ]
        position = np.array(heights) * area
        position[-1] = self.volume
        object.__setattr__(self, "_column", np.array(column))
        object.__setattr__(self, "_position", position)

    @classmethod
    def from_values(
        cls, values: Mapping[str, float], layers: int = 50, port_heights: tuple[float, ...] = ()
    ) -> "StorageTank":
        """Make a tank from the numbers of :class:`hashheat.components.storage_tank_section.StorageTankSection`."""
        return cls(**values, layers=layers, port_heights=port_heights)

    @property
    def area(self) -> float:
        """Cross-section [m^2]."""
        return 0.25 * math.pi * self.diameter**2

    @property
    def volume(self) -> float:
        """Of the water [m^3]."""
        return self.area * self.height

    @property
    def capacity(self) -> float:
        """Heat capacity of all water [J/K]."""
        return self.density * self.heat_capacity * self.volume

    @property
    def side_conductance(self) -> float:
        """Water to surroundings through the side, per height [W/(m K)]: films and a cylinder of insulation."""
        r = 0.5 * self.diameter + self.wall_thickness
        R = r + self.side_insulation
        inside = 1.0 / (math.pi * self.diameter * self.inside_htc)
        outside = 1.0 / (2.0 * math.pi * R * self.outside_htc)
        insulation = math.log(R / r) / (2.0 * math.pi * self.insulation_conductivity)
        return self.loss_factor / (inside + insulation + outside)

    @property
    def top_conductance(self) -> float:
        """Water to surroundings through the top [W/K]: films and a flat layer of insulation."""
        return self._end(self.top_insulation)

    @property
    def bottom_conductance(self) -> float:
        """Water to the ground through the bottom [W/K]."""
        return self._end(self.bottom_insulation)

    def _end(self, thickness: float) -> float:
        films = 1.0 / self.inside_htc + 1.0 / self.outside_htc
        return self.loss_factor * self.area / (films + thickness / self.insulation_conductivity)

    @property
    def loss_conductance(self) -> float:
        """Of side, top and bottom together [W/K]."""
        return self.side_conductance * self.height + self.top_conductance + self.bottom_conductance

    def uniform(self, T: float) -> TankState:
        """All water at one temperature [K]."""
        return self.layered(np.full(self.layers, float(T)))

    def layered(self, T: Array) -> TankState:
        """Layers of equal volume at given temperatures [K], from below; unstable ones mix in the first step."""
        T = np.array(T, dtype=float)
        if T.ndim != 1 or not 1 <= T.size <= 2 * self.layers or not np.all(np.isfinite(T) & (T > 0.0)):
            raise InputError(
                "a tank starts from temperatures of its layers",
                key="T",
                found=T.shape,
                accepted=f"1 to {2 * self.layers} temperatures in kelvin, from below",
            )
        return TankState(np.full(T.size, self.volume / T.size), T)

    def two_zones(self, level: float, T_hot: float, T_cold: float) -> TankState:
        """Hot water above cold, with a sharp boundary; ``level`` is the share of hot water, 0 to 1 [-]."""
        if not 0.0 <= level <= 1.0:
            raise InputError("share of hot water", key="level", found=level, accepted="0 to 1")
        volumes: list[float] = []
        temperatures: list[float] = []
        for share, T in ((1.0 - level, T_cold), (level, T_hot)):
            count = math.ceil(share * self.layers - 1e-9)
            volumes += [share * self.volume / count] * count if count else []
            temperatures += [float(T)] * count
        return TankState(np.array(volumes), np.array(temperatures))

    def step(self, state: TankState, inputs: TankInputs, dt: float) -> tuple[TankState, TankOutputs]:
        """Advance by a time step.

        Parameters
        ----------
        state : TankState
            Left as it is.
        inputs : TankInputs
            Constant over the step; the flows of all ports must add up to zero.
        dt : float
            [s]

        Returns
        -------
        TankState
            After the step.
        TankOutputs
            Means over the step: stored energy changes by ``(heat_rate - heat_loss) dt`` to rounding.

        Raises
        ------
        InputError
            For flows that do not add up to zero, a step that is not positive, a wrong number of ports, or the
            state of another tank.
        StateError
            For water that enters below 277.13 K, where it would float on warmer water.
        """
        mass_flow = np.asarray(inputs.mass_flow, dtype=float)
        T_in = np.asarray(inputs.T_in, dtype=float)
        ports = self._position.size
        if mass_flow.shape != (ports,) or T_in.shape != (ports,):
            raise InputError(
                "a flow and a temperature for each port of the tank",
                key="mass_flow, T_in",
                found=(mass_flow.shape, T_in.shape),
                accepted=f"{ports} of each",
            )
        size = float(np.abs(mass_flow).sum())
        if not (0.0 < dt < math.inf and math.isfinite(inputs.T_ambient + inputs.T_ground)):
            raise InputError(
                "a step or surroundings that are no numbers", key="dt", found=dt, accepted="more than 0"
            )
        if not abs(float(mass_flow.sum())) <= _UNBALANCED * size:
            raise InputError(
                "what enters a tank must leave it",
                key="mass_flow",
                found=mass_flow.tolist(),
                accepted="flows whose sum is 0",
            )
        for k in range(ports):
            if mass_flow[k] > 0.0 and not T_DENSEST <= T_in[k] < math.inf:
                raise StateError(
                    f"water at {T_in[k] - 273.15:.2f} degC enters the tank at port {k}: below 3.98 degC it is "
                    "lighter than warmer water, which the tank does not model"
                )
        n = state.volume.size
        if n > 2 * self.layers + 1 or abs(float(state.volume.sum()) / self.volume - 1.0) > 1e-6:
            raise InputError(
                "the state of another tank",
                key="state",
                found=f"{n} layers of {float(state.volume.sum()):.6g} m^3",
                accepted=f"up to {2 * self.layers + 1} layers of {self.volume:.6g} m^3",
            )
        volume, T = np.empty((2, capacity(self.layers, ports)))
        volume[:n], T[:n] = state
        taken_volume, taken_heat = np.empty((2, ports))
        inflow = mass_flow / self.density
        inflow[-1] = -inflow[:-1].sum()
        n, lost = step_column(
            volume, T, n, self._column, self._position, inflow, T_in, inputs.T_ambient, inputs.T_ground, dt,
            taken_volume, taken_heat,
        )  # fmt: skip
        new = TankState(volume[:n].copy(), T[:n].copy())
        c = self.density * self.heat_capacity
        T_out = np.empty(ports)
        heat = 0.0
        for k in range(ports):
            if inflow[k] > 0.0:
                heat += inflow[k] * T_in[k]
            if taken_volume[k] > 0.0:
                T_out[k] = taken_heat[k] / taken_volume[k]
                heat -= taken_heat[k] / dt
            else:
                T_out[k] = self._at(new, k)
        return new, TankOutputs(T_out, c * heat, c * lost / dt)

    def _at(self, state: TankState, port: int) -> float:
        if port == 0:
            return float(state.T[0])
        return float(
            state.T[min(int(np.searchsorted(state.volume.cumsum(), self._position[port])), state.T.size - 1)]
        )

    def energy(self, state: TankState, T_ref: float = 273.15) -> float:
        """Stored energy [J] above water at T_ref [K]."""
        return self.density * self.heat_capacity * float(state.volume @ (state.T - T_ref))

    def level(self, state: TankState, T_hot: float, T_cold: float) -> float:
        """Stored energy above T_cold over that of a tank full at T_hot [-], for T_hot above T_cold [K]."""
        if not T_hot > T_cold:
            raise InputError(
                "a level needs hot and cold water",
                key="T_hot, T_cold",
                found=[T_hot, T_cold],
                accepted="T_hot higher",
            )
        return self.energy(state, T_cold) / (self.capacity * (T_hot - T_cold))

    def profile(self, state: TankState, layers: int | None = None) -> Array:
        """Mean temperatures [K] of equal layers from below, as many as the resolution if not given."""
        mean: Array = on_uniform_layers(state.volume, state.T, state.T.size, layers or self.layers)
        return mean
