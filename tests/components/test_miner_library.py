"""The shipped device files against the public facts they cite, and against themselves."""

import math
import re
from pathlib import Path

import numpy as np
import pytest

from hashheat.components.miner_file import LIBRARY, MinerFile, load_miner_file, shipped_miners
from hashheat.components.record import read_toml

NAMES = shipped_miners()
CAPTURE = (
    Path(__file__).resolve().parents[2].parent
    / "shared"
    / "reference"
    / "telemetry"
    / "avalon_A15-194_MMID0.txt"
)

DOCS = Path(__file__).resolve().parents[2] / "docs" / "files.md"

#: The one number that is 0, as of a new unit, where a file leaves it out.
CLEAN = "plate.fouling"

# Wall power [W], hash rate [TH/s], boards, chips of one board. Typed from the sources, not from the files.
FACTS = {
    # shop.canaan.io product pages, second-hand; boards and chips: asic-rs hardware.rs @fdcd1018 (PR 307)
    "canaan-a1566ha-500t": (8064.0, 500.0, 4, 160),
    "canaan-a1566ha-460t": (8200.0, 460.0, 4, 160),
    # public catalogues
    "canaan-a1566ha-480t": (8064.0, 480.0, 4, 160),
    # public specification tables; boards and chips: pyasic @e2b9d357, asic-rs
    "antminer-s19-pro-hyd": (5060.0, 184.0, 4, 180),
    "antminer-s21-hyd": (5360.0, 335.0, 3, 216),
    "antminer-s21-plus-hyd": (4785.0, 319.0, 3, 95),
    # pyasic @e2b9d357 for the VK30; its power is not published
    "whatsminer-m63s": (None, 390.0, 4, 370),
}


