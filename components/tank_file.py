"""The file of a single-phase immersion tank: oil, miners, openings or coil, what cools it and what it loses."""

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Literal

from numpy.typing import ArrayLike
from pydantic import Field, model_validator

from hashheat.components.record import FileRecord, load_record
from hashheat.components.tank_checks import check_cooling, check_geometry
from hashheat.components.tank_cooling_sections import (
    Circulation,
    Coil,
    Exchanger,
    Surface,
    Walls,
    Water,
)
from hashheat.components.tank_library import find_tank, tanks_of_kind
from hashheat.components.tank_liquid import named_oil
from hashheat.components.tank_miner import Miner
from hashheat.components.tank_sections import Grid, Inlet, Oil, Opening, Tank
from hashheat.components.tank_stack import board_stack
from hashheat.thermo.errors import InputError
from hashheat.thermo.fluid import Fluid
from hashheat.thermo.quantity import Quantity

#: Word that tells these files from those of two-phase tanks in the same folder.
KIND = "single-phase"

_LISTS = ("miner", "inlet", "outlet")


class TankFile(FileRecord):
    """The file of one tank."""

    name: str = Field(description="name of the tank; one that is no product says so")
    maker: str = Field(default="", description="who makes it")
    note: str = Field(default="", description="what a reader should know")
    kind: Literal["single-phase"] = Field(description="'single-phase'")
    tank: Tank = Field(description="a [tank] table")
    fluid: Oil = Field(description="a [fluid] table")
    grid: Grid = Field(default=Grid(), description="an optional [grid] table")
    miner: list[Miner] = Field(min_length=1, description="one or more [[miner]] tables")
    inlet: list[Inlet] = Field(default=[], description="[[inlet]] tables")
    outlet: list[Opening] = Field(default=[], description="[[outlet]] tables")
    circulation: Circulation | None = Field(default=None, description="a [circulation] table")
    exchanger: Exchanger | None = Field(default=None, description="an [exchanger] table")
    water: Water | None = Field(default=None, description="a [water] table")
    coil: Coil | None = Field(default=None, description="a [coil] table")
    walls: Walls = Field(description="a [walls] table")
    surface: Surface = Field(description="a [surface] table")

    @model_validator(mode="after")
    def _fits(self) -> "TankFile":
        check_cooling(self)
        values = self.values()
        check_geometry(self, values)
        for place in range(len(self.miner)):
            board_stack(self, values, place)
        return self

    @cached_property
    def oil(self) -> Fluid:
        """What the tank is filled with; found once, so that a warning about its data comes once.

        Raises
        ------
        InputError
            For a name that is not known, or a gas.
        """
        return named_oil(self.fluid.name, self.file)

    def quantities(self, prefix: str = "") -> dict[str, Quantity]:
        """Every number by its dotted key; those of lists with their place: ``miner.0.power``.

        Parameters
        ----------
        prefix : str
            In front of every key.

        Returns
        -------
        dict of str to Quantity
        """
        found = super().quantities(prefix)
        for name in _LISTS:
            for i, section in enumerate(getattr(self, name)):
                found |= section.quantities(f"{prefix}{name}.{i}.")
        return found

    def values(self, changed: Mapping[str, float] | None = None) -> dict[str, float]:
        """Numbers in SI by their dotted key, nominal where not changed.

        Parameters
        ----------
        changed : mapping, optional
            Values in SI by dotted key, such as ``{"miner.0.power": 5000.0}``.

        Returns
        -------
        dict
            A key that may be left out and is left out is absent.

        Raises
        ------
        InputError
            For a key that this file does not have, or a value outside the bounds of the key.
        """
        return self.nominal_values(self.quantities(), changed, "tank")

    def check_values(self, key: str, values: ArrayLike) -> None:
        """As :meth:`~hashheat.components.record.Section.check_values`, for the numbers of lists too.

        Parameters
        ----------
        key : str
            Dotted.
        values : array_like
            [SI]

        Raises
        ------
        InputError
            Naming file and key, for a value outside the bounds of the key.
        """
        first, _, rest = key.partition(".")
        if first not in _LISTS:
            super().check_values(key, values)
            return
        place, _, name = rest.partition(".")
        try:
            getattr(self, first)[int(place)].check_values(name, values)
        except InputError as error:
            raise InputError(
                error.problem, file=self.file, key=key, found=error.found, accepted=error.accepted
            ) from None


def load_tank(name: str | Path) -> TankFile:
    """Read the file of a single-phase tank.

    Parameters
    ----------
    name : str or Path
        Path of a TOML file, or a shipped name such as ``"container-50kw"``.

    Returns
    -------
    TankFile

    Raises
    ------
    InputError
        If there is no such file or something in it cannot be used; a TankError of
        :mod:`hashheat.components.errors` where it is blocks, openings, grid or cooling.
    """
    return load_record(find_tank(name, KIND, unnamed=KIND), TankFile)


def shipped_tanks() -> list[str]:
    """Names of the single-phase tanks that come with the package."""
    return tanks_of_kind(KIND)
