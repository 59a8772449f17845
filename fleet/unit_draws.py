"""Random numbers that belong to a unit: a function of seed, name and the unit's number, of nothing else.

A population is solved in chunks, on as many workers as there are. What is drawn for a unit must not depend on
which chunk it falls into, so the generator is one that counts: Philox gives its block of four numbers for any
place of its sequence at once (Salmon, Moraes, Dror and Shaw 2011, *Parallel random numbers: as easy as 1, 2, 3*,
SC '11). Each name has a sequence of its own: another number in a device file leaves the draws of the others alone.
"""

from hashlib import blake2b

import numpy as np

from hashheat.thermo.errors import InputError

#: Numbers that Philox makes at once.
_BLOCK = 4


def uniform_draws(seed: int, name: str, first: int, last: int) -> np.ndarray:
    """Numbers between 0 and 1 of the units ``first`` to ``last - 1``.

    Parameters
    ----------
    seed : int
        Not negative.
    name : str
        What is drawn, such as ``"chips.junction_to_plate"``.
    first, last : int
        Range of units, counted from 0.

    Returns
    -------
    (last - first,) array
        Strictly inside (0, 1), multiples of 2**-53.

    Raises
    ------
    InputError
        For a negative seed or a range that is none.

    Notes
    -----
    Philox-4x64 with ten rounds, key: seed and a hash of the name.
    """
    if not 0 <= seed < 2**64:
        raise InputError("not a seed", key="seed", found=seed, accepted="a whole number from 0 on")
    if not 0 <= first <= last:
        raise InputError("not a range of units", found=f"{first} to {last}", accepted="0 <= first <= last")
    stream = int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "little")
    block = first // _BLOCK
    generator = np.random.Philox(
        key=np.array([seed, stream], dtype=np.uint64), counter=np.array([block, 0, 0, 0], dtype=np.uint64)
    )
    raw = generator.random_raw(last - block * _BLOCK)[first - block * _BLOCK :]
    # 52 bits and a half: the middle of each of 2**52 equal parts, so that neither 0 nor 1 can come out.
    return ((raw >> np.uint64(12)).astype(float) + 0.5) * 2.0**-52
