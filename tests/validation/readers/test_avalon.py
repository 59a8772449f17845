"""Avalon replies: every capture against its own text, both layouts, and what a damaged reply costs."""

import json
import re

import numpy as np
import pytest
import xarray as xr

from hashheat.thermo.errors import FieldDataError
from hashheat.validation.readers.avalon import read_avalon


def celsius(array):
    return array.values - 273.15


def bracket(text, key):
    """Numbers of a key by an independent way: a regular expression and float()."""
    return [float(word) for word in re.search(rf"(?<!\w){key}\[([^\]]*)\]", text)[1].split()]


# Read off the text of the captures by eye.
A15 = {
    "T_chip_max": [[[77, 78, 77]]],
    "T_chip_mean": [[[69, 70, 71]]],
    "T_ambient": [[31]],
}


def test_a15(capture, rejected):
    text = capture("avalon_A15-194_MMID0.txt").read_text()
    data = read_avalon(text)
    assert dict(data.sizes) == {"time": 1, "unit": 1, "board": 3, "chip": 160, "rejection": 1}
    for name, expected in A15.items():
        np.testing.assert_allclose(celsius(data[name]), expected, rtol=0, atol=1e-10)
    for board in range(3):
        T = data["T_chip"].isel(time=0, unit=0, board=board)
        np.testing.assert_allclose(celsius(T), bracket(text, f"PVT_T{board}"), atol=1e-10)
        V = data["V_chip"].isel(time=0, unit=0, board=board)
        np.testing.assert_allclose(V.values * 1e3, bracket(text, f"PVT_V{board}"), rtol=1e-14)
    # First and last of board 1, by eye: "65 66 63 ... 75 74 71 67".
    assert celsius(data["T_chip"])[0, 0, 1, [0, 1, 2, -2, -1]] == pytest.approx([65, 66, 63, 71, 67])
    assert data["power_dc"].item() == 3526.0
    assert data["power_ac"].item() == 3731.0
    assert data["hash_rate"].item() == pytest.approx(199.24107e12, rel=1e-14)
    np.testing.assert_allclose(data["frequency"], 345.94e6)
    assert data["status"].item() == "mining"
    assert data["unit"].values.tolist() == ["020100008c699117"]
    assert (data.attrs["cooling"], data.attrs["model"]) == ("air", "15-194")
    assert data.attrs["firmware"] == "24102401_25462b2_9ddf522"
    assert data.attrs["clock"].startswith("none")
    assert data["time"].values.tolist() == [0.0]
    assert rejected(data) == {("record", "line without a field of an Avalon"): 1}  # the line SOURCE


def test_statistics_of_the_boards_are_those_noted(capture):
    """Means, spreads and ranges as an earlier reading of the same capture noted them."""
    T = read_avalon(capture("avalon_A15-194_MMID0.txt").read_bytes())["T_chip"].isel(time=0, unit=0) - 273.15
    np.testing.assert_allclose(T.mean("chip"), [68.4, 69.5, 70.7], atol=0.06)
    np.testing.assert_allclose(T.std("chip"), [4.2, 4.2, 3.1], atol=0.06)
    assert (T.min().item(), T.max().item()) == (pytest.approx(60.0), pytest.approx(78.0))


def test_a1066(capture):
    text = capture("avalon_A1066_MMID0.txt").read_text()
    data = read_avalon(text)
    assert data.sizes["chip"] == 114
    for board in range(3):
        T = data["T_chip"].isel(time=0, unit=0, board=board)
        np.testing.assert_allclose(celsius(T), bracket(text, f"PVT_T{board}"), atol=1e-10)
    assert celsius(data["T_chip_mean"])[0, 0] == pytest.approx([65, 63, 66])
    assert data["power_dc"].item() == 2834.0
    assert "power_ac" not in data  # its PS has six entries
    assert data["hash_rate"].item() == pytest.approx(50.29183e12)  # GHSavg; it has no GHSspd
    np.testing.assert_allclose(data["frequency"], 632.65e6)
    assert celsius(data["T_ambient"]).item() == pytest.approx(25)


