"""The duty file of an exchanger: what it has to do, within which limits, out of which plates."""

import re
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from hashheat.components.exchanger_duty import Duty, complete_duty
from hashheat.components.record import FileRecord, Section, fault, find_file, load_record, number
from hashheat.components.side_file import SideFluid
from hashheat.thermo.errors import InputError, StateError
from hashheat.thermo.quantity import Quantity

LIBRARY = Path(__file__).parent / "library" / "duties"

_MOST_PASSES = 8


class Stream(SideFluid):
    """What is known of one side."""

    T_in: Quantity | None = number(
        "K", positive=True, about="inlet temperature, e.g. '80 degC'", default=None
    )
    T_out: Quantity | None = number(
        "K", positive=True, about="outlet temperature, e.g. '45 degC'", default=None
    )
    mass_flow: Quantity | None = number("kg/s", positive=True, about="e.g. '13.6 kg/s'", default=None)
    volume_flow: Quantity | None = number(
        "m^3/s", positive=True, about="at the inlet temperature, e.g. '50 m^3/h'", default=None
    )


class Exchange(Section):
    """What is known of both sides together."""

    heat_rate: Quantity | None = number(
        "W", positive=True, about="heat from hot to cold, e.g. '2 MW'", default=None
    )
    approach: Quantity | None = number(
        "delta_K",
        positive=True,
        about="the smaller of hot.T_in - cold.T_out and hot.T_out - cold.T_in, e.g. '5 K'",
        default=None,
    )
    flow: Literal["counter", "parallel"] = Field(
        default="counter", description="'counter' or 'parallel': how the sides flow past each other"
    )


class Limits(Section):
    """What the exchanger must keep."""

    hot_pressure_drop: Quantity = number(
        "Pa", positive=True, about="highest over the hot side, ports included, e.g. '50 kPa'"
    )
    cold_pressure_drop: Quantity = number(
        "Pa", positive=True, about="highest over the cold side, ports included, e.g. '50 kPa'"
    )
    port_velocity: Quantity | None = number(
        "m/s", positive=True, about="highest in a port, e.g. '5 m/s'; otherwise the plate's own", default=None
    )
    max_plates: int | None = Field(
        default=None, ge=3, le=100_000, description="most plates of one exchanger, 3 or more"
    )
    headroom: Quantity = number(
        "1",
        minimum=0.0,
        maximum=0.95,
        about="share of the frame kept free for plates added later, e.g. '20 %'",
        default=Quantity(0.0, "1"),
    )
    oversurface: Quantity = number(
        "1",
        minimum=0.0,
        maximum=10.0,
        about="area beyond what the duty needs, with the fouling, e.g. '10 %'",
        default=Quantity(0.0, "1"),
    )
    fouling_hot: Quantity = number(
        "m^2 K/W", minimum=0.0, about="fouling resistance, hot side", default=Quantity(0.0, "m^2 K/W")
    )
    fouling_cold: Quantity = number(
        "m^2 K/W", minimum=0.0, about="fouling resistance, cold side", default=Quantity(0.0, "m^2 K/W")
    )
    kind: Literal["gasketed", "brazed", "any"] = Field(
        default="any", description="'gasketed', 'brazed' or 'any'"
    )
    material: str | None = Field(default=None, description="of the plates, as their plate file names it")
    passes: list[int | list[int]] = Field(
        default=[1, 2, 3, 4],
        min_length=1,
        description=f"passes to try, each 1 to {_MOST_PASSES}; [hot, cold] where they differ, as in [1, [2, 1]]",
    )

    @model_validator(mode="after")
    def _passes_fit(self) -> "Limits":
        pairs = self.pass_pairs()
        bounded = all(len(pair) == 2 and all(1 <= n <= _MOST_PASSES for n in pair) for pair in pairs)
        if len(set(pairs)) < len(pairs) or not bounded:
            fault(
                "the passes to try must differ and lie within bounds",
                "limits.passes",
                str(self.passes),
                f"different whole numbers from 1 to {_MOST_PASSES}, e.g. [1, 2], or pairs such as [2, 1]",
            )
        return self

    def pass_pairs(self) -> list[tuple[int, ...]]:
        """Passes of the hot and of the cold side to try."""
        return [(given, given) if isinstance(given, int) else tuple(given) for given in self.passes]


class Catalogue(Section):
    """Plates to choose from."""

    plates: list[str] = Field(
        default=[], description="plate files or shipped names; all generic plates where left out"
    )


class Price(Section):
    """A linear price, to rank by."""

    fixed: Quantity = number("EUR", minimum=0.0, about="of an exchanger without plates, e.g. '2500 EUR'")
    per_area: Quantity = number("EUR/m^2", minimum=0.0, about="of its plates, e.g. '180 EUR/m^2'")


class DutyFile(FileRecord):
    """A duty, its limits and its catalogue."""

    name: str = Field(description="name of the duty, a text")
    note: str = Field(default="", description="what a reader should know")
    hot: Stream = Field(default=Stream(), description="a [hot] table")
    cold: Stream = Field(default=Stream(), description="a [cold] table")
    duty: Exchange = Field(default=Exchange(), description="a [duty] table")
    limits: Limits = Field(description="a [limits] table")
    catalogue: Catalogue = Field(default=Catalogue(), description="a [catalogue] table")
    price: Price | None = Field(default=None, description="a [price] table")

    def complete(self) -> Duty:
        """Complete the duty from the nominal values.

        Returns
        -------
        Duty

        Raises
        ------
        InputError, StateError
            As :func:`~hashheat.components.exchanger_duty.complete_duty`, naming the file and its keys.
        """
        given = {
            f"{side}_{key}": value.nominal
            for side, stream in (("hot", self.hot), ("cold", self.cold))
            for key in ("pressure", "T_in", "T_out", "mass_flow", "volume_flow")
            if (value := getattr(stream, key)) is not None
        }
        for key in ("heat_rate", "approach"):
            value = getattr(self.duty, key)
            if value is not None:
                given[key] = value.nominal
        try:
            return complete_duty(
                hot_fluid=self.hot.fluid,
                cold_fluid=self.cold.fluid,
                counterflow=self.duty.flow == "counter",
                label=file_key,
                **given,
            )
        except InputError as error:
            raise error.within(file=self.file) from None
        except StateError as error:
            raise error.within(self.file) from None


def file_key(name: str) -> str:
    """Key in a duty file of an argument of ``complete_duty``: ``hot.T_in`` for ``hot_T_in``."""
    side = re.match(r"(hot|cold)_(.+)", name)
    return f"{side[1]}.{side[2]}" if side else f"duty.{name}"


def load_duty(name: str | Path) -> DutyFile:
    """Read a duty file.

    Parameters
    ----------
    name : str or Path
        Path of a TOML file, or a shipped name such as ``"nordic-2mw-5k"``.

    Raises
    ------
    InputError
        If there is no such file or something in it cannot be used.
    """
    return load_record(find_file(str(name), LIBRARY, "duty"), DutyFile)


def shipped_duties() -> list[str]:
    """Names of the duties that come with the package."""
    return sorted(p.stem for p in LIBRARY.glob("*.toml"))
