"""hashheat warmup: what runs after it finds its kernels compiled."""

from types import SimpleNamespace

import numba
import pytest

from hashheat import check_command


@pytest.mark.skipif(
    numba.config.DISABLE_JIT, reason="there is nothing to compile, and interpreted it takes very long"
)
def test_sizing_maps_and_transients_are_warmed_up(monkeypatch):
    """Each of the three runs and gets a result; the miners and the rating are left to their own tests."""
    found = {}

    def noted(name):
        own = getattr(check_command, name)

        def run(*arguments, **options):
            found[name] = own(*arguments, **options)
            return found[name]

        return run

    for name in ("size_exchanger", "part_load", "rate_transient"):
        monkeypatch.setattr(check_command, name, noted(name))
    monkeypatch.setattr(check_command, "check_plant", lambda *_, **__: None)
    monkeypatch.setattr(check_command, "rate_file", lambda *_, **__: None)
    miner = SimpleNamespace(solve=lambda *_, **__: None)
    monkeypatch.setattr(check_command.Plant, "named", lambda _: SimpleNamespace(miner=miner))
    assert check_command.warm_up(quiet=True) > 0.0
    assert found["size_exchanger"].candidates
    # A map of more points than are rated one by one: its reduced form ran.
    assert found["part_load"].sizes["case"] > check_command.FEW_POINTS
    assert float(found["rate_transient"]["time"][-1]) == 1.0
