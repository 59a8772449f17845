"""The coefficients of the published chevron-plate correlations, turned into constants of a law's form.

Each function takes the chevron angle from the main flow direction [degrees], the enlargement factor [-] and
the constants a user may set, and returns the form's code with its constants (see
:mod:`hashheat.solvers.chevron`), for Re, Nu and Darcy f on D_h = 2 b / phi. Where a source counts the angle
from the horizontal, takes 2 b as length or Fanning's f, it is converted here and nowhere else.
"""

import math
from collections.abc import Mapping

import numpy as np

from hashheat.solvers import chevron as ch
from hashheat.thermo.errors import InputError

Form = tuple[int, ch.Constants]
Values = Mapping[str, float]
_FANNING_TO_DARCY = 4.0
_Row = tuple[tuple[tuple[float, float], ...], tuple[float, float]]

# Angle from the horizontal [degrees]; three (C, m) and two breaks. At 30 degrees the Nusselt number has one
# break only: its last piece stands twice.
_KUMAR_NU: dict[float, _Row] = {
    30.0: (((0.718, 0.349), (0.348, 0.663), (0.348, 0.663)), (10.0, 100.0)),
    45.0: (((0.718, 0.349), (0.400, 0.598), (0.300, 0.663)), (10.0, 100.0)),
    50.0: (((0.630, 0.333), (0.291, 0.591), (0.130, 0.732)), (20.0, 300.0)),
    60.0: (((0.562, 0.326), (0.306, 0.529), (0.108, 0.703)), (20.0, 400.0)),
    65.0: (((0.562, 0.326), (0.331, 0.503), (0.087, 0.718)), (20.0, 500.0)),
}
_KUMAR_F: dict[float, _Row] = {
    30.0: (((50.0, -1.0), (19.40, -0.589), (2.990, -0.183)), (10.0, 100.0)),
    45.0: (((47.0, -1.0), (18.29, -0.652), (1.441, -0.206)), (15.0, 300.0)),
    50.0: (((34.0, -1.0), (11.25, -0.631), (0.772, -0.161)), (20.0, 300.0)),
    60.0: (((24.0, -1.0), (3.24, -0.457), (0.760, -0.215)), (40.0, 400.0)),
    65.0: (((24.0, -1.0), (2.80, -0.451), (0.639, -0.213)), (50.0, 500.0)),
}
# Angle from the flow direction [degrees]: (C, m).
_THONON = {15.0: (0.1, 0.687), 30.0: (0.2267, 0.631), 45.0: (0.2998, 0.645), 60.0: (0.2946, 0.700)}
_OKADA = {30.0: (0.157, 0.66), 45.0: (0.249, 0.64), 60.0: (0.327, 0.65), 75.0: (0.478, 0.62)}
# The mean of the two plates' angles, here turned from the horizontal to the flow direction.
_HEAVNER = {
    23.0: (0.089, 0.718),
    34.0: (0.118, 0.720),
    45.0: (0.195, 0.692),
    56.5: (0.308, 0.667),
    67.5: (0.278, 0.683),
}


def martin_1999_friction(beta: float, phi: float, use: Values) -> Form:
    """Friction of Martin's paper, whose rounded Fanning constants differ by 3e-4 from the atlas's."""
    return ch.MARTIN, _martin(beta, use, log_slope=0.78, laminar=596.0)


def martin_1999_nusselt(beta: float, phi: float, use: Values) -> Form:
    """Nusselt number of Martin's paper."""
    return ch.MARTIN, _martin(beta, use, log_slope=0.78, laminar=596.0, nusselt=True)


def martin_friction(beta: float, phi: float, use: Values) -> Form:
    """Friction of Martin in VDI Heat Atlas N6."""
    return ch.MARTIN, _martin(beta, use, log_slope=1.8 / math.log(10.0), laminar=597.0)


def martin_nusselt(beta: float, phi: float, use: Values) -> Form:
    """Nusselt number of Martin in VDI Heat Atlas N6."""
    return ch.MARTIN, _martin(beta, use, log_slope=1.8 / math.log(10.0), laminar=597.0, nusselt=True)


def _martin(
    beta: float, use: Values, *, log_slope: float, laminar: float, nusselt: bool = False
) -> ch.Constants:
    a, b, c = use.get("a", 3.8), use.get("b", 0.18), use.get("c", 0.36)
    angle = math.radians(beta)
    if not nusselt:
        return ch.martin_constants(
            angle, a=a, b=b, c=c, log_slope=log_slope, laminar=laminar, factor=use["f_factor"]
        )
    return ch.martin_constants(
        angle,
        a=a,
        b=b,
        c=c,
        log_slope=log_slope,
        laminar=laminar,
        lead=use["lead"] * use["Nu_factor"],
        exponent=use["exponent"],
        n=1.0 / 3.0,
        k=use["viscosity_exponent"],
    )


