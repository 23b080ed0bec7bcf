"""What twelve fast steps of a slider cost: how many results are computed, and how many at a time."""

import json
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.browsing import chromium, settled
from benchmarks.figure import Figure
from tests.browser.serving import serving

STEPS = 12


def measure() -> Iterator[Figure]:
    """Yield the results computed for twelve steps of a slider in 1.2 s, each worth a second, and how many at once."""
    with TemporaryDirectory() as name, chromium() as browser:
        log = Path(name) / "log"
        log.touch()
        with serving("benchmarks/impatient_app.py", STRATA_BENCH_LOG=str(log)) as server:
            page = browser.new_page()
            page.goto(str(server))
            settled(page, 2.0)
            log.write_text("", "utf-8")
            page.get_by_role("slider").focus()
            for _step in range(STEPS):
                page.keyboard.press("ArrowRight")
                page.wait_for_timeout(100)
            settled(page, 3.0)
            page.get_by_text(f"result {STEPS}").wait_for(timeout=30_000)
        events = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
    running = most = 0
    for event in events:
        running += 1 if event["what"] == "begin" else -1
        most = max(most, running)
    yield Figure("results computed for 12 fast slider steps", sum(event["what"] == "begin" for event in events), "", 4)
    yield Figure("results computed at the same time", most, "", 1)
