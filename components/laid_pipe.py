"""A stretch of buried pipe as it lies: sizes, layers, ground, and the conductances that follow."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Self

from hashheat.components.pipe_catalogue import DEFAULT, catalogue_pipe
from hashheat.solvers import pipe_loss
from hashheat.thermo.errors import InputError

#: Layouts, and the pipes in each.
LAYOUTS = {"single": 1, "pair": 2, "twin": 2}
#: Ground over the casing, and clear distance between the casings of a pair, where neither is given [m].
COVER, CLEAR = 0.8, 0.15


@dataclass(frozen=True)
class LaidPipe:
    """Where a stretch of buried pipe lies and of what it is; both pipes of a pair or a twin are alike.

    Parameters
    ----------
    length : float
        Of the trench [m].
    inner_diameter, outer_diameter : float
        Of the service pipe [m].
    casing_diameter : float
        Outside [m].
    layout : {"pair", "single", "twin"}
        Two pipes side by side, one alone, or two in one casing.
    depth : float, optional
        From the surface to the axis of the casing [m]; 0.8 m of cover if left out.
    distance : float, optional
        Between the axes of two pipes [m]; a pair has 0.15 m between its casings if left out.
    insulation_conductivity, ground_conductivity, casing_conductivity : float
        [W/(m K)]
    casing_thickness : float
        [m]; the casing of a twin counts as insulation.
    surface_htc : float
        From ground to air [W/(m2 K)].
    roughness : float
        [m]
    loss : float
        Loss coefficients of the fittings of each pipe, summed [-].
    wall_heat_capacity : float
        Of the service pipe, by volume [J/(m3 K)].
    density, heat_capacity : float
        Of the water [kg/m3], [J/(kg K)]: constant, so that what is stored, carried and lost balances.

    Raises
    ------
    InputError
    """

    length: float
    inner_diameter: float
    outer_diameter: float
    casing_diameter: float
    layout: str = "pair"
    depth: float | None = None
    distance: float | None = None
    insulation_conductivity: float = 0.0256
    ground_conductivity: float = 1.2
    casing_conductivity: float = pipe_loss.CASING_CONDUCTIVITY
    casing_thickness: float = 0.0
    surface_htc: float = pipe_loss.SURFACE_HTC
    roughness: float = 1e-4
    loss: float = 0.0
    wall_heat_capacity: float = 3.74e6
    density: float = 980.0
    heat_capacity: float = 4186.0

    def __post_init__(self) -> None:
        if self.layout not in LAYOUTS:
            raise InputError("unknown layout", key="layout", found=self.layout, accepted=", ".join(LAYOUTS))
        for f in fields(self):
            value, least = getattr(self, f.name), "> 0"
            if f.name == "layout" or (value is None and f.default is None):
                continue
            fits = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
            if f.name in ("casing_thickness", "roughness", "loss"):
                fits, least = fits and value >= 0.0, ">= 0"
            elif not (fits and value > 0.0):
                fits = f.name == "surface_htc" and value == math.inf
            if not fits:
                raise InputError(
                    "is no number that can be used",
                    key=f.name,
                    found=repr(value),
                    accepted=f"a number {least}",
                )
        if self.inner_diameter >= self.outer_diameter:
            raise InputError(
                "the pipe has no wall",
                key="inner_diameter",
                found=f"{self.inner_diameter:g} m",
                accepted=f"less than outer_diameter, {self.outer_diameter:g} m",
            )
        self._place()
        own, other = self._conductances()
        A = 0.25 * math.pi * self.inner_diameter**2
        wall = 0.25 * math.pi * self.outer_diameter**2 - A
        by_water, by_wall = self.density * self.heat_capacity * A, self.wall_heat_capacity * wall
        # Looked up thousands of times a year of steps: made once.
        for name, number in {
            "_own": own * self.length,
            "_other": other * self.length,
            "_capacity": (by_water + by_wall) * self.length,
        }.items():
            object.__setattr__(self, name, float(number))

    def _place(self) -> None:
        """Fill in where it lies, and check it."""
        depth = COVER + 0.5 * self.casing_diameter if self.depth is None else self.depth
        object.__setattr__(self, "depth", depth)
        pipe_loss.check_layers(self.outer_diameter, self.casing_diameter, self.casing_thickness, depth)
        if self.layout == "single":
            if self.distance is not None:
                raise InputError(
                    "one pipe has no other", key="distance", found=self.distance, accepted="nothing"
                )
            return
        if self.distance is None:
            if self.layout == "twin":
                raise InputError(
                    "the distance of the pipes in their casing is missing",
                    key="distance",
                    accepted="[m], between axes",
                )
            object.__setattr__(self, "distance", self.casing_diameter + CLEAR)
        elif self.layout == "pair" and self.distance < self.casing_diameter:
            raise InputError(
                "the casings of the pair overlap",
                key="distance",
                found=f"{self.distance:g} m between the axes",
                accepted=f"at least casing_diameter, {self.casing_diameter:g} m",
            )

    def _conductances(self) -> tuple[float, float]:
        """U_own and U_other [W/(m K)]."""
        layers: dict[str, Any] = {
            "outer_diameter": self.outer_diameter,
            "casing_diameter": self.casing_diameter,
            "depth": self.depth,
            "insulation_conductivity": self.insulation_conductivity,
            "ground_conductivity": self.ground_conductivity,
            "surface_htc": self.surface_htc,
        }
        if self.layout == "twin":
            return pipe_loss.twin_conductances(**layers, distance=self.distance)
        layers |= {
            "casing_thickness": self.casing_thickness,
            "casing_conductivity": self.casing_conductivity,
        }
        if self.layout == "single":
            return pipe_loss.single_conductance(**layers), 0.0
        return pipe_loss.pair_conductances(**layers, distance=self.distance)

    @classmethod
    def from_values(cls, values: Mapping[str, float], layout: str = "pair", catalogue: str = DEFAULT) -> Self:
        """Pipe from numbers by name.

        Parameters
        ----------
        values : mapping of str to float
            Numbers of this class in SI; ``dn`` [mm] and ``series`` take the sizes of the catalogue, and what is
            given besides has precedence.
        layout : str
        catalogue : str
            Shipped name.

        Raises
        ------
        InputError
            For a name that is none, a missing one, or a number that cannot be used.
        """
        given = dict(values)
        known = [f.name for f in fields(cls) if f.name != "layout"]
        for key in given:
            if key not in (*known, "dn", "series"):
                raise InputError(
                    "a buried pipe has no such number",
                    key=key,
                    found=given[key],
                    accepted=", ".join([*known, "dn", "series"]),
                )
        dn, series = given.pop("dn", None), given.pop("series", None)
        if dn is not None:
            if layout == "twin":
                raise InputError(
                    "the catalogue holds single pipes", key="dn", found=dn, accepted="sizes of the twin pipe"
                )
            size = catalogue_pipe(
                _whole("dn", dn), _whole("series", 1 if series is None else series), catalogue
            )
            given = {k: v for k, v in size._asdict().items() if k in known} | given
        elif series is not None:
            raise InputError(
                "a series goes with a nominal diameter", key="series", found=series, accepted="dn beside it"
            )
        for key in ("length", "inner_diameter", "outer_diameter", "casing_diameter"):
            if key not in given:
                raise InputError(
                    "a required number is missing",
                    key=key,
                    accepted="[m]" if key == "length" else "[m], or dn",
                )
        return cls(layout=layout, **given)

    @property
    def n_pipe(self) -> int:
        """Pipes in the trench."""
        return LAYOUTS[self.layout]

    @property
    def conductances(self) -> tuple[float, float]:
        """U_own and U_other [W/(m K)], see :mod:`hashheat.solvers.pipe_loss`."""
        return self._own / self.length, self._other / self.length  # type: ignore[attr-defined]

    @property
    def loss_per_length(self) -> float:
        """Heat that each pipe loses to the ground, per length and kelvin over it [W/(m K)]."""
        own, other = self.conductances
        return own - other

    @property
    def capacity(self) -> float:
        """Heat capacity of water and wall of one pipe [J/K]."""
        return self._capacity  # type: ignore[attr-defined,no-any-return]

    def residence_time(self, mass_flow: float) -> float:
        """Time that a front takes through a pipe [s], its wall included.

        Parameters
        ----------
        mass_flow : float
            [kg/s]; infinity without flow.
        """
        return self.capacity / abs(mass_flow * self.heat_capacity) if mass_flow else math.inf


def _whole(key: str, value: float) -> int:
    if not (math.isfinite(value) and value == int(value)):
        raise InputError("must be a whole number", key=key, found=value)
    return int(value)
