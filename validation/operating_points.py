"""The moments of a measured series at which a model of the unit can be run, and why the others were left out."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import xarray as xr

from hashheat.thermo.errors import InputError

#: Room where the data do not have it [K].
ASSUMED_AMBIENT = 293.15
#: What surrounds and drives a unit: it goes into the model and is never compared.
DRIVERS = ("T_in", "volume_flow", "power_dc", "power_ac", "T_ambient")
_METERS = ("power_dc", "power_ac")


@dataclass(frozen=True, eq=False)
class OperatingPoints:
    """Moments at which a unit worked, each with what the model needs.

    Parameters
    ----------
    time, unit : (n,) int array
        Index along ``time`` and ``unit`` of the data.
    T_in : (n,) array
        Coolant inlet as read [K].
    volume_flow : (n,) array or None
        As read [m^3/s]; None where the data have no flow at all.
    power : (n,) array or None
        Power that drives the model, as read [W]; None where the data have none.
    T_ambient : (n,) array
        Room [K]; :data:`ASSUMED_AMBIENT` where the data do not have it.
    power_is_dc : bool
        ``power`` is that of the hash boards, not at the wall.
    has_ambient : bool
        The room was measured.
    offered : int
        Samples of all units in the data.
    left_out : dict of str to int
        Why samples were left out, and how many for each reason; a sample counts once, for the first.
    notes : tuple of str
        What was taken for granted.
    load : (n,) array or None
        Power of a board that works over what each would draw if all did [-]; None where all do.
    """

    time: np.ndarray
    unit: np.ndarray
    T_in: np.ndarray
    volume_flow: np.ndarray | None
    power: np.ndarray | None
    T_ambient: np.ndarray
    power_is_dc: bool
    has_ambient: bool
    offered: int
    left_out: Mapping[str, int]
    notes: tuple[str, ...]
    load: np.ndarray | None = None

    @property
    def count(self) -> int:
        """Number of points."""
        return self.T_in.size

    def of(self, variable: xr.DataArray) -> np.ndarray:
        """Values of a variable of the data at the points, (n, ...)."""
        rest = [d for d in variable.dims if d not in ("time", "unit")]
        found: np.ndarray = variable.transpose("time", "unit", *rest).values[self.time, self.unit]
        return found

    def subset(self, keep: np.ndarray, reason: str | None = None) -> "OperatingPoints":
        """Keep some of the points.

        Parameters
        ----------
        keep : (n,) bool array
        reason : str, optional
            Counted for those that go; left out, they are not counted.
        """
        keep = np.asarray(keep, dtype=bool)
        gone = int((~keep).sum())
        left_out = dict(self.left_out)
        if reason is not None and gone:
            left_out[reason] = left_out.get(reason, 0) + gone
        return OperatingPoints(
            time=self.time[keep],
            unit=self.unit[keep],
            T_in=self.T_in[keep],
            volume_flow=None if self.volume_flow is None else self.volume_flow[keep],
            power=None if self.power is None else self.power[keep],
            T_ambient=self.T_ambient[keep],
            power_is_dc=self.power_is_dc,
            has_ambient=self.has_ambient,
            offered=self.offered,
            left_out=left_out,
            notes=self.notes,
            load=None if self.load is None else self.load[keep],
        )


def operating_points(
    data: xr.Dataset, compared: tuple[str, ...], inlet_range: tuple[float, float] = (0.0, np.inf)
) -> OperatingPoints:
    """Pick the samples at which a model of the unit can be run and compared.

    A sample is left out, in this order, when the unit was in standby, has no inlet temperature or one at which the
    coolant is no liquid, has no flow or power although the data have them at other times, or has nothing to
    compare. Data without any flow or power leave both to the device file.

    Parameters
    ----------
    data : xarray.Dataset
        Field data: variables over (time, unit, ...) in SI.
    compared : tuple of str
        Variables that the model can predict.
    inlet_range : (float, float)
        Inlet temperatures that the coolant allows [K].

    Returns
    -------
    OperatingPoints

    Raises
    ------
    InputError
        If the data have no inlet temperature at all, or no usable sample; the message says why.
    """
    missing = [d for d in ("time", "unit") if d not in data.dims]
    if missing:
        raise InputError(
            "the field data lack a dimension", key=", ".join(missing), found=", ".join(map(str, data.dims))
        )
    shape = data.sizes["time"], data.sizes["unit"]
    notes: list[str] = []
    T_in = _inlet(data, notes)
    flow = _flat(data, "volume_flow")
    power, is_dc = _power(data, notes)
    ambient = _flat(data, "T_ambient")
    has_ambient = ambient is not None and bool(np.isfinite(ambient).any())
    room = _filled(ambient) if has_ambient and ambient is not None else None
    if room is None:
        notes.append(f"the room is not in the data: {ASSUMED_AMBIENT - 273.15:.0f} degC assumed")
        room = np.full(T_in.shape, ASSUMED_AMBIENT)
    if flow is None:
        notes.append("no flow in the data: the device file's")

    working, doubt = _working(data, T_in.size)
    if doubt:
        notes.append(f"{doubt} samples of unknown status taken as mining")
    some = np.zeros(T_in.size, dtype=bool)
    for name in compared:
        if name in data:
            values = data[name].transpose("time", "unit", ...).values.reshape(T_in.size, -1)
            some |= np.isfinite(values).any(axis=1)
    reasons: list[tuple[str, np.ndarray]] = [
        ("in standby", ~working),
        ("no inlet temperature", ~np.isfinite(T_in)),
        ("inlet temperature at which the coolant is no liquid", ~_within(T_in, inlet_range)),
    ]
    if flow is not None:
        reasons.append(("no flow", ~(np.nan_to_num(flow) > 0.0)))
    if power is not None:
        reasons.append(("no power", ~(np.nan_to_num(power) > 0.0)))
    reasons.append(("nothing that the model predicts", ~some))

    keep = np.ones(T_in.size, dtype=bool)
    left_out: dict[str, int] = {}
    for reason, bad in reasons:
        gone = int((keep & bad).sum())
        if gone:
            left_out[reason] = gone
        keep &= ~bad
    if not keep.any():
        told = ", ".join(f"{count} {reason}" for reason, count in left_out.items())
        raise InputError(
            "no sample of the data can be compared with the model",
            file=data.attrs.get("source"),
            found=told or "no samples",
            accepted=f"samples of a working unit with T_in, and at least one of {', '.join(compared)}",
        )
    if has_ambient and ambient is not None:
        gaps = int((keep & ~np.isfinite(ambient)).sum())
        if gaps:
            notes.append(f"room missing at {gaps} samples: the mean of the others")
    time, unit = np.divmod(np.flatnonzero(keep), shape[1])
    return OperatingPoints(
        time=time,
        unit=unit,
        T_in=T_in[keep],
        volume_flow=None if flow is None else flow[keep],
        power=None if power is None else power[keep],
        T_ambient=room[keep],
        power_is_dc=is_dc,
        has_ambient=has_ambient,
        offered=T_in.size,
        left_out=left_out,
        notes=tuple(notes),
    )


def _flat(data: xr.Dataset, name: str) -> np.ndarray | None:
    if name not in data:
        return None
    found: np.ndarray = data[name].transpose("time", "unit").values.astype(float).ravel()
    return found


def _inlet(data: xr.Dataset, notes: list[str]) -> np.ndarray:
    T_in = _flat(data, "T_in")
    by_board = data["T_in_board"].mean("board") if "T_in_board" in data else None
    if T_in is None and by_board is None:
        raise InputError(
            "the data have no coolant inlet temperature, without which the model cannot be run",
            file=data.attrs.get("source"),
            key="T_in",
            found=", ".join(map(str, data.data_vars)) or "no variables",
            accepted="T_in, or T_in_board",
        )
    if by_board is not None:
        mean = by_board.transpose("time", "unit").values.astype(float).ravel()
        if T_in is None or not np.isfinite(T_in).all():
            notes.append("inlet temperature: the mean over the boards where the unit's own is missing")
        T_in = mean if T_in is None else np.where(np.isfinite(T_in), T_in, mean)
    assert T_in is not None
    return T_in


def driving_power(data: xr.Dataset) -> str | None:
    """Power meter that drives the model: the one with the most readings; with as many, that of the boards.

    Parameters
    ----------
    data : xarray.Dataset

    Returns
    -------
    {"power_dc", "power_ac"} or None
        None where neither has a reading.
    """
    found = {name: int(np.isfinite(data[name].values).sum()) for name in _METERS if name in data}
    most = max(found, key=lambda name: found[name], default=None)
    return most if most is not None and found[most] else None


def _power(data: xr.Dataset, notes: list[str]) -> tuple[np.ndarray | None, bool]:
    name = driving_power(data)
    if name is None:
        notes.append("no power in the data: the device file's at nameplate clock")
        return None, False
    if name == "power_ac" and "power_dc" in data and np.isfinite(data["power_dc"].values).any():
        notes.append("power at the wall drives the model: power of the boards has fewer readings")
    return _flat(data, name), name == "power_dc"


def _filled(room: np.ndarray) -> np.ndarray:
    """Gaps of the room's temperature closed by the mean of the others."""
    return np.where(np.isfinite(room), room, np.nanmean(room))


def _working(data: xr.Dataset, n: int) -> tuple[np.ndarray, int]:
    if "status" not in data:
        return np.ones(n, dtype=bool), 0
    status = data["status"].transpose("time", "unit").values.astype(str).ravel()
    return status != "standby", int((status == "unknown").sum())


def _within(T: np.ndarray, ends: tuple[float, float]) -> np.ndarray:
    return (np.nan_to_num(T) > ends[0]) & (np.nan_to_num(T) < ends[1])
