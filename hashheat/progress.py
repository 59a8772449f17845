"""A progress bar on the error stream, for work that lasts."""

import sys
import threading
from types import TracebackType
from typing import Any

#: Nothing is shown for work that ends before this [s].
PATIENCE = 2.0

_STAGES = {
    "nominal": "nominal values (the first run compiles)",
    "samples": "samples",
    "envelope": "envelope of a unit",
    "sensitivity": "what matters most",
    "flows": "curves over the flow",
}


class Bar:
    """Context manager that shows stage and fraction done, if the error stream is a terminal.

    Parameters
    ----------
    quiet : bool
        Show nothing.
    patience : float
        Seconds of work before anything is shown.
    """

    def __init__(self, quiet: bool = False, patience: float = PATIENCE) -> None:
        self._shown: Any = None
        self._task: Any = None
        self._stage, self._done = "nominal", 0.0
        self._timer: threading.Timer | None = None
        self._lock = threading.Lock()
        self._finished = False
        if not quiet and sys.stderr.isatty():
            self._timer = threading.Timer(patience, self._start)
            self._timer.daemon = True

    def __enter__(self) -> "Bar":
        if self._timer is not None:
            self._timer.start()
        return self

    def __call__(self, stage: str, done: float) -> None:
        """Take note of the stage and the fraction of it that is done."""
        self._stage, self._done = stage, done
        with self._lock:
            if self._shown is not None:
                self._shown.update(
                    self._task, description=_STAGES.get(stage, stage), completed=min(max(done, 0.0), 1.0)
                )

    def _start(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        with self._lock:
            if self._finished:
                return
            self._shown = Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                TimeElapsedColumn(),
                console=Console(stderr=True),
                transient=True,
            )
            self._task = self._shown.add_task(
                _STAGES.get(self._stage, self._stage), total=1.0, completed=self._done
            )
            self._shown.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._timer is not None:
            self._timer.cancel()
        with self._lock:
            self._finished = True
            if self._shown is not None:
                self._shown.stop()
