"""Heat sinks of a stack prepared for the kernels, and many of them at once."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from hashheat.components.heat_sink import BoardStack, PlateFins, RoundPins
from hashheat.components.heat_sink_errors import HeatSinkError
from hashheat.components.sink_kernel import (
    PINS_IN_LINE,
    PINS_STAGGERED,
    PLATES,
    SinkFilm,
    sink_conductance,
)
from hashheat.components.sink_paths import stack_paths, together
from hashheat.solvers.duct_mean import duct_mean
from hashheat.solvers.duct_table import ASPECT_RANGE, DuctLaminar, duct_laminar
from hashheat.solvers.fins import pin_fin_parameter, plate_fin_parameter
from hashheat.thermo.jit import kernel
from hashheat.thermo.liquid import Liquid


class SinkConductances(NamedTuple):
    """Results of :func:`sink_conductances`, arrays of one shape.

    Parameters
    ----------
    conductance : array
        From the chip's side of the base to the liquid, a chip [W/K].
    htc : array
        Film coefficient on fins and base [W/(m^2 K)].
    efficiency : array
        Of the fins [-].
    Re : array
        In the channels, or of the pins [-].
    """

    conductance: np.ndarray
    htc: np.ndarray
    efficiency: np.ndarray
    Re: np.ndarray


def fin_duct(fins: PlateFins) -> DuctLaminar:
    """Local Nusselt numbers of the channel between two plate fins, its closed tip adiabatic.

    Parameters
    ----------
    fins : PlateFins

    Returns
    -------
    DuctLaminar
        Heat uniform along the flow. Channels more slender than the table's 1:20 lie between the last one and
        parallel plates, linear in the ratio of their sides.

    Raises
    ------
    HeatSinkError
        For fins so short and far apart that they are no channel of the table.

    References
    ----------
    The table: see :mod:`hashheat.solvers.duct_table`.
    """
    ratio = fins.gap / fins.height
    if ratio > 1.0:
        return duct_laminar("rectangle", max(1.0 / ratio, _slender(1.0 / ratio)), "H1", "long_adiabatic")
    if ratio >= ASPECT_RANGE[0]:
        return duct_laminar("rectangle", ratio, "H1", "short_adiabatic")
    edge = duct_laminar("rectangle", ASPECT_RANGE[0], "H1", "short_adiabatic")
    plates = duct_laminar("plates")
    share = ratio / ASPECT_RANGE[0]
    ln_Nu = plates.ln_Nu + share * (edge.ln_Nu - plates.ln_Nu)
    return edge._replace(ln_Nu=ln_Nu, Nu_inf=float(np.exp(ln_Nu[-1])))


def _slender(ratio: float) -> float:
    if ratio < ASPECT_RANGE[0]:
        raise HeatSinkError(
            "fins this short and far apart are no channel",
            key="height",
            found=ratio,
            accepted=f"{ASPECT_RANGE[0]} of the gap or more",
        )
    return ratio


def sink_film(stack: BoardStack, footprint: float | None = None) -> SinkFilm:
    """Prepare the sinks of a stack for the kernels.

    Parameters
    ----------
    stack : BoardStack
    footprint : float, optional
        Of one chip on the base [m^2]; by default the whole of its share of the base.

    Returns
    -------
    SinkFilm

    Raises
    ------
    HeatSinkError
        For a footprint that is not above zero or larger than the base, or fins beyond the tables.
    """
    sink, fins = stack.sink, stack.sink.fins
    section = sink.length * sink.width / sink.chips
    if footprint is None:
        footprint = section
    if not 0.0 < footprint <= section * (1.0 + 1e-9):
        raise HeatSinkError(
            "a chip does not fit below its share of the base",
            key="footprint",
            found=footprint,
            accepted=f"above 0, up to {section:.6g} m2",
        )
    paths = stack_paths(stack)
    inverse_permeability, forchheimer = together(paths)
    if isinstance(fins, RoundPins):
        kind = PINS_STAGGERED if fins.staggered else PINS_IN_LINE
        parameter = pin_fin_parameter(sink.conductivity, fins.diameter)
        duct, gap = duct_laminar("plates"), 0.0
        along, across = fins.pitch_along / fins.diameter, fins.pitch_across / fins.diameter
    else:
        kind = PLATES
        parameter = plate_fin_parameter(sink.conductivity, fins.thickness)
        duct, gap = fin_duct(fins), fins.gap
        along = across = 0.0
    return SinkFilm(
        kind=kind,
        inverse_permeability=inverse_permeability,
        forchheimer=forchheimer,
        fin_inverse_permeability=paths[0].inverse_permeability,
        fin_forchheimer=paths[0].forchheimer,
        speed_factor=paths[0].speed_factor,
        diameter=paths[0].hydraulic_diameter,
        length=sink.length,
        gap=gap,
        along=along,
        across=across,
        duct=duct_mean(duct),
        fin_parameter=parameter * fins.height**2,
        fin_area=sink.fin_area / sink.chips,
        base_area=sink.base_area / sink.chips,
        base_thickness=sink.base_thickness,
        base_section=section,
        footprint=float(min(footprint, section)),
        conductivity=sink.conductivity,
    )


@kernel
def _conductances(
    film: SinkFilm,
    liquid: Liquid,
    velocity: np.ndarray,
    T: np.ndarray,
    T_base: np.ndarray,
    gravity_along: float,
    out: np.ndarray,
) -> None:
    for i in range(T.size):
        out[0, i], out[1, i], out[2, i], out[3, i] = sink_conductance(
            film, liquid, velocity[i], T[i], T_base[i], gravity_along
        )


def sink_conductances(
    film: SinkFilm,
    liquid: Liquid,
    velocity: ArrayLike,
    T: ArrayLike,
    T_base: ArrayLike,
    gravity_along: float = -9.80665,
) -> SinkConductances:
    """Conductances of many sinks at once.

    Parameters
    ----------
    film : SinkFilm
    liquid : Liquid
        Of a :class:`hashheat.thermo.liquid.Liquid`, whose range holds every temperature.
    velocity, T, T_base : array_like
        As in :func:`sink_conductance`, broadcast.
    gravity_along : float
        As there [m/s^2].

    Returns
    -------
    SinkConductances

    Raises
    ------
    InputError
        For numbers that are not finite, or temperatures beyond the liquid's range.
    """
    arrays = np.broadcast_arrays(*(np.asarray(a, dtype=float) for a in (velocity, T, T_base)))
    for name, values in zip(("velocity", "T", "T_base"), arrays, strict=True):
        check_liquid(name, values, liquid if name != "velocity" else None)
    speed, liquid_T, base = (np.ascontiguousarray(a).ravel() for a in arrays)
    out = np.empty((4, base.size))
    _conductances(film, liquid, speed, liquid_T, base, float(gravity_along), out)
    conductance, htc, efficiency, Re = (row.reshape(arrays[0].shape) for row in out)
    return SinkConductances(conductance, htc, efficiency, Re)


def check_liquid(name: str, values: np.ndarray, liquid: Liquid | None = None) -> None:
    """Refuse numbers that are not finite, or temperatures outside of a liquid's range.

    Parameters
    ----------
    name : str
        What the numbers are, for the message.
    values : array
        Temperatures [K], or other numbers where no liquid is given.
    liquid : Liquid, optional
        Whose range holds them.

    Raises
    ------
    HeatSinkError
        Naming the first number that is not finite or out of range.
    """
    low, high = (-math.inf, math.inf) if liquid is None else (liquid.T_min, liquid.T_max)
    fits = np.isfinite(values) & (values >= low) & (values <= high)
    if not fits.all():
        raise HeatSinkError(
            "a heat sink's liquid is outside of what is known",
            key=name,
            found=values.ravel()[int(np.argmin(fits))],
            accepted="finite numbers" if liquid is None else f"{low:g} to {high:g} K",
        )
