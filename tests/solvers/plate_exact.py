"""Exact solutions for conjugate plates, written from the differential equations alone: NumPy and SciPy only.

``channel`` and ``serpentine``   matrix exponentials between stations, joined by one linear system
``plate_rise``                   double cosine series of a block with rectangular sources
``AdvectivePlate``               cosine modes across the flow, exponentials along it
``leaking_chip``                 Lambert's W
``schumann``                     an integral, by quadrature

Temperatures are in whatever scale the caller puts in: the equations are linear or take differences.
"""

import math
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from scipy.integrate import quad
from scipy.linalg import expm
from scipy.sparse import csc_array
from scipy.sparse.linalg import spsolve
from scipy.special import i0e, lambertw


def stations(points, longest):
    """The given points and as many between them that no two neighbours are further apart than ``longest``."""
    points = np.unique(np.round(points, 15))
    pieces = [np.linspace(a, b, 1 + max(1, math.ceil((b - a) / longest)))[:-1] for a, b in pairwise(points)]
    return np.append(np.concatenate(pieces), points[-1])


def boundary_value_problem(A, source, x, left, right, value):
    """y' = A y + source(interval) with ``left @ y(x[0]) + right @ y(x[-1]) = value``, at the stations x.

    One matrix exponential for each interval and one linear system for all: no exponential grows over more
    than an interval.
    """
    m, n = len(A), len(x)
    system = np.zeros((m + 1, m + 1))
    system[:m, :m] = A
    rows, columns, entries, rhs = [], [], [], np.zeros(m * n)

    def put(block, row, column):
        i, j = np.nonzero(block)
        rows.append(row + i)
        columns.append(column + j)
        entries.append(block[i, j])

    for k in range(n - 1):
        system[:m, m] = source(0.5 * (x[k] + x[k + 1]))
        step = expm(system * (x[k + 1] - x[k]))
        put(-step[:m, :m], m * k, m * k)
        put(np.eye(m), m * k, m * (k + 1))
        rhs[m * k : m * (k + 1)] = step[:m, m]
    put(left, m * (n - 1), 0)
    put(right, m * (n - 1), m * (n - 1))
    rhs[m * (n - 1) :] = value
    matrix = csc_array(
        (np.concatenate(entries), (np.concatenate(rows), np.concatenate(columns))), shape=(m * n, m * n)
    )
    return spsolve(matrix, rhs).reshape(n, m)


def serpentine(points, *, n, kA, G, g, C, L, T_in, q, breaks=()):
    """Plate of n strips side by side, the coolant going up one and down the next.

    kA T_i'' + G (T_(i-1) - 2 T_i + T_(i+1)) - g (T_i - F_i) + q_i = 0, edges and ends adiabatic;
    +-C F_i' = g (T_i - F_i), + in strips 0, 2, ..; bends change nothing.

    Parameters
    ----------
    points : (m,) array_like
        Where the solution is wanted, 0 <= x <= L.
    q : callable
        (n,) heat per length of each strip at x; constant but for the ``breaks``.

    Returns
    -------
    T, F : (n, m) arrays
    """
    order = 3 * n
    T, slope, F = (np.arange(n) + n * i for i in range(3))
    along = np.where(np.arange(n) % 2 == 0, 1.0, -1.0)
    A = np.zeros((order, order))
    A[T, slope] = 1.0
    A[slope, T] = g / kA
    A[slope, F] = -g / kA
    for i, j in pairwise(range(n)):
        A[[slope[i], slope[j]], [T[i], T[j]]] += G / kA
        A[[slope[i], slope[j]], [T[j], T[i]]] -= G / kA
    A[F, T] = along * g / C
    A[F, F] = -along * g / C

    left, right, value = np.zeros((order, order)), np.zeros((order, order)), np.zeros(order)
    left[np.arange(n), slope] = 1.0
    right[n + np.arange(n), slope] = 1.0
    left[2 * n, F[0]], value[2 * n] = 1.0, T_in
    for i in range(1, n):
        end = right if i % 2 else left
        end[2 * n + i, F[i]], end[2 * n + i, F[i - 1]] = 1.0, -1.0

    def source(x):
        b = np.zeros(order)
        b[slope] = -np.asarray(q(x)) / kA
        return b

    points = np.atleast_1d(np.asarray(points, dtype=float))
    x = stations(np.concatenate([[0.0, L], breaks, points]), 1.5 * math.sqrt(kA / g))
    y = boundary_value_problem(A, source, x, left, right, value)[np.searchsorted(x, points - 1e-12)]
    return y[:, T].T, y[:, F].T


def channel(points, *, kA, g, C, L, T_in, q, breaks=()):
    """One strip: kA T'' - g (T - F) + q = 0 with adiabatic ends, C F' = g (T - F). Returns T, F at the points."""
    T, F = serpentine(points, n=1, kA=kA, G=0.0, g=g, C=C, L=L, T_in=T_in, q=lambda x: [q(x)], breaks=breaks)
    return T[0], F[0]


