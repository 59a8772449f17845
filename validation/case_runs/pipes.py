"""Cases of single pipes."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from hashheat.thermo.units import to_si
from hashheat.validation.case_figures import Figures
from hashheat.validation.case_file import CaseFile
from hashheat.validation.case_result import CaseRun, Computed, grid_row
from hashheat.validation.pipe_rig import CELLS, Recording, Rig, predict_outlet

RECORDINGS = ("150801", "151202", "151204_1")
#: Standard uncertainties of the inputs, relative but for the room's; none is published, all are assumed. The
#: source of the rig's numbers calls steel and length approximate, the insulation aged and the flow uncertain.
RELATIVE = {"length": 0.005, "wall_heat_capacity": 0.03, "insulation_conductivity": 0.2, "film_factor": 0.1}
U_FLOW, U_AMBIENT = 0.01, 1.0


def rig_of(figures: Figures) -> Rig:
    """Numbers of the rig from the table of its case.

    Parameters
    ----------
    figures : Figures

    Returns
    -------
    Rig
    """
    return Rig(
        length=figures.at("length", "pipe", "m"),
        inner_diameter=figures.at("diameter", "inside", "m"),
        outer_diameter=figures.at("diameter", "outside", "m"),
        insulation=figures.at("insulation", "pipe", "m"),
        wall_heat_capacity=figures.at("density", "steel", "kg/m^3")
        * figures.at("heat_capacity", "steel", "J/(kg K)"),
        wall_conductivity=figures.at("conductivity", "steel", "W/(m K)"),
        insulation_conductivity=figures.at("conductivity", "insulation", "W/(m K)"),
        outside_htc=figures.at("outside_htc", "insulation", "W/(m^2 K)"),
        T_ambient=figures.at("T_ambient", "room", "K"),
    )


def recording_of(figures: Figures, name: str) -> Recording:
    """Readings that the case tracks of one recording.

    Parameters
    ----------
    figures : Figures
    name : str
        One of :data:`RECORDINGS`.

    Returns
    -------
    Recording
    """
    times, T = {}, {}
    for end in ("inlet", "outlet"):
        points = figures.points(f"{end}_{name}")
        times[end] = np.array([to_si(point, "s", key=end) for point in points])
        T[end] = figures.values(f"{end}_{name}", "K")
    flow = figures.at("mass_flow", name, "kg/s")
    return Recording(times["inlet"], T["inlet"], times["outlet"], T["outlet"], flow)


def run_pipe_rig(case: CaseFile, figures: Figures, capture: Path | None) -> CaseRun:
    """Outlet of every recording over its first reading, from the time that the first water needs to get there.

    Notes
    -----
    Inputs one at a time (GUM, JCGM 100:2008, 5.1), each by what it moves the mean over the readings: what it moves
    a front to and fro averages out and is not counted.
    """
    rig = rig_of(figures)
    computed, grids = {}, []
    for name in RECORDINGS:
        recording = recording_of(figures, name)
        start = recording.T_out[0]
        finer = [predict_outlet(rig, recording, cells=factor * CELLS) for factor in (1, 2, 4)]
        key = f"rise_{name}"
        names = [f"{factor * CELLS} cells" for factor in (1, 2, 4)]
        row = grid_row("plug flow with film", key, "delta_K", names, [T[1:] - start for T in finer])
        moved = [
            predict_outlet(replace(rig, **{k: getattr(rig, k) * (1.0 + u)}), recording)
            for k, u in RELATIVE.items()
        ]
        moved.append(predict_outlet(replace(rig, T_ambient=rig.T_ambient + U_AMBIENT), recording))
        faster = replace(recording, mass_flow=recording.mass_flow * (1.0 + U_FLOW))
        moved.append(predict_outlet(rig, faster))
        u_input = float(np.sqrt(sum(np.mean((T - finer[0])[1:]) ** 2 for T in moved)))
        rise, read = (T[1:] - start for T in (finer[0], recording.T_out))
        computed[key] = Computed(rise, read, u_num=row.u_num, u_input=u_input)
        grids.append(row)
    return CaseRun(computed, grids)
