"""Complete a two-fluid duty from any sufficient set of heat, temperatures, flows and approach."""

from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple

import numpy as np
from scipy.optimize import brentq

from hashheat.components.duty_givens import PORTS, Label, facing_ends, known_of, sufficient, underspecified
from hashheat.components.duty_side import SIDES, Side
from hashheat.components.errors import (
    ContradictoryDutyError,
    InfeasibleApproachError,
    UnderspecifiedDutyError,
)
from hashheat.thermo.units import show

#: What is given beyond need may differ by this share of the heat [-].
CONSISTENCY = 1e-3

# An end difference this close to the approach [K] is the approach, which then says nothing new.
_SAME = 1e-6
_SCAN = 65
# A search for the heat lets a temperature move this far [K]; end states that are not liquid are refused later.
_REACH = 400.0
_IN, _OUT = 0, 1


class Completed(NamedTuple):
    """A duty as numbers; pairs are hot, cold.

    Parameters
    ----------
    heat_rate : float
        [W]
    mass_flow : pair of float
        [kg/s]
    T_in, T_out : pairs of float
        [K]
    """

    heat_rate: float
    mass_flow: tuple[float, float]
    T_in: tuple[float, float]
    T_out: tuple[float, float]


def complete(
    given: Mapping[str, float], sides: tuple[Side, Side], counterflow: bool, label: Label
) -> Completed:
    """Solve the balances of both sides.

    Temperatures are kept as given; then the heat, or else the balance of the hot side where that is complete; the
    flows follow. End states are not checked here.

    Parameters
    ----------
    given : mapping
        Quantities in SI by name, see :data:`hashheat.components.duty_givens.KEYS`; flows and heat positive, the
        temperatures in order.
    sides : pair of Side
        Hot, cold.
    counterflow : bool
        Whether the sides flow against each other.
    label : callable
        Name to show for a name.

    Returns
    -------
    Completed

    Raises
    ------
    UnderspecifiedDutyError, ContradictoryDutyError, InfeasibleApproachError
    """
    return _Puzzle(given, sides, counterflow, label).solve()


