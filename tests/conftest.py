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
# Interpreted kernels are for coverage: a tenth of the examples walks the same lines.
settings.register_profile("interpreted", derandomize=True, deadline=None, max_examples=10)
_INTERPRETED = os.environ.get("NUMBA_DISABLE_JIT", "0") != "0"
settings.load_profile("interpreted" if _INTERPRETED else "repeatable")


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


#: Tests that take many seconds interpreted and walk through kernels that others walk through too.
_COMPILED_ONLY = {
    "test_a_plan_of_a_plant_is_cheaper_than_its_rules_in_the_full_run",
    "test_a_planned_run_in_segments_is_the_run",
    "test_a_plate_file_beside_the_duty_file_and_a_price",
    "test_a_price_of_ones_own",
    "test_chips_that_run_away_end_the_run",
    "test_few_points_of_another_correlation_predict_the_rest",
    "test_fouling_takes_more_plates_and_shows_as_clean_oversurface",
    "test_metal_and_water_are_what_stores",
    "test_more_heat_of_a_heat_pump_cools_the_source_it_holds",
    "test_ports_take_their_share_of_the_velocity_head",
    "test_progress_is_told_of_every_stage",
    "test_scenarios_end_near_their_steady_state",
    "test_the_limit_is_that_of_the_file",
    "test_the_oversurface_is_what_it_says",
    "test_what_was_rated_is_found_again",
}


def pytest_collection_modifyitems(items):
    """Leave out what would take most of the time where kernels are interpreted."""
    for item in items:
        if _INTERPRETED and item.originalname in _COMPILED_ONLY:
            item.add_marker(pytest.mark.skip(reason="many seconds interpreted"))


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
