"""What a kernel reads from the duct table, against reference tables and against its own generator."""

import csv
import math
from importlib import resources
from pathlib import Path

import numpy as np
import pytest

from hashheat.solvers import duct_modes, duct_table
from hashheat.solvers.convection import nusselt_laminar
from hashheat.solvers.duct_table import aspect_nodes, duct_laminar, table_rows
from hashheat.thermo.errors import InputError

REFERENCE = Path(__file__).resolve().parents[2].parent / "shared" / "reference" / "coldplate"
needs_reference = pytest.mark.skipif(not REFERENCE.is_dir(), reason="shared reference tables are not here")


def rows(name):
    with (REFERENCE / name).open(newline="") as file:
        return list(csv.DictReader(file))


def kernel_values(duct, x_star):
    return np.array([nusselt_laminar(duct, float(x)) for x in x_star])


@needs_reference
@pytest.mark.parametrize("boundary", ["H1", "T"])
@pytest.mark.parametrize(
    ("walls", "column"),
    [
        (4, "4walls"),
        ("short_adiabatic", "3walls_adiabatic_SHORT"),
        ("long_adiabatic", "3walls_adiabatic_LONG"),
    ],
)
def test_developed_rows(boundary, walls, column):
    for row in rows("nu_rect_fully_developed.csv"):
        duct = duct_laminar("rectangle", float(row["alpha_short_over_long"]), boundary, walls)
        assert nusselt_laminar(duct, 1e3) == duct.Nu_inf
        assert duct.Nu_inf == pytest.approx(float(row[f"Nu_{boundary}_{column}"]), rel=2e-5)
        assert duct.fRe == pytest.approx(4.0 * float(row["fRe_Fanning_exact"]), rel=1e-7)


@needs_reference
@pytest.mark.parametrize(("boundary", "column"), [("H1", "NuxH1"), ("T", "NuxT")])
def test_developing_rows(boundary, column):
    for row in rows("nu_rect_thermally_developing.csv"):
        duct = duct_laminar("rectangle", float(row["alpha"]), boundary)
        assert nusselt_laminar(duct, 1.0 / float(row["inv_xstar"])) == pytest.approx(
            float(row[column]), rel=5e-5
        )


@needs_reference
@pytest.mark.parametrize("shape", ["tube", "plates"])
@pytest.mark.parametrize("boundary", ["H1", "T"])
def test_graetz_rows(shape, boundary):
    duct = duct_laminar(shape, boundary=boundary)
    assert duct.fRe == {"tube": 64.0, "plates": 96.0}[shape]
    for row in rows("graetz_reference.csv"):
        if row["geometry"] == shape:
            x = float(row["xstar=x/(Dh Re Pr)"])
            assert nusselt_laminar(duct, x) == pytest.approx(float(row[f"Nux_{boundary[0]}"]), rel=5e-5)


@needs_reference
def test_mean_nusselt_by_marching():
    """The mean over a duct, as a marching kernel forms it from local values, inlet included."""
    for row in rows("nu_rect_thermally_developing.csv")[::4]:
        duct = duct_laminar("rectangle", float(row["alpha"]), "T")
        x = 1.0 / float(row["inv_xstar"])
        # Substituting x = s^3 removes Leveque's singularity; midpoints as in a march.
        s = (np.arange(2000) + 0.5) / 2000 * x ** (1 / 3)
        integral = np.sum(kernel_values(duct, s**3) * 3.0 * s**2) * x ** (1 / 3) / 2000
        assert integral / x == pytest.approx(float(row["NumT"]), rel=3e-5)


@pytest.mark.parametrize(("shape", "shear"), [("tube", 8.0), ("plates", 12.0)])
def test_leveque(shape, shear):
    """The limit towards the inlet, exact for the velocity's slope at the wall [mean velocity / D_h]."""
    x = 1e-15
    for boundary, factor in [("T", 1.0 / math.gamma(4 / 3)), ("H1", math.gamma(2 / 3))]:
        exact = factor * (shear / (9.0 * x)) ** (1 / 3)
        assert nusselt_laminar(duct_laminar(shape, boundary=boundary), x) == pytest.approx(exact, rel=4e-3)