def test_mini3_cut_off(capture):
    data = read_avalon(capture("avalon_mini3_pyasic_issue312_partial.txt").read_bytes())
    assert (data["power_dc"].item(), data["power_ac"].item()) == (760.0, 824.0)
    assert celsius(data["T_board"]).item() == pytest.approx(75)  # HBTemp
    assert celsius(data["T_chip_max"]).item() == pytest.approx(86)  # TMax of the one board
    assert celsius(data["T_ambient"]).item() == pytest.approx(39)  # ITemp
    assert "T_in" not in data
    assert data["status"].item() == "mining"


def test_nano3_whose_supply_is_laid_out_otherwise(capture, rejected):
    data = read_avalon(capture("avalon_nano3_minersentinel_issue16.txt").read_bytes())
    assert data["time"].values[0] == np.datetime64("2026-06-01T14:10:23")  # When=1780323023
    assert data["unit"].values.tolist() == ["020100005581d5b5"]  # DNA is zeros
    assert celsius(data["T_chip"])[0, 0, 0] == pytest.approx([86, 87, 87, 85, 84, 82, 86, 85, 86, 83])
    assert not {"power_dc", "power_ac"} & set(data)
    counts = rejected(data)
    assert counts["power_dc", "PS[4] is not the product of voltage PS[2] and current PS[3]"] == 1
    assert counts["power_ac", "PS[6] of a supply that does not keep to the known layout"] == 1
    # Freq says 0: (1151 x 441 + 229 x 461 + 390 x 481) / 1770 from SF0 and PLL0, by hand.
    assert data["frequency"].item() == pytest.approx(452.4011e6, rel=1e-6)
    assert data["status"].item() == "unknown"  # it does not say SYSTEMSTATU


@pytest.mark.parametrize("suffix_of", [lambda board: 0, lambda board: board])
def test_newer_layout_with_either_numbering(newer, suffix_of):
    data = read_avalon(newer(suffix_of))
    np.testing.assert_allclose(celsius(data["T_chip"])[0, 0], [[60, 61], [61, 62]], atol=1e-10)
    np.testing.assert_allclose(data["V_chip"].values[0, 0], [[0.300, 0.301], [0.301, 0.302]])
    assert data["unit"].item() == "0201000000000002"
    assert data["time"].values[0] == np.datetime64(1780000000, "s")


def test_board_end_sensors_are_not_coolant(newer, rejected):
    """HBITemp of a unit with two boards has one entry: it is not coolant, and not of a board that is known."""
    data = read_avalon(newer())
    assert not {"T_in", "T_out", "T_in_board", "T_out_board"} & set(data)
    assert rejected(data)["T_board_in", "HBITemp: one entry for several boards"] == 1
    one = read_avalon("HBITemp[75] HBOTemp[77] PVT_T0[80 81]")
    assert celsius(one["T_board_in"]).item() == pytest.approx(75)
    assert celsius(one["T_board_out"]).item() == pytest.approx(77)


def test_maximum_of_a_unit_is_not_one_of_a_board(rejected):
    """A summary without vectors says by itself how many boards its one maximum is of."""
    three = read_avalon(
        "SYSTEMSTATU[Work: In Work, Hash Board: 3 ] TMax[86] TAvg[82] PS[0 1210 2083 37 760 2085 824]"
    )
    assert not {"T_chip_max", "T_chip_mean"} & set(three)
    assert rejected(three)["T_chip_max", "TMax: one entry for several boards"] == 1
    one = read_avalon("SYSTEMSTATU[Work: In Work, Hash Board: 1 ] TMax[86]")
    assert celsius(one["T_chip_max"]).item() == pytest.approx(86)


def test_json_of_a_classic_reply_reads_as_its_text(classic):
    text = classic()
    reply = {
        "STATUS": [{"When": 1780000000}],
        "STATS": [{"STATS": 0, "MM ID0": text}, {"STATS": 1, "ID": "POOL0"}],
    }
    socket = f"STATUS=S,When=1780000000,Code=70|STATS=0,ID=AVA10,MM ID0={text},MM Count=1|STATS=1,ID=POOL0|\0"
    expected = read_avalon(socket)
    assert expected["rejected_count"].size == 0
    for given in (
        json.dumps(reply),
        json.dumps(reply, indent=2),
        json.dumps([reply]),
        json.dumps({"estats": [reply]}),
        json.dumps(reply) + "\0",
        "\ufeff" + json.dumps(reply),
    ):
        xr.testing.assert_identical(read_avalon(given), expected)


