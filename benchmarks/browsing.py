"""A Chromium that looks at a Strata server, for the benchmarks that a visitor would feel."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO

import numpy as np
import soundfile
from playwright.sync_api import Browser, Page, sync_playwright

from core import samples
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


def bring_long_clip(page: Page, seconds: float = 10.0) -> None:
    """Upload ``seconds`` of speech, the shipped sentences one after another, and wait for its strip."""
    speech = [samples.load(sample) for sample in samples.samples().values() if sample.kind == "speech"]
    rate = speech[0].sample_rate
    joined = np.concatenate([clip.samples for clip in speech])[: round(seconds * rate)]
    file = BytesIO()
    soundfile.write(file, joined, rate, format="WAV")
    page.get_by_role("button", name="Your own sound").click()
    upload = {"name": "long.wav", "mimeType": "audio/wav", "buffer": file.getvalue()}
    page.locator('[data-testid="stFileUploaderDropzoneInput"]').set_input_files(upload)
    page.get_by_text("long.wav").first.wait_for(timeout=PATIENCE)
    settled(page, 1.5)
    page.keyboard.press("Escape")


def visit(page: Page, name: str) -> None:
    """Go to a page by its link, as a visitor does."""
    page.get_by_role("link", name=name, exact=True).click()
    settled(page, 1.0)
