"""The pipe rig of Liege: outlet of an insulated steel pipe over time, from its inlet and flow, nothing fitted.

Kevin Sartor and co-workers recorded it at the University of Liege; the numbers of the rig are those that stand
with the recordings in the Modelica Buildings Library. Two models of the wall are here: with a film between water
and wall (:mod:`hashheat.solvers.plug_flow_film`), whose coefficient follows from Gnielinski's correlation at the
temperature of the water, and in equilibrium with the water (:mod:`hashheat.solvers.plug_flow`). The recordings
decide: root mean square errors are 0.3 to 0.5 K with the film and 0.9 to 2.9 K without.
"""

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hashheat.solvers.convection import UNIFORM_TEMPERATURE, nusselt_gnielinski_2013
from hashheat.solvers.plug_flow import plug_step, uniform_parcels
from hashheat.solvers.plug_flow_film import film_step, uniform_film_pipe
from hashheat.thermo.errors import FieldDataError, InputError
from hashheat.thermo.fluid import Fluid
from hashheat.thermo.property_kernels import conductivity, density, heat_capacity, prandtl, viscosity

#: Step of the runs [s], and cells along the pipe.
STEP, CELLS = 0.5, 200
#: Temperatures of the table of the film [K].
_FILM_T = np.arange(278.0, 364.0, 5.0)
_PRESSURE = 3e5


@dataclass(frozen=True)
class Rig:
    """Numbers of the rig.

    Parameters
    ----------
    length, inner_diameter, outer_diameter, insulation : float
        [m]; the insulation is a thickness.
    wall_heat_capacity : float
        Density times heat capacity of the steel [J/(m3 K)].
    wall_conductivity, insulation_conductivity : float
        [W/(m K)]
    outside_htc : float
        From the insulation to the room [W/(m2 K)].
    T_ambient : float
        [K]
    film_factor : float
        On the film coefficient of the correlation [-].
    """

    length: float
    inner_diameter: float
    outer_diameter: float
    insulation: float
    wall_heat_capacity: float
    wall_conductivity: float
    insulation_conductivity: float
    outside_htc: float
    T_ambient: float
    film_factor: float = 1.0

    @property
    def flow_area(self) -> float:
        """[m2]"""
        return 0.25 * math.pi * self.inner_diameter**2

    @property
    def wall_capacity(self) -> float:
        """Heat capacity of the steel per length [J/(m K)]."""
        whole = 0.25 * math.pi * self.outer_diameter**2
        return self.wall_heat_capacity * (whole - self.flow_area)

    @property
    def loss_per_length(self) -> float:
        """From the steel to the room [W/(m K)]."""
        outside = self.outer_diameter + 2.0 * self.insulation
        inside = math.log(outside / self.outer_diameter) / (2.0 * math.pi * self.insulation_conductivity)
        return 1.0 / (inside + 1.0 / (self.outside_htc * math.pi * outside))


@dataclass(frozen=True, eq=False)
class Recording:
    """Readings of one experiment.

    Parameters
    ----------
    t_in, T_in : (n,) array
        Inlet of the water [s], [K]; straight lines between.
    t_out, T_out : (m,) array
        Outlet of the water [s], [K].
    mass_flow : float
        [kg/s], constant.
    """

    t_in: np.ndarray
    T_in: np.ndarray
    t_out: np.ndarray
    T_out: np.ndarray
    mass_flow: float


