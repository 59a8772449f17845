"""The ledger: what is validated, calibrated, verified, and what has no public data, as Markdown.

The same results give the same bytes: no date, no machine, no version, numbers in three digits.
"""

from collections.abc import Sequence
from pathlib import Path

from pydantic import Field

from hashheat.thermo.record import Section, load_record
from hashheat.validation.case_file import CASES, FIGURE, FITTED, KINDS
from hashheat.validation.case_result import CaseResult, CaseRow, signed_error, told, told_error

COMMAND = "hashheat validate --all --ledger docs/validation.md"
#: What a kind means, for a reader of the ledger.
MEANING = {
    "validation": """\
Predictions held against measured data with a stated uncertainty, to which nothing was fitted, after \
ASME V&V 20.""",
    "calibration": """\
Constants fitted to data. The fit meets its own data; that says nothing about any other.""",
    "verification": """\
The equations are solved right: exact solutions and worked examples. Nothing was measured.""",
    "inter-model": "Other codes give the same. Nothing was measured.",
    "sensor model": "What real sensors show. No prediction of a temperature is judged.",
    "plausibility": """\
Measured or published numbers that lack something: their uncertainty, the geometry, the power or the flow. \
Agreement makes the model plausible and no more.""",
}
_HEAD = f"""\
# What can be believed

Written by `{COMMAND}` from the cases in `validation/cases/`; not to be edited. `hashheat validate CASE` runs one.

E is prediction minus data; u_num comes from three grids of the very run, u_input from the inputs that are not \
known, u_D from the instruments, and u_val joins the three. A dash stands where something is not stated or does \
not apply. "Factor" is the bias factor, prediction over data on average; "scatter" the standard deviation of E.
"""


class Gap(Section):
    """Something that no public data carry."""

    what: str = Field(description="what is not validated")
    state: str = Field(description="what is known all the same")
    missing: str = Field(description="what is missing")
    measurement: str = Field(description="which measurement would remove the doubt")


class Gaps(Section):
    """All of them."""

    gap: list[Gap] = Field(min_length=1, description="[[gap]] tables")


def read_gaps(path: Path = CASES / "gaps.toml") -> list[Gap]:
    """Read what has no public data."""
    return load_record(path, Gaps).gap


def ledger(results: Sequence[CaseResult], gaps: Sequence[Gap] | None = None) -> str:
    """Text of the ledger.

    Parameters
    ----------
    results : sequence of CaseResult
        In any order.
    gaps : sequence of Gap, optional
        Those of the package if left out.

    Returns
    -------
    str
        Markdown.
    """
    ordered = sorted(results, key=lambda r: (not r.is_run, KINDS.index(r.case.kind), r.case.name))
    parts = [_HEAD, _summary(ordered), _no_data(read_gaps() if gaps is None else gaps)]
    for kind in KINDS:
        own = [r for r in ordered if r.is_run and r.case.kind == kind]
        parts.append(f"## {kind.capitalize()}\n\n{MEANING[kind]}\n")
        parts += [_case(r) for r in own] or ["No case.\n"]
    waiting = [r for r in ordered if not r.is_run]
    if waiting:
        parts.append("## Not run\n")
        parts += [_case(r) for r in waiting]
    return "\n".join(parts)


def _summary(results: Sequence[CaseResult]) -> str:
    lines = ["## In short", "", "| case | kind | outcome | what a reader may rely on |", "|---|---|---|---|"]
    lines += [
        f"| [{r.case.name}](#{r.case.name}) | {r.case.kind if r.is_run else 'not run'} | {outcome(r)} | "
        f"{r.case.believe} |"
        for r in results
    ]
    return "\n".join(lines) + "\n"


def outcome(result: CaseResult) -> str:
    """Outcome of a case in a few words: its verdicts and how many quantities have each."""
    if not result.is_run:
        return f"not run: {result.case.not_run}"
    counts: dict[str, int] = {}
    for row in result.rows:
        if row.quantity.use != FIGURE and (row.quantity.use != FITTED or result.case.kind == "calibration"):
            counts[row.verdict] = counts.get(row.verdict, 0) + 1
    return ", ".join(f"{word} ({count})" for word, count in counts.items()) or "figures only"


