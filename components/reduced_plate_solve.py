"""Solve a reduced plate over any grid of states, with the arguments and the results of the full one."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike

from hashheat.components.cases import broadcast_cases
from hashheat.components.failures import LOWEST_PRESSURE, PRESSURE_LOST, report_failures
from hashheat.components.reduced_path import PathState
from hashheat.components.reduced_path_build import plate_loss
from hashheat.components.reduced_plate_check import AMBIENT_QUANTILES
from hashheat.components.variables import dataset
from hashheat.solvers import serpentine as sp
from hashheat.thermo.errors import InputError

if TYPE_CHECKING:
    from hashheat.components.reduced_plate import ReducedPlate

#: Sections of the file whose numbers may differ from case to case without touching the metal.
_OPEN = ("power.", "losses.", "chips.package_resistance", "chips.tim_")


def solve_reduced(
    plate: "ReducedPlate",
    T_in: ArrayLike | xr.DataArray | None = None,
    volume_flow: ArrayLike | xr.DataArray | None = None,
    *,
    mass_flow: ArrayLike | xr.DataArray | None = None,
    T_ambient: ArrayLike | xr.DataArray | None = None,
    frequency: ArrayLike | xr.DataArray = 1.0,
    voltage: ArrayLike | xr.DataArray = 1.0,
    with_chips: bool = True,
    **overrides: ArrayLike | xr.DataArray,
) -> xr.Dataset:
    """See :meth:`hashheat.components.reduced_plate.ReducedPlate.solve`."""
    from hashheat.components.reduced_plate import densities

    if volume_flow is not None and mass_flow is not None:
        raise InputError("give volume_flow or mass_flow, not both")
    numbers = {key.replace("__", "."): value for key, value in overrides.items()}
    for key in numbers:
        if key not in plate.keys and not key.startswith(_OPEN):
            raise InputError(
                "the reduced form of a plate holds this number at its nominal value",
                key=key,
                accepted=", ".join(plate.keys)
                + "; numbers of [power] and [losses], package and interface of [chips]",
            )
        if key not in plate.path.nominal:
            plate.file.values({key: 0.0})
        plate.file.check_values(key, getattr(numbers[key], "values", numbers[key]))
    design = plate.file.design
    by_volume = mass_flow is None
    flows = mass_flow
    if flows is None:
        flows = design.flow.nominal if volume_flow is None else volume_flow
    given: dict[str, ArrayLike | xr.DataArray] = {
        "T_in": design.T_in.nominal if T_in is None else T_in,
        "T_ambient": design.T_ambient.nominal if T_ambient is None else T_ambient,
        "frequency": frequency,
        "voltage": voltage,
        "flow": flows,
    } | {f"file.{key}": value for key, value in numbers.items()}
    together = broadcast_cases(given)
    template = together["T_in"]
    n = template.size
    flat = {key: np.ascontiguousarray(a.values, dtype=float).reshape(n) for key, a in together.items()}
    for key in ("T_in", "T_ambient", "flow"):
        if not (np.isfinite(flat[key]).all() and np.all(flat[key] > 0.0)):
            name = ("volume_flow" if by_volume else "mass_flow") if key == "flow" else key
            raise InputError("must be more than 0", key=name, found=float(np.min(flat[key])), accepted="> 0")
    for key in ("frequency", "voltage"):
        if not (np.isfinite(flat[key]).all() and np.all(flat[key] >= 0.0)):
            raise InputError("must be 0 or more", key=key, found=float(np.min(flat[key])), accepted=">= 0")
    if plate.fluid is None:
        raise InputError("this form was made from a table of properties: its coolant has no name")
    plate.fluid.check_liquid(flat["T_in"], plate.pressure, "the plate's inlet")
    table = plate.fluid.table(plate.pressure)
    flow = flat["flow"] * densities(table, flat["T_in"]) if by_volume else flat["flow"]
    values = {key[5:]: x for key, x in flat.items() if key.startswith("file.")}
    state = _state(plate, values, flat, flow)
    own = {key: x for key, x in values.items() if key in plate.keys}
    out, _, hottest = plate.solve_kinds(own, state, table, n)
    status = out[sp.STATUS].astype(np.int64)
    status = np.where(
        (status == sp.OK) & (out[sp.PRESSURE_DROP] > plate.pressure - LOWEST_PRESSURE), PRESSURE_LOST, status
    )
    report_failures(plate.name, "plate", status, flat["T_in"])
    found = _dataset(plate, template, flow, status, out, state, hottest if with_chips else None)
    found.attrs |= _known(plate, values, flat, state, n)
    return found


def _state(
    plate: "ReducedPlate", values: Mapping[str, np.ndarray], flat: Mapping[str, np.ndarray], flow: np.ndarray
) -> PathState:
    """Numbers of the file, changed where given, as the line takes them."""
    v: dict[str, Any] = dict(plate.path.nominal) | dict(values)
    V2 = np.square(flat["voltage"])
    share = v["power.leakage_share"]
    resistance = of_kinds = None
    if any(key.startswith("chips.") for key in values):
        each = plate.path.interface(v)
        resistance = plate.path.mean_resistance(each)
        of_kinds = plate.path.kind_resistance(np.broadcast_to(each, (flat["T_in"].size, each.shape[-1])))
    return PathState(
        T_in=flat["T_in"],
        mass_flow=flow,
        T_ambient=flat["T_ambient"],
        P_dynamic=v["power.chip"] * (1.0 - share) * flat["frequency"] * V2,
        P_leak=v["power.chip"] * share * V2,
        T_leak=v["power.reference_temperature"],
        leak_scale=v["power.leakage_scale"],
        resistance=resistance,
        kind_resistance=of_kinds,
        loss=plate_loss(v),
    )


def _dataset(
    plate: "ReducedPlate",
    template: xr.DataArray,
    flow: np.ndarray,
    status: np.ndarray,
    out: np.ndarray,
    state: PathState,
    of_kinds: np.ndarray | None,
) -> xr.Dataset:
    shape, dims = template.shape, tuple(str(d) for d in template.dims)
    good = status == sp.OK
    n = flow.size
    assert plate.fluid is not None
    table = plate.fluid.table(plate.pressure)
    hottest, power = out[sp.T_JUNCTION], out[sp.CHIP_POWER]
    rise = hottest - np.asarray(state.T_in)
    columns: dict[str, np.ndarray] = {
        "T_out": out[sp.T_OUT],
        "T_junction": hottest,
        "T_wall": out[sp.T_WALL],
        "chip_power": power,
        "heat_rate": out[sp.HEAT_WATER],
        "heat_loss": out[sp.HEAT_LOSS],
        "pressure_drop": out[sp.PRESSURE_DROP],
        "thermal_resistance": np.divide(rise, power, out=np.zeros(n), where=power > 0.0),
        "loop_gain": out[sp.LOOP_GAIN],
        "imbalance": out[sp.IMBALANCE],
    }
    chips = None if of_kinds is None else plate.chip_temperatures(state, table, of_kinds, power)
    coords: dict[str, Any] = {str(name): coord for name, coord in template.coords.items()}
    if chips is not None:
        columns["junction_spread"] = np.ptp(chips, axis=1)
    data: dict[str, Any] = {
        name: (dims, np.where(good, x, np.nan).reshape(shape)) for name, x in columns.items()
    }
    if chips is not None:
        data["hot_chip"] = (dims, chips.argmax(axis=1).reshape(shape))
        data["T_chip"] = (
            (*dims, "chip"),
            np.where(good[:, None], chips, np.nan).reshape(*shape, chips.shape[1]),
        )
        coords["chip"] = np.array(plate.file.chip_map().label)
    data["mass_flow"] = (dims, flow.reshape(shape))
    data["status"] = (dims, status.reshape(shape))
    attrs: dict[str, Any] = {
        "cold_plate": plate.name,
        "fluid": plate.fluid.name,
        "pressure_pascal": plate.pressure,
    }
    return dataset(data, coords, attrs)


def _known(
    plate: "ReducedPlate",
    values: Mapping[str, np.ndarray],
    flat: Mapping[str, np.ndarray],
    state: PathState,
    n: int,
) -> dict[str, Any]:
    """Attributes: what is known of the error of these states."""
    assert plate.fluid is not None
    low, high = plate.file.design.T_ambient.quantile(AMBIENT_QUANTILES)
    ambient = flat["T_ambient"]
    within = plate.inside(state, plate.fluid.table(plate.pressure), n)
    within &= (ambient >= low - 1e-9) & (ambient <= high + 1e-9)
    found: dict[str, Any] = {"states_beyond_envelope": int((~within).sum())}
    other = [key for key, x in values.items() if not np.allclose(x, plate.path.nominal[key], 1e-9, 0.0)]
    if not np.allclose(flat["voltage"], 1.0, 1e-9, 0.0):
        other.append("voltage")
    if other:
        found["error_not_known_with"] = ", ".join(other)
    elif plate.errors is not None and within.any():
        found |= {"error_T_junction": plate.errors.junction, "error_T_out": plate.errors.outlet}
    return found
