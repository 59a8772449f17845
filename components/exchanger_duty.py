"""The duty of a two-fluid exchanger: what it has to do, before anything is known of how it is built."""

from dataclasses import dataclass
from functools import cached_property

from hashheat.components.duty_checks import check_liquid_ends, check_order, check_profile
from hashheat.components.duty_completion import CONSISTENCY, Completed, check_approach, complete
from hashheat.components.duty_givens import Label, check_numbers
from hashheat.components.duty_profile import Pinch, Profile, mean_difference, pinch
from hashheat.components.duty_side import SIDES, Side, liquid_table
from hashheat.components.errors import InfeasibleApproachError
from hashheat.solvers.log_mean import log_mean
from hashheat.thermo.errors import InputError, StateError
from hashheat.thermo.fluid import Fluid
from hashheat.thermo.property_table import PropertyTable
from hashheat.thermo.units import show

Pair = tuple[float, float]

# Tables follow the end states and these the tables: one round but for duties beyond the usual table.
_ROUNDS = 6


@dataclass(frozen=True)
class Duty:
    """A duty of a two-fluid exchanger; every pair is hot, cold.

    Made by :func:`complete_duty`, which takes any sufficient set. Made directly, everything has to be given and is
    checked: liquid ends, heat flowing from hot to cold everywhere, both balances within 0.1 %.

    Parameters
    ----------
    fluids : pair of Fluid
    pressures : pair of float
        Absolute [Pa]; properties are taken at these.
    mass_flow : pair of float
        [kg/s]
    T_in, T_out : pairs of float
        [K]
    heat_rate : float
        From hot to cold [W].
    counterflow : bool
        Whether the sides flow against each other; otherwise side by side (parallel flow).

    Raises
    ------
    InputError
        For a number that is not finite, a flow or pressure that is not positive, or balances that do not close.
    SecondLawError, TemperatureCrossError, FreezingError, BoilingError, StateError
        See :func:`complete_duty`.

    Notes
    -----
    Definitions as in Shah & Sekulić, *Fundamentals of Heat Exchanger Design*, Wiley 2003, ch. 3, with enthalpies
    in the place of constant heat capacities.
    """

    fluids: tuple[Fluid, Fluid]
    pressures: Pair
    mass_flow: Pair
    T_in: Pair
    T_out: Pair
    heat_rate: float
    counterflow: bool = True

    def __post_init__(self) -> None:
        for name in ("pressures", "mass_flow", "T_in", "T_out"):
            pair = tuple(getattr(self, name))
            if len(pair) != 2:
                raise InputError("a duty has two sides", key=name, found=repr(pair), accepted="(hot, cold)")
            ends = check_numbers({f"{s}_{name}": value for s, value in zip(SIDES, pair)}, _same)
            object.__setattr__(self, name, tuple(ends.values()))
        object.__setattr__(
            self, "heat_rate", check_numbers({"heat_rate": self.heat_rate}, _same)["heat_rate"]
        )
        T = _named(self.T_in, self.T_out)
        check_liquid_ends(self.fluids, self.pressures, T, _same)
        check_profile(self._sides, self.T_in, self.T_out, self.mass_flow, self.counterflow, tuple(T), _same)
        for side, m, a, b in zip(self._sides, self.mass_flow, self.T_in, self.T_out):
            heat = m * side.heat_per_mass(a, b)
            if abs(heat - self.heat_rate) > CONSISTENCY * self.heat_rate:
                raise InputError(
                    f"the balance of the {side.name} side does not close",
                    key="heat_rate",
                    found=f"{show(self.heat_rate, 'W', 6)}; flow and temperatures give {show(heat, 'W', 6)}",
                    accepted=f"agreement within {100 * CONSISTENCY:g} %",
                )

    @property
    def tables(self) -> tuple[PropertyTable, PropertyTable]:
        """Property tables that cover the end states of each side."""
        hot, cold = (
            liquid_table(f, p, a, b) for f, p, a, b in zip(self.fluids, self.pressures, self.T_in, self.T_out)
        )
        return hot, cold

    @cached_property
    def _sides(self) -> tuple[Side, Side]:
        hot, cold = self.tables
        return Side(0, hot), Side(1, cold)

    @cached_property
    def _profile(self) -> Profile:
        hot, cold = self._sides
        return Profile.of((hot.table, cold.table), self.T_in, self.T_out, self.counterflow)

    @property
    def end_differences(self) -> Pair:
        """Hot minus cold at the end of the hot inlet and at the end of the hot outlet [K]."""
        cold = (self.T_out[1], self.T_in[1]) if self.counterflow else (self.T_in[1], self.T_out[1])
        return self.T_in[0] - cold[0], self.T_out[0] - cold[1]

    @property
    def approach(self) -> float:
        """The smaller of the end differences [K]."""
        return min(self.end_differences)

    @property
    def lmtd(self) -> float:
        """Logarithmic mean of the end differences [K]."""
        mean: float = log_mean(*self.end_differences)
        return mean

    @property
    def volume_flow(self) -> Pair:
        """Volume flow of each side at its inlet [m^3/s]."""
        hot, cold = (m / s.density(T) for m, s, T in zip(self.mass_flow, self._sides, self.T_in))
        return hot, cold

    @property
    def capacity_flow(self) -> Pair:
        """Heat over the change of temperature, of each side [W/K]: its mean heat capacity times its flow."""
        hot, cold = (self.heat_rate / abs(a - b) for a, b in zip(self.T_in, self.T_out))
        return hot, cold

    @property
    def effectiveness(self) -> float:
        """Heat over the largest that flows and inlets allow [-].

        The largest is what the side that could bring or take up less would exchange if it left at the inlet
        temperature of the other, in enthalpies. Where a side would not be liquid (or without data) at that
        temperature, the heat capacity at the end of its table is carried on.
        """
        hot_in, cold_in = self.T_in
        spans = (abs(s.enthalpy(hot_in) - s.enthalpy(cold_in)) for s in self._sides)
        return self.heat_rate / min(m * span for m, span in zip(self.mass_flow, spans))

    @cached_property
    def UA(self) -> float:
        """Conductance [W/K]: the integral of dQ / (T_hot - T_cold) along the exchanger, with real properties.

        Gauss quadrature to 1e-10; ``heat_rate / lmtd`` differs from it by what the heat capacities vary.
        """
        return self.heat_rate / mean_difference(self._profile)

    @cached_property
    def pinch(self) -> Pinch:
        """Where along the exchanger the local temperature difference is smallest, and how small."""
        return pinch(self._profile)

    @property
    def T_pinch(self) -> float:
        """Smallest local temperature difference [K]; see :attr:`pinch` for the place."""
        return self.pinch.difference

    @property
    def theta(self) -> Pair:
        """Thermal length of each side [-]: its change of temperature over the LMTD."""
        lmtd = self.lmtd
        hot, cold = (abs(a - b) / lmtd for a, b in zip(self.T_in, self.T_out))
        return hot, cold


