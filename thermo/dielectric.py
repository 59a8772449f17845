"""A dielectric liquid as formulas of temperature, from its file."""

import difflib
import math
from functools import cache, cached_property
from pathlib import Path

import numpy as np

from hashheat.thermo.dielectric_file import ATMOSPHERE, LIBRARY, DielectricFile, load_dielectric
from hashheat.thermo.errors import StateError
from hashheat.thermo.property_fit import Array
from hashheat.thermo.record import read_toml
from hashheat.thermo.remembered import warn_remembered
from hashheat.thermo.walther import walther_viscosity

_P_MIN, _P_MAX = 1e3, 1e6


class Dielectric:
    """Nominal properties of a dielectric liquid; the pressure does not enter.

    Parameters
    ----------
    record : DielectricFile
        Its file.

    Attributes
    ----------
    record : DielectricFile
    name : str
    T_min, T_max : float
        Range of the formulas [K].
    flash_point, pour_point, boiling_point : float or None
        [K]; None where unknown or where there is none.
    """

    def __init__(self, record: DielectricFile) -> None:
        self.record, self.name = record, record.name
        limits = record.limits
        self.T_min, self.T_max = limits.minimum.nominal, limits.maximum.nominal
        self.flash_point, self.pour_point, self.boiling_point = (
            None if quantity is None else quantity.nominal
            for quantity in (limits.flash_point, limits.pour_point, limits.boiling_point)
        )

    def density(self, T: Array) -> Array:
        """Density [kg/m^3] at T [K]."""
        d = self.record.density
        return d.value.nominal * (1.0 - d.expansion.nominal * (T - d.at.nominal))

    def expansion(self, T: Array) -> Array:
        """Thermal expansion -(1/rho) d rho/dT [1/K] at T [K]."""
        d = self.record.density
        return d.expansion.nominal / (1.0 - d.expansion.nominal * (T - d.at.nominal))

    def heat_capacity(self, T: Array) -> Array:
        """Specific heat capacity [J/(kg K)] at T [K]."""
        c = self.record.heat_capacity
        return c.value.nominal + c.slope.nominal * (T - c.at.nominal)

    def enthalpy(self, T: float) -> float:
        """Specific enthalpy [J/kg] at T [K], zero at 0 degC."""
        zero = 273.15
        return float(self.heat_capacity(np.asarray(0.5 * (T + zero)))) * (T - zero)

    def conductivity(self, T: Array) -> Array:
        """Thermal conductivity [W/(m K)] at T [K]."""
        k = self.record.conductivity
        return k.value.nominal + k.slope.nominal * (T - k.at.nominal)

    def kinematic_viscosity(self, T: Array) -> Array:
        """Kinematic viscosity, by the law that the file states.

        Parameters
        ----------
        T : array
            [K]

        Returns
        -------
        array
            [m^2/s]

        References
        ----------
        Walther's law: ASTM D341; see :mod:`hashheat.thermo.walther`.
        """
        v = self.record.viscosity
        if v.law == "walther":
            return walther_viscosity(T, v.value.nominal, v.at.nominal, v.walther_slope())
        x, x_at = 1000.0 / T, 1000.0 / v.at.nominal
        shape = v.shape if v.activation is None else (1e-3 * v.activation.nominal,)
        assert shape is not None
        exponent = sum(c * (x ** (i + 1) - x_at ** (i + 1)) for i, c in enumerate(shape))
        result: Array = v.value.nominal * np.exp(exponent)
        return result

    def viscosity(self, T: Array) -> Array:
        """Dynamic viscosity [Pa s] at T [K]."""
        return self.density(T) * self.kinematic_viscosity(T)

    def sample(self, T: Array) -> Array:
        """Density, heat capacity, dynamic viscosity and conductivity.

        Parameters
        ----------
        T : (n,) array
            [K]

        Returns
        -------
        (4, n) array
            [kg/m^3], [J/(kg K)], [Pa s], [W/(m K)]
        """
        return np.array([self.density(T), self.heat_capacity(T), self.viscosity(T), self.conductivity(T)])

    def saturation_temperature(self, p: float) -> float | None:
        """Boiling temperature.

        A straight line of ln(p) over 1/T through the boiling point and the vapour pressure of the file.

        Parameters
        ----------
        p : float
            Absolute [Pa].

        Returns
        -------
        float or None
            [K]; None for a liquid without boiling data.

        Raises
        ------
        StateError
            Outside 0.01 to 10 bar.
        """
        vapour = self.record.vapour_pressure
        if self.boiling_point is None or vapour is None:
            return None
        if not _P_MIN <= p <= _P_MAX:
            raise StateError(
                f"{self.name}: no boiling temperature at {p / 1e5:g} bar: its line is used from "
                f"{_P_MIN / 1e5:g} to {_P_MAX / 1e5:g} bar absolute."
            )
        slope = math.log(ATMOSPHERE / vapour.value.nominal) / (1 / vapour.at.nominal - 1 / self.boiling_point)
        return 1.0 / (1.0 / self.boiling_point - math.log(p / ATMOSPHERE) / slope)

    @cached_property
    def remembered(self) -> tuple[str, ...]:
        """Keys of the numbers that are only remembered."""
        return tuple(key for key, q in self.record.quantities().items() if q.status == "remembered")


def _plain(name: str) -> str:
    return "".join(sign for sign in name.lower() if sign.isalnum())


@cache
def _library() -> dict[str, str]:
    """File stems by every plain name of the shipped liquids."""
    found: dict[str, str] = {}
    for path in sorted(LIBRARY.glob("*.toml")):
        text = read_toml(path)  # only the names: checking every number of every file costs 50 times as much
        for name in (path.stem, text["name"], *text.get("aliases", ())):
            found[_plain(name)] = path.stem
    return found


def dielectric_stem(name: str) -> str | None:
    """Stem of the shipped file of a liquid.

    Parameters
    ----------
    name : str
        Any of its names; signs and case do not matter.

    Returns
    -------
    str or None
        None for a name that is not known.
    """
    return _library().get(_plain(name))


def near_dielectrics(name: str) -> list[str]:
    """Shipped stems with names close to a given one.

    Parameters
    ----------
    name : str

    Returns
    -------
    list of str
        Three at most, best first.
    """
    close = difflib.get_close_matches(_plain(name), list(_library()), n=3, cutoff=0.7)
    return list(dict.fromkeys(_library()[n] for n in close))


@cache
def dielectric(substance: str) -> Dielectric:
    """Take a dielectric liquid: a shipped stem (``"ec-110"``), or the path of a file of one's own.

    Parameters
    ----------
    substance : str
        As :func:`dielectric_stem` gives it, or a path that ends in ``.toml``.

    Returns
    -------
    Dielectric
        Read once.

    Raises
    ------
    InputError
        If the file cannot be used.
    """
    path = Path(substance) if substance.endswith(".toml") else LIBRARY / f"{substance}.toml"
    return Dielectric(load_dielectric(path))


def warn_of(liquid: Dielectric, stacklevel: int = 4) -> None:
    """Warn of the numbers of a liquid that are only remembered.

    Parameters
    ----------
    liquid : Dielectric
    stacklevel : int
        As of :func:`warnings.warn`.
    """
    warn_remembered(liquid.name, liquid.remembered, stacklevel=stacklevel)
