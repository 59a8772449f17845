"""How far the uncertain inputs of a run move its predictions: device file, readings that drive it, the unit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree
from scipy.special import ndtri

from hashheat.fleet.sampling import sobol_points
from hashheat.thermo.errors import InputError
from hashheat.thermo.quantity import Quantity
from hashheat.validation.data_balance import AMBIENT_DOUBT
from hashheat.validation.instruments import Instrument
from hashheat.validation.own_draws import chip_draws, own_of_mean, unit_places
from hashheat.validation.unit_model import PLACE, READINGS, Prediction, UnitModel

#: Points that are sampled; the others take the uncertainty of the nearest of them.
MOST_POINTS = 48
#: Device numbers that move none of the predictions.
_IDLE = (
    "chips.limit",
    "chips.length",
    "chips.width",
    "chips.unit_spread",
    "power.terahash_per_second",
    "plate.friction_factor",
    "plate.port_loss",
    "coolant.manifold_pressure_drop",
)
_LEAST_PLACE = 0.05
_FEWEST = 4


@dataclass(frozen=True, eq=False)
class InputUncertainty:
    """Spread of predictions by the inputs.

    Parameters
    ----------
    point : dict of str to (points, ...) array
        u_input of every predicted value: systematic and random parts together [SI].
    random : dict of str to (points, ...) array
        Random part alone: by the noise of the readings that drive the model, new at every point [SI].
    mean : dict of str to float
        Standard deviation over the samples of the mean over all points: the part that does not average out [SI].
        Of one unit with what is its own; of several without, see ``own``.
    own : dict of str to float
        Standard deviation of the mean over all points by what each of several units has of its own, its place in
        the unit-to-unit spread and the draws of its chips [SI]: it shows in the scatter between the units. 0 of
        one unit, whose own is in ``mean``.
    shift : dict of str to float
        Mean over the samples minus the nominal prediction, mean over all points [SI]: an input whose spread
        acts on one side.
    inputs : dict of str to str
        Each uncertain input and its spread in words.
    shares : dict of str to dict of str to float
        For each quantity, squared rank correlation of the samples' mean with each input [-], largest first.
    failed : int
        Samples without a steady state at some point; they are left out.
    lost : dict of str to int
        Other samples without a value of a quantity where the nominal prediction has one, left out for it alone:
        its hottest chip runs away.
    unknown : dict of str to str
        Quantities whose u_input is not known, and why; the others have theirs.
    """

    point: dict[str, np.ndarray]
    random: dict[str, np.ndarray]
    mean: dict[str, float]
    own: dict[str, float]
    shift: dict[str, float]
    inputs: dict[str, str]
    shares: dict[str, dict[str, float]]
    failed: int
    lost: dict[str, int]
    unknown: dict[str, str]


def uncertain_inputs(model: UnitModel) -> dict[str, Quantity]:
    """Numbers of the device file that are uncertain and move what is compared.

    Parameters
    ----------
    model : UnitModel

    Returns
    -------
    dict of str to Quantity
        Power and flow only where the data do not have them.
    """
    points = model.points
    found = {}
    for key, quantity in model.miner.quantities.items():
        if not quantity.is_uncertain or key in _IDLE:
            continue
        if key == "power.wall" and points.power is not None:
            continue
        if key == "coolant.flow" and points.volume_flow is not None:
            continue
        if key == "chips.chip_spread" and "T_chip_max" not in model.measured:
            continue
        found[key] = quantity
    return found


def input_uncertainty(
    model: UnitModel,
    instruments: Mapping[str, Instrument],
    samples: int = 128,
    quantities: Sequence[str] | None = None,
) -> InputUncertainty:
    """u_input of every prediction, by Sobol samples of all uncertain inputs at once.

    Parameters
    ----------
    model : UnitModel
        At its points.
    instruments : mapping of str to Instrument
        Of the readings that drive the model.
    samples : int
        A power of two.
    quantities : sequence of str, optional
        Those of the data if left out.

    Returns
    -------
    InputUncertainty

    Raises
    ------
    InputError
        If samples is no power of two, or hardly any of them has a steady state.

    Notes
    -----
    In a sample the device's numbers, the systematic error of each driving instrument and the place of each unit
    in the unit-to-unit spread are the same at all points. The random part of a driving instrument, new at every
    point, is added by its sensitivity. At most 48 points, evenly spaced in time, are sampled.

    What units and chips have of their own is added by its sensitivity too, see
    :mod:`hashheat.validation.own_draws`: the places of several units, and the draws of the chips' resistances
    about their unit's.
    """
    n = model.points.count
    chosen = np.unique(np.linspace(0, n - 1, min(MOST_POINTS, n)).astype(int))
    keep = np.zeros(n, dtype=bool)
    keep[chosen] = True
    few = model.subset(keep)
    nearest = _nearest(model, chosen)
    weight = np.bincount(nearest, minlength=chosen.size) / n

    device, errors = uncertain_inputs(model), _driving(few, instruments)
    units, place = np.unique(few.points.unit, return_inverse=True)
    several = units.size > 1
    spread = model.miner.quantities["chips.unit_spread"]
    has_places = spread.nominal > 0.0 or spread.is_uncertain
    names = [*device, *errors]
    u = sobol_points(samples, len(names) + (2 if has_places and not several else 0))
    overrides: dict[str, np.ndarray] = {}
    for column, (key, quantity) in enumerate(device.items()):
        overrides[key] = np.asarray(quantity.quantile(u[:, column]))
    for column, (key, (sigma, _)) in enumerate(errors.items(), start=len(device)):
        overrides[key] = READINGS[key] + sigma * ndtri(u[:, column])
    drawn = dict(overrides)
    if has_places and not several:
        width = np.asarray(spread.quantile(u[:, len(names)]))
        overrides[PLACE] = np.maximum(1.0 + width * ndtri(u[:, -1]), _LEAST_PLACE)
        drawn["unit's place"] = overrides[PLACE]
    found = few.predict(overrides, samples=samples, quantities=quantities)
    solved = (found.status == 0).all(axis=1)
    if solved.sum() < _FEWEST:
        raise InputError(
            "the uncertain inputs leave hardly any sample with a steady state, so that u_input is not known",
            found=f"{int(solved.sum())} of {samples}",
            accepted=f"{_FEWEST} or more: a device file with narrower spreads, or more samples",
        )
    plain = few.predict(quantities=quantities)
    at_random = _random(few, instruments, plain)
    draws = chip_draws(few, tuple(found.values))
    places = unit_places(few, plain) if has_places and several else {}

    point, mean, own, shift, shares, lost, unknown = {}, {}, {}, {}, {}, {}, {}
    for name, values in found.values.items():
        nominal = plain.values[name][0]
        seen = np.isfinite(nominal)
        good = solved & np.isfinite(values[:, seen]).all(axis=1)
        lost[name] = int((solved & ~good).sum())
        if good.sum() < _FEWEST or not seen.any():
            unknown[name] = (
                f"a chip of the model runs away in {lost[name]} of {samples} samples of the inputs"
            )
            continue
        share = _shares_of_mean(seen, weight)
        chip, unit = draws.get(name, np.zeros(nominal.shape)), places.get(name, np.zeros(nominal.shape))
        deviation = np.where(seen, values[good].std(axis=0), np.nan)
        single = np.sqrt(deviation**2 + at_random[name] ** 2 + chip**2 + unit**2)
        random = np.where(seen, at_random[name], np.nan)
        point[name], at_random[name] = (_filled(x)[nearest] for x in (single, random))
        by_sample = np.nansum(np.where(seen, values[good], 0.0) * share, axis=tuple(range(1, values.ndim)))
        of_own = own_of_mean(chip, unit, share, place)
        mean[name] = float(np.hypot(by_sample.std(), 0.0 if several else of_own))
        own[name] = of_own if several else 0.0
        shift[name] = float(by_sample.mean() - np.where(seen, nominal * share, 0.0).sum())
        shares[name] = _shares({k: v[good] for k, v in drawn.items()}, by_sample)
    told = {key: q.describe().split(" [")[0] for key, q in device.items()}
    told |= {key: text for key, (_, text) in errors.items()}
    if has_places:
        told["unit's place"] = f"chips.unit_spread, {spread.describe().split(' [')[0]}"
    if any(x.any() for x in draws.values()):
        q = model.miner.quantities["chips.chip_spread"]
        told["chips' own resistances"] = f"chips.chip_spread, {q.describe().split(' [')[0]}"
    at_random = {name: at_random[name] for name in point}
    failed = int((~solved).sum())
    return InputUncertainty(point, at_random, mean, own, shift, told, shares, failed, lost, unknown)


def _shares_of_mean(seen: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Share of each value in the mean over points of the mean over what is seen of a point; sums to 1."""
    flat = seen.reshape(len(seen), -1)
    count = flat.sum(axis=1)
    weights = np.where(count > 0, weight, 0.0)
    found: np.ndarray = (flat * (weights / np.maximum(count, 1))[:, None] / weights.sum()).reshape(seen.shape)
    return found


