"""Fields of micro-channels and of pins below a base, as they are described."""

import math
from dataclasses import dataclass

from hashheat.components.errors import ChannelPitchError
from hashheat.components.layout_checks import AXES, Region, check_corners, check_name, check_sizes


@dataclass(frozen=True)
class MicroChannels:
    """A field of narrow channels below the base, with fins between them; not resolved one by one.

    Parameters
    ----------
    channel_width, pitch, height : float
        Of the channels; the fins between them are pitch - channel_width thick [m].
    fin_conductivity : float
        [W/(m K)]
    along : {"x", "y"}
        Direction of the channels; the flow is towards larger x or y unless ``reverse``.
    region : (x0, y0, x1, y1), optional
        Rectangle of the base that they cool [m]; all of it if left out.
    reverse : bool
        Flow towards smaller x or y.
    roughness : float
        Equivalent sand roughness [m].
    cover_thickness : float
        Of a second base at the other end of the fins, of the plate's metal [m]; 0 is an adiabatic cover.

    Raises
    ------
    ChannelPitchError
        For channels not narrower than their pitch.

    Notes
    -----
    A strip of the field of width b holds b / pitch channels, which need not be a whole number.
    """

    channel_width: float
    pitch: float
    height: float
    fin_conductivity: float
    along: str = "x"
    region: Region | None = None
    reverse: bool = False
    roughness: float = 0.0
    cover_thickness: float = 0.0

    def __post_init__(self) -> None:
        check_sizes(
            {
                "channel_width": self.channel_width,
                "pitch": self.pitch,
                "height": self.height,
                "fin_conductivity": self.fin_conductivity,
            },
            {"roughness": self.roughness, "cover_thickness": self.cover_thickness},
        )
        check_name("along", self.along, AXES)
        check_corners(self.region)
        if self.channel_width >= self.pitch:
            raise ChannelPitchError(
                "the micro-channels are as wide as their pitch: no fin is left",
                key="channel_width",
                found=self.channel_width,
                accepted=f"less than {self.pitch:g}",
            )

    @property
    def pitch_across(self) -> float:
        """Channel to channel [m]."""
        return self.pitch

    @property
    def free_share(self) -> float:
        """Share of a section through the fins that the coolant has [-]."""
        return self.channel_width / self.pitch

    @property
    def fin_surface(self) -> float:
        """Sides of the fins for each area of the base [-]."""
        return 2.0 * self.height / self.pitch


@dataclass(frozen=True)
class PinFins:
    """A field of round pins below the base; not resolved one by one.

    Parameters
    ----------
    diameter, height : float
        Of the pins [m].
    pitch_along, pitch_across : float
        Row to row in the direction of the flow, and pin to pin across it [m].
    conductivity : float
        Of the pins [W/(m K)].
    arrangement : {"inline", "staggered"}
    along : {"x", "y"}
        Direction of the flow, towards larger x or y unless ``reverse``.
    region : (x0, y0, x1, y1), optional
        Rectangle of the base that they cool [m]; all of it if left out.
    reverse : bool
        Flow towards smaller x or y.
    cover_thickness : float
        Of a second base at the other end of the pins, of the plate's metal [m]; 0 is an adiabatic cover.

    Raises
    ------
    ChannelPitchError
        For pins not narrower than their pitches.
    """

    diameter: float
    height: float
    pitch_along: float
    pitch_across: float
    conductivity: float
    arrangement: str = "staggered"
    along: str = "x"
    region: Region | None = None
    reverse: bool = False
    cover_thickness: float = 0.0

    def __post_init__(self) -> None:
        check_sizes(
            {
                "diameter": self.diameter,
                "height": self.height,
                "pitch_along": self.pitch_along,
                "pitch_across": self.pitch_across,
                "conductivity": self.conductivity,
            },
            {"cover_thickness": self.cover_thickness},
        )
        check_name("arrangement", self.arrangement, ("inline", "staggered"))
        check_name("along", self.along, AXES)
        check_corners(self.region)
        pitch = min(self.pitch_along, self.pitch_across)
        if self.arrangement == "staggered":
            # Rows may interlock as long as the pins of neighbouring rows do not touch.
            pitch = min(self.pitch_across, math.hypot(self.pitch_along, 0.5 * self.pitch_across))
        if self.diameter >= pitch:
            raise ChannelPitchError(
                "the pins touch: nothing is left for the coolant",
                key="diameter",
                found=self.diameter,
                accepted=f"less than {pitch:g}",
            )

    @property
    def fin_conductivity(self) -> float:
        """Of the pins [W/(m K)]."""
        return self.conductivity

    @property
    def free_share(self) -> float:
        """Share of a section through the pins that the coolant has [-]."""
        return 1.0 - 0.25 * math.pi * self.diameter**2 / (self.pitch_along * self.pitch_across)

    @property
    def fin_surface(self) -> float:
        """Sides of the pins for each area of the base [-]."""
        return math.pi * self.diameter * self.height / (self.pitch_along * self.pitch_across)
