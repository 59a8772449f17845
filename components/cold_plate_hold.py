"""What a cold plate has to keep at all times of a run: pressure at its outlet, and liquid there."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from hashheat.components.failures import LOWEST_PRESSURE, PRESSURE_LOST
from hashheat.components.prepared_plate import PreparedPlate
from hashheat.solvers.conjugate_plate import PlateState
from hashheat.solvers.plate_step import PlateInputs, outflow
from hashheat.solvers.serpentine import OK, OUT_OF_RANGE
from hashheat.thermo.errors import StateError
from hashheat.thermo.fluid import Fluid
from hashheat.thermo.property_kernels import temperature_from_enthalpy
from hashheat.thermo.property_table import PropertyTable


@dataclass(frozen=True, eq=False)
class OutletHold:
    """The same two conditions as :meth:`hashheat.components.cold_plate.ColdPlate.solve` has, as a status.

    Parameters
    ----------
    plate : PreparedPlate
    fluid : Fluid
    table : PropertyTable
        Of the fluid at this pressure.
    pressure : float
        Absolute, at the inlet [Pa].
    """

    plate: PreparedPlate
    fluid: Fluid
    table: PropertyTable
    pressure: float

    def __call__(self, inputs: PlateInputs, state: PlateState) -> int:
        """``OK``, ``PRESSURE_LOST``, or ``OUT_OF_RANGE`` where the mixed outlet is above its boiling point."""
        drop = 0.0
        if state.flow.sum() > 0.0:
            drop = self.plate.pressure_drop(state, self.table, inputs.T_in)
        if drop > self.pressure - LOWEST_PRESSURE:
            return PRESSURE_LOST
        T_boil = self.boiling_points([drop])
        if T_boil is None:
            return OK
        coolant = self.plate.model.coolant
        _, mixed = outflow(
            state.F_end, coolant.first, state.flow, coolant.share, self.table, float(inputs.T_in)
        )
        return OUT_OF_RANGE if temperature_from_enthalpy(self.table, mixed) > T_boil[0] else OK

    def boiling_points(self, drops: Iterable[float]) -> np.ndarray | None:
        """Saturation temperature [K] behind each pressure drop [Pa]; None for a coolant without boiling data."""
        left = np.maximum(self.pressure - np.array(list(drops), dtype=float), LOWEST_PRESSURE)
        try:
            return np.asarray(self.fluid.saturation_temperature(left), dtype=float)
        except StateError:
            return None
