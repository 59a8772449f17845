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
    shift : dict of str to float
        Mean over the samples minus the nominal prediction, mean over all points [SI]: an input whose spread
        acts on one side.
    inputs : dict of str to str
        Each uncertain input and its spread in words.
    shares : dict of str to dict of str to float
        For each quantity, squared rank correlation of the samples' mean with each input [-], largest first.
    failed : int
        Samples without a steady state at some point; they are left out.
    """

    point: dict[str, np.ndarray]
    random: dict[str, np.ndarray]
    mean: dict[str, float]
    shift: dict[str, float]
    inputs: dict[str, str]
    shares: dict[str, dict[str, float]]
    failed: int


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
    spread = model.miner.quantities["chips.unit_spread"]
    has_places = spread.nominal > 0.0 or spread.is_uncertain
    names = [*device, *errors]
    u = sobol_points(samples, len(names) + (1 + units.size if has_places else 0))
    overrides: dict[str, np.ndarray] = {}
    for column, (key, quantity) in enumerate(device.items()):
        overrides[key] = np.asarray(quantity.quantile(u[:, column]))
    for column, (key, (sigma, _)) in enumerate(errors.items(), start=len(device)):
        overrides[key] = READINGS[key] + sigma * ndtri(u[:, column])
    drawn = dict(overrides)
    if has_places:
        width = np.asarray(spread.quantile(u[:, len(names)]))
        factor = 1.0 + width[:, None] * ndtri(u[:, len(names) + 1 :])
        overrides[PLACE] = np.maximum(factor, _LEAST_PLACE)[:, place]
        drawn["unit's place"] = overrides[PLACE] @ weight
    found = few.predict(overrides, samples=samples, quantities=quantities)
    solved = (found.status == 0).all(axis=1)
    for values in found.values.values():
        solved &= np.isfinite(values).reshape(samples, -1).all(axis=1)
    if solved.sum() < _FEWEST:
        raise InputError(
            "the uncertain inputs leave hardly any sample with a steady state, so that u_input is not known",
            found=f"{int(solved.sum())} of {samples}",
            accepted=f"{_FEWEST} or more: a device file with narrower spreads, or more samples",
        )
    plain = few.predict(quantities=quantities)
    at_random = {name: values[nearest] for name, values in _random(few, instruments, plain).items()}

    point, mean, shift, shares = {}, {}, {}, {}
    for name, values in found.values.items():
        good = values[solved]
        deviation = good.std(axis=0) if len(good) > 1 else np.zeros(values.shape[1:])
        point[name] = np.hypot(deviation[nearest], at_random[name])
        by_sample = good.reshape(*good.shape[:2], -1).mean(axis=2) @ weight
        nominal = plain.values[name].reshape(few.points.count, -1).mean(axis=1) @ weight
        mean[name] = float(by_sample.std()) if by_sample.size > 1 else 0.0
        shift[name] = float(by_sample.mean() - nominal) if by_sample.size else 0.0
        shares[name] = _shares({k: v[solved] for k, v in drawn.items()}, by_sample)
    told = {key: q.describe().split(" [")[0] for key, q in device.items()}
    told |= {key: text for key, (_, text) in errors.items()}
    if has_places:
        told["unit's place"] = f"chips.unit_spread, {spread.describe().split(' [')[0]}"
    return InputUncertainty(point, at_random, mean, shift, told, shares, int((~solved).sum()))


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
