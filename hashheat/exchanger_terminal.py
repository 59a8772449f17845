"""What the terminal shows of a data sheet."""

from typing import Any

from hashheat.terminal import filled, in_field, table

#: Rows of both sides: (label, unit that in_field takes, its name).
_SIDES = {
    "T_in": ("inlet", "K", "°C"),
    "T_out": ("outlet", "K", "°C"),
    "mass_flow": ("mass flow", "kg/s", "kg/s"),
    "volume_flow": ("volume flow, inlet", "m^3/h", "m^3/h"),
    "channel_pressure_drop": ("drop of the channels", "Pa", "kPa"),
    "port_pressure_drop": ("drop of the ports", "Pa", "kPa"),
    "port_velocity": ("velocity in ports", "m/s", "m/s"),
}
_WIDEST = 200
_NUMBERS = ("heat_rate", "U", "U_clean", "oversurface", "oversurface_clean", "approach")


def show_sheet(sheet: dict[str, Any], paths: list[str]) -> None:
    """Print verdict, limits, both sides and the numbers of the exchanger.

    Parameters
    ----------
    sheet : dict
        Of :func:`hashheat.exchanger_sheet.data_sheet`.
    paths : list of str
        Files written.
    """
    from rich.text import Text

    console, width = wide_console()
    s, g = sheet, sheet["geometry"]
    console.print(Text(filled(s["title"], width), style="bold"))
    about = (
        f"{g['plates']['value']} plates of {g['plate']['value']}, {g['passes']['value']} passes, "
        f"{in_field(g['area']['value'], 'm^2')}, {g['flow']['value']}"
    )
    if "uneven" in g["channels_per_pass"]["value"]:
        about += f"; channels a pass {g['channels_per_pass']['value']}"
    print(filled(about, width))
    print()
    style = "bold green" if s["verdict"] == "pass" else "bold red"
    word, rest = s["sentence"][:4], s["sentence"][4:]
    console.print(Text.assemble((word, style), rest))
    for reason in s["reasons"]:
        print(filled(reason, width, initial_indent="  - ", subsequent_indent="    "))
    print()
    is_sampled = s["is_sampled"]
    if s["limits"]:
        bands = ("5 %", "95 %") if is_sampled else ()
        rows = table("limit", "asked", "nominal", *bands, "margin", "holds in")
        for row in s["limits"]:
            sign = ">=" if row["sense"] == "at least" else "<="
            star = "*" if row["limit_is_uncertain"] else ""
            own = [in_field(row[k], row["unit"], 3, with_unit=False) for k in ("p05", "p95")]
            holds = "-" if row["holds_in"] is None else f"{100 * row['holds_in']:.0f} %"
            rows.add_row(
                row["label"],
                f"{sign} {in_field(row['limit'], row['unit'], 3)}{star}",
                in_field(row["nominal"], row["unit"], 4, with_unit=False),
                *(own if is_sampled else ()),
                Text(
                    in_field(row["margin"], row["margin_unit"], 3, signed=True),
                    style="" if row["holds_at_nominal"] else "bold red",
                ),
                holds,
            )
        console.print(rows)
        if any(row["limit_is_uncertain"] for row in s["limits"]):
            sampled = " and is sampled too" if s["numerics"]["samples"] else ""
            console.print(f"* the limit itself is uncertain{sampled}", style="dim")
        print()
    _show_sides(console, s, is_sampled)
    print()
    rows = table("exchanger", "nominal", *(("5 %", "95 %") if is_sampled else ()))
    for name in _NUMBERS:
        n = s["numbers"][name]
        if n["nominal"] is not None:
            band = [in_field(n[k], n["unit"], 4) for k in ("p05", "p95")] if is_sampled else []
            rows.add_row(n["label"], in_field(n["nominal"], n["unit"], 4), *band)
    console.print(rows)
    print()
    for warning in s["correlation"]["warnings"]:
        print(filled(f"outside the validity of the correlation: {warning}", width))
    if s["assumptions"]:
        assumed = sum(a["status"] == "assumed" for a in s["assumptions"])
        print(f"{assumed} of {len(s['assumptions'])} numbers are assumed")
    for path in paths:
        console.print(f"written: {path}", soft_wrap=True, markup=False)


def wide_console() -> tuple[Any, int]:
    """Console that cuts no number, and the width that text should keep to.

    Returns
    -------
    console : rich.console.Console
        Wider than the screen: a table takes what it needs, and a line that wraps is better than half a number.
    width : int
        Of the screen, 80 at least.
    """
    from rich.console import Console

    console = Console(highlight=False)
    width = max(console.width, 80)
    console.width = max(width, _WIDEST)
    return console, width


def _show_sides(console: Any, s: dict[str, Any], is_sampled: bool) -> None:
    """Print the rows of both sides, with their bands where they were sampled."""
    columns = [c for side in ("hot", "cold") for c in (side, *(("5 .. 95 %",) if is_sampled else ()))]
    rows = table("side", "", *columns)
    for name, (label, unit, unit_name) in _SIDES.items():
        cells = []
        for side in ("hot", "cold"):
            cells.append(in_field(s["sides"][name][side], unit, 4, with_unit=False))
            if is_sampled:
                band = s["sides"][name][f"{side}_band"] or {"p05": None, "p95": None}
                ends = [in_field(band[k], unit, 3, with_unit=False) for k in ("p05", "p95")]
                cells.append("" if band["p05"] is None else " .. ".join(ends))
        rows.add_row(label, unit_name, *cells)
    console.print(rows)
