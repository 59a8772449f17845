"""EPANET input files: the two published ones against numbers worked out by hand, and every kind of bad line."""

import contextlib
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hashheat.components.epanet_file import load_epanet
from hashheat.thermo.errors import InputError

REFERENCE = Path(__file__).resolve().parents[2].parent / "shared" / "reference" / "network"
needs_reference = pytest.mark.skipif(
    not (REFERENCE / "Net1.inp").exists(), reason="the EPANET reference files are not beside the repository"
)

#: A network with everything the reader takes.
FULL = """[TITLE]
A small net; not a comment here
[JUNCTIONS]
;id  elevation demand pattern
 a   10   5    day
 b   12   4    ;
 c   0
[RESERVOIRS]
 lake  50  high
[TANKS]
 tower 30 5 1 9 20 0 * YES
[PIPES]
 p1 lake a  1000 200 0.1 2.5 Open
 p2 a    b   500 150 0.1 CV
 p3 b    c   400 100 0.1 0 CLOSED
 p4 "a"  tower 300 150 0.1
 p5 c tower 10 100 0 1.5
[PUMPS]
 u1 a b HEAD three SPEED 0.9
 u2 a b HEAD one PATTERN high
 u3 a c HEAD one
[VALVES]
 v1 b c 100 TCV 12 0.5
 v2 b c 100 TCV 12 0.5
[CURVES]
 three 0 40
 three 10 35
 three 20 20
 one 15 30
 volume 1 2
[DEMANDS]
 b 1 day
 b 2
[STATUS]
 v2 OPEN
 u3 0.5
[PATTERNS]
 day 0.5 1 2
 day 9
 high 1.25
 1 3 4
[CONTROLS]
 LINK p1 CLOSED IF NODE tower BELOW 6
 LINK p5 CLOSED IF NODE tower ABOVE 6
 LINK p4 CLOSED AT TIME 0:00
 LINK p4 OPEN AT CLOCKTIME 6 AM
[EMITTERS]
 b 0
[TIMES]
 PATTERN START 0:00
 DURATION 24
[OPTIONS]
 UNITS LPS
 HEADLOSS D-W
 VISCOSITY 0.5
 SPECIFIC GRAVITY 0.98
 DEMAND MULTIPLIER 2
 DEMAND MODEL DDA
 TRIALS 40
[COORDINATES]
 a 1 2
[BACKDROP]
[END]
anything at all
"""


def written(folder, text):
    path = folder / "net.inp"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@pytest.fixture
def load(tmp_path):
    return lambda text: load_epanet(written(tmp_path, text))


@needs_reference
def test_net1_in_si():
    file = load_epanet(REFERENCE / "Net1.inp")
    assert file.title.startswith("EPANET Example Network 1")
    assert len(file.nodes) == 11
    assert len(file.links) == 13
    nodes = {node.name: node for node in file.nodes}
    links = {link.name: link for link in file.links}
    # 150 US gallons a minute; a tank of 970 ft.
    assert nodes["11"].demand == pytest.approx(150 * 231 * 0.0254**3 / 60, rel=1e-12)
    assert nodes["2"].head == pytest.approx(970 * 0.3048, rel=1e-12)
    assert nodes["9"].head == pytest.approx(800 * 0.3048, rel=1e-12)
    assert links["10"].length == pytest.approx(10530 * 0.3048, rel=1e-12)
    assert links["10"].diameter == pytest.approx(18 * 0.0254, rel=1e-12)
    assert links["10"].roughness == 100.0
    # One point: 4/3 of its head without flow, and that head at its flow.
    shutoff, factor, exponent = links["9"].curve
    q = 1500 * 231 * 0.0254**3 / 60
    assert shutoff == pytest.approx(250 * 0.3048 * 4 / 3, rel=1e-12)
    assert shutoff - factor * q**exponent == pytest.approx(250 * 0.3048, rel=1e-12)
    assert links["9"].curve.largest_flow == pytest.approx(2 * q, rel=1e-12)
    assert "QUALITY" in file.passed_over
    assert sum("CONTROLS" in name for name in file.passed_over) == 2


