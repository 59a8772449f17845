"""From a population to the plain numbers that terminal, JSON and report all show, in SI."""

from importlib.metadata import version
from typing import Any

import numpy as np

from hashheat.assumptions import assumption
from hashheat.components.failures import describe_failure
from hashheat.fleet.population_statistics import THRESHOLDS, PopulationStatistics
from hashheat.fleet.unit_population import UnitPopulation
from hashheat.solvers import serpentine as sp
from hashheat.summary import number
from hashheat.terminal import in_field

#: Shares of units that stay below the temperatures shown.
SHARES = (0.01, 0.05, 0.5, 0.95, 0.99, 0.999, 0.9999)


def population_sheet(
    population: UnitPopulation,
    found: PopulationStatistics,
    file: str,
    level: float,
    allowed: float,
) -> dict[str, Any]:
    """Everything a report of a population says.

    Parameters
    ----------
    population : UnitPopulation
    found : PopulationStatistics
        Of all its units.
    file : str
        Device file as it was named.
    level : float
        Of confidence.
    allowed : float
        Share of units that may be above their junction limit.

    Returns
    -------
    dict
        Text, numbers, None, lists and dicts only.
    """
    share = found.share_above_limit(level)
    holds = share.high <= allowed
    mean, deviation = found.moments()
    limit = population.quantities["chips.limit"]
    interval = f"{100 * share.low:.3g} to {100 * share.high:.3g} %"
    told = (
        f"{100 * share.value:.3g} % of units have a chip above its limit or no steady state "
        f"({interval} with {100 * level:g} % confidence; {100 * allowed:g} % allowed)"
    )
    return {
        "title": f"{found.units} units {population.miner.device.name} at {_spread(population, 'T_in')} inlet, "
        f"{_spread(population, 'volume_flow')} a unit",
        "verdict": "pass" if holds else "fail",
        "word": "PASS" if holds else "FAIL",
        "sentence": told,
        "notes": _notes(population, found),
        "miner": population.miner.device.name,
        "maker": population.miner.device.maker,
        "file": file,
        "fluid": population.fluid.name,
        "pressure": population.pressure,
        "units": found.units,
        "fleets": population.fleets,
        "per_fleet": list(population.per_fleet),
        "seed": population.seed,
        "level": level,
        "allowed": allowed,
        "limit": {"value": limit.nominal, "uncertain": limit.is_uncertain, "text": limit.describe()},
        "above_limit": {
            "units": int(found.hot.sum()),
            "share": share.value,
            "low": share.low,
            "high": share.high,
        },
        "no_steady_state": [
            {"status": status, "what": describe_failure(status), "units": int(count)}
            for status, count in enumerate(found.status)
            if status != sp.OK
        ],
        "T_hottest_chip": {
            "mean": number(mean),
            "deviation": number(deviation),
            "lowest": number(found.extremes[0]),
            "highest": number(found.extremes[1]),
            "percentiles": [
                {"share": p, "value": number(found.percentile(p))}
                for p in SHARES
                # A percentile beyond the last unit is not known.
                if found.solved * min(p, 1.0 - p) >= 1.0
            ],
        },
        "tails": _tails(found, level),
        "assumptions": [
            assumption(key, q, drawn=_how(population, key)) for key, q in population.quantities.items()
        ],
        "version": version("hashheat"),
    }


def _spread(population: UnitPopulation, key: str) -> str:
    return population.quantities[key].describe().split(" [", 1)[0]


def _how(population: UnitPopulation, key: str) -> str:
    if key not in population.uncertain:
        return "nominal"
    return "for each fleet" if key in population.per_fleet else "for each unit"


def _notes(population: UnitPopulation, found: PopulationStatistics) -> list[str]:
    runaway = int(found.status[sp.RUNAWAY])
    notes = [
        f"{runaway} of {found.units} units run away: they, or more likely than not one of their chips, have no "
        "steady state; they count as above every temperature"
    ]
    if population.fleets == 1 and population.per_fleet:
        notes.append("one fleet only: its intervals say nothing of other fleets")
    elif population.fleets > 1:
        notes.append(f"intervals from the scatter among {population.fleets} fleets of {found.size} units")
    return notes


def _tails(found: PopulationStatistics, level: float) -> list[dict[str, Any]]:
    """Rows of the table of tails: every five degrees where the share changes."""
    tails = found.tails(level)
    p = tails["tail_probability"].values
    degrees = THRESHOLDS - 273.15
    shown = np.flatnonzero(np.isclose(degrees % 5.0, 0.0) & (p < 1.0) & (p > _end(found)))
    return [
        {
            "threshold": float(THRESHOLDS[i]),
            "text": in_field(float(THRESHOLDS[i]), "K"),
            "share": float(p[i]),
            "low": float(tails["tail_low"][i]),
            "high": float(tails["tail_high"][i]),
            "units": int(found.above[:, i].sum()),
        }
        for i in shown
    ]


def _end(found: PopulationStatistics) -> float:
    """Share of units that are above every temperature, since they have no steady state: where the tail ends."""
    return float(found.above[:, -1].sum() / found.units)
