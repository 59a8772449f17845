"""Tables against CoolProp off the nodes, and against exact constant properties."""

import numpy as np
import pytest
from CoolProp.CoolProp import PT_INPUTS, AbstractState
from scipy.integrate import quad

from hashheat.thermo import property_kernels as pk
from hashheat.thermo.errors import InputError
from hashheat.thermo.fluid import Fluid
from hashheat.thermo.property_table import PropertyTable, constant_properties

RNG = np.random.default_rng(20240607)
KERNELS = {
    "rho": pk.density,
    "cp": pk.heat_capacity,
    "mu": pk.viscosity,
    "k": pk.conductivity,
    "h": pk.enthalpy,
}


def coolprop_properties(T, p, backend="HEOS", name="Water", fraction=None):
    state = AbstractState(backend, name)
    if fraction is not None:
        state.set_mass_fractions([fraction])
    rows = []
    for T_i in T:
        state.update(PT_INPUTS, p, T_i)
        rows.append((state.rhomass(), state.cpmass(), state.viscosity(), state.conductivity(), state.hmass()))
    return dict(zip(KERNELS, np.array(rows).T))


def evaluate(table, T):
    return {name: np.array([f(table, T_i) for T_i in T]) for name, f in KERNELS.items()}


@pytest.fixture(scope="module", params=[2e5, 4e5, 10e5], ids=["2bar", "4bar", "10bar"])
def water(request):
    p = request.param
    T = np.sort(RNG.uniform(278.15, 388.15, 1500))
    table = Fluid.parse("water").table(p, 278.15, 388.15)
    return evaluate(table, T), coolprop_properties(T, p), table, p


@pytest.mark.parametrize("name", ["rho", "cp", "mu", "k"])
def test_water_is_within_1e6_of_coolprop_off_the_nodes(water, name):
    ours, theirs, _, _ = water
    assert np.max(np.abs(ours[name] / theirs[name] - 1)) < 1e-6


def test_water_enthalpy_differences_are_within_1e6(water):
    # h itself crosses zero near 0 degC, so the measure is the rise above the coldest point, however small.
    ours, theirs, _, _ = water
    ours_rise, theirs_rise = (d["h"][1:] - d["h"][0] for d in (ours, theirs))
    # Below a rise of 0.1 K the rounding of CoolProp's own h begins to show.
    far = theirs_rise > 418.6
    assert np.max(np.abs(ours_rise[far] / theirs_rise[far] - 1)) < 1e-6
    assert np.max(np.abs(ours["h"] - theirs["h"])) < 1e-6 * theirs_rise[-1]


def test_water_default_table_holds_1e6_everywhere():
    p = 4e5
    table = Fluid.parse("water").table(p)
    assert table.T_min <= 274.15 + 1e-9
    assert table.T_max >= 273.15 + 124.9
    T = np.sort(RNG.uniform(table.T_min, table.T_max, 1500))
    ours, theirs = evaluate(table, T), coolprop_properties(T, p)
    for name in ("rho", "cp", "mu", "k"):
        assert np.max(np.abs(ours[name] / theirs[name] - 1)) < 1e-6


def test_prandtl_powers_and_logarithms_agree_with_their_definition(water):
    _, theirs, table, p = water
    T = np.sort(np.random.default_rng(3).uniform(278.15, 388.15, 50))
    theirs = coolprop_properties(T, p)
    Pr = theirs["cp"] * theirs["mu"] / theirs["k"]
    for kernel, expected in (
        (pk.prandtl, Pr),
        (pk.prandtl_cube_root, np.cbrt(Pr)),
        (pk.prandtl_two_thirds, np.cbrt(Pr) ** 2),
    ):
        assert np.max(np.abs(np.array([kernel(table, t) for t in T]) / expected - 1)) < 1e-6
    assert np.max(np.abs([pk.log_prandtl(table, t) for t in T] - np.log(Pr))) < 1e-6
    assert np.max(np.abs([pk.log_viscosity(table, t) for t in T] - np.log(theirs["mu"]))) < 1e-6


def test_thermal_expansion_matches_coolprop(water):
    _, _, table, p = water
    state = AbstractState("HEOS", "Water")
    for T in np.random.default_rng(4).uniform(279.15, 387.15, 40):
        state.update(PT_INPUTS, p, T)
        # beta passes through zero near 4 degC: absolute measure against its size at 60 degC, 5e-4 1/K
        assert pk.thermal_expansion(table, T) == pytest.approx(
            state.isobaric_expansion_coefficient(), abs=1e-5 * 5e-4, rel=1e-5
        )


def test_heat_capacity_is_the_derivative_of_enthalpy(water):
    _, _, table, _ = water
    for T in np.linspace(278.15, 388.15, 23):
        x = pk.reduced(table, T)
        assert pk.horner_derivative(table.h, x) * table.x_scale == pytest.approx(
            pk.heat_capacity(table, T), rel=1e-12
        )


