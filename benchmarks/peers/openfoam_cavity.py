"""The differentially heated square cavity by OpenFOAM's ``buoyantBoussinesqSimpleFoam``, where that is installed.

A case is written, meshed and solved in a folder of the caller's, on one core; nothing is downloaded. Lengths are
in sides of the cavity, velocities in sqrt(g beta dT L) and temperatures in the difference of the walls, so that

    nu = sqrt(Pr / Ra),    alpha = 1 / sqrt(Ra Pr),    g beta dT L = 1

The wall at x = 0 is at +1/2, that at x = L at -1/2, bottom and top are adiabatic, and the flow is laminar. All
terms are discretised with second order (``linear``, ``linearUpwind`` for the velocity on request); SIMPLE stops
when the initial residuals of all equations, as OpenFOAM normalises them, are below the tolerance.

``python benchmarks/peers/openfoam_cavity.py 40 80 --tolerance 1e-7`` prints a line a grid.
"""

import argparse
import json
import math
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

import numpy as np

SOLVER = "buoyantBoussinesqSimpleFoam"
PROGRAMS = ("blockMesh", SOLVER)
TIMEOUT = 3600.0  # of a run [s]
#: Mean at Pr 0.71, Ra 1e6 by Chebyshev collocation; equal to P. Le Quere, Comput. Fluids 20 (1991) 29.
NUSSELT = 8.8252016


class PeerUnavailable(Exception):
    """The programs are not installed; the message is the reason to give for skipping."""


class NotConverged(Exception):
    """OpenFOAM failed or did not reach its tolerance."""


class Cavity(NamedTuple):
    """What is solved, and how.

    Cells grow by a constant factor from the walls to the middle: ``grading`` is the largest over the smallest.
    Relaxation and multigrid for the pressure are the fastest of those tried that converge on 40, 80 and 160 equal
    cells a side; T at 0.95 with U at 0.7 does not on 40. ``conjugate_gradients`` solves for the pressure as the
    tutorials do: the same iterations, each several times as long on a fine grid.
    """

    cells: int
    grading: float = 1.0
    tolerance: float = 1e-7
    Ra: float = 1e6
    Pr: float = 0.71
    upwind: bool = False
    relax_U: float = 0.6
    relax_p: float = 0.7
    relax_T: float = 0.94
    conjugate_gradients: bool = False
    most_iterations: int = 20000


class Found(NamedTuple):
    """Result of a run: processor time by the log [s], mean Nusselt numbers of both walls, fields ``[j, i]``."""

    iterations: int
    seconds: float
    nusselt: float
    nusselt_cold: float
    residuals: dict[str, float]
    T: np.ndarray
    U: np.ndarray


def faces(cells: int, grading: float = 1.0) -> np.ndarray:
    """Positions of the cell faces from 0 to 1, as ``blockMesh`` grades two halves towards their ends."""
    if cells < 4 or cells % 2:
        raise ValueError(f"an even number of cells, at least 4, is wanted, not {cells}")
    half = cells // 2
    width = np.exp(np.linspace(0.0, math.log(grading), half))
    rising = 0.5 * np.concatenate([[0.0], np.cumsum(width)]) / width.sum()
    return np.concatenate([rising, 1.0 - rising[-2::-1]])


def environment() -> dict[str, str]:
    """Variables for OpenFOAM's programs.

    Raises PeerUnavailable where one of them is missing.
    """
    paths = {name: shutil.which(name) for name in PROGRAMS}
    missing = [name for name, path in paths.items() if path is None]
    if missing:
        raise PeerUnavailable(f"OpenFOAM is not installed here: no {' and no '.join(missing)}")
    variables = dict(os.environ)
    shared = Path(str(paths["blockMesh"])).parent.parent / "share" / "openfoam"
    if "WM_PROJECT_DIR" not in variables and shared.is_dir():
        variables["WM_PROJECT_DIR"] = str(shared)  # a package of a distribution sets no variables
    return variables


# ---- the files of a case -------------------------------------------------------------------------------------


