"""A population of units of one miner: every uncertain number drawn, every unit solved."""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import xarray as xr
from scipy.special import ndtri

from hashheat.components.failures import LOWEST_PRESSURE, PRESSURE_LOST
from hashheat.components.miner import Miner
from hashheat.components.unit import UnitInputs
from hashheat.components.variables import dataset
from hashheat.fleet.chip_draw import hottest_drawn_chip
from hashheat.fleet.operation import states_at
from hashheat.fleet.sampling import SEED
from hashheat.fleet.unit_draws import uniform_draws
from hashheat.solvers import serpentine as sp
from hashheat.thermo.errors import InputError
from hashheat.thermo.fluid import Fluid
from hashheat.thermo.property_table import PropertyTable
from hashheat.thermo.quantity import Quantity

#: Keys of what is around the units; those of the device file have others.
AROUND = ("T_in", "volume_flow", "header_imbalance", "T_ambient", "frequency", "voltage")
#: Units solved at once: their fields are 10 kB each.
_UNITS_AT_ONCE = 2048
#: What is kept of every unit.
KEPT = (
    "T_in",
    "mass_flow",
    "resistance_factor",
    "T_out",
    "T_junction",
    "T_hottest_chip",
    "junction_margin",
    "heat_rate",
    "wall_power",
    "pressure_drop",
    "status",
)


def _exact(value: float, unit: str) -> Quantity:
    return Quantity(value, unit)


