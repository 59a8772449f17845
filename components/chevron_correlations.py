"""Chevron-plate correlations by name: the law a kernel takes, and warnings outside its validity."""

import difflib
import math
from collections.abc import Mapping

from hashheat.components.chevron_records import CORRELATIONS, ON_2B, Correlation, Range
from hashheat.solvers.chevron import ChevronLaw
from hashheat.thermo.errors import InputError

__all__ = ["CORRELATIONS", "Correlation", "chevron_law", "correlation", "validity_warnings"]

_ALIASES = {"martin vdi": "martin", "martin 1996": "martin 1999", "coulson": "sinnott", "constant": "fixed"}
_POSITIVE = {"a", "c", "lead", "exponent", "C", "Nu", "Nu_factor", "f_factor"}
_NOT_NEGATIVE = {"b", "f"}
#: What a formula may ask for although its record does not let the user set it.
_NEUTRAL = {"viscosity_exponent": 0.0, "Nu_factor": 1.0, "f_factor": 1.0}


def correlation(name: str) -> Correlation:
    """Find a correlation by its name.

    Parameters
    ----------
    name : str
        A key of :data:`CORRELATIONS`; upper or lower case, with spaces, hyphens or underscores.

    Returns
    -------
    Correlation
        Its record.

    Raises
    ------
    InputError
        No correlation has that name; names the nearest.
    """
    plain = " ".join(str(name).lower().replace("-", " ").replace("_", " ").replace("&", " ").split())
    plain = _ALIASES.get(plain, plain.replace(" and ", " "))
    if plain in CORRELATIONS:
        return CORRELATIONS[plain]
    near = difflib.get_close_matches(plain, [*CORRELATIONS, *_ALIASES], n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(near)}? " if near else ""
    raise InputError(
        "no plate correlation has this name",
        key="correlation",
        found=name,
        accepted=f"{hint}{', '.join(CORRELATIONS)}",
    )


def chevron_law(
    name: str, beta_degrees: float, phi: float, *, friction: str | None = None, **constants: float
) -> ChevronLaw:
    """Resolve a correlation for one plate into the constants a kernel takes.

    Parameters
    ----------
    name : str
        The correlation, a key of :data:`CORRELATIONS`.
    beta_degrees : float
        Chevron angle from the main flow direction, whatever the source's convention [degrees].
    phi : float
        Enlargement factor [-], 1 or above.
    friction : str, optional
        Take the friction of this correlation; left out, the one the record names: its own, or Martin's.
    **constants : float
        Free constants of the law, in place of the record's ``constants`` (and the ``friction_constants`` of the
        friction taken): for Martin ``a, b, c, lead, exponent``; for "power law" ``C, m, n`` and ``a, b``; for
        "fixed" ``Nu`` and ``f``; for nearly all ``viscosity_exponent, Nu_factor, f_factor``.

    Returns
    -------
    ChevronLaw
        For :func:`hashheat.solvers.chevron.chevron_nusselt` and ``chevron_friction``. One Numba type for all.

    Raises
    ------
    InputError
        Unknown name or constant, a missing or impossible value, or an angle beyond a tabulated correlation.
    """
    record = correlation(name)
    taken = _friction_record(record, friction)
    _check_plate(beta_degrees, phi)
    use = _merge(record, taken, constants)
    if "muley manglik" in (record.name, taken.name):
        _check_muley_manglik(phi)
    nusselt_form, nu = record.nusselt(beta_degrees, phi, use)
    assert taken.own_friction is not None
    friction_form, f = taken.own_friction(beta_degrees, phi, use)
    return ChevronLaw(nusselt_form, friction_form, math.radians(beta_degrees), float(phi), nu, f)


def validity_warnings(
    law_name: str,
    Re_min: float,
    Re_max: float,
    Pr: float | tuple[float, float],
    beta_degrees: float,
    phi: float,
    *,
    friction: str | None = None,
) -> list[str]:
    """Say in which respects a use lies outside what the correlation was made for.

    Parameters
    ----------
    law_name : str
        The correlation, a key of :data:`CORRELATIONS`.
    Re_min, Re_max : float
        Smallest and largest Reynolds number met, on D_h [-]; turned into the source's where that uses 2 b.
    Pr : float or (float, float)
        Prandtl number, or its smallest and largest value [-].
    beta_degrees : float
        Chevron angle from the main flow direction [degrees].
    phi : float
        Enlargement factor [-].
    friction : str, optional
        The correlation friction was taken from, as given to :func:`chevron_law`.

    Returns
    -------
    list of str
        One sentence each; empty inside the validity. Limits of the friction's correlation are judged too when
        it is another, and a friction that is unverified is named.

    Raises
    ------
    InputError
        Unknown name.
    """
    record = correlation(law_name)
    taken = _friction_record(record, friction)
    low, high = Pr if isinstance(Pr, tuple) else (Pr, Pr)
    found = _outside(record, (Re_min, Re_max), (low, high), beta_degrees, phi, record.name)
    if taken is not record:
        # Prandtl's number does not enter friction.
        title = f"{taken.name} (friction)"
        found += _outside(taken, (Re_min, Re_max), (math.inf, -math.inf), beta_degrees, phi, title)
    if "friction" in taken.unverified:
        found.append(f"{taken.name}: its friction is unverified; compare with martin")
    return found


