"""Every example runs, and one number of each is what a balance says it must be."""

import importlib.util
import re
from pathlib import Path

import numba
import pytest

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"

pytestmark = pytest.mark.skipif(numba.config.DISABLE_JIT, reason="examples are of full size")


def printed(name, capsys):
    spec = importlib.util.spec_from_file_location(f"example_{name}", EXAMPLES / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.main()
    return module, capsys.readouterr().out


def test_every_example_is_tested():
    assert {path.stem for path in EXAMPLES.glob("*.py")} == {"hottest_chip", "miner_loop"}


def test_miner_loop(capsys):
    module, out = printed("miner_loop", capsys)
    found = module.loop().solve()
    heats = found.heat_rate
    miners = sum(float(heats.sel(element=f"miners {row}")) for row in "ABC")
    pipes = sum(float(q) for name, q in zip(found.element.values, heats.values) if name.startswith("pipe"))
    handed_over = float(re.search(r"hands over ([\d.]+) kW", out).group(1)) * 1e3
    # What the miners give less what the pipes lose; the pump's own heat is not in the balance.
    assert miners + pipes == pytest.approx(handed_over, rel=1e-3)
    flows = [float(found.mass_flow.sel(element=f"miners {row}")) for row in "ABC"]
    assert flows[0] > flows[1] > flows[2]  # the nearer to the pump, the more


def test_hottest_chip(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    module, out = printed("hottest_chip", capsys)
    import hashheat as hh

    flow = float(re.search(r"takes ([\d.]+) L/min", out).group(1)) / 60e3
    again = hh.ColdPlate.named("canaan-a1566ha-board").solve(T_in=343.15, volume_flow=flow)
    assert float(again.T_junction) == pytest.approx(module.LIMIT, abs=0.02)
    assert (tmp_path / "hottest_chip.svg").read_text(encoding="utf-8").lstrip().startswith("<?xml")