@dataclass(frozen=True)
class UnitPopulation:
    """Units of one miner that share a water supply, or several fleets of them.

    Parameters
    ----------
    miner : Miner
    units : int
        In all.
    T_in : Quantity
        Inlet temperature of a unit [K].
    volume_flow : Quantity, optional
        Flow of a unit at inlet temperature, before the headers [m^3/s]; the maker's if not given.
    header_imbalance : Quantity
        The unit at the favoured end of the headers gets 1 + this times the flow, that at the other end 1 - this;
        those between lie evenly [-].
    T_ambient : Quantity
        Room [K].
    frequency, voltage : Quantity
        Clock and supply voltage over nameplate [-].
    fluid : Fluid
        Coolant.
    pressure : float
        Absolute, at the units' inlet [Pa].
    overrides : mapping of str to Quantity
        Numbers that take the place of the device file's.
    fleets : int
        How many fleets the units make up, all of one size.
    per_fleet : tuple of str
        Keys of numbers that all units of a fleet share: what is not known about the model rather than what differs
        from unit to unit. All other uncertain numbers are drawn for each unit.
    seed : int

    Raises
    ------
    InputError
        For a number of units or fleets, a key or a state that makes no sense.
    FreezingError, BoilingError
        If the coolant is not liquid at the inlet, over the range given for it but for one unit in a thousand at
        either end.

    Notes
    -----
    The unit's place in the spread from unit to unit is drawn from the lognormal distribution of mean 1 whose
    logarithm has the standard deviation ``chips.unit_spread``; the hottest of its chips from the distribution of
    :mod:`hashheat.fleet.hot_chip`. Different numbers are drawn independently of each other.
    """

    miner: Miner
    units: int
    T_in: Quantity
    volume_flow: Quantity | None = None
    header_imbalance: Quantity = field(default_factory=lambda: _exact(0.0, "1"))
    T_ambient: Quantity = field(default_factory=lambda: _exact(293.15, "K"))
    frequency: Quantity = field(default_factory=lambda: _exact(1.0, "1"))
    voltage: Quantity = field(default_factory=lambda: _exact(1.0, "1"))
    fluid: Fluid = field(default_factory=lambda: Fluid.parse("water"))
    pressure: float = 3e5
    overrides: Mapping[str, Quantity] = field(default_factory=dict)
    fleets: int = 1
    per_fleet: tuple[str, ...] = ()
    seed: int = SEED

    def __post_init__(self) -> None:
        if self.units < 1:
            raise InputError("a population needs units", key="units", found=self.units, accepted="1 or more")
        if self.fleets < 1 or self.units % self.fleets:
            raise InputError(
                "the units do not make up fleets of one size",
                key="fleets",
                found=f"{self.units} units in {self.fleets} fleets",
                accepted="a number that divides that of the units",
            )
        for key in self.overrides:
            if key not in self.miner.quantities:
                raise InputError(
                    "unknown device parameter", key=key, accepted=", ".join(self.miner.quantities)
                )
        for key in self.per_fleet:
            if key not in self.uncertain:
                raise InputError(
                    "no uncertain number that a fleet could share",
                    key="per_fleet",
                    found=key,
                    accepted=", ".join(self.uncertain) or "none: no number is uncertain",
                )
        if self.fleets > 1 and not self.per_fleet:
            raise InputError(
                "nothing tells the fleets apart",
                key="per_fleet",
                found=f"{self.fleets} fleets and no number that is drawn for each",
                accepted="keys among " + ", ".join(self.uncertain),
            )
        uniform_draws(self.seed, "", 0, 0)
        # A sound range, not each of a million draws: those that lie beyond are counted as out of range.
        for T in self.T_in.quantile([0.001, 0.999]):
            self.fluid.check_liquid(float(T), self.pressure, "the units' inlet")
        self._warn_beyond()

    @cached_property
    def quantities(self) -> dict[str, Quantity]:
        """Every number by key: what is around the units, then the device file's."""
        device = dict(self.miner.quantities) | dict(self.overrides)
        flow = device["coolant.flow"] if self.volume_flow is None else self.volume_flow
        around = (self.T_in, flow, self.header_imbalance, self.T_ambient, self.frequency, self.voltage)
        return dict(zip(AROUND, around)) | device

    @cached_property
    def uncertain(self) -> tuple[str, ...]:
        """Keys of the numbers that are drawn."""
        fixed = (
            "chips.length",
            "chips.width",
            "coolant.flow",
        )  # as hashheat.components.miner.Miner.uncertain
        return tuple(key for key, q in self.quantities.items() if q.is_uncertain and key not in fixed)

    @cached_property
    def table(self) -> PropertyTable:
        """Coolant."""
        return self.fluid.table(self.pressure)

    def prepared(self) -> "UnitPopulation":
        """Make ready what all units share, so that a copy sent elsewhere brings it along."""
        self.miner.reduced_plate(self.table)
        _ = self.miner.layout, self.miner.duct, self.uncertain
        return self

    def draw(self, first: int, last: int) -> dict[str, np.ndarray]:
        """Numbers of the units ``first`` to ``last - 1``.

        Parameters
        ----------
        first, last : int
            Range of units, counted from 0.

        Returns
        -------
        dict of str to (last - first,) array
            By key; ``unit_place``, ``header_place`` and ``hottest_chip`` are the unit's probabilities in the
            spread from unit to unit, along the headers and of its hottest chip.
        """
        n, size = last - first, self.units // self.fleets
        fleet = np.arange(first, last) // size
        values = {}
        for key, q in self.quantities.items():
            if key not in self.uncertain:
                values[key] = np.full(n, q.nominal)
            elif key in self.per_fleet:
                low, high = int(fleet[0]) if n else 0, int(fleet[-1]) + 1 if n else 0
                drawn = q.quantile(uniform_draws(self.seed, key, low, high))
                values[key] = np.ascontiguousarray(drawn[fleet - low])
            else:
                values[key] = q.quantile(uniform_draws(self.seed, key, first, last))
        for name in ("unit_place", "header_place", "hottest_chip"):
            values[name] = uniform_draws(self.seed, name, first, last)
        return values

    def solve(self, first: int, last: int, *, parallel: bool = True) -> xr.Dataset:
        """Solve the units ``first`` to ``last - 1``.

        Parameters
        ----------
        first, last : int
            Range of units, counted from 0.
        parallel : bool
            Share the units among threads; the result is the same.

        Returns
        -------
        xarray.Dataset
            :data:`KEPT` of every unit, dimension ``unit``. Where there is no steady state, or the unit loses more
            pressure than there is, results are NaN and ``status`` says why; a unit one of whose chips runs away,
            more likely than not, has run away.

        Raises
        ------
        InputError
            For a drawn number that a device cannot have.
        """
        blocks = [
            self._solve(a, min(a + _UNITS_AT_ONCE, last), parallel)
            for a in range(first, last, _UNITS_AT_ONCE)
        ]
        found = {name: np.concatenate([block[name] for block in blocks]) for name in KEPT}
        coords = {"unit": np.arange(first, last)}
        return dataset({name: (("unit",), found[name]) for name in KEPT}, coords)

    def _solve(self, first: int, last: int, parallel: bool) -> dict[str, np.ndarray]:
        drawn = self.draw(first, last)
        values = self.miner.values(last - first, {key: drawn[key] for key in self.miner.quantities})
        spread = drawn["chips.unit_spread"]
        factor = np.exp(spread * ndtri(drawn["unit_place"]) - 0.5 * spread * spread)
        share = 1.0 + drawn["header_imbalance"] * (1.0 - 2.0 * drawn["header_place"])
        T_in, table = drawn["T_in"], self.table
        inside = (T_in > table.T_min) & (T_in < table.T_max)
        # A unit beyond the table is solved at its end and marked; the solver would carry a polynomial on.
        T_held = np.where(inside, T_in, np.where(T_in > table.T_max, table.T_max, table.T_min))
        mass_flow = drawn["volume_flow"] * share * states_at(table, T_held)[0]
        state = UnitInputs(
            T_held, mass_flow, drawn["T_ambient"], drawn["frequency"], drawn["voltage"], factor
        )
        found = self.miner.solve_arrays(values, state, table, with_fields=True, parallel=parallel)
        status = np.where(inside, found.status, sp.OUT_OF_RANGE)
        lost = (status == sp.OK) & (found.pressure_drop > self.pressure - LOWEST_PRESSURE)
        status = np.where(lost, PRESSURE_LOST, status)
        hottest = hottest_drawn_chip(
            self.miner, values, state, found, drawn["hottest_chip"], parallel=parallel
        )
        status = np.where((status == sp.OK) & ~np.isfinite(hottest), sp.RUNAWAY, status)
        solved = status == sp.OK

        def known(x: np.ndarray) -> np.ndarray:
            return np.where(solved, x, np.nan)

        return {
            "T_in": T_in,
            "mass_flow": mass_flow,
            "resistance_factor": factor,
            "T_out": known(found.T_out),
            "T_junction": known(found.T_junction),
            "T_hottest_chip": known(hottest),
            "junction_margin": known(values["chips.limit"] - hottest),
            "heat_rate": known(found.heat_rate),
            "wall_power": known(found.wall_power),
            "pressure_drop": known(found.pressure_drop),
            "status": status.astype(np.int8),
        }

    def _warn_beyond(self) -> None:
        """Warn of units beyond the envelope of the cold plate that the device file names."""
        envelope = self.miner.envelope
        if envelope is None:
            return
        q, boards = self.quantities, self.miner.device.boards.count
        ends = {key: [float(x) for x in q[key].quantile([0.001, 0.999])] for key in q}
        uneven = (1.0 + ends["boards.flow_imbalance"][1]) * (1.0 + ends["header_imbalance"][1]) - 1.0
        low, high = (x / boards for x in ends["volume_flow"])
        for key, found, limits in (
            ("T_in", tuple(ends["T_in"]), envelope.T_in),
            ("volume_flow", (low * (1.0 - uneven), high * (1.0 + uneven)), envelope.flow),
            ("frequency", tuple(ends["frequency"]), envelope.clock),
        ):
            if found[0] < limits.lower or found[1] > limits.upper:
                warnings.warn(
                    f"{self.miner.device.name}: {key} goes beyond the envelope of the miner's cold plate, where "
                    "the error of its reduced form is not known",
                    stacklevel=4,
                )
