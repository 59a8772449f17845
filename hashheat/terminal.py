"""What the terminal shows of a check."""

import re
import textwrap
from typing import Any

from hashheat.thermo.units import show

STATUS_WORDS = ("steady state", "thermal runaway", "not converged", "coolant out of range")
_SHORT = ("", "runaway", "unsettled", "out of range")  # the same within the width of a column


def in_field(
    value: float | None, unit: str, digits: int = 4, with_unit: bool = True, signed: bool = False
) -> str:
    """Write an SI number as the field does, always in the same unit for a quantity, so that columns compare.

    Parameters
    ----------
    value : float or None
        None is written ``-``.
    unit : str
        SI unit as in :func:`hashheat.thermo.units.show`; or ``"m^3/h"`` or ``"bar"``, to have an SI number
        written in these whatever its size.
    digits : int
        Significant digits; for temperatures and differences one decimal.
    with_unit, signed : bool
        Whether to add the unit, and a plus sign.
    """
    if value is None:
        return "-"
    if unit in ("K", "delta_K"):
        text, name = (f"{value - 273.15:.1f}", "°C") if unit == "K" else (f"{value:.1f}", "K")
    elif unit == "1":
        text, name = f"{100.0 * value:.1f}".removesuffix(".0"), "%"
    elif unit == "Pa":
        text, name = _plain(value * 1e-3, digits), "kPa"
    elif unit == "m^3/s" and value < 1e-2:
        text, name = _plain(value * 6e4, digits), "L/min"
    elif unit == "m^3/h":
        text, name = _plain(value * 3600.0, digits), "m^3/h"
    elif unit == "W/K" and abs(value) >= 1e3:
        text, name = _plain(value * 1e-3, digits), "kW/K"
    elif unit == "m^2/s":
        text, name = _plain(value * 1e6, digits), "mm^2/s"
    elif unit == "bar":
        text, name = _plain(value * 1e-5, digits), "bar"
    else:
        text, _, name = show(value, unit, digits).partition(" ")
        text = _plain(float(text), digits)
    if signed and value > 0.0:
        text = f"+{text}"
    return f"{text} {name}" if with_unit else text


def _plain(value: float, digits: int) -> str:
    """Significant digits, with no power of ten where a reader expects none: ``16370`` for ``1.637e+04``."""
    text = f"{value:.{digits}g}"
    return f"{float(text):.0f}" if "e+" in text and abs(value) < 1e7 else text


def filled(text: str, width: int, **indents: Any) -> str:
    """Text in lines of a width that never part a number from its unit.

    Parameters
    ----------
    text : str
    width : int
    **indents
        As of :func:`textwrap.fill`.
    """
    return textwrap.fill(unparted(text), width, **indents).replace("\N{NO-BREAK SPACE}", " ")


def unparted(text: str) -> str:
    """Text whose blanks between a number and the word behind it do not break."""
    return re.sub(r"(?<=\d) (?=\S)|(?<=/) (?=\d)", "\N{NO-BREAK SPACE}", text)


def _margin(row: dict[str, Any]) -> str:
    return in_field(row["margin"], row["margin_unit"], 3, signed=True)


def table(*columns: str) -> Any:
    """Rich table of the house's style: first column left, the others right and never broken."""
    from rich import box
    from rich.table import Table

    made = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, collapse_padding=True)
    for i, name in enumerate(columns):
        made.add_column(name, justify="left" if i == 0 else "right", no_wrap=True)
    return made


def _scaled(value: float | None, factor: float, form: str) -> str:
    return "-" if value is None else format(value * factor, form)


