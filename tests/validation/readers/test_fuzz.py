"""Damaged data: a reader gives a Dataset of the schema or the one documented exception, and ends."""

import json
import signal
from contextlib import contextmanager

import numpy as np
import pytest

from hashheat.thermo.errors import FieldDataError
from hashheat.validation.readers import read_field_data
from hashheat.validation.readers.schema import check_schema

CAPTURES = (
    "avalon_A1066_MMID0.txt",
    "avalon_A15-194_MMID0.txt",
    "avalon_mini3_pyasic_issue312_partial.txt",
    "avalon_nano3_minersentinel_issue16.txt",
    "luxos_hydro_temps.json",
    "vnish_S19ProPlusHyd_chain.json",
    "whatsminer_api_v3_doc_examples.json",
    "whatsminer_v3_get_miner_status_summary.json",
)

#: What breaks parsers, put in anywhere.
TOKENS = (
    b"NaN", b"Infinity", b"-Infinity", b"1e999", b"-1e999", b"9" * 400, b"9" * 5000, b"0" * 300, b"-", b"-0",
    b"[" * 3000, b"{" * 3000, b'{"a":' * 2000, b"]", b"[", b"}", b"{", b"\0", b"\n", b"\r\n", b"\t", b" " * 500,
    b"\xff\xfe", b"\xc3", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"PVT_T63[1 2 3]", b"PVT_T64[1]", b"'HB99999999999':{",
    b"PVT_T99999999999999999999[1]", b"PVT_T0[" + b"1 " * 5000 + b"]", b"PS[]", b"PS[", b"SF0[1 2 3 4]",
    b"MM ID7=", b"STATUS=", b"STATS=1", b"When=99999999999999999999", b"When=0", b"When=-1,", b"TMax[0]", b"null",
    b"true", b'"', b"\\u0000", b"\\ud800", b",", b";", b":", b"1970-01-01T00:00:00Z", b"9999-12-31T23:59:59Z",
    b"0000-00-00", b"2026-02-30", b"1e-400", b"0x1F", b"1_000", b"%", b"+",
)  # fmt: skip


def made(newer):
    """Data of the formats without a capture, by file name."""
    v2 = {
        "STATUS": [{"STATUS": "S", "When": 1780000000}],
        "SUMMARY": [
            {
                "Power": 7200,
                "Env Temp": 30.5,
                "MHS 1m": 4.6e8,
                "Chip Temp Max": 92.5,
                "Chip Temp Avg": 84.1,
                "Liquid Cooling": True,
            }
        ],
        "DEVS": [{"Slot": 0, "Temperature": 70.5, "Chip Temp Max": 90.0, "Chip Frequency": 600}],
    }
    braiins = {
        "data": {
            "bosminer": {
                "info": {
                    "workSolver": {
                        "temperatures": [
                            {"name": "WATER_INLET", "degreesC": 40.0},
                            {"name": "WATER_OUTLET", "degreesC": 50.5},
                        ]
                    }
                }
            }
        },
        "hashboards": [
            {"id": "1", "board_temp": {"degree_c": 60.0}, "highest_chip_temp": {"temperature": 70}}
        ],
    }
    lines = ["time,unit,T_in [degC],T_out [degC],T_chip_0_0 [degC],T_chip_0_1 [degC],power_ac [kW],status"]
    lines += [f"2026-01-01T00:{k:02d}:00+01:00,u{k % 3},70,78.{k},9{k},8{k},8.1,mining" for k in range(10)]
    mapped = ["t;Q;Tu"] + [f"{k + 1:02d}.07.2026 12:00;11,5;78,2{k}" for k in range(9)]
    return {
        "newer.json": newer().encode(),
        "lines.json": "\n".join([newer(), newer(lambda board: board)]).encode(),
        "v2.json": json.dumps([v2, v2]).encode(),
        "braiins.json": json.dumps(braiins).encode(),
        "header.csv": "\n".join(lines).encode(),
        "mapped.csv": "\n".join(mapped).encode(),
        "mapped.columns.toml": MAP,
    }


MAP = b"""
[time]
column = "t"
format = "%d.%m.%Y %H:%M"
zone = "Europe/Stockholm"
[table]
delimiter = ";"
decimal = ","
[columns.volume_flow]
column = "Q"
unit = "L/min"
[columns.T_out]
column = "Tu"
unit = "degC"
"""


