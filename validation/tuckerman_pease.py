"""Tuckerman and Pease 1981: silicon micro-channels under 790 W/cm2, the third of their devices.

Measured (D. B. Tuckerman, R. F. W. Pease, IEEE Electron Device Letters 2 (1981) 126): resistance from the inlet to
the hottest point of the heated face, 0.090 K/W on 1 cm2, at 8.6 cm3/s and 214 kPa. Flux and rise (71 K) agree in
several later papers; sizes, flow and pressure drop are from memory, unverified.

What can be tested: whether the resolved plate of the library file ``tuckerman-pease`` gives both numbers with
nothing fitted. What is assumed there and moves the answer: the silicon below the channels (150 to 300 um) and its
conductivity (148 W/(m K) cold, about 120 at the state), which together span 0.077 to 0.094 K/W, and the loss of
the ports (1 to 2 heads of 16 kPa). The measured numbers are those of the case ``tuckerman-pease``.
"""

from typing import Any, NamedTuple

from hashheat.components.cold_plate import ColdPlate
from hashheat.components.plate_geometry import plate_grid


class Prediction(NamedTuple):
    """What the resolved plate gives.

    Parameters
    ----------
    resistance : float
        Hottest point of the heated face less inlet, over power [K/W].
    mean_resistance : float
        The same of the face's mean, which is what the plate's own ``thermal_resistance`` says [K/W].
    pressure_drop : float
        With ports [Pa].
    """

    resistance: float
    mean_resistance: float
    pressure_drop: float


def predict(plate: ColdPlate | None = None, **changed: Any) -> Prediction:
    """Resistance and pressure drop of the device at its design state.

    Parameters
    ----------
    plate : ColdPlate, optional
        One chip over the whole face, two layers or more; the library's ``tuckerman-pease`` if left out.
    **changed
        Numbers of the file in SI, one each, as for :meth:`ColdPlate.solve`.

    Returns
    -------
    Prediction

    Notes
    -----
    The solver holds temperatures in the middle of cells; the face lies half a cell above the last layer, and the
    heater's flux crosses that half evenly.
    """
    plate = ColdPlate.named("tuckerman-pease") if plate is None else plate
    found = plate.solve(with_fields=True, **changed)
    own = {key.replace("__", "."): value for key, value in changed.items()}
    geometry = plate.prepared(own).geometry
    power = float(found["chip_power"])
    flux = power / (geometry.length * geometry.width)
    half = 0.5 * float(plate_grid(geometry).dz[-1]) / geometry.conductivity
    face = found["T_plate"].isel(layer=-1).values + flux * half
    T_in = float(changed.get("design__T_in", plate.file.design.T_in.nominal))
    return Prediction(
        float(face.max() - T_in) / power, float(face.mean() - T_in) / power, float(found["pressure_drop"])
    )
