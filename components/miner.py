"""A hydro-cooled miner as a component: a device file, ready to be solved at any state."""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from hashheat.components.cases import broadcast_cases
from hashheat.components.chip_layout import chips_on_cells
from hashheat.components.cold_plate import ColdPlate
from hashheat.components.cold_plate_file import ColdPlateFile
from hashheat.components.cold_plate_sections import Envelope
from hashheat.components.failures import LOWEST_PRESSURE, PRESSURE_LOST, report_failures
from hashheat.components.miner_file import MinerFile, load_miner_file
from hashheat.components.plate_reduction import reduce_plate
from hashheat.components.reduced_boards import board_states
from hashheat.components.reduced_path import ReducedPath
from hashheat.components.reduced_path_build import reduced_path
from hashheat.components.reduced_plate import ReducedPlate
from hashheat.components.unit import UnitInputs, UnitResults, solve_units
from hashheat.components.variables import dataset
from hashheat.solvers import serpentine as sp
from hashheat.solvers.duct_table import DuctLaminar, duct_laminar
from hashheat.thermo.errors import InputError, StateError
from hashheat.thermo.fluid import Fluid
from hashheat.thermo.packed_table import pack
from hashheat.thermo.property_kernels import density
from hashheat.thermo.property_table import PropertyTable
from hashheat.thermo.quantity import Quantity

#: Before the keys of a cold plate that the device file names.
COLD_PLATE_PREFIX = "cold_plate."

#: Bounds the memory of a call: 4 boards x 32 numbers x 8 bytes each.
_UNITS_AT_ONCE = 65536


