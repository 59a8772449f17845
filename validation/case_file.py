"""The file of a case: what is compared with what, of which kind it is, and what its data can carry.

Verification, validation and calibration are three things, and a case is one of them. What each kind may claim is
enforced here: a file that calls itself ``validation`` without measured data, their uncertainty, and a quantity
that no constant was fitted to is refused, whatever its figures say.
"""

from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from hashheat.thermo.errors import InputError
from hashheat.thermo.record import FileRecord, Section, fault, load_record
from hashheat.thermo.units import DIMENSIONS, to_si

#: Folder of the shipped cases; each is a folder with ``case.toml``.
CASES = Path(__file__).parent / "cases"

Kind = Literal["verification", "inter-model", "validation", "calibration", "sensor model", "plausibility"]
#: In the order of the ledger.
KINDS: tuple[Kind, ...] = (
    "validation",
    "calibration",
    "verification",
    "inter-model",
    "sensor model",
    "plausibility",
)
#: What the data of a quantity are to the model.
HELD_OUT, FITTED, FIGURE = "held out", "fitted", "figure"


class CaseQuantity(Section):
    """A quantity that a case compares."""

    key: str = Field(description="name in figures.csv and in the run")
    title: str = Field(description="what it is, in words")
    unit: str = Field(description="SI unit, as listed in hashheat.thermo.units")
    use: Literal["held out", "fitted", "figure"] = Field(
        default="held out",
        description="'held out': no constant was fitted to it; 'fitted'; 'figure': stated, nothing predicted",
    )
    u_data: str = Field(
        default="", description="standard uncertainty that all its data share, e.g. '0.3 K' or '2 %'"
    )
    u_data_random: str = Field(
        default="", description="standard uncertainty that is new in each, e.g. '0.3 K' or '2 %'"
    )
    u_data_source: str = Field(default="", description="where the uncertainties come from")
    within: str = Field(default="", description="largest deviation that counts as met, e.g. '1 K' or '2 %'")
    within_reason: str = Field(default="", description="why this much")
    expected: str = Field(default="", description="the verdict expected of it")

    @model_validator(mode="after")
    def _can_be_read(self) -> "CaseQuantity":
        if self.unit not in DIMENSIONS:
            fault("no such unit", "quantity.unit", repr(self.unit), ", ".join(DIMENSIONS))
        for key in ("u_data", "u_data_random", "within"):
            text = getattr(self, key)
            if text and self.tolerance(key, 1.0) <= 0.0:
                fault("must be more than 0", f"quantity.{key}", repr(text), "'0.3 K' or '2 %'")
        if (self.u_data or self.u_data_random) and not self.u_data_source:
            fault("an uncertainty says where it comes from", "quantity.u_data_source", None, "a source")
        if self.within and not self.within_reason:
            fault("a tolerance says why", "quantity.within_reason", None, "a reason")
        return self

    @property
    def has_u_data(self) -> bool:
        """Whether an uncertainty of the data is stated."""
        return bool(self.u_data or self.u_data_random)

    def tolerance(self, key: str, size: float) -> float:
        """Number behind ``u_data``, ``u_data_random`` or ``within`` [unit] at a value of this size; 0 if none."""
        text = getattr(self, key)
        if not text:
            return 0.0
        if text.rstrip().endswith("%"):
            return to_si(text, "1", key=f"quantity.{key}") * abs(size)
        unit = "delta_K" if self.unit == "K" else self.unit
        return to_si(text, unit, key=f"quantity.{key}")


class CaseFile(FileRecord):
    """The file of one case."""

    title: str = Field(description="what the case is, in a line")
    kind: Kind = Field(description=", ".join(KINDS))
    compares: str = Field(description="what is compared with what")
    measured: bool = Field(description="whether the data were measured")
    model: str = Field(description="model file, or the name of what is run")
    source: str = Field(description="where the data come from")
    licence: str = Field(description="what may be done with them")
    run: str = Field(default="", description="name of the run; empty: the case cannot be run")
    not_run: str = Field(default="", description="why it cannot be run")
    capture: str = Field(default="", description="file below ../shared/reference that is read in place")
    fitted: str = Field(default="nothing", description="which constants were fitted, to which data")
    believe: str = Field(description="the sentence that a reader may rely on")
    not_shown: str = Field(default="", description="what the case does not show")
    no_grid: str = Field(default="", description="why no grid is refined, where that is so")
    quantity: list[CaseQuantity] = Field(default=[], description="[[quantity]] tables")

    @property
    def name(self) -> str:
        """Name of the case: that of its folder."""
        return "" if self.path is None else self.path.parent.name

    @model_validator(mode="after")
    def _claims_no_more_than_it_carries(self) -> "CaseFile":
        if bool(self.run) == bool(self.not_run):
            fault("is run, or says why not", "run", repr(self.run), "run or not_run, one of the two")
        if self.run and not self.quantity:
            fault("a case that is run compares something", "quantity", None, "[[quantity]] tables")
        if self.kind == "validation":
            if not self.measured:
                fault(
                    "validation is against measured data", "kind", "'validation', measured = false", "another"
                )
            judged = [q for q in self.quantity if q.use == HELD_OUT]
            if not judged:
                fault(
                    "validation needs data that nothing was fitted to", "quantity", None, "use = 'held out'"
                )
            for q in judged:
                if not q.has_u_data:
                    fault(
                        "validation needs the uncertainty of its data",
                        "quantity.u_data",
                        repr(q.key),
                        "'0.3 K'",
                    )
        if self.kind == "calibration" and any(q.use == HELD_OUT for q in self.quantity):
            fault("a calibration has no data held out", "quantity.use", "'held out'", "'fitted'")
        for q in self.quantity:
            by_interval = self.kind == "validation" and q.use == HELD_OUT
            if not by_interval and q.use != FIGURE and not q.within:
                fault("nothing says what counts as met", "quantity.within", repr(q.key), "'1 K' or '2 %'")
        return self


def shipped_cases() -> list[str]:
    """Names of the shipped cases, in the order of the alphabet."""
    return sorted(path.parent.name for path in CASES.glob("*/case.toml"))


def load_case(name: str, folder: Path = CASES) -> CaseFile:
    """Read a case.

    Parameters
    ----------
    name : str
        Shipped name.
    folder : Path
        Where the cases stand.

    Returns
    -------
    CaseFile

    Raises
    ------
    InputError
        If there is no such case, or its file claims what its data do not carry.
    """
    path = folder / name / "case.toml"
    known = sorted(p.parent.name for p in folder.glob("*/case.toml"))
    if name not in known:
        raise InputError("no such case", key="CASE", found=name, accepted=", ".join(known))
    return load_record(path, CaseFile)
