"""Captures of real units, read in place, and replies like them that tests of several modules need."""

import json
from pathlib import Path

import pytest

TELEMETRY = Path(__file__).resolve().parents[3].parent / "shared" / "reference" / "telemetry"


@pytest.fixture(scope="session")
def capture():
    """Path of a capture by its name; skips where it is not beside the repository."""

    def find(name):
        path = TELEMETRY / name
        if not path.is_file():
            pytest.skip(f"{name} is not beside the repository (shared/reference/telemetry)")
        return path

    return find


@pytest.fixture(scope="session")
def rejected():
    """Counts of a Dataset as {(variable, reason): count}."""

    def counts(data):
        names, reasons = data["rejected_variable"].values.tolist(), data["rejected_reason"].values.tolist()
        return dict(zip(zip(names, reasons), data["rejected_count"].values.tolist()))

    return counts


@pytest.fixture(scope="session")
def classic():
    """A reply of an air-cooled unit with two boards of four chips, written for the tests."""

    def write(**changes):
        fields = {
            "Ver": "15-194-24102401_25462b2_9ddf522",
            "DNA": "0201000000000001",
            "SYSTEMSTATU": "Work: In Work, Hash Board: 2 ",
            "Temp": "31",
            "TMax": "78",
            "TAvg": "70",
            "FanR": "49%",
            "PS": "0 1209 1187 297 3526 1188 3731",
            "WALLPOWER": "3731",
            "GHSspd": "199241.07",
            "GHSavg": "184007.00",
            "Freq": "345.94",
            "MTmax": "77 78",
            "MTavg": "69 70",
            "SoftOFF": "0",
            "SF0": "300 318 339 360",
            "SF1": "300 318 339 360",
            "PVT_T0": " 66  65  63  62",
            "PVT_T1": " 71  72  78  60",
            "PVT_V0": "293 292 291 290",
            "PVT_V1": "283 282 281 280",
            **changes,
        }
        return " ".join(f"{key}[{value}]" for key, value in fields.items() if value is not None)

    return write


@pytest.fixture(scope="session")
def newer():
    """The reply of ``classic`` in the layout with a summary and blocks of boards."""

    def write(suffix_of=lambda board: 0):
        summary = (
            "'STATS':{Ver[Q-25052801_14a19a2] DNA[0201000000000002] SYSTEMSTATU[Work: In Work, Hash Board: 2] "
            "ITemp[37] HBITemp[75] HBOTemp[77] TMax[78] TAvg[70] FanR[40%] GHSspd[90000.5] SoftOFF[0]}"
        )
        boards = "".join(
            f"'HB{board}':{{PVT_T{suffix_of(board)}[ {60 + board}  {61 + board}] "
            f"PVT_V{suffix_of(board)}[{300 + board} {301 + board}] MW{suffix_of(board)}[5 6]}}"
            for board in range(2)
        )
        return json.dumps(
            {
                "STATUS": [{"STATUS": "S", "When": 1780000000, "Code": 70}],
                "STATS": [{"STATS": 0, "ID": "AVALON0", "MM ID0:Summary": summary, "HBinfo": boards}],
                "id": 1,
            }
        )

    return write
