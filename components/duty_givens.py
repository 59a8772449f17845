"""What can be given of a duty, and when it is enough."""

from collections.abc import Callable, Collection, Mapping

import numpy as np

from hashheat.components.duty_side import SIDES
from hashheat.components.errors import SecondLawError, UnderspecifiedDutyError
from hashheat.thermo.errors import InputError
from hashheat.thermo.units import show

#: Names of the ports of a side, by index.
PORTS = ("in", "out")
#: Turns the name of a quantity ("hot_T_in") into what the user wrote ("hot.T_in").
Label = Callable[[str], str]

#: Names of everything that can be given.
KEYS = (
    "heat_rate",
    *(f"{side}_{what}" for side in SIDES for what in ("T_in", "T_out", "mass_flow", "volume_flow")),
    "approach",
)


def check_numbers(values: Mapping[str, float | None], label: Label) -> dict[str, float]:
    """Numbers that were given, each finite and of the right sign.

    Parameters
    ----------
    values : mapping
        By name, in SI; None where not given.
    label : callable
        Name to show for a name.

    Returns
    -------
    dict
        Those given.

    Raises
    ------
    InputError
        Naming the key; SecondLawError for a heat below zero.
    """
    given: dict[str, float] = {}
    for key, value in values.items():
        if value is None:
            continue
        unit = unit_of(key)
        try:
            number = float(value) if not isinstance(value, (bool, str)) else np.nan
        except (TypeError, ValueError):
            number = np.nan
        if not np.isfinite(number):
            raise InputError(
                "not a finite number",
                key=label(key),
                found=repr(value),
                accepted=f"a number [{unit.removeprefix('delta_')}]",
            )
        if key == "heat_rate" and number < 0.0:
            raise SecondLawError(
                "heat would flow from the cold to the hot side",
                key=label(key),
                found=show(number, unit),
                accepted="feasible: more than 0 W, from hot to cold; or change the sides",
            )
        if number <= 0.0 and key != "approach":
            raise InputError("must be more than zero", key=label(key), found=number, accepted=f"> 0 {unit}")
        given[key] = number
    return given


def unit_of(key: str) -> str:
    """SI unit of a quantity of a duty by its name."""
    for ending, unit in (
        ("_T_in", "K"),
        ("_T_out", "K"),
        ("_mass_flow", "kg/s"),
        ("_volume_flow", "m^3/s"),
        ("_pressure", "Pa"),
        ("heat_rate", "W"),
    ):
        if key.endswith(ending):
            return unit
    return "delta_K"  # approach


def sufficient(keys: Collection[str], counterflow: bool = True) -> bool:
    """Whether quantities known by name fix a duty, whatever their values.

    The two balances tie heat, four temperatures and two flows together, so five of these have to be given; each
    side can take up three with its heat. The approach is worth one wherever it leaves a temperature open.

    Parameters
    ----------
    keys : collection of str
        Names out of :data:`KEYS`.
    counterflow : bool
        Whether the sides flow against each other.
    """
    sides = [known_of(keys, s) for s in SIDES]
    counts = [len(known) for known in sides]
    heat = "heat_rate" in keys or 3 in counts
    if heat and min(counts) >= 2:
        return True
    if "approach" not in keys:
        return False
    if heat:
        if max(counts) < 2 or min(counts) != 1:
            return False
        closed = counts.index(max(counts))
        sides[closed] = {"in", "out", "flow"}
    elif counts != [2, 2]:
        return False
    ends = facing_ends(counterflow)
    return any(not all(PORTS[port] in sides[i] for i, port in enumerate(end)) for end in ends)


def known_of(keys: Collection[str], side: str) -> set[str]:
    """Which of in, out and flow are known of a side."""
    known = {port for port in PORTS if f"{side}_T_{port}" in keys}
    return known | ({"flow"} if {f"{side}_mass_flow", f"{side}_volume_flow"} & set(keys) else set())


def facing_ends(counterflow: bool) -> list[tuple[int, int]]:
    """Ports (hot, cold; 0 in, 1 out) that face each other where the approach can be: outlets in parallel flow."""
    return [(0, 1), (1, 0)] if counterflow else [(1, 1)]


def underspecified(
    given: Mapping[str, float], useful: Collection[str], counterflow: bool, label: Label, note: str = ""
) -> UnderspecifiedDutyError:
    """The error for givens that are not enough; says which single additions, or else which pairs, would be.

    Parameters
    ----------
    given : mapping
        What is given, in SI by name.
    useful : collection of str
        Those of the names that say something; an approach that is an end difference already does not.
    counterflow : bool
    label : callable
    note : str
        Why it is not enough.
    """
    missing = [k for k in KEYS if k not in given]
    single = [k for k in missing if sufficient([*useful, k], counterflow)]
    if single:
        accepted = f"in addition one of: {', '.join(map(label, single))}"
    else:
        pairs = [
            f"{label(a)} + {label(b)}"
            for n, a in enumerate(missing)
            for b in missing[n + 1 :]
            if "volume" not in a + b and sufficient([*useful, a, b], counterflow)
        ]
        more = f"two more, such as {', '.join(pairs[:6])}" if pairs else "three or more"
        accepted = f"no single addition is enough; {more}"
    return UnderspecifiedDutyError(
        f"the duty is not fixed by what is given{note}",
        found=", ".join(f"{label(k)} = {show(given[k], unit_of(k))}" for k in given) or "nothing",
        accepted=accepted,
    )
