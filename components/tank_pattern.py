"""The pattern of the oil in a solved tank, and the loop around it, for many samples at once."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from hashheat.components.counterflow import counterflow_units
from hashheat.components.tank_balance import oil_at_walls
from hashheat.components.tank_liquid import enthalpy_of, temperature_of
from hashheat.components.tank_solve import TankSolution
from hashheat.thermo.liquid import Liquid

#: Chips of a unit that can be its hottest in some sample.
_CANDIDATES = 24


class TankPattern(NamedTuple):
    """How far oil stands between inlet and outlet, or above the coil's water, and what it loses there."""

    T_base: float  # oil inlet, or the coil's water, K
    rise: float  # outlet less inlet, or heat over the coil's conductance, K
    oil: list[np.ndarray]  # by unit: of its candidates, in units of the rise
    velocity: list[np.ndarray]  # by unit: at its candidates, m/s
    mean: np.ndarray  # by unit: mean of its chips, in units of the rise
    resistance: np.ndarray  # by unit: from the mean junction to the oil, without junction_to_sink, K/W
    wall: tuple[float, float, float]  # area m2, oil next to the walls in units of the rise, its film K/W
    surface: tuple[float, float, float]  # the same of the free surface


def tank_pattern(s: TankSolution) -> TankPattern:
    """Pattern of a solution.

    Parameters
    ----------
    s : TankSolution
        Converged.

    Returns
    -------
    TankPattern
    """
    tank, b = s.tank, s.balance
    T_base, rise = _base(s)
    scale = rise if rise != 0.0 else 1.0
    oil, velocity, mean, resistance = [], [], [], []
    for unit, chips in zip(tank.units, s.chips):
        order = np.argsort(chips.found.T_junction.ravel())[::-1][:_CANDIDATES]
        oil.append((chips.T_oil.ravel()[order] - T_base) / scale)
        velocity.append(chips.velocity.ravel()[order])
        mean.append((float(chips.T_oil.mean()) - T_base) / scale)
        R = float(np.asarray(unit.heat.resistance))
        power = float(chips.found.power.mean())
        resistance.append((float((chips.found.T_junction - chips.T_oil).mean())) / power - R)
    near = oil_at_walls(tank, s.state)
    v = tank.values
    outside = (wall_htc(v), v["surface.htc"])
    found = []
    for (area, T), htc, lost in zip(near, outside, (b.walls, b.surface)):
        # What the oil itself puts between its cells and the wall.
        film = (T - v["walls.T_ambient"]) / lost - 1.0 / (htc * area) if lost != 0.0 else 0.0
        found.append((area, (T - T_base) / scale, film))
    return TankPattern(
        T_base,
        rise,
        oil,
        velocity,
        np.array(mean),
        np.array(resistance),
        found[0],
        found[1],
    )


def _base(s: TankSolution) -> tuple[float, float]:
    """Oil inlet and rise; of a coil its water's inlet, and what stands above it for its heat."""
    if s.loop is None:
        assert s.water is not None
        return s.water.T_in, s.balance.coil / _conductance(s)
    T_in = s.history[-1].T_in
    liquid = s.tank.box.liquid
    mass_flow = liquid.density * s.history[-1].volume_flow
    return T_in, temperature_of(liquid, enthalpy_of(liquid, T_in) + s.balance.oil / mass_flow) - T_in


def _conductance(solution: TankSolution) -> float:
    return float(solution.tank.box.exchange.sum())


def lost_heat(part: tuple[float, float, float], htc: Any, T_base: Any, rise: Any, room: Any) -> Any:
    """Heat through walls or surface.

    Parameters
    ----------
    part : (float, float, float)
        Area [m^2], place of the oil beside it in units of the rise [-], and resistance between the oil's cells and
        the wall [K/W].
    htc : float or array
        From the oil's face to the room [W/(m^2 K)].
    T_base, rise, room : float or array
        Oil at the inlet [K], its rise [K], and the room [K].

    Returns
    -------
    float or array
        [W]
    """
    area, place, film = part
    # No film of its own where nothing is lost, as through a wall of no conductance.
    conductance = htc * area / (1.0 + film * htc * area)
    return conductance * (T_base + place * rise - room)


