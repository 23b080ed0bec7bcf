"""What a visitor may expect of the page Fine-tune, from the first click to before and after."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.serving import Server, serving

PATIENCE = 120_000  # ms; the machine may be busy
OVER = "document.querySelector('[data-testid=stMain]').scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with a home of its own; nothing in its log may be a traceback."""
    home: Path = tmp_path_factory.mktemp("home")
    with serving("app.py", STRATA_HOME=str(home)) as running:
        yield running


class Visit:
    """The page, what the browser complained of, and where it asked."""

    def __init__(self, page: Page, address: str) -> None:
        self.page, self.address = page, address
        self.complaints: list[str] = []
        self.asked: list[str] = []
        page.on("request", lambda request: self.asked.append(request.url))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda line: self.complain(line.text) if line.type == "error" else None)
        page.goto(f"{address}/fine_tune")
        expect(page.get_by_role("radio", name="Ready sets")).to_be_visible(timeout=PATIENCE)

    def complain(self, text: str) -> None:
        if "404" not in text:  # from a deep link Streamlit first looks for its server beside the page
            self.complaints.append(text)

    def settle(self) -> None:
        ready = self.page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]')
        expect(ready).to_be_visible(timeout=PATIENCE)

    @property
    def sentence(self) -> str:
        return self.page.locator(".st-key-sentence").inner_text()

    def prepare_vowels(self) -> None:
        page = self.page
        self.settle()  # a click into a page that is still being drawn may meet a button that is about to be replaced
        page.locator(".st-key-ready-vowels").get_by_role("button", name="Take this set").click()
        self.settle()
        page.get_by_role("button", name=re.compile(r"^Prepare \d+ sounds")).click(timeout=PATIENCE)
        expect(page.locator(".st-key-sentence")).to_contain_text("are ready", timeout=PATIENCE)
        self.settle()

    def to_training(self) -> None:
        self.page.get_by_role("button", name="On to training").click()
        expect(self.page.get_by_role("button", name="Start", exact=True)).to_be_visible(timeout=PATIENCE)
        self.settle()


@pytest.fixture
def visit(page: Page, server: Server) -> Visit:
    page.set_viewport_size({"width": 1440, "height": 1000})
    return Visit(page, str(server))


def test_from_the_vowels_to_before_and_after_in_a_few_clicks(visit: Visit) -> None:
    page = visit.page
    visit.prepare_vowels()
    assert "nothing of one voice or group stands on both sides" in visit.sentence
    tile = page.locator(".st-key-set-tiles .choose").first
    tile.click()
    expect(page.locator(".strip")).to_have_attribute("data-playing", "true", timeout=PATIENCE)
    visit.to_training()
    expect(page.get_by_text(re.compile(r"About .* of memory"))).to_be_visible(timeout=PATIENCE)
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_role("button", name="Stop here")).to_be_visible(timeout=PATIENCE)
    expect(page).to_have_url(re.compile(r"run=[0-9a-f]{32}"))
    expect(page.get_by_role("radio", name="3 Before and after")).to_be_checked(timeout=3 * PATIENCE)
    expect(page.locator(".st-key-sentence")).to_contain_text(re.compile(r"\d+%"), timeout=PATIENCE)
    visit.settle()
    # the timer is off: nothing is asked of the server while nobody does anything
    sent: list[object] = []
    page.on("websocket", lambda socket: socket.on("framesent", sent.append))
    page.wait_for_timeout(2500)
    assert sent == []
    assert visit.complaints == []
    assert [url for url in visit.asked if not url.startswith((visit.address, "blob:", "data:"))] == []
    page.get_by_role("radio", name="2 Training").click()
    for name in ("Loss by epoch", "Share right by epoch"):
        expect(page.locator(f'[role="graphics-document"][aria-label^="{name}"]')).to_be_visible(timeout=PATIENCE)
    with page.expect_download() as saved:
        page.get_by_role("button", name="Event files").click()
    assert saved.value.suggested_filename.endswith("-events.zip")


def test_sounds_are_recorded_class_by_class_and_removed_again(visit: Visit) -> None:
    page = visit.page
    page.get_by_role("radio", name="Record, or choose files").click()
    page.get_by_role("textbox", name="Name of the class").fill("clap")
    page.get_by_role("textbox", name="Name of the class").press("Enter")
    page.get_by_role("button", name="Add it").click()
    page.get_by_role("button", name="Record", exact=True).click()
    page.wait_for_timeout(1500)
    page.get_by_role("button", name="Stop recording").click()
    tiles = page.locator(".st-key-draft-tiles .choose")
    expect(tiles).to_have_count(1, timeout=PATIENCE)
    page.locator(".st-key-draft-tiles").get_by_role("button", name="Remove clap 1.wav").click()
    expect(page.get_by_text("No sounds yet.")).to_be_visible(timeout=PATIENCE)
    assert visit.complaints == []


@pytest.fixture(params=[(width, scheme) for width in (390, 1440) for scheme in ("light", "dark")])
def screen(request: pytest.FixtureRequest, browser: Browser, server: Server) -> Iterator[Visit]:
    width, scheme = request.param
    context = browser.new_context(viewport={"width": width, "height": 844}, color_scheme=scheme)
    yield Visit(context.new_page(), str(server))
    context.close()


def test_nothing_scrolls_sideways_on_any_step(screen: Visit) -> None:
    assert screen.page.evaluate(OVER) <= 0
    screen.prepare_vowels()
    assert screen.page.evaluate(OVER) <= 0
    screen.to_training()
    assert screen.page.evaluate(OVER) <= 0
    assert screen.complaints == []
