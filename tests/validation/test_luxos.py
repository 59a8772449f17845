"""The LuxOS hydro capture: outlet from inlet, and what it cannot show."""

import json
from pathlib import Path

import numpy as np
import pytest

from hashheat.components.miner import Miner
from hashheat.thermo.errors import InputError
from hashheat.validation.luxos import implied_flow, predict_outlet, read_luxos_temps

CAPTURE = (
    Path(__file__).resolve().parents[2].parent
    / "shared"
    / "reference"
    / "telemetry"
    / "luxos_hydro_temps.json"
)
HEAT = 5360.0 * 0.94  # nameplate of an S21 Hyd; the model of the capture is not named


@pytest.fixture(scope="module")
def data():
    if not CAPTURE.is_file():
        pytest.skip("the LuxOS capture is not beside the repository (shared/reference/telemetry)")
    return read_luxos_temps(CAPTURE)


def test_reads_by_label(data):
    assert list(data.board.values) == [0, 1, 2]
    np.testing.assert_allclose(data.T_in - 273.15, [43.0, 42.0, 42.0])
    np.testing.assert_allclose(data.T_out - 273.15, [48.0, 48.0, 48.0])


def test_outlet_follows_from_inlet_once_the_flow_is_fitted_to_one_board(data):
    """Fitted to board 1, the others are met to the sensors' whole degrees; the capture cannot show more."""
    flow, _ = implied_flow(data.isel(board=[1]), HEAT)
    predicted = predict_outlet(data, Miner.named("antminer-s21-hyd"), flow)
    difference = (predicted.T_out - data.T_out).values
    assert np.abs(difference[1]) < 0.3
    assert np.all(np.abs(difference) <= 1.0 + 0.3)


def test_capture_disagrees_with_the_flow_that_is_remembered(data):
    """At 8 to 10 L/min and nameplate power the rise would be 2 to 4 K more: flow or power must differ."""
    flow, error = implied_flow(data, HEAT)
    assert flow * 60e3 == pytest.approx(12.9, abs=0.1)
    assert (flow - 10.0 / 60e3) / error > 3.0
    miner = Miner.named("antminer-s21-hyd")
    for litres in (8.0, 10.0):
        excess = (predict_outlet(data, miner, litres / 60e3).T_out - data.T_out).mean()
        assert excess > 1.0


def test_bad_captures_are_named(tmp_path):
    with pytest.raises(InputError, match="not found"):
        read_luxos_temps(tmp_path / "none.json")
    for text in ("", "[]", "{}", '{"METADATA": [{}], "TEMPS": [{"ID": 1}]}', json.dumps({"TEMPS": 3})):
        file = tmp_path / "bad.json"
        file.write_text(text)
        with pytest.raises(InputError, match="LuxOS"):
            read_luxos_temps(file)
