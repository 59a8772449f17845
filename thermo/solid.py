"""Solids by name: conductivity, density and heat capacity near 300 K, each with its source."""

import difflib
from dataclasses import dataclass

from hashheat.thermo.errors import InputError
from hashheat.thermo.quantity import Quantity

_INCROPERA = "Incropera et al., Fundamentals of Heat and Mass Transfer, 6th ed., Table A.1, at 300 K"
_EN_10088 = "EN 10088-1, physical properties at 20 degC"
_ALUMINUM_ASSOCIATION = "Aluminum Association typical values for 6061-T6, 25 degC, as printed by producers"
_EN_253 = "EN 253, conductivity of the insulation of bonded pipes: at most this at 50 degC when new"


@dataclass(frozen=True)
class Solid:
    """A homogeneous solid with constant properties.

    Parameters
    ----------
    name : str
        Name.
    conductivity : Quantity
        Thermal conductivity [W/(m K)].
    density : Quantity
        Density [kg/m^3].
    heat_capacity : Quantity
        Specific heat capacity [J/(kg K)].
    """

    name: str
    conductivity: Quantity
    density: Quantity
    heat_capacity: Quantity

    @classmethod
    def named(cls, name: str) -> "Solid":
        """Take a solid from the library.

        Parameters
        ----------
        name : str
            Such as ``"aluminium 6061"``, ``"copper"``, ``"stainless steel 316"``; see :func:`solid_names`.

        Raises
        ------
        InputError
            For an unknown name; lists what there is and the nearest names.
        """
        plain = " ".join(str(name).lower().replace("_", " ").replace("-", " ").split())
        plain = plain.replace("aluminum", "aluminium")
        plain = _ALIASES.get(plain, plain)
        if plain in _LIBRARY:
            return _LIBRARY[plain]
        near = difflib.get_close_matches(plain, [*_LIBRARY, *_ALIASES], n=3, cutoff=0.5)
        hint = f" Nearest: {', '.join(near)}." if near else ""
        raise InputError(f"Unknown solid.{hint}", found=name, accepted=", ".join(solid_names()))

    @property
    def diffusivity(self) -> float:
        """Nominal thermal diffusivity k / (rho cp) [m^2/s]."""
        return self.conductivity.nominal / (self.density.nominal * self.heat_capacity.nominal)

    @property
    def volumetric_heat_capacity(self) -> float:
        """Nominal rho cp [J/(m^3 K)]."""
        return self.density.nominal * self.heat_capacity.nominal


def solid_names() -> tuple[str, ...]:
    """Names in the library, sorted."""
    return tuple(sorted(_LIBRARY))


def _solid(
    name: str,
    k: str,
    rho: str,
    cp: str,
    source: str = "",
    note: str = "",
    assumed: tuple[str, ...] = (),
) -> Solid:
    """One entry; the properties named in ``assumed``, or all where there is no source, are assumptions."""

    def quantity(key: str, value: str, unit: str) -> Quantity:
        sourced = bool(source) and key not in assumed
        spec = {
            "value": f"{value} {unit}",
            "status": "literature" if sourced else "assumed",
            "source": source if sourced else "",
            "note": note,
        }
        return Quantity.parse(spec, unit, f"{name}.{key}", positive=True)

    return Solid(
        name,
        quantity("conductivity", k, "W/(m K)"),
        quantity("density", rho, "kg/m^3"),
        quantity("heat_capacity", cp, "J/(kg K)"),
    )


_LIBRARY = {
    solid.name: solid
    for solid in (
        _solid("aluminium", "237", "2702", "903", _INCROPERA, "pure"),
        _solid("aluminium 6061", "167", "2700", "896", _ALUMINUM_ASSOCIATION, "temper T6"),
        _solid("aluminium 1050", "210 .. 230", "2700", "900", note="commercially pure, by temper"),
        _solid("copper", "401", "8933", "385", _INCROPERA, "pure; phosphorus-deoxidised tube is lower"),
        _solid("carbon steel", "60.5", "7854", "434", _INCROPERA, "plain carbon"),
        _solid("stainless steel 304", "15", "7900", "500", _EN_10088, "1.4301"),
        _solid("stainless steel 316", "15", "8000", "500", _EN_10088, "1.4401, 1.4404"),
        _solid("titanium", "21.9", "4500", "522", _INCROPERA, "pure"),
        _solid("silicon", "148", "2330", "712", _INCROPERA, "pure; doped dies and hot dies are lower"),
        _solid("fr4", "0.25 .. 0.4", "1850", "1000", note="through the laminate, without copper"),
        _solid("moulding compound", "0.6 .. 1.0", "1900", "900", note="filled epoxy of chip packages"),
        _solid("solder", "50 .. 65", "7400", "230", note="tin-silver-copper"),
        _solid("thermal paste", "2 .. 6", "2500", "1000", note="take the conductivity from its data sheet"),
        _solid("thermal pad", "3 .. 8", "3000", "1000", note="take the conductivity from its data sheet"),
        _solid(
            "polyurethane foam",
            "0.029",
            "60",
            "1400",
            _EN_253,
            assumed=("density", "heat_capacity"),
        ),
    )
}
_ALIASES = {
    "al": "aluminium",
    "aluminium 6061 t6": "aluminium 6061",
    "6061": "aluminium 6061",
    "aluminium 1050a": "aluminium 1050",
    "cu": "copper",
    "steel": "carbon steel",
    "304": "stainless steel 304",
    "aisi 304": "stainless steel 304",
    "stainless 304": "stainless steel 304",
    "316": "stainless steel 316",
    "316l": "stainless steel 316",
    "aisi 316": "stainless steel 316",
    "stainless 316": "stainless steel 316",
    "stainless steel 316l": "stainless steel 316",
    "pur foam": "polyurethane foam",
}
