"""A two-phase immersion tank as a component: chips that boil in a bath, and the condenser above it."""

import math
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from hashheat.components.boiling_state import saturated
from hashheat.components.cases import broadcast_cases
from hashheat.components.two_phase_tank_balance import Balance, Vessel, balance
from hashheat.components.two_phase_tank_chips import ChipSet, ChipState, chip_state
from hashheat.components.two_phase_tank_condenser import Coil, coil_state, water_mass_flow
from hashheat.components.two_phase_tank_errors import BathRangeError, TwoPhaseTankError
from hashheat.components.two_phase_tank_file import TwoPhaseTankFile, load_two_phase_tank
from hashheat.components.two_phase_tank_results import NOT_CONVERGED, OK, STATUS, tank_dataset
from hashheat.components.two_phase_tank_vapour import Inventory, inventory, opening_loss
from hashheat.solvers.critical_heat_flux import SIZES, SUBCOOLINGS
from hashheat.solvers.pool_boiling import BoilingSurface
from hashheat.thermo.errors import InputError, StateError
from hashheat.thermo.fluid import Fluid
from hashheat.thermo.property_kernels import density, enthalpy
from hashheat.thermo.property_table import PropertyTable
from hashheat.thermo.quantity import Quantity
from hashheat.thermo.saturated_fluid import BoilingFluid

#: Arguments of ``solve`` and the keys of the file that they stand for.
_ARGUMENTS = {
    "T_in": "water.T_in",
    "volume_flow": "water.flow",
    "chip_power": "chips.power",
    "T_ambient": "surroundings.T",
}


