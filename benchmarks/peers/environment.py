"""An environment of its own for a peer whose requirements would meddle with those of hashheat.

It is made on first use in the folder that the environment variable HASHHEAT_PEERS names, otherwise in the user's
cache folder, and used again for as long as the requirements and the Python stay the same.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
TESPY = HERE / "requirements-tespy.txt"
TIMEOUT = 900.0  # of the installation [s]


class PeerUnavailable(Exception):
    """The peer cannot be run here; the message is the reason to give for skipping it."""


def cache_folder() -> Path:
    """Where environments are kept."""
    named = os.environ.get("HASHHEAT_PEERS")
    if named:
        return Path(named)
    variable = "LOCALAPPDATA" if os.name == "nt" else "XDG_CACHE_HOME"
    base = Path(os.environ[variable]) if os.environ.get(variable) else Path.home() / ".cache"
    folder = base / "hashheat" / "peers"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        folder = Path(tempfile.gettempdir()) / "hashheat-peers"
    return folder


def peer_python(requirements: Path = TESPY, *, install: bool = True) -> Path:
    """Interpreter of the environment with these requirements.

    Raises PeerUnavailable where it is absent and `install` is false, or where it cannot be installed, as without
    a network.
    """
    wanted = requirements.read_bytes() + sys.version.encode()
    name = f"{requirements.stem.removeprefix('requirements-')}-{hashlib.sha256(wanted).hexdigest()[:12]}"
    final = cache_folder() / name
    if not _python_of(final).exists():
        if not install:
            raise PeerUnavailable(
                f"{requirements.name} is not installed; run the benchmarks once to install it"
            )
        _build(final, requirements)
    return _python_of(final)


def _python_of(folder: Path) -> Path:
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def _build(final: Path, requirements: Path) -> None:
    """Build beside the final place and move there when complete: an interrupted one is never taken for whole."""
    try:
        final.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=f"{final.name}.", dir=final.parent))
    except OSError as error:
        raise PeerUnavailable(f"no folder for the peers' environments: {error}") from error
    pip = ["-m", "pip", "install", "--disable-pip-version-check", "--quiet", "--only-binary", ":all:"]
    try:
        _run([sys.executable, "-m", "venv", str(draft)])
        _run([str(_python_of(draft)), *pip, "--retries", "1", "-r", str(requirements)])
        # A failed move means that another process was first, which serves as well.
        if not _moved(draft, final) and not _python_of(final).exists():
            raise PeerUnavailable(f"the environment of {requirements.name} could not be put in its place")
    except (subprocess.SubprocessError, OSError) as error:
        output = str(getattr(error, "stderr", None) or error).strip().splitlines()
        raise PeerUnavailable(f"{requirements.name} could not be installed: {output[-1]}") from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _moved(draft: Path, final: Path) -> bool:
    try:
        draft.rename(final)
    except OSError:
        return False
    return True


def _run(command: list[str]) -> None:
    # Names of packages installed for hashheat must not reach the peer.
    clean = {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "PYTHONHOME")}
    subprocess.run(command, check=True, capture_output=True, text=True, timeout=TIMEOUT, env=clean)
