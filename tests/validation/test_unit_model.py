"""Predictions at measured points against the miner's own solution, and which points are usable."""

import importlib.util
from pathlib import Path

import numba
import numpy as np
import pytest
import xarray as xr

from hashheat.components.miner import Miner
from hashheat.thermo.errors import InputError
from hashheat.validation.chip_weights import ORDERS, chip_weights
from hashheat.validation.unit_model import UnitModel

NAME = "canaan-a1566ha-500t"


_spec = importlib.util.spec_from_file_location("field_data", Path(__file__).parent / "field_data.py")
field_data = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(field_data)


@pytest.fixture(scope="module")
def miner():
    shipped = Miner.named(NAME)
    return field_data.coarse(shipped, 4) if numba.config.DISABLE_JIT else shipped


def field(n=4, **more):
    values = {
        "T_in": np.linspace(330.0, 345.0, n),
        "volume_flow": np.linspace(1.5e-4, 2.2e-4, n),
        "power_dc": np.linspace(6500.0, 8200.0, n),
        "power_ac": np.linspace(6900.0, 8700.0, n),
        "T_ambient": np.full(n, 295.0),
        "T_out": np.full(n, 350.0),
    } | more
    data = {k: (("time", "unit"), v[:, None]) for k, v in values.items() if v is not None and v.ndim == 1}
    return xr.Dataset(data, {"time": np.arange(float(n)), "unit": ["a"]})


def with_chips(data, chips=160, boards=4):
    n = data.sizes["time"]
    return data.assign(
        T_chip=(("time", "unit", "board", "chip"), np.full((n, 1, boards, chips), 360.0)),
        T_out_board=(("time", "unit", "board"), np.full((n, 1, boards), 350.0)),
    )


def test_measured_power_is_what_the_boards_draw_and_the_rest_is_the_miners_own(miner):
    model = UnitModel.of(miner, with_chips(field()), chip_order="rows")
    found = model.predict().values
    i = 2
    # The miner at a nameplate power that draws the same: found by bisection, not by the secant of the module.
    low, high = 5000.0, 12000.0
    for _ in range(50):
        wall = 0.5 * (low + high)
        one = miner.solve(
            T_in=float(model.points.T_in[i]),
            volume_flow=float(model.points.volume_flow[i]),
            T_ambient=295.0,
            power__wall=wall,
            with_fields=True,
        )
        low, high = (wall, high) if float(one["chip_power"]) < model.points.power[i] else (low, wall)
    assert found["T_out"][0, i] == pytest.approx(float(one["T_out"]), abs=1e-3)
    assert found["power_ac"][0, i] == pytest.approx(float(one["wall_power"]), rel=2e-5)
    np.testing.assert_allclose(found["T_out_board"][0, i], one_board_outlets(miner, one), atol=1e-2)
    mean = (one["T_chip"].values * miner.layout.chips).sum(axis=1) / miner.layout.chips.sum()
    np.testing.assert_allclose(found["T_chip_mean"][0, i], mean, atol=1e-3)
    np.testing.assert_allclose(found["T_chip"][0, i].mean(axis=1), mean, atol=1e-3)


def one_board_outlets(miner, one):
    """Outlet of each board from its own energy balance: the last cell's mean, extrapolated by half a cell."""
    middle = one["T_fluid"].values
    return middle[:, -1] + 0.5 * (middle[:, -1] - middle[:, -2])


def test_coolant_takes_the_heat_that_it_should(miner):
    from CoolProp.CoolProp import PropsSI

    model = UnitModel.of(miner, field())
    overrides = {"surroundings.loss_conductance": 0.0, "power.psu_heat_to_water": 0.0}
    T_out = model.predict(overrides).values["T_out"][0]
    for i, T in enumerate(T_out):
        T_in = model.points.T_in[i]
        m = model.points.volume_flow[i] * PropsSI("D", "T", T_in, "P", 3e5, "Water")
        gained = m * (PropsSI("H", "T", T, "P", 3e5, "Water") - PropsSI("H", "T", T_in, "P", 3e5, "Water"))
        assert gained == pytest.approx(model.points.power[i], rel=5e-4)


