"""Coolant cells of resolved channels, and the metal that each one wets."""

from typing import NamedTuple

import numpy as np

from hashheat.components.channel_checks import Piece
from hashheat.components.coolant_layout import Channel
from hashheat.components.plate_grid import PlateGrid, beyond, overlaps, snap
from hashheat.components.plate_layers import PlateLayers
from hashheat.solvers.plate_model import PlateCoolant, PlateFilms


class CoolantCells(NamedTuple):
    """Coolant of a plate with the films that it wets, and where its cells are.

    Parameters
    ----------
    coolant : PlateCoolant
    films : PlateFilms
    places : (n_coolant, 2) array
        x and y of the middle of each cell [m].
    """

    coolant: PlateCoolant
    films: PlateFilms
    places: np.ndarray


class Links:
    """Films as they are found, in any order."""

    def __init__(self) -> None:
        self._rows: list[tuple[np.ndarray, ...]] = []

    def add(self, *columns: np.ndarray | float) -> None:
        """Append coolant cell, solid cell, wetted area, fin area, resistance; they are broadcast together."""
        self._rows.append(tuple(np.ravel(c) for c in np.broadcast_arrays(*columns)))

    def films(self, n_coolant: int) -> PlateFilms:
        """Films sorted by coolant cell."""
        number, cell, area, fin_area, resistance = (np.concatenate(c) for c in zip(*self._rows, strict=True))
        order = np.lexsort((cell, number))
        first = np.searchsorted(number[order], np.arange(n_coolant + 1))
        return PlateFilms(
            first.astype(np.int64),
            cell[order].astype(np.int64),
            area[order],
            fin_area[order],
            resistance[order],
        )


