"""A public statement and what is computed for it."""

from typing import Literal, NamedTuple


class Claim(NamedTuple):
    """A claim that was looked at.

    Parameters
    ----------
    statement : str
        As it is said.
    source : str
        By whom.
    verdict : str
        ``"confirmed"``, ``"needs a condition"`` or ``"refuted"``, by comparing the computed number with
        a bound that stands beside it in the code; where the bound lies is a judgement.
    computed : str
        The number, in words.
    condition : str
        Under which it holds, or what it hangs on.
    """

    statement: str
    source: str
    verdict: Literal["confirmed", "needs a condition", "refuted"]
    computed: str
    condition: str
