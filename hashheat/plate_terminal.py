"""What the terminal shows of a cold plate."""

from typing import Any

from hashheat.exchanger_terminal import wide_console
from hashheat.terminal import filled, in_field, table

_HOTTEST = 5
_STRONGEST = 5


def show_plate(sheet: dict[str, Any], paths: list[str]) -> None:
    """Print verdict, limits, results, the hottest chips and what moves them most.

    Parameters
    ----------
    sheet : dict
        Of :func:`hashheat.plate_sheet.plate_sheet`.
    paths : list of str
        Files written.
    """
    from rich.text import Text

    console, width = wide_console()
    s = sheet
    console.print(Text(filled(s["title"], width), style="bold"))
    print(filled("; ".join(row["value"] for row in s["plate"][:4]), width))
    at = s["state"]
    print(
        filled(
            f"{at['fluid']['value']} at {in_field(at['T_in']['value'], 'K')} inlet, "
            f"{in_field(at['volume_flow']['value'], 'm^3/s')}, clock {at['clock']['value']:g}",
            width,
        )
    )
    print()
    style = "bold green" if s["verdict"] == "pass" else "bold red"
    console.print(Text.assemble((s["sentence"][:4], style), s["sentence"][4:]))
    for reason in s["reasons"]:
        print(filled(reason, width, initial_indent="  - ", subsequent_indent="    "))
    print()
    _show_limits(console, s)
    print()
    bands = ("5 %", "50 %", "95 %") if s["is_sampled"] else ()
    rows = table("plate", "nominal", *bands)
    for n in s["numbers"].values():
        own = [in_field(n[k], n["unit"], 4) for k in ("p05", "p50", "p95")] if bands else []
        rows.add_row(n["label"], in_field(n["nominal"], n["unit"], 4), *own)
    console.print(rows)
    lost = s["numerics"]["samples_without_steady_state"]
    if lost:
        print(
            f"the percentiles leave out {lost} of {s['numerics']['samples']} samples without a steady state"
        )
    error, left = s["numerics"]["grid_error"], s["numerics"]["imbalance"]
    size = (
        "an error that is not known: half of it finds no steady state"
        if error is None
        else f"some {error:.2f} K"
    )
    print(f"the cells' size adds {size}; energy balances to {abs(left):.0e} of the power")
    print()
    rows = table(
        "hottest chips", "junction", "coolant", "coolant +", "film +", "metal +", "interface, package"
    )
    for c in s["chips"][:_HOTTEST]:
        parts = [f"{c[name]:.1f} K" for name in ("coolant_rise", "film_rise", "metal_rise", "package_rise")]
        name = c["chip"]
        rows.add_row(Text(name), in_field(c["T_junction"], "K"), in_field(c["T_coolant"], "K"), *parts)
    console.print(rows)
    if s["ranking"]:
        print()
        rows = table("moves the hottest junction most", "spread", "status", "by")
        for r in s["ranking"][:_STRONGEST]:
            by = "no steady state" if r["swing"] is None else f"{r['swing']:.1f} K"
            rows.add_row(r["name"], r["range"], r["status"], by)
        console.print(rows)
        print("each alone from the 5 % to the 95 % point of its spread")
    print()
    for warning in s["warnings"]:
        print(filled(f"mind: {warning}", width, subsequent_indent="  "))
    assumed = sum(a["status"] == "assumed" for a in s["assumptions"])
    print(
        f"{assumed} of {len(s['assumptions'])} numbers are assumed; this run compares nothing with a measurement"
    )
    for path in paths:
        console.print(f"written: {path}", soft_wrap=True, markup=False)


def _show_limits(console: Any, s: dict[str, Any]) -> None:
    """Print the rows of the limits."""
    from rich.text import Text

    bands = ("5 %", "95 %") if s["is_sampled"] else ()
    rows = table("limit", "asked", "nominal", *bands, "margin", "holds in")
    for row in s["limits"]:
        star = "*" if row["limit_is_uncertain"] else ""
        sign = "<=" if row["sense"] == "at most" else "<"
        own = [in_field(row[k], row["unit"], 3, with_unit=False) for k in ("p05", "p95")]
        rows.add_row(
            row["label"],
            f"{sign} {in_field(row['limit'], row['unit'], 4)}{star}",
            in_field(row["nominal"], row["unit"], 4, with_unit=False),
            *(own if bands else ()),
            Text(
                in_field(row["margin"], row["margin_unit"], 3, signed=True),
                style="" if row["holds_at_nominal"] else "bold red",
            ),
            "-" if row["holds_in"] is None else f"{100 * row['holds_in']:.0f} %",
        )
    console.print(rows)
    if any(row["limit_is_uncertain"] for row in s["limits"]):
        sampled = " and is sampled too" if s["is_sampled"] else ""
        console.print(f"* the limit itself is uncertain{sampled}", style="dim")
