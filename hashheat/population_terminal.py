"""What the terminal shows of a population."""

from typing import Any

from hashheat.exchanger_terminal import wide_console
from hashheat.field_terminal import show_verdict
from hashheat.terminal import filled, in_field, table


def show_population(sheet: dict[str, Any], paths: list[str]) -> None:
    """Print verdict, tail, percentiles and units without a steady state.

    Parameters
    ----------
    sheet : dict
        Of :func:`hashheat.population_sheet.population_sheet`.
    paths : list of str
        Files written.
    """
    from rich.text import Text

    console, width = wide_console()
    s, T = sheet, sheet["T_hottest_chip"]
    console.print(Text(filled(s["title"], width), style="bold"))
    drawn = sum(row["drawn"] != "nominal" for row in s["assumptions"])
    print(f"{drawn} of {len(s['assumptions'])} numbers drawn, {s['fluid']}, seed {s['seed']}")
    print()
    style = "bold green" if s["verdict"] == "pass" else "bold red"
    show_verdict(s, style, s["notes"], console, width)
    print()
    rows = table("hottest chip of a unit", "value")
    rows.add_row("mean", in_field(T["mean"], "K"))
    rows.add_row("standard deviation", in_field(T["deviation"], "delta_K"))
    for row in T["percentiles"]:
        rows.add_row(f"{100 * row['share']:g} % of units below", in_field(row["value"], "K"))
    rows.add_row("hottest of those in steady state", in_field(T["highest"], "K"))
    console.print(rows)
    print()
    rows = table("above", "units", "share", f"{100 * s['level']:g} % confidence")
    for row in s["tails"]:
        rows.add_row(row["text"], str(row["units"]), told_share(row["share"]), told_interval(row))
    above = s["above_limit"]
    rows.add_row("its limit", str(above["units"]), told_share(above["share"]), told_interval(above))
    console.print(rows)
    lost = [row for row in s["no_steady_state"] if row["units"]]
    for row in lost:
        print(filled(f"{row['units']} units: {row['what']}", width, subsequent_indent="  "))
    for warning in s["warnings"]:
        print(filled(f"mind: {warning}", width, subsequent_indent="  "))
    for path in paths:
        console.print(f"written: {path}", soft_wrap=True, markup=False)


def told_share(share: float) -> str:
    """Share in per cent with three digits."""
    return f"{100.0 * share:.3g} %"


def told_interval(row: dict[str, Any]) -> str:
    """Ends of the interval of a share."""
    return f"{100.0 * row['low']:.3g} .. {100.0 * row['high']:.3g} %"
