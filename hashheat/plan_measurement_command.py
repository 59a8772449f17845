"""What `hashheat plan-measurement` does between arguments and output."""

import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

from hashheat.components.miner import Miner
from hashheat.components.record import read_toml
from hashheat.fleet.plant import Plant
from hashheat.libraries import find
from hashheat.names import in_words
from hashheat.output import check_directory, write_together
from hashheat.page import page
from hashheat.rate_command import default_directory
from hashheat.thermo.errors import InputError
from hashheat.thermo.fluid import Fluid
from hashheat.thermo.units import to_si
from hashheat.validation.calibrated_file import describe_instrument
from hashheat.validation.instruments import parse_instruments
from hashheat.validation.measurement_plan import (
    Candidate,
    Prospect,
    State,
    default_candidates,
    plan_measurements,
)

FILES = ("plan.json", "protocol.html")
#: Where the verdict is asked for a device file alone.
_INLET = 343.15
_MOST_INPUTS = 5
_STATE = {"inlet": "K", "flow": "m^3/s", "clock": "1", "ambient": "K"}


def run_plan(
    name: str,
    output: Path | None = None,
    *,
    candidates: Path | None = None,
    inlet: str | None = None,
    flow: str | None = None,
) -> tuple[dict[str, Any], list[Path]]:
    """Rank measurements for a unit or the units of a plant, and write a protocol.

    Parameters
    ----------
    name : str
        Device file, plant file, or a shipped name.
    output : Path, optional
        Directory; ``<file>-plan`` below the current one if not given.
    candidates : Path, optional
        TOML file with [[candidate]] tables, in place of those that come with the package.
    inlet, flow : str, optional
        State of the verdict; those of the plant, or 70 degC and the device's flow.

    Returns
    -------
    sheet : dict
    paths : list of Path

    Raises
    ------
    InputError
        Before anything is written.
    """
    path, _, kind = find(name)
    fluid, pressure = Fluid.parse("water"), 3e5
    if kind == "plant":
        plant = Plant.named(name)
        miner, fluid = plant.miner, plant.fluid
        q = plant.quantities
        pressure = q["loop.pressure"].nominal
        at = State(q["loop.inlet"].nominal, q["loop.flow"].nominal, q["units.frequency"].nominal)
    elif kind == "miner":
        miner = Miner.named(name)
        at = State(_INLET, miner.quantities["coolant.flow"].nominal)
    else:
        raise InputError(
            "a plan is for a unit or a plant", found=f"{name}, a {kind}", accepted="a device or plant file"
        )
    verdict = State(
        at.T_in if inlet is None else to_si(inlet, "K", key="--inlet"),
        at.volume_flow if flow is None else to_si(flow, "m^3/s", key="--flow"),
        at.clock,
        at.T_ambient,
    )
    directory = output if output is not None else default_directory(Path(str(path)), "plan")
    check_directory(directory, FILES)
    chosen = default_candidates(verdict) if candidates is None else read_candidates(candidates, verdict)
    found = plan_measurements(miner, verdict, chosen, fluid=fluid, pressure=pressure)
    sheet = plan_sheet(miner, verdict, found, name)
    writers = {
        FILES[0]: lambda target: target.write_text(
            json.dumps(sheet, indent=2, allow_nan=False), encoding="utf-8"
        ),
        FILES[1]: lambda target: target.write_text(page("protocol.html", s=sheet), encoding="utf-8"),
    }
    return sheet, write_together(directory, writers)


