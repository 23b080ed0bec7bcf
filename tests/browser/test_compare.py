"""What a visitor may expect of the Compare page."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from core.comparing import stored
from core.sources import CHECKPOINTS
from tests.browser import visiting

pytestmark = pytest.mark.skipif(
    not stored.place(CHECKPOINTS / "speech-tiny", "itself").is_file(),
    reason="no stored comparison: python -m models.recipes.likeness",
)
CHARTS = (
    "unbiased linear CKA",
    "rank correlation of distances",
    "Intrinsic dimension (TwoNN) over the layers",
    "Intrinsic dimension from fewer",
    "What the layers have in common with the sound",
    "What the layers have in common with which phone",
)


class Visit(visiting.Visit):
    """The page, and what it complained about."""

    path = "compare"

    def __init__(self, page: Page, address: str) -> None:
        super().__init__(page, address)
        page.goto(f"{address}/compare")
        expect(self.chart("unbiased linear CKA")).to_be_visible(timeout=visiting.PATIENCE)
        expect(page.get_by_text("What am I looking at?")).to_be_visible(timeout=visiting.PATIENCE)
        self.settle()

    def chart(self, alt: str) -> Locator:
        return self.page.locator(f'[role="graphics-document"][aria-label^="{alt}"]')

    def against(self, name: str) -> None:
        """Choose what the model is compared with."""
        self.page.get_by_role("combobox", name=re.compile("^.*Compare speech-tiny with")).click()
        self.page.get_by_role("option", name=name).click()
        self.settle()


visit = visiting.on(visiting.WIDE, Visit)


def test_the_page_opens_with_its_answer_and_every_picture(visit: Visit) -> None:
    expect(visit.sentence).to_contain_text(re.compile(r"neighbouring layers are \d+% alike on average"))
    for alt in CHARTS:
        expect(visit.chart(alt)).to_have_count(1)


def test_an_untaught_copy_is_compared_at_once_with_the_best_match_of_each_layer(visit: Visit) -> None:
    visit.against("its untaught copy")
    expect(visit.sentence).to_contain_text("What speech-tiny learned shows", timeout=visiting.PATIENCE)
    expect(
        visit.chart("unbiased linear CKA of the layers of speech-tiny with those of speech-tiny, untaught")
    ).to_be_visible(timeout=visiting.PATIENCE)


def test_another_model_says_its_cost_before_it_is_compared(visit: Visit) -> None:
    visit.against("sound-cnn")
    expect(visit.sentence).to_contain_text("Nothing is measured yet", timeout=visiting.PATIENCE)
    expect(visit.page.get_by_role("button", name="Begin")).to_be_visible(timeout=visiting.PATIENCE)


def test_every_figure_has_numbers(visit: Visit) -> None:
    expect(visit.page.get_by_role("button", name="Numbers (CSV)")).to_have_count(len(CHARTS))
    with visit.page.expect_download() as saved:
        visit.page.get_by_role("button", name="Numbers (CSV)").first.click()
    header, first, *_rest = Path(saved.value.path()).read_text("utf-8").splitlines()
    assert header.startswith("layer of speech-tiny,layer of speech-tiny,unbiased linear CKA")
    assert first == "0,0,1.0,1.0,1.0"


def test_nothing_keeps_anyone_out(visit: Visit) -> None:
    found = Axe().run(visit.page, options={"rules": {"region": {"enabled": False}}})
    assert not [rule["id"] for rule in found.response["violations"]]


@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (390, "dark"), (768, "light"), (1440, "dark")])
def test_nothing_scrolls_sideways_on_any_screen(
    browser: Browser, serve: Callable[[str], str], width: int, scheme: str
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 844}, color_scheme=scheme)
    visit = Visit(context.new_page(), serve("app.py"))
    over = "document.querySelector('[data-testid=stMain]').scrollWidth - document.documentElement.clientWidth"
    assert visit.page.evaluate(over) <= 0
    context.close()
