"""Which free constants the points of a calibration separate, and which only together."""

from collections.abc import Sequence

import numpy as np

from hashheat.components.calibration_constants import Constant

#: A combination whose standard deviation from the points alone is above this part of next to no knowledge is told
#: as not separated [-].
NOT_SEPARATED = 0.3
_CORRELATED = 0.95
_SHARE = 0.15


def separate(constants: Sequence[Constant], sensitivity: np.ndarray) -> tuple[np.ndarray, list[str]]:
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
    problems : list of str
        One sentence for each combination not separated.
    """
    k = len(constants)
    weak = np.array([constant.weak for constant in constants])
    rows = np.vstack([sensitivity * weak, np.zeros((max(k - len(sensitivity), 0), k))])
    _, singular, directions = np.linalg.svd(rows, full_matrices=False)
    problems = []
    for s, direction in zip(singular, directions):
        if s * NOT_SEPARATED >= 1.0:
            continue
        # The sign of a singular vector is arbitrary: the largest part is shown as rising.
        direction = direction * np.sign(direction[np.argmax(np.abs(direction))])
        parts = [
            f"{v * c.weak:+.2f} {'ln ' if c.logarithmic else ''}{c.name}"
            for v, c in zip(direction, constants)
            if abs(v) > _SHARE
        ]
        names = " and ".join(c.name for v, c in zip(direction, constants) if abs(v) > _SHARE)
        if len(parts) == 1:
            what = f"the points hardly see {names}"
        else:
            what = (
                f"the points do not separate {names}: moved together by {', '.join(parts)} they fit as well"
            )
        problems.append(what)
    return singular, problems


def strongly_correlated(constants: Sequence[Constant], correlation: np.ndarray) -> list[str]:
    """Pairs of constants that are only good together, one sentence each."""
    return [
        f"{constants[i].name} and {constants[j].name} correlate at {correlation[i, j]:+.3f}: use them together"
        for i in range(len(constants))
        for j in range(i)
        if abs(correlation[i, j]) > _CORRELATED
    ]
