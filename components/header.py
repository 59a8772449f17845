"""Supply and return header of one row of units."""

from typing import NamedTuple

import numpy as np

from hashheat.solvers.friction import friction_duct
from hashheat.solvers.ladder import OK, U, Z, solve_ladder
from hashheat.thermo.errors import HashheatError, InputError
from hashheat.thermo.jit import kernel

ARRANGEMENTS = {"U": U, "Z": Z}

_TUBE_FRE = 64.0
_MAX_SWEEPS = 30
_REST = 1e-8


class FlowSharingError(HashheatError):
    """The flow along a header could not be balanced."""


class HeaderGeometry(NamedTuple):
    """Pipe and tees of a header; every field has shape (n_case,).

    Parameters
    ----------
    diameter, spacing, roughness : array
        Inner diameter, length of one segment, wall roughness [m].
    tee_loss : array
        Loss coefficient of one tee for the flow that goes straight on [-].
    """

    diameter: np.ndarray
    spacing: np.ndarray
    roughness: np.ndarray
    tee_loss: np.ndarray


@kernel
def _segments(
    flow: np.ndarray,
    diameter: np.ndarray,
    spacing: np.ndarray,
    roughness: np.ndarray,
    tee_loss: np.ndarray,
    rho: np.ndarray,
    mu: np.ndarray,
    b: np.ndarray,
) -> None:
    """Coefficient of ``dp = b m |m|`` [Pa s2/kg2] of every segment at its present flow [kg/s]."""
    for c in range(flow.shape[0]):
        D = diameter[c]
        area = 0.25 * np.pi * D * D
        smallest = 1e-300
        for i in range(flow.shape[1]):
            smallest = max(smallest, 1e-9 * abs(flow[c, i]))
        for i in range(flow.shape[1]):
            Re = max(abs(flow[c, i]), smallest) * D / (area * mu[c])
            f = friction_duct(Re, roughness[c] / D, _TUBE_FRE)
            b[c, i] = (f * spacing[c] / D + tee_loss[c]) / (2.0 * rho[c] * area * area)


def share_flow(
    total_flow: np.ndarray,
    branch: tuple[np.ndarray, np.ndarray],
    geometry: HeaderGeometry,
    arrangement: str,
    supply: tuple[np.ndarray, np.ndarray],
    back: tuple[np.ndarray, np.ndarray],
) -> tuple[np.ndarray, np.ndarray]:
    """Share the flow of a row among its units by pressure balance.

    Parameters
    ----------
    total_flow : (n_case,) array
        Mass flow into the row [kg/s].
    branch : pair of (n_case, n_unit) array
        Loss ``a m + b m |m|`` of each unit [Pa].
    geometry : HeaderGeometry
        The same pipe for supply and return.
    arrangement : {"U", "Z"}
        Return outlet at the inlet's end or at the far end.
    supply, back : pair of (n_case,) array
        Density [kg/m^3] and viscosity [Pa s] in the supply and in the return header.

    Returns
    -------
    flows : (n_case, n_unit) array
        [kg/s]
    pressure_drop : (n_case,) array
        Between the ports of the row [Pa].

    Raises
    ------
    FlowSharingError
        If the balance did not settle.
    InputError
        For an unknown arrangement.

    Notes
    -----
    Friction after :func:`hashheat.solvers.friction.friction_duct`, its Reynolds number at the flow of each
    segment, repeated until the flows rest.
    """
    if arrangement not in ARRANGEMENTS:
        raise InputError("unknown header arrangement", found=arrangement, accepted=", ".join(ARRANGEMENTS))
    cases, units = branch[0].shape
    code = ARRANGEMENTS[arrangement]
    flows = np.repeat(total_flow[:, None] / units, units, axis=1)
    rested, pressure_drop = flows.copy(), np.zeros(cases)
    moving = np.ones(cases, dtype=bool)
    none = np.zeros((cases, units - 1))
    supply_b, back_b = none.copy(), none.copy()
    for _ in range(_MAX_SWEEPS):
        beyond = total_flow[:, None] - np.cumsum(flows, axis=1)[:, :-1]
        _segments(beyond, *geometry, *supply, supply_b)
        _segments(beyond if code == U else total_flow[:, None] - beyond, *geometry, *back, back_b)
        before = flows
        flows, drop, status = solve_ladder(total_flow, branch, (none, supply_b), (none, back_b), code)
        if np.any(status != OK):
            break
        # Each case is taken when it rests itself, so that its result does not depend on the others.
        change = np.max(np.abs(flows - before), axis=1) / total_flow * units
        done = moving & (change < _REST)
        rested[done], pressure_drop[done] = flows[done], drop[done]
        moving &= ~done
        if not moving.any():
            return rested, pressure_drop
    raise FlowSharingError("the flow along the headers did not settle")
