"""The device file of a hydro-cooled miner: which keys it has, and what each means."""

from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from hashheat.components.calibration_record import CalibrationRecord
from hashheat.components.cold_plate_file import LIBRARY as COLD_PLATES
from hashheat.components.cold_plate_file import ColdPlateFile, load_cold_plate
from hashheat.components.record import Section, fault, find_beside, find_file, load_record, number
from hashheat.thermo.errors import InputError
from hashheat.thermo.quantity import Quantity

LIBRARY = Path(__file__).parent / "library" / "miners"


class Power(Section):
    """What the unit draws, and how that changes with junction temperature and clock."""

    wall: Quantity = number(
        "W",
        positive=True,
        about="electric power of the unit at the wall, e.g. '8064 W', at reference_temperature and clock 1",
    )
    terahash_per_second: Quantity = number(
        "1", positive=True, about="hash rate at clock 1 in TH/s, a plain number"
    )
    psu_efficiency: Quantity = number(
        "1", maximum=1.0, positive=True, about="DC power of the hash boards over wall power"
    )
    psu_heat_to_water: Quantity = number(
        "1",
        minimum=0.0,
        maximum=1.0,
        about="share of the power supply's loss that the coolant takes, after the boards",
    )
    leakage_share: Quantity = number(
        "1", minimum=0.0, maximum=0.99, about="share of chip power that is leakage, at reference_temperature"
    )
    leakage_scale: Quantity = number(
        "delta_K", positive=True, about="temperature rise over which leakage grows e-fold, e.g. '30 K'"
    )
    reference_temperature: Quantity = number(
        "K", positive=True, about="junction temperature at which the wall power holds, e.g. '75 degC'"
    )


class Chips(Section):
    """The chips of one board and how they sit on the plate."""

    rows: int = Field(gt=0, description="chip rows across the plate's width")
    columns: int = Field(gt=0, description="chip columns along the plate's length")
    count: int = Field(gt=0, description="chips of one board; rows x columns must hold them exactly")
    length: Quantity = number("m", positive=True, about="package size along the plate")
    width: Quantity = number("m", positive=True, about="package size across the plate")
    junction_to_plate: Quantity = number(
        "K/W",
        minimum=0.0,
        about="resistance from one junction to the channel wall below it: package, interface, spreading; "
        "package and interface alone where a cold_plate is named",
    )
    chip_spread: Quantity = number(
        "1",
        minimum=0.0,
        maximum=1.0,
        about="relative standard deviation of junction_to_plate from chip to chip",
    )
    unit_spread: Quantity = number(
        "1",
        minimum=0.0,
        maximum=1.0,
        about="relative standard deviation of junction_to_plate from unit to unit",
    )
    limit: Quantity = number("K", positive=True, about="highest junction temperature, e.g. '95 degC'")


class Plate(Section):
    """The cold plate of one board: a serpentine of rectangular or round channels."""

    length: Quantity = number("m", positive=True, about="along the passes")
    width: Quantity = number("m", positive=True, about="across the passes")
    thickness: Quantity = number("m", positive=True, about="of the plate")
    conductivity: Quantity = number("W/(m K)", positive=True, about="of the plate's metal")
    passes: int = Field(gt=0, le=16, description="straight passes of the channel, 1 to 16")
    cells_per_pass: int = Field(default=16, ge=2, le=512, description="finite volumes along each pass")
    channel_shape: Literal["rectangular", "round"] = Field(description="'rectangular' or 'round'")
    channel_width: Quantity = number("m", positive=True, about="of the channel (diameter if round)")
    channel_height: Quantity = number("m", positive=True, about="of the channel (diameter if round)")
    roughness: Quantity = number("m", minimum=0.0, about="of the channel wall, e.g. '2 um'")
    redevelops: bool = Field(description="whether boundary layers start anew after each bend")
    port_loss: Quantity = number(
        "1", minimum=0.0, about="sum of inlet and outlet loss coefficients, on the channel's velocity head"
    )
    nusselt_factor: Quantity = number(
        "1", positive=True, about="multiplies the film coefficient of the correlation; its uncertainty"
    )
    friction_factor: Quantity = number(
        "1", positive=True, about="multiplies the pressure drop of the plate; its uncertainty"
    )
    fouling: Quantity = number(
        "m^2 K/W",
        minimum=0.0,
        maximum=0.01,
        default=Quantity(0.0, "m^2 K/W", status="chosen", source="clean where a file states none"),
        about="of a deposit on the wetted wall, between metal and film; 0 if clean",
    )


class Boards(Section):
    """The boards of a unit, in parallel."""

    count: int = Field(gt=0, le=16, description="hash boards, each on its own plate")
    flow_imbalance: Quantity = number(
        "1",
        minimum=0.0,
        maximum=0.9,
        about="the most favoured board gets 1 + this times the mean flow, the least 1 - this",
    )


class Coolant(Section):
    """Flow the maker asks for, and what the unit loses in hoses and manifold."""

    flow: Quantity = number("m^3/s", positive=True, about="of the unit, e.g. '8 .. 10 L/min'")
    manifold_pressure_drop: Quantity = number(
        "Pa",
        minimum=0.0,
        about="of hoses, couplings and internal manifold at 10 L/min of cold water; grows with flow squared",
    )


class Surroundings(Section):
    """Heat lost past the water."""

    loss_conductance: Quantity = number("W/K", minimum=0.0, about="from all plates of the unit to the room")


