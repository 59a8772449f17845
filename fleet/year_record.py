"""The record of a run: what every part reports each hour, as one Dataset."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr

from hashheat.fleet.heat_plant import HeatPlant
from hashheat.fleet.plant_step import Step

#: Unit and meaning of what parts record, by the last part of the name.
QUANTITIES: dict[str, tuple[str, str]] = {
    "heat_rate": ("W", "heat to the water"),
    "electricity": ("W", "electric power"),
    "fuel": ("W", "power of the fuel, by its heating value"),
    "mass_flow": ("kg s-1", "mass flow"),
    "head": ("Pa", "pressure rise"),
    "outside_map": ("1", "exchangers or units beyond the flows and temperatures they were rated over"),
    "running": ("1", "units in operation"),
    "T_hottest": ("K", "hottest single junction of all units, expected; none where all are off"),
    "T_wall": ("K", "hottest wetted wall of all units; none where all are off"),
    "hash_rate": ("s-1", "hash rate"),
    "heat_delivered": ("W", "heat delivered to customers"),
    "heat_short": ("W", "heat asked for and not delivered"),
    "gain": ("W", "heat from people, devices and the sun"),
    "duty": ("1", "share of the time the heaters run"),
    "T_air": ("K", "air of the room, mean of the step"),
    "T_junction": ("K", "chip of mean resistance while the heaters run"),
    "heat_rejected": ("W", "heat rejected to the air"),
    "heat_loss": ("W", "heat lost to the surroundings"),
    "T_supply": ("K", "temperature at the customers"),
    "T_mixed": ("K", "temperature of the water it holds"),
    "co2_rate": ("kg s-1", "carbon dioxide of the fuel"),
    "speed": ("1", "speed of the fans over full speed"),
    "source_heat_rate": ("W", "heat from the source"),
    "standstill": ("1", "why a heat pump stands: 0 runs, 1 no heat asked for, others by its limits"),
    "charge": ("1", "charge of the store"),
    "stored": ("J", "heat in the store above its cold temperature"),
}


class YearRecord:
    """Collects steps.

    Parameters
    ----------
    plant : HeatPlant
    """

    def __init__(self, plant: HeatPlant) -> None:
        self._plant = plant
        self._rows: list[dict[str, Any]] = []
        self._T: list[np.ndarray] = []
        self._flow: list[np.ndarray] = []
        self._ports = list(plant.circuits.node_of)
        self._nodes = np.array([plant.circuits.node_of[port] for port in self._ports], dtype=np.int64)
        self._paths = [f"{part.name}.{a}" for part in plant.parts for a, _ in part.paths]

    def add(self, made: Step, values: Mapping[str, float]) -> None:
        """Take a step into the record."""
        plant, trial = self._plant, made.trial
        row: dict[str, Any] = {name: value for name, value in values.items()}
        for part, ledger in zip(plant.parts, made.ledgers):
            row |= {
                f"{part.name}_{key}": float(value)
                for key, value in ledger.record.items()
                if not isinstance(value, np.ndarray)
            }
        supplied = sum(ledger.supplied for ledger in made.ledgers)
        given = sum(ledger.given for ledger in made.ledgers)
        stored = sum(ledger.stored for ledger in made.ledgers)
        circuits = plant.circuits
        left = np.bincount(circuits.end, trial.flow, circuits.n_node) - np.bincount(
            circuits.start, trial.flow, circuits.n_node
        )
        row |= {
            "energy_supplied": supplied,
            "energy_given": given,
            "energy_stored": stored,
            "energy_imbalance": supplied - given - stored,
            "mass_imbalance": float(np.max(np.abs(left), initial=0.0)),
            "rounds": float(made.rounds),
            "units_tripped": float(made.tripped),
        }
        self._rows.append(row)
        self._T.append(trial.T[self._nodes])
        self._flow.append(trial.flow)

    def dataset(self, time: np.ndarray) -> xr.Dataset:
        """The steps since the beginning, at these times."""
        names = dict.fromkeys(name for row in self._rows for name in row)
        data: dict[str, Any] = {
            name: (("time",), np.array([row.get(name, np.nan) for row in self._rows])) for name in names
        }
        data["T_port"] = (("time", "port"), np.array(self._T))
        data["flow"] = (("time", "path"), np.array(self._flow))
        names_of = {"port": np.array(self._ports, dtype=str), "path": np.array(self._paths, dtype=str)}
        found = xr.Dataset(data, {"time": time, **names_of})
        for name in names:
            found[name].attrs = _attributes(str(name), self._plant)
        found["T_port"].attrs = {"units": "K", "long_name": "temperature of the water at each port"}
        found["flow"].attrs = {"units": "kg s-1", "long_name": "mass flow of each path, by its first port"}
        return found


_OWN = {
    "energy_supplied": ("W", "electricity, fuel and heat put into the plant"),
    "energy_given": ("W", "heat that left the water: delivered, rejected and lost"),
    "energy_stored": ("W", "rate at which all stores grow"),
    "energy_imbalance": ("W", "supplied less given less stored"),
    "mass_imbalance": ("kg s-1", "largest imbalance of flows at a node"),
    "rounds": ("1", "rounds of the balance"),
    "units_tripped": ("1", "units switched off for want of a steady state"),
    "demand": ("W", "heat asked for by the customers"),
    "T_return": ("K", "return temperature of the network"),
    "T_supply": ("K", "supply temperature asked for"),
    "T_outdoor": ("K", "outdoor temperature"),
    "T_room": ("K", "temperature around the units"),
    "T_ground": ("K", "temperature of the ground"),
    "price": ("EUR J-1", "price of electricity"),
}


def _attributes(name: str, plant: HeatPlant) -> dict[str, str]:
    if name in _OWN:
        return {"units": _OWN[name][0], "long_name": _OWN[name][1]}
    for part in plant.parts:
        if name.startswith(f"{part.name}_") and name[len(part.name) + 1 :] in QUANTITIES:
            unit, text = QUANTITIES[name[len(part.name) + 1 :]]
            return {"units": unit, "long_name": f"{part.name}: {text}"}
    return {}
