"""Units out for service: when each fails and when it is back."""

import numpy as np

from hashheat.thermo.errors import InputError


def availability(
    units: int, steps: int, dt: float, time_to_failure: float, time_to_repair: float, seed: int
) -> np.ndarray:
    """Which units can run at which step, drawn from exponential times to failure and to repair.

    Parameters
    ----------
    units, steps : int
    dt : float
        Length of a step [s].
    time_to_failure, time_to_repair : float
        Mean times [s].
    seed : int
        Each unit has its own stream, so that a larger fleet begins with the same units.

    Returns
    -------
    (unit, step) array of bool
        A step counts as out of service if the unit is out in its middle. In the long run the share that runs is
        ``time_to_failure / (time_to_failure + time_to_repair)``; the first state is drawn with that share.

    Raises
    ------
    InputError
        For times that are not positive.
    """
    for key, value in (("mean_time_to_failure", time_to_failure), ("mean_time_to_repair", time_to_repair)):
        if not (np.isfinite(value) and value > 0.0):
            raise InputError("a mean time must be positive", key=key, found=value, accepted="> 0 s")
    runs = np.empty((units, steps), dtype=bool)
    middle = (np.arange(steps) + 0.5) * dt
    share = time_to_failure / (time_to_failure + time_to_repair)
    for unit, stream in enumerate(np.random.SeedSequence(seed).spawn(units)):
        rng = np.random.default_rng(stream)
        first = rng.random() < share
        # Enough changes for the whole time with near certainty; more are drawn if they end too soon.
        mean = 0.5 * (time_to_failure + time_to_repair)
        changes: list[float] = []
        end = 0.0
        while end < middle[-1]:
            n = int(1.5 * middle[-1] / mean) + 8
            up = (np.arange(len(changes), len(changes) + n) % 2 == 0) == first
            more = rng.exponential(1.0, n) * np.where(up, time_to_failure, time_to_repair)
            at = end + np.cumsum(more)
            changes.extend(at.tolist())
            end = float(at[-1])
        runs[unit] = (np.searchsorted(changes, middle) % 2 == 0) == first
    return runs
