"""A whole plant at one operating point, for ever: no store fills or empties."""

import math
from collections.abc import Mapping

import numpy as np
import xarray as xr

from hashheat.fleet.heat_plant import HeatPlant
from hashheat.fleet.operation_rule import normal_mode
from hashheat.fleet.part import Now
from hashheat.fleet.plant_step import Step, check_water, first_state
from hashheat.fleet.units_part import UnitOrders, UnitsPart
from hashheat.fleet.year_record import YearRecord
from hashheat.thermo.errors import InputError


def steady_state(plant: HeatPlant, values: Mapping[str, float], running: float = 1.0) -> xr.Dataset:
    """Temperatures, flows and heat of a plant with nothing changing.

    Parameters
    ----------
    plant : HeatPlant
    values : mapping of str to float
        The series it reads (:attr:`HeatPlant.needs`), in SI; room and ground are the file's unless given.
    running : float
        Share of the units that are on, in their normal mode; the first ones of each part of units [-].

    Returns
    -------
    xarray.Dataset
        As a run of one hour (:func:`hashheat.fleet.simulate.simulate`), without its dimension of time.

    Raises
    ------
    InputError
        For a series that is missing, or a share outside 0 to 1.
    BalanceError, PlantStateError
        If there is no such state.
    """
    missing = [name for name in plant.needs if name not in values]
    if missing:
        raise InputError(
            "the plant reads numbers that are not given", key=", ".join(missing), found="nothing"
        )
    if not 0.0 <= running <= 1.0:
        raise InputError("a share of the units lies between 0 and 1", key="running", found=running)
    site = {"T_room": plant.file.site.room.nominal, "T_ground": plant.file.site.ground.nominal}
    orders = {}
    for part in plant.of_kind(UnitsPart):
        count = len(part.flow_share)
        orders[part.name] = UnitOrders.of(
            np.where(np.arange(count) < round(running * count), normal_mode(part), 0)
        )
    now = Now(0, math.inf, site | dict(values), orders)
    state = first_state(plant)
    solved = plant.balance.solve(now, state.memories, state.T, state.setting)
    memories, ledgers = plant.balance.finish(now, state.memories, solved.trial)
    check_water(plant, solved.trial, 0)
    record = YearRecord(plant)
    after = state._replace(memories=memories, T=solved.trial.T, setting=solved.trial.setting)
    record.add(Step(after, solved.trial, ledgers, 0, solved.rounds), now.values)
    return record.dataset(np.zeros(1, dtype="datetime64[ns]")).isel(time=0, drop=True)
