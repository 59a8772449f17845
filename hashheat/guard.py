"""From exceptions to exit statuses and messages of one screen."""

import os
import sys
import traceback
import warnings
from collections.abc import Callable
from functools import partial, wraps
from typing import Any

import typer

from hashheat.thermo.errors import HashheatError
from hashheat.thermo.remembered import RememberedValueWarning

#: Exit statuses.
HOLDS, FAILS, BAD_INPUT, INTERNAL, NO_VERDICT, INTERRUPTED, PIPE_CLOSED = 0, 1, 2, 3, 4, 130, 141


def _say(text: str) -> None:
    # Plain print: square brackets in a user's file are no markup.
    print(text, file=sys.stderr)


def _warn(
    usual: Callable[..., None], quiet: bool, message: Warning | str, kind: type[Warning], *where: Any
) -> None:
    """Show a warning meant for the user as a plain line, without the place in our code; others as usual."""
    if kind not in (UserWarning, RememberedValueWarning):
        usual(message, kind, *where)
    elif not quiet:
        _say(f"mind: {message}")


def guarded(command: Callable[..., int]) -> Callable[..., None]:
    """Command that returns its exit status, made safe: no traceback for what a user or a disk can cause.

    Parameters
    ----------
    command : callable
        Returns 0, 1, or 4 where nothing can be said. A HashheatError or OSError it raises becomes status 2 with
        its message, an interrupt 130, anything else 3 with a line that asks for a report, and the traceback where
        ``HASHHEAT_DEBUG=1``.
    """

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> None:
        usual = warnings.showwarning
        try:
            with warnings.catch_warnings():
                warnings.showwarning = partial(_warn, usual, bool(kwargs.get("quiet")))
                status = command(*args, **kwargs)
        except typer.Exit:
            raise
        except KeyboardInterrupt:
            _say("hashheat: interrupted, nothing written")
            status = INTERRUPTED
        except BrokenPipeError:
            # The reader of our output has gone; the interpreter must not try to flush into it again.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            status = PIPE_CLOSED
        except Exception as error:
            status = _explain(error)
            if os.environ.get("HASHHEAT_DEBUG") == "1":
                traceback.print_exc()
        raise typer.Exit(status)

    return run


def _explain(error: Exception) -> int:
    """Say on the error stream what went wrong, and give the exit status for it."""
    if isinstance(error, HashheatError):
        _say(f"hashheat: {error}")
        return BAD_INPUT
    if isinstance(error, OSError):
        _say(f"hashheat: cannot read or write: {error.strerror or error}\n  file:     {error.filename}")
        return BAD_INPUT
    if isinstance(error, RuntimeError) and "no locator available" in str(error):
        _say(
            "hashheat: the compiled kernels cannot be kept: neither the installation nor the home folder can be "
            "written\n  accepted: the environment variable NUMBA_CACHE_DIR naming a folder that can be written"
        )
        return BAD_INPUT
    _say(
        f"hashheat: internal error ({type(error).__name__}: {error}); please report it, with the output under "
        "HASHHEAT_DEBUG=1"
    )
    return INTERNAL
