"""What a visitor may expect of before and after in a browser."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from core.finetuning.runs import RunFolder
from tests.browser.serving import serving
from tests.pages.taught import another, guessing, teach
from tests.pages.test_fine_tune import archive, rows

PATIENCE = 60_000  # ms; the machine may be busy
OVER = "document.querySelector('[data-testid=stMain]').scrollWidth - document.documentElement.clientWidth"
VIEWS = ("How good", "What goes wrong", "How sure", "Inside", "Keep it")


@dataclass(frozen=True)
class Served:
    """A server with one run that learned, and one that answers at random."""

    address: str
    learned: RunFolder
    random: RunFolder

    def link(self, run: RunFolder) -> str:
        return f"{self.address}/fine_tune?run={run.token}&dataset={run.asked.data}&step=outcome"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    home: Path = tmp_path_factory.mktemp("home")
    run = teach(home, archive(rows(voices=5, each=4)))
    random = another(home, run, guessing(run.read_outcome()))
    with serving("app.py", STRATA_HOME=str(home)) as server:
        yield Served(str(server), run, random)


@pytest.fixture
def complaints(page: Page) -> list[str]:
    return listen(page)


def listen(page: Page) -> list[str]:
    heard: list[str] = []
    page.on("pageerror", lambda error: heard.append(str(error)))
    # from a deep link Streamlit first looks for its server beside the page
    page.on(
        "console", lambda line: heard.append(line.text) if line.type == "error" and "404" not in line.text else None
    )
    return heard


def settle(page: Page) -> None:
    expect(page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]')).to_be_visible(timeout=PATIENCE)


def open_view(page: Page, address: str, view: str) -> None:
    page.goto(address)
    page.get_by_role("radio", name=view, exact=True).click(timeout=PATIENCE)
    expect(page.get_by_role("radio", name=view, exact=True)).to_be_checked(timeout=PATIENCE)
    settle(page)


def test_a_sound_that_flipped_plays_and_shows_what_was_said_before_and_after(
    page: Page, served: Served, complaints: list[str]
) -> None:
    page.set_viewport_size({"width": 1440, "height": 1000})
    open_view(page, served.link(served.random), "How good")
    expect(page.locator(".st-key-sentence")).to_contain_text("no evidence of learning", timeout=PATIENCE)
    page.locator(".st-key-flips-broken .choose").first.click(timeout=PATIENCE)
    expect(page.locator(".strip")).to_have_attribute("data-playing", "true", timeout=PATIENCE)
    expect(page.get_by_text(re.compile(r"is truly"))).to_be_visible(timeout=PATIENCE)
    assert complaints == []


def test_a_cell_of_the_confusion_opens_its_sounds(page: Page, served: Served, complaints: list[str]) -> None:
    page.set_viewport_size({"width": 1440, "height": 1000})
    open_view(page, served.link(served.random), "What goes wrong")
    chart = page.locator('[role="graphics-document"][aria-label^="the taught copy"]')
    box = chart.bounding_box(timeout=PATIENCE)
    assert box
    chart.click(position={"x": 0.75 * box["width"], "y": 0.65 * box["height"]})
    expect(page.locator(".st-key-cell-tiles .choose").first).to_be_visible(timeout=PATIENCE)
    assert complaints == []


def test_the_epochs_stand_on_the_strip_and_their_slider_does_not_wait_for_the_server(
    page: Page, served: Served, complaints: list[str]
) -> None:
    page.set_viewport_size({"width": 1440, "height": 1000})
    sent: list[object] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(frame)))
    open_view(page, served.link(served.learned), "Inside")
    page.get_by_role("button", name="Put this sound and its epochs on the strip").click()
    slider = page.get_by_role("slider", name="Epoch")
    expect(slider).to_be_visible(timeout=PATIENCE)
    settle(page)
    page.wait_for_timeout(500)
    before = len(sent)
    slider.focus()
    value = slider.input_value()
    slider.press("ArrowLeft")
    now = slider.input_value()
    assert now != value
    page.wait_for_timeout(800)
    settle(page)
    assert len(sent) - before <= 1  # the choice is told once, after it was drawn
    assert slider.input_value() == now
    assert complaints == []


def test_the_copy_is_downloaded_and_becomes_the_model_of_every_page(
    page: Page, served: Served, complaints: list[str]
) -> None:
    page.set_viewport_size({"width": 1440, "height": 1000})
    open_view(page, served.link(served.learned), "Keep it")
    with page.expect_download(timeout=PATIENCE) as saved:
        page.get_by_role("button", name="Download it").click()
    assert saved.value.suggested_filename == f"strata-{served.learned.token[:8]}.zip"
    page.get_by_role("button", name="Look at it on every page").click()
    expect(page.locator(".st-key-model-card")).to_contain_text("Names what it hears: 2 classes", timeout=PATIENCE)
    page.get_by_role("link", name="Layers").click()
    expect(page).to_have_url(re.compile(rf"layers\?.*model=tuned(@|%40){served.learned.token}"), timeout=PATIENCE)
    settle(page)
    assert page.locator('[data-testid="stException"]').count() == 0
    assert complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_view_scrolls_sideways_on_a_phone(browser: Browser, served: Served, scheme: str) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, color_scheme=scheme)
    page = context.new_page()
    complaints = listen(page)
    page.goto(served.link(served.learned))
    for view in VIEWS:
        page.get_by_role("radio", name=view, exact=True).click(timeout=PATIENCE)
        expect(page.get_by_role("radio", name=view, exact=True)).to_be_checked(timeout=PATIENCE)
        settle(page)
        assert page.evaluate(OVER) <= 0, view
    assert complaints == []
    context.close()
