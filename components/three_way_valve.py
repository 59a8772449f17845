"""A three-way valve: mixes two streams to a temperature, or divides one."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from hashheat.thermo.errors import InputError


class ValveState(NamedTuple):
    """A valve that mixes.

    Parameters
    ----------
    share : float
        Of the mixed flow that comes from port A [-].
    T_out : float
        Of the mixed flow [K].
    held : bool
        Whether T_out is what was asked for.
    """

    share: float
    T_out: float
    held: bool


@dataclass(frozen=True)
class ThreeWayValve:
    """Ports A and B, and the common port.

    Parameters
    ----------
    leakage : float
        Share of the flow that still comes through a port that is shut [-].
    authority : float
        Pressure drop of the open valve over that of its circuit, the valve included, alike on both ports [-].
    rangeability : float
        Slope of the flow coefficient over the opening, at the open over that at the shut end; 1 for ports that
        open linearly [-].

    Raises
    ------
    InputError
        For a number outside its range.
    """

    leakage: float = 0.0
    authority: float = 1.0
    rangeability: float = 1.0

    def __post_init__(self) -> None:
        checks = {
            "leakage": (0.0 <= self.leakage < 0.5, "0 to 0.5"),
            "authority": (0.0 < self.authority <= 1.0, "above 0, to 1"),
            "rangeability": (1.0 <= self.rangeability < math.inf, "at least 1"),
        }
        for name, (fits, accepted) in checks.items():
            if not fits:
                raise InputError(
                    "a three-way valve cannot have this",
                    key=f"three_way_valve.{name}",
                    found=getattr(self, name),
                    accepted=accepted,
                )

    @classmethod
    def from_values(cls, values: Mapping[str, float]) -> "ThreeWayValve":
        """Make one from the numbers of its section, by their keys."""
        return cls(**values)

    def mix(self, share: float, T_a: float, T_b: float) -> float:
        """Temperature [K] of a mixture with a share [-] of water at T_a, the rest at T_b; one heat capacity."""
        return T_b + share * (T_a - T_b)

    def hold(self, T_set: float, T_a: float, T_b: float) -> ValveState:
        """Share of port A that mixes to a temperature.

        Parameters
        ----------
        T_set, T_a, T_b : float
            Wanted, and at the two ports [K].

        Returns
        -------
        ValveState
            At the end of its way, and ``held`` false, where T_set does not lie between what the ports and the
            leakage allow. Where both ports are at T_set any share holds it: all from A.

        Raises
        ------
        InputError
            For a temperature that is not positive.
        """
        if not (0.0 < T_set < math.inf and 0.0 < T_a < math.inf and 0.0 < T_b < math.inf):
            raise InputError(
                "temperatures at a three-way valve",
                key="T_set, T_a, T_b",
                found=[T_set, T_a, T_b],
                accepted="kelvin",
            )
        low, high = self.leakage, 1.0 - self.leakage
        if T_a == T_b:
            return ValveState(high, T_a, T_a == T_set)
        share = (T_set - T_b) / (T_a - T_b)
        if low <= share <= high:
            return ValveState(share, T_set, True)
        share = low if share < low else high
        return ValveState(share, self.mix(share, T_a, T_b), False)

    def divide(self, mass_flow: float, share: float) -> tuple[float, float]:
        """Flows [kg/s] to ports A and B of a flow from the common port, as near to a share of A as leakage allows.

        Raises
        ------
        InputError
            For a share outside 0 to 1, or a flow that is negative.
        """
        if not (0.0 <= share <= 1.0 and 0.0 <= mass_flow < math.inf):
            raise InputError(
                "flow through a three-way valve",
                key="mass_flow, share",
                found=[mass_flow, share],
                accepted="a flow of at least 0, a share from 0 to 1",
            )
        a = mass_flow * min(max(share, self.leakage), 1.0 - self.leakage)
        return a, mass_flow - a

    def share_at(self, opening: float) -> float:
        """Share of port A in the flow at an opening, 0 (A shut) to 1 (B shut) [-].

        Each port has a flow coefficient over its largest, k: linear in its opening x, or ``(r^x - 1)/(r - 1)`` for
        a rangeability r, whose slope grows r-fold as that of an equal-percentage port does, but which closes. Its
        circuit loses ``V^2 (a/k^2 + 1 - a)`` of a constant pressure at authority a, so that it passes
        ``1 / sqrt(1 - a + a/k^2)`` of its largest flow. The shares are those of the two, and what is left of them
        by the leakage.

        Raises
        ------
        InputError
            For an opening outside 0 to 1.
        """
        if not 0.0 <= opening <= 1.0:
            raise InputError("opening of a three-way valve", key="opening", found=opening, accepted="0 to 1")
        a, b = self._passed(opening), self._passed(1.0 - opening)
        return self.leakage + (1.0 - 2.0 * self.leakage) * a / (a + b)

    def opening_for(self, share: float) -> float:
        """Opening [-] that gives a share of port A [-], the inverse of :meth:`share_at` by bisection.

        Raises
        ------
        InputError
            For a share that the leakage does not allow.
        """
        if not self.leakage <= share <= 1.0 - self.leakage:
            raise InputError(
                "share of a three-way valve",
                key="share",
                found=share,
                accepted=f"{self.leakage:g} to {1.0 - self.leakage:g}",
            )
        low, high = 0.0, 1.0
        for _ in range(60):
            middle = 0.5 * (low + high)
            low, high = (middle, high) if self.share_at(middle) < share else (low, middle)
        return 0.5 * (low + high)

    def _passed(self, opening: float) -> float:
        """Flow of one port over its largest, in its circuit."""
        if self.rangeability > 1.0:
            k = math.expm1(opening * math.log(self.rangeability)) / (self.rangeability - 1.0)
        else:
            k = opening
        return k / math.sqrt((1.0 - self.authority) * k * k + self.authority)
