"""A tank file of either kind: which of the two it is, and what solves it."""

from pathlib import Path
from typing import Any

from hashheat.components.errors import NotConvergedError, TankNotConvergedError, UnitError
from hashheat.components.two_phase_tank_errors import TwoPhaseTankError
from hashheat.libraries import LIBRARIES, check_kind, kind_of_file
from hashheat.tank_options import TankOptions
from hashheat.thermo.errors import FlashPointError, HashheatError

TWO_PHASE = "two_phase_tanks"


class NoVerdictError(HashheatError):
    """A solution did not converge: nothing can be said about the tank."""


def run_any_tank(
    name: str, output: Path | None, options: TankOptions, *, quiet: bool = False
) -> tuple[dict[str, Any], list[Path]]:
    """Solve a tank of either kind and write its results.

    Parameters
    ----------
    name : str
        Tank file or shipped name.
    output : Path, optional
        Directory; ``<tank>-tank`` below the current one if not given.
    options : TankOptions
    quiet : bool
        No progress bar.

    Returns
    -------
    sheet : dict
        For terminal and JSON.
    paths : list of Path
        Files written.

    Raises
    ------
    InputError
        If there is no such tank, the file is of another kind, or an option does not go with it.
    UnitError
        If the tank has no steady state.
    NoVerdictError
        If a solution did not converge and left nothing to show.
    """
    try:
        if is_two_phase(name):
            from hashheat.bath_command import run_bath

            return run_bath(name, output, options, quiet=quiet)
        check_kind(name, "tanks")
        from hashheat.tank_command import run_tank

        return run_tank(name, output, options, quiet=quiet)
    except FlashPointError as error:
        # Oil that would reach its flash point is an answer about the tank.
        raise UnitError(str(error)) from None
    except (NotConvergedError, TankNotConvergedError) as error:
        raise NoVerdictError(f"NO VERDICT: {error}") from None
    except TwoPhaseTankError as error:
        # Those below it say what stands in the way of a steady state; itself, that none was found.
        if type(error) is TwoPhaseTankError:
            raise NoVerdictError(f"NO VERDICT: {error}") from None
        raise


def is_two_phase(name: str) -> bool:
    """Whether a shipped name or a file is of a two-phase tank.

    Parameters
    ----------
    name : str
        Shipped name or path.

    Returns
    -------
    bool
        False for what cannot be read.
    """
    if name in LIBRARIES[TWO_PHASE].names():
        return True
    return name not in LIBRARIES["tanks"].names() and kind_of_file(Path(name)) == TWO_PHASE
