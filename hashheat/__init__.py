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
    from hashheat.components.errors import CoolantRangeError, NotConvergedError, RunawayError, UnitError
    from hashheat.components.miner import Miner
    from hashheat.components.miner_file import shipped_miners
    from hashheat.fleet.check import check_plant, percentiles
    from hashheat.fleet.plant import Plant
    from hashheat.fleet.plant_file import shipped_plants
    from hashheat.report import write_report
    from hashheat.summary import summarize
    from hashheat.thermo.errors import BoilingError, FreezingError, HashheatError, InputError, StateError
    from hashheat.thermo.fluid import Fluid
    from hashheat.thermo.quantity import Quantity
    from hashheat.thermo.solid import Solid

_FACE: dict[str, str] = {
    "BoilingError": "hashheat.thermo.errors",
    "CoolantRangeError": "hashheat.components.errors",
    "Fluid": "hashheat.thermo.fluid",
    "FreezingError": "hashheat.thermo.errors",
    "HashheatError": "hashheat.thermo.errors",
    "InputError": "hashheat.thermo.errors",
    "Miner": "hashheat.components.miner",
    "NotConvergedError": "hashheat.components.errors",
    "Plant": "hashheat.fleet.plant",
    "Quantity": "hashheat.thermo.quantity",
    "RunawayError": "hashheat.components.errors",
    "Solid": "hashheat.thermo.solid",
    "StateError": "hashheat.thermo.errors",
    "UnitError": "hashheat.components.errors",
    "check_plant": "hashheat.fleet.check",
    "percentiles": "hashheat.fleet.check",
    "shipped_miners": "hashheat.components.miner_file",
    "shipped_plants": "hashheat.fleet.plant_file",
    "summarize": "hashheat.summary",
    "write_report": "hashheat.report",
}

__all__ = [  # written out, so that type checkers see it; a test holds it to _FACE
    "BoilingError",
    "CoolantRangeError",
    "Fluid",
    "FreezingError",
    "HashheatError",
    "InputError",
    "Miner",
    "NotConvergedError",
    "Plant",
    "Quantity",
    "RunawayError",
    "Solid",
    "StateError",
    "UnitError",
    "check_plant",
    "percentiles",
    "shipped_miners",
    "shipped_plants",
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
