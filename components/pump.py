"""A pump by its curve: head against flow, and at other speeds."""

import math
from dataclasses import dataclass

import numpy as np

from hashheat.thermo.errors import HashheatError, InputError


class PumpRangeError(HashheatError):
    """The system asks for a flow beyond the pump's curve."""


_MISFIT = 0.1


@dataclass(frozen=True)
class PumpCurve:
    """Parabola through the points of a pump curve.

    Parameters
    ----------
    coefficients : (float, float, float)
        Head ``c0 + c1 V + c2 V**2`` [Pa] at volume flow V [m^3/s].
    largest_flow : float
        End of the curve [m^3/s].
    """

    coefficients: tuple[float, float, float]
    largest_flow: float

    @classmethod
    def through(cls, points: list[tuple[float, float]]) -> "PumpCurve":
        """Least-squares parabola through (flow, head) pairs in SI, three or more.

        Raises
        ------
        InputError
            For fewer than three points, a flow or head that is negative or no number, or a fit that does not
            fall over the range of the points.
        """
        table = np.array(points, dtype=float).reshape(-1, 2)
        flow, head = table.T
        if len(table) < 3 or not np.all(np.isfinite(table)) or np.any(table < 0.0) or not np.any(flow > 0.0):
            raise InputError(
                "a pump curve needs three or more points of flow and head, none negative",
                key="pump.curve",
                found=table.tolist(),
            )
        largest = float(flow.max())
        x = flow / largest
        c2, c1, c0 = np.polyfit(x, head, 2)
        if c1 > 0.0:
            # A curve flatter at shut-off than a parabola: the one that starts level fits it best without rising.
            c1 = 0.0
            c2, c0 = np.polyfit(x * x, head, 1)
        if np.max(np.abs(c0 + (c1 + c2 * x) * x - head)) > _MISFIT * head.max():
            raise InputError(
                "no parabola that falls with the flow comes near the pump curve",
                key="pump.curve",
                found=table.tolist(),
                accepted=f"points within {100 * _MISFIT:.0f} % of the largest head of such a parabola",
            )
        if c1 + 2.0 * c2 >= 0.0:
            raise InputError(
                "the head of a pump must fall with its flow", key="pump.curve", found=table.tolist()
            )
        return cls((float(c0), float(c1 / largest), float(c2 / largest**2)), largest)

    def head(self, volume_flow: np.ndarray) -> np.ndarray:
        """Head [Pa] at a volume flow [m^3/s]."""
        c0, c1, c2 = self.coefficients
        return c0 + (c1 + c2 * volume_flow) * volume_flow

    def meet(self, resistance: np.ndarray, beyond: bool = False) -> np.ndarray:
        """Flow where the pump meets a system of ``dp = resistance * V**2``.

        Parameters
        ----------
        resistance : array
            [Pa s2/m6]
        beyond : bool
            Follow the parabola beyond the end of the curve instead of raising.

        Returns
        -------
        array
            Volume flow [m^3/s].

        Raises
        ------
        PumpRangeError
            If it lies beyond the end of the curve.
        """
        c0, c1, c2 = self.coefficients
        end = self.largest_flow
        # The head falls with the flow and the system rises, so they meet before the end or not at all.
        if not beyond and np.any(self.head(np.asarray(end)) > resistance * end**2 * (1.0 + 1e-9)):
            raise PumpRangeError(
                f"the system takes more flow than the pump gives: its curve ends at {end * 3600:.4g} m3/h; extend "
                "pump.curve or raise the pressure drop"
            )
        a = resistance - c2
        # The root in the form that stays good where a is small or negative.
        root = c1 * c1 + 4.0 * a * c0
        # A convex parabola can stay above the system for ever: twice the curve is then as good as any flow.
        return np.where(root >= 0.0, 2.0 * c0 / (np.sqrt(np.maximum(root, 0.0)) - c1), 2.0 * end)

    def head_at(self, volume_flow: float, speed: float) -> float:
        """Head [Pa] at a volume flow [m^3/s] and a speed over that of the curve [-], by the affinity laws.

        ``n^2 H(V/n) = c0 n^2 + c1 n V + c2 V^2``: flow goes with the speed, head with its square.
        """
        c0, c1, c2 = self.coefficients
        return (c0 * speed + c1 * volume_flow) * speed + c2 * volume_flow * volume_flow

    def speed_for(self, volume_flow: float, head: float) -> float:
        """Speed over that of the curve [-] at which the pump gives a flow [m^3/s] against a head [Pa].

        The positive root of :meth:`head_at`; 0 where no flow is asked for against no head.

        Raises
        ------
        InputError
            For a flow or head that is negative or no number.
        PumpRangeError
            For a curve that bends upwards, where no speed has so little head at this flow.
        """
        if not (0.0 <= volume_flow < math.inf and 0.0 <= head < math.inf):
            raise InputError(
                "flow and head asked of a pump",
                key="volume_flow, head",
                found=[volume_flow, head],
                accepted="numbers of at least 0",
            )
        c0, c1, c2 = self.coefficients
        b = c1 * volume_flow
        # A curve that bends upwards still meets the head at two speeds: the larger is on its falling branch.
        root = b * b + 4.0 * c0 * (head - c2 * volume_flow * volume_flow)
        if root < 0.0:
            raise PumpRangeError(
                f"at {volume_flow * 3600:.4g} m3/h the pump gives more than {head / 1e5:.4g} bar at any speed"
            )
        return (math.sqrt(root) - b) / (2.0 * c0)

    def meet_at(self, resistance: float, static_head: float, speed: float) -> float:
        """Flow [m^3/s] at a speed [-] against ``static_head + resistance V^2`` [Pa], [Pa s^2/m^6].

        0 where the head at rest is not above the static one: the pump runs against a closed check valve.

        Raises
        ------
        InputError
            For a resistance below that of the curve itself, which no flow meets.
        """
        c0, c1, c2 = self.coefficients
        left = c0 * speed * speed - static_head
        if left <= 0.0 or speed <= 0.0:
            return 0.0
        a, b = resistance - c2, c1 * speed
        root = b * b + 4.0 * a * left
        if root < 0.0 or (a <= 0.0 and b >= 0.0):
            raise InputError("no flow meets the curve of the pump", key="resistance", found=resistance)
        return 2.0 * left / (math.sqrt(root) - b)
