"""What a visitor may expect of the strip."""

import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, WebSocket, expect

from tests.browser import made

APP = "tests/browser/strip_app.py"
FRAME = 20  # ms: one picture on a screen of 50 Hz
# six presses with nothing in between, and the milliseconds that each took to draw
SIX_CLICKS = "button => Array.from({length: 6}, () => (button.click(), +button.closest('.strip').dataset.switch))"
CORNER = "canvas => canvas.getContext('2d').getImageData(5, 5, 1, 1).data[0]"


class Visit:
    """A page with the strip, and what went over the wire."""

    def __init__(self, page: Page, address: str) -> None:
        self.page, self.address = page, address
        self.asked: list[str] = []
        self.sent: list[str | bytes] = []
        self.received: list[int] = []
        self.complaints: list[str] = []
        page.on("request", lambda request: self.asked.append(request.url))
        page.on("websocket", self.listen)
        page.on("console", lambda line: self.complaints.append(line.text) if line.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.goto(address)
        expect(self.strip).to_have_attribute("data-rows", "6", timeout=30_000)
        self.settle()

    def listen(self, socket: WebSocket) -> None:
        socket.on("framesent", lambda data: self.sent.append(data))
        socket.on("framereceived", lambda data: self.received.append(len(data)))

    def settle(self) -> None:
        expect(self.page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]')).to_be_visible()
        self.page.wait_for_timeout(500)

    @property
    def strip(self) -> Locator:
        return self.page.locator(".strip")

    @property
    def surface(self) -> Locator:
        return self.page.locator(".surface")

    def told(self, pattern: str) -> None:
        expect(self.page.get_by_text(re.compile(r"told \{"))).to_have_text(re.compile(pattern))

    def point(self, second: float, row: str) -> tuple[float, float]:
        """Where a second of a row is on the screen."""
        start, end = self.window
        canvas = self.page.locator(f'.row[data-name="{row}"] canvas')
        canvas.scroll_into_view_if_needed()
        across, down = self.surface.bounding_box(), canvas.bounding_box()
        assert across and down
        return across["x"] + across["width"] * (second - start) / (end - start), down["y"] + down["height"] / 2

    def drag(self, start: float, end: float, row: str = "Waveform") -> None:
        self.page.mouse.move(*self.point(start, row))
        self.page.mouse.down()
        self.page.mouse.move(*self.point((start + end) / 2, row))
        self.page.mouse.move(*self.point(end, row))
        self.page.mouse.up()

    @property
    def window(self) -> tuple[float, float]:
        """Seconds that are on the screen, once they have been drawn."""
        self.page.wait_for_timeout(100)
        start, end = (float(part) for part in (self.strip.get_attribute("data-view") or "").split())
        return start, end

    @property
    def region(self) -> tuple[float, ...]:
        return tuple(float(part) for part in (self.strip.get_attribute("data-region") or "").split())

    @property
    def position(self) -> float:
        return float(self.strip.get_attribute("data-position") or "nan")


@pytest.fixture
def visit(page: Page, serve: Callable[[str], str]) -> Visit:
    return Visit(page, serve(APP))


def test_play_moves_the_playhead_and_pause_stops_it(visit: Visit) -> None:
    visit.page.get_by_role("button", name="Play", exact=True).click()
    expect(visit.strip).to_have_attribute("data-position", re.compile(r"^(0\.[3-9]|[12])"))
    visit.page.get_by_role("button", name="Pause").click()
    stopped = visit.position
    visit.page.wait_for_timeout(200)
    assert visit.position == stopped > 0.3


def test_dragging_selects_a_region_that_plays_and_that_python_hears_of(visit: Visit) -> None:
    visit.drag(0.5, 1.25)
    expect(visit.strip).to_have_attribute("data-playing", "true")
    assert visit.region == pytest.approx((0.5, 1.25), abs=0.01)
    visit.told(r"'region': \(0\.[45]\d+, 1\.2[45]\d*\)")
    expect(visit.strip).to_have_attribute("data-playing", "false", timeout=3000)
    assert visit.position == visit.region[0], "it ends where it began, ready to be played again"


def test_an_edge_of_the_region_can_be_moved(visit: Visit) -> None:
    visit.drag(0.5, 1.0)
    visit.drag(visit.region[1], 1.8)
    assert visit.region == pytest.approx((0.5, 1.8), abs=0.015)


def test_a_click_on_a_word_selects_it_and_writes_it_out(visit: Visit) -> None:
    visit.page.mouse.click(*visit.point(0.6, "word"))
    assert visit.region == (0.4, 0.9)
    expect(visit.page.get_by_text("0.40 to 0.90 s: cat").first).to_be_visible()
    visit.told(r"'region': \(0\.4, 0\.9\)")


def test_a_click_elsewhere_jumps_to_that_moment(visit: Visit) -> None:
    visit.page.mouse.click(*visit.point(2.0, "Spectrogram"))
    assert visit.position == pytest.approx(2.0, abs=0.005)


def test_escape_and_the_cross_and_a_double_click_clear_the_region(visit: Visit) -> None:
    clear: list[Callable[[], None]] = [
        lambda: visit.surface.press("Escape"),
        lambda: visit.page.get_by_role("button", name="Clear the selection").click(),
        lambda: visit.page.mouse.dblclick(*visit.point(2.9, "Waveform")),
    ]
    for way in clear:
        visit.drag(0.5, 1.0)
        assert visit.region
        way()
        assert visit.region == ()
        visit.told(r"'region': None")


def test_the_keyboard_moves_picks_words_and_plays(visit: Visit) -> None:
    visit.surface.focus()
    for key, second in [
        ("End", 3.0),
        ("Home", 0.0),
        ("ArrowRight", 0.01),
        ("Shift+ArrowRight", 0.11),
        ("ArrowLeft", 0.1),
    ]:
        visit.surface.press(key)
        assert visit.position == pytest.approx(second, abs=1e-6), key
    visit.surface.press("Control+ArrowRight")
    visit.surface.press("Control+ArrowRight")
    assert visit.region == (0.4, 0.9), "the second word"
    visit.surface.press("Control+ArrowLeft")
    assert visit.region == (0.2, 0.4), "the first word"
    visit.surface.press(" ")
    visit.surface.press("+")
    start, end = visit.window
    assert end - start == pytest.approx(2.0, abs=0.05), "one and a half times as near"


def test_the_value_under_the_pointer_is_read_out_with_its_unit(visit: Visit) -> None:
    visit.page.mouse.move(*visit.point(1.0, "Spectrogram"))
    expect(visit.page.locator(".read")).to_have_text(re.compile(r"^1\.00\d s · \d+ Hz · -?\d+(\.\d+)? dB$"))
    visit.page.mouse.move(*visit.point(0.6, "word"))
    expect(visit.page.locator(".read")).to_have_text(re.compile(r"^0\.\d{3} s · cat$"))


def test_another_layer_is_drawn_in_one_frame_without_asking_the_server(visit: Visit) -> None:
    before = len(visit.sent)
    painted = int(visit.strip.get_attribute("data-painted") or 0)
    took = visit.page.get_by_label("Layer: one more").evaluate(SIX_CLICKS)
    assert sorted(took)[3] <= FRAME
    assert int(visit.strip.get_attribute("data-painted") or 0) >= painted + 6 * 6, (
        "five rows and the unit's line follow"
    )
    visit.told("'layer': 7")
    assert len(visit.sent) == before + 1, "Python hears of six presses once, when the visitor has come to rest"


def test_python_can_choose_too(visit: Visit) -> None:
    visit.page.get_by_role("button", name="Layer 7").click()
    expect(visit.page.get_by_role("slider", name="Layer")).to_have_attribute("aria-valuetext", "7 of 8")


def test_a_click_on_a_unit_chooses_it(visit: Visit) -> None:
    across, down = visit.point(1.0, "Activation map")
    visit.page.mouse.click(across, down)
    visit.told(r"'unit': 3[12]")
    visit.page.mouse.move(*visit.point(1.0, "One unit"))
    expect(visit.page.locator(".read")).to_have_text(re.compile(r"unit 3[12] · -?\d\.\d\d σ"))


def test_a_rerun_sends_neither_sound_nor_rows_again_and_paints_nothing(visit: Visit) -> None:
    painted = visit.strip.get_attribute("data-painted")
    visit.received.clear()
    visit.page.get_by_role("button", name="Layer 7").click()
    expect(visit.page.get_by_role("slider", name="Layer")).to_have_attribute("aria-valuetext", "7 of 8")
    visit.settle()
    assert sum(visit.received) < 20_000
    after = int(visit.strip.get_attribute("data-painted") or 0)
    assert after - int(painted or 0) <= 6, "only what follows the layer"


def test_rows_leave_with_the_page_that_asked_for_them_and_come_back(visit: Visit) -> None:
    box = visit.page.get_by_text("Rows", exact=True)
    box.click()
    expect(visit.strip).to_have_attribute("data-rows", "0")
    expect(visit.page.get_by_role("slider", name="Layer")).to_have_count(0)
    box.click()
    expect(visit.strip).to_have_attribute("data-rows", "6")


def test_another_clip_forgets_the_region(visit: Visit) -> None:
    visit.drag(0.5, 1.0)
    visit.told(r"'region': \(")
    visit.page.get_by_text("10", exact=True).click()
    expect(visit.page.locator(".clock")).to_have_text(re.compile(r"/ 10\.00 s"))
    assert visit.region == ()


def test_a_clip_of_thirty_seconds_zooms_and_scrolls(visit: Visit) -> None:
    visit.page.get_by_text("30", exact=True).click()
    expect(visit.page.locator(".clock")).to_have_text(re.compile(r"/ 30\.00 s"))
    visit.page.get_by_role("button", name="Zoom in").click(click_count=4)
    expect(visit.page.locator(".scroll")).to_be_visible()
    start, end = visit.window
    assert end - start == pytest.approx(30 / 1.5**4, rel=1e-3)
    visit.page.locator(".scroll").click()
    start, end = visit.window
    assert (start + end) / 2 == pytest.approx(15, abs=0.3)


def test_a_listed_moment_lights_up_and_plays(visit: Visit) -> None:
    button = visit.page.get_by_role("button", name="Play 2.20 to 2.40 s d")
    button.hover()
    expect(visit.page.locator(".strip .moment")).to_have_text("d")
    button.click()
    expect(visit.strip).to_have_attribute("data-playing", "true")
    expect(visit.strip).to_have_attribute("data-position", re.compile(r"^2\.[23]"))
    expect(visit.strip).to_have_attribute("data-playing", "false")


def test_pictures_and_numbers_can_be_saved(visit: Visit) -> None:
    menu = visit.page.locator('.row[data-name="Activity"]').get_by_role("button", name="Save this row")
    for name, ending, begins in [
        ("Save picture of this row (PNG)", "png", b"\x89PNG"),
        ("Save picture of all rows (PNG)", "png", b"\x89PNG"),
        ("Save drawing of this row (SVG)", "svg", b"<svg"),
        ("Save numbers (CSV)", "csv", b"time (s),Activity ("),
    ]:
        menu.click()
        with visit.page.expect_download() as saved:
            visit.page.get_by_role("menuitem", name=name).click()
        assert saved.value.suggested_filename.endswith(f".{ending}")
        assert saved.value.path().read_bytes().startswith(begins)


def test_saved_numbers_are_those_that_were_drawn(visit: Visit) -> None:
    visit.page.locator('.row[data-name="Activity"]').get_by_role("button", name="Save this row").click()
    with visit.page.expect_download() as saved:
        visit.page.get_by_role("menuitem", name="Save numbers (CSV)").click()
    lines = [line.split(",") for line in saved.value.path().read_text("utf-8").splitlines()[1:]]
    shown = int(visit.page.get_by_role("slider", name="Layer").input_value())
    wanted = abs(made.activations(shown, made.frames())).mean(0)
    assert [float(line[0]) for line in lines] == pytest.approx(made.frames().centres(), abs=1e-5)
    assert [float(line[1]) for line in lines] == pytest.approx(wanted, abs=1e-4)


def test_play_and_layer_stay_in_reach_when_the_strip_has_left_the_screen(visit: Visit) -> None:
    tall = visit.strip.bounding_box()
    visit.page.get_by_text("Far below.").scroll_into_view_if_needed()
    expect(visit.strip).to_have_attribute("data-afloat", "true")
    expect(visit.page.get_by_role("button", name="Play", exact=True)).to_be_in_viewport()
    visit.page.get_by_label("Layer: one more").click()
    visit.told("'layer': 2")
    after = visit.strip.bounding_box()
    assert tall and after and tall["height"] == pytest.approx(after["height"], abs=1), "the page does not jump"


def test_help_opens_in_place_and_escape_closes_it(visit: Visit) -> None:
    visit.page.locator('.row[data-name="Spectrogram"]').get_by_role("button", name="What is this?").click()
    note = visit.page.get_by_text("How strong each pitch is at each moment.")
    expect(note).to_be_visible()
    visit.page.keyboard.press("Escape")
    expect(note).to_be_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_it_fits_the_screen_and_everyone_can_use_it(
    browser: Browser, serve: Callable[[str], str], width: int, scheme: str
) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 844}, color_scheme=scheme, reduced_motion="reduce"
    )
    visit = Visit(context.new_page(), serve(APP))
    over = "document.querySelector('[data-testid=stMain]').scrollWidth - document.documentElement.clientWidth"
    assert visit.page.evaluate(over) <= 0
    found = Axe().run(visit.page).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"][:160]) for one in found] == []
    context.close()


