"""A plate heat exchanger: plates of one type in one frame, two fluids, and how it is piped."""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from hashheat.components.cases import broadcast_cases
from hashheat.components.chevron_correlations import chevron_law, validity_warnings
from hashheat.components.duty_side import SIDES, liquid_table
from hashheat.components.exchanger_checks import as_fluid, check_construction, check_sides, check_state
from hashheat.components.exchanger_plate import PlateFile, PlateNumbers, load_plate
from hashheat.components.exchanger_results import exchanger_dataset, raise_status
from hashheat.solvers import plate_rating as pr
from hashheat.solvers import plate_stack as ps
from hashheat.solvers.chevron import pack_law
from hashheat.solvers.element_levels import element_levels
from hashheat.solvers.plate_arrangement import arrange_blocks, arrange_passes, reverse_side
from hashheat.solvers.plate_stack import Stack
from hashheat.solvers.stack_temperatures import Laws
from hashheat.thermo.errors import BoilingError, FreezingError, InputError
from hashheat.thermo.fluid import Fluid
from hashheat.thermo.packed_table import pack, unpack
from hashheat.thermo.property_table import PropertyTable

#: Two node counts agree in the heat within this part of the largest heat possible [-].
TOLERANCE = 1e-6

#: A numerical error above this share of the largest heat is warned of [-].
COARSE = 1e-3

_WATER = Fluid.parse("water")

Value = ArrayLike | xr.DataArray


