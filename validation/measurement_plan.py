"""Which measurement would most reduce the doubt about the hottest junction: before anybody has measured.

Preposterior analysis of the linear-Gaussian case (Raiffa and Schlaifer 1961, chapter 5): the covariance after a
measurement, (J^T J + P^-1)^-1, does not depend on what will be read, so that it can be had from the model's
derivatives and what is stated of numbers and instruments.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import xarray as xr

from hashheat.components.miner import Miner
from hashheat.thermo.errors import InputError
from hashheat.thermo.fluid import Fluid
from hashheat.validation.calibration_instruments import calibration_instruments
from hashheat.validation.condensed_points import condense
from hashheat.validation.instruments import Instrument
from hashheat.validation.unit_constants import NOT_SEEN, device_constant, unit_constants
from hashheat.validation.unit_fit import UnitFit
from hashheat.validation.unit_model import UnitModel

#: Half the step of the differences, over the width of a number [-].
_STEP = 0.1


@dataclass(frozen=True)
class State:
    """An operating point of a unit.

    Parameters
    ----------
    T_in : float
        Coolant inlet [K].
    volume_flow : float
        Of the unit [m^3/s].
    clock : float
        Power over that of the device file [-].
    T_ambient : float
        Room [K].
    """

    T_in: float
    volume_flow: float
    clock: float = 1.0
    T_ambient: float = 293.15


@dataclass(frozen=True)
class Candidate:
    """A measurement that could be made.

    Parameters
    ----------
    name : str
    instruments : mapping of str to Instrument
        What is read, and how well. ``T_in`` is always needed; flow and power that are not read stay as uncertain
        as the device file has them.
    states : tuple of State
        Operating points.
    records : int
        Readings at each.
    """

    name: str
    instruments: Mapping[str, Instrument]
    states: tuple[State, ...]
    records: int = 30


@dataclass(frozen=True)
class Prospect:
    """What a candidate would leave of the doubt.

    Attributes
    ----------
    candidate : Candidate
    sd : float
        Standard deviation of the hottest junction after it [K].
    before : float
        And before it, with the same numbers uncertain [K].
    by_input : dict of str to (float, float)
        What each uncertain number contributes by itself before and after [K].
    """

    candidate: Candidate
    sd: float
    before: float
    by_input: dict[str, tuple[float, float]] = field(default_factory=dict)


def plan_measurements(
    miner: Miner,
    verdict: State,
    candidates: Sequence[Candidate],
    *,
    fluid: Fluid | str = "water",
    pressure: float = 3e5,
) -> list[Prospect]:
    """Rank measurements by the doubt about the hottest junction that they would leave.

    Parameters
    ----------
    miner : Miner
        With what its device file states of every number.
    verdict : State
        Where the hottest junction matters.
    candidates : sequence of Candidate
    fluid : Fluid or str
    pressure : float
        Absolute [Pa].

    Returns
    -------
    list of Prospect
        Least doubt first.

    Raises
    ------
    InputError
        For a candidate that reads nothing that the model predicts, or has no inlet sensor, and for a device
        without uncertain numbers.

    Notes
    -----
    The junction is the hottest one expected of a board's chips at the verdict's state, of this very unit: the
    scatter from unit to unit is not in it, and no measurement of one unit reduces it. Derivatives are taken at
    nominal values. A reading of the power also tells ``power.wall`` itself, as well as its instrument is.
    """
    keys = [k for k, q in miner.uncertain.items() if k not in NOT_SEEN and q.nominal > 0.0]
    if not keys:
        raise InputError(
            "a measurement has nothing to reduce: no number of the device is uncertain",
            key="uncertain",
            found=miner.device.name,
            accepted="a device file that states the doubt of its numbers",
        )
    constants = [device_constant(miner, key) for key in keys]
    gradient = _junction_gradient(miner, verdict, keys, fluid, pressure)
    width = np.array([c.width for c in constants])
    before = float(np.sqrt(np.square(gradient * width).sum()))
    found = []
    for candidate in candidates:
        covariance, names = _posterior(miner, candidate, keys, fluid, pressure)
        at = [names.index(key) if key in names else None for key in keys]
        C = np.diag(width**2)
        seen = [i for i, j in enumerate(at) if j is not None]
        own = [j for j in at if j is not None]
        C[np.ix_(seen, seen)] = covariance[np.ix_(own, own)]
        if "power.wall" in keys:
            _by_power(C, keys.index("power.wall"), miner, candidate)
        sd = float(np.sqrt(gradient @ C @ gradient))
        each = {
            key: (float(abs(g) * w), float(abs(g) * np.sqrt(C[i, i])))
            for i, (key, g, w) in enumerate(zip(keys, gradient, width))
        }
        most = sorted(each.items(), key=lambda item: -item[1][0])
        found.append(Prospect(candidate, sd, before, dict(most)))
    return sorted(found, key=lambda prospect: prospect.sd)


def _by_power(C: np.ndarray, i: int, miner: Miner, candidate: Candidate) -> None:
    """Put what a reading of the power tells of the device's own power, which the model then has no need of."""
    name = next((name for name in ("power_ac", "power_dc") if name in candidate.instruments), None)
    if name is None:
        return
    meter, level = candidate.instruments[name], 1.0
    if not meter.relative:
        level = _wall_power(miner, name) * float(np.mean([s.clock for s in candidate.states]))
    n = candidate.records * len(candidate.states)
    doubt = (meter.systematic**2 + meter.random**2 / n) / level**2
    before = C[i, i]
    C[i, :] = C[:, i] = 0.0
    # A perfect meter leaves no doubt.
    C[i, i] = before * doubt / (before + doubt)


