"""Units of a fleet at some of whose records the model has no steady state before anything is fitted."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from hashheat.components.free_constant import Constant
from hashheat.validation.condensed_points import Condensed
from hashheat.validation.unit_model import UnitModel

#: A unit of whose records a larger share has no steady state is no part of the fit: what is left of it would be
#: the cooler part alone.
_TOLERATED = 0.1


class Stateless(NamedTuple):
    """A unit with records at which the model has no steady state at the values of the device file.

    Attributes
    ----------
    unit : int
        Its number in the data.
    records, offered : int
        Usable records without a steady state, and all.
    left_out : bool
        The whole unit is no part of the fit; else the records alone.
    """

    unit: int
    records: int
    offered: int
    left_out: bool


def start_status(model: UnitModel, constants: Sequence[Constant]) -> np.ndarray:
    """Status of every point at the constants' start, (points,)."""
    own = {c.name: float(c.value(c.start)) for c in constants if c.name in model.miner.quantities}
    found: np.ndarray = model.predict(own, quantities=("T_out",)).status[0]
    return found


def without_stateless(
    condensed: Condensed, constants: Sequence[Constant]
) -> tuple[Condensed, tuple[Stateless, ...]]:
    """Leave out the points at which the model has no steady state, and units that have many of them.

    Parameters
    ----------
    condensed : Condensed
    constants : sequence of Constant

    Returns
    -------
    condensed : Condensed
        What is left, perhaps nothing.
    stateless : tuple of Stateless
        Units that have such points.
    """
    failed = start_status(condensed.model, constants) != 0
    if not failed.any():
        return condensed, ()
    member, keep, told = condensed.model.points.unit, ~failed, []
    for unit in np.unique(member[failed]):
        own = member == unit
        bad, offered = int(condensed.records[own & failed].sum()), int(condensed.records[own].sum())
        left_out = bad > _TOLERATED * offered
        if left_out:
            keep[own] = False
        told.append(Stateless(int(unit), bad, offered, left_out))
    return condensed.subset(keep), tuple(told)
