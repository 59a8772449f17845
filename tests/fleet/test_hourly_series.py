"""Hourly files: what is accepted, what is counted, and what is refused, and under which name."""

from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from hashheat.fleet.hourly_series import join_series, read_network, read_prices, read_weather
from hashheat.fleet.series_errors import (
    DuplicateTimeError,
    GapError,
    MagnitudeError,
    SeriesError,
    TimeOrderError,
    TimeZoneError,
)
from hashheat.fleet.series_record import series_records
from hashheat.thermo.errors import InputError

GERMAN = (
    Path(__file__).resolve().parents[2].parent
    / "shared" / "reference" / "district" / "prices" / "de_day_ahead_2023.csv"
)  # fmt: skip
MWH = 3.6e9


def csv(tmp_path, header, rows, name="a.csv"):
    path = tmp_path / name
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def hours(start, values, step="1h"):
    """Rows of naive stamps from a start, with a step."""
    n, unit = int(step[:-1]), step[-1]
    times = np.datetime64(start) + np.arange(len(values)) * np.timedelta64(n, unit)
    return [f"{t},{v}" for t, v in zip(times, values)]


def record(data):
    (only,) = series_records(data)
    return only


def test_weather_in_si_over_utc(tmp_path):
    rows = ["2023-01-01 00:00,-5,3,0", "2023-01-01 01:00,-4.5,2.5,10"]
    path = csv(tmp_path, "time [+02:00],T_outdoor [degC],wind_speed [km/h],irradiance [W/m2]", rows)
    data = read_weather(path)
    assert data["time"].values[0] == np.datetime64("2022-12-31T22:00")
    np.testing.assert_allclose(data["T_outdoor"], [268.15, 268.65], rtol=1e-14)
    np.testing.assert_allclose(data["wind_speed"], [3 / 3.6, 2.5 / 3.6], rtol=1e-12)
    assert data["T_outdoor"].attrs["units"] == "K"
    assert record(data).zone == "+02:00"
    back = tmp_path / "w.nc"
    data.to_netcdf(back, engine="h5netcdf")
    with xr.open_dataset(back, engine="h5netcdf") as again:
        assert record(again) == record(data)
        assert np.array_equal(again["time"].values, data["time"].values)


def test_west_of_greenwich(tmp_path):
    path = csv(tmp_path, "time [-05:30],T_outdoor [degC]", hours("2023-01-01T00:00", [1, 2]))
    assert read_weather(path)["time"].values[0] == np.datetime64("2023-01-01T05:30")


def test_fahrenheit_has_an_offset(tmp_path):
    path = csv(tmp_path, "time [UTC],T_outdoor [degF]", hours("2023-01-01T00:00", [32, 50]))
    np.testing.assert_allclose(read_weather(path)["T_outdoor"], [273.15, 283.15], rtol=1e-12)


def test_network(tmp_path):
    rows = ["2023-01-01T00:00Z,8,80,45", "2023-01-01T01:00Z,7500e-3,79,45"]
    path = csv(tmp_path, "time,demand [MW],T_supply [degC],T_return [degC]", rows)
    np.testing.assert_allclose(read_network(path)["demand"], [8e6, 7.5e6])
    path = csv(
        tmp_path, "time,demand [MW],T_supply [degC],T_return [degC]", [rows[0], "2023-01-01T01:00Z,7,40,45"]
    )
    with pytest.raises(MagnitudeError, match="not warmer than the return"):
        read_network(path)


def test_hash_price(tmp_path):
    path = csv(tmp_path, "time [UTC],hash_price [EUR/(PH/s)/day]", hours("2023-01-01T00:00", [50, 50]))
    data = read_prices(path)
    # A petahash a second for a day is 8.64e19 hashes.
    np.testing.assert_allclose(data["hash_price"] * 8.64e19, 50.0, rtol=1e-12)


def test_semicolons_decimal_commas_and_german_dates(tmp_path):
    path = csv(tmp_path, "time [UTC];price [EUR/MWh]", ["01.02.2023 00:00;12,5", "01.02.2023 01:00;-3,25"])
    data = read_prices(path)
    np.testing.assert_allclose(data["electricity_price"] * MWH, [12.5, -3.25])
    assert data["time"].values[0] == np.datetime64("2023-02-01T00:00")  # day first


