"""Flow shared by the channels of one pass of a plate heat exchanger, between two ports.

::

    z = 0                                       z = 1
    Q -> |  M_1  |  M_2  |  ...  | M_n-1 |            inlet port: M_i through face i, M_0 = Q, M_n = 0
         |m_0    |m_1    |       |m_n-1  |
    Q <- |  M_1  |  M_2  |  ...  | M_n-1 |            outlet port, U layout: exit at channel 0
         |Q - M_1|Q - M_2|  ...          | -> Q       outlet port, Z layout: exit at channel n - 1

Momentum along a port of area A whose branches carry the share beta of the port's axial velocity away (or in),

    dp = -rho (2 - beta) W dW - f rho W |W| / 2 dz / D,

integrates over a junction to ``p + (2 - beta)/2 rho W^2 = const``; the wall friction of a pitch acts at the face
between two channels, half a pitch at each end. A channel loses ``r m |m|`` between the two port pressures it
sees. It sees each port's mean pressure over its junction, from which its flow leaves evenly: with W falling
linearly, ``mean(W^2) = (W_i^2 + W_i W_i+1 + W_i+1^2) / 3``. So the power a port hands to a channel is the
integral of p dm, momentum neither makes nor loses energy in the discrete sum, and the shares are of order 2 in
1/n against the continuous port. With ``m_i = M_i - M_i+1`` the loops through neighbouring channels are a
tridiagonal system in M_1 .. M_n-1; Newton with the Thomas algorithm and step halving.

Source of the balance: Bassiouny and Martin 1984, Chem. Eng. Sci. 39, 693 (U) and 701 (Z); derived anew here and
solved rather than linearized, so that unequal channels and port friction are allowed.

**Starved channels.** Where momentum takes more than a channel's whole pressure difference, the closed form goes
negative because it squares the velocity without its sign. With ``r m |m|`` the continuous port (no friction)
has a stretch of standing channels instead: any flow driven backwards would be driven back further. The n discrete
channels of that stretch carry small flows of either sign, of order 1/n of the mean; more than one such pattern may
fulfil the balance. The status then is ``REVERSED``: read the stretch as standing, not channel by channel. The
flow along the ports and the pressure drop are still of order 2 against the exact solution with a standing stretch.
"""

import math

import numpy as np

from hashheat.thermo.errors import InputError
from hashheat.thermo.jit import kernel

OK, REVERSED, NOT_CONVERGED, INVALID = range(4)

_MAX_ITERATIONS = 100
_MAX_HALVINGS = 6
_TOLERANCE = 1e-9  # last Newton step over the mean channel flow; the error after it is of its square


@kernel
def _momentum(a_in: float, a_out: float, Q: float, z_layout: bool, left: float, right: float) -> float:
    """Pressure rise by momentum, inlet port less outlet port, up to a constant and a sign, at one channel."""
    inlet = (left * left + left * right + right * right) / 3.0
    if not z_layout:
        return (a_in - a_out) * inlet
    left, right = Q - left, Q - right
    return a_in * inlet - a_out * (left * left + left * right + right * right) / 3.0


@kernel
def _momentum_slope(a_in: float, a_out: float, Q: float, z_layout: bool, near: float, far: float) -> float:
    """Derivative of :func:`_momentum` with respect to the flow through one of its two faces, the near one."""
    inlet = (2.0 * near + far) / 3.0
    if not z_layout:
        return (a_in - a_out) * inlet
    return a_in * inlet + a_out * (3.0 * Q - 2.0 * near - far) / 3.0


@kernel
def _face_loss(f_in: float, f_out: float, Q: float, z_layout: bool, M: float) -> float:
    """Loss by friction around the loop over one face; in the Z layout the outlet port runs with the inlet."""
    if z_layout:
        return f_in * M * abs(M) - f_out * (Q - M) * abs(Q - M)
    return (f_in + f_out) * M * abs(M)


@kernel
def _imbalance(
    a_in: float,
    a_out: float,
    f_in: float,
    f_out: float,
    Q: float,
    z_layout: bool,
    resistance: np.ndarray,
    M: np.ndarray,
    m: np.ndarray,
    F: np.ndarray,
) -> float:
    """Pressure left over in every loop of two neighbouring channels, into F; returns the sum of its squares."""
    total = 0.0
    before = 0.0
    for j in range(m.shape[0]):
        here = resistance[j] * m[j] * abs(m[j]) + _momentum(a_in, a_out, Q, z_layout, M[j], M[j + 1])
        if j > 0:
            F[j] = before - here - _face_loss(f_in, f_out, Q, z_layout, M[j])
            total += F[j] * F[j]
        before = here
    return total