class _Puzzle:
    def __init__(
        self, given: Mapping[str, float], sides: tuple[Side, Side], counterflow: bool, label: Label
    ) -> None:
        self.given, self.sides, self.counterflow, self.label = given, sides, counterflow, label
        self.ends = facing_ends(counterflow)
        self.T = [[given.get(f"{s}_T_{port}") for port in PORTS] for s in SIDES]
        self.flows = [(given.get(f"{s}_mass_flow"), given.get(f"{s}_volume_flow")) for s in SIDES]
        self.counts = [len(known_of(given, s)) for s in SIDES]

    # -- what is given ---------------------------------------------------------------------------------------

    def solve(self) -> Completed:
        heat = self.agreed_heat()
        if not sufficient(self.given, self.counterflow):
            raise self.underspecified(self.given)
        if heat is None:
            heat = self.heat_from_approach()
            done = self.close_both(heat)
        elif min(self.counts) >= 2:
            done = self.close_both(heat)
        else:
            done = self.side_from_approach(heat)
        self.check_volume_flows(done)
        return done

    def agreed_heat(self) -> float | None:
        """Heat [W] that is given or follows from one side alone, after checking that all of these agree."""
        heats: list[tuple[str, float]] = []
        if "heat_rate" in self.given:
            heats.append((self.label("heat_rate"), self.given["heat_rate"]))
        for i, s in enumerate(SIDES):
            T_in, T_out = self.T[i]
            if self.counts[i] == 3:
                assert T_in is not None
                assert T_out is not None
                flow = self.sides[i].mass_flow(T_in, *self.flows[i])
                names = [f"{s}_T_in", f"{s}_T_out", self.flow_key(i)]
                text = " with ".join([", ".join(map(self.label, names[:2])), self.label(names[2])])
                heats.append((text, flow * self.sides[i].heat_per_mass(T_in, T_out)))
        if not heats:
            return None
        values = [value for _, value in heats]
        if max(values) - min(values) > CONSISTENCY * max(values):
            raise ContradictoryDutyError(
                "more is given than needed, and the heats do not agree",
                key=heats[-1][0],
                found="; ".join(f"{text}: {show(value, 'W', 5)}" for text, value in heats),
                accepted=f"agreement within {100 * CONSISTENCY:g} % of the heat, or one of these left out",
            )
        return values[0]

    def flow_key(self, i: int) -> str:
        return f"{SIDES[i]}_{'mass' if self.flows[i][0] is not None else 'volume'}_flow"

    def check_volume_flows(self, done: Completed) -> None:
        for i, s in enumerate(SIDES):
            mass, volume = self.flows[i]
            if mass is None or volume is None:
                continue
            implied = mass / self.sides[i].density(done.T_in[i])
            if abs(implied - volume) > CONSISTENCY * volume:
                raise ContradictoryDutyError(
                    "mass and volume flow of one side do not agree",
                    key=self.label(f"{s}_volume_flow"),
                    found=f"{self.label(f'{s}_volume_flow')} = {show(volume, 'm^3/s', 5)}; "
                    f"{self.label(f'{s}_mass_flow')} = {show(mass, 'kg/s', 5)} at {show(done.T_in[i], 'K')} "
                    f"is {show(implied, 'm^3/s', 5)}",
                    accepted=f"agreement within {100 * CONSISTENCY:g} %, or one of the two left out",
                )

    def underspecified(self, useful: Collection[str], note: str = "") -> UnderspecifiedDutyError:
        return underspecified(self.given, useful, self.counterflow, self.label, note)

    # -- closing ---------------------------------------------------------------------------------------------

    def close(self, i: int, heat: float) -> tuple[float, float, float]:
        return self.sides[i].close(heat, self.T[i][_IN], self.T[i][_OUT], *self.flows[i])

    def close_both(self, heat: float) -> Completed:
        hot, cold = self.close(0, heat), self.close(1, heat)
        return Completed(heat, (hot[0], cold[0]), (hot[1], cold[1]), (hot[2], cold[2]))

    def side_from_approach(self, heat: float) -> Completed:
        """Heat known, one side closed by it, one number of the other side known: the approach gives another."""
        approach = self.given["approach"]
        i = self.counts.index(max(self.counts))
        j = 1 - i
        flow, *T_closed = self.close(i, heat)
        shift = approach * (1.0 if j == 0 else -1.0)
        known = next((port for port in (_IN, _OUT) if self.T[j][port] is not None), None)
        # Port of side j -> temperature of the closed side that it faces.
        faced = {end[j]: T_closed[end[i]] for end in self.ends}
        if known is None:
            tries = []
            for port, T_faced in faced.items():
                at = T_faced + shift
                T_in, T_out = (at, None) if port == _IN else (None, at)
                closed = self.sides[j].close(heat, T_in, T_out, *self.flows[j])
                tries.append((min(self.differences({i: T_closed, j: list(closed[1:])})), closed))
            # Both ends at once cannot be closer than the approach: the try whose other end is wider is the duty.
            other = max(tries, key=lambda pair: pair[0])[1]
        else:
            other = self.other_end(i, j, known, T_closed, faced, shift, heat)
        closed_side = (flow, T_closed[_IN], T_closed[_OUT])
        hot, cold = (closed_side, other) if i == 0 else (other, closed_side)
        return Completed(heat, (hot[0], cold[0]), (hot[1], cold[1]), (hot[2], cold[2]))

    def other_end(
        self,
        i: int,
        j: int,
        known: int,
        T_closed: list[float],
        faced: Mapping[int, float],
        shift: float,
        heat: float,
    ) -> tuple[float, float, float]:
        approach, Tknown_of = self.given["approach"], self.T[j][known]
        assert Tknown_of is not None
        sign = self.sides[j].sign
        high = np.inf
        if known in faced:
            high = sign * (Tknown_of - faced[known])
            self.check_fixed_end(high, self.end_name(i, j, known))
        port = 1 - known
        # The side has to cool or warm on its way, which bounds the approach from one side.
        bound = sign * (Tknown_of - faced[port])
        low, high = (0.0, min(high, bound)) if known == _IN else (max(0.0, bound), high)
        T: list[float | None] = [Tknown_of, Tknown_of]
        T[port] = faced[port] + shift
        if not low < approach < high:
            raise self.infeasible(low, high)
        return self.sides[j].close(heat, T[_IN], T[_OUT], None, None)

    def heat_from_approach(self) -> float:
        """Heat of two sides that each have two of three known, from the approach."""
        approach, cap = self.given["approach"], self.largest_heat()
        found: list[float] = []
        for number, end in enumerate(self.ends):
            fixed = [self.T[i][port] is not None for i, port in enumerate(end)]
            if all(fixed):
                hot, cold = (self.T[i][port] for i, port in enumerate(end))
                assert hot is not None
                assert cold is not None
                self.check_fixed_end(hot - cold, self.end_name(0, 1, end[1]))
                continue

            def excess(heat: float, number: int = number) -> float:
                return self.differences_at(heat)[number] - approach

            # With one temperature fixed the difference is monotone; with two that move it may turn.
            for root in _roots(excess, cap, 2 if any(fixed) else _SCAN):
                if min(self.differences_at(root)) >= approach - _SAME and not any(
                    abs(root - other) <= 1e-6 * root for other in found
                ):
                    found.append(root)
        if len(found) == 1:
            return found[0]
        if found:
            heats = " and ".join(show(heat, "W") for heat in sorted(found))
            keys = [k for k in self.given if k != "approach"]
            raise self.underspecified(keys, f": {heats} both have this approach")
        low, high = self.attained(cap)
        raise self.infeasible(low, high)

    def attained(self, cap: float) -> tuple[float, float]:
        """Bounds between which the smaller end difference takes every value, while both sides stay liquid [K]."""
        smaller = []
        for heat in cap * np.concatenate([[1e-9], np.linspace(0.0, 1.0, 4 * _SCAN)[1:]]):
            done = self.close_both(float(heat))
            ends = zip(self.sides, zip(done.T_in, done.T_out))
            if all(s.table.T_min <= T <= s.table.T_max for s, pair in ends for T in pair):
                smaller.append(min(self.differences_at(float(heat))))
        return (max(0.0, min(smaller)), max(smaller)) if smaller else (np.inf, -np.inf)

    def differences(self, T: Mapping[int, list[float]]) -> list[float]:
        return [T[0][hot] - T[1][cold] for hot, cold in self.ends]

    def differences_at(self, heat: float) -> list[float]:
        done = self.close_both(heat)
        return self.differences({i: [done.T_in[i], done.T_out[i]] for i in (0, 1)})

    def largest_heat(self) -> float:
        """Heat [W] at which the first temperature that can move has gone far beyond any liquid."""
        caps = []
        for i, side in enumerate(self.sides):
            T_in, T_out = self.T[i]
            if T_in is not None and T_out is not None:
                continue
            T = T_in if T_in is not None else T_out
            assert T is not None
            warmer = (T_in is None) == (i == 0)
            far = T + _REACH if warmer else T - _REACH
            flow = side.mass_flow(far if T_in is None else T, *self.flows[i])
            caps.append(flow * abs(side.enthalpy(far) - side.enthalpy(T)))
        return min(caps)

    # -- the approach ----------------------------------------------------------------------------------------

    def end_name(self, i: int, j: int, port_j: int) -> str:
        port_i = next(end[i] for end in self.ends if end[j] == port_j)
        ports = {i: port_i, j: port_j}
        return " - ".join(self.label(f"{s}_T_{PORTS[ports[n]]}") for n, s in enumerate(SIDES))

    def check_fixed_end(self, difference: float, name: str) -> None:
        approach = self.given["approach"]
        if abs(difference - approach) <= _SAME:
            keys = [k for k in self.given if k != "approach"]
            raise self.underspecified(
                keys, f": the approach is {name} already, so that it fixes nothing else"
            )
        if difference < approach:
            raise InfeasibleApproachError(
                "the approach is larger than an end difference that is fixed already",
                key=self.label("approach"),
                found=f"{show(approach, 'delta_K')}; {name} = {show(difference, 'delta_K')}",
                accepted=f"feasible: up to {show(difference, 'delta_K')}",
            )

    def infeasible(self, low: float, high: float) -> InfeasibleApproachError:
        if high - low > _SAME:
            feasible = f"feasible: more than {show(low, 'delta_K')}, below {show(high, 'delta_K')}"
        elif high >= low > 0.0:
            feasible = f"the other givens hold it at {show(high, 'delta_K')}; leave out one of them"
        else:
            feasible = "none is feasible with the other givens; leave out one of them"
        return InfeasibleApproachError(
            "no duty with the other givens has this approach",
            key=self.label("approach"),
            found=show(self.given["approach"], "delta_K"),
            accepted=feasible,
        )