# --- daylight saving ---


def berlin_rows():
    """A year of hours of Berlin's clock without offsets; the value is the number of the hour in UTC."""
    path_rows = []
    for i in range(8760):
        utc = np.datetime64("2022-12-31T23:00") + i * np.timedelta64(1, "h")
        summer = np.datetime64("2023-03-26T01:00") <= utc < np.datetime64("2023-10-29T01:00")
        path_rows.append(f"{utc + np.timedelta64(2 if summer else 1, 'h')},{20 + i % 7}")
    return path_rows


def test_local_time_with_a_missing_and_a_repeated_hour(tmp_path):
    path = csv(tmp_path, "time [Europe/Berlin],price [EUR/MWh]", berlin_rows())
    data = read_prices(path)
    assert data.sizes["time"] == 8760
    assert np.all(np.diff(data["time"].values) == np.timedelta64(1, "h"))
    np.testing.assert_allclose(data["electricity_price"] * MWH, 20 + np.arange(8760) % 7)
    assert record(data).interpolated == {}


def test_quarters_of_the_repeated_hour(tmp_path):
    times = ["02:00", "02:15", "02:30", "02:45"] * 2 + ["03:00", "03:15", "03:30", "03:45"]
    rows = [f"2023-10-29 {t},{v}" for t, v in zip(times, [10] * 4 + [20] * 4 + [30, 40, 50, 60])]
    data = read_prices(csv(tmp_path, "time [Europe/Berlin],price [EUR/MWh]", rows))
    np.testing.assert_allclose(data["electricity_price"] * MWH, [10, 20, 45])
    assert data["time"].values[0] == np.datetime64("2023-10-29T00:00")
    assert record(data).rows_an_hour == 4


def test_local_file_that_hides_the_repeated_hour(tmp_path):
    rows = berlin_rows()
    at = next(i for i, row in enumerate(rows) if row.startswith("2023-10-29T02:00"))
    with pytest.raises(TimeZoneError, match="show this hour twice") as error:
        read_prices(csv(tmp_path, "time [Europe/Berlin],price [EUR/MWh]", rows[:at] + rows[at + 1 :]))
    assert error.value.key == f"time, line {at + 2}"


def test_utc_that_claims_to_be_local_time(tmp_path):
    rows = hours("2023-03-25T00:00", [50] * 72)
    path = csv(tmp_path, "time,price [EUR/MWh]", rows)
    assert read_prices(path, zone="UTC").sizes["time"] == 72
    with pytest.raises(TimeZoneError, match="skip this hour") as error:
        read_prices(path, zone="Europe/Berlin")
    assert "2023-03-26T02:00" in error.value.found


def test_local_time_that_claims_to_be_utc(tmp_path):
    with pytest.raises((GapError, DuplicateTimeError)):
        read_prices(csv(tmp_path, "time [UTC],price [EUR/MWh]", berlin_rows()))


def test_no_zone_two_zones_unknown_zone(tmp_path):
    rows = hours("2023-01-01T00:00", [50, 60])
    with pytest.raises(TimeZoneError, match="have no zone"):
        read_prices(csv(tmp_path, "time,price [EUR/MWh]", rows))
    with pytest.raises(TimeZoneError, match="different zones"):
        read_prices(csv(tmp_path, "time [UTC],price [EUR/MWh]", rows), zone="Europe/Berlin")
    for wrong in ("Europe/Atlantis", "+25:00", "../etc"):
        with pytest.raises(TimeZoneError, match="zone"):
            read_prices(csv(tmp_path, "time,price [EUR/MWh]", rows), zone=wrong)
    with pytest.raises(TimeZoneError, match="others do not"):
        read_prices(csv(tmp_path, "time,price [EUR/MWh]", ["2023-01-01T00:00Z,5", "2023-01-01T01:00,5"]))


