"""How many plates each way of building an exchanger would need, by the model of infinite plates.

The search goes over plate types, passes and chevron angles, alone and two in one stack. Each way is rated at a
dozen plate counts in one call: blocks of infinite plates see the count only in the area and in the flow a channel
gets. What the estimate leaves out (end plates, ports, unequal passes) is settled afterwards, with every channel.
"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from hashheat.components.exchanger_duty import Duty
from hashheat.components.exchanger_limits import DROPS, FEWEST, HEAT, NO_STATE, SizingLimits, duty_row
from hashheat.components.exchanger_plate import PlateFile
from hashheat.components.plate_exchanger import PlateHeatExchanger
from hashheat.solvers import plate_rating as pr
from hashheat.solvers import plate_stack as ps
from hashheat.solvers.stack_temperatures import OK

#: Shares of the second kind of channel that are tried.
MIXES = (0.25, 0.5, 0.75)

_COUNTS = 12
_TOLERANCE = 1e-4
#: Plates that end channels cost at 1-1, for each transfer unit (fitted to the exact finite-channel solutions).
_END_PLATES = 0.43


@dataclass(frozen=True)
class Estimate:
    """One way of building the exchanger.

    Parameters
    ----------
    exchanger : PlateHeatExchanger
        With about the plates it needs, or with as many as there may be where that is not enough.
    driver : str
        The limit that asks for so many plates, or ``"no steady state"``.
    lacking : bool
        Whether that limit is missed even with the most plates.
    shortfall : float
        By how much, relative to the limit [-].
    drop, heat_rate : float
        Larger pressure drop [Pa] and heat [W] at that count.
    slopes : dict of str to float
        Growth of each margin (see :meth:`SizingLimits.margins`) with a plate more [-].
    """

    exchanger: PlateHeatExchanger
    driver: str
    lacking: bool = False
    shortfall: float = 0.0
    drop: float = 0.0
    heat_rate: float = 0.0
    slopes: dict[str, float] = field(default_factory=dict)

    def __repr__(self) -> str:
        """The way of building and the limit that counts, on one line."""
        missed = f" missed by {100.0 * self.shortfall:.3g} %" if self.lacking else ""
        return f"<Estimate: {self.exchanger!r}, {self.driver}{missed}>"


def search(
    catalogue: Sequence[PlateFile], duty: Duty, limits: SizingLimits
) -> tuple[list[Estimate], dict[str, str]]:
    """Estimates of the ways to build the exchanger, and why plate types were left out.

    Ways that cannot be better are passed over: more passes where even the softest channels already lose too
    much pressure, and two kinds of channel unless the softer alone lacks heat and the harder alone pressure.

    Returns
    -------
    estimates : list of Estimate
    refused : dict
        Reason for each plate type that cannot serve whatever the size.
    """
    estimates: list[Estimate] = []
    refused: dict[str, str] = {}
    for plate in catalogue:
        reason = limits.refusal(plate, duty)
        if reason is not None:
            refused[plate.name] = reason
            continue
        hopeless: list[tuple[int, int]] = []
        for passes in limits.passes:
            if any(passes[0] >= p[0] and passes[1] >= p[1] for p in hopeless):
                continue
            alone = [estimate(smallest, duty, limits) for smallest in _alone(plate, passes, duty, limits)]
            estimates += alone
            if alone and all(e.lacking and e.driver in DROPS for e in alone):
                hopeless.append(passes)
            for soft, hard in itertools.pairwise(alone):
                if soft.driver == HEAT and hard.driver in DROPS:
                    estimates += [estimate(mix, duty, limits) for mix in _mixed(soft, hard, limits)]
    return estimates, refused


def fewest_plates(exchanger: PlateHeatExchanger) -> int:
    """Fewest plates of a way of building: the frame's, a channel for each pass, two kinds of channel in each."""
    own = 2 * max(exchanger.passes) + 1
    if exchanger.second_share > 0.0:
        own = 8 * max(exchanger.passes) + 1
    return max(exchanger.plate.limits.min_plates, own)