def test_samples_and_points_at_once_are_the_same_as_one_by_one(miner):
    model = UnitModel.of(miner, with_chips(field(3)), chip_order="rows")
    R = np.array([0.4, 0.8])
    flow = np.array([[1.0, 1.01, 1.02], [0.99, 1.0, 0.98]])
    quantities = ["T_out", "T_chip_mean", "T_chip_max"]
    both = model.predict(
        {"chips.junction_to_plate": R, "factor.volume_flow": flow}, samples=2, quantities=quantities
    )
    for s in range(2):
        for p in range(3):
            keep = np.arange(3) == p
            one = model.subset(keep).predict(
                {"chips.junction_to_plate": R[s], "factor.volume_flow": flow[s, p]}, quantities=quantities
            )
            for name in quantities:
                np.testing.assert_allclose(both.values[name][s, p], one.values[name][0, 0], atol=2e-3)


def test_errors_of_readings_mean_what_they_say(miner):
    model = UnitModel.of(miner, field(2))
    plain = model.predict().values["T_out"][0]
    # An outlet sensor that reads 0.5 K high reads the prediction 0.5 K high.
    np.testing.assert_allclose(
        model.predict({"offset.T_out": 0.5}).values["T_out"][0] - plain, 0.5, atol=1e-9
    )
    # A flow meter that reads 10 % high hides a smaller flow, which warms up by about 10 % more.
    rise = plain - model.points.T_in
    more = model.predict({"factor.volume_flow": 1.1}).values["T_out"][0] - model.points.T_in
    np.testing.assert_allclose(more / rise, 1.1, atol=5e-3)
    # A power meter that reads high: less heat.
    less = model.predict({"factor.power": 1.1}).values["T_out"][0] - model.points.T_in
    np.testing.assert_allclose(less / rise, 1.0 / 1.1, atol=8e-3)


def test_an_error_of_the_boards_meter_moves_what_the_wall_is_predicted_to_draw(miner):
    """A DC meter that reads 10 % high: boards and wall draw less, and the meter at the wall shows it."""
    model = UnitModel.of(miner, field(2))
    true = model.predict({"factor.power": 1.1}, quantities=["power_ac"]).values["power_ac"][0]
    drawn = field(2, power_dc=np.linspace(6500.0, 8200.0, 2) / 1.1)
    expected = UnitModel.of(miner, drawn).predict(quantities=["power_ac"]).values["power_ac"][0]
    np.testing.assert_allclose(true, expected, rtol=2e-5)
    # At the wall the meter that drives is the one that is predicted.
    wall = UnitModel.of(miner, field(2, power_dc=None))
    read = wall.predict({"factor.power": 1.1}, quantities=["power_ac"]).values["power_ac"][0]
    np.testing.assert_allclose(read, wall.points.power, rtol=2e-5)


def test_frozen_leakage_gives_every_chip_the_same_power_and_the_same_heat(miner):
    data = field(2)
    solved, frozen = (UnitModel.of(miner, data, leakage=word).predict() for word in ("solved", "frozen"))
    np.testing.assert_allclose(solved.values["T_out"], frozen.values["T_out"], atol=2e-3)


def test_what_the_data_lack_is_the_device_files(miner):
    model = UnitModel.of(miner, field(2, volume_flow=None, power_dc=None, power_ac=None))
    assert model.points.volume_flow is None
    assert model.points.power is None
    found = model.predict({"coolant.flow": 1.8e-4}).values["T_out"][0, 0]
    one = miner.solve(T_in=330.0, volume_flow=1.8e-4, T_ambient=295.0)
    assert found == pytest.approx(float(one["T_out"]), abs=1e-6)


def test_power_at_the_wall_drives_where_that_of_the_boards_is_missing(miner):
    model = UnitModel.of(miner, field(2, power_dc=None))
    assert not model.points.power_is_dc
    assert "power_ac" not in model.measured
    assert model.left_out["power_ac"] == "drives the model"
    wall = model.predict(quantities=["power_ac"]).values["power_ac"][0]
    np.testing.assert_allclose(wall, model.points.power, rtol=2e-5)


