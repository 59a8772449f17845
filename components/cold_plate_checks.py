"""What must fit together in a cold-plate file: channels in the metal, states in the envelope."""

import math
from typing import NoReturn

from hashheat.components.channel_pieces import channel_streams
from hashheat.components.cold_plate_coolant import Coolant
from hashheat.components.cold_plate_layout import coolant_layout, located
from hashheat.components.cold_plate_sections import Design, Envelope, Plate
from hashheat.components.coolant_layout import ChannelPath, ParallelChannels, Serpentine
from hashheat.components.errors import (
    ChannelHeightError,
    ChannelPitchError,
    FieldOffPlateError,
    PlateGeometryError,
)
from hashheat.components.record import Section
from hashheat.thermo.errors import InputError
from hashheat.thermo.fluid import Fluid
from hashheat.thermo.quantity import Quantity
from hashheat.thermo.units import show


def check_coolant(plate: Plate, coolant: Coolant) -> None:
    """Refuse channels that do not fit into the plate: sections over the whole ranges, paths at nominal values.

    Parameters
    ----------
    plate : Plate
    coolant : Coolant

    Raises
    ------
    PlateGeometryError
        By its kind, without the file, which :func:`hashheat.components.record.load_record` fills in.
    """
    _check_layers(plate, coolant)
    if coolant.region is not None:
        for start, extent, size in (("x", "length", plate.length), ("y", "width", plate.width)):
            ends = (getattr(coolant.region, start), getattr(coolant.region, extent))
            if sum(q.nominal for q in ends) > size.nominal + 1e-9:
                _refuse(
                    FieldOffPlateError,
                    "the coolant's region reaches beyond the plate",
                    f"coolant.region.{extent}",
                    f"up to {_mm(sum(q.nominal for q in ends))}",
                    f"region.{start} + region.{extent} at most plate.{extent} = {_mm(size.nominal)}",
                )
    if coolant.is_field:
        _check_field(coolant)
        return
    thick = _largest(*coolant.outer_height)
    below = _largest(coolant.floor) if coolant.floor is not None else 0.0
    if thick + below >= _smallest(plate.thickness):
        _refuse(
            ChannelHeightError,
            "the channel can be higher than the plate is thick",
            "coolant.diameter" if coolant.shape == "round" else "coolant.height",
            f"up to {_mm(thick)}" + (f" on {_mm(below)} of metal" if below else ""),
            f"over its whole range less than the smallest plate.thickness = {_mm(_smallest(plate.thickness))}",
        )
    if coolant.kind != "path":
        _check_pitch(plate, coolant)
    values = {
        key: q.nominal for key, q in (plate.quantities("plate.") | coolant.quantities("coolant.")).items()
    }
    try:
        layout = coolant_layout(coolant, values)
        assert isinstance(layout, Serpentine | ChannelPath | ParallelChannels)
        channel_streams(layout, (plate.length.nominal, plate.width.nominal))
    except InputError as error:
        raise located(error, coolant) from None


def _check_layers(plate: Plate, coolant: Coolant) -> None:
    if coolant.is_field and len(plate.layers) != 1:
        _refuse(
            PlateGeometryError,
            "a base with fins or pins has one number of layers",
            "plate.layers",
            str(plate.layers),
            "such as [1] or [3]",
        )
    if not coolant.is_field and len(plate.layers) == 1 and plate.layers != [1]:
        _refuse(
            PlateGeometryError,
            "layers of a plate with channels are [1], or counted below, beside and above the channels",
            "plate.layers",
            str(plate.layers),
            "[1], or such as [2, 2, 2]",
        )


