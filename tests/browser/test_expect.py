"""What a visitor may expect of the Expect page, with the model that ships for it."""

import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from core.sources import bundled
from tests.browser import visiting

pytestmark = pytest.mark.skipif("speech-self" not in bundled(), reason="speech-self does not ship")


class Visit(visiting.Visit):
    """The page with the vowel of "cat" masked."""

    path = "expect"

    def __init__(self, page: Page, address: str) -> None:
        super().__init__(page, address)
        self.page.goto(f"{address}/expect?model=speech-self&region=0.300-0.440")
        expect(self.sentence).to_contain_text("Masked from", timeout=visiting.PATIENCE)
        expect(self.row("Predictable")).to_be_visible(timeout=visiting.PATIENCE)
        expect(page.get_by_text("What am I looking at?")).to_be_visible(timeout=visiting.PATIENCE)
        self.settle()

    @property
    def players(self) -> Locator:
        return self.page.locator(".st-key-hole button.lent")

    @property
    def strip(self) -> Locator:
        return self.page.locator(".strip")

    def row(self, name: str) -> Locator:
        return self.strip.locator(f'.row[data-name="{name}"]')


visit = visiting.on(visiting.WIDE, Visit)
phone = visiting.on(visiting.PHONE, Visit)


def test_the_hole_is_answered_and_laid_under_the_sound(visit: Visit) -> None:
    expect(visit.page.get_by_role("heading", name="What does the model expect where it hears nothing?")).to_be_visible()
    expect(visit.sentence).to_contain_text(re.compile(r"Masked from 0\.3\d to 0\.4\d s \((k )?ae\)"))
    expect(visit.sentence).to_contain_text("chance is 1.0%")
    for name in ("The truth is expected", "Expected code", "True code", "Like what it expects"):
        expect(visit.row(name)).to_be_visible()


def test_the_hole_and_what_would_fit_can_be_heard(visit: Visit) -> None:
    expect(visit.players).to_have_count(2, timeout=visiting.PATIENCE)
    for at in range(2):
        visit.players.nth(at).click()
        expect(visit.strip).to_have_attribute("data-playing", "true", timeout=visiting.PATIENCE)
        expect(visit.players.nth(at)).to_have_attribute("aria-pressed", "true")
        visit.players.nth(at).click()
        expect(visit.strip).to_have_attribute("data-playing", "false", timeout=visiting.PATIENCE)
    like = visit.page.get_by_role("button", name=re.compile(r"^Play \d\.\d+ to"))
    expect(like.first).to_be_visible(timeout=visiting.PATIENCE)
    like.first.click()
    expect(visit.strip).to_have_attribute("data-playing", "true", timeout=visiting.PATIENCE)


def test_another_length_of_holes_is_measured_anew(visit: Visit) -> None:
    told = visit.page.get_by_text("On average it gives the truth")
    before = told.inner_text()
    visit.page.get_by_role("radio", name="0.4 s").click()
    expect(told).not_to_have_text(before, timeout=visiting.PATIENCE)
    visit.settle()


def test_the_numbers_can_be_saved(visit: Visit, tmp_path: Path) -> None:
    with visit.page.expect_download(timeout=visiting.PATIENCE) as numbers:
        visit.page.locator(".st-key-expect-among-numbers button").first.click()
    numbers.value.save_as(tmp_path / "expected.csv")
    lines = (tmp_path / "expected.csv").read_text("utf-8").splitlines()
    assert lines[0] == "of,cosine from,cosine to,share"
    assert len(lines) == 1 + 2 * 20


def test_a_model_without_the_head_leads_to_the_one_that_ships(visit: Visit) -> None:
    visit.page.goto(f"{visit.address}/expect?region=0.300-0.440")
    button = visit.page.get_by_role("button", name="Ask speech-self instead")
    expect(button).to_be_visible(timeout=visiting.PATIENCE)
    button.click()
    expect(visit.sentence).to_contain_text("Masked from", timeout=visiting.PATIENCE)
    expect(visit.page).to_have_url(re.compile("model=speech-self"), timeout=visiting.PATIENCE)
    visit.settle()


def test_nothing_scrolls_sideways_on_a_phone(phone: Visit) -> None:
    wide = "(element => element.scrollWidth - element.clientWidth)"
    assert phone.page.evaluate(f"{wide}(document.querySelector('[data-testid=stMain]'))") <= 0
    assert phone.page.evaluate(f"{wide}(document.documentElement)") <= 0
    expect(phone.players.first).to_be_visible(timeout=visiting.PATIENCE)


def test_the_page_can_be_used_without_seeing_it(visit: Visit) -> None:
    found = Axe().run(visit.page, options={"rules": {"region": {"enabled": False}}})
    assert not [(one["id"], [node["target"] for node in one["nodes"]]) for one in found.response["violations"]]
