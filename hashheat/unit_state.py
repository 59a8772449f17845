"""One unit at one state: what `hashheat unit` computes and shows."""

from typing import Any

import numpy as np

from hashheat.components.miner import Miner
from hashheat.components.unit import chip_powers
from hashheat.fleet.hot_chip import ChipPower, hottest_chip
from hashheat.summary import number
from hashheat.terminal import in_field

#: name: (label, SI unit)
_ROWS = {
    "T_out": ("outlet", "K"),
    "T_junction": ("hottest junction, chip of mean resistance", "K"),
    "T_junction_hottest_chip": ("hottest single chip, expected", "K"),
    "T_junction_limit": ("junction limit", "K"),
    "junction_margin": ("margin to it", "delta_K"),
    "T_wall": ("hottest wetted wall", "K"),
    "boiling_margin": ("distance from boiling", "delta_K"),
    "wall_power": ("power at the wall", "W"),
    "heat_rate": ("heat to the water", "W"),
    "heat_loss": ("heat past the water", "W"),
    "pressure_drop": ("pressure drop", "Pa"),
}


def solve_unit(
    miner: Miner,
    *,
    T_in: float,
    volume_flow: float,
    fluid: str,
    pressure: float,
    frequency: float,
    voltage: float,
    T_ambient: float,
) -> dict[str, Any]:
    """State of a unit at nominal device values, as plain numbers in SI.

    Parameters
    ----------
    miner : Miner
    T_in, volume_flow, fluid, pressure, frequency, voltage, T_ambient
        As in :meth:`hashheat.components.miner.Miner.solve`.

    Returns
    -------
    dict
        ``given``, ``result`` (each name to value, unit and label) and ``inside_limits``: the hottest chip is
        within its limit and no wall boils. The hottest chip is that of
        :func:`hashheat.fleet.hot_chip.hottest_chip`, as in the check of a plant.

    Raises
    ------
    InputError, FreezingError, BoilingError, RunawayError, CoolantRangeError
        As :meth:`hashheat.components.miner.Miner.solve`.
    """
    found = miner.solve(
        T_in,
        volume_flow,
        fluid=fluid,
        pressure=pressure,
        T_ambient=T_ambient,
        frequency=frequency,
        voltage=voltage,
        with_fields=True,
    )
    boards, cells = found["T_chip"].shape
    device = miner.values(1)
    dynamic, leak = chip_powers(miner.device, device, frequency, voltage)
    median, *_ = hottest_chip(
        found["T_plate"].values.reshape(1, boards * cells),
        found["T_chip"].values.reshape(1, boards * cells),
        np.tile(miner.layout.chips, boards),
        device["chips.junction_to_plate"],
        device["chips.chip_spread"],
        ChipPower(dynamic, leak, device["power.reference_temperature"], device["power.leakage_scale"]),
    )
    hottest = float(median[0])
    limit = miner.quantities["chips.limit"].nominal
    values = {
        **{name: float(found[name]) for name in _ROWS if name in found},
        "T_junction_hottest_chip": hottest,
        "T_junction_limit": limit,
        "junction_margin": limit - hottest,
    }
    return {
        "miner": miner.device.name,
        "given": {
            "fluid": fluid,
            "T_in": {"value": T_in, "unit": "K"},
            "volume_flow": {"value": volume_flow, "unit": "m^3/s"},
            "pressure": {"value": pressure, "unit": "Pa"},
            "frequency": {"value": frequency, "unit": "1"},
            "voltage": {"value": voltage, "unit": "1"},
            "T_ambient": {"value": T_ambient, "unit": "K"},
        },
        "result": {
            name: {"label": label, "value": number(values[name]), "unit": unit}
            for name, (label, unit) in _ROWS.items()
        },
        "inside_limits": bool(limit >= hottest and values["boiling_margin"] >= 0.0),
    }


def show_unit(state: dict[str, Any]) -> None:
    """Print what :func:`solve_unit` found."""
    from rich.console import Console

    console = Console(highlight=False)
    given = state["given"]
    console.print(
        f"{state['miner']}: {given['fluid']} at {in_field(given['T_in']['value'], 'K')}, "
        f"{in_field(given['volume_flow']['value'], 'm^3/s')}, {given['pressure']['value'] * 1e-5:.4g} bar "
        f"absolute, clock {given['frequency']['value']:g}, voltage {given['voltage']['value']:g}",
        markup=False,
    )
    width = max(len(row["label"]) for row in state["result"].values())
    for row in state["result"].values():
        # A boiling margin does not exist for a coolant without vapour-pressure data.
        console.print(f"  {row['label']:<{width}}  {in_field(row['value'], row['unit']):>12}", markup=False)
    if not state["inside_limits"]:
        console.print("outside its limits", style="bold red")
