"""The reduced form of a cold plate: one line of coolant with corrections from the full plate, for many cases."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from hashheat.components.cold_plate_file import ColdPlateFile
from hashheat.components.reduced_junction import finish_fields, finish_plates
from hashheat.components.reduced_path import PathState, ReducedPath, Values
from hashheat.components.reduced_plate_check import ReductionErrors
from hashheat.components.reduced_plate_fit import (
    DROP,
    R_FLUID,
    R_HOT,
    R_LOSS,
    R_MEAN,
    R_WALL,
    Fitted,
    by_kind,
    wall_below,
)
from hashheat.solvers import serpentine as sp
from hashheat.thermo.fluid import Fluid
from hashheat.thermo.jit import kernel
from hashheat.thermo.property_kernels import density
from hashheat.thermo.property_table import PropertyTable

if TYPE_CHECKING:
    from hashheat.components.cold_plate import ColdPlate


@dataclass(frozen=True, eq=False)
class ReducedPlate:
    """A cold plate along its coolant, corrected to agree with the full plate over the envelope of its file.

    Parameters
    ----------
    file : ColdPlateFile
        The plate that it stands for.
    path : ReducedPath
        Cells, chips and channel of the line.
    fitted : Fitted
        Corrections.
    P_dynamic : float
        Of a chip of power factor 1 at clock 1 of the file [W].
    fluid : Fluid or None
        Coolant of the fit; None where only its table is known.
    pressure : float
        [Pa]
    errors : ReductionErrors or None
        Against the full plate.

    Notes
    -----
    Film, conduction along the plate and between passes, leakage and its feedback are those of
    :mod:`hashheat.solvers.serpentine`; the corrections are resistances and a factor on the pressure drop, smooth
    in flow, inlet temperature and clock. Beyond the envelope they keep the values of its edge, so that the form
    goes on as the line does; its error there is not known (:meth:`inside` tells).

    ``errors`` hold at the nominal numbers of the file. Sizes of a serpentine that differ shift the corrections,
    each as it does alone at the design state; package and interface, power and losses enter the line and leave
    the corrections as they are. The error at other numbers is not known in either case.
    """

    file: ColdPlateFile
    path: ReducedPath
    fitted: Fitted
    P_dynamic: float
    fluid: Fluid | None
    pressure: float
    errors: ReductionErrors | None = None

    def __repr__(self) -> str:
        least, most = np.exp(self.fitted.corrections.low[0]), np.exp(self.fitted.corrections.high[0])
        coolant = "a table of properties" if self.fluid is None else self.fluid.name
        text = f"ReducedPlate({self.name!r}, {coolant}, {least * 60e3:.3g} to {most * 60e3:.3g} L/min"
        if self.errors is not None:
            text += (
                f", junction within {self.errors.junction:.2g} K, outlet within {self.errors.outlet:.2g} K"
            )
        return text + ")"

    @property
    def name(self) -> str:
        """Of the plate."""
        return self.file.name

    @property
    def keys(self) -> tuple[str, ...]:
        """Numbers of the plate's file that may differ from case to case; others are nominal."""
        return self.path.keys

    def points(self, state: PathState, table: PropertyTable, n: int) -> np.ndarray:
        """Where states lie among the fitted ones: ln of volume flow, T_in, clock, (n, 3)."""
        T_in = np.broadcast_to(np.asarray(state.T_in, dtype=float), (n,))
        found = np.empty((n, 3))
        found[:, 0] = np.log(np.asarray(state.mass_flow) / densities(table, np.ascontiguousarray(T_in)))
        found[:, 1] = T_in
        found[:, 2] = np.asarray(state.P_dynamic) / self.P_dynamic
        return found

    def inside(self, state: PathState, table: PropertyTable, n: int) -> np.ndarray:
        """Whether flow, inlet and dynamic power of each of n states lie in the envelope.

        The errors are known there at the nominal numbers of the file, and for surroundings within its range.
        """
        return self.fitted.corrections.inside(self.points(state, table, n))

    def solve_arrays(
        self,
        values: Values,
        state: PathState,
        table: PropertyTable,
        n: int,
        *,
        with_fields: bool = False,
        parallel: bool = True,
    ) -> tuple[np.ndarray, np.ndarray]:
        """Solve on plain arrays.

        Parameters
        ----------
        values : mapping of str to (n,) array
            Numbers of the plate's file that differ from nominal, of :attr:`keys`.
        state : PathState
        table : PropertyTable
            Coolant; that of the fit.
        n : int
            Cases.
        with_fields, parallel : bool
            See :func:`hashheat.solvers.serpentine.solve_serpentine`.

        Returns
        -------
        results : (N_OUTPUTS, n) float array
            Rows of :mod:`hashheat.solvers.serpentine`, for the whole plate.
        fields : (cells, N_FIELDS, n) float array
            Of the line. On cells with chips ``FIELD_T_JUNCTION`` is what the hottest chip would have there and
            ``FIELD_T_WALL`` the metal right below it: the largest junction is that of the results. The loop gain
            is that of the full plate: of package, interface and half a cell below, without the rest of the metal.
        """
        out, fields, _ = self.solve_kinds(values, state, table, n, with_fields=with_fields, parallel=parallel)
        return out, fields

    def solve_kinds(
        self,
        values: Values,
        state: PathState,
        table: PropertyTable,
        n: int,
        *,
        with_fields: bool = False,
        parallel: bool = True,
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """As :meth:`solve_arrays`, and the hottest junction of each kind of chips, (kinds, n) [K]."""
        path = self.path
        found = self.fitted.corrections(self.points(state, table, n)).T
        for shift in self.fitted.shifts:
            if shift.key in values:
                found = found + shift(values[shift.key])
        cases = path.columns(values, state, table, n)
        cases[sp.CHIP_RESISTANCE] += found[R_MEAN]
        out, fields = sp.solve_serpentine(
            cases, path.layout, table, path.duct, with_fields=with_fields, parallel=parallel
        )
        base = path.drop(cases, out, table)
        for row in (sp.HEAT_WATER, sp.CHIP_POWER, sp.HEAT_LOSS):
            out[row] *= path.parts
        each = out[sp.CHIP_POWER] / path.units
        friction = np.asarray(values.get("coolant.friction_factor", path.nominal["coolant.friction_factor"]))
        out[sp.PRESSURE_DROP] = base * np.exp(found[DROP]) * friction
        out[sp.T_WALL] += found[R_WALL] * each
        more = path.conductance(state) * found[R_LOSS] * each
        out[sp.HEAT_LOSS] += more
        out[sp.HEAT_WATER] -= more
        given = (
            path.kind_resistance(path.own)[:, None]
            if state.kind_resistance is None
            else state.kind_resistance
        )
        kinds = path.kinds.first.size
        own = np.broadcast_to(np.asarray(given, dtype=float), (kinds, n))
        R = own + found[R_HOT:]
        hottest = np.zeros((kinds, n))
        finish_plates(
            table,
            cases,
            out,
            wall_below(cases, out),
            R,
            own + path.kind_resistance(path.below)[:, None],
            cases[sp.MASS_FLOW] * path.parts,
            found[R_FLUID] * each,
            hottest,
        )
        if with_fields:
            hot = (hottest.argmax(axis=0), np.arange(n))
            finish_fields(cases, fields, path.layout.chips, R[hot], own[hot])
        return out, fields, hottest

    def chip_temperatures(
        self, state: PathState, table: PropertyTable, T_junction: np.ndarray, chip_power: np.ndarray
    ) -> np.ndarray:
        """Junction of every chip, from the hottest of its kind and the shape that the fit remembers.

        Parameters
        ----------
        state : PathState
        table : PropertyTable
        T_junction : (kinds, n) array
            Hottest of each kind, of :meth:`solve_kinds` [K].
        chip_power : (n,) array
            Of all chips [W].

        Returns
        -------
        (n, chips) array
            [K]
        """
        n, kind = T_junction.shape[1], self.path.kinds.kind
        shape = self.fitted.shape(self.points(state, table, n))
        shape += by_kind(self.path, -shape)[:, kind]
        found: np.ndarray = T_junction.T[:, kind] - shape * (chip_power / self.path.units)[:, None]
        return found

    def write(self, path: str | Path) -> None:
        """Keep this form in a NetCDF file; see :func:`hashheat.components.reduced_plate_store.write_reduced`."""
        from hashheat.components.reduced_plate_store import write_reduced

        write_reduced(self, path)

    @staticmethod
    def read(path: str | Path, plate: "ColdPlate") -> "ReducedPlate":
        """Form kept by :meth:`write`; see :func:`hashheat.components.reduced_plate_store.read_reduced`."""
        from hashheat.components.reduced_plate_store import read_reduced

        return read_reduced(path, plate)

    def solve(
        self,
        T_in: ArrayLike | xr.DataArray | None = None,
        volume_flow: ArrayLike | xr.DataArray | None = None,
        *,
        mass_flow: ArrayLike | xr.DataArray | None = None,
        T_ambient: ArrayLike | xr.DataArray | None = None,
        frequency: ArrayLike | xr.DataArray = 1.0,
        voltage: ArrayLike | xr.DataArray = 1.0,
        with_chips: bool = True,
        **overrides: ArrayLike | xr.DataArray,
    ) -> xr.Dataset:
        """Steady state, at one state or over any grid of states.

        Parameters
        ----------
        T_in, volume_flow, mass_flow, T_ambient, frequency, voltage
            As for :meth:`hashheat.components.cold_plate.ColdPlate.solve`. Coolant and pressure are those of the
            fit.
        with_chips : bool
            Add the junction of every chip.
        **overrides : float, array or DataArray
            Numbers of the file in SI, dots written as double underscores: those of :attr:`keys`, of ``power`` and
            ``losses``, package and interface of ``chips``. Sizes of a serpentine shift the corrections, others
            leave them as they are at nominal values.

        Returns
        -------
        xarray.Dataset
            As the full plate's, but for ``P_chip``. The attribute ``states_beyond_envelope`` counts those whose
            flow, inlet, dynamic power or surroundings are not within the file's ranges. ``error_T_junction`` and
            ``error_T_out`` are the largest differences from the full plate that were found within them; they
            were compared at the file's nominal numbers and voltage 1, and are left out where any of these is
            another: ``error_not_known_with`` then names what is.

        Raises
        ------
        InputError, FreezingError, BoilingError
            For states that make no sense before solving, and for numbers that a reduced form holds.
        RunawayError, CoolantRangeError, NotConvergedError, PressureLossError
            For a single state that has no solution.
        """
        from hashheat.components.reduced_plate_solve import solve_reduced

        return solve_reduced(
            self,
            T_in,
            volume_flow,
            mass_flow=mass_flow,
            T_ambient=T_ambient,
            frequency=frequency,
            voltage=voltage,
            with_chips=with_chips,
            **overrides,
        )


@kernel
def densities(table: PropertyTable, T: np.ndarray) -> np.ndarray:
    """Density at many temperatures [kg/m^3]."""
    rho = np.empty_like(T)
    for i in range(T.size):
        rho[i] = density(table, T[i])
    return rho
