"""What the terminal shows of a simulated year."""

from typing import Any

from hashheat.exchanger_terminal import wide_console
from hashheat.field_terminal import show_verdict
from hashheat.terminal import filled, table


def show_year(sheet: dict[str, Any], paths: list[str]) -> None:
    """Print the verdict, the energies, what the units went through, and the metrics.

    Parameters
    ----------
    sheet : dict
        Of :func:`hashheat.simulate_sheet.year_sheet`.
    paths : list of str
        Files written.
    """
    from rich.text import Text

    console, width = wide_console()
    s = sheet
    console.print(Text(filled(s["title"], width), style="bold"))
    if s["synthetic"]:
        console.print(Text("WEATHER AND DEMAND ARE SYNTHETIC, OR PARTLY SO", style="bold yellow"))
    print(
        f"{s['hours']:.0f} hours from {s['first']} to {s['last']} UTC, operation: {in_plain(s['strategy'])}"
    )
    print()
    show_verdict(s, "bold green" if s["verdict"] == "pass" else "bold red", s["reasons"], console, width)
    print()
    unit = s["scale"]
    rows = table("energy", unit["energy"], "of delivered")
    delivered = s["energy"]["delivered"]
    for name, value in energies(s):
        rows.add_row(
            name, f"{value / unit['joule']:,.0f}", f"{100 * value / delivered:.1f} %" if delivered else "-"
        )
    console.print(rows)
    for row in s["units"]:
        print()
        text = (
            f"{row['name']}: {row['count']} units, in operation {100 * row['utilisation']:.0f} % of the time, "
            f"{row['starts']:.0f} starts each; hottest chip {celsius(row['T_highest'])} "
            f"(limit {celsius(row['T_limit'])}), unit {row['hottest_unit']}"
        )
        print(filled(text, width))
    for row in s["rooms"]:
        print()
        print(filled(room(row), width))
    for line in metrics(s):
        print(filled(line, width))
    for warning in s["warnings"]:
        print(filled(f"mind: {warning}", width, subsequent_indent="  "))
    b = s["balance"]
    print(
        filled(
            f"energy closes to {b['energy']:.1e} of what was supplied, mass to {b['mass']:.1e} kg/s", width
        )
    )
    for path in paths:
        console.print(f"written: {path}", soft_wrap=True, markup=False)


def energies(sheet: dict[str, Any]) -> list[tuple[str, float]]:
    """Energies in the order a reader asks for them [J]; those that are nothing are left out."""
    e = sheet["energy"]
    rows = [("heat delivered", e["delivered"]), ("heat not delivered", e["short"])]
    rows += [(f"heat from {row['name']}", row["heat"]) for row in sheet["sources"]]
    rows += [
        ("heat rejected to the air", e["rejected"]),
        ("heat lost to the surroundings", e["lost"]),
        ("electricity", e["electricity"]),
        ("  of it the units'", e["units"]),
        ("fuel", e["fuel"]),
    ]
    return [(name, value) for name, value in rows if abs(value) > 1.0 or name == "heat delivered"]


def metrics(sheet: dict[str, Any]) -> list[str]:
    """Reuse, exergy, money and CO2 in sentences."""
    said = []
    m = sheet["metrics"]
    if m is not None:
        said.append(
            f"PUE {m['pue']:.3f}, energy reuse factor {m['erf']:.3f}, ERE {m['ere']:.3f}; exergy of the reused "
            f"heat over the site's electricity {m['exergy_efficiency']:.3f}"
        )
    if sheet["money"] is not None:
        money = sheet["money"]
        said.append(
            f"electricity costs {money['electricity']:,.0f} EUR, heat brings {money['heat']:,.0f} EUR (what is "
            "hashed is not counted)"
        )
    c = sheet["emissions"]
    said.append(
        f"CO2: electricity {tonnes(c['electricity'])}, fuel {tonnes(c['fuel'])}; displaced for the same "
        f"heat {tonnes(c['displaced'])}"
    )
    return said


def room(row: dict[str, Any]) -> str:
    """What a heated room went through, in a sentence."""
    return (
        f"{row['name']}: {row['count']} {'heater' if row['count'] == 1 else 'heaters'}, on for "
        f"{100 * row['duty']:.0f} % of the time; air {celsius(row['T_coldest'])} to {celsius(row['T_warmest'])} "
        f"(held at {celsius(row['T_set'])} where the heat suffices; nothing cools); hottest chip of mean "
        f"resistance {celsius(row['T_highest'])} (limit {celsius(row['T_limit'])})"
    )


def tonnes(mass: float) -> str:
    """Mass with its unit: kilograms below ten tonnes."""
    return f"{mass:,.0f} kg" if mass < 1e4 else f"{mass / 1e3:,.0f} t"


def celsius(T: float | None) -> str:
    """Temperature in degrees Celsius; a dash for none."""
    return "-" if T is None else f"{T - 273.15:.1f} °C"


def in_plain(strategy: str) -> str:
    """Name of a strategy in words."""
    return strategy.replace("_", " ")
