"""Commands for heat exchangers: ``hashheat rate exchanger``. Nothing heavy is imported before one runs."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from hashheat.guard import FAILS, HOLDS, guarded

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object, in SI, and nothing else.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")]

rate_app = typer.Typer(
    help="Rate equipment that is given: what it does at its state.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@rate_app.callback()
def _rate() -> None:
    pass


@rate_app.command("exchanger")
@guarded
def rate_exchanger(
    unit: Annotated[str, typer.Argument(help="An exchanger file, or a shipped name such as kakac.")],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Directory of the results [default: ./<unit>-rating]."),
    ] = None,
    samples: Annotated[
        int, typer.Option(help="Samples of the uncertain numbers, a power of two; 0 for none.")
    ] = 256,
    as_json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Rate a plate heat exchanger: exit status 0 duty and limits hold, 1 one fails, 2 bad input."""
    from hashheat.components.errors import ExchangerError
    from hashheat.exchanger_terminal import show_sheet
    from hashheat.rate_command import run_rate

    # No steady state is an answer about the exchanger, not a fault of the input.
    sheet = told(
        lambda: run_rate(unit, output, samples=samples, quiet=quiet or as_json),
        show_sheet,
        ExchangerError,
        as_json=as_json,
        quiet=quiet,
    )
    return HOLDS if sheet is not None and sheet["verdict"] == "pass" else FAILS


size_app = typer.Typer(
    help="Size equipment for a duty.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@size_app.callback()
def _size() -> None:
    pass


@size_app.command("exchanger")
@guarded
def size_exchanger(
    duty: Annotated[str, typer.Argument(help="A duty file, or a shipped name such as nordic-2mw-5k.")],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Directory of the results [default: ./<duty>-sizing]."),
    ] = None,
    rank: Annotated[
        str, typer.Option(help="What the alternatives are ordered by: price, area, pressure_drop, approach.")
    ] = "price",
    samples: Annotated[
        int, typer.Option(help="Samples of the uncertain numbers of the best, a power of two; 0 for none.")
    ] = 256,
    as_json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Size a plate heat exchanger: exit status 0 found, 1 nothing keeps the limits, 2 bad input."""
    from hashheat.components.errors import NoExchangerError
    from hashheat.size_command import run_size
    from hashheat.size_terminal import show_sizing

    # That nothing fits is an answer about duty and catalogue, not a fault of the input.
    sizing = told(
        lambda: run_size(duty, output, rank=rank, samples=samples, quiet=quiet or as_json),
        show_sizing,
        NoExchangerError,
        as_json=as_json,
        quiet=quiet,
    )
    return FAILS if sizing is None else HOLDS


def told(
    run: Callable[[], tuple[dict[str, Any], list[Path]]],
    show: Callable[[dict[str, Any], list[str]], None],
    negative: type[Exception],
    *,
    as_json: bool,
    quiet: bool,
) -> dict[str, Any] | None:
    """Run a command and tell what it found, or the negative answer, of which there is nothing to return."""
    try:
        found, files = run()
    except negative as error:
        if as_json:
            print_json({"verdict": "fail", "failure": str(error)})
        else:
            # An answer, but also why there is no result: asked for nothing but errors, it is one.
            print(error, file=sys.stderr if quiet else None)
        return None
    paths = [str(path) for path in files]
    if as_json:
        print_json(found | {"paths": paths})
    elif not quiet:
        show(found, paths)
    return found


def print_json(value: dict[str, Any]) -> None:
    """Print one strict JSON object: no NaN, no infinity."""
    print(json.dumps(value, indent=2, allow_nan=False, ensure_ascii=False))