@needs_reference
def test_two_loops_in_si():
    file = load_epanet(REFERENCE / "two_loop.inp")
    demand = {node.name: node.demand * 3600 for node in file.nodes}
    expected = {"1": 0.0, "2": 100.0, "3": 100.0, "4": 120.0, "5": 270.0, "6": 330.0, "7": 200.0}
    assert demand == pytest.approx(expected, rel=1e-9)
    assert file.options.headloss == "hazen-williams"


def test_all_that_is_read(load):
    file = load(FULL)
    nodes = {node.name: node for node in file.nodes}
    links = {link.name: link for link in file.links}
    # The categories of b replace its demand; its second names no pattern and takes the default, pattern 1.
    assert nodes["a"].demand == pytest.approx(5 * 0.5 * 2 * 1e-3)
    assert nodes["b"].demand == pytest.approx((1 * 0.5 + 2 * 3) * 2 * 1e-3)
    assert nodes["c"].demand == 0.0
    assert nodes["lake"].head == pytest.approx(50 * 1.25)
    assert nodes["tower"].head == 35.0
    assert (links["p1"].loss, links["p1"].roughness, links["p1"].diameter) == (2.5, 1e-4, 0.2)
    assert links["p2"].check
    assert links["p3"].closed
    assert links["p4"].closed  # at time 0
    assert not links["p5"].closed  # its control asks for more than the tank holds
    assert links["p1"].closed  # its control asks for less than 6 m
    assert links["p5"].loss == 1.5
    assert links["u1"].speed == 0.9
    assert links["u2"].speed == 1.25
    assert links["u3"].speed == 0.5
    A, B, C = links["u1"].curve
    for q, h in ((0.0, 40.0), (0.01, 35.0), (0.02, 20.0)):
        assert A - B * q**C == pytest.approx(h, rel=1e-12)
    assert (links["v1"].setting, links["v1"].loss) == (12.0, 0.5)
    assert links["v2"].setting is None
    assert file.options.viscosity == pytest.approx(0.5 * 1.1e-5 * 0.3048**2)
    assert file.options.specific_gravity == 0.98
    assert file.passed_over == ("COORDINATES", "CONTROLS line 44", "CONTROLS line 46")
    assert file.title == "A small net; not a comment here"


@pytest.mark.parametrize(
    ("unit", "flow", "metre", "diameter"),
    [
        ("CFS", 0.3048**3, 0.3048, 0.0254),
        ("GPM", 6.30901964e-5, 0.3048, 0.0254),
        ("MGD", 4.38126364e-2, 0.3048, 0.0254),
        ("IMGD", 4546.09 / 86400, 0.3048, 0.0254),
        ("AFD", 1.42764102e-2, 0.3048, 0.0254),
        ("LPS", 1e-3, 1.0, 1e-3),
        ("LPM", 1e-3 / 60, 1.0, 1e-3),
        ("MLD", 1e3 / 86400, 1.0, 1e-3),
        ("CMH", 1 / 3600, 1.0, 1e-3),
        ("CMD", 1 / 86400, 1.0, 1e-3),
        ("SI", 1.0, 1.0, 1e-3),
    ],
)
def test_units(load, unit, flow, metre, diameter):
    file = load(f"[JUNC]\na 1 1\nb 2\n[PIPE]\np a b 3 4 5\n[OPTIONS]\nunits {unit}\nViscosity 1e-6\n")
    assert file.nodes[0].demand == pytest.approx(flow, rel=1e-8)
    assert file.links[0].length == pytest.approx(3 * metre, rel=1e-12)
    assert file.links[0].diameter == pytest.approx(4 * diameter, rel=1e-12)
    # A viscosity below 0.001 is no ratio; in ft^2/s or m^2/s.
    assert file.options.viscosity == pytest.approx(1e-6 * metre**2, rel=1e-12)


@pytest.mark.parametrize(
    ("start", "time", "acts"),
    [
        ("", "0:00", True),
        ("", "12 AM", True),
        ("", "24:00", True),
        ("", "12 PM", False),
        ("", "0:01", False),
        ("START CLOCKTIME 12 am", "0", True),
        ("START CLOCKTIME 6 am", "6:00", True),
        ("START CLOCKTIME 6 am", "0:00", False),
        ("START CLOCKTIME 6:30 PM", "18.5", True),
        ("START CLOCKTIME 18:30:00", "6:30PM", True),
    ],
)
def test_a_control_by_the_clock_acts_where_the_clock_starts(load, start, time, acts):
    file = load(
        f"[JUNC]\na 1 1\nb 2\n[PIPE]\np a b 3 4 5\n[TIMES]\n{start}\n[CONTROLS]\nLINK p CLOSED AT CLOCKTIME {time}"
    )
    assert file.links[0].closed == acts
    assert file.passed_over == (() if acts else ("CONTROLS line 9",))


