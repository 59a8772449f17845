"""What a year of a plant comes to: reuse of energy, exergy, emissions and money.

Energies are amounts over one period, most often a year: ratios of parts of a year would flatter its winter.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from hashheat.thermo.errors import InputError
from hashheat.thermo.exergy import exergy_of_heat, mean_thermodynamic_temperature

#: Slack for energies that sums have rounded [-].
_ROUNDING = 1e-9


def _amount(**values: float) -> None:
    for name, value in values.items():
        if not (np.isfinite(value) and value >= 0.0):
            raise InputError("an amount must be 0 or more", key=name, found=value)


def power_usage_effectiveness(total: float, computing: float) -> float:
    """PUE: all energy of a data centre over that of its computers (ISO/IEC 30134-2).

    Parameters
    ----------
    total : float
        Energy over the data centre's boundary, pumps and fans included [J]. A pump that sends heat out counts here
        and the heat does not: PUE can rise while more heat is used.
    computing : float
        Of the miners [J].

    Returns
    -------
    float
        [-], 1 or more.

    Raises
    ------
    InputError
        For miners that take no energy, or more than the whole.
    """
    _amount(total=total, computing=computing)
    if not 0.0 < computing <= total * (1.0 + _ROUNDING):
        raise InputError(
            "the miners must take part of the energy, and no more than all", key="computing", found=computing,
            accepted=f"above 0, up to {total:g} J",
        )  # fmt: skip
    return max(total / computing, 1.0)


def energy_reuse_factor(reused: float, total: float) -> float:
    """ERF: energy reused outside a data centre over all its energy (ISO/IEC 30134-6, EN 50600-4-6).

    Parameters
    ----------
    reused : float
        Heat that crosses the boundary into a system that uses it [J]: not what is thrown away in summer, and
        without the electricity of a heat pump outside.
    total : float
        Energy over the data centre's boundary [J].

    Returns
    -------
    float
        [-], 0 to 1.

    Raises
    ------
    InputError
        For more reused than there was.
    """
    _amount(reused=reused, total=total)
    if not (total > 0.0 and reused <= total * (1.0 + _ROUNDING)):
        raise InputError(
            "no more can be reused than went in; is the electricity of a heat pump outside counted?", key="reused",
            found=reused, accepted=f"0 to {total:g} J",
        )  # fmt: skip
    return min(reused / total, 1.0)


def energy_reuse_effectiveness(total: float, reused: float, computing: float) -> float:
    """ERE: energy that is not reused over that of the computers, PUE (1 - ERF) (The Green Grid).

    Parameters
    ----------
    total, reused, computing : float
        As in :func:`power_usage_effectiveness` and :func:`energy_reuse_factor` [J].

    Returns
    -------
    float
        [-], below 1 where most is reused.

    Raises
    ------
    InputError
        As these.
    """
    return power_usage_effectiveness(total, computing) * (1.0 - energy_reuse_factor(reused, total))


def exergy_factor(T_supply: ArrayLike, T_return: ArrayLike, T0: ArrayLike) -> np.ndarray:
    """Exergy of heat delivered between supply and return, over the heat: 1 - T0 ln(Ts/Tr) / (Ts - Tr).

    Parameters
    ----------
    T_supply, T_return : array
        [K]
    T0 : array
        Of the surroundings, most often outdoors [K].

    Returns
    -------
    array
        [-]; no heat from electricity can have a higher exergy efficiency.

    Raises
    ------
    InputError
        For a temperature that is not positive.
    """
    return exergy_of_heat(1.0, mean_thermodynamic_temperature(T_supply, T_return), T0)


def exergy_efficiency(
    heat: ArrayLike, electricity: ArrayLike, T_supply: ArrayLike, T_return: ArrayLike, T0: ArrayLike
) -> float:
    """Exergy of the delivered heat over the electricity that went in, both summed over all steps.

    Parameters
    ----------
    heat, electricity : array
        Of each step [J], or powers of steps of equal length [W].
    T_supply, T_return, T0 : array
        Of each step [K].

    Returns
    -------
    float
        [-]

    Raises
    ------
    InputError
        For no electricity, or a temperature that is not positive.
    """
    warm, power = np.asarray(heat, dtype=float), np.asarray(electricity, dtype=float)
    spent = float(np.sum(power))
    if not spent > 0.0:
        raise InputError("no electricity went in", key="electricity", found=spent)
    factor = exergy_factor(T_supply, T_return, T0)
    if np.broadcast_shapes(warm.shape, factor.shape) != warm.shape:
        raise InputError(
            "heat needs a value a step", key="heat", found=warm.shape, accepted=repr(factor.shape)
        )
    return float(np.sum(warm * factor)) / spent


class Emissions(NamedTuple):
    """CO2 of heat from electricity, and of the boiler it displaces [kg].

    Attributes
    ----------
    electricity : float
    displaced : float
    saved : float
        The difference, negative where electricity emits more.
    """

    electricity: float
    displaced: float
    saved: float


def emissions(
    electricity: ArrayLike,
    grid_factor: ArrayLike,
    heat: ArrayLike,
    fuel_factor: float,
    boiler_efficiency: float,
) -> Emissions:
    """CO2 against a boiler that would have made the same heat.

    Parameters
    ----------
    electricity : array
        Of each step [J].
    grid_factor : array
        CO2 of electricity, of each step or for all [kg/J]. Where the miners would run elsewhere without the
        network, the share that counts for heat is a matter of convention: give the electricity that counts.
    heat : array
        Used, of each step [J].
    fuel_factor : float
        CO2 of the boiler's fuel [kg/J]; natural gas 0.202 kg/kWh is remembered, 5.6e-8 kg/J.
    boiler_efficiency : float
        Heat over fuel [-].

    Returns
    -------
    Emissions

    Raises
    ------
    InputError
        For a negative factor, or an efficiency that is not above zero.
    """
    _amount(fuel_factor=fuel_factor)
    if not boiler_efficiency > 0.0:
        raise InputError("an efficiency must be above 0", key="boiler_efficiency", found=boiler_efficiency)
    power, factor = np.asarray(electricity, dtype=float), np.asarray(grid_factor, dtype=float)
    if np.broadcast_shapes(power.shape, factor.shape) != power.shape:
        raise InputError(
            "electricity needs a value a step",
            key="electricity",
            found=power.shape,
            accepted=repr(factor.shape),
        )
    own = float(np.sum(power * factor))
    displaced = float(np.sum(heat)) / boiler_efficiency * fuel_factor
    return Emissions(own, displaced, displaced - own)


class Money(NamedTuple):
    """What a plant pays and earns [EUR].

    Attributes
    ----------
    electricity_cost, heat_revenue, hash_revenue : float
    balance : float
        Revenues less cost; capital, staff and taxes are left out.
    """

    electricity_cost: float
    heat_revenue: float
    hash_revenue: float
    balance: float


def money(
    electric_power: ArrayLike,
    electricity_price: ArrayLike,
    heat_rate: ArrayLike,
    heat_price: ArrayLike,
    hash_rate: ArrayLike,
    hash_price: ArrayLike,
    dt: float = 3600.0,
) -> Money:
    """Money of all steps of equal length; a number in place of an array holds in every step.

    Parameters
    ----------
    electric_power : array
        Of all that is bought [W].
    electricity_price : array
        [EUR/J]; negative prices earn.
    heat_rate : array
        Sold [W].
    heat_price : array
        [EUR/J]
    hash_rate : array
        [1/s]
    hash_price : array
        [EUR/hash]
    dt : float
        [s]

    Returns
    -------
    Money

    Raises
    ------
    InputError
        For a number that is not finite.
    """
    given = (electric_power, electricity_price, heat_rate, heat_price, hash_rate, hash_price)
    # A number for all steps counts in each of them, whatever stands beside it.
    arrays = np.broadcast_arrays(*(np.asarray(x, dtype=float) for x in given))
    sums = []
    for name, amount, price in zip(("electricity", "heat", "hash"), arrays[::2], arrays[1::2]):
        total = float(np.sum(amount * price)) * dt
        if not np.isfinite(total):
            raise InputError("amounts and prices must be finite", key=name, found=total)
        sums.append(total)
    cost, heat, hashes = sums
    return Money(cost, heat, hashes, heat + hashes - cost)


def marginal_value(
    heat_price: float,
    electricity_price: float,
    hash_price: float,
    hashes_per_joule: float,
    heat_share: float = 1.0,
) -> float:
    """What a joule of electricity leaves over in a miner whose heat is sold: above zero it pays to run.

    Parameters
    ----------
    heat_price, electricity_price : float
        [EUR/J]
    hash_price : float
        [EUR/hash]
    hashes_per_joule : float
        Of the miner [1/J].
    heat_share : float
        Sold heat over electricity [-].

    Returns
    -------
    float
        Revenue less cost [EUR/J]; zero at the price at which running and standing still are the same.
    """
    return heat_price * heat_share + hash_price * hashes_per_joule - electricity_price
