"""The fluids of two-phase baths by name: Novec 649, FC-72, HFE-7100 and R1336mzz(Z)."""

import difflib
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.polynomial import chebyshev

from hashheat.thermo import transport_formulas as formulas
from hashheat.thermo.coolprop_source import coolprop, new_state
from hashheat.thermo.errors import InputError
from hashheat.thermo.property_fit import Array, chebyshev_temperatures
from hashheat.thermo.remembered import warn_remembered
from hashheat.thermo.saturated_fluid import BoilingFluid, Origin
from hashheat.thermo.saturation_curves import (
    PressureLine,
    R,
    acentric_factor,
    helmholtz_saturation,
    line_saturation,
    reduced,
)

_THERMODYNAMIC = (
    "saturation_temperature",
    "saturation_pressure",
    "liquid_density",
    "vapour_density",
    "latent_heat",
    "liquid_heat_capacity",
)
_CHUNG = "dilute gas of Chung et al., Ind. Eng. Chem. Res. 27 (1988) 671"
_MIQUEU = "corresponding states of Miqueu et al., Fluid Phase Equilibria 172 (2000) 169; not measured"
_PISA = "FC-72 collection of the University of Pisa, published second-hand; range not stated"
_HFE_DATA = "3M data of HFE-7100, published second-hand in CoolProp (INCOMP::HFE2)"


def boiling_fluid(name: str) -> BoilingFluid:
    """Take a fluid for two-phase baths from the library.

    Parameters
    ----------
    name : str
        ``"Novec 649"``, ``"FC-72"``, ``"HFE-7100"`` or ``"R1336mzz(Z)"``, or one of their other names, such as
        ``"FK-5-1-12"``, ``"C6F14"``, ``"Novec 7100"``, ``"Opteon SF33"``. Case, spaces and signs do not matter.

    Returns
    -------
    BoilingFluid

    Raises
    ------
    InputError
        For an unknown name; lists what there is.

    Warns
    -----
    RememberedValueWarning
        If some of its numbers are only remembered (HFE-7100: the critical point).
    """
    plain = _plain(str(name))
    known = {_plain(alias): shown for shown, entry in _LIBRARY.items() for alias in (shown, *entry.aliases)}
    if plain not in known:
        near = [known[n] for n in difflib.get_close_matches(plain, list(known), n=2, cutoff=0.5)]
        hint = f" Nearest: {', '.join(dict.fromkeys(near))}." if near else ""
        raise InputError(
            f"Unknown boiling fluid.{hint}", found=name, accepted=", ".join(boiling_fluid_names())
        )
    fluid = _made(known[plain])
    warn_remembered(fluid.name, [key for key, status in fluid.status.items() if status == "remembered"])
    return fluid


def boiling_fluid_names() -> tuple[str, ...]:
    """Names in the library."""
    return tuple(_LIBRARY)


def _plain(name: str) -> str:
    return "".join(sign for sign in name.lower() if sign.isalnum())


@cache
def _made(name: str) -> BoilingFluid:
    return _LIBRARY[name].make()


def _origins(equation: str, spread: float, **others: Origin) -> dict[str, Origin]:
    known = ("critical_temperature", "critical_pressure", "molar_mass", *_THERMODYNAMIC)
    return {name: Origin("literature", equation, spread) for name in known} | others


def _helmholtz(
    name: str,
    note: str,
    substance: str,
    T_min: float,
    T_max: float,
    equation: str,
    transport: dict[str, tuple[Callable[[Array, Array], Array], Origin]],
) -> BoilingFluid:
    state = new_state("HEOS", substance)
    return BoilingFluid(
        name,
        note,
        float(state.molar_mass()),
        float(state.T_critical()),
        float(state.p_critical()),
        helmholtz_saturation(substance, T_min, T_max),
        {key: formula for key, (formula, _) in transport.items()},
        _origins(equation, 0.005, **{key: origin for key, (_, origin) in transport.items()}),
    )


def _constants(substance: str) -> tuple[float, float, float, float]:
    """Molar mass [kg/mol], critical temperature [K] and molar volume [m^3/mol], acentric factor [-]."""
    state = new_state("HEOS", substance)
    return state.molar_mass(), state.T_critical(), 1.0 / state.rhomolar_critical(), state.acentric_factor()


