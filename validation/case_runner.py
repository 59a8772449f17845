"""From a case file to its result: runs what the case names and judges every quantity it lists."""

from collections.abc import Callable, Iterable
from pathlib import Path

from hashheat.thermo.errors import InputError
from hashheat.validation.case_figures import read_figures
from hashheat.validation.case_file import CASES, CaseFile, load_case, shipped_cases
from hashheat.validation.case_result import CaseResult, judge
from hashheat.validation.case_runs import run_of

#: Where captures are looked for, from the current directory.
REFERENCE = Path("..") / "shared" / "reference"
HERE, READ, NOT_HERE = "here", "read in place", "not here"


def run_case(name: str, reference: Path | None = None, folder: Path = CASES) -> CaseResult:
    """Run a case.

    Parameters
    ----------
    name : str
        Shipped name.
    reference : Path, optional
        Folder of the captures that cases read in place; :data:`REFERENCE` if left out. Where a capture is absent
        the figures that the case tracks stand for it.
    folder : Path
        Where the cases stand.

    Returns
    -------
    CaseResult
        Without rows for a case that cannot be run.

    Raises
    ------
    InputError
        If there is no such case, or its file and its run do not fit each other.
    """
    case = load_case(name, folder)
    if not case.run:
        return CaseResult(case, data=HERE)
    table = folder / name / "figures.csv"
    figures = read_figures(table)
    capture, data = _capture(case, REFERENCE if reference is None else reference)
    found = run_of(case)(case, figures, capture)
    listed, computed = [q.key for q in case.quantity], list(found.computed)
    if sorted(listed) != sorted(computed):
        raise InputError(
            "file and run of a case list other quantities",
            file=case.file,
            key="quantity",
            found=", ".join(listed),
            accepted=", ".join(computed),
        )
    rows = tuple(judge(case, q, found.computed[q.key]) for q in case.quantity)
    return CaseResult(case, rows, tuple(found.grids), data)


def run_all(
    reference: Path | None = None,
    names: Iterable[str] | None = None,
    progress: Callable[[str, float], None] | None = None,
) -> list[CaseResult]:
    """Run several cases, in the order of their names.

    Parameters
    ----------
    reference : Path, optional
        As for :func:`run_case`.
    names : iterable of str, optional
        All shipped ones if left out.
    progress : callable, optional
        Is told the name of the case and the share that is done.

    Returns
    -------
    list of CaseResult
    """
    chosen = shipped_cases() if names is None else list(names)
    results = []
    for i, name in enumerate(chosen):
        if progress is not None:
            progress(name, i / len(chosen))
        results.append(run_case(name, reference))
    return results


def _capture(case: CaseFile, reference: Path) -> tuple[Path | None, str]:
    if not case.capture:
        return None, HERE
    path = reference / case.capture
    return (path, READ) if path.is_file() else (None, NOT_HERE)


__all__ = ["HERE", "NOT_HERE", "READ", "REFERENCE", "run_all", "run_case"]
