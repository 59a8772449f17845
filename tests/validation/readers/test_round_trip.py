"""Write records in each format, read them, and find what was written."""

import json

import numba
import numpy as np
import xarray as xr
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hashheat.validation.readers import read_field_data
from hashheat.validation.readers.avalon import read_avalon
from hashheat.validation.readers.braiins import read_braiins
from hashheat.validation.readers.csv_text import read_csv
from hashheat.validation.readers.luxos import read_luxos
from hashheat.validation.readers.vnish import read_vnish
from hashheat.validation.readers.whatsminer import read_whatsminer

ORDINARY = settings(
    max_examples=10 if numba.config.DISABLE_JIT else 40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
C = 273.15

water = st.integers(20, 80)
rise = st.integers(0, 20)
whens = st.lists(st.integers(1_500_000_000, 1_900_000_000), min_size=1, max_size=5, unique=True)


@st.composite
def hydro_boards(draw):
    """Inlet, outlet, board sensors and hottest chip of boards with different numbers, whole degrees."""
    numbers = draw(st.lists(st.integers(0, 9), min_size=1, max_size=4, unique=True))
    boards = {}
    for number in numbers:
        T = draw(water)
        T_out = T + draw(rise)
        boards[number] = (T, T_out, T + draw(rise), T_out + draw(rise), T_out + draw(rise))
    return boards


def expect(data, name, when, boards, column):
    """Every board of a record has its number; those that the record does not have are missing."""
    at = data[name].sel(time=np.datetime64(when, "s")).isel(unit=0)
    for board in data["board"].values.tolist():
        if board in boards:
            np.testing.assert_allclose(at.sel(board=board).item() - C, boards[board][column], atol=1e-9)
        else:
            assert np.isnan(at.sel(board=board).item())


@ORDINARY
@given(whens, st.data())
def test_luxos(times, data):
    records = {when: data.draw(hydro_boards()) for when in times}
    labels = {"A": "Water Inlet", "B": "Water Outlet", "C": "Board Inlet", "D": "Board Outlet"}
    corners = {corner: {"Label": label} for corner, label in labels.items()}
    lines = [
        json.dumps(
            {
                "STATUS": [{"When": when}],
                "METADATA": [corners],
                "TEMPS": [dict(zip("ABCD", boards[n]), ID=n) for n in boards],
            }
        )
        for when, boards in records.items()
    ]
    read = read_luxos("\n".join(lines))
    assert read["rejected_count"].size == 0
    for when, boards in records.items():
        for column, name in enumerate(("T_in_board", "T_out_board", "T_board_in", "T_board_out")):
            expect(read, name, when, boards, column)


@ORDINARY
@given(whens, st.data())
def test_vnish(times, data):
    records = {when: data.draw(hydro_boards()) for when in times}
    replies = [
        {
            "When": when,
            "miner": {
                "miner_status": {"miner_state": "mining"},
                "chains": [
                    {
                        "id": n,
                        "inlet_water_temp": b[0],
                        "outlet_water_temp": b[1],
                        "chip_temp": {"min": b[1], "max": b[4]},
                        "power_consumption": 1000 + n,
                    }
                    for n, b in boards.items()
                ],
            },
        }
        for when, boards in records.items()
    ]
    read = read_vnish(json.dumps(replies))
    assert read["rejected_count"].size == 0
    for when, boards in records.items():
        for name, column in (("T_in_board", 0), ("T_out_board", 1), ("T_chip_max", 4)):
            expect(read, name, when, boards, column)
        power = read["power_dc"].sel(time=np.datetime64(when, "s")).item()
        assert power == sum(1000 + n for n in boards)


@ORDINARY
@given(whens, st.data())
def test_whatsminer(times, data):
    tenths = st.integers(200, 900).map(lambda n: n / 10)
    lines, expected = [], {}
    for when in times:
        T = data.draw(st.lists(tenths, min_size=3, max_size=3))
        air, power, rate = data.draw(tenths), data.draw(st.integers(1, 9000)), data.draw(st.integers(1, 400))
        summary = {
            "board-temperature": T,
            "environment-temperature": air,
            "power-realtime": power,
            "hash-realtime": rate,
        }
        lines.append(json.dumps({"when": when, "msg": {"summary": summary}}))
        expected[when] = (T, air, power, rate)
    read = read_whatsminer("\n".join(lines))
    for when, (T, air, power, rate) in expected.items():
        at = read.sel(time=np.datetime64(when, "s")).isel(unit=0)
        np.testing.assert_allclose(at["T_board"] - C, T, atol=1e-9)
        np.testing.assert_allclose(at["T_ambient"] - C, air, atol=1e-9)
        assert (at["power_ac"].item(), at["hash_rate"].item()) == (power, rate * 1e12)


@ORDINARY
@given(whens, st.data())
def test_braiins(times, data):
    records = {when: data.draw(hydro_boards()) for when in times}
    replies = [
        {
            "When": when,
            "hashboards": [
                {
                    "id": str(n),
                    "lowest_inlet_temp": {"degree_c": b[2]},
                    "highest_outlet_temp": {"degree_c": b[3]},
                    "highest_chip_temp": {"temperature": {"degree_c": b[4]}},
                }
                for n, b in boards.items()
            ],
        }
        for when, boards in records.items()
    ]
    read = read_braiins(json.dumps(replies))
    for when, boards in records.items():
        for name, column in (("T_board_in", 2), ("T_board_out", 3), ("T_chip_max", 4)):
            expect(read, name, when, boards, column)


@st.composite
def avalon_records(draw):
    boards, chips = draw(st.integers(1, 4)), draw(st.integers(1, 20))
    shape = (boards, chips)
    T = np.array(draw(st.lists(st.integers(1, 150), min_size=boards * chips, max_size=boards * chips)))
    V = np.array(draw(st.lists(st.integers(1, 999), min_size=boards * chips, max_size=boards * chips)))
    volts, amperes = draw(st.integers(1000, 1500)), draw(st.integers(100, 600))
    dc = round(volts * amperes / 100)
    return T.reshape(shape), V.reshape(shape), volts, amperes, dc, dc + draw(st.integers(0, 500))


def as_avalon(record, newer):
    T, V, volts, amperes, dc, ac = record
    summary = (
        f"DNA[0201] SYSTEMSTATU[Work: In Work, Hash Board: {len(T)}] TMax[{T.max()}] Freq[500.25] "
        f"PS[0 1209 {volts} {amperes} {dc} {volts} {ac}] MTmax[{' '.join(str(t.max()) for t in T)}]"
    )
    if newer:
        blocks = "".join(
            f"'HB{b}':{{PVT_T0[{' '.join(map(str, T[b]))}] PVT_V0[ {'  '.join(map(str, V[b]))}]}}"
            for b in range(len(T))
        )
        return {"MM ID0:Summary": f"'STATS':{{{summary}}}", "HBinfo": blocks}
    vectors = " ".join(
        f"PVT_T{b}[ {'  '.join(map(str, T[b]))}] PVT_V{b}[{' '.join(map(str, V[b]))}]" for b in range(len(T))
    )
    return {"MM ID0": f"{summary} {vectors} CRC[0 0 0]"}


@ORDINARY
@given(
    st.dictionaries(st.integers(1_500_000_000, 1_900_000_000), avalon_records(), min_size=1, max_size=4),
    st.booleans(),
)
def test_avalon(records, newer):
    replies = {when: as_avalon(record, newer) for when, record in records.items()}
    text = "\n".join(
        f"STATUS=S,When={when}|STATS=0,{','.join(f'{key}={value}' for key, value in reply.items())}|"
        for when, reply in replies.items()
    )
    read = read_avalon(text)
    as_json = [{"STATUS": [{"When": when}], "STATS": [reply]} for when, reply in replies.items()]
    xr.testing.assert_identical(read_avalon(json.dumps(as_json)), read)
    assert read["rejected_count"].size == 0
    for when, (T, V, _, _, dc, ac) in records.items():
        at = read.sel(time=np.datetime64(when, "s")).isel(unit=0)
        boards, chips = T.shape
        np.testing.assert_allclose(at["T_chip"][:boards, :chips] - C, T, atol=1e-9)
        np.testing.assert_allclose(at["V_chip"][:boards, :chips] * 1e3, V, rtol=1e-12)
        assert np.isnan(at["T_chip"][boards:]).all()
        assert np.isnan(at["T_chip"][:, chips:]).all()
        assert (at["power_dc"].item(), at["power_ac"].item()) == (dc, ac)
        np.testing.assert_allclose(at["T_chip_max"][:boards] - C, T.max(axis=1), atol=1e-9)


floats = st.floats(30.0, 150.0)


@ORDINARY
@given(
    st.lists(
        st.tuples(st.integers(0, 10**9), st.sampled_from(["u 1", "ü", "x,y", 'q"']), floats, floats),
        min_size=1,
        max_size=8,
        unique_by=lambda row: row[:2],
    )
)
def test_csv_and_netcdf(tmp_path_factory, rows):
    """A table with what CSV has to quote; what is read survives NetCDF as the same Dataset."""
    lines = ["when;unit;T;c0-1"]
    for ms, unit, T, chip in rows:
        quoted = '"' + unit.replace('"', '""') + '"'
        lines.append(f"{1_700_000_000_000 + ms};{quoted};{T!r};{chip!r}")
    mapping = {
        "time": {"column": "when", "format": "milliseconds"},
        "unit": {"column": "unit"},
        "table": {"delimiter": ";"},
        "columns": {
            "T_ambient": {"column": "T", "unit": "degC"},
            "T_chip": {"column": "c{board}-{chip}", "unit": "degC"},
        },
    }
    read = read_csv("\n".join(lines), mapping)
    assert read["rejected_count"].size == 0
    for ms, unit, T, chip in rows:
        at = read.sel(time=np.datetime64(1_700_000_000_000 + ms, "ms"), unit=unit)
        np.testing.assert_allclose(at["T_ambient"].item(), T + C, rtol=1e-14)
        np.testing.assert_allclose(at["T_chip"].sel(board=0, chip=1).item(), chip + C, rtol=1e-14)
    file = tmp_path_factory.mktemp("netcdf") / "field.nc"
    read.to_netcdf(file, engine="h5netcdf")
    xr.testing.assert_identical(read_field_data(file), read)
