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
    ports: str = "U",
    second_kind: float = 0.0,
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
        Whether side 1 enters at the far end of the stack. With one pass on both sides the flow is counterflow if
        this and first_counter hold, otherwise parallel; with one pass on one side this is of no effect.
    first_counter : bool
        Whether the first two channels flow against each other.
    ports : str
        "U": inlet and outlet of a side with one pass lie at the same end of the stack; "Z": at opposite ends.
        Between passes the fluid always goes on, as in Z.
    second_kind : float
        Share of the channels of each pass, at its far end, that are of the second kind [-].

    Returns
    -------
    Stack

    Raises
    ------
    InputError
        If a side has fewer channels than passes, or an option is none of the above.
    """
    for key, value, known in (("first_side", first_side, (0, 1)), ("ports", ports, ("U", "Z"))):
        if value not in known:
            raise InputError(
                "is no arrangement", key=key, found=repr(value), accepted=" or ".join(map(str, known))
            )
    side = (np.arange(channels) + first_side) % 2
    upward = np.zeros(channels, dtype=np.int64)
    in_pass = np.zeros(channels, dtype=np.int64)
    kind = np.zeros(channels, dtype=np.int64)
    feeds: list[int] = []
    pass_side: list[int] = []
    z_ports: list[int] = []
    backward: list[int] = []
    for s in range(2):
        own = np.flatnonzero(side == s)
        if not 1 <= passes[s] <= own.size or passes[s] != int(passes[s]):
            raise InputError(
                "a side of a plate heat exchanger needs a channel for each pass",
                key="passes",
                found=f"{passes[s]} passes, {own.size} channels",
                accepted=f"1 to {own.size}",
            )
        groups = np.array_split(own, int(passes[s]))
        from_far_end = s == 1 and overall_counter and passes[s] > 1
        if from_far_end:
            groups.reverse()
        first = len(feeds)
        for k, group in enumerate(groups):
            in_pass[group] = first + k
            upward[group] = (k + 1) % 2
            kind[group[group.size - round(second_kind * group.size) :]] = 1
            feeds.append(first + k - 1 if k else -1)
            pass_side.append(s)
            z_ports.append(int(passes[s] > 1 or ports == "Z"))
            backward.append(int(from_far_end))
    if channels > 1 and (upward[0] != upward[1]) != _opposed(passes, overall_counter, first_counter):
        upward[side == 1] = 1 - upward[side == 1]
    plates = np.ones(channels + 1)
    plates[[0, -1]] = 0.0
    return Stack(
        side,
        upward,
        in_pass,
        kind,
        np.ones(channels),
        plates,
        np.array(feeds),
        np.array(pass_side),
        np.array(z_ports),
        np.array(backward),
        0,
    )


def arrange_blocks(
    channels: int,
    passes: tuple[int, int],
    *,
    first_side: int = 0,
    overall_counter: bool = True,
    first_counter: bool = True,
    second_kind: float = 0.0,
) -> Stack:
    """Stack of the same exchanger without its end plates and division into channels: infinite plates.

    Where a pass of side 0 lies beside a pass of side 1 there is one block: two rows that stand for all channels
    there and exchange heat with each other alone. This is the model behind the textbook formulas.

    Parameters
    ----------
    channels : int
        Channels of the real stack, for area and velocities.
    passes, first_side, overall_counter, first_counter, second_kind
        As in :func:`arrange_passes`; channels of the second kind form blocks of their own.

    Returns
    -------
    Stack
        Its rows of a pass share flow by equal pressure drop.

    Raises
    ------
    InputError
        As :func:`arrange_passes`.
    """
    real = arrange_passes(channels, passes, first_side=first_side)  # refuses what cannot be built
    of_side = [int((real.side == s).sum()) for s in range(2)]
    cuts = sorted({*(k * passes[1] for k in range(passes[0])), *(k * passes[0] for k in range(passes[1]))})
    whole = passes[0] * passes[1]
    rows: list[tuple[int, int, int, int, float]] = []
    parts: list[float] = []
    for start, stop in zip(cuts, [*cuts[1:], whole]):
        own = [start // passes[1], start // passes[0]]
        if overall_counter:
            own[1] = passes[1] - 1 - own[1]
        up = [(own[0] + 1) % 2, (own[1] + 1) % 2]
        share = (stop - start) / whole
        for kind, part in ((0, 1.0 - second_kind), (1, second_kind)):
            if part > 0.0:
                parts.append(share * part)
                rows += [(s, up[s], passes[0] * s + own[s], kind, of_side[s] * share * part) for s in (0, 1)]
    side, upward, in_pass, kinds, count = (np.array(column) for column in zip(*rows))
    if (upward[0] != upward[1]) != _opposed(passes, overall_counter, first_counter):
        upward[side == 1] = 1 - upward[side == 1]
    plates = np.zeros(side.size + 1)
    plates[1::2] = (channels - 1) * np.array(parts)
    return Stack(
        side,
        upward,
        in_pass,
        kinds,
        count.astype(float),
        plates,
        real.feeds,
        real.pass_side,
        real.z_ports,
        real.backward,
        1,
    )


def _opposed(passes: tuple[int, int], overall_counter: bool, first_counter: bool) -> bool:
    """Whether the first two channels flow against each other."""
    return first_counter and (overall_counter or passes != (1, 1))


def reverse_side(stack: Stack, side: int) -> Stack:
    """Return the same stack with one fluid flowing the other way, from its outlet to its inlet."""
    upward, feeds = stack.upward.copy(), stack.feeds.copy()
    own = stack.side == side
    upward[own] = 1 - upward[own]
    passes = np.flatnonzero(stack.pass_side == side)
    # Each pass takes from the one that it gave to; the last one becomes the inlet.
    feeds[passes] = -1
    for taker in passes:
        if stack.feeds[taker] >= 0:
            feeds[stack.feeds[taker]] = taker
    backward = stack.backward.copy()
    # The port that brought the fluid to a pass now takes it away: Z enters at its other end, U at the same.
    backward[passes] = np.where(stack.z_ports[passes] == 1, 1 - backward[passes], backward[passes])
    return stack._replace(upward=upward, feeds=feeds, backward=backward)
