"""Resistance of every chip of a unit against that of all: mean, spread among chips, and chips that deviate.

About the fit of a unit with one resistance for all chips, the temperature of chip c at point p is off by
``u_c rise_pc + m_p``: u_c is its resistance over the mean, less 1, and m_p what all chips share there (noise of
inlet, flow and power, an offset of all sensors). What the constants of the fit still leave open moves the chips by
known patterns along the plate; how much of each is in the readings is estimated with them, about the fit's own
doubt. The u_c are a population (:mod:`hashheat.validation.population`); chips that no normal population would hold
are named and are no part of it, nor drawn towards its mean.
"""

from dataclasses import dataclass

import numpy as np
from scipy.stats import chi2 as chi2_distribution
from scipy.stats import norm

from hashheat.components.errors import CalibrationError
from hashheat.components.weighted_fit import UNLIKELY
from hashheat.validation.condensed_points import Condensed
from hashheat.validation.instruments import Instrument
from hashheat.validation.population import Population, estimate_population
from hashheat.validation.unit_constants import BOARD_MEAN
from hashheat.validation.unit_fit import UnitFit
from hashheat.validation.unit_model import UnitModel

#: The number that each chip has of its own, and how a fit asks for it.
RESISTANCE, OF_EACH = "chips.junction_to_plate", "chips.junction_to_plate@chip"
#: Chance that any sound chip of a unit is said to deviate.
_FALSE_ALARM = 0.01
#: Rounds between chips, shared moves, patterns and population; they settle in a few.
_ROUNDS = 12
#: Degrees of freedom that tell noise smaller than stated.
_MANY = 100
#: Fewer chips have no spread that could be told.
_FEWEST = 5


@dataclass(frozen=True, eq=False)
class ChipResistances:
    """Resistances of single chips, over the mean of all, less 1 [-] unless said otherwise.

    Attributes
    ----------
    resistance, resistance_sigma : float
        Of the fit with one for all chips, and its standard error [K/W].
    own, own_sigma : (boards, chips) arrays
        Every chip's own estimate and its standard error; NaN for chips without a reading.
    estimate, sigma : (boards, chips) arrays
        Drawn towards the mean by its doubt, and its standard error; of chips that deviate the own one.
    interval : (boards, chips, 2) array
        95 %.
    away : (boards, chips) array
        Own estimate from the mean, in standard deviations of spread and own error together.
    deviates : (boards, chips) bool array
        Farther away than any sound chip is but for a chance of 1 %.
    readings : (boards, chips) int array
    spread : float
        Standard deviation among chips that do not deviate.
    spread_interval : (float, float)
        95 %; from 0 where the data do not tell it from none.
    enlarged : float
        Factor on all own standard errors where readings scatter more about the fit than stated, or less, else 1.
    """

    resistance: float
    resistance_sigma: float
    own: np.ndarray
    own_sigma: np.ndarray
    estimate: np.ndarray
    sigma: np.ndarray
    interval: np.ndarray
    away: np.ndarray
    deviates: np.ndarray
    readings: np.ndarray
    spread: float
    spread_interval: tuple[float, float]
    enlarged: float

    @property
    def kelvin_per_watt(self) -> np.ndarray:
        """Every chip's estimate, (boards, chips) [K/W]."""
        return self.resistance * (1.0 + self.estimate)

    @property
    def kelvin_per_watt_interval(self) -> np.ndarray:
        """Where it lies with 95 %, the doubt of the mean of all chips with it, (boards, chips, 2) [K/W]."""
        # A mean that is wrong moves all chips alike, but not by how many K/W they differ.
        z = float(norm.ppf(0.975))
        half = 0.5 * np.diff(self.interval, axis=-1)
        mean = z * self.resistance_sigma
        of_ratio = mean / self.resistance * self.estimate[..., None]
        off = np.sqrt(self.resistance**2 * (half**2 - of_ratio**2) + mean**2)
        found: np.ndarray = self.kelvin_per_watt[..., None] + np.array([-1.0, 1.0]) * off
        return found


