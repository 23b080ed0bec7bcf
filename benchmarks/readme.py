"""Put the measured figures into the README: python -m benchmarks.readme"""

import json
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
LATEST = ROOT / "benchmarks" / "latest.json"
PLACE = re.compile(r"<!-- figures -->.*?(?=\n## )", re.DOTALL)


def table(latest: dict) -> str:
    """Write the figures as a table, with the machine that they were measured on."""
    machine = latest["machine"]
    rows = [
        f"| {row['name']} | {row['measured']:.3g} {row['unit']} | {_bound(row)} | {row['verdict']} |"
        for row in latest["figures"].values()
    ]
    place = f"{machine['cores']} cores ({machine['processor']}), Python {machine['python']}"
    said = f"Measured {machine['measured']} on {place}."
    return "\n".join([said, "", "| figure | measured | bound | |", "| --- | --- | --- | --- |", *rows])


def _bound(row: dict) -> str:
    if row.get("least") is not None:
        return f"at least {row['least']:g} {row['unit']}"
    return "" if row["bound"] is None else f"at most {row['bound']:g} {row['unit']}"


def written(readme: str, latest: dict) -> str:
    """Return the README with its figures replaced."""
    return PLACE.sub(lambda _found: f"<!-- figures -->\n{table(latest)}\n", readme, count=1)


def main() -> None:
    """Write the README anew."""
    README.write_text(written(README.read_text("utf-8"), json.loads(LATEST.read_text("utf-8"))), "utf-8")


if __name__ == "__main__":
    main()
