"""NetCDF of the schema itself: what a reader gave, written and read back."""

import io
import warnings

import h5py
import xarray as xr

from hashheat.thermo.errors import FieldDataError
from hashheat.validation.readers.json_replies import only_field_errors
from hashheat.validation.readers.schema import check_schema

#: Numbers a file may hold for each of its bytes: compression of telemetry is far below, a damaged size far above.
_EXPANSION = 200


@only_field_errors
def read_netcdf(data: bytes, source: str = "bytes in memory") -> xr.Dataset:
    """Dataset of the schema from a NetCDF 4 file.

    Parameters
    ----------
    data : bytes
        The file.
    source : str
        For the attributes, where the file has none.

    Returns
    -------
    xarray.Dataset
        As it was written.

    Raises
    ------
    FieldDataError
        If it is not NetCDF 4, or does not keep to the schema.
    """
    # HDF5 raises whatever a damaged file makes it meet, and warns besides; nothing of ours runs in here.
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            # Where this fails, h5netcdf would leave half a file behind and complain when that is collected.
            with h5py.File(io.BytesIO(data), "r") as file:
                file.attrs.get("_nc3_strict")
            with xr.open_dataset(io.BytesIO(data), engine="h5netcdf") as opened:
                numbers = sum(int(array.size) for array in opened.variables.values())
                loaded = opened.load() if numbers <= _EXPANSION * max(len(data), 4096) else None
    except Exception as error:
        raise FieldDataError("this is not NetCDF 4", found=f"{type(error).__name__}: {error}"[:200]) from None
    if loaded is None:
        raise FieldDataError("the file says it holds more numbers than it can", found=f"{numbers} numbers")
    loaded.attrs.setdefault("source", source)
    return check_schema(loaded)
