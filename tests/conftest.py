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


#: Families of tests that need the kernels of another one: they go to its worker.
_WITH = {"tank": "flow", "immersion": "flow", "conjugate": "plate", "cold": "plate", "duct": "plate"}


def _family(nodeid):
    file = nodeid.partition("::")[0].rpartition("/")[2]
    family = file.removeprefix("test_").removeprefix("bench_").removesuffix(".py").partition("_")[0]
    return _WITH.get(family, family)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Keep tests of one family of kernels on one worker (``-n 2``): each compiles for itself."""
    from xdist.scheduler import LoadScopeScheduling

    scheduler = LoadScopeScheduling(config, log)
    scheduler._split_scope = _family
    return scheduler


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