def _novec649() -> BoilingFluid:
    _, T_c, V_c, omega = _constants("Novec649")
    wen = "Wen, Meng, Huber, Wu, J. Chem. Eng. Data 62 (2017) 3603, doi 10.1021/acs.jced.7b00572"
    return _helmholtz(
        "Novec 649",
        "FK-5-1-12; its maker ended production in 2025",
        "Novec649",
        250.0,
        400.0,
        "McLinden, Perkins, Lemmon, Fortin, J. Chem. Eng. Data 60 (2015) 3646, as CoolProp evaluates it",
        {
            "liquid_viscosity": (
                formulas.novec649_viscosity,
                Origin("literature", f"{wen}: 2 % from 240 to 400 K", 0.02),
            ),
            "vapour_viscosity": (
                lambda T, rho: formulas.novec649_dilute_viscosity(T),
                Origin("assumed", f"zero-density term of {wen}; no vapour was measured", 0.1),
            ),
            "liquid_conductivity": (
                formulas.novec649_conductivity,
                Origin(
                    "literature",
                    "Perkins, Huber 2018, doi 10.1021/acs.jced.8b00132, without critical enhancement; spread "
                    "assumed",
                    0.03,
                ),
            ),
            "surface_tension": (
                lambda T, rho: formulas.miqueu_surface_tension(T, T_c, V_c, omega),
                Origin("assumed", _MIQUEU, 0.08),
            ),
        },
    )


def _fc72() -> BoilingFluid:
    M, T_c, V_c, omega = _constants("n-Perfluorohexane")
    return _helmholtz(
        "FC-72",
        "thermodynamics of n-perfluorohexane, which boils 1 K above the isomers sold as FC-72; out of production",
        "n-Perfluorohexane",
        250.0,
        373.15,
        "Gao et al. 2022, equation of state of n-perfluorohexane, as CoolProp evaluates it; FC-72 is a mixture",
        {
            "liquid_viscosity": (
                lambda T, rho: rho * formulas.fc72_kinematic_viscosity(T),
                Origin("literature", f"{_PISA}; spread assumed", 0.05),
            ),
            "vapour_viscosity": (
                lambda T, rho: formulas.chung_viscosity(T, M, T_c, V_c, omega),
                Origin("assumed", _CHUNG, 0.1),
            ),
            "liquid_conductivity": (
                lambda T, rho: formulas.fc72_conductivity(T),
                Origin("literature", f"{_PISA}; spread assumed", 0.05),
            ),
            "surface_tension": (
                lambda T, rho: formulas.fc72_surface_tension(T),
                Origin("literature", f"{_PISA}; spread assumed", 0.08),
            ),
        },
    )


def _r1336mzz() -> BoilingFluid:
    M, T_c, V_c, omega = _constants("R1336mzz(Z)")
    scaled = (
        "R245fa (CoolProp) at the same reduced temperature, scaled by corresponding states; not measured here"
    )
    T_min, T_max = 250.0, 400.0
    mu, k = _scaled_from("R245fa", "R1336mzz(Z)", T_min, T_max)

    def at(T: Array, series: Array) -> Array:
        values: Array = chebyshev.chebval(reduced(T, T_min, T_max), series)
        return values

    return _helmholtz(
        "R1336mzz(Z)",
        "Opteon SF33",
        "R1336mzz(Z)",
        T_min,
        T_max,
        "McLinden, Akasaka, J. Chem. Eng. Data 65 (2020) 4201, as CoolProp evaluates it",
        {
            "liquid_viscosity": (lambda T, rho: np.exp(at(T, mu)), Origin("assumed", scaled, 0.15)),
            "vapour_viscosity": (
                lambda T, rho: formulas.chung_viscosity(T, M, T_c, V_c, omega),
                Origin("assumed", f"{_CHUNG}, without the dipole of this molecule", 0.12),
            ),
            "liquid_conductivity": (lambda T, rho: at(T, k), Origin("assumed", scaled, 0.12)),
            "surface_tension": (
                lambda T, rho: formulas.miqueu_surface_tension(T, T_c, V_c, omega),
                Origin("assumed", _MIQUEU, 0.08),
            ),
        },
    )


