"""The metrics of a period in one Dataset, from hourly means."""

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from hashheat.components.variables import dataset
from hashheat.fleet.load_duration import below_set_point
from hashheat.fleet.metrics import (
    emissions,
    energy_reuse_effectiveness,
    energy_reuse_factor,
    exergy_efficiency,
    money,
    power_usage_effectiveness,
)
from hashheat.thermo.errors import InputError


def summarise(
    *,
    total_power: ArrayLike,
    computing_power: ArrayLike,
    heat_rate: ArrayLike,
    T_supply: ArrayLike,
    T_return: ArrayLike,
    T_outdoor: ArrayLike,
    T_set: ArrayLike | None = None,
    tolerance: float = 0.0,
    electricity_price: ArrayLike | None = None,
    heat_price: ArrayLike = 0.0,
    hash_rate: ArrayLike = 0.0,
    hash_price: ArrayLike = 0.0,
    grid_factor: ArrayLike | None = None,
    fuel_factor: float = 0.0,
    boiler_efficiency: float = 1.0,
    dt: float = 3600.0,
) -> xr.Dataset:
    """Sum up a period of steps of equal length.

    Parameters
    ----------
    total_power : (step,) array
        Electricity over the plant's boundary [W].
    computing_power : (step,) array
        Of the miners [W].
    heat_rate : (step,) array
        Heat used outside [W].
    T_supply, T_return : array
        At which it is delivered [K]; where none is, any temperature.
    T_outdoor : array
        Reference of exergy [K].
    T_set : array, optional
        Supply temperature asked for [K]; only steps that deliver heat are judged.
    tolerance : float
        A shortfall of no more than this is none [K].
    electricity_price, heat_price, hash_rate, hash_price
        As in :func:`hashheat.fleet.metrics.money`; no money without a price of electricity.
    grid_factor, fuel_factor, boiler_efficiency
        As in :func:`hashheat.fleet.metrics.emissions`; no emissions without a grid factor.
    dt : float
        [s]

    Returns
    -------
    xarray.Dataset
        Scalars: ``electricity``, ``heat_used``, ``pue``, ``erf``, ``ere``, ``exergy_efficiency``, and, where asked
        for, ``time_below``, ``kelvin_time_below``, ``largest_shortfall``, ``electricity_cost``, ``heat_revenue``,
        ``hash_revenue``, ``balance``, ``emissions_electricity``, ``emissions_displaced``.

    Raises
    ------
    InputError
        For powers of different lengths, and as the functions of :mod:`hashheat.fleet.metrics`.
    """
    power, miners, heat = (np.asarray(x, dtype=float) for x in (total_power, computing_power, heat_rate))
    if not (power.ndim == 1 and power.shape == miners.shape == heat.shape):
        raise InputError(
            "powers and heat need one value a step",
            key="total_power",
            found=(power.shape, miners.shape, heat.shape),
        )
    if not np.all(np.isfinite(heat)) or np.any(heat < 0.0):
        raise InputError("heat used cannot be negative", key="heat_rate", found=float(np.min(heat)))
    total, computing, used = (float(x.sum()) * dt for x in (power, miners, heat))
    ratios = {
        "pue": power_usage_effectiveness(total, computing),
        "erf": energy_reuse_factor(used, total),
        "ere": energy_reuse_effectiveness(total, used, computing),
    }
    delivers = heat > 0.0
    state = [np.broadcast_to(np.asarray(T, dtype=float), heat.shape) for T in (T_supply, T_return, T_outdoor)]
    # Where nothing is delivered the temperatures may be anything, and must not count.
    exergy = (
        exergy_efficiency(heat[delivers], power.sum(), *(T[delivers] for T in state))
        if delivers.any()
        else 0.0
    )
    found = {"electricity": total, "heat_used": used, **ratios, "exergy_efficiency": exergy}
    if T_set is not None:
        asked = np.broadcast_to(np.asarray(T_set, dtype=float), heat.shape)
        if delivers.any():
            below = below_set_point(state[0][delivers], asked[delivers], dt, tolerance)
        else:
            below = below_set_point([0.0], [0.0])
        found |= {
            "time_below": below.time, "kelvin_time_below": below.kelvin_time, "largest_shortfall": below.largest
        }  # fmt: skip
    if electricity_price is not None:
        cash = money(power, electricity_price, heat, heat_price, hash_rate, hash_price, dt)
        found |= cash._asdict()
    if grid_factor is not None:
        gas = emissions(power * dt, grid_factor, heat * dt, fuel_factor, boiler_efficiency)
        found |= {"emissions_electricity": gas.electricity, "emissions_displaced": gas.displaced}
    return dataset(
        {name: ((), value) for name, value in found.items()}, attrs={"duration_second": dt * heat.size}
    )
