"""Prediction against measurement after ASME V&V 20: comparison error, validation uncertainty, bias, verdict.

At a point the comparison error is ``E = S - D`` (simulation minus data) and the validation uncertainty is
``u_val**2 = u_num**2 + u_input**2 + u_D**2``; the model's own error lies in ``E -+ k u_val`` (V&V 20-2009,
sections 1-5 and 6). Over many points the errors of instruments and inputs that stay the same do not average
out. So the bias is ``mean(E)`` and its standard uncertainty

    u_bias**2 = u_random**2 + u_num**2 + u_input_mean**2 + u_D_systematic**2

with u_random from the scatter of E itself (less its memory: neighbouring moments of a series are no independent
points; and from unit to unit where there are several), u_input_mean the standard deviation over the samples of
the mean prediction over all points, u_num that of the mean, and the systematic part of u_D in full. Noise of
instruments and spread between units, known beforehand, show in the scatter too: u_random is the larger of what is
seen and what is known. The 95 % interval has the half width ``U = t u_bias``, t of Student's distribution with the
effective degrees of freedom of Welch and Satterthwaite (GUM, JCGM 100:2008, G.4.1), of which only u_random has a
finite number.

The verdict of a quantity, in this order:

``biased``
    ``|mean(E)| > U``: the interval of the model error does not hold zero (V&V 20: |E| clearly above u_val, so
    that E tells sign and size of the model error).
``uncertain``
    ``U`` exceeds a quarter of the signal: rise above the inlet for a temperature, else the value itself. V&V 20
    says that where |E| is not above u_val the model error is within u_val; whether that is good enough is the
    user's question, and the quarter (``TELLING``) is this package's answer.
``agrees``
    Otherwise: the model error is no larger than u_val.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.stats import t as student

from hashheat.thermo.errors import InputError
from hashheat.validation.bias_factor import BiasFactor, bias_factor
from hashheat.validation.series_figures import SeriesFigures, series_figures
from hashheat.validation.series_memory import integrated_memory

#: Share of the signal that an interval may have and still tell something.
TELLING = 0.25
AGREES, BIASED, UNCERTAIN = "agrees", "biased", "uncertain"


@dataclass(frozen=True, eq=False)
class Comparison:
    """A quantity, predicted and measured.

    Parameters
    ----------
    name : str
    points, values : int
        Moments, and single readings, that were compared.
    bias : float
        Mean of E over the moments, each the mean of its readings [SI; kelvin for temperatures].
    u_random, u_num, u_input, u_data : float
        Contributions to the standard uncertainty of the bias.
    u_bias, interval : float
        Standard uncertainty of the bias, and half width of its 95 % interval.
    freedom : float
        Effective degrees of freedom; infinite where nothing is random.
    independent : float
        Moments that the series is worth.
    u_val : float
        Validation uncertainty of a single reading, root mean square.
    within : float
        Share of the readings with ``|E| <= 2 u_val`` [-].
    scatter : float
        Standard deviation of E over all readings.
    band : (float, float)
        Band that holds 95 % of the single errors E, for normal errors.
    signal : float
        What the interval is measured by, see the module.
    factor : BiasFactor or None
        Of rises above the inlet, or of the value itself; None where fewer than two are positive.
    series : SeriesFigures or None
    verdict : {"agrees", "biased", "uncertain"}
    """

    name: str
    points: int
    values: int
    bias: float
    u_random: float
    u_num: float
    u_input: float
    u_data: float
    u_bias: float
    interval: float
    freedom: float
    independent: float
    u_val: float
    within: float
    scatter: float
    band: tuple[float, float]
    signal: float
    factor: BiasFactor | None
    series: SeriesFigures | None
    verdict: str


@dataclass(frozen=True, eq=False)
class Errors:
    """What a comparison is made of; arrays of shape (points, ...), readings of a moment behind it, NaN if missing.

    Parameters
    ----------
    predicted, measured : array
        [SI]
    zero : (points,) array
        What a rise is counted from: the inlet for temperatures, 0 else.
    unit : (points,) int array
        Unit of each point; the points of a unit are in the order of time.
    u_num : float
        By the cells, of single predictions: the largest.
    u_input : array
        Of single predictions.
    u_input_mean : float
        Of the mean prediction over all points.
    u_systematic, u_random : array
        Of the instrument.
    u_input_random : array
        Of single predictions, by what is new in every reading of what drives the model: the part of ``u_input``
        that averages out over moments, though not over the readings of a moment.
    u_num_mean : float, optional
        By the cells, of the mean prediction over all points; that of single ones if left out.
    u_own : float
        Of the mean prediction over all points, by what each of several units has of its own: it is seen in the
        scatter between the units as well.
    """

    predicted: np.ndarray
    measured: np.ndarray
    zero: np.ndarray
    unit: np.ndarray
    u_num: float
    u_input: np.ndarray
    u_input_mean: float
    u_systematic: np.ndarray
    u_random: np.ndarray
    u_input_random: np.ndarray | float = 0.0
    u_num_mean: float | None = None
    u_own: float = 0.0


def compare(name: str, given: Errors) -> Comparison:
    """Compare a quantity; see the module for the formulas and the rule of the verdict.

    Parameters
    ----------
    name : str
    given : Errors

    Returns
    -------
    Comparison

    Raises
    ------
    InputError
        Where no reading has a prediction.
    """
    S, D = np.asarray(given.predicted, dtype=float), np.asarray(given.measured, dtype=float)
    n = len(S)
    E = S - D
    flat = E.reshape(n, -1)
    known = np.isfinite(flat)
    some = known.any(axis=1)
    if not some.any():
        raise InputError("no reading has a prediction", key=name)
    each = np.where(known, flat, 0.0).sum(axis=1)[some] / known.sum(axis=1)[some]
    bias = float(each.mean())
    u_random, freedom, independent = random_uncertainty(each, given.unit[some])

    def mean_of(x: np.ndarray) -> float:
        spread = np.broadcast_to(x, S.shape).reshape(n, -1)
        return float(spread[known].mean())

    # A single moment has no scatter in time, and a few may agree by chance: noise that is stated counts at least.
    # That of the drivers moves all readings of a moment together.
    of_drivers = mean_of(np.square(given.u_input_random)) / some.sum()
    noise = float(np.sqrt(mean_of(np.square(given.u_random)) / known.sum() + of_drivers + given.u_own**2))
    if noise > u_random:
        u_random, freedom = noise, np.inf
    u_data = mean_of(given.u_systematic)
    u_num = given.u_num if given.u_num_mean is None else given.u_num_mean
    fixed = np.hypot(np.hypot(u_num, given.u_input_mean), u_data)
    u_bias = float(np.hypot(u_random, fixed))
    effective = freedom * (u_bias / u_random) ** 4 if u_random > 0.0 else np.inf
    interval = (
        float(student.ppf(0.975, max(effective, 1.0)) * u_bias)
        if np.isfinite(effective)
        else 1.959964 * u_bias
    )

    u_D = np.hypot(given.u_systematic, given.u_random)
    u_val = np.sqrt(given.u_num**2 + np.square(given.u_input) + np.square(u_D))
    u_single = np.broadcast_to(u_val, S.shape).reshape(n, -1)[known]
    errors = flat[known]
    scatter = float(errors.std(ddof=1)) if errors.size > 1 else 0.0
    free = independent - 1.0 if some.sum() > 1 else errors.size - 1.0
    wide = float(student.ppf(0.975, max(free, 1.0))) * scatter if errors.size > 1 else interval

    zero = np.asarray(given.zero, dtype=float).reshape(-1, *(1,) * (S.ndim - 1))
    rise_S, rise_D = (S - zero).reshape(n, -1)[known], (D - zero).reshape(n, -1)[known]
    signal = float(np.abs(rise_D).mean())
    positive = (rise_S > 0.0) & (rise_D > 0.0)
    of_data = mean_of(given.u_random) / signal if signal > 0.0 else 0.0
    moments = _means(S - zero, known, some), _means(D - zero, known, some)
    return Comparison(
        name=name,
        points=int(some.sum()),
        values=int(known.sum()),
        bias=bias,
        u_random=u_random,
        u_num=float(u_num),
        u_input=float(given.u_input_mean),
        u_data=u_data,
        u_bias=u_bias,
        interval=interval,
        freedom=float(effective),
        independent=independent,
        u_val=float(np.sqrt(np.square(u_single).mean())),
        within=float((np.abs(errors) <= 2.0 * u_single).mean()),
        scatter=scatter,
        band=(bias - wide, bias + wide),
        signal=signal,
        factor=bias_factor(rise_S, rise_D, of_data) if positive.sum() > 1 else None,
        series=series_figures(*moments) if some.sum() > 1 and moments[1].mean() != 0.0 else None,
        verdict=verdict(bias, interval, signal),
    )


def verdict(bias: float, interval: float, signal: float) -> str:
    """Verdict of a bias with its 95 % interval; the rule stands at the top of this module.

    Parameters
    ----------
    bias, interval : float
        Mean error, and half width of its interval, in one unit.
    signal : float
        Rise above the inlet, or the value itself, in that unit.

    Returns
    -------
    str
        :data:`AGREES`, :data:`BIASED` or :data:`UNCERTAIN`.
    """
    if abs(bias) > interval:
        return BIASED
    return UNCERTAIN if interval > TELLING * signal else AGREES


def overall(verdicts: Mapping[str, str]) -> str:
    """Verdict of all quantities together: biased if one is; agrees if one agrees; else uncertain."""
    for word in (BIASED, AGREES):
        if word in verdicts.values():
            return word
    return UNCERTAIN


def random_uncertainty(errors: np.ndarray, unit: np.ndarray) -> tuple[float, float, float]:
    """Standard uncertainty of a mean from the scatter of its terms, which may remember each other.

    Parameters
    ----------
    errors : (n,) array
        Those of a unit in the order of time.
    unit : (n,) int array
        Unit of each.

    Returns
    -------
    uncertainty : float
        In the unit of the errors; 0 for a single term.
    freedom : float
        Degrees of freedom; infinite where the uncertainty is 0.
    independent : float
        Terms that they are worth.

    Notes
    -----
    A series of n terms is worth ``n / tau`` independent ones, at least one, with tau of
    :func:`hashheat.validation.series_memory.integrated_memory`. With several units the scatter of the units' means
    about the common one counts instead where it is larger, with one degree of freedom less than there are units.
    """
    names, place = np.unique(unit, return_inverse=True)
    size = errors.size
    variance, worth, freedom = 0.0, 0.0, 0.0
    means, weights = np.empty(names.size), np.empty(names.size)
    for k in range(names.size):
        own = errors[place == k]
        deviation = own - own.mean()
        means[k], weights[k] = own.mean(), own.size / size
        square = float(np.square(deviation).sum())
        effective = max(own.size / integrated_memory(own), 1.0)
        worth += effective
        if own.size > 1:
            variance += weights[k] ** 2 * square / (own.size - 1) / effective
            freedom += max(effective - 1.0, 1.0)
    if names.size > 1:
        between = float((np.square(weights * (means - errors.mean()))).sum()) * names.size / (names.size - 1)
        if between > variance:
            return float(np.sqrt(between)), float(names.size - 1), float(names.size)
    return (float(np.sqrt(variance)), freedom, worth) if variance > 0.0 else (0.0, np.inf, worth)


def _means(x: np.ndarray, known: np.ndarray, some: np.ndarray) -> np.ndarray:
    """Mean over the readings of each moment."""
    flat = np.where(known, x.reshape(len(x), -1), 0.0)
    found: np.ndarray = flat.sum(axis=1)[some] / known.sum(axis=1)[some]
    return found
