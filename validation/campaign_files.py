"""A synthetic campaign as files: what a user of a real one would have, and the truth beside it."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import tomli_w
import xarray as xr

from hashheat.components.miner import Miner
from hashheat.validation.synthetic_campaign import NOISE, CampaignTruth, synthetic_campaign

#: Truth of the example: numbers that the shipped device file only bounds, and errors of meters within what
#: is stated of them.
EXAMPLE_DEVICE = {
    "chips.junction_to_plate": 0.62,
    "chips.chip_spread": 0.06,
    "power.psu_efficiency": 0.945,
    "surroundings.loss_conductance": 3.0,
}
EXAMPLE_READINGS = {
    "offset.T_in": 0.05,
    "offset.T_out": -0.05,
    "offset.T_chip": 0.6,
    "factor.volume_flow": 1.012,
    "factor.power": 0.995,
    "factor.power_ac": 1.002,
}
#: Accuracies as their sheets would state them.
EXAMPLE_INSTRUMENTS = {
    "T_in": {"bias": "0.1 K", "noise": "0.03 K", "source": "Pt100 pair, synthetic"},
    "T_out": {"bias": "0.1 K", "noise": "0.03 K", "source": "Pt100 pair, synthetic"},
    "T_ambient": {"bias": "0.5 K", "noise": "0.3 K", "source": "synthetic"},
    "volume_flow": {"bias": "1.5 %", "noise": "0.4 %", "source": "magnetic flow meter, synthetic"},
    "power_dc": {"bias": "1 %", "noise": "0.3 %", "source": "reported by the supply, synthetic"},
    "power_ac": {"bias": "0.5 %", "noise": "0.3 %", "source": "energy meter, synthetic"},
    "T_chip": {"bias": "1 K", "noise": "0.6 K", "source": "on-die sensors, synthetic"},
}
_NOTE = "synthetic: made by hashheat from stated true parameters, not measured"
#: Variable: title of its columns, unit, factor and offset from SI, decimals.
_COLUMNS = {
    "T_in": ("inlet degC", "degC", 1.0, -273.15, 2),
    "T_out": ("outlet degC", "degC", 1.0, -273.15, 2),
    "T_ambient": ("room degC", "degC", 1.0, -273.15, 1),
    "volume_flow": ("flow L/min", "L/min", 6e4, 0.0, 2),
    "power_dc": ("boards W", "W", 1.0, 0.0, 0),
    "power_ac": ("wall W", "W", 1.0, 0.0, 0),
    "T_chip": ("chip {board}-{chip} degC", "degC", 1.0, -273.15, 0),
}
FILES = ("data.csv", "columns.toml", "unit.toml", "truth.toml")


def example_truth() -> CampaignTruth:
    """Truth of the example campaign."""
    return CampaignTruth(EXAMPLE_DEVICE, EXAMPLE_READINGS, NOISE)


def campaign_writers(
    miner: Miner, device_file: Path, *, points: int = 240, seed: int = 1
) -> dict[str, Callable[[Path], None]]:
    """Files of an example campaign, each with what writes it.

    Parameters
    ----------
    miner : Miner
        Of the device file.
    device_file : Path
        Copied as ``unit.toml``: what the user is supposed to know of the unit.
    points, seed : int
        See :func:`hashheat.validation.synthetic_campaign.synthetic_campaign`.

    Returns
    -------
    dict of str to callable
        ``data.csv``, ``columns.toml``, ``unit.toml`` and ``truth.toml``; the last says what is to be found and is
        read by no command.
    """
    truth = example_truth()
    data = synthetic_campaign(miner, truth, points=points, seed=seed)
    truth_text = tomli_w.dumps(
        {
            "note": _NOTE,
            "seed": seed,
            "device": dict(truth.device),
            "readings": dict(truth.readings),
            "noise": dict(truth.noise),
        }
    )
    text = device_file.read_text(encoding="utf-8")
    return {
        "data.csv": lambda path: _write_text(path, as_csv(data)),
        "columns.toml": lambda path: _write_text(path, column_map()),
        "unit.toml": lambda path: _write_text(path, text),
        "truth.toml": lambda path: _write_text(path, f"# {_NOTE}\n# Numbers in SI.\n{truth_text}"),
    }


def column_map() -> str:
    """Column map of the example, with accuracies and the order of the chips."""
    record = {
        "time": {"column": "time", "format": "iso"},
        "unit": {"column": "unit"},
        "status": {"column": "status", "mining": ["mining"], "standby": ["standby"]},
        "about": {"cooling": "hydro", "synthetic": True, "note": _NOTE},
        "chips": {"order": "rows"},
        "columns": {name: {"column": title, "unit": unit} for name, (title, unit, *_) in _COLUMNS.items()},
        "instruments": {name: {**spec, "status": "chosen"} for name, spec in EXAMPLE_INSTRUMENTS.items()},
    }
    return f"# {_NOTE}\n{tomli_w.dumps(record)}"


def as_csv(data: xr.Dataset) -> str:
    """Field data of one unit as a table in field units.

    Parameters
    ----------
    data : xarray.Dataset
        Of :func:`hashheat.validation.synthetic_campaign.synthetic_campaign`.

    Returns
    -------
    str
        Comma-separated, one line a sample, a header of titles; a missing number is empty.
    """
    titles, columns = ["time", "unit", "status"], []
    stamps = np.datetime_as_string(data["time"].values, unit="s")
    columns += [
        [f"{t}Z" for t in stamps],
        [str(data["unit"].values[0])] * stamps.size,
        data["status"].values[:, 0].astype(str),
    ]
    for name, (title, _, factor, offset, digits) in _COLUMNS.items():
        if name not in data:
            continue
        values = data[name].values[:, 0] * factor + offset
        flat = values.reshape(len(values), -1)
        if values.ndim == 1:
            titles.append(title)
        else:
            titles += [
                title.format(board=b, chip=c) for b in data["board"].values for c in data["chip"].values
            ]
        for column in flat.T:
            columns.append(["" if np.isnan(x) else f"{x:.{digits}f}" for x in column])
    lines = [",".join(titles), *(",".join(row) for row in zip(*columns))]
    return "\n".join(lines) + "\n"


def _write_text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
