"""Steady temperatures of buried pipes, one alone or two that heat each other, as closed forms."""

import math

from hashheat.thermo.errors import InputError


def steady_single(capacity_flow: float, conductance: float, T_in: float, T_ambient: float) -> float:
    """Outlet temperature of one pipe.

    Parameters
    ----------
    capacity_flow : float
        ``m cp`` [W/K], either sign.
    conductance : float
        To the ground, of the whole pipe [W/K].
    T_in, T_ambient : float
        [K]

    Returns
    -------
    float
        ``T_ambient + (T_in - T_ambient) exp(-conductance / |capacity_flow|)`` [K]; that of the ground at rest.
    """
    if capacity_flow == 0.0:
        return T_ambient if conductance > 0.0 else T_in
    return T_ambient + (T_in - T_ambient) * math.exp(-conductance / abs(capacity_flow))


def steady_pair(
    capacity_flow_1: float,
    capacity_flow_2: float,
    own: float,
    other: float,
    T_in_1: float,
    T_in_2: float,
    T_ambient: float,
) -> tuple[float, float]:
    """Outlet temperatures of two pipes in one trench.

    Parameters
    ----------
    capacity_flow_1, capacity_flow_2 : float
        ``m cp`` [W/K], each positive along its own direction: pipe 1 from the start of the trench to its end,
        pipe 2 back.
    own, other : float
        U_own and U_other of :mod:`hashheat.solvers.pipe_loss` times the length [W/K]; ``own > other >= 0``.
    T_in_1, T_in_2 : float
        Of the water that enters either pipe, at whichever end [K].
    T_ambient : float
        Of the ground [K].

    Returns
    -------
    T_out_1, T_out_2 : float
        [K]. A pipe at rest takes the temperature that the other leaves it, and gives it at its own end.

    Raises
    ------
    InputError
        If the conductances are not those of two pipes.

    Notes
    -----
    With excess temperatures a, b over the ground and capacity flows W along the trench,
    ``W_1 a' = -own a + other b`` and ``W_2 b' = -own b + other a``; both modes are written so that their
    exponentials do not grow.
    """
    if not own > other >= 0.0:
        raise InputError(
            "no conductances of two pipes",
            key="own, other",
            found=f"{own:g}, {other:g} W/K",
            accepted="own > other >= 0",
        )
    a_in, b_in = T_in_1 - T_ambient, T_in_2 - T_ambient
    W_1, W_2 = capacity_flow_1, -capacity_flow_2
    share = other / own
    if W_1 == 0.0 and W_2 == 0.0:
        return T_ambient, T_ambient
    if W_1 == 0.0 or W_2 == 0.0:
        alone = own - other * share
        if W_2 == 0.0:
            a_out = a_in * math.exp(-alone / abs(W_1))
            # The end of pipe 2 is the start of the trench.
            return T_ambient + a_out, T_ambient + share * (a_in if W_1 > 0.0 else a_out)
        b_out = b_in * math.exp(-alone / abs(W_2))
        return T_ambient + share * (b_in if W_2 < 0.0 else b_out), T_ambient + b_out
    if other == 0.0:
        return steady_single(W_1, own, T_in_1, T_ambient), steady_single(W_2, own, T_in_2, T_ambient)
    half = -0.5 * own * (1.0 / W_1 + 1.0 / W_2)
    root = math.sqrt((0.5 * own * (1.0 / W_1 - 1.0 / W_2)) ** 2 + other**2 / (W_1 * W_2))
    modes = []
    for rate in (half - root, half + root):
        by_1, by_2 = rate + own / W_1, rate + own / W_2
        a, b = (by_2, other / W_2) if abs(by_2) >= abs(by_1) else (other / W_1, by_1)
        at_start, at_end = (1.0, math.exp(rate)) if rate < 0.0 else (math.exp(-rate), 1.0)
        modes.append((a, b, at_start, at_end))
    (a1, b1, s1, e1), (a2, b2, s2, e2) = modes
    in_1 = (s1, s2) if W_1 > 0.0 else (e1, e2)
    in_2 = (s1, s2) if W_2 > 0.0 else (e1, e2)
    p, q, r, s = a1 * in_1[0], a2 * in_1[1], b1 * in_2[0], b2 * in_2[1]
    det = p * s - q * r
    c1, c2 = (a_in * s - b_in * q) / det, (b_in * p - a_in * r) / det
    out_1 = (e1, e2) if W_1 > 0.0 else (s1, s2)
    out_2 = (e1, e2) if W_2 > 0.0 else (s1, s2)
    return (
        T_ambient + c1 * a1 * out_1[0] + c2 * a2 * out_1[1],
        T_ambient + c1 * b1 * out_2[0] + c2 * b2 * out_2[1],
    )
