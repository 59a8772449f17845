"""From the columns of the plate kernels to a Dataset, or to the error that names a failed case."""

from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from hashheat.components.errors import ExchangerError, MaldistributionError
from hashheat.components.phase_change import raise_phase_change
from hashheat.components.variables import dataset
from hashheat.solvers import plate_rating as pr
from hashheat.solvers import plate_stack as ps
from hashheat.solvers.plate_stack import Stack
from hashheat.thermo.packed_table import unpack
from hashheat.thermo.property_kernels import density, heat_capacity, prandtl

if TYPE_CHECKING:
    from hashheat.components.plate_exchanger import PlateHeatExchanger


def raise_status(exchanger: "PlateHeatExchanger", status: np.ndarray, columns: list[np.ndarray]) -> None:
    """Raise for the first case without a steady state.

    Parameters
    ----------
    exchanger : PlateHeatExchanger
    status : (N,) int array
        Keys of :data:`hashheat.solvers.plate_rating.STATUS`.
    columns : four (N,) arrays
        Flows [kg/s] and inlet temperatures [K] of hot and cold side, for the message.

    Raises
    ------
    BoilingError, FreezingError
        If a side changes its phase on its way.
    MaldistributionError, ExchangerError
        If there is no steady state for another reason.
    """
    failed = np.flatnonzero(status)
    if failed.size == 0:
        return
    at = failed[0]
    hot_flow, cold_flow, hot_T, cold_T = (float(column[at]) for column in columns)
    case = (
        f"hot {hot_flow:.4g} kg/s at {hot_T - 273.15:.2f} degC, "
        f"cold {cold_flow:.4g} kg/s at {cold_T - 273.15:.2f} degC"
    )
    many = f" ({failed.size} of {status.size} cases fail)" if status.size > 1 else ""
    code = int(status[at])
    if code == pr.REVERSED_CHANNEL:
        raise MaldistributionError(
            f"{pr.STATUS[code]}: {case}{many}. Larger ports, fewer channels a pass, or less flow would do."
        )
    if code == pr.OUT_OF_RANGE:
        for side, (T_in, T_other) in enumerate(((hot_T, cold_T), (cold_T, hot_T))):
            fluid, p = exchanger.fluids[side], exchanger.pressures[side]
            raise_phase_change(fluid, p, T_in, T_other, ("hot", "cold")[side], f"{case}{many}")
    if code == pr.UNRESOLVED:
        raise ExchangerError(f"{pr.STATUS[code]}: {case}{many}. Feasible: no flow at all, or more of it.")
    raise ExchangerError(f"{pr.STATUS[code]}: {case}{many}.")


def approach(T_in: np.ndarray, T_out: np.ndarray, counterflow: np.ndarray | bool) -> np.ndarray:
    """Smallest difference between the sides where they leave: of an outlet and the other side's inlet or outlet.

    Parameters
    ----------
    T_in, T_out : (2, ...) arrays
        Of both sides [K].
    counterflow : array or bool
        Whether each outlet lies at the inlet of the other side; in parallel flow the outlets lie together.

    Returns
    -------
    array
        [K], positive where the side that entered warmer is still the warmer.
    """
    sign = np.where(T_in[0] >= T_in[1], 1.0, -1.0)
    against = np.minimum(sign * (T_in[0] - T_out[1]), sign * (T_out[0] - T_in[1]))
    return np.where(counterflow, against, sign * (T_out[0] - T_out[1]))


