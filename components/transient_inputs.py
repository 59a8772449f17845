"""What drives a plate heat exchanger over time: flows that do not turn, inlet temperatures that stay liquid."""

import numpy as np

from hashheat.components.plate_exchanger import PlateHeatExchanger
from hashheat.components.time_series import TimeSeries
from hashheat.thermo.errors import InputError


def flow_direction(flow: TimeSeries) -> float:
    """Direction of a flow that may stop but not turn: 1 or -1.

    Raises
    ------
    InputError
        If it turns round during the run.
    """
    forward, backward = flow.values > 0.0, flow.values < 0.0
    if forward.any() and backward.any():
        raise turned(flow.name, f"{flow.values.min():g} to {flow.values.max():g} kg/s")
    return -1.0 if backward.any() else 1.0


def turned(name: str, found: str) -> InputError:
    """Error of a flow that turns round during a run."""
    return InputError(
        "the flow turns round during the run: its inlet would become its outlet",
        key=name,
        found=found,
        accepted="one sign throughout, zeros included; or one run up to the turn and one from there",
    )


class Drive:
    """Flows and inlet temperatures over time, checked as they are read.

    Called with a time [s] and whether just after it, it gives the flows' magnitudes [kg/s] and the inlet
    temperatures [K] of both sides.

    Parameters
    ----------
    exchanger : PlateHeatExchanger
    series : four TimeSeries
        Flows of both sides, then inlet temperatures.

    Raises
    ------
    InputError, PlateLimitError, FreezingError, BoilingError
        For what cannot be; at a call too, where a series is a function.
    """

    def __init__(self, exchanger: PlateHeatExchanger, series: list[TimeSeries]) -> None:
        self._exchanger = exchanger
        self.series = series
        self.direction = [flow_direction(flow) for flow in series[:2]]
        self._seen = [(float(T.values.min()), float(T.values.max())) for T in series[2:]]
        for ends in range(2):
            self._check([pair[ends] for pair in self._seen])

    @property
    def has_functions(self) -> bool:
        """Whether any input is known by calls only."""
        return any(one.is_function for one in self.series)

    @property
    def breaks(self) -> np.ndarray:
        """Times at which an input bends or steps [s]."""
        return np.unique(np.concatenate([one.breaks for one in self.series]))

    def __call__(self, t: float, after: bool) -> tuple[np.ndarray, np.ndarray]:
        """Flows and inlet temperatures at time t [s], just before or just after it."""
        values = [one.at(t, after) for one in self.series]
        for flow, direction, value in zip(self.series, self.direction, values):
            if value * direction < 0.0:
                raise turned(flow.name, f"{value:g} kg/s at {t:g} s")
        if any(not low <= T <= high for (low, high), T in zip(self._seen, values[2:])):
            self._check(values[2:])
            self._seen = [(min(low, T), max(high, T)) for (low, high), T in zip(self._seen, values[2:])]
        return np.abs(values[:2]), np.array(values[2:])

    def _check(self, T_in: list[float]) -> None:
        one = np.ones(1)
        self._exchanger.cases(one, one, one * T_in[0], one * T_in[1])
