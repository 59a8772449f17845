"""The section of a coolant channel in a plate."""

import math
from dataclasses import dataclass

from hashheat.components.layout_checks import check_name, check_sizes
from hashheat.thermo.errors import InputError


@dataclass(frozen=True)
class Channel:
    """The section of a channel in the metal, or of a tube pressed into it.

    Parameters
    ----------
    shape : {"rectangle", "round"}
    width, height : float
        Inside, across the flow in the plate's plane and normal to it [m]; a round channel has one diameter, its
        height may be left out.
    depth : float, optional
        From the plate's lower face to the lowest point of the hole [m]; left out, the hole is in the middle.
    tube_wall, tube_conductivity : float
        Of a round tube set into the metal [m], [W/(m K)]; the hole is wider by twice the wall. 0 has no tube.
    joint_resistance : float
        Between tube and metal, on the hole's surface [m^2 K/W].
    roughness : float
        Equivalent sand roughness [m].
    bend_radius : float, optional
        Of the centre line in bends [m]; 0 is a mitre. Left out: half the pitch for bends outside the plate, a
        mitre for those inside.
    redevelops : bool
        Whether the boundary layers start anew after each bend.

    Raises
    ------
    InputError
        For an unknown shape, a size that cannot be, a tube that is not round.
    """

    shape: str
    width: float
    height: float | None = None
    depth: float | None = None
    tube_wall: float = 0.0
    tube_conductivity: float = 0.0
    joint_resistance: float = 0.0
    roughness: float = 0.0
    bend_radius: float | None = None
    redevelops: bool = True

    def __post_init__(self) -> None:
        check_name("shape", self.shape, ("rectangle", "round"))
        if self.height is None:
            if self.shape != "round":
                raise InputError("a rectangular channel needs a height", key="height", accepted="more than 0")
            object.__setattr__(self, "height", self.width)
        check_sizes(
            {"width": self.width, "height": self.inner_height},
            {
                "tube_wall": self.tube_wall,
                "joint_resistance": self.joint_resistance,
                "roughness": self.roughness,
                "bend_radius": self.bend_radius or 0.0,
            },
        )
        if self.round and self.inner_height != self.width:
            raise InputError(
                "a round channel has one diameter",
                key="height",
                found=self.height,
                accepted=f"{self.width:g}",
            )
        if self.tube_wall > 0.0:
            if not self.round:
                raise InputError(
                    "only a round tube has a wall", key="tube_wall", found=self.tube_wall, accepted="0"
                )
            check_sizes({"tube_conductivity": self.tube_conductivity})

    @property
    def round(self) -> bool:
        """Whether it is round."""
        return self.shape == "round"

    @property
    def inner_height(self) -> float:
        """Height of the wetted section [m]."""
        return float(self.height or 0.0)

    @property
    def flow_area(self) -> float:
        """Wetted section [m^2]."""
        return 0.25 * math.pi * self.width**2 if self.round else self.width * self.inner_height

    @property
    def perimeter(self) -> float:
        """Wetted perimeter [m]."""
        return math.pi * self.width if self.round else 2.0 * (self.width + self.inner_height)

    @property
    def hydraulic_diameter(self) -> float:
        """4 A / P [m]."""
        return 4.0 * self.flow_area / self.perimeter

    @property
    def hole_width(self) -> float:
        """Width of the hole in the metal [m]."""
        return self.width + 2.0 * self.tube_wall

    @property
    def hole_height(self) -> float:
        """Height of the hole in the metal [m]."""
        return self.inner_height + 2.0 * self.tube_wall

    @property
    def void_width(self) -> float:
        """Width of the rectangle that the solid misses [m]: a round hole is a square of the same section."""
        return 0.5 * math.sqrt(math.pi) * self.hole_width if self.round else self.hole_width

    @property
    def void_height(self) -> float:
        """Height of the rectangle that the solid misses [m]."""
        return 0.5 * math.sqrt(math.pi) * self.hole_height if self.round else self.hole_height

    def wall_resistance(self, length: float) -> float:
        """Tube wall and joint of a piece of channel.

        Parameters
        ----------
        length : float
            Along the flow [m].

        Returns
        -------
        float
            Between the wetted wall and the metal, over the whole perimeter [K/W].
        """
        outer = math.pi * self.hole_width if self.round else self.perimeter
        total = self.joint_resistance / (outer * length)
        if self.tube_wall > 0.0:
            ratio = self.hole_width / self.width
            total += math.log(ratio) / (2.0 * math.pi * self.tube_conductivity * length)
        return total
