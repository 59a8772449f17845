"""The file of a cold plate: metal, coolant's channels, chips, and the states it is meant for."""

from collections.abc import Mapping
from pathlib import Path

from numpy.typing import ArrayLike
from pydantic import Field, model_validator

from hashheat.components.chip_map import PLAIN, ChipKind, ChipMap, chip_grid, chip_picture
from hashheat.components.chip_table import read_chip_table
from hashheat.components.cold_plate_checks import check_coolant, check_states
from hashheat.components.cold_plate_coolant import Coolant
from hashheat.components.cold_plate_sections import Chips, Design, Envelope, Losses, Plate, Power
from hashheat.components.record import FileRecord, fault, find_file, load_record
from hashheat.thermo.errors import InputError
from hashheat.thermo.quantity import Quantity

LIBRARY = Path(__file__).parent / "library" / "cold_plates"

#: Prefix of the keys that bound what a reduced form must hold for; they are ranges, not doubts.
ENVELOPE_PREFIX = "envelope."


class ColdPlateFile(FileRecord):
    """The file of one cold plate with its chips."""

    name: str = Field(description="name of the plate; one that is no product says so")
    maker: str = Field(description="who makes it")
    note: str = Field(default="", description="what a reader should know")
    plate: Plate = Field(description="a [plate] table")
    coolant: Coolant = Field(description="a [coolant] table")
    chips: Chips = Field(description="a [chips] table")
    power: Power = Field(description="a [power] table")
    losses: Losses = Field(description="a [losses] table")
    design: Design = Field(description="a [design] table")
    envelope: Envelope = Field(description="an [envelope] table")

    @model_validator(mode="after")
    def _fits(self) -> "ColdPlateFile":
        check_coolant(self.plate, self.coolant)
        if self.coolant.is_field and self.chips.sides == "both":
            fault(
                "fins or pins stand where the chips of the bottom would be", "chips.sides", "'both'", "'top'"
            )
        check_states(self.design, self.envelope)
        # A table stands beside this file, and where that is a record does not know while it is read.
        if self.chips.form != "table":
            self.chip_map()
        return self

    def sampled_quantities(self) -> dict[str, Quantity]:
        """Every number by its dotted key, without those of the envelope: what a sample draws."""
        return {key: q for key, q in self.quantities().items() if not key.startswith(ENVELOPE_PREFIX)}

    def values(self, changed: Mapping[str, float] | None = None) -> dict[str, float]:
        """Numbers in SI by their dotted key, nominal where not changed.

        Parameters
        ----------
        changed : mapping, optional
            Values in SI by dotted key, such as ``{"plate.thickness": 0.01}``.

        Returns
        -------
        dict
            Without the envelope. A key that may be left out and is left out is absent.

        Raises
        ------
        InputError
            For a key that this file does not have, or a value outside the bounds of the key.
        """
        return self.nominal_values(self.sampled_quantities(), changed, "plate")

    def chip_map(self, changed: Mapping[str, float] | None = None) -> ChipMap:
        """Chips on the plate.

        Parameters
        ----------
        changed : mapping, optional
            As for :meth:`values`.

        Returns
        -------
        ChipMap
            On the top face, or on both.

        Raises
        ------
        ChipMapError
            By its kind: chips that overlap or stand off the plate, a map or a table that cannot be read.
        InputError
            As :meth:`values`.
        """
        chips, v = self.chips, self.values(changed)
        plate = (v["plate.length"], v["plate.width"])
        margins = (v.get("chips.margin_x", 0.0), v.get("chips.margin_y", 0.0))
        own = (v["chips.length"], v["chips.width"]) if "chips.length" in v and "chips.width" in v else None
        try:
            if chips.map is not None:
                found = chip_picture(chips.map, self._kinds(v), plate, margins)
            elif chips.table is not None:
                found = read_chip_table(self._beside(chips.table), own)
            else:
                assert chips.rows is not None
                assert chips.columns is not None
                assert own is not None
                found = chip_grid(chips.rows, chips.columns, ChipKind(*own), plate, margins)
            found.check_fits(*plate)
            if chips.sides == "both" and chips.table is None:
                found = found.on_both_sides()
            elif chips.sides == "top" and not found.side.all():
                below = found.label[int(found.side.argmin())]
                raise InputError(
                    "the table has chips on the bottom",
                    key="chips.sides",
                    found=f"'top', and chip {below} on the bottom",
                    accepted="sides = 'both'",
                )
        except InputError as error:
            form = {"grid": "rows"}.get(chips.form, chips.form)
            own_key = error.key in type(chips).model_fields
            raise type(error)(
                error.problem,
                file=error.file or self.file,
                key=f"chips.{error.key}" if own_key else error.key or f"chips.{form}",
                found=error.found,
                accepted=error.accepted,
            ) from None
        return found

    def check_values(self, key: str, values: ArrayLike) -> None:
        """As :meth:`~hashheat.components.record.Section.check_values`, for the kinds of chips too."""
        if not key.startswith("chips.kinds."):
            super().check_values(key, values)
            return
        _, _, letter, name = key.split(".")
        try:
            self.chips.kinds[letter].check_values(name, values)
        except InputError as error:
            raise InputError(
                error.problem, file=self.file, key=key, found=error.found, accepted=error.accepted
            ) from None

    def _kinds(self, v: Mapping[str, float]) -> dict[str, ChipKind]:
        """Chips by their letter in the map."""
        kinds = {}
        if "chips.length" in v and "chips.width" in v:
            kinds[PLAIN] = ChipKind(v["chips.length"], v["chips.width"])
        for letter in self.chips.kinds:
            own = f"chips.kinds.{letter}."
            length, width = (v.get(own + name, v.get(f"chips.{name}")) for name in ("length", "width"))
            assert length is not None
            assert width is not None
            kinds[letter] = ChipKind(length, width, v[own + "power_factor"])
        return kinds

    def _beside(self, name: str) -> Path:
        return Path(name) if self.path is None else self.path.parent / name


def load_cold_plate(name: str | Path) -> ColdPlateFile:
    """Read the file of a cold plate, with the table of its chips where it names one.

    Parameters
    ----------
    name : str or Path
        Path of a TOML file, or a shipped name such as ``"machined-serpentine"``.

    Raises
    ------
    InputError
        If there is no such file or something in it cannot be used; a ChipMapError or a PlateGeometryError of
        :mod:`hashheat.components.errors` where it is the chips or the channels.
    """
    record = load_record(find_file(str(name), LIBRARY, "cold plate"), ColdPlateFile)
    record.chip_map()
    return record


def shipped_cold_plates() -> list[str]:
    """Names of the cold plates that come with the package."""
    return sorted(path.stem for path in LIBRARY.glob("*.toml"))
