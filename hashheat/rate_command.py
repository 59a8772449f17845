"""What `hashheat rate exchanger` does between arguments and output."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from hashheat.components.exchanger_file import ExchangerFile, load_exchanger
from hashheat.components.plate_exchanger import SIDES, PlateHeatExchanger
from hashheat.components.variables import VARIABLES
from hashheat.exchanger_report import write_rating_report
from hashheat.exchanger_sheet import data_sheet
from hashheat.exchanger_verdict import Limit
from hashheat.fleet.exchanger_sampling import draw, port_velocity_key, rate_samples, sampled_keys
from hashheat.fleet.sampling import SEED
from hashheat.libraries import check_kind
from hashheat.output import check_directory, write_together
from hashheat.progress import Bar
from hashheat.thermo.errors import InputError, StateError

FILES = ("result.nc", "report.html")
#: Fewer samples give no 5 and 95 % worth the name.
FEWEST_SAMPLES = 16
#: More would fill the memory long before they tell more: the percentiles stand still by far fewer.
MOST_SAMPLES = 2**20


def run_rate(
    name: str, output: Path | None = None, *, samples: int = 256, quiet: bool = False
) -> tuple[dict[str, Any], list[Path]]:
    """Rate an exchanger and write its results.

    Parameters
    ----------
    name : str
        Exchanger file or shipped name.
    output : Path, optional
        Directory; that of :func:`default_directory` below the current one if not given.
    samples : int
        Sobol samples of the uncertain numbers, a power of two; 0 leaves them out.
    quiet : bool
        No progress bar.

    Returns
    -------
    sheet : dict
        Of :func:`hashheat.exchanger_sheet.data_sheet`.
    paths : list of Path
        Files written.

    Raises
    ------
    InputError, FreezingError, BoilingError
        Before anything is written.
    ExchangerError
        If the exchanger has no steady state at its nominal values.
    """
    check_samples(samples)
    check_kind(name, "exchangers")
    file = load_exchanger(name)
    exchanger = file.exchanger()
    file.operating_point(), file.asked_duty()  # what cannot be is refused before the work
    path = Path(str(file.path))
    directory = output if output is not None else default_directory(path, "rating")
    check_directory(directory, FILES)
    with Bar(quiet) as bar:
        result = rate_file(file, exchanger, samples, bar)
        sheet = rating_sheet(file, exchanger, result)
    result.attrs["sheet"] = json.dumps(sheet, allow_nan=False)
    paths = write_together(
        directory,
        {
            "result.nc": lambda path: result.to_netcdf(path, engine="h5netcdf"),
            "report.html": lambda path: write_rating_report(
                result, sheet, path, counterflow=exchanger.is_counterflow
            ),
        },
    )
    return sheet, paths


def default_directory(path: Path, suffix: str) -> Path:
    """Directory of the results of a file: ``<file>-<suffix>``.

    Every sizing calls its file ``exchanger.toml``; such a file goes by the name of its folder, so that
    ``A-sizing/exchanger.toml`` gives ``A-rating``.

    Parameters
    ----------
    path : Path
        The file.
    suffix : str
        What the results are.
    """
    name = path.stem
    if name == "exchanger":
        name = path.resolve().parent.name.removesuffix("-sizing") or name
    return Path(f"{name}-{suffix}")


def check_samples(samples: int) -> None:
    """Raise unless this number of samples makes sense: none, or a power of two that gives percentiles."""
    if samples == 0:
        return
    if not FEWEST_SAMPLES <= samples <= MOST_SAMPLES or samples & (samples - 1):
        raise InputError(
            "the number of samples must be a power of two within bounds",
            key="--samples",
            found=samples,
            accepted=f"0 for none, or a power of two from {FEWEST_SAMPLES} to {MOST_SAMPLES}, such as 256",
        )


def rate_file(
    file: ExchangerFile, exchanger: PlateHeatExchanger, samples: int, progress: Any = None
) -> xr.Dataset:
    """Rating at the nominal values, and over samples of the uncertain ones.

    Parameters
    ----------
    file : ExchangerFile
    exchanger : PlateHeatExchanger
        Of the file.
    samples : int
        0 for none; none are drawn either where no number that counts is uncertain.
    progress : callable, optional
        Called with the stage and the fraction of it that is done.

    Returns
    -------
    xarray.Dataset
        As of ``rate``, with ``sample_...`` variables over ``sample``.
    """
    try:
        result = exchanger.rate(**file.operating_point())
    except InputError as error:
        raise file.located(error) from None
    except StateError as error:
        raise file.placed(error) from None
    if samples == 0 or not sampled_keys(file):
        return result
    if progress is not None:
        progress("samples", 0.0)
    drawn = draw(file, samples)
    found: dict[str, Any] = dict(rate_samples(file, exchanger, drawn))
    for limit in file_limits(file):
        if f"sample_holds_{limit.name}" not in found and np.ptp(drawn[limit.key]) > 0.0:
            found[f"sample_limit_{limit.name}"] = (("sample",), drawn[limit.key])
    result = result.assign(found)
    for key in found:
        own = str(key).removeprefix("sample_")
        if own in VARIABLES and own != "status":
            unit, meaning = VARIABLES[own]
            result[key].attrs.update(units=unit, long_name=f"{meaning}, of every sample")
    result["sample_status"].attrs.update(units="1", long_name="0 where a sample has a steady state")
    if "sample_holds_oversurface" in result:
        result["sample_holds_oversurface"].attrs.update(
            units="1", long_name="1 where a sample keeps the oversurface asked for"
        )
    result.attrs["seed"] = SEED
    return result


def file_limits(file: ExchangerFile) -> list[Limit]:
    """Duty and limits of an exchanger file; the port velocity is the plate's own where the file sets none."""
    quantities = file.all_quantities()
    keys = {name: f"duty.{name}" for name in ("heat_rate", "hot_T_out", "cold_T_out")}
    keys |= {f"{side}_pressure_drop": f"limits.{side}_pressure_drop" for side in SIDES}
    keys |= {f"{side}_port_velocity": port_velocity_key(file) for side in SIDES}
    keys["oversurface"] = "limits.oversurface"
    return [
        Limit(name, key, quantities[key].nominal, quantities[key])
        for name, key in keys.items()
        if key in quantities
    ]


def rating_sheet(file: ExchangerFile, exchanger: PlateHeatExchanger, result: xr.Dataset) -> dict[str, Any]:
    """Data sheet of an exchanger file; see :func:`hashheat.exchanger_sheet.data_sheet`."""
    return data_sheet(
        exchanger,
        result,
        limits=file_limits(file),
        duty=file.asked_duty(),
        quantities=file.all_quantities(),
        sampled=sampled_keys(file) if "sample_status" in result else (),
        title=file.name,
        note=file.note,
        file=str(file.path),
        seed=SEED,
    )
