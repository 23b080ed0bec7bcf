"""What a visitor may expect of the Attention page."""

import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, WebSocket, expect

from core.samples import FOLDER
from tests.browser import visiting

FRAME = 20  # ms: one picture on a screen of 50 Hz
CONTROL = 300_000  # bytes over the wire for a changed control
WORD = "cat"

pytestmark = pytest.mark.skipif(
    not (FOLDER / "traces" / "speech-tiny" / "cat.npz").is_file(), reason="no stored traces: make traces"
)


class Visit(visiting.Visit):
    """The page, and what went over the wire."""

    path = "attention"

    def __init__(self, page: Page, address: str) -> None:
        super().__init__(page, address)
        self.sent: list[str | bytes] = []
        self.received: list[int] = []
        page.on("websocket", self.listen)
        page.goto(f"{address}/attention?layer=3&head=2")
        expect(self.heads).to_have_attribute("data-ready", re.compile(r"\w+"), timeout=60_000)
        self.settle()

    def listen(self, socket: WebSocket) -> None:
        socket.on("framesent", lambda data: self.sent.append(data))
        socket.on("framereceived", lambda data: self.received.append(len(data)))

    @property
    def heads(self) -> Locator:
        return self.page.locator(".heads")

    def cell(self, layer: int, head: int) -> Locator:
        return self.heads.get_by_role("radio", name=re.compile(rf"^Layer {layer}, head {head}\b"))


visit = visiting.on(visiting.WIDE, Visit)
phone = visiting.on(visiting.PHONE, Visit)


def test_a_link_opens_the_page_at_its_head_before_anything_else_was_visited(visit: Visit) -> None:
    expect(visit.page.get_by_role("heading", name="Where does each head look?")).to_be_visible()
    expect(visit.heads).to_have_attribute("data-cell", "3 3")
    expect(visit.sentence).to_contain_text("Head 3 of layer 3 looks")
    expect(visit.page.get_by_text("Attention alone is not an explanation")).to_be_visible()


def test_another_head_is_drawn_in_one_frame_without_asking_the_server(visit: Visit) -> None:
    large = "element.getRootNode().querySelector('.map canvas').toDataURL()"
    before, after = visit.cell(6, 2).evaluate(f"element => [{large}, element.click() ?? {large}]")
    assert before != after  # drawn before the click had returned, so before anything could have been asked
    expect(visit.heads).to_have_attribute("data-cell", "6 2")
    assert float(visit.heads.get_attribute("data-switch") or "inf") <= FRAME
    expect(visit.page.locator(".strip")).to_contain_text("6 of 8")
    expect(visit.sentence).to_contain_text("Head 2 of layer 6 looks")
    expect(visit.page).to_have_url(re.compile("layer=6"))


def test_the_slider_of_the_strip_chooses_the_head_that_is_drawn_large(visit: Visit) -> None:
    visit.page.locator("#choice-head").focus()
    visit.page.keyboard.press("ArrowRight")
    expect(visit.heads).to_have_attribute("data-cell", "3 4")
    expect(visit.sentence).to_contain_text("Head 4 of layer 3 looks")


def test_a_word_asks_where_the_head_looks_from_there(visit: Visit) -> None:
    start, end = word_seconds()
    visit.page.goto(f"{visit.address}/attention?layer=3&head=2&region={start:.3f}-{end:.3f}")
    expect(visit.sentence).to_contain_text(re.compile(rf"For {WORD} it looks most at"), timeout=30_000)
    expect(visit.page.get_by_role("heading", name=f"Where it looks from {WORD}")).to_be_visible()
    expect(visit.page.locator('.row[data-name="It looks at"]')).to_be_visible()
    expect(visit.page.locator('.row[data-name="Looks at it"]')).to_be_visible()
    visit.settle()


def word_seconds() -> tuple[float, float]:
    from core.samples import load, samples

    word = next(item for item in load(samples()["cat"]).tiers.spoken("word") if item.label.lower() == WORD)
    return word.start, word.end


def test_words_on_the_axes_travel_in_little(visit: Visit) -> None:
    before = sum(visit.received)
    visit.page.get_by_role("radio", name="words", exact=True).first.click()
    expect(visit.heads).to_contain_text("what looks")
    visit.settle()
    assert sum(visit.received) - before <= CONTROL


