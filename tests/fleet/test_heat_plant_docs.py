"""docs/files.md names every key of the file of a whole plant, and no other."""

import re
from pathlib import Path

import pytest

from hashheat.components.building_section import BuildingSection
from hashheat.fleet.dispatch_section import DispatchSection
from hashheat.fleet.heat_plant_file import (
    CircuitSection,
    EventSection,
    GreenhouseLoadSection,
    HoursSection,
    OperationSection,
    ReferenceSection,
    SiteSection,
)
from hashheat.fleet.part_sections import PART_SECTIONS, HoldSection, ModeSection

DOCS = Path(__file__).resolve().parents[2] / "docs" / "files.md"
TABLES = {
    "### `[circuits.<name>]`": CircuitSection,
    "### `[site]`": SiteSection,
    "### `[operation]`": OperationSection,
    "### `[operation.dispatch]`": DispatchSection,
    "### `[[events]]`": EventSection,
    "### `[hours]`": HoursSection,
    "### `[greenhouse]`": GreenhouseLoadSection,
    "### `[reference]`": ReferenceSection,
    "#### `hold`": HoldSection,
    "#### `[parts.<name>.building]`": BuildingSection,
    "#### `[[parts.<name>.modes]]`": ModeSection,
} | {f'#### `type = "{kind}"`': section for kind, section in PART_SECTIONS.items()}


@pytest.mark.parametrize("heading", TABLES)
def test_every_key_of_a_whole_plant_is_described(heading):
    text = DOCS.read_text(encoding="utf-8").split("## Whole plants\n", 1)[1].split("\n## ", 1)[0]
    table = text.split(f"{heading}\n", 1)[1].split("\n#", 1)[0]
    assert re.findall(r"^\| `(\w+)` \|", table, flags=re.MULTILINE) == list(TABLES[heading].model_fields)
