"""Which free constants the points of a calibration separate, and which only together."""

from collections.abc import Sequence

import numpy as np

from hashheat.components.free_constant import Constant

#: Standard deviation of a combination from the points alone, in that of next to no knowledge, from which on the
#: points are said not to separate it, and to hardly separate it [-].
NOT_SEPARATED = 1.0
HARDLY_SEPARATED = 0.3
_CORRELATED = 0.95
_SHARE = 0.15


def separate(
    constants: Sequence[Constant], sensitivity: np.ndarray
) -> tuple[np.ndarray, list[str], list[str]]:
    """Combinations of constants that the points alone do not fix.

    Parameters
    ----------
    constants : sequence of k Constant
    sensitivity : (n, k) array
        Change of each residual (in its standard deviations) with each x, without priors.

    Returns
    -------
    singular_values : (k,) array
        Of the sensitivities with each x in its weak standard deviation, falling [-]; 1 / s is the standard
        deviation of a combination in that unit.
    not_separated, hardly_separated : lists of str
        One sentence for each such combination.
    """
    k = len(constants)
    weak = np.array([constant.weak for constant in constants])
    rows = np.vstack([sensitivity * weak, np.zeros((max(k - len(sensitivity), 0), k))])
    _, singular, directions = np.linalg.svd(rows, full_matrices=False)
    missing: list[str] = []
    poor: list[str] = []
    for s, direction in zip(singular, directions):
        if s * HARDLY_SEPARATED >= 1.0:
            continue
        seen = s * NOT_SEPARATED >= 1.0
        # The sign of a singular vector is arbitrary: the largest part is shown as rising.
        own = [(v, c) for v, c in zip(direction, constants) if abs(v) > _SHARE]
        sign = np.sign(max(own, key=lambda pair: abs(pair[0]))[0])
        # A step that raises chi2 by 1, or one of weak standard deviation where the points feel nothing.
        size = sign / s if seen else sign
        step = ", ".join(f"{size * v * c.weak:+.2g} {'ln ' if c.logarithmic else ''}{c.name}" for v, c in own)
        names = " and ".join(c.name for _, c in own)
        if len(own) == 1:
            (poor if seen else missing).append(f"the points hardly see {names}")
        elif seen:
            poor.append(f"the points hardly separate {names}: moved together by {step}, chi2 rises by 1 only")
        else:
            missing.append(f"the points do not separate {names}: moved together by {step}, they fit as well")
    return singular, missing, poor


def strongly_correlated(constants: Sequence[Constant], correlation: np.ndarray) -> list[str]:
    """Pairs of constants that are only good together, one sentence each."""
    return [
        f"{constants[i].name} and {constants[j].name} correlate at {correlation[i, j]:+.3f}: use them together"
        for i in range(len(constants))
        for j in range(i)
        if abs(correlation[i, j]) > _CORRELATED
    ]
