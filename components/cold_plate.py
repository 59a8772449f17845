"""A cold plate as a component: its file, resolved in finite volumes, ready to be solved at any state."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from hashheat.components.cases import broadcast_cases
from hashheat.components.cold_plate_build import chip_heat, leaves_the_cells, plate_geometry
from hashheat.components.cold_plate_file import ColdPlateFile, load_cold_plate
from hashheat.components.cold_plate_inverse import PlateAnswer, extreme_state
from hashheat.components.cold_plate_results import PlateResult, plate_dataset
from hashheat.components.cold_plate_sensitivity import sensitivity
from hashheat.components.cold_plate_sweep import sweep
from hashheat.components.failures import LOWEST_PRESSURE, PRESSURE_LOST, report_failures
from hashheat.components.prepared_plate import PreparedPlate, prepare
from hashheat.solvers.conjugate_plate import Surroundings
from hashheat.solvers.serpentine import OK, OUT_OF_RANGE
from hashheat.thermo.errors import InputError, StateError
from hashheat.thermo.fluid import Fluid
from hashheat.thermo.property_kernels import density
from hashheat.thermo.property_table import PropertyTable
from hashheat.thermo.quantity import Quantity

if TYPE_CHECKING:
    from hashheat.components.reduced_plate import ReducedPlate

#: Plates with other values than nominal that are kept ready.
_KEPT = 12

#: Error of a grid over the change that half the cell size makes, at second order.
_LEFT = 4.0 / 3.0

#: Values that are not nominal, in SI by dotted key, in the keys' order.
_Changed: TypeAlias = tuple[tuple[str, float], ...]


@dataclass(frozen=True, eq=False)
class ColdPlate:
    """A cold plate with its chips.

    Parameters
    ----------
    file : ColdPlateFile
        Its file.

    Examples
    --------
    >>> ColdPlate.named("machined-serpentine").solve(T_in=343.15)  # doctest: +SKIP
    """

    file: ColdPlateFile

    @classmethod
    def named(cls, name: str) -> "ColdPlate":
        """Plate from a file: a path, or a shipped name such as ``"machined-serpentine"``."""
        return cls(load_cold_plate(name))

    @property
    def name(self) -> str:
        """As the file has it."""
        return self.file.name

    @cached_property
    def quantities(self) -> dict[str, Quantity]:
        """Every number of the file by dotted key, but for the envelope."""
        return self.file.sampled_quantities()

    @cached_property
    def _prepared(self) -> Callable[[_Changed, int, int], PreparedPlate]:
        def build(changed: _Changed, refine: int, through: int) -> PreparedPlate:
            values = self.file.values(dict(changed))
            factors = {
                "nusselt_factor": values["coolant.nusselt_factor"],
                "friction_factor": values["coolant.friction_factor"],
                "port_loss": values["coolant.port_loss"],
            }
            shaping = tuple((key, value) for key, value in changed if not leaves_the_cells(key))
            if len(shaping) < len(changed):
                # Cells, streams and grids are those of a plate that is at hand.
                base = self._prepared(shaping, refine, through)
                return base.with_numbers(chip_heat(base.chips, values), **factors)
            return prepare(
                plate_geometry(self.file, dict(changed), refine=refine, through=through), **factors
            )

        return lru_cache(maxsize=_KEPT)(build)

    def prepared(
        self, changed: Mapping[str, float] | None = None, refine: int = 1, through: int | None = None
    ) -> PreparedPlate:
        """Arrays of the plate, kept for the next call.

        Parameters
        ----------
        changed : mapping, optional
            Values in SI by dotted key that take the place of nominal ones.
        refine : int
            Multiplies the cells along and across.
        through : int, optional
            Multiplies the layers of a thickness that is resolved; as ``refine`` if left out.

        Raises
        ------
        InputError
            For a key or value that the file does not accept, or a plate that cannot be built.
        """
        items = tuple(sorted((key, float(value)) for key, value in (changed or {}).items()))
        return self._prepared(items, refine, refine if through is None else through)

    def fluid(self, given: Fluid | str | None = None) -> Fluid:
        """The coolant: that of the design state unless another is given."""
        chosen = self.file.design.fluid if given is None else given
        if isinstance(chosen, Fluid):
            return chosen
        try:
            return Fluid.parse(chosen)
        except InputError as error:
            raise error.within(key="fluid") from None

    def solve(
        self,
        T_in: ArrayLike | xr.DataArray | None = None,
        volume_flow: ArrayLike | xr.DataArray | None = None,
        *,
        mass_flow: ArrayLike | xr.DataArray | None = None,
        fluid: Fluid | str | None = None,
        pressure: float | None = None,
        T_ambient: ArrayLike | xr.DataArray | None = None,
        frequency: ArrayLike | xr.DataArray = 1.0,
        voltage: ArrayLike | xr.DataArray = 1.0,
        refine: int = 1,
        with_fields: bool = False,
        with_error: bool = False,
        **overrides: ArrayLike | xr.DataArray,
    ) -> xr.Dataset:
        """Steady state of the plate, at one state or over any grid of states.

        Parameters
        ----------
        T_in : float, array or DataArray, optional
            Coolant inlet temperature [K]; that of the design state if left out, as everything below.
        volume_flow : float, array or DataArray, optional
            Flow of the plate at inlet temperature [m^3/s].
        mass_flow : float, array or DataArray, optional
            Instead of volume_flow [kg/s].
        fluid : Fluid or str, optional
            Coolant.
        pressure : float, optional
            Absolute pressure at the inlet [Pa].
        T_ambient : float, array or DataArray, optional
            Surroundings [K].
        frequency, voltage : float, array or DataArray
            Clock and supply voltage over those of the file [-].
        refine : int
            Multiplies the cells along and across, and through a thickness that is resolved.
        with_fields : bool
            Add the temperature of every cell of metal (layer, row, col) and of coolant (cell).
        with_error : bool
            Solve twice more, with half the cell size in the plane and with twice the layers, and add
            ``grid_error``: the root of the squares of 4/3 of both changes of the hottest junction, which is what
            second order leaves; infinite where a finer grid has no steady state.
            Cells that miss walls and footprints converge unevenly, so that it is an estimate and no bound; it
            does not tell what a plate of one layer leaves out.
        **overrides : float, array or DataArray
            Numbers of the file in SI, dots written as double underscores: ``chips__tim_thickness=100e-6``. Those
            of the design state (``design__T_in``) count where the argument above is left out.

        Returns
        -------
        xarray.Dataset
            Dimensions are those of the DataArrays given, broadcast by name; plain arrays of one length share the
            dimension ``case``; then ``chip``. States without a steady state hold NaN, marked in ``status``, with a
            warning.

        Raises
        ------
        InputError, FreezingError, BoilingError
            For states that make no sense before solving: without flow, say.
        RunawayError, CoolantRangeError, NotConvergedError, PressureLossError
            For a single state that has no solution.

        Notes
        -----
        Parallel streams share the flow so that their pressure drops agree. With several cells through the
        thickness the chip's temperature includes half a cell of metal; with one, the plate is taken as thin.
        """
        coolant = self.fluid(fluid)
        numbers = {key.replace("__", "."): value for key, value in overrides.items()}
        design = {
            name: numbers.pop(f"design.{name}", getattr(self.file.design, name).nominal)
            for name in ("T_in", "T_ambient", "flow", "pressure")
        }
        p = _one_pressure(design["pressure"] if pressure is None else pressure)
        if volume_flow is not None and mass_flow is not None:
            raise InputError("give volume_flow or mass_flow, not both")
        by_volume = mass_flow is None
        flows = mass_flow
        if flows is None:
            flows = design["flow"] if volume_flow is None else volume_flow
        given: dict[str, ArrayLike | xr.DataArray] = {
            "T_in": design["T_in"] if T_in is None else T_in,
            "T_ambient": design["T_ambient"] if T_ambient is None else T_ambient,
            "frequency": frequency,
            "voltage": voltage,
            "flow": flows,
        } | {f"file.{key}": value for key, value in numbers.items()}
        together = broadcast_cases(given)
        template = together["T_in"]
        flat = {key: np.asarray(a.values, dtype=float).reshape(template.size) for key, a in together.items()}
        _check_states(flat, "volume_flow" if by_volume else "mass_flow")
        coolant.check_liquid(flat["T_in"], p, "the plate's inlet")
        table = coolant.table(p)
        flow = flat["flow"]
        if by_volume:
            flow = flow * np.array([density(table, T) for T in flat["T_in"]])
        changed = {key[5:]: values for key, values in flat.items() if key.startswith("file.")}
        found_at: dict[int, PlateResult] = {}
        # Plate after plate: each is built once, in whatever order the states come. The last key sorts first.
        keys = sorted(changed, key=leaves_the_cells, reverse=True)
        for i in np.lexsort([*(changed[key] for key in keys), np.zeros(template.size)]):
            own = {key: float(values[i]) for key, values in changed.items()}
            state = Surroundings(flat["T_in"][i], flow[i], flat["T_ambient"][i])
            clock = float(flat["frequency"][i]), float(flat["voltage"][i])
            found_at[int(i)] = self._solve_one(table, p, state, clock, own, refine, with_error)
        results = _boiled([found_at[i] for i in range(template.size)], coolant, p)
        status = np.array([r.status for r in results])
        report_failures(self.name, "plate", status, flat["T_in"])
        attrs = {"cold_plate": self.name, "fluid": coolant.name, "pressure_pascal": p}
        found = plate_dataset(results, template, flow, with_fields=with_fields, attrs=attrs)
        return found

    def _solve_one(
        self,
        table: PropertyTable,
        pressure: float,
        state: Surroundings,
        clock: tuple[float, float],
        changed: Mapping[str, float],
        refine: int,
        with_error: bool,
    ) -> PlateResult:
        plate = self.prepared(changed, refine)
        solved = plate.solve(table, state, frequency=clock[0], voltage=clock[1])
        drop = plate.pressure_drop(solved, table, state.T_in)
        error = None
        if with_error and solved.status == OK:
            error = 0.0
            # In the plane and through it apart, and not with their signs: one change can hide the other.
            for grid in ((2 * refine, refine), (refine, 2 * refine)):
                again = self.prepared(changed, *grid).solve(
                    table, state, frequency=clock[0], voltage=clock[1]
                )
                change = float(again.T_junction.max()) - float(solved.T_junction.max())
                error = math.hypot(error, _LEFT * change) if again.status == OK else math.inf
        status = solved.status
        if status == OK and drop > pressure - LOWEST_PRESSURE:
            status = PRESSURE_LOST
        T_out = plate.outlet(solved, table, state.T_in)
        return PlateResult(plate, solved, status, T_out, drop, error, None, state)

    def thermal_resistance(
        self, volume_flow: ArrayLike | xr.DataArray | None = None, **state: ArrayLike | xr.DataArray
    ) -> xr.DataArray:
        """Hottest junction less inlet, over the power of all chips, against flow.

        Parameters
        ----------
        volume_flow : array or DataArray, optional
            [m^3/s]; 25 flows over the envelope of the file if left out.
        **state
            As for :meth:`solve`.

        Returns
        -------
        xarray.DataArray
            [K/W] along ``volume_flow``.
        """
        return self.solve(volume_flow=self._flows(volume_flow), **state)["thermal_resistance"]  # type: ignore[arg-type]

    def pressure_drop(
        self, volume_flow: ArrayLike | xr.DataArray | None = None, **state: ArrayLike | xr.DataArray
    ) -> xr.DataArray:
        """Pressure drop of the plate with its ports against flow.

        Parameters
        ----------
        volume_flow, **state
            As for :meth:`thermal_resistance`.

        Returns
        -------
        xarray.DataArray
            [Pa] along ``volume_flow``.
        """
        return self.solve(volume_flow=self._flows(volume_flow), **state)["pressure_drop"]  # type: ignore[arg-type]

    def sweep(
        self,
        flow: ArrayLike | xr.DataArray | None = None,
        T_in: ArrayLike | xr.DataArray | None = None,
        frequency: ArrayLike | xr.DataArray | None = None,
        **values: Any,
    ) -> xr.Dataset:
        """Steady states over the grid of the arrays given; see :mod:`hashheat.components.cold_plate_sweep`."""
        return sweep(self, flow=flow, T_in=T_in, frequency=frequency, **values)

    def flow_for(
        self, T_junction: float | None = None, bounds: tuple[float, float] | None = None, **state: Any
    ) -> PlateAnswer:
        """Smallest flow [m^3/s] that keeps every junction at or below a limit [K].

        See :func:`hashheat.components.cold_plate_inverse.extreme_state`.
        """
        return extreme_state(self, "volume_flow", T_junction, bounds, **state)

    def largest_T_in(
        self, T_junction: float | None = None, bounds: tuple[float, float] | None = None, **state: Any
    ) -> PlateAnswer:
        """Warmest inlet [K] that keeps every junction at or below a limit [K]; see :meth:`flow_for`."""
        return extreme_state(self, "T_in", T_junction, bounds, **state)

    def largest_frequency(
        self, T_junction: float | None = None, bounds: tuple[float, float] | None = None, **state: Any
    ) -> PlateAnswer:
        """Fastest clock [-], at one voltage, that keeps every junction below a limit [K]; see :meth:`flow_for`."""
        return extreme_state(self, "frequency", T_junction, bounds, **state)

    def reduce(
        self,
        bound: tuple[float, float] = (0.2, 0.02),
        *,
        fluid: Fluid | str | None = None,
        pressure: float | None = None,
        **options: Any,
    ) -> "ReducedPlate":
        """Fast form of the plate over the envelope of its file, or a refusal.

        Parameters
        ----------
        bound : (float, float)
            Largest error of the hottest junction and of the outlet against the full plate [K].
        fluid, pressure
            As for :meth:`solve`.
        **options
            See :func:`hashheat.components.plate_reduction.reduce_plate`.

        Returns
        -------
        hashheat.components.reduced_plate.ReducedPlate
            Its ``errors`` say how far it is from the full plate, and where.

        Raises
        ------
        ReducedPlateError
            If it does not keep the bound.
        """
        from hashheat.components.plate_reduction import reduce_plate

        return reduce_plate(self, bound, fluid=self.fluid(fluid), pressure=pressure, **options)

    def sensitivity(
        self, keys: Sequence[str] | None = None, *, of: str = "T_junction", **state: Any
    ) -> xr.Dataset:
        """Slope of a result with each number, and the effect of its range, largest first.

        See :func:`hashheat.components.cold_plate_sensitivity.sensitivity`.
        """
        return sensitivity(self, keys, of=of, **state)

    def solve_transient(self, **given: Any) -> xr.Dataset:
        """Chips, outlet and heats over time, for inputs that change: a trip, a step, a start from cold.

        Parameters
        ----------
        **given
            See :func:`hashheat.components.cold_plate_transient.solve_plate_transient`; ready-made runs are
            :func:`~hashheat.components.plate_scenarios.pump_trip`, ``power_step`` and ``cold_start``.

        Returns
        -------
        xarray.Dataset
            Over ``time`` and ``chip``.
        """
        from hashheat.components.cold_plate_transient import solve_plate_transient

        return solve_plate_transient(self, **given)

    def plot(self, result: xr.Dataset | None = None, kind: str = "plate", **state: Any) -> Any:
        """Draw the plate at one state, or its curves over the flow.

        Parameters
        ----------
        result : xarray.Dataset, optional
            Of :meth:`solve`: one state ``with_fields``, or for ``"curves"`` states along ``volume_flow``; solved
            here if left out.
        kind : {"plate", "curves", "section"}
            Faces with chips, coolant and junctions; thermal resistance and pressure drop over flow; a section
            through the thickness at the hottest chip.
        **state
            As for :meth:`solve`, where no result is given.

        Returns
        -------
        matplotlib.figure.Figure

        Raises
        ------
        InputError
            For another kind, a result of another plate, or one that does not hold what it needs.
        """
        from hashheat.components.cold_plate_plots import plot_cold_plate

        if result is not None and result.attrs.get("cold_plate") != self.name:
            raise InputError(
                "the result is of another plate",
                key="result",
                found=repr(result.attrs.get("cold_plate")),
                accepted=f"a result of {self.name!r}",
            )
        limit = self.file.chips.limit.nominal
        if result is None:
            limit = float(state.get("chips__limit", limit))
            if kind == "curves":
                result = self.solve(volume_flow=self._flows(state.pop("volume_flow", None)), **state)
            else:
                result = self.solve(**state, with_fields=True)
        design = self.file.design
        return plot_cold_plate(result, kind, limit=limit, design_flow=design.flow.nominal)

    def _flows(self, given: ArrayLike | xr.DataArray | None) -> xr.DataArray:
        if isinstance(given, xr.DataArray):
            return given
        if given is None:
            ends = self.file.envelope.flow
            given = np.geomspace(ends.lower, ends.upper, 25)
        flows = np.atleast_1d(np.asarray(given, dtype=float))
        return xr.DataArray(flows, dims=("volume_flow",), coords={"volume_flow": flows})


def _boiled(results: list[PlateResult], coolant: Fluid, pressure: float) -> list[PlateResult]:
    """Results with their margin to boiling at the outlet's pressure; without a steady state where it is lost."""
    left = np.maximum([pressure - r.pressure_drop for r in results], LOWEST_PRESSURE)
    try:
        T_boil = coolant.saturation_temperature(left)
    except StateError:  # the coolant has no boiling data: there is no margin to give
        return results
    return [
        r._replace(T_boil=float(T), status=OUT_OF_RANGE if r.status == OK and r.T_out > T else r.status)
        for r, T in zip(results, T_boil)
    ]


def _one_pressure(given: ArrayLike | xr.DataArray) -> float:
    values = np.unique(np.asarray(given, dtype=float))
    if values.size != 1:
        raise InputError(
            "states of one call share their pressure",
            key="pressure",
            found=f"{values.size} values",
            accepted="one number [Pa]",
        )
    return float(values[0])


def _check_states(flat: Mapping[str, np.ndarray], flow_name: str) -> None:
    for key in ("T_in", "T_ambient", "frequency", "voltage"):
        low = key in ("frequency", "voltage")
        if not (np.isfinite(flat[key]).all() and np.all(flat[key] >= 0.0 if low else flat[key] > 0.0)):
            raise InputError(
                "must be a number at least 0" if low else "must be a temperature in kelvin",
                key=key,
                found=float(np.min(flat[key])),
                accepted=">= 0" if low else "> 0",
            )
    flow = flat["flow"]
    if not np.isfinite(flow).all():
        wrong = float(flow[~np.isfinite(flow)][0])
        raise InputError("must be a number", key=flow_name, found=wrong, accepted="> 0, finite")
    if not np.all(flow > 0.0):
        raise InputError(
            "without flow a heated plate has no steady state",
            key=flow_name,
            found=float(np.min(flow)),
            accepted="> 0",
        )
