"""What `hashheat size exchanger` does between arguments and output."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import tomli_w
import xarray as xr

from hashheat.components.duty_file import DutyFile, load_duty
from hashheat.components.exchanger_file import ExchangerFile
from hashheat.components.exchanger_limits import DROPS, HEAT, SizingLimits
from hashheat.components.exchanger_plate import LIBRARY as PLATES
from hashheat.components.exchanger_plate import PlateFile, generic_plate_names, load_plate
from hashheat.components.exchanger_sizing import Candidate, Sizing, list_price, size_exchanger
from hashheat.components.plate_exchanger import PlateHeatExchanger
from hashheat.components.record import find_beside
from hashheat.components.sized_exchanger import exchanger_record
from hashheat.exchanger_sheet import data_sheet, outside_validity
from hashheat.fleet.exchanger_sampling import sampled_keys
from hashheat.fleet.sampling import SEED
from hashheat.libraries import check_kind
from hashheat.output import check_directory, write_together
from hashheat.progress import Bar
from hashheat.rate_command import check_samples, file_limits, rate_file
from hashheat.size_report import write_sizing_report
from hashheat.terminal import in_field
from hashheat.thermo.errors import InputError

FILES = ("result.nc", "report.html", "alternatives.csv", "exchanger.toml")


def run_size(
    name: str,
    output: Path | None = None,
    *,
    rank: str = "price",
    samples: int = 256,
    quiet: bool = False,
) -> tuple[dict[str, Any], list[Path]]:
    """Size an exchanger and write its results.

    Parameters
    ----------
    name : str
        Duty file or shipped name.
    output : Path, optional
        Directory; ``<duty>-sizing`` below the current one if not given.
    rank : str
        As of :func:`hashheat.components.exchanger_sizing.size_exchanger`.
    samples : int
        Sobol samples of the uncertain numbers of the best; 0 leaves them out.
    quiet : bool
        No progress bar.

    Returns
    -------
    sizing : dict
        ``sheet`` of the best (of :func:`hashheat.exchanger_sheet.data_sheet`), ``alternatives``, ``duty``,
        ``binding`` and what was left out.
    paths : list of Path
        Files written.

    Raises
    ------
    NoExchangerError
        If nothing in the catalogue keeps all limits.
    InputError, FreezingError, BoilingError
        Before anything is written.
    """
    check_samples(samples)
    check_kind(name, "duties")
    record = load_duty(name)
    duty = record.complete()
    path = Path(str(record.path))
    directory = output if output is not None else Path(f"{path.stem}-sizing")
    check_directory(directory, FILES)
    plates = catalogue(record)
    with Bar(quiet) as bar:
        sizing = size_exchanger(
            duty,
            SizingLimits.of_file(record),
            list(plates.values()),
            price=price_law(record),
            rank=rank,
            progress=bar,
        )
        best = sizing.best
        plate = next(key for key, value in plates.items() if value is best.exchanger.plate)
        unit = exchanger_record(record, best, plate)
        file = ExchangerFile.model_validate(unit)
        result = rate_file(file, best.exchanger, samples, bar)
    found = _summary(record, sizing, file, result)
    result = result.assign(_front(sizing))
    result.attrs["sizing"] = json.dumps(found, allow_nan=False)
    paths = write_together(
        directory,
        {
            "result.nc": lambda target: result.to_netcdf(target, engine="h5netcdf"),
            "report.html": lambda target: write_sizing_report(result, found, target),
            "alternatives.csv": lambda target: _write_csv(found["alternatives"], target),
            "exchanger.toml": lambda target: _write_toml(unit, target),
        },
    )
    return found, paths


def catalogue(record: DutyFile) -> dict[str, PlateFile]:
    """Plate types of a duty file by the name or path that finds them; all generic ones where it names none.

    Raises
    ------
    InputError
        For a plate that is not there, naming the duty file; for one that cannot be used, naming its own.
    """
    names = record.catalogue.plates or generic_plate_names()
    found: dict[str, PlateFile] = {}
    for name in names:
        try:
            path = find_beside(name, record.path, PLATES, "plate")
        except InputError as error:
            raise InputError(
                error.problem,
                file=record.file,
                key="catalogue.plates",
                found=name,
                accepted=error.accepted,
            ) from None
        key = name if path == PLATES / f"{name}.toml" else str(path.resolve())
        found[key] = load_plate(key)
    return found


def price_law(record: DutyFile) -> Callable[[PlateHeatExchanger], float]:
    """Price of an exchanger [EUR]: by the duty file, or else by its plate file."""
    own = record.price
    if own is None:
        return list_price
    fixed, per_area = own.fixed.nominal, own.per_area.nominal
    return lambda exchanger: fixed + per_area * exchanger.area


def _summary(record: DutyFile, sizing: Sizing, file: ExchangerFile, result: xr.Dataset) -> dict[str, Any]:
    """Everything that terminal, JSON and report show."""
    best = sizing.best
    sheet = data_sheet(
        best.exchanger,
        result,
        limits=file_limits(file),
        duty=sizing.duty,
        quantities=file.all_quantities(),
        sampled=sampled_keys(file) if "sample_status" in result else (),
        title=record.name,
        note=record.note,
        file=str(record.path),
        seed=SEED,
    )
    return {
        "sheet": sheet,
        "alternatives": [_row(i, c) for i, c in enumerate(sizing.candidates)],
        "sentence": _sentence(best, sizing),
        "binding": best.binding,
        "fewer": dict(best.fewer),
        "searched": sizing.searched,
        "failed": len(sizing.failed),
        "refused": dict(sizing.refused),
        "price_is_assumed": record.price is None,
    }


def _sentence(best: Candidate, sizing: Sizing) -> str:
    """What keeps the best from having fewer plates."""
    plates = best.exchanger.plates
    if not best.fewer:
        return f"With {plates} plates it is the smallest of its kind: {best.binding}."
    margin = best.fewer[best.binding]
    if best.binding == HEAT:
        missing = in_field(-margin * sizing.duty.heat_rate, "W", 3)
        oversurface = sizing.limits.oversurface
        spare = f" with {100.0 * oversurface:.3g} % of the area held back" if oversurface else ""
        return f"With {plates - 1} plates the heat would be {missing} short{spare}."
    above = f"With {plates - 1} plates the {best.binding} would be {-100.0 * margin:.2g} % above its limit"
    if best.binding in DROPS:
        return f"{above}: the number of channels, not the area, sets the size."
    return f"{above}."


def _row(rank: int, candidate: Candidate) -> dict[str, Any]:
    """One alternative, in SI."""
    exchanger = candidate.exchanger
    return {
        "rank": rank + 1,
        "plate": exchanger.plate.name,
        "kind": exchanger.plate.kind,
        "plate_area_m2": float(exchanger.numbers.area),
        "plates": int(exchanger.plates),
        "passes_hot": int(exchanger.passes[0]),
        "passes_cold": int(exchanger.passes[1]),
        "channel_angle_degrees": float(exchanger.channel_angle),
        "second_angle_degrees": exchanger.second_angle,
        "second_share": float(exchanger.second_share),
        "area_m2": float(exchanger.area),
        "price_EUR": float(candidate.price),
        "heat_rate_W": candidate.heat_rate,
        "approach_K": candidate.approach,
        "hot_pressure_drop_Pa": candidate.pressure_drop[0],
        "cold_pressure_drop_Pa": candidate.pressure_drop[1],
        "frame_plates": int(exchanger.plate.limits.max_plates),
        "binding": candidate.binding,
        "binding_margin_one_plate_fewer": candidate.fewer.get(candidate.binding),
        "outside_validity": outside_validity(candidate.rating),
    }


def _write_csv(rows: list[dict[str, Any]], path: Path) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows({**row, "outside_validity": "; ".join(row["outside_validity"])} for row in rows)


def _write_toml(unit: dict[str, Any], path: Path) -> None:
    path.write_text(tomli_w.dumps(unit), encoding="utf-8")


def _front(sizing: Sizing) -> dict[str, Any]:
    """Variables of the alternatives over ``candidate``."""
    front = sizing.candidates
    columns: dict[str, tuple[list[Any], str, str]] = {
        "candidate_plates": ([c.exchanger.plates for c in front], "1", "plates"),
        "candidate_area": ([c.exchanger.area for c in front], "m2", "heat transfer area"),
        "candidate_price": ([c.price for c in front], "EUR", "price by the area law"),
        "candidate_heat_rate": ([c.heat_rate for c in front], "W", "heat at the duty's flows and inlets"),
        "candidate_approach": ([c.approach for c in front], "K", "approach"),
    }
    found: dict[str, Any] = {
        name: (("candidate",), np.array(values), {"units": unit, "long_name": about})
        for name, (values, unit, about) in columns.items()
    }
    drops = np.array([c.pressure_drop for c in front])
    found["candidate_pressure_drop"] = (
        ("candidate", "side"),
        drops,
        {"units": "Pa", "long_name": "pressure drop, channels and ports"},
    )
    return found
