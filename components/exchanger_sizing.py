"""Size a plate heat exchanger: search the catalogue, settle every candidate with all its channels, rank the front.

A candidate is the smallest of its way of building: with one plate fewer it fails, and the limit that then fails is
the one that binds.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import xarray as xr

from hashheat.components.exchanger_duty import Duty
from hashheat.components.exchanger_limits import DROPS, FEWEST, HEAT, NO_STATE, SizingLimits, duty_row
from hashheat.components.exchanger_oversurface import oversurface
from hashheat.components.exchanger_plate import PlateFile, generic_plate_names, load_plate
from hashheat.components.exchanger_refusal import no_exchanger
from hashheat.components.exchanger_results import approach
from hashheat.components.exchanger_search import Estimate, fewest_plates, search
from hashheat.components.plate_exchanger import PlateHeatExchanger
from hashheat.solvers import plate_rating as pr
from hashheat.solvers import plate_stack as ps
from hashheat.thermo.errors import InputError

Price = Callable[[PlateHeatExchanger], float]
Progress = Callable[[str, float], None]

_TOLERANCE = 1e-5
#: Candidates that are settled with every channel, the cheapest by estimate.
MOST_SETTLED = 20
#: An estimate may be dominated by this much and still be settled, since settling moves it.
_SLACK = 0.02
#: Steps of a settling that follow the slopes of the margins before the bracket is halved.
_MOST_AIMED = 8


def list_price(exchanger: PlateHeatExchanger) -> float:
    """Price by the area law of the plate file, at nominal values [EUR]."""
    return exchanger.plate.price_law.nominal(exchanger.area)


@dataclass(frozen=True)
class Candidate:
    """A sized exchanger: it keeps every limit, and with one plate fewer it does not.

    Parameters
    ----------
    exchanger : PlateHeatExchanger
    duty : Duty
    price : float
        [EUR]
    margins : dict of str to float
        By how much it keeps each limit, relative to the limit [-].
    binding : str
        The limit that one plate fewer breaks.
    fewer : dict of str to float
        Margins with one plate fewer; empty where there can be none.
    heat_rate, approach : float
        Of the whole area, fouled, at the flows and inlets of the duty [W], [K].
    pressure_drop : (float, float)
        Channels and ports together [Pa].
    """

    exchanger: PlateHeatExchanger
    duty: Duty
    price: float
    margins: dict[str, float]
    binding: str
    fewer: dict[str, float]
    heat_rate: float
    approach: float
    pressure_drop: tuple[float, float]

    def __repr__(self) -> str:
        """The exchanger, its price and what binds, on one line."""
        hot, cold = (p / 1e3 for p in self.pressure_drop)
        return (
            f"<Candidate: {self.exchanger!r}, {self.price:.0f} EUR, {hot:.3g} / {cold:.3g} kPa, "
            f"approach {self.approach:.3g} K, bound by {self.binding}>"
        )

    @cached_property
    def rating(self) -> xr.Dataset:
        """What the exchanger does at the flows and inlets of the duty, fouled, every channel resolved."""
        return self.exchanger.rate(
            hot_mass_flow=self.duty.mass_flow[0],
            cold_mass_flow=self.duty.mass_flow[1],
            hot_T_in=self.duty.T_in[0],
            cold_T_in=self.duty.T_in[1],
        )

    @cached_property
    def oversurface(self) -> float | None:
        """Area beyond what the duty needs, with the fouling [-]."""
        return oversurface(self.exchanger, self.duty)

    @cached_property
    def oversurface_clean(self) -> float | None:
        """Area beyond what the duty needs, without fouling [-]."""
        return oversurface(self.exchanger, self.duty, clean=True)


@dataclass(frozen=True)
class Sizing:
    """Result of :func:`size_exchanger`.

    Parameters
    ----------
    duty, limits
        What was asked.
    candidates : tuple of Candidate
        Best first; none is worse than another in price, area, pressure drop and approach at once.
    refused : dict of str to str
        Plate types that cannot serve whatever the size, and why.
    failed : tuple of Estimate
        Ways of building that miss a limit with the most plates allowed.
    searched : int
        Ways of building that were tried.
    """

    duty: Duty
    limits: SizingLimits
    candidates: tuple[Candidate, ...]
    refused: dict[str, str] = field(default_factory=dict)
    failed: tuple[Estimate, ...] = ()
    searched: int = 0

    def __repr__(self) -> str:
        """How much was found, and the best, on one line."""
        return (
            f"<Sizing: {len(self.candidates)} candidates of {self.searched} ways of building, "
            f"best {self.best!r}>"
        )

    @property
    def best(self) -> Candidate:
        """The first candidate."""
        return self.candidates[0]


def size_exchanger(
    duty: Duty,
    limits: SizingLimits,
    catalogue: Sequence[PlateFile] | None = None,
    *,
    price: Price = list_price,
    rank: str = "price",
    progress: Progress | None = None,
) -> Sizing:
    """Find plate heat exchangers for a duty.

    Parameters
    ----------
    duty : Duty
        Of :func:`hashheat.components.exchanger_duty.complete_duty`.
    limits : SizingLimits
    catalogue : sequence of PlateFile, optional
        Left out, all shipped generic plates.
    price : callable, optional
        Price [EUR] of an exchanger; left out, the area law of its plate file.
    rank : "price", "area", "pressure_drop" or "approach"
        What the candidates are ordered by.
    progress : callable, optional
        Called with the stage and the fraction of it that is done.

    Returns
    -------
    Sizing

    Raises
    ------
    NoExchangerError
        If nothing in the catalogue keeps all limits; says which limit fails by how much.
    InputError
        For an empty catalogue or an unknown rank.
    """
    keys: dict[str, Callable[[Candidate], float]] = {
        "price": lambda c: c.price,
        "area": lambda c: c.exchanger.area,
        "pressure_drop": lambda c: max(c.pressure_drop),
        "approach": lambda c: c.approach,
    }
    if rank not in keys:
        raise InputError("no such ranking", key="rank", found=rank, accepted=", ".join(keys))
    plates = generic_plates() if catalogue is None else list(catalogue)
    if not plates:
        raise InputError("the catalogue holds no plates", key="catalogue.plates", found="nothing")
    say = progress or (lambda stage, done: None)
    say("search", 0.0)
    estimates, refused = search(plates, duty, limits)
    failed = tuple(e for e in estimates if e.lacking)
    hopeful = _promising([e for e in estimates if not e.lacking], price, rank)
    settled: list[Candidate] = []
    for i, hope in enumerate(hopeful):
        say("settle", i / len(hopeful))
        found = settle(hope, duty, limits, price)
        if isinstance(found, Candidate):
            settled.append(found)
        else:
            failed = (*failed, found)
    if not settled:

        def serves(duty: Duty, limits: SizingLimits) -> bool:
            hopes = _promising([e for e in search(plates, duty, limits)[0] if not e.lacking], price)
            return any(isinstance(settle(hope, duty, limits, price), Candidate) for hope in hopes[:3])

        raise no_exchanger(failed, plates, duty, limits, serves)
    front = [c for c in settled if not any(_dominates(other, c) for other in settled)]
    front.sort(key=lambda c: (keys[rank](c), c.price, c.exchanger.area))
    return Sizing(duty, limits, tuple(front), refused, failed, len(estimates))


def generic_plates() -> list[PlateFile]:
    """All shipped plates that are no product, small to large."""
    return [load_plate(name) for name in generic_plate_names()]


def settle(
    hope: Estimate, duty: Duty, limits: SizingLimits, price: Price = list_price
) -> Candidate | Estimate:
    """Smallest exchanger of one way of building, every channel resolved.

    Parameters
    ----------
    hope : Estimate
        To start from.
    duty, limits, price
        As in :func:`size_exchanger`.

    Returns
    -------
    Candidate or Estimate
        An Estimate where a limit is missed with the most plates allowed.
    """
    exchanger = hope.exchanger
    most, fewest = limits.most_plates(exchanger.plate), fewest_plates(exchanger)
    slopes, driver = dict(hope.slopes), hope.driver if hope.driver in (HEAT, *DROPS) else ""
    tried: dict[int, tuple[dict[str, float], np.ndarray]] = {}

    def kept(count: int) -> bool:
        if count not in tried:
            tried[count] = _assess(replace(exchanger, plates=count), duty, limits, driver)
        return min(tried[count][0].values()) >= 0.0

    low, high = fewest - 1, most + 1  # the most that fails and the fewest that keeps, found or presumed
    plates = exchanger.plates
    while high - low > 1:
        if kept(plates):
            high = plates
        else:
            low = plates
        margins = tried[plates][0]
        if low in tried and high in tried:
            for name in slopes:
                slopes[name] = (tried[high][0][name] - tried[low][0][name]) / (high - low)
        # Where the last of the margins should cross zero; a bracket that does not shrink fast enough is halved.
        crossings = [plates - margins[name] / slope for name, slope in slopes.items() if slope > 1e-9]
        aim = math.ceil(max(crossings, default=0.5 * (low + high)) - 1e-9)
        if len(tried) > _MOST_AIMED:
            aim = (low + high) // 2
        elif aim == high:
            aim = high - 1
        plates = min(max(aim, low + 1), high - 1)
    # With one plate fewer one side has a channel fewer, with two both have: what one breaks, two may keep.
    while fewest < low and high <= most and kept(low - 1):
        high, low = low - 1, low - 2
        while fewest <= low and kept(low):
            high, low = low, low - 1
    if high > most:
        margins = tried[most][0]
        name = min(margins, key=lambda limit: margins[limit])
        none = math.isinf(margins[name])
        return Estimate(
            replace(exchanger, plates=most),
            NO_STATE if none else name,
            True,
            -margins[name],
        )
    plates = high
    own, whole = tried[plates]
    fewer = _assess(replace(exchanger, plates=low), duty, limits)[0] if low in tried else {}
    binding = min(fewer, key=lambda limit: fewer[limit]) if fewer else FEWEST
    sized = replace(exchanger, plates=plates)
    T_out = whole[pr.T_OUT_0 : pr.T_OUT_1 + 1]
    drops = [float(whole[pr.CHANNEL_DROP_0 + s] + whole[pr.PORT_DROP_0 + s]) for s in range(2)]
    return Candidate(
        sized,
        duty,
        float(price(sized)),
        own,
        binding,
        fewer,
        float(whole[pr.HEAT_1]),
        float(approach(np.array(duty.T_in), T_out, duty.counterflow)),
        (drops[0], drops[1]),
    )


def _assess(
    exchanger: PlateHeatExchanger, duty: Duty, limits: SizingLimits, first: str = ""
) -> tuple[dict[str, float], np.ndarray]:
    """Margins of an exchanger, and the kernel's result with its whole area.

    With an oversurface heat and pressure drops come from two ratings. Where the one that ``first`` asks for shows
    that a limit is not kept, the other is left out, and its margins are those of the first: near enough to steer
    by.
    """
    less = 1.0 / (1.0 + limits.oversurface)
    if limits.oversurface == 0.0:
        out = _rate(exchanger, duty, [1.0])[0]
        return limits.margins(exchanger, duty, out, out), out
    if first:
        out = _rate(exchanger, duty, [less if first == HEAT else 1.0])[0]
        margins = limits.margins(exchanger, duty, out, out)
        if margins[first] < 0.0:
            return margins, out
        other = _rate(exchanger, duty, [1.0 if first == HEAT else less])[0]
        reduced, whole = (out, other) if first == HEAT else (other, out)
    else:
        whole, reduced = _rate(exchanger, duty, [1.0, less])
    return limits.margins(exchanger, duty, reduced, whole), whole


def _rate(exchanger: PlateHeatExchanger, duty: Duty, factors: list[float]) -> np.ndarray:
    """Kernel results at the duty's flows and inlets, with the area times each factor."""
    rows = np.repeat(duty_row(exchanger, duty)[None, :], len(factors), axis=0)
    rows[:, ps.AREA_FACTOR] = factors
    out, status = exchanger.rate_rows(rows, tolerance=_TOLERANCE)
    for row, code in zip(out, status):
        if code != pr.OK:
            # No steady state keeps no limit: a channel that runs backwards, a fluid out of its range.
            row[pr.HEAT_1], row[pr.CHANNEL_DROP_0 : pr.CHANNEL_DROP_1 + 1] = 0.0, np.inf
            row[pr.T_OUT_0], row[pr.T_OUT_1] = duty.T_in
    return out


