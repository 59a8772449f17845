"""What the terminal shows of a sizing."""

from typing import Any

from hashheat.exchanger_terminal import show_sheet, wide_console
from hashheat.terminal import filled, in_field, table

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
    console, width = wide_console()
    show_sheet(sizing["sheet"], [])
    print(filled(sizing["sentence"], width))
    print()
    rows = table("plate, m^2", "plates", "passes", "angle", "m^2", "kEUR", "K", "kPa", "binds")
    for a in sizing["alternatives"][:_MOST]:
        angle = f"{a['channel_angle_degrees']:g}"
        if a["second_angle_degrees"] is not None:
            angle += f"/{a['second_angle_degrees']:g} {100.0 * a['second_share']:.0f} %"
        rows.add_row(
            f"{a['kind']} {a['plate_area_m2']:.3g}{' !' if a['outside_validity'] else ''}",
            str(a["plates"]),
            f"{a['passes_hot']}/{a['passes_cold']}",
            angle,
            f"{a['area_m2']:.4g}",
            f"{a['price_EUR'] / 1e3:.3g}",
            f"{a['approach_K']:.2f}",
            in_field(max(a["hot_pressure_drop_Pa"], a["cold_pressure_drop_Pa"]), "Pa", 3, with_unit=False),
            _short(a["binding"]),
        )
    console.print(rows)
    if any(a["second_angle_degrees"] is not None for a in sizing["alternatives"][:_MOST]):
        print(filled("angle 45/60 75 %: two kinds of channel, 75 % of them of the second", width))
    if any(a["outside_validity"] for a in sizing["alternatives"][:_MOST]):
        print("! outside the validity of its correlation: see alternatives.csv")
    more = len(sizing["alternatives"]) - _MOST
    if more > 0:
        print(f"{more} more in alternatives.csv and report.html")
    if sizing["price_is_assumed"]:
        print("prices by an area law with assumed constants: they rank, they are no quotation")
    for path in paths:
        console.print(f"written: {path}", soft_wrap=True, markup=False)


def _short(limit: str) -> str:
    """Name of a limit within the width of a column."""
    for long, short in (
        ("pressure drop", "drop"),
        ("port velocity", "port"),
        ("fewest plates", "fewest"),
        ("plates in the frame", "frame"),
    ):
        limit = limit.replace(long, short)
    return limit
