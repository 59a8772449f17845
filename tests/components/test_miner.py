"""A miner as a component: grids of states in, a labelled Dataset out, and every failure by name."""

import re
import warnings

import numba
import numpy as np
import pytest
import xarray as xr

from hashheat.components.errors import CoolantRangeError, NotConvergedError, RunawayError, UnitError
from hashheat.components.miner import Miner
from hashheat.components.unit import UnitInputs
from hashheat.components.variables import VARIABLES, dataset
from hashheat.solvers import serpentine as sp
from hashheat.thermo import property_kernels as pk
from hashheat.thermo.errors import BoilingError, FreezingError, HashheatError, InputError
from hashheat.thermo.fluid import Fluid

LITRES = 1.0 / 60e3
# Without the compiler NumPy warns of lanes that overflow on their way to being dropped; a kernel does not.
quiet = pytest.mark.filterwarnings(
    "ignore::RuntimeWarning" if numba.config.DISABLE_JIT else "default::UserWarning"
)


@pytest.fixture(scope="module")
def miner():
    return Miner.named("canaan-a1566ha-500t")


@pytest.fixture(scope="module")
def at_80(miner):
    return miner.solve(T_in=343.15, volume_flow=10 * LITRES, with_fields=True)


def test_one_state(miner, at_80):
    values = miner.values(1)
    table = Fluid.parse("water").table(3e5)
    flow = 10 * LITRES * pk.density(table, 343.15)
    plain = miner.solve_arrays(values, UnitInputs(343.15, flow), table)
    assert at_80.T_out.dims == ()
    for name in ("T_out", "T_junction", "T_wall", "wall_power", "heat_rate", "heat_loss", "pressure_drop"):
        assert float(at_80[name]) == getattr(plain, name)[0], name
    assert float(at_80.mass_flow) == pytest.approx(flow, rel=1e-15)
    assert int(at_80.status) == sp.OK
    assert at_80.attrs["miner"] == "Avalon A1566HA-500T"
    assert at_80.attrs["fluid"] == "water"
    assert at_80.attrs["pressure_pascal"] == 3e5


def test_energy(at_80):
    water = Fluid.parse("water").table(3e5)
    rise = pk.enthalpy(water, float(at_80.T_out)) - pk.enthalpy(water, 343.15)
    assert float(at_80.mass_flow) * rise == pytest.approx(float(at_80.heat_rate), rel=1e-10)
    assert float(at_80.wall_power - at_80.heat_rate - at_80.heat_loss) == 0.0


def test_every_variable_has_units_and_a_name(at_80):
    assert at_80.sizes == {"board": 4, "cell": 64}
    for name, variable in at_80.variables.items():
        assert variable.attrs["units"] == VARIABLES[name][0], name
        assert variable.attrs["long_name"] == VARIABLES[name][1], name


def test_fields_belong_to_the_results(at_80):
    assert float(at_80.T_chip.max()) == float(at_80.T_junction)
    assert float(at_80.T_plate.max()) == float(at_80.T_wall)
    hot = at_80.T_chip.isel(board=int(at_80.hot_board), cell=int(at_80.hot_cell))
    assert float(hot) == float(at_80.T_junction)
    assert bool((at_80.T_fluid < at_80.T_plate).all())
    assert bool((at_80.htc > 0).all())
    assert bool((at_80.T_fluid.diff("cell") > 0).all())


def test_boiling_margin(at_80):
    outlet = 3e5 - float(at_80.pressure_drop)
    T_boil = Fluid.parse("water").saturation_temperature(outlet)
    assert float(at_80.boiling_margin) == pytest.approx(T_boil - float(at_80.T_wall), abs=1e-9)


def test_flow_by_volume_by_mass_and_by_default(miner):
    table = Fluid.parse("water").table(3e5)
    mass = 10 * LITRES * pk.density(table, 343.15)
    by_volume = miner.solve(343.15, 10 * LITRES)
    by_mass = miner.solve(343.15, mass_flow=mass)
    by_default = miner.solve(343.15)  # the device states 8 .. 12 L/min
    for other in (by_mass, by_default):
        assert float(other.T_junction) == pytest.approx(float(by_volume.T_junction), abs=1e-9)


def test_broadcast_by_name(miner):
    units, hours, samples = 2, 3, 2
    T_in = xr.DataArray(
        [340.0, 342.0, 344.0], dims="time", coords={"time": [10, 11, 12]}, attrs={"units": "K"}
    )
    flow = xr.DataArray(np.array([9.0, 11.0]) * LITRES, dims="unit")
    R = xr.DataArray([0.5, 0.9], dims="sample", name="junction_to_plate")
    both = xr.DataArray([[290.0, 280.0], [285.0, 275.0], [280.0, 270.0]], dims=("time", "unit"))
    result = miner.solve(T_in, flow, T_ambient=both, chips__junction_to_plate=R)
    assert dict(result.sizes) == {"time": hours, "unit": units, "sample": samples}
    assert result.time.values.tolist() == [10, 11, 12]
    for t in range(hours):
        for u in range(units):
            for s in range(samples):
                one = miner.solve(
                    float(T_in[t]),
                    float(flow[u]),
                    T_ambient=float(both[t, u]),
                    chips__junction_to_plate=float(R[s]),
                )
                picked = result.isel(time=t, unit=u, sample=s)
                for name in ("T_out", "T_junction", "heat_loss", "pressure_drop", "mass_flow", "hot_cell"):
                    assert float(picked[name]) == float(one[name]), name


