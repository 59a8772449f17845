"""One steady state of a two-phase tank: bath, chips, vapour and heat, by the names of its results."""

import math
from collections.abc import Mapping

from hashheat.components.boiling_state import saturated
from hashheat.components.two_phase_tank_balance import Balance, balance
from hashheat.components.two_phase_tank_build import build_chips, build_coil, build_vessel
from hashheat.components.two_phase_tank_chips import ChipState, chip_state
from hashheat.components.two_phase_tank_coil import Coil
from hashheat.components.two_phase_tank_condenser import coil_state
from hashheat.components.two_phase_tank_errors import BathRangeError
from hashheat.components.two_phase_tank_file import TwoPhaseTankFile
from hashheat.components.two_phase_tank_vapour import Inventory, inventory, opening_loss
from hashheat.thermo.errors import StateError
from hashheat.thermo.fluid import Fluid
from hashheat.thermo.property_kernels import density, enthalpy
from hashheat.thermo.saturated_fluid import BoilingFluid


def solve_state(
    file: TwoPhaseTankFile, fluid: BoilingFluid, water: Fluid, v: Mapping[str, float]
) -> dict[str, float]:
    """Find the steady state at one set of numbers.

    Parameters
    ----------
    file : TwoPhaseTankFile
    fluid : BoilingFluid
        That of the file.
    water : Fluid
        Of the condenser.
    v : mapping of str to float
        Of :meth:`TwoPhaseTankFile.values` [SI], checked by
        :func:`~hashheat.components.two_phase_tank_checks.check_states`.

    Returns
    -------
    dict of str to float
        Variables of :mod:`hashheat.components.variables` [SI].

    Raises
    ------
    TwoPhaseTankError
        By its kind, where there is no steady state; see :mod:`hashheat.components.two_phase_tank_errors`.
    """
    coil, chips = build_coil(file, water, v), build_chips(file, v)
    chip_power = file.chips.count * v["chips.power"]
    power = chip_power + v["power.bath"]
    found = balance(fluid, coil, build_vessel(file, v), power)
    try:
        store = inventory(
            fluid,
            v["fluid.charge"],
            found.T_bath,
            v["bath.length"] * v["bath.width"],
            v["bath.height"],
            v["bath.hardware_volume"],
            v["chips.top"],
        )
        depth = store.level - v["chips.bottom"]
        chip = chip_state(fluid, chips, found.T_bath, found.pressure, depth)
        return (
            _chip_results(v, chip)
            | _vapour_results(fluid, v, coil, found, store)
            | _heat_results(fluid, v, coil, found, chip_power)
        )
    except StateError as error:
        raise BathRangeError(str(error)) from None


def _chip_results(v: Mapping[str, float], chip: ChipState) -> dict[str, float]:
    peak = chip.peak_flux
    return {
        "T_saturation": chip.T_saturation,
        "subcooling": chip.subcooling,
        "heat_flux": chip.flux,
        "peak_heat_flux": peak,
        "critical_heat_flux": chip.critical_flux,
        "critical_margin": chip.critical_flux / peak if peak > 0.0 else math.inf,
        "wall_superheat": chip.superheat,
        "boiling": float(chip.boils),
        "T_wall": chip.T_wall,
        "T_junction": chip.T_junction,
        "T_junction_start": chip.T_start,
        "T_junction_limit": v["chips.limit"],
        "junction_margin": v["chips.limit"] - chip.T_junction,
        "start_margin": v["chips.limit"] - chip.T_start,
    }


def _vapour_results(
    fluid: BoilingFluid, v: Mapping[str, float], coil: Coil, found: Balance, store: Inventory
) -> dict[str, float]:
    s = saturated(fluid, found.T_bath)
    escaping = found.vented / s.latent_heat
    floor = v["bath.length"] * v["bath.width"]
    above = s.rho_l * floor * (store.level - v["chips.top"])
    opened = opening_loss(
        fluid,
        coil.T_in,  # chips at rest, water flowing
        v["surroundings.T"],
        v["surroundings.pressure"],
        floor,
        v["opening.freeboard"],
        v["opening.duration"],
        v["opening.exchanged"],
        v["fluid.vapour_diffusivity"],
    )
    each = opened.diffused + opened.displaced
    return {
        "T_bath": found.T_bath,
        "pressure": found.pressure,
        "rating_margin": v["bath.pressure_max"] - found.pressure,
        "vapour_heat": found.vented,
        "vapour_loss": escaping,
        "time_to_dry": above / escaping if escaping > 0.0 else math.inf,
        "level": store.level,
        "level_margin": store.level - v["chips.top"],
        "liquid_mass": store.liquid,
        "vapour_mass": store.vapour,
        "opening_loss": each,
        "yearly_loss": each * v["opening.per_year"] / v["fluid.charge"]
        if v["opening.per_year"] > 0.0
        else 0.0,
    }


def _heat_results(
    fluid: BoilingFluid, v: Mapping[str, float], coil: Coil, found: Balance, chip_power: float
) -> dict[str, float]:
    c = coil_state(fluid, coil, found.T_bath, found.condensed, max(found.share, 1e-9))
    # From the water's own enthalpies, so that the balance is checked and not repeated.
    taken = coil.mass_flow * (enthalpy(coil.water, c.T_out) - enthalpy(coil.water, coil.T_in))
    wanted = found.condensed + found.vented
    power = chip_power + v["power.bath"]
    electric = power + v["power.outside"]
    return {
        "T_vapour": c.T_vapour,
        "water_T_out": c.T_out,
        "water_mass_flow": coil.mass_flow,
        "volume_flow": coil.mass_flow / density(coil.water, coil.T_in),
        "film_htc": c.film_htc,
        "film_Re": c.film_reynolds,
        "gas_at_film": c.gas_wall,
        "water_htc": c.water_htc,
        "UA": c.UA,
        "NTU": c.NTU,
        "condenser_share": found.share,
        "condenser_capacity": found.capacity,
        "condenser_margin": found.capacity / wanted if wanted > 0.0 else math.inf,
        "heat_rate": taken,
        "wall_loss": found.lost,
        "chip_power": chip_power,
        "wall_power": electric,
        "capture_efficiency": taken / electric if electric > 0.0 else 0.0,
        "imbalance": (power - taken - found.lost - found.vented) / max(power, 1.0),
    }
