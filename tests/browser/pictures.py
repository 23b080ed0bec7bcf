"""Take pictures of every page, for the README and for looking at: python -m tests.browser.pictures FOLDER [page ...]"""

import os
import sys
from itertools import product
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.browser.serving import CHROMIUM, FLAGS, serving

PAGES = {"listen": "", "layers": "layers?layer=5&region=0.300-0.700", "attention": "attention?layer=3&head=2"}
WIDTHS = {"wide": (1440, 1000), "tablet": (768, 1024), "phone": (390, 844)}
SCHEMES = ("light", "dark")


def settle(page: Page) -> None:
    """Wait until the script has ended and the drawing is done."""
    page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]', timeout=90_000)
    page.wait_for_timeout(1200)


def main() -> None:
    folder, names = Path(sys.argv[1]), sys.argv[2:] or list(PAGES)
    folder.mkdir(parents=True, exist_ok=True)
    with serving() as address, sync_playwright() as player:
        browser = player.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for name, (width, size), scheme in product(names, WIDTHS.items(), SCHEMES):
            if os.environ.get("ONLY") and f"{name}-{width}-{scheme}" not in os.environ["ONLY"].split(","):
                continue
            context = browser.new_context(
                viewport={"width": size[0], "height": size[1]}, color_scheme=scheme, device_scale_factor=1.5
            )
            page = context.new_page()
            page.goto(f"{address}/{PAGES[name]}")
            settle(page)
            page.screenshot(path=folder / f"{name}-{width}-{scheme}.png")
            height = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
            if height > size[1]:
                page.set_viewport_size({"width": size[0], "height": min(int(height) + 60, 5000)})
                settle(page)
                page.screenshot(path=folder / f"{name}-{width}-{scheme}-whole.png")
            context.close()
        browser.close()


if __name__ == "__main__":
    main()
