"""A device file at the operating points of measured data: what the model says each instrument should read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from hashheat.components.miner import Miner
from hashheat.components.unit import UnitResults
from hashheat.components.unit_inputs import UnitInputs, chip_powers
from hashheat.fleet.hot_chip import ChipPower, hottest_chip
from hashheat.solvers import serpentine as sp
from hashheat.thermo.errors import InputError
from hashheat.thermo.fluid import Fluid
from hashheat.thermo.property_kernels import density
from hashheat.thermo.property_table import PropertyTable
from hashheat.validation.chip_weights import chip_weights
from hashheat.validation.compared_quantities import COMPARED, compared_data
from hashheat.validation.operating_points import OperatingPoints, operating_points
from hashheat.validation.silent_boards import silent_boards

#: Errors of instruments that a call may replace, with their value for a perfect one: an offset is reading minus
#: truth, a factor reading over truth. ``offset.T_chip`` is shared by all chip sensors.
READINGS = {
    "offset.T_in": 0.0,
    "offset.T_out": 0.0,
    "offset.T_out_board": 0.0,
    "offset.T_chip": 0.0,
    "offset.T_ambient": 0.0,
    "factor.volume_flow": 1.0,
    "factor.power": 1.0,
}
#: Unit's place in the unit-to-unit spread, multiplies ``chips.junction_to_plate``.
PLACE = "resistance_factor"
_CHIP = ("T_chip", "T_chip_mean", "T_chip_max")
#: Cases of one call: bounds the memory of the fields to about 60 MB.
_CASES_AT_ONCE = 4096
_ROUNDS = 6
#: Relative error of the power that is left: 1e-4 K of a coolant that warms by 10 K.
_POWER_TOLERANCE = 1e-5


@dataclass(frozen=True, eq=False)
class Prediction:
    """What the model says at every sample and point.

    Parameters
    ----------
    values : dict of str to (samples, points, ...) array
        As the instruments would read it, in SI; NaN where there is no steady state.
    status : (samples, points) int array
        Of :mod:`hashheat.solvers.serpentine`; 0 where solved.
    """

    values: dict[str, np.ndarray]
    status: np.ndarray


@dataclass(frozen=True, eq=False)
class UnitModel:
    """A miner at the operating points of field data; made by :meth:`of`.

    Parameters
    ----------
    miner : Miner
    points : OperatingPoints
    measured : dict of str to (points, ...) array
        What the data have of :data:`COMPARED`, NaN where a sample is missing.
    left_out : dict of str to str
        Variables of the data that are not compared, and why.
    derived : tuple of str
        Quantities made from others of the data: mean and hottest chip of a board from its chips.
    table : PropertyTable
        Coolant.
    leakage : str
        ``"solved"``: leakage shares the measured power among the chips by their temperatures; ``"frozen"``: every
        chip draws the same, one solution in place of about three.
    chip_order : str or None
        How the data number the chips, see :mod:`hashheat.validation.chip_weights`.
    """

    miner: Miner
    points: OperatingPoints
    measured: Mapping[str, np.ndarray]
    left_out: Mapping[str, str]
    derived: tuple[str, ...]
    table: PropertyTable
    leakage: str = "solved"
    chip_order: str | None = None

    @classmethod
    def of(
        cls,
        miner: Miner,
        data: xr.Dataset,
        *,
        fluid: Fluid | str = "water",
        pressure: float = 3e5,
        leakage: str = "solved",
        chip_order: str | None = None,
    ) -> "UnitModel":
        """Model at the usable samples of field data.

        Parameters
        ----------
        miner : Miner
            The unit, as its device file has it.
        data : xarray.Dataset
            Field data: variables over (time, unit, ...) in SI.
        fluid : Fluid or str
            Coolant.
        pressure : float
            Absolute, at the unit's inlet [Pa].
        leakage : {"solved", "frozen"}
            See :class:`UnitModel`.
        chip_order : str, optional
            How the data number the chips of a board. Without it chips are compared by their mean and their
            maximum only: the order in which firmware lists them is not published.

        Returns
        -------
        UnitModel

        Raises
        ------
        InputError
            For data of which no sample can be used, or options that do not exist.
        FreezingError, BoilingError
            For a pressure at which the coolant is no liquid anywhere.

        Notes
        -----
        Power, flow and inlet temperature drive the model where the data have them: DC power of the boards, unless
        it has fewer readings, before power at the wall, which then is compared; at the wall,
        ``power.psu_efficiency`` makes it DC. Boards that fell silent draw none of it, see
        :mod:`hashheat.validation.silent_boards`. What the data do not have is the device file's: ``coolant.flow``,
        ``power.wall``.
        """
        if leakage not in ("solved", "frozen"):
            raise InputError(
                "unknown treatment of leakage", key="leakage", found=leakage, accepted="solved, frozen"
            )
        fluid = fluid if isinstance(fluid, Fluid) else Fluid.parse(fluid)
        table = fluid.table(pressure)
        offered, derived, left_out = compared_data(miner, data, chip_order)
        points = operating_points(offered, tuple(offered.attrs["compared"]), (table.T_min, table.T_max))
        silent = silent_boards(offered, points, miner.device.boards.count)
        points = replace(points, load=silent.load, notes=(*points.notes, *silent.notes))
        measured = {name: points.of(offered[name]) for name in offered.attrs["compared"]}
        empty = [name for name, values in measured.items() if not np.isfinite(values).any()]
        for name in empty:
            del measured[name]
            left_out[name] = "no sample of it at a usable point"
        return cls(
            miner=miner,
            points=points,
            measured=measured,
            left_out=left_out,
            derived=tuple(n for n in derived if n in measured),
            table=table,
            leakage=leakage,
            chip_order=chip_order,
        )

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names that :meth:`predict` can replace: device keys, errors of readings, the unit's place."""
        return (*self.miner.quantities, *READINGS, PLACE)

    def subset(self, keep: np.ndarray, reason: str | None = None) -> "UnitModel":
        """Keep the points of a mask; see :meth:`OperatingPoints.subset`."""
        keep = np.asarray(keep, dtype=bool)
        return replace(
            self,
            points=self.points.subset(keep, reason),
            measured={name: values[keep] for name, values in self.measured.items()},
        )

    def refined(self, factor: float) -> "UnitModel":
        """Return the same model on a plate with this many times the cells along each pass.

        Raises
        ------
        InputError
            For a device that names a cold plate, whose reduced form has its own check of cells, or a factor that
            leaves no whole number of cells.
        """
        plate = self.miner.device.plate
        if plate is None:
            raise InputError(
                "the cells of a reduced cold plate cannot be refined",
                key="cold_plate",
                accepted="a device file with a [plate] table",
            )
        cells = plate.cells_per_pass * factor
        if cells < 2 or cells != round(cells):
            raise InputError("no whole number of cells along a pass", key="factor", found=factor)
        device = self.miner.device.model_copy(
            update={"plate": plate.model_copy(update={"cells_per_pass": round(cells)})}
        )
        return replace(self, miner=Miner(device))

    @cached_property
    def _weights(self) -> np.ndarray:
        return chip_weights(self.miner.device, self.chip_order or "rows")

    @cached_property
    def _places(self) -> tuple[np.ndarray, np.ndarray]:
        """Cells with chips, and the chips on each."""
        chips = self.miner.layout.chips
        held = np.flatnonzero(chips > 0.0)
        return held, chips[held]

    def predict(
        self,
        overrides: Mapping[str, ArrayLike] | None = None,
        *,
        samples: int = 1,
        quantities: Sequence[str] | None = None,
        parallel: bool = True,
    ) -> Prediction:
        """Predict what the data have, at every point and for every sample of the parameters.

        Parameters
        ----------
        overrides : mapping of str to array, optional
            Values in SI by name, of :attr:`parameters`: a float, (samples,), or (samples or 1, points or 1). Where
            the data have flow or power, ``coolant.flow`` and ``power.wall`` have no effect.
        samples : int
            Samples of the parameters.
        quantities : sequence of str, optional
            Of :data:`COMPARED`; those in the data if left out.
        parallel : bool
            Use all threads; the result is the same bit for bit.

        Returns
        -------
        Prediction

        Raises
        ------
        InputError
            For a name that is none of the parameters, or an array that does not fit.
        """
        wanted = tuple(self.measured if quantities is None else quantities)
        self._check(wanted)
        n = self.points.count
        given = {name: self._shaped(name, x, samples) for name, x in (overrides or {}).items()}
        size = samples * n
        device = self.miner.device
        shapes = {"board": device.boards.count, "chip": device.chips.count}
        found = {q: np.empty((size, *(shapes[d] for d in COMPARED[q]))) for q in wanted}
        status = np.empty(size, dtype=np.int64)
        for first in range(0, size, _CASES_AT_ONCE):
            cases = np.arange(first, min(first + _CASES_AT_ONCE, size))
            part = slice(first, first + cases.size)
            sample, point = np.divmod(cases, n)
            here = {name: self._taken(x, sample, point) for name, x in given.items()}
            for name, values in self._solve(here, point, wanted, status[part], parallel).items():
                found[name][part] = values
        failed = status != sp.OK
        for name in wanted:
            found[name][failed] = np.nan
        return Prediction(
            {name: x.reshape(samples, n, *x.shape[1:]) for name, x in found.items()},
            status.reshape(samples, n),
        )

    def _check(self, wanted: Sequence[str]) -> None:
        for name in wanted:
            if name not in COMPARED:
                raise InputError("not a quantity that is compared", key=name, accepted=", ".join(COMPARED))
            if self.miner.device.plate is None and name in ("T_chip", "T_chip_mean"):
                raise InputError(
                    "a unit on a cold plate of its own file has no temperature chip by chip",
                    key=name,
                    accepted="T_chip_max, T_out, T_out_board, power",
                )

    def _shaped(self, name: str, x: ArrayLike, samples: int) -> np.ndarray:
        if name not in self.parameters:
            raise InputError("unknown parameter", key=name, accepted=", ".join(self.parameters))
        array = np.asarray(x, dtype=float)
        array = array[:, None] if array.ndim == 1 else array.reshape(1, 1) if array.ndim == 0 else array
        fits = array.ndim == 2 and all(a in (1, b) for a, b in zip(array.shape, (samples, self.points.count)))
        if not fits:
            raise InputError(
                "the values of a parameter do not fit",
                key=name,
                found=f"shape {np.shape(x)}",
                accepted=f"a number, ({samples},), or ({samples} or 1, {self.points.count} or 1)",
            )
        return array

    @staticmethod
    def _taken(x: np.ndarray, sample: np.ndarray, point: np.ndarray) -> np.ndarray:
        found: np.ndarray = x[sample if x.shape[0] > 1 else 0, point if x.shape[1] > 1 else 0]
        return np.broadcast_to(found, sample.shape)

    def _solve(
        self,
        given: Mapping[str, np.ndarray],
        point: np.ndarray,
        wanted: Sequence[str],
        status: np.ndarray,
        parallel: bool,
    ) -> dict[str, np.ndarray]:
        """Cases of one call; fills status."""
        n, points, device = point.size, self.points, self.miner.device
        reading = {
            key: np.broadcast_to(given.get(key, np.array(plain)), (n,)) for key, plain in READINGS.items()
        }
        own = {k: v for k, v in given.items() if k not in READINGS and k != PLACE}
        if self.leakage == "frozen" and points.power is not None:
            own["power.leakage_share"] = np.zeros(n)
        values = self.miner.values(n, own)
        T_in = points.T_in[point] - reading["offset.T_in"]
        volume = values["coolant.flow"] if points.volume_flow is None else points.volume_flow[point]
        if points.volume_flow is not None:
            volume = volume / reading["factor.volume_flow"]
        state = UnitInputs(
            T_in=T_in,
            mass_flow=volume * np.array([density(self.table, T) for T in T_in]),
            T_ambient=points.T_ambient[point] - reading["offset.T_ambient"],
            resistance_factor=np.ascontiguousarray(given.get(PLACE, np.ones(n))),
        )
        fields = any(name in _CHIP or name == "T_out_board" for name in wanted)
        if points.power is None:
            results = self.miner.solve_arrays(
                values, state, self.table, with_fields=fields, parallel=parallel
            )
        else:
            dc = points.power[point] / reading["factor.power"]
            if not points.power_is_dc:
                dc = dc * values["power.psu_efficiency"]
            values, results = self._at_power(values, state, dc, fields, parallel)
        status[:] = results.status
        at_boards = results
        if points.load is not None and points.power is not None and fields:
            load = points.load[point]
            if np.any(load != 1.0):
                # Boards that work share the power of those that do not; the unit's outlet sees all of it.
                values, at_boards = self._at_power(values, state, dc * load, fields, parallel)
                status[:] = np.where(status == sp.OK, at_boards.status, status)
        # The reading of a meter other than that which drives the model does not share its error.
        at_wall = 1.0 if points.power is not None and points.power_is_dc else reading["factor.power"]
        found: dict[str, np.ndarray] = {
            "T_out": results.T_out + reading["offset.T_out"],
            "power_ac": results.wall_power * at_wall,
            "power_dc": results.chip_power * reading["factor.power"],
        }
        if "T_out_board" in wanted:
            found["T_out_board"] = (
                at_boards.fields[:, :, -1, sp.FIELD_T_OUT] + reading["offset.T_out_board"][:, None]
            )
        shift = reading["offset.T_chip"]
        if "T_chip" in wanted:
            junction = at_boards.fields[..., sp.FIELD_T_JUNCTION]
            found["T_chip"] = junction @ self._weights.T + shift[:, None, None]
        held, chips = self._places
        if "T_chip_mean" in wanted:
            mean = at_boards.fields[:, :, held, sp.FIELD_T_JUNCTION] @ (chips / chips.sum())
            found["T_chip_mean"] = mean + shift[:, None]
        if "T_chip_max" in wanted:
            found["T_chip_max"] = self._hottest(device, values, state, at_boards, n) + shift[:, None]
        return {name: found[name] for name in wanted}

    def _at_power(
        self,
        values: dict[str, np.ndarray],
        state: UnitInputs,
        dc: np.ndarray,
        fields: bool,
        parallel: bool,
    ) -> tuple[dict[str, np.ndarray], UnitResults]:
        """Solve with the boards drawing a given power [W]: nameplate power is what is solved for.

        What the chips draw grows with the nameplate power a little more than in proportion, since they leak more
        when hotter: secant steps in the logarithms, from a slope of one.
        """
        wall = dc / values["power.psu_efficiency"]
        slope, last = np.ones(wall.size), None
        for _ in range(_ROUNDS):
            values = values | {"power.wall": wall}
            results = self.miner.solve_arrays(
                values, state, self.table, with_fields=fields, parallel=parallel
            )
            good = results.status == sp.OK
            miss = np.log(np.where(good, results.chip_power / dc, 1.0))
            if np.all(np.abs(miss) < _POWER_TOLERANCE):
                break
            if last is not None:
                moved = np.abs(last[0]) > 1e-9
                found = (miss - last[1]) / np.where(moved, last[0], 1.0)
                slope = np.where(moved & good & (found > 0.5) & (found < 5.0), found, slope)
            step = -miss / slope
            last = step, miss
            wall = wall * np.exp(step)
        return values, results

    def _hottest(
        self,
        device: Any,
        values: Mapping[str, np.ndarray],
        state: UnitInputs,
        results: UnitResults,
        n: int,
    ) -> np.ndarray:
        """Median of the hottest chip of each board, whose resistances scatter as the file says, (n, boards)."""
        boards = device.boards.count
        junction = results.fields[..., sp.FIELD_T_JUNCTION].reshape(n * boards, -1)
        plate = results.fields[..., sp.FIELD_T_WALL].reshape(n * boards, -1)
        solved = np.repeat(results.status == sp.OK, boards)
        found = np.full(n * boards, np.nan)
        if not solved.any():
            return found.reshape(n, boards)

        def each(x: Any) -> np.ndarray:
            return np.repeat(np.broadcast_to(np.asarray(x, dtype=float), (n,)), boards)[solved]

        dynamic, leak = chip_powers(device, values, state.frequency, state.voltage)
        law = ChipPower(
            each(dynamic),
            # The search for the edge of a steady state divides by the leakage.
            np.maximum(each(leak), 1e-9),
            each(values["power.reference_temperature"]),
            each(values["power.leakage_scale"]),
        )
        resistance = values["chips.junction_to_plate"] * state.resistance_factor
        found[solved], *_ = hottest_chip(
            plate[solved],
            junction[solved],
            self.miner.layout.chips,
            each(resistance),
            each(values["chips.chip_spread"]),
            law,
        )
        # Infinite where a chip more likely than not runs away, though the unit has a steady state.
        found[~np.isfinite(found)] = np.nan
        return found.reshape(n, boards)
