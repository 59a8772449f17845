"""A whole plant, put together from its file: parts, circuits and the equations that hold them together."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from hashheat.components.buried_pipe_section import BuriedPipeSection
from hashheat.components.dry_cooler import DryCooler
from hashheat.components.electric_boiler import ElectricBoiler
from hashheat.components.exchanger_conductance import ExchangerConductance, exchanger_conductance
from hashheat.components.exchanger_file import LIBRARY as EXCHANGER_LIBRARY
from hashheat.components.exchanger_file import load_exchanger
from hashheat.components.fuel_boiler import FuelBoiler
from hashheat.components.heat_pump import HeatPump
from hashheat.components.record import Section, find_beside
from hashheat.components.storage_tank import StorageTank
from hashheat.fleet.circuit_fluid import CircuitFluid
from hashheat.fleet.circuits import Circuits, connect
from hashheat.fleet.consumers_part import ConsumersPart
from hashheat.fleet.cooler_part import CoolerPart
from hashheat.fleet.exchanger_part import ExchangerPart
from hashheat.fleet.heat_balance import HeatBalance
from hashheat.fleet.heat_plant_file import HeatPlantFile, load_heat_plant_file
from hashheat.fleet.heat_pump_part import HeatPumpPart
from hashheat.fleet.heater_part import HeaterPart
from hashheat.fleet.hold_rule import HoldRule
from hashheat.fleet.joint_part import with_joints
from hashheat.fleet.operation import operate, resistance_factors
from hashheat.fleet.part import Part
from hashheat.fleet.part_sections import (
    ConsumersSection,
    CoolerSection,
    ElectricHeaterSection,
    ExchangerSection,
    FuelHeaterSection,
    HeatPumpPartSection,
    HoldSection,
    PipeSection,
    PumpSection,
    TankSection,
    UnitsSection,
    VesselSection,
)
from hashheat.fleet.pipe_part import PipePart
from hashheat.fleet.plant import Plant
from hashheat.fleet.plant_file import LIBRARY as UNITS_LIBRARY
from hashheat.fleet.pump_part import PumpPart
from hashheat.fleet.sampling import nominal, unit_places
from hashheat.fleet.tank_part import TankPart
from hashheat.fleet.unit_map import Mode, unit_map
from hashheat.fleet.units_part import UnitsPart
from hashheat.fleet.vessel_part import VesselPart
from hashheat.thermo.errors import InputError
from hashheat.thermo.units import to_si

#: The room of the units may be this much colder or warmer than the file says, in hours of weather [K].
_ROOM = 15.0
#: Beyond the inlet temperatures that are rated [K].
_EDGE = 5.0


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
        parts = tuple(_built(file, name, section) for name, section in file.sections().items())
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


def _built(file: HeatPlantFile, name: str, section: Any) -> Part:
    """A part from its section."""
    match section:
        case UnitsSection():
            return _units(file, name, section)
        case PumpSection():
            flow = (section.least_flow.nominal, section.largest_flow.nominal)
            rule = _rule(section.hold, 1 if section.warms else -1) if section.hold is not None else None
            return PumpPart(name, section.efficiency.nominal, flow, rule, section.follows)
        case ExchangerSection():
            return _exchanger(file, name, section)
        case ConsumersSection():
            return ConsumersPart(
                name, section.largest_flow.nominal, section.differential_pressure.nominal,
                section.pump_efficiency.nominal, section.share,
            )  # fmt: skip
        case ElectricHeaterSection():
            return HeaterPart(name, ElectricBoiler.from_values(_numbers(section)), _rule(section.hold, 1))
        case FuelHeaterSection():
            return HeaterPart(name, FuelBoiler.from_values(_numbers(section)), _rule(section.hold, 1))
        case PipeSection():
            own = {key: getattr(section, key) for key in BuriedPipeSection.model_fields}
            pipe = BuriedPipeSection(**own).build()
            return PipePart(name, pipe, section.T_first.nominal)
        case CoolerSection():
            cooler = DryCooler.from_values(_numbers(section, "pressure_drop"), section.arrangement)
            rule = _rule(section.hold, -1)
            return CoolerPart(name, cooler, rule, section.pressure_drop.nominal / cooler.mass_flow**2)
        case HeatPumpPartSection():
            extra = ("source_loss", "sink_loss", "rated_flow")
            losses = tuple(
                loss.nominal / section.rated_flow.nominal**2
                for loss in (section.source_loss, section.sink_loss)
            )
            pump = HeatPump.from_values(_numbers(section, *extra))
            rule = _rule(section.hold, -1 if section.cools else 1)
            return HeatPumpPart(name, pump, rule, losses)  # type: ignore[arg-type]
        case VesselSection():
            return VesselPart(name, section.mass.nominal, section.loss.nominal, section.T_first.nominal)
        case TankSection():
            return _tank(file, name, section)
    raise NotImplementedError(type(section).__name__)


def _tank(file: HeatPlantFile, name: str, section: TankSection) -> TankPart:
    numbers = _numbers(section)
    hot, cold, charge = (numbers.pop(key) for key in ("T_hot", "T_cold", "first_charge"))
    if not cold < hot:
        raise InputError(
            "a full tank is not warmer than an empty one", file=file.file, key=f"parts.{name}.T_hot",
            found=f"{hot - 273.15:g} degC", accepted=f"more than {cold - 273.15:g} degC",
        )  # fmt: skip
    heights = tuple(to_si(z, "m", key=f"parts.{name}.port_heights") for z in section.port_heights)
    if heights:
        raise InputError(
            "a tank in a plant has its two end ports only", file=file.file, key=f"parts.{name}.port_heights",
            found=str(section.port_heights), accepted="no port_heights",
        )  # fmt: skip
    return TankPart(name, StorageTank.from_values(numbers, section.layers), hot, cold, charge)


def _numbers(section: Section, *without: str) -> dict[str, float]:
    """Nominal numbers of a section of its own, those of tables below it and some others left out."""
    return {
        key: q.nominal for key, q in section.quantities().items() if "." not in key and key not in without
    }


def _rule(hold: HoldSection, sense: int) -> HoldRule:
    at: float | str = hold.series if hold.series is not None else hold.at.nominal  # type: ignore[union-attr]
    return HoldRule(hold.port, at, sense)


def _units(file: HeatPlantFile, name: str, section: UnitsSection) -> UnitsPart:
    try:
        path = find_beside(section.plant, file.path, UNITS_LIBRARY, "plant")
        plant = Plant.named(str(path))
    except InputError as error:
        raise error.within(file=file.file, key=f"parts.{name}.plant") from None
    values = nominal(plant.quantities)
    places = unit_places(plant.file.units.count)
    factors = resistance_factors(values, places)[0]
    modes = tuple(Mode(m.name, m.frequency.nominal, m.voltage.nominal) for m in section.modes)
    if not modes:
        modes = (Mode("normal", float(values["units.frequency"][0]), float(values["units.voltage"][0])),)
    low, high = section.T_in_low.nominal, section.T_in_high.nominal
    if not low < high:
        raise InputError(
            "the warmest inlet is not above the coldest", file=file.file, key=f"parts.{name}.T_in_high",
            found=f"{high - 273.15:g} degC", accepted=f"more than {low - 273.15:g} degC",
        )  # fmt: skip
    room = file.site.room.nominal
    units = unit_map(plant, modes, factors, (low, high), (room - _ROOM, room + _ROOM))
    state = operate(plant, values, places)
    flow = state.mass_flow[0]
    loss = float(state.header_pressure_drop[0] / flow.sum() ** 2)
    hash_rate = float(values["miner.power.terahash_per_second"][0]) * 1e12
    limit = float(values["miner.chips.limit"][0])
    return UnitsPart(name, units, flow / flow.sum(), (0.0, loss), hash_rate, limit)


def _exchanger(file: HeatPlantFile, name: str, section: ExchangerSection) -> ExchangerPart:
    try:
        path = find_beside(section.exchanger, file.path, EXCHANGER_LIBRARY, "exchanger")
        conductance = _conductance(str(path), path.stat().st_mtime_ns, section.turndown)
    except InputError as error:
        raise error.within(file=file.file, key=f"parts.{name}.exchanger") from None
    return ExchangerPart(name, conductance, section.count)


@lru_cache(maxsize=16)
def _conductance(path: str, _modified: int, turndown: float) -> ExchangerConductance:
    """Reduced form of an exchanger, kept for plants that share it: the grid takes many seconds."""
    record = load_exchanger(path)
    exchanger, point = record.exchanger(), record.operating_point()
    flows = [float(point[key]) for key in ("hot_mass_flow", "cold_mass_flow")]
    ranges = tuple((flow / turndown, 2.5 * flow) for flow in flows)
    T = [float(point[key]) for key in ("hot_T_in", "cold_T_in")]
    T_in = ((min(T) + _EDGE, max(T) + 2 * _EDGE), (min(T) - 3 * _EDGE, max(T)))
    return exchanger_conductance(exchanger, ranges, T_in)  # type: ignore[arg-type]


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
