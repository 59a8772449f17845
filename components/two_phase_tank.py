"""A two-phase immersion tank as a component: chips that boil in a bath, and the condenser above it."""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from hashheat.components.cases import broadcast_cases
from hashheat.components.two_phase_tank_build import build_chips, build_coil
from hashheat.components.two_phase_tank_checks import check_states
from hashheat.components.two_phase_tank_chips import ChipSet
from hashheat.components.two_phase_tank_coil import Coil
from hashheat.components.two_phase_tank_errors import TwoPhaseTankError
from hashheat.components.two_phase_tank_file import TwoPhaseTankFile, load_two_phase_tank
from hashheat.components.two_phase_tank_results import NOT_CONVERGED, OK, STATUS, tank_dataset
from hashheat.components.two_phase_tank_state import solve_state
from hashheat.thermo.fluid import Fluid
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
        """Tank from a file.

        Parameters
        ----------
        name : str or Path
            A path, or a shipped name such as ``"two-phase-demo"``.

        Returns
        -------
        TwoPhaseTank

        Raises
        ------
        InputError
            If there is no such file, it is of another kind of tank, or something in it cannot be used.
        """
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
        check_states(self.file, self.water, flat)
        states: list[dict[str, float] | None] = []
        status = np.full(template.size, OK)
        first: TwoPhaseTankError | None = None
        for i in range(template.size):
            changed = {key: float(values[i]) for key, values in flat.items()}
            try:
                states.append(solve_state(self.file, self.fluid, self.water, self.file.values(changed)))
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
            Of :meth:`TwoPhaseTankFile.values` [SI]; nominal if left out.

        Returns
        -------
        ChipSet
        """
        return build_chips(self.file, self.file.values() if values is None else values)

    def coil(self, values: Mapping[str, float] | None = None) -> Coil:
        """Condenser to the physics.

        Parameters
        ----------
        values : mapping, optional
            As for :meth:`chip_set`.

        Returns
        -------
        Coil
        """
        return build_coil(self.file, self.water, self.file.values() if values is None else values)
