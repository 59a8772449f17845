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
from hashheat.validation.operating_points import OperatingPoints
from hashheat.validation.own_draws import chip_rise
from hashheat.validation.stateless_units import start_status
from hashheat.validation.unit_constants import BOARD_MEAN, WALL_FACTOR, chip_quantity
from hashheat.validation.unit_model import UnitModel

#: Half the step of the differences in x, over a constant's width [-]; a hundredth of e at most.
_STEP, _MOST_STEP = 0.1, 0.02
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
    variance : (points, readings) array
        Of the readings' own noise.
    drivers : dict of str to (points,) array
        Standard deviations of the noise of the drivers, as means of their records.
    lift : (points, readings) array
        What the drivers as read give above the drivers as they are thought to have been.
    read : OperatingPoints
        Drivers as read.
    widened : (readings,) array
        Factor on the variance of each reading, whatever it comes from.
    """

    model: UnitModel
    constants: tuple[Constant, ...]
    quantities: tuple[str, ...]
    measured: np.ndarray
    whiten: np.ndarray
    columns: Mapping[str, slice]
    variance: np.ndarray
    drivers: Mapping[str, np.ndarray]
    lift: np.ndarray
    read: OperatingPoints
    widened: np.ndarray

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
        model to first order and adds to the covariance of a point's readings. Left at that, the slopes along a
        driver would come out too small (errors in variables): :meth:`recentred` puts the drivers where they are
        thought to have been, which is orthogonal distance regression (Boggs, Byrd and Schnabel 1987) in steps.
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
        n = model.points.count
        fit = cls(
            model=model,
            constants=tuple(constants),
            quantities=quantities,
            measured=measured,
            whiten=np.empty((n, at, at)),
            columns=columns,
            variance=np.empty_like(measured),
            drivers=_driver_noise(condensed, instruments),
            lift=np.zeros_like(measured),
            read=model.points,
            widened=np.ones(at),
        )
        start = np.array([c.start for c in constants])
        predicted = fit.predict(start[None])[0]
        _check_solved(fit)
        for name, columns_of in columns.items():
            noise = instruments[name].at(predicted[:, columns_of])[1]
            counts = condensed.counts[name].reshape(len(measured), -1)
            # A mean made here of the chips of a board holds as many readings.
            made = name == "T_chip_mean" and name in model.derived
            chips = model.miner.device.chips.count if made else 1
            fit.variance[:, columns_of] = noise**2 / np.maximum(counts * chips, 1)
        return fit._weighted_at(start[None])

    def _weighted_at(self, at: np.ndarray) -> "UnitFit":
        """Return the same fit with weights for the drivers' effect at constants at, (points or 1, k)."""
        covariance = self.variance[:, :, None] * np.eye(self.measured.shape[1])
        for move in self._by_drivers(at).values():
            covariance += move[:, :, None] * move[:, None, :]
        covariance *= np.sqrt(np.outer(self.widened, self.widened))
        missing = np.isnan(self.measured)
        covariance[missing[:, :, None] | missing[:, None, :]] = 0.0
        covariance[missing[:, :, None] & missing[:, None, :] & np.eye(missing.shape[1], dtype=bool)] = 1.0
        return replace(self, whiten=np.linalg.inv(np.linalg.cholesky(covariance)))

    def _by_drivers(self, at: np.ndarray) -> dict[str, np.ndarray]:
        """Change of the readings of each point by one standard deviation of the noise of each driver."""
        # Derivatives only: leakage that follows each chip would cost several solutions.
        model, found = replace(self.model, leakage="frozen"), {}
        for driver, sigma in self.drivers.items():
            ends = []
            for sign in (1.0, -1.0):
                moved = replace(model.points, **{driver: getattr(model.points, driver) + sign * sigma})
                ends.append(replace(self, model=replace(model, points=moved)).predict(at[None])[0])
            found[driver] = np.nan_to_num((ends[0] - ends[1]) / 2.0)
        return found

    def recentred(self, at: np.ndarray) -> "UnitFit":
        """Return the same fit about the drivers as they are likely to have been, given the readings.

        Parameters
        ----------
        at : (points or 1, k) array
            Constants of every point, from a fit.
        """
        difference = self.predict(at[None])[0] - self.measured
        difference = np.nan_to_num(difference)
        pull = np.einsum("pij,pi->pj", self.whiten, np.einsum("pij,pj->pi", self.whiten, difference))
        changed, lift = {}, np.zeros_like(self.lift)
        for driver, move in self._by_drivers(at).items():
            share = np.einsum("pi,pi->p", move, pull)
            changed[driver] = getattr(self.read, driver) - share * self.drivers[driver]
            lift += share[:, None] * move
        model = replace(self.model, points=replace(self.model.points, **changed))
        return replace(self, model=model, lift=lift)._weighted_at(at)

    def with_variance(self, factors: Mapping[str, float], x: np.ndarray) -> "UnitFit":
        """Return the same fit with the variance of some quantities multiplied, weights taken at constants x.

        Parameters
        ----------
        factors : mapping of str to float
        x : (k,) or (points, k) array
        """
        widened = np.ones(self.measured.shape[1])
        for name, columns in self.columns.items():
            widened[columns] = factors.get(name, 1.0)
        return replace(self, widened=widened)._weighted_at(np.atleast_2d(x))

    def record_variance(
        self, condensed: Condensed, instruments: Mapping[str, Instrument], x: np.ndarray
    ) -> dict[str, float]:
        """Variance that instruments and drivers give the readings of a single record, mean of each quantity."""
        alone = condensed._replace(records=np.ones_like(condensed.records))
        single = replace(self, drivers=_driver_noise(alone, instruments))
        found = sum(np.square(move) for move in single._by_drivers(np.atleast_2d(x)).values())
        variance = np.zeros_like(self.variance) + found
        told = {}
        for name, columns in self.columns.items():
            counts = np.maximum(condensed.counts[name].reshape(len(self.measured), -1), 1)
            part = self.variance[:, columns] * counts + variance[:, columns]
            told[name] = float(part[np.isfinite(self.measured[:, columns])].mean())
        return told

    @property
    def count(self) -> int:
        """Readings that are there."""
        return int(np.isfinite(self.measured).sum())

    @cached_property
    def _rise(self) -> np.ndarray:
        """Rise over the resistance of a chip at every point, at the values of the device file [K]."""
        return chip_rise(self.model)

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
                part = part * values[WALL_FACTOR][..., None]
            parts.append(part)
        return np.concatenate(parts, axis=2) + self.lift

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
        low, high = np.array([(c.lowest, c.highest) for c in self.constants]).T
        # At an end of what a number may be, the difference is taken just inside.
        at = np.clip(at, low + steps, high - steps)
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
            self,
            model=self.model.subset(keep),
            measured=self.measured[keep],
            whiten=self.whiten[keep],
            variance=self.variance[keep],
            drivers={name: x[keep] for name, x in self.drivers.items()},
            lift=self.lift[keep],
            read=self.read.subset(keep),
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