def _alone(
    plate: PlateFile, passes: tuple[int, int], duty: Duty, limits: SizingLimits
) -> Iterator[PlateHeatExchanger]:
    """Exchangers of one kind of channel, soft to hard, each with its fewest plates."""
    plates = max(plate.limits.min_plates, 2 * max(passes) + 1)
    if plates > limits.most_plates(plate):
        return
    for angle in plate.channel_angles():
        exchanger = PlateHeatExchanger(
            plate,
            plates,
            passes,
            angle,
            fluids=duty.fluids,
            pressures=duty.pressures,
            fouling=limits.fouling,
            overall_counter=duty.counterflow,
            first_counter=duty.counterflow,
        )
        yield exchanger.reaching(min(duty.T_in), max(duty.T_in))


def _mixed(soft: Estimate, hard: Estimate, limits: SizingLimits) -> Iterator[PlateHeatExchanger]:
    for share in MIXES:
        mix = replace(
            soft.exchanger,
            plates=soft.exchanger.plate.limits.max_plates,
            second_angle=hard.exchanger.channel_angle,
            second_share=share,
        )
        plates = fewest_plates(mix)
        if plates <= limits.most_plates(mix.plate):
            yield replace(mix, plates=plates)


def estimate(smallest: PlateHeatExchanger, duty: Duty, limits: SizingLimits) -> Estimate:
    """Plates that one way of building needs.

    Parameters
    ----------
    smallest : PlateHeatExchanger
        With the fewest plates to try.
    duty : Duty
    limits : SizingLimits

    Returns
    -------
    Estimate
        Lacking, and driven by no limit, where the largest exchanger has no steady state.
    """
    low, high = smallest.plates, limits.most_plates(smallest.plate)
    count = np.unique(np.round(np.geomspace(low, high, _COUNTS)).astype(int))
    # Scaled from an odd number of plates, whose sides have equally many channels.
    base = replace(smallest, plates=low + 1) if low % 2 == 0 and low < high else smallest
    rows = np.repeat(duty_row(base, duty)[None, :], count.size, axis=0)
    rows[:, ps.AREA_FACTOR] = (count - 2) / (base.plates - 2) / (1.0 + limits.oversurface)
    rows[:, ps.FLOW_AREA] *= (count - 1) / (base.plates - 1)
    out, status = base.rate_rows(rows, base.blocks, _TOLERANCE)
    good = status == OK
    if not good[-1]:
        return Estimate(replace(smallest, plates=high), NO_STATE, True, float("inf"))
    drops = out[:, pr.CHANNEL_DROP_0 : pr.CHANNEL_DROP_1 + 1] + out[:, pr.PORT_DROP_0 : pr.PORT_DROP_1 + 1]
    margins = {HEAT: out[:, pr.HEAT_1] / duty.heat_rate - 1.0}
    margins |= {name: 1.0 - drops[:, s] / limits.pressure_drop[s] for s, name in enumerate(DROPS)}
    worst = min(margins, key=lambda name: margins[name][-1])
    if margins[worst][-1] < 0.0:
        return Estimate(replace(smallest, plates=high), worst, True, float(-margins[worst][-1]))
    needed, driver, at = float(low), FEWEST, 0
    for name, margin in margins.items():
        short = np.flatnonzero(~(good & (margin >= 0.0)))
        if short.size:
            i = int(short[-1])
            a, b = (margin[i] if good[i] else -1.0), margin[i + 1]
            crossing = count[i] ** (b / (b - a)) * count[i + 1] ** (-a / (b - a))
            if crossing > needed:
                needed, driver, at = crossing, name, i
    slopes = {
        name: float((margin[at + 1] - margin[at]) / (count[at + 1] - count[at])) if count.size > 1 else 0.0
        for name, margin in margins.items()
    }
    plates = needed + (_END_PLATES * max(duty.theta) if driver == HEAT else 0.0)
    sized = replace(smallest, plates=int(np.clip(np.ceil(plates), low, high)))
    last = min(at + 1, count.size - 1)
    return Estimate(
        sized, driver, drop=float(drops[last].max()), heat_rate=float(out[last, pr.HEAT_1]), slopes=slopes
    )
