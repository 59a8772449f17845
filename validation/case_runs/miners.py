"""Cases of miners."""

from pathlib import Path

import numpy as np
import xarray as xr

from hashheat.components.miner import Miner
from hashheat.components.variables import dataset
from hashheat.validation.case_figures import Figures
from hashheat.validation.case_file import CaseFile
from hashheat.validation.case_result import CaseRun, Computed, grid_row
from hashheat.validation.luxos import implied_flow, predict_outlet, read_luxos_temps
from hashheat.validation.readers import read_field_data

#: Cells along a pass over those of the device file.
REFINEMENTS = (1, 2, 4)
_FITTED_BOARD = 1


def run_luxos(case: CaseFile, figures: Figures, capture: Path | None) -> CaseRun:
    """Outlet of two boards, from their inlet and the flow that was fitted to a third."""
    if capture is not None:
        data = read_luxos_temps(capture)
    else:
        both = {name: (("board",), figures.values(name, "K")) for name in ("T_in", "T_out")}
        data = dataset(both, {"board": np.arange(len(both["T_in"][1]))})
    miner = Miner.named("antminer-s21-hyd")
    power = miner.device.power
    heat = power.wall.nominal * power.psu_efficiency.nominal
    flow, _ = implied_flow(data.isel(board=[_FITTED_BOARD]), heat)
    plate = miner.device.plate
    assert plate is not None
    counts = [plate.cells_per_pass * factor for factor in REFINEMENTS]
    grids = []
    for count in counts:
        finer = plate.model_copy(update={"cells_per_pass": count})
        grids.append(
            predict_outlet(data, Miner(miner.device.model_copy(update={"plate": finer})), flow).T_out.values
        )
    row = grid_row("serpentine channel", "T_out", "K", [f"{n} cells a pass" for n in counts], grids)
    T_in, T_out = data["T_in"].values, data["T_out"].values
    others = np.arange(T_in.size) != _FITTED_BOARD
    return CaseRun(
        {
            "rise_fitted": Computed((grids[0] - T_in)[~others], (T_out - T_in)[~others]),
            "rise": Computed((grids[0] - T_in)[others], (T_out - T_in)[others], row.u_num),
        },
        [row],
    )


def avalon_figures(data: xr.Dataset) -> dict[str, np.ndarray]:
    """Statistics of chip sensors, board by board.

    Parameters
    ----------
    data : xarray.Dataset
        One moment of one unit, with the temperature and voltage of every chip.

    Returns
    -------
    dict of str to (boards,) array
        ``chip_noise``: scatter of a chip about the mean of its two neighbours in the index, over sqrt(1.5), which
        for independent errors is that of one chip [K]; ``gradient``: second half of the index less the first [K];
        ``voltage``: mean [V]; ``voltage_scatter``: between chips [V]; ``voltage_noise``: about neighbours, as
        ``chip_noise`` [V]; ``mean_of_vector``, ``largest_of_vector``, ``T_chip_mean``, ``T_chip_max`` [K].
    """
    T, V = (data[name].values.reshape(data.sizes["board"], -1) for name in ("T_chip", "V_chip"))

    def noise(x: np.ndarray) -> np.ndarray:
        residual = x[:, 1:-1] - 0.5 * (x[:, :-2] + x[:, 2:])
        found: np.ndarray = residual.std(axis=1, ddof=1) / np.sqrt(1.5)
        return found

    half = T.shape[1] // 2
    return {
        "chip_noise": noise(T),
        "gradient": T[:, half:].mean(axis=1) - T[:, :half].mean(axis=1),
        "voltage": V.mean(axis=1),
        "voltage_scatter": V.std(axis=1, ddof=1),
        "voltage_noise": noise(V),
        "mean_of_vector": T.mean(axis=1),
        "largest_of_vector": T.max(axis=1),
        "T_chip_mean": data["T_chip_mean"].values.ravel(),
        "T_chip_max": data["T_chip_max"].values.ravel(),
    }


def run_avalon(case: CaseFile, figures: Figures, capture: Path | None) -> CaseRun:
    """What the chip sensors of an air-cooled unit show, and what the device files make of it."""
    units = {"chip_noise": "delta_K", "gradient": "delta_K", "mean_of_vector": "K", "largest_of_vector": "K"}
    units |= {"T_chip_mean": "K", "T_chip_max": "K"}
    if capture is not None:
        own = avalon_figures(read_field_data(capture))
    else:
        keys = [key for key in figures.texts if key != "assumed_noise"]
        own = {key: figures.values(key, units.get(key, "V")) for key in keys}
    assumed = figures.at("assumed_noise", "device files", "delta_K")
    return CaseRun(
        {
            "chip_noise": Computed(np.full(own["chip_noise"].size, assumed), own["chip_noise"]),
            "T_chip_max": Computed(own["largest_of_vector"], own["T_chip_max"]),
            "T_chip_mean": Computed(own["mean_of_vector"], own["T_chip_mean"]),
            **{
                key: Computed(None, own[key])
                for key in ("gradient", "voltage", "voltage_scatter", "voltage_noise")
            },
        }
    )
