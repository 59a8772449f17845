"""The one entry: every format recognised by its bytes, every fault with the file's name."""

import json

import numpy as np
import pytest
import xarray as xr

from hashheat.thermo.errors import FieldDataError
from hashheat.validation.readers import read_field_data
from hashheat.validation.readers.schema import check_schema

RECOGNISED = {
    "avalon_A1066_MMID0.txt": "avalon",
    "avalon_A15-194_MMID0.txt": "avalon",
    "avalon_mini3_pyasic_issue312_partial.txt": "avalon",
    "avalon_nano3_minersentinel_issue16.txt": "avalon",
    "luxos_hydro_temps.json": "luxos",
    "vnish_S19ProPlusHyd_chain.json": "vnish",
    "whatsminer_api_v3_doc_examples.json": "whatsminer",
    "whatsminer_v3_get_miner_status_summary.json": "whatsminer",
}


@pytest.mark.parametrize("name", RECOGNISED)
def test_captures(capture, name):
    data = check_schema(read_field_data(capture(name)))
    assert data.attrs["format"] == RECOGNISED[name]
    assert data.attrs["source"] == name
    assert data.attrs["synthetic"] == 0
    assert data.attrs["Conventions"].startswith("CF-")
    for array in data.variables.values():
        assert "long_name" in array.attrs
        assert array.dtype.kind in "MUO" or "units" in array.attrs


def test_name_of_the_file_names_a_unit_without_a_name(capture):
    assert read_field_data(capture("luxos_hydro_temps.json"))["unit"].values.tolist() == ["luxos_hydro_temps"]


def test_tables_of_specifications_are_no_field_data(capture):
    for name in ("miners.csv", "chips.csv"):
        with pytest.raises(FieldDataError, match="column map is needed") as caught:
            read_field_data(capture(name))
        assert caught.value.file.endswith(name)


def test_column_map_beside_a_table(tmp_path):
    (tmp_path / "log.csv").write_text("t,T\n2026-01-01T00:00Z,70\n")
    (tmp_path / "log.columns.toml").write_text(
        'time.column = "t"\n[columns.T_in]\ncolumn = "T"\nunit = "degC"\n[instruments.T_in]\nsigma = "0.2 K"\n'
    )
    data = read_field_data(tmp_path / "log.csv")
    assert data["T_in"].item() == pytest.approx(343.15)
    (tmp_path / "other.toml").write_text('time.column = "t"\n[columns.T_out]\ncolumn = "T"\nunit = "degC"\n')
    assert "T_out" in read_field_data(tmp_path / "log.csv", tmp_path / "other.toml")


def test_tables_of_others_beside_telemetry_are_no_column_map(tmp_path, newer):
    (tmp_path / "log.json").write_text(newer())
    (tmp_path / "log.columns.toml").write_text('[instruments.T_in]\nsigma = "0.2 K"\n')
    assert read_field_data(tmp_path / "log.json").attrs["format"] == "avalon"


def test_long_json_is_recognised_by_its_first_line(tmp_path, newer):
    reply = json.loads(newer())
    lines = []
    for k in range(3000):
        reply["STATUS"][0]["When"] = 1780000000 + k
        lines.append(json.dumps(reply))
    file = tmp_path / "log.json"
    file.write_text("\n".join(lines))
    assert file.stat().st_size > 1 << 20
    assert read_field_data(file).sizes["time"] == 3000
    file.write_text(json.dumps([json.loads(line) for line in lines], indent=1))
    assert read_field_data(file).sizes["time"] == 3000


@pytest.mark.parametrize(
    "text", ["", "hello", "a,b\n1,2\n", "{}", '{"STATUS": []}', "<html></html>", "\x89HDF", "PAR1"]
)
def test_what_is_no_field_data(tmp_path, text):
    file = tmp_path / "data.bin"
    file.write_bytes(text.encode("latin-1"))
    with pytest.raises(FieldDataError) as caught:
        read_field_data(file)
    assert caught.value.file == str(file)


def test_netcdf_that_does_not_keep_to_the_schema(tmp_path, newer):
    (tmp_path / "a.json").write_text(newer())
    data = read_field_data(tmp_path / "a.json")
    T = data["T_chip"]
    wrong = {
        "another unit": data.assign(T_chip=(T - 273.15).assign_attrs(T.attrs | {"units": "degC"})),
        "another unit by its word alone": data.assign(T_chip=T.assign_attrs(units="degC")),
        "another name": data.rename(T_chip="T_chips"),
        "other dimensions": data.assign(T_in=T.isel(chip=0, drop=True).assign_attrs(T.attrs)),
        "no reading": data.assign(T_chip=(T * 10).assign_attrs(T.attrs)),
        "text": data.assign(T_chip=T.astype(str).assign_attrs(T.attrs)),
        "no time": data.drop_vars("time"),
        "no unit": data.drop_vars("unit"),
        "no board": data.drop_vars("board"),
        "no variable": data[["status"]],
        "status": data.assign(status=data["status"].copy(data=[["asleep"]])),
        "order of times": data.isel(time=[0, 0]),
    }
    for what, given in wrong.items():
        given.to_netcdf(tmp_path / "x.nc", engine="h5netcdf")
        with pytest.raises(FieldDataError):
            pytest.fail(f"{what}: {read_field_data(tmp_path / 'x.nc')}")
    data.to_netcdf(tmp_path / "x.nc", engine="h5netcdf")
    xr.testing.assert_identical(read_field_data(tmp_path / "x.nc"), data)


def test_time_step_is_checked(tmp_path, newer):
    (tmp_path / "a.json").write_text(newer())
    for step in (0.0, -1.0, np.nan, np.inf, 1e12):
        with pytest.raises(FieldDataError, match="time step"):
            read_field_data(tmp_path / "a.json", time_step=step)
    data = read_field_data(tmp_path / "a.json", time_step=3600.0)
    assert data["time"].values[0] == np.datetime64("2026-05-28T20:00")  # 20:26:40 to the nearest hour
