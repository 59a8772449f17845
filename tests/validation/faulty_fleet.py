"""Synthetic units with faults, made from the model and labelled as such: what each does to board and outlet."""

import numpy as np
import xarray as xr

from hashheat.validation.unit_model import UnitModel

R, FILM = "chips.junction_to_plate", "plate.nusselt_factor"
#: Board that a fault of one board is on.
BOARD = 2


def fault(kind, miner, driven, start):
    """True readings of a unit in which a fault sets in at a record.

    fouling: the film coefficient falls, slowly, on all boards. pump-out: the interface's resistance rises, slowly,
    on all boards. dead chips: 15 % of the chips of one board draw nothing; supply and meter see the power that is
    left, the other boards draw theirs. blocked channel: a third of one board's flow goes to the others.

    Returns
    -------
    power_dc : (time,) array
    T_out : (time,) array
    T_chip_mean : (time, board) array
    """
    n, boards = driven["T_in"].size, miner.device.boards.count
    late = np.arange(n) >= start
    slow = np.where(late, (np.arange(n) - start) / max(n - start, 1), 0.0)
    model = _model(miner, driven)

    def of(**overrides):
        given = {key.replace("__", "."): np.broadcast_to(x, (1, n)) for key, x in overrides.items()}
        found = model.predict(given, quantities=("T_out", "T_chip_mean")).values
        return found["T_out"][0], found["T_chip_mean"][0]

    T_out, chips = of()
    power = driven["power_dc"]
    if kind == "fouling":
        T_out, chips = of(plate__nusselt_factor=1.0 - 0.45 * slow)
    elif kind == "pump-out":
        T_out, chips = of(chips__junction_to_plate=miner.quantities[R].nominal * (1.0 + 0.3 * slow))
    elif kind == "dead chips":
        dead = np.where(late, 0.15, 0.0)
        # factor.power is read over true: the board as if the whole unit drew as little for each chip.
        chips[:, BOARD] = of(factor__power=1.0 / (1.0 - dead))[1][:, BOARD]
        power = power * (1.0 - dead / boards)
        T_out = of(factor__power=1.0 / (1.0 - dead / boards))[0]
    elif kind == "blocked channel":
        lost = np.where(late, 1.0 / 3.0, 0.0)
        gained = 1.0 + lost / (boards - 1)
        others = of(factor__volume_flow=1.0 / gained)[1]
        own = of(factor__volume_flow=1.0 / (1.0 - lost))[1][:, BOARD]
        chips = others
        chips[:, BOARD] = own
    elif kind is not None:
        raise ValueError(kind)
    return power, T_out, chips


def faulty_fleet(miner, kinds, *, records, start, seed, drivers, noise):
    """Units with a fault each, or None, over (time, unit): readings with noise, attribute ``synthetic``."""
    parts = []
    for i, kind in enumerate(kinds):
        rng = np.random.default_rng((seed, i))
        driven = drivers(rng, records)
        power, T_out, chips = fault(kind, miner, driven, start)
        values = {**driven, "power_dc": power, "T_out": T_out}
        read = {}
        for name, x in values.items():
            error = noise[name] * rng.standard_normal(records)
            read[name] = (
                ("time", "unit"),
                (x + error if name.startswith("T_") else x * (1.0 + error))[:, None],
            )
        chips = chips + noise["T_chip"] * rng.standard_normal(chips.shape)
        read["T_chip_mean"] = (("time", "unit", "board"), chips[:, None])
        coords = {"time": np.arange(records), "unit": [f"u{i}"], "board": np.arange(chips.shape[1])}
        parts.append(xr.Dataset(read, coords))
    fleet = xr.concat(parts, dim="unit", combine_attrs="override", join="outer")
    return fleet.transpose("time", "unit", ...).assign_attrs(source="synthetic.nc", synthetic=1)


def _model(miner, driven):
    n, boards = driven["T_in"].size, miner.device.boards.count
    given = {name: (("time", "unit"), x[:, None]) for name, x in driven.items()}
    given["T_out"] = (("time", "unit"), np.ones((n, 1)))
    given["T_chip_mean"] = (("time", "unit", "board"), np.ones((n, 1, boards)))
    coords = {"time": np.arange(n), "unit": ["a"], "board": np.arange(boards)}
    return UnitModel.of(miner, xr.Dataset(given, coords))
