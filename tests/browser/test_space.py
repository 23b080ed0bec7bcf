"""What a visitor may expect of the Space page."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, WebSocket, expect

from core.corpus.shipped import DEFAULT, FOLDER
from core.samples import FOLDER as SAMPLES
from tests.browser import visiting

LONG = 240_000  # ms; the first visit hears a corpus
WAIT = 90_000

pytestmark = pytest.mark.skipif(
    not (FOLDER / f"{DEFAULT}.zip").is_file() or not (SAMPLES / "traces" / "speech-tiny" / "cat.npz").is_file(),
    reason="no corpus or no stored traces: make corpora traces",
)


class Visit(visiting.Visit):
    """The page, and what was asked over the wire."""

    path = "space"

    def __init__(self, page: Page, address: str) -> None:
        super().__init__(page, address)
        self.sent = 0
        page.on("websocket", self.listen)
        page.goto(f"{address}/space?layer=5")
        expect(self.cloud).to_have_attribute("data-ready", re.compile(r"\w+"), timeout=LONG)
        expect(page.get_by_role("heading", name="What excites layer 5 in the corpus")).to_be_visible(timeout=WAIT)
        self.settle()

    def listen(self, socket: WebSocket) -> None:
        socket.on("framesent", lambda _data: self.count())

    def count(self) -> None:
        self.sent += 1

    @property
    def cloud(self) -> Locator:
        return self.page.locator(".cloud")


visit = visiting.on(visiting.WIDE, Visit)
phone = visiting.on(visiting.PHONE, Visit)


def test_another_layer_moves_the_points_before_anything_is_asked(visit: Visit) -> None:
    before = visit.sent
    # the slider is moved and the map read in one go: nothing can have been asked in between
    layer = visit.cloud.evaluate(
        """cloud => {
          strata.emit("choose", { layer: 7 })
          return [cloud.dataset.layer, cloud.querySelector(".where").textContent]
        }"""
    )
    assert layer == ["7", "layer 7"]
    assert visit.sent == before
    expect(visit.sentence).to_contain_text("At layer 7 of 8", timeout=WAIT)


def test_a_point_is_read_and_heard_by_key_and_the_list_holds_every_point(visit: Visit) -> None:
    cloud = visit.cloud
    options = cloud.locator(".list option")
    assert options.count() == 600
    cloud.locator(".map").focus()
    visit.page.keyboard.press("ArrowRight")
    expect(cloud.locator(".read")).to_contain_text("voice")
    said = cloud.locator(".read").inner_text()
    visit.page.keyboard.press("Enter")
    expect(cloud).to_have_attribute("data-heard", re.compile(r"\d+"), timeout=WAIT)
    heard = int(cloud.get_attribute("data-heard") or -1)
    assert options.nth(heard).text_content() == said
    visit.settle()


def test_a_click_on_a_group_of_the_legend_picks_it_out(visit: Visit) -> None:
    stops = visit.cloud.locator(".legend button", has_text="stops")
    stops.click()
    expect(visit.cloud.locator(".legend button[aria-pressed=true]")).to_have_text(re.compile("stops"))
    visit.cloud.locator(".legend button[aria-pressed=true]").click()
    expect(visit.cloud.locator(".legend button[aria-pressed=true]")).to_have_count(0)


def test_a_word_on_the_strip_gets_its_neighbours_to_hear(visit: Visit) -> None:
    visit.page.goto(f"{visit.address}/space?layer=5&region=0.503-0.805")
    expect(visit.page.get_by_role("heading", name="What lies nearest to sat")).to_be_visible(timeout=WAIT)
    tiles = visit.page.get_by_role("list", name="The nearest stretches, nearest first").get_by_role("button")
    expect(tiles).to_have_count(10, timeout=WAIT)
    tiles.first.click()
    expect(tiles.first).to_have_attribute("aria-pressed", "true")
    visit.settle()


def test_words_can_be_shown_and_zoomed(visit: Visit) -> None:
    visit.page.get_by_role("radio", name="Words", exact=True).click()
    expect(visit.sentence).to_contain_text("the same word", timeout=WAIT)
    expect(visit.cloud.locator(".list option")).to_have_count(500, timeout=WAIT)
    visit.cloud.get_by_role("button", name="Zoom in").click()
    expect(visit.cloud).to_have_attribute("data-zoomed", "true")
    visit.cloud.get_by_role("button", name="Show the whole map").click()
    expect(visit.cloud).to_have_attribute("data-zoomed", "false")
    visit.settle()


def test_the_page_is_for_everyone(visit: Visit) -> None:
    found = Axe().run(visit.page, options={"rules": {"presentation-role-conflict": {"enabled": False}}})
    assert not [violation["id"] for violation in found.response["violations"]]


def test_nothing_overflows_on_a_phone(phone: Visit) -> None:
    wide = phone.page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth")
    assert wide <= 390
    box = phone.cloud.locator(".map").bounding_box()
    assert box
    assert box["width"] <= 390
