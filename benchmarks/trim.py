"""Make a pytest-benchmark result fit to be tracked: no raw samples, nothing that names the machine or its user.

``python benchmarks/trim.py benchmarks/results/bench.json`` rewrites the file in place.
"""

import json
import sys
from pathlib import Path
from typing import Any

#: What is kept of the machine: enough to judge a time by, not enough to find it.
MACHINE = ("machine", "system", "python_implementation", "python_version")
CPU = ("arch", "count", "brand_raw")


def trimmed(result: dict[str, Any]) -> dict[str, Any]:
    """The result without raw times, host name, paths and commit author."""
    machine = result.get("machine_info", {})
    kept = {key: machine[key] for key in MACHINE if key in machine} | {"node": "anonymous"}
    kept["cpu"] = {key: machine.get("cpu", {})[key] for key in CPU if key in machine.get("cpu", {})}
    benchmarks = []
    for benchmark in result["benchmarks"]:
        stats = {key: value for key, value in benchmark["stats"].items() if key != "data"}
        benchmarks.append(benchmark | {"stats": stats})
    commit = {key: result.get("commit_info", {}).get(key) for key in ("id", "time", "dirty")}
    return result | {"machine_info": kept, "commit_info": commit, "benchmarks": benchmarks}


def main(paths: list[str]) -> int:
    """Trim every file named."""
    for path in map(Path, paths):
        result = trimmed(json.loads(path.read_text(encoding="utf-8")))
        path.write_text(json.dumps(result, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
