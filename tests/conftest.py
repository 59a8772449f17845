"""What all tests share.

Properties are tried on the same examples in every run: a run that fails can be repeated.
"""

import os
from pathlib import Path

import pytest
from hypothesis import settings

if "PYTEST_XDIST_WORKER" in os.environ:
    # Processes that compile into one cache at the same time can write each other's code under their own name.
    _caches = Path(os.environ.get("NUMBA_CACHE_DIR") or Path(__file__).parents[1] / ".pytest_cache" / "numba")
    os.environ["NUMBA_CACHE_DIR"] = str(_caches / os.environ["PYTEST_XDIST_WORKER"])

settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.load_profile("repeatable")


def pytest_collection_modifyitems(items):
    """Keep tests of one family of kernels on one worker (``-n 2 --dist loadgroup``): each compiles for itself."""
    for item in items:
        family = item.path.stem.removeprefix("test_").partition("_")[0]
        item.add_marker(pytest.mark.xdist_group(f"{item.path.parent.name}-{family}"))


@pytest.fixture
def edited(tmp_path):
    """Write a text with some pieces replaced, each found once: edited(text, ("old", "new"), name="a.toml")."""

    def write(text, *changes, name):
        for old, new in changes:
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write
