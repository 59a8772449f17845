"""hashheat warmup: what runs after it finds its kernels compiled."""

from types import SimpleNamespace

import numba
import pytest

from hashheat import check_command
from hashheat.components.cold_plate import ColdPlate
from hashheat.components.miner import Miner
from hashheat.components.two_phase_tank import TwoPhaseTank


@pytest.mark.skipif(
    numba.config.DISABLE_JIT, reason="there is nothing to compile, and interpreted it takes very long"
)
def test_sizing_maps_transients_and_plates_are_warmed_up(monkeypatch):
    """Each of them runs and gets a result; the miners and the rating are left to their own tests."""
    found = {}

    def noted(name):
        own = getattr(check_command, name)

        def run(*arguments, **options):
            found[name] = own(*arguments, **options)
            return found[name]

        return run

    for name in ("size_exchanger", "part_load", "rate_transient", "solve_plate_transient", "Network"):
        monkeypatch.setattr(check_command, name, noted(name))
    monkeypatch.setattr(check_command, "check_plant", lambda *_, **__: None)
    monkeypatch.setattr(check_command, "rate_file", lambda *_, **__: None)
    miner = Miner.named("canaan-a1566ha-500t")
    monkeypatch.setattr(check_command.Plant, "named", lambda _: SimpleNamespace(miner=miner))
    plates = {}

    class Plate:
        def __init__(self, name):
            self.name, self.own = name, ColdPlate.named(name)

        def __getattr__(self, name):
            return getattr(self.own, name)

        def solve(self, **options):
            plates[self.name] = self.own.solve(**options)
            return plates[self.name]

    monkeypatch.setattr(check_command, "ColdPlate", SimpleNamespace(named=Plate))
    events = []

    class Tank:
        def __init__(self, name):
            self.name = name

        def solve_transient(self, event, *, duration, **options):
            events.append((self.name, event, duration))

    class Bath:
        def __init__(self, name):
            self.own = TwoPhaseTank.named(name)

        def solve(self):
            events.append(int(self.own.solve()["status"]))

    monkeypatch.setattr(check_command, "ImmersionTank", SimpleNamespace(named=Tank))
    monkeypatch.setattr(check_command, "TwoPhaseTank", SimpleNamespace(named=Bath))
    assert check_command.warm_up(quiet=True) > 0.0
    # The flow of a tank takes minutes to compile and has tests of its own: that it is asked for is enough.
    assert events == [("container-50kw", "start-up", 0.5), 0]
    assert {int(p["status"]) for p in plates.values()} == {0}
    assert float(found["solve_plate_transient"]["time"][-1]) == 0.1
    # A plate with channels between layers, and one with a field below its base.
    assert {p.sizes["layer"] for p in plates.values()} == {6, 3}
    own = {type(element).__name__ for element in found["Network"].elements}
    assert own == {"Pump", "Pipe", "MinerUnit", "ExchangerSide"}
    assert not found["Network"].solve().flow_status.any()
    assert found["size_exchanger"].candidates
    # A map of more points than are rated one by one: its reduced form ran.
    assert found["part_load"].sizes["case"] > check_command.FEW_POINTS
    assert float(found["rate_transient"]["time"][-1]) == 1.0
