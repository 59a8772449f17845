"""The file of a two-phase tank: fluid, bath, chips, how they boil, condenser, water, and how it is opened."""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from hashheat.components.record import FileRecord, fault, load_record
from hashheat.components.tank_library import find_tank, tanks_of_kind
from hashheat.components.two_phase_tank_sections import (
    Bath,
    Boiling,
    BoilingChips,
    CoilWater,
    Condenser,
    Liquid,
    Opening,
    OtherPower,
    Surroundings,
)
from hashheat.thermo.boiling_fluid import boiling_fluid
from hashheat.thermo.saturated_fluid import BoilingFluid

#: Word that tells these files from those of single-phase tanks in the same folder.
KIND = "two-phase"


class TwoPhaseTankFile(FileRecord):
    """The file of one two-phase tank."""

    name: str = Field(description="name of the tank; one that is no product says so")
    maker: str = Field(default="", description="who makes it")
    note: str = Field(default="", description="what a reader should know")
    kind: Literal["two-phase"] = Field(description="'two-phase'")
    bath: Bath = Field(description="a [bath] table")
    fluid: Liquid = Field(description="a [fluid] table")
    chips: BoilingChips = Field(description="a [chips] table")
    boiling: Boiling = Field(description="a [boiling] table")
    power: OtherPower = Field(description="a [power] table")
    condenser: Condenser = Field(description="a [condenser] table")
    water: CoilWater = Field(description="a [water] table")
    surroundings: Surroundings = Field(description="a [surroundings] table")
    opening: Opening = Field(description="an [opening] table")

    @model_validator(mode="after")
    def _fits(self) -> "TwoPhaseTankFile":
        self._check(self.values())
        return self

    def _check(self, v: Mapping[str, float]) -> None:
        def falls(low: str, high: str, problem: str) -> None:
            if low in v and v[low] >= v[high]:
                fault(problem, low, f"{v[low]:g}", f"less than {high}, {v[high]:g}")

        falls("chips.bottom", "chips.top", "the chips end below where they begin")
        falls("chips.top", "bath.height", "the chips stand higher than the tank")
        falls("bath.pressure_min", "bath.pressure_max", "no pressure is allowed")
        room = v["bath.length"] * v["bath.width"] * v["bath.height"]
        if v["bath.hardware_volume"] >= room:
            fault(
                "what stands in the liquid fills the tank",
                "bath.hardware_volume",
                f"{v['bath.hardware_volume']:g} m^3",
                f"less than {room:g} m^3",
            )
        if self.chips.plate is not None:
            for side in ("length", "width"):
                if v[f"chips.plate.{side}"] < v[f"chips.{side}"]:
                    fault(
                        "a boiler plate is smaller than its chip",
                        f"chips.plate.{side}",
                        f"{v[f'chips.plate.{side}']:g} m",
                        f"{v[f'chips.{side}']:g} m or more",
                    )

    @property
    def boiling_fluid(self) -> BoilingFluid:
        """The fluid of the bath."""
        return boiling_fluid(self.fluid.name)

    def values(self, changed: Mapping[str, float] | None = None) -> dict[str, float]:
        """Numbers in SI by their dotted key, nominal where not changed.

        Parameters
        ----------
        changed : mapping, optional
            Values in SI by dotted key, such as ``{"chips.power": 30.0}``.

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


def load_two_phase_tank(name: str | Path) -> TwoPhaseTankFile:
    """Read the file of a two-phase tank.

    Parameters
    ----------
    name : str or Path
        Path of a TOML file, or a shipped name such as ``"two-phase-demo"``.

    Returns
    -------
    TwoPhaseTankFile

    Raises
    ------
    InputError
        If there is no such file, it is of another kind of tank, or something in it cannot be used.
    """
    return load_record(find_tank(name, KIND), TwoPhaseTankFile)


def shipped_two_phase_tanks() -> list[str]:
    """Names of the two-phase tanks that come with the package."""
    return tanks_of_kind(KIND)
