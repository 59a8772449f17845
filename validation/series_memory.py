"""How long a series remembers: the factor by which its memory widens the uncertainty of its mean, squared."""

import numpy as np

#: Below it a series says nothing about its memory.
_FEWEST = 4


def integrated_memory(x: np.ndarray) -> float:
    """Integrated autocorrelation time of a series, in terms.

    Parameters
    ----------
    x : (n,) array
        In the order of time, evenly spaced, finite.

    Returns
    -------
    float
        ``tau = 1 + 2 sum(r_k)`` from 1, no memory, to n: the mean of the series is as uncertain as that of
        ``n / tau`` independent terms. 1 for fewer than four terms or none that differ.

    Notes
    -----
    Autocorrelations r_k are summed in pairs of neighbours while the pairs stay positive (initial positive
    sequence), so that a slow part is seen beside white noise, which hides it from r_1. A sample's
    autocorrelations lie low by about tau / n since they are taken about its own mean; of a sum over lags up to W
    that takes the share ``(2 W + 1) / n``, which is put back. Memory below none counts as none. A series of fewer
    than about ten times its memory still underestimates it.

    References
    ----------
    C. Geyer, Practical Markov chain Monte Carlo, Statist. Sci. 7 (1992) 473, section 3.3.
    """
    x = np.asarray(x, dtype=float)
    n = x.size
    if n < _FEWEST:
        return 1.0
    deviation = x - x.mean()
    spectrum = np.fft.rfft(deviation, 2 * n)
    covariance = np.fft.irfft(spectrum * spectrum.conj(), 2 * n)[:n]
    # Equal terms leave round-off only.
    if covariance[0] <= n * (1e-14 * np.abs(x).max()) ** 2:
        return 1.0
    r = covariance / covariance[0]
    pairs = r[: n - n % 2].reshape(-1, 2).sum(axis=1)
    ended = np.flatnonzero(pairs <= 0.0)
    used = int(ended[0]) if ended.size else pairs.size
    total = 2.0 * float(pairs[:used].sum()) - 1.0
    if total <= 1.0:
        return 1.0
    left = 1.0 - (4.0 * used - 1.0 - total) / n
    return float(min(max(total / left, 1.0), n)) if left > 0.0 else float(n)