class MinerFile(Section):
    """A device file of a hydro-cooled miner."""

    name: str = Field(description="name of the miner as the maker writes it, a text")
    maker: str = Field(description="who makes it")
    cooling: Literal["hydro"] = Field(description="'hydro'")
    note: str = Field(default="", description="what a reader should know")
    cold_plate: str | None = Field(
        default=None,
        description="a cold-plate file, or the shipped name of one, in place of the [plate] table",
    )
    power: Power = Field(description="a [power] table")
    boards: Boards = Field(description="a [boards] table")
    chips: Chips = Field(description="a [chips] table")
    plate: Plate | None = Field(default=None, description="a [plate] table")
    coolant: Coolant = Field(description="a [coolant] table")
    surroundings: Surroundings = Field(description="a [surroundings] table")
    calibration: CalibrationRecord | None = Field(
        default=None, description="a [calibration] table, written by hashheat calibrate"
    )

    @model_validator(mode="after")
    def _fits(self) -> "MinerFile":
        chips, plate = self.chips, self.plate
        if plate is None and self.cold_plate is None:
            fault("a required key is missing", "plate", None, "a [plate] table")
        if plate is not None and self.cold_plate is not None:
            fault(
                "the plate of a board is given twice",
                "cold_plate",
                f"{self.cold_plate!r}, and a [plate] table",
                "one of them",
            )
        if chips.rows * chips.columns != chips.count:
            fault(
                "the chip count does not fit the chip grid",
                "chips.count",
                f"{chips.count} chips on {chips.rows} rows x {chips.columns} columns",
                f"count = rows x columns = {chips.rows * chips.columns}",
            )
        if plate is None:
            return self
        for across, along, extent, name in (
            (chips.rows, chips.width, plate.width, "width"),
            (chips.columns, chips.length, plate.length, "length"),
        ):
            if across * along.nominal > extent.nominal:
                fault(
                    f"the chips do not fit on the plate's {name}",
                    f"chips.{'rows' if name == 'width' else 'columns'}",
                    f"{across} chips of {_mm(along.nominal)} on {_mm(extent.nominal)}",
                    f"at most {int(extent.nominal / along.nominal)}",
                )
        pitch = _extreme(plate.width, 0) / plate.passes
        if _extreme(plate.channel_width, 1) >= pitch:
            fault(
                "the channel can be wider than its pitch",
                "plate.channel_width",
                f"up to {_mm(_extreme(plate.channel_width, 1))}",
                f"over its whole range less than the smallest plate.width / plate.passes = {_mm(pitch)}",
            )
        if _extreme(plate.channel_height, 1) >= _extreme(plate.thickness, 0):
            fault(
                "the channel can be higher than the plate is thick",
                "plate.channel_height",
                f"up to {_mm(_extreme(plate.channel_height, 1))}",
                f"over its whole range less than the smallest plate.thickness = "
                f"{_mm(_extreme(plate.thickness, 0))}",
            )
        if plate.channel_shape == "round" and plate.channel_width.nominal != plate.channel_height.nominal:
            fault("a round channel has one diameter", "plate.channel_height", None, "equal to channel_width")
        return self

    @property
    def serpentine(self) -> Plate:
        """The [plate] table of a file that has one."""
        assert self.plate is not None
        return self.plate

    def cold_plate_file(self) -> ColdPlateFile:
        """File of the cold plate that this one names.

        Raises
        ------
        InputError
            If it cannot be used, or holds another number of chips than a board.
        """
        assert self.cold_plate is not None
        found = load_cold_plate(self.cold_plate)
        on_plate = len(found.chip_map().label)
        if on_plate != self.chips.count:
            raise InputError(
                "the cold plate does not hold the chips of a board",
                key="chips.count",
                found=f"{self.chips.count}, and {on_plate} on the plate {found.name!r}",
                accepted=str(on_plate),
            )
        return found


def _extreme(quantity: Quantity, end: int) -> float:
    """Smallest (0) or largest (1) value that a sample can hold, but for one draw in 2000."""
    return float(quantity.quantile([0.0005, 0.9995])[end])


def _mm(length: float) -> str:
    return f"{length * 1e3:.4g} mm"


def load_miner_file(name: str) -> MinerFile:
    """Read a device file.

    Parameters
    ----------
    name : str
        Path of a TOML file, or a shipped name such as ``"canaan-a1566ha-500t"``.

    Raises
    ------
    InputError
        If there is no such file or something in it cannot be used.
    """
    return read_miner_file(find_file(name, LIBRARY, "miner"))


def read_miner_file(path: Path) -> MinerFile:
    """As :func:`load_miner_file`, from a path; a cold plate named in the file may be a path relative to it."""
    device = load_record(path, MinerFile)
    if device.cold_plate is None:
        return device
    try:
        plate = find_beside(device.cold_plate, path, COLD_PLATES, "cold plate")
    except InputError as error:
        raise InputError(
            "there is no cold plate of this name",
            file=str(path),
            key="cold_plate",
            found=device.cold_plate,
            accepted=error.accepted,
        ) from None
    found = device.model_copy(update={"cold_plate": str(plate)})
    try:
        found.cold_plate_file()
    except InputError as error:
        raise error if error.file else error.within(file=str(path)) from None
    return found


def shipped_miners() -> list[str]:
    """Names of the miners that come with the package."""
    return sorted(p.stem for p in LIBRARY.glob("*.toml"))
