"""Records of nearly the same operating point as one point: their means, and how many readings each holds."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from hashheat.thermo.errors import InputError
from hashheat.validation.unit_model import UnitModel

#: First widths of a point, wide where the model is nearly straight: inlet and room [K], flow and power relative to
#: their means [-]. They are doubled until there are few enough points.
_WIDTHS = {"T_in": 2.0, "T_ambient": 8.0, "volume_flow": 0.02, "power": 0.01}
#: Records of a unit are taken as they are where there are no more.
MOST_POINTS = 120


class Condensed(NamedTuple):
    """A unit's model at condensed points.

    Attributes
    ----------
    model : UnitModel
        With the means of drivers and readings at every point.
    counts : dict of str to (points, ...) array
        Readings behind each mean.
    records : (points,) int array
        Records behind each point.
    widths : dict of str to float
        Of the points: inlet and room [K], flow and power relative [-]; 0 where nothing was condensed.
    within : dict of str to (points,) array
        Standard deviation of each driver among the records of a point [SI].
    """

    model: UnitModel
    counts: dict[str, np.ndarray]
    records: np.ndarray
    widths: dict[str, float]
    within: dict[str, np.ndarray]

    def subset(self, keep: np.ndarray) -> "Condensed":
        """Keep the points of a mask."""
        return self._replace(
            model=self.model.subset(keep),
            counts={name: x[keep] for name, x in self.counts.items()},
            records=self.records[keep],
            within={name: x[keep] for name, x in self.within.items()},
        )


def condense(model: UnitModel, most: int = MOST_POINTS) -> Condensed:
    """Put records of nearly the same inlet, flow, power and room into one point.

    Parameters
    ----------
    model : UnitModel
    most : int
        Points of each unit at most.

    Returns
    -------
    Condensed

    Raises
    ------
    InputError
        For less than one point.

    Notes
    -----
    The model at the mean of a point's drivers stands for the mean of the model over its records: the error is of
    second order in the widths of a point. Of the flow the mean is that which warms the coolant as much as the
    records do on average: the largest curvature, that of power over flow, has no part in the error. Where readings
    of a point are missing, the mean of the others stands for all of its records: wrong by less than the width of a
    point, times the share that is missing.
    """
    if most < 1:
        raise InputError("a unit needs an operating point", key="most", found=most, accepted="1 or more")
    points = model.points
    n = points.count
    drivers = {
        "T_in": points.T_in,
        "T_ambient": points.T_ambient,
        "volume_flow": points.volume_flow,
        "power": points.power,
    }
    given = {name: x for name, x in drivers.items() if x is not None}
    if np.bincount(points.unit).max() <= most:
        order = np.argsort(points.unit, kind="stable")
        if np.any(np.diff(order) != 1):
            model = _ordered(model, order)
        counts = {name: np.isfinite(x).astype(int) for name, x in model.measured.items()}
        alone = {name: np.zeros(n) for name in given}
        return Condensed(model, counts, np.ones(n, dtype=int), dict.fromkeys(given, 0.0), alone)
    factor = 1.0
    while True:
        widths = {name: factor * _WIDTHS[name] for name in given}
        cells = [
            np.floor((x if name.startswith("T_") else x / x.mean()) / widths[name] + 0.5)
            for name, x in given.items()
        ]
        # Units first, so that the points of each stand together.
        kinds, member = np.unique(
            np.stack([points.unit, np.zeros(n) if points.load is None else points.load, *cells], axis=1),
            axis=0,
            return_inverse=True,
        )
        member = member.ravel()
        if np.bincount(kinds[:, 0].astype(int)).max() <= most:
            break
        factor *= 2.0
    size = int(member.max()) + 1
    records = np.bincount(member, minlength=size)

    def mean(x: np.ndarray) -> np.ndarray:
        found: np.ndarray = np.bincount(member, x, minlength=size) / records
        return found

    first = np.full(size, n)
    np.minimum.at(first, member, np.arange(n))
    measured, counts = {}, {}
    for name, x in model.measured.items():
        some = np.isfinite(x)
        total, count = np.zeros((size, *x.shape[1:])), np.zeros((size, *x.shape[1:]), dtype=int)
        np.add.at(total, member, np.where(some, x, 0.0))
        np.add.at(count, member, some.astype(int))
        measured[name] = np.where(count > 0, total / np.maximum(count, 1), np.nan)
        counts[name] = count
    flow = points.volume_flow
    if flow is not None:
        heat = np.ones(n) if points.power is None else points.power
        flow = mean(heat) / mean(heat / flow)
    condensed = replace(
        points,
        time=points.time[first],
        unit=points.unit[first],
        T_in=mean(points.T_in),
        volume_flow=flow,
        power=None if points.power is None else mean(points.power),
        T_ambient=mean(points.T_ambient),
        load=None if points.load is None else points.load[first],
    )
    within = {name: np.sqrt(np.maximum(mean((x - mean(x)[member]) ** 2), 0.0)) for name, x in given.items()}
    return Condensed(replace(model, points=condensed, measured=measured), counts, records, widths, within)


def _ordered(model: UnitModel, order: np.ndarray) -> UnitModel:
    """The same points in another order."""
    points = model.points
    moved = {
        name: None if x is None else x[order]
        for name, x in {
            "time": points.time,
            "unit": points.unit,
            "T_in": points.T_in,
            "volume_flow": points.volume_flow,
            "power": points.power,
            "T_ambient": points.T_ambient,
            "load": points.load,
        }.items()
    }
    return replace(
        model,
        points=replace(points, **moved),  # type: ignore[arg-type]
        measured={name: x[order] for name, x in model.measured.items()},
    )
