"""Heated cavities filled with a porous medium (Brinkman, Forchheimer and inertia) against spectral solutions."""

import csv
import importlib.util
from pathlib import Path

import numba
import pytest

HERE = Path(__file__).resolve()
TABLE = HERE.parents[2].parent / "shared" / "reference" / "immersion" / "porous_cavity_reference.csv"

pytestmark = [
    pytest.mark.skipif(numba.config.DISABLE_JIT, reason="minutes without the compiler"),
    pytest.mark.skipif(not TABLE.is_file(), reason="no reference table beside the repository"),
]

#: The boundary layer of the speed is sqrt(Da / eps) thick: 0.016 where Da is 1e-4.
RATIO = {0.01: 4.0, 0.0001: 10.0}
QUICK = [(0.01, 1e5), (0.0001, 1e6)]
ALL = [(0.01, 1e3), (0.01, 1e4), (0.01, 1e5), (0.01, 3e5), (0.01, 5e5)] + [
    (0.0001, Ra) for Ra in (1e5, 3e5, 1e6, 3e6, 1e7)
]


def beside(name):
    spec = importlib.util.spec_from_file_location(f"solvers_{name}", HERE.with_name(f"{name}.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


cases, measures = beside("flow_cases"), beside("flow_measures")


@pytest.fixture(scope="module")
def study():
    """Function that gives the study of a Darcy and a Rayleigh number."""
    with TABLE.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
    studies = {}

    def make(Da, Ra):
        if (Da, Ra) not in studies:
            row = next(r for r in rows if float(r["Da"]) == Da and float(r["Ra"]) == Ra)
            studies[Da, Ra] = measures.Study(
                lambda n: cases.porous(n, Ra, Da, 0.4, RATIO[Da]),
                measures.heated_numbers,
                {name: float(row[name]) for name in ("Nu", "u_max", "v_max")},
            )
        return studies[Da, Ra]

    return make


@pytest.mark.parametrize("name", ["Nu", "u_max", "v_max"])
@pytest.mark.parametrize(
    ("Da", "Ra"), [pytest.param(*c, marks=[] if c in QUICK else pytest.mark.nightly) for c in ALL]
)
def test_richardson_meets_the_spectral_solution(study, Da, Ra, name):
    assert study(Da, Ra).extrapolated_error(name, 32, 64) <= 5e-3


@pytest.mark.parametrize(("Da", "Ra"), QUICK)
def test_heat_through_the_medium_is_balanced(study, Da, Ra):
    found = study(Da, Ra).numbers(32)
    assert found["Nu_cold"] == pytest.approx(found["Nu"], rel=1e-8)


@pytest.mark.nightly
def test_table(study, capsys):
    with capsys.disabled():
        print()
        for Da, Ra in ALL:
            print(study(Da, Ra).table(f"porous cavity, Da {Da:g}, Ra {Ra:g}", [32, 64, 128]))
