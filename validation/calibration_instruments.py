"""The instruments of a calibration: noise that averages out, and errors that stay, of every reading there is."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import xarray as xr

from hashheat.validation.instruments import INSTRUMENTS, Instrument, unstated
from hashheat.validation.unit_model import UnitModel

#: Error that stays of each variable: the parameter that stands for it. The power that drives the model has
#: ``factor.power``.
BIAS_OF = {
    "T_in": "offset.T_in",
    "T_out": "offset.T_out",
    "T_out_board": "offset.T_out_board",
    "T_chip": "offset.T_chip",
    "T_ambient": "offset.T_ambient",
    "volume_flow": "factor.volume_flow",
}
#: Noise where only an error that stays is stated, over that error [-]; assumed.
_NOISE_SHARE = 1.0 / 3.0
#: Least noise: far below any instrument, so that nothing weighs infinitely [K, or a share of the reading].
_LEAST = 1e-5
_CHIPS = ("T_chip_mean", "T_chip_max")


def calibration_instruments(
    model: UnitModel, data: xr.Dataset, stated: Mapping[str, Instrument]
) -> dict[str, Instrument]:
    """Instruments of all drivers and compared quantities, every one with noise.

    Parameters
    ----------
    model : UnitModel
        Of the data.
    data : xarray.Dataset
    stated : mapping of str to Instrument
        Of :func:`hashheat.validation.instruments.read_instruments`.

    Returns
    -------
    dict of str to Instrument
        By variable; ``T_chip`` stands for mean and maximum too where these are not stated. One that nobody stated
        is that of :func:`hashheat.validation.instruments.unstated`, both as noise and as an error that stays; one
        whose noise is not stated has a third of its other error. Both are marked ``assumed``.
    """
    drivers = ("T_in", "volume_flow", "power_dc", "power_ac", "T_ambient")
    if "T_in" not in data and "T_in_board" in data:
        data = data.assign(T_in=data["T_in_board"])
    found = {}
    for name in INSTRUMENTS:
        if name not in data and name not in model.measured:
            continue
        if name not in drivers and name not in model.measured and name != "T_chip":
            continue
        own = stated.get(name) or (stated.get("T_chip") if name in _CHIPS else None)
        values = data[name].values if name in data else model.measured[name]
        # What was made of the chips' readings is as good as these.
        made_of = "T_chip" if name in _CHIPS and "T_chip" in data else name
        if own is None:
            own = unstated(data[made_of].values if made_of in data else values, INSTRUMENTS[name])
            least = _LEAST if own.relative else _least(name, values)
            found[name] = replace(own, random=max(own.systematic, least))
        elif own.random <= 0.0:
            least = _LEAST if own.relative else _least(name, values)
            noise = max(_NOISE_SHARE * own.systematic, least)
            told = f"{own.text}; noise not stated: a third of it, assumed"
            found[name] = replace(own, random=noise, text=told)
        else:
            found[name] = own
    return found


def _least(name: str, values: np.ndarray) -> float:
    """Least noise of an instrument whose error is no share of its reading [SI]."""
    finite = np.abs(values[np.isfinite(values)])
    return _LEAST * (float(finite.mean()) if INSTRUMENTS[name] != "delta_K" and finite.size else 1.0)


def standard_bias(instrument: Instrument, values: np.ndarray, relative: bool) -> float:
    """Error that stays, as one number [SI, or a share of the reading], at the mean of the readings."""
    level = float(np.nanmean(np.abs(values)))
    bias = float(instrument.at(level)[0])
    return bias / level if relative else bias
