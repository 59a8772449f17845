"""The sizes in the README against a sizing."""

import re
from pathlib import Path

import numba
import pytest

from hashheat.components.duty_file import load_duty
from hashheat.components.exchanger_limits import SizingLimits
from hashheat.components.exchanger_plate import load_plate
from hashheat.components.exchanger_sizing import size_exchanger

README = Path(__file__).resolve().parents[1] / "README.md"


def rows():
    text = README.read_text(encoding="utf-8")
    block = text.split("<!-- sizes:begin -->")[1].split("<!-- sizes:end -->")[0]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in block.strip().splitlines()[2:]]


@pytest.mark.skipif(numba.config.DISABLE_JIT, reason="whole catalogues; the compiled run covers it")
@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0].split("`")[1])
def test_sizes_in_the_readme(row):
    duty_cell, plate, plates, passes, angle, area, approach, drops, U, binding = row
    record = load_duty(re.match(r"`([\w-]+)`", duty_cell)[1])
    duty = record.complete()
    T = [f"{x - 273.15:.0f}" for x in (duty.T_in[0], duty.T_out[0], duty.T_in[1], duty.T_out[1])]
    assert f"{duty.heat_rate / 1e6:g} MW, {T[0]}/{T[1]} – {T[2]}/{T[3]} °C" in duty_cell
    best = size_exchanger(duty, SizingLimits.of_file(record)).best
    found = best.exchanger
    assert found.plate.name == load_plate(plate).name
    assert found.plates == int(plates)
    assert "/".join(map(str, found.passes)) == passes
    second = "" if found.second_angle is None else f", {100 * found.second_share:g} % {found.second_angle:g}°"
    assert f"{found.channel_angle:g}°{second}" == angle
    assert f"{found.area:.1f} m²" == area
    assert f"{float(best.rating.approach):.2f} K" == approach
    hot, cold = best.rating.pressure_drop.values / 1e3
    assert f"{hot:.1f} / {cold:.1f} kPa" == drops
    assert f"{float(best.rating.U):.0f} W/(m² K)" == U
    assert best.binding == binding
