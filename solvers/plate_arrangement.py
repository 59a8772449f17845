"""Which channel of a plate stack belongs to which pass, and which way it flows."""

import numpy as np

from hashheat.solvers.plate_stack import Stack
from hashheat.thermo.errors import InputError


def arrange_passes(
    channels: int,
    passes: tuple[int, int],
    *,
    first_side: int = 0,
    overall_counter: bool = True,
    first_counter: bool = True,
) -> Stack:
    """Stack of a plate heat exchanger from its passes.

    Parameters
    ----------
    channels : int
        Channels of both sides together, one fewer than the plates.
    passes : (int, int)
        Passes of side 0 and of side 1; each side's channels are divided among its passes as evenly as they go.
    first_side : int
        Side of the first channel.
    overall_counter : bool
        Whether side 1 enters at the far end of the stack; of no effect with one pass on side 1.
    first_counter : bool
        Whether the first two channels flow against each other.

    Returns
    -------
    Stack

    Raises
    ------
    InputError
        If a side has fewer channels than passes.
    """
    side = (np.arange(channels) + first_side) % 2
    upward = np.zeros(channels, dtype=np.int64)
    in_pass = np.zeros(channels, dtype=np.int64)
    feeds: list[int] = []
    pass_side: list[int] = []
    for s in range(2):
        own = np.flatnonzero(side == s)
        if not 1 <= passes[s] <= own.size:
            raise InputError(
                "a side of a plate heat exchanger needs a channel for each pass",
                key="passes",
                found=f"{passes[s]} passes, {own.size} channels",
                accepted=f"1 to {own.size}",
            )
        groups = np.array_split(own, passes[s])
        if s == 1 and overall_counter:
            groups.reverse()
        first = len(feeds)
        for k, group in enumerate(groups):
            in_pass[group] = first + k
            upward[group] = (k + 1) % 2
            feeds.append(first + k - 1 if k else -1)
            pass_side.append(s)
    if channels > 1 and (upward[0] != upward[1]) != first_counter:
        upward[side == 1] = 1 - upward[side == 1]
    return Stack(side, upward, in_pass, np.array(feeds), np.array(pass_side))
