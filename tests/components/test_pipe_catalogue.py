"""The shipped sizes of pre-insulated pipes against the catalogue they come from."""

import csv
from pathlib import Path

import numpy as np
import pytest

from hashheat.components.buried_pipe import BuriedPipe
from hashheat.components.pipe_catalogue import catalogue_pipe, catalogue_sizes
from hashheat.thermo.errors import InputError

REFERENCE = Path(__file__).resolve().parents[2].parent / "shared" / "reference" / "district"
CATALOGUE = REFERENCE / "pipe_types" / "std_types_Pipe.csv"
SERIES = {"STD": 1, "1x": 2, "2x": 3}


@pytest.fixture(scope="module")
def printed():
    if not CATALOGUE.is_file():
        pytest.skip("the catalogue's table stands beside the project and is not here")
    with CATALOGUE.open(encoding="utf-8") as lines:
        rows = [row for row in csv.DictReader(lines, delimiter=";") if row["std_type"].startswith("ISOPLUS")]
    return {(int(r["nominal_width_mm"]), SERIES[r["std_type"].rpartition("_")[2]]): r for r in rows}


def test_sizes_are_those_of_the_table(printed):
    for dn in catalogue_sizes():
        for series in SERIES.values():
            pipe, row = catalogue_pipe(dn, series), printed[dn, series]
            assert pipe.outer_diameter == pytest.approx(float(row["outer_diameter_mm"]) / 1e3, rel=1e-12)
            assert pipe.inner_diameter == pytest.approx(float(row["inner_diameter_mm"]) / 1e3, rel=1e-12)
            assert pipe.U == float(row["u_w_per_mk"])
            assert pipe.roughness == pytest.approx(float(row["k_mm"]) / 1e3)


def test_sizes_grow_with_dn_and_series():
    sizes = catalogue_sizes()
    assert sizes[0] == 20
    assert sizes[-1] == 400
    for series in (1, 2, 3):
        pipes = [catalogue_pipe(dn, series) for dn in sizes]
        assert all(np.diff([p.inner_diameter for p in pipes]) > 0.0)
        assert all(np.diff([p.casing_diameter for p in pipes]) >= 0.0)
    for dn in sizes:
        assert all(np.diff([catalogue_pipe(dn, s).casing_diameter for s in (1, 2, 3)]) > 0.0)
        assert all(np.diff([catalogue_pipe(dn, s).U for s in (1, 2, 3)]) < 0.0)


def test_one_conductivity_of_insulation_gives_the_catalogues_heat_loss():
    """EN 13941 with 0.0256 W/(m K): 1.9 % rms over 45 pipes; those whose casing was read, and all, within 3 %."""
    pipes = [catalogue_pipe(dn, s) for dn in catalogue_sizes() for s in (1, 2, 3)]
    found = [
        BuriedPipe.from_values({"length": 1.0, "dn": p.dn, "series": p.series}).loss_per_length for p in pipes
    ]
    error = np.array(found) / np.array([p.U for p in pipes]) - 1.0
    read = np.array([p.casing_status == "literature" for p in pipes])
    assert read.sum() == 24
    assert np.sqrt(np.mean(error[read] ** 2)) < 0.03
    assert np.sqrt(np.mean(error**2)) < 0.02
    # One pipe is off by more than 4 %: its casing of 670 mm does not go with its heat loss.
    worst = [(p.dn, p.series) for p, e in zip(pipes, error) if abs(e) > 0.04]
    assert worst == [(400, 3)]


def test_what_is_not_in_it_is_named():
    with pytest.raises(InputError, match="dn") as caught:
        catalogue_pipe(90)
    assert "80, 100" in str(caught.value)
    with pytest.raises(InputError, match="series"):
        catalogue_pipe(80, 4)
    with pytest.raises(InputError, match="isoplus-single"):
        catalogue_pipe(80, 1, "other")
