"""hashheat: chip and water temperatures of hydro-cooled miners, from the coolant cell to the city pipe.

The names below are loaded when first used, so that ``import hashheat`` stays quick.
"""

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

# In a source checkout the rooms stand beside this folder, not in it. Python started there finds this
# folder before the installed package, so the checkout has to serve its own rooms.
_beside = Path(__file__).resolve().parent.parent
if (_beside / "thermo" / "jit.py").is_file() and not (Path(__file__).parent / "thermo").is_dir():
    __path__.append(str(_beside))

if TYPE_CHECKING:
    from hashheat.components.calibration_result import Calibration
    from hashheat.components.cold_plate import ColdPlate
    from hashheat.components.cold_plate_file import load_cold_plate, shipped_cold_plates
    from hashheat.components.duty_file import load_duty
    from hashheat.components.errors import (
        ChipMapError,
        CoolantRangeError,
        DutyError,
        ExchangerError,
        FrameCapacityError,
        MaldistributionError,
        NoExchangerError,
        NoSolutionError,
        NotConvergedError,
        PlateGeometryError,
        PlateLimitError,
        PressureLossError,
        ReducedPlateError,
        RunawayError,
        TankError,
        UnitError,
    )
    from hashheat.components.exchanger_calibration import calibrate
    from hashheat.components.exchanger_duty import Duty, complete_duty
    from hashheat.components.exchanger_file import load_exchanger
    from hashheat.components.exchanger_fouling import fouling_from_measurement
    from hashheat.components.exchanger_limits import SizingLimits
    from hashheat.components.exchanger_map import part_load
    from hashheat.components.exchanger_plate import load_plate, shipped_plates
    from hashheat.components.exchanger_sizing import size_exchanger
    from hashheat.components.exchanger_solve import solve_for
    from hashheat.components.exchanger_transient import rate_transient
    from hashheat.components.immersion_tank import ImmersionTank
    from hashheat.components.miner import Miner
    from hashheat.components.miner_file import shipped_miners
    from hashheat.components.network import Network
    from hashheat.components.network_elements import (
        ExchangerSide,
        FixedFlow,
        MinerUnit,
        Node,
        Pipe,
        Pump,
        Resistance,
        Valve,
    )
    from hashheat.components.network_errors import DisconnectedNetworkError, InfeasibleDemandError
    from hashheat.components.plate_exchanger import PlateHeatExchanger
    from hashheat.components.plate_scenarios import cold_start, power_step, pump_trip
    from hashheat.components.pump import PumpCurve, PumpRangeError
    from hashheat.components.tank_file import load_tank, shipped_tanks
    from hashheat.components.two_phase_tank import TwoPhaseTank
    from hashheat.components.vendor_points import VendorPoint
    from hashheat.fleet.check import check_plant, percentiles
    from hashheat.fleet.heat_plant import HeatPlant
    from hashheat.fleet.heat_plant_file import shipped_heat_plants
    from hashheat.fleet.plant import Plant
    from hashheat.fleet.plant_file import shipped_plants
    from hashheat.fleet.plant_hours import plant_hours
    from hashheat.fleet.simulate import simulate
    from hashheat.report import write_report
    from hashheat.summary import summarize
    from hashheat.thermo.ageing import FluidAgeing
    from hashheat.thermo.boiling_fluid import boiling_fluid
    from hashheat.thermo.errors import (
        BoilingError,
        FlashPointError,
        FreezingError,
        HashheatError,
        InputError,
        StateError,
        WrongSourceError,
    )
    from hashheat.thermo.fluid import Fluid
    from hashheat.thermo.liquid_of import liquid_of
    from hashheat.thermo.quantity import Quantity
    from hashheat.thermo.remembered import RememberedValueWarning
    from hashheat.thermo.solid import Solid

