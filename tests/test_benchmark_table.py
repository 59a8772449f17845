"""The README's table of speeds, from made-up results: every number in here is synthetic."""

import importlib.util
import json
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).resolve().parents[1] / "benchmarks"


def load(name):
    spec = importlib.util.spec_from_file_location(f"benchmarks_{name}", BENCHMARKS / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


table, trim = load("table"), load("trim")


def benchmark(name, minimum, file="bench_a.py", **info):
    return {
        "name": name,
        "fullname": f"benchmarks/{file}::{name}",
        "extra_info": {"work": 1, "per": "case"} | info,
        # The mean is no part of the table: on a shared machine it measures the others.
        "stats": {"min": minimum, "mean": 99.0, "data": [minimum, 99.0]},
    }


def write(folder, *benchmarks, name="bench.json", datetime="2026-01-01T00:00:00"):
    result = {"datetime": datetime, "benchmarks": list(benchmarks), "note": "synthetic"}
    (folder / name).write_text(json.dumps(result), encoding="utf-8")


OURS = benchmark("ours", 2e-3, row="A made-up case", work=1000, peer="theirs", peer_name="a made-up peer")
THEIRS = benchmark("theirs", 0.5, work=100)


def rows(text):
    return [
        [cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if "|" in line
    ]


def test_times_are_minima_over_the_units_of_work_and_ratios_their_quotient(tmp_path):
    write(tmp_path, OURS, THEIRS)
    head, _, row = rows(table.table(table.read_sessions(tmp_path)))
    assert head == ["What", "Time", "Beside", "Its time", "Ratio"]
    # 2 ms over 1000 and 0.5 s over 100: 2 and 5000 microseconds.
    assert row == ["A made-up case", "2.00 µs a case", "a made-up peer", "5.00 ms", "2,500"]


def test_a_benchmark_without_a_row_is_not_shown_and_one_without_a_peer_has_no_ratio(tmp_path):
    write(tmp_path, THEIRS, benchmark("alone", 30.0, row="Alone"))
    assert rows(table.table(table.read_sessions(tmp_path)))[2:] == [["Alone", "30.0 s a case", "", "", ""]]


def test_a_target_is_shown_where_there_is_one(tmp_path):
    write(tmp_path, benchmark("goal", 1e-5, row="Goal", target_us=25), benchmark("none", 1e-5, row="None"))
    head, _, goal, none = rows(table.table(table.read_sessions(tmp_path)))
    assert (head[-1], goal[-1], none[-1]) == ("Target", "25.0 µs", "")


def test_a_larger_job_is_called_extrapolated(tmp_path):
    write(tmp_path, benchmark("block", 1.0, row="Block", work=1000, whole=["a year", 8_000_000]))
    text = table.table(table.read_sessions(tmp_path))
    assert text.splitlines()[-1] == "Extrapolated, not run: a year at that rate take 133 min."


def test_a_peer_of_another_session_makes_no_ratio(tmp_path):
    write(tmp_path, OURS)
    write(tmp_path, THEIRS, name="other.json")
    with pytest.raises(table.TableError, match="same session"):
        table.table(table.read_sessions(tmp_path))


def test_a_peer_of_the_same_file_comes_first_and_two_elsewhere_are_refused(tmp_path):
    there = [benchmark("theirs", x, file=f"bench_{x}.py") for x in (1.0, 2.0)]
    write(tmp_path, OURS, *there, THEIRS)
    assert rows(table.table(table.read_sessions(tmp_path)))[2][3] == "5.00 ms"
    write(tmp_path, OURS, *there)
    with pytest.raises(table.TableError, match="more than one"):
        table.table(table.read_sessions(tmp_path))


def test_the_latest_session_counts_whatever_its_file_is_called(tmp_path):
    write(tmp_path, benchmark("a", 1.0, row="A"), name="a.json", datetime="2026-02-01T00:00:00")
    write(tmp_path, benchmark("a", 7.0, row="A", target_us=5), name="b.json", datetime="2026-01-01T00:00:00")
    assert rows(table.table(table.read_sessions(tmp_path)))[2:] == [["A", "1.00 s a case", "", "", ""]]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        *(
            (0.0, "0.00 ns"),
            (7.3e-9, "7.30 ns"),
            (9.996e-7, "1.00 µs"),
            (4.25e-5, "42.5 µs"),
            (0.1234, "123 ms"),
        ),
        *((9.999, "10.0 s"), (95.26, "95.3 s"), (119.0, "119 s"), (600.0, "10 min")),
    ],
)
def test_times_have_three_digits(seconds, text):
    assert table.show_time(seconds) == text


