"""A cold plate over samples of the uncertain numbers of its file, and over each of them alone."""

import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from hashheat.components.cold_plate import ColdPlate
from hashheat.components.errors import UnitError
from hashheat.components.failures import LOWEST_PRESSURE
from hashheat.fleet.sampling import SEED, from_uniform, sobol_points
from hashheat.solvers.serpentine import NOT_CONVERGED
from hashheat.thermo.errors import InputError, StateError

#: Status of a sample whose plate cannot be built, or whose inlet is no liquid; follows those of a plate.
CANNOT_BE = 5
#: Taken from every sample, under the same name with ``sample_`` before it.
SAMPLED = (
    "T_junction",
    "T_out",
    "T_wall",
    "pressure_drop",
    "thermal_resistance",
    "junction_spread",
    "chip_power",
    "heat_rate",
    "heat_loss",
)
#: States of one call: each keeps its plate, so that many at once would fill the memory.
_TOGETHER = 8
#: Ends of the spread of a number that is changed alone.
SWING = (0.05, 0.95)

Progress = Callable[[float], None]


def sampled_keys(plate: ColdPlate, fixed: Sequence[str] = ()) -> list[str]:
    """Keys of the uncertain numbers that samples draw, in the order of the file.

    Parameters
    ----------
    plate : ColdPlate
    fixed : sequence of str
        Keys whose numbers are given otherwise.

    Returns
    -------
    list of str
        The pressure is not among them: properties are tabulated at the nominal one.
    """
    left_out = {*fixed, "design.pressure"}
    return [key for key, q in plate.quantities.items() if q.is_uncertain and key not in left_out]


def draw(plate: ColdPlate, keys: Sequence[str], samples: int, seed: int = SEED) -> dict[str, np.ndarray]:
    """Sobol samples of numbers of a plate.

    Parameters
    ----------
    plate : ColdPlate
    keys : sequence of str
    samples : int
        A power of two.
    seed : int

    Returns
    -------
    dict of str to (samples,) array
        By key; no other keys.
    """
    of = {key: plate.quantities[key] for key in keys}
    return from_uniform(of, list(keys), sobol_points(samples, len(of), seed))


def solve_samples(
    plate: ColdPlate,
    drawn: Mapping[str, np.ndarray],
    state: Mapping[str, Any],
    progress: Progress | None = None,
) -> tuple[dict[str, np.ndarray], str]:
    """Solve a plate with the numbers of every sample.

    Parameters
    ----------
    plate : ColdPlate
    drawn : mapping of str to (n,) array
        Of :func:`draw`.
    state : mapping
        Arguments of :meth:`~hashheat.components.cold_plate.ColdPlate.solve`, the same for all samples.
    progress : callable, optional
        Called with the fraction done.

    Returns
    -------
    found : dict of str to (n,) array
        :data:`SAMPLED`, ``boiling_margin``, ``pressure_margin``, ``junction_margin``; NaN where ``status``, which
        counts on from that of a plate with :data:`CANNOT_BE`, says that there is no steady state.
    refusal : str
        Why the first sample that cannot be is none; empty where all can.
    """
    n = next(iter(drawn.values())).size
    found = {name: np.full(n, np.nan) for name in SAMPLED}
    status = np.full(n, NOT_CONVERGED)
    refusal = ""
    for first in range(0, n, _TOGETHER):
        part = slice(first, min(first + _TOGETHER, n))
        own = {key: values[part] for key, values in drawn.items()}
        solved, why = _solve_some(plate, own, state)
        refusal = refusal or why
        status[part] = solved.pop("status")
        for name, values in solved.items():
            found[name][part] = values
        if progress is not None:
            progress(part.stop / n)
    found |= {"status": status} | margins(plate, found, drawn, state)
    return found, refusal


def margins(
    plate: ColdPlate,
    found: Mapping[str, np.ndarray],
    drawn: Mapping[str, np.ndarray],
    state: Mapping[str, Any],
) -> dict[str, np.ndarray]:
    """What is left to each limit: of the junctions, of the wall to boiling, of the pressure at the outlet.

    Parameters
    ----------
    plate : ColdPlate
    found : mapping of str to array
        With ``T_junction``, ``T_wall`` and ``pressure_drop``.
    drawn : mapping of str to array
        With ``chips.limit``, where it is not nominal.
    state : mapping
        As in :func:`solve_samples`.

    Returns
    -------
    dict of str to array
        ``junction_margin``, ``boiling_margin`` [K], ``pressure_margin`` [Pa]. A wall boils where it is at
        saturation at the pressure of the outlet, which is the lowest.
    """
    p = state.get("pressure")
    p = plate.file.design.pressure.nominal if p is None else p
    fluid = plate.fluid(state.get("fluid"))
    left = np.asarray(p - found["pressure_drop"], dtype=float)
    able = np.isfinite(left) & (left >= 0.5 * LOWEST_PRESSURE)
    boils = np.full(left.shape, np.nan)
    if able.any():
        boils[able] = fluid.saturation_temperature(left[able])
    return {
        "junction_margin": drawn.get("chips.limit", plate.file.chips.limit.nominal) - found["T_junction"],
        "boiling_margin": boils - found["T_wall"],
        "pressure_margin": left - LOWEST_PRESSURE,
    }


def swings(
    plate: ColdPlate, keys: Sequence[str], state: Mapping[str, Any], progress: Progress | None = None
) -> dict[str, np.ndarray]:
    """Hottest junction with one number at either end of its spread and all others nominal.

    Parameters
    ----------
    plate : ColdPlate
    keys : sequence of str
    state : mapping
        As in :func:`solve_samples`.
    progress : callable, optional

    Returns
    -------
    dict of str to (2,) array
        Hottest junction [K] at the 5 % and at the 95 % quantile of each number; NaN without a steady state.
    """
    found = {}
    for i, key in enumerate(keys):
        ends = np.asarray(plate.quantities[key].quantile(np.array(SWING)))
        found[key] = _solve_some(plate, {key: ends}, state)[0]["T_junction"]
        if progress is not None:
            progress((i + 1) / len(keys))
    return found


def _solve_some(
    plate: ColdPlate, drawn: Mapping[str, np.ndarray], state: Mapping[str, Any]
) -> tuple[dict[str, np.ndarray], str]:
    """Solve a few samples; one that cannot be built or is no liquid does not take the others with it."""
    n = next(iter(drawn.values())).size
    overrides = {key.replace(".", "__"): values for key, values in drawn.items()}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # samples without a steady state are counted by their status
            solved = plate.solve(**{**state, **overrides})
    except (InputError, StateError, UnitError) as error:
        if n > 1:
            parts = [
                _solve_some(plate, {key: v[i : i + 1] for key, v in drawn.items()}, state) for i in range(n)
            ]
            together = {name: np.concatenate([part[name] for part, _ in parts]) for name in parts[0][0]}
            return together, next((why for _, why in parts if why), "")
        lost = {name: np.full(1, np.nan) for name in SAMPLED}
        why = error.problem if isinstance(error, InputError) else str(error).partition("\n")[0]
        return lost | {"status": np.full(1, CANNOT_BE)}, why
    found = {name: np.atleast_1d(solved[name].values).astype(float) for name in SAMPLED}
    return found | {"status": np.atleast_1d(solved["status"].values)}, ""