@kernel
def _newton_step(
    a_in: float,
    a_out: float,
    f_in: float,
    f_out: float,
    Q: float,
    z_layout: bool,
    resistance: np.ndarray,
    floor: float,
    M: np.ndarray,
    m: np.ndarray,
    F: np.ndarray,
    upper: np.ndarray,
    step: np.ndarray,
) -> float:
    """Newton step of the face flows into ``step``; returns the largest change of a channel flow."""
    n = m.shape[0]
    step[0] = 0.0
    step[n] = 0.0
    upper[0] = 0.0
    for i in range(1, n):
        # A standing channel has no slope of its own: its flow is kept off zero in the slope, not in the loss.
        s_left = 2.0 * resistance[i - 1] * max(abs(m[i - 1]), floor)
        s_right = 2.0 * resistance[i] * max(abs(m[i]), floor)
        lower = s_left + _momentum_slope(a_in, a_out, Q, z_layout, M[i - 1], M[i])
        diagonal = s_left - _momentum_slope(a_in, a_out, Q, z_layout, M[i], M[i - 1])
        diagonal += s_right + _momentum_slope(a_in, a_out, Q, z_layout, M[i], M[i + 1])
        diagonal += 2.0 * f_in * abs(M[i])
        diagonal += 2.0 * f_out * (abs(Q - M[i]) if z_layout else abs(M[i]))
        pivot = diagonal - lower * upper[i - 1]
        step[i] = (F[i] + lower * step[i - 1]) / pivot
        upper[i] = (s_right - _momentum_slope(a_in, a_out, Q, z_layout, M[i + 1], M[i])) / pivot
    largest = 0.0
    for i in range(n - 1, -1, -1):
        if i > 0:
            step[i] += upper[i] * step[i + 1]
        largest = max(largest, abs(step[i] - step[i + 1]))
    return largest


