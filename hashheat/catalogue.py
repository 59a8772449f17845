"""What the shipped files hold: lists, tables and copies."""

import os
import textwrap
from pathlib import Path
from typing import Any

import numpy as np

from hashheat.assumptions import spread_text
from hashheat.components.cold_plate_file import ColdPlateFile
from hashheat.components.duty_file import DutyFile
from hashheat.components.exchanger_file import ExchangerFile
from hashheat.components.exchanger_plate import PlateFile
from hashheat.components.miner_file import MinerFile
from hashheat.components.record import Section, load_record
from hashheat.components.tank_file import TankFile
from hashheat.components.two_phase_tank_file import TwoPhaseTankFile
from hashheat.fleet.heat_plant_file import HeatPlantFile
from hashheat.fleet.plant_file import PlantFile
from hashheat.libraries import LIBRARIES, find, homes
from hashheat.names import compact, in_words
from hashheat.terminal import in_field, table
from hashheat.thermo.dielectric import Dielectric
from hashheat.thermo.dielectric_file import DielectricFile
from hashheat.thermo.errors import InputError

#: Where the viscosities of fluids are compared [K].
_T_COMPARED = 313.15


def listing() -> dict[str, Any]:
    """All shipped files by kind, with what tells those of a kind apart."""
    found: dict[str, Any] = {}
    for plural, library in LIBRARIES.items():
        rows = []
        for name in library.names():
            record = load_record(library.folder / f"{name}.toml", library.record)
            quantities = record.quantities()
            rows.append(
                {
                    "name": name,
                    **_apart(record),
                    "numbers": len(quantities),
                    "assumed": sum(q.status == "assumed" for q in quantities.values()),
                    "remembered": sum(q.status == "remembered" for q in quantities.values()),
                }
            )
        found[plural] = rows
    return found


def _apart(record: Section) -> dict[str, Any]:
    """What tells a file from others of its kind."""
    match record:
        case MinerFile():
            return {
                "device": f"{record.maker} {record.name}",
                "wall_power": {"value": record.power.wall.nominal, "unit": "W"},
                "boards": record.boards.count,
                "chips": record.boards.count * record.chips.count,
            }
        case PlantFile():
            return {"plant": record.name, "units": record.units.count, "miner": record.units.miner}
        case HeatPlantFile():
            return {
                "plant": record.name,
                "parts": len(record.parts),
                "circuits": len(record.circuits),
                "strategy": record.operation.strategy.replace("_", " "),
            }
        case PlateFile():
            return {
                "plate": record.name,
                "kind": record.kind,
                "area": {"value": record.plate.area.nominal, "unit": "m^2"},
                "max_plates": record.limits.max_plates,
            }
        case ColdPlateFile():
            chips = record.chip_map()
            heat = record.power.chip.nominal * float(chips.power_factor.sum())
            return {
                "cold_plate": record.name,
                "kind": record.coolant.kind,
                "chips": len(chips),
                "heat_rate": {"value": heat, "unit": "W"},
            }
        case ExchangerFile():
            return {
                "exchanger": record.name,
                "plate": record.plate,
                "plates": record.plates,
                "passes": list(record.passes),
            }
        case TankFile():
            power = sum(m.count[0] * m.count[1] * m.power.nominal for m in record.miner)
            return {
                "tank": record.name,
                "fluid": record.fluid.name,
                "miners": sum(m.count[0] * m.count[1] for m in record.miner),
                "wall_power": {"value": power, "unit": "W"},
            }
        case TwoPhaseTankFile():
            power = record.chips.count * record.chips.power.nominal
            return {
                "tank": record.name,
                "fluid": record.fluid.name,
                "chips": record.chips.count,
                "heat_rate": {"value": power, "unit": "W"},
            }
        case DutyFile():
            heat = record.complete().heat_rate
            return {"duty": record.name, "heat_rate": {"value": heat, "unit": "W"}}
        case DielectricFile():
            liquid = Dielectric(record)
            T = min(max(_T_COMPARED, liquid.T_min), liquid.T_max)
            nu = float(liquid.kinematic_viscosity(np.asarray(T)))
            return {
                "fluid": record.name,
                "kind": record.kind,
                "viscosity": {"value": nu, "unit": "m^2/s"},
            }
    return {}


