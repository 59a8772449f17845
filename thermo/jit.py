"""The one place where the flags of every compiled kernel are chosen."""

from collections.abc import Callable
from typing import Any, TypeVar

import numba

F = TypeVar("F", bound=Callable[..., Any])


def _compiled(function: F, **more: Any) -> F:
    # No relaxation of IEEE arithmetic: with it the last bits of a formula hang on what the compiler found around
    # it, and a run that goes on in another process is not the same run (see fused.py for what takes its place).
    options: dict[str, Any] = {"cache": True, "error_model": "numpy", "fastmath": False, **more}
    compiled: F = numba.njit(**options)(function)
    return compiled


def kernel(function: F) -> F:
    """Compile a scalar formula or a serial traversal (loops over cells, passes or cases)."""
    return _compiled(function)


def parallel_kernel(function: F) -> F:
    """Compile a traversal that runs blocks of cases in parallel; each case writes its own slot only."""
    return _compiled(function, parallel=True)


def free_kernel(function: F) -> F:
    """Compile a serial traversal that lets go of the interpreter's lock, so that others run beside it."""
    return _compiled(function, nogil=True)