def test_stream_of_units_in_any_order(classic, rejected):
    """Three units, four times, shuffled, one record sent twice: every record finds its place."""
    rng = np.random.default_rng(4)
    records = [(1780000000 + 60 * k, f"02010000000000{u:02d}", k, u) for k in range(4) for u in range(3)]
    rng.shuffle(records)
    records.append(records[0])
    lines = [
        f"When={when},{classic(DNA=name, PVT_T0=f'{60 + int(k)} {70 + int(u)}', PVT_V0='290 290')}"
        for when, name, k, u in records
    ]
    data = read_avalon("\r\n".join(lines) + "\r\n")
    assert (data.sizes["time"], data.sizes["unit"]) == (4, 3)
    T = celsius(data["T_chip"])[:, :, 0, :2]
    np.testing.assert_allclose(T[..., 0], 60 + np.arange(4)[:, None] + np.zeros(3), atol=1e-10)
    np.testing.assert_allclose(T[..., 1], 70 + np.arange(3)[None, :] + np.zeros((4, 1)), atol=1e-10)
    assert rejected(data) == {("record", "second record of the unit at the same time"): 1}
    assert data.attrs["unordered_records"] > 0


def test_modules_of_one_controller_are_units(classic):
    first, second = classic(DNA="aa"), classic(DNA="bb", TMax="50", MTmax="50 49")
    data = read_avalon(f"STATUS=S,When=1780000000|STATS=0,MM ID0={first},MM ID1={second}|")
    assert data["unit"].values.tolist() == ["aa", "bb"]
    assert celsius(data["T_chip_max"])[0, 1] == pytest.approx([50, 49])


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ("1780000000 ", "2026-05-28T20:26:40"),
        ("1780000000.25,", "2026-05-28T20:26:40.250"),
        ("2026-06-01T14:10:23Z ", "2026-06-01T14:10:23"),
        ("[2026-06-01 16:10:23.5+02:00] ", "2026-06-01T14:10:23.5"),
    ],
)
def test_time_at_the_start_of_a_line(classic, start, expected):
    assert read_avalon(start + classic())["time"].values[0] == np.datetime64(expected)


def test_time_without_an_offset_is_no_time(classic, rejected):
    data = read_avalon(f"2026-06-01T14:10:23 {classic()}\n2026-06-01T14:10:23Z {classic()}")
    assert data.sizes["time"] == 1
    assert rejected(data) == {("record", "no time that can be read"): 1}


STALE = "unit in standby: the firmware repeats the last vector"


@pytest.mark.parametrize(
    "changes", [{"SYSTEMSTATU": "Work: In Idle, Hash Board: 2"}, {"TMax": "0"}, {"SoftOFF": "1780000000"}]
)
def test_vectors_are_stale_in_standby(classic, rejected, changes):
    data = read_avalon(classic(**changes))
    assert data["status"].item() == "standby"
    assert data["T_chip"].isnull().all()
    assert data["V_chip"].isnull().all()
    assert rejected(data)["T_chip", STALE] == 8
    assert celsius(data["T_ambient"]).item() == pytest.approx(31)  # not a vector of chips


def test_dead_chips(classic, rejected):
    data = read_avalon(classic(PVT_T0="66 0 63 62", PVT_V0="293 0 0 290"))
    assert data["T_chip"].isnull().sum() == 1
    assert data["V_chip"].isnull().sum() == 2
    assert rejected(data) == {
        ("T_chip", "reads zero: dead sensor or chip"): 1,
        ("V_chip", "reads zero: dead sensor or chip"): 2,
    }


def test_nothing_is_known_of_air_sensors_of_a_hydro_unit(classic, rejected):
    data = read_avalon(classic(Ver="1566HA-25060101_abc_def", FanR=None, Temp=None, ITemp="70"))
    assert data.attrs["cooling"] == "hydro"
    assert not {"T_ambient", "T_in"} & set(data)
    assert rejected(data)["T_ambient", "Temp or ITemp of a hydro unit: not shown to be air, nor coolant"] == 1


