"""Properties from CoolProp, which is imported on first use only: the import alone costs over two seconds."""

from functools import cache
from typing import Any

import numpy as np

from hashheat.thermo.errors import InputError
from hashheat.thermo.property_fit import Array, Sampler


def coolprop() -> Any:
    """Return the module ``CoolProp.CoolProp``."""
    import CoolProp.CoolProp

    return CoolProp.CoolProp


@cache
def incompressible_names(kind: str) -> frozenset[str]:
    """Names of CoolProp's incompressible fluids of one kind, ``"pure"`` or ``"solution"``."""
    names = coolprop().get_global_param_string(f"incompressible_list_{kind}").split(",")
    return frozenset(name for name in names if not name.startswith("Example"))


def new_state(backend: str, substance: str, fraction: float | None = None) -> Any:
    """Make a CoolProp ``AbstractState``.

    Parameters
    ----------
    backend : str
        ``"HEOS"`` or ``"INCOMP"``. The tabular backends are not used: their viscosity of water is off by
        up to 3 %.
    substance : str
        CoolProp's name.
    fraction : float, optional
        Share of the solute [-], on the basis (mass or volume) that CoolProp uses for this solution.

    Raises
    ------
    InputError
        If the fraction lies outside the data of the solution.
    """
    CP = coolprop()
    state = CP.AbstractState(backend, substance)
    if fraction is None:
        return state
    low, high = state.keyed_output(CP.ifraction_min), state.keyed_output(CP.ifraction_max)
    if not low <= fraction <= high:
        raise InputError(
            f"CoolProp has no data for {substance} at this strength.",
            found=f"{100 * fraction:g} %",
            accepted=f"{100 * low:g} to {100 * high:g} %",
        )
    try:
        state.set_mass_fractions([fraction])
    except ValueError:  # the data of this solution are by volume, and CoolProp does not convert
        state.set_volu_fractions([fraction])
    return state


def sampler(backend: str, substance: str, fraction: float | None, p: float) -> Sampler:
    """Give a function from temperatures [K] to (rho, cp, mu, k) at the pressure p [Pa], shape (4, n).

    It raises InputError where CoolProp cannot give one of the four.
    """
    state = new_state(backend, substance, fraction)
    PT = coolprop().PT_INPUTS

    def sample(T: Array) -> Array:
        out = np.empty((4, len(T)))
        for i, T_i in enumerate(T):
            try:
                state.update(PT, p, float(T_i))
                out[:, i] = state.rhomass(), state.cpmass(), state.viscosity(), state.conductivity()
            except ValueError as error:
                raise InputError(
                    f"CoolProp cannot give the properties of {substance} at {T_i - 273.15:.2f} degC and "
                    f"{p / 1e5:g} bar: {error}"
                ) from error
        if not np.all(
            out > 0
        ):  # CoolProp answers zero for the conductivity of some liquids it has no data for
            raise InputError(
                f"CoolProp has not all of density, heat capacity, viscosity and conductivity of {substance}."
            )
        return out

    return sample


def enthalpy_at(backend: str, substance: str, fraction: float | None, p: float, T: float) -> float:
    """Specific enthalpy [J/kg] by CoolProp at p [Pa] and T [K]."""
    state = new_state(backend, substance, fraction)
    state.update(coolprop().PT_INPUTS, p, T)
    return float(state.hmass())


@cache
def temperature_limits(backend: str, substance: str, fraction: float | None) -> tuple[float, float]:
    """Lowest and highest temperature of CoolProp's data [K]."""
    state = new_state(backend, substance, fraction)
    return float(state.Tmin()), float(state.Tmax())
