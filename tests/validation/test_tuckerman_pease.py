"""Tuckerman and Pease, third device: resistance and pressure drop with nothing fitted."""

import csv
from pathlib import Path

import numba
import numpy as np
import pytest
from CoolProp.CoolProp import PropsSI

from hashheat.components.cold_plate import ColdPlate
from hashheat.validation import tuckerman_pease as tp
from hashheat.validation.case_figures import read_figures
from hashheat.validation.case_file import CASES, load_case

TABLE = (
    Path(__file__).resolve().parents[2].parent
    / "shared"
    / "reference"
    / "coldplate"
    / "nu_rect_fully_developed.csv"
)
FIGURES = read_figures(CASES / "tuckerman-pease" / "figures.csv")
RESISTANCE = FIGURES.at("resistance", "third device", "K/W")
PRESSURE_DROP = FIGURES.at("pressure_drop", "third device", "Pa")


@pytest.fixture(scope="module")
def plate():
    found = ColdPlate.named("tuckerman-pease")
    if not numba.config.DISABLE_JIT:
        return found
    cells = {"cells_along": 10, "cells_across": 4}
    return ColdPlate(found.file.model_copy(update={"plate": found.file.plate.model_copy(update=cells)}))


def test_resistance_and_pressure_drop_are_those_measured(plate):
    found = tp.predict(plate)
    R, drop = load_case("tuckerman-pease").quantity
    assert found.resistance == pytest.approx(RESISTANCE, abs=R.tolerance("within", RESISTANCE))
    assert found.pressure_drop == pytest.approx(PRESSURE_DROP, abs=drop.tolerance("within", PRESSURE_DROP))


def test_the_hot_silicon_of_the_state_is_nearer_still(plate):
    """Silicon at about 350 K conducts 120 W/(m K); the file's middle is between that and cold silicon."""
    cold, hot = (tp.predict(plate, plate__conductivity=k).resistance for k in (148.0, 120.0))
    assert cold < tp.predict(plate).resistance < hot
    assert abs(hot - RESISTANCE) < abs(cold - RESISTANCE)


def test_the_mean_of_the_face_is_what_the_plate_calls_its_resistance(plate):
    found, solved = tp.predict(plate), plate.solve()
    assert found.mean_resistance == pytest.approx(float(solved.thermal_resistance), rel=1e-6)
    # Between the mean and the outlet lie half of the water's rise and a film that has developed.
    half_rise = 0.5 * float(solved.T_out - plate.file.design.T_in.nominal) / 790.0
    assert found.resistance - found.mean_resistance == pytest.approx(half_rise, rel=0.25)
    assert found.resistance - found.mean_resistance > half_rise


def test_a_strip_of_the_device_by_hand(plate):
    """Developed laminar flow from a published solution, fins by tanh, one strip: coarser physics, other code."""
    if not TABLE.is_file():
        pytest.skip("the table of laminar flow is not beside the repository (shared/reference/coldplate)")
    with TABLE.open() as lines:
        rows = [
            [
                float(row[k])
                for k in ("alpha_short_over_long", "fRe_Fanning_exact", "Nu_H1_3walls_adiabatic_SHORT")
            ]
            for row in csv.DictReader(lines)
        ]
    aspect, fRe, Nu = np.array(sorted(rows)).T
    v = plate.file.values()
    w, H, pitch = v["coolant.width"], v["coolant.height"], v["coolant.pitch"]
    k, t, L, P = v["plate.conductivity"], v["plate.thickness"], v["plate.length"], v["power.chip"]
    T = plate.file.design.T_in.nominal + 11.0
    rho, cp, mu, k_f = (PropsSI(name, "T", T, "P", 3e5, "Water") for name in ("D", "C", "V", "L"))
    D, n = 2.0 * w * H / (w + H), v["plate.width"] / pitch
    u = plate.file.design.flow.nominal / (n * w * H)
    head = 0.5 * rho * u * u
    h = np.interp(w / H, aspect, Nu) * k_f / D
    m = np.sqrt(2.0 * h / (k * (pitch - w)))
    conductance = n * L * h * (w + 2.0 * H * np.tanh(m * H) / (m * H))
    by_hand = t / (k * L * v["plate.width"]) + 1.0 / conductance + 1.0 / (2.0 * rho * u * n * w * H * cp)
    found = tp.predict(plate)
    # Developing films are better than developed ones: by a tenth on the whole at x* up to 0.04.
    assert 0.85 * by_hand < found.mean_resistance < by_hand
    # The warm wall thins the water beside it: (mu_wall/mu)^0.58 in laminar flow (Deissler).
    mu_wall = PropsSI("V", "T", T + P / (n * L * h * (w + 2.0 * H)), "P", 3e5, "Water")
    friction = (
        4.0 * np.interp(w / H, aspect, fRe) * mu / (rho * u * D) * L / D * head * (mu_wall / mu) ** 0.58
    )
    # What is left are the ports, 1.5 heads, and the entrance, 1.0 to 1.5 (Shah and London's K of flat ducts), to
    # 2 % of the friction, which is a fifth of a head.
    assert 1.5 + 0.8 < (found.pressure_drop - friction) / head < 1.5 + 1.7
