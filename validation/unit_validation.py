"""Field data of a unit against its device file: the data first, then the model, quantity by quantity."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import xarray as xr

from hashheat.components.miner import Miner
from hashheat.thermo.errors import InputError
from hashheat.thermo.fluid import Fluid
from hashheat.validation.compared_quantities import COMPARED
from hashheat.validation.comparison import BIASED, Comparison, Errors, compare, overall
from hashheat.validation.data_balance import DataBalance, unit_balance
from hashheat.validation.grid_uncertainty import GridUncertainty, unit_grid_uncertainty
from hashheat.validation.input_uncertainty import InputUncertainty, input_uncertainty
from hashheat.validation.instruments import INSTRUMENTS, Instrument, instruments_for
from hashheat.validation.unit_model import UnitModel

#: Verdict where most of the data break their own energy balance: no model can be judged by them.
CONTRADICTORY = "contradictory"
#: Share of flagged points beyond which the data as a whole contradict themselves.
MOST_FLAGGED = 0.5
LABELS = {
    "T_out": "outlet temperature",
    "T_out_board": "outlet temperature of the boards",
    "T_chip_mean": "mean chip temperature of the boards",
    "T_chip_max": "hottest chip of the boards",
    "T_chip": "chip temperature, chip by chip",
    "power_ac": "power at the wall",
}
_BROKEN = "energy balance of the data broken by more than twice its uncertainty"
_UNSOLVED = "the model has no steady state there"


@dataclass(frozen=True, eq=False)
class UnitValidation:
    """What field data of a unit say about its device file.

    Parameters
    ----------
    model : UnitModel
        At all usable points.
    used : (points,) bool array
        Points that the comparison rests on.
    left_out : dict of str to int
        Why samples were left out, and how many.
    predicted : dict of str to (points, ...) array
        At nominal values of the device file [SI].
    u_val : dict of str to (points, ...) array
        Validation uncertainty of single readings [SI]; NaN at points that are not used.
    balance : DataBalance
        At all usable points.
    instruments : dict of str to Instrument
    grids : dict of str to GridUncertainty
        Of a device that names a cold plate by its reduced form.
    inputs : InputUncertainty
        At the used points.
    comparisons : dict of str to Comparison
    skipped : dict of str to str
        Quantities without a comparison, and why.
    verdict : str
        ``agrees``, ``biased``, ``uncertain`` or ``contradictory``.
    samples : int
    """

    model: UnitModel
    used: np.ndarray
    left_out: Mapping[str, int]
    predicted: Mapping[str, np.ndarray]
    u_val: Mapping[str, np.ndarray]
    balance: DataBalance
    instruments: Mapping[str, Instrument]
    grids: Mapping[str, GridUncertainty]
    inputs: InputUncertainty
    comparisons: Mapping[str, Comparison]
    skipped: Mapping[str, str]
    verdict: str
    samples: int


def validate_unit(
    miner: Miner,
    data: xr.Dataset,
    stated: Mapping[str, Instrument] | None = None,
    *,
    fluid: Fluid | str = "water",
    pressure: float = 3e5,
    samples: int = 128,
    chip_order: str | None = None,
    progress: Callable[[str, float], None] | None = None,
) -> UnitValidation:
    """Compare a device file with field data.

    Parameters
    ----------
    miner : Miner
    data : xarray.Dataset
        Field data over (time, unit, ...) in SI.
    stated : mapping of str to Instrument, optional
        Accuracy of the instruments, see :mod:`hashheat.validation.instruments`.
    fluid : Fluid or str
    pressure : float
        Absolute, at the inlet [Pa].
    samples : int
        Sobol samples of the uncertain inputs, a power of two.
    chip_order : str, optional
        See :meth:`UnitModel.of`.
    progress : callable, optional
        Called with the stage and the fraction of it that is done.

    Returns
    -------
    UnitValidation

    Raises
    ------
    InputError
        For data of which nothing can be compared.

    Notes
    -----
    The energy balance of the data comes first. Points that break it by more than twice its uncertainty are left
    out of the comparison and counted; where more than half of the points do, the verdict is ``contradictory`` and
    the figures, over all points, are for information only.
    """
    tell = progress or (lambda stage, done: None)
    tell("energy balance of the data", 0.0)
    model = UnitModel.of(miner, data, fluid=fluid, pressure=pressure, chip_order=chip_order)
    instruments = _instruments(model, data, stated or {})
    balance = unit_balance(model, instruments)
    contradictory = balance.checked > 0 and balance.flagged.sum() > MOST_FLAGGED * balance.checked
    left_out = dict(model.points.left_out)
    used = np.ones(model.points.count, dtype=bool)
    if balance.flagged.any() and not contradictory:
        used &= ~balance.flagged
        left_out[_BROKEN] = int(balance.flagged.sum())

    tell("prediction", 0.0)
    plain = model.predict()
    unsolved = (plain.status[0] != 0) & used
    if unsolved.sum() == used.sum():
        raise InputError(
            "the model has no steady state at any operating point of the data",
            file=data.attrs.get("source"),
            accepted="a device file whose power, flow and resistances fit the unit that was measured",
        )
    if unsolved.any():
        used &= ~unsolved
        left_out[_UNSOLVED] = int(unsolved.sum())
    predicted = {name: values[0] for name, values in plain.values.items()}
    skipped = dict(model.left_out)
    for name in list(predicted):
        if not np.isfinite((predicted[name] - model.measured[name])[used]).any():
            del predicted[name]
            skipped[name] = (
                "no reading with a prediction: a chip of the model runs away, or no reading is left"
            )
    names = tuple(predicted)
    if not names:
        raise _nothing(data, skipped)
    at = model.subset(used)
    tell("size of the cells", 0.3)
    grids = unit_grid_uncertainty(at, names)
    for name in [n for n in names if n not in grids]:
        skipped[name] = (
            "the error of the cells is not known: a finer grid of the cold plate has no steady state"
        )
    tell("uncertain inputs", 0.5)
    inputs = input_uncertainty(at, instruments, samples, names)
    skipped |= inputs.unknown
    names = tuple(n for n in names if n in grids and n not in inputs.unknown)
    predicted = {name: predicted[name] for name in names}
    if not names:
        raise _nothing(data, skipped)
    comparisons, u_val = {}, {}
    for name in names:
        given = _errors(name, model, at, used, predicted[name], instruments, grids, inputs)
        comparisons[name] = compare(name, given)
        full = np.full(predicted[name].shape, np.nan)
        single = given.u_num**2 + given.u_input**2 + given.u_systematic**2 + given.u_random**2
        full[used] = np.sqrt(np.broadcast_to(single, full[used].shape))
        u_val[name] = full
    word = CONTRADICTORY if contradictory else overall({k: c.verdict for k, c in comparisons.items()})
    return UnitValidation(
        model=model,
        used=used,
        left_out=left_out,
        predicted=predicted,
        u_val=u_val,
        balance=balance,
        instruments=instruments,
        grids=grids,
        inputs=inputs,
        comparisons=comparisons,
        skipped=skipped,
        verdict=word,
        samples=samples,
    )


def _nothing(data: xr.Dataset, skipped: Mapping[str, str]) -> InputError:
    return InputError(
        "no reading of the data has a prediction whose uncertainty is known",
        file=data.attrs.get("source"),
        found="; ".join(f"{name}: {why}" for name, why in skipped.items()),
    )


def _instruments(
    model: UnitModel, data: xr.Dataset, stated: Mapping[str, Instrument]
) -> dict[str, Instrument]:
    """Instruments of all readings; one that was derived is as coarse as what it was derived from."""
    with_derived = data.assign({name: data["T_chip"] for name in model.derived})
    if "T_in" not in with_derived and "T_in_board" in data:
        with_derived = with_derived.assign(T_in=data["T_in_board"])
    return instruments_for(with_derived, stated, tuple(INSTRUMENTS))


def _errors(
    name: str,
    model: UnitModel,
    at: UnitModel,
    used: np.ndarray,
    predicted: np.ndarray,
    instruments: Mapping[str, Instrument],
    grids: Mapping[str, GridUncertainty],
    inputs: InputUncertainty,
) -> Errors:
    measured = model.measured[name][used]
    systematic, random = instruments[name].at(measured)
    is_temperature = name.startswith("T_")
    return Errors(
        predicted=predicted[used],
        measured=measured,
        zero=at.points.T_in if is_temperature else np.zeros(at.points.count),
        unit=at.points.unit,
        u_num=grids[name].u_num,
        u_num_mean=grids[name].u_mean,
        u_input=inputs.point[name],
        u_input_mean=inputs.mean[name],
        u_systematic=systematic,
        u_random=random,
        u_input_random=inputs.random[name],
        u_own=inputs.own[name],
    )


def sentence(found: Comparison) -> str:
    """Plain verdict of a quantity.

    Parameters
    ----------
    found : Comparison

    Returns
    -------
    str
        As ``biased by +2.1 ± 0.6 K`` (95 %).
    """
    unit = "K" if found.name.startswith("T_") else "W"
    bias, interval = found.bias, found.interval
    digits = 1 if interval >= 0.95 else 2 if interval >= 0.095 else 3
    if unit == "W":
        digits = 0
    told = f"{bias:+.{digits}f} ± {interval:.{digits}f} {unit}"
    if found.verdict == BIASED:
        return f"biased by {told}"
    if found.verdict == "agrees":
        return f"agrees within u_val ({told})"
    return f"data too uncertain to tell ({told})"


def as_dataset(found: UnitValidation) -> xr.Dataset:
    """Everything point by point.

    Parameters
    ----------
    found : UnitValidation

    Returns
    -------
    xarray.Dataset
        Over ``point`` (coordinates time and unit), board and chip: what drove the model, for each quantity
        ``_predicted``, ``_measured`` and ``_u_val``, the energy balance, and ``used``.
    """
    model, points = found.model, found.model.points
    data: dict[str, tuple[tuple[str, ...], np.ndarray, dict[str, str]]] = {
        "T_in": (("point",), points.T_in, {"units": "K", "long_name": "coolant inlet as read"}),
        "T_ambient": (("point",), points.T_ambient, {"units": "K", "long_name": "room"}),
        "used": (
            ("point",),
            found.used.astype(np.int8),
            {"units": "1", "long_name": "whether the comparison rests on this point"},
        ),
    }
    if points.volume_flow is not None:
        about = {"units": "m3 s-1", "long_name": "coolant flow as read"}
        data["volume_flow"] = (("point",), points.volume_flow, about)
    if points.power is not None:
        kind = "power of the boards" if points.power_is_dc else "power at the wall"
        data["power"] = (("point",), points.power, {"units": "W", "long_name": f"{kind} as read"})
    if found.balance.checked:
        for key, values, text in (
            ("balance_heat", found.balance.heat, "heat to the coolant by flow and temperatures"),
            ("balance_expected", found.balance.expected, "heat to the coolant by electric power"),
            ("balance_uncertainty", found.balance.uncertainty, "standard uncertainty of their difference"),
        ):
            data[key] = (("point",), values, {"units": "W", "long_name": text})
        about = {"units": "1", "long_name": "whether the difference is beyond twice its uncertainty"}
        data["balance_flagged"] = (("point",), found.balance.flagged.astype(np.int8), about)
    for name, values in found.predicted.items():
        dims = ("point", *COMPARED[name])
        units = "K" if name.startswith("T_") else "W"
        label = LABELS.get(name, name)
        for kind, array, text in (
            ("predicted", values, f"{label}, predicted"),
            ("measured", model.measured[name], f"{label}, measured"),
            ("u_val", found.u_val[name], f"{label}, validation uncertainty of a single reading"),
        ):
            data[f"{name}_{kind}"] = (dims, array, {"units": units, "long_name": text})
    made = xr.Dataset({key: (dims, values, about) for key, (dims, values, about) in data.items()})
    return made
