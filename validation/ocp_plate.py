"""The cold plate of a 1 kW accelerator module: thermal resistance over flow, with 25 % propylene glycol.

Measured (Open Compute Project, OAI System Liquid Cooling Guidelines, Chen et al. 2023, figure 7, by way of the
Modelica Buildings Library): case-to-inlet resistance at 14 flows from 0.4 to 2.4 L/min. The plate behind it is not
published, nor are the inlet temperature and where on the case it was measured.

So the curve calibrates a plate; it does not validate one. The plate is the generic micro-channel plate of the
library with the numbers of :data:`ASSUMED`, and three numbers are fitted (:data:`FREE`): what lies between case
and plate, how wide the case gives off its heat, and how thick the base is. The last two make the curve steep at
small flows. With heat spread evenly over thin fins the mean of the case carries half of the coolant's rise, and
no constants meet the curve, which asks for 0.6 of it; conduction along a thick base draws the heat upstream, and
an even base temperature would ask for all of the rise. What the fit then says of other coolants and temperatures
rests on the physics of the plate alone and has no data to be held against.

Case: the mean over the footprint of the face that the module turns to the plate, beyond the interface. The plate's
own ``thermal_resistance`` is just that here, because the package of its one "chip" is given no resistance: what it
calls junction is the case. Spread over the footprint is in the fields of a solve.
"""

from pathlib import Path

import numpy as np
import xarray as xr

from hashheat.components.cold_plate import ColdPlate
from hashheat.components.variables import dataset
from hashheat.thermo.errors import InputError
from hashheat.thermo.fluid import Fluid
from hashheat.validation.plate_fit import PlateFit, fit_resistance

COOLANT = "propylene glycol 25 %"

#: What is not published and not fitted, in SI.
ASSUMED: dict[str, float] = {
    "T_in": 303.15,  # 20 or 40 degC move the resistance by 0.3 %
    "coolant__region__y": 0.010,  # a field of 50 mm x 50 mm in the middle of the plate
    "coolant__region__width": 0.050,
    "chips__length": 0.040,  # of the case along the flow
    "chips__package_resistance": 0.0,  # case, not junction
    "power__leakage_share": 0.0,  # a load, not a processor
    "losses__top": 0.0,  # of 1 kW nothing else counts
    "losses__bottom": 0.0,
    "losses__edge": 0.0,
}

#: Fitted numbers: start, least and most, in SI.
FREE: dict[str, tuple[float, float, float]] = {
    "chips__tim_area_resistance": (1e-5, 0.0, 1e-4),  # case to plate
    "chips__width": (0.040, 0.020, 0.069),  # of the case across the flow
    "plate__thickness": (4e-3, 1e-3, 12e-3),  # of the base above the fins
}


def read_ocp_curve(path: Path) -> xr.DataArray:
    """The measured curve.

    Parameters
    ----------
    path : Path
        CSV with columns ``flow_L_per_min`` and ``resistance_K_per_W``, comments behind ``#``.

    Returns
    -------
    xarray.DataArray
        ``thermal_resistance`` [K/W] along ``volume_flow`` [m^3/s].

    Raises
    ------
    InputError
        If the file is missing or is not such a table.
    """
    try:
        lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
        if lines[0].strip() != "flow_L_per_min,resistance_K_per_W":
            raise ValueError(f"columns {lines[0]!r}")
        flow, resistance = np.loadtxt(lines[1:], delimiter=",", ndmin=2).T
    except FileNotFoundError:
        raise InputError("file not found", file=str(path)) from None
    except (OSError, ValueError, IndexError) as error:
        raise InputError(
            "not a curve of resistance over flow",
            file=str(path),
            found=f"{type(error).__name__}: {error}",
            accepted="columns flow_L_per_min and resistance_K_per_W",
        ) from None
    data = {"thermal_resistance": (("volume_flow",), resistance)}
    return dataset(data, {"volume_flow": flow / 60e3})["thermal_resistance"]


def calibrate_ocp_plate(measured: xr.DataArray, plate: ColdPlate | None = None) -> PlateFit:
    """Fit the generic micro-channel plate to the curve.

    Parameters
    ----------
    measured : DataArray
        Of :func:`read_ocp_curve`.
    plate : ColdPlate, optional
        Another plate with one chip; the library's ``microchannel-1kw`` if left out.

    Returns
    -------
    PlateFit
    """
    plate = ColdPlate.named("microchannel-1kw") if plate is None else plate
    return fit_resistance(plate, measured, FREE, fluid=COOLANT, **ASSUMED)


def predict_resistance(
    fit: PlateFit,
    volume_flow: np.ndarray,
    fluid: Fluid | str,
    T_in: float | None = None,
    plate: ColdPlate | None = None,
) -> xr.Dataset:
    """The fitted plate with another coolant or inlet temperature; nothing is fitted again, and no data exist.

    Parameters
    ----------
    fit : PlateFit
        Of :func:`calibrate_ocp_plate`.
    volume_flow : (n,) array
        [m^3/s]
    fluid : Fluid or str
    T_in : float, optional
        [K]; that of the fit if left out.
    plate : ColdPlate, optional
        As there.

    Returns
    -------
    xarray.Dataset
        Along ``volume_flow``, as of :meth:`ColdPlate.sweep`.
    """
    plate = ColdPlate.named("microchannel-1kw") if plate is None else plate
    state = fit.state | fit.values | {"fluid": fluid} | ({} if T_in is None else {"T_in": T_in})
    return plate.sweep(flow=np.atleast_1d(volume_flow), **state)
