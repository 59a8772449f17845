"""The Dataset of a rated exchanger: definitions, labels, and that it can be written."""

import numpy as np
import pytest
import xarray as xr
from CoolProp.CoolProp import PropsSI

from hashheat.components.errors import ExchangerError, MaldistributionError
from hashheat.components.exchanger_results import raise_status
from hashheat.components.plate_exchanger import PlateHeatExchanger
from hashheat.components.variables import VARIABLES
from hashheat.solvers import plate_rating as pr


@pytest.fixture(scope="module")
def exchanger(plate_file):
    return PlateHeatExchanger(plate_file(), 12, passes=(2, 1), fouling=(2e-5, 0.0))


@pytest.fixture(scope="module")
def found(exchanger):
    return exchanger.rate(hot_mass_flow=1.5, cold_mass_flow=2.5, hot_T_in=350.0, cold_T_in=310.0)


def test_every_variable_is_labelled(found):
    assert found["side"].values.tolist() == ["hot", "cold"]
    for name in found.data_vars:
        assert found[name].attrs["units"] == VARIABLES[name][0]
        assert found[name].attrs["long_name"] == VARIABLES[name][1]
        assert np.isfinite(found[name].values).all()


def test_attributes_say_what_was_rated(found):
    assert found.attrs["plate"] == "test plate"
    assert (found.attrs["plates"], found.attrs["passes"]) == (12, [2, 1])
    assert found.attrs["area"] == pytest.approx(10 * 0.4)
    assert (found.attrs["correlation"], found.attrs["chevron_angle"]) == ("martin", 60.0)
    assert found.attrs["pressures_pascal"] == [6e5, 6e5]


def test_definitions_hold(found):
    """Capacity flows by CoolProp's enthalpies between inlet and outlet."""
    heat = float(found["heat_rate"])
    hot, cold = found["T_in"].values
    hot_out, cold_out = found["T_out"].values
    C = []
    for m, one, other in ((1.5, hot, hot_out), (2.5, cold, cold_out)):
        h = [PropsSI("H", "T", T, "P", 6e5, "Water") for T in (one, other)]
        C.append(m * (h[1] - h[0]) / (other - one))
    np.testing.assert_allclose(found["NTU"].values, float(found["UA"]) / np.array(C), rtol=1e-5)
    assert float(found["effectiveness"]) == pytest.approx(heat / min(C) / (hot - cold), rel=1e-5)
    assert float(found["approach"]) == pytest.approx(min(hot - cold_out, hot_out - cold))
    assert float(found["UA"]) == pytest.approx(float(found["U"]) * found.attrs["area"])
    parts = found["channel_pressure_drop"] + found["port_pressure_drop"]
    np.testing.assert_array_equal(found["pressure_drop"].values, parts.values)


def test_velocities_are_those_of_a_channel_and_of_a_port(found):
    """11 channels: 6 hot in two passes, 5 cold in one."""
    for side, (m, in_pass) in enumerate(((1.5, 3.0), (2.5, 5.0))):
        T = 0.5 * float(found["T_in"][side] + found["T_out"][side])
        rho = PropsSI("D", "T", T, "P", 6e5, "Water")
        speed = m / in_pass / rho / (0.4 * 2.5e-3)
        assert float(found["channel_velocity"][side]) == pytest.approx(speed, rel=1e-5)
        speed = m / rho / (0.25 * np.pi * 0.15**2)
        assert float(found["port_velocity"][side]) == pytest.approx(speed, rel=1e-5)


def test_fields_of_a_single_case(found, plate_file):
    """Channel flows add up in each pass; in counterflow each fluid changes along its way, walls lie between."""
    assert found["T_fluid"].dims == ("channel", "node")
    flows = found["channel_mass_flow"].groupby(found["channel_pass"]).sum()
    np.testing.assert_allclose(flows.values, [1.5, 1.5, 2.5], rtol=1e-9)
    x = found["x"].values
    assert np.all((x > 0.0) & (x < 1.0) & (np.diff(x, prepend=0.0) > 0.0))
    simple = PlateHeatExchanger(plate_file(), 8)
    counter = simple.rate(hot_mass_flow=1.5, cold_mass_flow=2.5, hot_T_in=350.0, cold_T_in=310.0)
    along = np.diff(counter["T_fluid"].values, axis=1)
    along[counter["upward"].values == 0] *= -1.0
    drop = counter["T_fluid"].values - counter["T_wall"].values
    hot = counter["channel_side"].values == 0
    for values in (-along, drop):
        assert np.all(values[hot] > 0.0)
        assert np.all(values[~hot] < 0.0)


def test_the_approach_has_the_sign_of_the_warmer_side(exchanger):
    """The cold side may be the warmer: the approach stays positive, the heat turns negative."""
    turned = exchanger.rate(hot_mass_flow=1.5, cold_mass_flow=2.5, hot_T_in=310.0, cold_T_in=350.0)
    assert float(turned["approach"]) > 0.0
    assert float(turned["heat_rate"]) < 0.0
    assert 0.0 < float(turned["effectiveness"]) < 1.0


def test_a_result_can_be_written_and_read_back(found, tmp_path):
    found.to_netcdf(tmp_path / "rated.nc", engine="h5netcdf")
    with xr.open_dataset(tmp_path / "rated.nc", engine="h5netcdf") as again:
        xr.testing.assert_equal(found, again.load())


def test_the_first_failing_case_is_named(exchanger):
    columns = [np.array([1.0, 2.0, 3.0]), np.array([4.0, 5.0, 6.0]), np.full(3, 350.0), np.full(3, 310.0)]
    raise_status(exchanger, np.zeros(3, dtype=int), columns)
    with pytest.raises(MaldistributionError, match=r"hot 2 kg/s at 76\.85 degC, cold 5 kg/s.*2 of 3 cases"):
        raise_status(exchanger, np.array([pr.OK, pr.REVERSED_CHANNEL, pr.NOT_CONVERGED]), columns)
    for code in (pr.NOT_CONVERGED, pr.OUT_OF_RANGE, pr.UNRESOLVED):
        with pytest.raises(ExchangerError, match=pr.STATUS[code]) as caught:
            raise_status(exchanger, np.array([pr.OK, pr.OK, code]), columns)
        assert type(caught.value) is ExchangerError


def test_a_result_says_where_it_leaves_the_validity_of_the_correlation(exchanger):
    """Martin holds from Re 200 to 10000; a side at rest is not judged."""
    state = {"hot_mass_flow": 1.5, "hot_T_in": 350.0, "cold_T_in": 310.0}
    assert exchanger.rate(cold_mass_flow=1.5, **state).attrs["outside_validity"] == ""
    assert exchanger.rate(cold_mass_flow=0.0, **state).attrs["outside_validity"] == ""
    far = exchanger.rate(cold_mass_flow=np.array([1.5, 200.0]), **state)
    assert "outside 200 to 10000" in far.attrs["outside_validity"]
    assert f"{float(far.Re_max.max()):.4g}" in far.attrs["outside_validity"]
