"""The file of a plate heat exchanger that exists or is on offer: plates, piping, and the state it runs at."""

from functools import cached_property
from pathlib import Path
from typing import Literal, TypedDict

from pydantic import Field, model_validator

from hashheat.components.exchanger_duty import Duty, complete_duty
from hashheat.components.exchanger_plate import LIBRARY as PLATES
from hashheat.components.exchanger_plate import PlateFile
from hashheat.components.plate_exchanger import SIDES, PlateHeatExchanger
from hashheat.components.record import FileRecord, Section, fault, find_beside, find_file, load_record, number
from hashheat.components.side_file import DEFAULT_SOURCE, SideFluid
from hashheat.thermo.errors import InputError, StateError
from hashheat.thermo.fluid import Fluid
from hashheat.thermo.property_kernels import density
from hashheat.thermo.quantity import Quantity

LIBRARY = Path(__file__).parent / "library" / "exchangers"

#: Prefix of the keys of the plate file among those of the unit.
PLATE_PREFIX = "plate."

#: How PlateHeatExchanger names what it refuses, and the key of the file that it comes from.
_KEYS = {
    "angle": "channel_angle",
    "correlation": "correlation",
    "pressure, hot": "hot.pressure",
    "pressure, cold": "cold.pressure",
    "fouling, hot": "hot.fouling",
    "fouling, cold": "cold.fouling",
}


class OperatingPoint(TypedDict):
    """Flows [kg/s] and inlet temperatures [K]."""

    hot_mass_flow: float
    cold_mass_flow: float
    hot_T_in: float
    cold_T_in: float


class Stream(SideFluid):
    """One side: what flows through it, and how it fouls."""

    T_in: Quantity = number("K", positive=True, about="inlet temperature, e.g. '80 degC'")
    mass_flow: Quantity | None = number("kg/s", positive=True, about="e.g. '13.6 kg/s'", default=None)
    volume_flow: Quantity | None = number(
        "m^3/s", positive=True, about="at the inlet temperature, e.g. '50 m^3/h'", default=None
    )
    fouling: Quantity = number(
        "m^2 K/W",
        minimum=0.0,
        about="resistance of the deposit on this side, e.g. '2e-5 m^2 K/W'; 0 where left out",
        default=Quantity(0.0, "m^2 K/W", status="assumed", source=DEFAULT_SOURCE),
    )


class Asked(Section):
    """The duty to compare with: one of the three."""

    heat_rate: Quantity | None = number("W", positive=True, about="heat from hot to cold", default=None)
    hot_T_out: Quantity | None = number(
        "K", positive=True, about="hot outlet, or colder, e.g. '45 degC'", default=None
    )
    cold_T_out: Quantity | None = number(
        "K", positive=True, about="cold outlet, or warmer, e.g. '75 degC'", default=None
    )


class Limits(Section):
    """What the exchanger must keep at this state."""

    hot_pressure_drop: Quantity | None = number(
        "Pa", positive=True, about="highest over the hot side, ports included, e.g. '50 kPa'", default=None
    )
    cold_pressure_drop: Quantity | None = number(
        "Pa", positive=True, about="highest over the cold side, ports included, e.g. '50 kPa'", default=None
    )
    port_velocity: Quantity | None = number(
        "m/s", positive=True, about="highest in a port, e.g. '5 m/s'; otherwise the plate's own", default=None
    )
    oversurface: Quantity | None = number(
        "1",
        minimum=0.0,
        maximum=10.0,
        about="least area beyond what the duty needs, with the fouling, e.g. '10 %'",
        default=None,
    )


