"""What the terminal shows of a sizing."""

import textwrap
from typing import Any

from hashheat.exchanger_terminal import show_sheet
from hashheat.terminal import in_field, table

#: Alternatives that fit a screen; all of them are in the CSV and in the report.
_MOST = 8


def show_sizing(sizing: dict[str, Any], paths: list[str]) -> None:
    """Print the best exchanger, what binds it, and its alternatives.

    Parameters
    ----------
    sizing : dict
        Of :func:`hashheat.size_command.run_size`.
    paths : list of str
        Files written.
    """
    from rich.console import Console

    console = Console(highlight=False)
    console.width = max(console.width, 80)
    show_sheet(sizing["sheet"], [])
    print(textwrap.fill(sizing["sentence"], console.width))
    print()
    rows = table("plate, m^2", "plates", "passes", "angle", "m^2", "kEUR", "K", "kPa", "binds")
    for a in sizing["alternatives"][:_MOST]:
        angle = f"{a['channel_angle_degrees']:g}"
        if a["second_angle_degrees"] is not None:
            angle += f"/{a['second_angle_degrees']:g}"
        rows.add_row(
            f"{a['kind']} {a['plate_area_m2']:.3g}",
            str(a["plates"]),
            f"{a['passes_hot']}/{a['passes_cold']}",
            angle,
            f"{a['area_m2']:.4g}",
            f"{a['price_EUR'] / 1e3:.3g}",
            f"{a['approach_K']:.2f}",
            in_field(max(a["hot_pressure_drop_Pa"], a["cold_pressure_drop_Pa"]), "Pa", 3, with_unit=False),
            a["binding"].replace("pressure drop", "drop"),
        )
    console.print(rows)
    more = len(sizing["alternatives"]) - _MOST
    if more > 0:
        print(f"{more} more in alternatives.csv and report.html")
    if sizing["price_is_assumed"]:
        print("prices by an area law with assumed constants: they rank, they are no quotation")
    for path in paths:
        console.print(f"written: {path}", soft_wrap=True, markup=False)
