"""How long until someone who starts Strata sees a sound and what the layers make of it."""

import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from benchmarks.browsing import PATIENCE, chromium
from benchmarks.figure import Figure
from tests.browser.serving import serving

ROUNDS = 5
DRAWN = '.strip[data-clip][data-painted]:not([data-rows="0"])'


def measure() -> Iterator[Figure]:
    """Yield seconds from the server's start to the first clip and its layers on the screen, torch not yet imported."""
    seconds, early = [], []
    with chromium() as browser:
        for _round in range(ROUNDS):
            context = browser.new_context(viewport={"width": 1440, "height": 1000})
            page = context.new_page()
            begin = time.perf_counter()
            with serving() as server:
                page.goto(str(server), wait_until="commit")
                page.wait_for_selector(DRAWN, timeout=PATIENCE, state="attached")
                seconds.append(time.perf_counter() - begin)
                early.append(not _holds_torch(server.pid))
            context.close()
    yield Figure("first sight: server start to clip and layers drawn", median(seconds), "s", 2.5)
    yield Figure("first sights that had torch in memory already", float(early.count(False)), "of 5", 0)


def _holds_torch(pid: int) -> bool:
    return "libtorch" in Path(f"/proc/{pid}/maps").read_text("utf-8")
