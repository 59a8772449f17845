"""Bands of sequences whose order and limit are known, and of a real unit."""

import importlib.util
from pathlib import Path
from types import SimpleNamespace

import numba
import numpy as np
import pytest
import xarray as xr

from hashheat.components.cold_plate import ColdPlate
from hashheat.components.miner import Miner
from hashheat.components.miner_file import LIBRARY
from hashheat.thermo.errors import InputError
from hashheat.validation.grid_uncertainty import grid_uncertainty, unit_grid_uncertainty
from hashheat.validation.instruments import Instrument
from hashheat.validation.unit_model import UnitModel
from hashheat.validation.unit_validation import validate_unit

_spec = importlib.util.spec_from_file_location("field_data", Path(__file__).parent / "field_data.py")
field_data = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(field_data)


@pytest.mark.parametrize("order", [1.0, 2.0, 3.5])
@pytest.mark.parametrize("ratio", [2.0, 1.5])
def test_manufactured_sequence_gives_its_order_and_its_exact_error(order, ratio):
    limit, factors = 350.0, np.array([0.4, -0.7, 1.3])
    run, mid, fine = (limit + factors * ratio ** (-k * order) for k in range(3))
    found = grid_uncertainty(run, mid, fine, ratio=ratio, noise=1e-14)
    assert found.order == pytest.approx(order, rel=1e-6)
    # The run's error is exactly its factor; the widest is 1.3, with Roache's 1.25, over 1.15 for one sigma.
    assert found.band == pytest.approx(1.25 * 1.3, rel=1e-6)
    assert found.u_num == pytest.approx(1.25 * 1.3 / 1.15, rel=1e-6)
    # Of the mean of values that err to either side no more than the mean of their sizes is known.
    assert found.u_mean == pytest.approx(1.25 * np.abs(factors).mean() / 1.15, rel=1e-6)
    assert (found.unordered, found.settled, found.values) == (0, 0, 3)


def test_values_that_diverge_take_three_times_their_range():
    found = grid_uncertainty([1.0, 10.0], [1.1, 10.0], [1.4, 10.0])
    assert found.unordered == 1
    assert found.settled == 1
    assert found.band == pytest.approx(3.0 * 0.4)
    assert "1 of 2 values" in found.text


@pytest.mark.parametrize("fine", [0.80001, 0.801, 0.81, 0.82])
def test_differences_that_hardly_shrink_are_not_extrapolated(fine):
    """An order near 0 would put the limit thousands of ranges away."""
    found = grid_uncertainty([1.0], [0.9], [fine])
    assert found.unordered == 1
    assert found.order is None
    assert found.band == pytest.approx(3.0 * (1.0 - fine))


def test_missing_values_are_passed_by_and_nothing_at_all_is_refused():
    found = grid_uncertainty([np.nan, 1.04], [1.0, 1.01], [1.0, 1.0025])
    assert found.values == 1
    assert found.order == pytest.approx(2.0, rel=1e-6)
    with pytest.raises(InputError, match="all three grids"):
        grid_uncertainty([np.nan], [1.0], [1.0])
    with pytest.raises(InputError, match="shape"):
        grid_uncertainty([1.0, 2.0], [1.0], [1.0])


def test_a_unit_is_solved_again_on_finer_cells_and_its_band_holds_the_finest():
    blank = xr.Dataset(
        {
            "T_in": (("time", "unit"), [[330.0], [345.0]]),
            "volume_flow": (("time", "unit"), [[1.5e-4], [2e-4]]),
            "power_dc": (("time", "unit"), [[7000.0], [8000.0]]),
            "T_ambient": (("time", "unit"), [[293.0], [293.0]]),
            "T_chip_max": (("time", "unit", "board"), np.full((2, 1, 4), 360.0)),
            "T_out": (("time", "unit"), [[340.0], [355.0]]),
        },
        {"time": [0.0, 1.0], "unit": ["a"]},
    )
    miner = Miner.named("canaan-a1566ha-500t")
    if numba.config.DISABLE_JIT:
        # From four cells on, to thirty-two; chips that do not leak are solved once.
        miner = field_data.coarse(field_data.quick(miner), 4)
    model = UnitModel.of(miner, blank)
    found = unit_grid_uncertainty(model, ("T_out", "T_chip_max"))
    finest = model.refined(8.0).predict(quantities=["T_chip_max"]).values["T_chip_max"]
    off = np.abs(model.predict(quantities=["T_chip_max"]).values["T_chip_max"] - finest).max()
    assert 0.0 < off < found["T_chip_max"].band < 20.0 * off + 1e-3
    # The outlet follows from the energy balance, whatever the cells.
    assert found["T_out"].band < 1e-3


