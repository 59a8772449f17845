"""The file of a dielectric liquid: which keys it has and what each means."""

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from hashheat.thermo.errors import InputError
from hashheat.thermo.quantity import Quantity
from hashheat.thermo.record import FileRecord, Section, fault, load_record, number
from hashheat.thermo.walther import walther_slope, walther_viscosity

LIBRARY = Path(__file__).parent / "library" / "fluids"

#: Boiling points are stated at one atmosphere [Pa].
ATMOSPHERE = 101325.0

_T: Any = {"minimum": 73.15, "maximum": 773.15}


def _read_shape(given: Any) -> Any:
    if given is None:
        return None
    plain = isinstance(given, (list, tuple)) and all(
        isinstance(c, (int, float)) and not isinstance(c, bool) and abs(c) < 1e6 for c in given
    )
    if not plain or not 1 <= len(given) <= 4:
        accepted = "one to four plain numbers: coefficients of powers 1, 2, ... of 1000 K / T in ln(nu)"
        fault("the shape cannot be used", "viscosity.shape", repr(given), accepted)
    return tuple(float(c) for c in given)


class Density(Section):
    """Density, linear in temperature."""

    value: Quantity = number("kg/m^3", positive=True, maximum=5000.0, about="at 'at', e.g. '820 kg/m^3'")
    at: Quantity = number("K", **_T, about="temperature of the value, e.g. '40 degC'")
    expansion: Quantity = number(
        "1/K", minimum=0.0, maximum=0.01, about="-(d rho/dT) / rho at that temperature, e.g. '6.8e-4 1/K'"
    )


class HeatCapacity(Section):
    """Specific heat capacity, linear in temperature."""

    value: Quantity = number("J/(kg K)", positive=True, maximum=5000.0, about="at 'at', e.g. '2200 J/(kg K)'")
    at: Quantity = number("K", **_T, about="temperature of the value, e.g. '40 degC'")
    slope: Quantity = number("J/(kg K^2)", about="d cp/dT, e.g. '3.0 .. 4.4 J/(kg K^2)'")


class Conductivity(Section):
    """Thermal conductivity, linear in temperature."""

    value: Quantity = number("W/(m K)", positive=True, maximum=10.0, about="at 'at', e.g. '0.14 W/(m K)'")
    at: Quantity = number("K", **_T, about="temperature of the value, e.g. '40 degC'")
    slope: Quantity = number("W/(m K^2)", about="dk/dT, e.g. '-9e-5 .. -5e-5 W/(m K^2)'")


class Viscosity(Section):
    """Kinematic viscosity: a value, and how it falls with temperature."""

    law: Literal["walther", "andrade"] = Field(
        description="'walther' (oils: ASTM D341) or 'andrade' (thin liquids: a polynomial of 1/T in ln(nu))"
    )
    value: Quantity = number("m^2/s", positive=True, maximum=0.01, about="at 'at', e.g. '8.1 mm^2/s'")
    at: Quantity = number("K", **_T, about="temperature of the value, e.g. '40 degC'")
    second_value: Quantity | None = number(
        "m^2/s", positive=True, maximum=0.01, default=None, about="another one, for law = 'walther'"
    )
    second_at: Quantity | None = number("K", **_T, default=None, about="its temperature, e.g. '100 degC'")
    slope: Quantity | None = number(
        "1", positive=True, maximum=20.0, default=None, about="B of Walther's equation, e.g. '3.4 .. 4.2'"
    )
    activation: Quantity | None = number(
        "K", positive=True, maximum=20000.0, default=None, about="d ln(nu) / d(1/T), e.g. '800 .. 1200 K'"
    )
    shape: Annotated[tuple[float, ...] | None, BeforeValidator(_read_shape)] = Field(
        default=None, description="coefficients of powers 1, 2, ... of 1000 K / T in ln(nu), for 'andrade'"
    )

    @model_validator(mode="after")
    def _one_slope(self) -> "Viscosity":
        if (self.second_value is None) != (self.second_at is None):
            fault(
                "a second viscosity needs its temperature and the other way round",
                "second_at" if self.second_at is None else "second_value",
                None,
                "both second_value and second_at, or neither",
            )
        ways: dict[str, dict[str, Any]] = {
            "walther": {"second_value": self.second_value, "slope": self.slope},
            "andrade": {"activation": self.activation, "shape": self.shape},
        }
        given = [key for entries in ways.values() for key, entry in entries.items() if entry is not None]
        if len(given) != 1 or given[0] not in ways[self.law]:
            fault(
                f"law = {self.law!r} needs one statement of how the viscosity falls",
                "law",
                ", ".join(given) or "none",
                f"either {' or '.join(ways[self.law])}",
            )
        return self

    def walther_slope(self) -> float:
        """B of Walther's equation [-], from the second point where there is one."""
        if self.second_value is None or self.second_at is None:
            assert self.slope is not None
            return self.slope.nominal
        return walther_slope(
            self.value.nominal, self.at.nominal, self.second_value.nominal, self.second_at.nominal
        )


