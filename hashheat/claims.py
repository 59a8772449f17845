"""The page of claims: what is said in public of heat from miners, beside what this package computes for it.

``python -m hashheat.claims docs/claims.md PRICES.csv`` writes it, with German day-ahead prices by the hour (SMARD,
CC BY 4.0); it takes some minutes.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from hashheat.claim import Claim
from hashheat.claims_of_plants import PLANT_CLAIMS
from hashheat.claims_of_prices import negative_prices
from hashheat.claims_of_studies import STUDY_CLAIMS

_HEAD = """\
# Claims

Written by `python -m hashheat.claims docs/claims.md PRICES.csv`, with the German day-ahead prices of 2023 \
(SMARD, CC BY 4.0); not to be edited. What is said in public of heat from \
miners, with the number that this package computes for it from the shipped plants and their assumptions, which \
stand in `fleet/library/`. None of these numbers was measured at a plant. A verdict compares the number with a \
bound; where the bound lies is a judgement, and the code shows it. Plants are run through a day of every month, \
which comes within some per cent of the year of `hashheat simulate`.
"""


def claims_page(claims: Sequence[Claim]) -> str:
    """The page as Markdown; the same claims give the same bytes."""
    parts = [_HEAD, "| claim | verdict |", "|---|---|"]
    parts += [f"| {claim.statement} | {claim.verdict} |" for claim in claims]
    return "\n".join(parts) + "\n\n" + "\n".join(claim_text(claim) for claim in claims)


def claim_text(claim: Claim) -> str:
    """One claim of the page."""
    return (
        f"## {claim.statement[0].upper()}{claim.statement[1:]}\n\n"
        f"* Said by: {claim.source}\n* Verdict: **{claim.verdict}**\n* Computed: {claim.computed}\n"
        f"* Condition: {claim.condition}\n"
    )


def every_claim(prices: Path) -> list[Claim]:
    """All claims of the page, in its order; prices by the hour from a file."""
    return [*(make() for make in PLANT_CLAIMS), negative_prices(prices), *(make() for make in STUDY_CLAIMS)]


def main(path: Path, prices: Path) -> None:
    """Compute all and write the page."""
    path.write_text(claims_page(every_claim(prices)), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
