"""A whole plant, put together from its file: parts, circuits and the equations that hold them together."""

from dataclasses import dataclass
from typing import Any

from hashheat.fleet.circuit_fluid import CircuitFluid
from hashheat.fleet.circuits import Circuits, connect
from hashheat.fleet.heat_balance import HeatBalance
from hashheat.fleet.heat_plant_file import HeatPlantFile, load_heat_plant_file
from hashheat.fleet.joint_part import with_joints
from hashheat.fleet.part import Part
from hashheat.fleet.part_build import built
from hashheat.fleet.pump_part import PumpPart
from hashheat.fleet.units_part import UnitsPart
from hashheat.thermo.errors import InputError


@dataclass(frozen=True, eq=False)
class HeatPlant:
    """A plant ready to be stepped.

    Parameters
    ----------
    file : HeatPlantFile
    parts : tuple of Part
    circuits : Circuits
    balance : HeatBalance
    """

    file: HeatPlantFile
    parts: tuple[Part, ...]
    circuits: Circuits
    balance: HeatBalance

    @classmethod
    def named(cls, name: str) -> "HeatPlant":
        """Plant from a file, or from a shipped name such as ``"nordic-8mw-year"``.

        Raises
        ------
        InputError
            Naming file, key and value at fault.
        """
        return cls.of(load_heat_plant_file(name))

    @classmethod
    def of(cls, file: HeatPlantFile) -> "HeatPlant":
        """Plant from its file's record, at nominal numbers."""
        parts = tuple(built(file, name, section) for name, section in file.sections().items())
        anchors = {name: (c.at, c.pressure.nominal) for name, c in file.circuits.items()}
        parts, connections = with_joints(parts, file.connections)
        circuits = connect(parts, connections, anchors, file.file or "")
        _check_names(file, parts, circuits)
        fluids = _fluids(file, circuits)
        first = 0
        for part in parts:
            own = range(first, first + len(part.paths))
            part.fluids = tuple(fluids[int(circuits.circuit[circuits.start[p]])] for p in own)
            first += len(part.paths)
        return cls(file, parts, circuits, HeatBalance(circuits))

    @property
    def needs(self) -> tuple[str, ...]:
        """Hourly series that the plant reads, in order of first use."""
        known = ("T_room", "T_ground")
        return tuple(dict.fromkeys(name for part in self.parts for name in part.needs if name not in known))

    def of_kind(self, kind: type[Any]) -> list[Any]:
        """Parts of one kind."""
        return [part for part in self.parts if isinstance(part, kind)]


def _fluids(file: HeatPlantFile, circuits: Circuits) -> dict[int, CircuitFluid]:
    """Fluid of every circuit by its number."""
    found = {}
    for name, section in file.circuits.items():
        try:
            fluid = CircuitFluid.named(section.fluid, section.pressure.nominal)
        except InputError as error:
            raise error.within(file=file.file, key=f"circuits.{name}.fluid") from None
        found[int(circuits.circuit[circuits.node_of[section.at]])] = fluid
    return found


def _check_names(file: HeatPlantFile, parts: tuple[Part, ...], circuits: Circuits) -> None:
    """Refuse ports and parts that are named where none is."""
    for part in parts:
        for actuator in part.actuators:
            for port in actuator.held:
                if port not in circuits.node_of:
                    raise InputError(
                        "is no port of the plant", file=file.file, key=f"parts.{part.name}.hold.port",
                        found=port, accepted=", ".join(circuits.node_of),
                    )  # fmt: skip
        if isinstance(part, PumpPart) and part.scaled_by:
            names = [p.name for p in parts if isinstance(p, UnitsPart)]
            if part.scaled_by not in names:
                raise InputError(
                    "there are no such units", file=file.file, key=f"parts.{part.name}.follows",
                    found=part.scaled_by, accepted=", ".join(names),
                )  # fmt: skip
