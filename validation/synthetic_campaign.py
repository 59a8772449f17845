"""A field campaign that never took place: readings that the model gives for stated true parameters.

For trying the commands, and for testing whether what is put in is found again. Its Dataset says so in the
attribute ``synthetic``, and everything made from it is labelled.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import xarray as xr

from hashheat.components.miner import Miner
from hashheat.thermo.errors import InputError
from hashheat.validation.instruments import Instrument
from hashheat.validation.readers.rejections import Rejections
from hashheat.validation.readers.schema import field_dataset
from hashheat.validation.unit_model import READINGS, UnitModel

#: Start of a campaign, and time between its samples [s].
START, INTERVAL = np.datetime64("2026-03-02T00:00:00", "ns"), 300
#: Steps in which the readings are written [SI].
STEPS = {
    "T_in": 0.01,
    "T_out": 0.01,
    "T_ambient": 0.1,
    "T_chip": 1.0,
    "volume_flow": 0.01 / 6e4,
    "power_dc": 1.0,
    "power_ac": 1.0,
}
_SAMPLES_OF_STANDBY = 4
_CELSIUS = 273.15


@dataclass(frozen=True)
class CampaignTruth:
    """What the readings were made from.

    Parameters
    ----------
    device : mapping of str to float
        True numbers of the device [SI], by dotted key; others are at nominal.
    readings : mapping of str to float
        True errors of the instruments, of :data:`hashheat.validation.unit_model.READINGS`; and
        ``factor.power_ac``, of the meter at the wall.
    noise : mapping of str to float
        Standard deviation of the noise of each reading, by variable: kelvin for temperatures, else relative.
    """

    device: Mapping[str, float] = field(default_factory=dict)
    readings: Mapping[str, float] = field(default_factory=dict)
    noise: Mapping[str, float] = field(default_factory=dict)


#: Noise of ordinary instruments.
NOISE = {
    "T_in": 0.03,
    "T_out": 0.03,
    "T_ambient": 0.3,
    "T_chip": 0.5,
    "volume_flow": 0.004,
    "power_dc": 0.003,
    "power_ac": 0.003,
}


def synthetic_campaign(
    miner: Miner,
    truth: CampaignTruth,
    *,
    points: int = 240,
    seed: int = 1,
    with_chips: bool = True,
    unit: str = "synthetic-1",
) -> xr.Dataset:
    """Readings of one unit over a campaign that visits inlets of 45 to 72 degC, four flows and three clocks.

    Parameters
    ----------
    miner : Miner
        With a plate of its own where chips are wanted.
    truth : CampaignTruth
    points : int
        Samples of the working unit, 12 or more; a few of standby come on top.
    seed : int
        Of noise, weather, and the chips' own resistances.
    with_chips : bool
        Add the temperature of every chip, listed row by row of the device file's grid, rounded to 1 K. Chips
        differ from each other in resistance by ``chips.chip_spread``.
    unit : str
        Name of the unit.

    Returns
    -------
    xarray.Dataset
        Field data in the schema, with the attribute ``synthetic`` = 1 and the truth in attributes that begin with
        ``true.``

    Raises
    ------
    InputError
        For a true parameter that does not exist, too few points, or a state that has no solution.
    """
    if points < 12:
        raise InputError("too few points for a campaign", key="points", found=points, accepted="12 or more")
    known = {*READINGS, "factor.power_ac"}
    unknown = [key for key in truth.readings if key not in known]
    if unknown:
        raise InputError("no such error of a reading", key=unknown[0], accepted=", ".join(sorted(known)))
    rng = np.random.default_rng(seed)
    driven = _drivers(miner, points, rng)
    time = START + np.arange(points) * np.timedelta64(INTERVAL, "s")
    device = miner.device
    shape = (points, 1, device.boards.count, device.chips.count)
    given = {name: (("time", "unit"), values[:, None]) for name, values in driven.items()}
    # The model predicts what the data have: places for what it shall give.
    wanted = ["T_out", "power_ac", *(["T_chip"] if with_chips else [])]
    given |= {name: (("time", "unit"), np.ones((points, 1))) for name in wanted[:2]}
    blank = xr.Dataset(given, {"time": time, "unit": [unit]})
    if with_chips:
        blank["T_chip"] = (("time", "unit", "board", "chip"), np.ones(shape))
    model = UnitModel.of(miner, blank, chip_order="rows" if with_chips else None)
    found = model.predict(dict(truth.device), quantities=wanted)
    if (found.status != 0).any():
        raise InputError("the true parameters leave the unit without a steady state at some points")
    true = {name: values[0] for name, values in found.values.items()} | driven
    if with_chips:
        true["T_chip"] = true["T_chip"] + _own_rise(miner, truth, true["power_dc"], rng)
    return _as_field_data(_read(true, truth, rng), time, unit, miner, truth, seed)


def _drivers(miner: Miner, n: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """True states around the unit."""
    along = np.arange(n) / n
    day = 2.0 * np.pi * np.arange(n) * INTERVAL / 86400.0
    nominal = miner.quantities["power.wall"].nominal * miner.quantities["power.psu_efficiency"].nominal
    flow = miner.quantities["coolant.flow"].nominal
    levels = np.array([0.8, 1.0, 1.25, 1.5])[(8 * along).astype(int) % 4]
    clocks = np.array([0.85, 1.0, 1.08])[(5 * along).astype(int) % 3]
    return {
        "T_in": _CELSIUS + 58.0 - 13.0 * np.cos(2.0 * np.pi * along) + 0.5 * rng.standard_normal(n),
        "volume_flow": flow * levels * (1.0 + 0.01 * rng.standard_normal(n)),
        "power_dc": nominal * clocks * (1.0 + 0.01 * rng.standard_normal(n)),
        "T_ambient": _CELSIUS + 22.0 + 4.0 * np.sin(day) + 0.3 * rng.standard_normal(n),
    }


def _own_rise(miner: Miner, truth: CampaignTruth, power: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """What each chip is hotter than one of mean resistance, (points, board, chip) [K]."""
    device = miner.device

    def value(key: str) -> float:
        return float(truth.device.get(key, miner.quantities[key].nominal))

    boards, chips = device.boards.count, device.chips.count
    off = value("chips.chip_spread") * rng.standard_normal((boards, chips))
    each = value("chips.junction_to_plate") * off / (boards * chips)
    found: np.ndarray = power[:, None, None] * each
    return found


def _read(
    true: Mapping[str, np.ndarray], truth: CampaignTruth, rng: np.random.Generator
) -> dict[str, np.ndarray]:
    """Readings of the instruments, rounded as they are written."""
    off = READINGS | {"factor.power_ac": 1.0} | dict(truth.readings)
    shares = {"volume_flow": "factor.volume_flow", "power_dc": "factor.power", "power_ac": "factor.power_ac"}
    made = {}
    for name, values in true.items():
        noise = truth.noise.get(name, 0.0) * rng.standard_normal(values.shape)
        if name in shares:
            reading = values * off[shares[name]] * (1.0 + noise)
            made[name] = np.round(reading / STEPS[name]) * STEPS[name]
        else:
            celsius = values - _CELSIUS + off[f"offset.{name}"] + noise
            made[name] = np.round(celsius / STEPS[name]) * STEPS[name] + _CELSIUS
    return made


def _as_field_data(
    read: Mapping[str, np.ndarray],
    time: np.ndarray,
    unit: str,
    miner: Miner,
    truth: CampaignTruth,
    seed: int,
) -> xr.Dataset:
    """Readings in the schema, after a few samples of standby."""
    idle = _SAMPLES_OF_STANDBY
    before = time[0] - np.arange(idle, 0, -1) * np.timedelta64(INTERVAL, "s")
    values = {}
    for name, array in read.items():
        still = np.full((idle, *array.shape[1:]), np.nan)
        if name in ("T_in", "T_out", "T_ambient"):
            still[:] = read["T_in" if name == "T_out" else name][0]
        values[name] = np.concatenate([still, array])[:, None]
    status = np.array(["standby"] * idle + ["mining"] * time.size, dtype="<U7")[:, None]
    device = miner.device
    data = field_dataset(
        values,
        status,
        {
            "time": np.concatenate([before, time]),
            "unit": np.array([unit]),
            "board": np.arange(device.boards.count),
            "chip": np.arange(device.chips.count),
        },
        Rejections(),
        {
            "source": "made by hashheat, not measured",
            "cooling": "hydro",
            "synthetic": 1,
            "model": device.name,
            "seed": seed,
            **{f"true.{key}": float(x) for key, x in truth.device.items()},
            **{f"true.{key}": float(x) for key, x in truth.readings.items()},
        },
    )
    return data


def drawn_truth(
    miner: Miner, instruments: Mapping[str, Instrument], keys: tuple[str, ...], seed: int
) -> CampaignTruth:
    """Truth drawn from what is stated: for asking how often an interval holds it.

    Parameters
    ----------
    miner : Miner
    instruments : mapping of str to Instrument
        Whose systematic errors are drawn; noise is their random part where stated, else :data:`NOISE`.
    keys : tuple of str
        Numbers of the device file that are drawn from their distributions; others stay nominal.
    seed : int

    Returns
    -------
    CampaignTruth
    """
    rng = np.random.default_rng(seed)
    drawn = rng.random(len(keys))
    device = {k: float(miner.quantities[k].quantile(u)) for k, u in zip(keys, drawn)}
    readings, noise = {}, dict(NOISE)
    for name, key in {
        "T_in": "offset.T_in",
        "T_out": "offset.T_out",
        "T_chip": "offset.T_chip",
        "T_ambient": "offset.T_ambient",
        "volume_flow": "factor.volume_flow",
        "power_dc": "factor.power",
        "power_ac": "factor.power_ac",
    }.items():
        z = rng.standard_normal()
        if name in instruments:
            share = instruments[name].relative
            if key.startswith("factor.") and not share:
                raise InputError(
                    "errors of flow and power are drawn as shares of the reading",
                    key=name,
                    found=instruments[name].text,
                    accepted="an accuracy in percent",
                )
            readings[key] = READINGS.get(key, 1.0) + instruments[name].systematic * z
            if instruments[name].random > 0.0:
                noise[name] = instruments[name].random
    return CampaignTruth(device, readings, noise)
