"""Where the flow turns turbulent: Reynolds number 2300 at the outlet of the full plate, by CoolProp."""

import CoolProp.CoolProp as CP
import numpy as np
import pytest

from hashheat.components.cold_plate import ColdPlate
from hashheat.components.reduced_path_build import reduced_path
from hashheat.components.regime_fold import points_along, regime_fold


def of(name):
    """Fold of a shipped plate, its plate, and the ends of the box."""
    plate = ColdPlate.named(name)
    e, full = plate.file.envelope, plate.prepared()
    low, high = np.array([[q.lower, q.upper] for q in (e.flow, e.T_in, e.clock)]).T
    low[0], high[0] = np.log([low[0], high[0]])
    path = reduced_path(plate.file, full)
    return regime_fold(path, full, plate.fluid(None).table(3e5), low, high), plate, low, high


@pytest.mark.parametrize(("T_in", "clock"), [(313.15, 1.3), (322.0, 0.5), (330.0, 1.0)])
def test_the_outlet_of_the_fold_is_at_the_end_of_laminar_flow(T_in, clock):
    fold, plate, _, _ = of("brazed-parallel")
    flow = float(np.exp(fold(np.array([[T_in, clock]]))[0, 0]))
    m = flow * CP.PropsSI("D", "T", T_in, "P", 3e5, "Water")
    # 50 chips of 16 W, twelve channels of 5 x 3 mm; leakage at its reference temperature.
    v = plate.file.values()
    power = 50 * v["power.chip"] * ((1.0 - v["power.leakage_share"]) * clock + v["power.leakage_share"])
    T_out = T_in + power / (m * CP.PropsSI("C", "T", T_in, "P", 3e5, "Water"))
    Re = m / 12 * 4.0 / (16e-3 * CP.PropsSI("V", "T", T_out, "P", 3e5, "Water"))
    assert Re == pytest.approx(2300.0, rel=0.01)


@pytest.mark.parametrize("name", ["pin-fin", "tuckerman-pease"])
def test_pins_and_flows_that_stay_laminar_have_none(name):
    assert of(name)[0] is None


def test_states_along_it_are_in_the_box_and_others_than_those_compared():
    fold, _, low, high = of("brazed-parallel")
    fitted, compared = points_along(fold, low, high, 60), points_along(fold, low, high, 40, start=0.31)
    for found in (fitted, compared):
        assert np.all((found >= low) & (found <= high))
        assert abs(found[:, 0] - fold(found[:, 1:])[:, 0]).max() <= 0.6 + 1e-12
    apart = np.abs((fitted[:, None] - compared[None]) / (high - low)).max(axis=2)
    assert apart.min() > 1e-4