@pytest.mark.skipif(bool(numba.config.DISABLE_JIT), reason="a reduced cold plate")
def test_a_unit_on_a_cold_plate_has_the_error_of_its_reduced_form_and_of_the_full_plates_cells(tmp_path):
    """Against the full plate solved at the unit's states on twice the cells: the band holds what differs."""
    text = (LIBRARY / "canaan-a1566ha-500t.toml").read_text(encoding="utf-8")
    text = text[: text.index("# Four passes are assumed")] + text[text.index("[coolant.flow]") :]
    text = text.replace('cooling = "hydro"\n', 'cooling = "hydro"\ncold_plate = "canaan-a1566ha-board"\n')
    (tmp_path / "unit.toml").write_text(text, encoding="utf-8")
    miner = Miner.named(str(tmp_path / "unit.toml"))
    values = {"T_in": 335.0, "volume_flow": 1.6e-4, "power_dc": 7000.0, "T_ambient": 293.0, "T_out": 345.0}
    blank = xr.Dataset(
        {name: (("time", "unit"), [[x], [x]]) for name, x in values.items()}
        | {"T_chip_max": (("time", "unit", "board"), np.full((2, 1, 4), 360.0))},
        {"time": [0.0, 1.0], "unit": ["a"]},
    )
    model = UnitModel.of(miner, blank)
    found = unit_grid_uncertainty(model, ("T_out", "T_chip_max"))
    errors = miner.reduced_plate(model.table).errors
    assert found["T_out"].u_num == pytest.approx(errors.outlet / np.sqrt(3.0))
    plate = ColdPlate(miner.reduced_plate(model.table).file)
    coarse, fine = (float(plate.solve(refine=k)["T_junction"].max()) for k in (1, 2))
    limit = np.hypot(errors.junction, abs(coarse - fine))
    assert limit < found["T_chip_max"].band < 10.0 * limit
    assert found["T_chip_max"].u_mean == found["T_chip_max"].u_num
    assert "reduced form" in found["T_chip_max"].text
    # A comparison says so, instead of a u_num of 0.
    exact = {
        name: Instrument(0.01, 0.01, False, "stated", "chosen") for name in ("T_in", "T_out", "T_chip_max")
    }
    compared = validate_unit(miner, blank, exact, samples=8)
    assert compared.comparisons["T_out"].u_num == pytest.approx(errors.outlet / np.sqrt(3.0))


def test_the_widest_of_all_values_counts_wherever_it_stands():
    """More chips than once were looked at, one of them off; the solver is replaced by made-up values."""
    chips = np.full((2, 4, 160), 350.0)
    off = np.zeros_like(chips)
    off[1, 2, 77] = 1.0

    class Grid:
        def __init__(self, factor=1.0):
            self.factor = factor
            self.points = SimpleNamespace(count=2, T_in=np.array([330.0, 340.0]))
            self.miner = SimpleNamespace(device=SimpleNamespace(plate=True))

        def subset(self, keep):
            return self

        def refined(self, factor):
            return Grid(factor)

        def predict(self, quantities):
            return SimpleNamespace(values={"T_chip": chips + off / self.factor})

    for refinements in ((1.0, 2.0, 4.0), (1.0, 2.0, 6.0)):
        found = unit_grid_uncertainty(Grid(), ("T_chip",), refinements)["T_chip"]
        assert found.values == chips.size
        assert found.order == pytest.approx(1.0)
        assert found.band == pytest.approx(1.25)


def test_no_whole_number_of_cells_is_refused():
    blank = xr.Dataset(
        {"T_in": (("time", "unit"), [[330.0]]), "T_out": (("time", "unit"), [[340.0]])},
        {"time": [0.0], "unit": ["a"]},
    )
    model = UnitModel.of(Miner.named("canaan-a1566ha-500t"), blank)
    with pytest.raises(InputError, match="whole number"):
        model.refined(0.3)
