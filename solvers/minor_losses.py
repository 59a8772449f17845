"""Loss coefficients of fittings, as scalar formulas: dp = K rho u^2 / 2.

Turbulent flow, undisturbed upstream and downstream. Close bends, as in a serpentine, influence each other:
expect 20 to 40 % there. Expansion and contraction refer to the velocity in the **smaller** section.
"""

import math

from hashheat.thermo.jit import kernel

#: Sharp-edged entrance from a large vessel, flush with the wall [-]; the usual rounded value.
K_ENTRANCE_SHARP = 0.5
#: Exit into a large vessel: all kinetic energy is lost [-].
K_EXIT = 1.0


@kernel
def bend_loss(angle: float, radius_over_diameter: float, f_darcy: float) -> float:
    """Loss coefficient of a smooth bend, friction along its own length included.

    K = f angle r/D + (0.10 + 2.4 f) s + 6.6 f (sqrt(s) + s) / (r/D)^(4 angle/pi), s = sin(angle/2)

    Parameters
    ----------
    angle : float
        Turning angle [rad], 0 to pi.
    radius_over_diameter : float
        Radius of the centreline over (hydraulic) diameter [-], above about 0.5.
    f_darcy : float
        Darcy friction factor of the duct [-], turbulent.

    Returns
    -------
    float
        K [-].

    References
    ----------
    D. C. Rennels and H. M. Hudson, Pipe Flow, Wiley, 2012, chapter 15 (equation for smooth bends).
    """
    half = math.sin(0.5 * angle)
    curvature = 6.6 * f_darcy * (math.sqrt(half) + half) / radius_over_diameter ** (4.0 * angle / math.pi)
    return f_darcy * angle * radius_over_diameter + (0.10 + 2.4 * f_darcy) * half + curvature


@kernel
def mitre_loss(angle: float) -> float:
    """Loss coefficient of a single mitre bend: 0.42 sin(angle/2) + 2.56 sin^3(angle/2).

    Parameters
    ----------
    angle : float
        Turning angle [rad], 0 to 5 pi/6.

    Returns
    -------
    float
        K [-].

    References
    ----------
    D. C. Rennels and H. M. Hudson, Pipe Flow, Wiley, 2012, chapter 15 (mitre bends).
    """
    half = math.sin(0.5 * angle)
    return 0.42 * half + 2.56 * half * half * half


@kernel
def contraction_loss(area_ratio: float) -> float:
    """Loss coefficient of a sharp contraction, on the velocity after it.

    Parameters
    ----------
    area_ratio : float
        Small over large cross-section [-], 0 to 1.

    Returns
    -------
    float
        K [-]: 0.0696 (1 - b^5) j^2 + (j - 1)^2 with b = sqrt(area_ratio) and jet contraction
        j = 1 + 0.622 (1 - 0.215 b^2 - 0.785 b^5).

    References
    ----------
    D. C. Rennels and H. M. Hudson, Pipe Flow, Wiley, 2012, chapter 10 (sharp-edged contraction).
    """
    fifth = area_ratio * area_ratio * math.sqrt(area_ratio)
    jet = 1.0 + 0.622 * (1.0 - 0.215 * area_ratio - 0.785 * fifth)
    return 0.0696 * (1.0 - fifth) * jet * jet + (jet - 1.0) * (jet - 1.0)


@kernel
def expansion_loss(area_ratio: float) -> float:
    """Loss coefficient of a sudden expansion (Borda, Carnot), on the velocity before it: (1 - area_ratio)^2.

    Parameters
    ----------
    area_ratio : float
        Small over large cross-section [-], 0 to 1.

    Returns
    -------
    float
        K [-]; exact momentum balance for uniform profiles.

    References
    ----------
    Any text on fluid mechanics; Rennels and Hudson, Pipe Flow, Wiley, 2012, chapter 11.
    """
    return (1.0 - area_ratio) * (1.0 - area_ratio)
