"""The lines of an EPANET input file: sections, words, numbers, and what to say of a bad one."""

import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from hashheat.thermo.errors import InputError

#: Sections that describe the hydraulic state.
READ = (
    "TITLE",
    "JUNCTIONS",
    "RESERVOIRS",
    "TANKS",
    "PIPES",
    "PUMPS",
    "VALVES",
    "DEMANDS",
    "STATUS",
    "PATTERNS",
    "CURVES",
    "CONTROLS",
    "EMITTERS",
    "LEAKAGE",
    "OPTIONS",
    "TIMES",
)
#: Sections without meaning for a steady hydraulic state. Rules act after the first time step only.
PASSED_OVER = (
    "TAGS",
    "RULES",
    "ENERGY",
    "QUALITY",
    "SOURCES",
    "REACTIONS",
    "MIXING",
    "REPORT",
    "COORDINATES",
    "VERTICES",
    "LABELS",
    "BACKDROP",
)

_WORD = re.compile(r'"([^"]*)"|(\S+)')
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eEdD][+-]?\d+)?")
#: Magnitudes beyond these belong to no network, and their powers leave the range of a float.
LARGEST, SMALLEST = 1e12, 1e-12


@dataclass(frozen=True)
class Line:
    """A line of a section, split into words.

    Parameters
    ----------
    file : str
        Path, for messages.
    number : int
        From 1.
    section : str
        In capitals.
    words : tuple of str
        Without the comment.
    """

    file: str
    number: int
    section: str
    words: tuple[str, ...]

    def refuse(self, problem: str, found: object = None, accepted: str | None = None) -> NoReturn:
        """Raise an InputError that names the file, the line and the section."""
        where = f"line {self.number} [{self.section}]"
        raise InputError(problem, file=self.file, key=where, found=_shown(found), accepted=accepted)

    def needs(self, least: int, most: int, form: str) -> None:
        """Raise unless the line has a number of words within these bounds."""
        if not least <= len(self.words) <= most:
            few = "too few" if len(self.words) < least else "too many"
            self.refuse(f"the line has {few} words", " ".join(self.words), form)

    def word(self, i: int, default: str = "") -> str:
        """Word i in capitals, or the default where the line has fewer."""
        return self.words[i].upper() if i < len(self.words) else default

    def number_at(self, i: int, what: str, *, least: float = -LARGEST, positive: bool = False) -> float:
        """Word i as a number.

        Raises
        ------
        InputError
            Where it is none, or outside the bounds.
        """
        accepted = f"{what}, a number {'above 0' if positive else f'of {least:g} or more'}"
        if positive:
            least = SMALLEST
        elif least == -LARGEST:
            accepted = f"{what}, a number"
        if i >= len(self.words):
            self.refuse(f"{what} is missing", " ".join(self.words), accepted)
        text = self.words[i]
        if not _NUMBER.fullmatch(text):
            self.refuse(f"{what} is not a number", text, accepted)
        value = float(re.sub("[dD]", "e", text))
        if not (math.isfinite(value) and least <= value <= LARGEST):
            self.refuse(f"{what} is outside its bounds", text, f"{accepted}, at most {LARGEST:g}")
        return value


def _shown(found: object) -> object:
    return found if not isinstance(found, str) or len(found) <= 120 else f"{found[:117]}..."


def read_lines(path: Path) -> dict[str, list[Line]]:
    """Lines of every section of an EPANET input file; those of the title unsplit.

    Parameters
    ----------
    path : Path
        An ``.inp`` file. Text that is not UTF-8 is read as Latin-1.

    Returns
    -------
    dict of str to list of Line
        By section, in the file's order. Blank lines and comments are left out.

    Raises
    ------
    InputError
        If the file cannot be read, has text outside a section, or a section that EPANET does not have.
    """
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise InputError("file not found", file=str(path), accepted="an EPANET .inp file") from None
    except (OSError, ValueError) as error:
        raise InputError(f"file cannot be read: {error}", file=str(path)) from None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    sections: dict[str, list[Line]] = {}
    section = ""
    for number, content in enumerate(re.split("\r\n|\n|\r", text), start=1):
        if "\x00" in content:
            Line(str(path), number, section, ()).refuse("the line holds a NUL character", accepted="text")
        content = content.strip() if section == "TITLE" else content.split(";")[0].strip()
        if content.startswith("["):
            section = _section(Line(str(path), number, content.strip("[] \t").upper(), (content,)))
            if section == "END":
                break
            sections.setdefault(section, [])
        elif content and not section:
            Line(str(path), number, "", (content,)).refuse(
                "text before the first section", content, "a section such as [JUNCTIONS]"
            )
        elif content and section == "TITLE":
            sections[section].append(Line(str(path), number, section, (content,)))
        elif content:
            words = tuple(quoted or bare for quoted, bare in _WORD.findall(content))
            sections[section].append(Line(str(path), number, section, words))
    if not sections:
        raise InputError("the file has no section", file=str(path), accepted="an EPANET .inp file")
    return sections


def _section(line: Line) -> str:
    """Full name of a section; EPANET knows it by its first four letters."""
    known = (*READ, *PASSED_OVER, "END")
    if len(line.section) >= 4 or line.section == "END":
        for name in known:
            if name.startswith(line.section[:4]):
                return name
    line.refuse("unknown section", line.words[0], ", ".join(f"[{name}]" for name in known))
