"""What the terminal shows of the calibration of a fleet."""

from typing import Any

from hashheat.calibrate_terminal import amount, spread
from hashheat.exchanger_terminal import wide_console
from hashheat.field_terminal import show_title, show_verdict
from hashheat.terminal import filled, table

#: Units shown.
_SHOWN = 5


def show_fleet(sheet: dict[str, Any], paths: list[str]) -> None:
    """Print mean and spread of every number, how the units lie, and those that deviate most.

    Parameters
    ----------
    sheet : dict
        Of :func:`hashheat.calibrate_fleet_sheet.fleet_sheet`.
    paths : list of str
        Files written.
    """
    console, width = wide_console()
    s, d = sheet, sheet["data"]
    show_title(s, console, width)
    print(
        f"{d['records']} of {d['offered']} records of {d['units']} units, at {d['points']} operating points"
    )
    print()
    style = "bold green" if s["verdict"] == "pass" else "bold red"
    show_verdict(s, style, s["notes"], console, width)
    print()
    rows = table("population", "mean ± standard error", "spread between units", "95 % interval", "in / out")
    for r in s["rows"]:
        unit = r["unit"]
        low, high = r["spread_interval"]
        rows.add_row(
            f"{r['name']} ({r['key']})",
            f"{amount(r['mean'], unit)} ± {spread(r['sigma'], unit)}",
            told_spread(r),
            f"{spread(low, unit)} .. {spread(high, unit)}",
            f"{r['inside']} / {r['outside']}",
        )
    console.print(rows)
    print(
        filled(
            "in / out: units inside and outside the central 95 % of the population, their own error allowed for; "
            "by chance 5 % are outside",
            width,
        )
    )
    print()
    rows = table("most deviating units", "number", "estimate", "95 % interval", "own estimate", "away")
    for r in s["deviating"][:_SHOWN]:
        unit = r["quantity_unit"]
        rows.add_row(
            r["unit"],
            r["key"],
            amount(r["estimate"], unit),
            f"{amount(r['interval'][0], unit)} .. {amount(r['interval'][1], unit)}",
            amount(r["own"], unit),
            "-" if r["away"] is None else f"{r['away']:+.1f}",
        )
    console.print(rows)
    print("estimates are drawn towards the mean by their doubt; away: own estimate, in standard deviations")
    for warning in [*d["notes"], *s["warnings"]]:
        print(filled(f"mind: {warning}", width, subsequent_indent="  "))
    for path in paths:
        console.print(f"written: {path}", soft_wrap=True, markup=False)


def told_spread(row: dict[str, Any]) -> str:
    """Spread between units, with its share of the mean where it is one."""
    text = spread(row["spread"], row["unit"])
    return text if row["relative_spread"] is None else f"{text} ({100.0 * row['relative_spread']:.2g} %)"