def read_recording(path: Path) -> Recording:
    """Read a recording as the Modelica Buildings Library has it.

    Parameters
    ----------
    path : Path
        ``PipeDataULg*.mos``: time, mass flow, wall at the outlet, water at the outlet, wall at the inlet, water at
        the inlet; the walls are not used.

    Returns
    -------
    Recording

    Raises
    ------
    InputError
        If the file is missing.
    FieldDataError
        If it is no such table, or its flow is not constant.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        raise InputError("file not found", file=str(path)) from None
    try:
        rows = np.array([[float(x) for x in line.split(",")] for line in lines if line.count(",") == 5])
    except ValueError as error:
        raise FieldDataError(f"no table of numbers: {error}", file=str(path)) from None
    if rows.ndim != 2 or len(rows) < 2 or np.any(np.diff(rows[:, 0]) <= 0.0):
        raise FieldDataError("no series of readings", file=str(path), found=f"{rows.shape} numbers")
    if np.ptp(rows[:, 1]) > 0.0:
        raise FieldDataError(
            "the flow is not constant", file=str(path), found=f"{np.unique(rows[:, 1])} kg/s"
        )
    t = rows[:, 0]
    return Recording(t, rows[:, 5] + 273.15, t, rows[:, 3] + 273.15, float(rows[0, 1]))


def predict_outlet(
    rig: Rig, recording: Recording, cells: int = CELLS, film: bool = True, step: float = STEP
) -> np.ndarray:
    """Outlet temperatures at the times of a recording's outlet readings.

    Parameters
    ----------
    rig : Rig
    recording : Recording
        Its outlet is used for the first reading only: the pipe was flushed with cold water before.
    cells : int
        Along the pipe, with the film.
    film : bool
        Whether there is one between water and wall.
    step : float
        [s]

    Returns
    -------
    (m,) array
        [K]
    """
    T_mean = float(np.trapezoid(recording.T_in, recording.t_in) / np.ptp(recording.t_in))
    water = Fluid.parse("water").table(_PRESSURE)
    cp = heat_capacity(water, T_mean)
    per_length = density(water, T_mean) * cp * rig.flow_area
    capacity = per_length * rig.length
    n = math.ceil(recording.t_out[-1] / step) + 1
    middle = (np.arange(n) + 0.5) * step
    T_in = np.interp(middle, recording.t_in, recording.T_in)
    start, flow = float(recording.T_out[0]), recording.mass_flow * cp * step / capacity
    loss = rig.loss_per_length * rig.length * step / capacity
    ratio = rig.wall_capacity / per_length
    out = np.empty(n)
    if film:
        table = film_numbers(rig, recording.mass_flow) * rig.length * step / capacity
        film_of = np.concatenate([[_FILM_T[0], 1.0 / (_FILM_T[1] - _FILM_T[0])], table])
        pipe = uniform_film_pipe(start, cells)
        for i in range(n):
            pipe, went = film_step(pipe, flow, film_of, ratio, loss, float(T_in[i]), rig.T_ambient)
            out[i] = went.T_out
    else:
        parcels = uniform_parcels(start, 1024)
        both = 1.0 + ratio
        for i in range(n):
            parcels, passed = plug_step(parcels, flow / both, loss / both, float(T_in[i]), rig.T_ambient)
            out[i] = passed.T_out
    return np.interp(recording.t_out, np.append(0.0, middle), np.append(start, out))


def film_numbers(rig: Rig, mass_flow: float) -> np.ndarray:
    """Conductance from water to the middle of the wall per length [W/(m K)], at a row of temperatures.

    Parameters
    ----------
    rig : Rig
    mass_flow : float
        [kg/s]

    Returns
    -------
    array
        Gnielinski's film of a smooth tube, developing over its length, with half the wall's resistance.
    """
    water = Fluid.parse("water").table(_PRESSURE)
    D = rig.inner_diameter
    half_wall = 0.5 * math.log(rig.outer_diameter / D) / (2.0 * math.pi * rig.wall_conductivity)
    found = np.empty(_FILM_T.size)
    for i, T in enumerate(_FILM_T):
        Re = 4.0 * mass_flow / (math.pi * D * viscosity(water, T))
        Nu = nusselt_gnielinski_2013(Re, prandtl(water, T), D / rig.length, UNIFORM_TEMPERATURE)
        h = rig.film_factor * Nu * conductivity(water, T) / D
        found[i] = 1.0 / (1.0 / (h * math.pi * D) + half_wall)
    return found
