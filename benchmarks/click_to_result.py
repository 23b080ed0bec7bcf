"""How long from the click on Start until before and after stand on the page, for the bundled model."""

import time
from collections.abc import Iterator

from playwright.sync_api import Page, expect

from benchmarks.browsing import PATIENCE, chromium, settled
from benchmarks.figure import Figure
from benchmarks.sounds_on_disk import own_home, real_digits
from tests.browser.serving import serving

CLIPS, EPOCHS = 300, 3


def measure() -> Iterator[Figure]:
    """Yield seconds for a linear head on real recordings of one second, nothing computed beforehand."""
    with own_home() as home, chromium() as browser:
        key = real_digits(home, CLIPS, seconds=1.0).key
        with serving("app.py", STRATA_HOME=str(home)) as server:
            page = browser.new_context(viewport={"width": 1440, "height": 1000}).new_page()
            page.goto(f"{server}/fine_tune?dataset={key}&step=training")
            seconds = _from_click(page)
    note = f"{CLIPS} clips of 1 s, {EPOCHS} epochs, linear head"
    yield Figure("fine-tune: from the click to before and after", seconds, "s", 30.0, note)


def _from_click(page: Page) -> float:
    start = page.get_by_role("button", name="Start", exact=True)
    expect(start).to_be_enabled(timeout=PATIENCE)
    epochs = page.get_by_role("spinbutton", name="Epochs")
    epochs.fill(str(EPOCHS))
    epochs.press("Enter")
    settled(page, 3.0)
    begin = time.perf_counter()
    start.click()
    expect(page.get_by_role("heading", name="How good is it, and beside what?")).to_be_visible(timeout=PATIENCE)
    return time.perf_counter() - begin
