"""The compiled scan against Python's own float() and regular expressions."""

import math
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hashheat.validation.readers.avalon_keys import BOARD_KEYS, CODES, UNIT_KEYS
from hashheat.validation.readers.avalon_scan import BOARD, CODE, COUNT, FAULT, FIRST, scan


def scanned(text):
    return scan(np.frombuffer(text.encode(), dtype=np.uint8))


def numbers(text):
    found = scanned(f"PS[{text}]")
    row = found.fields[found.fields[:, CODE] == CODES["PS"]][0]
    return found.values[row[FIRST] : row[FIRST] + row[COUNT]]


@pytest.mark.parametrize(
    "word",
    ["0", "7", "184007.00", "-3.5", "+2", ".5", "5.", "1e3", "1.5E-2", "201920.42", "123456789012345", "49%"],
)
def test_number(word):
    assert numbers(word)[0] == float(word.rstrip("%"))


@pytest.mark.parametrize(
    "word", ["x", "nan", "inf", "1e", "1e+", "--1", "1.2.3", ".", "-", "%", "1e100", "0x1F", "1_0"]
)
def test_no_number(word):
    assert math.isnan(numbers(word)[0])


@settings(max_examples=200, deadline=None)
@given(st.floats(-1e12, 1e12), st.integers(0, 9))
def test_decimal_number_is_that_of_python(value, digits):
    word = f"{value:.{digits}f}"
    assert numbers(word)[0] == pytest.approx(float(word), rel=1e-15, abs=0)


@settings(max_examples=200, deadline=None)
@given(st.text("AaPVT_0123456789[] \n\t.-'{}:HBx=|%", max_size=200))
def test_fields_are_those_of_a_regular_expression(text):
    """Outside blocks of boards, what the scan takes for whole fields is what a regular expression finds."""
    text = text.replace("HB", "H")
    found = scanned(text)
    rows = found.fields[(found.fields[:, CODE] == CODES["PVT_T"]) & (found.fields[:, FAULT] == 0)]
    expected = []
    for line in re.split(r"[\n]", text):
        for match in re.finditer(r"(\w*?)(\d*)\[([^\]]*)\]", line):
            if match[1] == "PVT_T" and match[2] and len(match[2]) < 10 and int(match[2]) < 64:
                expected.append((int(match[2]), len(match[3].split())))
    assert [(int(row[BOARD]), int(row[COUNT])) for row in rows] == expected


def test_every_key_has_a_code_of_its_own():
    assert len(set(CODES.values())) == len(CODES) == len(UNIT_KEYS) + len(BOARD_KEYS)
    for key in UNIT_KEYS:
        assert CODES[key] in scanned(f"{key}[1]").fields[:, CODE]
        assert CODES[key] not in scanned(f"x{key}[1]").fields[:, CODE]
    for key in BOARD_KEYS:
        assert CODES[key] in scanned(f"{key}3[1]").fields[:, CODE]
        assert CODES[key] not in scanned(f"{key}[1]").fields[:, CODE]
