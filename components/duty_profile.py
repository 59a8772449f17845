"""Local temperature difference along a two-fluid duty: its integral (UA) and its smallest value (pinch)."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from scipy.optimize import minimize_scalar

from hashheat.solvers.log_mean import log_mean
from hashheat.thermo.errors import HashheatError
from hashheat.thermo.jit import kernel
from hashheat.thermo.property_fit import Array
from hashheat.thermo.property_kernels import enthalpy, temperature_from_enthalpy
from hashheat.thermo.property_table import PropertyTable

_NODES = 16
_MOST_PANELS = 8192
_ACCURACY = 1e-11
_SCAN = 129


class Pinch(NamedTuple):
    """Where the two fluids come closest.

    Parameters
    ----------
    difference : float
        Smallest local temperature difference [K].
    position : float
        Share of the heat exchanged between the hot inlet and this place [-]: 0 hot inlet, 1 hot outlet.
    T_hot, T_cold : float
        Local temperatures [K].
    """

    difference: float
    position: float
    T_hot: float
    T_cold: float


class Profile(NamedTuple):
    """Enthalpies of the two sides along the exchanger, straight lines over the share of the heat.

    Parameters
    ----------
    tables : pair of PropertyTable
        Hot, cold.
    h_start : pair of float
        Enthalpies at the end of the hot inlet [J/kg].
    h_end : pair of float
        Enthalpies at the end of the hot outlet [J/kg].
    """

    tables: tuple[PropertyTable, PropertyTable]
    h_start: tuple[float, float]
    h_end: tuple[float, float]

    @classmethod
    def of(
        cls,
        tables: tuple[PropertyTable, PropertyTable],
        T_in: tuple[float, float],
        T_out: tuple[float, float],
        counterflow: bool,
    ) -> "Profile":
        """Profile between end temperatures [K], each pair hot and cold."""
        hot, cold = tables
        h_cold = float(enthalpy(cold, T_in[1])), float(enthalpy(cold, T_out[1]))
        first, last = h_cold[::-1] if counterflow else h_cold
        h_hot = float(enthalpy(hot, T_in[0])), float(enthalpy(hot, T_out[0]))
        return cls(tables, (h_hot[0], first), (h_hot[1], last))

    def temperatures(self, share: Array) -> tuple[Array, Array]:
        """Local temperatures [K] of the hot and the cold side at shares of the heat from the hot inlet [-]."""
        hot, cold = np.empty_like(share), np.empty_like(share)
        for table, a, b, T in zip(self.tables, self.h_start, self.h_end, (hot, cold)):
            _temperatures(table, a, b, share, T)
        return hot, cold

    def differences(self, share: Array) -> Array:
        """Local difference hot minus cold [K]."""
        hot, cold = self.temperatures(share)
        return hot - cold


@kernel
def _temperatures(table: PropertyTable, h_start: float, h_end: float, share: Array, T: Array) -> None:
    for i in range(share.size):
        T[i] = temperature_from_enthalpy(table, h_start + share[i] * (h_end - h_start))


def mean_difference(profile: Profile) -> float:
    """Heat over UA [K]: the difference that a constant film coefficient would see.

    UA is the integral of ``dQ / (T_hot - T_cold)``. It is taken over the variable in which the same integral
    of two fluids of constant heat capacity has a constant integrand, by 16 Gauss points a panel, the panels
    doubled until nothing changes: what is integrated is the deviation from the LMTD, however far apart the
    two end differences lie.

    Parameters
    ----------
    profile : Profile
        With a positive difference everywhere.

    Returns
    -------
    float
        Mean temperature difference [K], within about 1e-10 of the exact integral.

    Raises
    ------
    HashheatError
        If the integral does not settle, because the difference all but vanishes somewhere inside.
    """
    first, last = (float(d) for d in profile.differences(np.array([0.0, 1.0])))
    ratio = np.log(last / first)
    lmtd = log_mean(first, last)
    x, weight = _gauss()
    before, panels = np.inf, 1
    while panels <= _MOST_PANELS:
        s = ((np.arange(panels)[:, None] + x) / panels).ravel()
        linear = first * np.exp(ratio * s)
        share = s if abs(last - first) < 1e-9 * first else np.expm1(ratio * s) / np.expm1(ratio)
        integrand = (linear / profile.differences(share)).reshape(panels, _NODES)
        now = float((integrand @ weight).sum() / panels)
        if abs(now - before) <= _ACCURACY * abs(now):
            return lmtd / now
        before, panels = now, 2 * panels
    raise HashheatError("UA cannot be integrated: the temperature difference all but vanishes inside.")


@lru_cache(maxsize=1)
def _gauss() -> tuple[Array, Array]:
    x, weight = np.polynomial.legendre.leggauss(_NODES)
    return 0.5 * (x + 1.0), 0.5 * weight


def pinch(profile: Profile) -> Pinch:
    """Find where the local difference is smallest; the variation of heat capacities can put it inside.

    Parameters
    ----------
    profile : Profile

    Returns
    -------
    Pinch
        Not positive where the temperatures would cross.
    """
    share = np.linspace(0.0, 1.0, _SCAN)
    d = profile.differences(share)
    best = int(np.argmin(d))
    place = float(share[best])
    if 0 < best < _SCAN - 1:
        found = minimize_scalar(
            lambda s: float(profile.differences(np.array([s]))[0]),
            bounds=(float(share[best - 1]), float(share[best + 1])),
            method="bounded",
            options={"xatol": 1e-9},
        )
        place = float(found.x) if found.fun < d[best] else place
    hot, cold = (float(T[0]) for T in profile.temperatures(np.array([place])))
    return Pinch(hot - cold, place, hot, cold)
