"""Film and friction law of a plate's coolant, from the description of its layout."""

import math

from hashheat.components.coolant_layout import CoolantLayout, MicroChannels, PinFins, Serpentine
from hashheat.solvers.channel_law import DUCT, PIN_INLINE, PIN_STAGGERED, ChannelLaw
from hashheat.solvers.duct_table import DuctLaminar, duct_laminar


def channel_law(
    layout: CoolantLayout,
    plate_size: tuple[float, float],
    *,
    nusselt_factor: float = 1.0,
    friction_factor: float = 1.0,
) -> ChannelLaw:
    """Law of one channel, or of one transverse pitch of pins.

    Parameters
    ----------
    layout : Serpentine, ChannelPath, ParallelChannels, MicroChannels or PinFins
    plate_size : (float, float)
        Length along x and width along y [m]; bends outside the plate span the pitch of the passes.
    nusselt_factor, friction_factor : float
        On the correlations [-].

    Returns
    -------
    ChannelLaw
    """
    factors = {"nusselt_factor": nusselt_factor, "friction_factor": friction_factor}
    if isinstance(layout, MicroChannels):
        w, h = layout.channel_width, layout.height
        return ChannelLaw(
            kind=DUCT,
            hydraulic_diameter=2.0 * w * h / (w + h),
            flow_area=w * h,
            roughness=layout.roughness,
            fin_height=h,
            # A fin that is long along the flow has two sides: 2 / (k thickness).
            fin_parameter=2.0 / (layout.fin_conductivity * (layout.pitch - w)),
            **factors,
        )
    if isinstance(layout, PinFins):
        return ChannelLaw(
            kind=PIN_STAGGERED if layout.arrangement == "staggered" else PIN_INLINE,
            hydraulic_diameter=layout.diameter,
            flow_area=_smallest_gap(layout) * layout.height,
            fin_height=layout.height,
            fin_parameter=4.0 / (layout.conductivity * layout.diameter),
            pitch_along=layout.pitch_along,
            pitch_across=layout.pitch_across,
            **factors,
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
        **factors,
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
        A resolved channel is heated all round, a micro-channel on three sides: its cover is adiabatic. For pins,
        whose law reads no table, that of parallel plates.

    Raises
    ------
    InputError
        For a rectangle flatter than 1:20.
    """
    if isinstance(layout, PinFins):
        return duct_laminar("plates")
    if isinstance(layout, MicroChannels):
        w, h = layout.channel_width, layout.height
        return duct_laminar(
            "rectangle", min(w, h) / max(w, h), heated_walls="short_adiabatic" if w <= h else "long_adiabatic"
        )
    channel = layout.channel
    if channel.round:
        return duct_laminar("tube")
    w, h = channel.width, channel.inner_height
    return duct_laminar("rectangle", min(w, h) / max(w, h))