def _scaled_from(reference: str, substance: str, T_min: float, T_max: float) -> tuple[Array, Array]:
    """Series of ln(mu) and k of the saturated liquid by corresponding states with another fluid."""
    M, T_c, V_c, _ = _constants(substance)
    M_0, T_c_0, V_c_0, _ = _constants(reference)
    state, points = new_state("HEOS", reference), 16
    mu_0, k_0 = np.empty(points), np.empty(points)
    for i, T in enumerate(chebyshev_temperatures(points, T_min, T_max)):
        state.update(coolprop().QT_INPUTS, 0.0, float(T) * T_c_0 / T_c)
        mu_0[i], k_0[i] = state.viscosity(), state.conductivity()
    x = -np.cos(np.pi * (np.arange(points) + 0.5) / points)
    mu = formulas.scaled_viscosity(mu_0, M, T_c, V_c, M_0, T_c_0, V_c_0)
    k = formulas.scaled_conductivity(k_0, M, T_c, V_c, M_0, T_c_0, V_c_0)
    return chebyshev.chebfit(x, np.log(mu), points - 1), chebyshev.chebfit(x, k, points - 1)


def _hfe7100() -> BoilingFluid:
    M, T_c, p_c, T_max = 0.25006, 468.45, 2.23e6, 353.15
    line = PressureLine(22.415, 3641.9, 1538.3, -2.269, 1133.0, 2.00)
    omega = acentric_factor(line, T_c, p_c)
    V_c = (0.291 - 0.08 * omega) * R * T_c / p_c
    second_hand = Origin("literature", f"{_HFE_DATA}; spread assumed", 0.02)
    derived = "second virial coefficient (Abbott) and Clapeyron's equation on the vapour-pressure line"
    recalled = Origin("remembered", "data sheet of the maker, not read", 0.02)
    return BoilingFluid(
        "HFE-7100",
        "methoxy-nonafluorobutane, two isomers; sources end at 60 to 64 degC, formulas continued to 80 degC",
        M,
        T_c,
        p_c,
        line_saturation(line, M, T_c, p_c, 243.15, T_max),
        {
            "liquid_viscosity": lambda T, rho: rho * formulas.hfe7100_kinematic_viscosity(T),
            "vapour_viscosity": lambda T, rho: formulas.chung_viscosity(T, M, T_c, V_c, omega),
            "liquid_conductivity": lambda T, rho: 0.073714 - 0.00019548 * (T - 273.15),
            "surface_tension": lambda T, rho: 13.6e-3 * ((T_c - T) / (T_c - 298.15)) ** 1.26,
        },
        {
            "critical_temperature": recalled,
            "critical_pressure": recalled,
            "molar_mass": Origin("literature", "C4F9OCH3", 1e-4),
            "saturation_temperature": second_hand,
            "saturation_pressure": second_hand,
            "liquid_density": second_hand._replace(spread=0.005),
            "vapour_density": Origin("assumed", derived, 0.02),
            "latent_heat": Origin("assumed", f"{derived}; 3M prints 112 kJ/kg", 0.03),
            "liquid_heat_capacity": second_hand._replace(spread=0.03),
            "liquid_viscosity": Origin(
                "literature",
                f"{_HFE_DATA}, whose viscosity is kinematic: 3M prints 0.38 cSt at 25 degC",
                0.04,
            ),
            "vapour_viscosity": Origin("assumed", _CHUNG, 0.1),
            "liquid_conductivity": second_hand._replace(spread=0.05),
            "surface_tension": Origin(
                "assumed", "3M: 13.6 mN/m at 25 degC; (T_c - T)^1.26 of van der Waals away from it", 0.08
            ),
        },
    )


class _Entry(NamedTuple):
    make: Callable[[], BoilingFluid]
    aliases: tuple[str, ...]


_LIBRARY = {
    "Novec 649": _Entry(_novec649, ("FK-5-1-12", "Novec 1230")),
    "FC-72": _Entry(_fc72, ("n-perfluorohexane", "perfluorohexane", "C6F14")),
    "HFE-7100": _Entry(_hfe7100, ("Novec 7100",)),
    "R1336mzz(Z)": _Entry(_r1336mzz, ("Opteon SF33", "SF33", "HFO-1336mzz-Z")),
}