def chip_resistances(
    fit: UnitFit,
    x: np.ndarray,
    covariance: np.ndarray,
    condensed: Condensed,
    instrument: Instrument,
) -> ChipResistances:
    """Resistance of every chip, from a fit with one for all.

    Parameters
    ----------
    fit : UnitFit
        With ``chips.junction_to_plate`` among its constants.
    x : (k,) array
        Its best constants.
    covariance : (k, k) array
        Of x.
    condensed : Condensed
        Points of the fit.
    instrument : Instrument
        Of the chips' readings.

    Returns
    -------
    ChipResistances

    Raises
    ------
    CalibrationError
        For data without chip temperatures that can be compared chip by chip.

    Notes
    -----
    What the sensor of a single chip is off by for good counts as resistance: it looks the same where power hardly
    changes. To first order in what a hotter chip leaks more; at the power of the board, which is given.
    """
    check_chips(condensed.model)
    measured = condensed.model.measured["T_chip"]
    n, (boards, chips) = len(measured), measured.shape[1:]
    T, moves = _predicted(fit, x)
    names = [c.name for c in fit.constants]
    rise = moves[names.index(RESISTANCE)] / (1.0 - _gain(fit, T, moves[names.index(RESISTANCE)]))
    error = (measured - T).reshape(n, -1)
    seen = np.isfinite(error)
    if (seen.any(axis=0)).sum() < _FEWEST:
        raise CalibrationError(
            "so few chips have no spread that could be told",
            key=OF_EACH,
            found=int(seen.any(axis=0).sum()),
            accepted=f"{_FEWEST} chips or more",
        )
    counts = np.maximum(condensed.counts["T_chip"].reshape(n, -1), 1)
    noise = instrument.at(np.where(seen, T.reshape(n, -1), 300.0))[1]
    weight = np.where(seen, counts / noise**2, 0.0)
    rise = rise.reshape(n, -1)
    # One row for each standard deviation that the fit leaves open: roots of its covariance.
    root = np.linalg.cholesky(covariance + 1e-14 * np.diag(np.diag(covariance)))
    patterns = np.tensordot(root.T, moves.reshape(len(moves), n, -1), axes=1)
    u, info, own_error = _own(np.where(seen, error, 0.0), rise, weight)
    shapes = np.stack([_own(pattern, rise, weight)[0] for pattern in patterns], axis=1)
    told = info > 0.0
    # A point's shared move takes one freedom of each, a chip another.
    dof = int(seen.sum() - told.sum() - seen.any(axis=1).sum() + 1)
    enlarged = 1.0
    above = chi2_distribution.sf(own_error, dof) if dof > 0 else 1.0
    # Noise stated too large would be taken out of the spread; hundreds of readings know it better.
    if above < UNLIKELY or (dof >= _MANY and above > 1.0 - UNLIKELY):
        enlarged = float(np.sqrt(own_error / dof))
    population, left, deviates, away, own = _population(u[told], info[told] / enlarged**2, shapes[told])
    i = names.index(RESISTANCE)
    resistance = float(fit.constants[i].value(float(x[i])))
    mean_doubt = float(np.sqrt(covariance[i, i]))
    # A ratio is as doubtful as the mean that it is over.
    sigma = np.sqrt(enlarged**2 / info[told] + left + (mean_doubt * own) ** 2)
    z = float(norm.ppf(0.975))
    middle, half = population.estimate[:, 0], np.diff(population.interval[:, 0], axis=-1)[:, 0] / 2.0
    left = left + (mean_doubt * middle) ** 2
    half = np.sqrt(half**2 + z**2 * left)
    error_of = np.sqrt(population.covariance[:, 0, 0] + left)
    estimate = np.where(deviates, own, middle)
    error_of = np.where(deviates, sigma, error_of)
    half = np.where(deviates, z * sigma, half)

    def laid(values: np.ndarray, none: float = np.nan) -> np.ndarray:
        every = np.full((told.size, *values.shape[1:]), none)
        every[told] = values
        return every.reshape(boards, chips, *values.shape[1:])

    return ChipResistances(
        resistance=resistance,
        resistance_sigma=resistance * mean_doubt,
        own=laid(own),
        own_sigma=laid(sigma),
        estimate=laid(estimate),
        sigma=laid(error_of),
        interval=laid(np.stack([estimate - half, estimate + half], axis=1)),
        away=laid(away),
        deviates=laid(deviates.astype(float), 0.0) > 0.5,
        readings=(seen * counts).sum(axis=0).astype(int).reshape(boards, chips),
        spread=float(population.sd[0]),
        spread_interval=_over_mean(population, z * mean_doubt),
        enlarged=enlarged,
    )


def check_chips(model: UnitModel) -> None:
    """Raise CalibrationError for data without temperatures that can be compared chip by chip."""
    if "T_chip" not in model.measured:
        raise CalibrationError(
            "resistances chip by chip need temperatures chip by chip",
            key=OF_EACH,
            found=model.left_out.get("T_chip", "no temperatures of single chips in the data"),
            accepted="T_chip of every chip, and --chip-order, how the data number them",
        )


