"""Workers of dask: a cluster of this machine's or one that is there already."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from hashheat.thermo.errors import InputError

#: A scheduler that has not answered by then is not there [s].
_PATIENCE = 20.0


@contextmanager
def workers(count: int = 1, cluster: str | None = None) -> Iterator[Any]:
    """Client of dask's workers for the time of a ``with`` block.

    Parameters
    ----------
    count : int
        Processes of a cluster on this machine, each with one thread; with 1 and no address there is none.
    cluster : str, optional
        Address of a scheduler that runs, such as ``"tcp://10.0.0.1:8786"``.

    Yields
    ------
    distributed.Client or None
        None where the caller's own process is to do the work.

    Raises
    ------
    InputError
        For a number below 1, where dask is not installed, where an address does not answer or has no workers.
    """
    if count < 1:
        raise InputError("not a number of workers", key="workers", found=count, accepted="1 or more")
    if count == 1 and cluster is None:
        yield None
        return
    if count > 1 and cluster is not None:
        raise InputError(
            "a cluster that runs has its own workers",
            key="workers",
            found=f"{count}, and the cluster {cluster}",
            accepted="one of them",
        )
    distributed = _distributed()
    if cluster is None:
        # Threads of numba's or of a linear algebra library beside those of the other workers only slow all down.
        one = dict.fromkeys(("NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
        with (
            distributed.LocalCluster(
                n_workers=count, threads_per_worker=1, dashboard_address=":0", env=one
            ) as local,
            distributed.Client(local, set_as_default=False) as client,
        ):
            yield client
        return
    try:
        # As the default, also one that never connected would be asked by all that writes files here.
        client = distributed.Client(cluster, timeout=_PATIENCE, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise InputError(
            f"no scheduler answers: {error}".splitlines()[0],
            key="cluster",
            found=cluster,
            accepted="the address that `dask scheduler` prints, such as tcp://10.0.0.1:8786",
        ) from None
    with client:
        if not client.scheduler_info(n_workers=-1)["workers"]:
            raise InputError(
                "the cluster has no workers",
                key="cluster",
                found=cluster,
                accepted="a scheduler with at least one `dask worker`",
            )
        yield client


def _distributed() -> Any:
    try:
        import distributed
    except ImportError:
        raise InputError(
            "dask is not installed",
            key="workers",
            found="no module 'distributed'",
            accepted="pip install 'hashheat[fleet]', or one worker and no cluster",
        ) from None
    return distributed