@pytest.fixture(params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def miner(name: str) -> MinerFile:
    return load_miner_file(name)


def test_the_library_holds_the_known_miners() -> None:
    assert set(NAMES) == set(FACTS)


def test_published_facts(name: str, miner: MinerFile) -> None:
    wall, hashes, boards, chips = FACTS[name]
    if wall is None:
        assert miner.power.wall.status == "assumed"
    else:
        assert miner.power.wall.nominal == wall
    assert miner.power.terahash_per_second.nominal == hashes
    assert (miner.boards.count, miner.chips.count) == (boards, chips)


@pytest.mark.parametrize(
    ("name", "joule_per_terahash"),
    # As printed beside power and hash rate; the 500T's printed 16.8 contradicts its own 8064 W / 500 TH/s.
    [
        ("canaan-a1566ha-480t", 16.8),
        ("canaan-a1566ha-460t", 17.8),
        ("antminer-s21-plus-hyd", 15.0),
        ("antminer-s21-hyd", 16.0),
    ],
)
def test_printed_efficiency(name: str, joule_per_terahash: float) -> None:
    power = load_miner_file(name).power
    assert round(power.wall.nominal / power.terahash_per_second.nominal, 1) == joule_per_terahash


def test_contradiction_on_the_500t_page_is_told() -> None:
    power = load_miner_file("canaan-a1566ha-500t").power
    assert power.wall.nominal / power.terahash_per_second.nominal == pytest.approx(16.128)
    assert "prints 16.8 J/TH, which does not match" in power.terahash_per_second.note


def test_every_quantity_says_where_it_comes_from(name: str, miner: MinerFile) -> None:
    # Status 'chosen' is what text without a table becomes: only that a device is new is ours to choose.
    for key, quantity in miner.quantities().items():
        known = ("chosen",) if key == CLEAN else ("measured", "datasheet", "literature", "assumed")
        assert quantity.status in known, key
        assert len(quantity.source.strip()) > 5, key


def test_memory_and_hearsay_are_no_datasheet(miner: MinerFile) -> None:
    for key, quantity in miner.quantities().items():
        text = f"{quantity.source} {quantity.note}".lower()
        if "memory" in text:
            assert quantity.status == "assumed", key
        if "second-hand" in text or "catalogue" in quantity.source:
            assert quantity.status in ("literature", "assumed"), key


def test_assumptions_are_uncertain(miner: MinerFile) -> None:
    for key, quantity in miner.quantities().items():
        if quantity.status == "assumed":
            assert quantity.is_uncertain, key


def test_sources_name_no_file_of_this_machine(name: str) -> None:
    text = (LIBRARY / f"{name}.toml").read_text(encoding="utf-8")
    assert not re.search(r"(?<!\w)/(work|tmp|home|opt|root)/|shared/|\.csv", text)


def test_files_give_every_quantity_as_a_table(name: str, miner: MinerFile) -> None:
    raw = read_toml(LIBRARY / f"{name}.toml")
    for key in miner.quantities():
        section, entry = key.split(".")
        if key == CLEAN:
            assert entry not in raw[section]
            continue
        assert set(raw[section][entry]) >= {"value", "status", "source"}, key


def _assert_consistent(miner: MinerFile, draw: dict[str, float]) -> None:
    chips, plate = miner.chips, miner.plate
    assert draw["plate.channel_width"] < draw["plate.width"] / plate.passes
    assert draw["plate.channel_height"] < draw["plate.thickness"]
    assert chips.columns * draw["chips.length"] < draw["plate.length"]
    assert chips.rows * draw["chips.width"] < draw["plate.width"]
    for key, value in draw.items():
        if key == CLEAN:
            assert value == 0.0
        elif key != "chips.limit":  # in kelvin, never zero
            assert value > 0.0, key


def test_geometry_holds_over_random_draws(miner: MinerFile) -> None:
    quantities = miner.quantities()
    u = np.random.default_rng(1566).uniform(size=(len(quantities), 64))
    draws = {key: q.quantile(row) for (key, q), row in zip(quantities.items(), u)}
    for i in range(64):
        _assert_consistent(miner, {key: float(values[i]) for key, values in draws.items()})


def test_geometry_holds_at_the_worst_corner(miner: MinerFile) -> None:
    small = ("plate.length", "plate.width", "plate.thickness")
    draw = {k: float(q.quantile(1e-9 if k in small else 1 - 1e-9)) for k, q in miner.quantities().items()}
    _assert_consistent(miner, draw)


def test_chip_grid_is_not_an_outlier(miner: MinerFile) -> None:
    # Chips on a plate are roughly evenly spread: no pitch is more than twice the other.
    along = miner.plate.length.nominal / miner.chips.columns
    across = miner.plate.width.nominal / miner.chips.rows
    assert 0.5 <= along / across <= 2.0


def test_water_rise_at_nominal_flow(miner: MinerFile) -> None:
    # Energy balance with water at 75 degC (974.8 kg/m3, 4193 J/(kg K)). Real hydro units: 5 to 15 K
    # (LuxOS example 5.7 K; S19 Pro+ Hyd 15 K; S19 Pro Hyd 8 to 15 K).
    rise = miner.power.wall.nominal / (974.8 * 4193.0 * miner.coolant.flow.nominal)
    assert 5.0 < rise < 15.0


def test_junction_resistance_exceeds_its_thinnest_interface(miner: MinerFile) -> None:
    footprint = miner.chips.length.nominal * miner.chips.width.nominal
    thinnest = 50e-6 / (8.0 * footprint)
    thickest = 300e-6 / (5.0 * footprint)
    R = miner.chips.junction_to_plate
    assert thinnest < R.lower < R.nominal < R.upper < 1.7 * thickest


def test_leakage_range_covers_aquasar(miner: MinerFile) -> None:
    # +7 % for 30 K, at the middle and between the gentlest and the steepest corner.
    share, scale = miner.power.leakage_share, miner.power.leakage_scale

    def rise(s: float, T_s: float) -> float:
        return s * (math.exp(30.0 / T_s) - 1.0)

    assert rise(share.lower, scale.upper) < 0.07 < rise(share.upper, scale.lower)


def test_docs_list_every_key(miner: MinerFile) -> None:
    text = DOCS.read_text(encoding="utf-8")
    sections = {key.split(".")[0] for key in miner.quantities()}
    for section in sections:
        table = text.split(f"### `[{section}]`")[1].split("\n###")[0]
        for field in type(getattr(miner, section)).model_fields:
            assert f"| `{field}` |" in table, f"{section}.{field}"


@pytest.mark.skipif(not CAPTURE.exists(), reason="shared/reference/telemetry is not beside the repository")
def test_chip_spread_follows_from_the_capture() -> None:
    text = CAPTURE.read_text(encoding="utf-8")
    variances = []
    for board in range(3):
        found = re.search(rf"PVT_T{board}\[([^\]]*)\]", text)
        assert found is not None
        T = np.array(found[1].split(), dtype=float)
        assert T.size == 160
        # The residual against the mean of two neighbours has 1.5 times the variance of one chip.
        variances.append(np.var(T[1:-1] - 0.5 * (T[:-2] + T[2:]), ddof=1) / 1.5)
    rounding = 1.0 / 12.0
    per_watt = math.sqrt(np.mean(variances) - rounding) / 7.35
    chips = load_miner_file("canaan-a1566ha-500t").chips
    assert chips.chip_spread.upper == pytest.approx(per_watt / chips.junction_to_plate.nominal, abs=0.005)
