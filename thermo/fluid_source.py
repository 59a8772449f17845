"""Where a fluid's properties come from: CoolProp, or a file of the library of dielectric liquids."""

from functools import lru_cache

from hashheat.thermo import coolprop_source
from hashheat.thermo.dielectric import dielectric
from hashheat.thermo.property_fit import Sampler
from hashheat.thermo.saturation import incompressible_saturation_temperature, water_saturation_temperature

#: Backend of the liquids that stand in files.
LIBRARY = "LIBRARY"

#: Backend, substance and share of the solute.
Key = tuple[str, str, float | None]

# Solutes that hardly evaporate, so that the mixture boils above water at the same pressure.
BOILS_ABOVE_WATER = frozenset({"MPG", "MPG2", "MEG", "MEG2", "APG", "AEG", "MGL", "MGL2", "VMG"})
_WATER_FREEZING = 273.15


def sampler(key: Key, p: float) -> Sampler:
    """Function from temperatures [K] to (rho, cp, mu, k) at p [Pa], shape (4, n)."""
    if key[0] == LIBRARY:
        return dielectric(key[1]).sample
    return coolprop_source.sampler(*key, p)


def enthalpy_at(key: Key, p: float, T: float) -> float:
    """Specific enthalpy [J/kg] at p [Pa] and T [K]."""
    if key[0] == LIBRARY:
        return dielectric(key[1]).enthalpy(T)
    return coolprop_source.enthalpy_at(*key, p, T)


def temperature_limits(key: Key) -> tuple[float, float]:
    """Lowest and highest temperature of the data [K]."""
    if key[0] == LIBRARY:
        liquid = dielectric(key[1])
        return liquid.T_min, liquid.T_max
    return coolprop_source.temperature_limits(*key)


def freezing_limit(key: Key) -> float | None:
    """Freezing temperature [K], of a dielectric liquid its pour point; None where the source has none."""
    if key[0] == LIBRARY:
        return dielectric(key[1]).pour_point
    return _WATER_FREEZING if key[0] == "HEOS" else _incompressible_freezing(key)


def boiling_limit(key: Key, p: float) -> float | None:
    """Boiling temperature [K] at p [Pa]; None where the source has none."""
    if key[0] == LIBRARY:
        return dielectric(key[1]).saturation_temperature(p)
    if key[1] == "Water" or key[1] in BOILS_ABOVE_WATER:
        return water_saturation_temperature(p)
    return _incompressible_boiling(key, p)


def flash_point(key: Key) -> float | None:
    """Flash point [K]; None where there is none or none is known."""
    return dielectric(key[1]).flash_point if key[0] == LIBRARY else None


@lru_cache(maxsize=256)
def _incompressible_freezing(key: Key) -> float | None:
    state = coolprop_source.new_state(*key)
    try:
        T = float(state.keyed_output(coolprop_source.coolprop().iT_freeze))
    except ValueError:  # no freezing line in the data of this fluid
        return None
    return T if state.Tmin() < T else None


@lru_cache(maxsize=1024)
def _incompressible_boiling(key: Key, p: float) -> float | None:
    return None if key[2] is not None else incompressible_saturation_temperature(key[1], p)