@dataclass(frozen=True)
class PlateHeatExchanger:
    """A gasketed or brazed plate heat exchanger.

    Side 0 is called hot and side 1 cold, after what they are meant for; either may be the warmer.

    Parameters
    ----------
    plate : PlateFile
        Type of plate; :func:`hashheat.components.exchanger_plate.load_plate` reads one.
    plates : int
        All plates, the two end plates included: plates - 2 transfer heat, plates - 1 channels.
    passes : (int, int)
        Of the hot and of the cold side.
    angle : float, optional
        Chevron angle of the channels [degrees from the main flow direction], a mean of two plates' angles.
        Left out, that of the hardest channel of the plate type.
    second_angle, second_share : float, optional
        Angle of a second kind of channel in the same stack, and the share of each pass's channels it makes [-].
    fluids : (Fluid or str, Fluid or str)
        A name as in :meth:`Fluid.parse`.
    pressures : (float, float)
        Absolute [Pa].
    fouling : (float, float)
        Resistance on each side [m^2 K/W].
    overall_counter, first_counter : bool
        Whether the cold side enters a stack of several passes at the far end, and whether the first two channels
        flow against each other; both true is counterflow, both false parallel flow.
    first_side : int
        Side of the first channel; with an even number of plates the other side has the last channel.
    ports : "U" or "Z"
        Whether inlet and outlet of a side with one pass lie at the same end of the stack.
    port_physics : bool
        Share the flow by the momentum in the ports (Bassiouny and Martin); False: by equal pressure drop.
    beta : (float, float)
        Axial velocity that branching fluid carries out of the inlet port, and that joining fluid brings into the
        outlet port, over the port's own velocity [-].
    correlation, friction : str, optional
        In place of the plate file's.
    constants : mapping
        Free constants of the correlation, in place of the plate file's.
    T_range : (float, float), optional
        Temperatures that the property tables shall hold [K], as far as each fluid is liquid; left out, those of
        :meth:`Fluid.table`, up to 125 degC. ``rate`` widens it by itself.
    nusselt_factor, friction_factor : (float, float), optional
        On film coefficient and friction of each side [-]; left out, the nominal factors of the plate file.

    Raises
    ------
    FrameCapacityError
        More or fewer plates than the frame is built for.
    PlateLimitError
        A pressure above what it bears.
    InputError
        Anything else that cannot be built.
    """

    plate: PlateFile
    plates: int
    passes: tuple[int, int] = (1, 1)
    angle: float | None = None
    second_angle: float | None = None
    second_share: float = 0.0
    fluids: tuple[Fluid, Fluid] = (_WATER, _WATER)
    pressures: tuple[float, float] = (6e5, 6e5)
    fouling: tuple[float, float] = (0.0, 0.0)
    overall_counter: bool = True
    first_counter: bool = True
    first_side: int = 0
    ports: Literal["U", "Z"] = "U"
    port_physics: bool = True
    beta: tuple[float, float] = (1.0, 0.0)
    correlation: str | None = None
    friction: str | None = None
    constants: Mapping[str, float] | None = None
    nusselt_factor: tuple[float, float] | None = None
    friction_factor: tuple[float, float] | None = None
    T_range: tuple[float, float] | None = None
    name: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        check_sides(self)
        object.__setattr__(self, "fluids", tuple(map(as_fluid, self.fluids, SIDES)))
        check_construction(self)

    def __repr__(self) -> str:
        """What it is, on one line; all fields are in ``dataclasses.asdict`` and the attributes."""
        angles = f"{self.channel_angle:g}"
        if self.second_angle is not None:
            angles += f" and {self.second_angle:g} ({self.second_share:.2g})"
        return (
            f"<PlateHeatExchanger: {self.plate.name}, {self.plates} plates, {angles} degrees, "
            f"passes {self.passes[0]} / {self.passes[1]}, {self.area:.3g} m2, "
            f"{self.fluids[0]} / {self.fluids[1]}>"
        )

    @classmethod
    def named(cls, plate: str, plates: int, **options: Any) -> "PlateHeatExchanger":
        """Exchanger of a shipped plate, or of a plate file.

        Parameters
        ----------
        plate : str
            Shipped name or path.
        plates : int
        **options
            As of the class.
        """
        return cls(load_plate(plate), plates, **options)

    # -- what it is ------------------------------------------------------------------------------------

    @cached_property
    def numbers(self) -> PlateNumbers:
        """Nominal numbers of a plate, in SI."""
        return self.plate.nominal()

    @property
    def area(self) -> float:
        """Heat transfer area: (plates - 2) times that of a plate [m^2]."""
        return (self.plates - 2) * self.numbers.area

    @property
    def channel_angle(self) -> float:
        """Chevron angle of the first kind of channel [degrees from the main flow direction]."""
        return self.plate.channel_angles()[-1] if self.angle is None else self.angle

    @property
    def is_counterflow(self) -> bool:
        """Whether the outlet of one side lies at the inlet of the other: opposed channels, or opposed passes."""
        if self.passes == (1, 1):
            return self.overall_counter and self.first_counter
        return self.overall_counter or min(self.passes) == 1

    @property
    def channels(self) -> tuple[int, int]:
        """Channels of each side, all passes together."""
        both = self.plates - 1
        first = (both + 1) // 2
        return (first, both - first) if self.first_side == 0 else (both - first, first)

    @cached_property
    def stack(self) -> Stack:
        """Arrangement of the real channels."""
        stack = arrange_passes(
            self.plates - 1,
            self.passes,
            first_side=self.first_side,
            overall_counter=self.overall_counter,
            first_counter=self.first_counter,
            ports=self.ports,
            second_kind=self.second_share,
        )
        return stack if self.port_physics else stack._replace(even=1)

    @cached_property
    def blocks(self) -> Stack:
        """Arrangement as blocks of infinite plates, for comparison with textbook formulas."""
        return arrange_blocks(
            self.plates - 1,
            self.passes,
            first_side=self.first_side,
            overall_counter=self.overall_counter,
            first_counter=self.first_counter,
            second_kind=self.second_share,
        )

    @cached_property
    def law_name(self) -> str:
        """Name of the correlation."""
        return self.correlation or self.plate.correlation.name

    @property
    def friction_name(self) -> str | None:
        """Correlation that friction is taken from; None for the one that goes with :attr:`law_name`."""
        of_plate = self.friction is None and self.correlation is None
        return self.plate.correlation.friction if of_plate else self.friction

    @property
    def law_constants(self) -> Mapping[str, float]:
        """Free constants of the correlation: the exchanger's own, or those of its plate file."""
        of_plate = self.constants is None and self.correlation is None
        return (self.plate.correlation.constants if of_plate else self.constants) or {}

    @cached_property
    def laws(self) -> Laws:
        """Correlations of the hot side, first and second kind of channel, then of the cold side."""

        def law(angle: float) -> Any:
            phi = self.numbers.enlargement
            return chevron_law(self.law_name, angle, phi, friction=self.friction_name, **self.law_constants)

        first = law(self.channel_angle)
        second = first if self.second_angle is None else law(self.second_angle)
        return first, second, first, second

    @cached_property
    def packed(self) -> np.ndarray:
        """Property tables of both fluids, packed for the kernels."""
        T = self.T_range or ()
        return np.stack([pack(_table(fluid, p, *T)) for fluid, p in zip(self.fluids, self.pressures)])

    def reaching(self, T_low: float, T_high: float) -> "PlateHeatExchanger":
        """Return the exchanger with property tables for these temperatures, where its own do not hold them.

        Parameters
        ----------
        T_low, T_high : float
            Lowest and highest of the inlets [K].
        """
        for table in map(unpack, self.packed):
            if T_low < table.T_min or T_high > table.T_max:
                wanted = (min(T_low, T_high), max(T_low, T_high))
                return self if self.T_range == wanted else replace(self, T_range=wanted)
        return self

    def case(self) -> np.ndarray:
        """One row of :data:`hashheat.solvers.plate_stack.INPUTS`, its flows and temperatures still zero."""
        p, law = self.numbers, self.plate.correlation
        row = np.zeros(ps.N_INPUTS)
        row[ps.AREA], row[ps.FLOW_AREA] = p.area, p.channel_flow_area
        row[ps.HYDRAULIC_DIAMETER], row[ps.FLOW_LENGTH] = p.hydraulic_diameter, p.flow_length
        row[ps.WALL_RESISTANCE], row[ps.FOULING] = p.thickness / p.conductivity, sum(self.fouling)
        nusselt = self.nusselt_factor or (law.Nu_factor.nominal,) * 2
        friction = self.friction_factor or (law.f_factor.nominal,) * 2
        row[ps.NUSSELT_FACTOR_0 : ps.NUSSELT_FACTOR_1 + 1] = nusselt
        row[ps.FRICTION_FACTOR_0 : ps.FRICTION_FACTOR_1 + 1] = friction
        row[ps.PORT_AREA], row[ps.PORT_LOSS] = p.port_area, law.port_loss.nominal
        row[ps.BETA_IN], row[ps.BETA_OUT] = self.beta
        row[ps.AREA_FACTOR] = 1.0
        return row

    # -- what it does ----------------------------------------------------------------------------------

    def rate(
        self,
        *,
        hot_mass_flow: Value,
        cold_mass_flow: Value,
        hot_T_in: Value,
        cold_T_in: Value,
        tolerance: float = TOLERANCE,
        infinite_plates: bool = False,
    ) -> xr.Dataset:
        """Outlet temperatures, heat and pressure drops, every channel resolved.

        Parameters
        ----------
        hot_mass_flow, cold_mass_flow : number, array or DataArray
            [kg/s]. A negative flow enters where that side's outlet is. One of the two may be zero.
        hot_T_in, cold_T_in : number, array or DataArray
            Where each fluid enters [K]. DataArrays broadcast by the names of their dimensions.
        tolerance : float
            The node count rises until two agree in the heat within this part of the largest heat possible [-].
        infinite_plates : bool
            Leave out end plates and ports: the model of the textbook formulas.

        Returns
        -------
        xarray.Dataset
            Over the dimensions of the arguments and ``side``; for a single case also the temperatures
            along every channel.

        Raises
        ------
        InputError, PlateLimitError, FreezingError, BoilingError
            For what cannot be rated; nothing is computed then.
        ExchangerError, MaldistributionError
            If a case has no steady state. Of many cases the first that fails is named.
        """
        given = {
            "hot_mass_flow": hot_mass_flow,
            "cold_mass_flow": cold_mass_flow,
            "hot_T_in": hot_T_in,
            "cold_T_in": cold_T_in,
        }
        if not 0.0 < tolerance < 1.0:
            raise InputError("must lie between 0 and 1", key="tolerance", found=tolerance)
        together = broadcast_cases(given)
        template = together["hot_T_in"]
        ends = [values.values for values in (together["hot_T_in"], together["cold_T_in"])]
        if np.isfinite(ends).all():
            wider = self.reaching(float(np.min(ends)), float(np.max(ends)))
            if wider is not self:
                return wider.rate(**given, tolerance=tolerance, infinite_plates=infinite_plates)
        columns = [np.asarray(values.values, dtype=float).ravel() for values in together.values()]
        cases = self.cases(*columns)
        stack = self.blocks if infinite_plates else self.stack
        out, status, fields = self._solve(stack, cases, columns, tolerance, single=template.ndim == 0)
        raise_status(self, status, columns)
        worst = float(out[:, pr.ESTIMATE].max())
        if worst > COARSE + 10.0 * tolerance:
            warnings.warn(
                f"a flow is so small that the heat is known within {worst:.1g} of the largest possible only; "
                "see numerical_error",
                stacklevel=2,
            )
        against = (columns[0] < 0.0) == (columns[1] < 0.0)
        counterflow = against if self.is_counterflow else ~against
        return exchanger_dataset(self, stack, template, cases, out, counterflow, fields)

    def plot(self, dataset: xr.Dataset, kind: Literal["TQ", "along", "flow"] = "TQ") -> Any:
        """Draw a rating of a single case.

        Parameters
        ----------
        dataset : xarray.Dataset
            Of :meth:`rate`.
        kind : "TQ", "along" or "flow"
            Both fluids' temperatures over the heat; temperatures along every channel; flow of every channel over
            the mean of its pass.

        Returns
        -------
        matplotlib.figure.Figure

        Raises
        ------
        InputError
            For another kind, or a Dataset of many cases.
        """
        from hashheat.components.exchanger_plots import plot_rating

        return plot_rating(dataset, kind, counterflow=self.is_counterflow)

    def cases(
        self, hot_flow: np.ndarray, cold_flow: np.ndarray, hot_T_in: np.ndarray, cold_T_in: np.ndarray
    ) -> np.ndarray:
        """Rows for the kernels, with the flows' magnitudes; refuses states that cannot be.

        Parameters
        ----------
        hot_flow, cold_flow : (N,) arrays
            Mass flows, negative where reversed [kg/s].
        hot_T_in, cold_T_in : (N,) arrays
            [K].

        Returns
        -------
        (N, N_INPUTS) array

        Raises
        ------
        InputError, PlateLimitError, FreezingError, BoilingError, StateError
            Naming side and value.
        """
        check_state(self, hot_flow, cold_flow, hot_T_in, cold_T_in)
        rows = np.repeat(self.case()[None, :], hot_flow.size, axis=0)
        rows[:, ps.FLOW_0], rows[:, ps.FLOW_1] = np.abs(hot_flow), np.abs(cold_flow)
        rows[:, ps.T_IN_0], rows[:, ps.T_IN_1] = hot_T_in, cold_T_in
        return rows

    def rate_rows(
        self, rows: np.ndarray, stack: Stack | None = None, tolerance: float = TOLERANCE
    ) -> tuple[np.ndarray, np.ndarray]:
        """Run the kernels on rows of numbers, as :meth:`cases` makes them, in parallel and unchecked.

        Parameters
        ----------
        rows : (N, N_INPUTS) array
            Columns of :data:`hashheat.solvers.plate_stack.INPUTS`.
        stack : Stack, optional
            In place of :attr:`stack`.
        tolerance : float
            As of :meth:`rate`.

        Returns
        -------
        out : (N, N_OUTPUTS) array
            Columns of :mod:`hashheat.solvers.plate_rating`.
        status : (N,) int array
            Keys of :data:`hashheat.solvers.plate_rating.STATUS`.
        """
        out, status = np.zeros((len(rows), pr.N_OUTPUTS)), np.zeros(len(rows), dtype=np.int64)
        laws = np.stack([pack_law(law) for law in self.laws])
        own = self.stack if stack is None else stack
        pr.rate_cases(own, rows, element_levels(), laws, self.packed, tolerance, out, status)
        return out, status

    def validity(self, Re_least: ArrayLike, Re_most: ArrayLike, Pr: tuple[float, float]) -> list[str]:
        """Say where Reynolds and Prandtl numbers lie outside what the correlation was made for."""
        angles = [self.channel_angle] + ([] if self.second_angle is None else [self.second_angle])
        found: list[str] = []
        for angle in angles:
            found += validity_warnings(
                self.law_name,
                float(np.min(Re_least)),
                float(np.max(Re_most)),
                Pr,
                angle,
                self.numbers.enlargement,
                friction=self.friction_name,
            )
        return list(dict.fromkeys(found))

    def _solve(
        self, stack: Stack, cases: np.ndarray, columns: list[np.ndarray], tolerance: float, single: bool
    ) -> tuple[np.ndarray, np.ndarray, dict[str, np.ndarray] | None]:
        """Run the kernels; cases whose fluids flow the other way run on a stack turned round."""
        levels = element_levels()
        out = np.zeros((len(cases), pr.N_OUTPUTS))
        status = np.zeros(len(cases), dtype=np.int64)
        reversed_ = [columns[0] < 0.0, columns[1] < 0.0]
        fields = None
        for hot in (False, True):
            for cold in (False, True):
                own = np.flatnonzero((reversed_[0] == hot) & (reversed_[1] == cold))
                if own.size == 0:
                    continue
                turned = stack
                for side, turn in enumerate((hot, cold)):
                    turned = reverse_side(turned, side) if turn else turned
                if single:
                    n, s = turned.side.size, levels.x.shape[1]
                    T, wall, htc = np.zeros((n, s)), np.zeros((n, s)), np.zeros((n, s))
                    flow = np.zeros(n)
                    status[0] = pr.rate_one(
                        turned,
                        cases[0],
                        levels,
                        self.laws,
                        self.packed,
                        tolerance,
                        T,
                        wall,
                        htc,
                        flow,
                        out[0],
                    )
                    used = int(out[0, pr.NODES])
                    at = int(np.flatnonzero(levels.size == used)[0]) if used else 0
                    fields = {"T": T[:, :used], "wall": wall[:, :used], "htc": htc[:, :used], "flow": flow}
                    fields["x"] = levels.x[at, :used]
                    fields["upward"] = turned.upward
                    continue
                out[own], status[own] = self.rate_rows(cases[own], turned, tolerance)
        return out, status, fields


def _table(fluid: Fluid, p: float, *T: float) -> PropertyTable:
    """Property table for these temperatures, as far as the fluid is liquid."""
    try:
        return liquid_table(fluid, p, *T)
    except (FreezingError, BoilingError):
        # A side whose fluid cannot take on the other's inlet temperature; whether it has to, the solver finds.
        return fluid.table(p)
