"""A heated building as two heat capacities: its air with furniture, and its walls.

::

    outdoors --- wall_to_outdoor --- [walls] --- air_to_wall --- [air, furniture] --- heating, gains
        |                                                              |
        +----------------------------- ventilation --------------------+
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import NamedTuple

from hashheat.thermo.errors import InputError
from hashheat.thermo.jit import kernel

#: Temperature against which :meth:`Building.energy` counts [K].
T_REFERENCE = 273.15


class BuildingState(NamedTuple):
    """What a building remembers.

    Attributes
    ----------
    T_air : float
        Of air and furniture [K].
    T_wall : float
        Of the walls [K].
    """

    T_air: float
    T_wall: float


class BuildingInputs(NamedTuple):
    """What acts on a building, the same all through a step.

    Attributes
    ----------
    T_outdoor : float
        [K]
    heat_rate : float
        Heating power to the air [W]; negative for cooling.
    gain : float
        From sun, people and devices [W].
    """

    T_outdoor: float
    heat_rate: float = 0.0
    gain: float = 0.0


class BuildingOutputs(NamedTuple):
    """Means over a step.

    Attributes
    ----------
    T_air, T_wall : float
        [K]
    heat_loss : float
        To the outdoors, through walls and by ventilation [W].
    """

    T_air: float
    T_wall: float
    heat_loss: float


@kernel
def two_capacities(
    C_air: float,
    C_wall: float,
    K_inner: float,
    K_outer: float,
    K_direct: float,
    T_air: float,
    T_wall: float,
    T_outdoor: float,
    to_air: float,
    to_wall: float,
    dt: float,
) -> tuple[float, float, float, float]:
    """Exact step of two coupled capacities between a heat source and the outdoors, all inputs constant.

    Parameters
    ----------
    C_air, C_wall : float
        Heat capacities [J/K].
    K_inner, K_outer, K_direct : float
        Conductances air to wall, wall to outdoors, air to outdoors [W/K].
    T_air, T_wall, T_outdoor : float
        [K]
    to_air, to_wall : float
        Heat to either [W].
    dt : float
        [s], above 0.

    Returns
    -------
    T_air, T_wall : float
        At the end [K].
    T_air_mean, T_wall_mean : float
        Over the step [K].

    Notes
    -----
    ``exp(A dt)`` of the 2 x 2 system by its eigenvalues, which are real and negative; the slow one is taken
    from the product of both, and changes are computed as such, so that neither drowns in rounding.
    """
    a, b = -(K_inner + K_direct) / C_air, K_inner / C_air
    c, d = K_inner / C_wall, -(K_inner + K_outer) / C_wall
    loss = K_inner * K_outer + K_inner * K_direct + K_outer * K_direct
    det = loss / (C_air * C_wall)
    # The steady state, as rise above the outdoors.
    rise_air = ((K_inner + K_outer) * to_air + K_inner * to_wall) / loss
    rise_wall = (K_inner * to_air + (K_inner + K_direct) * to_wall) / loss
    x, y = T_air - T_outdoor - rise_air, T_wall - T_outdoor - rise_wall
    half = 0.5 * (a - d)
    q = math.sqrt(half * half + b * c)
    fast = 0.5 * (a + d) - q
    slow = det / fast
    # Twice the changes and the means of cosh(q t) and of sinh(q t) / q, each with its common decay.
    gone_slow, gone_fast = math.expm1(slow * dt), math.expm1(fast * dt)
    part_slow, part_fast = gone_slow / (slow * dt), gone_fast / (fast * dt)
    along_x, along_y = (half * x + b * y) / q, (c * x - half * y) / q
    return (
        T_air + 0.5 * ((gone_slow + gone_fast) * x + (gone_slow - gone_fast) * along_x),
        T_wall + 0.5 * ((gone_slow + gone_fast) * y + (gone_slow - gone_fast) * along_y),
        T_outdoor + rise_air + 0.5 * ((part_slow + part_fast) * x + (part_slow - part_fast) * along_x),
        T_outdoor + rise_wall + 0.5 * ((part_slow + part_fast) * y + (part_slow - part_fast) * along_y),
    )


@dataclass(frozen=True)
class Building:
    """Two capacities and three conductances.

    Parameters
    ----------
    air_capacity : float
        Heat capacity of air and furniture [J/K].
    wall_capacity : float
        Of walls, floors and ceilings [J/K].
    air_to_wall : float
        Conductance between both [W/K].
    wall_to_outdoor : float
        Conductance from the middle of the walls to the outdoors [W/K].
    ventilation : float
        Conductance from the air to the outdoors past the walls: ventilation, windows [W/K].
    gain_to_wall : float
        Share of gains that the walls take [-]: most of the sun's, none of people's.

    Raises
    ------
    InputError
        For a capacity or conductance that is not above zero (ventilation may be zero), or a share outside 0 to 1.

    Notes
    -----
    For hours to days. A wall of one capacity takes up too little of a swing of an hour and reaches too deep.
    """

    air_capacity: float
    wall_capacity: float
    air_to_wall: float
    wall_to_outdoor: float
    ventilation: float = 0.0
    gain_to_wall: float = 0.0

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            least_open = field.name in ("ventilation", "gain_to_wall")
            fits = math.isfinite(value) and (value >= 0.0 if least_open else value > 0.0)
            if not fits or (field.name == "gain_to_wall" and value > 1.0):
                raise InputError(
                    "cannot be used",
                    key=field.name,
                    found=value,
                    accepted="0 to 1"
                    if field.name == "gain_to_wall"
                    else "0 or more"
                    if least_open
                    else "above 0",
                )

    @classmethod
    def from_values(cls, values: Mapping[str, float]) -> "Building":
        """From the keys of a :class:`hashheat.components.building_section.BuildingSection` [SI]."""
        return cls(**{field.name: float(values[field.name]) for field in fields(cls) if field.name in values})

    @classmethod
    def of_time_constant(
        cls,
        heat_loss: float,
        time_constant: float,
        air_capacity: float,
        air_to_wall: float,
        ventilation: float = 0.0,
        gain_to_wall: float = 0.0,
    ) -> "Building":
        """The building that loses so much heat for each kelvin and cools down with this time constant.

        Parameters
        ----------
        heat_loss : float
            Of the whole building, ventilation included, for each kelvin above the outdoors [W/K].
        time_constant : float
            The longer one [s], of walls and air cooling together.
        air_capacity, air_to_wall, ventilation, gain_to_wall
            As of the class.

        Raises
        ------
        InputError
            Where no wall makes it so: ventilation that takes all of the loss, an inner conductance too small for
            it, or a time constant below that of the air alone.
        """
        through_wall = heat_loss - ventilation
        if not (through_wall > 0.0 and air_to_wall > through_wall):
            raise InputError(
                "no wall lets this heat pass",
                key="air_to_wall",
                found=air_to_wall,
                accepted=f"above heat_loss less ventilation, {through_wall:g} W/K, which must be above 0",
            )
        outer = 1.0 / (1.0 / through_wall - 1.0 / air_to_wall)
        # The determinant of A + 1/tau is linear in the capacity of the wall.
        rest = air_to_wall + ventilation - air_capacity / time_constant
        wall = time_constant * (air_to_wall + outer - air_to_wall**2 / rest) if rest > 0.0 else -1.0
        if not wall > 0.0:
            raise InputError(
                "the air alone cools more slowly than this",
                key="time_constant",
                found=time_constant,
                accepted=f"above {air_capacity / heat_loss:g} s",
            )
        return cls(air_capacity, wall, air_to_wall, outer, ventilation, gain_to_wall)

    @property
    def heat_loss(self) -> float:
        """Heat lost in steady state for each kelvin of air above the outdoors [W/K]."""
        K, k = self.air_to_wall, self.wall_to_outdoor
        return self.ventilation + K * k / (K + k)

    @property
    def time_constants(self) -> tuple[float, float]:
        """The longer and the shorter time constant [s]."""
        a = (self.air_to_wall + self.ventilation) / self.air_capacity
        d = (self.air_to_wall + self.wall_to_outdoor) / self.wall_capacity
        b_c = self.air_to_wall**2 / (self.air_capacity * self.wall_capacity)
        fast = 0.5 * (a + d) + math.sqrt(0.25 * (a - d) ** 2 + b_c)
        return fast / (a * d - b_c), 1.0 / fast

    def steady(self, inputs: BuildingInputs) -> BuildingState:
        """State in which nothing changes."""
        K, k, v = self.air_to_wall, self.wall_to_outdoor, self.ventilation
        to_wall = self.gain_to_wall * inputs.gain
        to_air = inputs.heat_rate + inputs.gain - to_wall
        loss = K * k + K * v + k * v
        return BuildingState(
            inputs.T_outdoor + ((K + k) * to_air + K * to_wall) / loss,
            inputs.T_outdoor + (K * to_air + (K + v) * to_wall) / loss,
        )

    def steady_heat(self, T_air: float, T_outdoor: float, gain: float = 0.0) -> float:
        """Heating power [W] that holds an air temperature [K] in steady state; negative where it must cool."""
        free = self.steady(BuildingInputs(T_outdoor, 0.0, gain)).T_air
        return (T_air - free) * self.heat_loss

    def step(
        self, state: BuildingState, inputs: BuildingInputs, dt: float
    ) -> tuple[BuildingState, BuildingOutputs]:
        """Go on by a step, exactly.

        Parameters
        ----------
        state : BuildingState
        inputs : BuildingInputs
            Constant over the step.
        dt : float
            [s], above 0.

        Returns
        -------
        BuildingState
            At the end.
        BuildingOutputs
            Means over the step; heat and gain less ``heat_loss`` is the change of :meth:`energy`.
        """
        to_wall = self.gain_to_wall * inputs.gain
        T_air, T_wall, air_mean, wall_mean = two_capacities(
            self.air_capacity, self.wall_capacity, self.air_to_wall, self.wall_to_outdoor, self.ventilation,
            state.T_air, state.T_wall, inputs.T_outdoor, inputs.heat_rate + inputs.gain - to_wall, to_wall, dt,
        )  # fmt: skip
        loss = self.wall_to_outdoor * (wall_mean - inputs.T_outdoor)
        loss += self.ventilation * (air_mean - inputs.T_outdoor)
        return BuildingState(T_air, T_wall), BuildingOutputs(air_mean, wall_mean, loss)

    def heat_for(
        self, state: BuildingState, T_air: float, T_outdoor: float, dt: float, gain: float = 0.0
    ) -> float:
        """Heating power [W], constant over a step, that ends it at an air temperature [K]; negative to cool.

        Parameters
        ----------
        state : BuildingState
            At the start.
        T_air : float
            Wanted at the end [K].
        T_outdoor : float
            [K]
        dt : float
            [s], above 0.
        gain : float
            [W]
        """
        free = self.step(state, BuildingInputs(T_outdoor, 0.0, gain), dt)[0].T_air
        # The answer to a power is linear: a start at the outdoors' temperature leaves the answer alone.
        answer = self.step(BuildingState(0.0, 0.0), BuildingInputs(0.0, 1.0), dt)[0].T_air
        return (T_air - free) / answer

    def energy(self, state: BuildingState) -> float:
        """Heat stored above 0 degC [J]."""
        return self.air_capacity * (state.T_air - T_REFERENCE) + self.wall_capacity * (
            state.T_wall - T_REFERENCE
        )
