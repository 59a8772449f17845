"""A network of pipes, pumps, valves, miners and exchangers, solved for flows, pressures and temperatures."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
import xarray as xr

from hashheat.components.network_arrays import NetworkArrays, network_arrays
from hashheat.components.network_diagnosis import diagnose
from hashheat.components.network_elements import Element, ExchangerSide, MinerUnit, Node
from hashheat.components.network_epanet import network_parts
from hashheat.components.network_results import network_dataset
from hashheat.components.network_solve import NetworkSolution, solve_arrays
from hashheat.components.network_units import Units
from hashheat.thermo.errors import InputError
from hashheat.thermo.fluid import Fluid
from hashheat.thermo.property_table import PropertyTable


@dataclass(frozen=True)
class Network:
    """Nodes, and elements between them.

    Parameters
    ----------
    nodes : sequence of Node
        One of them at least with a fixed pressure.
    elements : sequence of Element
        Pipes, valves, pumps and so on of :mod:`hashheat.components.network_elements`.
    fluid : Fluid, str or PropertyTable
        What flows in it; a name as in :meth:`Fluid.parse`, or properties of one's own.
    pressure : float
        At which the fluid's properties are taken [Pa].
    T_ambient : float
        Of the surroundings [K]; water that does not move takes it.
    T_in : float, optional
        Of water that enters at nodes that give no temperature of their own [K].
    passed_over : tuple of str
        What the file that the network was read from says besides and has no effect here, controls among it; see
        :meth:`from_epanet`.

    Raises
    ------
    InputError, NoFixedPressureError, DisconnectedNetworkError
        For what does not make a network.

    Examples
    --------
    >>> from hashheat.components.network_elements import Node, Pipe
    >>> net = Network(
    ...     (Node("plant", pressure=5e5, T_in=353.15), Node("house", demand=0.5)),
    ...     (Pipe("p", "plant", "house", length=100.0, diameter=0.03, loss_per_length=0.2),),
    ... )
    >>> round(float(net.solve().T.sel(node="house")), 2)
    352.58
    """

    nodes: Sequence[Node]
    elements: Sequence[Element]
    fluid: Fluid | str | PropertyTable = "water"
    pressure: float = 3e5
    T_ambient: float = 293.15
    T_in: float | None = None
    passed_over: tuple[str, ...] = field(default=(), compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "nodes", tuple(self.nodes))
        object.__setattr__(self, "elements", tuple(self.elements))
        if not isinstance(self.fluid, PropertyTable):
            object.__setattr__(self, "fluid", _liquid(self.fluid))
        for key in ("pressure", "T_ambient", "T_in"):
            value = getattr(self, key)
            if value is not None and not (np.isfinite(value) and value > 0.0):
                raise InputError("must be positive", key=key, found=value, accepted="> 0")
        for element in self.elements if isinstance(self.fluid, Fluid) else ():
            if isinstance(element, ExchangerSide):
                own = element.exchanger.fluids[0 if element.side == "hot" else 1]
                if own != self.fluid:
                    raise InputError(
                        "the exchanger is made for another fluid",
                        key=f"{element.name}.exchanger",
                        found=str(own),
                        accepted=str(self.fluid),
                    )
        _ = self.arrays

    def __repr__(self) -> str:
        """How large it is, on one line."""
        fluid = self.fluid if isinstance(self.fluid, Fluid) else "own fluid"
        return f"<Network: {len(self.nodes)} nodes, {len(self.elements)} elements, {fluid}>"

    @classmethod
    def from_epanet(cls, path: str | Path) -> "Network":
        """Network of an EPANET input file at time 0, with water of constant properties and no heat.

        Parameters
        ----------
        path : str or Path
            See :func:`hashheat.components.epanet_file.load_epanet` for what is read.

        Notes
        -----
        Pressures are absolute: a head H is 101325 Pa + rho g (H - z).

        Friction by Hazen and Williams is EPANET's own. Pipes with Darcy-Weisbach head loss are not quite those of
        EPANET: from Re 4000 on they get Colebrook's friction factor, where EPANET takes Swamee and Jain's
        approximation of it, and between laminar and turbulent a line from Re 2300 to 4000, where EPANET takes
        Dunlop's cubic from 2000 on. The friction factor here is, over EPANET's, for a roughness up to a twentieth
        of the diameter: the same below Re 2000; -12 to +2.2 % up to 4000; -3.1 to 0 % up to 10 000; -2.1 to +0.8 %
        up to 100 000; -1.5 to +0.8 % beyond.

        The state is that of time 0: controls that do not act there, and sections without meaning for it, are
        listed in ``passed_over``.
        """
        if not isinstance(path, str | Path):
            raise InputError("is no path", key="path", found=repr(path), accepted="an EPANET .inp file")
        nodes, elements, table, passed_over = network_parts(path)
        return cls(nodes, elements, fluid=table, T_in=293.15, passed_over=passed_over)

    @cached_property
    def arrays(self) -> NetworkArrays:
        """The network as arrays, made once."""
        return network_arrays(self.nodes, self.elements, self.T_ambient, self.T_in)

    @cached_property
    def table(self) -> PropertyTable:
        """Properties of the fluid."""
        return self.fluid.table(self.pressure) if isinstance(self.fluid, Fluid) else self.fluid  # type: ignore[return-value]

    @cached_property
    def _units(self) -> Units:
        net = self.arrays
        return Units([self.elements[i] for i in net.units], self.table, net.T_ambient[list(net.units)])

    def solve(
        self, *, tolerance: float = 1e-10, lowest_pressure: float = 0.0, max_rounds: int = 200
    ) -> xr.Dataset:
        """Steady state: flows, pressures, temperatures and heat.

        Parameters
        ----------
        tolerance : float
            Of the flows, over the largest [-].
        lowest_pressure : float
            That a node may have [Pa]; below it the demands count as infeasible. From 0 on the water of a
            :class:`Fluid` must also stay liquid under the pressure of every node. A negative one lets both go, to
            see how much pressure demands are short of: such pressures are no states of water.
        max_rounds : int
            Of flows and temperatures in turn.

        Returns
        -------
        xarray.Dataset
            Over ``node``, ``element`` and, where there are miners, ``unit``. ``flow_status`` and ``node_status``
            say where nothing flows: water at rest has the temperature of its surroundings, and a part that closed
            elements cut off has no known pressure (NaN). Miners without flow count as switched off.

        Raises
        ------
        InfeasibleDemandError
            For demands behind closed elements, or flows that would need a pressure below the lowest.
        PumpRangeError
            For a pump beyond its curve or pushed backwards.
        NoSteadyTemperatureError, StateError, FreezingError, BoilingError
            For temperatures that nothing holds, or beyond the liquid's range; for water that boils under the
            pressure of its own node, which is named. Properties of one's own, and fluids without boiling data, are
            not held against boiling.
        UnitError, ExchangerError
            For a miner or an exchanger without a steady state.
        NetworkNotConvergedError
        InputError
            For water that enters without a temperature.

        Notes
        -----
        Every element's water is taken at the mean of its inlet and outlet temperature, so that a warm leg weighs
        less than a cold one; a loop that nothing else drives is left at rest. Flows mix at the nodes by enthalpy.
        Pipes lose ``T_out = T_ambient + (T_in - T_ambient) exp(-loss_per_length L / (m cp))``. Friction and pumps
        do not warm the water.
        """
        return network_dataset(self, self.solve_arrays(tolerance, lowest_pressure, max_rounds))

    def solve_arrays(
        self, tolerance: float = 1e-10, lowest_pressure: float = 0.0, max_rounds: int = 200
    ) -> NetworkSolution:
        """As :meth:`solve`, without the Dataset."""
        found = solve_arrays(
            self.arrays, self._units, self.table, self.T_ambient, tolerance=tolerance, max_rounds=max_rounds
        )
        fluid = self.fluid if isinstance(self.fluid, Fluid) else None
        diagnose(
            self.nodes, self.elements, self.arrays, self._units, found, self.table, fluid, self.pressure,
            lowest_pressure,
        )  # fmt: skip
        return found

    @cached_property
    def coordinates(self) -> xr.Coordinates:
        """Names of nodes, elements and miners, as the coordinates of every solution."""
        names = {"node": [node.name for node in self.nodes], "element": [e.name for e in self.elements]}
        return xr.Coordinates(names | ({"unit": list(self.miners)} if self.miners else {}))

    @cached_property
    def miners(self) -> tuple[str, ...]:
        """Names of the elements that are miners."""
        return tuple(e.name for e in self.elements if isinstance(e, MinerUnit))


def _liquid(given: Fluid | str) -> Fluid:
    try:
        fluid = given if isinstance(given, Fluid) else Fluid.parse(given)
    except InputError as error:
        raise error.within(key="fluid") from None
    if fluid.is_gas:
        raise InputError(
            "the fluid of a network is a liquid",
            key="fluid",
            found=str(fluid),
            accepted="a liquid such as 'water' or 'propylene glycol 30 %', or a PropertyTable",
        )
    return fluid
