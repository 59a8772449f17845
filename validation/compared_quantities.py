"""Which of the measured quantities the model of a unit can be compared with, and why the others not."""

import xarray as xr

from hashheat.components.miner import Miner
from hashheat.thermo.errors import InputError
from hashheat.validation.operating_points import driving_power

#: Quantities that can be compared, with the dimensions that follow the point.
COMPARED: dict[str, tuple[str, ...]] = {
    "T_out": (),
    "T_out_board": ("board",),
    "T_chip_mean": ("board",),
    "T_chip_max": ("board",),
    "T_chip": ("board", "chip"),
    "power_ac": (),
    "power_dc": (),
}


def compared_data(
    miner: Miner, data: xr.Dataset, chip_order: str | None
) -> tuple[xr.Dataset, list[str], dict[str, str]]:
    """Data with mean and hottest chip of every board, and which of them can be compared.

    Parameters
    ----------
    miner : Miner
    data : xarray.Dataset
        Field data.
    chip_order : str or None
        How the data number the chips.

    Returns
    -------
    offered : xarray.Dataset
        With ``T_chip_mean`` and ``T_chip_max`` made from the chips where they are missing; the attribute
        ``compared`` names what is compared.
    derived : list of str
        What was made so.
    left_out : dict of str to str
        Variables that are not compared, and why.

    Raises
    ------
    InputError
        If nothing is left.
    """
    device = miner.device
    offered, derived, left_out = data.copy(), [], {}
    if "T_chip" in data:
        # A board whose chips are all missing has no mean: that is no fault to warn of.
        some = data["T_chip"].notnull().any("chip")
        safe = data["T_chip"].where(some, 0.0)
        for name, value in (("T_chip_mean", safe.mean("chip")), ("T_chip_max", safe.max("chip"))):
            if name not in data:
                offered[name] = value.where(some)
                derived.append(name)
    compared, driver = [], driving_power(data) or "power_dc"
    for name, dims in COMPARED.items():
        if name not in offered:
            continue
        reason = None
        if name == driver:
            reason = "drives the model"
        elif name == "power_dc":
            reason = "has fewer readings than the meter at the wall, which drives the model"
        elif device.plate is None and name in ("T_chip", "T_chip_mean"):
            reason = "the device file names a cold plate, whose reduced form has no temperature chip by chip"
        elif name == "T_chip" and chip_order is None:
            reason = "the order in which the chips are listed is not known: compared by mean and maximum"
        elif "board" in dims and offered.sizes["board"] != device.boards.count:
            reason = f"{offered.sizes['board']} boards in the data, {device.boards.count} in the device file"
        elif "chip" in dims and offered.sizes["chip"] != device.chips.count:
            reason = f"{offered.sizes['chip']} chips in the data, {device.chips.count} in the device file"
        if reason is None:
            compared.append(name)
        else:
            left_out[name] = reason
    for name, reason in _NOT_MODELLED.items():
        if name in data:
            left_out[name] = reason
    if not compared:
        told = "; ".join(f"{name}: {why}" for name, why in left_out.items())
        raise InputError(
            "the data have nothing that the model predicts",
            file=data.attrs.get("source"),
            found=told or ", ".join(map(str, data.data_vars)),
            accepted=", ".join(COMPARED),
        )
    return offered.assign_attrs(compared=compared), derived, left_out


_NOT_MODELLED = {
    "T_board": "a sensor on the board is neither coolant nor chip: not modelled",
    "T_board_in": "a sensor on the board is neither coolant nor chip: not modelled",
    "T_board_out": "a sensor on the board is neither coolant nor chip: not modelled",
    "V_chip": "the model has one voltage for all chips",
    "hash_rate": "not a thermal quantity",
    "frequency": "a device file has no nameplate clock in hertz; the measured power holds what the clock does",
}
