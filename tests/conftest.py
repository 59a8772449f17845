"""What all tests share.

Properties are tried on the same examples in every run: a run that fails can be repeated.
"""

import pytest
from hypothesis import settings

settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.load_profile("repeatable")


@pytest.fixture
def edited(tmp_path):
    """Write a text with some pieces replaced, each found once: edited(text, ("old", "new"), name="a.toml")."""

    def write(text, *changes, name):
        for old, new in changes:
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write
