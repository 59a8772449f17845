"""How a dielectric liquid changes in use: it thickens by oxidation, takes up particles and fouls surfaces.

None of these rates is published for immersion liquids; every coefficient is an assumption with a wide spread,
to be replaced by the analyses of one's own bath.
"""

import math
from dataclasses import dataclass

from hashheat.thermo.errors import InputError
from hashheat.thermo.liquid import Liquid
from hashheat.thermo.property_table import PropertyTable
from hashheat.thermo.quantity import Quantity


def _assumed(value: str, unit: str, source: str) -> Quantity:
    return Quantity.parse({"value": value, "status": "assumed", "source": source}, unit)


#: Coefficients of :func:`aged`, each with its spread.
COEFFICIENTS: dict[str, Quantity] = {
    "thickening": _assumed(
        "0 .. 0.01", "1", "growth of ln(viscosity) in 1000 h at 60 degC; used oils are changed at 0.1 to 0.2"
    ),
    "doubling": _assumed("8 .. 12 K", "delta_K", "rule of thumb: oxidation doubles every 10 K"),
    "fouling_limit": _assumed(
        "0 .. 1.8e-4 m^2 K/W", "m^2 K/W", "from none to the allowance usual for lubricating oil"
    ),
    "fouling_time": _assumed("2000 .. 10000 h", "s", "time constant of asymptotic fouling"),
    "particle_density": _assumed(
        "1500 .. 4000 kg/m^3", "kg/m^3", "dust, flux residues and fillers of pastes"
    ),
    "packing": _assumed("0.55 .. 0.68", "1", "densest random packing of unequal particles"),
}
_T_THICKENING = 333.15


@dataclass(frozen=True)
class FluidAgeing:
    """State of a liquid in use.

    Parameters
    ----------
    viscosity_factor : float
        Viscosity of the liquid over that when new, without particles [-].
    particle_mass_fraction : float
        Mass of particles over mass of liquid and particles [-].
    fouling_resistance : float
        Of a film on heated and cooled surfaces [m^2 K/W].
    hours : float
        Time in use [h], for the record.
    """

    viscosity_factor: float = 1.0
    particle_mass_fraction: float = 0.0
    fouling_resistance: float = 0.0
    hours: float = 0.0

    def __post_init__(self) -> None:
        for key, low, high in (
            ("viscosity_factor", 0.1, 100.0),
            ("particle_mass_fraction", 0.0, 0.3),
            ("fouling_resistance", 0.0, 0.1),
            ("hours", 0.0, 1e6),
        ):
            value = getattr(self, key)
            if not low <= value <= high:
                raise InputError(
                    "Outside what ageing can mean.", key=key, found=value, accepted=f"{low:g} to {high:g}"
                )

    def thickened_by(self, density: float) -> float:
        """Factor on the viscosity, oxidation and particles together [-].

        Parameters
        ----------
        density : float
            Of the clean liquid [kg/m^3].
        """
        w, rho_p = self.particle_mass_fraction, COEFFICIENTS["particle_density"].nominal
        volume = w / rho_p / (w / rho_p + (1.0 - w) / density)
        return self.viscosity_factor * krieger_dougherty(volume, COEFFICIENTS["packing"].nominal)

    def liquid(self, liquid: Liquid) -> Liquid:
        """Aged copy of a Liquid: its viscosity is multiplied, the rest stays."""
        shift = liquid.log_viscosity.copy()
        shift[0] += math.log(self.thickened_by(liquid.density))
        return liquid._replace(log_viscosity=shift)

    def table(self, table: PropertyTable) -> PropertyTable:
        """Aged copy of a property table: viscosity and Prandtl number are multiplied, the rest stays."""
        factor = self.thickened_by(table.rho[-1])
        shift = math.log(factor)
        return table._replace(
            mu_inv8=tuple(c * factor ** (-1 / 8) for c in table.mu_inv8),
            Pr_inv6=tuple(c * factor ** (-1 / 6) for c in table.Pr_inv6),
            ln_mu=(*table.ln_mu[:-1], table.ln_mu[-1] + shift),
            ln_Pr=(*table.ln_Pr[:-1], table.ln_Pr[-1] + shift),
        )


def krieger_dougherty(volume_fraction: float, packing: float) -> float:
    """Viscosity of a suspension of hard spheres over that of the liquid [-].

    Krieger and Dougherty, Trans. Soc. Rheology 3 (1959) 137, with Einstein's 2.5 for thin suspensions.

    Parameters
    ----------
    volume_fraction : float
        Of the particles [-].
    packing : float
        Fraction at which the suspension stops flowing [-].

    Raises
    ------
    InputError
        At or beyond the densest packing.
    """
    if not 0.0 <= volume_fraction < packing:
        raise InputError(
            "A suspension flows only below its densest packing.",
            key="volume_fraction",
            found=volume_fraction,
            accepted=f"0 to {packing:g}",
        )
    return (1.0 - volume_fraction / packing) ** (-2.5 * packing)


def aged(hours: float, T: float, particle_mass_fraction: float = 0.0) -> FluidAgeing:
    """Ageing after a time in use, by the nominal :data:`COEFFICIENTS`.

    The viscosity grows as exp(rate t) with a rate that doubles every few kelvin; fouling rises towards its limit
    as 1 - exp(-t/tau) (Kern and Seaton, British Chemical Engineering 4 (1959) 258).

    Parameters
    ----------
    hours : float
        Time in use [h].
    T : float
        Mean temperature of the bath [K].
    particle_mass_fraction : float
        As analysed or assumed [-].

    Returns
    -------
    FluidAgeing
    """
    n = {key: quantity.nominal for key, quantity in COEFFICIENTS.items()}
    if not (math.isfinite(T) and T > 0):
        raise InputError("A bath needs a temperature above zero.", key="T", found=T, accepted="kelvin")
    rate = n["thickening"] / 1000.0 * 2.0 ** ((T - _T_THICKENING) / n["doubling"])
    fouling = n["fouling_limit"] * -math.expm1(-3600.0 * hours / n["fouling_time"])
    return FluidAgeing(math.exp(min(rate * hours, 50.0)), particle_mass_fraction, fouling, hours)
