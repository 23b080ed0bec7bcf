"""What a visitor may expect of the Ladder page."""

import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from core.probing.stored import LADDER
from core.sources import CHECKPOINTS
from tests.browser import visiting

pytestmark = pytest.mark.skipif(
    not (CHECKPOINTS / "speech-tiny" / LADDER).is_file(), reason="no stored ladder: python -m models.recipes.ladders"
)


class Visit(visiting.Visit):
    """The page, and what it complained about."""

    path = "ladder"

    def __init__(self, page: Page, address: str) -> None:
        super().__init__(page, address)
        page.goto(f"{address}/ladder")
        expect(self.glance).to_be_visible(timeout=visiting.PATIENCE)
        expect(page.get_by_text("What am I looking at?")).to_be_visible(timeout=visiting.PATIENCE)
        self.settle()

    @property
    def glance(self) -> Locator:
        return self.page.locator('[role="graphics-document"][aria-label^="Where each rung can be read best"]')

    @property
    def large(self) -> Locator:
        return self.page.locator(".st-key-ladder-large")

    def row(self, name: str) -> Locator:
        return self.page.locator(f'.strip .row[data-name="{name}"]')


visit = visiting.on(visiting.WIDE, Visit)
phone = visiting.on(visiting.PHONE, Visit)


def test_the_page_opens_with_its_answer_and_the_whole_ladder(visit: Visit) -> None:
    expect(visit.sentence).to_contain_text(re.compile(r"Which phone it is can(not)? be read (best at|off any)"))
    expect(visit.row("Phone read here")).to_be_visible()
    expect(visit.row("Phone at every depth").locator("canvas")).to_be_visible()
    expect(visit.page.get_by_role("heading", name="Phone: Which phone is this?")).to_be_visible()


def test_a_circle_chooses_its_rung_and_its_layer(visit: Visit) -> None:
    visit.glance.locator('[aria-label^="Word, layer 3:"]').click()
    expect(visit.sentence).to_contain_text("Which word it is", timeout=visiting.PATIENCE)
    expect(visit.page).to_have_url(re.compile("layer=3&rung=word"))
    expect(visit.page.get_by_role("slider", name="Layer")).to_have_attribute("aria-valuetext", "3 of 8")
    expect(visit.row("Word read here")).to_be_visible()
    visit.settle()


def test_the_layer_of_the_strip_is_marked_in_the_curve(visit: Visit) -> None:
    visit.page.locator(".strip .choice .step").last.click()
    expect(visit.page).to_have_url(re.compile("layer=2"))
    expect(visit.page.get_by_text(re.compile(r"layer 2 (reads|with)")).first).to_be_visible(timeout=visiting.PATIENCE)
    visit.settle()


def test_what_the_model_itself_hears_comes_onto_the_strip(visit: Visit) -> None:
    visit.page.get_by_role("button", name="Through the model's own last step", exact=True).click()
    for name in ("Heard under the blank", "Doubt", "Right from here on"):
        expect(visit.row(name)).to_be_visible(timeout=visiting.PATIENCE)
    visit.settle()


def test_the_numbers_of_the_ladder_can_be_saved(visit: Visit, tmp_path: Path) -> None:
    with visit.page.expect_download() as numbers:
        visit.page.locator(".st-key-ladder-glance-numbers button").first.click()
    numbers.value.save_as(tmp_path / "ladder.csv")
    lines = (tmp_path / "ladder.csv").read_text("utf-8").splitlines()
    assert lines[0].startswith("rung,stop,score,95 % from,to,control labels,random weights,log-mel")
    assert {line.split(",")[0] for line in lines[1:]} >= {"spectrum", "phone", "word"}


def test_nothing_scrolls_sideways_on_a_phone(phone: Visit) -> None:
    wide = "(element => element.scrollWidth - element.clientWidth)"
    assert phone.page.evaluate(f"{wide}(document.querySelector('[data-testid=stMain]'))") <= 0
    assert phone.page.evaluate(f"{wide}(document.documentElement)") <= 0
    expect(phone.large.locator("svg").first).to_be_visible()


def test_the_page_can_be_used_without_seeing_it(visit: Visit) -> None:
    found = Axe().run(visit.page, options={"rules": {"region": {"enabled": False}}})
    assert not [(one["id"], [node["target"] for node in one["nodes"]]) for one in found.response["violations"]]