def _check_solved(fit: UnitFit) -> None:
    status = start_status(fit.model, fit.constants)
    if status.any():
        bad = int(status[status != 0][0])
        raise CalibrationError(
            f"{int((status != 0).sum())} of {status.size} operating points have no steady state at the values of "
            "the device file",
            found=describe_failure(bad),
            accepted="readings in SI as the schema has them; flow and inlet in the right columns",
        )


def _driver_noise(condensed: Condensed, instruments: Mapping[str, Instrument]) -> dict[str, np.ndarray]:
    """Noise of the mean of each driver at every point."""
    points = condensed.model.points
    power = "power_dc" if points.power_is_dc else "power_ac"
    found = {}
    for driver, variable in (
        ("T_in", "T_in"),
        ("volume_flow", "volume_flow"),
        ("power", power),
        ("T_ambient", "T_ambient"),
    ):
        value = getattr(points, driver)
        if value is not None and (driver != "T_ambient" or points.has_ambient):
            sigma = np.broadcast_to(instruments[variable].at(value)[1], value.shape)
            found[driver] = _of_mean(sigma, condensed.within[driver], condensed.records)
    return found


def _of_mean(sigma: np.ndarray, within: np.ndarray, records: np.ndarray) -> np.ndarray:
    """Noise of a driver's mean over records that were put together by their readings.

    Readings high by noise fall among the high ones: of that share no mean rids them. It is at most
    sigma^2 / within, where within is how far the readings of a point scatter (Tweedie's formula: Robbins 1956).
    """
    chosen = np.where(records > 1, sigma**2 / np.maximum(within, sigma), 0.0)
    mean = np.sqrt(sigma**2 / records + chosen**2)
    return np.minimum(mean, sigma)