def test_zone_in_a_comment(tmp_path):
    rows = ["# zone: Europe/Berlin", *hours("2023-07-01T00:00", [50, 60])]
    path = csv(tmp_path, "time,price [EUR/MWh]", rows)
    assert read_prices(path)["time"].values[0] == np.datetime64("2023-06-30T22:00")
    with pytest.raises(TimeZoneError, match="different zones"):
        read_prices(path, zone="UTC")
    # A file that says Berlin and carries the offsets of London.
    rows = ["# time zone: Europe/Berlin", *(f"2023-07-01T{h:02}:00+01:00,50" for h in range(3))]
    with pytest.raises(TimeZoneError, match="3 time stamps carry another offset"):
        read_prices(csv(tmp_path, "time,price [EUR/MWh]", rows))


@pytest.mark.parametrize(
    "stamp", ["9999-01-01T00:00", "0001-01-01T00:00", "1700-01-01T00:00", "2200-01-01T00:00"]
)
def test_years_that_cannot_be_meant(tmp_path, stamp):
    rows = sorted([*hours("2023-01-01T00:00", [1, 2]), f"{stamp},3"])
    with pytest.raises(SeriesError):
        read_weather(csv(tmp_path, "time [UTC],T_outdoor [degC]", rows))


def test_rows_far_apart(tmp_path):
    rows = [*hours("2023-01-01T00:00", [1, 2, 3]), "2026-01-01T00:00,4"]
    with pytest.raises(GapError, match="most of the time"):
        read_weather(csv(tmp_path, "time [UTC],T_outdoor [degC]", rows))


pieces = st.sampled_from(
    ["time", "T_outdoor", "[degC]", " [UTC]", "2023-01-01T00:00", "2023-01-01T01:00", "+01:00", "Z", ",", ";",
     "\n", "1", "-5.5", "nan", "inf", "1e400", '"', "#", " ", "\r", "\t", "zone: X", "9999-12-31 23:00",
     "01.13.2023 00:00", "\x00", "é"]
)  # fmt: skip


@given(st.lists(pieces, max_size=40), st.booleans())
def test_only_named_errors_leave_a_reader(tmp_path_factory, found, whole):
    text = "".join(found)
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_text(("time [UTC],T_outdoor [degC]\n" if whole else "") + text, encoding="utf-8")
    try:
        data = read_weather(path)
    except InputError:
        return
    assert np.all(np.isfinite(data["T_outdoor"]))


def test_offsets_against_the_zone_stated(tmp_path):
    rows = [f"2023-07-01T{h:02}:00+01:00,50" for h in range(4)]  # Berlin is at +02:00 in July
    path = csv(tmp_path, "time,price [EUR/MWh]", rows)
    assert read_prices(path)["time"].values[0] == np.datetime64("2023-06-30T23:00")
    with pytest.raises(TimeZoneError, match="4 time stamps carry another offset"):
        read_prices(path, zone="Europe/Berlin")
    mended = read_prices(path, zone="Europe/Berlin", wrong_offsets="mend")
    assert mended["time"].values[0] == np.datetime64("2023-06-30T22:00")
    assert record(mended).mended_offsets == 4


# --- order, duplicates, gaps ---


def test_time_that_goes_back(tmp_path):
    rows = hours("2023-01-01T00:00", [1, 2, 3])
    with pytest.raises(TimeOrderError, match="goes back"):
        read_weather(csv(tmp_path, "time [UTC],T_outdoor [degC]", [rows[1], rows[0], rows[2]]))


def test_times_off_the_grid(tmp_path):
    rows = [*hours("2023-01-01T00:00", [1, 2, 3]), "2023-01-01T03:07,4"]
    with pytest.raises(TimeOrderError, match="do not lie on the grid"):
        read_weather(csv(tmp_path, "time [UTC],T_outdoor [degC]", rows))
    with pytest.raises(TimeOrderError, match="neither hours nor equal parts"):
        read_weather(csv(tmp_path, "time [UTC],T_outdoor [degC]", hours("2023-01-01T00:00", [1, 2, 3], "3h")))


