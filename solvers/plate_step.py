"""One step in time of a resolved plate: TR-BDF2, each of its two stages a conjugate solve.

L-stable and of order 2, with an embedded formula of order 3 for the error (R. E. Bank et al., IEEE Trans. Electron
Devices 32 (1985) 1992; M. E. Hosea and L. F. Shampine, Appl. Numer. Math. 20 (1996) 21). The coolant advances by
what it holds, not by its temperature: heat in is heat stored, to the accuracy of the solves.
"""

from typing import NamedTuple

import numpy as np

from hashheat.solvers.channel_law import ChannelLaw
from hashheat.solvers.conjugate_plate import PlateState, Stage, Surroundings, solve_conjugate
from hashheat.solvers.duct_table import DuctLaminar
from hashheat.solvers.multigrid import Levels
from hashheat.solvers.plate_model import PlateModel
from hashheat.solvers.plate_rates import Rates, rates_at
from hashheat.solvers.serpentine import OK
from hashheat.solvers.stack_storage import heat_in_volume
from hashheat.solvers.stack_transient import D_STAGE, W_STAGE
from hashheat.thermo.jit import kernel
from hashheat.thermo.property_kernels import density, enthalpy_beyond, heat_capacity
from hashheat.thermo.property_table import PropertyTable

#: Part of the error allowed to a step that a stage may leave.
STAGE_SHARE = 0.02
_MOST_ITERATIONS = 60


class Plant(NamedTuple):
    """What does not change while time passes.

    Parameters
    ----------
    model, law, duct, table
        As in :func:`hashheat.solvers.conjugate_plate.solve_conjugate`.
    levels : Levels
        Grids of the solid.
    energy : (24,) float array
        Of :func:`hashheat.solvers.stack_storage.energy_polynomial` for the table.
    share_by_pressure : bool
        Share the flow among streams by their pressure drops, at all times.
    """

    model: PlateModel
    law: ChannelLaw
    duct: DuctLaminar
    table: PropertyTable
    levels: Levels
    energy: np.ndarray
    share_by_pressure: bool = False


class PlateInputs(NamedTuple):
    """What drives a plate at one time.

    Parameters
    ----------
    T_in : float
        [K]
    mass_flow : float
        0 or more [kg/s].
    T_ambient : float
        [K]
    dynamic, leak : float
        Factors of the chips' ``P_dynamic`` and ``P_leak`` [-].
    """

    T_in: float
    mass_flow: float
    T_ambient: float = 293.15
    dynamic: float = 1.0
    leak: float = 1.0


class Moment(NamedTuple):
    """A plate at one time.

    Parameters
    ----------
    state : PlateState
    rates : Rates
    e : (n_coolant,) float array
        Heat in a volume of coolant [J/m3].
    """

    state: PlateState
    rates: Rates
    e: np.ndarray


@kernel
def volume_heat(energy: np.ndarray, table: PropertyTable, F: np.ndarray) -> np.ndarray:
    """Heat in a volume [J/m3] at each of the temperatures."""
    e = np.empty(F.size)
    for c in range(F.size):
        e[c] = heat_in_volume(energy, table, F[c])
    return e


@kernel
def volume_capacity(table: PropertyTable, F: np.ndarray) -> np.ndarray:
    """Heat capacity of a volume [J/(m3 K)] at each of the temperatures, or at the end of the table's range."""
    capacity = np.empty(F.size)
    for c in range(F.size):
        T = min(max(F[c], table.T_min), table.T_max)
        capacity[c] = density(table, T) * heat_capacity(table, T)
    return capacity


@kernel
def temperature_of(energy: np.ndarray, table: PropertyTable, e: np.ndarray, near: np.ndarray) -> np.ndarray:
    """Temperatures at which a volume holds e, by Newton steps; what bends is the heat capacity, by a percent."""
    F = near.copy()
    for _ in range(5):
        capacity = volume_capacity(table, F)
        F += (e - volume_heat(energy, table, F)) / capacity
    return F


@kernel
def outflow(
    F_end: np.ndarray,
    first: np.ndarray,
    flow: np.ndarray,
    share: np.ndarray,
    table: PropertyTable,
    T_in: float,
) -> tuple[float, float]:
    """Heat that the coolant carries off [W], and the mixed enthalpy at the outlets [J/kg].

    Coolant at rest is mixed by the streams' shares of the flow.
    """
    total = flow.sum()
    h_in = enthalpy_beyond(table, T_in)
    carried, mixed = 0.0, 0.0
    for s in range(flow.size):
        h = enthalpy_beyond(table, F_end[first[s + 1] - 1])
        carried += flow[s] * (h - h_in)
        mixed += (flow[s] / total if total > 0.0 else share[s]) * h
    return carried, mixed