def _promising(estimates: list[Estimate], price: Price, rank: str = "price") -> list[Estimate]:
    """Estimates worth settling: not clearly dominated by another, the best of the ranking first."""
    priced = sorted(((price(e.exchanger), i) for i, e in enumerate(estimates)))
    kept: list[tuple[float, Estimate]] = []
    for cost, i in priced:
        e = estimates[i]
        dominated = any(
            other_cost < cost * (1.0 - _SLACK)
            and other.exchanger.area < e.exchanger.area * (1.0 - _SLACK)
            and other.drop < e.drop * (1.0 - _SLACK)
            and other.heat_rate >= e.heat_rate * (1.0 - 1e-3)
            for other_cost, other in kept
        )
        if not dominated:
            kept.append((cost, e))
    first: dict[str, Callable[[tuple[float, Estimate]], float]] = {
        "price": lambda k: k[0],
        "area": lambda k: k[1].exchanger.area,
        "pressure_drop": lambda k: k[1].drop,
        "approach": lambda k: -k[1].heat_rate,
    }
    kept.sort(key=first[rank])
    return [e for _, e in kept[:MOST_SETTLED]]


def _objectives(c: Candidate) -> tuple[float, ...]:
    return c.price, c.exchanger.area, max(c.pressure_drop), c.approach


def _dominates(one: Candidate, other: Candidate) -> bool:
    a, b = _objectives(one), _objectives(other)
    return all(x <= y for x, y in zip(a, b)) and a != b
