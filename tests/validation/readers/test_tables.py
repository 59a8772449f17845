"""CSV, Parquet and their column maps: units, places, times, and the name of every fault."""

import tomllib
from pathlib import Path

import numpy as np
import pytest

from hashheat.thermo.errors import FieldDataError
from hashheat.validation.readers.column_map import load_column_map, to_si_line
from hashheat.validation.readers.csv_text import read_csv
from hashheat.validation.readers.schema import FIELD_VARIABLES

TIME = {"column": "t"}
T_IN = {"T_in": {"column": "T", "unit": "degC"}}


def table(*rows, header="t,T"):
    return "\n".join([header, *rows])


MAP = """
[time]
column = "Zeit"
format = "%d.%m.%Y %H:%M:%S"
zone = "Europe/Stockholm"

[unit]
column = "Gerät"

[status]
column = "Zustand"
mining = ["läuft"]
standby = ["aus"]

[table]
delimiter = ";"
decimal = ","

[about]
cooling = "hydro"
model = "A1566HA"
synthetic = true

[columns.T_in]
column = "Vorlauf (°C)"
unit = "degC"
[columns.volume_flow]
column = "Q"
unit = "L/min"
[columns.power_ac]
column = "P"
unit = "kW"
[columns.hash_rate]
column = "HR"
unit = "TH/s"
[columns.T_chip]
column = "b{board}/c{chip}"
unit = "degF"
[columns.V_chip]
column = "v{board}/c{chip}"
unit = "mV"
[columns.frequency]
column = "f{board}"
unit = "MHz"
"""

ROWS = """Zeit;Gerät;Zustand;Vorlauf (°C);Q;P;HR;b0/c0;b0/c1;b1/c0;v0/c0;f1;note
01.07.2026 12:00:00;A 1;läuft;70,25;11,5;8,064;500,5;185;194,5;-;310,5;625;x
01.07.2026 12:05:00;A 1;aus;1.070,25;11,5;0,1;0;185;;;310;0;y
"""


def test_every_unit_of_a_map(tmp_path, rejected):
    file = tmp_path / "map.toml"
    file.write_text(MAP, encoding="utf-8")
    data = read_csv("\ufeff" + ROWS, file)
    assert data["unit"].values.tolist() == ["A 1"]
    # Summer time of Stockholm is two hours ahead of UTC.
    assert data["time"].values[0] == np.datetime64("2026-07-01T10:00:00")
    first = data.isel(time=0, unit=0)
    assert first["T_in"].item() == pytest.approx(343.4, abs=1e-12)
    assert first["volume_flow"].item() == pytest.approx(11.5e-3 / 60, rel=1e-14)
    assert first["power_ac"].item() == pytest.approx(8064.0)
    assert first["hash_rate"].item() == pytest.approx(500.5e12)
    assert first["T_chip"].values[0] == pytest.approx([358.15, (194.5 - 32) / 1.8 + 273.15], abs=1e-9)
    assert np.isnan(first["T_chip"].values[1]).all()
    assert first["V_chip"].values[0, 0] == pytest.approx(0.3105)
    assert first["frequency"].values[1] == pytest.approx(625e6)
    assert data["status"].values[:, 0].tolist() == ["mining", "standby"]
    assert data.attrs["cooling"] == "hydro"
    assert (data.attrs["model"], data.attrs["synthetic"]) == ("A1566HA", 1)
    assert rejected(data) == {
        ("T_in", "outside 223.15 .. 473.15 K: not a reading"): 1,  # 1.070,25 is a thousand
        ("T_chip", "unit in standby: the firmware repeats the last vector"): 1,
        ("V_chip", "unit in standby: the firmware repeats the last vector"): 1,
    }


def test_the_map_of_the_manual():
    """The example in docs/files.md is a map, and reads a table written after it."""
    manual = (Path(__file__).resolve().parents[3] / "docs" / "files.md").read_text(encoding="utf-8")
    text = manual.split("### Column map")[1].split("```toml")[1].split("```")[0]
    mapping = tomllib.loads(text)
    row = "01.07.2026 12:00:00;u;idle;70,5;11;80;81"
    data = read_csv(table(row, header="Zeit;Miner;State;Inlet;Flow;b0c0;b0c1"), mapping)
    assert data["T_in"].item() == pytest.approx(343.65)
    assert data["status"].item() == "standby"
    assert data.attrs["cooling"] == "hydro"


def test_names_with_units_need_no_map():
    header = "time,unit,T_in [degC],power_ac [kW],T_chip_2_10 [degC],status,other"
    data = read_csv(table("2026-01-01T00:00Z,u,70,8,95,mining,z", header=header))
    assert data["T_chip"].shape == (1, 1, 3, 11)
    assert data["T_chip"].values[0, 0, 2, 10] == pytest.approx(368.15)
    assert data["power_ac"].item() == 8000.0
    assert data["status"].item() == "mining"