@kernel
def share_ports(
    total_flow: float,
    resistance: np.ndarray,
    rho_in: float,
    rho_out: float,
    area_in: float,
    area_out: float,
    beta_in: float,
    beta_out: float,
    friction_in: float,
    friction_out: float,
    z_layout: bool,
    m: np.ndarray,
) -> tuple[int, float]:
    """Share a pass's flow among its channels (kernel).

    Parameters
    ----------
    total_flow : float
        Flow of the pass, > 0 [kg/s]. A pass that runs backwards is the mirrored one: swap the ports.
    resistance : (n,) float array
        Loss of every channel over the square of its flow, > 0 [Pa s2/kg2]. Channel 0 lies next to the inlet.
    rho_in, rho_out : float
        Density in the inlet and the outlet port, > 0 [kg/m3].
    area_in, area_out : float
        Cross-section of the ports, > 0 [m2].
    beta_in, beta_out : float
        Axial velocity that the branching (joining) flow takes along, over the port's velocity; <= 2 [-]. 0: it
        leaves (joins) at a right angle and the port keeps all momentum; 1: it takes its full share.
    friction_in, friction_out : float
        Wall friction of one pitch of the port, f pitch / D with f Darcy, >= 0 [-].
    z_layout : bool
        False: U, the outlet port leaves at the inlet's end. True: Z, it leaves at the other end.
    m : (n,) float array
        Out: channel flows [kg/s].

    Returns
    -------
    status : int
        ``OK``; ``REVERSED``: solved, but at least one channel stands or runs backwards (see the module's text);
        ``NOT_CONVERGED``: ``m`` and the pressure drop are no solution; ``INVALID``: an input is outside its range
        above, ``m`` was not written.
    pressure_drop : float
        Static pressure at the port entry less that at the port exit of the pass [Pa].

    Notes
    -----
    The flows add up to the total flow to rounding. Of 20000 random passes of 1 to 300 channels each (unequal
    channels, port friction, both layouts) none failed to converge with port momentum
    ``(2 - beta) rho W^2 / 2`` up to 10 times the mean channel loss, 3 with up to 30 times and 1 in 20 with 100 to
    300 times, nearly all of these of 2 to 15 channels.
    """
    n = resistance.shape[0]
    valid = n > 0 and 0.0 < total_flow < math.inf
    valid = valid and 0.0 < rho_in < math.inf and 0.0 < rho_out < math.inf
    valid = valid and 0.0 < area_in < math.inf and 0.0 < area_out < math.inf
    valid = valid and -math.inf < beta_in <= 2.0 and -math.inf < beta_out <= 2.0
    valid = valid and 0.0 <= friction_in < math.inf and 0.0 <= friction_out < math.inf
    for j in range(n):
        valid = valid and 0.0 < resistance[j] < math.inf
    if not valid:
        return INVALID, 0.0

    Q = total_flow
    a_in = 0.5 * (2.0 - beta_in) / (rho_in * area_in * area_in)
    a_out = 0.5 * (2.0 - beta_out) / (rho_out * area_out * area_out)
    f_in = 0.5 * friction_in / (rho_in * area_in * area_in)
    f_out = 0.5 * friction_out / (rho_out * area_out * area_out)

    M = np.empty(n + 1)
    trial_M = np.empty(n + 1)
    trial_m = np.empty(n)
    F = np.zeros(n)
    step = np.empty(n + 1)
    upper = np.empty(n)
    conductance = 0.0
    for j in range(n):
        conductance += 1.0 / math.sqrt(resistance[j])
    M[0] = Q
    for j in range(n):
        m[j] = Q / (math.sqrt(resistance[j]) * conductance)
        M[j + 1] = M[j] - m[j]
    M[n] = 0.0

    status = NOT_CONVERGED
    norm = _imbalance(a_in, a_out, f_in, f_out, Q, z_layout, resistance, M, m, F)
    for _ in range(_MAX_ITERATIONS):
        largest = _newton_step(
            a_in, a_out, f_in, f_out, Q, z_layout, resistance, 1e-6 * Q / n, M, m, F, upper, step
        )
        done = largest <= _TOLERANCE * Q / n
        part = 1.0
        for _ in range(_MAX_HALVINGS):
            # The channel flows are carried along: as differences of the port flows they would lose digits.
            for j in range(n):
                trial_M[j] = M[j] + part * step[j]
                trial_m[j] = m[j] + part * (step[j] - step[j + 1])
            trial_M[n] = 0.0
            trial = _imbalance(a_in, a_out, f_in, f_out, Q, z_layout, resistance, trial_M, trial_m, F)
            if done or trial < norm * (1.0 - 2e-3 * part):
                break
            part *= 0.5
        norm = trial
        for j in range(n):
            M[j] = trial_M[j]
            m[j] = trial_m[j]
        if done:
            status = OK
            break

    if status == OK:
        for j in range(n):
            if m[j] <= 0.0:
                status = REVERSED
    # From the entry through channel 0 to the exit; every other channel gives the same once the loops balance.
    drop = resistance[0] * m[0] * abs(m[0]) + _momentum(a_in, a_out, Q, z_layout, M[0], M[1])
    drop += (0.5 * (f_in + f_out) - (a_in - a_out)) * Q * Q
    if z_layout:
        for i in range(1, n):
            drop += f_out * (Q - M[i]) * abs(Q - M[i])
    return status, drop


def maldistribution_parameter(
    n_channels: int,
    channel_area: float,
    area_in: float,
    area_out: float,
    loss_coefficient: float,
    beta_in: float = 1.0,
    beta_out: float = 0.0,
    density_ratio: float = 1.0,
) -> float:
    r"""Bassiouny and Martin's :math:`m^2`: how unevenly two ports share the flow; 0 is even in the U layout.

    .. math:: m^2 = \Big(\frac{n A_c}{A}\Big)^2 \frac{2-\beta}{\zeta_c}
              \Big[\frac{2-\beta^*}{2-\beta}\Big(\frac{A}{A^*}\Big)^2 \frac{\rho}{\rho^*} - 1\Big]

    Parameters
    ----------
    n_channels : int
        Channels of the pass, n [-].
    channel_area : float
        Flow area of one channel, A_c [m2].
    area_in, area_out : float
        Cross-section of the inlet and the outlet port, A and A* [m2].
    loss_coefficient : float
        Loss of a channel over ``rho u^2 / 2`` with the inlet port's density, zeta_c (``f_darcy L / D_h`` and its
        entry and exit) [-].
    beta_in, beta_out : float
        Axial velocity the branching and the joining flow take along, beta and beta* [-]. The defaults leave
        ``(n A_c / A)^2 / zeta_c`` for equal ports.
    density_ratio : float
        Density in the inlet over density in the outlet port [-].

    Returns
    -------
    float
        m^2 [-]; negative where the inlet port's momentum outweighs the outlet's.

    Raises
    ------
    InputError
        For an area, a loss coefficient, a density ratio or a number of channels that is not positive.

    Notes
    -----
    Without port friction and with equal channels. Bassiouny and Martin 1984, Chem. Eng. Sci. 39, 693, there for
    equal densities. The same numbers enter :func:`share_ports` as ``resistance = zeta_c / (2 rho A_c^2)``.
    """
    given = {
        "n_channels": n_channels,
        "channel_area": channel_area,
        "area_in": area_in,
        "area_out": area_out,
        "loss_coefficient": loss_coefficient,
        "density_ratio": density_ratio,
    }
    for key, value in given.items():
        if not 0.0 < value < math.inf:
            raise InputError(
                "the maldistribution parameter needs it positive", key=key, found=value, accepted="> 0"
            )
    inlet = (2.0 - beta_in) * (n_channels * channel_area / area_in) ** 2
    outlet = (2.0 - beta_out) * (n_channels * channel_area / area_out) ** 2 * density_ratio
    return (outlet - inlet) / loss_coefficient


