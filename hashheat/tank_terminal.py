"""What the terminal shows of an immersion tank."""

from typing import Any

from hashheat.exchanger_terminal import wide_console
from hashheat.terminal import filled, in_field, table

_HOTTEST = 5
_WIDTH = 80
_MINERS = 24
_STYLES = {"pass": "bold green", "fail": "bold red", "none": "bold yellow"}


def show_tank(sheet: dict[str, Any], paths: list[str]) -> None:
    """Print verdict, limits, results, miners, the hottest chips, and what they rest on.

    Parameters
    ----------
    sheet : dict
        Of :func:`hashheat.tank_sheet.tank_sheet` or :func:`hashheat.bath_sheet.bath_sheet`.
    paths : list of str
        Files written.
    """
    from rich.text import Text

    console, width = wide_console()
    s = sheet
    console.print(Text(filled(s["title"], width), style="bold"))
    print(filled("; ".join(row["value"] for row in s["about"][:3]), width))
    print()
    word, colon, rest = s["sentence"].partition(":" if s["verdict"] == "none" else " ")
    console.print(Text.assemble((word, _STYLES[s["verdict"]]), f"{colon}{rest}"))
    for reason in s["reasons"]:
        print(filled(reason, width, initial_indent="  - ", subsequent_indent="    "))
    print()
    if s["verdict"] == "none":
        _show_history(console, s)
    else:
        _show_limits(console, s)
        _show_numbers(console, s)
        _show_energy(console, s)
        _show_miners(console, s)
        _show_ranking(console, s)
        _show_grid(console, s)
    if s["transient"] is not None:
        print(filled(f"in time: {s['transient']['text']}", width, subsequent_indent="  "))
    for text in s["model"][:1]:
        print(filled(text, width, subsequent_indent="  "))
    for warning in s["warnings"]:
        print(filled(f"mind: {warning}", width, subsequent_indent="  "))
    assumed = sum(a["status"] == "assumed" for a in s["assumptions"])
    compared = "this run compares nothing with a measurement"
    print(f"{assumed} of {len(s['assumptions'])} numbers are assumed; {compared}")
    for path in paths:
        console.print(f"written: {path}", soft_wrap=True, markup=False)


def _show_limits(console: Any, s: dict[str, Any]) -> None:
    from rich.text import Text

    where = ("where",) if any(row["where"] for row in s["limits"]) else ()
    rows = table("limit", "asked", "reached", "margin", *where)
    for row in s["limits"]:
        sign = {"at most": "<=", "at least": ">="}.get(row["sense"], "<")
        rows.add_row(
            row["label"],
            f"{sign} {in_field(row['limit'], row['unit'], 4)}{'*' if row['text'] else ''}",
            in_field(row["reached"], row["unit"], 4),
            Text(
                in_field(row["margin"], row["margin_unit"], 3, signed=True),
                style="" if row["holds"] else "bold red",
            ),
            *((Text(row["where"]),) if where else ()),
        )
    console.print(rows)
    for text in dict.fromkeys(f"{row['text']}, {row['status']}" for row in s["limits"] if row["text"]):
        print(f"* uncertain itself: {text}")
    print()


def _show_numbers(console: Any, s: dict[str, Any]) -> None:
    bands = ("5 %", "95 %") if s["samples"] else ()
    rows = table("tank", "nominal", *bands)
    for n in s["numbers"].values():
        if n["nominal"] is not None:
            own = ["" if n[k] is None else in_field(n[k], n["unit"], 4) for k in ("p05", "p95")]
            rows.add_row(n["label"], in_field(n["nominal"], n["unit"], 4), *(own if bands else ()))
    console.print(rows)
    if s["samples"]:
        print(filled(s["samples"]["text"], _WIDTH))
        if s["samples"]["lost"]:
            print(f"{s['samples']['lost']} of {s['samples']['count']} samples have no steady state")
    print()


def _show_energy(console: Any, s: dict[str, Any]) -> None:
    rows = table("energy", "nominal")
    for row in s["energy"]:
        rows.add_row(row["label"], in_field(row["value"], "W", 4))
    console.print(rows)
    if s["imbalance"] is not None:
        print(f"energy balances to {abs(s['imbalance']):.0e} of the power")
    print()


