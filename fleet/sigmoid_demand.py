"""Standard load profiles of German gas suppliers: daily heat from the temperature of a day and those before it."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from hashheat.fleet.degree_days import daily_means
from hashheat.thermo.errors import InputError


class SigmoidProfile(NamedTuple):
    """Constants of ``A / (1 + (B / (t - 40))**C) + D + max(m_s t + b_s, m_w t + b_w)``, t in degC.

    Attributes
    ----------
    A, B, C, D, m_s, b_s, m_w, b_w : float
        With the linear part for heating (s) and for hot water (w); all four zero for the plain sigmoid.
    """

    A: float
    B: float
    C: float
    D: float
    m_s: float = 0.0
    b_s: float = 0.0
    m_w: float = 0.0
    b_w: float = 0.0


#: Profiles by building and wind, of when2heat (MIT), input/bgw_bdew/daily_demand.csv, after BDEW/VKU/GEODE,
#: Abwicklung von Standardlastprofilen Gas.
PROFILES: dict[str, SigmoidProfile] = {
    "single-family": SigmoidProfile(
        1.6209544, -37.1833141, 5.6727847, 0.0716431, -0.04957, 0.8401015, -0.002209, 0.1074468
    ),
    "multi-family": SigmoidProfile(
        1.2328655, -34.7213605, 5.8164304, 0.0873352, -0.0409284, 0.767292, -0.002232, 0.1199207
    ),
    "commercial": SigmoidProfile(
        1.3010623, -35.6816144, 6.6857976, 0.1409267, -0.0473428, 0.8141691, -0.0010601, 0.1325092
    ),
    "single-family windy": SigmoidProfile(
        1.3819663, -37.4124155, 6.1723179, 0.0396284, -0.0672159, 1.1167138, -0.0019982, 0.135507
    ),
    "multi-family windy": SigmoidProfile(
        1.0443538, -35.0333754, 6.2240634, 0.0502917, -0.053583, 0.9995901, -0.0021758, 0.1633299
    ),
    "commercial windy": SigmoidProfile(
        1.25696, -36.6078453, 7.321187, 0.077696, -0.0696826, 1.1379702, -0.0008522, 0.1921068
    ),
}

#: Plain sigmoids of demandlib (MIT), shlp_sigmoid_factors.csv, after the same guide: single-family (EFH) and
#: multi-family (MFH) houses of the German mix of ages (class 11), and trade and services (GHD). The two sources
#: contradict each other on which set of trade and services (B = -35.7 or -36.6) is the windy one.
PLAIN_PROFILES: dict[str, SigmoidProfile] = {
    "EFH": SigmoidProfile(3.0469695, -37.1833141, 5.6727847, 0.1163157),
    "EFH windy": SigmoidProfile(3.1850191, -37.4124155, 6.1723179, 0.0920309),
    "MFH": SigmoidProfile(2.3877618, -34.7213605, 5.8164304, 0.1460936),
    "MFH windy": SigmoidProfile(2.5187775, -35.0333754, 6.2240634, 0.1222227),
    "GHD": SigmoidProfile(3.008434556, -36.60784527, 7.321186953, 0.154966031),
    "GHD windy": SigmoidProfile(2.579251014, -35.6816144, 6.685797612, 0.199554099),
}

_END = 313.15  # where the sigmoid has its pole


def sigmoid_factor(T_day: ArrayLike, profile: SigmoidProfile) -> np.ndarray:
    """Heat of a day over that of a day of 8 degC.

    Parameters
    ----------
    T_day : array
        Allocation temperature of the day [K], below 40 degC; profiles were fitted to German weather.
    profile : SigmoidProfile

    Returns
    -------
    array
        [-]; 1 at 8 degC, of plain sigmoids 0.97 to 1.07: only the shape counts in :func:`sigmoid_demand`.

    Raises
    ------
    InputError
        At 40 degC or above.
    """
    T = np.asarray(T_day, dtype=float)
    if not np.all(T < _END):
        raise InputError(
            "the profile ends at 40 degC", key="T_day", found=float(np.max(T)), accepted="below 313.15 K"
        )
    t = T - 273.15
    sigmoid = profile.A / (1.0 + (profile.B / (t - 40.0)) ** profile.C)
    line = np.maximum(profile.m_s * t + profile.b_s, profile.m_w * t + profile.b_w)
    return sigmoid + profile.D + line


def allocation_temperature(T_day: ArrayLike) -> np.ndarray:
    """Mean of a day and the three before it with weights 1, 1/2, 1/4, 1/8; over fewer days at the beginning.

    Parameters
    ----------
    T_day : (day,) array
        Daily means [K].

    Returns
    -------
    (day,) array
        [K]
    """
    T = np.asarray(T_day, dtype=float)
    total, weights = np.zeros(T.size), np.zeros(T.size)
    for back in range(4):
        total[back:] += 0.5**back * T[: T.size - back]
        weights[back:] += 0.5**back
    return total / weights


def sigmoid_demand(
    T_outdoor: ArrayLike, heat: float, profile: SigmoidProfile, hour_shares: ArrayLike | None = None
) -> np.ndarray:
    """Hourly demand of buildings after a standard load profile.

    Parameters
    ----------
    T_outdoor : (hour,) array
        Whole days of hours [K].
    heat : float
        Over all hours [J].
    profile : SigmoidProfile
        Such as ``PROFILES["multi-family"]``.
    hour_shares : (24,) array, optional
        How a day's heat is shared among its hours, from the first hour of the series on; scaled to their sum. Even
        if left out.

    Returns
    -------
    (hour,) array
        [W]

    Raises
    ------
    InputError
        For hours that are no whole days, shares that are no 24 non-negative numbers, or heat that is not positive.
    """
    T = np.asarray(T_outdoor, dtype=float)
    if T.size == 0 or T.size % 24:
        raise InputError("whole days of hours are needed", key="T_outdoor", found=f"{T.size} h")
    if not (np.isfinite(heat) and heat > 0.0):
        raise InputError("heat must be more than 0", key="heat", found=heat)
    shares = np.ones(24) if hour_shares is None else np.asarray(hour_shares, dtype=float)
    if shares.shape != (24,) or not np.all(shares >= 0.0) or not 0.0 < shares.sum() < np.inf:
        raise InputError("24 shares of a day are needed", key="hour_shares", found=repr(hour_shares))
    factor = sigmoid_factor(allocation_temperature(daily_means(T)), profile)
    days = np.repeat(factor, 24) * np.tile(shares, T.size // 24)
    return days * (heat / (3600.0 * days.sum()))
