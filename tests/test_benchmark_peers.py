"""The peers of the exchanger benchmarks: their answers must be right before their times mean anything."""

import importlib.util
import sys
from pathlib import Path

import ht
import numpy as np
import pytest
from CoolProp.CoolProp import PropsSI
from scipy.integrate import quad
from scipy.optimize import brentq

PEERS = Path(__file__).resolve().parents[1] / "benchmarks" / "peers"


def load(name):
    spec = importlib.util.spec_from_file_location(f"peers_{name}", PEERS / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


rating, environment, session = load("ht_rating"), load("environment"), load("session")

T_IN = 353.15, 313.15
P = 6e5
PLATE = rating.GEOMETRY
A = 49 * 0.4
D = 2 * 2.5e-3 / 1.18


@pytest.fixture(scope="module")
def water():
    fitted = rating.fitted_water(P)
    return fitted, fitted


def film_by_hand(m, cp, mu, k):
    Re = m / 25 / (2.5e-3 * 0.4) * D / mu
    return ht.Nu_plate_Martin(Re, cp * mu / k, 60.0, variant="VDI") * k / D


# ---- constant properties: the law of counterflow ------------------------------------------------------------

CP, MU, K = (4190.0, 3900.0), (4.5e-4, 6e-4), (0.65, 0.6)


def constant_case(flows, cells, T_in=T_IN):
    fluids = tuple(rating.constant_fluid(*values) for values in zip(CP, MU, K))
    found = rating.rate(flows, T_in, PLATE, fluids, cells=cells)
    films = [film_by_hand(*values) for values in zip(flows, CP, MU, K)]
    UA = A / (1 / films[0] + 0.5e-3 / 15 + 1 / films[1])
    C = np.array(flows) * CP
    effectiveness = ht.effectiveness_from_NTU(UA / C.min(), C.min() / C.max(), subtype="counterflow")
    heat = effectiveness * C.min() * (T_in[0] - T_in[1])
    return found, (T_in[0] - heat / C[0], T_in[1] + heat / C[1]), heat


def test_equal_capacity_rates_are_exact_at_any_number_of_cells():
    for cells in (1, 7):
        found, T_out, heat = constant_case((3.0, 3.0 * CP[0] / CP[1]), cells)
        np.testing.assert_allclose(found.T_out, T_out, rtol=0, atol=1e-9)
        np.testing.assert_allclose(found.heat, heat, rtol=1e-11)


@pytest.mark.parametrize("flows", [(2.0, 3.0), (3.5, 2.0), (0.6, 2.5)])
def test_the_law_of_counterflow_is_approached_with_second_order(flows):
    errors = []
    for cells in (40, 80, 160):
        found, _, heat = constant_case(flows, cells)
        assert found.heat[0] == pytest.approx(found.heat[1], rel=1e-11)
        errors.append(abs(found.heat[0] / heat - 1))
    assert errors[-1] < 1e-4
    # The next term is of fourth order, (NTU / cells)^2 of the error: a few thousandths here.
    np.testing.assert_allclose(np.log2(np.divide(errors[:-1], errors[1:])), 2.0, atol=0.01)


def test_sides_and_direction_may_be_exchanged(water):
    found = rating.rate((2.0, 3.0), T_IN, PLATE, water, cells=10, tolerance=1e-9)
    other = rating.rate((3.0, 2.0), T_IN[::-1], PLATE, water, cells=10, tolerance=1e-9)
    np.testing.assert_allclose(other.T_out[::-1], found.T_out, rtol=0, atol=1e-8)
    np.testing.assert_allclose(np.negative(other.heat)[::-1], found.heat, rtol=1e-9)


# ---- water ---------------------------------------------------------------------------------------------------


def test_fitted_water_is_the_reference_equation_and_gives_its_answer(water):
    T = np.linspace(278.15, 388.15, 23)
    exact = rating.coolprop_water(P)
    for ours, theirs in zip(water[0].properties(T), exact.properties(T)):
        np.testing.assert_allclose(ours, theirs, rtol=1e-7)
    rise = np.diff(water[0].enthalpy(T))
    np.testing.assert_allclose(rise, np.diff([PropsSI("H", "T", t, "P", P, "Water") for t in T]), rtol=1e-6)
    found = [rating.rate((3.0, 3.0), T_IN, PLATE, fluids, cells=8) for fluids in (water, (exact, exact))]
    np.testing.assert_allclose(found[0].T_out, found[1].T_out, rtol=0, atol=1e-6)


@pytest.mark.parametrize(
    ("flows", "error_at_60"), [((3.0, 3.0), 7e-6), ((2.0, 3.0), 5e-4)], ids=["balanced", "unbalanced"]
)
def test_order_balance_and_the_stated_error_with_water(water, flows, error_at_60):
    # Below the Reynolds number at which Martin's friction factor jumps; across it there is no order.
    def solve(cells):
        return rating.rate(flows, T_IN, PLATE, water, cells=cells, tolerance=1e-10)

    grids = [solve(cells) for cells in (20, 40, 80)]
    T_out = np.array([grid.T_out for grid in grids])
    change = np.diff(T_out, axis=0)
    np.testing.assert_allclose(np.log2(change[0] / change[1]), 2.0, atol=0.03)
    limit = T_out[2] + change[1] / 3
    error = np.max(np.abs(solve(60).T_out - limit))
    assert 0.5 * error_at_60 < error < error_at_60
    imbalance = [abs(grid.heat[0] / grid.heat[1] - 1) for grid in grids]
    assert imbalance[0] < 1e-6
    assert imbalance[2] < imbalance[0] / 12
    assert np.all(grids[2].T[0] > grids[2].T[1])


def test_local_coefficient_is_that_of_a_wall_in_balance(water):
    # The middle cell by hand: wall temperatures by root finding, properties by PropsSI.
    found = rating.rate((2.0, 3.0), T_IN, PLATE, water, cells=9, tolerance=1e-9)
    T = [0.5 * (found.T[side, 4] + found.T[side, 5]) for side in (0, 1)]

    def film(m, T, T_wall):
        cp, mu, k, mu_wall = (
            PropsSI(name, "T", t, "P", P, "Water")
            for name, t in (("C", T), ("V", T), ("L", T), ("V", T_wall))
        )
        return film_by_hand(m, cp, mu, k) * (mu / mu_wall) ** (1 / 6)

    def hot_wall(q):
        return brentq(lambda T_wall: film(2.0, T[0], T_wall) * (T[0] - T_wall) - q, T[1], T[0])

    def excess(q):
        T_wall = hot_wall(q) - q * 0.5e-3 / 15
        return film(3.0, T[1], T_wall) * (T_wall - T[1]) - q

    q = brentq(excess, 1.0, 5e3 * (T[0] - T[1]) / 2)
    assert found.U[4] == pytest.approx(q / (T[0] - T[1]), rel=1e-7)


def test_a_repetition_that_does_not_settle_is_named(water, monkeypatch):
    monkeypatch.setattr(rating, "MOST_ITERATIONS", 2)
    with pytest.raises(rating.NotConverged, match="after 2 rounds"):
        rating.rate((3.0, 3.0), T_IN, PLATE, water, cells=5)


# ---- the environment of a peer -------------------------------------------------------------------------------


def test_a_failed_installation_is_a_reason_to_skip_and_leaves_nothing_behind(tmp_path, monkeypatch):
    monkeypatch.setenv("HASHHEAT_PEERS", str(tmp_path / "peers"))
    real = environment._run

    def offline(command):
        real([sys.executable, "-c", "raise SystemExit('first line\\nno route to the index')"])

    monkeypatch.setattr(environment, "_run", offline)
    with pytest.raises(environment.PeerUnavailable, match=r"could not be installed: no route to the index"):
        environment.peer_python()
    assert list((tmp_path / "peers").iterdir()) == []


def test_an_absent_environment_is_not_made_unasked(tmp_path, monkeypatch):
    monkeypatch.setenv("HASHHEAT_PEERS", str(tmp_path))
    with pytest.raises(environment.PeerUnavailable, match="not installed"):
        environment.peer_python(install=False)
    assert list(tmp_path.iterdir()) == []


def test_an_environment_is_made_once_and_anew_for_other_requirements(tmp_path, monkeypatch):
    monkeypatch.setenv("HASHHEAT_PEERS", str(tmp_path / "peers"))
    ran = []

    def pretend(command):
        ran.append(command)
        if command[1:3] == ["-m", "venv"]:
            python = environment._python_of(Path(command[3]))
            python.parent.mkdir(parents=True)
            python.touch()

    monkeypatch.setattr(environment, "_run", pretend)
    wanted = tmp_path / "requirements-made-up.txt"
    wanted.write_text("made-up==1\n")
    python = environment.peer_python(wanted)
    assert python.exists()
    assert len(ran) == 2
    assert str(wanted) in ran[1]
    assert environment.peer_python(wanted) == python
    assert len(ran) == 2
    wanted.write_text("made-up==2\n")
    assert environment.peer_python(wanted) != python
    assert len(ran) == 4


def test_a_session_answers_line_by_line_and_names_an_end(tmp_path):
    script = tmp_path / "echo.py"
    script.write_text(
        "import json, sys\n"
        "for line in sys.stdin:\n"
        "    number = json.loads(line)['number']\n"
        "    if number < 0: sys.exit(3)\n"
        "    print(json.dumps({'twice': 2 * number}), flush=True)\n"
    )
    with session.Session(Path(sys.executable), script) as peer:
        assert [peer.ask(number=n)["twice"] for n in (1, 21)] == [2, 42]
        with pytest.raises(RuntimeError, match="ended with status 3"):
            peer.ask(number=-1)


# ---- TESPy, where its environment exists ---------------------------------------------------------------------


def enthalpy(T):
    return PropsSI("H", "T", T, "P", P, "Water")


def temperature(h):
    return PropsSI("T", "H", h, "P", P, "Water")


def mean_difference(row):
    """Logarithmic mean of the end differences, and that which UA summed along the exchanger refers to [K]."""
    m_hot, m_cold, T_hot, T_cold, T_hot_out, T_cold_out = row
    heat = m_hot * (enthalpy(T_hot) - enthalpy(T_hot_out))
    start = enthalpy(T_hot_out), enthalpy(T_cold)

    def per_difference(q):
        return 1 / (temperature(start[0] + q / m_hot) - temperature(start[1] + q / m_cold))

    UA, _ = quad(per_difference, 0.0, heat, epsrel=1e-8)
    return heat, ht.LMTD(T_hot, T_hot_out, T_cold, T_cold_out), heat / UA


def test_tespy_holds_its_conductance():
    try:
        python = environment.peer_python(install=False)
    except environment.PeerUnavailable as reason:
        pytest.skip(str(reason))
    with session.Session(python, PEERS / "tespy_exchanger.py", "--serve") as peer:
        assert peer.ask()["versions"]["tespy"].startswith("0.11.")
        answers = [peer.ask(model=name) for name in ("HeatExchanger", "SectionedHeatExchanger")]
    for answer, which in zip(answers, (1, 2)):
        for row in answer["cases"]:
            found = mean_difference(row)
            gained = row[1] * (enthalpy(row[5]) - enthalpy(row[3]))
            assert gained == pytest.approx(found[0], rel=1e-6)
            # 50 sections each with its own logarithmic mean differ from the integral by their number squared.
            assert found[0] / found[which] == pytest.approx(answer["UA"], rel=1e-5)


def test_the_requirement_of_tespy_is_pinned():
    lines = [line for line in environment.TESPY.read_text().splitlines() if not line.startswith("#")]
    assert all("==" in line for line in lines)
    assert lines[0].startswith("tespy==0.11.")
