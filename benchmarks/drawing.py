"""How soon a change is on the screen, and what it sends, with the bundled model and a clip of 10 s."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import median

from playwright.sync_api import Page

from benchmarks.browsing import chromium, live, settled
from benchmarks.figure import Figure
from tests.browser.serving import serving

ROUNDS = 9
LONG_CLIP = "long"  # the shipped clip of 10 s
# Resolves with the time of the last change of the page (DOM or canvas) once nothing has changed for 400 ms.
WATCH = """() => new Promise((done) => {
  const begin = performance.now()
  let last = begin
  const seen = new MutationObserver(() => { last = performance.now() })
  const watch = (root) => seen.observe(root, { childList: true, subtree: true, attributes: true, characterData: true })
  watch(document.body)
  document.querySelectorAll("*").forEach((element) => { if (element.shadowRoot) watch(element.shadowRoot) })
  for (const name of ["putImageData", "drawImage", "fillRect", "stroke"]) {
    const plain = CanvasRenderingContext2D.prototype[name]
    CanvasRenderingContext2D.prototype[name] = function (...args) {
      last = performance.now()
      return plain.apply(this, args)
    }
  }
  window.strataWatched = () => ({ quiet: performance.now() - last, took: last - begin })
  done()
})"""


@dataclass
class Traffic:
    """Bytes that came over the websocket and by HTTP since the last look."""

    bytes: int = 0

    def listen(self, page: Page) -> None:
        """Count what this page receives."""
        page.on("websocket", lambda socket: socket.on("framereceived", lambda data: self.add(len(data))))
        page.on("response", lambda response: self.add(int(response.headers.get("content-length", 0))))

    def add(self, count: int) -> None:
        """Count some more."""
        self.bytes += count


def measure() -> Iterator[Figure]:
    """Yield milliseconds and bytes of the controls that a visitor moves most."""
    with serving() as server, chromium() as browser:
        page = browser.new_context(viewport={"width": 1440, "height": 1000}).new_page()
        traffic = Traffic()
        traffic.listen(page)
        page.goto(f"{server}/?clip={LONG_CLIP}")
        settled(page)
        live(page)
        for name, path, act in CONTROLS:
            page.goto(f"{server}/{path}?clip={LONG_CLIP}")
            settled(page, 1.0)
            times, sizes = _repeat(page, traffic, act)
            yield Figure(f"{name}: drawn", median(times), "ms", 120)
            yield Figure(f"{name}: over the wire", max(sizes) / 1000, "kB", 300)
        yield from _inside(page, str(server))


def _repeat(page: Page, traffic: Traffic, act: Callable[[Page, int], None]) -> tuple[list[float], list[int]]:
    times, sizes = [], []
    for turn in range(ROUNDS):
        page.evaluate(WATCH)
        before = traffic.bytes
        act(page, turn)
        page.wait_for_function("window.strataWatched().quiet > 500", timeout=30_000)
        times.append(page.evaluate("window.strataWatched().took"))
        sizes.append(traffic.bytes - before)
    return times, sizes


def _scale(page: Page, turn: int) -> None:
    page.get_by_role("radio", name=("linear", "mel")[turn % 2]).click()


def _region(page: Page, turn: int) -> None:
    box = page.locator(".strip .surface").bounding_box()
    left = box["x"] + box["width"] * (0.3 + 0.02 * turn)
    page.mouse.move(left, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(left + 60, box["y"] + 60, steps=3)
    page.mouse.up()


CONTROLS: tuple[tuple[str, str, Callable[[Page, int], None]], ...] = (
    ("region on Listen", "", _region),
    ("region on Layers", "layers", _region),
    ("region on Attention", "attention", _region),
)


def _inside(page: Page, server: str) -> Iterator[Figure]:
    """A changed layer inside the strip: what the strip itself measured, and the frames that went over the socket."""
    page.goto(f"{server}/layers?clip={LONG_CLIP}")
    settled(page, 1.0)
    control = page.locator(".strip .choices input[type=range]").first
    control.focus()
    times = []
    for turn in range(ROUNDS):
        page.keyboard.press("ArrowRight" if turn % 2 == 0 else "ArrowLeft")
        page.wait_for_timeout(60)
        times.append(float(page.locator(".strip").first.get_attribute("data-switch")))
    yield Figure("changed layer inside the strip", median(times), "ms", 20)
