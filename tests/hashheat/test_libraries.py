"""A file of another kind than a command takes is named as what it is."""

import shutil

import pytest

from hashheat.components.duty_file import LIBRARY as DUTIES
from hashheat.components.exchanger_file import LIBRARY as EXCHANGERS
from hashheat.libraries import check_kind
from hashheat.rate_command import run_rate
from hashheat.size_command import run_size
from hashheat.thermo.errors import InputError


def test_an_exchanger_is_not_sized_and_a_duty_not_rated(tmp_path):
    shutil.copy(EXCHANGERS / "kakac.toml", tmp_path / "unit.toml")
    shutil.copy(DUTIES / "nordic-2mw-5k.toml", tmp_path / "duty.toml")
    for name in ("kakac", str(tmp_path / "unit.toml")):
        with pytest.raises(InputError, match="this is an exchanger file: hashheat rate exchanger takes it"):
            run_size(name, tmp_path / "out")
    for name in ("nordic-2mw-5k", str(tmp_path / "duty.toml")):
        with pytest.raises(InputError, match="this is a duty file: hashheat size exchanger takes it"):
            run_rate(name, tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("text", ["name = 'x'", "= 3"])
def test_what_shows_no_kind_is_left_to_its_reader(tmp_path, text):
    path = tmp_path / "own.toml"
    path.write_text(text, encoding="utf-8")
    check_kind(str(path), "duties")
    check_kind("nowhere", "duties")
