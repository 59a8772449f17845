"""Plants whose circuits do not close are refused, with the port that is at fault."""

import re

import numpy as np
import pytest

from hashheat.thermo.errors import InputError

MIDDLE = '["boiler.outlet", "tank.top", "customers.supply"]'
RETURN = '["customers.return", "tank.bottom", "pump.inlet"]'
#: A circuit of its own for the tank, when the loop does without it.
SIDE = """\
[circuits.side]
fluid = "water"
pressure = "3 bar"
at = "tank.top"
[parts.store]
type = "electric_boiler"
capacity = "1 W"
efficiency = 1.0
hold = { port = "tank.top", at = "50 degC" }
"""
SECOND = """\
at = "pump.inlet"
[circuits.other]
fluid = "water"
pressure = "6 bar"
at = "tank.top"
"""


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ((MIDDLE, '["boiler.outlet", "customers.supply"]'), "not connected.*tank.top"),
        ((MIDDLE, '["boiler.exit", "tank.top", "customers.supply"]'), "unknown port.*boiler.exit.*boiler.inlet"),
        ((MIDDLE, '["boiler.outlet", "tank.top", "customers.supply", "tank.bottom"]'), "both ends.*tank"),
        (('["pump.outlet", "boiler.inlet"]', '["pump.outlet"]'), "two ports or more"),
        (('at = "pump.inlet"', 'at = "pump.in"'), "circuits.network.at"),
        (
            ('at = "pump.inlet"\n', SECOND),
            "same circuit",
        ),
        (('port = "boiler.outlet"', 'port = "boiler.exit"'), "parts.boiler.hold.port.*boiler.exit"),
        (('type = "fuel_boiler"', 'type = "kettle"'), "parts.boiler.type.*kettle.*boiler"),
        (('capacity = "3 MW"', 'capacty = "3 MW"'), "parts.boiler.capacty.*did you mean 'capacity'"),
        (('capacity = "3 MW"', 'capacity = "3 bar"'), "parts.boiler.capacity.*3 bar"),
    ],
)  # fmt: skip
def test_a_plant_that_does_not_close_names_the_place(boiler_plant, change, words):
    with pytest.raises(InputError) as caught:
        boiler_plant(change)
    assert re.search(words, str(caught.value), re.DOTALL), caught.value


def test_two_controlled_flows_in_one_line_are_refused(boiler_plant):
    # Without the tank, pump and customers would both decide the flow of one loop.
    with pytest.raises(InputError, match="two controlled flows"):
        boiler_plant(
            (MIDDLE, '["boiler.outlet", "customers.supply"]'),
            (
                RETURN,
                '["customers.return", "pump.inlet"], ["tank.top", "store.inlet"], ["tank.bottom", "store.outlet"]',
            ),
            ("[parts.customers]", f"{SIDE}[parts.customers]"),
        )


def test_flows_balance_at_every_node_and_pressures_around_every_loop(boiler_plant):
    circuits = boiler_plant().circuits
    setting = np.array([20.0, 0.0, 13.0])
    b = np.array([1.0, 30.0, 2.0, 5.0, 1.0])[: len(circuits.start)]
    flow, pressure, _ = circuits.flows(setting, np.zeros_like(b), b, None)
    left = np.bincount(circuits.end, flow, circuits.n_node) - np.bincount(
        circuits.start, flow, circuits.n_node
    )
    assert np.max(np.abs(left)) < 1e-12
    # The free paths follow their own law, whatever the order of the parts.
    for p in circuits.free:
        drop = pressure[circuits.start[p]] - pressure[circuits.end[p]]
        assert drop == pytest.approx(b[p] * flow[p] * abs(flow[p]), rel=1e-9)
