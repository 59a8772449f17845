"""LuxOS, VNish, Whatsminer and Braiins: captures by hand, records in lines, and what is no reply."""

import json

import numpy as np
import pytest

from hashheat.thermo.errors import FieldDataError
from hashheat.validation.readers.braiins import read_braiins
from hashheat.validation.readers.luxos import read_luxos
from hashheat.validation.readers.vnish import read_vnish
from hashheat.validation.readers.whatsminer import read_whatsminer


def celsius(data, name):
    return data[name].values - 273.15


def test_luxos_capture(capture):
    data = read_luxos(capture("luxos_hydro_temps.json").read_bytes())
    assert data["board"].values.tolist() == [0, 1, 2]
    assert celsius(data, "T_in_board")[0, 0] == pytest.approx([43, 42, 42])
    assert celsius(data, "T_out_board")[0, 0] == pytest.approx([48, 48, 48])
    assert celsius(data, "T_board_in")[0, 0] == pytest.approx([56, 56, 55])
    assert celsius(data, "T_board_out")[0, 0] == pytest.approx([59, 58, 58])
    assert data["time"].values[0] == np.datetime64("2024-10-08T14:33:51")  # When 1728398031
    assert data.attrs["cooling"] == "hydro"
    assert data["rejected_count"].size == 0


def test_luxos_reads_labels_and_not_places(capture):
    """The same reply with corners called otherwise: labels moved, numbers with them."""
    reply = json.loads(capture("luxos_hydro_temps.json").read_text())
    expected = read_luxos(json.dumps(reply))
    other = {
        "BottomLeft": "TopRight",
        "TopRight": "TopLeft",
        "TopLeft": "BottomRight",
        "BottomRight": "BottomLeft",
    }
    reply["METADATA"] = [{other[corner]: entry for corner, entry in reply["METADATA"][0].items()}]
    reply["TEMPS"] = [{other.get(key, key): value for key, value in row.items()} for row in reply["TEMPS"]]
    assert read_luxos(json.dumps(reply)).identical(expected)


def test_luxos_label_that_is_not_known(capture, rejected):
    reply = json.loads(capture("luxos_hydro_temps.json").read_text())
    reply["METADATA"][0]["BottomLeft"]["Label"] = "Somewhere"
    data = read_luxos(json.dumps(reply))
    assert "T_board_out" not in data
    assert rejected(data) == {("T_board", "corner of a board with a label that is not known"): 3}


def test_vnish_capture(capture):
    data = read_vnish(capture("vnish_S19ProPlusHyd_chain.json").read_bytes())
    assert data["board"].values.tolist() == [1]
    assert celsius(data, "T_in_board").item() == pytest.approx(28)
    assert celsius(data, "T_out_board").item() == pytest.approx(43)
    assert data.attrs["cooling"] == "hydro"


def test_vnish_trap_of_a_chip_colder_than_its_water(rejected):
    chains = [
        {"id": n, "inlet_water_temp": 36, "outlet_water_temp": 45, "chip_temp": {"min": 39, "max": T}}
        for n, T in ((1, 40), (2, 55))
    ]
    reply = {"miner": {"miner_status": {"miner_state": "mining"}, "chains": chains}}
    data = read_vnish(json.dumps(reply))
    assert data["status"].item() == "mining"
    assert np.isnan(data["T_chip_max"].sel(board=1).item())
    assert celsius(data.sel(board=2), "T_chip_max").item() == pytest.approx(55)
    assert rejected(data) == {("T_chip_max", "hottest chip colder than the coolant at the outlet"): 1}


def test_vnish_power_of_all_chains_or_none(rejected):
    chain = {"id": 1, "inlet_water_temp": 36}
    whole = {
        "miner": {"chains": [chain | {"power_consumption": 700}, chain | {"id": 2, "power_consumption": 720}]}
    }
    assert read_vnish(json.dumps(whole))["power_dc"].item() == 1420.0
    del whole["miner"]["chains"][0]["power_consumption"]
    data = read_vnish(json.dumps(whole))
    assert "power_dc" not in data
    assert rejected(data) == {("power_dc", "power of some chains without that of the others"): 1}


def test_whatsminer_v3_capture(capture, rejected):
    data = read_whatsminer(capture("whatsminer_v3_get_miner_status_summary.json").read_bytes())
    assert celsius(data, "T_board")[0, 0] == pytest.approx([41.1, 40.1, 41.5])
    assert celsius(data, "T_ambient").item() == pytest.approx(28.5)
    assert data["power_ac"].item() == 3156.0
    assert data["hash_rate"].item() == pytest.approx(171.259e12)
    np.testing.assert_allclose(data["frequency"], 625e6)
    assert data["time"].values[0] == np.datetime64(1773869570, "s")
    assert (data.attrs["cooling"], data["status"].item()) == ("air", "mining")
    reason = "reported for the unit as a whole, not for a board"
    assert rejected(data) == {("T_chip_max", reason): 1, ("T_chip_mean", reason): 1}


