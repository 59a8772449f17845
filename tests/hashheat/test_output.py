import os

import pytest

from hashheat.output import check_directory, write_together
from hashheat.thermo.errors import InputError


def test_files_are_written_together_and_readable_by_others(tmp_path):
    target = tmp_path / "a" / "b"
    paths = write_together(
        target, {"one": lambda p: p.write_text("1") and None, "two": lambda p: p.write_text("2") and None}
    )
    assert [p.read_text() for p in paths] == ["1", "2"]
    assert sorted(p.name for p in target.iterdir()) == ["one", "two"]
    mask = os.umask(0)
    os.umask(mask)
    assert paths[0].stat().st_mode & 0o777 == 0o666 & ~mask


@pytest.mark.parametrize("error", [KeyboardInterrupt, OSError, ValueError])
def test_an_interrupted_write_leaves_earlier_files_and_no_rest(tmp_path, error):
    (tmp_path / "one").write_text("old")

    def fails(path):
        path.write_text("half")
        raise error

    with pytest.raises(error):
        write_together(tmp_path, {"one": lambda p: p.write_text("new") and None, "two": fails})
    assert [p.name for p in tmp_path.iterdir()] == ["one"]
    assert (tmp_path / "one").read_text() == "old"
    with pytest.raises(error):
        write_together(tmp_path / "fresh" / "deep", {"two": fails})
    assert [p.name for p in tmp_path.iterdir()] == ["one"]


def test_a_directory_that_can_be_made_is_accepted_and_not_made(tmp_path):
    check_directory(tmp_path / "a" / "b", ("x",))
    assert list(tmp_path.iterdir()) == []


def test_a_folder_in_the_place_of_a_file_is_refused(tmp_path):
    (tmp_path / "x").mkdir()
    with pytest.raises(InputError, match="a folder stands where a file"):
        check_directory(tmp_path, ("x",))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_directory_is_refused(tmp_path):
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(InputError, match="cannot be written"):
            check_directory(tmp_path / "a", ("x",))
    finally:
        tmp_path.chmod(0o700)


def test_a_failing_disk_is_refused(tmp_path, monkeypatch):
    def full(**_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("hashheat.output.tempfile.NamedTemporaryFile", full)
    with pytest.raises(InputError, match="No space left"):
        check_directory(tmp_path, ("x",))
