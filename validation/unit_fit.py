"""A unit's model against condensed readings: residuals in standard deviations, with the noise of the drivers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from hashheat.components.errors import CalibrationError
from hashheat.components.failures import describe_failure
from hashheat.components.free_constant import Constant
from hashheat.validation.condensed_points import Condensed
from hashheat.validation.instruments import Instrument
from hashheat.validation.unit_constants import BOARD_MEAN, WALL_FACTOR, chip_quantity
from hashheat.validation.unit_model import UnitModel

#: Half the step of the differences in x, over a constant's width [-]; a hundredth of e at most.
_STEP, _MOST_STEP = 0.1, 0.02
#: Half the step of the differences in a driver, over its noise [-].
_DRIVER_STEP = 1.0
#: A residual where the model has no steady state: far, but no cliff that a step could not come back from.
_NO_STATE = 30.0


@dataclass(frozen=True, eq=False)
class UnitFit:
    """Residuals of a unit as a function of its constants.

    Parameters
    ----------
    model : UnitModel
        At condensed points.
    constants : tuple of k Constant
    quantities : tuple of str
        What is compared.
    measured : (points, readings) array
        Means at every point, boards and chips side by side; NaN where there is none.
    whiten : (points, readings, readings) array
        Turns the differences of a point into independent ones of standard deviation 1.
    columns : dict of str to slice
        Where each quantity stands among the readings.
    """

    model: UnitModel
    constants: tuple[Constant, ...]
    quantities: tuple[str, ...]
    measured: np.ndarray
    whiten: np.ndarray
    columns: Mapping[str, slice]

    @classmethod
    def of(
        cls, condensed: Condensed, constants: Sequence[Constant], instruments: Mapping[str, Instrument]
    ) -> "UnitFit":
        """Residuals weighted by the noise of instruments and drivers at the constants' start.

        Parameters
        ----------
        condensed : Condensed
        constants : sequence of Constant
        instruments : mapping of str to Instrument

        Returns
        -------
        UnitFit

        Raises
        ------
        CalibrationError
            If there is nothing to compare, or the unit has no steady state at the start.

        Notes
        -----
        The noise of inlet, flow, power and room moves all readings of a record together; it is carried through the
        model to first order and adds to the covariance of a point's readings.
        """
        model = condensed.model
        quantities = compared(model)
        if not quantities:
            raise CalibrationError(
                "the data have nothing that a fit can compare", key="fit", found=", ".join(model.measured)
            )
        flat, columns, at = [], {}, 0
        for name in quantities:
            part = model.measured[name].reshape(model.points.count, -1)
            columns[name] = slice(at, at + part.shape[1])
            at += part.shape[1]
            flat.append(part)
        measured = np.concatenate(flat, axis=1)
        empty = np.empty((model.points.count, at, at))
        fit = cls(model, tuple(constants), quantities, measured, empty, columns)
        start = np.array([c.start for c in constants])
        predicted = fit.predict(start[None])[0]
        _check_solved(fit, start)
        variance = np.empty_like(measured)
        for name, columns_of in columns.items():
            noise = instruments[name].at(predicted[:, columns_of])[1]
            counts = condensed.counts[name].reshape(len(measured), -1)
            # A mean made here of the chips of a board holds as many readings.
            made = name == "T_chip_mean" and name in model.derived
            chips = model.miner.device.chips.count if made else 1
            variance[:, columns_of] = noise**2 / np.maximum(counts * chips, 1)
        covariance = variance[:, :, None] * np.eye(at)
        for driver in _by_drivers(fit, start, instruments):
            covariance += driver[:, :, None] * driver[:, None, :] / condensed.records[:, None, None]
        missing = np.isnan(measured)
        covariance[missing[:, :, None] | missing[:, None, :]] = 0.0
        covariance[missing[:, :, None] & missing[:, None, :] & np.eye(at, dtype=bool)] = 1.0
        return replace(fit, whiten=np.linalg.inv(np.linalg.cholesky(covariance)))

    @property
    def count(self) -> int:
        """Readings that are there."""
        return int(np.isfinite(self.measured).sum())

    @cached_property
    def _rise(self) -> np.ndarray:
        """Rise over the resistance of a chip at every point, at the values of the device file [K]."""
        device, q, points = self.model.miner.device, self.model.miner.quantities, self.model.points
        power = q["power.wall"].nominal if points.power is None else points.power
        dc = (
            power
            if points.power is not None and points.power_is_dc
            else power * q["power.psu_efficiency"].nominal
        )
        each = np.broadcast_to(dc / (device.boards.count * device.chips.count), (points.count,))
        return q["chips.junction_to_plate"].nominal * each

    def predict(self, X: np.ndarray) -> np.ndarray:
        """What the instruments should read, (samples, points, readings).

        Parameters
        ----------
        X : (samples, k) or (samples, points, k) array
            Constants, the same at all points or one set for each.
        """
        X = X[:, None] if X.ndim == 2 else X
        return self.shifted(X, self.solved(X))

    def needs_solution(self, i: int) -> bool:
        """Whether constant i moves what the model solves for, and not the readings alone."""
        name = self.constants[i].name
        return name in self.model.parameters and name not in _SHIFTS

    def solved(self, X: np.ndarray) -> Mapping[str, np.ndarray]:
        """What the model says before the errors of readings that only shift it, by quantity.

        Parameters
        ----------
        X : (samples, points or 1, k) array
        """
        own = {
            c.name: np.exp(X[..., i]) if c.logarithmic else X[..., i]
            for i, c in enumerate(self.constants)
            if self.needs_solution(i)
        }
        return self.model.predict(own, samples=len(X), quantities=self.quantities).values

    def shifted(self, X: np.ndarray, solved: Mapping[str, np.ndarray]) -> np.ndarray:
        """Readings of what was solved, as :meth:`predict`; X as for :meth:`solved`."""
        names = [c.name for c in self.constants]
        values = {
            c.name: np.exp(X[..., i]) if c.logarithmic else X[..., i] for i, c in enumerate(self.constants)
        }
        parts = []
        for name in self.quantities:
            part = solved[name].reshape(len(X), self.model.points.count, -1)
            shift = f"offset.{'T_chip' if name.startswith('T_chip') else name}"
            if shift in names:
                part = part + values[shift][..., None]
            if f"{BOARD_MEAN}[0]" in names and name.startswith("T_chip"):
                means = np.stack([values[f"{BOARD_MEAN}[{b}]"] for b in range(part.shape[2])], axis=2)
                part = part + means * self._rise[None, :, None]
            if name == "T_out_board":
                part = part.copy()
                for board in range(part.shape[2]):
                    if f"{shift}[{board}]" in names:
                        part[:, :, board] += values[f"{shift}[{board}]"]
            if name == "power_ac" and WALL_FACTOR in names:
                # The reading of another meter than that which drives the model.
                perfect = values["factor.power"][..., None] if "factor.power" in names else 1.0
                part = part / perfect * values[WALL_FACTOR][..., None]
            parts.append(part)
        return np.concatenate(parts, axis=2)

    def residuals(self, X: np.ndarray) -> np.ndarray:
        """Independent residuals of standard deviation 1, 0 where nothing was read, as :meth:`predict`."""
        return self.weighted(self.predict(X))

    def weighted(self, predicted: np.ndarray) -> np.ndarray:
        """Residuals of what was predicted, (samples, points, readings)."""
        difference = predicted - self.measured
        difference[:, np.isnan(self.measured)] = 0.0
        found: np.ndarray = np.einsum("pij,spj->spi", self.whiten, np.nan_to_num(difference, nan=np.inf))
        found[~np.isfinite(found)] = _NO_STATE
        return found

    def readings(self, x: np.ndarray) -> np.ndarray:
        """Residuals at one x, flat."""
        return self.residuals(x[None])[0].ravel()

    def sensitivity(self, x: np.ndarray) -> np.ndarray:
        """Derivatives of :meth:`readings` with x, (n, k), by central differences in one call."""
        J = self.derivatives(x[None])
        return J.reshape(-1, x.size)

    def derivatives(self, at: np.ndarray) -> np.ndarray:
        """Derivatives of the residuals at every point, (points, readings, k).

        Parameters
        ----------
        at : (points or 1, k) array
            Constants of every point.
        """
        steps = self.steps()
        moves = np.diag(steps)[:, None, :]
        X = np.concatenate([at + moves, at - moves])
        solving = np.flatnonzero(np.tile([self.needs_solution(i) for i in range(steps.size)], 2))
        found = self.solved(np.concatenate([at[None], X[solving]]))
        which = np.zeros(len(X), dtype=int)
        which[solving] = np.arange(1, solving.size + 1)
        k = steps.size
        columns = []
        for i in range(k):
            pair = [i, i + k]
            ends = self.weighted(self.shifted(X[pair], {name: v[which[pair]] for name, v in found.items()}))
            columns.append((ends[0] - ends[1]) / (2.0 * steps[i]))
        return np.stack(columns, axis=-1)

    def steps(self) -> np.ndarray:
        """Half the step of the differences in each x."""
        return np.array(
            [min(_STEP * c.width, _MOST_STEP if c.logarithmic else np.inf) for c in self.constants]
        )

    def subset(self, keep: np.ndarray) -> "UnitFit":
        """Return the same constants against the points of a mask."""
        return replace(
            self, model=self.model.subset(keep), measured=self.measured[keep], whiten=self.whiten[keep]
        )

    def with_constants(self, constants: Sequence[Constant]) -> "UnitFit":
        """Return the same readings as a function of other constants, the others as the device file has them."""
        return replace(self, constants=tuple(constants))


#: Errors of readings that only shift a prediction; they need no new solution.
_SHIFTS = ("offset.T_out", "offset.T_out_board", "offset.T_chip")


def compared(model: UnitModel) -> tuple[str, ...]:
    """Quantities a fit compares: the chips of a board by one number, since their scatter does not average out."""
    chips = chip_quantity(model)
    return tuple(n for n in model.measured if n == chips or not n.startswith("T_chip"))


def _check_solved(fit: UnitFit, start: np.ndarray) -> None:
    own = {
        c.name: float(c.value(float(x)))
        for c, x in zip(fit.constants, start)
        if c.name in fit.model.miner.quantities
    }
    status = fit.model.predict(own, quantities=("T_out",)).status[0]
    if status.any():
        bad = int(status[status != 0][0])
        raise CalibrationError(
            f"{int((status != 0).sum())} of {status.size} operating points have no steady state at the values of "
            "the device file",
            found=describe_failure(bad),
            accepted="readings in SI as the schema has them; flow and inlet in the right columns",
        )


def _by_drivers(fit: UnitFit, x: np.ndarray, instruments: Mapping[str, Instrument]) -> list[np.ndarray]:
    """Change of the readings of each point by one standard deviation of the noise of each driver."""
    points = fit.model.points
    power = "power_dc" if points.power_is_dc else "power_ac"
    found = []
    for driver, variable in (
        ("T_in", "T_in"),
        ("volume_flow", "volume_flow"),
        ("power", power),
        ("T_ambient", "T_ambient"),
    ):
        value = getattr(points, driver)
        if value is None or (driver == "T_ambient" and not points.has_ambient):
            continue
        step = instruments[variable].at(value)[1] * _DRIVER_STEP
        ends = []
        for sign in (1.0, -1.0):
            moved = replace(fit.model, points=replace(points, **{driver: value + sign * step}))
            ends.append(replace(fit, model=moved).predict(x[None])[0])
        found.append(np.nan_to_num((ends[0] - ends[1]) / (2.0 * _DRIVER_STEP)))
    return found
