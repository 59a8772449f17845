import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import numba
import pytest

from hashheat.components.miner_file import LIBRARY as MINERS

# A plant of its own: the shipped ones may change, and this one is small.
PLANT = """\
name = "Twelve units"
note = "of the tests"

[units]
miner = "canaan-a1566ha-500t"
count = 12
rows = 2
frequency = 1.0
voltage = 1.0

[loop]
fluid = "water"
inlet = { value = "70 degC", status = "assumed", source = "made up for a test" }
pressure = "3 bar"
flow = "10 L/min"

[header]
arrangement = "Z"
diameter = "50 mm"
spacing = "0.2 m"
roughness = "0.05 mm"
tee_loss = "0.1 .. 0.4"

[pump]
efficiency = "0.5 .. 0.7"
external_pressure_drop = "40 .. 100 kPa"

[surroundings]
temperature = "10 .. 30 degC"

[limits]
outlet = "80 degC"
boiling_margin = "10 K"
pressure_drop = "2 bar"
probability = 0.9
"""


@pytest.fixture
def plant_file(edited):
    """Write the plant with some lines replaced: plant_file(("70 degC", "105 degC"), ...)."""
    return lambda *changes, name="twelve.toml": edited(PLANT, *changes, name=name)


@pytest.fixture
def command(tmp_path):
    """Run the command line in a process of its own, in the test's folder."""
    if numba.config.DISABLE_JIT:
        pytest.skip("a process of its own tells nothing of what was covered")

    def run(*arguments):
        return subprocess.run(
            [sys.executable, "-m", "hashheat.cli", *map(str, arguments)],
            cwd=tmp_path,
            env={**os.environ, "COLUMNS": "100"},
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )

    return run


@pytest.fixture(scope="session")
def checked(tmp_path_factory):
    """One check of the plant with its files, shared by all tests that only look at it."""
    from hashheat.check_command import run_check

    folder: Path = tmp_path_factory.mktemp("checked")
    path = folder / "twelve.toml"
    path.write_text(PLANT, encoding="utf-8")
    sizes = {"samples": 64, "sensitivity_samples": 64, "envelope_points": 9}
    if numba.config.DISABLE_JIT:
        # Interpreted kernels: the same path through the code on a few cells.
        device = (MINERS / "canaan-a1566ha-500t.toml").read_text(encoding="utf-8")
        coarse = device.replace("passes = 4\n", "passes = 4\ncells_per_pass = 2\n")
        (folder / "canaan-a1566ha-500t").write_text(coarse, encoding="utf-8")
        sizes = {"samples": 16, "sensitivity_samples": 2, "envelope_points": 3}
    summary, paths = run_check(str(path), folder / "out", quiet=True, **sizes)
    return SimpleNamespace(summary=summary, paths=paths, folder=folder / "out", plant=path, sizes=sizes)


class _Page(HTMLParser):
    def __init__(self):
        super().__init__()
        self.loads, self.ids, self.text, self.figures = [], [], [], 0

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        self.loads += [
            (tag, k, v)
            for k, v in values.items()
            if k in ("src", "srcset", "data", "action", "poster") or k.endswith("href")
        ]
        self.ids += [values["id"]] if "id" in values else []
        self.figures += tag == "figure"

    def handle_data(self, data):
        self.text.append(data)


@pytest.fixture(scope="session")
def read_page():
    """A report's page, parsed: what it loads, its marks, its text and the number of its figures."""

    def read(html):
        parsed = _Page()
        parsed.feed(html)
        return parsed

    return read


@pytest.fixture(scope="session")
def check_offline():
    """Assert that a report loads nothing but itself: its own marks, each once, and pictures within it."""

    def check(html, page):
        own = [value for _, _, value in page.loads if not value.startswith("data:image/png;base64,")]
        assert all(value.startswith("#") for value in own)
        assert {value[1:] for value in own} <= set(page.ids)
        assert len(page.ids) == len(set(page.ids))
        assert not re.search(r"url\((?!#)", html)
        assert "@import" not in html
        assert "<script" not in html
        assert not re.findall(r"https?://(?!www\.w3\.org)", html)
        assert len(html) < 1_500_000

    return check


@pytest.fixture(scope="session")
def check_scrolls():
    """Assert that every table of a report scrolls on its own where it is wider than the screen."""

    def check(html):
        framed = sum(html.count(f'<div class="scroll{w}">\n<table') for w in ("", " wide"))
        assert html.count("<table") == framed

    return check
