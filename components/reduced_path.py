"""A cold plate as one line of coolant: the one-dimensional case that its reduced form starts from."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from hashheat.components.cold_plate_build import insulation
from hashheat.components.coolant_layout import Serpentine
from hashheat.solvers import serpentine as sp
from hashheat.solvers.channel_law import (
    ChannelLaw,
    entrance_drop,
    film_coefficient,
    fin_efficiency,
    pressure_gradient,
)
from hashheat.solvers.duct_table import DuctLaminar
from hashheat.thermo.jit import kernel
from hashheat.thermo.property_kernels import density, heat_capacity
from hashheat.thermo.property_table import PropertyTable

#: A tighter bend is beyond the one-dimensional solver's correlation; a fitted factor on the drop makes it good.
_LEAST_BEND = 0.6

Values = Mapping[str, ArrayLike]


class PathState(NamedTuple):
    """What surrounds the plates and drives their chips; fields have shape (n,), unless said, or are floats.

    Parameters
    ----------
    T_in, mass_flow, T_ambient : array
        Inlet [K], flow of the plate [kg/s], surroundings [K].
    P_dynamic, P_leak : array
        Of a chip of power factor 1, the latter at T_leak [W].
    T_leak, leak_scale : array
        [K]
    resistance : array, optional
        Package and interface for a unit of power, mean over the chips [K/W]; left out, those of the plate's file.
    kind_resistance : (kinds, n) array, optional
        The same for a chip of each kind, as :attr:`ReducedPath.kinds` has them.
    loss : array, optional
        From the plate to its surroundings [W/K]; left out, the losses of the plate's file.
    """

    T_in: ArrayLike
    mass_flow: ArrayLike
    T_ambient: ArrayLike
    P_dynamic: ArrayLike
    P_leak: ArrayLike
    T_leak: ArrayLike
    leak_scale: ArrayLike
    resistance: ArrayLike | None = None
    kind_resistance: ArrayLike | None = None
    loss: ArrayLike | None = None


class ChipKinds(NamedTuple):
    """Chips that are alike in power and in what lies between them and the metal.

    Parameters
    ----------
    kind : (chips,) int array
        Of each chip.
    first : (kinds,) int array
        A chip of each kind.
    """

    kind: np.ndarray
    first: np.ndarray


@dataclass(frozen=True, eq=False)
class ReducedPath:
    """Cells, chips and channel of a one-dimensional plate.

    Parameters
    ----------
    nominal : mapping
        Numbers of the plate's file in SI.
    keys : tuple of str
        Those that may differ from case to case.
    layout : PathLayout
        Cells, and on each the sum of its chips' power factors.
    parts : int
        Like strips side by side that the plate is cut into, each with its share of flow and chips.
    law, duct : ChannelLaw, DuctLaminar
        Of one channel.
    loss : float
        Of the whole plate [W/K].
    factor : (chips,) array
        Power factor of each chip.
    own : (chips,) array
        Package and interface of each chip [K/W].
    area : (chips,) array
        Footprint of each chip [m^2].
    below : (chips,) array
        Half a cell of metal below each chip of the full plate [K/W], which its loop gain counts.
    """

    nominal: Mapping[str, float]
    keys: tuple[str, ...]
    layout: sp.PathLayout
    parts: int
    law: ChannelLaw
    duct: DuctLaminar
    loss: float
    factor: np.ndarray
    own: np.ndarray
    area: np.ndarray
    below: np.ndarray

    @property
    def units(self) -> float:
        """Sum of the chips' power factors."""
        return float(self.factor.sum())

    @cached_property
    def kinds(self) -> ChipKinds:
        """Kinds of chips: of one kind the one on the hottest metal is the hottest, whatever insulates it."""
        rows = (self.factor, self.own, self.area)
        alike = np.stack([np.round(x / x.max(), 9) if x.max() > 0.0 else x for x in rows])
        _, first, kind = np.unique(alike, axis=1, return_index=True, return_inverse=True)
        return ChipKinds(kind.ravel(), first)

    def kind_resistance(self, own: np.ndarray) -> np.ndarray:
        """Resistance for a unit of power of a chip of each kind, (kinds, ...), from that of each chip [K/W]."""
        found: np.ndarray = np.moveaxis((own * self.factor)[..., self.kinds.first], -1, 0)
        return found

    def mean_resistance(self, own: np.ndarray) -> np.ndarray:
        """Resistance for a unit of power, mean over the power, from that of each chip, (..., chips) [K/W]."""
        found: np.ndarray = (own * np.square(self.factor)).sum(axis=-1) / self.units
        return found

    def columns(self, values: Values, state: PathState, table: PropertyTable, n: int) -> np.ndarray:
        """Input columns of the one-dimensional solver, without any correction.

        Parameters
        ----------
        values : mapping of str to (n,) array
            Numbers of the plate's file that differ from nominal, of :attr:`keys`.
        state : PathState
        table : PropertyTable
            Coolant.
        n : int
            Cases.

        Returns
        -------
        (N_INPUTS, n) array
        """
        v = {key: np.asarray(values.get(key, self.nominal[key]), dtype=float) for key in self.keys}
        rows = {
            sp.T_IN: state.T_in,
            sp.MASS_FLOW: np.asarray(state.mass_flow) / self.parts,
            sp.CHIP_RESISTANCE: self.mean_resistance(self.own)
            if state.resistance is None
            else state.resistance,
            sp.P_DYNAMIC: state.P_dynamic,
            sp.P_LEAK: state.P_leak,
            sp.T_LEAK: state.T_leak,
            sp.LEAK_SCALE: state.leak_scale,
            sp.T_AMBIENT: state.T_ambient,
            sp.NUSSELT_FACTOR: v["coolant.nusselt_factor"],
            sp.FIXED_HTC: 0.0,
            sp.PORT_LOSS: v["coolant.port_loss"],
            sp.FOULING: 0.0,
        } | self.geometry(v)
        found = np.empty((sp.N_INPUTS, n))
        for row, value in rows.items():
            found[row] = value
        found[sp.LOSS] = self.conductance(state) / (self.parts * self.layout.n_pass * found[sp.PASS_LENGTH])
        self.set_films(found, table)
        return found

    def interface(self, v: Mapping[str, ArrayLike]) -> np.ndarray:
        """Package and interface of each chip at numbers of the file, each a float or (n,) [K/W], (n, chips)."""
        each = {key: np.asarray(value)[..., None] for key, value in v.items() if key.startswith("chips.")}
        return insulation(each, self.area)

    def conductance(self, state: PathState) -> np.ndarray:
        """From the whole plate to the surroundings [W/K]."""
        return np.asarray(self.loss if state.loss is None else state.loss)

    def geometry(self, v: Mapping[str, np.ndarray]) -> dict[int, ArrayLike]:
        """Rows that depend on the layout."""
        raise NotImplementedError

    def set_films(self, cases: np.ndarray, table: PropertyTable) -> None:
        """Fixed film coefficients, where the solver has no correlation for this channel."""

    def drop(self, cases: np.ndarray, found: np.ndarray, table: PropertyTable) -> np.ndarray:
        """Pressure drop with ports, before any correction [Pa], (n,)."""
        return found[sp.PRESSURE_DROP]


