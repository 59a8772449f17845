"""Elements of a hydraulic network: pressure loss against mass flow, chosen by an integer code.

An element runs from one node to another, and flow that way is positive. Its equation is
``p_from - p_to = loss(m) + static_pressure``; a pump's loss is negative. Every loss grows with its flow, which
makes the flows of a network unique.
"""

import math
from typing import NamedTuple

import numpy as np

from hashheat.solvers.network_forms import (
    CHURCHILL,
    COLEBROOK,
    CONSTANT,
    FACTOR,
    LARGEST,
    N_COEFFICIENTS,
    POLYNOMIAL,
    POWER,
    ROUGH,
    SCALE,
    A,
    B,
    form_loss,
)
from hashheat.thermo.errors import InputError
from hashheat.thermo.jit import kernel

QUADRATIC, PIPE_CHURCHILL, PIPE_COLEBROOK, HAZEN_WILLIAMS, MINOR, PUMP_POWER, PUMP_PARABOLA = range(7)
OPEN, CLOSED, ONE_WAY = range(3)

N_PARAMETERS = 5
GRAVITY = 9.80665

#: Hazen-Williams constant in SI: 4.727 in feet and cubic feet a second, as EPANET has it.
HAZEN_WILLIAMS_SI = 4.727 * 0.3048 ** (4.871 - 3.0 * 1.852)

# What the checks and their messages need: columns, and which of them must be positive or may be zero.
_COLUMNS = {
    QUADRATIC: ("a", "b"),
    PIPE_CHURCHILL: ("length", "diameter", "roughness", "K"),
    PIPE_COLEBROOK: ("length", "diameter", "roughness", "K"),
    HAZEN_WILLIAMS: ("length", "diameter", "C", "K"),
    MINOR: ("K", "diameter"),
    PUMP_POWER: ("H0", "r", "n", "speed", "largest volume flow"),
    PUMP_PARABOLA: ("h0", "h1", "h2", "speed", "largest volume flow"),
}
_POSITIVE = {"length", "diameter", "C", "H0", "h0", "r", "n", "speed"}
_FALLING = {"h1", "h2"}


class NetworkElements(NamedTuple):
    """Elements of many cases; made and checked by :func:`network_elements`.

    Parameters
    ----------
    kind : (n_element,) int64 array
        Code of each element's law.
    parameters : (n_case or 1, n_element, 5) float array
        Its parameters, see :func:`network_elements`.
    density, viscosity : (n_case or 1, n_element) float array
        Of the fluid in the element [kg/m3], [Pa s].
    static_pressure : (n_case or 1, n_element) float array
        rho g (z_to - z_from) [Pa].
    state : (n_case or 1, n_element) int64 array
        ``OPEN``, ``CLOSED`` or ``ONE_WAY``.
    """

    kind: np.ndarray
    parameters: np.ndarray
    density: np.ndarray
    viscosity: np.ndarray
    static_pressure: np.ndarray
    state: np.ndarray


@kernel
def reduce_element(
    kind: int, row: np.ndarray, density: float, viscosity: float, static_pressure: float, c: np.ndarray
) -> int:
    """Coefficients of an element's form.

    Parameters
    ----------
    kind : int
        Code of the law.
    row : (5,) float array
        Parameters.
    density, viscosity, static_pressure : float
        [kg/m3], [Pa s], [Pa].
    c : (7,) float array
        Receives the coefficients.

    Returns
    -------
    int
        Code of the form.
    """
    c[:] = 0.0
    c[CONSTANT] = static_pressure
    c[LARGEST] = math.inf
    if kind == QUADRATIC:
        c[A], c[B] = row[0], row[1]
        return POLYNOMIAL
    if kind == PUMP_POWER:
        speed, weight = row[3], density * GRAVITY
        c[CONSTANT] -= weight * row[0] * speed * speed
        c[FACTOR] = weight * row[1] * speed ** (2.0 - row[2]) / density ** row[2]
        c[SCALE] = row[2]
        largest = row[4] if row[4] > 0.0 else (row[0] / row[1]) ** (1.0 / row[2])
        c[LARGEST] = density * speed * largest
        if row[2] == 2.0:
            c[B] = c[FACTOR]
            return POLYNOMIAL
        return POWER
    if kind == PUMP_PARABOLA:
        speed, weight = row[3], density * GRAVITY
        c[CONSTANT] -= weight * row[0] * speed * speed
        c[A] = -weight * row[1] * speed / density
        c[B] = -weight * row[2] / (density * density)
        # The root that does not cancel where h2 is small.
        root = 2.0 * row[0] / (-row[1] + math.sqrt(row[1] * row[1] - 4.0 * row[0] * row[2]))
        c[LARGEST] = density * speed * (row[4] if row[4] > 0.0 else root)
        return POLYNOMIAL
    if kind == MINOR:
        area = 0.25 * math.pi * row[1] * row[1]
        c[B] = row[0] / (2.0 * density * area * area)
        return POLYNOMIAL
    length, diameter = row[0], row[1]
    area = 0.25 * math.pi * diameter * diameter
    dynamic = 1.0 / (2.0 * density * area * area)
    c[B] = row[3] * dynamic
    if kind == HAZEN_WILLIAMS:
        loss = HAZEN_WILLIAMS_SI * length / (row[2] ** 1.852 * diameter**4.871)
        c[FACTOR] = density * GRAVITY * loss / density**1.852
        c[SCALE] = 1.852
        return POWER
    c[FACTOR] = length / diameter * dynamic
    c[SCALE] = diameter / (area * viscosity)
    c[ROUGH] = row[2] / diameter
    return CHURCHILL if kind == PIPE_CHURCHILL else COLEBROOK