class VapourPressure(Section):
    """A vapour pressure besides the boiling point; a straight line of ln(p) over 1/T goes through both."""

    value: Quantity = number("Pa", positive=True, maximum=1e7, about="at 'at', e.g. '27 kPa'")
    at: Quantity = number("K", **_T, about="temperature of the value, e.g. '25 degC'")


class Limits(Section):
    """Where the liquid may be used and where the formulas hold."""

    minimum: Quantity = number("K", **_T, about="lowest temperature of the formulas, e.g. '0 degC'")
    maximum: Quantity = number("K", **_T, about="highest temperature of the formulas, e.g. '100 degC'")
    pour_point: Quantity | None = number("K", **_T, default=None, about="below it the liquid does not flow")
    flash_point: Quantity | None = number(
        "K", **_T, default=None, about="lowest temperature of flammable vapour"
    )
    boiling_point: Quantity | None = number(
        "K", **_T, default=None, about="at one atmosphere, e.g. '61 degC'"
    )


class DielectricFile(FileRecord):
    """A dielectric liquid."""

    name: str = Field(description="trade name, e.g. 'ElectroCool EC-110'")
    kind: Literal[
        "hydrocarbon",
        "PAO",
        "GTL",
        "mineral oil",
        "ester",
        "hydrofluoroether",
        "fluoroketone",
        "perfluorocarbon",
    ] = Field(description="class of liquid")
    aliases: list[str] = Field(default=[], description="other names a user may write")
    note: str = Field(default="", description="what a reader should know")
    density: Density
    heat_capacity: HeatCapacity
    conductivity: Conductivity
    viscosity: Viscosity
    vapour_pressure: VapourPressure | None = None
    limits: Limits

    @model_validator(mode="after")
    def _consistent(self) -> "DielectricFile":
        low, high = self.limits.minimum.nominal, self.limits.maximum.nominal
        if not low < high:
            fault("the range of temperature is empty", "limits.maximum", None, "more than limits.minimum")
        boiling = self.limits.boiling_point
        if (boiling is None) != (self.vapour_pressure is None):
            missing = "limits.boiling_point" if boiling is None else "vapour_pressure"
            fault(
                "a boiling liquid needs both its boiling point and a vapour pressure", missing, None, "both"
            )
        if boiling is not None and self.vapour_pressure is not None:
            below = self.vapour_pressure.at.nominal < boiling.nominal
            if below != (self.vapour_pressure.value.nominal < ATMOSPHERE):
                fault(
                    "the vapour pressure does not rise towards the boiling point",
                    "vapour_pressure.value",
                    None,
                    "less than one atmosphere below the boiling point",
                )
        for T in (low, high):
            self._check_positive(T)
        return self

    def _check_positive(self, T: float) -> None:
        """Refuse straight lines that fall below zero, and Walther's equation where it does not hold."""
        rho = 1.0 - self.density.expansion.nominal * (T - self.density.at.nominal)
        cp = self.heat_capacity.value.nominal + self.heat_capacity.slope.nominal * (
            T - self.heat_capacity.at.nominal
        )
        k = self.conductivity.value.nominal + self.conductivity.slope.nominal * (
            T - self.conductivity.at.nominal
        )
        for key, value in (
            ("density.expansion", rho),
            ("heat_capacity.slope", cp),
            ("conductivity.slope", k),
        ):
            if not value > 0:
                fault("falls to zero within the range of temperature", key, None, "a flatter line")
        if self.viscosity.law == "walther":
            v = self.viscosity
            try:
                slope = v.walther_slope()
                # The chart's line is double logarithmic: only above this does it still have a logarithm to give.
                nu = float(walther_viscosity(T, v.value.nominal, v.at.nominal, slope))  # type: ignore[arg-type]
                if not nu >= 1e-6:
                    raise InputError("thinner than 1 mm^2/s", found=f"{1e6 * nu:.3g} mm^2/s")
            except InputError as error:
                fault(
                    "Walther's equation holds from 1 mm^2/s upwards, over the whole range of temperature",
                    "viscosity.law",
                    str(error.found),
                    "a lower limits.maximum, or law = 'andrade'",
                )
            if not slope > 0:
                fault("the viscosity must fall with temperature", "viscosity.second_value", None, "less")


def load_dielectric(path: Path) -> DielectricFile:
    """Read the file of a dielectric liquid.

    Parameters
    ----------
    path : Path
        TOML file.

    Returns
    -------
    DielectricFile

    Raises
    ------
    InputError
        Naming file, key, what was found and what is accepted.
    """
    return load_record(path, DielectricFile)


def shipped_dielectrics() -> list[str]:
    """Names of the shipped files."""
    return sorted(path.stem for path in LIBRARY.glob("*.toml"))