def kumar_nusselt(beta: float, phi: float, use: Values) -> Form:
    """Nusselt number of Kumar's table, between its angles by straight lines in ln C, m and ln Re_break."""
    pieces, breaks = _between_rows(_KUMAR_NU, 90.0 - beta)
    return _power(pieces, breaks, use, n=0.33)


def kumar_friction(beta: float, phi: float, use: Values) -> Form:
    """Friction of Kumar's table, read like the Nusselt number."""
    pieces, breaks = _between_rows(_KUMAR_F, 90.0 - beta)
    return _power_friction(pieces, breaks, use)


def muley_manglik_enlargement(phi: float) -> tuple[float, float]:
    """Return the two cubics in phi of Muley and Manglik, for Nu and for f.

    Parameters
    ----------
    phi : float
        Enlargement factor [-].

    Returns
    -------
    D_1, D_2 : float
        Both near 1 at the tested plates' phi = 1.29: 1.0000 and 0.974. That fixes the coefficient of phi^3
        in the first at 10.51; 10.1507, which is also in print, gives 1.77 there.

    References
    ----------
    A. Muley and R. M. Manglik, J. Heat Transfer 121 (1999) 110-117.
    """
    d_1 = 20.78 - 50.94 * phi + 41.16 * phi**2 - 10.51 * phi**3
    d_2 = 5.474 - 19.02 * phi + 18.93 * phi**2 - 5.341 * phi**3
    return d_1, d_2


def muley_manglik_nusselt(beta: float, phi: float, use: Values) -> Form:
    """Nusselt number of Muley and Manglik (on 2 b)."""
    m = 0.728 + 0.0543 * math.sin(math.pi * beta / 45.0 + 3.7)
    C = (0.2668 - 0.006967 * beta + 7.244e-5 * beta**2) * muley_manglik_enlargement(phi)[0]
    return _power([(_on_hydraulic(C, m, phi), m)], [], use, n=1.0 / 3.0)


def muley_manglik_friction(beta: float, phi: float, use: Values) -> Form:
    """Friction of Muley and Manglik (Fanning's, on 2 b)."""
    p = 0.2 + 0.0577 * math.sin(math.pi * beta / 45.0 + 2.1)
    C = (2.917 - 0.1277 * beta + 2.016e-3 * beta**2) * muley_manglik_enlargement(phi)[1]
    return _power_friction([(_on_hydraulic(C, -p, phi), -p)], [], use)


def wanniarachchi_nusselt(beta: float, phi: float, use: Values) -> Form:
    """Nusselt number of Wanniarachchi: laminar and turbulent power laws, cubes added."""
    angle = _wanniarachchi_angle(beta)
    m = 0.646 + 0.00111 * angle
    turbulent = 12.6 * angle**-1.142 * phi ** (1.0 - m)
    laminar = 3.65 * angle**-0.455 * phi**0.661
    low, high = ((C * use["Nu_factor"], e) for C, e in ((laminar, 0.339), (turbulent, m)))
    return ch.ASYMPTOTIC, ch.asymptotic_constants(low, high, 1.0 / 3.0, use["viscosity_exponent"])


def wanniarachchi_friction(beta: float, phi: float, use: Values) -> Form:
    """Friction of Wanniarachchi; from memory, unverified."""
    angle = _wanniarachchi_angle(beta)
    p = 0.00423 * angle + 2.23e-5 * angle**2
    factor = _FANNING_TO_DARCY * use["f_factor"]
    laminar, turbulent = 1774.0 * angle**-1.026 * phi**2, 46.6 * angle**-1.08 * phi ** (1.0 + p)
    return ch.ASYMPTOTIC, ch.asymptotic_constants((factor * laminar, -1.0), (factor * turbulent, -p))


def chisholm_wanniarachchi_nusselt(beta: float, phi: float, use: Values) -> Form:
    """Nusselt number of Chisholm and Wanniarachchi."""
    return _power([(0.72 * phi**0.41 * (beta / 30.0) ** 0.66, 0.59)], [], use, n=0.4)


def chisholm_wanniarachchi_friction(beta: float, phi: float, use: Values) -> Form:
    """Friction of Chisholm and Wanniarachchi (Fanning's)."""
    return _power_friction([(0.8 * phi**1.25 * (beta / 30.0) ** 3.6, -0.25)], [], use)


def thonon_nusselt(beta: float, phi: float, use: Values) -> Form:
    """Nusselt number of Thonon."""
    return _power([_from_table("thonon", _THONON, beta)], [], use, n=1.0 / 3.0)


