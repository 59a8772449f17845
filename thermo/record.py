"""Read a TOML file into a checked record: every key known, every number with its unit, errors that name both."""

import difflib
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import numpy as np
from numpy.typing import ArrayLike
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_core import PydanticCustomError

from hashheat.thermo.errors import InputError
from hashheat.thermo.quantity import Quantity


class Section(BaseModel):
    """One table of a file. Unknown keys are errors: a misspelt key must not fall back to a default."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True, strict=True)

    @field_validator("*", mode="before")
    @classmethod
    def _read_quantity(cls, given: Any, info: ValidationInfo) -> Any:
        if isinstance(given, str) and "\x00" in given:
            error = InputError("text holds a NUL character", found=repr(given))
            raise PydanticCustomError("hashheat", "{text}", {"text": error.problem, "error": error})
        form: Any = cls.model_fields[str(info.field_name)].json_schema_extra
        if form is None or given is None or isinstance(given, Quantity):
            return given
        try:
            return Quantity.parse(given, form["unit"], **form["bounds"])
        except InputError as error:
            raise PydanticCustomError("hashheat", "{text}", {"text": error.problem, "error": error}) from None

    def check_values(self, key: str, values: ArrayLike) -> None:
        """Raise unless values [SI] for a dotted key lie within the bounds of the schema.

        Raises
        ------
        InputError
            Naming the key and what is accepted.
        """
        form = self._form(key)
        low, high, positive = (form["bounds"][k] for k in ("minimum", "maximum", "positive"))
        x = np.asarray(values, dtype=float)
        fits = np.isfinite(x)
        fits &= (x > 0.0) if positive else (x >= (-np.inf if low is None else low))
        fits &= x <= (np.inf if high is None else high)
        if not fits.all():
            least = "more than 0" if positive else f"at least {low:g}" if low is not None else "any number"
            most = f", at most {high:g}" if high is not None else ""
            raise InputError(
                "outside the bounds of the device file",
                key=key,
                found=float(x[~fits].flat[0]),
                accepted=f"{least}{most} [{form['unit']}]",
            )

    def _form(self, key: str) -> Any:
        section: Section = self
        *path, name = key.split(".")
        for part in path:
            section = getattr(section, part)
        return type(section).model_fields[name].json_schema_extra

    def bounds(self, key: str) -> tuple[float, float]:
        """Least and greatest value [SI] that the schema allows for a dotted key; 0 where it must be positive."""
        low, high, positive = (self._form(key)["bounds"][k] for k in ("minimum", "maximum", "positive"))
        least = -np.inf if low is None else float(low)
        return max(least, 0.0) if positive else least, np.inf if high is None else float(high)

    def quantities(self, prefix: str = "") -> dict[str, Quantity]:
        """Every :class:`Quantity` below this section by its dotted key, in the file's order."""
        found: dict[str, Quantity] = {}
        for name in type(self).model_fields:
            value = getattr(self, name)
            key = f"{prefix}{name}"
            if isinstance(value, Quantity):
                found[key] = value
            elif isinstance(value, Section):
                found |= value.quantities(f"{key}.")
        return found


class FileRecord(Section):
    """A whole file, which remembers where it was read."""

    _path: Path | None = PrivateAttr(default=None)

    @property
    def path(self) -> Path | None:
        """Where it was read; None for a record that was made otherwise."""
        return self._path

    @property
    def file(self) -> str | None:
        """:attr:`path` as errors name it."""
        return None if self._path is None else str(self._path)

    def nominal_values(
        self, quantities: Mapping[str, Quantity], changed: Mapping[str, float] | None, what: str
    ) -> dict[str, float]:
        """Numbers in SI by their dotted key, nominal where not changed; ``what`` names the thing in errors.

        Raises
        ------
        InputError
            For a key that is not among the quantities, or a value outside the bounds of the key.
        """
        found = {key: q.nominal for key, q in quantities.items()}
        for key, value in (changed or {}).items():
            if key not in found:
                raise InputError(
                    f"the file of this {what} has no such number",
                    file=self.file,
                    key=key,
                    accepted=", ".join(found),
                )
            self.check_values(key, value)
            found[key] = float(value)
        return found


