"""The shipped plate files against the facts they cite, the rules they state, and themselves."""

import csv
import math
import re
from pathlib import Path

import pytest

from hashheat.components.chevron_correlations import chevron_law
from hashheat.components.exchanger_plate import LIBRARY, PlateFile, load_plate, shipped_plates
from hashheat.components.record import read_toml
from hashheat.solvers.chevron import chevron_friction, chevron_nusselt

NAMES = shipped_plates()
GASKETED = ["003", "006", "010", "016", "025", "040", "060", "085", "120", "160", "200", "250"]
BRAZED = ["003", "006", "010", "014", "030"]
GENERIC = [f"g-{code}" for code in GASKETED] + [f"b-{code}" for code in BRAZED]
VENDOR = [
    "alfa-laval-ac30eq",
    "alfa-laval-cbxp27",
    "sondex-a216b",
    "swep-b20h",
    "swep-b35t",
    "swep-p200th",
]
EXAMPLES = ["kakac-example", "sinnott-example"]

DOCS = Path(__file__).resolve().parents[2] / "docs" / "files.md"
GEOMETRY = Path(__file__).resolve().parents[2].parent / "shared" / "reference" / "phe" / "vendor_geometry.csv"
needs_geometry = pytest.mark.skipif(
    not GEOMETRY.exists(), reason="shared/reference/phe is not beside the repository"
)


