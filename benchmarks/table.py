"""The README's table of speeds, made from the tracked benchmark results and from nothing else.

``python benchmarks/table.py`` prints it; ``--check README.md`` fails when the block between the two marks differs
from it, ``--write README.md`` replaces the block.

A benchmark says in its ``extra_info`` what the table shows of it:

========== =======================================================================================
row        what was done; a benchmark without it has no row of its own
per        what one unit of work is, e.g. ``"point"``
work       units of work in a round: the time shown is the round's minimum over this
peer       name of the benchmark to compare with (optional)
peer_name  what that peer is, for the reader
target_us  time a unit of work should take [us] (optional)
whole      ``[text, units of work]`` of a larger job to extrapolate to (optional)
========== =======================================================================================

A peer is looked for in the same result file only: times of two sessions make no ratio.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"
BEGIN, END = "<!-- speed:begin -->", "<!-- speed:end -->"

Benchmark = dict[str, Any]


class TableError(Exception):
    """A result or a README that the table cannot be made from."""


def read_sessions(folder: Path) -> list[list[Benchmark]]:
    """Benchmarks of every result file, the latest session last."""
    sessions = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))]
    return [session["benchmarks"] for session in sorted(sessions, key=lambda s: s["datetime"])]


def time_per_unit(benchmark: Benchmark) -> float:
    """Smallest time of a round over its units of work [s]."""
    return float(benchmark["stats"]["min"]) / float(benchmark["extra_info"]["work"])


def peer_of(benchmark: Benchmark, session: list[Benchmark]) -> Benchmark | None:
    """The benchmark it is to be compared with, of the same session; one of the same file comes first."""
    wanted = benchmark["extra_info"].get("peer")
    named = [other for other in session if other["name"] == wanted]
    beside = [other for other in named if _file(other) == _file(benchmark)]
    found = beside or named
    if len(found) > 1:
        raise TableError(f"{benchmark['fullname']}: more than one benchmark is called {wanted!r}")
    if wanted is not None and not found:
        raise TableError(f"{benchmark['fullname']}: its peer {wanted!r} was not run in the same session")
    return found[0] if found else None


def _file(benchmark: Benchmark) -> str:
    return str(benchmark["fullname"]).split("::")[0]


def table(sessions: list[list[Benchmark]]) -> str:
    """Markdown of all rows; where sessions share a row the latest counts."""
    rows: dict[str, list[str]] = {}
    targets: dict[str, float] = {}
    notes: dict[str, str] = {}
    for session in sessions:
        for benchmark in session:
            info = benchmark["extra_info"]
            if "row" not in info:
                continue
            name, own = str(benchmark["fullname"]), time_per_unit(benchmark)
            peer = peer_of(benchmark, session)
            compared = ["", "", ""]
            if peer is not None:
                theirs = time_per_unit(peer)
                compared = [info["peer_name"], show_time(theirs), show_ratio(theirs / own)]
            rows[name] = [info["row"], f"{show_time(own)} a {info['per']}", *compared]
            targets.pop(name, None)
            notes.pop(name, None)
            if "target_us" in info:
                targets[name] = float(info["target_us"]) * 1e-6
            if "whole" in info:
                text, work = info["whole"]
                notes[name] = f"Extrapolated, not run: {text} at that rate take {show_time(own * work)}."
    head = ["What", "Time", "Beside", "Its time", "Ratio"]
    if targets:
        head.append("Target")
    lines = [_line(head), _line(["---"] * len(head))]
    for name, cells in rows.items():
        goal = [show_time(targets[name]) if name in targets else ""] if targets else []
        lines.append(_line([*cells, *goal]))
    return "\n".join([*lines, *(line for note in notes.values() for line in ("", note))])


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def show_time(seconds: float) -> str:
    """Three digits with the unit that suits, from nanoseconds to minutes."""
    if float(f"{seconds:.3g}") >= 120.0:
        return f"{seconds / 60.0:.3g} min"
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6), ("ns", 1e-9)):
        if float(f"{seconds:.3g}") >= size or unit == "ns":
            break
    rounded = float(f"{seconds / size:.3g}")
    return f"{rounded:.{2 if rounded < 10 else 1 if rounded < 100 else 0}f} {unit}"


def show_ratio(ratio: float) -> str:
    """Two digits: more would claim a repeatability that a shared machine does not have."""
    rounded = float(f"{ratio:.2g}")
    return f"{rounded:,.0f}" if rounded >= 10.0 else f"{rounded:.1f}" if rounded >= 1.0 else f"{rounded:.2g}"


def replace_block(text: str, block: str) -> str:
    """Text with what stands between the marks replaced."""
    if text.count(BEGIN) != 1 or text.count(END) != 1 or text.index(BEGIN) > text.index(END):
        raise TableError(f"the marks {BEGIN} and {END} must stand once each, in this order")
    before, rest = text.split(BEGIN)
    return f"{before}{BEGIN}\n{block}\n{END}{rest.split(END)[1]}"


def main(arguments: list[str] | None = None, results: Path = RESULTS) -> int:
    """Command line; returns the exit status."""
    parser = argparse.ArgumentParser(description="Table of speeds from the tracked benchmark results.")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--check", type=Path, metavar="README", help="fail if its table is not this one")
    what.add_argument("--write", type=Path, metavar="README", help="replace its table by this one")
    given = parser.parse_args(arguments)
    try:
        made = table(read_sessions(results))
        target = given.check or given.write
        if target is None:
            print(made)
            return 0
        old = target.read_text(encoding="utf-8")
        new = replace_block(old, made)
    except (TableError, OSError, json.JSONDecodeError, KeyError) as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 2
    if given.write:
        target.write_text(new, encoding="utf-8")
    elif old != new:
        print(
            f"{target}: the table of speeds is not that of benchmarks/results; run with --write",
            file=sys.stderr,
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