@dataclass(frozen=True)
class Miner:
    """A miner model.

    Parameters
    ----------
    device : MinerFile
        Its device file.

    Examples
    --------
    >>> Miner.named("canaan-a1566ha-500t").solve(T_in=343.15, volume_flow=10 / 60e3)  # doctest: +SKIP
    """

    device: MinerFile

    @classmethod
    def named(cls, name: str) -> "Miner":
        """Miner from a device file: a path, or a shipped name such as ``"canaan-a1566ha-500t"``."""
        return cls(load_miner_file(name))

    @cached_property
    def quantities(self) -> dict[str, Quantity]:
        """Every number of the device file by dotted key.

        Of a cold plate that it names, those that may differ from unit to unit; their keys begin with
        ``cold_plate.``.
        """
        own = self.device.quantities()
        if self._plate_file is None:
            return own
        given = self._plate_file.quantities()
        return own | {f"{COLD_PLATE_PREFIX}{key}": given[key] for key in self._path.keys}

    @cached_property
    def _plate_file(self) -> ColdPlateFile | None:
        return None if self.device.cold_plate is None else self.device.cold_plate_file()

    @property
    def envelope(self) -> Envelope | None:
        """States of one board over which the reduced form of its cold plate was compared with the full one."""
        return None if self._plate_file is None else self._plate_file.envelope

    @cached_property
    def _path(self) -> ReducedPath:
        """Line of coolant of the cold plate that the device file names."""
        assert self._plate_file is not None
        return reduced_path(self._plate_file, ColdPlate(self._plate_file).prepared())

    @cached_property
    def _reduced(self) -> dict[bytes, ReducedPlate]:
        """Reduced forms by the coolant that they were fitted for."""
        return {}

    def reduced_plate(self, table: PropertyTable) -> ReducedPlate | None:
        """Reduced form of the cold plate that the device file names, kept for the next call.

        Parameters
        ----------
        table : PropertyTable
            Coolant.

        Returns
        -------
        ReducedPlate or None
            None for a device file with a plate of its own.

        Raises
        ------
        ReducedPlateError
            If it is not within 0.2 K (hottest junction) and 0.02 K (outlet) of the full plate.
        """
        if self._plate_file is None:
            return None
        key = pack(table).tobytes()
        if key not in self._reduced:
            self._reduced[key] = reduce_plate(ColdPlate(self._plate_file), table=table)
        return self._reduced[key]

    @cached_property
    def uncertain(self) -> dict[str, Quantity]:
        """The quantities that a sample draws.

        The chips' footprint only decides whether they fit; the maker's flow is what a plant overrides.
        """
        fixed = ("chips.length", "chips.width", "coolant.flow")
        return {k: q for k, q in self.quantities.items() if q.is_uncertain and k not in fixed}

    @cached_property
    def layout(self) -> sp.PathLayout:
        """Cells and chips of one board.

        A chip heats its share of the plate, one pitch by one pitch: the peak below its own footprint belongs to
        ``chips.junction_to_plate``, which includes spreading. On a cold plate that the device file names, chips
        stand where its file has them.
        """
        if self._plate_file is not None:
            return self._path.layout
        chips, plate = self.device.chips, self.device.serpentine
        size = plate.length.nominal, plate.width.nominal
        pitch = size[0] / chips.columns, size[1] / chips.rows
        on_cells = chips_on_cells(chips.rows, chips.columns, pitch, size, plate.passes, plate.cells_per_pass)
        return sp.path_layout(plate.passes, plate.cells_per_pass, on_cells, plate.redevelops)

    @cached_property
    def duct(self) -> DuctLaminar:
        """Laminar heat transfer and friction of the channel's nominal shape."""
        if self._plate_file is not None:
            return self._path.duct
        plate = self.device.serpentine
        if plate.channel_shape == "round":
            return duct_laminar("tube")
        w, h = plate.channel_width.nominal, plate.channel_height.nominal
        return duct_laminar("rectangle", min(w, h) / max(w, h))

    def values(self, n: int, overrides: Mapping[str, ArrayLike] | None = None) -> dict[str, np.ndarray]:
        """Nominal device parameters, repeated n times, with some replaced.

        Parameters
        ----------
        n : int
            Number of units.
        overrides : mapping of str to float or (n,) array, optional
            Values in SI by dotted key.

        Raises
        ------
        InputError
            For a key that the device file does not have.
        """
        overrides = overrides or {}
        for key in overrides:
            if key not in self.quantities:
                raise InputError("unknown device parameter", key=key, accepted=", ".join(self.quantities))
            if key.startswith(COLD_PLATE_PREFIX):
                assert self._plate_file is not None
                self._plate_file.check_values(key.removeprefix(COLD_PLATE_PREFIX), overrides[key])
            else:
                self.device.check_values(key, overrides[key])
        drawn = {
            key: np.broadcast_to(np.asarray(overrides.get(key, q.nominal), dtype=float), (n,))
            for key, q in self.quantities.items()
        }
        self._check_channel(drawn)
        return drawn

    def _check_channel(self, drawn: Mapping[str, np.ndarray]) -> None:
        """Raise if a channel does not fit into its plate."""
        if self._plate_file is None:
            keys = ("plate.channel_width", "plate.channel_height")
            width, thickness = drawn["plate.width"], drawn["plate.thickness"]
            passes = self.device.serpentine.passes
        else:
            keys = (f"{COLD_PLATE_PREFIX}coolant.width", f"{COLD_PLATE_PREFIX}coolant.height")
            if keys[0] not in drawn:
                return
            along_x = self._plate_file.coolant.along != "y"
            width = drawn[f"{COLD_PLATE_PREFIX}plate.{'width' if along_x else 'length'}"]
            thickness = drawn[f"{COLD_PLATE_PREFIX}plate.thickness"]
            passes = self._path.layout.n_pass
        for key, room in zip(keys, (width / passes, thickness)):
            if np.any(drawn[key] >= room):
                raise InputError(
                    "the channel does not fit into the plate",
                    key=key,
                    found=f"{float(drawn[key].max()):g} m",
                    accepted=f"less than {float(room.min()):g} m",
                )

    def solve_arrays(
        self,
        values: Mapping[str, np.ndarray],
        state: UnitInputs,
        table: PropertyTable,
        *,
        with_fields: bool = False,
        parallel: bool = True,
    ) -> UnitResults:
        """Solve on plain arrays, any number of units; see :func:`hashheat.components.unit.solve_units`."""
        n = len(values["power.wall"])
        reduced = self.reduced_plate(table)
        parts = []
        for first in range(0, n, _UNITS_AT_ONCE):
            part = slice(first, first + _UNITS_AT_ONCE)
            here = UnitInputs(*(np.asarray(x)[part] if np.ndim(x) else x for x in state))
            parts.append(
                solve_units(
                    self.device,
                    self.layout,
                    self.duct,
                    {key: v[part] for key, v in values.items()},
                    here,
                    table,
                    with_fields=with_fields,
                    parallel=parallel,
                    reduced=reduced,
                )
            )
        return parts[0] if len(parts) == 1 else UnitResults(*(np.concatenate(x) for x in zip(*parts)))

    def solve(
        self,
        T_in: ArrayLike | xr.DataArray,
        volume_flow: ArrayLike | xr.DataArray | None = None,
        *,
        mass_flow: ArrayLike | xr.DataArray | None = None,
        fluid: Fluid | str = "water",
        pressure: float = 3e5,
        T_ambient: ArrayLike | xr.DataArray = 293.15,
        frequency: ArrayLike | xr.DataArray = 1.0,
        voltage: ArrayLike | xr.DataArray = 1.0,
        with_fields: bool = False,
        **overrides: ArrayLike | xr.DataArray,
    ) -> xr.Dataset:
        """Steady state of the unit, at one state or over any grid of states.

        Parameters
        ----------
        T_in : float, array or DataArray
            Coolant inlet temperature [K].
        volume_flow : float, array or DataArray, optional
            Flow of the unit at inlet temperature [m^3/s]; the device's nominal flow if neither is given.
        mass_flow : float, array or DataArray, optional
            Instead of volume_flow [kg/s].
        fluid : Fluid or str
            Coolant.
        pressure : float
            Absolute pressure at the unit's inlet [Pa].
        T_ambient : float, array or DataArray
            Room [K].
        frequency, voltage : float, array or DataArray
            Clock and supply voltage over nameplate [-].
        with_fields : bool
            Add temperatures along every board (dimensions board, cell).
        **overrides : float, array or DataArray
            Device parameters in SI, dots written as double underscores: ``chips__junction_to_plate=0.5``.

        Returns
        -------
        xarray.Dataset
            Dimensions are those of the DataArrays given, broadcast by name; plain arrays of one length share the
            dimension ``case``. ``T_junction`` is that of a chip of mean resistance; the hottest single chip of a
            unit is a few kelvin hotter (``hashheat unit`` gives it). ``boiling_margin`` is left out for a coolant
            without boiling data. Cases without a steady state hold NaN, marked in ``status``, with a warning.
            Boards beyond the envelope of a cold plate that the device file names take the corrections of its
            edge, with a warning.

        Raises
        ------
        InputError, FreezingError, BoilingError
            For states that make no sense before solving.
        RunawayError, CoolantRangeError, NotConvergedError
            For a single state that has no solution.
        """
        if not isinstance(fluid, Fluid):
            fluid = Fluid.parse(fluid)
        if volume_flow is not None and mass_flow is not None:
            raise InputError("give volume_flow or mass_flow, not both")
        given: dict[str, ArrayLike | xr.DataArray] = {
            "T_in": T_in,
            "T_ambient": T_ambient,
            "frequency": frequency,
            "voltage": voltage,
        } | {f"device.{key.replace('__', '.')}": value for key, value in overrides.items()}
        by_volume = mass_flow is None
        if by_volume:
            given["flow"] = self.quantities["coolant.flow"].nominal if volume_flow is None else volume_flow
        else:
            given["flow"] = mass_flow  # type: ignore[assignment]
        together = broadcast_cases(given)
        template = together["T_in"]
        n = template.size
        flat = {key: np.ascontiguousarray(a.values, dtype=float).reshape(n) for key, a in together.items()}
        for key in ("flow", "frequency", "voltage"):
            if not np.all(flat[key] > 0.0):
                name = ("volume_flow" if by_volume else "mass_flow") if key == "flow" else key
                raise InputError("must be positive", key=name, found=float(np.min(flat[key])), accepted="> 0")
        fluid.check_liquid(flat["T_in"], pressure, "the unit's inlet")
        table = fluid.table(pressure)
        flow = flat["flow"]
        if by_volume:
            flow = flow * np.array([density(table, T) for T in flat["T_in"]])
        values = self.values(n, {k[7:]: v for k, v in flat.items() if k.startswith("device.")})
        state = UnitInputs(flat["T_in"], flow, flat["T_ambient"], flat["frequency"], flat["voltage"])
        results = self.solve_arrays(values, state, table, with_fields=with_fields)
        self._warn_beyond(values, state, table)
        lost = (results.status == sp.OK) & (results.pressure_drop > pressure - LOWEST_PRESSURE)
        results = results._replace(status=np.where(lost, PRESSURE_LOST, results.status))
        report_failures(self.device.name, "unit", results.status, flat["T_in"])
        return self._as_dataset(results, flow, template, fluid, pressure)

    def _warn_beyond(self, values: Mapping[str, np.ndarray], state: UnitInputs, table: PropertyTable) -> None:
        """Warn of boards beyond the envelope of the cold plate that the device file names."""
        reduced = self.reduced_plate(table)
        if reduced is None:
            return
        around = board_states(self.device, reduced, values, state)
        beyond = ~reduced.inside(around, table, np.size(around.T_in))
        if beyond.any():
            warnings.warn(
                f"{self.device.name}: {beyond.sum()} of {beyond.size} boards work beyond the envelope of their "
                f"cold plate, {reduced.name}, where the error of its reduced form is not known",
                stacklevel=3,
            )

    def _as_dataset(
        self, results: UnitResults, flow: np.ndarray, template: xr.DataArray, fluid: Fluid, pressure: float
    ) -> xr.Dataset:
        shape, dims = template.shape, tuple(str(d) for d in template.dims)
        failed = results.status != sp.OK

        def shaped(values: np.ndarray) -> np.ndarray:
            masked = np.where(failed, np.nan, values) if values.dtype.kind == "f" else values
            return masked.reshape(shape)

        left = np.maximum(pressure - results.pressure_drop, LOWEST_PRESSURE)
        data = {
            name: (dims, shaped(values))
            for name, values in {
                "T_out": results.T_out,
                "T_junction": results.T_junction,
                "T_wall": results.T_wall,
                "wall_power": results.wall_power,
                "chip_power": results.chip_power,
                "heat_rate": results.heat_rate,
                "heat_loss": results.heat_loss,
                "pressure_drop": results.pressure_drop,
                "loop_gain": results.loop_gain,
                "hot_board": results.hot_board,
                "hot_cell": results.hot_cell,
            }.items()
        }
        try:
            margin = fluid.saturation_temperature(left) - results.T_wall
            data["boiling_margin"] = (dims, shaped(margin))
        except StateError:  # the coolant has no boiling data: there is no margin to give
            pass
        data["mass_flow"] = (dims, flow.reshape(shape))
        data["status"] = (dims, results.status.reshape(shape))
        if results.fields.size:
            middle = 0.5 * (results.fields[..., sp.FIELD_T_IN] + results.fields[..., sp.FIELD_T_OUT])
            along = {
                "T_fluid": middle,
                "T_plate": results.fields[..., sp.FIELD_T_WALL],
                "T_chip": results.fields[..., sp.FIELD_T_JUNCTION],
                "htc": results.fields[..., sp.FIELD_HTC],
            }
            for name, values in along.items():
                masked = np.where(failed[:, None, None], np.nan, values)
                data[name] = ((*dims, "board", "cell"), masked.reshape(*shape, *values.shape[1:]))
        coords = {str(name): coord for name, coord in template.coords.items()}
        return dataset(
            data, coords, {"miner": self.device.name, "fluid": fluid.name, "pressure_pascal": float(pressure)}
        )
