"""A loop of 24 miners in three rows, a pump and a plate heat exchanger, solved for flow and heat together.

The rows stand at different distances from the pump, so that they share the flow unevenly; the exchanger gives the
heat to the district's water at 50 degC. Run it with ``python examples/miner_loop.py``.
"""

import hashheat as hh
from hashheat import ExchangerSide, MinerUnit, Node, Pipe, Pump, PumpCurve

L_PER_MIN = 1 / 60e3
KELVIN = 273.15


def loop() -> hh.Network:
    """The loop; the vessel at the pump's suction holds its pressure."""
    miner = hh.Miner.named("canaan-a1566ha-500t")
    exchanger = hh.PlateHeatExchanger.named("b-030", plates=60)
    nodes = [Node("suction", pressure=3e5, T_in=55 + KELVIN), Node("discharge"), Node("hot")]
    elements = [
        Pump(
            "pump",
            "suction",
            "discharge",
            curve=PumpCurve.through(
                [(0.0, 2.2e5), (200 * L_PER_MIN, 1.8e5), (300 * L_PER_MIN, 1.3e5), (400 * L_PER_MIN, 6e4)]
            ),
        ),
        ExchangerSide(
            "exchanger",
            "hot",
            "suction",
            exchanger=exchanger,
            side="hot",
            other_mass_flow=1.6,
            other_T_in=50 + KELVIN,
        ),
    ]
    before, after = "discharge", "hot"
    for row in "ABC":
        supply, back = f"supply {row}", f"return {row}"
        nodes += [Node(supply), Node(back)]
        size = dict(length=8.0, diameter=0.05, roughness=5e-5, loss=1.0, loss_per_length=0.3)
        elements += [
            Pipe(f"pipe to {row}", before, supply, **size),
            Pipe(f"pipe from {row}", back, after, **size),
            MinerUnit(f"miners {row}", supply, back, miner=miner, count=8),
        ]
        before, after = supply, back
    return hh.Network(nodes, elements, T_ambient=20 + KELVIN)


def main() -> None:
    """Print what each row gets and how hot it runs."""
    found = loop().solve()
    rows = [f"miners {row}" for row in "ABC"]
    print("row       flow     outlet  hottest junction")
    for i, name in enumerate(rows):
        one = found.sel(element=name)
        print(
            f"{name}  {float(one.mass_flow):.3f} kg/s  {float(one.T_out) - KELVIN:.1f} degC  "
            f"{float(found.T_junction[i]) - KELVIN:.1f} degC"
        )
    given = -float(found.heat_rate.sel(element="exchanger"))
    print(
        f"the exchanger hands over {given / 1e3:.1f} kW; "
        f"supply at {float(found.T.sel(node='hot')) - KELVIN:.1f} degC"
    )


if __name__ == "__main__":
    main()