@dataclass(frozen=True, eq=False)
class TwoPhaseTank:
    """A tank of boiling liquid with chips in it and a condenser above.

    Parameters
    ----------
    file : TwoPhaseTankFile
        Its file.

    Examples
    --------
    >>> TwoPhaseTank.load("two-phase-demo").solve(T_in=308.15)  # doctest: +SKIP
    """

    file: TwoPhaseTankFile

    @classmethod
    def load(cls, name: str | Path) -> "TwoPhaseTank":
        """Tank from a file: a path, or a shipped name such as ``"two-phase-demo"``."""
        return cls(load_two_phase_tank(name))

    @classmethod
    def named(cls, name: str) -> "TwoPhaseTank":
        """As :meth:`load`, by the word that other components have for it."""
        return cls.load(name)

    @property
    def name(self) -> str:
        """As the file has it."""
        return self.file.name

    @cached_property
    def quantities(self) -> dict[str, Quantity]:
        """Every number of the file by dotted key."""
        return self.file.quantities()

    @cached_property
    def fluid(self) -> BoilingFluid:
        """What boils."""
        return self.file.boiling_fluid

    @cached_property
    def water(self) -> Fluid:
        """What flows through the condenser."""
        return Fluid.parse(self.file.water.fluid)

    def solve(
        self,
        T_in: ArrayLike | xr.DataArray | None = None,
        volume_flow: ArrayLike | xr.DataArray | None = None,
        *,
        chip_power: ArrayLike | xr.DataArray | None = None,
        T_ambient: ArrayLike | xr.DataArray | None = None,
        **overrides: ArrayLike | xr.DataArray,
    ) -> xr.Dataset:
        """Steady state of the tank, at one state or over any grid of states.

        Parameters
        ----------
        T_in : float, array or DataArray, optional
            Water inlet temperature [K]; that of the file if left out, as everything below.
        volume_flow : float, array or DataArray, optional
            Water of all circuits [m^3/s].
        chip_power : float, array or DataArray, optional
            Of one chip [W].
        T_ambient : float, array or DataArray, optional
            Room [K].
        **overrides : float, array or DataArray
            Numbers of the file in SI, dots written as double underscores: ``condenser__gas_fraction=0.05``.

        Returns
        -------
        xarray.Dataset
            Dimensions are those of the DataArrays given, broadcast by name; plain arrays of one length share the
            dimension ``case``. States without a steady state hold NaN, marked in ``status``, with a warning.

        Raises
        ------
        InputError, FreezingError, BoilingError
            For numbers that the file would refuse, or water that is no liquid.
        StateError
            For water beyond its data.
        CriticalHeatFluxError, CondenserTooSmallError, BathPressureLowError, ChipsDryError, TankOverfullError
            For a single state that has no steady state; see :mod:`hashheat.components.two_phase_tank_errors`.
        BathRangeError
            Where the fluid's data end.

        Notes
        -----
        A vented tank whose condenser is too small is returned with its ``vapour_loss``, a ``condenser_margin``
        below 1 and the ``time_to_dry``: it is steady only until then.
        """
        asked = {"T_in": T_in, "volume_flow": volume_flow, "chip_power": chip_power, "T_ambient": T_ambient}
        given: dict[str, ArrayLike | xr.DataArray] = {"water.T_in": self.file.water.T_in.nominal}
        given |= {key.replace("__", "."): value for key, value in overrides.items()}
        given |= {_ARGUMENTS[name]: value for name, value in asked.items() if value is not None}
        together = broadcast_cases(given)
        template = together["water.T_in"]
        flat = {key: np.asarray(a.values, dtype=float).reshape(template.size) for key, a in together.items()}
        self._check(flat)
        states: list[dict[str, float] | None] = []
        status = np.full(template.size, OK)
        first: TwoPhaseTankError | None = None
        for i in range(template.size):
            changed = {key: float(values[i]) for key, values in flat.items()}
            try:
                states.append(self._solve_one(self.file.values(changed)))
            except TwoPhaseTankError as error:
                if template.size == 1:
                    raise error.extended(f"\n  tank:     {self.name}") from None
                first = first or error
                status[i] = STATUS.get(type(error), NOT_CONVERGED)
                states.append(None)
        failed = int((status != OK).sum())
        if failed:
            warnings.warn(
                f"{self.name}: {failed} of {template.size} states have no steady state (first: {first})",
                stacklevel=2,
            )
        known = {"water_T_in": flat["water.T_in"]}
        attrs = {"tank": self.name, "kind": self.file.kind, "fluid": self.fluid.name}
        attrs |= {"water": self.water.name, "correlation": self.file.boiling.correlation}
        return tank_dataset(states, status, known, template, attrs)

    def plot(self, result: xr.Dataset | None = None, kind: str = "tank", **state: Any) -> Any:
        """Draw the boiling curve with the state of the chips, and where the heat goes.

        Parameters
        ----------
        result : xarray.Dataset, optional
            One state of :meth:`solve`; solved here if left out.
        kind : {"tank", "boiling", "balance"}
            Both, or one.
        **state
            As for :meth:`solve`, where no result is given.

        Returns
        -------
        matplotlib.figure.Figure

        Raises
        ------
        InputError
            For another kind, or a result of several states.
        """
        from hashheat.components.two_phase_tank_plots import plot_two_phase_tank

        if result is None:
            result = self.solve(**state)
        return plot_two_phase_tank(self, result, kind)

    def chip_set(self, values: Mapping[str, float] | None = None) -> ChipSet:
        """Chips to the physics.

        Parameters
        ----------
        values : mapping, optional
            Of :meth:`TwoPhaseTankFile.values`; nominal if left out.

        Returns
        -------
        ChipSet
        """
        v = self.file.values() if values is None else values
        boiling, plate = self.file.boiling, self.file.chips.plate
        own = (v["chips.length"], v["chips.width"])
        if plate is None:
            face, conductance, through = own, 0.0, 0.0
        else:
            face = (v["chips.plate.length"], v["chips.plate.width"])
            conductance = v["chips.plate.conductivity"] * v["chips.plate.thickness"]
            through = v["chips.plate.thickness"] / (v["chips.plate.conductivity"] * own[0] * own[1])
        surface = BoilingSurface(
            boiling.code,
            C_sf=v.get("boiling.C_sf", 0.0),
            n=v.get("boiling.n", 0.0),
            roughness=v.get("boiling.roughness", 0.0),
            h0=v.get("boiling.h0", 0.0),
            factor=v["boiling.factor"],
        )
        return ChipSet(
            v["chips.power"],
            *own,
            *face,
            conductance,
            through,
            v["chips.tilt"],
            v["chips.junction_resistance"],
            surface,
            v["boiling.incipience_superheat"],
            SIZES[boiling.size],
            SUBCOOLINGS[boiling.subcooling],
            v["boiling.subcooling_coefficient"],
            v["boiling.critical_factor"],
        )

    def coil(self, values: Mapping[str, float] | None = None) -> Coil:
        """Condenser to the physics; values as for :meth:`chip_set`."""
        v = self.file.values() if values is None else values
        table = self._table(v["water.pressure"])
        condenser = self.file.condenser
        return Coil(
            v["condenser.outer_diameter"],
            v["condenser.outer_diameter"] - 2.0 * v["condenser.wall_thickness"],
            v["condenser.conductivity"],
            condenser.circuits,
            v["condenser.length"],
            condenser.rows,
            v["condenser.film_factor"],
            v["condenser.fouling"],
            v["condenser.gas_fraction"],
            v["fluid.vapour_diffusivity"],
            table,
            v["water.T_in"],
            water_mass_flow(table, v["water.T_in"], v["water.flow"]),
        )

    def _table(self, pressure: float) -> PropertyTable:
        return self.water.table(pressure)

    def _check(self, flat: Mapping[str, np.ndarray]) -> None:
        """Refuse what the file would refuse before anything is solved."""
        known = self.file.values()
        for key, values in flat.items():
            if key not in known:
                self.file.values({key: 0.0})  # raises, naming the keys there are
            self.file.check_values(key, values)
        both = {key: flat.get(key, np.array([known[key]])) for key in known}
        for low, high in (
            ("chips.bottom", "chips.top"),
            ("chips.top", "bath.height"),
            ("bath.pressure_min", "bath.pressure_max"),
        ):
            if low in both and np.any(both[low] >= both[high]):
                raise InputError(
                    f"{low} is not below {high}",
                    file=self.file.file,
                    key=low,
                    found=f"{float(np.max(both[low])):g}",
                    accepted=f"less than {float(np.min(both[high])):g}",
                )
        if np.any(2.0 * both["condenser.wall_thickness"] >= both["condenser.outer_diameter"]):
            raise InputError(
                "the walls of the tubes fill them",
                file=self.file.file,
                key="condenser.wall_thickness",
                found=f"{float(np.max(both['condenser.wall_thickness'])):g} m",
                accepted=f"less than half of {float(np.min(both['condenser.outer_diameter'])):g} m",
            )
        for pressure in np.unique(both["water.pressure"]):
            self.water.check_liquid(both["water.T_in"], float(pressure), "the condenser's inlet")
            table = self._table(float(pressure))
            coldest, warmest = float(both["water.T_in"].min()), float(both["water.T_in"].max())
            if coldest < table.T_min or warmest > table.T_max:
                worst = coldest if coldest < table.T_min else warmest
                raise StateError(
                    f"{self.water.name}: {worst - 273.15:.2f} degC at the condenser's inlet lies outside its "
                    f"data, {table.T_min - 273.15:.2f} to {table.T_max - 273.15:.2f} degC."
                )

    def _solve_one(self, v: Mapping[str, float]) -> dict[str, float]:
        coil, chips = self.coil(v), self.chip_set(v)
        vessel = Vessel(
            self.file.bath.closure == "sealed",
            v["bath.pressure_max"],
            v.get("bath.pressure_min", 0.0),
            v["bath.loss_conductance"],
            v["surroundings.T"],
            v["surroundings.pressure"],
        )
        power = self.file.chips.count * v["chips.power"] + v["power.bath"]
        found = balance(self.fluid, coil, vessel, power)
        try:
            store = inventory(
                self.fluid,
                v["fluid.charge"],
                found.T_bath,
                v["bath.length"] * v["bath.width"],
                v["bath.height"],
                v["bath.hardware_volume"],
                v["chips.top"],
            )
            depth = store.level - v["chips.bottom"]
            chip = chip_state(self.fluid, chips, found.T_bath, found.pressure, depth)
            return (
                self._chip_results(v, chip)
                | self._vapour_results(v, coil, found, store)
                | self._heat_results(v, coil, found, power)
            )
        except StateError as error:
            raise BathRangeError(str(error)) from None

    def _chip_results(self, v: Mapping[str, float], chip: ChipState) -> dict[str, float]:
        peak = chip.peak_flux
        return {
            "T_saturation": chip.T_saturation,
            "subcooling": chip.subcooling,
            "heat_flux": chip.flux,
            "peak_heat_flux": peak,
            "critical_heat_flux": chip.critical_flux,
            "critical_margin": chip.critical_flux / peak if peak > 0.0 else math.inf,
            "wall_superheat": chip.superheat,
            "boiling": float(chip.boils),
            "T_wall": chip.T_wall,
            "T_junction": chip.T_junction,
            "T_junction_start": chip.T_start,
            "T_junction_limit": v["chips.limit"],
            "junction_margin": v["chips.limit"] - chip.T_junction,
            "start_margin": v["chips.limit"] - chip.T_start,
        }

    def _vapour_results(
        self, v: Mapping[str, float], coil: Coil, found: Balance, store: Inventory
    ) -> dict[str, float]:
        s = saturated(self.fluid, found.T_bath)
        escaping = found.vented / s.latent_heat
        floor = v["bath.length"] * v["bath.width"]
        above = s.rho_l * floor * (store.level - v["chips.top"])
        opened = opening_loss(
            self.fluid,
            coil.T_in,  # chips at rest, water flowing
            v["surroundings.T"],
            v["surroundings.pressure"],
            floor,
            v["opening.freeboard"],
            v["opening.duration"],
            v["opening.exchanged"],
            v["fluid.vapour_diffusivity"],
        )
        each = opened.diffused + opened.displaced
        return {
            "T_bath": found.T_bath,
            "pressure": found.pressure,
            "rating_margin": v["bath.pressure_max"] - found.pressure,
            "vapour_heat": found.vented,
            "vapour_loss": escaping,
            "time_to_dry": above / escaping if escaping > 0.0 else math.inf,
            "level": store.level,
            "level_margin": store.level - v["chips.top"],
            "liquid_mass": store.liquid,
            "vapour_mass": store.vapour,
            "opening_loss": each,
            "yearly_loss": each * v["opening.per_year"] / v["fluid.charge"]
            if v["opening.per_year"] > 0.0
            else 0.0,
        }

    def _heat_results(
        self, v: Mapping[str, float], coil: Coil, found: Balance, power: float
    ) -> dict[str, float]:
        c = coil_state(self.fluid, coil, found.T_bath, found.condensed, max(found.share, 1e-9))
        # From the water's own enthalpies, so that the balance is checked and not repeated.
        taken = coil.mass_flow * (enthalpy(coil.water, c.T_out) - enthalpy(coil.water, coil.T_in))
        wanted = found.condensed + found.vented
        electric = power + v["power.outside"]
        return {
            "T_vapour": c.T_vapour,
            "water_T_out": c.T_out,
            "water_mass_flow": coil.mass_flow,
            "volume_flow": coil.mass_flow / density(coil.water, coil.T_in),
            "film_htc": c.film_htc,
            "film_Re": c.film_reynolds,
            "gas_at_film": c.gas_wall,
            "water_htc": c.water_htc,
            "UA": c.UA,
            "NTU": c.NTU,
            "condenser_share": found.share,
            "condenser_capacity": found.capacity,
            "condenser_margin": found.capacity / wanted if wanted > 0.0 else math.inf,
            "heat_rate": taken,
            "wall_loss": found.lost,
            "chip_power": self.file.chips.count * v["chips.power"],
            "wall_power": electric,
            "capture_efficiency": taken / electric if electric > 0.0 else 0.0,
            "imbalance": (power - taken - found.lost - found.vented) / max(power, 1.0),
        }
