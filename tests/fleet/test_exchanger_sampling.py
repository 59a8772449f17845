"""Samples of an exchanger: each is the rating of an exchanger with the sample's numbers."""

import numpy as np
import pytest

from hashheat.components.exchanger_file import load_exchanger
from hashheat.components.exchanger_oversurface import oversurface
from hashheat.components.exchanger_plate import LIBRARY as PLATES
from hashheat.components.plate_exchanger import PlateHeatExchanger
from hashheat.fleet.exchanger_sampling import draw, port_velocity_key, rate_samples, sampled_keys
from hashheat.thermo.quantity import Quantity

UNIT = """\
name = "of the tests"
plate = "own.toml"
plates = 10
correlation = "kumar"

[hot]
T_in = "78 .. 82 degC"
mass_flow = "1 +/- 0.05 kg/s"
fouling = "1e-5 .. 3e-5 m^2 K/W"

[cold]
T_in = "20 degC"
volume_flow = "3 .. 4 m^3/h"

[duty]
heat_rate = "50 .. 60 kW"
"""

_GEOMETRY = {
    f"plate.{name}"
    for name in (
        "area",
        "width",
        "flow_length",
        "port_diameter",
        "gap",
        "enlargement",
        "thickness",
        "conductivity",
    )
}

# Kumar's Nu and f do not depend on the enlargement, so that a sample is all of an exchanger of its own.


@pytest.fixture
def unit(tmp_path):
    path = tmp_path / "unit.toml"
    # The area of a shipped size has no spread.
    plate = (PLATES / "g-010.toml").read_text(encoding="utf-8")
    assert plate.count('"0.1 m^2"') == 1
    (tmp_path / "own.toml").write_text(plate.replace('"0.1 m^2"', '"0.09 .. 0.11 m^2"'), encoding="utf-8")

    def read(text=UNIT):
        path.write_text(text, encoding="utf-8")
        return load_exchanger(path)

    return read


def _with(section, values):
    """Section with the nominal values of some keys replaced."""
    update = {}
    for key, value in values.items():
        update[key] = Quantity(float(value), getattr(section, key).unit)
    return section.model_copy(update=update)


def test_a_sample_is_the_rating_of_its_own_exchanger(unit):
    file = unit()
    exchanger = file.exchanger()
    drawn = draw(file, 16)
    found = rate_samples(file, exchanger, drawn)
    assert not found["sample_status"][1].any()
    plate = file.plate_file
    names = (
        "area",
        "width",
        "flow_length",
        "port_diameter",
        "gap",
        "enlargement",
        "thickness",
        "conductivity",
    )
    for i in (0, 7, 15):
        own = plate.model_copy(
            update={
                "plate": _with(plate.plate, {n: drawn[f"plate.{n}"][i] for n in names}),
                "correlation": _with(
                    plate.correlation,
                    {n: drawn[f"plate.correlation.{n}"][i] for n in ("Nu_factor", "f_factor", "port_loss")},
                ),
            }
        )
        one = PlateHeatExchanger(
            own,
            10,
            pressures=exchanger.pressures,
            fouling=(float(drawn["hot.fouling"][i]), 0.0),
            correlation="kumar",
        )
        cold = _with(file.cold, {"volume_flow": drawn["cold.volume_flow"][i]})
        point = file.model_copy(update={"cold": cold}).operating_point()
        rated = one.rate(
            hot_mass_flow=drawn["hot.mass_flow"][i],
            cold_mass_flow=point["cold_mass_flow"],
            hot_T_in=drawn["hot.T_in"][i],
            cold_T_in=drawn["cold.T_in"][i],
        )
        for name, (_, values) in found.items():
            if name != "sample_status":
                expected = rated[name.removeprefix("sample_")].values
                np.testing.assert_allclose(values[i], expected, rtol=1e-5, err_msg=name)


def test_what_is_drawn_is_what_is_uncertain_and_counts(unit):
    keys = sampled_keys(unit())
    assert {"hot.T_in", "hot.mass_flow", "hot.fouling", "cold.volume_flow", "duty.heat_rate"} < set(keys)
    assert {"plate.gap", "plate.correlation.Nu_factor", "plate.limits.max_port_velocity"} < set(keys)
    # A port distance has no part in the model, a price none in the rating.
    assert not {"plate.port_distance", "plate.price.fixed", "cold.T_in"} & set(keys)