def files(case: Cavity) -> dict[str, str]:
    """Text of all files of a case by path."""
    viscosity = math.sqrt(case.Pr / case.Ra)
    walls = dict.fromkeys(("hot", "cold", "level"), "type fixedValue; value uniform (0 0 0);")
    pressure = dict.fromkeys(walls, "type fixedFluxPressure; rho rhok; value uniform 0;")
    passive = dict.fromkeys(walls, "type calculated; value uniform 0;")
    T = {
        "hot": "type fixedValue; value uniform 0.5;",
        "cold": "type fixedValue; value uniform -0.5;",
        "level": "type zeroGradient;",
    }
    return {
        "system/controlDict": _header("dictionary", "controlDict")
        + f"application {SOLVER}; startFrom startTime; startTime 0; deltaT 1; stopAt endTime;"
        f" endTime {case.most_iterations}; writeControl timeStep; writeInterval {case.most_iterations};"
        " writeFormat ascii; writePrecision 12; timePrecision 8; runTimeModifiable false;\n",
        "system/fvSchemes": _schemes(case),
        "system/fvSolution": _solution(case),
        "system/blockMeshDict": _mesh(case),
        "constant/g": _header("uniformDimensionedVectorField", "g")
        + "dimensions [0 1 -2 0 0 0 0]; value (0 -1 0);\n",
        "constant/turbulenceProperties": _header("dictionary", "turbulenceProperties")
        + "simulationType laminar;\n",
        "constant/transportProperties": _header("dictionary", "transportProperties")
        + f"transportModel Newtonian; nu [0 2 -1 0 0 0 0] {viscosity!r}; beta [0 0 0 -1 0 0 0] 1;"
        f" TRef [0 0 0 1 0 0 0] 0; Pr [0 0 0 0 0 0 0] {case.Pr!r}; Prt [0 0 0 0 0 0 0] 1;\n",
        "0/U": _field("volVectorField", "U", "[0 1 -1 0 0 0 0]", "(0 0 0)", walls),
        "0/T": _field("volScalarField", "T", "[0 0 0 1 0 0 0]", "0", T),
        "0/p": _field("volScalarField", "p", "[0 2 -2 0 0 0 0]", "0", passive),
        "0/p_rgh": _field("volScalarField", "p_rgh", "[0 2 -2 0 0 0 0]", "0", pressure),
        "0/alphat": _field("volScalarField", "alphat", "[0 2 -1 0 0 0 0]", "0", passive),
    }


def _header(kind: str, name: str) -> str:
    return f"FoamFile {{ version 2.0; format ascii; class {kind}; object {name}; }}\n"


def _field(kind: str, name: str, dimensions: str, value: str, sides: dict[str, str]) -> str:
    patches = " ".join(f"{side} {{ {text} }}" for side, text in sides.items())
    return (
        f"{_header(kind, name)}dimensions {dimensions};\ninternalField uniform {value};\n"
        f"boundaryField {{ {patches} plane {{ type empty; }} }}\n"
    )


def _schemes(case: Cavity) -> str:
    convection = "bounded Gauss linearUpwind grad(U)" if case.upwind else "bounded Gauss linear"
    return (
        _header("dictionary", "fvSchemes")
        + "ddtSchemes { default steadyState; }\ngradSchemes { default Gauss linear; }\n"
        f"divSchemes {{ default none; div(phi,U) {convection}; div(phi,T) bounded Gauss linear;"
        " div((nuEff*dev2(T(grad(U))))) Gauss linear; }\n"
        "laplacianSchemes { default Gauss linear orthogonal; }\n"
        "interpolationSchemes { default linear; }\nsnGradSchemes { default orthogonal; }\n"
    )


def _solution(case: Cavity) -> str:
    pressure = "GAMG; smoother GaussSeidel; relTol 0.2;"
    if case.conjugate_gradients:
        pressure = "PCG; preconditioner DIC; relTol 0.01;"
    stop = " ".join(f"{name} {case.tolerance!r};" for name in ("p_rgh", "U", "T"))
    return (
        _header("dictionary", "fvSolution") + f"solvers {{\n p_rgh {{ solver {pressure} tolerance 1e-12; }}\n"
        ' "(U|T)" { solver PBiCGStab; preconditioner DILU; tolerance 1e-14; relTol 0.1; }\n}\n'
        "SIMPLE { nNonOrthogonalCorrectors 0; pRefCell 0; pRefValue 0;"
        f" residualControl {{ {stop} }} }}\n"
        f"relaxationFactors {{ fields {{ p_rgh {case.relax_p!r}; }}"
        f" equations {{ U {case.relax_U!r}; T {case.relax_T!r}; }} }}\n"
    )


def _mesh(case: Cavity) -> str:
    n, half = case.cells, case.cells // 2
    faces(n)  # refuses what cannot be halved
    graded = f"((0.5 {half} {case.grading!r}) (0.5 {half} {1.0 / case.grading!r}))"
    corners = " ".join(f"({x} {y} {z})" for z in (0, 0.1) for x, y in ((0, 0), (1, 0), (1, 1), (0, 1)))
    return (
        _header("dictionary", "blockMeshDict") + f"scale 1;\nvertices ({corners});\n"
        f"blocks ( hex (0 1 2 3 4 5 6 7) ({n} {n} 1) simpleGrading ({graded} {graded} 1) );\nedges ();\n"
        "boundary (\n hot { type wall; faces ((0 4 7 3)); }\n cold { type wall; faces ((1 2 6 5)); }\n"
        " level { type wall; faces ((0 1 5 4) (3 7 6 2)); }\n"
        " plane { type empty; faces ((0 3 2 1) (4 5 6 7)); }\n);\n"
    )


