"""Cases of cold plates."""

from pathlib import Path

import numpy as np

from hashheat.components.cold_plate import ColdPlate
from hashheat.components.variables import dataset
from hashheat.validation import ocp_plate
from hashheat.validation import tuckerman_pease as tp
from hashheat.validation.case_figures import Figures
from hashheat.validation.case_file import CaseFile
from hashheat.validation.case_result import CaseRun, Computed, grid_row

#: Cells of the run's grid and of two finer ones, over those of the run.
REFINEMENTS = (1, 2, 4)
_SOLVER = "conjugate plate"


def refined_plate(plate: ColdPlate, factor: int) -> ColdPlate:
    """Return a plate with this many times the cells in each direction."""
    own = plate.file.plate
    cells = {
        "cells_along": own.cells_along * factor,
        "cells_across": own.cells_across * factor,
        "layers": [n * factor for n in own.layers],
    }
    return ColdPlate(plate.file.model_copy(update={"plate": own.model_copy(update=cells)}))


def _told(plate: ColdPlate) -> str:
    own = plate.file.plate
    return f"{own.cells_along} x {own.cells_across} x {sum(own.layers)}"


def run_tuckerman_pease(case: CaseFile, figures: Figures, capture: Path | None) -> CaseRun:
    """Resistance and pressure drop of the third device, nothing fitted.

    Inputs that are not known vary one at a time over the ranges of the library file: silicon below the channels
    and its conductivity for the resistance, the loss of the ports and the friction factor for the pressure drop.
    """
    plate = ColdPlate.named("tuckerman-pease")
    plates = [refined_plate(plate, factor) for factor in REFINEMENTS]
    found = [tp.predict(each) for each in plates]
    names = [_told(each) for each in plates]
    rows = [
        grid_row(_SOLVER, "resistance", "K/W", names, [f.resistance for f in found]),
        grid_row(_SOLVER, "pressure_drop", "Pa", names, [f.pressure_drop for f in found]),
    ]
    ranges = plate.file.sampled_quantities()

    def spread(field: str, *keys: str) -> float:
        total = 0.0
        for key in keys:
            ends = ranges[key].lower, ranges[key].upper
            two = [getattr(tp.predict(plate, **{key.replace(".", "__"): end}), field) for end in ends]
            total += (two[1] - two[0]) ** 2 / 12.0
        return float(np.sqrt(total))

    u_R = spread("resistance", "plate.thickness", "plate.conductivity", "coolant.nusselt_factor")
    u_dp = spread("pressure_drop", "coolant.port_loss", "coolant.friction_factor")
    R = figures.values("resistance", "K/W")
    dp = figures.values("pressure_drop", "Pa")
    return CaseRun(
        {
            "resistance": Computed([found[0].resistance], R, rows[0].u_num, u_R),
            "pressure_drop": Computed([found[0].pressure_drop], dp, rows[1].u_num, u_dp),
        },
        rows,
    )


def run_ocp_plate(case: CaseFile, figures: Figures, capture: Path | None) -> CaseRun:
    """Three numbers of the generic micro-channel plate fitted to the 14 points of the curve."""
    flow = figures.values("volume_flow", "m^3/s")
    R = figures.values("resistance", "K/W")
    columns = {"thermal_resistance": (("volume_flow",), R)}
    measured = dataset(columns, {"volume_flow": flow})["thermal_resistance"]
    file = ColdPlate.named("microchannel-1kw").file
    # Other cells than the file has, so that two finer grids can be afforded.
    cells = {"cells_along": 60, "cells_across": 42, "layers": [4]}
    plate = ColdPlate(file.model_copy(update={"plate": file.plate.model_copy(update=cells)}))
    fit = ocp_plate.calibrate_ocp_plate(measured, plate)
    plates = [refined_plate(plate, factor) for factor in REFINEMENTS]
    ends = flow[[0, -1]]
    found = [
        ocp_plate.predict_resistance(fit, ends, ocp_plate.COOLANT, plate=each).thermal_resistance.values
        for each in plates
    ]
    row = grid_row(_SOLVER, "resistance", "K/W", [_told(each) for each in plates], found)
    return CaseRun({"resistance": Computed(fit.resistance.values, R, row.u_num)}, [row])
