"""The constants of a unit's calibration: numbers of its device file and errors of its instruments, with priors."""

import math
from collections.abc import Mapping, Sequence

import numpy as np

from hashheat.components.errors import CalibrationError
from hashheat.components.free_constant import Constant
from hashheat.components.miner import COLD_PLATE_PREFIX, Miner
from hashheat.thermo.quantity import Quantity
from hashheat.validation.calibration_instruments import BIAS_OF, standard_bias
from hashheat.validation.instruments import Instrument
from hashheat.validation.own_draws import MAXIMUM_SHARE, rms
from hashheat.validation.unit_model import READINGS, UnitModel

#: Numbers of a device file that no comparison here depends on.
NOT_SEEN = ("chips.length", "chips.width", "chips.limit", "chips.unit_spread", "chips.chip_spread")
#: Factor between the power at the wall as read and as it is, where the power of the boards drives the model.
WALL_FACTOR = "factor.power_ac"
#: Resistance of a board's chips over that of the unit, less 1 [-].
BOARD_MEAN = "boards.chip_mean"
#: Deposit on the wetted wall: a clean unit has none, so that it is fitted as it is.
FOULING = "plate.fouling"
#: Next to no knowledge of a number whose doubt is not stated, where it is fitted as it is, by its unit; a deposit
#: of 1e-3 m2 K/W has the film resistance of water that hardly moves.
_WEAK = {"K": 10.0, "m^2 K/W": 1e-3}
#: The same in the logarithm of all others [-].
_WEAK_LOGARITHM = 1.0
_QUANTILES = (np.arange(400) + 0.5) / 400


def device_constant(miner: Miner, key: str) -> Constant:
    """Constant for a number of a device file, with the doubt stated there as its prior.

    Parameters
    ----------
    miner : Miner
    key : str
        Of :attr:`Miner.quantities`.

    Returns
    -------
    Constant
        Temperatures and fouling as they are, all others by their logarithm. The prior is normal with mean and
        variance of the stated distribution; a number without one has a weak prior, which counts as none.

    Raises
    ------
    CalibrationError
        For a number that is 0 where it would be fitted by its logarithm.
    """
    q = miner.quantities[key]
    logarithmic = q.unit != "K" and key != FOULING
    if logarithmic and not q.nominal > 0.0:
        raise CalibrationError(
            "cannot be fitted from 0", key=key, accepted="a value above 0 in the device file"
        )
    low, high = (0.0, math.inf) if key.startswith(COLD_PLATE_PREFIX) else miner.device.bounds(key)
    ends = (low, high)
    if logarithmic:
        ends = (-math.inf if low <= 0.0 else math.log(low), math.log(high) if high < math.inf else math.inf)
    if not q.is_uncertain:
        at = math.log(q.nominal) if logarithmic else q.nominal
        weak = _WEAK_LOGARITHM if logarithmic else _WEAK[q.unit]
        return Constant(key, logarithmic, at, at, weak, weak, False, *ends)
    mean, width = _moments(q, logarithmic)
    start = min(max(mean, ends[0]), ends[1])
    return Constant(key, logarithmic, start, mean, width, width, True, *ends)


def _moments(q: Quantity, logarithmic: bool) -> tuple[float, float]:
    values = q.quantile(_QUANTILES)
    if logarithmic:
        values = np.log(np.maximum(values, 1e-6 * q.nominal))
    return float(values.mean()), float(values.std())


