"""The table of names, and the page that explains them."""

from pathlib import Path

import pytest

from hashheat.components.variables import VARIABLES

PAGE = Path(__file__).resolve().parents[2] / "docs" / "nomenclature.md"


@pytest.mark.parametrize("name", VARIABLES)
def test_every_name_of_a_dataset_is_in_the_nomenclature(name):
    assert f"`{name}`" in PAGE.read_text(encoding="utf-8")