def _check_pitch(plate: Plate, coolant: Coolant) -> None:
    count, name = (
        (coolant.passes, "passes") if coolant.kind == "serpentine" else (coolant.channels, "channels")
    )
    assert count is not None
    of = coolant.region if coolant.region is not None else plate
    across = of.length if coolant.along == "y" else of.width
    pitch = _smallest(across) / count
    if _largest(*coolant.outer_width) >= pitch:
        _refuse(
            ChannelPitchError,
            "the channel can be wider than its pitch",
            "coolant.diameter" if coolant.shape == "round" else "coolant.width",
            f"up to {_mm(_largest(*coolant.outer_width))}",
            f"over its whole range less than the smallest pitch of {count} {name} = {_mm(pitch)}",
        )
    if coolant.bend_radius is not None and coolant.bend_radius.nominal > 0.5 * across.nominal / count + 1e-9:
        _refuse(
            ChannelPitchError,
            "the bends are wider than the passes are apart",
            "coolant.bend_radius",
            _mm(coolant.bend_radius.nominal),
            f"at most half the pitch = {_mm(0.5 * across.nominal / count)}",
        )


def _check_field(coolant: Coolant) -> None:
    if coolant.kind == "microchannel":
        assert coolant.width is not None
        assert coolant.pitch is not None
        if _largest(coolant.width) >= _smallest(coolant.pitch):
            _refuse(
                ChannelPitchError,
                "the channel can be wider than its pitch",
                "coolant.width",
                f"up to {_mm(_largest(coolant.width))}",
                f"over its whole range less than the smallest coolant.pitch = {_mm(_smallest(coolant.pitch))}",
            )
        return
    assert coolant.diameter is not None
    assert coolant.pitch_along is not None
    assert coolant.pitch_across is not None
    along, across = _smallest(coolant.pitch_along), _smallest(coolant.pitch_across)
    # Rows that are staggered may interlock, as long as the pins do not touch.
    nearest = min(across, along if coolant.arrangement == "inline" else math.hypot(along, 0.5 * across))
    if _largest(coolant.diameter) >= nearest:
        _refuse(
            ChannelPitchError,
            "the pins can touch",
            "coolant.diameter",
            f"up to {_mm(_largest(coolant.diameter))}",
            f"over its whole range less than the smallest distance of two pins = {_mm(nearest)}",
        )


def check_states(design: Design, envelope: Envelope) -> None:
    """Refuse a coolant that is none, an envelope that is no range, or a design state outside it.

    Parameters
    ----------
    design : Design
    envelope : Envelope

    Raises
    ------
    InputError
        Without the file, as :func:`check_coolant`.
    """
    try:
        fluid = Fluid.parse(design.fluid)
    except InputError as error:
        raise error.within(key="design.fluid") from None
    if fluid.is_gas:
        _refuse(
            InputError,
            "the coolant of a plate is a liquid",
            "design.fluid",
            design.fluid,
            "such as 'water' or 'propylene glycol 30 %'",
        )
    for name in type(envelope).model_fields:
        limits: Quantity = getattr(envelope, name)
        if limits.spread != "uniform":
            _refuse(
                InputError,
                "the envelope is a range",
                f"envelope.{name}",
                limits.describe(),
                "lower .. upper, such as '1 .. 4 L/min'",
            )
        state: Section | None = design if name in type(design).model_fields else None
        value = getattr(state, name).nominal if state is not None else 1.0
        if not limits.lower <= value <= limits.upper:
            what = f"design.{name}" if state is not None else "clock 1, at which the power is given,"
            _refuse(
                InputError,
                f"the envelope does not hold {what}",
                f"envelope.{name}",
                f"{show(limits.lower, limits.unit)} .. {show(limits.upper, limits.unit)}",
                f"a range with {show(value, limits.unit)} in it",
            )


def _refuse(kind: type[InputError], problem: str, key: str, found: str, accepted: str) -> NoReturn:
    raise kind(problem, key=key, found=found, accepted=accepted)


def _smallest(quantity: Quantity) -> float:
    """Smallest value that a sample can hold, but for one draw in 2000."""
    return float(quantity.quantile(0.0005))


def _largest(*parts: Quantity) -> float:
    """Sum of the largest values that a sample can hold, but for one draw in 2000 of each."""
    return sum(float(part.quantile(0.9995)) for part in parts)


def _mm(length: float) -> str:
    return f"{length * 1e3:.4g} mm"