@pytest.mark.parametrize("name", FIELD_VARIABLES)
def test_lines_to_si_are_exact(name):
    unit = {"K": "degC", "m^3/s": "L/min", "hash/s": "TH/s"}.get(FIELD_VARIABLES[name].unit)
    slope, offset = to_si_line(unit or FIELD_VARIABLES[name].unit, name)
    expected = {"degC": (1.0, 273.15), "L/min": (1e-3 / 60, 0.0), "TH/s": (1e12, 0.0), None: (1.0, 0.0)}[unit]
    assert (slope, offset) == pytest.approx(expected, rel=1e-15)


@pytest.mark.parametrize(
    ("about", "rows", "expected"),
    [
        ({}, ["2026-01-01T01:00:00+01:00"], ["2026-01-01T00:00:00"]),
        ({}, ["2026-01-01 00:00:00Z"], ["2026-01-01T00:00:00"]),
        ({"zone": "UTC"}, ["2026-01-01 00:00:00.25"], ["2026-01-01T00:00:00.25"]),
        ({"zone": "America/Winnipeg"}, ["2026-01-01T00:00"], ["2026-01-01T06:00"]),
        ({"format": "seconds"}, ["1780000000.5"], ["2026-05-28T20:26:40.5"]),
        ({"format": "milliseconds"}, ["1780000000500"], ["2026-05-28T20:26:40.5"]),
        ({"format": "%Y%m%d %H%M %z"}, ["20260101 0100 +0100"], ["2026-01-01T00:00"]),
    ],
)
def test_forms_of_time(about, rows, expected):
    data = read_csv(table(*[f"{row},70" for row in rows]), {"time": TIME | about, "columns": T_IN})
    np.testing.assert_array_equal(data["time"].values, np.array(expected, dtype="datetime64[ns]"))


def test_samples_without_a_clock_are_numbered():
    data = read_csv(table("9,70", "5,71", "x,72"), {"time": TIME | {"format": "number"}, "columns": T_IN})
    assert data["time"].values.tolist() == [0.0, 1.0, 2.0]
    assert data.attrs["clock"].startswith("none")


def test_change_of_the_clocks(rejected):
    """On 25 October 2026 half past two comes twice in Stockholm, on 29 March it does not come."""
    rows = ["2026-10-25 02:30,70", "2026-03-29 02:30,70", "2026-10-25 03:30,70"]
    data = read_csv(table(*rows), {"time": TIME | {"zone": "Europe/Stockholm"}, "columns": T_IN})
    assert data["time"].values[0] == np.datetime64("2026-10-25T02:30")
    assert rejected(data) == {("record", "time that the change of the clocks makes ambiguous or skips"): 2}


def test_disorder_gaps_duplicates_and_words(rejected):
    minutes = [3, 0, 1, 2, 2, 9, 10]
    rows = [f"2026-01-01T00:{m:02d}:00Z,{70 + k}" for k, m in enumerate(minutes)]
    rows += [
        "yesterday,70",
        "1200-01-01T00:00:00Z,70",
        "2026-01-01T00:11:00Z,warm",
        "2026-01-01T00:12:00Z,inf",
    ]
    data = read_csv(table(*rows), {"time": TIME, "columns": T_IN})
    assert (np.diff(data["time"].values) > np.timedelta64(0)).all()
    np.testing.assert_allclose(data["T_in"].values[:6, 0] - 273.15, [71, 72, 73, 70, 75, 76], atol=1e-9)
    assert data.attrs["unordered_records"] == 1
    assert (data.attrs["gaps"], data.attrs["longest_step"]) == (1, 360.0)
    counts = rejected(data)
    assert counts.pop(("record", "second record of the unit at the same time")) == 1
    assert counts.pop(("record", "no time that can be read")) == 1
    assert counts.pop(("record", "time outside the years 2009 to 2099")) == 1
    assert counts.pop(("T_in", "not a number")) == 1
    assert counts.pop(("T_in", "outside 223.15 .. 473.15 K: not a reading")) == 1
    assert not counts


GOOD = table("2026-01-01T00:00Z,70")