def test_whatsminer_v3_example(capture):
    data = read_whatsminer(capture("whatsminer_api_v3_doc_examples.json").read_bytes())
    assert celsius(data, "T_board")[0, 0] == pytest.approx([69.6, 70.1, 72.3])
    assert celsius(data, "T_ambient").item() == pytest.approx(34.8)
    assert data["power_ac"].item() == 3268.0  # power-realtime, not pin of the other reply
    assert data["hash_rate"].item() == pytest.approx(101.847e12)


def test_whatsminer_liquid(rejected):
    reply = {
        "when": 1780000000,
        "msg": {
            "power": {"pin": 7100, "liquid-temperature": 44.0},
            "miner": {"eeprom-liquid-cooling": "1-1-1", "type": "M64"},
        },
    }
    data = read_whatsminer(json.dumps(reply))
    assert data["power_ac"].item() == 7100.0
    assert not {"T_in", "T_out"} & set(data)
    assert rejected(data) == {("T_in", "liquid-temperature: place of the sensor not documented"): 1}
    assert (data.attrs["cooling"], data.attrs["model"]) == ("unknown", "M64")


def test_whatsminer_v2():
    summary = {
        "Power": 3417,
        "Env Temp": 25.5,
        "MHS 1m": 1.0e8,
        "Chip Temp Max": 92.5,
        "Liquid Cooling": False,
    }
    devs = [
        {"Slot": n, "Temperature": 70 + n, "Chip Temp Max": 90 + n, "Chip Temp Avg": 84.1} for n in range(3)
    ]
    data = read_whatsminer(json.dumps({"STATUS": [{"When": 1780000000}], "SUMMARY": [summary], "DEVS": devs}))
    assert data["power_ac"].item() == 3417.0
    assert celsius(data, "T_board")[0, 0] == pytest.approx([70, 71, 72])
    assert celsius(data, "T_chip_max")[0, 0] == pytest.approx([90, 91, 92])
    assert data["hash_rate"].item() == pytest.approx(100e12)
    assert data.attrs["cooling"] == "air"


def test_braiins():
    temperatures = [{"name": "WATER_INLET", "degreesC": 40.0}, {"name": "WATER_OUTLET", "degreesC": 50.5}]
    graph = {"data": {"bosminer": {"info": {"workSolver": {"temperatures": temperatures}}}}}
    data = read_braiins(json.dumps(graph))
    assert (celsius(data, "T_in").item(), celsius(data, "T_out").item()) == pytest.approx((40.0, 50.5))
    boards = [
        {
            "id": "2",
            "board_temp": {"degree_c": 60.0},
            "lowest_inlet_temp": {"degree_c": 50},
            "highest_outlet_temp": {"degree_c": 58},
            "highest_chip_temp": {"temperature": {"degree_c": 71.5}},
        }
    ]
    data = read_braiins(json.dumps({"hashboards": boards}))
    assert data["board"].values.tolist() == [2]
    for name, T in (("T_board", 60), ("T_board_in", 50), ("T_board_out", 58), ("T_chip_max", 71.5)):
        assert celsius(data, name).item() == pytest.approx(T)
    assert not {"T_in", "T_out", "T_in_board", "T_out_board"} & set(data)


def test_replies_in_lines_become_times(capture):
    reply = json.loads(capture("luxos_hydro_temps.json").read_text())
    lines = []
    for minute in (2, 0, 1):
        reply["STATUS"][0]["When"] = 1780000000 + 60 * minute
        for row in reply["TEMPS"]:
            row["BottomRight"] = 40 + minute
        lines.append(json.dumps(reply))
    data = read_luxos("\n".join(lines))
    np.testing.assert_allclose(celsius(data, "T_in_board")[:, 0, 0], [40, 41, 42], atol=1e-10)
    assert data.attrs["unordered_records"] == 1


READERS = (read_luxos, read_vnish, read_whatsminer, read_braiins)


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "3", '"a"', "[1]", '{"miner": 3}', '{"a": [[]]}', "{" * 5000, b"\xff"]
)
def test_no_reply(reader, text):
    with pytest.raises(FieldDataError):
        reader(text)


@pytest.mark.parametrize("value", ["NaN", "Infinity", "1e999", '"x"', "[]", "{}", "true", "9" * 4000])
def test_values_that_are_no_numbers_are_counted(value, rejected):
    text = '{"miner": {"chains": [{"id": 1, "inlet_water_temp": VALUE, "outlet_water_temp": 43}]}}'
    text = text.replace("VALUE", value)
    data = read_vnish(text)
    assert celsius(data, "T_out_board").item() == pytest.approx(43)
    assert sum(rejected(data).values()) == 1


@pytest.mark.parametrize("number", ["64", "-1", "0.5", "null", "1e400", '"x"'])
def test_board_numbers_that_are_none(number, rejected):
    text = '{"miner": {"chains": [{"id": VALUE, "inlet_water_temp": 28}, {"id": 3, "inlet_water_temp": 29}]}}'
    text = text.replace("VALUE", number)
    data = read_vnish(text)
    assert data["board"].values.tolist() == [3]
    assert rejected(data) == {("T_in_board", "board number that is not one of 0 to 63"): 1}
