"""pandapipes as a peer of networks: its answers must be right before its times mean anything."""

import importlib.util
from pathlib import Path

import fluids
import numba
import numpy as np
import pytest

PEERS = Path(__file__).resolve().parents[1] / "benchmarks" / "peers"
REQUIREMENTS = PEERS / "requirements-pandapipes.txt"


def load(name):
    spec = importlib.util.spec_from_file_location(f"peers_{name}", PEERS / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_its_requirements_are_pinned():
    lines = [line for line in REQUIREMENTS.read_text().splitlines() if not line.startswith("#")]
    assert all("==" in line for line in lines)
    assert lines[0].startswith("pandapipes==0.16.")


@pytest.mark.skipif(numba.config.DISABLE_JIT, reason="pandapipes would go without the compiler as well")
def test_its_pipe_and_its_exchanger_are_right():
    environment, session = load("environment"), load("session")
    try:
        python = environment.peer_python(REQUIREMENTS, install=False)
    except environment.PeerUnavailable as reason:
        pytest.skip(str(reason))
    rho, mu, cp = 998.2061, 1.0016e-3, 4184.7778
    case = {
        "nodes": 3,
        "pipes": [[0, 1, 100.0, 0.075, 1e-4, 3.0, 100.0 * np.pi * 0.075]],
        "heats": [[1, 2, 0.075, 5e4]],
        "fixed": [0, 5e5, 363.15],
        "drain": [2, 3.0],
        "water": [rho, mu, cp],
        "T_ambient": 293.15,
    }
    with session.Session(python, PEERS / "pandapipes_branches.py") as peer:
        found = peer.ask(network=case)
        assert peer.ask(solve=True) == {}
        assert peer.ask()["versions"]["pandapipes"].startswith("0.16.")
    T = 293.15 + 70.0 * np.exp(-100.0 * np.pi * 0.075 * 100 / (3 * cp))
    assert found["T"] == pytest.approx([363.15, T, T - 5e4 / (3 * cp)], abs=1e-3)
    u = 3.0 / rho / (np.pi * 0.075**2 / 4)
    f = fluids.friction_factor(Re=rho * u * 0.075 / mu, eD=1e-4 / 0.075, Method="Colebrook")
    drop = (f * 100.0 / 0.075 + 3.0) * rho * u**2 / 2
    # It solves Colebrook's equation to 1e-4 of the factor and writes 3.71 for 3.7.
    assert np.array(found["pressure"]) == pytest.approx([5e5, 5e5 - drop, 5e5 - drop], abs=2e-3 * drop)
