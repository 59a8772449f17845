"""A table survives its trip through one float array, bit for bit."""

import numpy as np
import pytest

from hashheat.thermo import property_kernels as pk
from hashheat.thermo.fluid import Fluid
from hashheat.thermo.packed_table import pack, unpack
from hashheat.thermo.property_table import N_COEFFICIENTS, PropertyTable, constant_properties

TABLES = {
    "water": lambda: Fluid.parse("water").table(3e5),
    "glycol": lambda: Fluid.parse("MPG 40%").table(3e5),
    "constant": lambda: constant_properties(1000.0, 4190.0, 1e-3, 0.6),
    # Every number differs, so that no two fields or coefficients can be exchanged unseen.
    "counting": lambda: PropertyTable(
        *(1.0, 2.0, 3.0, 4.0),
        *(tuple(100.0 * f + i for i in range(N_COEFFICIENTS)) for f in range(1, 9)),
    ),
}


@pytest.fixture(params=TABLES)
def table(request):
    return TABLES[request.param]()


def test_there_and_back(table):
    back = unpack(pack(table))
    assert type(back) is PropertyTable
    assert back._fields == table._fields
    for name in table._fields:
        assert getattr(back, name) == getattr(table, name), name


def test_packed_is_one_flat_array_of_every_number(table):
    packed = pack(table)
    assert packed.dtype == np.float64
    assert packed.shape == (4 + 8 * N_COEFFICIENTS,)
    assert packed.flags.c_contiguous
    flat = [x for field in table for x in (field if isinstance(field, tuple) else (field,))]
    assert packed.tolist() == flat


def test_properties_of_the_unpacked_table_are_the_same_bits():
    table = TABLES["water"]()
    back = unpack(pack(table))
    for T in np.linspace(table.T_min, table.T_max, 7):
        for function in (
            pk.density,
            pk.heat_capacity,
            pk.viscosity,
            pk.conductivity,
            pk.enthalpy,
            pk.log_prandtl,
        ):
            assert function(back, T) == function(table, T)
