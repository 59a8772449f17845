"""The pipe rig of Liege: whole recordings, read in place, and the readings that the case tracks."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numba import config

from hashheat.thermo.errors import FieldDataError, InputError
from hashheat.validation.case_figures import read_figures
from hashheat.validation.case_file import CASES, load_case
from hashheat.validation.case_runs.pipes import RECORDINGS, recording_of, rig_of
from hashheat.validation.pipe_rig import Recording, film_numbers, predict_outlet, read_recording

FOLDER = Path(__file__).resolve().parents[2].parent / "shared" / "reference" / "district" / "pipe_rig_ulg"
FIGURES = read_figures(CASES / "pipe-rig-liege" / "figures.csv")
RIG = rig_of(FIGURES)
#: Root mean square errors over all readings, with a film and in equilibrium [K]: as the case says.
FILM = {"150801": 0.44, "151202": 0.40, "151204_1": 0.29}
EQUILIBRIUM = {"150801": 1.5, "151202": 2.9, "151204_1": 0.9}

compiled = pytest.mark.skipif(bool(config.DISABLE_JIT), reason="minutes without the compiler")


def whole(name):
    path = FOLDER / f"PipeDataULg{name}.mos"
    if not path.is_file():
        pytest.skip("the recordings stand beside the project and are not here")
    return read_recording(path)


def rmse(found, recording):
    return float(np.sqrt(np.mean((found - recording.T_out) ** 2)))


@compiled
@pytest.mark.parametrize("name", RECORDINGS)
def test_every_recording_within_half_a_kelvin_uncalibrated(name):
    recording = whole(name)
    error = rmse(predict_outlet(RIG, recording), recording)
    assert error < 0.5
    assert error == pytest.approx(FILM[name], abs=0.006)
    # The numbers that a reader of the ledger sees.
    case = load_case("pipe-rig-liege")
    assert f"{FILM[name]:.2f}" in case.believe
    assert re.search(rf"\b{EQUILIBRIUM[name]}\b", case.not_shown)


@compiled
@pytest.mark.parametrize("name", RECORDINGS)
def test_the_recordings_choose_the_film(name):
    """Water and wall in equilibrium: three times the error; no wall at all: worse."""
    recording = whole(name)
    both = rmse(predict_outlet(RIG, recording, film=False), recording)
    assert both == pytest.approx(EQUILIBRIUM[name], abs=0.05)
    assert both > 2.5 * FILM[name]
    none = replace(RIG, wall_heat_capacity=1e3)
    assert rmse(predict_outlet(none, recording, film=False), recording) > both


@compiled
def test_cells_and_steps_are_fine_enough():
    recording = whole("151202")
    error = [
        rmse(predict_outlet(RIG, recording, cells=n, step=s), recording) for n, s in ((200, 0.5), (800, 0.2))
    ]
    assert error[0] == pytest.approx(error[1], abs=5e-3)


def test_recordings_as_they_are():
    """Rows and ends as counted by hand; the wall at the outlet was not read in one of them, and is not used."""
    ends = {
        "150801": (274, 874.88, 31.1, 30.1),
        "151202": (179, 590.9, 52.3, 52.2),
        "151204_1": (109, 336.0, 30.4, 30.4),
    }
    for name, (n, last, T_out, T_in) in ends.items():
        recording = whole(name)
        assert recording.t_out.size == n
        assert recording.t_out[-1] == last
        assert recording.T_out[-1] == pytest.approx(T_out + 273.15)
        assert recording.T_in[-1] == pytest.approx(T_in + 273.15)
    assert whole("151202").mass_flow == 0.589


@pytest.mark.parametrize("name", RECORDINGS)
def test_the_tracked_readings_are_those_of_the_recording(name):
    full, few = whole(name), recording_of(FIGURES, name)
    assert few.mass_flow == full.mass_flow
    for t, T in zip(few.t_out, few.T_out):
        assert full.T_out[np.flatnonzero(full.t_out == t)] == pytest.approx(T)
    # Straight lines between the tracked inlets: within the 0.12 K of the table's heading.
    line = np.interp(full.t_in, few.t_in, few.T_in)
    assert np.abs(line - full.T_in).max() < 0.121


def test_heat_loss_of_the_rig_is_that_of_its_authors():
    """U = 0.462 W/(m K), as the rig's own documentation computes it."""
    assert RIG.loss_per_length == pytest.approx(0.462, abs=5e-4)


def test_the_film_by_dittus_and_boelter():
    """Another correlation, within what the two differ by; half the wall's resistance besides."""
    found = film_numbers(RIG, 1.245)[6]  # 308 K
    mu, k, Pr = 7.21e-4, 0.6225, 4.84
    Re = 4.0 * 1.245 / (np.pi * 0.05248 * mu)
    htc = 0.023 * Re**0.8 * Pr**0.4 * k / 0.05248
    wall = 0.5 * np.log(60.3 / 52.48) / (2.0 * np.pi * 50.0)
    assert found == pytest.approx(1.0 / (1.0 / (htc * np.pi * 0.05248) + wall), rel=0.15)
    assert np.all(np.diff(film_numbers(RIG, 1.245)) > 0.0)


@compiled
def test_a_steady_inlet_ends_in_film_wall_and_insulation_in_series():
    t = np.array([0.0, 600.0])
    recording = Recording(t, np.full(2, 330.0), np.array([0.0, 590.0]), np.array([300.0, 0.0]), 1.0)
    got = predict_outlet(RIG, recording)[-1]
    G = film_numbers(RIG, 1.0)[10:12].mean()
    U = 1.0 / (1.0 / G + 1.0 / RIG.loss_per_length)
    assert got == pytest.approx(291.15 + 38.85 * np.exp(-U * 39.0 / 4184.0), abs=2e-3)


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("0,1,2,3,4,5\n1,1,2,x,4,5\n", FieldDataError, "no table"),
        ("0,1,2,3,4,5\n", FieldDataError, "no series"),
        ("1,1,2,3,4,5\n0,1,2,3,4,5\n", FieldDataError, "no series"),
        ("0,1,2,3,4,5\n1,2,2,3,4,5\n", FieldDataError, "not constant"),
        (None, InputError, "not found"),
    ],
)
def test_what_is_no_recording_is_refused(tmp_path, text, error, message):
    path = tmp_path / "own.mos"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    with pytest.raises(error, match=message):
        read_recording(path)
