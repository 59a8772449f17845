"""What the terminal shows of a comparison with field data."""

from typing import Any

from hashheat.exchanger_terminal import wide_console
from hashheat.field_terminal import show_title, show_verdict
from hashheat.terminal import filled, table
from hashheat.validate_sheet import told_range

_SHORT = {
    "T_out": "outlet",
    "T_out_board": "outlet, boards",
    "T_chip_mean": "mean chip",
    "T_chip_max": "hottest chip",
    "T_chip": "chip by chip",
    "power_ac": "power, wall",
}
_STYLES = {"pass": "bold green", "fail": "bold red", "none": "bold yellow"}


def show_validation(sheet: dict[str, Any], paths: list[str]) -> None:
    """Print verdict, energy balance, and the figures of every quantity.

    Parameters
    ----------
    sheet : dict
        Of :func:`hashheat.validate_sheet.validation_sheet`.
    paths : list of str
        Files written.
    """
    console, width = wide_console()
    s, d = sheet, sheet["data"]
    show_title(s, console, width)
    about = f"{d['used']} of {d['offered']} samples, {d['first']} to {d['last']}"
    print(filled("; ".join([about, *(f"{r['label']} {told_range(r)}" for r in d["ranges"])]), width))
    for row in d["left_out"]:
        print(f"  left out: {row['count']} {row['reason']}")
    print()
    show_verdict(s, _STYLES[s["style"]], s["reasons"], console, width)
    print()
    rows = table("bias S - D", "points", "mean ± 95 %", "scatter", "u_num", "u_input", "u_D", "u_val")
    for r in s["rows"]:
        rows.add_row(
            short(r["name"]),
            str(r["points"]),
            f"{signed(r['bias'], r['unit'])} ± {plain(r['interval'], r['unit'])}",
            *(plain(r[key], r["unit"]) for key in ("u_random", "u_num", "u_input", "u_data", "u_val")),
        )
    console.print(rows)
    print()
    rows = table(
        "single points", "factor", "scatter", "95 % of errors", "in 2 u_val", "CV(RMSE)", "NMBE", "order"
    )
    orders = {g["name"]: g for g in s["grids"]}
    for r in s["rows"]:
        g = orders.get(r["name"])
        rows.add_row(
            short(r["name"]),
            "-" if r["bias_factor"] is None else f"{r['bias_factor']:.3f}",
            "-" if r["relative_scatter"] is None else f"{100 * r['relative_scatter']:.1f} %",
            f"{signed(r['band'][0], r['unit'])} … {signed(r['band'][1], r['unit'])}",
            f"{100 * r['within']:.0f} %",
            "-" if r["cv_rmse"] is None else f"{100 * r['cv_rmse']:.1f} %",
            "-" if r["nmbe"] is None else f"{100 * r['nmbe']:+.1f} %",
            "-" if g is None or g["order"] is None else f"{g['order']:.2f}",
        )
    console.print(rows)
    print("factor, scatter, CV(RMSE) and NMBE of temperatures: of their rise above the inlet")
    for note in d["notes"]:
        print(filled(f"mind: {note}", width, subsequent_indent="  "))
    missing = [i["name"] for i in s["instruments"] if not i["stated"]]
    if missing:
        text = (
            f"mind: no accuracy stated for {', '.join(missing)}: assumed, by the step of the data, or 0.1 K or "
            "1 % where they are not rounded"
        )
        print(filled(text, width, subsequent_indent="  "))
    if s["calibrated"]:
        text = f"mind: {', '.join(s['calibrated'])} calibrated: agreement with the same data is no validation"
        print(filled(text, width, subsequent_indent="  "))
    for warning in s["warnings"]:
        print(filled(f"mind: {warning}", width, subsequent_indent="  "))
    for path in paths:
        console.print(f"written: {path}", soft_wrap=True, markup=False)


def short(name: str) -> str:
    """Name of a quantity as a table has room for."""
    return _SHORT.get(name, name)


def plain(value: float | None, unit: str) -> str:
    """Width of something: kelvin with two decimals, watts with none."""
    if value is None:
        return "-"
    return f"{value:.0f} W" if unit == "W" else f"{value:.2f} K"


def signed(value: float | None, unit: str) -> str:
    """Write the same with its sign."""
    if value is None:
        return "-"
    return f"{value:+.0f} W" if unit == "W" else f"{value:+.2f} K"