def test_points_are_counted_with_the_reason_why_they_are_left_out(miner):
    data = field(8)
    data["status"] = (("time", "unit"), np.array(["mining"] * 6 + ["standby", "unknown"])[:, None])
    data["T_in"][0] = np.nan
    data["volume_flow"][1] = 0.0
    data["power_dc"][2] = np.nan
    data["T_out"][3] = np.nan
    data["power_ac"][3] = np.nan
    data["T_in"][4] = 250.0
    model = UnitModel.of(miner, data)
    assert model.points.left_out == {
        "in standby": 1,
        "no inlet temperature": 1,
        "inlet temperature at which the coolant is no liquid": 1,
        "no flow": 1,
        "no power": 1,
        "nothing that the model predicts": 1,
    }
    assert model.points.count == 2
    assert model.points.offered == 8
    assert any("1 samples of unknown status" in note for note in model.points.notes)


def test_nothing_usable_and_nothing_comparable_are_refused(miner):
    data = field(2)
    data["T_in"][:] = np.nan
    with pytest.raises(InputError, match="no sample"):
        UnitModel.of(miner, data)
    with pytest.raises(InputError, match="no coolant inlet"):
        UnitModel.of(miner, field(2, T_in=None))
    with pytest.raises(InputError, match="nothing that the model predicts"):
        UnitModel.of(miner, field(2, T_out=None, power_ac=None))
    with pytest.raises(InputError, match="unknown parameter"):
        UnitModel.of(miner, field(2)).predict({"chips.colour": 1.0})
    with pytest.raises(InputError, match="do not fit"):
        UnitModel.of(miner, field(2)).predict({"chips.junction_to_plate": [0.5, 0.6, 0.7]}, samples=2)


def test_chips_in_an_unknown_order_are_compared_by_mean_and_maximum_only(miner):
    model = UnitModel.of(miner, with_chips(field(2)))
    assert "T_chip" not in model.measured
    assert "order" in model.left_out["T_chip"]
    assert set(model.derived) == {"T_chip_mean", "T_chip_max"}
    few = UnitModel.of(miner, with_chips(field(2), chips=114), chip_order="rows")
    assert few.left_out["T_chip"].startswith("114 chips")


def test_the_hottest_chip_is_hotter_than_a_chip_of_mean_resistance_unless_none_scatters(miner):
    model = UnitModel.of(miner, with_chips(field(2)), chip_order="rows")
    even = model.predict({"chips.chip_spread": 0.0}).values
    # Cells hold parts of chips, so that the hottest cell is above the hottest whole chip by a little.
    gap = even["T_chip_max"] - even["T_chip"].max(axis=-1)
    assert np.all((gap > -1e-6) & (gap < 0.3))
    spread = model.predict({"chips.chip_spread": 0.1}).values["T_chip_max"]
    assert np.all(spread > even["T_chip_max"] + 1.0)


@pytest.mark.parametrize("order", ORDERS)
def test_every_chip_stands_on_the_plate_once_and_all_fill_its_cells(miner, order):
    weights = chip_weights(miner.device, order)
    np.testing.assert_allclose(weights.sum(axis=1), 1.0)
    np.testing.assert_allclose(weights.sum(axis=0), miner.layout.chips, atol=1e-12)


def test_odd_passes_run_backwards(miner):
    chips, plate = miner.device.chips, miner.device.serpentine
    cells = plate.cells_per_pass
    # A row that lies wholly on the second pass: its first chip is at the end of that pass.
    row = next(r for r in range(chips.rows) if r / chips.rows >= 1 / plate.passes)
    assert (row + 1) / chips.rows <= 2 / plate.passes
    first = chip_weights(miner.device, "rows")[row * chips.columns]
    assert first[2 * cells - 1] > 0.0
    assert first[cells] == 0.0


def test_orders_number_the_same_chips_differently(miner):
    chips = miner.device.chips
    rows, columns = chip_weights(miner.device, "rows"), chip_weights(miner.device, "columns")
    np.testing.assert_array_equal(rows[1], columns[chips.rows])
    turned = chip_weights(miner.device, "serpentine")
    np.testing.assert_array_equal(turned[chips.columns], rows[2 * chips.columns - 1])
    path = chip_weights(miner.device, "path")
    centre = path @ np.arange(path.shape[1])
    # Along the coolant: within the rows that share a pass, downstream comes later.
    assert np.corrcoef(centre, np.arange(centre.size))[0, 1] > 0.95
    with pytest.raises(InputError, match="unknown order"):
        chip_weights(miner.device, "spiral")
