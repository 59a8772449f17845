"""What the solver of a resolved plate takes: a solid of finite volumes, the coolant's paths, films and chips.

Cells of the solid stand in arrays of shape (nz, ny, nx); the flat number of a cell is ``(z * ny + y) * nx + x``.
Coolant cells stand in one list, stream after stream, each stream in the direction of its flow::

    solid     T[z, y, x]        <- conductances between neighbours, loss to the surroundings, heat of the chips
    films     link l            between coolant cell c and solid cell ``cell[l]``
    coolant   F[c], c in ``first[s] .. first[s + 1]`` of stream s, all streams fed at ``T_in``

Nothing here knows what the plate looks like: a serpentine, a field of micro-channels and a two-sided plate
differ in these arrays only.
"""

from typing import NamedTuple

import numpy as np


class PlateSolid(NamedTuple):
    """The metal, as finite volumes.

    Parameters
    ----------
    along_x, along_y, along_z : (nz, ny, nx) float array
        Conductance between a cell and its next neighbour in that direction [W/K]; the last one is zero.
    loss : (nz, ny, nx) float array
        Conductance to the surroundings [W/K].
    capacity : (nz, ny, nx) float array
        Heat capacity of each cell [J/K]; used by transients only.
    heat : (nz, ny, nx) float array
        Heat released in each cell apart from the chips [W].
    """

    along_x: np.ndarray
    along_y: np.ndarray
    along_z: np.ndarray
    loss: np.ndarray
    capacity: np.ndarray
    heat: np.ndarray


class PlateCoolant(NamedTuple):
    """The coolant's streams, cut into cells.

    Parameters
    ----------
    first : (n_stream + 1,) int array
        Cells of stream s are ``first[s] .. first[s + 1]``, in the direction of the flow.
    share : (n_stream,) float array
        Share of the plate's mass flow that each stream takes [-]; sums to 1.
    channels : (n_stream,) float array
        Channels side by side in each stream [-]; the law sees the flow of one of them.
    length : (n_cell,) float array
        Of each cell along the flow [m].
    development, development_23 : (n_cell,) float array
        Distance from where the boundary layers start [m] whose power -1/3, and the mean of x^(-2/3)
        [m^(-2/3)], stand for the cell; :func:`hashheat.solvers.serpentine.path_layout` says why.
    volume : (n_cell,) float array
        Coolant in each cell [m^3]; used by transients only.
    bends : (n_cell,) float array
        Quarter turns that the stream makes in each cell [-].
    """

    first: np.ndarray
    share: np.ndarray
    channels: np.ndarray
    length: np.ndarray
    development: np.ndarray
    development_23: np.ndarray
    volume: np.ndarray
    bends: np.ndarray


class PlateFilms(NamedTuple):
    """Which coolant cell wets which solid cells.

    Parameters
    ----------
    first : (n_coolant + 1,) int array
        Links of coolant cell c are ``first[c] .. first[c + 1]``.
    cell : (n_link,) int array
        Flat number of the solid cell.
    area : (n_link,) float array
        Wetted surface at the temperature of the wall [m^2].
    fin_area : (n_link,) float array
        Wetted surface of fins that stand on that wall [m^2]; counts with the fins' efficiency.
    resistance : (n_link,) float array
        Between the wetted wall and the middle of the solid cell: half of the cell, tube wall, joint [K/W].
    """

    first: np.ndarray
    cell: np.ndarray
    area: np.ndarray
    fin_area: np.ndarray
    resistance: np.ndarray


class PlateChips(NamedTuple):
    """The chips: where they stand and what they draw, ``P_dynamic + P_leak exp((T_j - T_leak) / leak_scale)``.

    Parameters
    ----------
    first : (n_chip + 1,) int array
        Places of chip i are ``first[i] .. first[i + 1]``.
    cell : (n_place,) int array
        Flat number of the solid cell.
    weight : (n_place,) float array
        Share of the chip's heat that enters there [-]; sums to 1 for each chip.
    resistance : (n_chip,) float array
        Junction to the middle of the solid cells below: package, interface, half a cell [K/W].
    P_dynamic, P_leak : (n_chip,) float array
        Power that does not depend on temperature, and leakage at T_leak [W].
    T_leak, leak_scale : (n_chip,) float array
        [K]
    """

    first: np.ndarray
    cell: np.ndarray
    weight: np.ndarray
    resistance: np.ndarray
    P_dynamic: np.ndarray
    P_leak: np.ndarray
    T_leak: np.ndarray
    leak_scale: np.ndarray


class PlateModel(NamedTuple):
    """A plate as its solver takes it."""

    solid: PlateSolid
    coolant: PlateCoolant
    films: PlateFilms
    chips: PlateChips