def test_duplicates(tmp_path):
    rows = hours("2023-01-01T00:00", [1, 2, 3])
    same = csv(tmp_path, "time [UTC],T_outdoor [degC]", [rows[0], rows[1], rows[1], rows[2]])
    data = read_weather(same)
    assert data.sizes["time"] == 3
    assert record(data).equal_duplicates == 1
    other = csv(tmp_path, "time [UTC],T_outdoor [degC]", [rows[0], rows[1], "2023-01-01T01:00,4", rows[2]])
    with pytest.raises(DuplicateTimeError, match="1 times stand in several rows"):
        read_weather(other)
    data = read_weather(other, duplicates="mean")
    np.testing.assert_allclose(data["T_outdoor"] - 273.15, [1, 3, 3], atol=1e-12)
    assert record(data).averaged_duplicates == 1


def test_short_gaps_lie_on_a_line_and_are_counted(tmp_path):
    rows = hours("2023-01-01T00:00", [0, 1, "", "nan", 4, 5, 6, 7])
    data = read_weather(csv(tmp_path, "time [UTC],T_outdoor [degC]", [*rows[:6], *rows[7:]]))
    np.testing.assert_allclose(data["T_outdoor"] - 273.15, np.arange(8), atol=1e-11)
    kept = record(data)
    assert (kept.rows, kept.hours, kept.missing_rows, kept.longest_gap) == (7, 8, 3, 2)
    assert kept.interpolated == {"T_outdoor": 3}
    assert any("3 values interpolated" in line for line in kept.lines())


@pytest.mark.parametrize("values", [[0, "", "", "", "", 5], ["", 1, 2], [0, 1, "n/a"]])
def test_long_gaps_and_gaps_at_the_ends(tmp_path, values):
    path = csv(tmp_path, "time [UTC],T_outdoor [degC]", hours("2023-01-01T00:00", values))
    with pytest.raises(GapError, match="without a value"):
        read_weather(path)


def test_prices_are_not_made_up(tmp_path):
    path = csv(tmp_path, "time [UTC],price [EUR/MWh]", hours("2023-01-01T00:00", [40, "", 60]))
    with pytest.raises(GapError):
        read_prices(path)
    assert read_prices(path, longest_gap=1)["electricity_price"][1] * MWH == pytest.approx(50)


def test_quarters_are_averaged_and_cut_off_hours_left(tmp_path):
    rows = hours("2023-01-01T00:30", np.arange(11), "15m")
    data = read_weather(csv(tmp_path, "time [UTC],T_outdoor [degC]", rows))
    assert data["time"].values[0] == np.datetime64("2023-01-01T01:00")
    np.testing.assert_allclose(data["T_outdoor"] - 273.15, [3.5, 7.5], atol=1e-11)


def test_stamps_at_the_end(tmp_path):
    path = csv(tmp_path, "time [UTC],T_outdoor [degC]", hours("2023-01-01T01:00", [1, 2]))
    assert read_weather(path, stamp="end")["time"].values[0] == np.datetime64("2023-01-01T00:00")


# --- units and titles ---


def test_price_in_the_wrong_unit(tmp_path):
    values = [0.08, 0.12, -0.01, 0.3]
    rows = hours("2023-01-01T00:00", values)
    right = read_prices(csv(tmp_path, "time [UTC],price [EUR/kWh]", rows))
    np.testing.assert_allclose(right["electricity_price"] * MWH, 1e3 * np.array(values))
    with pytest.raises(MagnitudeError, match="size of 'price") as error:
        read_prices(csv(tmp_path, "time [UTC],price [EUR/MWh]", rows))
    assert "1.5 to 3000" in error.value.accepted
    with pytest.raises(MagnitudeError):
        read_prices(csv(tmp_path, "time [UTC],price [EUR/kWh]", hours("2023-01-01T00:00", [80, 120, 90, 70])))
    zero = read_prices(csv(tmp_path, "time [UTC],heat_price [EUR/MWh]", hours("2023-01-01T00:00", [0, 0])))
    assert np.all(zero["heat_price"] == 0.0)


def test_kelvin_as_degrees(tmp_path):
    path = csv(tmp_path, "time [UTC],T_outdoor [degC]", hours("2023-01-01T00:00", [272.4, 273.0]))
    with pytest.raises(MagnitudeError, match="2 values") as error:
        read_weather(path)
    assert error.value.key == "T_outdoor, line 2"


