"""Cases of water-cooled servers."""

from pathlib import Path

import numpy as np

from hashheat.validation import aquasar
from hashheat.validation.case_figures import Figures
from hashheat.validation.case_file import CaseFile
from hashheat.validation.case_result import CaseRun, Computed, grid_row

#: Share of the resistance in the film: not published, so an even distribution between these [-].
FILM_SHARES = (0.3, 0.7)
#: Cells along the channel: of the run, and of two finer grids.
CELLS = (16, 32, 64)
#: What the search for film and resistance leaves of the rise, relative.
_NOISE = 2e-5


def run_aquasar(case: CaseFile, figures: Figures, capture: Path | None) -> CaseRun:
    """Chip above 60 °C water, and power over that at 30 °C, after the fit at 30 °C.

    Parameters
    ----------
    case : CaseFile
    figures : Figures
    capture : Path or None
        Not used.

    Returns
    -------
    CaseRun

    Notes
    -----
    Inputs one at a time (GUM, JCGM 100:2008, 5.1): the film's share of the resistance, even between
    :data:`FILM_SHARES`; the rise at 30 °C, which was fitted, with the uncertainty of its data; the leakage, with
    that of the measured power.
    """
    rise_cold = figures.at("rise_cold", "30 degC water", "delta_K")
    ratio = figures.at("power_ratio", "60 over 30 degC water", "1")
    quantities = {q.key: q for q in case.quantity}
    u_cold = quantities["rise_cold"].tolerance("u_data", rise_cold)
    u_ratio = quantities["power_ratio"].tolerance("u_data", ratio)
    middle = sum(FILM_SHARES) / 2.0
    found = aquasar.predict(middle, rise_cold)
    ends = [aquasar.predict(share, rise_cold) for share in FILM_SHARES]
    other_rise = aquasar.predict(middle, rise_cold + u_cold)
    # The leakage share is proportional to the power rise that it was fitted to.
    share = aquasar.LEAKAGE_SHARE * (1.0 + u_ratio / (ratio - 1.0))
    other_leak = aquasar.predict(middle, rise_cold, leakage_share=share)
    u_input = np.sqrt(
        ((ends[0].rise - ends[1].rise) / np.sqrt(12.0)) ** 2
        + (other_rise.rise - found.rise) ** 2
        + (other_leak.rise - found.rise) ** 2
    )
    grids = [aquasar.predict(middle, rise_cold, cells=cells) for cells in CELLS]
    names = [f"{cells} cells" for cells in CELLS]
    row = grid_row("serpentine channel", "rise_hot", "delta_K", names, [g.rise for g in grids], noise=_NOISE)
    return CaseRun(
        {
            "rise_cold": Computed([rise_cold], [rise_cold]),
            "power_ratio": Computed([found.power_ratio], [ratio]),
            "rise_hot": Computed(
                [found.rise],
                [figures.at("rise_hot", "60 degC water", "delta_K")],
                u_num=row.u_num,
                u_input=float(u_input),
            ),
        },
        [row],
    )
