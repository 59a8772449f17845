"""Flows and temperatures of a network by pandapipes, timed; run by the interpreter of pandapipes' own environment.

The network comes as numbers, so that whoever times it beside pandapipes solves the same one: pipes with
Colebrook's friction and a heat loss, exchangers that take a given heat and lose no pressure, one node of fixed
pressure and temperature, one drain, and water of constant properties. It is built once; every solve is a
``pipeflow`` with heat (hydraulics first, then temperatures), at the default tolerances, and fills the tables of
results. ``python pandapipes_branches.py`` answers one line of JSON for each line of JSON read; see `answer`.
"""

import json
import logging
import sys
from importlib.metadata import version
from typing import Any

import pandapipes  # type: ignore[import-not-found]
from pandapipes.properties.fluids import create_constant_fluid  # type: ignore[import-not-found]


def build(network: dict[str, Any]) -> Any:
    """Net of a network: ``nodes`` (a number), ``pipes`` (rows of start, end, length, diameter, roughness [m], loss
    coefficient, heat loss [W/(m K)]), ``heats`` (start, end, diameter [m], heat taken [W]), ``fixed`` (node,
    pressure [Pa], temperature [K]), ``drain`` (node, flow [kg/s]), ``water`` (density, viscosity, heat capacity in
    SI), ``T_ambient`` [K].
    """
    rho, mu, cp = network["water"]
    constants = {"density": rho, "viscosity": mu, "heat_capacity": cp, "compressibility": 1.0}
    net = pandapipes.create_empty_network(fluid=create_constant_fluid("own", "liquid", **constants))
    node, p, T = network["fixed"]
    places = [pandapipes.create_junction(net, pn_bar=p / 1e5, tfluid_k=T) for _ in range(network["nodes"])]
    pandapipes.create_ext_grid(net, places[node], p_bar=p / 1e5, t_k=T, type="pt")
    node, flow = network["drain"]
    pandapipes.create_sink(net, places[node], mdot_kg_per_s=flow)
    for start, end, length, diameter, roughness, loss, per_length in network["pipes"]:
        pandapipes.create_pipe_from_parameters(
            net,
            places[start],
            places[end],
            length_km=length / 1e3,
            inner_diameter_mm=diameter * 1e3,
            k_mm=roughness * 1e3,
            loss_coefficient=loss,
            u_w_per_m2k=per_length / (3.141592653589793 * diameter),
            text_k=network["T_ambient"],
        )
    for start, end, diameter, heat in network["heats"]:
        pandapipes.create_heat_exchanger(
            net, places[start], places[end], qext_w=heat, inner_diameter_mm=diameter * 1e3
        )
    return net


def solve(net: Any) -> None:
    """One steady state, from the flows that pandapipes begins with."""
    pandapipes.pipeflow(net, mode="sequential", friction_model="colebrook")
    if not net.converged:
        raise RuntimeError("pandapipes did not converge")


def results(net: Any) -> dict[str, list[float]]:
    """Flows of the pipes [kg/s]; pressures [Pa] and temperatures [K] of the nodes."""
    return {
        "mass_flow": net.res_pipe.mdot_from_kg_per_s.tolist(),
        "pressure": (net.res_junction.p_bar * 1e5).tolist(),
        "T": net.res_junction.t_k.tolist(),
    }


def answer(request: dict[str, Any], kept: dict[str, Any]) -> dict[str, Any]:
    """``{"network": ...}`` builds and solves it and answers its results; ``{"solve": true}`` solves it again and
    answers nothing; ``{}`` answers the versions. Pressures are over that of the air, which is of no effect.
    """
    if "network" in request:
        kept["net"] = build(request["network"])
        solve(kept["net"])
        return results(kept["net"])
    if request.get("solve"):
        solve(kept["net"])
        return {}
    return {"versions": {name: version(name) for name in ("pandapipes", "numba", "numpy")}}


def main() -> None:
    logging.disable(logging.WARNING)
    kept: dict[str, Any] = {}
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line), kept)), flush=True)


if __name__ == "__main__":
    main()
