"""A visit to one page: what it asked for, and what it complained about."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

IDLE = '[data-testid="stApp"][data-test-script-state="notRunning"]'
PATIENCE = 90_000  # ms; the first visit loads the model
WIDE, PHONE = (1440, 1000), (390, 844)  # pixels


class Visit:
    """A page that is being visited; ``path`` is its name in the address."""

    path = ""

    def __init__(self, page: Page, address: str) -> None:
        self.page, self.address = page, address
        self.asked: list[str] = []
        self.complaints: list[str] = []
        page.on("request", lambda request: self.asked.append(request.url))
        page.on("console", lambda line: self.complain(line.type, line.text, line.location.get("url", "")))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def complain(self, kind: str, text: str, url: str) -> None:
        """Take an error down; Streamlit itself asks below the path first when a link leads to a page."""
        if kind == "error" and f"/{self.path}/_stcore/" not in url:
            self.complaints.append(text)

    def settle(self) -> None:
        """Wait for the end of the script."""
        self.page.wait_for_timeout(600)
        expect(self.page.locator(IDLE)).to_be_visible(timeout=PATIENCE)

    @property
    def sentence(self) -> Locator:
        """The answer of the page."""
        return self.page.locator(".st-key-sentence")


def visiting(
    browser: Browser, address: str, width: int, height: int, visit: Callable[[Page, str], Visit]
) -> Iterator[Visit]:
    """Visit a page; at the end nothing has complained, and nothing was asked of another host."""
    context = browser.new_context(viewport={"width": width, "height": height}, reduced_motion="reduce")
    made = visit(context.new_page(), address)
    yield made
    own = (address, address.replace("http", "ws"), "data:", "blob:")
    assert not [url for url in made.asked if not url.startswith(own)]
    assert not made.complaints
    context.close()


def on(size: tuple[int, int], visit: Callable[[Page, str], Visit]) -> Any:
    """Build the fixture that visits a page of the app on a screen of this size."""

    @pytest.fixture
    def visited(browser: Browser, serve: Callable[[str], str]) -> Iterator[Visit]:
        yield from visiting(browser, serve("app.py"), *size, visit)

    return visited
