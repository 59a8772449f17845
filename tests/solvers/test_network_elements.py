"""Losses of network elements against the fluids library, hand formulas and their own numerical derivative."""

import math

import fluids
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hashheat.solvers.network_elements import (
    CLOSED,
    HAZEN_WILLIAMS,
    MINOR,
    N_PARAMETERS,
    PIPE_CHURCHILL,
    PIPE_COLEBROOK,
    PUMP_PARABOLA,
    PUMP_POWER,
    QUADRATIC,
    element_loss,
    network_elements,
    reduce_element,
)
from hashheat.solvers.network_forms import LARGEST, N_COEFFICIENTS, form_flow, form_loss
from hashheat.thermo.errors import InputError

RHO, MU, G = 971.8, 3.55e-4, 9.80665

ROWS = {
    QUADRATIC: [3.0, 2.0],
    PIPE_CHURCHILL: [100.0, 0.1, 1e-4, 2.0],
    PIPE_COLEBROOK: [100.0, 0.1, 1e-4, 2.0],
    HAZEN_WILLIAMS: [100.0, 0.1, 130.0, 2.0],
    MINOR: [3.0, 0.1],
    PUMP_POWER: [30.0, 4e3, 1.7, 0.8],
    PUMP_PARABOLA: [30.0, -50.0, -4e3, 0.8],
}


def loss(kind, m, row=None, rho=RHO, mu=MU):
    full = np.zeros(N_PARAMETERS)
    given_row = ROWS[kind] if row is None else row
    full[: len(given_row)] = given_row
    return element_loss(kind, full, rho, mu, m)


@pytest.mark.parametrize("kind", ROWS)
@pytest.mark.parametrize("m", [-20.0, -0.3, 0.01, 0.05, 0.0700, 0.1, 0.3, 3.0, 30.0])
def test_slope_is_the_derivative(kind, m):
    h = 1e-5 * abs(m)
    numerical = (loss(kind, m + h)[0] - loss(kind, m - h)[0]) / (2.0 * h)
    # Losses of a pump are small against its head, which limits the difference.
    assert loss(kind, m)[1] == pytest.approx(numerical, rel=1e-7, abs=1e-10 * 3e5 / h * 1e-3)


@pytest.mark.parametrize("kind", ROWS)
def test_losses_grow_with_the_flow(kind):
    flows = np.concatenate([-np.geomspace(50.0, 1e-6, 400), [0.0], np.geomspace(1e-6, 50.0, 400)])
    losses = [loss(kind, m)[0] for m in flows]
    assert np.all(np.diff(losses) >= 0.0)
    assert losses[0] < losses[400] < losses[-1]


@pytest.mark.parametrize("kind", [PIPE_CHURCHILL, PIPE_COLEBROOK])
@pytest.mark.parametrize("m", [2.0, 15.0, 60.0])
def test_turbulent_pipe_against_fluids(kind, m):
    length, D, rough, K = ROWS[kind]
    u = m / (RHO * math.pi / 4 * D**2)
    Re = fluids.Reynolds(D=D, V=u, rho=RHO, mu=MU)
    f = fluids.friction.Churchill_1977(Re, rough / D) if kind == PIPE_CHURCHILL else None
    if f is None:
        f = fluids.friction.Colebrook(Re, rough / D)
    assert Re > 4000.0
    assert loss(kind, m)[0] == pytest.approx((f * length / D + K) * RHO * u * u / 2.0, rel=1e-9)
    assert loss(kind, -m)[0] == -loss(kind, m)[0]


@pytest.mark.parametrize("kind", [PIPE_CHURCHILL, PIPE_COLEBROOK])
def test_creeping_pipe_is_hagen_poiseuille(kind):
    row = [12.0, 0.02, 1e-5, 0.0]
    for m in (1e-12, 1e-5, 2e-4):
        exact = 128.0 * MU * row[0] * m / (math.pi * RHO * row[1] ** 4)
        # Re up to 36.
        assert loss(kind, m, row) == pytest.approx((exact, exact / m), rel=1e-12)
    assert loss(kind, 0.0, row)[0] == 0.0


