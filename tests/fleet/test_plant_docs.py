"""docs/files.md names every key of a plant file, and no other."""

import re
from pathlib import Path

from hashheat.components.record import Section
from hashheat.fleet.plant_file import PlantFile

DOCS = Path(__file__).resolve().parents[2] / "docs" / "files.md"


def test_every_key_of_a_plant_file_is_described():
    text = DOCS.read_text(encoding="utf-8").split("## Plant files", 1)[1]
    for name, field in PlantFile.model_fields.items():
        if not (isinstance(field.annotation, type) and issubclass(field.annotation, Section)):
            assert f"`{name}`" in text
            continue
        table = text.split(f"### `[{name}]`", 1)[1].split("###", 1)[0]
        described = re.findall(r"^\| `(\w+)` \|", table, flags=re.MULTILINE)
        assert described == list(field.annotation.model_fields)
