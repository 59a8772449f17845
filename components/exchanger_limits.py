"""What a plate heat exchanger that is to be found must keep, and by how much one keeps it."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from hashheat.components.duty_file import DutyFile
from hashheat.components.exchanger_duty import Duty
from hashheat.components.exchanger_plate import PlateFile
from hashheat.components.plate_exchanger import PlateHeatExchanger
from hashheat.solvers import plate_rating as pr
from hashheat.solvers import plate_stack as ps
from hashheat.thermo.errors import InputError
from hashheat.thermo.property_kernels import density

HEAT = "heat"
DROPS = ("hot pressure drop", "cold pressure drop")
VELOCITIES = ("hot port velocity", "cold port velocity")
FRAME = "plates in the frame"
FEWEST = "fewest plates"
#: In the place of a limit, where a way of building has no steady state.
NO_STATE = "no steady state"

#: What a plate type may be refused for.
KIND, MATERIAL, HOT, COLD, CLASS, PORTS, TOO_FEW = (
    "kind",
    "material",
    "highest temperature",
    "lowest temperature",
    "pressure class",
    "port velocity",
    "number of plates",
)


class Refusal(NamedTuple):
    """Why no exchanger of a plate type can serve, whatever its size.

    Attributes
    ----------
    topic : str
        One of :data:`KIND` to :data:`TOO_FEW`.
    text : str
        With the numbers.
    excess : float
        How far it is from serving, to compare plate types refused for the same.
    """

    topic: str
    text: str
    excess: float = 0.0


@dataclass(frozen=True)
class SizingLimits:
    """What the exchanger must keep.

    Parameters
    ----------
    pressure_drop : (float, float)
        Highest on the hot and on the cold side, channels and ports together [Pa].
    port_velocity : float, optional
        Highest in a port [m/s]; left out, what the plate file says.
    max_plates : int, optional
        Most plates of one exchanger, beside what the frame holds.
    headroom : float
        Share of the frame that stays free for later growth [-].
    oversurface : float
        Area beyond what the duty needs, with the fouling if one is given [-].
    fouling : (float, float)
        [m^2 K/W]
    kind : "gasketed", "brazed" or "any"
    material : str, optional
        Of the plates.
    passes : tuple of (int, int)
        Passes of the hot and the cold side to try.

    Raises
    ------
    InputError
        For a limit that nothing can keep.
    """

    pressure_drop: tuple[float, float]
    port_velocity: float | None = None
    max_plates: int | None = None
    headroom: float = 0.0
    oversurface: float = 0.0
    fouling: tuple[float, float] = (0.0, 0.0)
    kind: Literal["gasketed", "brazed", "any"] = "any"
    material: str | None = None
    passes: tuple[tuple[int, int], ...] = ((1, 1), (2, 2), (3, 3), (4, 4))

    def __post_init__(self) -> None:
        for key in ("pressure_drop", "fouling"):
            pair = getattr(self, key)
            if not isinstance(pair, (tuple, list)) or len(pair) != 2 or not all(map(_is_number, pair)):
                raise InputError(
                    "takes one number for each side", key=key, found=repr(pair), accepted="(hot, cold), in SI"
                )
        for key, value, low, high in (
            ("pressure_drop, hot", self.pressure_drop[0], 1.0, 1e8),
            ("pressure_drop, cold", self.pressure_drop[1], 1.0, 1e8),
            ("port_velocity", 1.0 if self.port_velocity is None else self.port_velocity, 1e-3, 100.0),
            ("headroom", self.headroom, 0.0, 0.95),
            ("oversurface", self.oversurface, 0.0, 10.0),
            ("fouling, hot", self.fouling[0], 0.0, 1.0),
            ("fouling, cold", self.fouling[1], 0.0, 1.0),
        ):
            if not low <= value <= high:
                raise InputError(
                    "a limit that cannot be used", key=key, found=value, accepted=f"{low:g} to {high:g} (SI)"
                )

    @classmethod
    def of_file(cls, record: DutyFile) -> "SizingLimits":
        """Limits of a duty file, at nominal values."""
        given = record.limits
        pairs = [(pair[0], pair[1]) for pair in given.pass_pairs()]
        return cls(
            pressure_drop=(given.hot_pressure_drop.nominal, given.cold_pressure_drop.nominal),
            port_velocity=None if given.port_velocity is None else given.port_velocity.nominal,
            max_plates=given.max_plates,
            headroom=given.headroom.nominal,
            oversurface=given.oversurface.nominal,
            fouling=(given.fouling_hot.nominal, given.fouling_cold.nominal),
            kind=given.kind,
            material=given.material,
            passes=tuple(pairs),
        )

    def most_plates(self, plate: PlateFile) -> int:
        """Most plates of one exchanger of this type, headroom kept free."""
        held = int(plate.limits.max_plates * (1.0 - self.headroom) + 1e-9)
        return held if self.max_plates is None else min(held, self.max_plates)

    def refusal(self, plate: PlateFile, duty: Duty) -> str | None:
        """Why no exchanger of this plate can serve, whatever its size; None if one may."""
        found = self.refusal_of(plate, duty)
        return None if found is None else found.text

    def refusal_of(self, plate: PlateFile, duty: Duty) -> Refusal | None:
        """As :meth:`refusal`, with what it is for."""
        bounds = plate.limits
        if self.kind != "any" and plate.kind != self.kind:
            return Refusal(KIND, f"{plate.kind}, {self.kind} is asked")
        if self.material is not None and plate.plate.material.casefold() != self.material.casefold():
            return Refusal(MATERIAL, f"plates of {plate.plate.material}, {self.material} is asked")
        hottest, coldest = max(duty.T_in[0], duty.T_out[1]), min(duty.T_in[1], duty.T_out[0])
        if hottest > bounds.T_max.nominal:
            held, asked = bounds.T_max.nominal - 273.15, hottest - 273.15
            return Refusal(HOT, f"bears at most {held:.0f} degC, {asked:.1f} degC is asked", asked - held)
        if coldest < bounds.T_min.nominal:
            held, asked = bounds.T_min.nominal - 273.15, coldest - 273.15
            return Refusal(COLD, f"bears at least {held:.0f} degC, {asked:.1f} degC is asked", held - asked)
        if max(duty.pressures) > bounds.max_pressure.nominal * (1.0 + 1e-9):
            held, asked = bounds.max_pressure.nominal / 1e5, max(duty.pressures) / 1e5
            return Refusal(CLASS, f"bears at most {held:.1f} bar, {asked:.1f} bar is asked", asked - held)
        fastest = max(self.port_velocities(plate, duty))
        if fastest > self._port_limit(plate):
            allowed = self._port_limit(plate)
            return Refusal(
                PORTS,
                f"{fastest:.1f} m/s in the ports, at most {allowed:.1f} m/s is allowed",
                fastest / allowed,
            )
        if self.most_plates(plate) < bounds.min_plates:
            most = self.most_plates(plate)
            return Refusal(
                TOO_FEW,
                f"built with {bounds.min_plates} plates or more, at most {most} is allowed",
                float(bounds.min_plates - most),
            )
        return None

    def port_velocities(self, plate: PlateFile, duty: Duty) -> tuple[float, float]:
        """Velocity in the ports of each side, at whichever end it is higher [m/s]."""
        area = plate.nominal().port_area
        ends = zip(duty.mass_flow, duty.tables, duty.T_in, duty.T_out)
        hot, cold = (m / area / min(density(table, a), density(table, b)) for m, table, a, b in ends)
        return hot, cold

    def margins(
        self, exchanger: PlateHeatExchanger, duty: Duty, reduced: np.ndarray, whole: np.ndarray
    ) -> dict[str, float]:
        """By how much an exchanger keeps each limit, relative to the limit; negative where it does not.

        Parameters
        ----------
        exchanger : PlateHeatExchanger
        duty : Duty
        reduced, whole : (N_OUTPUTS,) arrays
            Of :mod:`hashheat.solvers.plate_rating`, with the area less the oversurface, and with all of it.
        """
        found = {HEAT: reduced[pr.HEAT_1] / duty.heat_rate - 1.0}
        for side, (drop, limit) in enumerate(zip(DROPS, self.pressure_drop)):
            found[drop] = 1.0 - (whole[pr.CHANNEL_DROP_0 + side] + whole[pr.PORT_DROP_0 + side]) / limit
        allowed = self._port_limit(exchanger.plate)
        for name, velocity in zip(VELOCITIES, self.port_velocities(exchanger.plate, duty)):
            found[name] = 1.0 - velocity / allowed
        found[FRAME] = 1.0 - exchanger.plates / self.most_plates(exchanger.plate)
        return found

    def _port_limit(self, plate: PlateFile) -> float:
        own = plate.limits.max_port_velocity.nominal
        return own if self.port_velocity is None else self.port_velocity


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool)


def duty_row(exchanger: PlateHeatExchanger, duty: Duty) -> np.ndarray:
    """Row of :data:`hashheat.solvers.plate_stack.INPUTS` for an exchanger at a duty."""
    row = exchanger.case()
    row[ps.FLOW_0], row[ps.FLOW_1] = duty.mass_flow
    row[ps.T_IN_0], row[ps.T_IN_1] = duty.T_in
    return row
