"""A plant whose miners stand on a resolved cold plate, through the whole check."""

import numba
import numpy as np
import pytest

from hashheat.fleet.check import check_plant

pytestmark = pytest.mark.skipif(numba.config.DISABLE_JIT, reason="minutes without the compiler")

NAMED = {
    "miner.plate": None,
    "miner.cold_plate": "canaan-a1566ha-board",
    "miner.chips.junction_to_plate": "0.5 K/W",
}


@pytest.mark.skipif(numba.config.DISABLE_JIT, reason="solves full plates: too slow when interpreted")
def test_a_plant_on_resolved_plates_is_checked(make_plant):
    plant = make_plant(NAMED, exact=False)
    found = check_plant(plant, 16, sensitivity_samples=4, envelope_points=2)
    assert np.isfinite(found.T_junction).all()
    # Chips share a temperature of the plate; what lies above it is the device's resistance times their power.
    each = float(found.chip_power[0]) / 640
    rise = (found.T_chip - found.T_plate).mean()
    assert float(rise) == pytest.approx(0.5 * each, rel=0.15)
    keys = {str(key) for key in found["input"].values}
    assert "miner.cold_plate.coolant.width" in keys
    assert not any(key.startswith("miner.plate.") for key in keys)


def test_a_loop_beyond_the_plate_s_envelope_is_told(make_plant):
    plant = make_plant(NAMED | {"loop.outlet_setpoint": None, "loop.inlet": "82 degC"})
    with pytest.warns(UserWarning, match=r"loop.inlet goes beyond the envelope"):
        plant.check_states()
