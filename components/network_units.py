"""Miners and exchangers in a network: their pressure drop and heat about the present flow and temperature."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from hashheat.components.miner import Miner
from hashheat.components.network_elements import Element, ExchangerSide, MinerUnit
from hashheat.components.plate_exchanger import PlateHeatExchanger
from hashheat.components.unit import UnitInputs
from hashheat.solvers import plate_rating as pr
from hashheat.solvers import plate_stack as ps
from hashheat.solvers.plate_arrangement import reverse_side
from hashheat.thermo.property_table import PropertyTable

#: Steps for the derivatives: of the flow, relative, and of the inlet temperature [K].
_FLOW_STEP, _T_STEP = 1e-3, 0.05
#: Share of the other side's flow below which an exchanger's resistance and outlet are those at the share [-].
_LEAST = 1e-3


class UnitState(NamedTuple):
    """What the units do to the flow; every field has shape (n_unit,).

    Parameters
    ----------
    a, b : array
        ``a m + b m |m|`` with the unit's own pressure drop and slope at the present flow [Pa s/kg], [Pa s2/kg2].
    heat, heat_slope : array
        To the water [W], and its derivative with the inlet temperature [W/K].
    T_junction, wall_power : array
        Of a miner [K], [W]; NaN for an exchanger.
    failed : array of bool
        Whether the model gave no steady state.
    """

    a: np.ndarray
    b: np.ndarray
    heat: np.ndarray
    heat_slope: np.ndarray
    T_junction: np.ndarray
    wall_power: np.ndarray
    failed: np.ndarray


@dataclass(frozen=True)
class _Group:
    """Units that one call of their model serves: places among all units."""

    model: Miner | PlateHeatExchanger
    side: int
    places: np.ndarray
    elements: list[Element] = field(repr=False)


class Units:
    """The units of a network.

    Parameters
    ----------
    elements : sequence of Element
        Miners and exchangers only.
    table : PropertyTable
        Of the network's water.
    T_ambient : (n_unit,) array
        Of each unit's room [K].
    """

    def __init__(self, elements: Sequence[Element], table: PropertyTable, T_ambient: np.ndarray) -> None:
        self._table, self._T_ambient = table, T_ambient
        self._elements = list(elements)
        self._is_miner = np.array([isinstance(e, MinerUnit) for e in elements], dtype=bool)
        kinds: dict[tuple[int, int], list[int]] = {}
        for i, element in enumerate(elements):
            kinds.setdefault(_key(element), []).append(i)
        self._groups = [
            _Group(_model(elements[places[0]]), key[1], np.array(places), [elements[i] for i in places])
            for key, places in kinds.items()
        ]

    def first_flows(self) -> np.ndarray:
        """Flow of each unit to begin with [kg/s]: a miner's nominal one, or that of an exchanger's other side."""
        rho = self._table.rho[-1]  # in the middle of the table: good enough to begin with
        flows = [
            e.count * e.miner.device.coolant.flow.nominal * rho
            if isinstance(e, MinerUnit)
            else e.other_mass_flow
            if isinstance(e, ExchangerSide)
            else 0.0
            for e in self._elements
        ]
        return np.array(flows)

    def evaluate(self, flow: np.ndarray, T_in: np.ndarray) -> UnitState:
        """Pressure drop and heat of every unit, and their slopes.

        Parameters
        ----------
        flow : (n_unit,) array
            Mass flow, negative from end to start, nowhere 0 [kg/s].
        T_in : (n_unit,) array
            Where the water enters [K].

        Notes
        -----
        Below 0.1 % of the other side's flow an exchanger has the linear and quadratic resistance and the outlet
        temperature that it has there, and its heat goes with the flow. Miners are asked at any flow.
        """
        n = flow.size
        # Next to no flow the models of plates leave their ground; miners' hold down to any, or fail by name.
        least = np.where(self._is_miner, 0.0, _LEAST * np.abs(self.first_flows()))
        size = np.maximum(np.abs(flow), least)
        drop, heat, failed = np.empty((3, n)), np.empty((3, n)), np.zeros(n, dtype=bool)
        T_junction, wall_power = np.full(n, np.nan), np.full(n, np.nan)
        for group in self._groups:
            at = group.places
            m = np.concatenate([size[at], size[at] * (1.0 + _FLOW_STEP), size[at]])
            T = np.concatenate([T_in[at], T_in[at], T_in[at] + _T_STEP])
            if isinstance(group.model, Miner):
                dp, q, bad, junction, power = self._miners(group, m, T)
                T_junction[at], wall_power[at] = junction[: at.size], power[: at.size]
            else:
                dp, q, bad = _exchangers(group, m, T, np.tile(flow[at] < 0.0, 3))
            drop[:, at], heat[:, at] = dp.reshape(3, -1), q.reshape(3, -1)
            failed[at] = bad.reshape(3, -1).any(axis=0)
        # The drop and its slope at this flow give both coefficients; neither may be negative.
        slope = (drop[1] - drop[0]) / (_FLOW_STEP * size)
        b = np.clip((slope * size - drop[0]) / size**2, 0.0, drop[0] / size**2)
        a = drop[0] / size - b * size
        # Heat found at more flow than there is belongs to that flow. The share keeps the outlet temperature, which
        # lies between those of both inlets; the whole of it would carry the water past the other inlet.
        share = np.abs(flow) / size
        slope_T = (heat[2] - heat[0]) / _T_STEP
        return UnitState(
            np.maximum(a, 0.0), b, share * heat[0], share * slope_T, T_junction, wall_power, failed
        )

    def raise_failure(self, place: int, flow: float, T_in: float) -> None:
        """Raise the error of the unit's own model at this state."""
        element = self._elements[place]
        if isinstance(element, MinerUnit):
            element.miner.solve(
                T_in,
                mass_flow=abs(flow) / element.count,
                T_ambient=float(self._T_ambient[place]),
                frequency=element.frequency,
                voltage=element.voltage,
            )
        elif isinstance(element, ExchangerSide):
            hot = element.side == "hot"
            flows = (flow, element.other_mass_flow) if hot else (element.other_mass_flow, flow)
            T = (T_in, element.other_T_in) if hot else (element.other_T_in, T_in)
            element.exchanger.rate(
                hot_mass_flow=flows[0], cold_mass_flow=flows[1], hot_T_in=T[0], cold_T_in=T[1]
            )

    def _miners(
        self, group: _Group, m: np.ndarray, T: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        miner = group.model
        assert isinstance(miner, Miner)
        units = [e for e in group.elements if isinstance(e, MinerUnit)]
        count, frequency, voltage = (
            np.tile(np.array([getattr(e, name) for e in units], dtype=float), 3)
            for name in ("count", "frequency", "voltage")
        )
        state = UnitInputs(T, m / count, np.tile(self._T_ambient[group.places], 3), frequency, voltage)
        found = miner.solve_arrays(miner.values(m.size), state, self._table)
        return (
            found.pressure_drop,
            found.heat_rate * count,
            found.status != 0,
            found.T_junction,
            found.wall_power * count,
        )


def _key(element: Element) -> tuple[int, int]:
    model = _model(element)
    return id(model), 1 if isinstance(element, ExchangerSide) and element.side == "cold" else 0


def _model(element: Element) -> Miner | PlateHeatExchanger:
    if isinstance(element, MinerUnit):
        return element.miner
    assert isinstance(element, ExchangerSide)
    return element.exchanger


def _exchangers(
    group: _Group, m: np.ndarray, T: np.ndarray, backward: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    exchanger, own, other = group.model, group.side, 1 - group.side
    assert isinstance(exchanger, PlateHeatExchanger)
    sides = [e for e in group.elements if isinstance(e, ExchangerSide)]
    other_T = np.tile(np.array([e.other_T_in for e in sides]), 3)
    exchanger = exchanger.reaching(float(min(T.min(), other_T.min())), float(max(T.max(), other_T.max())))
    rows = np.repeat(exchanger.case()[None, :], m.size, axis=0)
    rows[:, ps.FLOW_0 + own], rows[:, ps.T_IN_0 + own] = m, T
    rows[:, ps.FLOW_0 + other] = np.tile(np.array([e.other_mass_flow for e in sides]), 3)
    rows[:, ps.T_IN_0 + other] = other_T
    out, status = np.empty((m.size, pr.N_OUTPUTS)), np.empty(m.size, dtype=np.int64)
    for turned in (False, True):
        these = np.flatnonzero(backward == turned)
        if these.size:
            stack = reverse_side(exchanger.stack, own) if turned else exchanger.stack
            out[these], status[these] = exchanger.rate_rows(rows[these], stack)
    drop = out[:, pr.CHANNEL_DROP_0 + own] + out[:, pr.PORT_DROP_0 + own]
    return drop, out[:, pr.HEAT_0 + own], status != pr.OK
