"""A tank that gives a made-up result at once: command, sheet and report only show what a tank gives them."""

import importlib.util
import warnings
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import xarray as xr

from hashheat.thermo.quantity import Quantity
from hashheat.thermo.remembered import warn_remembered

_spec = importlib.util.spec_from_file_location(
    "tank_fields", Path(__file__).resolve().parents[1] / "components" / "tank_fields.py"
)
fields = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(fields)

_QUANTITIES = {
    "tank.length": ("2 m", "m"),
    "tank.width": ("0.6 m", "m"),
    "tank.depth": ("0.8 m", "m"),
    "miner.0.power": ({"value": "4.9 .. 5.1 kW", "status": "assumed", "source": "made up for a test"}, "W"),
    "miner.0.limit": ("95 degC", "K"),
    "miner.1.limit": ("90 .. 100 degC", "K"),
    "circulation.volume_flow": ("120 L/min", "m^3/s"),
    "water.T_in": ("35 degC", "K"),
    "walls.T_ambient": ({"value": "20 degC", "status": "assumed", "source": "made up for a test"}, "K"),
}


def solved(refine=1.0, hottest=360.0, capture=0.953, status=0):
    """Result of a solved tank of three miners, the hottest chip on board 2 of the second."""
    data = fields.tank()
    T = data["T_chip"].copy()
    T.values[:] = np.where(np.isfinite(T.values), hottest - 20.0 + 0.0 * T.values, np.nan)
    # Second order in the cells' size: the finest of refine 0.5, 1, 2 is 0.25 K above the exact value.
    T[1, 2, 1, 3] = hottest + 1.0 / refine**2
    data["T_chip"] = T
    chips = T.dims
    own = np.isfinite(T.values)
    data["T_oil"] = (chips, np.where(own, 322.0, np.nan))
    data["chip_htc"] = (chips, np.where(own, 150.0, np.nan))
    data["P_chip"] = (chips, np.where(own, 40.0, np.nan))
    power = 15000.0
    scalars = {
        "T_junction": float(T.max()),
        "T_in": 313.15,
        "T_out": 321.0 + 0.02 / refine**2,
        "T_oil_max": 326.0,
        "stratification": 4.0,
        "volume_flow": 2e-3,
        "system_pressure_drop": 31e3,
        "pressure_drop": 400.0,
        "pump_power": 155.0,
        "pump_heat": 62.0,
        "water_T_out": 318.0,
        "water_mass_flow": 0.5,
        "wall_power": power,
        "heat_rate": capture * power,
        "wall_loss": 500.0,
        "surface_loss": power * (1.0 - capture) + 62.0 - 500.0,
        "capture_efficiency": capture,
        "imbalance": 2e-9,
    }
    for name, value in scalars.items():
        data[name] = value if status == 0 else np.nan
    data["wall_power"] = power
    data["status"] = status
    per_miner = {
        "miner_T_junction": np.nanmax(T.values, axis=(1, 2, 3)),
        "T_junction_limit": [368.15, 368.15, 368.15],
        "block_T_mean": [320.0, 321.0, 322.0],
        "block_T_max": [322.0, 326.0, 325.0],
        "block_flow": [6e-4, 5e-4, np.nan],
        "block_velocity": [5e-3, 4e-3, 3e-3],
        "miner_power": [5e3] * 3,
    }
    for name, values in per_miner.items():
        data[name] = ("miner", values)
    data["outer_T_in"] = ("iteration", [313.0, 313.1, 313.15])
    n = int(20 * refine)
    data.attrs.update(
        fluid="oil of the tests",
        cells=f"{n} x 6 x 8",
        turbulence="laminar",
        turbulence_reason="Grashof number 1e5, below 1e9",
        status_text="converged" if status == 0 else "out of steps",
        grashof=1e5,
        plume_Re=120.0,
        inlet_Re=420.0,
        assumptions="the surface is flat and slips; miners are porous blocks",
        mass_defect=3e-14,
    )
    return data


def transient(reached=312.0, status=0):
    """Run in time of a pump trip."""
    time = np.linspace(0.0, 1200.0, 13)
    return xr.Dataset(
        {
            "T_junction": ("time", 350.0 + time * 0.06),
            "T_out": ("time", 321.0 + time * 0.01),
            "T_in": ("time", np.full(13, 313.15)),
            "heat_rate": ("time", np.full(13, 1e4)),
            "time_to_limit": reached,
            "status": status,
            "end_time": 1200.0,
        },
        {"time": time},
        {"event": "pump trip"},
    )


class Tank:
    """Stands in for ImmersionTank."""

    def __init__(self, path="pool.toml", *, statuses=None, run=None, remembered=False, **result):
        self.quantities = {
            key: Quantity.parse(text, unit, key=key) for key, (text, unit) in _QUANTITIES.items()
        }
        q = self.quantities
        miner = [
            SimpleNamespace(name="north", count=[2, 1], limit=q["miner.0.limit"]),
            SimpleNamespace(name="<b>south</b>", count=[1, 1], limit=q["miner.1.limit"]),
        ]
        self.file = SimpleNamespace(
            name="Pool <b>one</b>",
            maker="nobody",
            note="of the tests",
            path=Path(path),
            miner=miner,
            exchanger=SimpleNamespace(),
            coil=None,
            circulation=SimpleNamespace(),
            values=lambda: {**{key: q_.nominal for key, q_ in q.items()}, "miner.1.power": 5e3},
            oil=SimpleNamespace(is_dielectric=True, substance="ec-110"),
        )
        self.calls, self.statuses, self.result, self.in_time = [], statuses or {}, result, run
        self.remembered = remembered

    def run(self, *, changed=None, refine=1, progress=None):
        """Take the place of the solver: the solution is its refinement."""
        self.calls.append((changed, refine))
        if self.remembered:
            warn_remembered("oil of the tests", ["viscosity"])
            warnings.warn("the oil is warmer than its data", UserWarning, stacklevel=2)
        progress("flow", 0.5)
        progress("flow", 1e-8)
        return refine

    def dataset(self, solution, *, with_fields=False):
        """Give the result for a refinement."""
        return solved(solution, status=self.statuses.get(solution, 0), **self.result)

    def reduced(self, solution):
        """Give a reduced form: the junction follows the power, one sample in sixteen has no steady state."""
        assert self.statuses.get(solution, 0) == 0

        def evaluate(drawn):
            power = drawn["miner.0.power"]
            status = (np.arange(power.size) % 16 == 0).astype(int)
            T = np.where(status == 0, 360.0 + (power - 5e3) / 10.0, np.nan)
            names = {"T_junction": T, "junction_margin": 365.0 - T, "T_out": 0.0 * T + 321.0}
            return xr.Dataset({name: ("sample", v) for name, v in {**names, "status": status}.items()})

        return SimpleNamespace(
            sampled=["miner.0.power", "walls.T_ambient"], held=["miner.1.limit"], evaluate=evaluate
        )

    def sensitivity(self, keys, *, solution):
        """Move the hottest junction by 4 K a key."""
        low, high = np.full(len(keys), 358.0), np.full(len(keys), 362.0)
        return xr.Dataset(
            {"at_lower": ("key", low), "at_upper": ("key", high)}, {"key": list(keys)}, {"at_nominal": 360.0}
        )

    def solve_transient(self, *, event, changed=None, progress=None, **more):
        """Give the run, or raise what stands for it."""
        self.calls.append((event, more))
        if isinstance(self.in_time, Exception):
            raise self.in_time
        return self.in_time