@pytest.mark.parametrize(
    ("text", "mapping", "key", "message"),
    [
        (
            GOOD,
            {"time": TIME, "columns": {"T_in": {"column": "X", "unit": "degC"}}},
            "columns.T_in.column",
            "no such",
        ),
        (GOOD, {"time": {"column": "X"}, "columns": T_IN}, "time.column", "no such"),
        (GOOD, {"time": TIME, "unit": {"column": "X"}, "columns": T_IN}, "unit.column", "no such"),
        (
            GOOD,
            {"time": TIME, "columns": {"T_in": {"column": "T", "unit": "C"}}},
            "columns.T_in.unit",
            "degC",
        ),
        (
            GOOD,
            {"time": TIME, "columns": {"T_in": {"column": "T", "unit": ""}}},
            "columns.T_in.unit",
            "missing",
        ),
        (
            GOOD,
            {"time": TIME, "columns": {"T_on": {"column": "T", "unit": "K"}}},
            "columns.T_on",
            "not a variable",
        ),
        (
            GOOD,
            {"time": TIME, "columns": {"T_chip": {"column": "T", "unit": "K"}}},
            "columns.T_chip.column",
            "{chip}",
        ),
        (GOOD, {"time": TIME, "columns": {}}, "columns", "at least 1"),
        (GOOD, {"columns": T_IN}, "time", "required"),
        (GOOD, {"time": TIME, "columns": T_IN, "extra": 1}, "extra", "not permitted"),
        (table("2026-01-01T00:00,70"), {"time": TIME, "columns": T_IN}, "time.zone", "offset"),
        (
            table("2026-01-01T00:00,70"),
            {"time": TIME | {"zone": "X/Y"}, "columns": T_IN},
            "time.zone",
            "not a time",
        ),
        (
            table("2026-01-01T00:00,70"),
            {"time": TIME | {"zone": ".."}, "columns": T_IN},
            "time.zone",
            "not a time",
        ),
        (GOOD, {"time": TIME | {"format": "%Q"}, "columns": T_IN}, "time.format", "times"),
        (GOOD, {"time": TIME | {"format": "seconds"}, "columns": T_IN}, "time.format", "no time"),
        (table(header="t,T,T"), {"time": TIME, "columns": T_IN}, None, "twice"),
        (table(), {"time": TIME, "columns": T_IN}, None, "no rows"),
        ("", {"time": TIME, "columns": T_IN}, "time.column", "no such"),
        (GOOD, None, "columns", "column map is needed"),
    ],
)
def test_faults_are_named(text, mapping, key, message):
    with pytest.raises(FieldDataError) as caught:
        read_csv(text, mapping)
    assert caught.value.key == key
    assert message in str(caught.value)


def test_rows_of_another_length(rejected):
    rows = [
        "2026-01-01T00:00Z,70,x",
        "2026-01-01T00:01Z,7",
        "2026-01-01T00:02Z,70,1,2",
        "2026-01-01T00:03Z,71,x,",
    ]
    data = read_csv(table(*rows, header="t,T,n"), {"time": TIME, "columns": T_IN})
    assert data["T_in"].values[:, 0] - 273.15 == pytest.approx([70, 71])
    assert rejected(data) == {
        ("record", "row shorter than the titles"): 1,
        ("record", "row longer than the titles"): 1,
    }


def test_places_with_large_holes():
    header = "t,c0_0,c63_4000"
    mapping = {"time": TIME, "columns": {"T_chip": {"column": "c{board}_{chip}", "unit": "degC"}}}
    with pytest.raises(FieldDataError, match="holes"):
        read_csv(table("2026-01-01T00:00Z,70,71", header=header), mapping)
    with pytest.raises(FieldDataError, match="too large"):
        read_csv(table("2026-01-01T00:00Z,70,71", header="t,c0_0,c64_0"), mapping)


def test_map_in_a_file_that_is_missing_or_no_toml(tmp_path):
    with pytest.raises(FieldDataError, match="not found"):
        load_column_map(tmp_path / "none.toml")
    (tmp_path / "bad.toml").write_text("= 3")
    with pytest.raises(FieldDataError, match="TOML"):
        load_column_map(tmp_path / "bad.toml")


def test_parquet(tmp_path):
    pytest.importorskip("pyarrow", reason="Parquet needs pyarrow")
    import pandas as pd

    from hashheat.validation.readers.parquet import read_parquet

    frame = pd.DataFrame(
        {
            "t": pd.date_range("2026-01-01", periods=3, freq="min", tz="Europe/Stockholm"),
            "u": ["a", "a", "b"],
            "T": [70.0, None, 71.5],
            "n": [1, 2, 3],
        }
    )
    file = tmp_path / "data.parquet"
    frame.to_parquet(file)
    mapping = {
        "time": TIME,
        "unit": {"column": "u"},
        "columns": T_IN | {"power_ac": {"column": "n", "unit": "kW"}},
    }
    data = read_parquet(file.read_bytes(), mapping)
    assert data["time"].values[0] == np.datetime64("2025-12-31T23:00")
    assert data["T_in"].values[2, 1] == pytest.approx(344.65)
    assert data["power_ac"].values[1, 0] == 2000.0
    frame["t"] = frame["t"].dt.tz_localize(None)
    frame.to_parquet(file)
    with pytest.raises(FieldDataError, match="zone"):
        read_parquet(file.read_bytes(), mapping)
    for damaged in (b"PAR1", b"PAR1" + b"\0" * 100 + b"PAR1", file.read_bytes()[:-20]):
        with pytest.raises(FieldDataError):
            read_parquet(damaged, mapping)


def test_parquet_without_pyarrow(monkeypatch):
    import sys

    from hashheat.validation.readers.parquet import read_parquet

    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    with pytest.raises(FieldDataError, match=r"hashheat\[parquet\]"):
        read_parquet(b"PAR1")
