"""What the terminal shows of cases."""

from typing import Any

from hashheat.exchanger_terminal import wide_console
from hashheat.terminal import filled, table

_DATA = {
    "here": "figures of the case",
    "read in place": "capture read in place",
    "not here": "data not here: the tracked figures of the case stand for the capture",
}


def show_case(sheet: dict[str, Any]) -> None:
    """Print one case: what is compared, the rows, the grids, and what may be relied on.

    Parameters
    ----------
    sheet : dict
        Of :func:`hashheat.case_command.case_sheet`.
    """
    from rich.text import Text

    console, width = wide_console()
    console.print(Text(filled(sheet["title"], width), style="bold"))
    print(filled(f"{sheet['kind']}; {_DATA[sheet['data']]}; fitted: {sheet['fitted']}", width))
    if not sheet["run"]:
        console.print(Text(filled(f"NOT RUN  {sheet['not_run']}", width), style="bold yellow"))
    if sheet["cells"]:
        names = ("quantity", "data", "points", "E", "u_num", "u_input", "u_D", "u_val", "factor", "scatter")
        rows = table(*names)
        for row in sheet["cells"]:
            rows.add_row(*row[:-1])
        print()
        console.print(rows)
        print()
        for row in sheet["rows"]:
            met = row["expected"] in (None, row["verdict"])
            text = row["sentence"] if met else f"{row['sentence']} Expected: {row['expected']}."
            print(filled(text, width, initial_indent="  - ", subsequent_indent="    "))
    for g in sheet["grids"]:
        order = g["text"] if g["order"] is None else f"observed order {g['order']:.1f}"
        text = f"{g['solver']}, {g['quantity']}: {'; '.join(g['grids'])}: {order}, GCI {100 * g['gci']:.1g} %"
        print(filled(text, width, initial_indent="grids: ", subsequent_indent="       "))
    print()
    print(filled(sheet["believe"], width))
    if sheet["not_shown"]:
        print(filled(f"not shown: {sheet['not_shown']}", width))


def show_cases(sheets: list[dict[str, Any]]) -> None:
    """Print a line a case, and which captures are not here.

    Parameters
    ----------
    sheets : list of dict
        Of :func:`hashheat.case_command.case_sheet`.
    """
    console, width = wide_console()
    rows = table("case", "kind", "quantities", "outcome", "as expected")
    for s in sheets:
        expected = "-" if not s["run"] else "yes" if s["as_expected"] else "NO"
        rows.add_row(s["case"], s["kind"], str(len(s["rows"])), s["outcome"], expected)
    console.print(rows)
    absent = [s["case"] for s in sheets if s["data"] == "not here"]
    if absent:
        text = f"mind: data not here for {', '.join(absent)}: their tracked figures stand for the captures"
        print(filled(text, width, subsequent_indent="  "))
    print(filled("Nothing about the junction of an A1566HA is validated: see docs/validation.md.", width))