@kernel
def element_loss(
    kind: int, row: np.ndarray, density: float, viscosity: float, mass_flow: float
) -> tuple[float, float]:
    """Pressure lost along one element and its derivative, static pressure left out.

    Parameters
    ----------
    kind : int
        Code of the law, see :func:`network_elements`.
    row : (5,) float array
        Its parameters.
    density, viscosity : float
        Of the fluid in it [kg/m3], [Pa s].
    mass_flow : float
        [kg/s]; negative against the element's direction, where a pump's curve is continued as a resistance.

    Returns
    -------
    loss : float
        [Pa]; negative where a pump adds pressure.
    slope : float
        d loss / d mass_flow [Pa s/kg].
    """
    c = np.empty(N_COEFFICIENTS)
    form = reduce_element(kind, row, density, viscosity, 0.0, c)
    return form_loss(form, c, mass_flow, 0.0)


def _check(kind: np.ndarray, parameters: np.ndarray) -> None:
    for code, columns in _COLUMNS.items():
        mine = np.flatnonzero(kind == code)
        for column, name in enumerate(columns):
            values = parameters[:, mine, column]
            if name in _POSITIVE:
                good, accepted = values > 0.0, "> 0"
            elif name in _FALLING:
                good, accepted = values <= 0.0, "<= 0, so that the curve falls"
            else:
                good, accepted = values >= 0.0, ">= 0"
            _refuse(~(good & np.isfinite(values)), mine, values, f"the {name} of an element", accepted)
        values = parameters[:, mine]
        if code == QUADRATIC:
            none = (values[..., 0] + values[..., 1]) <= 0.0
            _refuse(none, mine, values[..., 1], "the loss of an element (a and b)", "one of them > 0")
        elif code == MINOR:
            _refuse(values[..., 0] <= 0.0, mine, values[..., 0], "the K of an element", "> 0")
            _refuse(values[..., 1] <= 0.0, mine, values[..., 1], "the diameter of an element", "> 0")
        elif code == PUMP_PARABOLA:
            flat = (values[..., 1] + values[..., 2]) >= 0.0
            _refuse(flat, mine, values[..., 2], "the fall of a pump's curve (h1 and h2)", "one of them < 0")


def _refuse(wrong: np.ndarray, elements: np.ndarray, values: np.ndarray, what: str, accepted: str) -> None:
    if np.any(wrong):
        case, place = np.argwhere(wrong)[0]
        raise InputError(
            f"{what} cannot be used (element number {elements[place]}, case {case})",
            found=float(values[case, place]),
            accepted=accepted,
        )


