"""Independent pieces of work on several threads.

Kernels that release the interpreter's lock run beside each other. Which pieces there are follows from the problem,
never from the number of threads, so that results do not depend on the machine.
"""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import numba

_pool: ThreadPoolExecutor | None = None


def _forget() -> None:
    """A process forked from this one has the pool, but not its threads."""
    global _pool
    _pool = None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)


def side_by_side(work: Callable[..., None], pieces: Sequence[tuple]) -> None:
    """Do pieces of work at the same time, on as many threads as Numba may use.

    Parameters
    ----------
    work : callable
        A kernel from :func:`hashheat.thermo.jit.free_kernel` that writes into arrays of its own piece only.
    pieces : sequence of tuples
        Arguments of each.
    """
    global _pool
    if numba.get_num_threads() == 1 or len(pieces) == 1:
        for piece in pieces:
            work(*piece)
        return
    if _pool is None:
        _pool = ThreadPoolExecutor(numba.get_num_threads(), thread_name_prefix="hashheat")
    for done in [_pool.submit(work, *piece) for piece in pieces]:
        done.result()