@dataclass(frozen=True, eq=False)
class SerpentinePath(ReducedPath):
    """Straight passes side by side, as :func:`hashheat.components.unit.board_cases` has them.

    Parameters
    ----------
    shape : Serpentine
        Layout at nominal values.
    """

    shape: Serpentine

    def geometry(self, v: Mapping[str, np.ndarray]) -> dict[int, ArrayLike]:
        """Rows of the strips between which the plate is cut."""
        length, width = v["plate.length"], v["plate.width"]
        if self.shape.along == "y":
            length, width = width, length
        pitch = width / self.layout.n_pass
        k, t = v["plate.conductivity"], v["plate.thickness"]
        channel = self.shape.channel
        if channel.round:
            w = h = v["coolant.diameter"]
            area, perimeter, share = 0.25 * np.pi * w * w, np.pi * w, 0.25 * np.pi
        else:
            w, h = v["coolant.width"], v["coolant.height"]
            area, perimeter, share = w * h, 2.0 * (w + h), 1.0
        wide, high = w + 2.0 * channel.tube_wall, h + 2.0 * channel.tube_wall
        D = 4.0 * area / perimeter
        bend = 0.5 * pitch if channel.bend_radius is None else channel.bend_radius
        if self.shape.bends == "inside" and channel.bend_radius is None:
            bend = 0.0 * pitch
        return {
            sp.HYDRAULIC_DIAMETER: D,
            sp.FLOW_AREA: area,
            sp.HEATED_PERIMETER: perimeter,
            sp.PASS_LENGTH: length,
            sp.WALL_CONDUCTANCE: k * (pitch * t - share * wide * high),
            sp.CROSS_CONDUCTANCE: k / ((pitch - wide) / t + wide / (t - high)),
            sp.ROUGHNESS: v["coolant.roughness"],
            sp.BEND_RATIO: np.maximum(bend / D, _LEAST_BEND),
        }