def network_elements(
    kind: np.ndarray,
    parameters: np.ndarray,
    density: np.ndarray | float,
    viscosity: np.ndarray | float,
    *,
    static_pressure: np.ndarray | float = 0.0,
    state: np.ndarray | int = OPEN,
) -> NetworkElements:
    """Check the elements of a network and bring their arrays to one shape.

    Parameters
    ----------
    kind : (n_element,) array_like
        Code of the law, with the columns of ``parameters`` (the others are not read):

        ================  =====================================================================================
        QUADRATIC         a [Pa s/kg], b [Pa s2/kg2]: loss a m + b m abs(m); a, b >= 0, one of them > 0
        PIPE_CHURCHILL    length [m], diameter [m], roughness [m], K [-]; friction factor of Churchill
        PIPE_COLEBROOK    the same; 64/Re to Re 2300, Colebrook from 4000, linear in Re between
        HAZEN_WILLIAMS    length [m], diameter [m], C [-], K [-]; head 10.667 L V^1.852 / (C^1.852 D^4.871)
        MINOR             K [-], diameter [m]; loss K rho u^2 / 2
        PUMP_POWER        H0 [m], r [m/(m3/s)^n], n [-], speed w [-], largest volume flow [m3/s];
                          head w^2 H0 - r w^(2-n) V^n
        PUMP_PARABOLA     h0 [m], h1 [m/(m3/s)], h2 [m/(m3/s)2], speed w [-], largest volume flow [m3/s];
                          head h0 w^2 + h1 w V + h2 V^2, which must fall: h1, h2 <= 0
        ================  =====================================================================================

        K stands for all fittings of a pipe (0: none). A pump's head is one of its own fluid, its largest volume
        flow holds at w = 1; 0 stands for the flow at which the head is used up.
    parameters : (n_element, k) or (n_case, n_element, k) array_like
        k <= 5 columns.
    density, viscosity : array_like, scalar, (n_element,) or (n_case, n_element)
        Of the fluid in each element [kg/m3], [Pa s].
    static_pressure : array_like, scalar, (n_element,) or (n_case, n_element)
        rho g (z_to - z_from) [Pa]; 0 where pressures are meant without the part due to height.
    state : array_like, scalar, (n_element,) or (n_case, n_element)
        ``OPEN``, ``CLOSED`` (carries nothing) or ``ONE_WAY`` (shuts rather than let flow go backwards).

    Returns
    -------
    NetworkElements
        To be used with :func:`hashheat.solvers.network.solve_network`.

    Raises
    ------
    InputError
        With the element's number, for a code that does not exist or a value outside what is stated above.

    References
    ----------
    L. A. Rossman et al., EPANET 2.2 User Manual, EPA/600/R-20/133, 2020 (Hazen-Williams, pump curve, speed).
    """
    kinds = np.array(kind, dtype=np.int64)
    n = kinds.shape[0]
    known = np.isin(kinds, list(_COLUMNS))
    if not np.all(known):
        at = int(np.argmin(known))
        raise InputError(
            f"unknown kind of element number {at}", found=int(kinds[at]), accepted=f"0 .. {len(_COLUMNS) - 1}"
        )
    given = np.asarray(parameters, dtype=float)
    given = given[np.newaxis] if given.ndim == 2 else given
    if given.ndim != 3 or given.shape[1] != n or given.shape[2] > N_PARAMETERS:
        raise InputError(
            "the parameters of a network's elements have the wrong shape",
            found=given.shape,
            accepted=f"(n_case or 1, {n}, up to {N_PARAMETERS})",
        )
    table = np.zeros((given.shape[0], n, N_PARAMETERS))
    table[:, :, : given.shape[2]] = given
    _check(kinds, table)
    flows = {
        "density": per_case(density, n, "density of an element"),
        "viscosity": per_case(viscosity, n, "viscosity of an element"),
        "static_pressure": per_case(static_pressure, n, "static pressure of an element"),
    }
    every = np.arange(n)
    for name in ("density", "viscosity"):
        wrong = ~((flows[name] > 0.0) & np.isfinite(flows[name]))
        _refuse(wrong, every, flows[name], f"the {name} of an element", "> 0")
    _refuse(
        ~np.isfinite(flows["static_pressure"]),
        every,
        flows["static_pressure"],
        "the static pressure of an element",
        "finite",
    )
    states = per_case(state, n, "state of an element").astype(np.int64)
    _refuse((states < OPEN) | (states > ONE_WAY), every, states, "the state of an element", "0, 1 or 2")
    return NetworkElements(kinds, table, **flows, state=states)


def per_case(values: np.ndarray | float, n: int, what: str) -> np.ndarray:
    """Bring a scalar, (n,) or (n_case, n) input to (n_case or 1, n).

    Parameters
    ----------
    values : array_like
        The input.
    n : int
        Length of its last axis.
    what : str
        Its name, for the message.

    Returns
    -------
    (n_case or 1, n) float array
        Contiguous.

    Raises
    ------
    InputError
        For another shape.
    """
    x = np.atleast_2d(np.asarray(values, dtype=float))
    if x.ndim != 2 or x.shape[1] not in (1, n) or (x.shape[1] == 1 and n != 1 and x.shape[0] != 1):
        raise InputError(
            f"the {what} has the wrong shape",
            found=np.shape(values),
            accepted=f"scalar, ({n},) or (n_case, {n})",
        )
    # A copy: a kernel would be compiled anew for an array that cannot be written to.
    return np.array(np.broadcast_to(x, (x.shape[0], n)))