def bias_constants(model: UnitModel, instruments: Mapping[str, Instrument]) -> dict[str, Constant]:
    """Constants for the errors that stay, of every instrument the data have.

    Parameters
    ----------
    model : UnitModel
    instruments : mapping of str to Instrument

    Returns
    -------
    dict of str to Constant
        By the name of the parameter; board sensors have one each, ``offset.T_out_board[0]`` and on. Instruments
        without such an error are left out.
    """
    points, found = model.points, {}

    def add(name: str, variable: str, values: np.ndarray, perfect: float) -> None:
        sigma = standard_bias(instruments[variable], values, bool(perfect))
        if sigma > 0.0:
            start = math.log(perfect) if perfect else 0.0
            found[name] = Constant(name, bool(perfect), start, start, sigma, sigma, True)

    add(BIAS_OF["T_in"], "T_in", points.T_in, 0.0)
    if points.has_ambient:
        add(BIAS_OF["T_ambient"], "T_ambient", points.T_ambient, 0.0)
    if points.volume_flow is not None:
        add(BIAS_OF["volume_flow"], "volume_flow", points.volume_flow, 1.0)
    if points.power is not None:
        add("factor.power", "power_dc" if points.power_is_dc else "power_ac", points.power, 1.0)
    measured = model.measured
    if "power_ac" in measured:
        add(WALL_FACTOR, "power_ac", measured["power_ac"], 1.0)
    if "T_out" in measured:
        add(BIAS_OF["T_out"], "T_out", measured["T_out"], 0.0)
    if "T_out_board" in measured:
        for board in range(model.miner.device.boards.count):
            name = f"{BIAS_OF['T_out_board']}[{board}]"
            add(name, "T_out_board", measured["T_out_board"][:, board], 0.0)
    chips = chip_quantity(model)
    if chips is not None:
        add(BIAS_OF["T_chip"], chips, measured[chips], 0.0)
        found |= _board_means(model, chips)
    return found


def chip_quantity(model: UnitModel) -> str | None:
    """Chip temperature that a fit compares: the mean of a board before its maximum; None without either.

    Both are made of the same chips; the maximum says as much about their scatter as about their resistance.
    """
    return next((name for name in ("T_chip_mean", "T_chip_max") if name in model.measured), None)


def _board_means(model: UnitModel, chips: str) -> dict[str, Constant]:
    """What the chips of a board have more resistance than the unit's, relative: one draw of so many, for good."""
    spread = rms(model.miner.quantities["chips.chip_spread"])
    share = model.miner.device.chips.count**-0.5 if chips == "T_chip_mean" else MAXIMUM_SHARE
    if not spread > 0.0:
        return {}
    names = [f"{BOARD_MEAN}[{board}]" for board in range(model.miner.device.boards.count)]
    width = spread * share
    return {name: Constant(name, False, 0.0, 0.0, width, width, True) for name in names}


def unit_constants(
    model: UnitModel, fit: Sequence[str], instruments: Mapping[str, Instrument]
) -> tuple[Constant, ...]:
    """Constants named first, in their order, then all others that are uncertain.

    Parameters
    ----------
    model : UnitModel
    fit : sequence of str
        Keys of the device file, or errors of instruments as :func:`bias_constants` names them.
    instruments : mapping of str to Instrument

    Returns
    -------
    tuple of Constant

    Raises
    ------
    CalibrationError
        For a name that is none, that the data cannot see, or that is there twice.
    """
    miner, biases = model.miner, bias_constants(model, instruments)
    usable = [k for k in miner.quantities if k not in NOT_SEEN and not k.startswith(COLD_PLATE_PREFIX)]
    accepted = ", ".join([*usable, *biases])
    if not fit or len(set(fit)) != len(fit):
        raise CalibrationError(
            "names of what is to be fitted are needed, each once",
            key="fit",
            found=repr(list(fit)),
            accepted=accepted,
        )
    named = []
    for key in fit:
        if key in biases:
            named.append(biases[key])
        elif key in usable:
            named.append(device_constant(miner, key))
        elif key in READINGS or key == WALL_FACTOR:
            raise CalibrationError(
                "the data have no such reading, or its instrument has no error that stays",
                key="fit",
                found=key,
                accepted=accepted,
            )
        else:
            raise CalibrationError(
                "nothing of this name can be fitted", key="fit", found=key, accepted=accepted
            )
    carried = [
        device_constant(miner, key)
        for key, q in miner.uncertain.items()
        if key not in fit and key not in NOT_SEEN and q.nominal > 0.0
    ]
    return (*named, *carried, *(c for name, c in biases.items() if name not in fit))
