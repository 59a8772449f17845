"""The parts of a plant, each made from its section of the file."""

from functools import lru_cache

import numpy as np

from hashheat.components.buried_pipe_section import BuriedPipeSection
from hashheat.components.dry_cooler import DryCooler
from hashheat.components.electric_boiler import ElectricBoiler
from hashheat.components.exchanger_conductance import ExchangerConductance, exchanger_conductance
from hashheat.components.exchanger_file import LIBRARY as EXCHANGER_LIBRARY
from hashheat.components.exchanger_file import load_exchanger
from hashheat.components.fuel_boiler import FuelBoiler
from hashheat.components.heat_pump import HeatPump
from hashheat.components.heated_room import HeatedRoom
from hashheat.components.immersion_tank import ImmersionTank
from hashheat.components.record import Section, find_beside
from hashheat.components.room_heater_section import LIBRARY as ROOM_HEATERS
from hashheat.components.room_heater_section import load_room_heater
from hashheat.components.storage_tank import StorageTank
from hashheat.components.tank_library import LIBRARY as TANK_LIBRARY
from hashheat.components.tank_reduced import ReducedTank
from hashheat.fleet.consumers_part import ConsumersPart
from hashheat.fleet.cooler_part import CoolerPart
from hashheat.fleet.exchanger_part import ExchangerPart
from hashheat.fleet.heat_plant_file import HeatPlantFile
from hashheat.fleet.heat_pump_part import HeatPumpPart
from hashheat.fleet.heated_room_part import HeatedRoomPart
from hashheat.fleet.heater_part import HeaterPart
from hashheat.fleet.hold_rule import HoldRule
from hashheat.fleet.immersion_map import immersion_map
from hashheat.fleet.operation import operate, resistance_factors
from hashheat.fleet.part import Part
from hashheat.fleet.part_sections import (
    ConsumersSection,
    CoolerSection,
    ElectricHeaterSection,
    ExchangerSection,
    FuelHeaterSection,
    HeatedRoomSection,
    HeatPumpPartSection,
    HoldSection,
    ImmersionSection,
    ModeSection,
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


def built(file: HeatPlantFile, name: str, section: Section) -> Part:
    """Part from its section.

    Parameters
    ----------
    file : HeatPlantFile
        That the section is of: files named in it are looked for beside it.
    name : str
        Of the part.
    section : Section
        One of :data:`hashheat.fleet.part_sections.PART_SECTIONS`.

    Raises
    ------
    InputError
        Naming file, key and value at fault.
    """
    match section:
        case UnitsSection():
            return _units(file, name, section)
        case ImmersionSection():
            return _immersion(file, name, section)
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
        case HeatedRoomSection():
            return _heated_room(file, name, section)
        case TankSection():
            return _tank(file, name, section)
    raise NotImplementedError(type(section).__name__)


def _heated_room(file: HeatPlantFile, name: str, section: HeatedRoomSection) -> HeatedRoomPart:
    try:
        heater = load_room_heater(str(find_beside(section.heater, file.path, ROOM_HEATERS, "room heater")))
    except InputError as error:
        raise error.within(file=file.file, key=f"parts.{name}.heater") from None
    room = HeatedRoom(section.building.build(), heater.build(), section.count)
    numbers = (section.T_set.nominal, section.gain.nominal, section.sun_area.nominal)
    return HeatedRoomPart(name, room, *numbers)


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
    own = Mode("normal", float(values["units.frequency"][0]), float(values["units.voltage"][0]))
    units = unit_map(plant, _modes(section.modes, own), factors, *_ranges(file, name, section))
    state = operate(plant, values, places)
    flow = state.mass_flow[0]
    loss = float(state.header_pressure_drop[0] / flow.sum() ** 2)
    hash_rate = float(values["miner.power.terahash_per_second"][0]) * 1e12
    limit = float(values["miner.chips.limit"][0])
    return UnitsPart(name, units, flow / flow.sum(), (0.0, loss), hash_rate, limit)


def _immersion(file: HeatPlantFile, name: str, section: ImmersionSection) -> UnitsPart:
    try:
        path = find_beside(section.tank, file.path, TANK_LIBRARY, "tank")
        tank = _reduced_tank(str(path), path.stat().st_mtime_ns)
        modes = _modes(section.modes, Mode("normal", 1.0, 1.0))
        drop = section.pressure_drop.nominal
        units = immersion_map(tank, modes, section.count, *_ranges(file, name, section), drop)
    except InputError as error:
        raise error.within(file=file.file, key=f"parts.{name}.tank") from None
    flow = section.count * tank.solution.water.mass_flow  # type: ignore[union-attr]
    limit = min(miner.limit.nominal for miner in tank.file.miner)
    shares = np.full(section.count, 1.0 / section.count)
    hash_rate = section.terahash_per_second.nominal * 1e12
    return UnitsPart(name, units, shares, (0.0, drop / flow**2), hash_rate, limit)


@lru_cache(maxsize=4)
def _reduced_tank(path: str, _modified: int) -> ReducedTank:
    """Reduced form of a tank, kept for plants that share it: its flow takes up to minutes."""
    return ImmersionTank.named(path).reduced()


def _modes(sections: list[ModeSection], own: Mode) -> tuple[Mode, ...]:
    """Modes of a part, or its own one where its section has none."""
    return tuple(Mode(m.name, m.frequency.nominal, m.voltage.nominal) for m in sections) or (own,)


def _ranges(
    file: HeatPlantFile, name: str, section: UnitsSection | ImmersionSection
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Temperatures of inlet and room that a map has to hold for."""
    low, high = section.T_in_low.nominal, section.T_in_high.nominal
    if not low < high:
        raise InputError(
            "the warmest inlet is not above the coldest", file=file.file, key=f"parts.{name}.T_in_high",
            found=f"{high - 273.15:g} degC", accepted=f"more than {low - 273.15:g} degC",
        )  # fmt: skip
    room = file.site.room.nominal
    return (low, high), (room - _ROOM, room + _ROOM)


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