def describe(name: str) -> dict[str, Any]:
    """Every entry of one file, with value, spread, status and source; ``also`` names its namesakes."""
    path, record, kind = find(name)
    quantities = record.quantities()
    rows = [
        {
            "key": key,
            "name": in_words(key),
            "value": q.nominal,
            "unit": q.unit,
            "text": spread_text(q),
            "status": q.status,
            "source": q.source,
            "note": q.note,
        }
        for key, q in quantities.items()
    ]
    plain = {key: value for key, value in _plain(record, "") if key not in ("name", "note")}
    return {
        "name": getattr(record, "name", path.stem),
        "note": getattr(record, "note", ""),
        "file": str(path),
        "kind": kind,
        "also": [f"{home}/{name}" for home in homes(name)[1:]],
        "settings": plain,
        "numbers": rows,
    }


def _plain(section: Section, prefix: str) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for name in type(section).model_fields:
        value = getattr(section, name)
        if isinstance(value, Section):
            found += _plain(value, f"{prefix}{name}.")
        elif isinstance(value, str | int | float | bool):
            found.append((f"{prefix}{name}", value))
        elif isinstance(value, list | tuple) and value and isinstance(value[0], Section):
            for i, one in enumerate(value):
                found += _plain(one, f"{prefix}{name}.{i}.")
        elif isinstance(value, list | tuple):
            found.append((f"{prefix}{name}", list(value)))
    return found


def copy(name: str, target: Path) -> Path:
    """Write the TOML text of a file to a new file.

    Raises
    ------
    InputError
        If the target exists (it is never overwritten) or cannot be written.
    """
    path, *_ = find(name)
    text = path.read_bytes()
    try:
        handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    except FileExistsError:
        raise InputError(
            "the file exists and is not overwritten", file=str(target), key="--copy", accepted="a new name"
        ) from None
    except OSError as error:
        raise InputError(
            f"the file cannot be written: {error.strerror}",
            file=str(target),
            key="--copy",
            accepted="a path in a directory you may write in",
        ) from None
    with os.fdopen(handle, "wb") as out:
        out.write(text)
    return target


#: Columns of the list beside name and assumed numbers: key: heading.
_COLUMNS: dict[str, dict[str, str]] = {
    "miners": {"wall_power": "power", "boards": "boards", "chips": "chips"},
    "plants": {"units": "units", "miner": "miner"},
    "heat_plants": {"parts": "parts", "circuits": "circuits", "strategy": "operation"},
    "exchangers": {"plate": "plate", "plates": "plates", "passes": "passes"},
    "duties": {"heat_rate": "heat"},
    "plates": {"kind": "kind", "area": "area", "max_plates": "most plates"},
    "cold_plates": {"kind": "kind", "chips": "chips", "heat_rate": "heat"},
    "tanks": {"fluid": "oil", "miners": "miners", "wall_power": "power"},
    "two_phase_tanks": {"fluid": "liquid", "chips": "chips", "heat_rate": "heat"},
    "fluids": {"kind": "kind", "viscosity": "viscosity at 40 degC", "remembered": "remembered"},
}


def show_listing(found: dict[str, Any]) -> None:
    """Print :func:`listing`."""
    from rich.console import Console

    console = Console(highlight=False)
    for plural, columns in _COLUMNS.items():
        rows = table(plural.replace("_", " "), *columns.values(), "assumed")
        for entry in found[plural]:
            cells = []
            for key in columns:
                value = entry[key]
                if isinstance(value, dict):
                    cells.append(in_field(value["value"], value["unit"]))
                else:
                    cells.append(" / ".join(map(str, value)) if isinstance(value, list) else str(value))
            rows.add_row(entry["name"], *cells, f"{entry['assumed']} of {entry['numbers']}")
        console.print(rows)
        print()
    console.print("hashheat library NAME shows one; --copy FILE starts your own from it", style="dim")


def show_description(found: dict[str, Any]) -> None:
    """Print :func:`describe`."""
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False)
    console.print(Text(found["name"], style="bold"))
    if found["note"]:
        print(textwrap.fill(found["note"], console.width))
    console.print(Text(found["file"], style="dim"), soft_wrap=True)
    if found["also"]:
        print(f"of the same name: {', '.join(found['also'])}")
    print()
    rows = table("setting", "value")
    for key, value in found["settings"].items():
        rows.add_row(key, Text(str(value)))
    console.print(rows)
    print()
    # Sources are sentences: in a column of their own they would be columns of single words.
    width = max(len(row["key"]) for row in found["numbers"])
    for row in found["numbers"]:
        line = Text.assemble(
            (f"{row['key']:<{width}}  ", "bold"), f"{compact(row['text']):<24}  ", row["status"]
        )
        console.print(line, soft_wrap=True)
        for text in (row["source"], row["note"]):
            if text:
                print(textwrap.fill(text, console.width, initial_indent="    ", subsequent_indent="    "))