@dataclass(frozen=True, eq=False)
class LinePath(ReducedPath):
    """One straight strip of metal with its channel.

    Parameters
    ----------
    length : float
        Along the flow [m].
    section : float
        Of the strip's metal [m^2].
    perimeter : float
        Wetted [m].
    """

    length: float
    section: float
    perimeter: float

    def geometry(self, v: Mapping[str, np.ndarray]) -> dict[int, ArrayLike]:
        """Rows of the strip, at nominal values."""
        return {
            sp.HYDRAULIC_DIAMETER: self.law.hydraulic_diameter,
            sp.FLOW_AREA: self.law.flow_area,
            sp.HEATED_PERIMETER: self.perimeter,
            sp.PASS_LENGTH: self.length,
            sp.WALL_CONDUCTANCE: self.nominal["plate.conductivity"] * self.section,
            sp.CROSS_CONDUCTANCE: 0.0,
            sp.ROUGHNESS: self.law.roughness,
            sp.BEND_RATIO: max(self.law.bend_ratio, _LEAST_BEND),
        }

    def set_films(self, cases: np.ndarray, table: PropertyTable) -> None:
        """What a velocity profile that develops adds to the film, which the solver takes as developed."""
        if self.law.entrance == 0:
            return
        m, middle = cases[sp.MASS_FLOW], self._middle(cases, table)
        films = [
            _field_films(law, self.duct, table, m, middle, self.length, 0.0)
            for law in (self.law, self.law._replace(entrance=0))
        ]
        cases[sp.NUSSELT_FACTOR] *= films[0] / films[1]

    def _middle(self, cases: np.ndarray, table: PropertyTable) -> np.ndarray:
        """Coolant halfway, were the chips at T_leak [K]."""
        drawn = self.units / self.parts * (cases[sp.P_DYNAMIC] + cases[sp.P_LEAK])
        return _halfway(table, cases[sp.T_IN], drawn / cases[sp.MASS_FLOW])


@dataclass(frozen=True, eq=False)
class FieldPath(LinePath):
    """A base on a field of channels or pins, whose film is one number for all of it.

    Parameters
    ----------
    channels : float
        Side by side across the flow.
    finned : float
        Surface of fins over that of the base between them [-].
    """

    channels: float
    finned: float

    def set_films(self, cases: np.ndarray, table: PropertyTable) -> None:
        """Film of the field, fins included, at the temperature of the coolant halfway."""
        m, middle = cases[sp.MASS_FLOW] / self.channels, self._middle(cases, table)
        films = _field_films(self.law, self.duct, table, m, middle, self.length, self.finned)
        cases[sp.FIXED_HTC] = cases[sp.NUSSELT_FACTOR] * films

    def drop(self, cases: np.ndarray, found: np.ndarray, table: PropertyTable) -> np.ndarray:
        """Pressure drop of the field's law at the temperature of the coolant halfway [Pa], (n,)."""
        m, middle = cases[sp.MASS_FLOW] / self.channels, self._middle(cases, table)
        return _field_drops(self.law, self.duct, table, m, middle, self.length, cases[sp.PORT_LOSS])


@kernel
def _halfway(table: PropertyTable, T_in: np.ndarray, gain: np.ndarray) -> np.ndarray:
    T = np.empty_like(T_in)
    for i in range(T.size):
        T[i] = min(max(T_in[i] + 0.5 * gain[i] / heat_capacity(table, T_in[i]), table.T_min), table.T_max)
    return T


@kernel
def _field_films(
    law: ChannelLaw,
    duct: DuctLaminar,
    table: PropertyTable,
    mass_flow: np.ndarray,
    T: np.ndarray,
    length: float,
    finned: float,
) -> np.ndarray:
    """Film on the base between the fins that stands for both [W/(m^2 K)]."""
    films = np.empty_like(T)
    # Means of x^(-1/3) and x^(-2/3) over the length, the powers of developing films.
    development, development_23 = length * (2.0 / 3.0) ** 3, 3.0 * length ** (-2.0 / 3.0)
    for i in range(T.size):
        htc = film_coefficient(law, duct, table, mass_flow[i], T[i], T[i], development, development_23)
        films[i] = htc * (1.0 + finned * fin_efficiency(law, htc))
    return films


@kernel
def _field_drops(
    law: ChannelLaw,
    duct: DuctLaminar,
    table: PropertyTable,
    mass_flow: np.ndarray,
    T: np.ndarray,
    length: float,
    port_loss: np.ndarray,
) -> np.ndarray:
    drops = np.empty_like(T)
    for i in range(T.size):
        along = length * pressure_gradient(law, duct, table, mass_flow[i], T[i], T[i])
        flux = mass_flow[i] / law.flow_area
        ports = 0.5 * port_loss[i] * flux * flux / density(table, T[i])
        drops[i] = along + entrance_drop(law, duct, table, mass_flow[i], T[i], length) + ports
    return drops
