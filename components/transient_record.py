"""What is kept of a run in time, and the Dataset it makes."""

import math
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import xarray as xr

from hashheat.components.plate_exchanger import SIDES, PlateHeatExchanger
from hashheat.components.transient_inputs import Drive
from hashheat.components.variables import dataset
from hashheat.solvers.stack_storage import Model, State, stored_heat
from hashheat.thermo.packed_table import unpack
from hashheat.thermo.property_kernels import temperature_from_enthalpy


class _Row(NamedTuple):
    t: float
    T_out: list[float]
    T_wall: float
    heat_rate: np.ndarray
    heat: np.ndarray
    stored: float
    profile_error: float
    T: np.ndarray
    plate: np.ndarray


class Record:
    """States of a run, as they are recorded.

    Parameters
    ----------
    model : Model
    drive : Drive
    profiles : bool
        Keep the temperatures along channels and plates of all states, not of the last one only.
    """

    def __init__(self, model: Model, drive: Drive, profiles: bool) -> None:
        self.model, self.drive, self.profiles = model, drive, profiles
        self.rows: list[_Row] = []
        feeds = model.stack.feeds
        self.last = [
            next(p for p in range(feeds.size) if model.stack.pass_side[p] == side and p not in feeds)
            for side in range(2)
        ]
        self.nothing = math.nan

    def add(self, t: float, state: State, carried: np.ndarray) -> None:
        """Keep a state.

        Parameters
        ----------
        t : float
            [s].
        state : State
        carried : (2,) array
            Heat to each fluid since the start [J].
        """
        model = self.model
        stored = stored_heat(model, state)
        if not self.rows:
            self.nothing = stored
        if self.rows and not self.profiles:
            self.rows[-1] = self.rows[-1]._replace(T=np.empty(0), plate=np.empty(0))
        T_out = [
            float(temperature_from_enthalpy(unpack(model.packed[side]), state.leaving[self.last[side]]))
            for side in range(2)
        ]
        self.rows.append(
            _Row(
                t,
                T_out,
                float(state.wall.max()),
                state.heat.copy(),
                carried.copy(),
                stored - self.nothing,
                float(np.abs(state.T @ model.element.highest).max()),
                state.T.copy(),
                state.plate.copy(),
            )
        )

    def dataset(
        self,
        exchanger: PlateHeatExchanger,
        statistics: Mapping[str, tuple[tuple[str, ...], float]],
        attrs: Mapping[str, object],
    ) -> xr.Dataset:
        """Everything that was kept, with names and units.

        Parameters
        ----------
        exchanger : PlateHeatExchanger
        statistics : mapping of str to (dims, value)
            More variables.
        attrs : mapping
            More attributes.

        Returns
        -------
        xarray.Dataset
        """
        rows, stack = self.rows, self.model.stack
        driven = [self.drive(row.t, False) for row in rows]
        over, both = ("time",), ("time", "side")
        data = {
            "mass_flow": (both, np.array([flow for flow, _ in driven])),
            "T_in": (both, np.array([T_in for _, T_in in driven])),
            "T_out": (both, np.array([row.T_out for row in rows])),
            "heat_rate": (both, np.array([row.heat_rate for row in rows])),
            "heat": (both, np.array([row.heat for row in rows])),
            "stored_heat": (over, np.array([row.stored for row in rows])),
            "T_wall": (over, np.array([row.T_wall for row in rows])),
            "profile_error": (over, np.array([row.profile_error for row in rows])),
        }
        kept, along = (rows, over) if self.profiles else (rows[-1:], ())
        for name, dim, values in (
            ("T_fluid", "channel", np.array([row.T for row in kept])),
            ("T_plate", "plate", np.array([row.plate for row in kept])),
        ):
            data[name] = ((*along, dim, "node"), values if self.profiles else values[0])
        data |= {
            "channel_share": (("channel",), self.model.share),
            "channel_side": (("channel",), stack.side.astype(np.int64)),
            "channel_pass": (("channel",), stack.in_pass.astype(np.int64)),
            "upward": (("channel",), stack.upward.astype(np.int64)),
        }
        made = dataset(
            {**data, **statistics},
            {
                "time": ("time", np.array([row.t for row in rows])),
                "side": ("side", list(SIDES)),
                "x": ("node", self.model.element.x),
            },
            {
                "plate": exchanger.plate.name,
                "plates": int(exchanger.plates),
                "passes": list(map(int, exchanger.passes)),
                "fluids": [fluid.name for fluid in exchanger.fluids],
                "correlation": exchanger.law_name,
                "channel_volume_cubic_metre": float(self.model.storage.volume),
                "plate_heat_capacity_joule_per_kelvin": float(self.model.storage.plate_capacity),
                **attrs,
            },
        )
        made["time"].attrs.update(units="s", long_name="time")
        made["heat_rate"].attrs["long_name"] = "heat to each fluid between its inlet and its outlet"
        return made