def complete_duty(
    *,
    hot_fluid: str | Fluid = "water",
    cold_fluid: str | Fluid = "water",
    hot_pressure: float = 6e5,
    cold_pressure: float = 6e5,
    heat_rate: float | None = None,
    hot_T_in: float | None = None,
    hot_T_out: float | None = None,
    cold_T_in: float | None = None,
    cold_T_out: float | None = None,
    hot_mass_flow: float | None = None,
    cold_mass_flow: float | None = None,
    hot_volume_flow: float | None = None,
    cold_volume_flow: float | None = None,
    approach: float | None = None,
    counterflow: bool = True,
    label: Label | None = None,
) -> Duty:
    """Complete a duty from any sufficient set of heat, temperatures, flows and approach.

    Heat, four temperatures and two flows are tied by the balance of each side,
    ``heat_rate = mass_flow |h(T_in) - h(T_out)|``, so five of these fix the duty unless one side has more than its
    share. The approach counts as one. More than enough is accepted if it agrees within 0.1 % of the heat;
    temperatures are then kept, the heat comes from ``heat_rate``, or else from the hot side, and the flows follow.

    Parameters
    ----------
    hot_fluid, cold_fluid : str or Fluid
        Liquids; a name as in :meth:`Fluid.parse`.
    hot_pressure, cold_pressure : float
        Absolute pressures [Pa]; left out, 6 bar.
    heat_rate : float, optional
        From hot to cold [W].
    hot_T_in, hot_T_out, cold_T_in, cold_T_out : float, optional
        [K]
    hot_mass_flow, cold_mass_flow : float, optional
        [kg/s]
    hot_volume_flow, cold_volume_flow : float, optional
        At the side's inlet temperature [m^3/s].
    approach : float, optional
        The smaller of the two end differences [K]: hot inlet - cold outlet or hot outlet - cold inlet in
        counterflow, hot outlet - cold outlet in parallel flow.
    counterflow : bool
        False for parallel flow.
    label : callable, optional
        Name to show in errors for the name of an argument.

    Returns
    -------
    Duty

    Raises
    ------
    InputError
        For a number that is not finite or not positive, or an unknown fluid; names the argument.
    UnderspecifiedDutyError
        Lists what is given and which single additions would be enough.
    ContradictoryDutyError
        Names the quantities that disagree, with both values.
    SecondLawError, TemperatureCrossError, InfeasibleApproachError
        Naming what would be feasible. All five derive from :class:`InputError`.
    FreezingError, BoilingError, StateError
        If an end state is not liquid; names side and place, and what pressure or temperature would do.

    Notes
    -----
    Enthalpies are those of the property tables, within 1e-6 of CoolProp.
    """
    name = label or _same
    given = check_numbers(
        {
            "heat_rate": heat_rate,
            "hot_T_in": hot_T_in,
            "hot_T_out": hot_T_out,
            "cold_T_in": cold_T_in,
            "cold_T_out": cold_T_out,
            "hot_mass_flow": hot_mass_flow,
            "cold_mass_flow": cold_mass_flow,
            "hot_volume_flow": hot_volume_flow,
            "cold_volume_flow": cold_volume_flow,
            "approach": approach,
        },
        name,
    )
    pressures = check_numbers({"hot_pressure": hot_pressure, "cold_pressure": cold_pressure}, name)
    if len(pressures) < 2:
        raise InputError(
            "each side needs its absolute pressure", key="hot_pressure, cold_pressure", found="None"
        )
    p = pressures["hot_pressure"], pressures["cold_pressure"]
    fluids = _fluid(hot_fluid, name("hot_fluid")), _fluid(cold_fluid, name("cold_fluid"))

    T_given = {key: value for key, value in given.items() if "_T_" in key}
    check_order(T_given, tuple(given), name)
    check_liquid_ends(fluids, p, T_given, name)
    _check_approach_alone(given, name)

    known = [[T_given[k] for k in T_given if k.startswith(s)] for s in SIDES]
    tables = tuple(liquid_table(f, at, *T) for f, at, T in zip(fluids, p, known))
    for _ in range(_ROUNDS):
        sides = Side(0, tables[0]), Side(1, tables[1])
        done = complete(given, sides, counterflow, name)
        T = _named(done.T_in, done.T_out)
        check_profile(sides, done.T_in, done.T_out, done.mass_flow, counterflow, tuple(given), name)
        check_liquid_ends(fluids, p, T, name)
        check_approach(done, given, counterflow, name)
        used, tables = tables, tuple(liquid_table(*at) for at in zip(fluids, p, done.T_in, done.T_out))
        if used == tables:
            return _duty(fluids, p, done, counterflow)
    raise StateError("no property table fits the end states of this duty")


