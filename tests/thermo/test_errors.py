"""Errors keep their class and their attributes when a file or a hint is added to their message."""

import pytest

from hashheat.thermo.errors import FreezingError, InputError, StateError, TableAccuracyError


@pytest.mark.parametrize(
    "error",
    [StateError("cold"), FreezingError("ice"), TableAccuracyError("wide", 1e-3, 280.0, 400.0)],
)
def test_a_state_error_takes_a_file(error):
    found = error.within("unit.toml")
    assert type(found) is type(error)
    assert str(found) == f"{error}\n  file:     unit.toml"
    assert found.__dict__ == error.__dict__
    assert found.within("unit.toml") is found
    assert error.within(None) is error


def test_text_added_keeps_what_an_input_error_knows():
    found = InputError("wrong", key="a.b", found=3).extended(" More.")
    assert isinstance(found, InputError)
    assert (found.key, found.found, str(found)[-6:]) == ("a.b", 3, " More.")
