"""Reduce a cold plate: full states, corrections through them, and a comparison at other states."""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from hashheat.components.chebyshev_box import chebyshev_points
from hashheat.components.errors import ReducedPlateError
from hashheat.components.full_states import FullStates, path_state, solve_full, solve_steady
from hashheat.components.prepared_plate import PreparedPlate
from hashheat.components.reduced_path import ReducedPath
from hashheat.components.reduced_path_build import plate_loss, reduced_path
from hashheat.components.reduced_plate import ReducedPlate
from hashheat.components.reduced_plate_check import AMBIENT_QUANTILES, ReductionErrors, check_points
from hashheat.components.reduced_plate_fit import Fitted, Shift, corrections_at, fit_corrections
from hashheat.components.regime_fold import points_along, regime_fold
from hashheat.solvers import serpentine as sp
from hashheat.thermo.errors import InputError
from hashheat.thermo.fluid import Fluid
from hashheat.thermo.property_table import PropertyTable

if TYPE_CHECKING:
    from hashheat.components.cold_plate import ColdPlate

#: Points along flow, inlet temperature and clock: each grid is tried where the one before is not close enough.
#: From the second on, states along a change of the flow's regime are fitted too, where the envelope has one.
GRIDS = ((5, 3, 3), (8, 5, 3), (12, 7, 3))
#: Sizes with which the metal's corrections change, where they may differ from case to case.
_SHIFTING = (
    "plate.length",
    "plate.width",
    "plate.thickness",
    "plate.conductivity",
    "coolant.width",
    "coolant.height",
    "coolant.diameter",
)
#: A grid is close enough at this share of the bounds, and the last one has to keep the second: between the states
#: compared it can be somewhat further off.
_ENOUGH, _MUST = 0.5, 0.75
#: States fitted along a change of regime.
_ALONG = 500


def reduce_plate(
    plate: "ColdPlate",
    bound: tuple[float, float] = (0.2, 0.02),
    *,
    fluid: Fluid | None = None,
    pressure: float | None = None,
    table: PropertyTable | None = None,
    grids: tuple[tuple[int, int, int], ...] = GRIDS,
    checks: int = 120,
) -> ReducedPlate:
    """Reduced form of a cold plate over the envelope of its file.

    Parameters
    ----------
    plate : ColdPlate
    bound : (float, float)
        Largest error of the hottest junction and of the outlet [K].
    fluid : Fluid, optional
        Coolant; that of the design state if left out.
    pressure : float, optional
        Absolute, at the inlet [Pa].
    table : PropertyTable, optional
        The coolant's properties, instead of the two above.
    grids : tuple of (int, int, int)
        Points along flow, T_in and clock that are fitted, tried in turn.
    checks : int
        States besides the envelope's corners at which both forms are compared, and as many along a change of the
        flow's regime where the envelope has one; surroundings are at either end of their range in turn.

    Returns
    -------
    ReducedPlate
        With its ``errors``.

    Raises
    ------
    ReducedPlateError
        If the finest grid leaves more than three quarters of the bound at the states compared, or full and
        reduced plate do not agree on which states have a steady state; names both errors and where they are.
    InputError
        For a bound that is not above 0, an envelope without a steady state.
    FreezingError, BoilingError
        For an envelope in which the coolant enters as no liquid.
    """
    if not (len(bound) == 2 and all(np.isfinite(b) and b > 0.0 for b in bound)):
        raise InputError(
            "a bound cannot be", key="bound", found=bound, accepted="two temperatures above 0, in kelvin"
        )
    file = plate.file
    p = file.design.pressure.nominal if pressure is None else float(pressure)
    coolant = None
    ends = np.array(
        [[q.lower, q.upper] for q in (file.envelope.flow, file.envelope.T_in, file.envelope.clock)]
    )
    if table is None:
        coolant = plate.fluid(fluid)
        coolant.check_liquid(ends[1], p, "the inlet, over the plate's envelope")
        table = coolant.table(p)
    low, high = ends.T.copy()
    low[0], high[0] = np.log(low[0]), np.log(high[0])
    full = plate.prepared()
    path = reduced_path(file, full)
    room = file.design.T_ambient
    fold = regime_fold(path, full, table, low, high)
    at = check_points(low, high, checks)
    turning = 0
    if fold is not None:
        along = points_along(fold, low, high, checks, start=0.31)
        at, turning = np.concatenate([at, along]), len(along)
    sides = np.resize(room.quantile(list(AMBIENT_QUANTILES)), len(at))
    centre = 0.5 * (low + high)
    compared, failed = solve_steady(full, table, at, sides, centre)
    heat = full.geometry.chip_heat
    assert heat is not None
    for turn, counts in enumerate(grids):
        axes = [chebyshev_points(*pair) for pair in zip(low, high, counts)]
        points = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
        steady, pulled = solve_steady(full, table, points, np.full(len(points), room.nominal), centre)
        if pulled > len(points) // 2:
            raise InputError(
                "the plate has no steady state over most of its envelope",
                file=file.file,
                key="envelope",
                found=f"{len(points) - pulled} of {len(points)} states with one",
                accepted="at least half of them",
            )
        near = None if turn == 0 else fold
        if near is not None:
            along = points_along(near, low, high, _ALONG)
            more, _ = solve_steady(full, table, along, np.full(len(along), room.nominal), centre)
            steady = FullStates(*(np.concatenate(pair) for pair in zip(steady, more)))
        fitted = fit_corrections(path, full, table, steady, (low, high), counts, near)
        found = ReducedPlate(file, path, fitted, float(np.max(heat.P_dynamic)), coolant, p)
        errors = compare(found, full, table, compared)._replace(
            failed=failed, fitted=len(steady.status), turning=turning
        )
        found = replace(found, errors=errors)
        if errors.disagreed == 0 and max(errors.junction / bound[0], errors.outlet / bound[1]) <= _ENOUGH:
            break
    if errors.disagreed or max(errors.junction / bound[0], errors.outlet / bound[1]) > _MUST:
        raise ReducedPlateError(_refusal(file.name, errors, bound))
    return replace(found, fitted=found.fitted._replace(shifts=_shifts(plate, path, table, found.fitted)))


