"""A LuxOS capture of a hydro miner: outlet water from inlet water, and what that can and cannot show.

The capture (documentation of the firmware, October 2024, three boards of an S21-class unit whose model is not
named) holds the water temperatures at both ends of every board to 1 K. Power and flow are not in it, so that only
their ratio can be found: with the nameplate power of an S21 Hyd the measured rise asks for a flow, and with an
assumed flow the model gives a rise.
"""

from pathlib import Path

import numpy as np
import xarray as xr

from hashheat.components.miner import Miner
from hashheat.components.variables import dataset
from hashheat.thermo.errors import FieldDataError, InputError
from hashheat.thermo.fluid import Fluid
from hashheat.thermo.property_kernels import density, enthalpy
from hashheat.validation.readers.luxos import read_luxos

#: Half the step of the sensors' integers over sqrt(3): standard uncertainty of one reading [K].
READING_ERROR = 0.5 / np.sqrt(3.0)


def read_luxos_temps(path: Path) -> xr.Dataset:
    """Water temperatures of every board from one reply to LuxOS's ``temps`` command.

    Parameters
    ----------
    path : Path
        JSON text of the reply; :func:`hashheat.validation.readers.luxos.read_luxos` reads it.

    Returns
    -------
    xarray.Dataset
        ``T_in`` and ``T_out`` [K] over ``board``.

    Raises
    ------
    InputError
        If the file is missing, is not such a reply, or does not label both water sensors.
    """
    try:
        reply = read_luxos(path.read_bytes())
    except FileNotFoundError:
        raise InputError("file not found", file=str(path)) from None
    except OSError as error:
        raise InputError(f"file cannot be read: {error}", file=str(path)) from None
    except FieldDataError as error:
        raise _refused(path, f"{error.problem} ({error.found})") from None
    names = {"T_in_board": "T_in", "T_out_board": "T_out"}
    values = reply.isel(time=0, unit=0)
    if not all(name in values and values[name].notnull().all() for name in names):
        raise _refused(path, "no water at both ends of every board")
    columns = {given: (("board",), values[name].values) for name, given in names.items()}
    return dataset(columns, {"board": values["board"].values})


def _refused(path: Path, found: str) -> InputError:
    return InputError(
        "not a LuxOS 'temps' reply with labelled water sensors",
        file=str(path),
        found=found,
        accepted="METADATA with the labels 'Water Inlet' and 'Water Outlet', and TEMPS",
    )


def implied_flow(data: xr.Dataset, heat_rate: float, pressure: float = 3e5) -> tuple[float, float]:
    """Volume flow of the unit that carries a heat flow at the measured rise.

    Parameters
    ----------
    data : xarray.Dataset
        Of :func:`read_luxos_temps`.
    heat_rate : float
        Heat to the water of all boards together [W], divided among them evenly.
    pressure : float
        Absolute [Pa].

    Returns
    -------
    flow, error : float
        [m^3/s], with the standard uncertainty from the sensors' rounding alone.
    """
    table = Fluid.parse("water").table(pressure)
    boards = data.sizes["board"]
    T_in, T_out = float(data.T_in.mean()), float(data.T_out.mean())
    flow = heat_rate / (enthalpy(table, T_out) - enthalpy(table, T_in)) / density(table, T_in)
    error_of_rise = READING_ERROR * np.sqrt(2.0 / boards)
    return float(flow), float(flow * error_of_rise / (T_out - T_in))


def predict_outlet(data: xr.Dataset, miner: Miner, volume_flow: float, fluid: str = "water") -> xr.Dataset:
    """Outlet of every board by the model, from the measured inlet.

    Parameters
    ----------
    data : xarray.Dataset
        Of :func:`read_luxos_temps`.
    miner : Miner
        The unit at nameplate; every board with an even share of flow.
    volume_flow : float
        Of the unit [m^3/s].
    fluid : str
        Coolant.

    Returns
    -------
    xarray.Dataset
        ``T_out`` over ``board``: the unit's outlet for that board's inlet [K].
    """
    predicted = miner.solve(T_in=data.T_in, volume_flow=volume_flow, fluid=fluid, boards__flow_imbalance=0.0)
    return predicted[["T_out"]]
