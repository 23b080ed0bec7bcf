"""Run the benchmarks named on the command line, or all of them: python -m benchmarks [name ...]"""

import json
import os
import platform
import sys
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

LATEST = Path(__file__).with_name("latest.json")
NAMES = ("tracing", "first_sight", "drawing", "memory", "impatience", "recordings")
NAMES += ("teaching", "click_to_result", "spoken_digits", "vowels", "german_speech", "classifiers")
NAMES += ("attribution_speed", "planted_words", "planted_tones", "ladder", "corpus_features")


def main() -> None:
    names = sys.argv[1:] or NAMES
    known = json.loads(LATEST.read_text("utf-8")) if LATEST.exists() else {"figures": {}}
    known["machine"] = {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "measured": datetime.now(UTC).strftime("%Y-%m-%d"),
        "load_before": os.getloadavg()[0],
    }
    for name in names:
        for figure in import_module(f"benchmarks.{name}").measure():
            print(figure.row(), flush=True)
            known["figures"][figure.name] = {**figure.record(), "benchmark": name}
        LATEST.write_text(json.dumps(known, indent=1) + "\n", "utf-8")


def _processor() -> str:
    names = Path("/proc/cpuinfo")
    if names.exists():
        for line in names.read_text("utf-8").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


if __name__ == "__main__":
    main()
