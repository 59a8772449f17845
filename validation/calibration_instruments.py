"""The instruments of a calibration: noise that averages out, and errors that stay, of every reading there is."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import xarray as xr

from hashheat.validation.instruments import INSTRUMENTS, Instrument, resolution
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
#: Least noise: far below any instrument, so that nothing weighs infinitely [K or relative].
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
        errs by the step in which the data are written, over sqrt(12), both as noise and as an error that stays;
        one whose noise is not stated has a third of its other error. Both are marked ``assumed``.
    """
    drivers = ("T_in", "volume_flow", "power_dc", "power_ac", "T_ambient")
    found = {}
    for name in INSTRUMENTS:
        if name not in data and name not in model.measured:
            continue
        if name not in drivers and name not in model.measured and name != "T_chip":
            continue
        own = stated.get(name) or (stated.get("T_chip") if name in _CHIPS else None)
        values = data[name].values if name in data else model.measured[name]
        step = (resolution(values) or 0.0) / np.sqrt(12.0)
        if own is None and name in _CHIPS and "T_chip" in data:
            # Made of the chips' readings: as good as these.
            step = (resolution(data["T_chip"].values) or 0.0) / np.sqrt(12.0)
        if own is None:
            found[name] = Instrument(
                step, max(step, _LEAST), False, "assumed", "the step of the data, as written"
            )
        elif own.random <= 0.0:
            noise = max(_NOISE_SHARE * own.systematic, _LEAST)
            told = f"{own.text}; noise not stated: a third of it, assumed"
            found[name] = replace(own, random=noise, text=told)
        else:
            found[name] = own
    return found


def standard_bias(instrument: Instrument, values: np.ndarray, relative: bool) -> float:
    """Error that stays, as one number [SI, or a share of the reading], at the mean of the readings."""
    level = float(np.nanmean(np.abs(values)))
    bias = float(instrument.at(level)[0])
    return bias / level if relative else bias
