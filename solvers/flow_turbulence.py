"""Turbulent viscosity by a mixing length.

The turbulent viscosity is ``rho l^2 |S|`` with the magnitude of the strain rate ``|S| = sqrt(2 S_ij S_ij)``; heat
spreads with a turbulent Prandtl number. A zero-equation model: fit for a first estimate of jets and wall layers
in tanks, not for transition, and it knows nothing of buoyancy.

References
----------
L. Prandtl, Z. Angew. Math. Mech. 5 (1925) 136; S. Pope, Turbulent Flows (2000), section 7.1.7.
"""

import numpy as np

from hashheat.solvers.flow_case import FlowCase
from hashheat.thermo.jit import kernel

#: Turbulent Prandtl number [-] (W. Kays, J. Heat Transfer 116 (1994) 284: 0.85 to 0.9 away from walls).
PRANDTL_TURBULENT = 0.9


@kernel
def _slope(q: np.ndarray, c: int, sa: int, sd: int, low: float, width: float, high: float) -> float:
    """Change of velocity ``a`` along another axis at the middle of a cell, across its two neighbours."""
    above = 0.5 * (q[c + sd] + q[c + sd + sa])
    below = 0.5 * (q[c - sd] + q[c - sd + sa])
    return (above - below) / (width + 0.5 * (low + high))


@kernel
def eddy_viscosity(case: FlowCase, pore: np.ndarray, eddy: np.ndarray) -> None:
    """Turbulent viscosity of the cells.

    Parameters
    ----------
    case : FlowCase
    pore : (3, total) float array
        Velocities, ghosts filled [m/s].
    eddy : (total,) float array
        Result [Pa s].
    """
    s, g = case.geometry.shape, case.geometry
    space = s.k0 == 1
    u, v, w = pore[0], pore[1], pore[2]
    dx, dy, dz = g.dx, g.dy, g.dz
    sy, sz = s.sy, s.sz
    for k in range(s.k0, s.k0 + s.nz):
        kz = k if space else 1
        for j in range(1, s.ny + 1):
            for i in range(1, s.nx + 1):
                c = k * sz + j * sy + i
                length = case.mixing_length[c]
                if length == 0.0:
                    eddy[c] = 0.0
                    continue
                xx = (u[c + 1] - u[c]) / dx[i]
                yy = (v[c + sy] - v[c]) / dy[j]
                xy = _slope(u, c, 1, sy, dy[j - 1], dy[j], dy[j + 1])
                xy += _slope(v, c, sy, 1, dx[i - 1], dx[i], dx[i + 1])
                strain = 2.0 * (xx * xx + yy * yy) + xy * xy
                if space:
                    zz = (w[c + sz] - w[c]) / dz[kz]
                    xz = _slope(u, c, 1, sz, dz[kz - 1], dz[kz], dz[kz + 1])
                    xz += _slope(w, c, sz, 1, dx[i - 1], dx[i], dx[i + 1])
                    yz = _slope(v, c, sy, sz, dz[kz - 1], dz[kz], dz[kz + 1])
                    yz += _slope(w, c, sz, sy, dy[j - 1], dy[j], dy[j + 1])
                    strain += 2.0 * zz * zz + xz * xz + yz * yz
                eddy[c] = case.liquid.density * length * length * np.sqrt(strain + 1e-300)
