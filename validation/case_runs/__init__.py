"""What the cases run: one function a case, by the name that its file gives under ``run``."""

from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from hashheat.thermo.errors import InputError
from hashheat.validation.case_figures import Figures
from hashheat.validation.case_file import CaseFile
from hashheat.validation.case_result import CaseRun

Run = Callable[[CaseFile, Figures, Path | None], CaseRun]

#: Module and function of each run; imported on use.
RUNS: Mapping[str, tuple[str, str]] = {
    "aquasar": ("servers", "run_aquasar"),
    "tuckerman-pease": ("cold_plates", "run_tuckerman_pease"),
    "ocp-plate": ("cold_plates", "run_ocp_plate"),
    "luxos": ("miners", "run_luxos"),
    "avalon-a15": ("miners", "run_avalon"),
    "coulson": ("exchangers", "run_coulson"),
    "kakac": ("exchangers", "run_kakac"),
    "swep": ("exchangers", "run_swep"),
    "destest": ("networks", "run_destest"),
    "pipe-rig": ("pipes", "run_pipe_rig"),
}


def run_of(case: CaseFile) -> Run:
    """Function that runs a case.

    Raises
    ------
    InputError
        For a case whose file names none that exists.
    """
    if case.run not in RUNS:
        raise InputError("no such run", file=case.file, key="run", found=case.run, accepted=", ".join(RUNS))
    module, name = RUNS[case.run]
    found: Any = getattr(import_module(f"hashheat.validation.case_runs.{module}"), name)
    return found  # type: ignore[no-any-return]