def _filled(x: np.ndarray) -> np.ndarray:
    """Values without a prediction take the largest that there is: another point may have the nearest of them."""
    return np.where(np.isfinite(x), x, np.nanmax(x))


def _driving(
    model: UnitModel, instruments: Mapping[str, Instrument], part: str = "systematic"
) -> dict[str, tuple[float, str]]:
    """Standard error of each reading that drives the model, by its key, and its text."""
    points = model.points
    power = "power_dc" if points.power_is_dc else "power_ac"
    readings = {
        "offset.T_in": ("T_in", None),
        "factor.volume_flow": ("volume_flow", points.volume_flow),
        "factor.power": (power, points.power),
        "offset.T_ambient": ("T_ambient", None),
    }
    found: dict[str, tuple[float, str]] = {}
    for key, (name, values) in readings.items():
        absent = (key.startswith("factor") and values is None) or (
            name == "T_ambient" and not points.has_ambient
        )
        if name in instruments and not absent:
            sigma = float(getattr(instruments[name], part))
            if values is not None and not instruments[name].relative:
                sigma /= float(values.mean())
            found[key] = sigma, instruments[name].text
    if part == "systematic" and not points.has_ambient:
        found["offset.T_ambient"] = AMBIENT_DOUBT, "not measured: 20 degC within 5 K assumed"
    return {key: value for key, value in found.items() if value[0] > 0.0}