def bassiouny_martin(
    z: np.ndarray | float, m_squared: float, z_layout: bool = False, outlet_parameter: float | None = None
) -> np.ndarray:
    r"""Channel velocity over its mean along a port, closed form.

    With W the inlet port's velocity over that of its entry, the balances give (equal channels, no friction)

    .. math:: \text{U:}\; W'' = m^2 W, \qquad \text{Z:}\; W'' = m^2 W - g, \qquad W(0) = 1,\; W(1) = 0,

    and the channel velocity is :math:`u/\bar u = -W'`:

    .. math:: \text{U:}\; \frac{m\cosh m(1-z)}{\sinh m}, \qquad
              \text{Z:}\; \frac{m\cosh m(1-z)}{\sinh m} + \frac{g}{m}\,\frac{\sinh m(z-1/2)}{\cosh(m/2)},

    with circular functions for negative :math:`m^2`.

    Parameters
    ----------
    z : (...) array_like
        Place along the port from the inlet's entry, 0 to 1 [-].
    m_squared : float
        :func:`maldistribution_parameter`, > -pi^2 [-].
    z_layout : bool
        Exit at the far end.
    outlet_parameter : float, optional
        The outlet port's part of m^2, ``g = (n A_c/A*)^2 (2 - beta*)/zeta_c rho/rho*``, which the Z layout needs
        on its own [-]. By default ``2 m^2``, that of equal ports with beta = 1 and beta* = 0.

    Returns
    -------
    (...) float array
        Channel velocity over the mean [-].

    Raises
    ------
    InputError
        For z outside the port, or m^2 at or below -pi^2, where the closed form has a pole.

    Notes
    -----
    Valid as long as it is positive everywhere: it drops the sign of the channel's loss, so that negative values
    say only that channels are starved. Bassiouny and Martin 1984, Chem. Eng. Sci. 39, 693 and 701.
    """
    place = np.asarray(z, dtype=float)
    if not np.all((place >= 0.0) & (place <= 1.0)):
        raise InputError("a place along the port lies outside it", key="z", found=z, accepted="0 .. 1")
    if not -(math.pi**2) < m_squared < math.inf:
        raise InputError(
            "the closed form of port maldistribution has a pole at -pi^2",
            key="m_squared",
            found=m_squared,
            accepted="> -9.8696",
        )
    m = math.sqrt(abs(m_squared))
    # Exponentials of negative arguments only, so that a large m does not overflow.
    if m < 1e-4:
        even = 1.0 + m_squared * ((1.0 - place) ** 2 / 2.0 - 1.0 / 6.0)
        outlet = place - 0.5
    elif m_squared > 0.0:
        even = m * (np.exp(-m * place) + np.exp(-m * (2.0 - place))) / -math.expm1(-2.0 * m)
        outlet = (np.exp(m * (place - 1.0)) - np.exp(-m * place)) / (m * (1.0 + math.exp(-m)))
    else:
        even = m * np.cos(m * (1.0 - place)) / math.sin(m)
        outlet = np.sin(m * (place - 0.5)) / (m * math.cos(0.5 * m))
    if not z_layout:
        return even
    return even + (2.0 * m_squared if outlet_parameter is None else outlet_parameter) * outlet
