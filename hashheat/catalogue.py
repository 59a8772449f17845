"""The shipped devices and plants: lists, tables and copies."""

import os
import textwrap
from pathlib import Path
from typing import Any

from hashheat.components.miner_file import LIBRARY as MINERS
from hashheat.components.miner_file import MinerFile, shipped_miners
from hashheat.components.record import Section, load_record, read_toml
from hashheat.fleet.plant_file import LIBRARY as PLANTS
from hashheat.fleet.plant_file import PlantFile, shipped_plants
from hashheat.names import compact, in_words
from hashheat.terminal import in_field, table
from hashheat.thermo.errors import InputError


def find(name: str) -> tuple[Path, Section]:
    """File and record of a shipped name or a path; whether it is a miner or a plant shows in its tables.

    Raises
    ------
    InputError
        If there is no such name or file, or the file cannot be used.
    """
    for folder, names, kind in (
        (MINERS, shipped_miners(), MinerFile),
        (PLANTS, shipped_plants(), PlantFile),
    ):
        if name in names:
            path = folder / f"{name}.toml"
            return path, load_record(path, kind)
    path = Path(name)
    if not path.is_file():
        raise InputError(
            "there is no miner or plant of this name",
            file=name,
            accepted="a TOML file, or one of: " + ", ".join([*shipped_miners(), *shipped_plants()]),
        )
    is_plant = "units" in read_toml(path)
    return path, load_record(path, PlantFile if is_plant else MinerFile)


def listing() -> dict[str, Any]:
    """All shipped miners and plants with what tells them apart."""
    miners = []
    for name in shipped_miners():
        device = load_record(MINERS / f"{name}.toml", MinerFile)
        quantities = device.quantities()
        miners.append(
            {
                "name": name,
                "device": f"{device.maker} {device.name}",
                "wall_power": {"value": device.power.wall.nominal, "unit": "W"},
                "boards": device.boards.count,
                "chips": device.boards.count * device.chips.count,
                "numbers": len(quantities),
                "assumed": sum(q.status == "assumed" for q in quantities.values()),
            }
        )
    plants = []
    for name in shipped_plants():
        plant = load_record(PLANTS / f"{name}.toml", PlantFile)
        quantities = plant.quantities()
        plants.append(
            {
                "name": name,
                "plant": plant.name,
                "units": plant.units.count,
                "miner": plant.units.miner,
                "numbers": len(quantities),
                "assumed": sum(q.status == "assumed" for q in quantities.values()),
            }
        )
    return {"miners": miners, "plants": plants}


def describe(name: str) -> dict[str, Any]:
    """Every entry of one file, with value, spread, status and source."""
    path, record = find(name)
    quantities = record.quantities()
    rows = [
        {
            "key": key,
            "name": in_words(key),
            "value": q.nominal,
            "unit": q.unit,
            "text": q.describe().split(" [", 1)[0],
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
        "kind": "plant" if isinstance(record, PlantFile) else "miner",
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
    return found


def copy(name: str, target: Path) -> Path:
    """Write the TOML text of a file to a new file.

    Raises
    ------
    InputError
        If the target exists (it is never overwritten) or cannot be written.
    """
    path, _ = find(name)
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


def show_listing(found: dict[str, Any]) -> None:
    """Print :func:`listing`."""
    from rich.console import Console

    console = Console(highlight=False)
    rows = table("miners", "power", "boards", "chips", "assumed")
    for m in found["miners"]:
        rows.add_row(
            m["name"],
            in_field(m["wall_power"]["value"], "W"),
            str(m["boards"]),
            str(m["chips"]),
            f"{m['assumed']} of {m['numbers']}",
        )
    console.print(rows)
    print()
    rows = table("plants", "units", "miner", "assumed")
    for p in found["plants"]:
        rows.add_row(p["name"], str(p["units"]), p["miner"], f"{p['assumed']} of {p['numbers']}")
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