def driven(plant: Plant, inputs: PlateInputs) -> tuple[PlateModel, Surroundings]:
    """Model and surroundings under the inputs of one time."""
    chips = plant.model.chips
    chips = chips._replace(P_dynamic=chips.P_dynamic * inputs.dynamic, P_leak=chips.P_leak * inputs.leak)
    around = Surroundings(float(inputs.T_in), float(inputs.mass_flow), float(inputs.T_ambient))
    return plant.model._replace(chips=chips), around


def moment_of(plant: Plant, inputs: PlateInputs, state: PlateState) -> Moment:
    """Rates and all that goes with the T and F of a state; its status says whether the chips rest."""
    model, around = driven(plant, inputs)
    state, rates = rates_at(model, plant.law, plant.duct, plant.table, around, plant.levels, state)
    return Moment(state, rates, volume_heat(plant.energy, plant.table, state.F))


def _stage(
    plant: Plant,
    inputs: PlateInputs,
    time: float,
    T: np.ndarray,
    e: np.ndarray,
    guess: PlateState,
    tolerance: float,
) -> Moment:
    model, around = driven(plant, inputs)
    F = temperature_of(plant.energy, plant.table, e, guess.F)
    state = solve_conjugate(
        model,
        plant.law,
        plant.duct,
        plant.table,
        around,
        levels=plant.levels,
        start=guess,
        stage=Stage(time, T, F),
        share_by_pressure=plant.share_by_pressure,
        tolerance=tolerance,
        max_iterations=_MOST_ITERATIONS,
    )
    e_new = volume_heat(plant.energy, plant.table, state.F)
    return Moment(state, Rates((state.T - T) / time, (e_new - e) / time), e_new)


class Attempt(NamedTuple):
    """A step that was tried.

    Parameters
    ----------
    middle, end : Moment
        At ``2 D_STAGE dt`` and at ``dt``; of use where the status is ``OK``.
    error : float
        Estimated error of the step [K].
    status : int
        Of the stages.
    iterations, cycles : int
        Of both stages.
    """

    middle: Moment
    end: Moment
    error: float
    status: int
    iterations: int
    cycles: int


def take_step(
    plant: Plant, inputs: tuple[PlateInputs, PlateInputs], dt: float, tolerance: float, begin: Moment
) -> Attempt:
    """Advance by one step.

    Parameters
    ----------
    plant : Plant
    inputs : two PlateInputs
        At ``2 D_STAGE dt`` and at ``dt`` after the beginning.
    dt : float
        [s]
    tolerance : float
        Of the error of a step [K].
    begin : Moment

    Returns
    -------
    Attempt
    """
    d, w = D_STAGE, W_STAGE
    stage = STAGE_SHARE * tolerance
    T, F = begin.state.T, begin.state.F
    capacity = volume_capacity(plant.table, F)
    ahead, ahead_F = 2.0 * d * dt * begin.rates.T, 2.0 * d * dt * begin.rates.e / capacity
    middle = _stage(
        plant,
        inputs[0],
        d * dt,
        T + d * dt * begin.rates.T,
        begin.e + d * dt * begin.rates.e,
        begin.state._replace(T=T + ahead, F=F + ahead_F),
        stage,
    )
    seen = middle.state
    if seen.status != OK:
        return Attempt(middle, middle, np.inf, seen.status, seen.iterations, seen.cycles)
    # On the parabola through the start, its slope and the first stage.
    bend = 0.25 / d**2
    guess = seen._replace(
        T=T + ahead * 0.5 / d + bend * (seen.T - T - ahead),
        F=F + ahead_F * 0.5 / d + bend * (seen.F - F - ahead_F),
    )
    end = _stage(
        plant,
        inputs[1],
        d * dt,
        T + w * dt * (begin.rates.T + middle.rates.T),
        begin.e + w * dt * (begin.rates.e + middle.rates.e),
        guess,
        stage,
    )
    first, second, third = dt * (4.0 * w - 1.0) / 3.0, -dt / 3.0, 2.0 * d * dt / 3.0
    off_T, off_e = (
        first * a + second * b + third * c for a, b, c in zip(begin.rates, middle.rates, end.rates)
    )
    error = max(float(np.abs(off_T).max()), float(np.abs(off_e / capacity).max(initial=0.0)))
    return Attempt(
        middle,
        end,
        error if np.isfinite(error) else np.inf,
        end.state.status,
        seen.iterations + end.state.iterations,
        seen.cycles + end.state.cycles,
    )
