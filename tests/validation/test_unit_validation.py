"""Whole comparisons: a bias that was put in is found, a break of the data is told first, doubt stays doubt."""

import numba
import numpy as np
import pytest
import xarray as xr

from hashheat.components.miner import Miner
from hashheat.thermo.errors import InputError
from hashheat.thermo.quantity import Quantity
from hashheat.validation.campaign_files import EXAMPLE_INSTRUMENTS
from hashheat.validation.input_uncertainty import input_uncertainty, uncertain_inputs
from hashheat.validation.instruments import instruments_for, parse_instruments
from hashheat.validation.synthetic_campaign import (
    NOISE,
    CampaignTruth,
    drawn_truth,
    synthetic_campaign,
)
from hashheat.validation.unit_model import UnitModel
from hashheat.validation.unit_validation import as_dataset, sentence, validate_unit

NAME = "canaan-a1566ha-500t"
STATED = parse_instruments(EXAMPLE_INSTRUMENTS)
SLOW = bool(numba.config.DISABLE_JIT)
POINTS, SAMPLES = (15, 8) if SLOW else (36, 64)
needs_speed = pytest.mark.skipif(SLOW, reason="many solutions of a unit: minutes without the compiler")


def with_numbers(**texts):
    """The shipped miner on few cells, with some numbers of its device file replaced by exact or narrow ones."""
    device = Miner.named(NAME).device
    device = device.model_copy(
        update={"plate": device.serpentine.model_copy(update={"cells_per_pass": 2 if SLOW else 4})}
    )
    for key, text in texts.items():
        section, name = key.split("__")
        part = getattr(device, section)
        quantity = Quantity.parse(text, getattr(part, name).unit)
        device = device.model_copy(update={section: part.model_copy(update={name: quantity})})
    return Miner(device)


@pytest.fixture(scope="module")
def known():
    """A unit whose resistance is known well."""
    return with_numbers(chips__junction_to_plate="0.75 +/- 0.01 K/W", chips__unit_spread="0")


def campaign(miner, device=None, readings=None, points=POINTS, **given):
    truth = CampaignTruth(device or {}, readings or {}, NOISE)
    return synthetic_campaign(miner, truth, points=points, seed=11, **given)


def test_a_model_that_is_right_agrees(known):
    found = validate_unit(known, campaign(known), STATED, samples=SAMPLES)
    assert found.verdict == "agrees"
    assert {c.verdict for c in found.comparisons.values()} == {"agrees"}
    assert found.left_out == {"in standby": 4}
    for c in found.comparisons.values():
        assert abs(c.bias) <= c.interval
        assert c.points == POINTS


@needs_speed
def test_few_cells_are_a_doubt_about_single_chips_and_not_about_their_mean(known):
    """Chips at the ends of rows smear over cells four times their size; the energy balance does not care."""
    found = validate_unit(known, campaign(known, points=12), STATED, samples=8, chip_order="rows")
    assert found.comparisons["T_chip"].u_num > 5.0 * found.comparisons["T_chip_mean"].u_num
    assert found.comparisons["T_out"].u_num < 1e-3
    assert found.grids["T_chip"].values > 100


@needs_speed
def test_a_right_model_with_wrong_but_honest_inputs_is_seldom_called_biased():
    """Truth drawn from the device file and the sheets of the instruments, repeated: 5 % are expected."""
    miner = with_numbers(chips__unit_spread="0")
    blank = campaign(miner, points=12, with_chips=False)
    keys = tuple(uncertain_inputs(UnitModel.of(miner, blank)))
    called = dict.fromkeys(("T_out", "power_ac"), 0)
    repeats = 24
    for seed in range(repeats):
        truth = drawn_truth(miner, STATED, keys, seed)
        data = synthetic_campaign(miner, truth, points=12, seed=seed, with_chips=False)
        found = validate_unit(miner, data, STATED, samples=32)
        for name in called:
            called[name] += found.comparisons[name].verdict == "biased"
    # More than 4 of 24 at 5 % have a probability of 0.6 %.
    assert max(called.values()) <= 4