def mean_powers(start: np.ndarray, end: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Distances from where boundary layers start that stand for cells.

    Parameters
    ----------
    start, end : (n,) array
        Of each cell, from where the boundary layers start [m].

    Returns
    -------
    development : (n,) array
        Where x^(-1/3) has its mean over the cell [m].
    development_23 : (n,) array
        Mean of x^(-2/3) [m^(-2/3)].
    """
    length = end - start
    mean_13 = 1.5 * (np.cbrt(end) ** 2 - np.cbrt(start) ** 2) / length
    return mean_13**-3.0, 3.0 * (np.cbrt(end) - np.cbrt(start)) / length


def cut(edges: np.ndarray, start: float, end: float) -> tuple[np.ndarray, np.ndarray]:
    """Cut a straight stretch at the edges of the cells that it crosses.

    Parameters
    ----------
    edges : (n + 1,) array
        Rising [m].
    start, end : float
        In the direction of the flow [m].

    Returns
    -------
    marks : (m + 1,) array
        Ends of the coolant's cells, in the direction of the flow [m].
    cells : (m,) int array
        Cell of the solid that each one lies in.
    """
    low, high = sorted((snap(start, edges), snap(end, edges)))
    marks = np.concatenate([[low], edges[(edges > low) & (edges < high)], [high]])
    cells = np.searchsorted(edges, 0.5 * (marks[:-1] + marks[1:]), side="right") - 1
    return (marks, cells) if end > start else (marks[::-1], cells[::-1])


def channel_cells(
    grid: PlateGrid,
    streams: list[list[Piece]],
    channel: Channel,
    layers: PlateLayers,
    conductivity: float,
) -> CoolantCells:
    """Cut channels into cells, and link them with the metal.

    Parameters
    ----------
    grid : PlateGrid
    streams : list of list of Piece
        See :func:`hashheat.components.channel_pieces.channel_streams`.
    channel : Channel
        Section of all of them.
    layers : PlateLayers
        Where they are in the thickness.
    conductivity : float
        Of the metal [W/(m K)].

    Returns
    -------
    CoolantCells
        The wetted areas of a cell sum to perimeter times its length.

    Notes
    -----
    Straight pieces are cut where the solid is, so that a coolant cell and the solid cells below and above it end
    together. A corner is one cell of the coolant. With one cell through the thickness nothing stands between the
    wetted wall and the cell; otherwise half a cell does, over the wall of the rectangular hole, and a tube and its
    joint in any case.
    """
    links = Links()
    columns: list[list[np.ndarray]] = []
    first = [0]
    count = 0
    for pieces in streams:
        run = 0.0
        for piece in pieces:
            if piece.fresh:
                run = 0.0
            edges = grid.edges(piece.axis)
            marks, along = cut(edges, piece.start, piece.end)
            if piece.corner:
                number = np.full(along.size, count)
                ends = np.array([0.0, piece.length])
                middle = [0.5 * (piece.start + piece.end)]
            else:
                number = count + np.arange(along.size)
                ends = np.abs(marks - marks[0])
                middle = 0.5 * (marks[:-1] + marks[1:])
            _wet(links, grid, piece, channel, layers, conductivity, marks, along, number)
            length = np.diff(ends)
            turns = np.zeros(length.size)
            turns[-1] = piece.turns
            places = np.full((length.size, 2), piece.centre)
            places[:, piece.axis] = middle
            columns.append([length, *mean_powers(run + ends[:-1], run + ends[1:]), turns, places])
            run += piece.length
            count += length.size
        first.append(count)
    length, development, development_23, bends, places = (
        np.concatenate(c) for c in zip(*columns, strict=True)
    )
    n = len(streams)
    coolant = PlateCoolant(
        first=np.array(first, dtype=np.int64),
        share=np.full(n, 1.0 / n),
        channels=np.ones(n),
        length=length,
        development=development,
        development_23=development_23,
        volume=channel.flow_area * length,
        bends=bends,
    )
    films = links.films(count)
    return CoolantCells(coolant, films if grid.resolved else _merged(films), places)


def _wet(
    links: Links,
    grid: PlateGrid,
    piece: Piece,
    channel: Channel,
    layers: PlateLayers,
    conductivity: float,
    marks: np.ndarray,
    along: np.ndarray,
    number: np.ndarray,
) -> None:
    """Link the coolant cells of one piece with the metal below, above, beside it, and at the end of a corner."""
    width, height = channel.void_width, channel.void_height
    # The wetted perimeter of a round channel or of a tube differs from that of the rectangle the solid misses.
    wetted = channel.perimeter / (2.0 * (width + height))
    across_edges = grid.edges(1 - piece.axis)
    low, high = piece.centre - 0.5 * width, piece.centre + 0.5 * width
    across, reach = overlaps(across_edges, low, high)
    step = np.abs(np.diff(marks))
    span = piece.length if piece.corner else step

    def add(wall: np.ndarray | float, cell: np.ndarray, thickness: np.ndarray | float, n: np.ndarray) -> None:
        area = wetted * np.asarray(wall)
        length = np.broadcast_to(np.reshape(span, (-1, 1)), np.broadcast_shapes(np.shape(wall), np.shape(n)))
        share = area / (channel.perimeter * length)
        resistance = channel.wall_resistance(1.0) / (length * share)
        if grid.resolved:
            resistance = resistance + 0.5 * thickness / (conductivity * np.asarray(wall))
        links.add(n, cell, area, 0.0, resistance)

    def cells(z: int, u: np.ndarray | int, v: np.ndarray | int) -> np.ndarray:
        return grid.flat(z, v, u) if piece.axis == 0 else grid.flat(z, u, v)

    column = (slice(None), None)
    for z in (layers.below, layers.above):
        add(step[column] * reach, cells(z, along[column], across), grid.dz[z], number[column])
    heights = grid.dz[list(layers.beside)] if grid.resolved else np.array([height])
    for z, dz in zip(layers.beside, heights, strict=True):
        for wall, place, upwards in zip(piece.walls, (low, high), (False, True), strict=True):
            if wall:
                v, thickness = beyond(across_edges, place, upwards)
                add(step[column] * dz, cells(z, along[column], v), thickness, number[column])
        if piece.corner:
            u, thickness = beyond(grid.edges(piece.axis), piece.end, piece.end > piece.start)
            add((reach * dz)[None, :], cells(z, u, across)[None, :], thickness, number[:1, None])


def _merged(films: PlateFilms) -> PlateFilms:
    """One link for each pair of coolant and solid cell."""
    n = films.first.size - 1
    number = np.repeat(np.arange(n), np.diff(films.first))
    # Links are sorted by coolant cell, then by solid cell.
    new = np.ones(number.size, dtype=bool)
    new[1:] = (np.diff(number) != 0) | (np.diff(films.cell) != 0)
    starts = np.flatnonzero(new)
    area = np.add.reduceat(films.area, starts)
    free = films.resistance == 0.0
    with np.errstate(divide="ignore"):
        together = 1.0 / np.add.reduceat(1.0 / films.resistance, starts)
    resistance = np.where(free[starts], 0.0, together)
    first = np.searchsorted(number[starts], np.arange(n + 1)).astype(np.int64)
    return PlateFilms(first, films.cell[starts], area, np.add.reduceat(films.fin_area, starts), resistance)