def wall_htc(v: Mapping[str, Any]) -> Any:
    """Film coefficient from the oil's face of the walls to the room.

    Parameters
    ----------
    v : mapping
        Numbers of the file in SI by dotted key, or arrays of them.

    Returns
    -------
    float or array
        [W/(m^2 K)]
    """
    if "walls.htc" in v:
        return v["walls.htc"]
    return 1.0 / (v["walls.insulation"] / v["walls.insulation_conductivity"] + 1.0 / v["walls.outside_htc"])


def _coil_UA(v: Mapping[str, Any]) -> Any:
    if "coil.conductance" in v:
        return v["coil.conductance"]
    return v["coil.htc"] * np.pi * v["coil.tube_diameter"] * v["coil.tube_length"]


def loop_answer(
    s: TankSolution, pattern: TankPattern, v: Mapping[str, np.ndarray], heat: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Oil inlet, rise and hydraulic power of the pump for the heat that leaves the tank.

    Parameters
    ----------
    s : TankSolution
    pattern : TankPattern
    v : mapping of str to (n,) array
        Numbers in SI by dotted key.
    heat : (n,) array
        [W]

    Returns
    -------
    T_base, rise, pump_heat : (n,) arrays
        [K], [K], [W]
    """
    if s.loop is None:
        assert s.water is not None
        C = s.water.capacity(s.balance.coil) * v["water.volume_flow"] / s.tank.values["water.volume_flow"]
        G = -C * np.expm1(-_coil_UA(v) / C)
        return v["water.T_in"].copy(), heat / G, np.zeros_like(heat)
    V = v.get("circulation.volume_flow", np.full_like(heat, s.loop.volume_flow))
    # Most of the drop is that of pipes and plates; the hydraulic power is small against the heat.
    pump_heat = s.loop.pump_heat * (V / s.loop.volume_flow) ** 3
    rise = _rise(s.tank.box.liquid, s, V, heat)
    if "circulation.T_in" in v:
        return v["circulation.T_in"].copy(), rise, pump_heat
    assert s.water is not None
    C_oil = heat / rise
    C_water = s.water.capacity(s.loop.heat) * v["water.volume_flow"] / s.tank.values["water.volume_flow"]
    UA = _equivalent_UA(s, pattern) * np.ones_like(heat)
    for key in ("exchanger.conductance_factor", "exchanger.UA"):
        if key in v:
            UA = UA * v[key] / s.tank.values[key]
    least, most = np.minimum(C_oil, C_water), np.maximum(C_oil, C_water)
    x = UA / least * (1.0 - least / most)
    even = x < 1e-9
    effectiveness = np.where(
        even,
        UA / least / (1.0 + UA / least),
        -np.expm1(-x) / np.where(even, 1.0, 1.0 - least / most * np.exp(-x)),
    )
    T_hot = v["water.T_in"] + (heat + pump_heat) / (effectiveness * least)
    return T_hot - (heat + pump_heat) / C_oil, rise, pump_heat


def _equivalent_UA(s: TankSolution, pattern: TankPattern) -> float:
    """Conductance in counterflow that takes the heat of the solution."""
    assert s.loop is not None
    assert s.water is not None
    T_base, rise = pattern.T_base, pattern.rise
    heat = s.loop.heat
    C_oil = s.balance.oil / rise
    C_water = s.water.capacity(heat)
    T_hot = T_base + heat / C_oil
    least, most = min(C_oil, C_water), max(C_oil, C_water)
    return counterflow_units(heat / (least * (T_hot - s.water.T_in)), least / most) * least


def _rise(liquid: Liquid, s: TankSolution, V: np.ndarray, heat: np.ndarray) -> np.ndarray:
    """Outlet less inlet, at the mean heat capacity of the solution [K]."""
    own = s.history[-1]
    h = s.balance.oil / (liquid.density * own.volume_flow)
    rise = temperature_of(liquid, enthalpy_of(liquid, own.T_in) + h) - own.T_in
    cp = h / rise
    return heat / (liquid.density * V * cp)
