"""What comes of a plan by the planner's own model: the store first, then the boiler, then heat is short."""

from typing import NamedTuple

import numpy as np

from hashheat.fleet.dispatch_model import DispatchModel


class Played(NamedTuple):
    """A plan hour by hour.

    Parameters
    ----------
    energy : (hour,) array
        In the store at the end of the hour [J].
    boiler, short, rejected, beyond : (hour,) array
        Heat of the boiler, asked for and not made, given to the air, and made without a place to go [W].
    starts : (part, hour) array
        Units switched on.
    electricity, fuel, hashes, heat, cycling : (hour,) array
        Money paid for electricity (that of an electric boiler included) and for cycles, and earned by hashes and
        by heat [EUR]. ``fuel`` is what the boiler costs, whatever it burns, and is part of no other.
    penalty : (hour,) array
        Of heat that is short or has no place to go; no money [EUR].
    """

    energy: np.ndarray
    boiler: np.ndarray
    short: np.ndarray
    rejected: np.ndarray
    beyond: np.ndarray
    starts: np.ndarray
    electricity: np.ndarray
    fuel: np.ndarray
    hashes: np.ndarray
    heat: np.ndarray
    cycling: np.ndarray
    penalty: np.ndarray

    @property
    def money(self) -> np.ndarray:
        """Paid less earned in every hour [EUR]."""
        total: np.ndarray = self.electricity + self.fuel + self.cycling - self.hashes - self.heat
        return total

    @property
    def cost(self) -> float:
        """Of all hours, the penalty included: what the planner makes least [EUR]."""
        return float((self.money + self.penalty).sum())


class Hour(NamedTuple):
    """One hour of a plan: store [J] after it and heats [W], as in :class:`Played`."""

    energy: float
    boiler: float
    short: float
    rejected: float
    beyond: float


def play_hour(model: DispatchModel, hour: int, energy: float, made: float) -> Hour:
    """What becomes of the units' heat in one hour.

    Parameters
    ----------
    model : DispatchModel
    hour : int
    energy : float
        In the store before it [J].
    made : float
        Heat of the units [W].

    Returns
    -------
    Hour
    """
    need, dt = model.need[hour], model.dt
    own = model.grade[hour] * need
    # Power that would fill or empty the store by the end of the hour.
    left = energy * (1.0 - model.loss_rate * dt) / dt - model.loss[hour]
    surplus = made + left - own
    lack, stored = max(-surplus, 0.0), max(surplus, 0.0)
    full = model.capacity / dt
    over = max(stored - full, 0.0)
    rejected = min(over, model.cooler_capacity[hour], made)
    wanted = need - own + lack
    boiler = min(wanted, model.boiler_capacity)
    return Hour(min(stored, full) * dt, boiler, wanted - boiler, rejected, over - rejected)


def play(model: DispatchModel, counts: np.ndarray, on: np.ndarray | None = None) -> Played:
    """Play a plan through the planner's model.

    Parameters
    ----------
    model : DispatchModel
    counts : (kind, hour) array
        Units of every kind; the first hours of the model if there are fewer.
    on : (part,) array, optional
        Units that ran before; those of the model if not given.

    Returns
    -------
    Played
    """
    hours = counts.shape[1]
    made = model.heat @ counts
    found = np.empty((hours, len(Hour._fields)))
    energy = model.first_energy
    for t in range(hours):
        found[t] = play_hour(model, t, energy, float(made[t]))
        energy = found[t, 0]
    stored, boiler, short, rejected, beyond = found.T
    running = np.column_stack([model.first_on if on is None else on, model.on(counts)])
    starts = np.maximum(np.diff(running, axis=1), 0.0)
    price, dt = model.price[:hours], model.dt
    power = model.power @ counts + model.cooler_power * rejected
    return Played(
        stored, boiler, short, rejected, beyond, starts,
        power * price * dt, boiler * model.boiler_cost[:hours] * dt,
        (model.hash_rate @ counts) * model.hash_price[:hours] * dt,
        (model.demand[:hours] - short) * model.heat_price[:hours] * dt, model.start_cost * starts.sum(axis=0),
        model.short_cost * (short + beyond) * dt,
    )  # fmt: skip
