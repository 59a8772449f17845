"""A cold plate at one set of values, on plain arrays, ready to be solved at any state."""

from dataclasses import dataclass, replace

import numpy as np

from hashheat.components.chip_map import ChipMap
from hashheat.components.coolant_layout import MicroChannels, ParallelChannels
from hashheat.components.plate_chips import ChipHeat, chip_places
from hashheat.components.plate_geometry import (
    PlateGeometry,
    metal_share,
    placed_model,
    plate_grid,
)
from hashheat.components.plate_law import channel_duct, channel_law
from hashheat.solvers.channel_law import ChannelLaw
from hashheat.solvers.conjugate_plate import PlateState, Stage, Surroundings, solve_conjugate
from hashheat.solvers.duct_table import DuctLaminar
from hashheat.solvers.multigrid import Levels, build_levels
from hashheat.solvers.plate_model import PlateModel
from hashheat.thermo.property_kernels import density, enthalpy, temperature_from_enthalpy
from hashheat.thermo.property_table import PropertyTable


@dataclass(frozen=True, eq=False)
class PreparedPlate:
    """Arrays of a plate and its channels.

    Parameters
    ----------
    geometry : PlateGeometry
        The description.
    model : PlateModel
        Solid, coolant, films and chips at clock 1.
    law : ChannelLaw
    duct : DuctLaminar
    levels : Levels
        Grids of the solid; one solve at a time may use them.
    port_loss : float
        Sum of the loss coefficients of inlet and outlet, on the velocity head of a channel [-].
    friction_factor : float
        On the pressure drop of the plate, ports included [-].
    places : (n_coolant, 2) array
        Middle of each coolant cell [m].
    """

    geometry: PlateGeometry
    model: PlateModel
    law: ChannelLaw
    duct: DuctLaminar
    levels: Levels
    port_loss: float
    friction_factor: float
    places: np.ndarray

    @property
    def chips(self) -> ChipMap:
        """The chips' places."""
        assert self.geometry.chips is not None
        return self.geometry.chips

    @property
    def metal(self) -> np.ndarray:
        """Share of each cell that is metal, (nz, ny, nx) [-]."""
        return metal_share(self.geometry)

    def solve(
        self,
        table: PropertyTable,
        around: Surroundings,
        *,
        frequency: float = 1.0,
        voltage: float = 1.0,
        start: PlateState | None = None,
        stage: Stage | None = None,
        tolerance: float = 1e-5,
    ) -> PlateState:
        """Steady state or one stage in time; see :func:`hashheat.solvers.conjugate_plate.solve_conjugate`.

        Parameters
        ----------
        table : PropertyTable
            Coolant.
        around : Surroundings
            Inlet, flow and ambient.
        frequency, voltage : float
            Clock and supply voltage over those of the file [-]: dynamic power goes with f V^2, leakage with V^2.
        start, stage, tolerance
            As there.
        """
        return solve_conjugate(
            self.powered(frequency, voltage),
            self.law,
            self.duct,
            table,
            around,
            levels=self.levels,
            start=start,
            stage=stage,
            share_by_pressure=True,
            tolerance=tolerance,
        )

    def powered(self, frequency: float, voltage: float) -> PlateModel:
        """The model with its chips at another clock and voltage [-]."""
        chips = self.model.chips
        V2 = voltage * voltage
        return self.model._replace(
            chips=chips._replace(P_dynamic=chips.P_dynamic * frequency * V2, P_leak=chips.P_leak * V2)
        )

    def with_numbers(
        self, heat: ChipHeat, *, nusselt_factor: float, friction_factor: float, port_loss: float
    ) -> "PreparedPlate":
        """The same plate with other numbers of chips and films, on the same cells and grids.

        Parameters
        ----------
        heat : ChipHeat
        nusselt_factor, friction_factor, port_loss : float
            As in :func:`prepare`.
        """
        geometry = replace(self.geometry, chip_heat=heat)
        chips = chip_places(plate_grid(geometry), geometry.chips, heat, geometry.conductivity)
        return replace(
            self,
            geometry=geometry,
            model=self.model._replace(chips=chips),
            law=self.law._replace(nusselt_factor=nusselt_factor),
            port_loss=port_loss,
            friction_factor=friction_factor,
        )

    def pressure_drop(self, state: PlateState, table: PropertyTable, T_in: float) -> float:
        """Channels, weighted by their flow, and ports [Pa]."""
        total = float(state.flow.sum())
        channels = float(state.pressure_drop @ state.flow) / total
        return self.with_ports(channels, total, density(table, T_in))

    def with_ports(self, channels: float, mass_flow: float, rho: float) -> float:
        """Pressure drop of the plate [Pa]: its channels [Pa], and its ports at a flow [kg/s] and density."""
        each = mass_flow / float(self.model.coolant.channels.sum()) / self.law.flow_area
        ports = 0.5 * self.port_loss * each * each / rho
        return (channels + ports) * self.friction_factor

    def outlet(self, state: PlateState, table: PropertyTable, T_in: float) -> float:
        """Mixed outlet temperature [K]; the table's end where the coolant is beyond it."""
        rise = float(state.heat.sum()) / float(state.flow.sum())
        return float(temperature_from_enthalpy(table, enthalpy(table, T_in) + rise))

    def filled(self, state: PlateState) -> np.ndarray:
        """Temperature of every cell, (nz, ny, nx) [K]: that of the nearest coolant where there is no metal."""
        T = state.T.copy()
        layer, row, col = np.nonzero(self.metal <= 0.0)
        if layer.size:
            from scipy.spatial import cKDTree

            x, y = self.centres
            near = cKDTree(self.places).query(np.column_stack([x[col], y[row]]))[1]
            T[layer, row, col] = state.F[near]
        return T

    @property
    def centres(self) -> tuple[np.ndarray, np.ndarray]:
        """Middles of the cells along x and along y [m]."""
        g = self.geometry
        dx = np.full(g.cells[0], g.length / g.cells[0]) if g.dx is None else g.dx
        dy = np.full(g.cells[1], g.width / g.cells[1]) if g.dy is None else g.dy
        return np.cumsum(dx) - 0.5 * dx, np.cumsum(dy) - 0.5 * dy


def prepare(
    geometry: PlateGeometry, *, nusselt_factor: float, friction_factor: float, port_loss: float
) -> PreparedPlate:
    """Arrays of a plate.

    Parameters
    ----------
    geometry : PlateGeometry
    nusselt_factor : float
        On the correlated film coefficient [-].
    friction_factor : float
        On the pressure drop of the plate, ports included [-].
    port_loss : float
        Of inlet and outlet together, on the velocity head of a channel [-].

    Returns
    -------
    PreparedPlate

    Raises
    ------
    PlateGeometryError, ChipMapError
        By their kinds, for a plate that cannot be built.
    """
    layout = geometry.layout
    model, places = placed_model(geometry)
    law = channel_law(
        layout,
        geometry.plate_size,
        nusselt_factor=nusselt_factor,
        # Many short channels start at a manifold with a flat profile; one long channel forgets its inlet.
        entrance=isinstance(layout, MicroChannels | ParallelChannels),
    )
    return PreparedPlate(
        geometry=geometry,
        model=model,
        law=law,
        duct=channel_duct(layout),
        levels=build_levels(*model.solid[:3]),
        port_loss=port_loss,
        friction_factor=friction_factor,
        places=places,
    )