def _predicted(fit: UnitFit, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Chips at the best constants, (points, boards, chips), and their change with each, (k, points, ...)."""
    # Means of boards stand for what is now told chip by chip.
    x = np.where([c.name.startswith(f"{BOARD_MEAN}[") for c in fit.constants], 0.0, x)
    steps, k = fit.steps(), len(fit.constants)
    low, high = np.array([(c.lowest, c.highest) for c in fit.constants]).T
    at = np.clip(x, low + steps, high - steps)
    X = np.concatenate([x[None], at + np.diag(steps), at - np.diag(steps)])[:, None]
    own = {
        c.name: np.exp(X[..., i]) if c.logarithmic else X[..., i]
        for i, c in enumerate(fit.constants)
        if c.name in fit.model.parameters
    }
    found = fit.model.predict(own, samples=len(X), quantities=("T_chip",)).values["T_chip"]
    moves = (found[1 : k + 1] - found[k + 1 :]) / (2.0 * steps[:, None, None, None])
    return found[0], np.nan_to_num(moves)


def _gain(fit: UnitFit, T: np.ndarray, rise: np.ndarray) -> np.ndarray:
    """Share of a chip's rise that comes back as rise, since a hotter chip leaks more: rise times dP/dT over P."""
    q = fit.model.miner.quantities
    share, scale = q["power.leakage_share"].nominal, q["power.leakage_scale"].nominal
    leak = share * np.exp((np.nan_to_num(T, nan=300.0) - q["power.reference_temperature"].nominal) / scale)
    found: np.ndarray = np.clip(rise * leak / (1.0 - share + leak) / scale, 0.0, 0.5)
    return found


def _own(error: np.ndarray, rise: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """Each chip's u with its information, what all chips share at a point taken out, and chi2 that is left."""
    info = (weight * rise**2).sum(axis=0)
    safe = np.where(info > 0.0, info, 1.0)
    total = np.maximum(weight.sum(axis=1), 1e-300)
    u = np.zeros(info.size)
    for _ in range(_ROUNDS):
        shared = (weight * (error - u * rise)).sum(axis=1) / total
        u = (weight * rise * (error - shared[:, None])).sum(axis=0) / safe
        # The mean over chips is the fit's: what all share at all points is no part of u.
        u = u - u[info > 0.0].mean()
    rest = error - u * rise
    rest = rest - ((weight * rest).sum(axis=1) / total)[:, None]
    return u, info, float((weight * rest**2).sum())


def _population(
    u: np.ndarray, info: np.ndarray, shapes: np.ndarray
) -> tuple[Population, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Population, variance that patterns leave, chips that deviate, how far away, and u without the patterns."""
    n = u.size
    far = float(norm.ppf(1.0 - 0.5 * _FALSE_ALARM / n))
    deviates = np.zeros(n, dtype=bool)
    spread, middle = float(1.4826 * np.median(np.abs(u - np.median(u)))), float(np.median(u))
    for _ in range(_ROUNDS):
        own_weight = np.where(deviates, 0.0, 1.0 / (spread**2 + 1.0 / info))
        inverse = np.linalg.inv(np.eye(shapes.shape[1]) + shapes.T @ (own_weight[:, None] * shapes))
        moved = u - shapes @ (inverse @ (shapes.T @ (own_weight * (u - middle))))
        left = np.einsum("ni,ij,nj->n", shapes, inverse, shapes)
        # A chip that deviates has no say in mean and spread.
        said = np.where(deviates, 0.0, info)
        population = estimate_population(moved[:, None], said[:, None, None])
        spread, middle = float(population.sd[0]), float(population.mean[0])
        away = (moved - middle) / np.sqrt(spread**2 + 1.0 / info + left)
        now = np.abs(away) > far
        if (now == deviates).all():
            break
        deviates = now
    return population, left, deviates, away, moved


def _over_mean(population: Population, doubt: float) -> tuple[float, float]:
    """Interval of the spread with the doubt of the mean that it is over, in its logarithm."""
    sd, (low, high) = float(population.sd[0]), population.sd_interval[0].tolist()
    if not low > 0.0:
        return 0.0, high * float(np.exp(doubt))
    half = float(np.hypot(0.5 * np.log(high / low), doubt))
    return sd * float(np.exp(-half)), sd * float(np.exp(half))


def without_parts(keys: tuple[str, ...]) -> tuple[tuple[str, ...], bool]:
    """Names to fit to a unit as a whole, and whether single chips were asked for.

    Parameters
    ----------
    keys : tuple of str

    Returns
    -------
    keys : tuple of str
        ``chips.junction_to_plate`` in place of ``chips.junction_to_plate@chip``.
    each : bool

    Raises
    ------
    CalibrationError
        For parts of any other number.
    """
    for key in keys:
        if "@" in key and key != OF_EACH:
            raise CalibrationError(
                "no number of this name can be told chip by chip", key="fit", found=key, accepted=OF_EACH
            )
    each = OF_EACH in keys
    return tuple(dict.fromkeys(key.partition("@")[0] for key in keys)) if each else keys, each
