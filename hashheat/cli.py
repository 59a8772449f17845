"""The command line. Nothing heavy is imported before a command runs, so that ``--help`` stays quick."""

import io
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from hashheat.calibration_commands import calibrate, plan_measurement
from hashheat.exchanger_commands import Json, Quiet, print_json, rate_app, size_app
from hashheat.guard import FAILS, HOLDS, guarded
from hashheat.monitor_commands import monitor
from hashheat.plate_commands import plate
from hashheat.population_commands import population
from hashheat.simulate_commands import simulate
from hashheat.tank_commands import tank
from hashheat.validate_commands import campaign, validate

app = typer.Typer(
    name="hashheat",
    help="Hydro-cooled miners, cold plates, immersion tanks and heat exchangers, from the chip to the city pipe.",
    no_args_is_help=True,
    add_completion=False,
    # Plain help costs half as much to import, and errors are shown by our own guard.
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.add_typer(rate_app, name="rate")
app.add_typer(size_app, name="size")
app.command()(plate)
app.command()(tank)
app.command()(validate)
app.command()(campaign)
app.command()(calibrate)
app.command("plan-measurement")(plan_measurement)
app.command()(monitor)
app.command()(simulate)
app.command()(population)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        print(f"hashheat {version('hashheat')}")
        raise typer.Exit()


def _debug(wanted: bool) -> None:
    if wanted:
        os.environ["HASHHEAT_DEBUG"] = "1"


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
    debug: Annotated[
        bool, typer.Option("--debug", callback=_debug, help="Show the traceback of an error.")
    ] = False,
) -> None:
    pass


@app.command()
@guarded
def check(
    plant: Annotated[str, typer.Argument(help="A plant file, or a shipped name such as nordic-2mw.")],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Directory of the results [default: ./<plant>-report]."),
    ] = None,
    samples: Annotated[int, typer.Option(help="Samples of the uncertain numbers, a power of two.")] = 1024,
    as_json: Json = False,
    no_sensitivity: Annotated[
        bool, typer.Option("--no-sensitivity", help="Leave out which assumption moves the verdict most.")
    ] = False,
    quiet: Quiet = False,
) -> int:
    """Check a plant against its limits: exit status 0 every limit holds, 1 one fails, 2 bad input."""
    from hashheat.check_command import run_check

    summary, paths = run_check(
        plant,
        output,
        samples=samples,
        sensitivity_samples=0 if no_sensitivity else 512,
        quiet=quiet or as_json,
    )
    if as_json:
        print_json(summary | {"paths": [str(path) for path in paths]})
    elif not quiet:
        from hashheat.terminal import show_check

        show_check(summary, [str(path) for path in paths])
    return HOLDS if summary["verdict"] == "pass" else FAILS


@app.command()
@guarded
def unit(
    miner: Annotated[str, typer.Argument(help="A device file, or a shipped name (see: hashheat library).")],
    inlet: Annotated[str, typer.Option(help="Coolant inlet temperature, e.g. '70 degC'.")],
    flow: Annotated[str, typer.Option(help="Flow of the unit at inlet temperature, e.g. '10 L/min'.")],
    fluid: Annotated[str, typer.Option(help="e.g. water or 'propylene glycol 30 %'.")] = "water",
    pressure: Annotated[str, typer.Option(help="Absolute, at the inlet.")] = "3 bar",
    frequency: Annotated[float, typer.Option(help="Clock over nameplate.")] = 1.0,
    voltage: Annotated[float, typer.Option(help="Supply voltage over nameplate.")] = 1.0,
    ambient: Annotated[str, typer.Option(help="Temperature of the room.")] = "20 degC",
    as_json: Json = False,
) -> int:
    """One unit at one state, at the nominal values of its device file."""
    from hashheat.components.errors import UnitError
    from hashheat.components.miner import Miner
    from hashheat.thermo.errors import InputError
    from hashheat.thermo.units import to_si
    from hashheat.unit_state import show_unit, solve_unit

    given = {
        "T_in": to_si(inlet, "K", key="--inlet"),
        "volume_flow": to_si(flow, "m^3/s", key="--flow"),
        "pressure": to_si(pressure, "Pa", key="--pressure"),
        "T_ambient": to_si(ambient, "K", key="--ambient"),
    }
    for key, value, text in (
        ("--flow", given["volume_flow"], flow),
        ("--pressure", given["pressure"], pressure),
        ("--frequency", frequency, frequency),
        ("--voltage", voltage, voltage),
    ):
        if not value > 0.0:
            raise InputError("must be positive", key=key, found=text, accepted="more than 0")
    try:
        state = solve_unit(Miner.named(miner), fluid=fluid, frequency=frequency, voltage=voltage, **given)
    except UnitError as error:
        # No steady state is an answer about the unit, not a fault of the input.
        if as_json:
            print_json({"inside_limits": False, "failure": str(error)})
        else:
            print(error)
        return FAILS
    if as_json:
        print_json(state)
    else:
        show_unit(state)
    return HOLDS if state["inside_limits"] else FAILS


@app.command()
@guarded
def library(
    name: Annotated[
        str | None, typer.Argument(help="A shipped name such as g-040 or exchangers/nordic-2mw, or a file.")
    ] = None,
    copy: Annotated[
        Path | None, typer.Option("--copy", help="Write its TOML to a new file, to start your own.")
    ] = None,
    as_json: Json = False,
) -> int:
    """List the shipped files, or show one: every value with its spread and source."""
    from hashheat import catalogue
    from hashheat.thermo.errors import InputError

    if name is None:
        if copy is not None:
            raise InputError(
                "say which file to copy", key="NAME", accepted="a name that `hashheat library` lists"
            )
        found = catalogue.listing()
        print_json(found) if as_json else catalogue.show_listing(found)
    elif copy is not None:
        written = catalogue.copy(name, copy)
        print_json({"paths": [str(written)]}) if as_json else print(f"written: {written}")
    else:
        found = catalogue.describe(name)
        print_json(found) if as_json else catalogue.show_description(found)
    return HOLDS


@app.command()
@guarded
def warmup(quiet: Quiet = False) -> int:
    """Compile everything once, so that later runs start at once."""
    from hashheat.check_command import warm_up

    seconds = warm_up(quiet)
    if not quiet:
        print(f"compiled and checked in {seconds:.1f} s")
    return HOLDS


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit status.

    Parameters
    ----------
    arguments : list of str, optional
        Instead of those of the process.

    Returns
    -------
    int
        0 done or every limit holds, 1 a limit fails, 2 bad input, 3 an error of hashheat's own, 4 no verdict since
        a solution did not converge, 130 interrupted.
    """
    for stream in (sys.stdout, sys.stderr):
        # A terminal that knows no degree sign gets a question mark, not an error after the work is done.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        app(args=arguments, prog_name="hashheat")
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 0
    except KeyboardInterrupt:
        print("hashheat: interrupted, nothing written", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