def test_fingers_select_and_still_scroll_the_page(browser: Browser, serve: Callable[[str], str]) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    visit = Visit(context.new_page(), serve(APP))
    visit.page.touchscreen.tap(*visit.point(0.6, "word"))
    assert visit.region == (0.4, 0.9)
    across, down = visit.point(1.3, "Waveform")
    finger = context.new_cdp_session(visit.page)

    def swipe(to: tuple[float, float]) -> None:
        steps = [(across + (to[0] - across) * part / 8, down + (to[1] - down) * part / 8) for part in range(9)]
        for kind, where in [("touchStart", steps[0]), *(("touchMove", step) for step in steps[1:]), ("touchEnd", None)]:
            points = [{"x": where[0], "y": where[1]}] if where else []
            finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    swipe((visit.point(1.9, "Waveform")[0], down + 3))
    assert visit.region == pytest.approx((1.3, 1.9), abs=0.05)
    top = "document.querySelector('[data-testid=stMain]').scrollTop"
    before = visit.page.evaluate(top)
    swipe((across + 2, down - 200))
    visit.page.wait_for_timeout(400)
    assert visit.page.evaluate(top) > before + 50
    assert visit.region == pytest.approx((1.3, 1.9), abs=0.05), "scrolling selects nothing"
    context.close()


def test_it_follows_the_page_from_light_to_dark(visit: Visit) -> None:
    def shade() -> int:
        return int(visit.page.locator(".row[data-kind=matrix] canvas").first.evaluate(CORNER))

    light = shade()
    visit.page.emulate_media(color_scheme="dark")
    visit.page.wait_for_timeout(1000)
    assert light > 150 > 100 > shade(), "what is quiet takes the shade of the paper"


def test_nothing_leaves_this_computer_and_nothing_complains(visit: Visit) -> None:
    visit.drag(0.5, 1.0)
    visit.page.get_by_label("Layer: one more").click()
    visit.settle()
    elsewhere = [url for url in visit.asked if not url.startswith((visit.address, "blob:", "data:"))]
    assert elsewhere == []
    assert visit.complaints == []
