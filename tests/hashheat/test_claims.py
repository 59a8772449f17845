"""The page of claims is what the package computes now."""

import re
from pathlib import Path

import numba
import pytest

from hashheat.claims import claim_text, claims_page, every_claim
from hashheat.claims_of_plants import PLANT_CLAIMS
from hashheat.claims_of_studies import STUDY_CLAIMS

PRICES = Path(__file__).resolve().parents[2].parent / "shared/reference/district/prices/de_day_ahead_2023.csv"
DOCS = Path(__file__).resolve().parents[2] / "docs" / "claims.md"


@pytest.mark.parametrize("make", STUDY_CLAIMS)
def test_quick_claims_stand_in_the_page_as_they_are_computed(make):
    claim = make()
    assert claim_text(claim) in DOCS.read_text(encoding="utf-8") + "\n"
    assert f"| {claim.statement} | {claim.verdict} |" in DOCS.read_text(encoding="utf-8")


def test_every_claim_has_one_of_three_verdicts_and_a_number():
    text = DOCS.read_text(encoding="utf-8")
    rows = re.findall(r"^\| (?!claim|---)(.*) \| (.*) \|$", text, re.M)
    assert len(rows) == len(PLANT_CLAIMS) + 1 + len(STUDY_CLAIMS)
    assert {verdict for _, verdict in rows} <= {"confirmed", "needs a condition", "refuted"}
    computed = re.findall(r"^\* Computed: (.*)$", text, re.M)
    assert len(computed) == len(rows)
    assert all(re.search(r"\d", line) for line in computed)


@pytest.mark.nightly
@pytest.mark.skipif(numba.config.DISABLE_JIT, reason="plants take hours uncompiled")
def test_the_whole_page_is_what_is_computed():
    if not PRICES.is_file():
        pytest.skip("the German prices are not beside the repository (shared/reference/district)")
    page = claims_page(every_claim(PRICES))
    assert page == DOCS.read_text(encoding="utf-8")
