"""Differentially heated cavities, air and oil, against spectral solutions."""

import csv
import importlib.util
from pathlib import Path

import numba
import pytest

HERE = Path(__file__).resolve()
TABLE = HERE.parents[2].parent / "shared" / "reference" / "immersion" / "dhc_reference_spectral.csv"

pytestmark = [
    pytest.mark.skipif(numba.config.DISABLE_JIT, reason="minutes without the compiler"),
    pytest.mark.skipif(not TABLE.is_file(), reason="no reference table beside the repository"),
]

#: Spacing in the middle of the cavity over that at its walls.
RATIO = 3.0
CASES = [(0.71, 1e3), (0.71, 1e4), (0.71, 1e5), (0.71, 1e6), (100.0, 1e4), (100.0, 1e6)]
#: Where 128 cells a side are asked for half a percent.
HARD = 1e6


def beside(name):
    spec = importlib.util.spec_from_file_location(f"solvers_{name}", HERE.with_name(f"{name}.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


cases, measures = beside("flow_cases"), beside("flow_measures")


@pytest.fixture(scope="module")
def study():
    """Function that gives the study of a Prandtl and a Rayleigh number."""
    with TABLE.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
    studies = {}

    def make(Pr, Ra):
        if (Pr, Ra) not in studies:
            row = next(r for r in rows if float(r["Pr"]) == Pr and float(r["Ra"]) == Ra)
            known = {name: float(row[name]) for name in ("u_max", "v_max", "psi_mid")}
            known |= {"Nu": float(row["Nu_hot"]), "dTdy": float(row["dTdy_centre"])}
            studies[Pr, Ra] = measures.Study(
                lambda n: cases.heated(n, Ra, Pr, RATIO), measures.heated_numbers, known
            )
        return studies[Pr, Ra]

    return make


def grids(Ra):
    """The coarsest two grids in the range where errors fall with the square of the cell size."""
    return (128, 256) if Ra >= HARD else (64, 128)


@pytest.mark.parametrize("name", ["Nu", "u_max", "v_max"])
@pytest.mark.parametrize(("Pr", "Ra"), CASES)
def test_richardson_meets_the_spectral_solution(study, Pr, Ra, name):
    assert study(Pr, Ra).extrapolated_error(name, *grids(Ra)) <= 1e-3


@pytest.mark.parametrize("name", ["Nu", "u_max", "v_max"])
@pytest.mark.parametrize(("Pr", "Ra"), CASES)
def test_order_is_two(study, Pr, Ra, name):
    assert 1.9 <= study(Pr, Ra).order(name, *grids(Ra)) <= 2.1


@pytest.mark.parametrize("name", ["Nu", "u_max", "v_max"])
@pytest.mark.parametrize(("Pr", "Ra"), [c for c in CASES if c[1] == HARD])
def test_128_cells_a_side_are_within_half_a_percent(study, Pr, Ra, name):
    assert study(Pr, Ra).error(128, name) <= 5e-3


@pytest.mark.parametrize(("Pr", "Ra"), CASES)
def test_what_enters_at_the_hot_wall_leaves_at_the_cold_one(study, Pr, Ra):
    found = study(Pr, Ra).numbers(grids(Ra)[0])
    assert found["Nu_cold"] == pytest.approx(found["Nu"], rel=1e-8)


@pytest.mark.parametrize(("Pr", "Ra"), [(0.71, 1e5), (100.0, 1e6)])
def test_the_core_is_stratified_as_it_should_be(study, Pr, Ra):
    found = study(Pr, Ra)
    for name in ("psi_mid", "dTdy"):
        assert found.extrapolated_error(name, *grids(Ra)) <= 2e-3


@pytest.mark.nightly
@pytest.mark.parametrize("name", ["Nu", "u_max", "v_max"])
@pytest.mark.parametrize(("Pr", "Ra"), CASES)
def test_order_from_three_grids_alone(study, Pr, Ra, name):
    fine = 2 * grids(Ra)[1]
    found = study(Pr, Ra).observed(name, fine // 4, fine // 2, fine)
    assert 1.9 <= found.order <= 2.1
    exact = study(Pr, Ra).references[name]
    assert abs(found.extrapolated / exact - 1) <= 2e-4
    assert abs(study(Pr, Ra).numbers(fine)[name] - exact) <= found.band


@pytest.mark.nightly
def test_table(study, capsys):
    with capsys.disabled():
        print()
        for Pr, Ra in CASES:
            title = f"heated cavity, Pr {Pr:g}, Ra {Ra:g}, grid ratio {RATIO:g}"
            print(study(Pr, Ra).table(title, [32, 64, 128, 256]))