def test_plain_arrays_share_a_dimension(miner):
    result = miner.solve(np.array([340.0, 343.0]), [9 * LITRES, 11 * LITRES], frequency=0.9)
    assert result.T_out.dims == ("case",)
    one = miner.solve(343.0, 11 * LITRES, frequency=0.9)
    assert float(result.T_junction[1]) == float(one.T_junction)


def test_fields_of_many_states(miner):
    T_in = xr.DataArray([340.0, 343.0], dims="time")
    result = miner.solve(T_in, 10 * LITRES, with_fields=True)
    assert result.T_chip.dims == ("time", "board", "cell")
    one = miner.solve(343.0, 10 * LITRES, with_fields=True)
    np.testing.assert_array_equal(result.T_chip[1], one.T_chip)


def test_physics_points_the_right_way(miner):
    base = miner.solve(343.15, 10 * LITRES)
    T = float(base.T_junction)
    assert float(miner.solve(344.15, 10 * LITRES).T_junction) > T + 0.9
    assert float(miner.solve(343.15, 12 * LITRES).T_junction) < T
    assert float(miner.solve(343.15, 10 * LITRES, frequency=1.1).T_junction) > T
    assert float(miner.solve(343.15, 10 * LITRES, voltage=0.95).T_junction) < T
    assert float(miner.solve(343.15, 10 * LITRES, fluid="MPG 40%").T_junction) > T
    assert float(miner.solve(343.15, 10 * LITRES, T_ambient=253.15).heat_loss) > float(base.heat_loss)


def test_round_channel(miner):
    plate = miner.device.plate
    tube = plate.model_copy(update={"channel_shape": "round", "channel_height": plate.channel_width})
    result = Miner(miner.device.model_copy(update={"plate": tube})).solve(343.15, 10 * LITRES)
    assert float(result.T_junction) > float(result.T_wall) > float(result.T_out) > 343.15


def test_sampled_quantities_leave_out_what_a_sample_cannot_change(miner):
    assert set(miner.uncertain) < set(miner.quantities)
    assert all(q.is_uncertain for q in miner.uncertain.values())
    assert "chips.junction_to_plate" in miner.uncertain
    assert "chips.length" not in miner.uncertain


# Failures of a single state.
HOPELESS = {"chips__junction_to_plate": 8.0, "voltage": 1.3}


@quiet
def test_runaway(miner):
    with pytest.raises(RunawayError, match=r"Avalon A1566HA-500T: thermal runaway.*70\.00 degC") as caught:
        miner.solve(343.15, 10 * LITRES, **HOPELESS)
    assert isinstance(caught.value, UnitError)
    assert isinstance(caught.value, HashheatError)


@quiet
def test_coolant_that_would_boil(miner):
    with pytest.raises(CoolantRangeError, match="coolant leaves"):
        miner.solve(343.15, 1.8 * LITRES, power__leakage_share=0.0)


def test_no_convergence_has_its_own_error(miner, monkeypatch):
    solve = sp.solve_serpentine
    monkeypatch.setattr(sp, "solve_serpentine", lambda *a, **k: solve(*a, **k, max_iterations=1))
    with pytest.raises(NotConvergedError, match="did not converge"):
        miner.solve(343.15, 10 * LITRES)


@quiet
def test_failing_states_of_a_grid_are_marked_and_counted(miner):
    R = xr.DataArray([0.4, 8.0, 0.9, 9.0], dims="sample")
    with pytest.warns(UserWarning, match="2 of 4 states: thermal runaway"):
        result = miner.solve(343.15, 10 * LITRES, chips__junction_to_plate=R, voltage=1.1, with_fields=True)
    assert result.status.values.tolist() == [0, sp.RUNAWAY, 0, sp.RUNAWAY]
    for name in (
        "T_out",
        "T_junction",
        "T_wall",
        "heat_rate",
        "wall_power",
        "pressure_drop",
        "boiling_margin",
    ):
        assert np.isnan(result[name].values).tolist() == [False, True, False, True], name
    assert bool(np.isnan(result.T_chip.isel(sample=1)).all())
    good = miner.solve(343.15, 10 * LITRES, chips__junction_to_plate=0.9, voltage=1.1)
    assert float(result.T_junction[2]) == float(good.T_junction)


@quiet
def test_the_warning_points_at_the_caller(miner):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", UserWarning)
        miner.solve([343.15, 343.15], 10 * LITRES, **HOPELESS)
    assert [w.filename for w in caught if w.category is UserWarning] == [__file__]


