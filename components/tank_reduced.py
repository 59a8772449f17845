"""A tank for many samples: the flow of one solution is held, heat balances and chips are found anew.

A flow solve takes seconds, and a sample of a thousand draws cannot have one each. What the reduced form holds is
the pattern of the oil: how far the oil at each chip, at the walls and at the surface stands between the inlet
and the outlet, and how fast it moves there. What it finds anew for every sample: power, heat to the room, the
exchanger or the coil, the oil's inlet and outlet, and the chips with their film, package and leakage. It does not
know how another flow, viscosity or heat would rearrange the oil; :attr:`ReducedTank.held` names the numbers it
cannot vary.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from hashheat.components.chip_temperatures import chip_temperatures
from hashheat.components.plate_chips import ChipHeat
from hashheat.components.tank_chips import scaled_film
from hashheat.components.tank_file import TankFile
from hashheat.components.tank_pattern import TankPattern, loop_answer, lost_heat, tank_pattern, wall_htc
from hashheat.components.tank_solve import TankSolution
from hashheat.components.variables import dataset
from hashheat.solvers.serpentine import OK, OUT_OF_RANGE
from hashheat.thermo.errors import InputError

#: In every result.
SENTENCE = (
    "reduced: the flow field of one solution is held; heat balances and chips are found anew for every sample"
)

#: Repetitions of heat balance and leakage, and what is left after them [K].
_STEPS, _STILL = 60, 1e-7

_MINER = ("power", "chip_share", "junction_to_sink", "leakage_share", "leakage_scale", "limit")
_MINER_TOO = ("reference_temperature", "sink.back_resistance")
_OTHERS = (
    "fluid.film_factor",
    "circulation.T_in",
    "circulation.volume_flow",
    "exchanger.UA",
    "exchanger.conductance_factor",
    "water.T_in",
    "water.volume_flow",
    "coil.conductance",
    "coil.htc",
    "walls.htc",
    "walls.insulation",
    "walls.insulation_conductivity",
    "walls.outside_htc",
    "walls.T_ambient",
    "surface.htc",
)


@dataclass(frozen=True, eq=False)
class ReducedTank:
    """A tank with the flow field of one solution held.

    Parameters
    ----------
    file : TankFile
    solution : TankSolution
        Converged.
    """

    file: TankFile
    solution: TankSolution

    @cached_property
    def known(self) -> list[str]:
        """Keys of the numbers that it can vary, in the order of the file."""
        own = {f"miner.{i}.{k}" for i in range(len(self.file.miner)) for k in (*_MINER, *_MINER_TOO)}
        own |= set(_OTHERS)
        return [key for key in self.solution.tank.values if key in own]

    @cached_property
    def held(self) -> list[str]:
        """Keys of the uncertain numbers that it cannot vary: they would rearrange the flow."""
        known = set(self.known)
        return [key for key, q in self.file.quantities().items() if q.is_uncertain and key not in known]

    @cached_property
    def sampled(self) -> list[str]:
        """Keys of the uncertain numbers that it can vary."""
        quantities = self.file.quantities()
        return [key for key in self.known if quantities[key].is_uncertain]

    @cached_property
    def pattern(self) -> TankPattern:
        """What is held."""
        return tank_pattern(self.solution)

    def evaluate(self, drawn: Mapping[str, ArrayLike]) -> xr.Dataset:
        """Evaluate samples.

        Parameters
        ----------
        drawn : mapping of str to (n,) array
            Values in SI by dotted key; all others as in the solution.

        Returns
        -------
        xarray.Dataset
            Over ``sample``: ``T_junction``, ``junction_margin`` (least over the units), ``T_in``, ``T_out``,
            ``heat_rate``, ``heat_loss``, ``wall_power``, ``capture_efficiency``, ``water_T_out``, ``hot_miner``
            and ``status`` (0; 1 runaway, 2 not converged, 3 beyond the oil's data: numbers are then NaN).
            Attributes: ``reduced`` says what is held, ``held`` names the uncertain numbers it cannot vary,
            ``fraction_inside`` is the share of samples whose junctions keep their limits (one without a steady
            state does not), ``T_junction_p05``, ``_p50``, ``_p95`` the percentiles of those that have one.

        Raises
        ------
        InputError
            For a key that it cannot vary, a value outside its bounds, or arrays of unequal length.
        """
        values, n = self._values(drawn)
        found = _evaluate(self, values, n)
        T, good = found["T_junction"], found["status"] == OK
        inside = good & (found["junction_margin"] >= 0.0)
        attrs: dict[str, Any] = {
            "tank": self.file.name,
            "reduced": SENTENCE,
            "held": ", ".join(self.held),
            "drawn": ", ".join(drawn),
            "fraction_inside": float(inside.mean()),
        }
        if good.any():
            for share in (5, 50, 95):
                attrs[f"T_junction_p{share:02d}"] = float(np.percentile(T[good], share))
        return dataset({name: (("sample",), v) for name, v in found.items()}, attrs=attrs)

    def _values(self, drawn: Mapping[str, ArrayLike]) -> tuple[dict[str, np.ndarray], int]:
        arrays = {key: np.atleast_1d(np.asarray(v, dtype=float)) for key, v in drawn.items()}
        n = max((v.size for v in arrays.values()), default=1)
        for key, v in arrays.items():
            if key not in self.known:
                raise InputError(
                    "the reduced form of a tank cannot vary this number",
                    file=self.file.file,
                    key=key,
                    accepted=", ".join(self.known),
                )
            if v.shape not in ((n,), (1,)):
                raise InputError("the arrays do not fit together", key=key, found=v.shape, accepted=f"({n},)")
            self.file.check_values(key, v)
        values = {key: np.full(n, value) for key, value in self.solution.tank.values.items()}
        return values | {key: np.broadcast_to(v, n) for key, v in arrays.items()}, n


def _evaluate(reduced: ReducedTank, v: dict[str, np.ndarray], n: int) -> dict[str, np.ndarray]:
    s, pattern = reduced.solution, reduced.pattern
    units = s.tank.units
    T_base, rise = np.full(n, pattern.T_base), np.full(n, pattern.rise)
    for _ in range(_STEPS):
        before = T_base + rise
        P = [_unit_power(reduced, i, v, T_base + pattern.mean[i] * rise) for i in range(len(units))]
        released = np.sum(P, axis=0)
        room = v["walls.T_ambient"]
        walls = lost_heat(pattern.wall, wall_htc(v), T_base, rise, room)
        surface = lost_heat(pattern.surface, v["surface.htc"], T_base, rise, room)
        heat = released - walls - surface
        T_base, rise, pump_heat = loop_answer(s, pattern, v, heat)
        if np.abs(T_base + rise - before).max() <= _STILL:
            break
    status = np.zeros(n, dtype=np.int64)
    T_hot, margin, hot = np.full(n, -np.inf), np.full(n, np.inf), np.zeros(n, dtype=np.int64)
    for i, unit in enumerate(units):
        T_oil = T_base[:, None] + pattern.oil[i][None, :] * rise[:, None]
        T_unit = _junctions(reduced, i, v, T_oil, status)
        hotter = T_unit > T_hot
        T_hot, hot = np.where(hotter, T_unit, T_hot), np.where(hotter, i, hot)
        margin = np.minimum(margin, v[f"miner.{unit.place}.limit"] - T_unit)
    to_water = heat + pump_heat
    pumped = s.loop is not None
    found = {
        "T_junction": T_hot,
        "junction_margin": margin,
        "T_in": T_base.copy() if pumped else np.full(n, np.nan),
        "T_out": T_base + rise if pumped else np.full(n, np.nan),
        "heat_rate": to_water,
        "heat_loss": walls + surface,
        "wall_power": released,
        "capture_efficiency": to_water / released,
    }
    if s.water is not None:
        capacity = s.water.capacity(s.balance.coil if s.loop is None else s.loop.heat)
        flow = v["water.volume_flow"] / s.tank.values["water.volume_flow"]
        found["water_T_out"] = v["water.T_in"] + to_water / (capacity * flow)
    bad = status != OK
    for values in found.values():
        values[bad] = np.nan
    return found | {"hot_miner": hot, "status": status}


def _junctions(
    reduced: ReducedTank, i: int, v: dict[str, np.ndarray], T_oil: np.ndarray, status: np.ndarray
) -> np.ndarray:
    """Hottest junction of a unit in every sample [K]; marks samples without one in ``status``."""
    unit = reduced.solution.tank.units[i]
    liquid = reduced.solution.tank.box.liquid
    back = v.get(f"miner.{unit.place}.sink.back_resistance")
    found = np.empty(len(T_oil))
    for factor in np.unique(v["fluid.film_factor"]):
        own = v["fluid.film_factor"] == factor
        chips = chip_temperatures(
            scaled_film(unit.film, float(factor)),
            liquid,
            np.clip(T_oil[own], liquid.T_min, liquid.T_max),
            np.broadcast_to(reduced.pattern.velocity[i], T_oil[own].shape),
            _heat(reduced, unit.place, v, own),
            gravity_along=unit.gravity_along,
            back_resistance=np.inf if back is None else back[own][:, None],
            strict=False,
        )
        found[own] = chips.T_junction.max(axis=1)
        status[own] = np.maximum(status[own], chips.status.max(axis=1))
    status[((T_oil < liquid.T_min) | (T_oil > liquid.T_max)).any(axis=1)] = OUT_OF_RANGE
    return found


def _unit_power(reduced: ReducedTank, i: int, v: dict[str, np.ndarray], T_oil: np.ndarray) -> np.ndarray:
    """Power of a unit whose chips leak by their mean junction [W]; exact without leakage."""
    unit = reduced.solution.tank.units[i]
    key = f"miner.{unit.place}"
    chips = unit.centres[0].size
    P = v[f"{key}.power"] * v[f"{key}.chip_share"] / chips
    share, scale = v[f"{key}.leakage_share"], v[f"{key}.leakage_scale"]
    R = v[f"{key}.junction_to_sink"] + reduced.pattern.resistance[i]
    drawn = P
    for _ in range(30):
        # Bounded: a chip that runs away is told by its own status.
        T = T_oil + np.minimum(R * drawn, 300.0)
        drawn = P * (1.0 - share + share * np.exp((T - v[f"{key}.reference_temperature"]) / scale))
    return v[f"{key}.power"] * (1.0 - v[f"{key}.chip_share"]) + chips * drawn


def _heat(reduced: ReducedTank, place: int, v: dict[str, np.ndarray], own: np.ndarray) -> ChipHeat:
    key = f"miner.{place}"
    miner = reduced.file.miner[place]
    chips = miner.boards * miner.rows * miner.cols
    P = (v[f"{key}.power"] * v[f"{key}.chip_share"] / chips)[own][:, None]
    share = v[f"{key}.leakage_share"][own][:, None]
    return ChipHeat(
        resistance=v[f"{key}.junction_to_sink"][own][:, None],
        P_dynamic=P * (1.0 - share),
        P_leak=P * share,
        T_leak=v[f"{key}.reference_temperature"][own][:, None],
        leak_scale=v[f"{key}.leakage_scale"][own][:, None],
    )
