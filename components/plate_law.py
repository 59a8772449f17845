"""Film and friction law of a plate's coolant, from the description of its layout."""

import math

from hashheat.components.coolant_layout import CoolantLayout, MicroChannels, PinFins, Serpentine
from hashheat.solvers.channel_law import DUCT, FIXED, PIN_INLINE, PIN_STAGGERED, ChannelLaw
from hashheat.solvers.duct_table import DuctLaminar, duct_laminar
from hashheat.thermo.errors import InputError


def channel_law(
    layout: CoolantLayout,
    plate_size: tuple[float, float],
    *,
    nusselt_factor: float = 1.0,
    friction_factor: float = 1.0,
    fixed_htc: float | None = None,
    entrance: bool = False,
) -> ChannelLaw:
    """Law of one channel, or of one transverse pitch of pins.

    Parameters
    ----------
    layout : Serpentine, ChannelPath, ParallelChannels, MicroChannels or PinFins
    plate_size : (float, float)
        Length along x and width along y [m]; bends outside the plate span the pitch of the passes.
    nusselt_factor, friction_factor : float
        On the correlations [-].
    fixed_htc : float, optional
        Film coefficient to take instead of the correlation [W/(m^2 K)].
    entrance : bool
        Whether the velocity profile develops from where the boundary layers start.

    Returns
    -------
    ChannelLaw

    Raises
    ------
    InputError
        For a factor or coefficient that is not above 0.
    """
    for name, value in (
        ("nusselt_factor", nusselt_factor),
        ("friction_factor", friction_factor),
        ("fixed_htc", fixed_htc),
    ):
        if value is not None and not (math.isfinite(value) and value > 0.0):
            raise InputError("a number of the film cannot be", key=name, found=value, accepted="more than 0")
    law = _section(layout, plate_size)._replace(
        nusselt_factor=nusselt_factor, friction_factor=friction_factor, entrance=int(entrance)
    )
    return law if fixed_htc is None else law._replace(kind=FIXED, fixed_htc=fixed_htc)


def _section(layout: CoolantLayout, plate_size: tuple[float, float]) -> ChannelLaw:
    """Law without the numbers that fit it to a measurement."""
    if isinstance(layout, MicroChannels):
        w, h = layout.channel_width, layout.height
        return ChannelLaw(
            kind=DUCT,
            hydraulic_diameter=2.0 * w * h / (w + h),
            flow_area=w * h,
            roughness=layout.roughness,
            fin_height=0.0 if layout.cover_thickness else h,
            # A fin that is long along the flow has two sides: 2 / (k thickness).
            fin_parameter=2.0 / (layout.fin_conductivity * (layout.pitch - w)),
        )
    if isinstance(layout, PinFins):
        return ChannelLaw(
            kind=PIN_STAGGERED if layout.arrangement == "staggered" else PIN_INLINE,
            hydraulic_diameter=layout.diameter,
            flow_area=_smallest_gap(layout) * layout.height,
            fin_height=0.0 if layout.cover_thickness else layout.height,
            fin_parameter=4.0 / (layout.conductivity * layout.diameter),
            pitch_along=layout.pitch_along,
            pitch_across=layout.pitch_across,
        )
    channel = layout.channel
    radius = channel.bend_radius
    if radius is None:
        radius = 0.0
        if isinstance(layout, Serpentine) and layout.bends == "outside":
            radius = 0.5 * plate_size[1 if layout.along == "x" else 0] / layout.passes
    return ChannelLaw(
        kind=DUCT,
        hydraulic_diameter=channel.hydraulic_diameter,
        flow_area=channel.flow_area,
        roughness=channel.roughness,
        bend_ratio=radius / channel.hydraulic_diameter,
    )


def _smallest_gap(layout: PinFins) -> float:
    """Smallest free width of one transverse pitch [m]: between neighbours, or twice that to the next row."""
    straight = layout.pitch_across - layout.diameter
    if layout.arrangement == "inline":
        return straight
    return min(straight, 2.0 * (math.hypot(layout.pitch_along, 0.5 * layout.pitch_across) - layout.diameter))


def channel_duct(layout: CoolantLayout) -> DuctLaminar:
    """Laminar table of one channel.

    Parameters
    ----------
    layout : Serpentine, ChannelPath, ParallelChannels, MicroChannels or PinFins

    Returns
    -------
    DuctLaminar
        A resolved channel is heated all round, and so is a micro-channel between two bases; below an adiabatic
        cover it is heated on three sides. For pins, whose law reads no table, that of parallel plates.

    Raises
    ------
    InputError
        For a rectangle flatter than 1:20.
    """
    if isinstance(layout, PinFins):
        return duct_laminar("plates")
    if isinstance(layout, MicroChannels):
        w, h = layout.channel_width, layout.height
        walls: int | str = 4
        if layout.cover_thickness == 0.0:
            walls = "short_adiabatic" if w <= h else "long_adiabatic"
        return duct_laminar("rectangle", min(w, h) / max(w, h), heated_walls=walls)
    channel = layout.channel
    if channel.round:
        return duct_laminar("tube")
    w, h = channel.width, channel.inner_height
    return duct_laminar("rectangle", min(w, h) / max(w, h))
