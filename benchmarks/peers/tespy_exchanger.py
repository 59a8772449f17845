"""Rating of a counterflow heat exchanger by TESPy, timed; run by the interpreter of TESPy's own environment.

Two models of the same duty, water on both sides: ``HeatExchanger`` (one UA and one logarithmic mean) and
``SectionedHeatExchanger`` (UA summed over its default number of sections of equal heat, properties local).
Each is designed once from its outlet temperatures, which gives UA; then UA and the flows are held, the outlets
are free, and the model is solved again for a list of flows and inlet temperatures. Every solve starts from the
previous solution. Results are read after each solve, nothing is printed.

``python tespy_exchanger.py`` prints one line of JSON: for each model its UA [W/K], the conditions and outlets
[kg/s, K], and the time of a solve [s], the least over the rounds. ``--serve`` answers one line of JSON for each
line of JSON read, so that another process can time the solves; see `serve`.
"""

import argparse
import json
import logging
import sys
import time
from importlib.metadata import version

from tespy.components import HeatExchanger, SectionedHeatExchanger, Sink, Source  # type: ignore[import-not-found]
from tespy.connections import Connection  # type: ignore[import-not-found]
from tespy.networks import Network  # type: ignore[import-not-found]

MODELS = {"HeatExchanger": HeatExchanger, "SectionedHeatExchanger": SectionedHeatExchanger}

#: Duty: hot and cold inlet and outlet [K], hot mass flow [kg/s], pressure on both sides [Pa].
T_HOT, T_COLD = (353.15, 318.15), (313.15, 348.15)
MASS_FLOW, PRESSURE = 1.0, 6e5

#: Each re-solve: hot and cold flow over that of the duty, change of the hot and the cold inlet [K].
CASES = (
    (0.90, 1.00, 0.0, 0.0),
    (1.00, 0.90, -2.0, 0.0),
    (1.05, 1.10, 1.0, 2.0),
    (0.80, 0.80, -4.0, -1.0),
    (1.10, 0.95, 2.0, -2.0),
    (0.95, 1.05, -1.0, 1.0),
    (1.20, 1.20, 0.0, 3.0),
    (1.00, 1.00, 0.0, 0.0),
)


class Exchanger:
    """A TESPy network of one exchanger, designed, with its UA held from then on."""

    def __init__(self, model: str) -> None:
        self.network = Network(iterinfo=False)  # SI by default
        self.component = MODELS[model]("exchanger")
        ends = Source("hot"), Sink("hot out"), Source("cold"), Sink("cold out")
        self.hot = Connection(ends[0], "out1", self.component, "in1")
        self.hot_out = Connection(self.component, "out1", ends[1], "in1")
        self.cold = Connection(ends[2], "out1", self.component, "in2")
        self.cold_out = Connection(self.component, "out2", ends[3], "in1")
        self.network.add_conns(self.hot, self.hot_out, self.cold, self.cold_out)
        self.component.set_attr(pr1=1, pr2=1)
        self.hot.set_attr(fluid={"water": 1}, m=MASS_FLOW, p=PRESSURE, T=T_HOT[0])
        self.hot_out.set_attr(T=T_HOT[1])
        self.cold.set_attr(fluid={"water": 1}, p=PRESSURE, T=T_COLD[0])
        self.cold_out.set_attr(T=T_COLD[1])
        self.solve()
        self.UA, self.cold_flow = float(self.component.UA.val_SI), float(self.cold.m.val_SI)
        self.component.set_attr(UA=self.UA)
        self.cold.set_attr(m=self.cold_flow)
        self.hot_out.set_attr(T=None)
        self.cold_out.set_attr(T=None)
        self.solve()

    def solve(self) -> None:
        self.network.solve("design", print_results=False)
        if not self.network.converged:
            raise RuntimeError(f"TESPy did not converge: status {self.network.status}")

    def run(self, case: tuple[float, float, float, float]) -> list[float]:
        """Mass flows [kg/s], inlets and outlets [K], hot before cold, of one solve."""
        flows = MASS_FLOW * case[0], self.cold_flow * case[1]
        inlets = T_HOT[0] + case[2], T_COLD[0] + case[3]
        self.hot.set_attr(m=flows[0], T=inlets[0])
        self.cold.set_attr(m=flows[1], T=inlets[1])
        self.solve()
        return [*flows, *inlets, float(self.hot_out.T.val_SI), float(self.cold_out.T.val_SI)]


def measure(model: str, rounds: int) -> dict[str, object]:
    """UA, conditions with outlets, and least time of a solve of one model."""
    exchanger = Exchanger(model)
    times, rows = [], []
    for _ in range(rounds):
        start = time.perf_counter()
        rows = [exchanger.run(case) for case in CASES]
        times.append((time.perf_counter() - start) / len(CASES))
    return {"UA": exchanger.UA, "cases": rows, "seconds_per_solve": min(times)}


def versions() -> dict[str, str]:
    return {name: version(name) for name in ("tespy", "CoolProp", "numpy")}


def serve() -> None:
    """Answer requests, one line of JSON each, until the input ends.

    ``{"model": name}`` designs it on first use, solves all cases once and answers ``UA`` and ``cases``;
    ``{}`` answers the versions. The time between request and answer is that of the solves and of two short
    messages.
    """
    built: dict[str, Exchanger] = {}
    installed = versions()
    for line in sys.stdin:
        model = json.loads(line).get("model")
        answer: dict[str, object]
        if model is None:
            answer = {"versions": installed}
        else:
            if model not in built:
                built[model] = Exchanger(model)
            answer = {"UA": built[model].UA, "cases": [built[model].run(case) for case in CASES]}
        print(json.dumps(answer), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description="Time of a rating by TESPy.")
    parser.add_argument("--rounds", type=int, default=5, help="rounds over all cases; the least time counts")
    parser.add_argument("--serve", action="store_true", help="answer requests on standard input")
    given = parser.parse_args()
    logging.disable(logging.WARNING)
    if given.serve:
        serve()
    else:
        found = {model: measure(model, given.rounds) for model in MODELS}
        print(json.dumps({"versions": versions(), **found}))


if __name__ == "__main__":
    main()