def exchanger_dataset(
    exchanger: "PlateHeatExchanger",
    stack: Stack,
    template: xr.DataArray,
    cases: np.ndarray,
    out: np.ndarray,
    counterflow: np.ndarray,
    fields: dict[str, np.ndarray] | None,
) -> xr.Dataset:
    """Dataset of rated cases.

    Parameters
    ----------
    exchanger : PlateHeatExchanger
    stack : Stack
    template : xarray.DataArray
        Gives dimensions and coordinates of the cases.
    cases : (N, N_INPUTS) array
    out : (N, N_OUTPUTS) array
    counterflow : (N,) bool array
        Whether the sides flow against each other, as they are piped and with the signs of their flows.
    fields : dict, optional
        Of a single case: T, wall, htc (n, s), flow, upward (n,), x (s,).
    """
    dims = tuple(map(str, template.dims))
    shape = template.shape

    def shaped(values: np.ndarray) -> np.ndarray:
        return values.reshape(shape)

    def sides(first: int) -> np.ndarray:
        return out[:, first : first + 2].reshape(*shape, 2)

    T_in = cases[:, ps.T_IN_0 : ps.T_IN_1 + 1]
    flow = cases[:, ps.FLOW_0 : ps.FLOW_1 + 1]
    T_out = out[:, pr.T_OUT_0 : pr.T_OUT_1 + 1]
    heat = -out[:, pr.HEAT_0]
    rho, cp = np.empty_like(flow), np.empty_like(flow)
    for side in range(2):
        table = unpack(exchanger.packed[side])
        rho[:, side] = [density(table, T) for T in 0.5 * (T_in[:, side] + T_out[:, side])]
        cp[:, side] = [heat_capacity(table, T) for T in T_in[:, side]]
    in_pass = np.array(exchanger.channels) / np.array(exchanger.passes)
    area = exchanger.area
    UA, UA_clean = out[:, pr.UA], out[:, pr.UA_CLEAN]
    rise = np.abs(T_out - T_in)
    # Heat over temperature change is the capacity flow; where next to nothing changes, that of the inlet.
    with np.errstate(divide="ignore", invalid="ignore"):
        capacity = np.where((rise > 1e-3) & (flow > 0.0), np.abs(heat)[:, None] / rise, flow * cp)
        largest = capacity.min(axis=1) * np.abs(T_in[:, 0] - T_in[:, 1])
        effectiveness = np.where(largest > 0.0, np.abs(heat) / largest, 0.0)
        NTU = UA[:, None] / capacity
    data = {
        "mass_flow": ((*dims, "side"), flow.reshape(*shape, 2)),
        "T_in": ((*dims, "side"), T_in.reshape(*shape, 2)),
        "T_out": ((*dims, "side"), T_out.reshape(*shape, 2)),
        "heat_rate": (dims, shaped(heat)),
        "pressure_drop": ((*dims, "side"), sides(pr.CHANNEL_DROP_0) + sides(pr.PORT_DROP_0)),
        "channel_pressure_drop": ((*dims, "side"), sides(pr.CHANNEL_DROP_0)),
        "port_pressure_drop": ((*dims, "side"), sides(pr.PORT_DROP_0)),
        "channel_velocity": (
            (*dims, "side"),
            (flow / in_pass / exchanger.numbers.channel_flow_area / rho).reshape(*shape, 2),
        ),
        "port_velocity": ((*dims, "side"), (flow / exchanger.numbers.port_area / rho).reshape(*shape, 2)),
        "approach": (dims, shaped(approach(T_in.T, T_out.T, counterflow))),
        "U": (dims, shaped(UA / area)),
        "U_clean": (dims, shaped(UA_clean / area)),
        "UA": (dims, shaped(UA)),
        "NTU": ((*dims, "side"), NTU.reshape(*shape, 2)),
        "effectiveness": (dims, shaped(effectiveness)),
        "htc": ((*dims, "side"), sides(pr.HTC_0)),
        "Re_min": ((*dims, "side"), sides(pr.RE_LEAST_0)),
        "Re_max": ((*dims, "side"), sides(pr.RE_MOST_0)),
        "channel_flow_min": ((*dims, "side"), sides(pr.FLOW_LEAST_0)),
        "channel_flow_max": ((*dims, "side"), sides(pr.FLOW_MOST_0)),
        "imbalance": (
            dims,
            shaped((out[:, pr.HEAT_0] + out[:, pr.HEAT_1]) / np.maximum(np.abs(heat), 1e-300)),
        ),
        "nodes": (dims, shaped(out[:, pr.NODES].astype(np.int64))),
        "numerical_error": (dims, shaped(out[:, pr.ESTIMATE])),
    }
    coords = {str(name): coord for name, coord in template.coords.items()}
    coords["side"] = ("side", ["hot", "cold"])
    if fields is not None:
        data |= {
            "T_fluid": (("channel", "node"), fields["T"]),
            "T_wall": (("channel", "node"), fields["wall"]),
            "channel_htc": (("channel", "node"), fields["htc"]),
            "channel_mass_flow": (("channel",), fields["flow"]),
            "channel_side": (("channel",), stack.side.astype(np.int64)),
            "channel_pass": (("channel",), stack.in_pass.astype(np.int64)),
            "upward": (("channel",), fields["upward"].astype(np.int64)),
        }
        coords["x"] = ("node", fields["x"])
    flows = flow > 0.0
    least = out[:, pr.RE_LEAST_0 : pr.RE_LEAST_1 + 1][flows].min()
    most = out[:, pr.RE_MOST_0 : pr.RE_MOST_1 + 1][flows].max()
    T = np.concatenate([T_in, T_out]).T
    attrs = description(exchanger) | {"outside_validity": outside_validity(exchanger, T, least, most)}
    return dataset(data, coords, attrs)


def description(exchanger: "PlateHeatExchanger") -> dict[str, Any]:
    """Attributes of a result that say what was rated."""
    return {
        "plate": exchanger.plate.name,
        "plates": int(exchanger.plates),
        "area": float(exchanger.area),
        "passes": list(map(int, exchanger.passes)),
        "fluids": [fluid.name for fluid in exchanger.fluids],
        "pressures_pascal": [float(p) for p in exchanger.pressures],
        "correlation": exchanger.law_name,
        "chevron_angle": float(exchanger.channel_angle),
    }


def outside_validity(exchanger: "PlateHeatExchanger", T: np.ndarray, Re_least: float, Re_most: float) -> str:
    """Where a result lies outside what the correlation was made for, a line for each respect.

    Parameters
    ----------
    exchanger : PlateHeatExchanger
    T : (2, N) array
        Temperatures that each side took at its ends [K].
    Re_least, Re_most : float
        Smallest and largest Reynolds number of a side that flows [-].
    """
    Pr = []
    for side in range(2):
        table = unpack(exchanger.packed[side])
        Pr += [prandtl(table, float(T[side].min())), prandtl(table, float(T[side].max()))]
    return "\n".join(exchanger.validity(Re_least, Re_most, (min(Pr), max(Pr))))