def _wall_power(miner: Miner, name: str) -> float:
    """Power of the device file as a meter sees it, at the wall or of the boards [W]."""
    wall = miner.quantities["power.wall"].nominal
    return wall if name == "power_ac" else wall * miner.quantities["power.psu_efficiency"].nominal


def campaign_data(miner: Miner, candidate: Candidate) -> xr.Dataset:
    """Field data with the drivers of a candidate and places for what it would read.

    Raises
    ------
    InputError
        For a candidate that reads nothing that the model predicts, or has no inlet sensor.
    """
    if "T_in" not in candidate.instruments or not candidate.states:
        raise InputError(
            "a measurement needs an inlet sensor and an operating point",
            key=candidate.name,
            accepted="T_in, states",
        )
    states, n = candidate.states, len(candidate.states)
    wall, dc = (_wall_power(miner, name) for name in ("power_ac", "power_dc"))
    drivers = {
        "T_in": np.array([s.T_in for s in states]),
        "volume_flow": np.array([s.volume_flow for s in states]),
        "power_ac": np.array([s.clock for s in states]) * wall,
        "power_dc": np.array([s.clock for s in states]) * dc,
        "T_ambient": np.array([s.T_ambient for s in states]),
    }
    boards = miner.device.boards.count
    data: dict[str, Any] = {
        name: (("time", "unit"), x[:, None]) for name, x in drivers.items() if name in candidate.instruments
    }
    data["T_ambient"] = (("time", "unit"), drivers["T_ambient"][:, None])
    for name in candidate.instruments:
        if name in ("T_chip", "T_chip_mean"):
            data["T_chip_mean"] = (("time", "unit", "board"), np.full((n, 1, boards), 350.0))
        elif name in ("T_chip_max", "T_out_board"):
            data[name] = (("time", "unit", "board"), np.full((n, 1, boards), 350.0))
        elif name == "T_out":
            data[name] = (("time", "unit"), np.full((n, 1), 350.0))
    coords = {"time": np.arange(n), "unit": ["plan"], "board": np.arange(boards)}
    return xr.Dataset(data, coords, {"source": candidate.name, "synthetic": 1})


def _posterior(
    miner: Miner, candidate: Candidate, keys: Sequence[str], fluid: Fluid | str, pressure: float
) -> tuple[np.ndarray, list[str]]:
    data = campaign_data(miner, candidate)
    model = UnitModel.of(miner, data, fluid=fluid, pressure=pressure)
    known = calibration_instruments(model, data, candidate.instruments)
    condensed = condense(model, len(candidate.states))
    many = candidate.records
    condensed = condensed._replace(
        counts={name: many * count for name, count in condensed.counts.items()},
        records=many * condensed.records,
    )
    constants = unit_constants(model, [keys[0]], known)
    fit = UnitFit.of(condensed, constants, known)
    x = np.array([c.start for c in constants])
    J, width = fit.sensitivity(x), np.array([c.width for c in constants])
    covariance = np.linalg.inv(J.T @ J + np.diag(width**-2.0))
    return covariance, [c.name for c in constants]