_FACE: dict[str, str] = {
    "BoilingError": "hashheat.thermo.errors",
    "Calibration": "hashheat.components.calibration_result",
    "ChipMapError": "hashheat.components.errors",
    "ColdPlate": "hashheat.components.cold_plate",
    "CoolantRangeError": "hashheat.components.errors",
    "DisconnectedNetworkError": "hashheat.components.network_errors",
    "Duty": "hashheat.components.exchanger_duty",
    "DutyError": "hashheat.components.errors",
    "ExchangerError": "hashheat.components.errors",
    "ExchangerSide": "hashheat.components.network_elements",
    "FixedFlow": "hashheat.components.network_elements",
    "FlashPointError": "hashheat.thermo.errors",
    "Fluid": "hashheat.thermo.fluid",
    "FluidAgeing": "hashheat.thermo.ageing",
    "FrameCapacityError": "hashheat.components.errors",
    "FreezingError": "hashheat.thermo.errors",
    "HashheatError": "hashheat.thermo.errors",
    "HeatPlant": "hashheat.fleet.heat_plant",
    "ImmersionTank": "hashheat.components.immersion_tank",
    "InfeasibleDemandError": "hashheat.components.network_errors",
    "InputError": "hashheat.thermo.errors",
    "MaldistributionError": "hashheat.components.errors",
    "Miner": "hashheat.components.miner",
    "MinerUnit": "hashheat.components.network_elements",
    "Network": "hashheat.components.network",
    "NoExchangerError": "hashheat.components.errors",
    "NoSolutionError": "hashheat.components.errors",
    "Node": "hashheat.components.network_elements",
    "NotConvergedError": "hashheat.components.errors",
    "Pipe": "hashheat.components.network_elements",
    "Plant": "hashheat.fleet.plant",
    "PlateGeometryError": "hashheat.components.errors",
    "PlateHeatExchanger": "hashheat.components.plate_exchanger",
    "PlateLimitError": "hashheat.components.errors",
    "PressureLossError": "hashheat.components.errors",
    "Pump": "hashheat.components.network_elements",
    "PumpCurve": "hashheat.components.pump",
    "PumpRangeError": "hashheat.components.pump",
    "Quantity": "hashheat.thermo.quantity",
    "ReducedPlateError": "hashheat.components.errors",
    "RememberedValueWarning": "hashheat.thermo.remembered",
    "Resistance": "hashheat.components.network_elements",
    "RunawayError": "hashheat.components.errors",
    "SizingLimits": "hashheat.components.exchanger_limits",
    "Solid": "hashheat.thermo.solid",
    "StateError": "hashheat.thermo.errors",
    "TankError": "hashheat.components.errors",
    "TwoPhaseTank": "hashheat.components.two_phase_tank",
    "UnitError": "hashheat.components.errors",
    "Valve": "hashheat.components.network_elements",
    "VendorPoint": "hashheat.components.vendor_points",
    "WrongSourceError": "hashheat.thermo.errors",
    "boiling_fluid": "hashheat.thermo.boiling_fluid",
    "calibrate": "hashheat.components.exchanger_calibration",
    "check_plant": "hashheat.fleet.check",
    "cold_start": "hashheat.components.plate_scenarios",
    "complete_duty": "hashheat.components.exchanger_duty",
    "fouling_from_measurement": "hashheat.components.exchanger_fouling",
    "liquid_of": "hashheat.thermo.liquid_of",
    "load_cold_plate": "hashheat.components.cold_plate_file",
    "load_duty": "hashheat.components.duty_file",
    "load_exchanger": "hashheat.components.exchanger_file",
    "load_plate": "hashheat.components.exchanger_plate",
    "load_tank": "hashheat.components.tank_file",
    "part_load": "hashheat.components.exchanger_map",
    "percentiles": "hashheat.fleet.check",
    "plant_hours": "hashheat.fleet.plant_hours",
    "power_step": "hashheat.components.plate_scenarios",
    "pump_trip": "hashheat.components.plate_scenarios",
    "rate_transient": "hashheat.components.exchanger_transient",
    "shipped_cold_plates": "hashheat.components.cold_plate_file",
    "shipped_heat_plants": "hashheat.fleet.heat_plant_file",
    "shipped_miners": "hashheat.components.miner_file",
    "shipped_plants": "hashheat.fleet.plant_file",
    "shipped_plates": "hashheat.components.exchanger_plate",
    "shipped_tanks": "hashheat.components.tank_file",
    "simulate": "hashheat.fleet.simulate",
    "size_exchanger": "hashheat.components.exchanger_sizing",
    "solve_for": "hashheat.components.exchanger_solve",
    "summarize": "hashheat.summary",
    "write_report": "hashheat.report",
}

__all__ = [  # written out, so that type checkers see it; a test holds it to _FACE
    "BoilingError",
    "Calibration",
    "ChipMapError",
    "ColdPlate",
    "CoolantRangeError",
    "DisconnectedNetworkError",
    "Duty",
    "DutyError",
    "ExchangerError",
    "ExchangerSide",
    "FixedFlow",
    "FlashPointError",
    "Fluid",
    "FluidAgeing",
    "FrameCapacityError",
    "FreezingError",
    "HashheatError",
    "HeatPlant",
    "ImmersionTank",
    "InfeasibleDemandError",
    "InputError",
    "MaldistributionError",
    "Miner",
    "MinerUnit",
    "Network",
    "NoExchangerError",
    "NoSolutionError",
    "Node",
    "NotConvergedError",
    "Pipe",
    "Plant",
    "PlateGeometryError",
    "PlateHeatExchanger",
    "PlateLimitError",
    "PressureLossError",
    "Pump",
    "PumpCurve",
    "PumpRangeError",
    "Quantity",
    "ReducedPlateError",
    "RememberedValueWarning",
    "Resistance",
    "RunawayError",
    "SizingLimits",
    "Solid",
    "StateError",
    "TankError",
    "TwoPhaseTank",
    "UnitError",
    "Valve",
    "VendorPoint",
    "WrongSourceError",
    "boiling_fluid",
    "calibrate",
    "check_plant",
    "cold_start",
    "complete_duty",
    "fouling_from_measurement",
    "liquid_of",
    "load_cold_plate",
    "load_duty",
    "load_exchanger",
    "load_plate",
    "load_tank",
    "part_load",
    "percentiles",
    "plant_hours",
    "power_step",
    "pump_trip",
    "rate_transient",
    "shipped_cold_plates",
    "shipped_heat_plants",
    "shipped_miners",
    "shipped_plants",
    "shipped_plates",
    "shipped_tanks",
    "simulate",
    "size_exchanger",
    "solve_for",
    "summarize",
    "write_report",
]


def __getattr__(name: str) -> object:
    """Load a public name from its room (PEP 562)."""
    if name == "__version__":
        from importlib.metadata import version

        return version("hashheat")
    if name in _FACE:
        return getattr(import_module(_FACE[name]), name)
    raise AttributeError(f"module 'hashheat' has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
