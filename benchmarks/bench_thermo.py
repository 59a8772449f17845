"""Four properties of water at a point: the table against CoolProp's reference equation, in one session.

The loop over the table is packed arithmetic throughout: on a machine with AVX-512 the assembly of
``four_properties`` (``inspect_asm``) holds 44 ``vfmadd..pd`` on zmm registers and one ``vdivpd``; the scalar
``vfmadd..sd`` stand in the remainder loop only.
"""

import numpy as np
import pytest
from CoolProp.CoolProp import PT_INPUTS, AbstractState

from hashheat.thermo import property_kernels as pk
from hashheat.thermo.fluid import Fluid
from hashheat.thermo.jit import kernel

P = 4e5
TABLE_POINTS, COOLPROP_POINTS = 100_000, 2_000


@kernel
def four_properties(table, T, rho, cp, mu, k):
    for i in range(T.size):
        rho[i] = pk.density(table, T[i])
        cp[i] = pk.heat_capacity(table, T[i])
        mu[i] = pk.viscosity(table, T[i])
        k[i] = pk.conductivity(table, T[i])


def from_coolprop(state, T, out):
    for i, T_i in enumerate(T):
        state.update(PT_INPUTS, P, T_i)
        out[0, i], out[1, i] = state.rhomass(), state.cpmass()
        out[2, i], out[3, i] = state.viscosity(), state.conductivity()


def temperatures(points):
    return np.random.default_rng(11).uniform(278.15, 388.15, points)


@pytest.fixture(scope="module")
def water():
    return Fluid.parse("water").table(P, 278.15, 388.15)


def assert_agrees_with_coolprop(table, T, out):
    expected = np.empty((4, T.size))
    from_coolprop(AbstractState("HEOS", "Water"), T, expected)
    assert np.max(np.abs(out / expected - 1)) < 1e-6


def note(benchmark, points, **more):
    benchmark.extra_info.update(per="point", work=points, **more)
    if benchmark.stats is not None:  # no statistics where benchmarks are disabled
        benchmark.extra_info["ns_per_point"] = benchmark.stats.stats.min / points * 1e9


@pytest.mark.benchmark(group="four properties of water")
def test_property_table(benchmark, water):
    T = temperatures(TABLE_POINTS)
    out = np.empty((4, T.size))
    four_properties(water, T, *out)
    benchmark(four_properties, water, T, *out)
    assert_agrees_with_coolprop(water, T[:300], out[:, :300])
    note(
        benchmark,
        T.size,
        row="Density, heat capacity, viscosity and conductivity of water",
        peer="test_coolprop_heos",
        peer_name="CoolProp `AbstractState`, reference equation",
    )


@pytest.mark.benchmark(group="four properties of water")
def test_coolprop_heos(benchmark, water):
    T = temperatures(COOLPROP_POINTS)
    out = np.empty((4, T.size))
    state = AbstractState("HEOS", "Water")
    benchmark(from_coolprop, state, T, out)
    ours = np.empty_like(out)
    four_properties(water, T, *ours)
    assert np.max(np.abs(ours / out - 1)) < 1e-6
    note(benchmark, T.size)


@pytest.mark.benchmark(group="temperature from enthalpy")
def test_temperature_from_enthalpy(benchmark, water):
    T = temperatures(TABLE_POINTS)
    h, back = np.empty_like(T), np.empty_like(T)
    there_and_back(water, T, h, back)
    benchmark(there_and_back, water, T, h, back)
    assert np.max(np.abs(back / T - 1)) < 1e-12
    note(benchmark, T.size, row="Enthalpy of water and back to its temperature")


@kernel
def there_and_back(table, T, h, back):
    for i in range(T.size):
        h[i] = pk.enthalpy(table, T[i])
        back[i] = pk.temperature_from_enthalpy(table, h[i])