def _show_miners(console: Any, s: dict[str, Any]) -> None:
    """Print a row for each miner, and the hottest chips."""
    from rich.text import Text

    if s["miners"]:
        rows = table("miner", "junction", "oil, mean", "oil, most", "L/min through", "power")
        hottest = sorted(s["miners"], key=lambda m: -(m["T_junction"] or 0.0))
        shown = s["miners"] if len(s["miners"]) <= _MINERS else hottest[:_MINERS]
        for m in shown:
            flow = "-" if m.get("flow") is None else f"{6e4 * m['flow']:.1f}"
            temperatures = [in_field(m.get(key), "K") for key in ("T_junction", "T_oil", "T_oil_max")]
            rows.add_row(Text(m["name"]), *temperatures, flow, in_field(m.get("power"), "W", 4))
        console.print(rows)
        if len(shown) < len(s["miners"]):
            print(f"the {len(shown)} hottest of {len(s['miners'])} miners")
        print()
    if s["chips"]:
        rows = table("hottest chips", "board", "row", "column", "junction", "oil there", "W/(m^2 K)", "power")
        for c in s["chips"][:_HOTTEST]:
            film = "-" if c["htc"] is None else f"{c['htc']:.0f}"
            place = [str(c[key]) for key in ("board", "row", "col")]
            rows.add_row(
                Text(c["miner"]), *place, in_field(c["T_junction"], "K"), in_field(c["T_oil"], "K"), film,
                in_field(c["power"], "W", 3),
            )  # fmt: skip
        console.print(rows)
        print("boards, rows and columns count from 0")
        print()


def _show_ranking(console: Any, s: dict[str, Any]) -> None:
    """Print which numbers move the hottest junction most."""
    if not s["ranking"]:
        return
    rows = table("moves the hottest junction most", "spread", "status", "by")
    for r in s["ranking"][:_HOTTEST]:
        by = "no steady state" if r["swing"] is None else f"{r['swing']:.1f} K"
        rows.add_row(r["name"], r["range"], r["status"], by)
    console.print(rows)
    print("each alone from the 5 % to the 95 % point of its spread")
    print()


def _show_grid(console: Any, s: dict[str, Any]) -> None:
    """Print what three grids say, or that nothing is known."""
    grid = s["grid"]
    if grid is None:
        if s["numerics"]["cells"]:
            print(f"{s['numerics']['cells']} cells; what their size adds is not known (--gci finds it)")
        return
    rows = table("by cells", *grid["cells"], "order", "error band")
    for row in grid["rows"]:
        band = "-" if row["band"] is None else spread(row["band"], row["unit"])
        rows.add_row(
            row["label"],
            *(closely(value, row["unit"]) for value in row["values"]),
            "-" if row["order"] is None else f"{row['order']:.2f}",
            band,
        )
    console.print(rows)
    print("error band: 1.25 times the extrapolated change; all else is of the finest grid")


def closely(value: float | None, unit: str) -> str:
    """Write a number with one digit more than a reader needs, where grids are compared by it.

    Parameters
    ----------
    value : float or None
        [unit]
    unit : {"K", "delta_K", "1"}

    Returns
    -------
    str
        ``-`` for None.
    """
    if value is None:
        return "-"
    if unit == "K":
        return f"{value - 273.15:.2f} °C"
    return f"{value:.3f} K" if unit == "delta_K" else f"{100.0 * value:.2f} %"


def spread(value: float, unit: str) -> str:
    """Write the half width of a band around a temperature, a difference or a share.

    Parameters
    ----------
    value : float
        [unit]
    unit : {"K", "delta_K", "1"}

    Returns
    -------
    str
    """
    return f"+/- {value:.2f} K" if unit in ("K", "delta_K") else f"+/- {100.0 * value:.2f} %"


def _show_history(console: Any, s: dict[str, Any]) -> None:
    """Print the residuals of the last steps of a solution that did not converge."""
    history = s["numerics"]["history"]
    names = [name for name in ("momentum", "mass", "energy") if name in history]
    count = max((len(history[name]) for name in names), default=0)
    if not count:
        return
    rows = table("step", *names, "hottest chip")
    watch = history.get("watch", [])
    first = max(0, count - 10)
    for i in range(first, count):
        values = [history[name][i] if i < len(history[name]) else None for name in names]
        hot = watch[i] if i < len(watch) else None
        rows.add_row(str(i), *("-" if x is None else f"{x:.1e}" for x in values), in_field(hot, "K"))
    console.print(rows)
    print(
        f"the last {count - first} of {count} steps; residuals over their first values; no result, only history"
    )
    print()