def _random(
    model: UnitModel, instruments: Mapping[str, Instrument], plain: Prediction
) -> dict[str, np.ndarray]:
    """Standard deviation of every prediction by what is new in every driving reading."""
    square = {name: np.zeros(values.shape[1:]) for name, values in plain.values.items()}
    for key, (sigma, _) in _driving(model, instruments, "random").items():
        moved = model.predict({key: READINGS[key] + sigma}, quantities=tuple(plain.values))
        for name, values in moved.values.items():
            square[name] += np.nan_to_num(np.square(values[0] - plain.values[name][0]))
    return {name: np.sqrt(x) for name, x in square.items()}


def _nearest(model: UnitModel, chosen: np.ndarray) -> np.ndarray:
    """For every point the sampled one that is nearest in inlet, flow, power and unit."""
    points = model.points
    columns = [points.T_in, points.volume_flow, points.power]
    scaled = [(x - x.mean()) / (np.ptp(x) or 1.0) for x in columns if x is not None]
    if np.unique(points.unit).size > 1:
        scaled.append(points.unit * 10.0)
    place = np.stack(scaled, axis=1)
    found: np.ndarray = cKDTree(place[chosen]).query(place)[1]
    return found


def _shares(drawn: Mapping[str, np.ndarray], outcome: np.ndarray) -> dict[str, float]:
    """Squared rank correlation of an outcome with each input, the largest first."""
    if outcome.size < 8 or np.ptp(outcome) == 0.0:
        return {}
    rank = np.argsort(np.argsort(outcome)).astype(float)
    found = {}
    for key, values in drawn.items():
        if np.ptp(values) > 0.0:
            own = np.argsort(np.argsort(values)).astype(float)
            found[key] = float(np.corrcoef(own, rank)[0, 1] ** 2)
    return dict(sorted(found.items(), key=lambda kv: -kv[1]))
