"""The tables of the cases: read with their units, and the same numbers as the files they were taken from."""

import csv
import json
import re
from pathlib import Path

import numpy as np
import pytest

from hashheat.thermo.errors import InputError
from hashheat.validation.case_figures import read_figures
from hashheat.validation.case_file import CASES

REFERENCE = Path(__file__).resolve().parents[2].parent / "shared" / "reference"


def figures(name):
    return read_figures(CASES / name / "figures.csv")


def reference(path):
    if not (REFERENCE / path).is_file():
        pytest.skip(f"{path} is not beside the repository (shared/reference)")
    return (REFERENCE / path).read_text(encoding="utf-8")


def rows(path):
    return list(csv.DictReader(line for line in reference(path).splitlines() if not line.startswith("#")))


def test_numbers_come_in_si(tmp_path):
    path = tmp_path / "figures.csv"
    path.write_text(
        "# about\nquantity,point,value,unit,status\nT,a,20,degC,measured\nT,b,300,K,measured\nn,a,0.3,1,x\n"
    )
    found = read_figures(path)
    assert found.points("T") == ["a", "b"]
    assert found.values("T", "K") == pytest.approx([293.15, 300.0])
    assert found.at("n", "a", "1") == 0.3
    with pytest.raises(InputError, match="no such point"):
        found.at("T", "c", "K")
    with pytest.raises(InputError, match="no such quantity"):
        found.values("p", "Pa")
    with pytest.raises(InputError, match="not a unit"):
        found.values("T", "Pa")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no table of figures"),
        ("quantity,value\n", "no table of figures"),
        ("quantity,point,value,unit,status\na,b,1,K\n", "five entries"),
        ("quantity,point,value,unit,status\na,b,1,K,x\na,b,2,K,x\n", "stands twice"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path, text, message):
    path = tmp_path / "figures.csv"
    path.write_text(text)
    with pytest.raises(InputError, match=message):
        read_figures(path)
    with pytest.raises(InputError, match="not found"):
        read_figures(tmp_path / "none.csv")


def test_the_curve_of_the_ocp_plate():
    found = figures("ocp-plate")
    points = rows("coldplate/ocp_1kw_oam_pg25.csv")
    assert found.values("volume_flow", "m^3/s") == pytest.approx(
        [float(r["flow_L_per_min"]) / 6e4 for r in points], rel=1e-12
    )
    assert found.values("resistance", "K/W") == pytest.approx(
        [float(r["resistance_K_per_W"]) for r in points], rel=1e-12
    )


def test_the_water_of_the_luxos_capture():
    found = figures("luxos")
    for board in json.loads(reference("telemetry/luxos_hydro_temps.json"))["TEMPS"]:
        name = f"board {board['ID']}"
        assert found.at("T_in", name, "K") == board["BottomRight"] + 273.15
        assert found.at("T_out", name, "K") == board["TopRight"] + 273.15


def test_the_statistics_of_the_avalon_capture():
    """From the text itself, with no reader of the package."""
    found = figures("avalon-a15")
    text = reference("telemetry/avalon_A15-194_MMID0.txt")
    for key, of, unit, scale in (
        ("chip_noise", "PVT_T", "delta_K", 1.0),
        ("voltage_noise", "PVT_V", "V", 1e-3),
    ):
        for board in range(3):
            match = re.search(rf"{of}{board}\[([^\]]*)\]", text)
            assert match
            x = [scale * float(part) for part in match[1].split()]
            assert len(x) == 160
            residual = [x[i] - 0.5 * (x[i - 1] + x[i + 1]) for i in range(1, 159)]
            mean = sum(residual) / 158
            noise = (sum((r - mean) ** 2 for r in residual) / 157 / 1.5) ** 0.5
            assert found.at(key, f"board {board}", unit) == pytest.approx(noise, rel=1e-5)
            if of == "PVT_T":
                gradient = sum(x[80:]) / 80 - sum(x[:80]) / 80
                assert found.at("gradient", f"board {board}", "delta_K") == pytest.approx(gradient, rel=1e-5)
                assert found.at("largest_of_vector", f"board {board}", "K") == max(x) + 273.15
            else:
                assert found.at("voltage", f"board {board}", "V") == pytest.approx(sum(x) / 160, rel=1e-5)
    firmware = re.search(r"MTavg\[([^\]]*)\]", text)
    assert firmware
    assert found.values("T_chip_mean", "K") == pytest.approx([float(v) + 273.15 for v in firmware[1].split()])


def test_the_network_of_destest():
    found = figures("destest-ce0")
    pipes = rows("district/destest_ce0/network.csv")
    assert len(found.points("length")) == len(pipes)
    for pipe in pipes:
        name = f"{pipe['node_from']} to {pipe['node_to']}"
        for key, column in (
            ("length", "length_m"),
            ("diameter", "inner_diameter_m"),
            ("wall", "wall_thickness_m"),
        ):
            assert found.at(key, name, "m") == float(pipe[column])
    last = reference("district/destest_ce0/TRNSYS_TUD_2022_Network_0.csv").splitlines()[-1].split(",")
    assert found.at("drop_i_e", "TRNSYS 2022", "Pa") == float(last[2])
    assert found.at("T_return_i", "TRNSYS 2022", "K") == pytest.approx(float(last[11]) + 273.15)
    assert found.at("heat", "TRNSYS 2022", "W") == float(last[18])


def test_the_worked_examples_and_the_dealers_table():
    sinnott = {r["quantity"]: r for r in rows("phe/sinnott_methanol_example.csv")}
    found = figures("coulson")
    for n in (48, 60):
        assert found.at("U", f"{n} channels", "W/(m^2 K)") == float(sinnott["U"][f"recomputed_{n}ch"])
        drop = float(sinnott["dp plate water"][f"recomputed_{n}ch"])
        assert found.at("channel_pressure_drop", f"{n} channels water", "Pa") == drop
    kakac = {r["item"]: r["value"] for r in rows("phe/kakac_example.csv")}
    clean, fouled = (float(v) for v in kakac["U clean / fouled"].split("/"))
    assert figures("kakac").values("U", "W/(m^2 K)") == pytest.approx([clean, fouled])
    swep = next(r for r in rows("phe/swep_80_60_50_70.csv") if r["implied_U_W_m2K"])
    assert figures("swep").at("U", "implied", "W/(m^2 K)") == float(swep["implied_U_W_m2K"])
    assert np.isclose(
        figures("swep").at("mass_flow", "each side", "kg/s"), float(swep["flow_kg_s_each_side"])
    )