def show_check(summary: dict[str, Any], paths: list[str]) -> None:
    """Print verdict, reasons, limits, plant, worst units and what to measure first.

    Parameters
    ----------
    summary : dict
        Of :func:`hashheat.summary.summarize`.
    paths : list of str
        Files written.
    """
    from rich.console import Console
    from rich.markup import escape
    from rich.text import Text

    from hashheat.summary import worst_units

    # A number cut in half is worse than a line that wraps.
    console = Console(highlight=False)
    console.width = max(console.width, 80)
    s = summary
    at = s["operation"]
    console.print(Text(s["title"], style="bold"))
    console.print(
        f"{s['units_count']} x {escape(s['miner'])}, {escape(s['fluid'])} at "
        f"{in_field(at['T_in']['value'], 'K')} inlet, "
        f"{in_field(at['volume_flow_of_a_unit']['value'], 'm^3/s')} a unit"
    )
    print()
    style = "bold green" if s["verdict"] == "pass" else "bold red"
    console.print(Text(s["verdict"].upper(), style=style), end="")
    if s["is_sampled"]:
        console.print(
            f"  probability {100 * s['probability']:.0f} % +/- "
            f"{100 * s['probability_standard_error']:.1f} % (standard error), "
            f"{100 * s['asked_probability']:.0f} % asked for"
        )
    else:
        console.print("  no number is uncertain: nominal values only")
    for reason in s["reasons"]:
        print(textwrap.fill(reason, console.width, initial_indent="  - ", subsequent_indent="    "))
    print()

    rows = table("limit", "asked", "nominal", "5 %", "95 %", "margin", "holds in")
    for row in s["limits"]:
        sign = ">=" if row["sense"] == "at least" else "<="
        unit = row["unit"]
        values = [in_field(row[k], unit, 3, with_unit=False) for k in ("nominal", "p05", "p95")]
        asked = f"{sign} {in_field(row['limit'], unit, 3)}" + ("*" if row["limit_is_uncertain"] else "")
        rows.add_row(
            row["label"],
            asked,
            *values,
            Text(_margin(row), style="" if row["holds_at_nominal"] else "bold red"),
            f"{100 * row['holds_in']:.0f} %",
        )
    console.print(rows)
    if any(row["limit_is_uncertain"] for row in s["limits"]):
        console.print("* the limit itself is uncertain and is sampled too", style="dim")
    if s["samples_without_steady_state"]:
        print("the percentiles leave out the samples without a valid steady state")
    print()
    rows = table("plant", "nominal", "5 %", "50 %", "95 %")
    for name in ("heat_rate", "wall_power", "pump_power", "fraction_inside"):
        n = s["numbers"][name]
        rows.add_row(n["label"], *(in_field(n[k], n["unit"], 3) for k in ("nominal", "p05", "p50", "p95")))
    console.print(rows)

    print()
    rows = table("worst units", "row", "place", "L/min", "outlet °C", "junction °C", "margin K", "kW", "kPa")
    for u in worst_units(s):
        if u["status"]:
            rows.add_row(
                str(u["unit"]),
                str(u["row"]),
                str(u["place"]),
                in_field(u["volume_flow"], "m^3/s", 3, False),
                Text(_SHORT[u["status"]], style="red"),
            )
            continue
        rows.add_row(
            str(u["unit"]),
            str(u["row"]),
            str(u["place"]),
            _scaled(u["volume_flow"], 6e4, ".2f"),
            *(in_field(u[k], "K", with_unit=False) for k in ("T_out", "T_junction")),
            _scaled(u["junction_margin"], 1.0, "+.1f"),
            _scaled(u["wall_power"], 1e-3, ".2f"),
            _scaled(u["pressure_drop"], 1e-3, ".1f"),
        )
    console.print(rows)
    print("all count from 0; which unit has which chip resistance is drawn, not known")

    if any(row["total"] for row in s["measure_first"]):
        print()
        rows = table("to measure or find out first", "now", "alone", "in all", "95 %")
        for row in s["measure_first"][:5]:
            rows.add_row(
                row["name"],
                row["range"],
                f"{100 * row['first']:.0f} %",
                f"{100 * row['total']:.0f} %",
                f"{100 * row['total_low']:.0f}..{100 * row['total_high']:.0f}",
            )
        console.print(rows)
        print("share of the variance of the smallest temperature margin (Sobol indices)")
    print()
    print(textwrap.fill(s["not_validated"], console.width))
    for path in paths:
        console.print(f"written: {path}", soft_wrap=True, markup=False)
