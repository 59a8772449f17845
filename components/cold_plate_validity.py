"""How far the model of a plate and the correlations of its channels hold at a solved state."""

import numpy as np

from hashheat.components.coolant_layout import PinFins
from hashheat.components.prepared_plate import PreparedPlate
from hashheat.solvers.channel_law import FIXED, PIN_INLINE, PIN_STAGGERED
from hashheat.solvers.conjugate_plate import PlateState
from hashheat.solvers.convection import RE_LAMINAR, RE_TURBULENT
from hashheat.thermo.property_kernels import conductivity, heat_capacity, viscosity
from hashheat.thermo.property_table import PropertyTable

#: Of a junction, from which one layer of cells is warned of [K].
_MISSING = 0.3

#: Ranges of the sources: see :mod:`hashheat.solvers.convection` and :mod:`hashheat.solvers.pin_bank`.
_TURBULENT_RE, _TURBULENT_PR = 5e6, (0.5, 2000.0)
_PINS_FILM, _PINS_FRICTION, _PINS_PITCH, _PINS_ROWS = (40.0, 1000.0), (1.0, 3e5), (1.25, 3.0), 10.0


def channel_numbers(
    plate: PreparedPlate, state: PlateState, table: PropertyTable
) -> tuple[np.ndarray, np.ndarray]:
    """Reynolds and Prandtl number of every cell of the coolant.

    Parameters
    ----------
    plate : PreparedPlate
    state : PlateState
    table : PropertyTable

    Returns
    -------
    Re, Pr : (n_coolant,) array
        [-]; Re of one channel on its hydraulic diameter, of pins on their diameter in the smallest free section.
    """
    coolant, law = plate.model.coolant, plate.law
    each = np.repeat(state.flow / coolant.channels, np.diff(coolant.first))
    mu = np.array([viscosity(table, T) for T in state.F])
    Pr = mu * np.array([heat_capacity(table, T) / conductivity(table, T) for T in state.F])
    return each * law.hydraulic_diameter / (law.flow_area * mu), Pr


def validity_warnings(plate: PreparedPlate, state: PlateState, table: PropertyTable) -> list[str]:
    """What at a state lies outside of what model and correlations were made for, in words.

    Parameters
    ----------
    plate : PreparedPlate
    state : PlateState
        Solved.
    table : PropertyTable
        Coolant.

    Returns
    -------
    list of str
        Empty where everything lies inside.
    """
    found = _of_the_metal(plate, state) + _of_the_wall(state, table)
    return found if plate.law.kind == FIXED else found + _of_the_channels(plate, state, table)


def _of_the_metal(plate: PreparedPlate, state: PlateState) -> list[str]:
    """What one layer of cells leaves out below a chip: heat that has to spread on its way through."""
    geometry, chips = plate.geometry, plate.chips
    if plate.model.solid.along_x.shape[0] > 1:
        return []
    # A quarter of the metal's own resistance: the heat enters on one face and leaves, spread, about half-way.
    through = geometry.thickness / (geometry.conductivity * chips.length * chips.width)
    missing = float(np.max(state.chip_power * through)) / 4.0
    if missing < _MISSING:
        return []
    return [
        f"one layer of cells takes the metal of {geometry.thickness * 1e3:.3g} mm as isothermal through its "
        f"thickness: junctions come out too cold, by some {missing:.1f} K; give plate.layers, such as [2, 2, 2]"
    ]


def _of_the_wall(state: PlateState, table: PropertyTable) -> list[str]:
    hottest = float(state.T_wall.max())
    if hottest <= table.T_max:
        return []
    return [
        f"the wetted wall reaches {hottest - 273.15:.0f} degC, beyond the coolant's table: its film is that of a "
        f"wall of {table.T_max - 273.15:.0f} degC, and boiling on it is not modelled"
    ]


def _of_the_channels(plate: PreparedPlate, state: PlateState, table: PropertyTable) -> list[str]:
    law = plate.law
    Re, Pr = channel_numbers(plate, state, table)
    if law.kind in (PIN_INLINE, PIN_STAGGERED):
        return _of_pins(plate, Re)
    found = []
    between = (Re > RE_LAMINAR) & (Re < RE_TURBULENT)
    if between.any():
        found.append(
            f"{_span('Re', Re[between])} lies between laminar and turbulent flow ({RE_LAMINAR:.0f} to "
            f"{RE_TURBULENT:.0f}) in {100.0 * between.mean():.0f} % of the cells: the film is interpolated"
        )
    turbulent = Re >= RE_TURBULENT
    if (Re > _TURBULENT_RE).any():
        found.append(f"{_span('Re', Re)} goes beyond {_TURBULENT_RE:.0e}, the end of Gnielinski's formula")
    if turbulent.any() and not _inside(Pr[turbulent], _TURBULENT_PR):
        found.append(f"{_span('Pr', Pr[turbulent])} lies outside Gnielinski's formula, 0.5 to 2000")
    return found


def _of_pins(plate: PreparedPlate, Re: np.ndarray) -> list[str]:
    layout = plate.geometry.layout
    assert isinstance(layout, PinFins)
    found = []
    if not _inside(Re, _PINS_FILM):
        found.append(
            f"{_span('Re', Re)} lies outside the film of Khan et al., {_PINS_FILM[0]:.0f} to {_PINS_FILM[1]:.0f}"
        )
    if not _inside(Re, _PINS_FRICTION):
        found.append(f"{_span('Re', Re)} lies outside the friction of Gaddis and Gnielinski, 1 to 300000")
    pitches = np.array([layout.pitch_along, layout.pitch_across]) / layout.diameter
    if not _inside(pitches, _PINS_PITCH):
        found.append(
            f"pitches of {pitches[0]:.3g} and {pitches[1]:.3g} diameters lie outside the film of Khan et al., "
            "1.25 to 3"
        )
    length = float(plate.model.coolant.length[: plate.model.coolant.first[1]].sum())
    if length / layout.pitch_along < _PINS_ROWS:
        found.append(
            f"{length / layout.pitch_along:.0f} rows of pins are fewer than the ten of the friction's source"
        )
    return found


def _inside(x: np.ndarray, ends: tuple[float, float]) -> bool:
    return bool(x.min() >= ends[0] and x.max() <= ends[1])


def _span(name: str, x: np.ndarray) -> str:
    low, high = (f"{v:.3g}" if v < 1000 else f"{v:.0f}" for v in (x.min(), x.max()))
    return f"{name} {low}" if low == high else f"{name} {low} to {high}"