@needs_speed
def test_a_bias_that_was_put_in_is_found_with_its_size(known):
    # 0.35 K/W more than the device file says, at 7500 W on 640 chips: about 4 K.
    data = campaign(known, {"chips.junction_to_plate": 1.1})
    found = validate_unit(known, data, STATED, samples=SAMPLES)
    assert found.verdict == "biased"
    c = found.comparisons["T_chip_mean"]
    assert c.verdict == "biased"
    expected = -0.35 * float(data["power_dc"].mean()) / 640.0
    assert c.bias == pytest.approx(expected, abs=0.4)
    assert abs(c.bias - expected) <= c.interval
    assert sentence(c).startswith("biased by -")
    assert found.comparisons["T_out"].verdict == "agrees"


@needs_speed
def test_an_unknown_resistance_leaves_the_chips_in_doubt_and_says_what_moves_them():
    miner = with_numbers()
    found = validate_unit(miner, campaign(miner, {"chips.junction_to_plate": 1.1}), STATED, samples=SAMPLES)
    assert found.comparisons["T_chip_mean"].verdict == "uncertain"
    assert next(iter(found.inputs.shares["T_chip_mean"])) == "chips.junction_to_plate"
    assert found.comparisons["T_out"].verdict == "agrees"
    assert found.verdict == "agrees"


@needs_speed
def test_data_that_contradict_themselves_get_no_verdict_about_the_model(known):
    data = campaign(known, readings={"factor.volume_flow": 1.25})
    found = validate_unit(known, data, STATED, samples=SAMPLES)
    assert found.verdict == "contradictory"
    assert found.balance.flagged.all()
    assert found.balance.closure == pytest.approx(1.25, abs=0.02)


def test_single_points_that_break_the_balance_are_left_out_and_counted(known):
    data = campaign(known)
    data["T_out"][10:13] += 6.0
    found = validate_unit(known, data, STATED, samples=SAMPLES)
    assert found.balance.flagged.sum() == 3
    assert any("energy balance" in reason and n == 3 for reason, n in found.left_out.items())
    assert found.comparisons["T_out"].points == POINTS - 3
    assert found.comparisons["T_out"].verdict == "agrees"


@needs_speed
def test_the_comparison_is_nothing_but_prediction_less_measurement(known):
    data = campaign(known)
    found = validate_unit(known, data, STATED, samples=SAMPLES)
    model = UnitModel.of(known, data)
    plain = model.predict(quantities=["T_out"]).values["T_out"][0]
    measured = data["T_out"].values[4:, 0]
    assert found.comparisons["T_out"].bias == pytest.approx(float((plain - measured).mean()), abs=1e-9)
    made = as_dataset(found)
    np.testing.assert_array_equal(made["T_out_measured"].values, measured)
    assert made["T_out_u_val"].attrs["units"] == "K"


# Without the compiler NumPy warns of lanes that overflow on their way to being dropped; a kernel does not.
@pytest.mark.filterwarnings("ignore:overflow encountered:RuntimeWarning")
@pytest.mark.filterwarnings("ignore:invalid value encountered:RuntimeWarning")
def test_a_unit_without_a_steady_state_anywhere_is_an_answer_not_a_crash():
    miner = with_numbers(chips__junction_to_plate="5 K/W", power__leakage_share="0.5")
    data = campaign(with_numbers(), points=12)
    with pytest.raises(InputError, match="no steady state"):
        validate_unit(miner, data, STATED, samples=32)


@needs_speed
def test_u_input_of_one_number_is_its_sensitivity_times_its_width(known):
    """Against a finite difference, with every other number made exact."""
    device = known.device
    for key, quantity in known.quantities.items():
        if key == "chips.chip_spread" or (quantity.is_uncertain and key != "chips.junction_to_plate"):
            section, name = key.split(".")
            part = getattr(device, section)
            # Chips that scatter add a draw of their own.
            exact = Quantity(0.0 if key == "chips.chip_spread" else quantity.nominal, quantity.unit)
            device = device.model_copy(update={section: part.model_copy(update={name: exact})})
    miner = Miner(device)
    data = campaign(miner, points=12)
    model = UnitModel.of(miner, data)
    assert list(uncertain_inputs(model)) == ["chips.junction_to_plate"]
    exact = {name: parse_instruments({name: "0 K"})[name] for name in ("T_in", "T_ambient")}
    found = input_uncertainty(model, exact, samples=256)
    up, down = (
        model.predict({"chips.junction_to_plate": 0.75 + step}, quantities=["T_chip_mean"]).values[
            "T_chip_mean"
        ]
        for step in (0.01, -0.01)
    )
    expected = 0.5 * (up - down)[0]
    np.testing.assert_allclose(found.point["T_chip_mean"], expected, rtol=0.05)
    assert found.mean["T_chip_mean"] == pytest.approx(float(expected.mean()), rel=0.05)


