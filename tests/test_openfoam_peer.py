"""OpenFOAM as a peer of the flow solver: its answers must be right before its times mean anything."""

import csv
import importlib.util
import re
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[1]
REFERENCE = ROOT.parent / "shared" / "reference" / "immersion" / "dhc_reference_spectral.csv"


def load():
    path = ROOT / "benchmarks" / "peers" / "openfoam_cavity.py"
    spec = importlib.util.spec_from_file_location("peers_openfoam_cavity", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


openfoam = load()


@pytest.fixture
def installed():
    try:
        openfoam.environment()
    except openfoam.PeerUnavailable as reason:
        pytest.skip(str(reason))


def reference(Ra):
    if not REFERENCE.exists():
        pytest.skip("the reference tables are not beside the project")
    lines = [line for line in REFERENCE.read_text().splitlines() if not line.startswith("#")]
    rows = [row for row in csv.DictReader(lines) if (float(row["Pr"]), float(row["Ra"])) == (0.71, Ra)]
    assert len(rows) == 1
    return float(rows[0]["Nu_hot"])


# ---- without it ----------------------------------------------------------------------------------------------


def test_its_absence_is_a_reason_to_skip(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(openfoam.PeerUnavailable, match="no blockMesh and no buoyantBoussinesqSimpleFoam"):
        openfoam.environment()


def test_faces_grow_by_one_factor_to_the_middle():
    x = openfoam.faces(12, 5.0)
    width = np.diff(x)
    assert (x[0], x[6], x[-1]) == (0.0, pytest.approx(0.5, abs=1e-15), 1.0)
    np.testing.assert_allclose(width, width[::-1], rtol=1e-13)
    np.testing.assert_allclose(width[1:6] / width[:5], 5.0 ** (1 / 5), rtol=1e-12)
    np.testing.assert_allclose(openfoam.faces(12), np.arange(13) / 12, atol=1e-15)
    for cells in (2, 7):
        with pytest.raises(ValueError, match="even number"):
            openfoam.faces(cells)


def test_fields_are_read_as_they_stand(tmp_path):
    path = tmp_path / "field"
    path.write_text(
        "internalField nonuniform List<vector>\n2\n(\n(1 -2e-3 3)\n(4 5 6)\n)\n;\nboundaryField { }\n"
    )
    np.testing.assert_array_equal(openfoam.read_field(path), [[1.0, -2e-3, 3.0], [4.0, 5.0, 6.0]])
    path.write_text(
        "internalField nonuniform List<scalar> 3(1 2 0.5);\nx { value nonuniform List<scalar> 1(9); }"
    )
    np.testing.assert_array_equal(openfoam.read_field(path), [1.0, 2.0, 0.5])
    path.write_text("internalField nonuniform List<scalar> 4(1 2 0.5);")
    with pytest.raises(ValueError, match="announces 4 values and holds 3"):
        openfoam.read_field(path)
    path.write_text("internalField uniform 1;")
    with pytest.raises(ValueError, match="no list of values"):
        openfoam.read_field(path)


def test_a_run_that_stops_short_gives_no_number(tmp_path):
    log = "GAMG: Solving for p_rgh, Initial residual = 0.5, Final residual = 0.1, No Iterations 2\nEnd\n"
    with pytest.raises(openfoam.NotConverged, match=r"'p_rgh': 0\.5"):
        openfoam.read(openfoam.Cavity(8), tmp_path, log)


# ---- with it -------------------------------------------------------------------------------------------------


def solved(folder, case):
    return openfoam.read(case, folder, openfoam.solve(openfoam.prepare(case, folder)))


@pytest.mark.usefixtures("installed")
def test_its_mesh_is_the_one_stated(tmp_path):
    openfoam.prepare(openfoam.Cavity(10, grading=4.0), tmp_path)
    text = (tmp_path / "constant" / "polyMesh" / "points").read_text()
    points = np.array(re.findall(r"^\((\S+) (\S+) (\S+)\)$", text, re.M), dtype=float)
    for axis in (0, 1):
        found = np.unique(np.round(points[:, axis], 9))
        np.testing.assert_allclose(found, openfoam.faces(10, 4.0), atol=1e-8)


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize("grading", [1.0, 2.0])
def test_its_nusselt_number_tends_to_the_spectral_one(tmp_path, grading):
    exact = reference(1e4)
    numbers = []
    for cells in (20, 40):
        case = openfoam.Cavity(cells, grading=grading, Ra=1e4, tolerance=1e-8)
        found = solved(tmp_path / str(cells), case)
        # The scheme conserves heat and the cavity looks the same turned upside down.
        assert found.nusselt == pytest.approx(found.nusselt_cold, rel=1e-5)
        np.testing.assert_allclose(found.T, -found.T[::-1, ::-1], atol=1e-5)
        assert max(found.residuals.values()) < 1e-8
        numbers.append(found.nusselt)
    coarse, fine = numbers
    assert 1.8 < np.log2((coarse - exact) / (fine - exact)) < 2.2
    assert fine + (fine - coarse) / 3.0 == pytest.approx(exact, rel=1e-3)


@pytest.mark.usefixtures("installed")
def test_both_pressure_solvers_end_at_one_state(tmp_path):
    found = [
        solved(tmp_path / str(choice), openfoam.Cavity(16, Ra=1e4, conjugate_gradients=choice))
        for choice in (False, True)
    ]
    np.testing.assert_allclose(found[0].T, found[1].T, atol=1e-5)
    np.testing.assert_allclose(found[0].U, found[1].U, atol=1e-5)


@pytest.mark.usefixtures("installed")
def test_too_few_iterations_are_named(tmp_path):
    with pytest.raises(openfoam.NotConverged, match="8 x 8 cells"):
        solved(tmp_path, openfoam.Cavity(8, most_iterations=3))


@pytest.mark.usefixtures("installed")
def test_an_error_of_its_own_is_passed_on(tmp_path):
    openfoam.prepare(openfoam.Cavity(8), tmp_path)
    (tmp_path / "0" / "T").unlink()
    with pytest.raises(openfoam.NotConverged, match="ended with status"):
        openfoam.solve(tmp_path)
