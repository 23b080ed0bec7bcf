"""What Strata holds in memory: after a tour, with ten visitors, with a model of base size."""

import re
from collections.abc import Iterator

import psutil
from playwright.sync_api import Page

import core.audio_backend  # noqa: F401  before transformers
from benchmarks.browsing import PATIENCE, bring_long_clip, chromium, live, settled
from benchmarks.figure import Figure
from benchmarks.models_on_disk import saved
from tests.browser.serving import serving

PAGES = ("Listen", "Layers", "Attention")
VISITORS = 10
MEGABYTE = 1e6


def measure() -> Iterator[Figure]:
    """Yield megabytes of the server's process."""
    with serving() as server, chromium() as browser:
        page = browser.new_page()
        page.goto(str(server))
        settled(page)
        live(page)
        _tour(page)
        alone = _resident(server.pid)
        yield Figure("memory after a tour of all pages, bundled model", alone, "MB", 700)
        contexts = [browser.new_context() for _visitor in range(VISITORS)]
        for context in contexts:
            visitor = context.new_page()
            visitor.goto(str(server))
            settled(visitor)
            _tour(visitor)
        yield Figure("memory that ten visitors at once add", _resident(server.pid) - alone, "MB", 300)
    yield from _base_size()


def _base_size() -> Iterator[Figure]:
    from transformers import Wav2Vec2Config, Wav2Vec2ForCTC

    with saved(Wav2Vec2ForCTC(Wav2Vec2Config())) as folder, serving() as server, chromium() as browser:
        page = browser.new_page()
        page.goto(str(server))
        settled(page)
        bring_long_clip(page)
        page.get_by_role("button", name=re.compile("Choose another model")).click()
        page.get_by_role("radio", name="A folder").click()
        page.get_by_role("textbox", name="Folder on this computer").fill(str(folder))
        page.keyboard.press("Enter")
        page.get_by_role("button", name="What does it cost?").click()
        page.get_by_role("button", name="Load it").click(timeout=PATIENCE)
        page.get_by_role("dialog").wait_for(state="detached", timeout=PATIENCE)
        settled(page, 1.0)
        _tour(page)
        yield Figure("memory after a tour, model of base size, clip of 10 s", _resident(server.pid), "MB", 1600)


def _tour(page: Page) -> None:
    for name in PAGES:
        page.get_by_role("link", name=name, exact=True).click()
        settled(page, 0.8)


def _resident(pid: int) -> float:
    return psutil.Process(pid).memory_info().rss / MEGABYTE
