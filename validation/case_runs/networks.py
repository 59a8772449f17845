"""Cases of networks of pipes."""

from pathlib import Path

import numpy as np

from hashheat.components.network import Network
from hashheat.components.network_elements import Node, Pipe
from hashheat.thermo.property_table import constant_properties
from hashheat.validation.case_figures import Figures
from hashheat.validation.case_file import CaseFile
from hashheat.validation.case_result import CaseRun, Computed

_SOURCE = "i"


def run_destest(case: CaseFile, figures: Figures, capture: Path | None) -> CaseRun:
    """Flows, pressure drops, temperatures and heat of DESTEST CE_0 in steady state, supply and return tree.

    The two trees are two networks: what leaves the supply at a consumer enters the return there, colder by the
    fixed amount. Pipes lose heat through their wall and insulation to a fixed temperature at its surface.
    """
    T_supply, T_ground = figures.at("T_supply", "source", "K"), figures.at("T_ambient", "ground", "K")
    cooling = figures.at("cooling", "each consumer", "delta_K")
    demand = figures.at("mass_flow", "each consumer", "kg/s")
    cp = figures.at("heat_capacity", "water", "J/(kg K)")
    table = constant_properties(
        figures.at("density", "water", "kg/m^3"), cp, figures.at("viscosity", "water", "Pa s"), 0.65
    )
    roughness = figures.at("roughness", "pipes", "m")
    k_pipe, k_cover = (figures.at("conductivity", name, "W/(m K)") for name in ("pipe", "insulation"))

    def pipe(name: str, start: str, end: str) -> Pipe:
        D, wall, cover, length = (
            figures.at(key, name, "m") for key in ("diameter", "wall", "insulation", "length")
        )
        r0, r1, r2 = 0.5 * D, 0.5 * D + wall, 0.5 * D + wall + cover
        resistance = (np.log(r1 / r0) / k_pipe + np.log(r2 / r1) / k_cover) / (2.0 * np.pi)
        loss = float(1.0 / resistance)
        return Pipe(name, start, end, length=length, diameter=D, roughness=roughness, loss_per_length=loss)

    names = figures.points("length")
    ends = [tuple(name.split(" to ")) for name in names]
    starts = {start for start, _ in ends}
    houses = [end for _, end in ends if end not in starts]
    inner = sorted(starts - {_SOURCE})

    supply = Network(
        (
            Node(_SOURCE, pressure=5e5, T_in=T_supply),
            *(Node(n) for n in inner),
            *(Node(h, demand=demand) for h in houses),
        ),
        [pipe(name, a, b) for name, (a, b) in zip(names, ends)],
        fluid=table,
        T_ambient=T_ground,
    ).solve()
    at_house = {h: float(supply["T"].sel(node=h)) - cooling for h in houses}
    back = Network(
        (
            Node(_SOURCE, pressure=3e5),
            *(Node(n) for n in inner),
            *(Node(h, demand=-demand, T_in=at_house[h]) for h in houses),
        ),
        [pipe(name, b, a) for name, (a, b) in zip(names, ends)],
        fluid=table,
        T_ambient=T_ground,
    ).solve()
    p, T, T_back = supply["pressure"], supply["T"], back["T"]
    flow = float(supply["supply"].sel(node=_SOURCE))
    T_return = float(T_back.sel(node=_SOURCE))
    own = {
        "total_flow": (abs(flow), "kg/s"),
        "drop_i_e": (float(p.sel(node=_SOURCE) - p.sel(node="e")), "Pa"),
        "drop_i_h": (float(p.sel(node=_SOURCE) - p.sel(node="h")), "Pa"),
        "T_supply_h": (float(T.sel(node="h")), "K"),
        "T_supply_f": (float(T.sel(node="f")), "K"),
        "T_supply_house": (float(T.sel(node="SimpleDistrict_1")), "K"),
        "T_return_i": (T_return, "K"),
        "loss_i_h": (abs(flow) / 2.0 * cp * (T_supply - float(T.sel(node="h"))), "W"),
        "heat": (abs(flow) * cp * (T_supply - T_return), "W"),
    }
    return CaseRun(
        {
            key: Computed(np.full(figures.values(key, unit).size, value), figures.values(key, unit))
            for key, (value, unit) in own.items()
        }
    )