def _roots(function: Callable[[float], float], end: float, points: int) -> list[float]:
    """Roots in (0, end] between the signs at equally spaced points."""
    x = np.linspace(0.0, end, points)
    y = [function(float(at)) for at in x]
    exact = [float(x[n]) for n in range(1, points) if y[n] == 0.0]
    return exact + [
        float(brentq(function, float(x[n]), float(x[n + 1]), xtol=1e-14 * end, rtol=1e-15))
        for n in range(points - 1)
        if y[n] * y[n + 1] < 0.0
    ]


def check_approach(done: Completed, given: Mapping[str, float], counterflow: bool, label: Label) -> None:
    """Raise unless the approach of a completed duty is the one given, to the tolerance in heat.

    Raises
    ------
    ContradictoryDutyError
        Naming both values.
    """
    if "approach" not in given:
        return
    T = done.T_in, done.T_out
    pairs = [(T[hot][0] - T[cold][1], hot, cold) for hot, cold in facing_ends(counterflow)]
    smaller, hot, cold = min(pairs)
    span = min(abs(a - b) for a, b in zip(done.T_in, done.T_out))
    if abs(smaller - given["approach"]) > CONSISTENCY * span:
        names = " - ".join(label(f"{s}_T_{PORTS[port]}") for s, port in (("hot", hot), ("cold", cold)))
        raise ContradictoryDutyError(
            "the approach does not agree with what else is given",
            key=label("approach"),
            found=f"{label('approach')} = {show(given['approach'], 'delta_K')}; the rest gives {names} = "
            f"{show(smaller, 'delta_K')}",
            accepted=f"{show(smaller, 'delta_K')}, or one of the others left out",
        )
