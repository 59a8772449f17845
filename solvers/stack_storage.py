"""What a plate stack holds in time: the heat capacity of its fluids and plates, and their temperatures."""

from typing import NamedTuple

import numpy as np

from hashheat.solvers.plate_stack import Stack
from hashheat.solvers.stack_temperatures import Laws
from hashheat.solvers.upwind_element import Element
from hashheat.thermo.jit import kernel
from hashheat.thermo.packed_table import unpack
from hashheat.thermo.property_kernels import density, heat_capacity, reduced
from hashheat.thermo.property_table import PropertyTable


class Storage(NamedTuple):
    """What stores heat in a stack.

    Parameters
    ----------
    volume : float
        Fluid in one channel [m^3].
    plate_capacity : float
        Of one plate [J/K], 0 or more.
    plates : (n + 1,) float array
        Plates between rows j - 1 and j that store heat, those at the ends included.
    fouling : (2,) float array
        Resistance on each side [m^2 K/W].
    energy : (2, 24) float array
        Heat in a volume of each fluid, of :func:`energy_polynomial`.
    """

    volume: float
    plate_capacity: float
    plates: np.ndarray
    fouling: np.ndarray
    energy: np.ndarray


class Model(NamedTuple):
    """All that does not change while time passes.

    Parameters
    ----------
    stack : Stack
    case : (N_INPUTS,) float array
        Columns of :data:`hashheat.solvers.plate_stack.INPUTS`; its flows and inlet temperatures are not read.
    storage : Storage
    element : Element
        Of :mod:`hashheat.solvers.upwind_element`.
    share : (n,) float array
        Flow of a row over that of its pass [-].
    laws : four ChevronLaw
        Side 0, first and second kind of channel; side 1.
    packed : (2, 100) float array
        Property tables of the sides.
    """

    stack: Stack
    case: np.ndarray
    storage: Storage
    element: Element
    share: np.ndarray
    laws: Laws
    packed: np.ndarray


class State(NamedTuple):
    """Temperatures of a stack at one time, and how fast they change.

    Parameters
    ----------
    T, wall, htc : (n, s) float arrays
        Fluid and wetted wall [K], film coefficient [W/(m^2 K)], at the nodes.
    plate : (n + 1, s) float array
        Plates [K].
    e_rate : (n, s) float array
        de/dt [W/m^3].
    plate_rate : (n + 1, s) float array
        dW/dt [K/s].
    leaving : (q,) float array
        Mixed enthalpy at the outlet of each pass [J/kg].
    heat : (2,) float array
        Heat to each fluid between its inlet and its outlet [W].
    """

    T: np.ndarray
    wall: np.ndarray
    htc: np.ndarray
    plate: np.ndarray
    e_rate: np.ndarray
    plate_rate: np.ndarray
    leaving: np.ndarray
    heat: np.ndarray


def new_state(stack: Stack, nodes: int) -> State:
    """Return a state of zeros for a stack with s nodes in a channel."""
    n, s = stack.side.size, nodes
    return State(
        np.zeros((n, s)),
        np.zeros((n, s)),
        np.zeros((n, s)),
        np.zeros((n + 1, s)),
        np.zeros((n, s)),
        np.zeros((n + 1, s)),
        np.zeros(stack.feeds.size),
        np.zeros(2),
    )


def copy_state(state: State) -> State:
    """Return a state of its own with the same numbers."""
    return State(*(field.copy() for field in state))


def energy_polynomial(table: PropertyTable) -> np.ndarray:
    """Heat in a volume of fluid, the integral of rho cp dT from the middle of the table [J/m^3].

    Parameters
    ----------
    table : PropertyTable

    Returns
    -------
    (24,) float array
        Coefficients in the reduced temperature, highest degree first.
    """
    product = np.convolve(table.rho, table.cp)
    return np.append(product / np.arange(product.size, 0, -1), 0.0) / table.x_scale


@kernel
def heat_in_volume(c: np.ndarray, table: PropertyTable, T: float) -> float:
    """Heat in a volume [J/m^3]; beyond the table's range it goes on with the heat capacity of the range's end."""
    at = min(max(T, table.T_min), table.T_max)
    x = reduced(table, at)
    y = 0.0
    for k in range(c.size):
        y = y * x + c[k]
    return y + density(table, at) * heat_capacity(table, at) * (T - at)


@kernel
def stored_heat(model: Model, state: State) -> float:
    """Heat in all channels and plates [J]; only differences carry meaning."""
    stack, storage, b = model.stack, model.storage, model.element.b
    n, s = state.T.shape
    total = 0.0
    for j in range(n):
        side = stack.side[j]
        table = unpack(model.packed[side])
        for i in range(s):
            e = heat_in_volume(storage.energy[side], table, state.T[j, i])
            total += storage.volume * stack.channels[j] * b[i] * e
    for j in range(n + 1):
        for i in range(s):
            total += storage.plate_capacity * storage.plates[j] * b[i] * state.plate[j, i]
    return total
