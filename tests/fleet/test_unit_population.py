"""Populations: the stated distributions, each unit the same as alone and in any cut, named errors."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import kstest, norm

from hashheat.components.failures import PRESSURE_LOST
from hashheat.fleet.unit_population import KEPT
from hashheat.solvers import serpentine as sp
from hashheat.thermo.errors import BoilingError, InputError
from hashheat.thermo.quantity import Quantity

_spec = importlib.util.spec_from_file_location("cases", Path(__file__).with_name("population_cases.py"))
helpers = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(helpers)
population, UNITS = helpers.population, helpers.UNITS


@pytest.fixture(scope="module")
def miner(tmp_path_factory):
    return helpers.small_miner(tmp_path_factory.mktemp("unit"))


@pytest.fixture(scope="module")
def whole(miner):
    return population(miner).solve(0, UNITS)


def test_a_unit_is_the_same_in_any_cut_and_with_any_threads(miner, whole):
    units = population(miner)
    for first, last in ((0, 1), (UNITS - 1, UNITS), (2, UNITS - 1)):
        assert units.solve(first, last, parallel=False).identical(whole.isel(unit=slice(first, last)))


def test_blocks_inside_a_chunk_change_nothing(miner, whole, monkeypatch):
    monkeypatch.setattr("hashheat.fleet.unit_population._UNITS_AT_ONCE", 4)
    assert population(miner).solve(0, UNITS).identical(whole)


def test_a_unit_is_what_the_miner_alone_says(miner, whole):
    units = population(miner)
    drawn = units.draw(0, UNITS)
    device = {k.replace(".", "__"): v for k, v in drawn.items() if k in miner.uncertain}
    factor = whole["resistance_factor"].values
    device["chips__junction_to_plate"] = drawn["chips.junction_to_plate"] * factor
    alone = miner.solve(drawn["T_in"], mass_flow=whole["mass_flow"].values, **device)
    for name in ("T_out", "T_junction", "heat_rate", "pressure_drop"):
        np.testing.assert_allclose(whole[name], alone[name], rtol=1e-9)
    assert np.all(whole["T_hottest_chip"] > alone["T_out"])


def test_energy_closes(whole):
    assert np.all(whole["status"] == sp.OK)
    assert np.all(whole["heat_rate"] < whole["wall_power"])
    # Heat to the water by the water itself: constant-pressure capacity of water between 70 and 90 degC.
    gain = whole["mass_flow"] * 4195.0 * (whole["T_out"] - whole["T_in"])
    np.testing.assert_allclose(gain, whole["heat_rate"], rtol=3e-3)


def test_draws_follow_their_distributions(miner):
    units = population(miner, 20_000)
    drawn = units.draw(0, 20_000)
    for key in units.uncertain:
        q = units.quantities[key]
        probabilities = np.linspace(0.01, 0.99, 99)
        empirical = np.quantile(drawn[key], probabilities)
        scale = float(np.ptp(q.quantile([0.05, 0.95])))
        assert np.max(np.abs(empirical - q.quantile(probabilities))) < 0.03 * scale, key
    for key, q in units.quantities.items():
        if key not in units.uncertain:
            assert np.all(drawn[key] == q.nominal), key


def test_unit_spread_and_headers_have_closed_forms(miner):
    exact = Quantity.parse("0.1", "1")
    units = population(
        miner,
        20_000,
        volume_flow=Quantity.parse("10 L/min", "m^3/s"),
        T_in=Quantity.parse("70 degC", "K"),
        overrides={"chips.unit_spread": exact},
    )
    import hashheat.fleet.unit_population as module

    # Nothing is solved: only what goes into the solver is looked at.
    seen = {}

    class Stop(Exception):
        pass

    def stop(self, values, state, table, **options):
        seen["state"] = state
        raise Stop

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(miner), "solve_arrays", stop)
        patch.setattr(module, "_UNITS_AT_ONCE", 20_000)
        with pytest.raises(Stop):
            units.solve(0, 20_000)
    state = seen["state"]
    log = np.log(state.resistance_factor)
    assert log.std() == pytest.approx(0.1, rel=0.02)
    assert np.mean(state.resistance_factor) == pytest.approx(1.0, abs=4 * 0.1 / np.sqrt(20_000))
    assert kstest((log + 0.005) / 0.1, norm.cdf).pvalue > 1e-3
    share = state.mass_flow / np.mean(state.mass_flow)
    assert share.min() > 0.949
    assert share.max() < 1.051
    # Evenly spread between the ends: variance b**2 / 3.
    assert share.std() == pytest.approx(0.05 / np.sqrt(3.0), rel=0.02)


def test_fleets_share_what_is_drawn_for_each(miner):
    key = "chips.junction_to_plate"
    units = population(miner, 60, fleets=4, per_fleet=(key,))
    drawn = units.draw(0, 60)[key].reshape(4, 15)
    assert np.all(drawn == drawn[:, :1])
    assert len(np.unique(drawn)) == 4
    # A cut through fleets changes nothing, and other numbers still differ from unit to unit.
    assert np.array_equal(units.draw(13, 47)[key], drawn.ravel()[13:47])
    assert len(np.unique(units.draw(0, 60)["power.wall"])) == 60


def test_more_resistance_is_hotter(miner):
    hot, cold = (
        population(miner, 4, overrides={"chips.junction_to_plate": Quantity.parse(r, "K/W")}).solve(0, 4)
        for r in ("1.2 K/W", "0.3 K/W")
    )
    assert np.all(hot["T_junction"] > cold["T_junction"])


def test_failures_are_marked_and_not_numbers(miner):
    runs_away = {
        "power.leakage_share": Quantity.parse("0.9", "1"),
        "power.leakage_scale": Quantity.parse("8 K", "delta_K"),
    }
    found = population(miner, 4, overrides=runs_away).solve(0, 4)
    assert np.all(found["status"] == sp.RUNAWAY)
    for name in KEPT:
        kept = name in ("T_in", "mass_flow", "resistance_factor", "status")
        assert np.all(np.isfinite(found[name])) if kept else np.all(np.isnan(found[name])), name
    lost = {"coolant.manifold_pressure_drop": Quantity.parse("10 bar", "Pa")}
    assert np.all(population(miner, 4, overrides=lost).solve(0, 4)["status"] == PRESSURE_LOST)


def test_a_drawn_chip_beyond_its_fold_has_run_away(miner):
    # Leakage so steep that a chip a little worse than its neighbours has no steady state.
    steep = {
        "power.leakage_share": Quantity.parse("0.2", "1"),
        "power.leakage_scale": Quantity.parse("16 K", "delta_K"),
        "chips.chip_spread": Quantity.parse("0.12", "1"),
        "chips.junction_to_plate": Quantity.parse("0.6 .. 1.1 K/W", "K/W"),
    }
    found = population(miner, 200 if not helpers.INTERPRETED else 12, overrides=steep)
    cases = found.solve(0, found.units)
    assert 0 < int((cases["status"] == sp.RUNAWAY).sum()) < found.units
    solved = cases.where(cases["status"] == sp.OK, drop=True)
    # None is further above a chip of mean resistance than two rises from the plate, which is above the inlet.
    assert np.all(
        solved["T_hottest_chip"] < solved["T_junction"] + 2.0 * (solved["T_junction"] - solved["T_in"])
    )


@pytest.mark.parametrize("T", [260.0, 420.0])
def test_an_inlet_beyond_the_coolant_is_marked(miner, T):
    units = population(miner, 4)
    object.__setattr__(units, "T_in", Quantity(T, "K"))
    assert np.all(units.solve(0, 4)["status"] == sp.OUT_OF_RANGE)


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"units": 0}, "units"),
        ({"fleets": 7, "per_fleet": ("power.wall",)}, "fleets"),
        ({"fleets": 2}, "per_fleet"),
        ({"per_fleet": ("power.wal",)}, "per_fleet"),
        ({"per_fleet": ("T_ambient",)}, "per_fleet"),
        ({"overrides": {"power.wal": Quantity(1.0, "W")}}, "power.wal"),
        ({"seed": -1}, "seed"),
    ],
)
def test_named_errors(miner, change, key):
    with pytest.raises(InputError) as caught:
        population(miner, **({"units": UNITS} | change))
    assert caught.value.key == key


def test_an_inlet_that_boils_is_refused(miner):
    with pytest.raises(BoilingError):
        population(miner, T_in=Quantity.parse("100 .. 140 degC", "K"))
