"""What the terminal shows first of anything made from field data."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from hashheat.terminal import filled

if TYPE_CHECKING:
    from rich.console import Console


def show_title(sheet: dict[str, Any], console: "Console", width: int) -> None:
    """Print the title, and in capitals that the data are synthetic.

    Parameters
    ----------
    sheet : dict
        With ``title`` and ``synthetic``.
    console : rich.console.Console
    width : int
        Columns.
    """
    from rich.text import Text

    console.print(Text(filled(sheet["title"], width), style="bold"))
    if sheet["synthetic"]:
        console.print(Text(filled(sheet["synthetic"].upper(), width), style="bold yellow"))


def show_verdict(
    sheet: dict[str, Any], style: str, reasons: Sequence[str], console: "Console", width: int
) -> None:
    """Print the word of the verdict in its style, its sentence, and the reasons.

    Parameters
    ----------
    sheet : dict
        With ``word`` and ``sentence``.
    style : str
        Of the word, such as ``"bold green"``.
    reasons : sequence of str
    console : rich.console.Console
    width : int
        Columns.
    """
    from rich.text import Text

    told = filled(f"{sheet['word']}  {sheet['sentence']}", width)
    console.print(Text.assemble((sheet["word"], style), told.removeprefix(sheet["word"])))
    for reason in reasons:
        print(filled(reason, width, initial_indent="  - ", subsequent_indent="    "))
