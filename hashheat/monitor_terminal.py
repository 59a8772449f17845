"""What the terminal shows of a watch over units."""

from typing import Any

from hashheat.exchanger_terminal import wide_console
from hashheat.field_terminal import show_title, show_verdict
from hashheat.terminal import filled, table

_SHORT = {"T_chip_mean": "chips", "T_out": "outlet", "steady_state": "no steady state"}
#: Alarms shown.
_SHOWN = 20


def show_monitoring(sheet: dict[str, Any], paths: list[str]) -> None:
    """Print which units are flagged, by what, since when, how strongly, and how often that is false.

    Parameters
    ----------
    sheet : dict
        Of :func:`hashheat.monitor_sheet.monitoring_sheet`.
    paths : list of str
        Files written.
    """
    console, width = wide_console()
    s, d = sheet, sheet["data"]
    show_title(s, console, width)
    print(f"{d['records']} of {d['offered']} records, {d['first_time']} to {d['last_time']}")
    print()
    style = "bold green" if s["verdict"] == "pass" else "bold red"
    show_verdict(s, style, s["notes"], console, width)
    if s["rows"]:
        print()
        rows = table("flagged", "by", "boards", "signalled", "shift", "of scatter")
        for r in s["rows"][:_SHOWN]:
            rows.add_row(
                r["unit"],
                _SHORT[r["variable"]],
                told_boards(r),
                r["time"],
                told_shift(r),
                told_strength(r),
            )
        console.print(rows)
        for r in s["rows"][:_SHOWN]:
            print(
                filled(f"{r['unit']}: {told_hint(r)}", width, initial_indent="  ", subsequent_indent="    ")
            )
        if len(s["rows"]) > _SHOWN:
            print(f"  and {len(s['rows']) - _SHOWN} more: see the report")
        print("what such a drift usually is: a hint, no diagnosis; boards count from 0")
    print()
    print(filled(told_rate(s), width))
    for warning in [*d["notes"], *s["warnings"]]:
        print(filled(f"mind: {warning}", width, subsequent_indent="  "))
    for path in paths:
        console.print(f"written: {path}", soft_wrap=True, markup=False)


def told_rate(sheet: dict[str, Any]) -> str:
    """How often sound units are flagged, in words."""
    f = sheet["false_alarms"]
    return (
        f"false alarms: one in {f['run_length']:.3g} records of a series on average; of {f['series']} series over "
        f"{f['records']} records {f['expected']:.2g} to be expected if all units are sound (residuals independent "
        "from record to record)"
    )


def told_boards(row: dict[str, Any]) -> str:
    """Boards of an alarm; a dash for the whole unit."""
    return ", ".join(map(str, row["boards"])) or "-"


def told_shift(row: dict[str, Any]) -> str:
    """Shift with its sign; a dash where there is no residual."""
    return "-" if row["shift"] is None else f"{row['shift']:+.2f} K"


def told_strength(row: dict[str, Any]) -> str:
    """Shift in standard deviations of a record; a dash where there is no residual."""
    return "-" if row["strength"] is None else f"{row['strength']:+.1f}"


def told_hint(row: dict[str, Any]) -> str:
    """Hint at the signal, and that of all records where it differs."""
    if row["likely_later"] == row["likely"]:
        return str(row["likely"])
    boards = ", ".join(map(str, row["boards_later"]))
    by = f" (boards {boards})" if boards else ""
    return f"when it signalled, {row['likely']}; by the last record{by}, {row['likely_later']}"
