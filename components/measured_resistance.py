"""Resistance of a block from measured pressure drops."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import nnls

from hashheat.components.heat_sink_errors import ResistanceDataError
from hashheat.components.porous_block import PorousBlock


class MeasuredResistance(NamedTuple):
    """A porous resistance fitted to measurements.

    Parameters
    ----------
    inverse_permeability, forchheimer : float
        1/K [1/m^2] and C [1/m], zero or more: dp/L = (mu / K) U + rho C U^2.
    worst, rms : float
        Largest and root mean square misfit over the measured pressure drop [-].
    """

    inverse_permeability: float
    forchheimer: float
    worst: float
    rms: float


def fit_resistance(
    volume_flow: ArrayLike,
    pressure_drop: ArrayLike,
    *,
    area: float,
    length: float,
    density: float,
    viscosity: float,
    tolerance: float = 0.2,
) -> MeasuredResistance:
    """Fit permeability and inertia of a block to measured pressure drops.

    Parameters
    ----------
    volume_flow : (n,) array_like
        Through the block [m^3/s], two different ones or more.
    pressure_drop : (n,) array_like
        From friction, the column of liquid taken out [Pa].
    area, length : float
        Of the whole block across the flow [m^2], and along it [m].
    density, viscosity : float
        Of the liquid of the measurement [kg/m^3], [Pa s].
    tolerance : float
        Largest misfit of a point over its own pressure drop [-].

    Returns
    -------
    MeasuredResistance
        Least squares of relative misfits, both coefficients kept from falling below zero.

    Raises
    ------
    ResistanceDataError
        For numbers that are not positive and finite; fewer than two different flows; a pressure drop that falls
        with the flow; a point that misses the law by more than the tolerance, which names the exponent of the
        points: a porous medium has one between 1 and 2.
    """
    flow, drop = (np.atleast_1d(np.asarray(a, dtype=float)) for a in (volume_flow, pressure_drop))
    for name, value in {
        "volume_flow": flow,
        "pressure_drop": drop,
        "area": area,
        "length": length,
        "density": density,
        "viscosity": viscosity,
        "tolerance": tolerance,
    }.items():
        values = np.atleast_1d(np.asarray(value, dtype=float))
        fits = np.isfinite(values) & (values > 0.0)
        if not fits.all():
            raise ResistanceDataError(
                "a measurement of resistance has positive numbers",
                key=name,
                found=float(values[int(np.argmin(fits))]),
                accepted="above 0",
            )
    if flow.ndim != 1 or flow.shape != drop.shape:
        raise ResistanceDataError(
            "flows and pressure drops do not belong together",
            key="pressure_drop",
            found=drop.shape,
            accepted=f"as many as flows: {flow.shape}",
        )
    order = np.argsort(flow, kind="stable")
    flow, drop = flow[order], drop[order]
    if flow[-1] <= flow[0] * (1.0 + 1e-6):
        raise ResistanceDataError(
            "one flow does not tell permeability from inertia",
            key="volume_flow",
            found=flow.tolist(),
            accepted="two different flows or more",
        )
    if drop[-1] <= drop[0]:
        raise ResistanceDataError(
            "the pressure drop does not rise with the flow",
            key="pressure_drop",
            found=f"{drop[0]:g} Pa at {flow[0]:g} m3/s, {drop[-1]:g} Pa at {flow[-1]:g} m3/s",
            accepted="more at the larger flow",
        )
    U = flow / area
    # Scaled so that both columns are about one: viscous and inertial part over the measured gradient.
    viscous, inertial = viscosity * U * length / drop, density * U * U * length / drop
    scale = np.array([viscous.max(), inertial.max()])
    scaled, _ = nnls(np.column_stack([viscous, inertial]) / scale, np.ones(flow.size))
    found = scaled / scale
    misfit = found[0] * viscous + found[1] * inertial - 1.0
    worst = float(np.abs(misfit).max())
    if worst > tolerance:
        exponent = float(np.polyfit(np.log(flow), np.log(drop), 1)[0])
        at = int(np.abs(misfit).argmax())
        raise ResistanceDataError(
            f"no permeability and inertia fit pressure drops that rise with the flow to the power {exponent:.2f}",
            key="pressure_drop",
            found=f"{drop[at]:g} Pa at {flow[at]:g} m3/s, missed by {100 * worst:.0f} %",
            accepted=f"misfits up to {100 * tolerance:.0f} %, powers between 1 and 2",
        )
    return MeasuredResistance(
        float(found[0]), float(found[1]), worst, float(np.sqrt(np.mean(misfit * misfit)))
    )


def with_measured(block: PorousBlock, measured: MeasuredResistance, axis: int = 0) -> PorousBlock:
    """Give a block with a measured resistance along one direction.

    Parameters
    ----------
    block : PorousBlock
    measured : MeasuredResistance
    axis : int
        Number of the direction in the block's order; 0 is along the fins.

    Returns
    -------
    PorousBlock
        The other directions keep what they had.

    Raises
    ------
    ResistanceDataError
        For a number that is no direction.
    """
    if axis not in (0, 1, 2):
        raise ResistanceDataError("no such direction", key="axis", found=axis, accepted="0, 1 or 2")
    permeability, inertia = block.inverse_permeability.copy(), block.forchheimer.copy()
    permeability[axis], inertia[axis] = measured.inverse_permeability, measured.forchheimer
    return block._replace(inverse_permeability=permeability, forchheimer=inertia)
