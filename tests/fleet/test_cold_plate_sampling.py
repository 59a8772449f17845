"""Samples of a cold plate are single solutions, and one that cannot be takes no other with it."""

import numba
import numpy as np
import pytest

from hashheat.components.cold_plate import ColdPlate
from hashheat.fleet import cold_plate_sampling as sampling
from hashheat.solvers.serpentine import OK
from hashheat.thermo.errors import InputError

pytestmark = pytest.mark.skipif(numba.config.DISABLE_JIT, reason="minutes without the compiler")


@pytest.fixture(scope="module")
def plate(tmp_path_factory):
    text = ColdPlate.named("tube-in-plate").file.path.read_text(encoding="utf-8")
    # Small enough to be solved by interpreted kernels.
    text = text.replace("cells_along = 60", "cells_along = 12").replace(
        "cells_across = 32", "cells_across = 8"
    )
    path = tmp_path_factory.mktemp("plate") / "coarse.toml"
    path.write_text(text, encoding="utf-8")
    return ColdPlate.named(str(path))


def test_every_uncertain_number_is_drawn_within_its_spread_and_no_other(plate):
    keys = sampling.sampled_keys(plate, ("design.T_ambient",))
    assert set(keys) == {k for k, q in plate.quantities.items() if q.is_uncertain} - {"design.T_ambient"}
    drawn = sampling.draw(plate, keys, 16)
    assert list(drawn) == keys
    for key, values in drawn.items():
        q = plate.quantities[key]
        assert q.lower <= values.min() < values.max() <= q.upper


def test_a_sample_is_what_one_solution_with_its_numbers_is(plate):
    keys = sampling.sampled_keys(plate)
    drawn = sampling.draw(plate, keys, 16)
    done = []
    state = {"T_in": 340.0, "frequency": 0.9}
    found, refusal = sampling.solve_samples(plate, drawn, state, done.append)
    assert refusal == ""
    assert done[-1] == 1.0
    assert np.all(np.diff(done) > 0.0)
    assert np.all(found["status"] == OK)
    for i in (3, 11):
        own = {key.replace(".", "__"): float(values[i]) for key, values in drawn.items()}
        alone = plate.solve(**state, **own)
        for name in sampling.SAMPLED:
            assert found[name][i] == pytest.approx(float(alone[name]), rel=1e-6)
        assert found["junction_margin"][i] == pytest.approx(drawn["chips.limit"][i] - found["T_junction"][i])


def test_a_sample_that_cannot_be_takes_no_other_with_it(plate, monkeypatch):
    drawn = {"chips.tim_thickness": np.linspace(50e-6, 300e-6, 16)}
    whole, _ = sampling.solve_samples(plate, drawn, {})
    solve = ColdPlate.solve

    def refuses(self, **values):
        if np.any(np.isclose(values["chips__tim_thickness"], drawn["chips.tim_thickness"][5])):
            raise InputError("made up to fail", key="chips.tim_thickness")
        return solve(self, **values)

    monkeypatch.setattr(ColdPlate, "solve", refuses)
    found, refusal = sampling.solve_samples(plate, drawn, {})
    assert refusal == "made up to fail"
    assert found["status"].tolist() == [OK] * 5 + [sampling.CANNOT_BE] + [OK] * 10
    assert np.isnan(found["T_junction"][5])
    others = np.arange(16) != 5
    np.testing.assert_allclose(found["T_junction"][others], whole["T_junction"][others], rtol=1e-7)
    for name in ("junction_margin", "boiling_margin", "pressure_margin"):
        assert not found[name][5] >= 0.0


def test_swings_are_the_ends_of_a_spread(plate):
    keys = ["chips.tim_thickness", "coolant.nusselt_factor"]
    found = sampling.swings(plate, keys, {})
    low, high = plate.quantities["chips.tim_thickness"].quantile(np.array([0.05, 0.95]))
    for end, value in zip(found["chips.tim_thickness"], (low, high), strict=True):
        assert end == pytest.approx(float(plate.solve(chips__tim_thickness=value)["T_junction"]), abs=1e-4)
    # More interface heats the junction, more film cools it.
    assert found["chips.tim_thickness"][1] > found["chips.tim_thickness"][0]
    assert found["coolant.nusselt_factor"][1] < found["coolant.nusselt_factor"][0]


def test_margins_are_against_the_lowest_pressure(plate):
    found = {
        "T_junction": np.array([360.0, 360.0]),
        "T_wall": np.array([372.0, 372.0]),
        "pressure_drop": np.array([1e4, 2.98e5]),
    }
    limits = {"chips.limit": np.array([368.0, 350.0])}
    left = sampling.margins(plate, found, limits, {"pressure": 3e5})
    assert left["junction_margin"] == pytest.approx([8.0, -10.0])
    assert left["pressure_margin"] == pytest.approx([2.85e5, -3e3])
    # Water at 2.9 bar boils at 405.6 K, steam tables; what is left at the other outlet is no pressure to speak of.
    assert left["boiling_margin"][0] == pytest.approx(405.6 - 372.0, abs=0.2)
    assert not left["boiling_margin"][1] >= 0.0
