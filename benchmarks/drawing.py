"""How soon a change is on the screen, and what it sends, with the bundled model and a clip of 10 s."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import median

from playwright.sync_api import Page

from benchmarks.browsing import bring_long_clip, chromium, live, settled, visit
from benchmarks.figure import Figure
from tests.browser.serving import serving

ROUNDS = 9
# Notes when the page last changed (DOM or canvas), the moving playhead and its clock left out.
WATCH = """() => {
  window.strataBegin = performance.now()
  window.strataLast = window.strataBegin
  if (window.strataWatched) return
  const idle = ".head, .clock, .read, .live"
  // Streamlit marks elements as waiting and as done: attributes do not change what is drawn
  const counts = (record) => {
    const element = record.target.nodeType === 1 ? record.target : record.target.parentElement
    // what stands inside a canvas is for screen readers, written later
    return record.type !== "attributes" && element && !element.closest(idle) && !element.closest("canvas")
  }
  const seen = new MutationObserver((records) => { if (records.some(counts)) window.strataLast = performance.now() })
  const watch = (root) => seen.observe(root, { childList: true, subtree: true, attributes: true, characterData: true })
  watch(document.body)
  document.querySelectorAll("*").forEach((element) => { if (element.shadowRoot) watch(element.shadowRoot) })
  for (const name of ["putImageData", "drawImage", "fillRect", "stroke"]) {
    const plain = CanvasRenderingContext2D.prototype[name]
    CanvasRenderingContext2D.prototype[name] = function (...args) {
      window.strataLast = performance.now()
      return plain.apply(this, args)
    }
  }
  // a change begins when the visitor lets go
  for (const event of ["pointerup", "click", "change"])
    document.addEventListener(event, () => { window.strataBegin = performance.now() }, { capture: true })
  window.strataWatched = () => ({
    quiet: performance.now() - Math.max(window.strataLast, window.strataBegin),
    took: window.strataLast - window.strataBegin,
  })
}"""


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
        page.goto(str(server))
        settled(page)
        live(page)
        bring_long_clip(page)
        for name, place, prepare, act in CONTROLS:
            visit(page, place)
            prepare(page)
            settled(page, 1.0)
            times, sizes = _repeat(page, traffic, act)
            yield Figure(f"{name}: drawn", median(times), "ms", 120)
            yield Figure(f"{name}: over the wire", max(sizes) / 1000, "kB", 300)
        yield from _inside(page)


def _repeat(page: Page, traffic: Traffic, act: Callable[[Page, int], None]) -> tuple[list[float], list[int]]:
    times, sizes = [], []
    for turn in range(ROUNDS):
        page.evaluate(WATCH)
        before = traffic.bytes
        act(page, turn)
        page.wait_for_function("window.strataWatched().quiet > 700", timeout=30_000)
        times.append(page.evaluate("window.strataWatched().took"))
        sizes.append(traffic.bytes - before)
    return times, sizes


def _nothing(page: Page) -> None:
    """No preparation."""


def _open_picture(page: Page) -> None:
    page.get_by_text("How the spectrogram is drawn").click()


def _scale(page: Page, turn: int) -> None:
    page.get_by_role("radio", name=("linear", "mel")[turn % 2], exact=True).click()


def _region(page: Page, turn: int) -> None:
    page.locator('[data-testid="stMain"]').evaluate("element => element.scrollTo(0, 0)")
    box = page.locator(".strip .surface").bounding_box()
    left = box["x"] + box["width"] * (0.3 + 0.02 * turn)
    page.mouse.move(left, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(left + 60, box["y"] + 60, steps=3)
    page.mouse.up()


def _axes(page: Page, turn: int) -> None:
    page.get_by_role("radio", name=("what the model writes", "seconds")[turn % 2], exact=True).click()


def _order(page: Page, turn: int) -> None:
    page.get_by_role("switch", name="Colours without loudness").or_(
        page.get_by_role("checkbox", name="Colours without loudness")
    ).first.click(force=True)


CONTROLS: tuple[tuple[str, str, Callable[[Page], None], Callable[[Page, int], None]], ...] = (
    ("scale of the spectrogram", "Listen", _open_picture, _scale),
    ("region on Listen", "Listen", _nothing, _region),
    ("colours without loudness on Layers", "Layers", _nothing, _order),
    ("region on Layers", "Layers", _nothing, _region),
    ("axes on Attention", "Attention", _nothing, _axes),
    ("region on Attention", "Attention", _nothing, _region),
)


def _inside(page: Page) -> Iterator[Figure]:
    """A changed layer inside the strip: what the strip itself measured."""
    visit(page, "Layers")
    control = page.locator(".strip .choices input[type=range]").first
    control.focus()
    times = []
    for turn in range(ROUNDS):
        page.keyboard.press("ArrowRight" if turn % 2 == 0 else "ArrowLeft")
        page.wait_for_timeout(60)
        times.append(float(page.locator(".strip").first.get_attribute("data-switch") or "nan"))
    yield Figure("changed layer inside the strip", median(times), "ms", 20)
