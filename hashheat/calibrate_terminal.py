"""What the terminal shows of a calibration."""

from typing import Any

from hashheat.exchanger_terminal import wide_console
from hashheat.field_terminal import show_title, show_verdict
from hashheat.terminal import filled, in_field, table
from hashheat.thermo.units import show


def amount(value: float | None, unit: str, digits: int = 4) -> str:
    """Number of a calibration as the field writes it: ratios as they are, differences in kelvin."""
    if value is None:
        return "-"
    if unit == "ratio":
        return f"{value:.{digits}g}"
    if unit == "delta_K":
        return f"{value:.3g} K"
    return in_field(value, unit, digits) if unit == "K" else show(value, unit, digits)


def spread(value: float | None, unit: str) -> str:
    """Standard error, for which a temperature is a difference."""
    return amount(value, "delta_K" if unit == "K" else unit, 2)


def show_calibration(sheet: dict[str, Any], paths: list[str]) -> None:
    """Print estimates with their doubt, how well they fit, and what the data cannot tell.

    Parameters
    ----------
    sheet : dict
        Of :func:`hashheat.calibrate_sheet.calibration_sheet`.
    paths : list of str
        Files written.
    """
    console, width = wide_console()
    s, d = sheet, sheet["data"]
    show_title(s, console, width)
    print(
        f"{d['records']} of {d['offered']} records at {d['points']} operating points, {d['readings']} readings"
    )
    print()
    style = "bold green" if s["verdict"] == "pass" else "bold red"
    show_verdict(s, style, s["notes"], console, width)
    print()
    rows = table("fitted", "estimate", "standard error", "95 % interval", "was")
    for r in s["rows"]:
        rows.add_row(
            f"{r['name']} ({r['key']})",
            amount(r["value"], r["unit"]),
            spread(r["sigma"], r["unit"]),
            f"{amount(r['interval'][0], r['unit'])} .. {amount(r['interval'][1], r['unit'])}",
            "-"
            if r["prior"] is None
            else f"{amount(r['prior'][0], r['unit'])} ± {spread(r['prior'][1], r['unit'])}",
        )
    console.print(rows)
    reduced = "-" if s["reduced"] is None else f"{s['reduced']:.2f}"
    print(
        filled(
            f"chi2 / dof {reduced} ({s['dof']} degrees of freedom); {len(s['carried'])} more uncertain numbers "
            "fitted along with what is stated of them, so that their doubt is in these errors",
            width,
        )
    )
    if s["chips"] is not None:
        print(filled(f"single chips: {s['chips']['sentence']}", width))
    if s["held_out"]:
        print()
        rows = table("error at points", "held out", "fitted", "noise alone", "readings")
        for h in s["held_out"]:
            unit = h["unit"]
            rows.add_row(
                h["label"],
                amount(h["held_out"], unit, 3),
                amount(h["fitted"], unit, 3),
                amount(h["expected"], unit, 3),
                str(h["readings"]),
            )
        console.print(rows)
    for path in paths:
        print(f"written: {path}")