def _friction_record(record: Correlation, friction: str | None) -> Correlation:
    taken = CORRELATIONS[record.friction] if friction is None else correlation(friction)
    if taken.own_friction is None:
        having = [name for name, other in CORRELATIONS.items() if other.own_friction is not None]
        raise InputError(
            f"the correlation {taken.name!r} has no friction factor",
            key="friction",
            found=friction,
            accepted=", ".join(having),
        )
    return taken


def _check_plate(beta_degrees: float, phi: float) -> None:
    if not 0.0 < beta_degrees < 90.0:
        raise InputError(
            "the chevron angle must lie between the flow direction and the horizontal",
            key="chevron_angle",
            found=f"{beta_degrees:g} degrees",
            accepted="above 0 and below 90 degrees, from the main flow direction",
        )
    if not 1.0 <= phi <= 3.0:
        raise InputError(
            "the enlargement factor is the developed over the projected area of a plate",
            key="phi",
            found=f"{phi:g}",
            accepted="1 to 3; 1.1 to 1.3 for most plates",
        )


def _check_muley_manglik(phi: float) -> None:
    if phi > 1.8:
        raise InputError(
            "the polynomials of Muley and Manglik fall below zero at such an enlargement factor",
            key="phi",
            found=f"{phi:g}",
            accepted="1 to 1.8, valid from 1.1 to 1.5; or another correlation",
        )


def _merge(record: Correlation, taken: Correlation, given: Mapping[str, float]) -> dict[str, float]:
    own, other = record.constants, taken.friction_constants
    clash = sorted(key for key in own.keys() & other.keys() if own[key] != other[key])
    if clash:
        raise InputError(
            f"{' and '.join(clash)} would mean two things: in {record.name!r} and in {taken.name!r}'s friction",
            key="friction",
            found=taken.name,
            accepted="the friction of another correlation, or f_factor",
        )
    defaults = {**other, **own}
    for key, value in given.items():
        if key not in defaults:
            near = difflib.get_close_matches(key, defaults, n=1)
            hint = f"did you mean {near[0]}? " if near else ""
            raise InputError(
                f"the correlation {record.name!r} has no such constant",
                key=key,
                found=value,
                accepted=f"{hint}{', '.join(defaults)}",
            )
        if (
            not math.isfinite(value)
            or (key in _POSITIVE and value <= 0)
            or (key in _NOT_NEGATIVE and value < 0)
        ):
            bound = "a finite number above 0" if key in _POSITIVE else "a finite number, not negative"
            raise InputError(
                f"the constant {key!r} of {record.name!r} cannot have this value",
                key=key,
                found=value,
                accepted=bound if key in _POSITIVE | _NOT_NEGATIVE else "a finite number",
            )
    missing = [key for key, value in defaults.items() if value is None and key not in given]
    if missing:
        raise InputError(
            f"the correlation {record.name!r} needs its constants",
            key=", ".join(missing),
            found="nothing",
            accepted="a number for each",
        )
    return {**_NEUTRAL, **{key: value for key, value in defaults.items() if value is not None}, **given}


def _outside(
    record: Correlation, Re: Range, Pr: Range, beta_degrees: float, phi: float, title: str
) -> list[str]:
    """Compare smallest and largest values with the limits of a record."""
    if record.diameter == ON_2B:
        Re = (Re[0] * phi, Re[1] * phi)
    uses: list[tuple[str, Range, Range | None]] = [
        ("Re on 2 b" if record.diameter == ON_2B else "Re", Re, record.Re),
        ("Pr", Pr, record.Pr),
        ("chevron angle", (beta_degrees, beta_degrees), record.beta_degrees),
        ("enlargement factor", (phi, phi), record.phi),
    ]
    found = []
    for what, (low, high), limits in uses:
        if limits is None or (low >= limits[0] and high <= limits[1]):
            continue
        unit = " degrees" if what == "chevron angle" else ""
        met = f"{low:.4g}" if low == high else f"{low:.4g} to {high:.4g}"
        found.append(f"{title}: {what} {met}{unit} is outside {limits[0]:g} to {limits[1]:g}{unit}")
    return found
