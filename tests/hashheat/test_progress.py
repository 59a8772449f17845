import time

import pytest

from hashheat import progress


class _Terminal:
    """An error stream that says it is a terminal, and keeps what is written."""

    encoding = "utf-8"

    def __init__(self):
        self.text = ""

    def isatty(self):
        return True

    def write(self, text):
        self.text += text
        return len(text)

    def flush(self):
        pass


@pytest.mark.parametrize(("patience", "shown"), [(60.0, False), (0.0, True)])
def test_a_bar_shows_only_after_its_patience(patience, shown, monkeypatch):
    stream = _Terminal()
    monkeypatch.setattr("sys.stderr", stream)
    with progress.Bar(patience=patience) as bar:
        for _ in range(20):
            bar("samples", 0.5)
            time.sleep(0.02)
    assert ("samples" in stream.text) == shown


def test_nothing_is_shown_where_no_terminal_is_or_quiet_is_asked(monkeypatch, capsys):
    with progress.Bar(patience=0.0) as bar:
        bar("samples", 0.5)
        time.sleep(0.05)
    assert capsys.readouterr().err == ""
    stream = _Terminal()
    monkeypatch.setattr("sys.stderr", stream)
    with progress.Bar(quiet=True, patience=0.0) as bar:
        bar("samples", 0.5)
        time.sleep(0.05)
    assert stream.text == ""