@pytest.mark.parametrize(
    ("state", "key"),
    [
        ({"volume_flow": -1e-4}, "volume_flow"),
        ({"volume_flow": 0.0}, "volume_flow"),
        ({"volume_flow": np.nan}, "volume_flow"),
        ({"mass_flow": -0.1}, "mass_flow"),
        ({"volume_flow": 1e-4, "frequency": -1.0}, "frequency"),
        ({"volume_flow": 1e-4, "voltage": np.array([1.0, 0.0])}, "voltage"),
        ({"volume_flow": 1e-4, "chips__junction": 0.4}, "chips.junction"),
        ({"volume_flow": 1e-4, "temperature": 343.0}, "temperature"),
    ],
)
def test_bad_input_names_its_key(miner, state, key):
    with pytest.raises(InputError) as caught:
        miner.solve(343.15, **state)
    assert caught.value.key == key
    assert caught.value.accepted


def test_both_flows_are_refused(miner):
    with pytest.raises(InputError, match="not both"):
        miner.solve(343.15, 1e-4, mass_flow=0.1)


@pytest.mark.parametrize(
    ("T_in", "fluid", "pressure", "error"),
    [
        (270.0, "water", 3e5, FreezingError),
        (273.15, "water", 3e5, FreezingError),
        (410.0, "water", 3e5, BoilingError),
        (375.0, "water", 1e5, BoilingError),
        (245.0, "MPG 30%", 3e5, FreezingError),
        (np.nan, "water", 3e5, HashheatError),
        (343.15, "air", 3e5, HashheatError),
        (343.15, "watr", 3e5, InputError),
        (343.15, "water", -1.0, HashheatError),
        (np.array([343.15, 270.0]), "water", 3e5, FreezingError),
    ],
)
def test_states_that_are_no_liquid(miner, T_in, fluid, pressure, error):
    with pytest.raises(error):
        miner.solve(T_in, 1e-4, fluid=fluid, pressure=pressure)


@quiet
@pytest.mark.parametrize("state", [{"T_ambient": np.nan}, {"chips__junction_to_plate": np.nan}])
def test_not_a_number_never_comes_out(miner, state):
    with pytest.raises(HashheatError):
        miner.solve(343.15, 1e-4, **state)


def test_labels_that_do_not_match_are_an_error(miner):
    def hours(first):
        return xr.DataArray([293.0, 294.0], dims="time", coords={"time": [first, first + 1]})

    with pytest.raises(HashheatError):
        miner.solve(hours(0) + 50.0, 1e-4, T_ambient=hours(1))


@pytest.mark.parametrize(
    "state",
    [
        {"chips__junction_to_plate": -1.0},
        {"power__psu_efficiency": 0.0},
        {"plate__channel_width": 0.1},
        {"power__leakage_share": 1.5},
    ],
)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_overrides_keep_the_bounds_of_the_file(miner, state):
    with pytest.raises(InputError):
        miner.solve(343.15, 10 * LITRES, **state)


@pytest.mark.parametrize(
    "state",
    [
        {"T_in": np.full((2, 2), 340.0)},
        {"T_in": np.full(2, 340.0), "T_ambient": np.full(3, 290.0)},
        {"T_in": np.zeros(0)},
        {"T_in": "warm"},
    ],
    ids=["two dimensions", "two lengths", "empty", "text"],
)
@pytest.mark.filterwarnings("ignore:Duplicate dimension:UserWarning")
def test_arrays_that_do_not_fit_are_an_input_error(miner, state):
    with pytest.raises(InputError):
        miner.solve(volume_flow=10 * LITRES, **state)


def test_outlet_heated_out_of_range_by_the_supply(miner):
    # The boards stay liquid; the power supply's heat is added to the mixture after them.
    with pytest.raises(CoolantRangeError):
        miner.solve(
            343.15,
            5.0 * LITRES,
            boards__flow_imbalance=0.0,
            power__psu_efficiency=0.45,
            power__psu_heat_to_water=1.0,
            power__leakage_share=0.0,
            power__wall=2e4,
        )


def test_pressure_drop_beyond_the_pressure_is_an_error(miner):
    with pytest.raises(HashheatError):
        miner.solve(343.15, 60 * LITRES, pressure=1.2e5)


def test_a_dataset_takes_known_names_only():
    with pytest.raises(KeyError):
        dataset({"T_nowhere": (("case",), [1.0])})
    made = dataset({"T_out": (("time",), [350.0])}, {"T_in": ("time", [340.0])}, {"note": "x"})
    assert made.T_out.attrs == {"units": "K", "long_name": VARIABLES["T_out"][1]}
    assert made.T_in.attrs["units"] == "K"
    assert made.attrs == {"note": "x"}


@pytest.mark.parametrize("name", VARIABLES)
def test_names_are_plain_and_units_are_si(name):
    unit, meaning = VARIABLES[name]
    assert meaning == meaning.strip()
    assert len(meaning) > 5
    # CF notation of SI units without prefixes, and euros: each factor a unit and its exponent.
    assert unit == "1" or all(
        re.fullmatch(r"(kg|m|s|K|J|W|Pa|EUR)(-?[2-9]|-1)?", part) for part in unit.split(" ")
    )
    if name.startswith("T_"):
        assert unit == "K"