class Rectangle(NamedTuple):
    """A chip on a plate: its centre, its sides, its heat."""

    x: float
    y: float
    width: float
    height: float
    power: float = 0.0


def _mean_cosine(n, length, centre, width):
    """Mean of cos(n pi x / length) over the width about the centre."""
    return np.cos(n * np.pi * centre / length) * np.sinc(n * width / (2.0 * length))


def _partial_rises(a, b, t, k, h, sources, receivers, N):
    """Rises with the modes below N, 2 N and 4 N, receivers x 3."""
    index = np.arange(4 * N)
    zeta_x, zeta_y = index * np.pi / a, index * np.pi / b
    twice = np.where(index == 0, 1.0, 2.0)
    by_x = np.array([_mean_cosine(index, a, r.x, r.width) for r in receivers]) * twice
    by_y = np.array([_mean_cosine(index, b, r.y, r.height) for r in receivers]) * twice
    from_x = np.array([s.power / (a * b) * _mean_cosine(index, a, s.x, s.width) for s in sources])
    from_y = np.array([_mean_cosine(index, b, s.y, s.height) for s in sources])
    seen_x = np.flatnonzero(np.abs(from_x).max(axis=0) > 1e-14 * np.abs(from_x).max())
    seen_y = np.flatnonzero(np.abs(from_y).max(axis=0) > 1e-14)
    total = np.zeros((len(receivers), 3))
    for part in np.array_split(seen_x, max(1, len(seen_x) // 64)):
        zeta = np.hypot.outer(zeta_x[part], zeta_y[seen_y])
        safe = np.where(zeta == 0.0, 1.0, zeta)
        tanh = np.tanh(safe * t)
        # 1/(k zeta) (zeta + (h/k) tanh zeta t) / (zeta tanh zeta t + h/k), and its limit for zeta = 0.
        depth = (safe + h / k * tanh) / (safe * tanh + h / k) / (k * safe)
        depth[zeta == 0.0] = t / k + 1.0 / h
        strength = from_x[:, part].T @ from_y[:, seen_y] * depth
        for i in range(len(receivers)):
            partial = np.cumsum(strength * by_y[i, seen_y], axis=1)
            for j, cut in enumerate((N, 2 * N, 4 * N)):
                column = partial[:, np.searchsorted(seen_y, cut) - 1]
                total[i, j] += by_x[i, part[part < cut]] @ column[part < cut]
    return total


def plate_rise(a, b, t, k, h, sources, receivers, N=240):
    """Mean rise over each receiver of a block a x b x t, isoflux sources on top, h to the sink below.

    Sides and the rest of the top are adiabatic. A receiver of width and height zero is a point. The series is
    cut at N, 2 N and 4 N modes and extrapolated, what is left falling as N^-2 and N^-3; that is good to ten
    digits where N times every edge is a whole multiple of twice the plate's side: then the rest does not
    oscillate.
    """
    first, second, third = _partial_rises(a, b, t, k, h, sources, receivers, N).T
    coarse, fine = second + (second - first) / 3.0, third + (third - second) / 3.0
    return fine + (fine - coarse) / 7.0


class AdvectivePlate:
    """Thin plate over parallel channels: kt (T_xx + T_yy) - h (T - F) + q = 0, c F_x = h (T - F), F(0, y) = 0.

    Edges are adiabatic; c = flow heat capacity over the plate's width [W/(m K)]. For each mode cos(n pi y / W)
    both T and F are sums of three exponentials and a particular solution between the edges of the chips.

    Parameters
    ----------
    L, W, kt, h, c : float
    chips : sequence of Rectangle
        Rectangles that share an x range must share it exactly, or overlap nowhere along x.
    N : int
        Modes.
    """

    def __init__(self, L, W, kt, h, c, chips, N=2000):
        self.L, self.W = L, W
        edges = np.array([[s.x - s.width / 2, s.x + s.width / 2] for s in chips])
        self.x = np.unique(np.round(np.concatenate([[0.0, L], edges.ravel()]), 12))
        n = np.arange(N)
        density = [np.where(n == 0, 1.0, 2.0) * s.power / s.width / W for s in chips]
        q = np.zeros((N, len(self.x) - 1))
        middle = 0.5 * (self.x[1:] + self.x[:-1])
        for s, d, (first, last) in zip(chips, density, edges):
            q[:, (middle > first) & (middle < last)] += (d * _mean_cosine(n, W, s.y, s.height))[:, None]
        kept = np.abs(q).max(axis=1) > 1e-13 * np.abs(q).max()
        self.n, q = n[kept], q[kept]
        self._solve(kt, h, c, q)

    def _solve(self, kt, h, c, q):
        lam2 = (self.n * np.pi / self.W) ** 2
        # (kt (s^2 - lam^2) - h) (c s + h) + h^2 = 0: one root above zero, two below, or zero for the mean mode.
        companion = np.zeros((len(self.n), 3, 3))
        companion[:, 0] = -np.stack([0 * lam2 + h / c, -lam2 - h / kt, -lam2 * h / c], axis=1)
        companion[:, 1, 0] = companion[:, 2, 1] = 1.0
        roots = np.sort(np.linalg.eigvals(companion).real, axis=1)
        if self.n[0] == 0:
            roots[0, 1] = 0.0
        self.roots = roots
        ratio = h / (c * roots + h)  # F over T in each exponential
        uniform = lam2 == 0.0
        safe = np.where(uniform, 1.0, lam2)[:, None]
        # Particular: T = F = q / (kt lam^2); for the mean mode F = q x / c, T = F + q / h.
        self.slope = np.where(uniform[:, None], q / c, 0.0)
        self.level_F = np.where(uniform[:, None], 0.0, q / (kt * safe))
        self.level_T = np.where(uniform[:, None], q / h, self.level_F)

        pieces = len(self.x) - 1
        size = 3 * pieces
        M, rhs = np.zeros((len(self.n), size, size)), np.zeros((len(self.n), size))
        # Growing exponentials are measured from the right end of their piece, the others from the left.
        d = np.diff(self.x)
        anchor = np.where(roots > 0.0, 1.0, 0.0)
        at_left = np.exp(-roots[:, None, :] * anchor[:, None, :] * d[:, None])
        at_right = np.exp(roots[:, None, :] * (1.0 - anchor[:, None, :]) * d[:, None])
        M[:, 0, :3] = roots * at_left[:, 0]
        rhs[:, 0] = -self.slope[:, 0]
        M[:, 1, :3] = ratio * at_left[:, 0]
        rhs[:, 1] = -self.level_F[:, 0]
        M[:, 2, size - 3 :] = roots * at_right[:, -1]
        rhs[:, 2] = -self.slope[:, -1]
        for j in range(pieces - 1):
            here, there, row = slice(3 * j, 3 * j + 3), slice(3 * j + 3, 3 * j + 6), 3 + 3 * j
            for i, factor in enumerate((np.ones_like(roots), roots, ratio)):
                M[:, row + i, here] = factor * at_right[:, j]
                M[:, row + i, there] = -factor * at_left[:, j + 1]
            rise = self.slope[:, j] * d[j]
            rhs[:, row] = self.level_T[:, j + 1] - self.level_T[:, j] - rise
            rhs[:, row + 1] = self.slope[:, j + 1] - self.slope[:, j]
            rhs[:, row + 2] = self.level_F[:, j + 1] - self.level_F[:, j] - rise
        self.a = np.linalg.solve(M, rhs[:, :, None])[:, :, 0].reshape(-1, pieces, 3)
        self.ratio, self.anchor = ratio, anchor

    def _mode(self, x, coolant):
        j = min(np.searchsorted(self.x, x, side="right"), len(self.x) - 1) - 1
        start = self.x[j] + self.anchor * (self.x[j + 1] - self.x[j])
        each = self.a[:, j] * np.exp(self.roots * (x - start)) * (self.ratio if coolant else 1.0)
        level = self.level_F if coolant else self.level_T
        return each.sum(axis=1) + level[:, j] + self.slope[:, j] * (x - self.x[j])

    def wall(self, x, y):
        """Rise of the plate at a point."""
        return float(self._mode(x, False) @ np.cos(self.n * np.pi * y / self.W))

    def coolant(self, x, y):
        """Rise of the coolant at a point."""
        return float(self._mode(x, True) @ np.cos(self.n * np.pi * y / self.W))

    def mixed_outlet(self):
        """Mean rise of the coolant at x = L."""
        return float(self._mode(self.L, True)[0])

    def chip_mean(self, chip):
        """Mean rise of the plate under a chip."""
        j = int(np.searchsorted(self.x, chip.x)) - 1
        d = self.x[j + 1] - self.x[j]
        s = np.where(self.roots == 0.0, 1.0, self.roots)
        integral = np.where(self.roots == 0.0, d, -np.expm1(-np.abs(s) * d) / np.abs(s))
        mode = (self.a[:, j] * integral).sum(axis=1) / d + self.level_T[:, j] + self.slope[:, j] * d / 2.0
        return float(mode @ _mean_cosine(self.n, self.W, chip.y, chip.height))


def leaking_chip(T_case, R, P_dynamic, P_leak, T_leak, scale):
    """Junction, power, loop gain of T = T_case + R (P_dynamic + P_leak exp((T - T_leak) / scale)), or None."""
    A = T_case + R * P_dynamic
    argument = -R * P_leak / scale * math.exp((A - T_leak) / scale)
    if argument < -math.exp(-1.0):
        return None
    w = lambertw(argument).real
    T = A - scale * w
    return T, (T - T_case) / R, -w


def schumann(x, y):
    """J(x, y) = 1 - exp(-y) int_0^x exp(-s) I0(2 sqrt(y s)) ds of Schumann (1929)."""
    found, _ = quad(
        lambda s: math.exp(2.0 * math.sqrt(y * s) - s - y) * i0e(2.0 * math.sqrt(y * s)),
        0.0,
        x,
        epsabs=1e-14,
        epsrel=1e-13,
    )
    return 1.0 - found