@pytest.mark.parametrize("kind", [PIPE_CHURCHILL, PIPE_COLEBROOK])
@pytest.mark.parametrize("Re", [100.0, 2300.0, 4000.0])
def test_pipe_is_continuous_in_reynolds_number(kind, Re):
    m = Re * math.pi * 0.1 * MU / 4.0
    below, above = loss(kind, m * (1 - 1e-9))[0], loss(kind, m * (1 + 1e-9))[0]
    assert above == pytest.approx(below, rel=1e-8)


def test_pipe_of_the_modelica_reference():
    # 2 km of 75 mm pipe, k = 0.1 mm, water at 20 degC: 5 bar become 4.636695205 bar in OpenModelica, with
    # a friction factor of its own.
    drop = loss(PIPE_COLEBROOK, 1.3821, [2000.0, 0.075, 1e-4, 0.0], 998.2061, 1.0016e-3)[0]
    assert drop == pytest.approx(5e5 - 4.636695205e5, rel=1e-3)


def test_hazen_williams_in_feet():
    # h = 4.727 L C^-1.852 d^-4.871 q^1.852 with feet and cubic feet a second.
    foot = 0.3048
    head = 4.727 * 5280.0 / 100.0**1.852 / 0.5**4.871 * 0.3**1.852
    row = [5280.0 * foot, 0.5 * foot, 100.0, 0.0]
    assert loss(HAZEN_WILLIAMS, 0.3 * foot**3 * RHO, row)[0] == pytest.approx(
        RHO * G * head * foot, rel=1e-12
    )


def test_minor_loss():
    u = 4.0 / (RHO * math.pi / 4 * 0.1**2)
    assert loss(MINOR, 4.0)[0] == pytest.approx(3.0 * RHO * u * u / 2.0, rel=1e-13)


@pytest.mark.parametrize("kind", [PUMP_POWER, PUMP_PARABOLA])
def test_affinity(kind):
    """At the same flow over speed, heads go with the speed squared."""
    full, slow = list(ROWS[kind]), list(ROWS[kind])
    full[3], slow[3] = 1.0, 0.6
    assert loss(kind, 0.6 * 20.0, slow)[0] == pytest.approx(0.36 * loss(kind, 20.0, full)[0], rel=1e-13)


def test_pump_head_by_hand():
    V = 12.0 / RHO
    assert loss(PUMP_POWER, 12.0)[0] == pytest.approx(
        -RHO * G * (0.64 * 30.0 - 4e3 * 0.8**0.3 * V**1.7), rel=1e-13
    )
    assert loss(PUMP_PARABOLA, 12.0)[0] == pytest.approx(
        -RHO * G * (0.64 * 30.0 - 50.0 * 0.8 * V - 4e3 * V * V), rel=1e-13
    )
    # A power of two is a parabola.
    assert loss(PUMP_POWER, 5.0, [30.0, 4e3, 2.0, 0.8])[0] == pytest.approx(
        loss(PUMP_PARABOLA, 5.0, [30.0, 0.0, -4e3, 0.8])[0], rel=1e-14
    )


@pytest.mark.parametrize("kind", [PUMP_POWER, PUMP_PARABOLA])
def test_largest_flow_of_a_pump_is_where_its_head_ends(kind):
    c = np.empty(N_COEFFICIENTS)
    row = np.zeros(N_PARAMETERS)
    row[:4] = ROWS[kind]
    reduce_element(kind, row, RHO, MU, 0.0, c)
    assert loss(kind, c[LARGEST])[0] == pytest.approx(0.0, abs=1e-9 * RHO * G * 30.0)
    row[4] = 0.02
    reduce_element(kind, row, RHO, MU, 0.0, c)
    assert c[LARGEST] == pytest.approx(RHO * 0.8 * 0.02)


@given(st.sampled_from([QUADRATIC, MINOR]), st.floats(1e-3, 1e6))
def test_flow_of_a_polynomial_gives_its_loss_back(kind, pressure):
    c = np.empty(N_COEFFICIENTS)
    row = np.zeros(N_PARAMETERS)
    row[:2] = ROWS[kind]
    form = reduce_element(kind, row, RHO, MU, 0.0, c)
    assert form_loss(form, c, form_flow(form, c, pressure), 0.0)[0] == pytest.approx(pressure, rel=1e-12)