BAD = [
    (" a   10   5    day", " a   ten  5    day", r"line 5 \[JUNCTIONS\]", "elevation is not a number"),
    (" a   10   5    day", " a   10   5    night", r"line 5 \[JUNCTIONS\]", "unknown pattern"),
    (" a   10   5    day", " b   10   5    day", r"line 6 \[JUNCTIONS\]", "node of this name"),
    (" a   10   5    day", " a   1e400  5", r"line 5", "outside its bounds"),
    (" a   10   5    day", " a   nan  5", r"line 5", "is not a number"),
    (" a   10   5    day", " a   1_0  5", r"line 5", "is not a number"),
    (" a   10   5    day", " a 1 2 day 5 6", r"line 5", "too many"),
    ("tower 30 5 1 9", "tower 30 9 1 9", r"\[TANKS\]", "end of its levels"),
    ("p1 lake a  1000 200", "p1 lake z  1000 200", r"line 13 \[PIPES\]", "unknown node"),
    ("p1 lake a  1000 200", "p1 a a  1000 200", r"\[PIPES\]", "two nodes"),
    ("p1 lake a  1000 200", "p2 lake a  1000 200", r"\[PIPES\]", "link of this name"),
    ("p1 lake a  1000 200", "p1 lake a  1000 0", r"\[PIPES\]", "diameter is outside"),
    ("p1 lake a  1000 200", "p1 lake a  -1 200", r"\[PIPES\]", "length is outside"),
    ("p1 lake a  1000 200 0.1", "p1 lake a  1000 200 30", r"\[PIPES\]", "a twentieth"),
    ("0.1 2.5 Open", "0.1 2.5 Ajar", r"\[PIPES\]", "unknown status"),
    ("0.1 2.5 Open", "0.1 -2.5 Open", r"\[PIPES\]", "loss coefficient is outside"),
    ("u1 a b HEAD three SPEED 0.9", "u1 a b POWER 3", r"\[PUMPS\]", "constant power"),
    ("u1 a b HEAD three SPEED 0.9", "u1 a b HEAD four", r"\[PUMPS\]", "unknown curve"),
    ("u1 a b HEAD three SPEED 0.9", "u1 a b SPEED 1", r"\[PUMPS\]", "no curve"),
    ("u1 a b HEAD three SPEED 0.9", "u1 a b HEAD three SPEED -1", r"\[PUMPS\]", "speed"),
    ("u1 a b HEAD three SPEED 0.9", "u1 a b 10 20 30", r"\[PUMPS\]", "unknown word"),
    (" three 10 35", " three 10 45", r"\[PUMPS\]", "must fall"),
    (" three 20 20", " three 10.0001 20", r"\[PUMPS\]", "no power curve"),
    (" three 0 40", " three 1 40", r"\[PUMPS\]", "other points"),
    (" three 20 20", "", r"\[PUMPS\]", "other points"),
    ("100 TCV 12 0.5\n v2", "100 PRV 12 0.5\n v2", r"\[VALVES\]", "type PRV is not supported"),
    ("100 TCV 12 0.5\n v2", "100 GPV 12 0.5\n v2", r"\[VALVES\]", "type GPV is not supported"),
    ("100 TCV 12 0.5\n v2", "100 XYZ 12 0.5\n v2", r"\[VALVES\]", "unknown type"),
    (" b 1 day", " lake 1 day", r"\[DEMANDS\]", "unknown junction"),
    (" v2 OPEN", " v9 OPEN", r"\[STATUS\]", "unknown link"),
    (" v2 OPEN", " p2 OPEN", r"\[STATUS\]", "check valve"),
    (" v2 OPEN", " p1 3", r"\[STATUS\]", "open or closed"),
    (" b 0\n", " b 0.3\n", r"\[EMITTERS\]", "emitter is not supported"),
    ("START 0:00", "START 2:00", r"\[TIMES\]", "pattern start"),
    ("UNITS LPS", "UNITS FURLONG", r"\[OPTIONS\]", "unknown flow unit"),
    ("HEADLOSS D-W", "HEADLOSS C-M", r"\[OPTIONS\]", "Chezy-Manning"),
    ("MODEL DDA", "MODEL PDA", r"\[OPTIONS\]", "depend on the pressure"),
    (" TRIALS 40", " TRIAL_S 40", r"\[OPTIONS\]", "unknown option"),
    ("IF NODE tower BELOW 6", "IF NODE a BELOW 6", r"\[CONTROLS\]", "only a tank's level"),
    ("AT CLOCKTIME 6 AM", "AT CLOCKTIME 6 UHR", r"\[CONTROLS\]", "no time of day"),
    ("AT CLOCKTIME 6 AM", "AT CLOCKTIME 13 PM", r"\[CONTROLS\]", "no time of day"),
    (" DURATION 24", " START CLOCKTIME noon", r"\[TIMES\]", "no time of day"),
    ("IF NODE tower BELOW 6", "WHEN NODE tower BELOW 6", r"\[CONTROLS\]", "no simple control"),
    ("[COORDINATES]", "[COORDINATORS]", "", ""),
    ("[COORDINATES]", "[SPRINKLERS]", r"line 60 \[SPRINKLERS\]", "unknown section"),
    ("[TITLE]", "words\n[TITLE]", "line 1", "before the first section"),
    (" TRIALS 40", " TRIALS \x00 40", "line", "NUL"),
]