def read_candidates(path: Path, verdict: State) -> list[Candidate]:
    """Candidates of a TOML file.

    Parameters
    ----------
    path : Path
        ``[[candidate]]`` tables with ``name``, ``instruments`` (as in a column map), ``records`` and ``states``,
        a list of tables with ``inlet``, ``flow``, ``clock``, ``ambient``; what one leaves out is the verdict's.
    verdict : State

    Raises
    ------
    InputError
        Naming file and key.
    """
    record, file = read_toml(path), str(path)
    tables = record.get("candidate")
    if not isinstance(tables, list) or not tables or set(record) != {"candidate"}:
        raise InputError(
            "no candidates", file=file, key="candidate", accepted="[[candidate]] tables and nothing else"
        )
    found = []
    for i, table in enumerate(tables):
        key = f"candidate[{i}]"
        if not isinstance(table, dict) or set(table) - {"name", "instruments", "records", "states"}:
            raise InputError(
                "unknown key",
                file=file,
                key=key,
                found=repr(table),
                accepted="name, instruments, records, states",
            )
        states = table.get("states", [{}])
        records = table.get("records", 30)
        if not isinstance(records, int) or isinstance(records, bool) or records < 1:
            raise InputError(
                "must be a whole number above 0", file=file, key=f"{key}.records", found=repr(records)
            )
        if not isinstance(states, list) or not states or not all(isinstance(s, dict) for s in states):
            raise InputError("must be a list of tables", file=file, key=f"{key}.states", found=repr(states))
        if not isinstance(table.get("instruments"), dict):
            raise InputError("a required table is missing", file=file, key=f"{key}.instruments")
        found.append(
            Candidate(
                str(table.get("name", f"candidate {i + 1}")),
                parse_instruments(table["instruments"], file=file),
                tuple(_state(s, verdict, f"{key}.states", file) for s in states),
                records,
            )
        )
    return found


def _state(table: dict[str, Any], verdict: State, key: str, file: str) -> State:
    unknown = set(table) - set(_STATE)
    if unknown:
        raise InputError("unknown key", file=file, key=f"{key}.{unknown.pop()}", accepted=", ".join(_STATE))
    given = {name: to_si(text, _STATE[name], key=f"{key}.{name}", file=file) for name, text in table.items()}
    return State(
        given.get("inlet", verdict.T_in),
        given.get("flow", verdict.volume_flow),
        given.get("clock", verdict.clock),
        given.get("ambient", verdict.T_ambient),
    )


def plan_sheet(miner: Miner, verdict: State, found: list[Prospect], file: str) -> dict[str, Any]:
    """Everything the protocol says: text, numbers, lists and dicts only."""
    rows = []
    for prospect in found:
        c = prospect.candidate
        rows.append(
            {
                "name": c.name,
                "sd": prospect.sd,
                "before": prospect.before,
                "records": c.records,
                "states": [
                    {"T_in": s.T_in, "volume_flow": s.volume_flow, "clock": s.clock, "T_ambient": s.T_ambient}
                    for s in c.states
                ],
                "instruments": [describe_instrument(key, one) for key, one in c.instruments.items()],
                "inputs": [
                    {"key": key, "name": in_words(key), "before": before, "after": after}
                    for key, (before, after) in list(prospect.by_input.items())[:_MOST_INPUTS]
                ],
            }
        )
    return {
        "title": f"Measurement plan: {miner.device.name}",
        "miner": miner.device.name,
        "file": file,
        "verdict": {"T_in": verdict.T_in, "volume_flow": verdict.volume_flow, "clock": verdict.clock},
        "before": found[0].before,
        "rows": rows,
        "version": version("hashheat"),
    }


def show_plan(sheet: dict[str, Any], paths: list[str]) -> None:
    """Print the ranked table."""
    from hashheat.exchanger_terminal import wide_console
    from hashheat.terminal import in_field, table

    console, _ = wide_console()
    v = sheet["verdict"]
    print(sheet["title"])
    print(
        f"hottest junction at {in_field(v['T_in'], 'K')} inlet, {in_field(v['volume_flow'], 'm^3/s')}: "
        f"now known to +/- {sheet['before']:.2f} K (one standard deviation)"
    )
    rows = table("after measuring", "known to", "points", "what is left, mostly")
    for r in sheet["rows"]:
        left = max(r["inputs"], key=lambda x: x["after"]) if r["inputs"] else None
        rows.add_row(
            r["name"],
            f"{r['sd']:.2f} K",
            str(len(r["states"])),
            "-" if left is None else f"{left['name']} ({left['after']:.2f} K)",
        )
    console.print(rows)
    for path in paths:
        print(f"written: {path}")
