"""What a visitor may expect of the Explain page."""

import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from core.samples import FOLDER
from tests.browser import visiting

pytestmark = pytest.mark.skipif(
    not (FOLDER / "traces" / "speech-tiny" / "cat.npz").is_file(), reason="no stored traces: make traces"
)


class Visit(visiting.Visit):
    """The page, and what it complained about."""

    path = "explain"

    def __init__(self, page: Page, address: str, query: str = "") -> None:
        super().__init__(page, address)
        self.go(query)

    def go(self, query: str) -> None:
        self.page.goto(f"{self.address}/explain{query}")
        expect(self.players).to_have_count(2, timeout=visiting.PATIENCE)

    @property
    def players(self) -> Locator:
        return self.page.locator(".st-key-explain-lent button.lent")

    @property
    def strip(self) -> Locator:
        return self.page.locator(".strip")

    def choose(self, label: str, option: str) -> None:
        self.page.get_by_role("combobox", name=re.compile(label)).click()
        self.page.get_by_role("option", name=option, exact=True).click()


visit = visiting.on(visiting.WIDE, Visit)
phone = visiting.on(visiting.PHONE, Visit)


def test_the_page_opens_with_its_answer_and_draws_it_over_the_sound(visit: Visit) -> None:
    expect(visit.page.get_by_role("heading", name="Why did the model say that?")).to_be_visible()
    expect(visit.sentence).to_contain_text("mostly because of sat (0.51 to 0.80 s); without it, it writes nothing")
    expect(visit.strip.locator('.row[data-name="Spectrogram"]')).to_contain_text("Why")
    expect(visit.strip.locator('.row[data-name="Its part"]')).to_be_visible()
    expect(visit.page).to_have_url(re.compile("target=5"))


def test_the_part_and_all_but_it_can_be_heard_on_the_strip(visit: Visit) -> None:
    only, rest = visit.players.nth(0), visit.players.nth(1)
    expect(only).to_contain_text("Play only that part")
    expect(only).to_contain_text("The model still says “s”")
    expect(rest).to_contain_text("Play everything but that part")
    only.click()
    expect(visit.strip).to_have_attribute("data-playing", "true")
    expect(only).to_have_attribute("aria-pressed", "true")
    rest.click()
    expect(rest).to_have_attribute("aria-pressed", "true")
    expect(only).to_have_attribute("aria-pressed", "false")
    rest.click()
    expect(visit.strip).to_have_attribute("data-playing", "false")


def test_another_method_changes_the_answer_and_the_link(visit: Visit) -> None:
    visit.choose("Method", "HiResCAM")
    expect(visit.sentence).to_contain_text("HiResCAM points most at", timeout=visiting.PATIENCE)
    expect(visit.page).to_have_url(re.compile("method=hirescam"))
    visit.settle()


def test_the_same_symbol_at_another_moment_is_another_question(visit: Visit) -> None:
    visit.page.get_by_role("radio", name="ae 1.17").click()
    expect(visit.sentence).to_contain_text("The model writes ae at 1.17 s", timeout=visiting.PATIENCE)
    expect(visit.page).to_have_url(re.compile("target=13"))
    visit.settle()


def test_a_piece_of_the_table_is_chosen_and_played_on_the_strip(visit: Visit) -> None:
    visit.page.get_by_role("button", name="Choose and play cat, 0.21 to 0.51 s").click()
    expect(visit.strip).to_have_attribute("data-region", "0.205 0.510")
    expect(visit.strip).to_have_attribute("data-playing", "true")
    expect(visit.page).to_have_url(re.compile("region=0.205-0.510"))
    expect(visit.sentence).to_contain_text("The model writes s at 0.54 s")  # what is explained stays
    visit.settle()


def test_the_checks_say_how_far_to_trust_it(visit: Visit) -> None:
    badge = visit.page.locator(".st-key-explain-badge")
    begin = visit.page.locator(".st-key-begin-trust button").first
    expect(badge.or_(begin)).to_be_visible(timeout=visiting.PATIENCE)
    if begin.is_visible():
        begin.click()
    expect(badge).to_contain_text("Does taking it away change the answer?", timeout=visiting.PATIENCE)
    badge.get_by_text("The numbers behind it").click()
    chart = badge.locator("[aria-label*='What is left of the answer']").first
    expect(chart).to_be_attached(timeout=visiting.PATIENCE)
    visit.settle()


def test_a_channel_of_a_layer_lies_over_the_spectrogram(visit: Visit) -> None:
    visit.page.get_by_role("radio", name="a channel of it").click()
    row = visit.strip.locator('.row[data-name="Spectrogram"]')
    expect(row).to_contain_text(re.compile(r"channel \d+ of layer 1"), timeout=visiting.PATIENCE)
    visit.settle()


def test_numbers_can_be_saved(visit: Visit, tmp_path: Path) -> None:
    with visit.page.expect_download() as numbers:
        visit.page.locator(".st-key-explain-numbers button").first.click()
    numbers.value.save_as(tmp_path / "explained.csv")
    lines = (tmp_path / "explained.csv").read_text("utf-8").splitlines()
    assert lines[0].startswith("piece,start (s),end (s),contribution (score)")
    assert len(lines) == 1 + 8


def test_what_is_masked_in_training_is_taken_along(visit: Visit) -> None:
    visit.page.locator(".st-key-explain-erase button").first.click()
    expect(visit.page.get_by_role("heading", name="Can it learn something new?")).to_be_visible(
        timeout=visiting.PATIENCE
    )
    visit.settle()


def test_nothing_scrolls_sideways_on_a_phone(phone: Visit) -> None:
    phone.settle()
    wide = "(element => element.scrollWidth - element.clientWidth)"
    assert phone.page.evaluate(f"{wide}(document.querySelector('[data-testid=stMain]'))") <= 0
    assert phone.page.evaluate(f"{wide}(document.documentElement)") <= 0
    expect(phone.players.first).to_be_visible()


def test_the_page_can_be_used_without_seeing_it(visit: Visit) -> None:
    visit.settle()
    found = Axe().run(visit.page, options={"rules": {"region": {"enabled": False}}})
    assert not [(one["id"], [node["target"] for node in one["nodes"]]) for one in found.response["violations"]]
