"""Many independent cases in chunks: one after the other here, or side by side on dask's workers."""

from collections.abc import Iterator, Sequence
from typing import Any, Protocol

import xarray as xr


class Cases(Protocol):
    """A numbered list of cases; each is a function of its number alone, so that any cut gives the same."""

    def solve(self, first: int, last: int, *, parallel: bool = True) -> xr.Dataset:
        """Solve the cases ``first`` to ``last - 1``; threads of its own where ``parallel``."""


Chunk = tuple[tuple[int, int], xr.Dataset]


def solve_chunks(cases: Cases, ranges: Sequence[tuple[int, int]], client: Any = None) -> Iterator[Chunk]:
    """Solve ranges of cases.

    Parameters
    ----------
    cases : Cases
        Sent once to each worker.
    ranges : sequence of (int, int)
        First case, and the one after the last.
    client : distributed.Client, optional
        Whose workers do it; this process does where there is none.

    Yields
    ------
    (first, last), Dataset
        In the order of completion. No more chunks are under way or waiting than two for each thread of a
        worker, so that memory does not grow with the number of cases.

    Notes
    -----
    On every host one worker solves a case before the others begin: several processes that compile into one cache
    at once can break it.
    """
    if client is None:
        for ends in ranges:
            yield ends, cases.solve(*ends)
        return
    if not ranges:
        return
    from distributed import as_completed

    known = client.scheduler_info(n_workers=-1)["workers"]
    first_of_host = {worker["host"]: address for address, worker in reversed(list(known.items()))}
    threads = sum(worker["nthreads"] for worker in known.values())
    everywhere = client.scatter(cases, broadcast=True, hash=False)
    start = ranges[0][0]
    client.gather(
        [
            client.submit(_solve, everywhere, start, start + 1, workers=[address], pure=False)
            for address in first_of_host.values()
        ]
    )
    waiting = iter(ranges)
    under_way: dict[Any, tuple[int, int]] = {}
    running = as_completed(loop=client.loop)

    def begin() -> None:
        ends = next(waiting, None)
        if ends is not None:
            future = client.submit(_solve, everywhere, *ends, pure=False)
            under_way[future] = ends
            running.add(future)

    try:
        for _ in range(2 * threads):
            begin()
        for future in running:
            found = future.result()
            ends = under_way.pop(future)
            future.release()
            begin()
            yield ends, found
    finally:
        client.cancel([*under_way, everywhere])


def _solve(cases: Cases, first: int, last: int) -> xr.Dataset:
    """Solve a chunk on a worker, which has one thread for it."""
    return cases.solve(first, last, parallel=False)
