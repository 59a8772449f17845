"""What no exchanger can do: end states that are not liquid, heat that flows uphill, crossed temperatures."""

from collections.abc import Collection, Mapping

from scipy.optimize import brentq

from hashheat.components.duty_givens import Label
from hashheat.components.duty_profile import Profile, pinch
from hashheat.components.duty_side import SIDES, Side
from hashheat.components.errors import SecondLawError, TemperatureCrossError
from hashheat.components.phase_change import boiling_pressure
from hashheat.thermo.errors import BoilingError, FreezingError
from hashheat.thermo.fluid import Fluid
from hashheat.thermo.units import show

# (colder, hotter, what it would mean otherwise)
_ORDER = (
    ("cold_T_in", "hot_T_in", "the hot inlet is not above the cold inlet, so no heat flows"),
    ("hot_T_out", "hot_T_in", "the hot side would warm up on its way"),
    ("cold_T_in", "cold_T_out", "the cold side would cool down on its way"),
    ("cold_T_in", "hot_T_out", "the hot outlet would be as cold as the cold inlet, or colder"),
    ("cold_T_out", "hot_T_in", "the cold outlet would be as warm as the hot inlet, or warmer"),
)


def check_liquid_ends(
    fluids: tuple[Fluid, Fluid], pressures: tuple[float, float], T: Mapping[str, float], label: Label
) -> None:
    """Raise unless every end state is liquid.

    Parameters
    ----------
    fluids : pair of Fluid
        Hot, cold.
    pressures : pair of float
        Absolute [Pa].
    T : mapping
        Temperatures [K] by name, any of ``hot_T_in`` to ``cold_T_out``.
    label : callable
        Name to show for a name.

    Raises
    ------
    FreezingError, BoilingError
        Naming side and place, and the temperature, pressure or fluid that would do.
    StateError
        Outside the data of the fluid.
    """
    for i, side in enumerate(SIDES):
        for port in ("in", "out"):
            key = f"{side}_T_{port}"
            if key not in T:
                continue
            where = f"the {side} {port}let ({label(key)})"
            try:
                fluids[i].check_liquid(T[key], pressures[i], where)
            except FreezingError as error:
                limit = show(fluids[i].freezing_temperature(), "K")
                raise FreezingError(
                    f"{error} Feasible: {label(key)} above {limit}, or another {label(f'{side}_fluid')} that "
                    f"freezes below {show(T[key], 'K')}."
                ) from None
            except BoilingError as error:
                limit = show(fluids[i].saturation_temperature(pressures[i]), "K")
                needed = boiling_pressure(fluids[i], T[key], pressures[i])
                press = f", or {label(f'{side}_pressure')} above {show(needed, 'Pa')}" if needed else ""
                raise BoilingError(f"{error} Feasible: {label(key)} below {limit}{press}.") from None


def check_order(T: Mapping[str, float], given: Collection[str], label: Label, hint: str = "") -> None:
    """Raise unless heat flows from the hot to the cold side, as far as the known temperatures tell.

    Parameters
    ----------
    T : mapping
        Temperatures [K] by name, any of ``hot_T_in`` to ``cold_T_out``.
    given : collection of str
        Names of those that were given; the others are marked as computed.
    label : callable
        Name to show for a name.
    hint : str
        More about what is feasible.

    Raises
    ------
    SecondLawError
        Naming both temperatures, and how far each can go.
    """
    for colder, hotter, meaning in _ORDER:
        if colder in T and hotter in T and not T[colder] < T[hotter]:
            both = (
                f"{label(k)} = {show(T[k], 'K')}{'' if k in given else ' (computed)'}"
                for k in (colder, hotter)
            )
            # A computed temperature is no key to mend; of two that were given, the outlet is more often meant.
            keys = sorted((hotter, colder), key=lambda k: (k not in given, k.endswith("_in")))
            raise SecondLawError(
                meaning,
                key=label(keys[0]) if keys[0] in given else None,
                found=", ".join(both),
                accepted=f"feasible: {label(colder)} up to (below) {show(T[hotter], 'K')}, or "
                f"{label(hotter)} above {show(T[colder], 'K')}{hint}",
            )


def check_profile(
    sides: tuple[Side, Side],
    T_in: tuple[float, float],
    T_out: tuple[float, float],
    mass_flow: tuple[float, float],
    counterflow: bool,
    given: Collection[str],
    label: Label,
) -> None:
    """Raise unless a complete duty can be exchanged by counterflow (or parallel flow) of unlimited area.

    Parameters
    ----------
    sides : pair of Side
        Hot, cold.
    T_in, T_out, mass_flow : pairs of float
        [K, K, kg/s].
    counterflow : bool
        Whether the sides flow against each other.
    given, label
        See :func:`check_order`.

    Raises
    ------
    SecondLawError
        If the temperatures meet at an end or, through varying heat capacities, inside.
    TemperatureCrossError
        If a cold outlet not below the hot outlet is asked of parallel flow; says the largest that is feasible.
    """
    T = {
        f"{s}_T_{port}": pair[i] for i, s in enumerate(SIDES) for port, pair in (("in", T_in), ("out", T_out))
    }
    hint = ""
    if T_in[0] > T_in[1]:
        largest = min(m * abs(s.enthalpy(T_in[0]) - s.enthalpy(T_in[1])) for m, s in zip(mass_flow, sides))
        hint = f"; at these inlets and flows {label('heat_rate')} below {show(largest, 'W')}"
    check_order(T, given, label, hint)
    if not counterflow and T_out[1] >= T_out[0]:
        T_equal, largest = _parallel_limit(sides, T_in, mass_flow)
        raise TemperatureCrossError(
            "the cold outlet is asked as warm as the hot outlet or warmer, which parallel flow cannot do",
            key=label("cold_T_out"),
            found=f"cold outlet {show(T_out[1], 'K')}, hot outlet {show(T_out[0], 'K')}",
            accepted=f"feasible in parallel flow at these inlets and flows: cold outlet below "
            f"{show(T_equal, 'K')}, {label('heat_rate')} below {show(largest, 'W')}; or counterflow",
        )
    inside = all(
        s.table.T_min <= t <= s.table.T_max for i, s in enumerate(sides) for t in (T_in[i], T_out[i])
    )
    if not inside:
        return
    closest = pinch(Profile.of((sides[0].table, sides[1].table), T_in, T_out, counterflow))
    if closest.difference <= 0.0:
        raise SecondLawError(
            "the temperatures would cross inside, where the heat capacities bend their lines",
            key=label("approach") if "approach" in given else label("heat_rate"),
            found=f"{closest.difference:.3g} K at {show(closest.T_hot, 'K')} on the hot side",
            accepted=f"feasible: end differences larger by more than {-closest.difference:.3g} K",
        )


def _parallel_limit(
    sides: tuple[Side, Side], T_in: tuple[float, float], mass_flow: tuple[float, float]
) -> tuple[float, float]:
    """Common outlet temperature [K] and heat [W] of parallel flow without end."""

    def excess(T: float) -> float:
        hot, cold = (m * s.heat_per_mass(t, T) for m, s, t in zip(mass_flow, sides, T_in))
        return hot - cold

    T = float(brentq(excess, T_in[1], T_in[0], xtol=1e-9))
    return T, mass_flow[0] * sides[0].heat_per_mass(T_in[0], T)