def _shifts(plate: "ColdPlate", path: ReducedPath, table: PropertyTable, fitted: Fitted) -> tuple[Shift, ...]:
    """How the corrections change with the sizes of the plate, one by one, at the design state."""
    design = plate.file.design
    at = np.array([[np.log(design.flow.nominal), design.T_in.nominal, 1.0]])
    ambient = np.array([design.T_ambient.nominal])

    def corrections(changed: dict[str, float]) -> np.ndarray | None:
        full = plate.prepared(changed)
        states = solve_full(full, table, at, ambient)
        if states.status[0] != sp.OK:
            return None
        around = path_state(full, states)._replace(loss=plate_loss({**path.nominal, **changed}))
        found: np.ndarray = corrections_at(path, around, table, states, changed)[0]
        return found

    base = corrections({})
    shifts = []
    for key in path.keys:
        lower, upper = (float(x) for x in plate.quantities[key].quantile([0.0005, 0.9995]))
        if key not in _SHIFTING or not lower < upper:
            continue
        ends = [corrections({key: lower}), corrections({key: upper})]
        if base is None or ends[0] is None or ends[1] is None:
            continue
        nominal = path.nominal[key]
        x = np.log(np.array([lower, upper]) / nominal)
        coefficients = np.linalg.solve(np.stack([x, x * x], axis=1), np.stack([e - base for e in ends]))  # type: ignore[operator]
        shifts.append(Shift(key, nominal, lower, upper, coefficients))
    return tuple(shifts)


def compare(
    reduced: ReducedPlate, full: PreparedPlate, table: PropertyTable, states: FullStates
) -> ReductionErrors:
    """Largest differences between a reduced plate and states of the full one.

    Parameters
    ----------
    reduced : ReducedPlate
    full : PreparedPlate
    table : PropertyTable
        Coolant.
    states : FullStates
        With a steady state or without.

    Returns
    -------
    ReductionErrors
        Zero differences if there is nothing to compare.
    """
    n = len(states.status)
    out, _ = reduced.solve_arrays({}, path_state(full, states), table, n)
    steady = states.status == sp.OK
    both = steady & (out[sp.STATUS] == sp.OK)

    def off(row: int, true: np.ndarray) -> np.ndarray:
        return np.where(both, np.abs(out[row] - true), 0.0)

    junction = off(sp.T_JUNCTION, states.T_junction.max(axis=1))
    outlet = off(sp.T_OUT, states.T_out)
    drop = off(sp.PRESSURE_DROP, states.pressure_drop) / np.where(both, states.pressure_drop, 1.0)

    def place(differences: np.ndarray) -> tuple[float, float, float]:
        ln_flow, T_in, clock = states.points[int(differences.argmax())]
        return float(np.exp(ln_flow)), float(T_in), float(clock)

    return ReductionErrors(
        junction=float(junction.max()),
        outlet=float(outlet.max()),
        wall=float(off(sp.T_WALL, states.T_wall).max()),
        pressure_drop=float(drop.max()),
        heat_loss=float(off(sp.HEAT_LOSS, states.heat_loss).max()),
        chip_power=float(off(sp.CHIP_POWER, states.chip_power).max()),
        junction_at=place(junction),
        outlet_at=place(outlet),
        states=int(both.sum()),
        failed=int((~steady).sum()),
        disagreed=int((steady != (out[sp.STATUS] == sp.OK)).sum()),
        turning=0,
        fitted=0,
    )


def _refusal(name: str, errors: ReductionErrors, bound: tuple[float, float]) -> str:
    text = f"{name}: the reduced form does not stay below three quarters of {bound[0]:g} K (junction) and "
    text += f"{bound[1]:g} K (outlet) from the full plate: {errors}"
    if errors.disagreed:
        text += f"; at {errors.disagreed} states one of the two has a steady state and the other has none"
    return text
