"""What `hashheat validate CASE` and `hashheat validate --all` do between arguments and output."""

from pathlib import Path
from typing import Any

from hashheat.output import check_directory, write_together
from hashheat.progress import Bar
from hashheat.thermo.errors import InputError
from hashheat.validation.case_result import CaseResult
from hashheat.validation.case_runner import NOT_HERE, run_all
from hashheat.validation.ledger import cells, ledger, outcome


def run_cases(
    names: list[str] | None = None, reference: Path | None = None, *, quiet: bool
) -> list[CaseResult]:
    """Run cases with a progress bar.

    Parameters
    ----------
    names : list of str, optional
        All if left out.
    reference : Path, optional
        Folder of the captures.
    quiet : bool
        No bar.

    Returns
    -------
    list of CaseResult
    """
    if reference is not None and not reference.is_dir():
        raise InputError("is no folder", key="--reference", found=str(reference))
    with Bar(quiet) as bar:
        return run_all(reference, names, progress=bar)


def write_ledger(results: list[CaseResult], path: Path) -> Path:
    """Write the ledger of all cases.

    Raises
    ------
    InputError
        If the file cannot be written.
    """
    check_directory(path.parent, (path.name,), key="--ledger")
    text = ledger(results)
    return write_together(path.parent, {path.name: lambda part: _write(part, text)})[0]


def _write(path: Path, text: str) -> None:
    path.write_bytes(text.encode("utf-8"))


def first_difference(results: list[CaseResult], path: Path) -> str | None:
    """Say where a ledger is not what the results give; None where it is.

    Raises
    ------
    InputError
        If there is no such file.
    """
    try:
        found = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        raise InputError("file not found", file=str(path), key="--check") from None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"file cannot be read: {error}", file=str(path), key="--check") from None
    wanted = ledger(results).splitlines()
    for number, (have, want) in enumerate(zip(found, wanted), start=1):
        if have != want:
            return f"line {number}\n  file: {have}\n  run:  {want}"
    if len(found) != len(wanted):
        return f"the file has {len(found)} lines, a run gives {len(wanted)}"
    return None


def unchecked(results: list[CaseResult]) -> list[str]:
    """Names of the cases whose capture is absent, so that their tracked figures stand for it."""
    return [r.case.name for r in results if r.data == NOT_HERE]


def case_sheet(result: CaseResult) -> dict[str, Any]:
    """What ``--json`` prints of a case.

    Parameters
    ----------
    result : CaseResult

    Returns
    -------
    dict
        Numbers in SI; ``None`` where something is not stated.
    """
    case = result.case
    rows = []
    for row in result.rows:
        q, c = row.quantity, row.comparison
        rows.append(
            {
                "quantity": q.key,
                "title": q.title,
                "unit": q.unit,
                "use": q.use,
                "points": row.points,
                "data": row.measured,
                "E": None if c is None else c.bias,
                "u_num": None if c is None else c.u_num,
                "u_input": None if c is None else c.u_input,
                "u_D": None if c is None or not q.has_u_data else c.u_data or c.u_val,
                "u_val": None if c is None or not q.has_u_data else c.u_val,
                "interval": None if c is None else c.interval,
                "bias_factor": None if c is None or c.factor is None else c.factor.factor,
                "scatter": None if c is None else c.scatter,
                "verdict": row.verdict,
                "expected": q.expected or None,
                "sentence": row.sentence,
            }
        )
    return {
        "case": case.name,
        "title": case.title,
        "kind": case.kind,
        "measured": case.measured,
        "source": case.source,
        "fitted": case.fitted,
        "run": result.is_run,
        "not_run": case.not_run or None,
        "data": result.data,
        "outcome": outcome(result),
        "as_expected": result.as_expected,
        "believe": case.believe,
        "not_shown": case.not_shown,
        "rows": rows,
        "grids": [
            {
                "solver": g.solver,
                "quantity": g.quantity,
                "grids": list(g.grids),
                "order": g.order,
                "gci": g.gci,
                "u_num": g.u_num,
                "text": g.text,
            }
            for g in result.grids
        ],
        "cells": [cells(row) for row in result.rows],
    }