@pytest.fixture(params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def plate(name: str) -> PlateFile:
    return load_plate(name)


def vendor_row(model: str) -> dict[str, str]:
    with GEOMETRY.open(encoding="utf-8", newline="") as lines:
        return next(row for row in csv.DictReader(lines) if row["model"].startswith(model))


def test_the_library_holds_the_known_plates() -> None:
    assert set(NAMES) == {*GENERIC, *VENDOR, *EXAMPLES}


def test_every_quantity_says_where_it_comes_from(plate: PlateFile) -> None:
    # Status 'chosen' is what text without a table becomes: nothing in a plate is ours to choose.
    quantities = plate.quantities()
    assert len(quantities) == 16
    for key, quantity in quantities.items():
        assert quantity.status in ("datasheet", "literature", "assumed"), key
        assert len(quantity.source.strip()) > 5, key


def test_assumptions_are_uncertain_or_say_why_not(plate: PlateFile) -> None:
    for key, quantity in plate.quantities().items():
        if quantity.status == "assumed":
            assert quantity.is_uncertain or quantity.note.startswith("no spread: "), key


def test_memory_and_hearsay_are_no_datasheet(plate: PlateFile) -> None:
    for key, quantity in plate.quantities().items():
        text = f"{quantity.source} {quantity.note}".lower()
        if "memory" in text:
            assert quantity.status == "assumed", key
        if "second-hand" in text:
            assert quantity.status in ("literature", "assumed"), key


def test_files_give_every_quantity_as_a_table(name: str, plate: PlateFile) -> None:
    raw = read_toml(LIBRARY / f"{name}.toml")
    for key in plate.quantities():
        section, entry = key.split(".")
        assert set(raw[section][entry]) >= {"value", "status", "source"}, key


def test_sources_name_no_file_of_this_machine(name: str) -> None:
    text = (LIBRARY / f"{name}.toml").read_text(encoding="utf-8")
    assert not re.search(r"(?<!\w)/(work|tmp|home|opt|root)/|shared/|\.csv", text)
    assert max(map(len, text.split("\n"))) <= 110


def test_plain_numbers_have_a_comment(name: str) -> None:
    # Angles and plate counts have no table of their own; the line above their table says where they come from.
    lines = (LIBRARY / f"{name}.toml").read_text(encoding="utf-8").split("\n")
    for table in ("[plate]", "[limits]"):
        assert re.match(r"# \S+", lines[lines.index(table) - 1]), table


def test_a_product_that_is_none_says_so(name: str, plate: PlateFile) -> None:
    assert ("not a product" in plate.name) == (name in GENERIC + EXAMPLES)
    assert plate.maker.startswith("none: ") == (name in GENERIC + EXAMPLES)


def test_geometry_holds_at_the_worst_corner(plate: PlateFile) -> None:
    p = plate.plate

    def end(key: str, u: float) -> float:
        return float(getattr(p, key).quantile(u))

    low, high = 1e-9, 1.0 - 1e-9
    assert end("thickness", high) < end("gap", low)
    assert 2.0 * end("port_diameter", high) < end("width", low)
    assert end("port_diameter", high) < end("port_distance", low)


def test_gasketed_generic_plates_follow_their_rules() -> None:
    frames = []
    for code in GASKETED:
        file = load_plate(f"g-{code}")
        numbers, area = file.nominal(), int(code) / 100.0
        assert file.kind == "gasketed"
        assert f"{area:.2f} m2" in file.name
        assert numbers.area == pytest.approx(area)
        assert numbers.width == pytest.approx(math.sqrt(area / 2.6), abs=2.6e-3)
        assert numbers.flow_length == numbers.port_distance
        assert numbers.flow_length == pytest.approx(2.5 * numbers.width, abs=2.6e-3)
        assert numbers.port_diameter == pytest.approx(numbers.width / 3.0, abs=0.6e-3)
        between = numbers.flow_length - numbers.port_diameter
        assert numbers.area == pytest.approx(numbers.enlargement * numbers.width * between, rel=0.06)
        assert 2e-3 <= file.plate.gap.lower < file.plate.gap.upper <= 4e-3
        assert 0.4e-3 <= file.plate.thickness.lower < file.plate.thickness.upper <= 0.6e-3
        frames.append(file.limits.max_plates)
    assert frames == sorted(frames)
    assert (frames[0], frames[-1]) == (150, 700)


def test_brazed_generic_plates_follow_their_rules() -> None:
    frames = []
    for code in BRAZED:
        file = load_plate(f"b-{code}")
        numbers, area = file.nominal(), int(code) / 100.0
        assert file.kind == "brazed"
        assert f"{area:.2f} m2" in file.name
        assert numbers.area == pytest.approx(area)
        slenderness = {"003": 2.8, "006": 2.5}.get(code, 2.0)
        assert numbers.width == pytest.approx(math.sqrt(area / (1.2 * slenderness)), abs=2.6e-3)
        assert numbers.flow_length == pytest.approx(slenderness * numbers.width, abs=2.6e-3)
        assert numbers.port_diameter == pytest.approx(0.27 * numbers.width, abs=0.6e-3)
        assert (file.plate.gap.lower, file.plate.gap.upper) == pytest.approx((1.8e-3, 2.2e-3))
        assert file.nominal().enlargement == pytest.approx(1.2)
        frames.append(file.limits.max_plates)
    assert frames == [100, 150, 200, 250, 300]


def test_the_rules_give_the_plate_of_the_kakac_example() -> None:
    # What the notes of the gasketed plates claim.
    example = load_plate("kakac-example").nominal()
    width = math.sqrt(example.area / 2.6)
    assert width == pytest.approx(example.width, rel=0.07)
    assert 2.5 * width == pytest.approx(example.port_distance, rel=0.07)
    assert width / 3.0 == pytest.approx(example.port_diameter, rel=0.07)


@pytest.mark.parametrize("name", ["swep-b20h", "swep-b35t", "swep-p200th"])
def test_area_of_a_swep_plate_is_the_product_of_its_sides(name: str) -> None:
    # What the notes of the brazed plates claim.
    n = load_plate(name).nominal()
    assert n.area == pytest.approx(n.enlargement * n.width * n.port_distance, rel=0.1)


def _ratios_to_martin(name: str) -> tuple[list[float], list[float]]:
    nu, f = [], []
    for phi in (1.17, 1.25):
        for beta in (30.0, 45.0, 60.0):
            law, martin = chevron_law(name, beta, phi), chevron_law("martin", beta, phi)
            for Re in (1000.0, 3000.0, 8000.0):
                nu.append(chevron_nusselt(law, Re, 3.0, 1.0) / chevron_nusselt(martin, Re, 3.0, 1.0))
                f.append(chevron_friction(law, Re) / chevron_friction(martin, Re))
    return nu, f


def test_scatter_of_the_correlations_is_as_the_factors_say() -> None:
    law = load_plate("g-060").correlation
    for title in ("Wanniarachchi", "Okada", "Thonon", "Kumar", "Heavner", "Muley and Manglik"):
        nu, f = _ratios_to_martin(title.lower())
        assert f"{title} {min(nu):.2f} to {max(nu):.2f}" in law.Nu_factor.source
        if title in ("Kumar", "Muley and Manglik"):
            assert f"{title} {min(f):.2f} to {max(f):.2f}" in law.f_factor.source
    left_aside = [
        ratio for name in ("khan", "chisholm wanniarachchi") for ratio in _ratios_to_martin(name)[0]
    ]
    assert (round(min(left_aside), 1), round(max(left_aside), 1)) == (1.5, 3.3)


@needs_geometry
@pytest.mark.parametrize(
    ("name", "model"),
    [("swep-b20h", "SWEP B20H"), ("swep-b35t", "SWEP B35T"), ("swep-p200th", "SWEP P200TH")],
)
def test_swep_units_in_the_vendor_table(name: str, model: str) -> None:
    row, plate = vendor_row(model), load_plate(name)
    count, numbers = int(row["plates"]), plate.nominal()
    # Area of a unit: all plates but the two at the ends; printed to three digits.
    assert (count - 2) * numbers.area == pytest.approx(float(row["area_total_m2"]), rel=2e-3)
    assert int(row["channels_1"]) + int(row["channels_2"]) == count - 1
    assert plate.limits.min_plates <= count <= plate.limits.max_plates
    assert numbers.port_distance == numbers.flow_length == float(row["port_centre_distance_m"])
    # The gap holds the volume: on the outer size it is smallest; on what lies between the ports, largest.
    volume = 1e-3 * float(row["volume_side1_L"]) / int(row["channels_1"])
    outer = float(row["length_m"]) * float(row["width_m"])
    assert volume / outer * 0.8 < numbers.gap < volume / (numbers.width * numbers.port_distance)
    # The stack fits into its height at the largest gap and thickness.
    stack = count * plate.plate.thickness.upper + (count - 1) * plate.plate.gap.upper
    assert stack < float(row["stack_height_m"])
    assert plate.plate.width.upper < float(row["width_m"])


@needs_geometry
@pytest.mark.parametrize(
    ("name", "model", "gap", "port"),
    [
        ("alfa-laval-ac30eq", "Alfa Laval AC30EQ", 1.096e-3, 12.5e-3),
        ("alfa-laval-cbxp27", "Alfa Laval CBXP27", 1.45e-3, 31.5e-3),
    ],
)
def test_alfa_laval_plates_in_the_vendor_table(name: str, model: str, gap: float, port: float) -> None:
    row, numbers = vendor_row(model), load_plate(name).nominal()
    assert numbers.area == pytest.approx(float(row["area_per_plate_m2"].split()[0]))
    assert (numbers.flow_length, numbers.width) == (float(row["length_m"]), float(row["width_m"]))
    assert (numbers.gap, numbers.port_diameter) == pytest.approx((gap, port), rel=1e-12)
    assert f"b {gap * 1e3:g} mm; phi {numbers.enlargement:g}; chevron 60" in row["fouling_or_note"]
    assert f"port {port * 1e3:g} mm" in row["fouling_or_note"]
    assert load_plate(name).channel_angles() == (60.0,)


@needs_geometry
def test_sondex_plate_in_the_vendor_table() -> None:
    row, file = vendor_row("Sondex"), load_plate("sondex-a216b")
    assert row["plates"] == f"max {file.limits.max_plates}"
    assert file.plate.width.upper < float(row["width_m"])
    assert file.plate.flow_length.upper < float(row["length_m"])
    # 0.08 US gal over the whole plate is the least gap that holds the volume.
    volume = 0.08 * 3.785411784e-3
    assert file.plate.gap.nominal > volume / (float(row["width_m"]) * float(row["length_m"]))


def test_docs_list_every_key(plate: PlateFile) -> None:
    text = DOCS.read_text(encoding="utf-8").split("\n## Plate file")[1].split("\n## ")[0]
    for section in ("plate", "limits", "correlation"):
        table = text.split(f"### `[{section}]`")[1].split("\n###")[0]
        for field in type(getattr(plate, section)).model_fields:
            assert f"| `{field}` |" in table, f"{section}.{field}"
    for key in ("name", "maker", "kind", "note", "fixed", "per_area"):
        assert f"| `{key}` |" in text, key