def _duty(fluids: tuple[Fluid, Fluid], p: Pair, done: Completed, counterflow: bool) -> Duty:
    return Duty(fluids, p, done.mass_flow, done.T_in, done.T_out, done.heat_rate, counterflow)


def _same(key: str) -> str:
    return key


def _named(T_in: Pair, T_out: Pair) -> dict[str, float]:
    return {f"{s}_T_{port}": T[i] for i, s in enumerate(SIDES) for port, T in (("in", T_in), ("out", T_out))}


def _fluid(fluid: str | Fluid, key: str) -> Fluid:
    if isinstance(fluid, Fluid):
        return fluid
    try:
        return Fluid.parse(fluid)
    except InputError as error:
        raise error.within(key=key) from None


def _check_approach_alone(given: dict[str, float], label: Label) -> None:
    if "approach" not in given:
        return
    asked, largest = given["approach"], None
    if "hot_T_in" in given and "cold_T_in" in given:
        largest = given["hot_T_in"] - given["cold_T_in"]
    if asked <= 0.0 or (largest is not None and asked >= largest):
        inlets = f"{label('hot_T_in')} - {label('cold_T_in')}"
        raise InfeasibleApproachError(
            "an approach of zero or less needs an infinite exchanger"
            if asked <= 0.0
            else "the approach is not below the difference of the inlets, so that no heat would flow",
            key=label("approach"),
            found=show(asked, "delta_K"),
            accepted="feasible: more than 0 K"
            + (f", below {show(largest, 'delta_K')} ({inlets})" if largest is not None else ""),
        )