def number(
    unit: str,
    *,
    about: str,
    minimum: float | None = None,
    maximum: float | None = None,
    positive: bool = False,
    default: Any = ...,
) -> Any:
    """Field of a :class:`Section` that holds a quantity; see :meth:`Quantity.parse` for what it accepts.

    Parameters
    ----------
    unit : str
        SI unit.
    about : str
        What it is, with an example; shown where the key is missing.
    minimum, maximum, positive
        Bounds [unit].
    default : optional
        Value where the key is missing; by default the key is required.
    """
    bounds: Any = {"minimum": minimum, "maximum": maximum, "positive": positive}
    return Field(default=default, description=about, json_schema_extra={"unit": unit, "bounds": bounds})


def fault(problem: str, key: str, found: str | None, accepted: str) -> NoReturn:
    """Refuse a record from within one of its validators; :func:`load_record` makes it an :class:`InputError`."""
    error = InputError(problem, key=key, found=found, accepted=accepted)
    raise PydanticCustomError("hashheat", "{text}", {"text": problem, "error": error})


R = TypeVar("R", bound=Section)


def read_toml(path: Path) -> dict[str, Any]:
    """Parse a TOML file.

    Raises
    ------
    InputError
        If the file is missing, cannot be read or is not TOML.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise InputError("file not found", file=str(path)) from None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"file cannot be read: {error}", file=str(path)) from None
    except RecursionError:
        raise InputError("file is nested too deeply", file=str(path), accepted="TOML 1.0") from None
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"file is not valid TOML: {error}", file=str(path), accepted="TOML 1.0") from None


def load_record(path: Path, kind: type[R]) -> R:
    """Read a file into a record of the given kind.

    Parameters
    ----------
    path : Path
        TOML file.
    kind : type of Section
        Schema.

    Raises
    ------
    InputError
        Naming file, key, what was found and what is accepted; the first fault only.
    """
    record = check_table(read_toml(path), kind, str(path))
    if isinstance(record, FileRecord):
        record._path = path
    return record


def check_table(table: Mapping[str, Any], kind: type[R], file: str | None, key: str = "") -> R:
    """Check one table of a file.

    Parameters
    ----------
    table : mapping
        As the file gives it.
    kind : type of Section
        Schema.
    file : str or None
        For messages.
    key : str
        Where the table stands in the file, for messages.

    Raises
    ------
    InputError
        As :func:`load_record`.
    """
    try:
        return kind.model_validate(table)
    except ValidationError as error:
        found = _as_input_error(error, kind, file)
    except InputError as error:
        found = error.within(file=file)
    if key:
        inner = f"{key}.{found.key}" if found.key else key
        found = InputError(
            found.problem, file=found.file, key=inner, found=found.found, accepted=found.accepted
        )
    raise found


def _as_input_error(error: ValidationError, kind: type[Section], file: str | None) -> InputError:
    # A misspelt key shows as one that is missing and one that is unknown; the unknown one says more.
    faults = error.errors()
    misspelt = (f for f in faults if f["type"] == "extra_forbidden" and _meant(kind, f["loc"]))
    fault = next(misspelt, faults[0])
    key = ".".join(str(part) for part in fault["loc"])
    match fault["type"]:
        case "hashheat":
            inner: InputError = fault["ctx"]["error"]
            return InputError(
                inner.problem, file=file, key=inner.key or key, found=inner.found, accepted=inner.accepted
            )
        case "missing":
            return InputError(
                "a required key is missing", file=file, key=key, accepted=_describe(kind, fault)
            )
        case "extra_forbidden":
            names = _keys_beside(kind, fault["loc"])
            meant = _meant(kind, fault["loc"])
            hint = f"did you mean {meant!r}? " if meant else ""
            return InputError(
                "unknown key", file=file, key=key, found=fault["input"], accepted=f"{hint}{', '.join(names)}"
            )
        case _:
            found = repr(fault["input"])
            return InputError(
                _plainly(fault), file=file, key=key, found=found, accepted=_describe(kind, fault)
            )


#: Sentences for the faults that pydantic names, to be filled with its numbers.
_SENTENCES = {
    "list_type": "must be a list",
    "tuple_type": "must be a list",
    "dict_type": "must be a table",
    "model_type": "must be a table",
    "model_attributes_type": "must be a table",
    "string_type": "must be a text",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "int_parsing_size": "must be a whole number, and not as large",
    "float_type": "must be a number",
    "bool_type": "must be true or false",
    "literal_error": "is none of the words accepted",
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be {ge} or more",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be {le} or less",
    "too_short": "has too few entries: {actual_length} in place of {min_length} or more",
    "too_long": "has too many entries: {actual_length} in place of {max_length} at most",
    "finite_number": "must be a finite number",
}


def _plainly(fault: Any) -> str:
    """What is wrong with a value, in the words of these files."""
    context = {"actual_length": "more", **fault.get("ctx", {})}
    sentence = _SENTENCES.get(fault["type"])
    return str(fault["msg"]) if sentence is None else sentence.format_map(context)


def _meant(kind: type[Section], loc: tuple[int | str, ...]) -> str:
    """The known key that a misspelt one comes close to, or nothing."""
    return next(iter(difflib.get_close_matches(str(loc[-1]), _keys_beside(kind, loc), n=1)), "")


def _keys_beside(kind: type[Section], loc: tuple[int | str, ...]) -> list[str]:
    """Names that the schema knows in the table where a key was found."""
    model: Any = kind
    for part in loc[:-1]:
        if part in model.model_fields:
            model = _section_type(model.model_fields[part].annotation) or model
    return list(model.model_fields)


def _section_type(annotation: Any) -> Any:
    options = [annotation, *getattr(annotation, "__args__", ())]
    return next((t for t in options if isinstance(t, type) and issubclass(t, Section)), None)


def _describe(kind: type[Section], fault: Any) -> str:
    model: Any = kind
    for part in fault["loc"][:-1]:
        if part in model.model_fields:
            model = _section_type(model.model_fields[part].annotation) or model
    field = model.model_fields.get(fault["loc"][-1])
    return (field.description if field is not None and field.description else "see docs/files.md") or ""


def find_file(name: str, library: Path, what: str) -> Path:
    """Resolve a file name, or the name of a shipped file without its ending.

    Parameters
    ----------
    name : str
        A path to a ``.toml`` file, or the stem of a file in the library.
    library : Path
        Folder of shipped files.
    what : str
        The kind of file, for the message.

    Raises
    ------
    InputError
        If neither exists; lists the shipped names.
    """
    shipped = {p.stem: p for p in sorted(library.glob("*.toml"))}
    if name in shipped:
        return shipped[name]
    try:
        if Path(name).is_file():
            return Path(name)
    except (OSError, ValueError):  # a name that the system cannot even look up
        pass
    if "\x00" not in name and ("/" in name or "\\" in name or name.endswith(".toml")):
        if _is_folder(name):
            raise InputError("is a directory, not a file", file=name, accepted="a TOML file")
        raise InputError(
            "file not found", file=name, accepted=f"a TOML file, or the name of a shipped {what}"
        )
    close = _nearest(name, list(shipped))
    hint = f"did you mean {close!r}? " if close else ""
    raise InputError(
        f"there is no {what} of this name",
        file=name,
        accepted=f"{hint}a TOML file, or one of the shipped names: {', '.join(shipped)}",
    )


def find_beside(name: str, home: Path | None, library: Path, what: str) -> Path:
    """Resolve the name of a file that stands in another file; first, a path from where that one stands.

    Parameters
    ----------
    name : str
        As in :func:`find_file`.
    home : Path or None
        The file that names it; None for a record without a file.
    library, what
        As in :func:`find_file`.

    Raises
    ------
    InputError
        As :func:`find_file`, which does not know the file that holds the name.
    """
    beside = Path(name) if home is None else home.parent / name
    return beside if beside.is_file() else find_file(name, library, what)


def _is_folder(name: str) -> bool:
    try:
        return Path(name).is_dir()
    except (OSError, ValueError):
        return False


def _nearest(name: str, names: list[str]) -> str | None:
    """The name that was likely meant: two neighbours exchanged, another order, or else a similar spelling."""
    swapped = {name[:i] + name[i + 1 : i + 2] + name[i : i + 1] + name[i + 2 :] for i in range(len(name) - 1)}
    found = [other for other in names if other in swapped]
    found = found or [other for other in names if sorted(other) == sorted(name)]
    return next(iter(found or difflib.get_close_matches(name, names, n=1)), None)
