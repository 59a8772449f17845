"""A peer in another interpreter that answers one line of JSON for each line of JSON it is sent.

So pytest-benchmark can time it in the session in which hashheat is timed. A request and its answer cost some tens
of microseconds beyond the work itself.
"""

import json
import os
import subprocess
from pathlib import Path
from typing import Any


class Session:
    """The running script; a context manager that ends it."""

    def __init__(self, python: Path, script: Path, *arguments: str) -> None:
        clean = {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "PYTHONHOME")}
        self._process = subprocess.Popen(
            [str(python), str(script), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env=clean,
        )

    def ask(self, **request: Any) -> dict[str, Any]:
        """Answer to one request."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(json.dumps(request) + "\n")
        stdin.flush()
        line = stdout.readline()
        if not line:
            raise RuntimeError(f"the peer ended with status {self._process.wait()}")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def __enter__(self) -> "Session":
        return self

    def __exit__(self, *_: object) -> None:
        """End the script: it stops where its input does."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.close()
        self._process.wait(timeout=60)
        stdout.close()
