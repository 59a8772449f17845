"""Rate a plate heat exchanger over samples of the uncertain numbers of its files."""

from collections.abc import Mapping

import numpy as np

from hashheat.components.exchanger_file import PLATE_PREFIX, ExchangerFile
from hashheat.components.plate_exchanger import SIDES, PlateHeatExchanger
from hashheat.fleet.sampling import SEED, from_uniform, sobol_points
from hashheat.solvers import plate_rating as pr
from hashheat.solvers import plate_stack as ps
from hashheat.thermo.errors import InputError, StateError
from hashheat.thermo.packed_table import unpack
from hashheat.thermo.property_kernels import density

#: Numbers of the plate file that a rating takes, beside the correlation's factors.
_PLATE = ("area", "width", "flow_length", "port_diameter", "gap", "enlargement", "thickness", "conductivity")
_LAW = ("Nu_factor", "f_factor", "port_loss")
# The heat of a sample needs no more digits than its inputs have.
_TOLERANCE = 1e-5


def sampled_keys(file: ExchangerFile) -> list[str]:
    """Keys of the uncertain numbers that samples draw, in the order of the files.

    Pressures are not among them (properties are tabulated at the nominal ones), nor prices, nor the ratings of
    the plate beyond its port velocity.
    """
    taken = {f"{PLATE_PREFIX}{name}" for name in _PLATE}
    taken |= {f"{PLATE_PREFIX}correlation.{name}" for name in _LAW}
    for side in SIDES:
        taken |= {f"{side}.{name}" for name in ("T_in", "mass_flow", "volume_flow", "fouling")}
    taken |= {f"duty.{name}" for name in ("heat_rate", "hot_T_out", "cold_T_out")}
    taken |= {f"limits.{side}_pressure_drop" for side in SIDES}
    taken |= {"limits.oversurface", port_velocity_key(file)}
    return [key for key, q in file.all_quantities().items() if q.is_uncertain and key in taken]


def port_velocity_key(file: ExchangerFile) -> str:
    """Key of the port velocity that holds: the file's own limit, or else the plate's."""
    own = file.limits.port_velocity is not None
    return "limits.port_velocity" if own else f"{PLATE_PREFIX}limits.max_port_velocity"


def draw(file: ExchangerFile, samples: int, seed: int = SEED) -> dict[str, np.ndarray]:
    """Sobol samples of every number of an exchanger file and its plate file.

    Parameters
    ----------
    file : ExchangerFile
    samples : int
        A power of two.
    seed : int

    Returns
    -------
    dict of str to (samples,) array
        By key; the nominal value throughout where a number is not sampled.
    """
    names = sampled_keys(file)
    return from_uniform(file.all_quantities(), names, sobol_points(samples, len(names), seed))


def rate_samples(
    file: ExchangerFile, exchanger: PlateHeatExchanger, drawn: Mapping[str, np.ndarray]
) -> dict[str, tuple[tuple[str, ...], np.ndarray]]:
    """Rate an exchanger with the numbers of every sample, all in one call of the kernels.

    Each sample has its own area, gap, width, hydraulic diameter, resistances, ports, flows, inlets and factors on
    film coefficient and friction. The chevron angle is not uncertain; the enlargement factor inside the
    correlation (where it has one) stays nominal, the hydraulic diameter takes the sample's.

    Parameters
    ----------
    file : ExchangerFile
    exchanger : PlateHeatExchanger
        At nominal values.
    drawn : mapping of str to (n,) array
        Of :func:`draw`.

    Returns
    -------
    dict of str to (dims, values)
        ``sample_...`` variables over ``sample`` and ``side``; NaN where a sample has no steady state or an inlet
        that cannot be (frozen, boiling, beyond what the plate bears), as ``sample_status`` says.
        ``sample_holds_oversurface``, where the file limits it, is 1 where the duty holds with the oversurface
        taken away from the area.

    Raises
    ------
    InputError
        For flows that are no numbers.
    """
    inlets = np.stack([drawn[f"{side}.T_in"] for side in SIDES])
    flows = np.stack([_flows(exchanger, drawn, i) for i in range(2)])
    status = np.where(_can_be(exchanger, inlets), pr.OK, pr.OUT_OF_RANGE)
    able = np.flatnonzero(status == pr.OK)
    n = status.size
    rows, out = np.full((n, ps.N_INPUTS), np.nan), np.full((n, pr.N_OUTPUTS), np.nan)
    reserved = np.full(n, np.nan)
    if able.size:
        exchanger = exchanger.reaching(float(inlets[:, able].min()), float(inlets[:, able].max()))
        own = {key: values[able] for key, values in drawn.items()}
        try:
            rows[able] = _rows(exchanger, own, flows[:, able], inlets[:, able])
        except InputError as error:
            raise file.located(error) from None
        out[able], status[able] = exchanger.rate_rows(rows[able], tolerance=_TOLERANCE)
        reserved[able] = _has_oversurface(file, exchanger, own, rows[able])
    out[status != pr.OK] = np.nan
    area = (exchanger.plates - 2) * rows[:, ps.AREA]
    T_in, T_out = rows[:, ps.T_IN_0 : ps.T_IN_1 + 1], out[:, pr.T_OUT_0 : pr.T_OUT_1 + 1]
    flow = rows[:, ps.FLOW_0 : ps.FLOW_1 + 1]
    rho = np.full((n, 2), np.nan)
    for side in range(2):
        table = unpack(exchanger.packed[side])
        for i in np.flatnonzero(status == 0):
            rho[i, side] = density(table, 0.5 * (T_in[i, side] + T_out[i, side]))
    channel = out[:, pr.CHANNEL_DROP_0 : pr.CHANNEL_DROP_1 + 1]
    port = out[:, pr.PORT_DROP_0 : pr.PORT_DROP_1 + 1]
    ends = np.stack([T_in[:, 0] - T_out[:, 1], T_out[:, 0] - T_in[:, 1]])
    found = {
        "sample_status": (("sample",), status),
        "sample_heat_rate": (("sample",), -out[:, pr.HEAT_0]),
        "sample_T_out": (("sample", "side"), T_out),
        "sample_approach": (("sample",), ends.min(axis=0)),
        "sample_U": (("sample",), out[:, pr.UA] / area),
        "sample_U_clean": (("sample",), out[:, pr.UA_CLEAN] / area),
        "sample_pressure_drop": (("sample", "side"), channel + port),
        "sample_channel_pressure_drop": (("sample", "side"), channel),
        "sample_port_pressure_drop": (("sample", "side"), port),
        "sample_port_velocity": (("sample", "side"), flow / rows[:, [ps.PORT_AREA]] / rho),
    }
    if file.limits.oversurface is not None:
        found["sample_holds_oversurface"] = (("sample",), np.where(status == pr.OK, reserved, 0.0))
    return found


