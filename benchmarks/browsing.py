"""A Chromium that looks at a Strata server, for the benchmarks that a visitor would feel."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.serving import CHROMIUM, FLAGS

SETTLED = '[data-testid="stApp"][data-test-script-state="notRunning"]'
PATIENCE = 120_000  # milliseconds


@contextmanager
def chromium() -> Iterator[Browser]:
    """Lend a running browser."""
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


def settled(page: Page, quiet: float = 0.4) -> None:
    """Wait until the script has ended and nothing has been drawn for a moment."""
    page.wait_for_selector(SETTLED, timeout=PATIENCE)
    end = time.monotonic() + quiet
    while time.monotonic() < end:
        if page.locator(SETTLED).count() == 0:
            page.wait_for_selector(SETTLED, timeout=PATIENCE)
            end = time.monotonic() + quiet
        page.wait_for_timeout(50)


def live(page: Page) -> None:
    """Wait until the model is in memory, so that its loading is not measured with something else."""
    for _attempt in range(60):
        if page.get_by_text(re.compile("In memory, ready")).count():
            return
        page.wait_for_timeout(1000)
        page.reload()
        settled(page)
    raise TimeoutError("the model was not loaded")
