"""Take the README's pictures, or all widths and schemes into a folder: python -m tests.browser.pictures [FOLDER]"""

import sys
from itertools import product
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from benchmarks.sounds_on_disk import own_home, shipped, taught
from core.finetuning.settings import FineTuneSettings, SplitSettings
from tests.browser.serving import CHROMIUM, FLAGS, serving

PAGES = {
    "listen": "",
    "layers": "layers?layer=5",
    "ladder": "ladder?layer=6",
    "echo": "echo?layer=6",
    "space": "space?layer=8",
    "compare": "compare",
    "expect": "expect?model=speech-self&region=0.510-0.620",
    "attention": "attention?layer=3&head=2",
    "explain": "explain?clip=seven-between-chimes&model=sound-cnn&method=lrp-gamma",
}
# pixels of the README's picture; the others are 1000
TALL = {
    "fine-tune": 1500,
    "explain": 1500,
    "ladder": 1750,
    "space": 1500,
    "echo": 1300,
    "compare": 1500,
    "expect": 1200,
}
WIDTHS = {"wide": (1440, 1000), "tablet": (768, 1024), "phone": (390, 844)}
SCHEMES = ("light", "dark")
README = Path(__file__).parents[2] / "docs" / "pictures"


def settle(page: Page) -> None:
    """Wait until the script has ended and the drawing is done."""
    page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]', timeout=180_000)
    page.wait_for_timeout(1200)


def main() -> None:
    """Take the README's pictures, or all of them into the folder that was named."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else README
    every = len(sys.argv) > 1
    folder.mkdir(parents=True, exist_ok=True)
    with own_home() as home, serving(STRATA_HOME=str(home)) as server, sync_playwright() as player:
        pages = {**PAGES, "fine-tune": _taught(home)}
        browser = player.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for name, width, scheme in product(pages, WIDTHS if every else ("wide",), SCHEMES if every else ("light",)):
            size = {"width": WIDTHS[width][0], "height": WIDTHS[width][1] if every else TALL.get(name, 1000)}
            page = browser.new_context(viewport=size, color_scheme=scheme).new_page()
            page.goto(f"{server}/{pages[name]}")
            settle(page)
            page.screenshot(path=folder / (f"{name}-{width}-{scheme}.png" if every else f"{name}.png"))
            if every:
                _whole(page, folder / f"{name}-{width}-{scheme}-whole.png")
            page.context.close()
        browser.close()


def _taught(home: Path) -> str:
    """Teach a copy the vowels, and give the address of its before and after."""
    outcome = taught(shipped("vowels", home), FineTuneSettings(), SplitSettings("leave-one-out"))
    return f"fine_tune?dataset={outcome.data}&run={outcome.run}&step=outcome"


def _whole(page: Page, path: Path) -> None:
    """Take the page to its end, however long."""
    height = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
    page.set_viewport_size({"width": page.viewport_size["width"], "height": min(int(height) + 60, 6000)})
    settle(page)
    page.screenshot(path=path)


if __name__ == "__main__":
    main()
