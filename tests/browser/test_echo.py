"""What a visitor may expect of the Echo page."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from core.samples import FOLDER
from tests.browser import visiting

pytestmark = pytest.mark.skipif(
    not (FOLDER / "traces" / "speech-tiny" / "cat.npz").is_file(), reason="no stored traces: make traces"
)
PATIENCE = visiting.PATIENCE


class Visit(visiting.Visit):
    """The page, and what it complained about."""

    path = "echo"

    def __init__(self, page: Page, address: str) -> None:
        super().__init__(page, address)
        self.page.goto(f"{self.address}/echo?layer=6")
        expect(self.button("layer")).to_be_enabled(timeout=PATIENCE)

    def button(self, name: str) -> Locator:
        return self.page.locator(f'.st-key-echo-player button[data-name="{name}"]')

    @property
    def strip(self) -> Locator:
        return self.page.locator(".strip")

    def row(self, name: str) -> Locator:
        return self.strip.locator(f'.row[data-name="{name}"]')


visit = visiting.on(visiting.WIDE, Visit)
phone = visiting.on(visiting.PHONE, Visit)


def test_the_page_opens_with_its_answer_the_picture_and_every_control(visit: Visit) -> None:
    expect(visit.page.get_by_role("heading", name="What is left of the sound at this layer?")).to_be_visible()
    expect(visit.sentence).to_contain_text("At layer 6 a straight line still recovers")
    expect(visit.row("Left at this layer")).to_be_visible()
    for name in ("original", "mean", "detour", "untaught", "walk"):
        expect(visit.button(name)).to_be_enabled(timeout=PATIENCE)
    expect(visit.row("Untaught network")).to_be_visible()
    expect(visit.button("layer")).to_contain_text(re.compile(r"Left at layer 6\s*\d+% of this sound's picture"))


def test_a_click_plays_what_is_left_in_the_place_of_the_sound(visit: Visit) -> None:
    visit.button("layer").click()
    expect(visit.strip).to_have_attribute("data-playing", "true", timeout=PATIENCE)
    expect(visit.button("layer")).to_have_attribute("aria-pressed", "true")
    visit.button("original").click()
    expect(visit.button("original")).to_have_attribute("aria-pressed", "true")
    expect(visit.button("layer")).to_have_attribute("aria-pressed", "false")
    expect(visit.button("original")).to_have_attribute("aria-pressed", "false", timeout=PATIENCE)  # it ends by itself


def test_the_slider_changes_the_picture_at_once_and_the_sound_and_the_answer_after(visit: Visit) -> None:
    slider = visit.strip.locator("#choice-layer")
    slider.focus()
    slider.press("ArrowRight")
    expect(visit.button("layer")).to_contain_text("Left at layer 7")
    expect(visit.sentence).to_contain_text("At layer 7 a straight line", timeout=PATIENCE)
    expect(visit.page).to_have_url(re.compile("layer=7"), timeout=PATIENCE)
    visit.button("layer").click(timeout=PATIENCE)
    expect(visit.button("layer")).to_have_attribute("aria-pressed", "true")


def test_the_walk_goes_up_layer_by_layer_until_it_is_stopped(visit: Visit) -> None:
    expect(visit.button("walk")).to_be_enabled(timeout=PATIENCE)
    visit.button("walk").click()
    expect(visit.button("layer")).to_contain_text("Left at the input of layer 1")
    expect(visit.button("layer")).to_contain_text("Left at layer 1", timeout=PATIENCE)
    expect(visit.button("layer")).to_contain_text("Left at layer 2", timeout=PATIENCE)
    visit.button("walk").click()
    expect(visit.strip).to_have_attribute("data-playing", "false")
    expect(visit.button("walk")).to_have_attribute("aria-pressed", "false")


def test_nothing_is_wider_than_a_phone_and_everything_has_a_name(phone: Visit) -> None:
    expect(phone.button("untaught")).to_be_enabled(timeout=PATIENCE)
    phone.settle()
    assert phone.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    found = Axe().run(phone.page, context=".st-key-echo-player", options={"resultTypes": ["violations"]})
    assert found.violations_count == 0, found.generate_report()
