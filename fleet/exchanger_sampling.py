"""Rate a plate heat exchanger over samples of the uncertain numbers of its files."""

from collections.abc import Mapping

import numpy as np

from hashheat.components.exchanger_file import PLATE_PREFIX, ExchangerFile
from hashheat.components.plate_exchanger import SIDES, PlateHeatExchanger
from hashheat.fleet.sampling import SEED, from_uniform, sobol_points
from hashheat.solvers import plate_rating as pr
from hashheat.solvers import plate_stack as ps
from hashheat.solvers.chevron import pack_law
from hashheat.solvers.collocation import collocation_levels
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
    taken.add(port_velocity_key(file))
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
        ``sample_...`` variables over ``sample`` and ``side``; NaN where a sample has no steady state, as
        ``sample_status`` says.

    Raises
    ------
    InputError, PlateLimitError, FreezingError, BoilingError
        If the ranges of the inlets reach states that cannot be.
    """
    rows = _rows(file, exchanger, drawn)
    n = len(rows)
    out, status = np.zeros((n, pr.N_OUTPUTS)), np.zeros(n, dtype=np.int64)
    laws = np.stack([pack_law(law) for law in exchanger.laws])
    pr.rate_cases(
        exchanger.stack, rows, collocation_levels(), laws, exchanger.packed, _TOLERANCE, out, status
    )
    out[status != 0] = np.nan
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
    return {
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


def _rows(file: ExchangerFile, exchanger: PlateHeatExchanger, drawn: Mapping[str, np.ndarray]) -> np.ndarray:
    """Rows for the kernels, one a sample."""
    flows, inlets = [], []
    for side in SIDES:
        T = drawn[f"{side}.T_in"]
        inlets.append(T)
        if f"{side}.mass_flow" in drawn:
            flows.append(drawn[f"{side}.mass_flow"])
        else:
            table = unpack(exchanger.packed[SIDES.index(side)])
            at = np.clip(T, table.T_min, table.T_max)
            flows.append(drawn[f"{side}.volume_flow"] * np.array([density(table, t) for t in at]))
    try:
        rows = exchanger.cases(*flows, *inlets)
    except InputError as error:
        raise file.located(error) from None
    except StateError as error:
        raise file.placed(error) from None
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
