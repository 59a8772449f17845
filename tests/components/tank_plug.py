"""Plug flow up a column that is all inlet below and all outlet above: the exact stand-in for a flow solver."""

import numpy as np
from scipy.optimize import brentq

from hashheat.solvers.flow_balance import heat_balance, mass_defect
from hashheat.solvers.flow_model import BOTTOM, INLET, OUTLET, TOP, FlowState
from hashheat.solvers.flow_solve import CONVERGED, STALLED, FlowSolution
from hashheat.thermo.liquid import integral, polynomial

#: Pressure drop of the column over its flow [Pa s/m3].
RESISTANCE = 2e7


def plug_flow(box, *, start=None, watch=None, status=CONVERGED, **_):
    """Every column of cells on its own: enthalpy rises by the heat released, less what the walls take."""
    bottom, top = box.sides[BOTTOM], box.sides[TOP]
    assert (bottom.kind == INLET).all()
    assert (top.kind == OUTLET).all()
    nz, ny, nx = box.grid.shape
    dx, dy, dz = (np.diff(edges) for edges in box.grid)
    liquid = box.liquid
    w = np.repeat(bottom.velocity[2][None], nz + 1, axis=0)
    T = np.empty(box.grid.shape)
    for j in range(ny):
        for i in range(nx):
            flow = liquid.density * w[0, j, i] * dx[i] * dy[j]
            h = integral(liquid.heat_capacity, bottom.temperature[j, i] - liquid.T_ref)
            for k in range(nz):

                def left(t, k=k, j=j, i=i, h=h, flow=flow):
                    # Oil leaves with what the line through the last two cells reaches on the side.
                    leaves = t
                    if k == nz - 1:
                        leaves += dz[k] / (dz[k] + dz[k - 1]) * (t - T[k - 1, j, i])
                    gained = flow * (integral(liquid.heat_capacity, leaves - liquid.T_ref) - h)
                    return gained - box.source[k, j, i] - _walls(box, t, k, j, i, (dx, dy, dz))

                T[k, j, i] = brentq(left, liquid.T_min - 20.0, liquid.T_max + 50.0, xtol=1e-12)
                h = integral(liquid.heat_capacity, T[k, j, i] - liquid.T_ref)
    through = float((w[0] * dy[:, None] * dx).sum())
    p = np.broadcast_to(
        (RESISTANCE * through * (1.0 - np.arange(nz) / nz))[:, None, None], box.grid.shape
    ).copy()
    state = FlowState(np.zeros((nz, ny, nx + 1)), np.zeros((nz, ny + 1, nx)), w, p, T)
    net, size = heat_balance(box, state)
    history = {"momentum": [1.0, 1e-9], "mass": [1.0, 1e-12], "energy": [1.0, 1e-9]}
    if watch is not None:
        history["watch"] = [float(watch(box, state))] * 2
    return FlowSolution(
        box=box,
        state=state,
        status=status,
        history=history,
        steps=1,
        krylov=1,
        seconds=0.0,
        mass_defect=mass_defect(box, state),
        heat_defect=abs(net) / size,
    )


def no_flow(box, **options):
    """The same, which says that it did not converge."""
    return plug_flow(box, **{**options, "status": STALLED})


def _walls(box, T, k, j, i, widths):
    """Heat from the walls into a cell [W]."""
    dx, dy, dz = widths
    _, ny, nx = box.grid.shape
    own = polynomial(box.liquid.conductivity, T - box.liquid.T_ref)
    total = 0.0
    for n, (at_wall, width, face, index) in enumerate(
        (
            (i == 0, dx[i], dy[j] * dz[k], (k, j)),
            (i == nx - 1, dx[i], dy[j] * dz[k], (k, j)),
            (j == 0, dy[j], dx[i] * dz[k], (k, i)),
            (j == ny - 1, dy[j], dx[i] * dz[k], (k, i)),
        )
    ):
        side = box.sides[n]
        if not at_wall or side.htc[index] == 0.0:
            continue
        given = box.conductivity[n // 2][k, j, i]
        inside = (given if given > 0 else own) / (0.5 * width)
        total += face / (1.0 / inside + 1.0 / side.htc[index]) * (side.temperature[index] - T)
    return total
