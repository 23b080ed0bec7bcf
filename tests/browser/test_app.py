"""The whole app, as a visitor meets it."""

import io
import re

import numpy as np
import pytest
import soundfile
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.pages.opening import PAGES

WIDTHS = {"wide": (1440, 1000), "tablet": (768, 1024), "phone": (390, 844)}
SETTLED = '[data-testid="stApp"][data-test-script-state="notRunning"]'
PATIENCE = 90_000  # milliseconds
# Streamlit asks for these below the path of a page first, and finds them one level up
HARMLESS = re.compile(r"_stcore/(health|host-config)")


def settled(page: Page) -> None:
    """Wait for the end of the script and of the drawing."""
    page.wait_for_selector(SETTLED, timeout=PATIENCE)
    page.wait_for_selector(".strip[data-painted]", timeout=PATIENCE)
    page.wait_for_timeout(500)


@pytest.fixture
def address(serve):
    return serve("app.py")


def wav(samples: np.ndarray, rate: int = 16_000) -> bytes:
    buffer = io.BytesIO()
    soundfile.write(buffer, samples, rate, format="WAV")
    return buffer.getvalue()


def upload(page: Page, name: str, data: bytes) -> None:
    page.get_by_role("button", name="Your own sound").click()
    page.locator('[data-testid="stFileUploaderDropzoneInput"]').set_input_files(
        {"name": name, "mimeType": "application/octet-stream", "buffer": data}
    )
    page.wait_for_timeout(1500)
    page.wait_for_selector(SETTLED, timeout=PATIENCE)


@pytest.mark.parametrize("path", PAGES)
def test_no_page_asks_another_host_or_complains_in_the_console(page: Page, address, path):
    hosts, complaints = set(), []
    page.on("request", lambda request: hosts.add(re.sub(r"^(\w+://[^/]+).*", r"\1", request.url)))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("response", lambda answer: complaints.append(answer.url) if answer.status >= 400 else None)
    page.goto(f"{address}/{path}")
    settled(page)
    assert {host for host in hosts if not host.startswith(("data", "blob"))} <= {address, address.replace("http", "ws")}
    assert [text for text in complaints if not HARMLESS.search(text)] == []


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("path", PAGES)
def test_nothing_scrolls_sideways_but_the_strip(browser: Browser, address, path, width):
    size = WIDTHS[width]
    context = browser.new_context(viewport={"width": size[0], "height": size[1]})
    page = context.new_page()
    page.goto(f"{address}/{path}")
    settled(page)
    main = page.locator('[data-testid="stMain"]')
    assert main.evaluate("element => element.scrollWidth - element.clientWidth") <= 0
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_accessible(browser: Browser, address, path, scheme):
    context = browser.new_context(
        color_scheme=scheme, reduced_motion="reduce", viewport={"width": 1440, "height": 1000}
    )
    page = context.new_page()
    page.goto(f"{address}/{path}")
    settled(page)
    found = [
        (problem["id"], node["html"][:160])
        for problem in Axe().run(page).response["violations"]
        for node in problem["nodes"]
        # the drop zone is Streamlit's own
        if not (problem["id"] == "presentation-role-conflict" and "stFileUploader" in node["html"])
    ]
    context.close()
    assert found == []


def test_sound_region_and_layer_go_along_from_page_to_page(page: Page, address):
    page.goto(f"{address}/?clip=question&region=0.200-0.600&layer=4")
    settled(page)
    for name in ("Layers", "Attention", "Listen"):
        page.get_by_role("link", name=name, exact=True).click()
        settled(page)
        expect(page.locator(".strip .said")).to_contain_text("0.20 to 0.60 s")
        expect(page).to_have_url(re.compile("region="))  # the address follows once the page has run
        assert {"clip=question", "region=0.200-0.600", "layer=4"} <= set(page.url.partition("?")[2].split("&"))


def test_two_windows_do_not_disturb_each_other(browser: Browser, address):
    one, two = browser.new_context().new_page(), browser.new_context().new_page()
    for page in (one, two):
        page.goto(address)
        settled(page)
    upload(one, "mine.wav", wav(np.random.default_rng(0).normal(0, 0.1, 12_000)))
    expect(one.get_by_text("mine.wav").first).to_be_visible(timeout=PATIENCE)
    two.reload()
    settled(two)
    assert two.get_by_text("mine.wav").count() == 0
    for page in (one, two):
        page.context.close()


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("song.wav", b"this is not a sound at all, it is a sentence" * 50, "song.wav"),
        ("empty.wav", b"", "empty.wav"),
        ("headless.wav", b"RIFF\x00\x00\x00\x00WAVE", "headless.wav"),
    ],
)
def test_nonsense_gets_a_sentence_and_loses_nothing(page: Page, address, name, data, words):
    page.goto(f"{address}/?clip=question")
    settled(page)
    upload(page, name, data)
    expect(page.get_by_text(re.compile(f"{words}.*")).first).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("Traceback")).to_have_count(0)
    assert "clip=question" in page.url


def test_a_long_sound_is_cut_where_the_visitor_says(page: Page, address):
    page.goto(address)
    settled(page)
    tone = 0.2 * np.sin(2 * np.pi * 440 * np.arange(40 * 8000) / 8000)
    upload(page, "long.wav", wav(tone, 8000))
    expect(page.get_by_text(re.compile("lasts 40 s"))).to_be_visible(timeout=PATIENCE)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Look at this stretch").click()
    settled(page)
    expect(page.locator(".strip .said")).to_contain_text("30", timeout=PATIENCE)


def test_the_microphone_brings_a_sound(browser: Browser, address):
    context: BrowserContext = browser.new_context(permissions=["microphone"])
    page = context.new_page()
    page.goto(address)
    settled(page)
    page.get_by_role("button", name="Your own sound").click()
    page.get_by_role("button", name="Record", exact=True).click()
    page.wait_for_timeout(1800)
    page.get_by_role("button", name="Stop recording").click()
    expect(page.get_by_text("My recording").first).to_be_visible(timeout=PATIENCE)
    context.close()
