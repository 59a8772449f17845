"""hashheat: chip and water temperatures of hydro-cooled miners, from the coolant cell to the city pipe.

The names below are loaded when first used, so that ``import hashheat`` stays quick.
"""

from importlib import import_module
from pathlib import Path

# In a source checkout the rooms stand beside this folder, not in it. Python started there finds this
# folder before the installed package, so the checkout has to serve its own rooms.
_beside = Path(__file__).resolve().parent.parent
if (_beside / "thermo" / "jit.py").is_file() and not (Path(__file__).parent / "thermo").is_dir():
    __path__.append(str(_beside))

_FACE: dict[str, str] = {}

__all__ = sorted(_FACE)


def __getattr__(name: str) -> object:
    """Load a public name from its room (PEP 562)."""
    if name == "__version__":
        from importlib.metadata import version

        return version("hashheat")
    if name in _FACE:
        return getattr(import_module(_FACE[name]), name)
    raise AttributeError(f"module 'hashheat' has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