@pytest.mark.parametrize("name", ["water", "MPG 30%", "MEG 50%", "air", "INCOMP::T66"])
def test_temperature_from_enthalpy_inverts_enthalpy(name):
    table = Fluid.parse(name).table(3e5)
    for T in np.random.default_rng(5).uniform(table.T_min, table.T_max, 60):
        assert pk.temperature_from_enthalpy(table, pk.enthalpy(table, T)) == pytest.approx(T, rel=1e-12)


@pytest.mark.parametrize(
    ("T_in", "heat_rate", "L_per_min", "T_out"),
    [(70.0, 5676.0, 8.0, 80.382654), (70.0, 5676.0, 10.0, 78.307539), (35.0, 5360.0, 8.0, 44.676416)],
)
def test_outlet_of_a_heated_stream_of_water(T_in, heat_rate, L_per_min, T_out):
    # CoolProp at 3 bar, the flow measured at the inlet density
    table = Fluid.parse("water").table(3e5)
    T = T_in + 273.15
    mass_flow = pk.density(table, T) * L_per_min / 6e4
    h_out = pk.enthalpy(table, T) + heat_rate / mass_flow
    assert pk.temperature_from_enthalpy(table, h_out) - 273.15 == pytest.approx(T_out, abs=5e-6)


@pytest.mark.parametrize(("name", "fraction"), [("MPG", 0.3), ("MPG", 0.55), ("MEG", 0.25), ("MEG", 0.5)])
def test_glycols_are_within_1e6_of_coolprop(name, fraction):
    p = 3e5
    table = Fluid.parse(f"{name} {100 * fraction:g}%").table(p)
    T = np.sort(RNG.uniform(table.T_min, table.T_max, 400))
    ours, theirs = evaluate(table, T), coolprop_properties(T, p, "INCOMP", name, fraction)
    for key in ("rho", "cp", "mu", "k"):
        assert np.max(np.abs(ours[key] / theirs[key] - 1)) < 1e-6


def test_glycol_enthalpy_is_the_integral_of_coolprops_heat_capacity():
    # CoolProp's incompressible h has a pressure term -T p d2v/dT2 that its cp lacks; the table follows cp.
    table = Fluid.parse("MPG 30%").table(10e5)
    state = AbstractState("INCOMP", "MPG")
    state.set_mass_fractions([0.3])

    def cp(T):
        state.update(PT_INPUTS, 10e5, T)
        return state.cpmass()

    rise, _ = quad(cp, 300.0, 350.0, epsrel=1e-12)
    assert pk.enthalpy(table, 350.0) - pk.enthalpy(table, 300.0) == pytest.approx(rise, rel=1e-10)


def test_air_is_within_1e6_of_coolprop():
    table = Fluid.parse("air").table(101325.0)
    T = np.sort(RNG.uniform(table.T_min, table.T_max, 300))
    ours, theirs = evaluate(table, T), coolprop_properties(T, 101325.0, "HEOS", "Air")
    for key in ("rho", "cp", "mu", "k"):
        assert np.max(np.abs(ours[key] / theirs[key] - 1)) < 1e-6


def test_constant_table_is_exact():
    table = constant_properties(997.0, 4180.0, 8.9e-4, 0.6, T_ref=300.0)
    for T in (200.0, 300.0, 333.3, 600.0):
        assert pk.density(table, T) == pytest.approx(997.0, rel=1e-15)
        assert pk.heat_capacity(table, T) == pytest.approx(4180.0, rel=1e-15)
        assert pk.viscosity(table, T) == pytest.approx(8.9e-4, rel=1e-14)
        assert pk.conductivity(table, T) == pytest.approx(0.6, rel=1e-15)
        assert pk.enthalpy(table, T) == pytest.approx(4180.0 * (T - 300.0), abs=1e-8)
        assert pk.prandtl(table, T) == pytest.approx(4180.0 * 8.9e-4 / 0.6, rel=1e-14)
        assert pk.thermal_expansion(table, T) == 0.0
    assert pk.temperature_from_enthalpy(table, 4180.0 * 50.0) == pytest.approx(350.0, rel=1e-13)


@pytest.mark.parametrize("bad", [0.0, -1.0, float("nan"), float("inf")])
def test_constant_table_refuses_what_no_fluid_has(bad):
    with pytest.raises(InputError, match="positive and finite"):
        constant_properties(997.0, bad, 8.9e-4, 0.6)


def test_range_check_is_false_for_nan_and_outside():
    table = constant_properties(1.0, 1.0, 1.0, 1.0, T_min=280.0, T_max=380.0)
    assert pk.in_range(table, 280.0)
    assert pk.in_range(table, 380.0)
    assert not pk.in_range(table, 279.999)
    assert not pk.in_range(table, 380.001)
    assert not pk.in_range(table, float("nan"))


def test_every_table_has_the_same_compiled_type():
    tables = [constant_properties(1.0, 1.0, 1.0, 1.0), Fluid.parse("water").table(3e5)]
    for table in tables:
        assert isinstance(table, PropertyTable)
        for value in table:
            members = value if isinstance(value, tuple) else (value,)
            assert all(type(member) is float for member in members)
            assert len(members) in (1, 12)