def khan_nusselt(beta: float, phi: float, use: Values) -> Form:
    """Nusselt number of Khan et al."""
    return _power([(0.0161 * beta / 60.0 + 0.1298, 0.198 * beta / 60.0 + 0.6398)], [], use, n=0.35)


def heavner_nusselt(beta: float, phi: float, use: Values) -> Form:
    """Nusselt number of Heavner et al."""
    C, m = _from_table("heavner", _HEAVNER, beta)
    return _power([(C * phi ** (1.0 - m), m)], [], use, n=0.5)


def okada_nusselt(beta: float, phi: float, use: Values) -> Form:
    """Nusselt number of Okada et al."""
    return _power([_from_table("okada", _OKADA, beta)], [], use, n=0.4)


def sinnott_nusselt(beta: float, phi: float, use: Values) -> Form:
    """Nusselt number of Sinnott's textbook (on 2 b)."""
    return _power([(_on_hydraulic(0.26, 0.65, phi), 0.65)], [], use, n=0.4)


def sinnott_friction(beta: float, phi: float, use: Values) -> Form:
    """Friction of Sinnott's textbook: dp = 8 j_f (L / 2b) rho u^2 / 2, so that f = 8 j_f on 2 b."""
    C = _on_hydraulic(8.0 * 0.6 / _FANNING_TO_DARCY, -0.3, phi)
    return _power_friction([(C, -0.3)], [], use)


def power_law_nusselt(beta: float, phi: float, use: Values) -> Form:
    """Nusselt number of a user's power law."""
    return _power([(use["C"], use["m"])], [], use, n=use["n"])


def power_law_friction(beta: float, phi: float, use: Values) -> Form:
    """Friction of a user's power law."""
    return _power_friction([(use["a"] / _FANNING_TO_DARCY, -use["b"])], [], use)


def fixed_nusselt(beta: float, phi: float, use: Values) -> Form:
    """Return the same Nusselt number at any Re."""
    return ch.FIXED, ch.fixed_constants(use["Nu"])


def fixed_friction(beta: float, phi: float, use: Values) -> Form:
    """Return the same friction factor at any Re."""
    return ch.FIXED, ch.fixed_constants(use["f"])


def _wanniarachchi_angle(beta: float) -> float:
    """Return the angle from the horizontal, held at 20 and 62 degrees as in the source [degrees]."""
    return min(max(90.0 - beta, 20.0), 62.0)


def _on_hydraulic(C: float, m: float, phi: float) -> float:
    """Turn y = C Re^m on 2 b into y on D_h = 2 b / phi: Re grows by phi, Nu or f shrinks by it."""
    return C * phi**m / phi


def _power(pieces: list[tuple[float, float]], breaks: list[float], use: Values, n: float) -> Form:
    scaled = [(C * use["Nu_factor"], m) for C, m in pieces]
    return ch.POWER, ch.power_constants(scaled, breaks, n, use["viscosity_exponent"])


def _power_friction(pieces: list[tuple[float, float]], breaks: list[float], use: Values) -> Form:
    scaled = [(C * use["f_factor"] * _FANNING_TO_DARCY, m) for C, m in pieces]
    return ch.POWER, ch.power_constants(scaled, breaks)


def _between_rows(table: Mapping[float, _Row], angle: float) -> tuple[list[tuple[float, float]], list[float]]:
    """Read Kumar's table between its angles; it is stated for "30 or less" and "65 or more" at its ends."""
    rows = [(*(math.log(C) for C, _ in pieces), *(m for _, m in pieces), *map(math.log, breaks))
            for pieces, breaks in table.values()]  # fmt: skip
    at = [float(np.interp(angle, list(table), column)) for column in zip(*rows)]
    return [(math.exp(at[i]), at[3 + i]) for i in range(3)], [math.exp(at[6]), math.exp(at[7])]


def _from_table(name: str, table: Mapping[float, tuple[float, float]], beta: float) -> tuple[float, float]:
    """Read (C, m) between the tabulated angles by straight lines in ln C and m; never beyond them."""
    angles = list(table)
    if not angles[0] <= beta <= angles[-1]:
        raise InputError(
            f"the correlation {name!r} is a table by chevron angle and does not reach this one",
            key="chevron_angle",
            found=f"{beta:g} degrees from the flow direction",
            accepted=f"{angles[0]:g} to {angles[-1]:g} degrees; martin takes any angle up to 80",
        )
    ln_C = np.interp(beta, angles, [math.log(C) for C, _ in table.values()])
    return float(np.exp(ln_C)), float(np.interp(beta, angles, [m for _, m in table.values()]))
