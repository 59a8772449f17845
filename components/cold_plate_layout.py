"""From the [coolant] table of a cold-plate file, and values of its numbers, to the layout of a plate."""

from collections.abc import Mapping

from hashheat.components.cold_plate_coolant import Coolant
from hashheat.components.coolant_layout import (
    Channel,
    ChannelPath,
    CoolantLayout,
    MicroChannels,
    ParallelChannels,
    PinFins,
    Region,
    Serpentine,
)
from hashheat.thermo.errors import InputError


def coolant_layout(coolant: Coolant, values: Mapping[str, float]) -> CoolantLayout:
    """Layout of the coolant of a plate.

    Parameters
    ----------
    coolant : Coolant
        Kinds, counts and choices.
    values : mapping
        Numbers in SI by dotted key, as
        :meth:`~hashheat.components.cold_plate_file.ColdPlateFile.values` gives them.

    Returns
    -------
    Serpentine, ChannelPath, ParallelChannels, MicroChannels or PinFins

    Raises
    ------
    InputError
        For sizes that cannot be; see there.
    """
    along = coolant.along or "x"
    match coolant.kind:
        case "serpentine":
            assert coolant.passes is not None
            return Serpentine(
                coolant.passes,
                _channel(coolant, values),
                along=along,
                inlet=coolant.inlet or "lower left",
                bends=coolant.bends or "outside",
                margin=values.get("coolant.margin"),
            )
        case "path":
            assert coolant.points is not None
            return ChannelPath(coolant.points, _channel(coolant, values))
        case "parallel":
            assert coolant.channels is not None
            return ParallelChannels(
                coolant.channels,
                _channel(coolant, values),
                along=along,
                region=_region(coolant, values),
                reverse=bool(coolant.reverse),
            )
        case "microchannel":
            return MicroChannels(
                channel_width=values["coolant.width"],
                pitch=values["coolant.pitch"],
                height=values["coolant.height"],
                fin_conductivity=values["plate.conductivity"],
                along=along,
                region=_region(coolant, values),
                reverse=bool(coolant.reverse),
                roughness=values["coolant.roughness"],
            )
        case "pin-fin":
            return PinFins(
                diameter=values["coolant.diameter"],
                height=values["coolant.height"],
                pitch_along=values["coolant.pitch_along"],
                pitch_across=values["coolant.pitch_across"],
                conductivity=values["plate.conductivity"],
                arrangement=coolant.arrangement or "staggered",
                along=along,
                region=_region(coolant, values),
                reverse=bool(coolant.reverse),
            )


def _channel(coolant: Coolant, values: Mapping[str, float]) -> Channel:
    assert coolant.shape is not None
    is_round = coolant.shape == "round"
    return Channel(
        coolant.shape,
        width=values["coolant.diameter" if is_round else "coolant.width"],
        height=None if is_round else values["coolant.height"],
        depth=values.get("coolant.floor"),
        tube_wall=values.get("coolant.tube_wall", 0.0),
        tube_conductivity=values.get("coolant.tube_conductivity", 0.0),
        joint_resistance=values.get("coolant.joint_resistance", 0.0),
        roughness=values["coolant.roughness"],
        bend_radius=values.get("coolant.bend_radius"),
        # Parallel channels are straight: nothing starts anew.
        redevelops=bool(coolant.redevelops),
    )


#: How the layouts and the geometry name what they refuse, where the file has another name.
_KEYS = {"channel_width": "width", "depth": "floor", "cells": "plate.cells_along", "layers": "plate.layers"}


def located(error: InputError, coolant: Coolant, file: str | None = None) -> InputError:
    """Give an error of the layout or the geometry with the file and its key for what is at fault.

    Parameters
    ----------
    error : InputError
    coolant : Coolant
    file : str, optional

    Returns
    -------
    InputError
        Of the same class.
    """
    key = error.key or "coolant"
    if key == "coolant" and coolant.kind == "path":
        key = "coolant.points"
    elif key == "coolant" and coolant.bends == "inside":
        # Passes have room where pitch and height fit: what can leave the metal is a turn.
        key = "coolant.margin"
    if "." not in key:
        key = _KEYS.get(key, key)
        if key in ("width", "height") and coolant.shape == "round":
            key = "diameter"
        if key in Coolant.model_fields:
            key = f"coolant.{key}"
    found, accepted = error.found, error.accepted
    return type(error)(error.problem, file=error.file or file, key=key, found=found, accepted=accepted)


def _region(coolant: Coolant, values: Mapping[str, float]) -> Region | None:
    if coolant.region is None:
        return None
    x, y, length, width = (values[f"coolant.region.{name}"] for name in ("x", "y", "length", "width"))
    return (x, y, x + length, y + width)
