"""Readings of a unit that the tests make up from the model itself: truths drawn from what is stated of them."""

from dataclasses import replace

import numpy as np
import xarray as xr

from hashheat.components.miner import Miner
from hashheat.thermo.quantity import Quantity
from hashheat.validation.instruments import Instrument
from hashheat.validation.unit_model import UnitModel

#: As good as a careful campaign: the wall's meter and the boards' are told apart.
INSTRUMENTS = {
    name: Instrument(bias, noise, not name.startswith("T_"), "chosen", "made up")
    for name, noise, bias in (
        ("T_in", 0.05, 0.1),
        ("T_out", 0.05, 0.1),
        ("T_out_board", 0.2, 0.3),
        ("T_chip", 0.5, 0.5),
        ("T_ambient", 0.2, 0.5),
        ("volume_flow", 0.005, 0.01),
        ("power_ac", 0.005, 0.01),
        ("power_dc", 0.005, 0.01),
    )
}


def doubted(noise=None, bias=None, **changes):
    """The instruments with all noise or bias replaced, and some replaced by (noise, bias)."""
    found = {
        name: replace(
            one,
            random=one.random if noise is None else noise,
            systematic=one.systematic if bias is None else bias,
        )
        for name, one in INSTRUMENTS.items()
    }
    return found | {
        name: replace(INSTRUMENTS[name], random=n, systematic=b) for name, (n, b) in changes.items()
    }


def settled(miner, *kept, **nominal):
    """Miner whose numbers are all exact but those kept; nominal values with dots as double underscores."""
    given = {key.replace("__", "."): value for key, value in nominal.items()}

    def section(record, prefix=""):
        changed = {}
        for name in type(record).model_fields:
            value, key = getattr(record, name), f"{prefix}{name}"
            if isinstance(value, Quantity) and key not in kept:
                # Chips that scatter would make boards differ.
                given.setdefault("chips.chip_spread", 0.0)
                exact = {"spread": "none", "sigma": 0.0, "lower": -np.inf, "upper": np.inf}
                changed[name] = replace(value, **exact, value=given.get(key, value.value))
            elif hasattr(type(value), "model_fields"):
                changed[name] = section(value, f"{key}.")
        return record.model_copy(update=changed)

    return Miner(section(miner.device))


def coarse(miner, cells=2):
    """The same miner on few cells, for kernels that are interpreted."""
    plate = miner.device.plate.model_copy(update={"cells_per_pass": cells})
    return Miner(miner.device.model_copy(update={"plate": plate}))


def quick(miner, passes=1):
    """The same miner for kernels that are interpreted: few passes of few cells, and chips that do not leak.

    Leakage that shares the power among the chips costs two or three solutions in place of one.
    """
    power = miner.device.power
    none = replace(power.leakage_share, spread="none", value=0.0, sigma=0.0, lower=-np.inf, upper=np.inf)
    tight = power.model_copy(update={"leakage_share": none})
    device = miner.device.model_copy(update={"power": tight})
    plate = device.plate.model_copy(update={"passes": passes})
    return coarse(Miner(device.model_copy(update={"plate": plate})))


def quick_text(text):
    """The shipped device file, changed as :func:`quick` does."""
    changes = ("passes = 4\n", "passes = 1\ncells_per_pass = 2\n"), ('value = "0.04 .. 0.13"', 'value = "0"')
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def drivers(rng, n, clock=(0.7, 1.0)):
    """True inlet, flow, power and room of n operating points."""
    return {
        "T_in": rng.uniform(313.15, 343.15, n),
        "volume_flow": rng.uniform(8.0, 14.0, n) / 60e3,
        "power_dc": rng.uniform(*clock, n) * 7600.0,
        "T_ambient": rng.uniform(288.0, 298.0, n),
    }


def draw_truth(miner, rng, instruments, boards):
    """Values of the uncertain numbers of a file and of the errors of instruments, each as it is stated."""
    truth = {key: float(q.quantile(rng.uniform(1e-9, 1 - 1e-9))) for key, q in miner.uncertain.items()}
    error = {
        name: rng.normal(0.0, instruments[name].systematic, boards if name == "T_out_board" else None)
        for name in instruments
    }
    return truth, error


def readings(miner, truth, error, instruments, driven, rng, left_out=()):
    """Field data: the model at the true state, read by instruments with their errors and noise."""
    n, boards = driven["T_in"].size, miner.device.boards.count
    names = {"T_out": (), "T_out_board": ("board",), "T_chip_mean": ("board",), "power_ac": ()}
    names = {name: dims for name, dims in names.items() if name not in left_out}
    sizes = {"board": boards}
    empty = {
        name: (("time", "unit", *dims), np.zeros((n, 1, *(sizes[d] for d in dims))))
        for name, dims in names.items()
    }
    coords = {"time": np.arange(n), "unit": ["a"], "board": np.arange(boards)}
    true = xr.Dataset({**{k: (("time", "unit"), x[:, None]) for k, x in driven.items()}, **empty}, coords)
    model = UnitModel.of(miner, true)
    found = model.predict(truth).values
    data = true.copy(deep=True)
    for name in (*driven, *names):
        value = driven[name] if name in driven else found[name][0]
        kind = "T_chip" if name.startswith("T_chip") else name
        one = instruments[kind]
        noise = one.random * rng.standard_normal(value.shape)
        own = error[kind]
        read = value + own + noise if name.startswith("T_") else value * (np.exp(own) + noise)
        data[name] = (data[name].dims, read.reshape(data[name].shape))
    return data.assign_attrs(source="synthetic.nc", synthetic=1)


def in_schema(data, minutes=10):
    """The same as field data on disk have it: with times and status."""
    from hashheat.validation.readers.rejections import Rejections
    from hashheat.validation.readers.schema import field_dataset

    n, units = data.sizes["time"], data.sizes["unit"]
    time = np.datetime64("2026-03-02T00:00:00", "ns") + np.arange(n) * np.timedelta64(minutes, "m")
    coords = {"time": time, "unit": data["unit"].values.astype(str), "board": data["board"].values}
    values = {str(name): x.values for name, x in data.data_vars.items()}
    about = {"source": "synthetic.nc", "cooling": "hydro", "synthetic": 1}
    status = np.full((n, units), "mining", dtype="<U7")
    return field_dataset(values, status, coords, Rejections(), about)