@given(st.sampled_from([PIPE_CHURCHILL, PIPE_COLEBROOK, HAZEN_WILLIAMS]), st.floats(1e-6, 1e6))
def test_first_guess_of_a_flow_is_near(kind, pressure):
    c = np.empty(N_COEFFICIENTS)
    row = np.zeros(N_PARAMETERS)
    row[:4] = ROWS[kind]
    form = reduce_element(kind, row, RHO, MU, 0.0, c)
    assert 0.3 < form_loss(form, c, form_flow(form, c, pressure), 0.0)[0] / pressure < 3.0


def test_elements_are_brought_to_one_shape():
    elements = network_elements(
        [QUADRATIC, MINOR], [[1.0, 2.0], [3.0, 0.1]], 970.0, [[4e-4, 5e-4], [3e-4, 4e-4]], state=CLOSED
    )
    assert elements.parameters.shape == (1, 2, N_PARAMETERS)
    assert elements.density.shape == (1, 2)
    assert elements.viscosity.tolist() == [[4e-4, 5e-4], [3e-4, 4e-4]]
    assert elements.static_pressure.tolist() == [[0.0, 0.0]]
    assert elements.state.tolist() == [[CLOSED, CLOSED]]


@pytest.mark.parametrize(
    ("kind", "row", "more", "said"),
    [
        (9, [1.0, 1.0], {}, "unknown kind of element number 1"),
        (QUADRATIC, [0.0, 0.0], {}, "loss of an element"),
        (QUADRATIC, [-1.0, 1.0], {}, "the a of an element"),
        (QUADRATIC, [1.0, math.nan], {}, "the b of an element"),
        (PIPE_COLEBROOK, [10.0, 0.0, 0.0, 0.0], {}, "the diameter of an element"),
        (PIPE_CHURCHILL, [10.0, 0.1, -1e-4, 0.0], {}, "the roughness of an element"),
        (HAZEN_WILLIAMS, [10.0, 0.1, 0.0, 0.0], {}, "the C of an element"),
        (MINOR, [0.0, 0.1], {}, "the K of an element"),
        (MINOR, [1.0, 0.0], {}, "the diameter of an element"),
        (PUMP_POWER, [30.0, 1e3, 2.0, 0.0], {}, "the speed of an element"),
        (PUMP_PARABOLA, [30.0, 10.0, -1e3, 1.0], {}, "the h1 of an element"),
        (PUMP_PARABOLA, [30.0, 0.0, 0.0, 1.0], {}, "fall of a pump's curve"),
        (QUADRATIC, [1.0, 1.0], {"density": 0.0}, "the density of an element"),
        (QUADRATIC, [1.0, 1.0], {"viscosity": math.inf}, "the viscosity of an element"),
        (QUADRATIC, [1.0, 1.0], {"static_pressure": math.nan}, "the static pressure of an element"),
        (QUADRATIC, [1.0, 1.0], {"state": 3}, "the state of an element"),
    ],
)
def test_what_cannot_be_used_is_named(kind, row, more, said):
    parameters = np.zeros((2, N_PARAMETERS))
    parameters[0, :2] = 1.0
    parameters[1, : len(row)] = row
    fluid = {"density": RHO, "viscosity": MU} | more
    both = {name: [RHO if name == "density" else 1.0, value] for name, value in fluid.items()}
    both["state"] = [0, more.get("state", 0)]
    with pytest.raises(InputError, match=said) as caught:
        network_elements([QUADRATIC, kind], parameters, **both)
    assert "number 1" in str(caught.value)


@pytest.mark.parametrize("parameters", [np.ones((3, 2)), np.ones((2, 6)), np.ones(2)])
def test_parameters_of_the_wrong_shape(parameters):
    with pytest.raises(InputError, match="wrong shape"):
        network_elements([QUADRATIC, QUADRATIC], parameters, RHO, MU)


def test_fluid_of_the_wrong_shape():
    with pytest.raises(InputError, match="density of an element has the wrong shape"):
        network_elements([QUADRATIC, QUADRATIC], np.ones((2, 2)), [RHO, RHO, RHO], MU)
