"""A single-phase immersion tank as a component: its file, solved as a flow, coupled to its loop."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from hashheat.components.errors import TankNotConvergedError
from hashheat.components.tank_build import TankBox
from hashheat.components.tank_file import TankFile, load_tank
from hashheat.components.tank_liquid import flash_point
from hashheat.components.tank_outcome import tank_dataset
from hashheat.components.tank_reduced import ReducedTank
from hashheat.components.tank_sensitivity import tank_sensitivity
from hashheat.components.tank_solve import TOLERANCE, Progress, TankSolution, first_box, solve_tank
from hashheat.thermo.ageing import FluidAgeing
from hashheat.thermo.errors import FlashPointError
from hashheat.thermo.quantity import Quantity

if TYPE_CHECKING:
    from hashheat.components.tank_transient import TankEvent


@dataclass(frozen=True, eq=False)
class ImmersionTank:
    """A tank of dielectric liquid with miners in it.

    Parameters
    ----------
    file : TankFile
        Its file.

    Examples
    --------
    >>> ImmersionTank.named("container-50kw").solve()  # doctest: +SKIP
    """

    file: TankFile

    @classmethod
    def named(cls, name: str | Path) -> "ImmersionTank":
        """Tank from a file: a path, or a shipped name such as ``"container-50kw"``."""
        return cls(load_tank(name))

    #: The same.
    load = named

    @property
    def name(self) -> str:
        """As the file has it."""
        return self.file.name

    @cached_property
    def quantities(self) -> dict[str, Quantity]:
        """Every number of the file by dotted key."""
        return self.file.quantities()

    def build(
        self, changed: Mapping[str, float] | None = None, *, refine: float = 1, **overrides: float
    ) -> TankBox:
        """Flow problem of the tank, with the oil that its loop gives to begin with.

        Parameters
        ----------
        changed : mapping, optional
            Values in SI by dotted key that take the place of nominal ones.
        refine : float
            A power of two: 2 halves every cell.
        **overrides : float
            The same as ``changed``, dots written as double underscores.

        Returns
        -------
        TankBox

        Raises
        ------
        InputError, TankError
            For a key or a value that the file does not accept, or a tank that cannot be built.
        """
        return first_box(self.file, _together(changed, overrides), refine=refine).tank

    def run(
        self,
        *,
        changed: Mapping[str, float] | None = None,
        refine: float = 1,
        tolerance: float = TOLERANCE,
        start: TankSolution | None = None,
        progress: Progress | None = None,
        **overrides: float,
    ) -> TankSolution:
        """Solve the tank and keep everything: fields, chips, loop and history.

        Parameters
        ----------
        changed, refine, **overrides
            As for :meth:`build`.
        tolerance : float
            Of the flow's residuals over those of the liquid at rest [-].
        start : TankSolution, optional
            A solution of this tank on the same grid to begin with.
        progress : callable, optional
            Called with what is done, and a fraction of it or a residual.

        Returns
        -------
        TankSolution
            Also where it did not converge: look at its ``status``.

        Raises
        ------
        InputError, TankError
            As :meth:`build`, and for a loop that cannot be.
        FlashPointError
            If the oil reaches its flash point in the steady state.
        RunawayError, CoolantRangeError
            For a chip without a steady state.
        """
        together = _together(changed, overrides)
        found = solve_tank(
            self.file, together, refine=refine, tolerance=tolerance, start=start, progress=progress
        )
        if found.converged:
            self._check_flash_point(found)
        return found

    def solve(
        self,
        *,
        changed: Mapping[str, float] | None = None,
        refine: float = 1,
        tolerance: float = TOLERANCE,
        start: TankSolution | None = None,
        progress: Progress | None = None,
        with_fields: bool = False,
        **overrides: float,
    ) -> xr.Dataset:
        """Steady state of the tank: temperatures, heat to the water, losses, pump, every chip.

        Parameters
        ----------
        changed, refine, tolerance, start, progress, **overrides
            As for :meth:`run`.
        with_fields : bool
            Add temperature, velocity and pressure of every cell.

        Returns
        -------
        xarray.Dataset
            Chips over (miner, board, row, col). A run that does not converge is no result: its numbers are NaN,
            its ``status`` is not 0, ``inside_limits`` is -1, and the history is there.

        Raises
        ------
        HashheatError
            As :meth:`run`.
        """
        found = self.run(
            changed=changed, refine=refine, tolerance=tolerance, start=start, progress=progress, **overrides
        )
        return self.dataset(found, with_fields=with_fields)

    def dataset(self, solution: TankSolution, *, with_fields: bool = False) -> xr.Dataset:
        """Dataset of a solution, as :meth:`solve` gives it."""
        return tank_dataset(self.file, solution, with_fields=with_fields)

    def solve_transient(
        self,
        event: "TankEvent" = "pump trip",
        duration: float = 3600.0,
        *,
        changed: Mapping[str, float] | None = None,
        interval: float | None = None,
        refine: float = 1,
        progress: Progress | None = None,
        **overrides: float,
    ) -> xr.Dataset:
        """Oil and chips over time after a pump trip, or from cold: how long until a chip passes its limit.

        Parameters
        ----------
        event : {"pump trip", "start-up"}
            From the steady state with the pump, or the water of a coil, stopped at time 0; or from oil at the
            temperature of the room, everything on.
        duration : float
            [s]
        changed, refine, progress, **overrides
            As for :meth:`run`.
        interval : float, optional
            Between two results, and between two updates of the loop [s]; a sixtieth of the duration if left out.

        Returns
        -------
        xarray.Dataset
            Over ``time``; see :func:`hashheat.components.tank_transient.solve_tank_transient`.

        Raises
        ------
        TankNotConvergedError
            If the steady state before a trip did not converge.
        HashheatError
            As :meth:`run`.
        """
        from hashheat.components.tank_transient import solve_tank_transient

        return solve_tank_transient(
            self,
            event,
            duration,
            changed=_together(changed, overrides),
            interval=interval,
            refine=refine,
            progress=progress,
        )

    def reduced(self, solution: TankSolution | None = None, **options: Any) -> ReducedTank:
        """Form of the tank that evaluates many samples: the flow of one solution, held.

        Parameters
        ----------
        solution : TankSolution, optional
            Solved here if left out.
        **options
            As for :meth:`run`.

        Raises
        ------
        TankNotConvergedError
            If that solution did not converge.
        """
        found = self.run(**options) if solution is None else solution
        if not found.converged:
            raise TankNotConvergedError(
                f"{self.name}: {found.flow.message}, so that there is no flow to hold; "
                f"{len(found.history)} repetitions, last residuals "
                + ", ".join(f"{k} {v[-1]:.1e}" for k, v in found.flow.history.items() if k != "watch" and v)
            )
        return ReducedTank(self.file, found)

    def sample(
        self, drawn: Mapping[str, ArrayLike], *, solution: TankSolution | None = None, **options: Any
    ) -> xr.Dataset:
        """Hottest junction and heat over samples of uncertain numbers, by the reduced form.

        Parameters
        ----------
        drawn : mapping of str to (n,) array
            Values in SI by dotted key.
        solution, **options
            As for :meth:`reduced`.

        Returns
        -------
        xarray.Dataset
            Over ``sample``; see :meth:`hashheat.components.tank_reduced.ReducedTank.evaluate`.
        """
        return self.reduced(solution, **options).evaluate(drawn)

    def sensitivity(
        self,
        keys: Sequence[str] | None = None,
        *,
        of: str = "T_junction",
        solution: TankSolution | None = None,
        **options: Any,
    ) -> xr.Dataset:
        """What the range of each uncertain number does to a result, largest effect first, by the reduced form.

        Parameters
        ----------
        keys : sequence of str, optional
            Numbers by dotted key; all uncertain ones that the reduced form knows if left out.
        of : str
            A result of :meth:`sample`.
        solution, **options
            As for :meth:`reduced`.

        Returns
        -------
        xarray.Dataset
            Over ``key``.
        """
        return tank_sensitivity(self.reduced(solution, **options), keys, of)

    def aged_numbers(self, ageing: FluidAgeing, solution: TankSolution) -> dict[str, float]:
        """Numbers of the file for oil in use, to be given as ``changed``.

        Parameters
        ----------
        ageing : FluidAgeing
            See :func:`hashheat.thermo.ageing.aged`.
        solution : TankSolution
            With new oil: a film of deposit counts against its film coefficients.

        Returns
        -------
        dict
            ``fluid.viscosity_factor`` and ``fluid.film_factor``; with an exchanger of a known mean coefficient the
            user lowers ``exchanger.conductance_factor`` as well.
        """
        htc = np.concatenate([chips.found.htc.ravel() for chips in solution.chips])
        values, liquid = solution.tank.values, solution.tank.box.liquid
        own = float(np.mean(htc)) * values["fluid.film_factor"]
        return {
            "fluid.viscosity_factor": values["fluid.viscosity_factor"] * ageing.thickened_by(liquid.density),
            "fluid.film_factor": values["fluid.film_factor"] / (1.0 + own * ageing.fouling_resistance),
        }

    def plot(self, result: xr.Dataset | None = None, kind: str = "tank", **options: Any) -> Any:
        """Draw the tank.

        Parameters
        ----------
        result : xarray.Dataset, optional
            Of :meth:`solve` with fields, or of :meth:`solve_transient`; solved here if left out.
        kind : str
            See :func:`hashheat.components.tank_plots.plot_tank`.
        **options
            As for :meth:`solve`, where no result is given.

        Returns
        -------
        matplotlib.figure.Figure
        """
        from hashheat.components.tank_plots import plot_tank

        found = self.solve(with_fields=True, **options) if result is None else result
        return plot_tank(found, kind)

    def _check_flash_point(self, found: TankSolution) -> None:
        T_flash = flash_point(self.file, found.tank.values)
        T_max = float(found.state.T.max())
        if T_max >= T_flash:
            raise FlashPointError(
                f"{self.file.oil.name} reaches its flash point in {self.name}: {T_max - 273.15:.1f} degC, flash "
                f"point {T_flash - 273.15:.1f} degC. More flow, colder water or less power keep it below."
            ).within(self.file.file)


def _together(changed: Mapping[str, float] | None, overrides: Mapping[str, float]) -> dict[str, float]:
    return {**(changed or {}), **{key.replace("__", "."): value for key, value in overrides.items()}}
