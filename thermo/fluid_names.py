"""Read the name of a fluid as people write it: ``water``, ``MPG 30%``, ``INCOMP::T66``."""

import difflib
import re
from typing import NamedTuple

from hashheat.thermo.coolprop_source import incompressible_names, new_state
from hashheat.thermo.dielectric import dielectric, dielectric_stem, near_dielectrics, warn_of
from hashheat.thermo.errors import InputError, WrongSourceError
from hashheat.thermo.fluid_source import LIBRARY


class FluidName(NamedTuple):
    """A fluid's name taken apart.

    Parameters
    ----------
    name : str
        Name to show.
    backend, substance : str
        CoolProp's backend and name; ``"LIBRARY"`` and the file for a dielectric liquid.
    fraction : float or None
        Share of the solute [-].
    """

    name: str
    backend: str
    substance: str
    fraction: float | None


_GLYCOLS = {
    "MPG": ("propylene glycol", ("propylene glycol", "mpg", "pg", "monopropylene glycol", "1,2-propanediol")),
    "MEG": ("ethylene glycol", ("ethylene glycol", "meg", "eg", "monoethylene glycol")),
}
#: Highest mass fraction of either glycol in CoolProp's data (Melinder 2010).
_GLYCOL_MAX = 0.6
_PLAIN = {"water": "Water", "air": "Air"}
_ACCEPTED = (
    "'water', 'air', 'propylene glycol 30 %' (or 'MPG 30%'), 'ethylene glycol 25 %' (or 'MEG 25%'), "
    "the percentage by mass; a dielectric liquid such as 'EC-110' (hashheat library lists them) or the "
    "path of a fluid file that ends in .toml; or a CoolProp incompressible such as 'INCOMP::T66' or "
    "'INCOMP::APG[0.3]'"
)
#: What CoolProp 8.0.0 gets wrong; its issue #1492 ("HFE properties really off") is open since 2017.
_WRONG = {
    "HFE": "its conductivity is 14 times too high (0.97 W/(m K) at 40 degC, where HFE-7100 has 0.066) and its "
    "viscosity 1.8 times",
    "HFE2": "its viscosity is the kinematic one, in mm^2/s, given out as mPa s: a third too low",
}


def parse_fluid_name(text: str) -> FluidName:
    """Take a fluid's name apart.

    Parameters
    ----------
    text : str
        For example ``"water"``, ``"propylene glycol 30 %"``, ``"MEG 25%"``, ``"INCOMP::T66"``,
        ``"INCOMP::APG[0.3]"``, ``"EC-110"``, ``"my-oil.toml"``.

    Returns
    -------
    FluidName

    Raises
    ------
    InputError
        For a name that is not known; lists what is accepted and the nearest names.
    WrongSourceError
        For a liquid that CoolProp is known to get wrong.

    Warns
    -----
    RememberedValueWarning
        For a dielectric liquid with numbers that are only remembered.
    """
    if not isinstance(text, str):
        raise InputError("A fluid is given by its name.", found=repr(text), accepted=_ACCEPTED)
    words = " ".join(text.replace("_", " ").split())
    if words.lower() in _PLAIN:
        return FluidName(words.lower(), "HEOS", _PLAIN[words.lower()], None)
    if words.upper().startswith("INCOMP::"):
        return _incompressible(words[len("INCOMP::") :], text)
    if words.lower().endswith(".toml"):
        return _dielectric(text.strip())
    strength = re.fullmatch(r"(?P<name>.+?)\s*[-,]?\s*(?P<percent>\d+(?:\.\d+)?)\s*%", words)
    plain = (strength["name"] if strength else words).lower().replace("-", " ").strip()
    for substance, (shown, aliases) in _GLYCOLS.items():
        if plain not in aliases and plain != f"{shown} water":
            continue
        if strength is None:
            raise InputError(
                f"{shown.capitalize()} needs its strength in water.",
                found=text,
                accepted=f"'{shown} 30 %', the percentage by mass",
            )
        fraction = float(strength["percent"]) / 100
        if not 0 < fraction <= _GLYCOL_MAX:
            raise InputError(
                f"No data for {shown} at this strength.",
                found=text,
                accepted=f"more than 0 and at most {100 * _GLYCOL_MAX:g} % by mass",
            )
        return FluidName(f"{shown} {100 * fraction:g} %", "INCOMP", substance, fraction)
    stem = dielectric_stem(words)
    if stem is not None:
        return _dielectric(stem)
    known = [*_PLAIN, *(alias for _, aliases in _GLYCOLS.values() for alias in aliases)]
    near = near_dielectrics(words)
    raise _unknown(text, plain, known, also=near)


def _dielectric(substance: str) -> FluidName:
    liquid = dielectric(substance)
    warn_of(liquid, stacklevel=6)
    return FluidName(liquid.name, LIBRARY, substance, None)


def _incompressible(name: str, text: str) -> FluidName:
    match = re.fullmatch(r"(?P<name>\w+)(?:\[(?P<share>[\d.]+)\]|-(?P<percent>[\d.]+)%)?", name.strip())
    names = {known.lower(): known for kind in ("pure", "solution") for known in incompressible_names(kind)}
    plain = match["name"].lower() if match else name.lower()
    if match is None or plain not in names:
        raise _unknown(text, plain, list(names), [f"INCOMP::{known}" for known in names.values()])
    fraction = None
    try:
        if match["share"]:
            fraction = float(match["share"])
        elif match["percent"]:
            fraction = float(match["percent"]) / 100
    except ValueError:
        raise _unknown(text, plain, []) from None
    substance = names[plain]
    if substance in _WRONG:
        raise WrongSourceError(
            f"CoolProp's {substance} is wrong: {_WRONG[substance]}.", found=text, accepted="'HFE-7100'"
        )
    is_solution = substance in incompressible_names("solution")
    if is_solution != (fraction is not None):
        raise InputError(
            "A solution needs its strength." if is_solution else "A pure liquid takes no strength.",
            found=text,
            accepted=f"'INCOMP::{substance}[0.3]', the share on CoolProp's own basis for it"
            if is_solution
            else f"'INCOMP::{substance}'",
        )
    new_state("INCOMP", substance, fraction)  # refuses a strength outside the data
    shown = f"INCOMP::{substance}" + ("" if fraction is None else f"[{fraction:g}]")
    return FluidName(shown, "INCOMP", substance, fraction)


def _unknown(
    text: str, plain: str, known: list[str], shown: list[str] | None = None, also: list[str] | None = None
) -> InputError:
    labels = dict(zip(known, shown or known))
    near = [labels[name] for name in difflib.get_close_matches(plain, known, n=3, cutoff=0.5)]
    near = list(dict.fromkeys([*(also or ()), *near]))
    hint = f" Nearest: {', '.join(near)}." if near else ""
    return InputError(f"Unknown fluid.{hint}", found=text, accepted=_ACCEPTED)