# ---- running and reading -------------------------------------------------------------------------------------


def prepare(case: Cavity, folder: Path) -> Path:
    """Write and mesh the case in an empty folder; returns the folder."""
    for name, text in files(case).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="ascii")
    _run("blockMesh", folder)
    return folder


def solve(folder: Path) -> str:
    """Run the solver on one core in a prepared folder; returns its log."""
    return _run(SOLVER, folder)


def _run(program: str, folder: Path) -> str:
    done = subprocess.run(
        [program], cwd=folder, env=environment(), capture_output=True, text=True, timeout=TIMEOUT, check=False
    )
    if done.returncode:
        reason = (done.stderr.strip() or done.stdout.strip()).splitlines()[-12:]
        raise NotConverged(f"{program} ended with status {done.returncode}: {' '.join(reason)}")
    return done.stdout


def read(case: Cavity, folder: Path, log: str) -> Found:
    """Read log and fields of a run.

    Raises NotConverged where the tolerance was not reached.
    """
    residuals = {name: float(value) for name, value in RESIDUAL.findall(log)}
    ended = re.search(r"SIMPLE solution converged in (\d+) iterations", log)
    if ended is None:
        raise NotConverged(f"{case.cells} x {case.cells} cells: residuals are left at {residuals}")
    seconds = re.findall(r"ExecutionTime = ([0-9.]+) s", log)[-1]
    written = folder / ended[1]
    n = case.cells
    T = read_field(written / "T").reshape(n, n)
    U = read_field(written / "U").reshape(n, n, 3)
    x = faces(n, case.grading)
    # The conduction of the discretisation: between a wall and the middle of its cell.
    hot = 2.0 * (0.5 - T[:, 0]) / (x[1] - x[0])
    cold = 2.0 * (T[:, -1] + 0.5) / (x[-1] - x[-2])
    return Found(
        int(ended[1]),
        float(seconds),
        float(hot @ np.diff(x)),
        float(cold @ np.diff(x)),
        residuals,
        T,
        U,
    )


#: Of all matches the last one of each name counts.
RESIDUAL = re.compile(r"Solving for (\w+), Initial residual = ([0-9.eE+-]+)")


def read_field(path: Path) -> np.ndarray:
    """Values in the cells of a field written in ascii: (cells,) of a scalar, (cells, 3) of a vector."""
    text = path.read_text(encoding="ascii")
    found = re.search(
        r"internalField\s+nonuniform\s+List<(scalar|vector)>\s+(\d+)\s*\((.*?)\)\s*;", text, re.S
    )
    if found is None:
        raise ValueError(f"{path.name} holds no list of values")
    kind, count, body = found.groups()
    values = np.array(body.replace("(", " ").replace(")", " ").split(), dtype=float)
    values = values.reshape(int(count), 3) if kind == "vector" else values
    if len(values) != int(count):
        raise ValueError(f"{path.name} announces {count} values and holds {len(values)}")
    return values


def main(arguments: list[str] | None = None) -> int:
    """A line of JSON for each number of cells along a side."""
    parser = argparse.ArgumentParser(description="Heated cavity, Pr 0.71 and Ra 1e6, by OpenFOAM.")
    parser.add_argument("cells", nargs="+", type=int)
    parser.add_argument("--grading", type=float, default=1.0, help="largest over smallest cell")
    parser.add_argument("--tolerance", type=float, default=1e-7)
    parser.add_argument("--upwind", action="store_true", help="linearUpwind for the velocity")
    parser.add_argument("--conjugate-gradients", action="store_true", help="for the pressure")
    for name in ("U", "p", "T"):
        parser.add_argument(f"--relax-{name}", type=float, default=Cavity._field_defaults[f"relax_{name}"])
    given = vars(parser.parse_args(arguments))
    for cells in given.pop("cells"):
        case = Cavity(cells, **given)
        with tempfile.TemporaryDirectory() as folder:
            try:
                found = read(case, Path(folder), solve(prepare(case, Path(folder))))
            except (PeerUnavailable, NotConverged) as error:
                print(f"{type(error).__name__}: {error}", file=sys.stderr)
                return 1
        kept = {key: value for key, value in found._asdict().items() if key not in ("T", "U")}
        print(json.dumps({"cells": cells, "error": found.nusselt / NUSSELT - 1.0, **kept}), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
