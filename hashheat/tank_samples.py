"""What the uncertain numbers of a tank do to its result: samples of all of them, and each alone."""

import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import xarray as xr

from hashheat.assumptions import short_text
from hashheat.fleet.sampling import SEED, from_uniform, sobol_points
from hashheat.names import in_words
from hashheat.summary import number
from hashheat.thermo.quantity import Quantity

if TYPE_CHECKING:
    from hashheat.components.immersion_tank import ImmersionTank
    from hashheat.components.tank_solve import TankSolution
    from hashheat.components.two_phase_tank import TwoPhaseTank

#: Ends of the range of a number that is changed alone.
_ENDS = (0.05, 0.95)
#: States of a two-phase tank that are solved before progress is told again.
_TOGETHER = 16


class Samples(NamedTuple):
    """Results over samples.

    Attributes
    ----------
    found : mapping of str to (n,) array
        By variable; NaN where a sample has no steady state.
    inside : (n,) bool array
        Whether a sample keeps every limit; one without a steady state keeps none.
    lost : int
        Samples without a steady state.
    ranking : list of dict
        Each number alone: how far it moves the hottest junction, the strongest first.
    held : list of str
        Keys of uncertain numbers that were not drawn.
    text : str
        How the samples were solved.
    """

    found: Mapping[str, np.ndarray]
    inside: np.ndarray
    lost: int
    ranking: list[dict[str, Any]]
    held: list[str]
    text: str


def sample_tank(
    tank: "ImmersionTank", solution: "TankSolution", count: int, fixed: Sequence[str]
) -> Samples | None:
    """Sample a single-phase tank by its reduced form, which holds the flow of one solution.

    Parameters
    ----------
    tank : ImmersionTank
    solution : TankSolution
        Converged.
    count : int
        Samples, a power of two; 0 for none.
    fixed : sequence of str
        Keys whose numbers options gave.

    Returns
    -------
    Samples or None
        None where nothing is asked for, or no number is uncertain.
    """
    reduced = tank.reduced(solution)
    keys = [key for key in reduced.sampled if key not in fixed]
    if not count or not keys:
        return None
    data = reduced.evaluate(_drawn(tank.quantities, keys, count))
    names = [str(name) for name, v in data.items() if v.dtype.kind == "f"]
    status = data["status"].values
    effects = tank.sensitivity(keys, solution=solution)
    nominal = float(effects.attrs["at_nominal"])
    ranking = [
        _moved(str(key), tank.quantities, low - nominal, high - nominal)
        for key, low, high in zip(
            effects["key"].values, effects["at_lower"].values, effects["at_upper"].values
        )
    ]
    return Samples(
        {name: data[name].values for name in names},
        (status == 0) & (data["junction_margin"].values >= 0.0),
        int((status != 0).sum()),
        ranking,
        list(reduced.held),
        "the flow of the nominal state is held in the samples; heat balances and chips are found anew",
    )


def sample_bath(
    tank: "TwoPhaseTank",
    changed: Mapping[str, float],
    count: int,
    limits: Callable[[xr.Dataset], Mapping[str, xr.DataArray]],
    progress: Callable[[str, float], None],
) -> Samples | None:
    """Sample a two-phase tank, every sample solved whole.

    Parameters
    ----------
    tank : TwoPhaseTank
    changed : mapping
        Numbers that options gave [SI].
    count : int
        Samples, a power of two; 0 for none.
    limits : callable
        Says of a result which limits hold, by name.
    progress : callable
        Called with the stage and the fraction of it that is done.

    Returns
    -------
    Samples or None
        None where nothing is asked for, or no number is uncertain.
    """
    keys = [key for key, q in tank.quantities.items() if q.is_uncertain and key not in changed]
    if not count or not keys:
        return None
    drawn = _drawn(tank.quantities, keys, count)
    parts = []
    for first in range(0, count, _TOGETHER):
        parts.append(_states(tank, changed, {k: v[first : first + _TOGETHER] for k, v in drawn.items()}))
        progress("samples", (first + _TOGETHER) / count)
    data = xr.concat(parts, "case")
    status = data["status"].values
    inside = (status == 0) & np.logical_and.reduce([held.values for held in limits(data).values()])
    moving = [key for key in keys if key != "chips.limit"]
    nominal = float(
        _states(tank, changed, {keys[0]: np.array([tank.quantities[keys[0]].nominal])})["T_junction"][0]
    )
    ranking = []
    for i, key in enumerate(moving):
        ends = np.asarray(tank.quantities[key].quantile(np.array(_ENDS)))
        low, high = _states(tank, changed, {key: ends})["T_junction"].values
        ranking.append(_moved(key, tank.quantities, low - nominal, high - nominal))
        progress("sensitivity", (i + 1) / len(moving))
    # One that has no steady state at an end moves it further than any number says.
    ranking.sort(key=lambda row: -np.inf if row["swing"] is None else -row["swing"])
    return Samples(
        {str(name): v.values for name, v in data.items() if v.dtype.kind == "f"},
        inside,
        int((status != 0).sum()),
        ranking,
        [],
        "every sample is solved whole",
    )