def _can_be(exchanger: PlateHeatExchanger, inlets: np.ndarray) -> np.ndarray:
    """Whether both inlets (2, n) of each sample are those of liquids, at temperatures that the plate bears."""
    limits = exchanger.plate.limits
    can: np.ndarray = np.all((inlets >= limits.T_min.nominal) & (inlets <= limits.T_max.nominal), axis=0)
    for fluid, p, T in zip(exchanger.fluids, exchanger.pressures, inlets):
        try:
            fluid.check_liquid(T, p)
        except StateError:
            for i in np.flatnonzero(can):
                try:
                    fluid.check_liquid(T[i], p)
                except StateError:
                    can[i] = False
    return can


def _has_oversurface(
    file: ExchangerFile, exchanger: PlateHeatExchanger, drawn: Mapping[str, np.ndarray], rows: np.ndarray
) -> np.ndarray:
    """1 where the duty holds with the oversurface taken away, else 0; NaN where none is asked for."""
    if file.limits.oversurface is None or file.duty is None:
        return np.full(len(rows), np.nan)
    less = rows.copy()
    less[:, ps.AREA_FACTOR] /= 1.0 + drawn["limits.oversurface"]
    out, status = exchanger.rate_rows(less, tolerance=_TOLERANCE)
    if file.duty.heat_rate is not None:
        holds = -out[:, pr.HEAT_0] >= drawn["duty.heat_rate"]
    elif file.duty.hot_T_out is not None:
        holds = out[:, pr.T_OUT_0] <= drawn["duty.hot_T_out"]
    else:
        holds = out[:, pr.T_OUT_1] >= drawn["duty.cold_T_out"]
    return np.asarray(holds & (status == pr.OK), dtype=float)


def _flows(exchanger: PlateHeatExchanger, drawn: Mapping[str, np.ndarray], side: int) -> np.ndarray:
    """Mass flow of a side in every sample [kg/s]."""
    if f"{SIDES[side]}.mass_flow" in drawn:
        return drawn[f"{SIDES[side]}.mass_flow"]
    table = unpack(exchanger.packed[side])
    at = np.clip(drawn[f"{SIDES[side]}.T_in"], table.T_min, table.T_max)
    return drawn[f"{SIDES[side]}.volume_flow"] * np.array([density(table, t) for t in at])


def _rows(
    exchanger: PlateHeatExchanger, drawn: Mapping[str, np.ndarray], flows: np.ndarray, inlets: np.ndarray
) -> np.ndarray:
    """Rows for the kernels, one a sample."""
    rows = exchanger.cases(*flows, *inlets)
    plate = {name: drawn[f"{PLATE_PREFIX}{name}"] for name in _PLATE}
    law = {name: drawn[f"{PLATE_PREFIX}correlation.{name}"] for name in _LAW}
    rows[:, ps.AREA] = plate["area"]
    rows[:, ps.FLOW_AREA] = plate["gap"] * plate["width"]
    rows[:, ps.HYDRAULIC_DIAMETER] = 2.0 * plate["gap"] / plate["enlargement"]
    rows[:, ps.FLOW_LENGTH] = plate["flow_length"]
    rows[:, ps.WALL_RESISTANCE] = plate["thickness"] / plate["conductivity"]
    rows[:, ps.FOULING] = drawn["hot.fouling"] + drawn["cold.fouling"]
    rows[:, ps.PORT_AREA] = 0.25 * np.pi * plate["port_diameter"] ** 2
    rows[:, ps.PORT_LOSS] = law["port_loss"]
    for column in (ps.NUSSELT_FACTOR_0, ps.NUSSELT_FACTOR_1):
        rows[:, column] = law["Nu_factor"]
    for column in (ps.FRICTION_FACTOR_0, ps.FRICTION_FACTOR_1):
        rows[:, column] = law["f_factor"]
    return rows
