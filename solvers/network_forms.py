"""The four forms of pressure loss that a network's iteration evaluates, with their derivatives.

The kinds of :mod:`hashheat.solvers.network_elements` are brought to these forms once a case: a polynomial, a power
and two pipes, told apart by an integer. All of them grow with the flow.
"""

import math

import numpy as np

from hashheat.solvers.convection import RE_LAMINAR, RE_TURBULENT
from hashheat.solvers.friction import friction_colebrook, friction_laminar
from hashheat.thermo.jit import kernel

POLYNOMIAL, POWER, CHURCHILL, COLEBROOK = range(4)

# Columns of a form's coefficients: pressure at no flow; loss a m + b m|m|; factor of the power, or of f in a pipe;
# exponent, or Re over mass flow; relative roughness; largest mass flow of a pump.
CONSTANT, A, B, FACTOR, SCALE, ROUGH, LARGEST = range(7)
N_COEFFICIENTS = 7

#: The derivative of a power law is held below this share of a network's largest flow. At the floor the pressures'
#: rounding (1e-16 of the largest) moves a flow by this same share; the loss itself is not touched.
FLOOR = 1e-8

_LN10 = math.log(10.0)
# Laminar below; Churchill's turbulent part is under 1e-40 of the laminar one there, and its powers would overflow
# further down.
_RE_CREEPING = 100.0


@kernel
def _churchill(Re: float, rough: float) -> tuple[float, float]:
    """Churchill's friction factor as in :mod:`hashheat.solvers.friction`, and its derivative by Re."""
    smooth = (7.0 / Re) ** 0.9
    inner = smooth + 0.27 * rough
    x = -2.457 * math.log(inner)
    a, b = x**16, (37530.0 / Re) ** 16
    da = 16.0 * a / x * 2.457 * 0.9 * smooth / (Re * inner)
    db = -16.0 * b / Re
    laminar = (8.0 / Re) ** 12
    turbulent = (a + b) ** -1.5
    total = laminar + turbulent
    slope = -12.0 * laminar / Re - 1.5 * turbulent / (a + b) * (da + db)
    f = 8.0 * total ** (1.0 / 12.0)
    return f, f * slope / (12.0 * total)


@kernel
def _colebrook(Re: float, rough: float) -> tuple[float, float]:
    """``friction_duct`` of a tube and its derivative by Re."""
    if Re <= RE_LAMINAR:
        f = friction_laminar(64.0, Re)
        return f, -f / Re
    if Re >= RE_TURBULENT:
        f = friction_colebrook(Re, rough)
        # x = 1/sqrt(f) solves x + 2 log10(rough/3.7 + 2.51 x/Re) = 0.
        x = 1.0 / math.sqrt(f)
        lever = 2.0 * 2.51 / (_LN10 * (rough / 3.7 * Re + 2.51 * x))
        dx = lever * x / (Re * (1.0 + lever))
        return f, -2.0 * f / x * dx
    laminar = friction_laminar(64.0, RE_LAMINAR)
    slope = (friction_colebrook(RE_TURBULENT, rough) - laminar) / (RE_TURBULENT - RE_LAMINAR)
    return laminar + slope * (Re - RE_LAMINAR), slope


@kernel
def form_loss(form: int, c: np.ndarray, m: float, floor: float) -> tuple[float, float]:
    """Pressure along an element and its derivative.

    Parameters
    ----------
    form : int
        Code of the form.
    c : (7,) float array
        Coefficients.
    m : float
        Mass flow [kg/s].
    floor : float
        Mass flow below which the derivative (not the pressure) of a power law is held [kg/s].

    Returns
    -------
    loss : float
        Static pressure included [Pa].
    slope : float
        [Pa s/kg].
    """
    size = abs(m)
    if form == POLYNOMIAL:
        return c[CONSTANT] + (c[A] + c[B] * size) * m, c[A] + 2.0 * c[B] * max(size, floor)
    if form == POWER:
        power = c[FACTOR] * size ** c[SCALE]
        loss = c[CONSTANT] + math.copysign(power, m) + c[B] * size * m
        # A steep power needs a higher floor to be felt above the pressures' rounding.
        held = floor * FLOOR ** (2.0 / c[SCALE] - 1.0) if c[SCALE] > 2.0 else floor
        if size > held:
            return loss, c[SCALE] * power / size + 2.0 * c[B] * size
        return loss, c[SCALE] * c[FACTOR] * held ** (c[SCALE] - 1.0) + 2.0 * c[B] * held
    Re = c[SCALE] * size
    if Re < _RE_CREEPING:
        linear = c[FACTOR] * 64.0 / c[SCALE]
        return c[CONSTANT] + (linear + c[B] * size) * m, linear + 2.0 * c[B] * size
    if form == CHURCHILL:
        f, df = _churchill(Re, c[ROUGH])
    else:
        f, df = _colebrook(Re, c[ROUGH])
    total = c[FACTOR] * f + c[B]
    return c[CONSTANT] + total * m * size, (2.0 * total + c[FACTOR] * df * Re) * size


@kernel
def form_flow(form: int, c: np.ndarray, loss: float) -> float:
    """Mass flow at which an element loses a given pressure: exact for polynomials, a first guess for the others.

    Parameters
    ----------
    form : int
        Code of the form.
    c : (7,) float array
        Coefficients.
    loss : float
        Pressure lost to friction, that at no flow not included, >= 0 [Pa].

    Returns
    -------
    float
        [kg/s].
    """
    if form == POLYNOMIAL:
        return 2.0 * loss / (c[A] + math.sqrt(c[A] * c[A] + 4.0 * c[B] * loss))
    if form == POWER:
        m = (loss / c[FACTOR]) ** (1.0 / c[SCALE])
    else:
        m = math.sqrt(loss / (0.02 * c[FACTOR] + c[B]))
    for _ in range(3):
        if not m > 0.0:
            return 0.0
        m *= math.sqrt(loss / (form_loss(form, c, m, 0.0)[0] - c[CONSTANT]))
    return m