@pytest.mark.parametrize(("old", "new", "where", "problem"), BAD)
def test_a_bad_line_is_named(load, old, new, where, problem):
    assert FULL.count(old) == 1
    text = FULL.replace(old, new)
    if not problem:  # EPANET knows a section by its first letters
        load(text)
        return
    with pytest.raises(InputError, match=problem) as caught:
        load(text)
    assert re.search(where, caught.value.key)
    assert caught.value.file.endswith("net.inp")
    assert caught.value.accepted


def test_files_that_are_none(tmp_path, load):
    with pytest.raises(InputError, match="not found"):
        load_epanet(tmp_path / "none.inp")
    with pytest.raises(InputError, match="cannot be read"):
        load_epanet(tmp_path)
    with pytest.raises(InputError, match="no section"):
        load("")
    with pytest.raises(InputError, match="no node"):
        load("[PIPES]\n[END]")


def test_latin_text_and_other_line_ends(load):
    file = load("[TITLE]\r\nWärme\r[JUNCTIONS]\r\na 0\r\nb 0\r\n[PIPES]\r\np a b 1 1 1\r\n".encode("latin-1"))
    assert file.title == "Wärme"
    assert len(file.links) == 1


LINES = FULL.splitlines()
WORDS = sorted(
    {word for line in LINES for word in line.split()} | {"1e-300", "-1", "1e11", "0", '"', ";", "["}
)


@st.composite
def spoiled(draw):
    """The full file with words and lines exchanged, left out, doubled or invented."""
    lines = [line.split(" ") for line in LINES]
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(lines) - 1))
        match draw(st.integers(0, 5)):
            case 0:
                del lines[at]
            case 1:
                lines.insert(at, draw(st.sampled_from(lines)))
            case 2:
                lines.insert(at, [draw(st.text(max_size=20))])
            case _:
                line = list(lines[at])
                place = draw(st.integers(0, len(line)))
                word = draw(st.one_of(st.sampled_from(WORDS), st.text(max_size=6), st.floats().map(str)))
                line[place : place + draw(st.integers(0, 1))] = [word]
                lines[at] = line
    return "\n".join(" ".join(line) for line in lines)


@given(text=spoiled())
@settings(max_examples=300, deadline=None)
def test_a_spoiled_file_is_read_or_refused(tmp_path_factory, text):
    path = tmp_path_factory.mktemp("spoiled") / "net.inp"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    with contextlib.suppress(InputError):
        file = load_epanet(path)
        names = {node.name for node in file.nodes}
        assert all(link.start in names and link.end in names for link in file.links)


@given(raw=st.binary(max_size=200))
@settings(max_examples=100, deadline=None)
def test_any_bytes_are_read_or_refused(tmp_path_factory, raw):
    path = tmp_path_factory.mktemp("bytes") / "net.inp"
    path.write_bytes(b"[JUNCTIONS]\n" + raw)
    with contextlib.suppress(InputError):
        load_epanet(path)
