"""What a visitor may expect of the Layers page, with the model and the clips that ship."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, WebSocket, expect

LINK = "layers?clip=cat&layer=5&region=0.200-0.520"
FRAME = 20  # ms: one picture on a screen of 50 Hz
PATIENCE = 90_000  # ms; without stored traces the model is loaded first


class Visit:
    """The page from a cold link, and what went over the wire."""

    def __init__(self, page: Page, address: str, link: str = LINK) -> None:
        self.page, self.address = page, address
        self.asked: list[str] = []
        self.sent: list[str | bytes] = []
        self.complaints: list[str] = []
        page.on("request", lambda request: self.asked.append(request.url))
        page.on("websocket", self.listen)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        # from a deep link Streamlit first looks for its server beside the page, and says so
        page.on("console", lambda line: self.complain(line.text) if line.type == "error" else None)
        page.goto(f"{address}/{link}")
        expect(self.row("All layers").locator("canvas")).to_be_visible(timeout=PATIENCE)
        expect(page.get_by_text("What am I looking at?")).to_be_visible(timeout=PATIENCE)
        self.settle()

    def listen(self, socket: WebSocket) -> None:
        socket.on("framesent", lambda data: self.sent.append(data))

    def complain(self, text: str) -> None:
        if "404" not in text:
            self.complaints.append(text)

    def settle(self) -> None:
        ready = self.page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]')
        expect(ready).to_be_visible(timeout=PATIENCE)
        self.page.wait_for_timeout(500)

    @property
    def strip(self) -> Locator:
        return self.page.locator(".strip")

    def row(self, name: str) -> Locator:
        return self.page.locator(f'.row[data-name="{name}"]')

    def line(self, at: int, lines: int, row: str = "All layers") -> tuple[float, float]:
        """Where a line of a row is on the screen."""
        canvas = self.row(row).locator("canvas")
        canvas.scroll_into_view_if_needed()
        box = canvas.bounding_box()
        assert box
        return box["x"] + box["width"] / 2, box["y"] + box["height"] * (at + 0.5) / lines

    def layer(self, label: str) -> None:
        expect(self.page.get_by_role("slider", name="Layer")).to_have_attribute("aria-valuetext", label)


@pytest.fixture
def visit(page: Page, serve: Callable[[str], str]) -> Visit:
    page.set_viewport_size({"width": 1440, "height": 1000})
    return Visit(page, serve("app.py"))


def test_a_link_opens_at_its_layer_and_region_and_nothing_complains(visit: Visit) -> None:
    visit.layer("5 of 8")
    expect(visit.strip).to_have_attribute("data-region", "0.200 0.520")
    expect(visit.page.get_by_role("heading", name="What does each layer make of the sound?")).to_be_visible()
    expect(visit.page.locator(".st-key-sentence")).to_have_text(re.compile(r"layer|model"))
    elsewhere = [url for url in visit.asked if not url.startswith((visit.address, "blob:", "data:"))]
    assert elsewhere == []
    assert visit.complaints == []


def test_the_layer_changes_in_one_frame_without_asking_the_server(visit: Visit) -> None:
    before = len(visit.sent)
    # three clicks in one go, so that a slow machine cannot come to rest between them
    times = visit.strip.evaluate(
        """strip => [1, 2, 3].map(() => {
            strip.querySelector('.choice .step:last-of-type').click()
            return Number(strip.dataset.switch)
        })"""
    )
    assert len(visit.sent) == before
    assert max(times) <= FRAME
    visit.layer("8 of 8")
    expect(visit.page.get_by_role("heading", name="One unit of layer 8")).to_be_visible()
    expect(visit.page).to_have_url(re.compile("layer=8"))


def test_a_click_on_a_line_chooses_its_layer_down_to_the_first_convolution(visit: Visit) -> None:
    visit.page.mouse.click(*visit.line(10, 16))
    visit.layer("3 of 8")
    visit.page.mouse.click(*visit.line(0, 16))
    visit.layer("convolution 1")
    expect(visit.page.get_by_role("heading", name="One unit of convolution 1")).to_be_visible()
    expect(visit.page).to_have_url(re.compile("layer=-7"))


def test_the_last_of_quick_clicks_counts_also_before_the_address_has_followed(visit: Visit) -> None:
    for pause in (0, 40, 80, 120, 200):  # ms
        visit.page.mouse.click(*visit.line(10, 16))
        visit.page.wait_for_timeout(pause)
        visit.page.mouse.click(*visit.line(0, 16))
        expect(visit.page).to_have_url(re.compile("layer=-7"))
        visit.settle()
        visit.layer("convolution 1")


def test_a_line_says_what_it_is(visit: Visit) -> None:
    visit.page.mouse.move(*visit.line(15, 16))
    expect(visit.page.locator(".read")).to_have_text(
        re.compile(r"s · layer 8, \d+% of what it tells apart is in these colours$")
    )


def test_what_a_layer_does_lies_over_the_spectrogram(visit: Visit) -> None:
    gutter = visit.row("Spectrogram").locator(".name")
    for button, name in [("activity", "Activity"), ("one unit", "One unit"), ("its units", "Most active")]:
        visit.page.get_by_role("radio", name=button, exact=True).click()
        expect(gutter).to_have_text(re.compile(rf"^Spectrogram \+ {name}"))
    visit.page.get_by_role("radio", name="nothing", exact=True).click()
    expect(gutter).to_have_text("Spectrogram")
    assert visit.complaints == []


def test_more_rows_come_with_a_click(visit: Visit) -> None:
    for name in ("Activity of all layers", "Activity of the layer", "One unit"):
        visit.page.get_by_role("button", name=name, exact=True).click()
    for row in ("Activity of all layers", "Activity", "One unit"):
        expect(visit.row(row)).to_be_visible()
    assert visit.complaints == []


def test_a_unit_is_chosen_on_its_map_and_its_moments_play(visit: Visit) -> None:
    visit.page.mouse.click(*visit.line(3, 40, "Most active units"))
    expect(visit.page).to_have_url(re.compile("unit="))
    chosen = re.search(r"unit=(\d+)", visit.page.url)
    assert chosen
    expect(visit.page.get_by_text(re.compile(rf"^Unit {chosen[1]} is furthest above its average"))).to_be_visible()
    visit.page.get_by_role("list", name="Furthest above its average").get_by_role("button").first.click()
    expect(visit.strip).to_have_attribute("data-playing", "true")


def test_every_figure_has_words_and_numbers(visit: Visit) -> None:
    for alt in ("Likeness of 9 layers to each other", "How much each block changes what is alike"):
        expect(visit.page.locator(f'[role="graphics-document"][aria-label^="{alt}"]')).to_have_count(1)
    for place, header in [(0, "layer,other layer,"), (1, "layer,1 - unbiased linear CKA")]:
        with visit.page.expect_download() as saved:
            visit.page.get_by_role("button", name="Numbers (CSV)").nth(place).click()
        assert saved.value.path().read_text("utf-8").startswith(header)


def test_the_colours_of_all_layers_can_be_saved_as_numbers(visit: Visit) -> None:
    visit.row("All layers").get_by_role("button", name="Save this row").click()
    with visit.page.expect_download() as saved:
        visit.page.get_by_role("menuitem", name="Save numbers (CSV)").click()
    header, first, *_rest = saved.value.path().read_text("utf-8").splitlines()
    assert header.startswith("time (s),") and header.count("convolution 1") == 3 and header.count("layer 8") == 3
    levels = [int(value) for value in first.split(",")[1:]]
    assert len(levels) == 3 * 16 and all(0 <= level <= 255 for level in levels)


@pytest.fixture(params=[(width, scheme) for width in (390, 768, 1440) for scheme in ("light", "dark")])
def screen(request: pytest.FixtureRequest, browser: Browser, serve: Callable[[str], str]) -> Iterator[Visit]:
    width, scheme = request.param
    context = browser.new_context(viewport={"width": width, "height": 844}, color_scheme=scheme)
    yield Visit(context.new_page(), serve("app.py"))
    context.close()


def test_nothing_scrolls_sideways_on_any_screen(screen: Visit) -> None:
    over = "document.querySelector('[data-testid=stMain]').scrollWidth - document.documentElement.clientWidth"
    assert screen.page.evaluate(over) <= 0
