"""Cases of plate heat exchangers."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from hashheat.components.exchanger_plate import load_plate
from hashheat.components.plate_exchanger import PlateHeatExchanger
from hashheat.solvers import plate_rating as pr
from hashheat.solvers import plate_stack as ps
from hashheat.solvers.element_levels import element_levels
from hashheat.thermo.errors import InputError
from hashheat.thermo.fluid import Fluid
from hashheat.thermo.packed_table import pack
from hashheat.thermo.property_kernels import conductivity, density, heat_capacity, viscosity
from hashheat.thermo.property_table import PropertyTable, constant_properties
from hashheat.validation.case_figures import Figures
from hashheat.validation.case_file import CaseFile
from hashheat.validation.case_result import CaseRun, Computed, GridRow, grid_row

#: Nodes a channel: of the run, and of two finer grids.
NODES = (3, 6, 12)
_SOLVER = "plate exchanger, spectral channels"
#: Of the iteration on each node count, over the largest heat possible.
_TOLERANCE = 1e-10


def constant_rating(
    exchanger: PlateHeatExchanger,
    tables: Sequence[PropertyTable],
    flows: tuple[float, float],
    T_in: tuple[float, float],
    nodes: int = NODES[0],
) -> np.ndarray:
    """Rate an exchanger as textbooks do: properties of one's own, infinite plates, a given number of nodes.

    Parameters
    ----------
    exchanger : PlateHeatExchanger
    tables : (hot, cold) PropertyTable
    flows : (float, float)
        [kg/s]
    T_in : (float, float)
        [K]
    nodes : int
        Along each channel.

    Returns
    -------
    array
        Columns of :mod:`hashheat.solvers.plate_rating`.

    Raises
    ------
    InputError
        If the case has no solution.
    """
    stack = exchanger.blocks
    case = exchanger.case()
    case[ps.FLOW_0 : ps.FLOW_1 + 1], case[ps.T_IN_0 : ps.T_IN_1 + 1] = flows, T_in
    levels = element_levels((nodes,))
    T, wall, htc = (np.zeros((stack.side.size, nodes)) for _ in range(3))
    out = np.zeros(pr.N_OUTPUTS)
    packed = np.stack([pack(table) for table in tables])
    flow = np.zeros(stack.side.size)
    status = pr.rate_one(stack, case, levels, exchanger.laws, packed, _TOLERANCE, T, wall, htc, flow, out)
    if status != pr.OK:
        raise InputError("the exchanger of a case has no steady state", key="nodes", found=status)
    return out


def _both(out: np.ndarray, first: int) -> np.ndarray:
    return out[first : first + 2]


def _grids(outs: Sequence[np.ndarray], quantity: str, unit: str, first: int, count: int = 2) -> GridRow:
    names = [f"{n} nodes a channel" for n in NODES]
    values = [out[first : first + count] for out in outs]
    return grid_row(_SOLVER, quantity, unit, names, values, noise=10.0 * _TOLERANCE)


def _water_at(T: float) -> PropertyTable:
    table = Fluid.parse("water").table(1e6)
    return constant_properties(*(law(table, T) for law in (density, heat_capacity, viscosity, conductivity)))


def run_kakac(case: CaseFile, figures: Figures, capture: Path | None) -> CaseRun:
    """Rate the example with the properties of water at the means of the duty, as the book goes about it."""
    flow = figures.at("mass_flow", "each side", "kg/s")
    T_in = figures.values("T_in", "K")
    plates = int(figures.at("plates", "all", "1"))
    fouling = figures.at("fouling", "both sides", "m^2 K/W")
    exchanger = PlateHeatExchanger.named(
        "kakac-example", plates, fouling=(fouling, 0.0), pressures=(1e6, 1e6)
    )
    tables = [_water_at(T) for T in figures.values("T_mean", "K")]
    outs = [constant_rating(exchanger, tables, (flow, flow), (T_in[0], T_in[1]), n) for n in NODES]
    out, area = outs[0], exchanger.area
    grids = [
        _grids(outs, "T_out", "K", pr.T_OUT_0),
        _grids(outs, "channel_pressure_drop", "Pa", pr.CHANNEL_DROP_0),
    ]
    found: dict[str, tuple[np.ndarray, str]] = {
        "reynolds": (_both(out, pr.RE_MOST_0), "1"),
        "htc": (_both(out, pr.HTC_0), "W/(m^2 K)"),
        "U": (np.array([out[pr.UA_CLEAN], out[pr.UA]]) / area, "W/(m^2 K)"),
        "channel_pressure_drop": (_both(out, pr.CHANNEL_DROP_0), "Pa"),
        "port_pressure_drop": (_both(out, pr.PORT_DROP_0), "Pa"),
        "T_out": (_both(out, pr.T_OUT_0), "K"),
    }
    u_num = {row.quantity: row.u_num for row in grids}
    return CaseRun(
        {
            key: Computed(values, figures.values(key, unit), u_num.get(key, 0.0))
            for key, (values, unit) in found.items()
        },
        grids,
    )


def run_coulson(case: CaseFile, figures: Figures, capture: Path | None) -> CaseRun:
    """Methanol against brackish water on 97 and on 121 plates, with the properties that the book gives."""
    flows = figures.values("mass_flow", "kg/s")
    T_in = figures.values("T_in", "K")
    fouling = 1.0 / figures.values("fouling_coefficient", "W/(m^2 K)")
    tables = []
    for fluid in figures.points("mass_flow"):
        mu, k = figures.at("viscosity", fluid, "Pa s"), figures.at("conductivity", fluid, "W/(m K)")
        cp = figures.at("Pr", fluid, "1") * k / mu
        tables.append(constant_properties(figures.at("density", fluid, "kg/m^3"), cp, mu, k))
    counts = [int(n) for n in figures.values("channels", "1")]
    made: dict[str, list[float]] = {
        "U": [],
        "htc": [],
        "channel_pressure_drop": [],
        "port_pressure_drop": [],
    }
    grids: list[GridRow] = []
    for channels in counts:
        exchanger = PlateHeatExchanger.named(
            "sinnott-example", 2 * channels + 1, fouling=(fouling[0], fouling[1])
        )
        outs = [
            constant_rating(exchanger, tables, (flows[0], flows[1]), (T_in[0], T_in[1]), n) for n in NODES
        ]
        out = outs[0]
        made["U"].append(out[pr.UA] / exchanger.area)
        made["htc"] += list(_both(out, pr.HTC_0))
        made["channel_pressure_drop"] += list(_both(out, pr.CHANNEL_DROP_0))
        made["port_pressure_drop"] += list(_both(out, pr.PORT_DROP_0))
        grids = grids or [_grids(outs, "T_out", "K", pr.T_OUT_0), _grids(outs, "UA", "W/K", pr.UA, 1)]
    units = {"U": "W/(m^2 K)", "htc": "W/(m^2 K)"}
    return CaseRun(
        {key: Computed(values, figures.values(key, units.get(key, "Pa"))) for key, values in made.items()},
        grids,
    )


def run_swep(case: CaseFile, figures: Figures, capture: Path | None) -> CaseRun:
    """The unit of a dealer's table on the library's plate; what is not published varies one at a time."""
    plates = int(figures.at("plates", "all", "1"))
    flow = figures.at("mass_flow", "each side", "kg/s")
    T_in = figures.values("T_in", "K")
    file = load_plate("swep-b35t")

    angles = figures.values("chevron_angle", "deg")
    angle = float(angles.mean())

    def rate(factor: float = 1.0, **changed: float) -> tuple[float, float]:
        own: dict[str, Any] = {
            key: type(getattr(file.plate, key))(value, getattr(file.plate, key).unit)
            for key, value in changed.items()
            if key != "angle"
        }
        own["chevron_angles"] = (changed.get("angle", angle),)
        changed_file = file.model_copy(update={"plate": file.plate.model_copy(update=own)})
        exchanger = PlateHeatExchanger(changed_file, plates, nusselt_factor=(factor, factor))
        found = exchanger.rate(
            hot_mass_flow=flow, cold_mass_flow=flow, hot_T_in=T_in[0], cold_T_in=T_in[1], tolerance=1e-9
        )
        return float(found["U"]), float(found["heat_rate"])

    middle = np.array(rate())
    factor = file.correlation.Nu_factor
    pairs = [[rate(factor=end) for end in (factor.lower, factor.upper)]]
    for key in ("gap", "enlargement"):
        own = getattr(file.plate, key)
        pairs.append([rate(**{key: end}) for end in (own.lower, own.upper)])
    pairs.append([rate(angle=float(end)) for end in angles])
    spans = np.array([np.subtract(high, low) for low, high in pairs])
    u_input = np.sqrt(np.square(spans).sum(axis=0) / 12.0)
    # The adaptive rating judges its own error; three of its node counts stand for three grids.
    exchanger = PlateHeatExchanger(file, plates)
    tables = [Fluid.parse("water").table(p) for p in exchanger.pressures]
    outs = [constant_rating(exchanger, tables, (flow, flow), (T_in[0], T_in[1]), n) for n in NODES]
    row = _grids(outs, "heat_rate", "W", pr.HEAT_1, 1)
    return CaseRun(
        {
            "U": Computed([middle[0]], figures.values("U", "W/(m^2 K)"), 0.0, float(u_input[0])),
            "heat_rate": Computed(
                [middle[1]], figures.values("heat_rate", "W"), row.u_num, float(u_input[1])
            ),
        },
        [row],
    )