@needs_speed
def test_what_is_new_in_every_reading_is_in_u_input_of_a_point_and_not_of_the_mean(known):
    data = campaign(known, points=12)
    model = UnitModel.of(known, data)
    names = ("T_in", "volume_flow", "power_dc", "T_ambient")
    quiet, noisy = (
        input_uncertainty(
            model, instruments_for(data, parse_instruments({"T_in": spec}), names), samples=SAMPLES
        )
        for spec in ({"bias": "0.1 K", "noise": "0 K"}, {"bias": "0.1 K", "noise": "0.5 K"})
    )
    more = noisy.point["T_out"] ** 2 - quiet.point["T_out"] ** 2
    # An inlet that reads 0.5 K off moves the outlet by as much, less what the loss and the capacity take.
    np.testing.assert_allclose(np.sqrt(more), 0.5, rtol=0.03)
    assert noisy.mean["T_out"] == pytest.approx(quiet.mean["T_out"], rel=1e-9)


def test_a_single_record_knows_the_noise_of_what_drives_the_model(known):
    """The campaign's T_out follows the true inlet; an inlet noise of 0.5 K is the doubt of one record."""
    data = campaign(known, points=12, with_chips=False).isel(time=[8])
    stated = STATED | parse_instruments({"T_in": {"bias": "0.01 K", "noise": "0.5 K"}})
    found = validate_unit(known, data, stated, samples=8).comparisons["T_out"]
    assert found.points == 1
    assert found.u_random == pytest.approx(0.5, rel=0.03)


@needs_speed
def test_several_units_are_compared_together(known):
    one = campaign(known, points=12, with_chips=False)
    other = campaign(known, points=12, with_chips=False, unit="synthetic-2")
    both = xr.concat(
        [one, other], dim="unit", data_vars="minimal", coords="minimal", compat="override", join="outer"
    )
    found = validate_unit(known, both, STATED, samples=32)
    assert found.comparisons["T_out"].points == 24
    assert np.unique(found.model.points.unit).size == 2


@needs_speed
def test_chips_that_scatter_as_stated_do_not_make_a_right_model_biased():
    """Exact numbers, chips drawn anew for each of 20 campaigns: the hottest of them is off for good."""
    miner = _exact(with_numbers(chips__junction_to_plate="2 K/W", chips__chip_spread="0.2"))
    fine = _fine("0.3 %")
    called, within = dict.fromkeys(("T_chip_mean", "T_chip_max"), 0), []
    repeats = 20
    for seed in range(repeats):
        data = synthetic_campaign(miner, CampaignTruth({}, {}, NOISE), points=12, seed=seed)
        found = validate_unit(miner, data, fine, samples=8)
        for name in called:
            called[name] += found.comparisons[name].verdict == "biased"
        within.append(found.comparisons["T_chip_max"].within)
    # More than 4 of 20 at 5 % have a probability of 0.3 %.
    assert max(called.values()) <= 4
    assert np.mean(within) > 0.9
    one_by_one = validate_unit(miner, data, fine, samples=8, chip_order="rows")
    assert one_by_one.comparisons["T_chip"].within > 0.9


