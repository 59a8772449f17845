"""Do the data agree with themselves: electric power against the heat that the coolant carries away."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from hashheat.thermo.property_kernels import density, enthalpy
from hashheat.thermo.quantity import Quantity
from hashheat.validation.instruments import Instrument
from hashheat.validation.unit_model import UnitModel

#: Standard uncertainties beyond which a point is flagged.
COVERAGE = 2.0
#: Standard uncertainty of a room that was not measured [K]: 288 to 298 K.
AMBIENT_DOUBT = 10.0 / np.sqrt(12.0)


@dataclass(frozen=True, eq=False)
class DataBalance:
    """Energy balance of measured points.

    Parameters
    ----------
    heat : (n,) array
        Heat to the coolant by flow and temperatures [W]; NaN where a reading is missing.
    expected : (n,) array
        Heat to the coolant by power, supply and loss [W].
    uncertainty : (n,) array
        Standard uncertainty of their difference [W].
    flagged : (n,) bool array
        The difference is beyond twice its uncertainty.
    reason : str
        Why there is no balance at all; empty where there is one.
    """

    heat: np.ndarray
    expected: np.ndarray
    uncertainty: np.ndarray
    flagged: np.ndarray
    reason: str = ""

    @property
    def checked(self) -> int:
        """Points with all readings of a balance."""
        return int(np.isfinite(self.residual).sum())

    @property
    def residual(self) -> np.ndarray:
        """Heat by flow and temperatures minus heat by power [W]."""
        found: np.ndarray = self.heat - self.expected
        return found

    @property
    def closure(self) -> float | None:
        """Heat by flow and temperatures over heat by power, mean over the points [-]."""
        return float(np.nanmean(self.heat / self.expected)) if self.checked else None

    @property
    def closure_uncertainty(self) -> float | None:
        """Standard uncertainty of the closure of a point, mean over the points [-]."""
        return float(np.nanmean(self.uncertainty / self.expected)) if self.checked else None


def unit_balance(model: UnitModel, instruments: Mapping[str, Instrument]) -> DataBalance:
    """Balance of every point of a unit.

    The water should take what the boards draw, the share of the supply's loss that goes to the water, less
    what the warm unit gives to the room; these three come from the device file with their spread. No model of
    the plate or of the chips takes part.

    Parameters
    ----------
    model : UnitModel
        Points and readings.
    instruments : mapping of str to Instrument
        Of T_in, T_out (or T_out_board), volume_flow, the power, and T_ambient where measured.

    Returns
    -------
    DataBalance
        With a reason in place of numbers where the data have no flow, no power, or no outlet.

    Notes
    -----
    ``r = rho V (h(T_out) - h(T_in)) - [P_dc + w (P_ac - P_dc) - K ((T_in + T_out)/2 - T_ambient)]``;
    its standard uncertainty is the root of the sum of squares of the single contributions (GUM, JCGM
    100:2008, eq. 10), systematic and random parts together. A point is flagged where ``|r| > 2 u(r)``. The
    density is that at the inlet, where volume flow is counted.
    """
    points, n = model.points, model.points.count
    outlet = "T_out" if "T_out" in model.measured else "T_out_board"
    missing = [
        text
        for text, gone in (
            ("flow", points.volume_flow is None),
            ("power", points.power is None),
            ("outlet temperature", outlet not in model.measured),
        )
        if gone
    ]
    if missing or points.volume_flow is None or points.power is None:
        nothing = np.full(n, np.nan)
        return DataBalance(
            nothing, nothing, nothing, np.zeros(n, dtype=bool), f"the data have no {', no '.join(missing)}"
        )
    T_out = model.measured[outlet]
    boards = 1 if T_out.ndim == 1 else T_out.shape[1]
    # Boards share the flow evenly enough that the mean of their outlets stands for the mixture.
    T_out = T_out if T_out.ndim == 1 else T_out.mean(axis=1)
    table, device = model.table, model.miner.quantities
    known = np.isfinite(T_out)
    safe = np.where(known, T_out, points.T_in)
    rho, rise = np.empty(n), np.empty(n)
    for i in range(n):
        rho[i] = density(table, points.T_in[i])
        rise[i] = enthalpy(table, safe[i]) - enthalpy(table, points.T_in[i])
    heat = np.where(known, rho * points.volume_flow * rise, np.nan)

    efficiency, u_efficiency = _mean_sd(device["power.psu_efficiency"])
    to_water, u_to_water = _mean_sd(device["power.psu_heat_to_water"])
    loss, u_loss = _mean_sd(device["surroundings.loss_conductance"])
    warmer = 0.5 * (safe + points.T_in) - points.T_ambient
    if points.power_is_dc:
        dc, driver = points.power, "power_dc"
        supply = dc * (1.0 / efficiency - 1.0)
        gain = np.full(n, 1.0 + to_water * (1.0 / efficiency - 1.0))
        by_efficiency = to_water * dc / efficiency**2
        u_supply_meter = np.zeros(n)
        if "power_ac" in model.measured:
            ac = model.measured["power_ac"]
            supply = np.where(np.isfinite(ac), ac - dc, supply)
            gain = np.where(np.isfinite(ac), 1.0 - to_water, gain)
            by_efficiency = np.where(np.isfinite(ac), 0.0, by_efficiency)
            u_supply_meter = np.where(
                np.isfinite(ac), to_water * _total(instruments, "power_ac", np.nan_to_num(ac)), 0.0
            )
    else:
        ac, driver = points.power, "power_ac"
        dc, supply = ac * efficiency, ac * (1.0 - efficiency)
        gain = np.full(n, efficiency + to_water * (1.0 - efficiency))
        by_efficiency = (1.0 - to_water) * ac
        u_supply_meter = np.zeros(n)
    expected = dc + to_water * supply - loss * warmer

    capacity = heat / np.where(known & (safe != points.T_in), safe - points.T_in, np.nan)
    capacity = np.where(np.isfinite(capacity), capacity, rho * points.volume_flow * 4180.0)
    u_room = (
        _total(instruments, "T_ambient", points.T_ambient)
        if points.has_ambient
        else np.full(n, AMBIENT_DOUBT)
    )
    systematic, random = instruments[outlet].at(safe)
    contributions = (
        capacity * _total(instruments, "T_in", points.T_in),
        capacity * np.hypot(systematic, random / np.sqrt(boards)),
        np.nan_to_num(heat) / points.volume_flow * _total(instruments, "volume_flow", points.volume_flow),
        gain * _total(instruments, driver, points.power),
        u_supply_meter,
        by_efficiency * u_efficiency,
        supply * u_to_water,
        warmer * u_loss,
        loss * u_room,
    )
    uncertainty = np.sqrt(sum(np.square(c) for c in contributions))
    flagged = np.abs(np.where(known, heat - expected, 0.0)) > COVERAGE * uncertainty
    return DataBalance(heat, np.where(known, expected, np.nan), uncertainty, flagged)


def _total(instruments: Mapping[str, Instrument], name: str, values: np.ndarray) -> np.ndarray:
    """Systematic and random part together, of single readings."""
    if name not in instruments:
        return np.zeros(np.shape(values))
    found: np.ndarray = np.hypot(*instruments[name].at(values))
    return found


def _mean_sd(quantity: Quantity) -> tuple[float, float]:
    """Mean and standard deviation of a number of the device file."""
    if not quantity.is_uncertain:
        return quantity.nominal, 0.0
    values = np.asarray(quantity.quantile((np.arange(200) + 0.5) / 200))
    return float(values.mean()), float(values.std())
