"""The law of a described channel: sections, fins and tables by hand and from published numbers."""

import math

import pytest

from hashheat.components.coolant_layout import (
    Channel,
    ChannelPath,
    MicroChannels,
    ParallelChannels,
    PinFins,
    Serpentine,
)
from hashheat.components.plate_law import channel_duct, channel_law
from hashheat.solvers.channel_law import DUCT, FIXED, PIN_INLINE, PIN_STAGGERED
from hashheat.thermo.errors import InputError

PLATE = (0.384, 0.216)


def test_rectangular_channel():
    channel = Channel("rectangle", 0.008, 0.004, roughness=2e-6)
    law = channel_law(Serpentine(6, channel), PLATE, nusselt_factor=1.2, friction_factor=0.9)
    assert law.kind == DUCT
    assert law.hydraulic_diameter == pytest.approx(4 * 32e-6 / 24e-3)
    assert law.flow_area == pytest.approx(32e-6)
    assert (law.nusselt_factor, law.friction_factor, law.roughness) == (1.2, 0.9, 2e-6)
    assert law.fin_height == 0.0
    assert law.entrance == 0
    # Exact: fRe and Nu of a rectangle of 1:2, uniform heat along and one temperature around.
    duct = channel_duct(Serpentine(6, channel))
    assert duct.fRe == pytest.approx(4 * 15.5480561466, rel=1e-6)
    assert duct.Nu_inf == pytest.approx(4.12330487, rel=1e-4)


@pytest.mark.parametrize(
    ("make", "radius"),
    [
        (lambda c: Serpentine(6, c), 0.5 * 0.216 / 6),
        (lambda c: Serpentine(6, c, along="y"), 0.5 * 0.384 / 6),
        (lambda c: Serpentine(6, c, bends="inside"), 0.0),
        (lambda c: ChannelPath(((0.0, 0.1), (0.1, 0.1)), c), 0.0),
        (lambda c: ParallelChannels(3, c), 0.0),
    ],
)
def test_bends(make, radius):
    tube = Channel("round", 0.008)
    assert channel_law(make(tube), PLATE).bend_ratio == pytest.approx(radius / 0.008)
    bent = Channel("round", 0.008, bend_radius=0.02)
    assert channel_law(make(bent), PLATE).bend_ratio == pytest.approx(2.5)


def test_tube():
    tube = Channel("round", 0.008, tube_wall=1e-3, tube_conductivity=390.0)
    law = channel_law(Serpentine(4, tube), PLATE, entrance=True)
    assert law.hydraulic_diameter == pytest.approx(0.008)
    assert law.flow_area == pytest.approx(math.pi / 4 * 64e-6)
    assert law.entrance == 1
    assert channel_duct(Serpentine(4, tube)).Nu_inf == pytest.approx(48 / 11, rel=1e-4)


def test_micro_channels():
    # Channels of 231 x 713 um: exact Nu with an adiabatic cover, and between two bases heated all round.
    field = MicroChannels(231e-6, 467e-6, 713e-6, 390.0)
    law = channel_law(field, PLATE)
    assert law.kind == DUCT
    assert law.flow_area == pytest.approx(231e-6 * 713e-6)
    assert law.hydraulic_diameter == pytest.approx(4 * 231e-6 * 713e-6 / (2 * (231e-6 + 713e-6)))
    assert law.fin_height == 713e-6
    assert channel_duct(field).Nu_inf == pytest.approx(5.3007944, rel=1e-4)
    assert channel_duct(field).fRe == pytest.approx(4 * 17.203756903, rel=1e-6)
    between = MicroChannels(231e-6, 467e-6, 713e-6, 390.0, cover_thickness=1e-3)
    assert channel_duct(between).Nu_inf == pytest.approx(4.84708597, rel=1e-4)
    assert channel_law(between, PLATE).fin_height == 0.0
    # Flat channels: the cover is the long side. Table of 1:4 with its long wall adiabatic.
    flat = MicroChannels(2e-3, 2.5e-3, 0.5e-3, 390.0)
    assert channel_duct(flat).Nu_inf == pytest.approx(3.4394568, rel=1e-4)


def test_fins():
    # Fin of 0.2 mm and 400 W/(m K) in a film of 20 kW/(m2 K): m = 707.1067812 1/m.
    law = channel_law(MicroChannels(0.2e-3, 0.4e-3, 2e-3, 400.0), PLATE)
    assert math.sqrt(20000.0 * law.fin_parameter) == pytest.approx(707.1067812, rel=1e-9)
    # Pin: m = sqrt(4 h / (k d)).
    law = channel_law(PinFins(1e-3, 3e-3, 2e-3, 2e-3, 400.0), PLATE)
    assert math.sqrt(20000.0 * law.fin_parameter) == pytest.approx(math.sqrt(4 * 20000 / (400 * 1e-3)))
    assert law.fin_height == 3e-3


@pytest.mark.parametrize(
    ("arrangement", "along", "across", "gap"),
    [
        ("inline", 1.5e-3, 2e-3, 1e-3),
        ("staggered", 2e-3, 2e-3, 1e-3),
        # Rows close together: the smallest section is between a pin and its two neighbours of the next row.
        ("staggered", 0.6e-3, 3e-3, 2 * (math.hypot(0.6e-3, 1.5e-3) - 1e-3)),
    ],
)
def test_pins(arrangement, along, across, gap):
    pins = PinFins(1e-3, 3e-3, along, across, 390.0, arrangement=arrangement)
    law = channel_law(pins, PLATE)
    assert law.kind == (PIN_INLINE if arrangement == "inline" else PIN_STAGGERED)
    assert law.flow_area == pytest.approx(gap * 3e-3)
    assert (law.hydraulic_diameter, law.pitch_along, law.pitch_across) == (1e-3, along, across)
    assert channel_duct(pins).Nu_inf > 0.0


def test_fixed_film():
    law = channel_law(Serpentine(4, Channel("round", 0.008)), PLATE, fixed_htc=5000.0)
    assert (law.kind, law.fixed_htc) == (FIXED, 5000.0)
    assert law.flow_area > 0.0


@pytest.mark.parametrize("name", ["nusselt_factor", "friction_factor", "fixed_htc"])
def test_numbers_that_cannot_be(name):
    with pytest.raises(InputError, match=name):
        channel_law(Serpentine(4, Channel("round", 0.008)), PLATE, **{name: 0.0})


def test_a_channel_too_flat_for_the_table():
    with pytest.raises(InputError, match="aspect"):
        channel_duct(Serpentine(4, Channel("rectangle", 0.03, 0.001)))