def test_wall_power_below_dc_power(classic, rejected):
    data = read_avalon(classic(WALLPOWER="3000"))
    assert np.isnan(data.get("power_ac", np.nan)).all()
    assert rejected(data)["power_ac", "below the DC power"] == 1
    assert data["power_dc"].item() == 3526.0


def test_frequency_outside_its_steps(classic, rejected):
    data = read_avalon(classic(Freq="500.0"))
    assert "frequency" not in data
    assert rejected(data)["frequency", "Freq outside the steps SF of its boards"] == 1


@pytest.mark.parametrize(
    ("changes", "variable", "reason", "count"),
    [
        ({"PVT_T64": "1 2 3"}, "T_chip", "PVT_T: board number above 63", 0),
        ({"PVT_T0": "66 x 63 62"}, "T_chip", "PVT_T: entry that is not a number", 1),
        ({"PVT_T0": "66 nan 63 62"}, "T_chip", "PVT_T: entry that is not a number", 1),
        ({"PVT_T0": "66 99999 63 62"}, "T_chip", "outside 223.15 .. 473.15 K: not a reading", 1),
        ({"PVT_T0": "66 " + "9" * 500}, "T_chip", "outside 223.15 .. 473.15 K: not a reading", 1),
        ({"PVT_T0": "1 " * 4097}, "T_chip", "PVT_T: more than 4096 entries", 4096),
        ({"Temp": "-273"}, "T_ambient", "outside 223.15 .. 473.15 K: not a reading", 1),
    ],
)
def test_damaged_fields_are_counted_and_the_rest_is_read(classic, rejected, changes, variable, reason, count):
    data = read_avalon(classic(**changes))
    counts = rejected(data)
    assert counts[variable, reason] == max(count, 1)
    assert sum(counts.values()) == max(count, 1)
    np.testing.assert_allclose(celsius(data["T_chip"])[0, 0, 1, :4], [71, 72, 78, 60], atol=1e-10)


def test_field_given_twice_and_field_cut_off(classic, rejected):
    data = read_avalon(classic() + " PVT_T0[99 99] PVT_T1[50 51")
    assert celsius(data["T_chip"])[0, 0, 0] == pytest.approx([66, 65, 63, 62])
    assert rejected(data) == {
        ("T_chip", "PVT_T given twice in a record"): 1,
        ("T_chip", "PVT_T: cut off before its bracket closed"): 2,
    }


def test_parts_of_a_long_text_join(classic, monkeypatch):
    """Text that is scanned in many parts gives what it gives in one."""
    lines = "\n".join(f"When={1780000000 + k},{classic(Temp=str(20 + k % 10))}" for k in range(50))
    whole = read_avalon(lines)
    monkeypatch.setattr("hashheat.validation.readers.avalon_records._PART", 1000)
    xr.testing.assert_identical(read_avalon(lines), whole)


def test_units_polled_one_after_the_other(classic):
    """60 units a second apart, ten rounds: on their own times a grid is mostly empty, on a minute's it is full."""
    lines = "\n".join(
        f"When={1780000020 + 60 * k + u - 29},{classic(DNA=f'a{u}', PVT_T0='60 ' * 160)}"
        for k in range(10)
        for u in range(58)
    )
    with pytest.raises(FieldDataError, match="time_step"):
        read_avalon(lines)
    data = read_avalon(lines, time_step=60.0)
    assert (data.sizes["time"], data.sizes["unit"]) == (10, 58)
    assert data["T_chip"].isel(board=0).notnull().all()


def test_boards_that_differ_beyond_reason(classic):
    lines = "\n".join(
        [classic(PVT_T0="60 " * 4000, PVT_T63="60")] + [f"x {classic(DNA=str(k))}" for k in range(20)]
    )
    with pytest.raises(FieldDataError, match="mostly empty"):
        read_avalon(lines)


@pytest.mark.parametrize(
    "data", [b"", b"no brackets", b"Ver[x", b'{"STATS": []}', b'{"STATS": [{"MM ID0": 3}]}', b"x[1]"]
)
def test_no_reply_at_all(data):
    with pytest.raises(FieldDataError):
        read_avalon(data)