@pytest.mark.parametrize(
    ("ratio", "text"), [(4055.0, "4,100"), (36.7, "37"), (9.96, "10"), (1.26, "1.3"), (0.123, "0.12")]
)
def test_ratios_have_two_digits(ratio, text):
    assert table.show_ratio(ratio) == text


def readme(folder, block="old\n"):
    path = folder / "README.md"
    path.write_text(f"# Made up\n\n{table.BEGIN}\n{block}{table.END}\n\nThe end.\n", encoding="utf-8")
    return path


def test_write_makes_check_pass_and_leaves_the_rest_alone(tmp_path, capsys):
    results = tmp_path / "results"
    results.mkdir()
    write(results, OURS, THEIRS)
    path = readme(tmp_path)
    assert table.main(["--check", str(path)], results) == 1
    assert "--write" in capsys.readouterr().err
    assert table.main(["--write", str(path)], results) == 0
    assert table.main(["--check", str(path)], results) == 0
    text = path.read_text(encoding="utf-8")
    assert text.startswith(f"# Made up\n\n{table.BEGIN}\n| What |")
    assert text.endswith(f"|\n{table.END}\n\nThe end.\n")
    assert "old" not in text
    assert table.main([], results) == 0
    assert capsys.readouterr().out.strip() in text

    write(results, benchmark("ours", 4e-3, row="A made-up case", work=1000), name="bench.json")
    assert table.main(["--check", str(path)], results) == 1


@pytest.mark.parametrize("text", ["no marks", "{e} {b}", "{b} {b} {e}"])
def test_a_readme_without_its_marks_is_refused(tmp_path, capsys, text):
    write(tmp_path, THEIRS)
    path = tmp_path / "README.md"
    path.write_text(text.format(b=table.BEGIN, e=table.END), encoding="utf-8")
    assert table.main(["--check", str(path)], tmp_path) == 2
    assert "marks" in capsys.readouterr().err


def test_a_missing_readme_is_no_traceback(tmp_path, capsys):
    write(tmp_path, THEIRS)
    assert table.main(["--check", str(tmp_path / "none.md")], tmp_path) == 2
    assert "none.md" in capsys.readouterr().err


def test_trimming_takes_out_machine_person_and_raw_times(tmp_path):
    path = tmp_path / "bench.json"
    full = {
        "datetime": "2026-01-01T00:00:00",
        "version": "5.0",
        "machine_info": {
            "node": "somebodys-laptop",
            "machine": "x86_64",
            "python_version": "3.11.0",
            "cpu": {"brand_raw": "Made-up CPU", "count": 2, "flags": ["sse"], "hz_actual": [1, 0]},
        },
        "commit_info": {"id": "0" * 40, "dirty": False, "author_name": "Somebody", "project": "secret"},
        "benchmarks": [OURS, THEIRS],
    }
    path.write_text(json.dumps(full), encoding="utf-8")
    assert trim.main([str(path)]) == 0
    text = path.read_text(encoding="utf-8")
    for word in ("somebodys", "Somebody", "secret", "data", "flags"):
        assert word not in text
    kept = json.loads(text)
    assert kept["machine_info"] == {
        "node": "anonymous",
        "machine": "x86_64",
        "python_version": "3.11.0",
        "cpu": {"brand_raw": "Made-up CPU", "count": 2},
    }
    assert table.table(table.read_sessions(tmp_path)) == table.table([[OURS, THEIRS]])


def test_the_tracked_results_are_trimmed():
    for path in (BENCHMARKS / "results").glob("*.json"):
        result = json.loads(path.read_text(encoding="utf-8"))
        assert result == trim.trimmed(result), f"run benchmarks/trim.py on {path.name}"
