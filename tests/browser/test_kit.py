"""What a visitor may expect of the tiles and of the grid of heads."""

import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

APP = "tests/browser/kit_app.py"
FRAME = 20  # ms
# heads 0, 5, 10, 17 and 27 one after another (6 heads a layer), and the milliseconds that each took to draw
WALK = """heads => [0, 5, 10, 17, 27].map((cell) => {
    heads.querySelectorAll(".cell")[cell].click()
    return +heads.dataset.switch })"""


def opened(page: Page, address: str) -> Page:
    page.goto(address)
    expect(page.locator(".heads")).to_have_attribute("data-ready", re.compile(r"\w+"), timeout=30_000)
    expect(page.locator(".strip")).to_have_attribute("data-clip", re.compile(r"\w+"))
    expect(page.locator(".tiles")).to_have_attribute("data-ready", "5")
    expect(page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]')).to_be_visible()
    return page


@pytest.fixture
def kit(page: Page, serve: Callable[[str], str]) -> Page:
    return opened(page, serve(APP))


def told(page: Page, pattern: str) -> None:
    expect(page.get_by_text(re.compile(r"told \w+ \{"))).to_have_text(re.compile(pattern))


def on_map(page: Page, query: int, key: int, count: int = 40) -> tuple[float, float]:
    """Where a cell of the large map is on the screen."""
    large = page.locator(".map")
    large.scroll_into_view_if_needed()
    box = large.bounding_box()
    assert box
    return box["x"] + box["width"] * (key + 0.5) / count, box["y"] + box["height"] * (query + 0.5) / count


def moments(page: Page) -> Locator:
    return page.locator(".strip .moment")


def test_a_tile_chooses_its_sound_and_plays_it(kit: Page) -> None:
    kit.get_by_role("radio", name="Clip three").click()
    told(kit, "told three")
    expect(kit.get_by_role("radio", name="Clip three")).to_have_attribute("aria-checked", "true")
    expect(kit.locator(".strip")).to_have_attribute("data-playing", "true")
    kit.get_by_role("radio", name="Clip three").click()
    expect(kit.locator(".strip")).to_have_attribute("data-playing", "false")


def test_tiles_are_reached_by_keyboard(kit: Page) -> None:
    kit.get_by_role("radio", name="Clip one").focus()
    kit.keyboard.press("ArrowRight")
    kit.keyboard.press("Enter")
    told(kit, "told two")


def test_a_sound_of_ones_own_can_be_removed(kit: Page) -> None:
    kit.get_by_role("button", name="Remove Clip mine").click()
    expect(kit.locator(".tiles")).to_have_attribute("data-ready", "4")
    told(kit, re.escape("['one', 'two', 'three', 'four']"))


def test_a_head_is_shown_in_one_frame_and_python_hears_of_it_once(kit: Page) -> None:
    sent: list[object] = []
    kit.on("websocket", lambda socket: socket.on("framesent", lambda data: sent.append(data)))
    kit.reload()
    expect(kit.locator(".heads")).to_have_attribute("data-ready", re.compile(r"\w+"), timeout=30_000)
    kit.wait_for_timeout(500)
    before = len(sent)
    took = kit.locator(".heads").evaluate(WALK)
    expect(kit.locator(".heads")).to_have_attribute("data-cell", "5 4")
    assert sorted(took)[2] <= FRAME
    told(kit, "'layer': 5, 'head': 3")
    assert len(sent) == before + 1


def test_arrow_keys_walk_through_the_heads(kit: Page) -> None:
    kit.get_by_role("radio", name="Layer 3, head 2").focus()
    kit.keyboard.press("ArrowDown")
    kit.keyboard.press("ArrowRight")
    expect(kit.locator(".heads")).to_have_attribute("data-cell", "4 3")
    expect(kit.get_by_role("radio", name="Layer 4, head 3")).to_be_focused()


def test_pointing_at_a_cell_says_who_looks_where_and_lights_up_both_moments(kit: Page) -> None:
    kit.mouse.move(*on_map(kit, query=20, key=17))
    # head 2 of layer 3 looks three stretches back; weights fall as exp(-0.625 d), so this cell takes tanh(0.3125)
    expect(kit.locator(".one .read")).to_have_text("30.3 % of the attention of 1.50 to 1.57 s goes to 1.27 to 1.35 s")
    expect(moments(kit)).to_have_count(2)
    expect(moments(kit).first).to_have_text("looks")
    kit.mouse.move(5, 5)
    expect(moments(kit)).to_have_count(0)


def test_a_click_plays_both_moments_one_after_the_other(kit: Page) -> None:
    kit.mouse.click(*on_map(kit, query=20, key=4))
    strip = kit.locator(".strip")
    expect(strip).to_have_attribute("data-playing", "true")
    expect(strip).to_have_attribute("data-position", re.compile(r"^0\.3"), timeout=3000)
    expect(strip).to_have_attribute("data-playing", "false")


def test_heads_can_be_sorted_by_what_is_measured(kit: Page) -> None:
    kit.get_by_label("Sorted by").select_option("Span")
    first = kit.locator(".cell").first
    # the softest layer, and the head that looks farthest ahead
    expect(first).to_have_attribute("aria-label", "Layer 1, head 6")
    kit.get_by_label("Sorted by").select_option("layer and head")
    expect(first).to_have_attribute("aria-label", "Layer 1, head 1")


def test_phones_stand_on_both_axes(kit: Page) -> None:
    kit.get_by_text("Phones").click()
    kit.wait_for_timeout(800)
    kit.mouse.move(*on_map(kit, query=17, key=2, count=18))
    expect(kit.locator(".one .read")).to_have_text(
        re.compile(r"of n \(2\.60 to 2\.80 s\) goes to k \(0\.40 to 0\.57 s\)$")
    )


def test_numbers_of_a_head_can_be_saved_and_rows_sum_to_one(kit: Page) -> None:
    with kit.expect_download() as saved:
        kit.get_by_role("button", name="Save numbers").click()
    lines = saved.value.path().read_text("utf-8").splitlines()
    rows = [[float(value) for value in line.split(",")[1:]] for line in lines[1:]]
    # levels of 1/255 of a square root: cells are right to about one percent of the brightest
    assert [sum(row) for row in rows[8:]] == pytest.approx([1.0] * len(rows[8:]), abs=0.03)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_it_fits_the_screen_and_everyone_can_use_it(
    browser: Browser, serve: Callable[[str], str], width: int, scheme: str
) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 844}, color_scheme=scheme, reduced_motion="reduce"
    )
    page = opened(context.new_page(), serve(APP))
    over = "document.querySelector('[data-testid=stMain]').scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(over) <= 0
    found = Axe().run(page).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"][:160]) for one in found] == []
    context.close()