@needs_speed
def test_several_units_hold_their_places_once(known):
    """Two units: what the spread between them moves their mean by, by hand, apart from the samples."""
    miner = _exact(
        with_numbers(chips__junction_to_plate="2 K/W", chips__unit_spread="0.1"), chips__chip_spread="0"
    )
    parts = [
        synthetic_campaign(miner, CampaignTruth({}, {}, NOISE), points=12, seed=seed, unit=f"u{seed}")
        for seed in range(2)
    ]
    data = xr.concat(
        parts, dim="unit", data_vars="minimal", coords="minimal", compat="override", join="outer"
    )
    for n in (1, 2):
        model = UnitModel.of(miner, data.isel(unit=slice(0, n)))
        found = input_uncertainty(model, {}, samples=64)
        low, high = (
            model.predict({"chips.junction_to_plate": 2.0 * (1.0 + w)}, quantities=["T_chip_mean"])
            .values["T_chip_mean"]
            .mean()
            for w in (-0.1, 0.1)
        )
        moved = 0.5 * (high - low) / np.sqrt(n)
        own, mean = found.own["T_chip_mean"], found.mean["T_chip_mean"]
        assert (mean if n == 1 else own) == pytest.approx(moved, rel=0.05)
        # The room is not measured in a device's numbers: nothing else is uncertain.
        assert (own if n == 1 else mean) == pytest.approx(0.0, abs=0.01 * moved)


def _fine(share):
    """Instruments hardly in error."""
    kelvin = {"T_in": "0.02 K", "T_out": "0.02 K", "T_chip": "0.1 K", "T_ambient": "0.2 K"}
    return parse_instruments(kelvin | dict.fromkeys(("volume_flow", "power_dc", "power_ac"), share))


def _exact(miner, **texts):
    """All numbers of the device file exact, but for those that are given."""
    device = miner.device
    for key, quantity in miner.quantities.items():
        section, name = key.split(".")
        text = texts.get(f"{section}__{name}")
        plain = (
            Quantity(quantity.nominal, quantity.unit) if text is None else Quantity.parse(text, quantity.unit)
        )
        device = device.model_copy(
            update={section: getattr(device, section).model_copy(update={name: plain})}
        )
    return Miner(device)


@pytest.fixture(scope="module")
def on_the_edge():
    """A unit whose chips are steady everywhere, but for the hottest one of its hotter states."""
    given = {
        "chips__junction_to_plate": "4.1 K/W",
        "chips__unit_spread": "0",
        "chips__chip_spread": "0.12",
        "power__leakage_scale": "36 K",
        "power__leakage_share": "0.08",
        "power__reference_temperature": "70 degC",
    }
    return _exact(with_numbers(**given))


@needs_speed
def test_a_chip_that_runs_away_is_left_out_of_the_hottest_chip_alone(on_the_edge, known):
    data = campaign(known, points=24)
    model = UnitModel.of(on_the_edge, data)
    plain = model.predict()
    solved = plain.status[0] == 0
    lost = ~np.isfinite(plain.values["T_chip_max"][0])
    assert (lost & solved[:, None]).any()
    assert not lost.all()
    found = validate_unit(on_the_edge, data, _fine("0.1 %"), samples=16)
    c = found.comparisons
    assert c["T_out"].values == (solved & found.used).sum()
    assert c["T_chip_max"].values == (~lost & found.used[:, None]).sum()
    # Another chip runs away in some samples of the instruments' errors: counted, for its quantity alone.
    assert 0 < found.inputs.lost["T_chip_max"] < 16
    assert found.inputs.lost["T_out"] == found.inputs.lost["T_chip_mean"] == 0
    assert found.inputs.failed == 0
    assert all(np.isfinite(one.u_bias) for one in c.values())


@needs_speed
def test_a_quantity_whose_doubt_is_not_known_is_skipped_alone(on_the_edge, known, monkeypatch):
    """Were four samples too few, no hottest chip would be compared; everything else still is."""
    from hashheat.validation import input_uncertainty as module

    model = UnitModel.of(on_the_edge, campaign(known, points=24))
    plain = module.input_uncertainty(model.subset(model.predict().status[0] == 0), _fine("0.1 %"), 16)
    monkeypatch.setattr(module, "_FEWEST", 16 - plain.lost["T_chip_max"] + 1)
    found = validate_unit(on_the_edge, campaign(known, points=24), _fine("0.1 %"), samples=16)
    assert "runs away" in found.skipped["T_chip_max"]
    assert {"T_out", "T_chip_mean", "power_ac"} == set(found.comparisons)