@pytest.mark.parametrize(
    ("shape", "aspect", "walls"),
    [
        ("tube", 1.0, 4),
        ("plates", 0.0, 4),
        ("rectangle", 1.0, 4),
        pytest.param("rectangle", float(aspect_nodes()[5]), "short_adiabatic", marks=pytest.mark.nightly),
        pytest.param("rectangle", 0.05, "long_adiabatic", marks=pytest.mark.nightly),
    ],
)
def test_file_is_what_the_generator_makes(shape, aspect, walls):
    text = resources.files("hashheat.solvers").joinpath("data", "duct_nusselt.csv").read_text()
    assert len(text) < 300_000
    lines = [line.split(",") for line in text.splitlines() if not line.startswith("#")]
    for boundary, (f_re, nu_inf, nu) in table_rows(shape, aspect, walls).items():
        found = [line for line in lines if line[0] == shape and line[2:4] == [str(walls), boundary]]
        line = min(found, key=lambda line: abs(float(line[1]) - aspect))
        assert float(line[1]) == pytest.approx(aspect, rel=1e-12)
        np.testing.assert_allclose([float(v) for v in line[4:]], [f_re, nu_inf, *nu], rtol=1e-7)


def test_regenerate_writes_the_same_layout(tmp_path, monkeypatch, capsys):
    """With the costly part replaced: same comments, columns and first columns as the file in the package."""
    monkeypatch.setattr(
        duct_table, "table_rows", lambda *_: {"H1": (1.0, 2.0, np.ones(85)), "T": (1.0, 2.0, np.ones(85))}
    )
    duct_table.regenerate(tmp_path / "table.csv")
    made = (tmp_path / "table.csv").read_text().splitlines()
    kept = resources.files("hashheat.solvers").joinpath("data", "duct_nusselt.csv").read_text().splitlines()
    assert made[:4] == kept[:4]
    assert [line.split(",")[:4] for line in made[4:]] == [line.split(",")[:4] for line in kept[4:]]
    assert {line.count(",") for line in made[3:]} == {kept[3].count(",")}
    assert "tube" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("aspect", "walls", "resolution"),
    [(0.0567, 4, (22, 44)), (0.13, "short_adiabatic", (20, 66)), (0.77, "long_adiabatic", (36, 26))],
)
def test_interpolation_between_aspect_ratios(aspect, walls, resolution):
    exact = duct_modes.rectangle(aspect, walls, resolution)
    x = np.geomspace(1.01e-3, 50.0, 41)
    for boundary, solve in [("H1", exact.nusselt_H1), ("T", exact.nusselt_T)]:
        duct = duct_laminar("rectangle", aspect, boundary, walls)
        np.testing.assert_allclose(kernel_values(duct, x), solve(x), rtol=1e-4)


@pytest.mark.parametrize("walls", [4, "short_adiabatic", "long_adiabatic"])
@pytest.mark.parametrize("boundary", ["H1", "T"])
def test_curve_is_continuous_and_falls(walls, boundary):
    for aspect in (0.05, 0.21, 1.0):
        duct = duct_laminar("rectangle", aspect, boundary, walls)
        start = math.exp(duct.ln_x0)
        end = math.exp(duct.ln_x0 + (duct.ln_Nu.size - 1) / duct.inv_dln_x)
        for edge in (start, end):
            below, above = (
                nusselt_laminar(duct, edge * (1 - 1e-12)),
                nusselt_laminar(duct, edge * (1 + 1e-12)),
            )
            assert below == pytest.approx(above, rel=1e-9)
        # Below the table it goes on without a kink, and becomes Leveque's power of -1/3.
        below, at, above = (nusselt_laminar(duct, start * factor) for factor in (0.98, 1.0, 1 / 0.98))
        assert below / at == pytest.approx(at / above, rel=2e-5)
        ratio = nusselt_laminar(duct, start * 1e-9 / 8e3) / nusselt_laminar(duct, start * 1e-9)
        assert ratio == pytest.approx(20.0, rel=1e-4)
        values = kernel_values(duct, np.geomspace(1e-8, 1e4, 300))
        # The modal sum falls; the polynomial in aspect ratio may add ripples of its own error, no more.
        assert np.all(values <= np.minimum.accumulate(values) * (1.0 + 2e-5))
        assert np.all(values > 0.0)


@pytest.mark.parametrize(
    ("arguments", "key"),
    [
        (("triangle",), "shape"),
        (("rectangle",), "aspect_ratio"),
        (("rectangle", 0.049), "aspect_ratio"),
        (("rectangle", 2.0), "aspect_ratio"),
        (("rectangle", math.nan), "aspect_ratio"),
        (("tube", 1.0), "aspect_ratio"),
        (("rectangle", 0.5, "H2"), "boundary"),
        (("rectangle", 0.5, "T", 3), "heated_walls"),
        (("tube", None, "T", "short_adiabatic"), "heated_walls"),
    ],
)
def test_bad_input(arguments, key):
    with pytest.raises(InputError) as caught:
        duct_laminar(*arguments)
    assert caught.value.key == key


def test_ratio_above_one_says_to_invert():
    with pytest.raises(InputError, match="invert"):
        duct_laminar("rectangle", 2.0)