def test_a_row_of_the_table_and_a_mark_of_the_chart_choose_a_head(visit: Visit) -> None:
    table = visit.page.locator(".st-key-heads-table")
    table.scroll_into_view_if_needed()
    box = table.bounding_box()
    assert box
    visit.page.mouse.click(box["x"] + 16, box["y"] + 35 * 1.5)
    expect(visit.heads).to_have_attribute("data-cell", "1 1")
    expect(visit.sentence).to_contain_text("Head 1 of layer 1 ")
    visit.settle()
    marks = visit.page.locator(".st-key-heads-chart path[aria-roledescription='point']")
    marks.first.evaluate("mark => mark.scrollIntoView({ block: 'center' })")
    chosen = visit.heads.get_attribute("data-cell")
    place = marks.nth(20).bounding_box()
    assert place
    visit.page.mouse.click(place["x"] + place["width"] / 2, place["y"] + place["height"] / 2)
    expect(visit.heads).not_to_have_attribute("data-cell", chosen or "")


def test_pictures_and_numbers_can_be_saved(visit: Visit, tmp_path: Path) -> None:
    with visit.page.expect_download() as numbers:
        visit.page.locator(".st-key-heads-csv button").click()
    numbers.value.save_as(tmp_path / "heads.csv")
    lines = (tmp_path / "heads.csv").read_text("utf-8").splitlines()
    assert lines[0].startswith("layer,head,kind")
    assert len(lines) == 1 + 8 * 6
    with visit.page.expect_download() as one:
        visit.heads.get_by_role("button", name="Save numbers").click()
    assert one.value.suggested_filename.endswith(".csv")
    with visit.page.expect_download() as picture:
        visit.heads.get_by_role("button", name="Save picture").click()
    assert picture.value.suggested_filename.endswith(".png")


def test_bertviz_draws_its_lines_without_any_other_host(visit: Visit) -> None:
    assert not visit.page.locator("iframe").count()
    visit.page.get_by_text("BertViz: lines between words").click()
    frame = visit.page.frame_locator(".st-key-bertviz iframe")
    expect(frame.locator("svg line").first).to_be_attached(timeout=60_000)
    assert frame.locator("svg text", has_text=WORD).count()
    visit.page.get_by_role("radio", name="many layers, all heads").click()
    expect(frame.locator("#vis, [id^=bertviz]").first).to_be_attached(timeout=60_000)
    expect(frame.locator("svg line").first).to_be_attached(timeout=60_000)
    visit.settle()


def test_every_figure_says_what_it_shows(visit: Visit) -> None:
    expect(visit.page.get_by_role("application", name=re.compile("Attention of layer 3, head 3"))).to_be_visible()
    expect(visit.page.locator(".st-key-heads-chart [aria-label*='heads by Span and Spread']").first).to_be_attached()
    assert visit.cell(1, 1).get_attribute("aria-label")


def test_nothing_scrolls_sideways_on_a_phone(phone: Visit) -> None:
    wide = "(element => element.scrollWidth - element.clientWidth)"
    assert phone.page.evaluate(f"{wide}(document.querySelector('[data-testid=stMain]'))") <= 0
    assert phone.page.evaluate(f"{wide}(document.documentElement)") <= 0
    expect(phone.cell(8, 6)).to_be_visible()


def test_the_page_can_be_used_without_seeing_it(visit: Visit) -> None:
    found = Axe().run(visit.page, options={"rules": {"region": {"enabled": False}}})
    assert not [(one["id"], [node["target"] for node in one["nodes"]]) for one in found.response["violations"]]


def test_the_drawing_and_the_numbers_of_bertviz_can_be_saved(visit: Visit) -> None:
    visit.page.get_by_text("BertViz: lines between words").click()
    save = visit.page.frame_locator(".st-key-bertviz iframe").get_by_role("button", name="Save picture")
    save.wait_for(timeout=60_000)
    with visit.page.expect_download() as drawing:
        save.click()
    assert drawing.value.suggested_filename == "attention.svg"
    assert Path(drawing.value.path()).read_text("utf-8").startswith("<svg")
    with visit.page.expect_download() as numbers:
        visit.page.locator(".st-key-bertviz-numbers button").first.click()
    assert Path(numbers.value.path()).read_text("utf-8").startswith("layer,head,from,to,share")