def _drawn(quantities: Mapping[str, Quantity], keys: Sequence[str], count: int) -> dict[str, np.ndarray]:
    of = {key: quantities[key] for key in keys}
    return from_uniform(of, list(keys), sobol_points(count, len(of), SEED))


def _states(
    tank: "TwoPhaseTank", changed: Mapping[str, float], drawn: Mapping[str, np.ndarray]
) -> xr.Dataset:
    """States over ``case``, two at least: a single one without a steady state would be an error."""
    n = next(iter(drawn.values())).size
    given = {key.replace(".", "__"): np.resize(values, max(n, 2)) for key, values in drawn.items()}
    given |= {key.replace(".", "__"): np.full(max(n, 2), value) for key, value in changed.items()}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # states without a solution are counted by their status
        return tank.solve(**given).isel(case=slice(0, n))


def _moved(key: str, quantities: Mapping[str, Quantity], low: float, high: float) -> dict[str, Any]:
    q = quantities[key]
    return {
        "key": key,
        "name": in_words(key),
        "range": short_text(q),
        "status": q.status,
        "low": number(low),
        "high": number(high),
        "swing": number(abs(high - low)),
    }


def with_samples(result: xr.Dataset, samples: Samples | None) -> xr.Dataset:
    """Dataset with ``sample_...`` over ``sample`` beside what it has.

    Parameters
    ----------
    result : xarray.Dataset
    samples : Samples or None

    Returns
    -------
    xarray.Dataset
    """
    if samples is None:
        return result
    found = result.copy()
    for name, values in samples.found.items():
        attrs = result[name].attrs if name in result else {}
        about = {"long_name": f"{attrs.get('long_name', name)}, of every sample"}
        found[f"sample_{name}"] = ("sample", values, {**attrs, **about})
    found["sample_inside"] = (
        "sample",
        samples.inside.astype(np.int32),
        {"units": "1", "long_name": "1 where a sample keeps every limit"},
    )
    found.attrs["seed"] = SEED
    return found


def band(samples: Samples | None, name: str) -> dict[str, float | None]:
    """Percentiles of a result over the samples that have a steady state.

    Parameters
    ----------
    samples : Samples or None
    name : str

    Returns
    -------
    dict of str to float or None
        ``p05``, ``p50``, ``p95``; None without samples, or where the result does not vary.
    """
    values = np.zeros(0) if samples is None else np.asarray(samples.found.get(name, np.zeros(0)))
    values = values[np.isfinite(values)]
    if not values.size or np.ptp(values) <= 1e-9 * np.abs(values).max():
        return {"p05": None, "p50": None, "p95": None}
    p = np.percentile(values, (5.0, 50.0, 95.0))
    return {"p05": number(p[0]), "p50": number(p[1]), "p95": number(p[2])}


def sample_notes(samples: Samples | None) -> dict[str, Any] | None:
    """What sheet and report say of samples.

    Parameters
    ----------
    samples : Samples or None

    Returns
    -------
    dict or None
        Counts, shares and text; None without samples.
    """
    if samples is None:
        return None
    return {
        "count": int(samples.inside.size),
        "share": float(samples.inside.mean()),
        "lost": samples.lost,
        "seed": SEED,
        "text": samples.text,
        "held": [in_words(key) for key in samples.held],
    }