def _junction_gradient(
    miner: Miner, verdict: State, keys: Sequence[str], fluid: Fluid | str, pressure: float
) -> np.ndarray:
    """Derivative of the hottest junction with each constant's x, at nominal values."""
    inlet = Instrument(0.0, 1e-3, False, "chosen", "")
    flow = Instrument(0.0, 1e-3, True, "chosen", "")
    place = Candidate("verdict", {"T_in": inlet, "T_chip_max": inlet, "volume_flow": flow}, (verdict,))
    model = UnitModel.of(miner, campaign_data(miner, place), fluid=fluid, pressure=pressure)
    constants = [device_constant(miner, key) for key in keys]
    nominal = np.array([c.start for c in constants])
    steps = np.array([min(_STEP * c.width, 0.02) if c.logarithmic else _STEP * c.width for c in constants])
    ends = np.array([(c.lowest, c.highest) for c in constants]).T
    at = np.clip(nominal, ends[0] + steps, ends[1] - steps)
    X = np.concatenate([at + np.diag(steps), at - np.diag(steps)])
    values = {c.name: np.exp(X[:, i]) if c.logarithmic else X[:, i] for i, c in enumerate(constants)}
    # The power follows from the device's own: nothing reads it at the verdict.
    values["power.wall"] = values.get("power.wall", miner.quantities["power.wall"].nominal) * verdict.clock
    hottest = model.predict(values, samples=len(X), quantities=("T_chip_max",)).values["T_chip_max"]
    if not np.isfinite(hottest).all():
        raise InputError("the unit has no steady state where the verdict is asked for", key="verdict")
    top = hottest.reshape(len(X), -1).max(axis=1)
    k = len(keys)
    found: np.ndarray = (top[:k] - top[k:]) / (2.0 * steps)
    return found


def default_candidates(verdict: State) -> list[Candidate]:
    """Measurements that an operator could make with common instruments, all accuracies assumed."""

    def one(systematic: float, random: float, relative: bool = False) -> Instrument:
        return Instrument(systematic, random, relative, "assumed", "typical of such instruments, assumed")

    power = {"power_ac": one(0.01, 0.005, True)}
    coarse = {"T_in": one(0.3, 0.1), "T_out": one(0.3, 0.1)}
    fine = {"T_in": one(0.1, 0.03), "T_out": one(0.1, 0.03)}
    meter, fine_meter = ({"volume_flow": one(b, 0.005, True)} for b in (0.03, 0.005))
    chips = {"T_chip": one(1.5, 0.5)}
    good_chips = {"T_chip": one(0.5, 0.5)}
    boards = {"T_out_board": one(0.3, 0.1)}
    here = (verdict,)
    spread = tuple(
        State(verdict.T_in, verdict.volume_flow * flow, verdict.clock * clock, verdict.T_ambient)
        for flow in (0.75, 1.0, 1.4)
        for clock in (0.8, 1.0)
    )
    return [
        Candidate("water temperatures and power", coarse | power, here),
        Candidate("flow meter 3 %, water temperatures, power", coarse | power | meter, here),
        Candidate("flow meter 0.5 %, Pt100 pair, power", fine | power | fine_meter, here),
        Candidate("chip temperatures as the firmware reports them, power", coarse | power | chips, here),
        Candidate("chip temperatures, flow meter 3 %, power", coarse | power | meter | chips, here),
        Candidate(
            "chip temperatures, flow meter 3 %, power, at 3 flows and 2 clocks",
            coarse | power | meter | chips,
            spread,
        ),
        Candidate(
            "chip temperatures, Pt100 pair, flow meter 0.5 %, power, at 3 flows and 2 clocks",
            fine | power | fine_meter | chips,
            spread,
        ),
        Candidate(
            "chip sensors checked to 0.5 K with the unit off, Pt100 pair, flow meter 0.5 %, 3 flows, 2 clocks",
            fine | power | fine_meter | good_chips,
            spread,
        ),
        Candidate(
            "outlets of the boards, Pt100 pair, flow meter 0.5 %", fine | power | fine_meter | boards, here
        ),
    ]