def test_titles(tmp_path):
    rows = hours("2023-01-01T00:00", [1, 2])
    for header, match in [
        ("time [UTC],T_outdor [degC]", "did you mean 'T_outdoor"),
        ("time [UTC],T_outdoor", "does not state a unit"),
        ("time [UTC],T_outdoor [MW]", "not a unit of temperature"),
        ("when,T_outdoor [degC]", "unknown column"),
        ("time [UTC],wind_speed [m/s]", "a column is missing"),
    ]:
        with pytest.raises(SeriesError if "unit of" not in match else Exception, match=match):
            read_weather(csv(tmp_path, header, rows))
    foreign = csv(tmp_path, "time [UTC],Lufttemperatur,Note", [row + ",x" for row in rows])
    data = read_weather(foreign, titles={"Lufttemperatur": "T_outdoor [degC]"}, ignore=["Note"])
    assert record(data).ignored == ("Note",)
    with pytest.raises(SeriesError, match="same name"):
        read_prices(
            csv(tmp_path, "time [UTC],price [EUR/MWh],electricity_price [EUR/MWh]", ["2023-01-01T00:00,5,5"])
        )


@pytest.mark.parametrize(
    ("rows", "match"),
    [
        (["2023-01-01T00:00,1", "2023-01-01T01:00,x"], "not a number"),
        (["2023-01-01T00:00,1", "2023-01-01T01:00,inf"], "not a number"),
        (["2023-01-01T00:00,1", "2023-01-01T01:00"], "a row of 1 values"),
        (["2023-01-01T00:00,1", "2023-13-01T01:00,2"], "cannot be read"),
        (["2023-01-01T00:00,1"], "too few rows"),
        ([], "too few rows"),
    ],
)
def test_rows_that_cannot_be_used(tmp_path, rows, match):
    with pytest.raises(SeriesError, match=match):
        read_weather(csv(tmp_path, "time [UTC],T_outdoor [degC]", rows))


def test_files_that_cannot_be_used(tmp_path):
    with pytest.raises(SeriesError, match="not found"):
        read_weather(tmp_path / "none.csv")
    empty = tmp_path / "empty.csv"
    empty.write_text("# nothing\n", encoding="utf-8")
    with pytest.raises(SeriesError, match="empty"):
        read_weather(empty)
    with pytest.raises(SeriesError, match="word"):
        read_weather(empty, stamp="middle")


# --- together ---


def test_join(tmp_path):
    weather = read_weather(csv(tmp_path, "time [UTC],T_outdoor [degC]", hours("2023-01-01T00:00", [1] * 5)))
    rows = hours("2023-01-01T02:00", [50] * 5)
    prices = read_prices(csv(tmp_path, "time [UTC],price [EUR/MWh]", rows, "b.csv"))
    both = join_series(weather, prices)
    assert both.sizes["time"] == 3
    assert [r.file for r in series_records(both)] == ["a.csv", "b.csv"]
    with pytest.raises(SeriesError, match="two parts"):
        join_series(weather, weather)
    with pytest.raises(TimeOrderError, match="do not share"):
        join_series(weather, prices.isel(time=[3, 4]))


@pytest.mark.skipif(not GERMAN.is_file(), reason="German day-ahead prices of 2023 are not beside the project")
def test_german_prices_of_2023():
    """Figures of the price table: shared/knowledge/district_heating.md, 3.5; three stamps have a wrong offset."""
    with pytest.raises(DuplicateTimeError):
        read_prices(GERMAN)
    with pytest.raises(TimeZoneError, match="3 time stamps"):
        read_prices(GERMAN, zone="Europe/Berlin")
    data = read_prices(GERMAN, zone="Europe/Berlin", wrong_offsets="mend")
    price = data["electricity_price"].values * MWH
    assert price.size == 8760
    assert np.all(np.diff(data["time"].values) == np.timedelta64(1, "h"))
    assert price.mean() == pytest.approx(95.18, abs=0.005)
    assert (price.min(), price.max()) == pytest.approx((-500.0, 524.27))
    negative = price < 0
    assert negative.sum() == 301
    assert (
        np.count_nonzero(np.diff(negative.astype(int)) == 1) == 49
    )  # and one run that began the year before
    assert record(data).mended_offsets == 3