class ExchangerFile(FileRecord):
    """The file of one exchanger at one state."""

    name: str = Field(description="name of the exchanger, a text")
    note: str = Field(default="", description="what a reader should know")
    plate: str = Field(description="a shipped plate such as 'g-040', or the path of a plate file")
    plates: int = Field(ge=3, description="all plates, the two end plates included; 3 or more")
    passes: list[int] = Field(
        default=[1, 1], min_length=2, max_length=2, description="of the hot and of the cold side, e.g. [1, 1]"
    )
    channel_angle: float | None = Field(
        default=None,
        description="chevron angle of the channels, degrees from the main flow direction, a mean of two plates' "
        "angles; left out, the hardest of the plate",
    )
    second_angle: float | None = Field(default=None, description="angle of a second kind of channel")
    second_share: float = Field(
        default=0.0, ge=0.0, lt=1.0, description="share of the channels of the second kind, 0 to 1"
    )
    ports: Literal["U", "Z"] = Field(default="U", description="'U' or 'Z'")
    first_side: Literal["hot", "cold"] = Field(
        default="hot", description="'hot' or 'cold': side of the first channel"
    )
    flow: Literal["counter", "parallel"] = Field(default="counter", description="'counter' or 'parallel'")
    correlation: str | None = Field(
        default=None, description="in place of that of the plate file, e.g. 'kumar'"
    )
    hot: Stream = Field(description="a [hot] table")
    cold: Stream = Field(description="a [cold] table")
    duty: Asked | None = Field(default=None, description="an optional [duty] table")
    limits: Limits = Field(default=Limits(), description="an optional [limits] table")

    @model_validator(mode="after")
    def _fits(self) -> "ExchangerFile":
        for side in SIDES:
            stream: Stream = getattr(self, side)
            given = [k for k in ("mass_flow", "volume_flow") if getattr(stream, k) is not None]
            if len(given) != 1:
                fault(
                    "a side needs its flow, once",
                    f"{side}.mass_flow, {side}.volume_flow",
                    " and ".join(given) or "neither",
                    "one of the two",
                )
        if self.duty is not None:
            given = [k for k in type(self.duty).model_fields if getattr(self.duty, k) is not None]
            if len(given) != 1:
                fault(
                    "the duty is given by one number: flows and inlets fix the rest",
                    "duty",
                    ", ".join(given) or "nothing",
                    "one of heat_rate, hot_T_out, cold_T_out; or no [duty] table",
                )
        elif self.limits.oversurface is not None:
            fault(
                "an oversurface is area beyond what a duty needs, and there is no duty",
                "limits.oversurface",
                "no [duty] table",
                "a [duty] table with one of heat_rate, hot_T_out, cold_T_out; or no oversurface",
            )
        if not all(1 <= n <= self.plates - 1 for n in self.passes):
            fault(
                "more passes than channels, or none",
                "passes",
                str(self.passes),
                f"two whole numbers from 1 on, e.g. [1, 1]; {self.plates} plates make {self.plates - 1} channels",
            )
        return self

    # -- what it names ---------------------------------------------------------------------------------

    @cached_property
    def plate_file(self) -> PlateFile:
        """The plate type; a path is taken from where this file stands.

        Raises
        ------
        InputError
            If there is none, or something in it cannot be used.
        """
        try:
            path = find_beside(self.plate, self.path, PLATES, "plate")
        except InputError as error:
            raise InputError(
                "there is no plate of this name",
                file=self.file,
                key="plate",
                found=self.plate,
                accepted=error.accepted,
            ) from None
        return load_record(path, PlateFile)

    def all_quantities(self) -> dict[str, Quantity]:
        """Every number of this file, then those of the plate file, whose keys begin with ``plate.``."""
        own = self.quantities()
        for key, q in self.plate_file.quantities().items():
            own[key if key.startswith(PLATE_PREFIX) else f"{PLATE_PREFIX}{key}"] = q
        return own

    def fluids(self) -> tuple[Fluid, Fluid]:
        """Hot and cold fluid.

        Raises
        ------
        InputError
            For a name that is not known, or a gas.
        """
        found = []
        for side in SIDES:
            name = getattr(self, side).fluid
            try:
                fluid = Fluid.parse(name)
            except InputError as error:
                raise error.within(file=self.file, key=f"{side}.fluid") from None
            if fluid.is_gas:
                raise InputError(
                    "plate channels need a liquid", file=self.file, key=f"{side}.fluid", found=name
                )
            found.append(fluid)
        return found[0], found[1]

    def exchanger(self) -> PlateHeatExchanger:
        """Exchanger at the nominal values.

        Returns
        -------
        PlateHeatExchanger

        Raises
        ------
        InputError, FrameCapacityError, PlateLimitError
            What cannot be built, naming the file and its key.
        """
        counter = self.flow == "counter"
        try:
            return PlateHeatExchanger(
                self.plate_file,
                self.plates,
                passes=(self.passes[0], self.passes[1]),
                angle=self.channel_angle,
                second_angle=self.second_angle,
                second_share=self.second_share,
                fluids=self.fluids(),
                pressures=(self.hot.pressure.nominal, self.cold.pressure.nominal),
                fouling=(self.hot.fouling.nominal, self.cold.fouling.nominal),
                overall_counter=counter,
                first_counter=counter,
                first_side=SIDES.index(self.first_side),
                ports=self.ports,
                correlation=self.correlation,
                name=self.name,
            )
        except InputError as error:
            raise self.located(error) from None

    def operating_point(self) -> OperatingPoint:
        """Arguments of :meth:`~hashheat.components.plate_exchanger.PlateHeatExchanger.rate`, nominal values.

        Raises
        ------
        InputError, FreezingError, BoilingError
            If a fluid is not liquid at its inlet.
        """
        hot, cold = self.fluids()
        return {
            "hot_mass_flow": self._mass_flow("hot", hot),
            "cold_mass_flow": self._mass_flow("cold", cold),
            "hot_T_in": self.hot.T_in.nominal,
            "cold_T_in": self.cold.T_in.nominal,
        }

    def _mass_flow(self, side: str, fluid: Fluid) -> float:
        stream: Stream = getattr(self, side)
        T, p = stream.T_in.nominal, stream.pressure.nominal
        try:
            fluid.check_liquid(T, p, where=f"the {side} inlet ({self.file or self.name}, {side}.T_in)")
            table = fluid.table(p)
        except InputError as error:
            raise self.located(error) from None
        except StateError as error:
            raise self.placed(error) from None
        if stream.mass_flow is not None:
            return stream.mass_flow.nominal
        assert stream.volume_flow is not None
        at = min(max(T, table.T_min), table.T_max)
        return stream.volume_flow.nominal * float(density(table, at))

    def asked_duty(self) -> Duty | None:
        """Duty to compare with, completed at the nominal flows and inlets; None without a [duty] table.

        Raises
        ------
        DutyError
            For a duty that no exchanger can have at these flows and inlets; says what would be feasible.
        """
        if self.duty is None:
            return None
        given = {
            key: q.nominal
            for key in type(self.duty).model_fields
            if (q := getattr(self.duty, key)) is not None
        }
        try:
            return complete_duty(
                hot_fluid=self.hot.fluid,
                cold_fluid=self.cold.fluid,
                hot_pressure=self.hot.pressure.nominal,
                cold_pressure=self.cold.pressure.nominal,
                counterflow=self.flow == "counter",
                label=_duty_key,
                **self.operating_point(),
                **given,
            )
        except InputError as error:
            raise error.within(file=self.file) from None
        except StateError as error:
            raise self.placed(error) from None

    # -- what is said when it cannot be used ------------------------------------------------------------

    def located(self, error: InputError) -> InputError:
        """Give an error of the exchanger with this file and its key for what is at fault."""
        key = _KEYS.get(error.key or "", error.key)
        for side in SIDES:
            if key in (f"{side}_T_in", f"{side}_mass_flow"):
                key = key.replace("_", ".", 1)
        return type(error)(
            error.problem, file=error.file or self.file, key=key, found=error.found, accepted=error.accepted
        )

    def placed(self, error: StateError) -> StateError:
        """Give an error of a state with the name of this file."""
        return error.within(self.file)


def _duty_key(name: str) -> str:
    """Key of this file for an argument of ``complete_duty``."""
    if name.endswith("_T_out") or name in ("heat_rate", "approach"):
        return f"duty.{name}"
    return name.replace("_", ".", 1)


def load_exchanger(name: str | Path) -> ExchangerFile:
    """Read the file of an exchanger.

    Parameters
    ----------
    name : str or Path
        Path of a TOML file, or a shipped name such as ``"kakac"``.

    Raises
    ------
    InputError
        If there is no such file or something in it cannot be used.
    """
    return load_record(find_file(str(name), LIBRARY, "exchanger"), ExchangerFile)


def shipped_exchangers() -> list[str]:
    """Names of the exchangers that come with the package."""
    return sorted(path.stem for path in LIBRARY.glob("*.toml"))
