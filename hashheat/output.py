"""Where results go: checked before the work, written whole or not at all."""

import os
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from hashheat.thermo.errors import InputError


def check_directory(directory: Path, names: tuple[str, ...], key: str = "-o") -> None:
    """Raise unless files of these names can be written into a directory, which need not exist yet.

    Parameters
    ----------
    directory : Path
        Where the results shall go. It is not made here: a run that fails leaves nothing behind.
    names : tuple of str
        File names that will be written; an existing file of the same name is fine, a folder is not.
    key : str
        The option that named it, for the message.

    Raises
    ------
    InputError
        If it, or what it would be made in, is not a directory one may write in.
    """

    def refuse(problem: str, found: Path) -> InputError:
        return InputError(
            problem, file=str(directory), key=key, found=str(found), accepted="a directory you may write in"
        )

    existing = directory
    while not existing.exists() and existing != existing.parent:
        existing = existing.parent
    if not existing.is_dir():
        raise refuse("the output directory is not a directory", existing)
    for name in names:
        if (directory / name).is_dir():
            raise refuse("a folder stands where a file is to be written", directory / name)
    try:
        # Asking the system for its permission bits is not enough: a mount may be read-only, a disk full.
        with tempfile.NamedTemporaryFile(dir=existing, prefix=".hashheat-"):
            pass
    except OSError as error:
        raise refuse(f"the output directory cannot be written: {error.strerror}", existing) from None


def write_together(directory: Path, writers: Mapping[str, Callable[[Path], None]]) -> list[Path]:
    """Write several files, all of them or none.

    Parameters
    ----------
    directory : Path
        Made if it does not exist.
    writers : mapping of str to callable
        File name to a function that writes the file at the path it is given.

    Returns
    -------
    list of Path
        The files, in the order given.

    Notes
    -----
    Each is written beside its target and moved over it when all are complete, so that an interrupted run
    leaves the earlier files as they were.
    """
    made = [p for p in (directory, *directory.parents) if not p.exists()]
    directory.mkdir(parents=True, exist_ok=True)
    temporary: list[tuple[Path, Path]] = []
    try:
        for name, write in writers.items():
            handle, path = tempfile.mkstemp(dir=directory, prefix=f".{name}-", suffix=".part")
            os.close(handle)
            temporary.append((Path(path), directory / name))
            write(Path(path))
        mask = os.umask(0)
        os.umask(mask)
        for path_, target in temporary:
            path_.chmod(0o666 & ~mask)  # mkstemp makes files that only their owner can read
            os.replace(path_, target)
    except BaseException:
        for path_, _ in temporary:
            path_.unlink(missing_ok=True)
        for folder in made:
            if folder.is_dir() and not any(folder.iterdir()):
                folder.rmdir()
        raise
    return [target for _, target in temporary]