def _no_data(gaps: Sequence[Gap]) -> str:
    lines = ["## Not validated: no public data", ""]
    for gap in gaps:
        lines += [f"### {gap.what[0].upper()}{gap.what[1:]}", "", f"{gap.state}.", ""]
        lines += [f"* Missing: {gap.missing}.", f"* What would remove the doubt: {gap.measurement}.", ""]
    return "\n".join(lines)


def _case(result: CaseResult) -> str:
    case = result.case
    lines = [f"### {case.name}", "", f"**{case.title}.** {case.believe}", ""]
    told_of = [
        ("Compares", case.compares),
        ("Model", case.model),
        ("Data", f"{case.source}. {'Measured' if case.measured else 'Not measured'}; {case.licence}"),
        ("Fitted", case.fitted),
        ("Not shown", case.not_shown),
    ]
    if case.capture:
        told_of.append(("Capture", f"`../shared/reference/{case.capture}`, read in place where it is there"))
    if not result.is_run:
        told_of.append(("Not run", case.not_run))
    lines += [f"* {name}: {text}." for name, text in told_of if text]
    lines.append("")
    if result.rows:
        lines += [
            "| quantity | data | points | E | u_num | u_input | u_D | u_val | factor | scatter | verdict |",
            "|---|---|---|---|---|---|---|---|---|---|---|",
            *(f"| {' | '.join(cells(row))} |" for row in result.rows),
            "",
            *(f"* {row.sentence}" for row in result.rows),
            "",
        ]
        lines += _reasons(result)
    if result.grids:
        lines += ["| solver | quantity | grids | observed order | GCI | u_num |", "|---|---|---|---|---|---|"]
        for g in result.grids:
            order = g.text if g.order is None else f"{g.order:.1f}"
            gci = f"{100.0 * g.gci:.1g} %" if g.gci >= 5e-6 else "< 0.001 %"
            u_num = told_error(g.u_num, g.size, g.unit)
            lines.append(f"| {g.solver} | {g.quantity} | {'; '.join(g.grids)} | {order} | {gci} | {u_num} |")
        lines.append("")
    elif case.no_grid:
        lines += [f"No grid: {case.no_grid}.", ""]
    return "\n".join(lines)


def _reasons(result: CaseResult) -> list[str]:
    told_of: dict[str, list[str]] = {}
    for row in result.rows:
        q = row.quantity
        if q.u_data_source:
            told_of.setdefault(f"u_D: {q.u_data_source}.", []).append(q.title)
        if q.within_reason:
            told_of.setdefault(f"{q.within} allowed: {q.within_reason}.", []).append(q.title)
    lines = [f"* {text} ({', '.join(titles)})" for text, titles in told_of.items()]
    return [*lines, ""] if lines else []


def cells(row: CaseRow) -> list[str]:
    """Row of the table: quantity, data, points, E, u_num, u_input, u_D, u_val, factor, scatter, verdict.

    Parameters
    ----------
    row : CaseRow

    Returns
    -------
    list of str
    """
    q, c = row.quantity, row.comparison
    title = f"{q.title} ({q.use})" if q.use != "held out" else q.title
    head = [title, told(row.measured, q.unit), str(row.points)]
    if c is None:
        return [*head, *("-" * 7), row.verdict]

    def wide(value: float, known: bool) -> str:
        return told_error(value, row.measured, q.unit) if known else "-"

    factor = "-" if q.unit == "K" or c.factor is None else f"{c.factor.factor:.3f}"
    if q.unit != "K" and c.factor is None:
        factor = f"{1.0 + c.bias / row.measured:.3f}"
    return [
        *head,
        signed_error(c.bias, row.measured, q.unit),
        wide(c.u_num, c.u_num > 0.0),
        wide(c.u_input, c.u_input > 0.0),
        wide(c.u_data if c.u_data > 0.0 else c.u_val, q.has_u_data),
        wide(c.u_val, q.has_u_data),
        factor,
        wide(c.scatter, row.points > 1),
        row.verdict,
    ]
