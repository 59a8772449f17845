"""Field data: telemetry and tables to the Dataset of the schema.

A record is one reply of one unit with its vectors of temperatures and voltages: the capture of the A15-194, three
boards of 160 chips, 6.1 kB of text, repeated with every number of the vectors varied, from eight units in turn.
The target is 10^6 records a minute on one core: 60 us a record.
"""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from hashheat.validation.readers.avalon import read_avalon
from hashheat.validation.readers.csv_text import read_csv

CAPTURE = (
    Path(__file__).resolve().parents[1].parent
    / "shared"
    / "reference"
    / "telemetry"
    / "avalon_A15-194_MMID0.txt"
)
RECORDS, UNITS, CHIPS, BOARDS = 4000, 8, 160, 3
ROWS = 20_000
START = 1780000000


@pytest.fixture(scope="module")
def replies():
    """Text of the replies, when each came, and the temperatures and voltages put into them."""
    if not CAPTURE.is_file():
        pytest.skip("the A15 capture is not beside the repository (shared/reference/telemetry)")
    line = next(text for text in CAPTURE.read_text().splitlines() if text.startswith("Ver["))
    rng = np.random.default_rng(6)
    T = rng.integers(55, 90, (RECORDS, BOARDS, CHIPS))
    V = rng.integers(270, 300, (RECORDS, BOARDS, CHIPS))
    texts = []
    for k in range(RECORDS):
        text = line.replace("020100008c699117", f"02010000{k % UNITS:08x}")
        for board in range(BOARDS):
            # Temperatures stand with two blanks between them, as in the capture.
            for key, values, blank in (("PVT_T", T, "  "), ("PVT_V", V, " ")):
                numbers = blank.join(map(str, values[k, board].tolist()))
                text = re.sub(rf"{key}{board}\[[^]]*\]", f"{key}{board}[{numbers}]", text)
        texts.append(text)
    return texts, [START + 60 * (k // UNITS) for k in range(RECORDS)], T, V


def assert_is_what_was_put_in(data, T, V):
    shape = (RECORDS // UNITS, UNITS, BOARDS, CHIPS)
    assert data["T_chip"].shape == shape
    np.testing.assert_allclose(data["T_chip"].values - 273.15, T.reshape(shape), rtol=0, atol=1e-9)
    np.testing.assert_allclose(data["V_chip"].values * 1e3, V.reshape(shape), rtol=1e-12)
    assert (data["power_ac"] == 3731.0).all()
    assert (data["status"] == "mining").all()
    assert data["rejected_count"].size == 0


def note(benchmark, work, per, size):
    benchmark.extra_info.update(per=per, work=work, bytes_each=size / work)
    if benchmark.stats is not None:  # no statistics where benchmarks are disabled
        benchmark.extra_info["per_minute"] = work / benchmark.stats.stats.min * 60


@pytest.mark.benchmark(group="field data of an Avalon A15, 3 x 160 chips")
def test_avalon_text(benchmark, replies):
    texts, times, T, V = replies
    data = "\n".join(f"When={when},{text}" for when, text in zip(times, texts)).encode()
    read_avalon(data[:20_000])  # compiles
    result = benchmark(read_avalon, data)
    assert_is_what_was_put_in(result, T, V)
    note(benchmark, RECORDS, "record", len(data))


@pytest.mark.benchmark(group="field data of an Avalon A15, 3 x 160 chips")
def test_avalon_json_lines(benchmark, replies):
    texts, times, T, V = replies
    data = "\n".join(
        json.dumps(
            {"STATUS": [{"When": when}], "STATS": [{"STATS": 0, "ID": "AVA10", "MM ID0": text}], "id": 1}
        )
        for when, text in zip(times, texts)
    ).encode()
    result = benchmark(read_avalon, data)
    assert_is_what_was_put_in(result, T, V)
    note(benchmark, RECORDS, "record", len(data))


@pytest.mark.benchmark(group="field data of an Avalon A15, 3 x 160 chips")
def test_regular_expressions(benchmark, replies):
    """A parser in plain Python, for the two vectors alone: a regular expression and numpy's own reading."""
    texts, _, T, V = replies
    pattern = re.compile(r"(PVT_[TV])(\d)\[([^]]*)\]")

    def plain():
        out = {"PVT_T": np.empty((RECORDS, BOARDS, CHIPS)), "PVT_V": np.empty((RECORDS, BOARDS, CHIPS))}
        for k, text in enumerate(texts):
            for key, board, numbers in pattern.findall(text):
                out[key][k, int(board)] = np.array(numbers.split(), dtype=float)
        return out

    found = benchmark(plain)
    np.testing.assert_array_equal(found["PVT_T"], T)
    np.testing.assert_array_equal(found["PVT_V"], V)
    note(benchmark, RECORDS, "record", sum(map(len, texts)))


@pytest.mark.benchmark(group="field data in CSV, eight columns")
def test_csv(benchmark):
    rng = np.random.default_rng(7)
    T = np.round(rng.uniform(60, 90, (ROWS, 4)), 2)
    P = np.round(rng.uniform(8000, 8200, ROWS), 1)
    stamps = np.datetime_as_string(np.datetime64("2026-01-01") + np.arange(ROWS) * np.timedelta64(60, "s"))
    rows = ["time,unit,T_in [degC],T_out [degC],T_ambient [degC],T_board_0 [degC],power_ac [W],note"]
    T[:, 1] = T[:, 0] + 10
    rows += [f"{s}Z,a,{t[0]},{t[1]:.2f},{t[2]},{t[3]},{p},x" for s, t, p in zip(stamps, T, P)]
    text = "\n".join(rows).encode()
    data = benchmark(read_csv, text)
    np.testing.assert_allclose(data["T_in"].values[:, 0] - 273.15, T[:, 0], atol=1e-9)
    np.testing.assert_allclose(data["power_ac"].values[:, 0], P)
    assert data["rejected_count"].size == 0
    note(benchmark, ROWS, "row", len(text))
