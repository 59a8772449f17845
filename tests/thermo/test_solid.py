"""The library of solids: printed values, provenance, names."""

import pytest

from hashheat.thermo.errors import InputError
from hashheat.thermo.quantity import Quantity
from hashheat.thermo.solid import Solid, solid_names


@pytest.mark.parametrize(
    ("name", "k", "rho", "cp"),
    [
        # Incropera Table A.1 at 300 K
        ("copper", 401.0, 8933.0, 385.0),
        ("aluminium", 237.0, 2702.0, 903.0),
        ("silicon", 148.0, 2330.0, 712.0),
        # EN 10088-1
        ("stainless steel 304", 15.0, 7900.0, 500.0),
        ("stainless steel 316", 15.0, 8000.0, 500.0),
    ],
)
def test_printed_values(name, k, rho, cp):
    solid = Solid.named(name)
    values = (solid.conductivity.nominal, solid.density.nominal, solid.heat_capacity.nominal)
    assert values == (k, rho, cp)
    assert solid.diffusivity == pytest.approx(k / (rho * cp))
    assert solid.volumetric_heat_capacity == pytest.approx(rho * cp)


def test_copper_diffusivity_matches_the_same_table():
    # Incropera Table A.1 prints 117e-6 m^2/s for copper, 97.1e-6 for aluminium
    assert Solid.named("copper").diffusivity == pytest.approx(117e-6, rel=0.005)
    assert Solid.named("aluminium").diffusivity == pytest.approx(97.1e-6, rel=0.005)


@pytest.mark.parametrize("name", solid_names())
def test_every_number_has_a_source_or_says_it_is_assumed(name):
    solid = Solid.named(name)
    assert solid.name == name
    for quantity in (solid.conductivity, solid.density, solid.heat_capacity):
        assert isinstance(quantity, Quantity)
        assert quantity.status in ("literature", "assumed")
        assert bool(quantity.source) == (quantity.status == "literature")
        assert quantity.nominal > 0


def test_a_partly_sourced_solid_says_which_part():
    foam = Solid.named("PUR foam")
    assert foam.conductivity.status == "literature"
    assert foam.density.status == foam.heat_capacity.status == "assumed"


@pytest.mark.parametrize(
    ("alias", "name"),
    [
        ("Aluminum 6061-T6", "aluminium 6061"),
        ("AISI 316", "stainless steel 316"),
        ("316L", "stainless steel 316"),
        ("stainless_steel_304", "stainless steel 304"),
    ],
)
def test_aliases(alias, name):
    assert Solid.named(alias).name == name


def test_an_unknown_name_lists_what_there_is():
    with pytest.raises(InputError, match="Nearest: copper") as caught:
        Solid.named("coper")
    assert "silicon" in str(caught.value.accepted)