def mutated(rng, whole, other):
    """A few changes: bytes flipped, cut, doubled, moved, tokens put in or over, ends cut off, files spliced."""
    data = bytearray(whole)
    for _ in range(int(rng.integers(1, 6))):
        n = len(data)
        if not n:
            break
        place, length = int(rng.integers(n)), int(rng.geometric(0.05))
        kind = rng.integers(8)
        if kind == 0:
            data[place] = rng.integers(256)
        elif kind == 1:
            del data[place : place + length]
        elif kind == 2:
            data[place:place] = data[place : place + 20 * length]
        elif kind == 3:
            data[place:place] = TOKENS[rng.integers(len(TOKENS))]
        elif kind == 4:
            data[place : place + length] = TOKENS[rng.integers(len(TOKENS))]
        elif kind == 5:
            del data[place:]
        elif kind == 6:
            start = int(rng.integers(len(other)))
            data[place:place] = other[start : start + 50 * length]
        else:
            digits = [i for i in range(place, min(n, place + 400)) if 48 <= data[i] <= 57]
            for i in digits[:3]:
                data[i] = rng.choice(list(b"0123456789.-eE"))
    return bytes(data)


@contextmanager
def that_ends(seconds):
    """Break off what hangs. No bound on speed: a thousand times what it takes."""

    def stop(*_):
        raise TimeoutError(f"no end after {seconds} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@pytest.fixture(scope="module")
def corpus(capture, newer, tmp_path_factory):
    files = {name: capture(name).read_bytes() for name in CAPTURES} | made(newer)
    folder = tmp_path_factory.mktemp("whole")
    for name, data in files.items():
        (folder / name).write_bytes(data)
    whole = read_field_data(folder / "header.csv")
    whole.to_netcdf(folder / "field.nc", engine="h5netcdf")
    files["field.nc"] = (folder / "field.nc").read_bytes()
    try:
        import pandas as pd
        import pyarrow  # noqa: F401

        pd.read_csv(folder / "header.csv").to_parquet(folder / "field.parquet")
        files["field.parquet"] = (folder / "field.parquet").read_bytes()
    except ImportError:
        pass
    return files


def fuzz(corpus, folder, seed, count):
    """Read mutated data; number of inputs that gave a Dataset."""
    rng = np.random.default_rng(seed)
    names = sorted(name for name in corpus if not name.endswith(".toml"))
    read = 0
    for number in range(count):
        name, other = names[rng.integers(len(names))], names[rng.integers(len(names))]
        path, beside = folder / name, folder / "mapped.columns.toml"
        map_text = corpus[beside.name]
        beside.write_bytes(mutated(rng, map_text, map_text) if rng.random() < 0.2 else map_text)
        data = mutated(rng, corpus[name], corpus[other])
        path.write_bytes(data)
        try:
            with that_ends(60):
                result = read_field_data(path)
        except FieldDataError:
            continue
        except BaseException as error:
            error.add_note(f"seed {seed}, input {number}, {name}: {data[:300]!r} ... of {len(data)} bytes")
            raise
        check_schema(result)
        read += 1
    return read


@pytest.mark.parametrize("seed", range(4))
def test_damaged_data_give_a_dataset_or_the_documented_error(corpus, tmp_path, seed):
    read = fuzz(corpus, tmp_path, seed, 100)
    assert 20 < read < 95  # both happen, or the mutations test nothing


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(100, 120))
def test_many_damaged_data(corpus, tmp_path, seed):
    fuzz(corpus, tmp_path, seed, 1100)


@pytest.mark.parametrize(
    "data", [b"", b" ", b"\0", b"\xff", b"[", b"{}", b"[]", b"null", b"[[[]]]", b"{" * 10**6]
)
def test_next_to_nothing(tmp_path, data):
    file = tmp_path / "data.txt"
    file.write_bytes(data)
    with that_ends(60), pytest.raises(FieldDataError):
        read_field_data(file)


@pytest.mark.parametrize("name", ["none.txt", "folder", "nul\0.txt"])
def test_no_such_file(tmp_path, name):
    (tmp_path / "folder").mkdir()
    with pytest.raises(FieldDataError):
        read_field_data(tmp_path / name)
