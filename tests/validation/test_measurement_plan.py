"""A plan's promise against many measurements that were made up, and its order."""

import importlib.util
from pathlib import Path

import numba
import numpy as np
import pytest

from hashheat.components.miner import Miner
from hashheat.thermo.errors import InputError
from hashheat.validation.instruments import Instrument
from hashheat.validation.measurement_plan import (
    Candidate,
    State,
    campaign_data,
    default_candidates,
    plan_measurements,
)
from hashheat.validation.unit_calibration import calibrate_unit
from hashheat.validation.unit_constants import device_constant
from hashheat.validation.unit_model import UnitModel

_spec = importlib.util.spec_from_file_location("field_data", Path(__file__).parent / "field_data.py")
field_data = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(field_data)

R, NU = "chips.junction_to_plate", "plate.nusselt_factor"
INTERPRETED = bool(numba.config.DISABLE_JIT)
VERDICT = State(343.15, 10.0 / 60e3)
pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(scope="module")
def miner():
    shipped = Miner.named("canaan-a1566ha-500t")
    return field_data.quick(shipped) if INTERPRETED else shipped


def hottest(miner, values):
    instruments = {name: field_data.INSTRUMENTS[name] for name in ("T_in", "volume_flow")}
    place = Candidate("verdict", {**instruments, "T_chip_max": field_data.INSTRUMENTS["T_chip"]}, (VERDICT,))
    model = UnitModel.of(miner, campaign_data(miner, place))
    return float(model.predict(values, quantities=("T_chip_max",)).values["T_chip_max"].max())


@pytest.mark.skipif(INTERPRETED, reason="many calibrations, too many without the compiler")
@pytest.mark.parametrize("cells", [4, pytest.param(16, marks=pytest.mark.nightly)])
def test_the_promise_is_kept_by_made_up_measurements(miner, cells):
    """60 units drawn from the file's doubt, measured and fitted: junctions are missed by as much as planned."""
    # Plan, measurements and fits are all of the same grid.
    exact = field_data.settled(field_data.coarse(miner, cells), R, NU)
    instruments = {
        k: field_data.INSTRUMENTS[k] for k in ("T_in", "T_out", "T_chip", "volume_flow", "power_dc")
    }
    states = tuple(State(333.15, f / 60e3, c) for f, c in ((9.0, 1.0), (12.0, 0.7), (12.0, 1.0)))
    plan = plan_measurements(exact, VERDICT, [Candidate("one", instruments, states, records=1)])[0]
    assert plan.sd < 0.5 * plan.before
    missed, prior = [], []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        truth, error = field_data.draw_truth(exact, rng, field_data.INSTRUMENTS, exact.device.boards.count)
        power = 8064.0 * exact.quantities["power.psu_efficiency"].nominal
        driven = {
            "T_in": np.array([s.T_in for s in states]),
            "volume_flow": np.array([s.volume_flow for s in states]),
            "power_dc": power * np.array([s.clock for s in states]),
            "T_ambient": np.full(3, 293.15),
        }
        data = field_data.readings(
            exact, truth, error, field_data.INSTRUMENTS, driven, rng, left_out=("T_out_board", "power_ac")
        )
        found = calibrate_unit(exact, data, [R, NU], instruments=field_data.INSTRUMENTS, folds=1)
        true = hottest(exact, truth)
        missed.append(hottest(exact, found.values) - true)
        prior.append(true)
    # A standard deviation of 60 is known to 9 %; three of these.
    assert np.sqrt(np.mean(np.square(missed))) == pytest.approx(plan.sd, rel=0.28)
    assert np.std(prior) == pytest.approx(plan.before, rel=0.28)


def test_more_is_never_less(miner):
    names = {R, "coolant.flow", "power.wall"}
    some = field_data.settled(miner, *names)
    found = {p.candidate.name: p for p in plan_measurements(some, VERDICT, default_candidates(VERDICT))}
    assert all(p.sd <= p.before + 1e-9 for p in found.values())
    sd = [p.sd for p in found.values()]
    assert sd == sorted(sd)
    several = next(p for name, p in found.items() if "3 %" in name and "3 flows" in name)
    assert several.sd < found["chip temperatures, flow meter 3 %, power"].sd
    assert several.sd < found["water temperatures and power"].sd


def test_a_plan_needs_something_to_read(miner):
    with pytest.raises(InputError):
        plan_measurements(miner, VERDICT, [Candidate("none", {}, (VERDICT,))])
    with pytest.raises(InputError):
        plan_measurements(
            miner, VERDICT, [Candidate("inlet", {"T_in": field_data.INSTRUMENTS["T_in"]}, (VERDICT,))]
        )


@pytest.mark.parametrize("name", ["power_ac", "power_dc"])
def test_a_meter_in_watts_is_worth_the_same_share_of_the_power(miner, name):
    """1 % of the mean power, stated either way, and what a normal prior leaves by hand."""
    some = field_data.settled(miner, "power.wall")
    states = (VERDICT, State(VERDICT.T_in, VERDICT.volume_flow, 0.8))
    power = 0.9 * some.quantities["power.wall"].nominal
    power *= 1.0 if name == "power_ac" else some.quantities["power.psu_efficiency"].nominal
    base = {key: field_data.INSTRUMENTS[key] for key in ("T_in", "T_out")}
    meters = {
        "share": Instrument(0.01, 0.005, True, "chosen", ""),
        "watts": Instrument(0.01 * power, 0.005 * power, False, "chosen", ""),
        "perfect": Instrument(0.0, 0.0, True, "chosen", ""),
    }
    candidates = [Candidate(key, {**base, name: meter}, states) for key, meter in meters.items()]
    found = {p.candidate.name: p for p in plan_measurements(some, VERDICT, candidates)}
    assert found["watts"].sd == pytest.approx(found["share"].sd, rel=1e-12)
    prior, doubt = device_constant(some, "power.wall").width ** 2, 0.01**2 + 0.005**2 / 60
    left = np.sqrt(doubt / (prior + doubt))
    assert found["share"].sd == pytest.approx(left * found["share"].before, rel=1e-9)
    assert found["perfect"].sd == 0.0


def test_a_device_without_doubt_has_nothing_to_measure(miner):
    with pytest.raises(InputError, match="uncertain"):
        plan_measurements(field_data.settled(miner), VERDICT, default_candidates(VERDICT))
