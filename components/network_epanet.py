"""From an EPANET input file to the parts of a network."""

import math
from pathlib import Path

from hashheat.components.epanet_file import load_epanet
from hashheat.components.epanet_records import EpanetFile, EpanetLink
from hashheat.components.network_elements import Element, Node, Pipe, Pump, Resistance, Valve
from hashheat.solvers.network_elements import GRAVITY
from hashheat.thermo.errors import InputError
from hashheat.thermo.property_table import PropertyTable, constant_properties

#: Pressure of the air at every surface [Pa].
ATMOSPHERE = 101325.0
#: Density that a specific gravity refers to [kg/m^3].
WATER = 1000.0
#: EPANET's head loss of an open valve without a loss coefficient: 1e-6 ft for each ft^3/s [m/(m^3/s)].
_OPEN_VALVE = 1e-6 * 0.3048 / 0.3048**3


def network_parts(
    path: str | Path,
) -> tuple[tuple[Node, ...], tuple[Element, ...], PropertyTable, tuple[str, ...]]:
    """Nodes, elements and water of an EPANET file, and what of it is passed over.

    Parameters
    ----------
    path : str or Path

    Raises
    ------
    InputError
        For what cannot be read or makes no network, naming the file.
    """
    file = load_epanet(path)
    options = file.options
    rho = WATER * options.specific_gravity
    # Heat capacity and conductivity of cold water: they enter nothing where no heat is given or lost.
    table = constant_properties(rho, 4184.0, rho * options.viscosity, 0.6)
    nodes = tuple(
        Node(
            node.name,
            elevation=node.elevation,
            demand=node.demand * rho,
            pressure=None if node.head is None else ATMOSPHERE + rho * GRAVITY * (node.head - node.elevation),
        )
        for node in file.nodes
    )
    try:
        return nodes, tuple(_element(file, link, rho) for link in file.links), table, file.passed_over
    except InputError as error:
        raise error.within(file=str(path)) from None


def _element(file: EpanetFile, link: EpanetLink, rho: float) -> Element:
    ends = (link.name, link.start, link.end)
    if link.kind == "pipe":
        rough = file.options.headloss == "darcy-weisbach"
        return Pipe(
            *ends,
            closed=link.closed,
            check=link.check,
            length=link.length,
            diameter=link.diameter,
            roughness=link.roughness if rough else 0.0,
            hazen_williams=None if rough else link.roughness,
            loss=link.loss,
        )
    if link.curve is not None:
        return Pump(*ends, closed=link.closed, curve=link.curve, speed=link.speed)
    loss = link.loss if link.setting is None else link.setting
    if loss > 0.0:
        return Valve(*ends, closed=link.closed, diameter=link.diameter, loss=loss)
    return Resistance(*ends, closed=link.closed, a=_OPEN_VALVE * GRAVITY)


def head(pressure: float, elevation: float, rho: float) -> float:
    """Head [m] of an absolute pressure [Pa] at an elevation [m] in water of density rho [kg/m^3]."""
    return elevation + (pressure - ATMOSPHERE) / (rho * GRAVITY) if math.isfinite(pressure) else math.nan