def test_an_own_limit_of_the_ports_stands_for_that_of_the_plate(unit):
    file = unit(UNIT + '\n[limits]\nport_velocity = "3 .. 4 m/s"\n')
    assert port_velocity_key(file) == "limits.port_velocity"
    assert "limits.port_velocity" in sampled_keys(file)
    assert "plate.limits.max_port_velocity" not in sampled_keys(file)


def test_samples_hold_the_nominal_value_where_nothing_is_uncertain(unit):
    drawn = draw(unit(), 16)
    assert np.all(drawn["cold.T_in"] == 293.15)
    assert np.ptp(drawn["hot.T_in"]) > 3.0
    again = draw(unit(), 16)
    np.testing.assert_array_equal(drawn["plate.gap"], again["plate.gap"])


@pytest.mark.parametrize(
    ("old", "new", "key", "bounds"),
    [
        # The plate bears 150 degC, below the boiling line at 6 bar (158.8 degC).
        ('"78 .. 82 degC"', '"78 .. 182 degC"', "hot.T_in", (-np.inf, 423.15)),
        ('"20 degC"', '"2 +/- 1.5 degC"', "cold.T_in", (273.16, np.inf)),
    ],
)
def test_samples_that_cannot_be_are_counted_without_a_steady_state(unit, old, new, key, bounds):
    file = unit(UNIT.replace(old, new))
    drawn = draw(file, 64)
    found = {name: values for name, (_, values) in rate_samples(file, file.exchanger(), drawn).items()}
    can = (drawn[key] > bounds[0]) & (drawn[key] < bounds[1])
    assert 0 < can.sum() < 64
    np.testing.assert_array_equal(found["sample_status"] == 0, can)
    np.testing.assert_array_equal(np.isfinite(found["sample_heat_rate"]), can)
    # The others are rated as if those had not been drawn.
    alone = {name: values[can] for name, values in drawn.items()}
    again = rate_samples(file, file.exchanger(), alone)["sample_heat_rate"][1]
    np.testing.assert_allclose(found["sample_heat_rate"][can], again, rtol=1e-12)


def test_a_file_of_which_no_sample_can_be(unit):
    file = unit(UNIT)
    drawn = draw(file, 16)
    drawn["cold.T_in"] = np.full(16, 270.0)
    found = rate_samples(file, file.exchanger(), drawn)
    assert (found["sample_status"][1] != 0).all()
    assert np.isnan(found["sample_T_out"][1]).all()


@pytest.mark.parametrize("asked", ['heat_rate = "112 kW"', 'hot_T_out = "53 degC"', 'cold_T_out = "47 degC"'])
def test_a_sample_keeps_an_oversurface_where_its_own_is_as_large(unit, asked):
    text = UNIT.replace('heat_rate = "50 .. 60 kW"', asked) + '\n[limits]\noversurface = "0 .. 80 %"\n'
    file = unit(text)
    drawn = draw(file, 16)
    held = rate_samples(file, file.exchanger(), drawn)["sample_holds_oversurface"][1]
    assert 0.0 < held.mean() < 1.0
    plate = file.plate_file
    for i in range(0, 16, 3):
        own = plate.model_copy(
            update={
                "plate": _with(
                    plate.plate, {n.removeprefix("plate."): drawn[n][i] for n in drawn if n in _GEOMETRY}
                ),
                "correlation": _with(
                    plate.correlation,
                    {n: drawn[f"plate.correlation.{n}"][i] for n in ("Nu_factor", "f_factor", "port_loss")},
                ),
            }
        )
        one = PlateHeatExchanger(own, 10, fouling=(float(drawn["hot.fouling"][i]), 0.0), correlation="kumar")
        same = file.model_copy(
            update={
                "hot": _with(file.hot, {k: drawn[f"hot.{k}"][i] for k in ("T_in", "mass_flow")}),
                "cold": _with(file.cold, {"volume_flow": drawn["cold.volume_flow"][i]}),
            }
        )
        spare = oversurface(one, same.asked_duty())
        assert held[i] == (spare >= drawn["limits.oversurface"][i])
