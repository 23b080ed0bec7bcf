"""For the patient: look for a sound that the chosen layer cannot tell from the clip, as a job."""

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from core.inversion.picture import FLOOR, RATE
from core.progress import Report
from core.text import _
from pages._kit import engine, errors, present, strip, waiting
from pages._kit.browser.payload import Payload
from pages._kit.echo import rows
from pages._kit.echo.view import View
from pages._kit.strip.lent import Lent, lent, lent_payload

if TYPE_CHECKING:
    from core.clip import Clip
    from core.inversion.rebuilding import Rebuilt

NEARLY = 0.95  # correlation from which a found picture is called nearly the same


def draw(it: View) -> None:
    """Offer the search, follow it, and show and play what it found."""
    st.header(_("Search for a sound that this layer cannot tell apart"), anchor=False, help=_help())
    with errors.shown():
        found = _found(it)
        if found is not None:
            _result(it, found)


def _help() -> str:
    return _(
        "Nothing is learned here: the search begins with noise and changes it, step by step, until the layer says the "
        "same of it as of the real sound. What the layer does not hold stays as it happens to come out."
    )


def _region(it: View) -> tuple[float, float]:
    """The chosen part, at most what is bearable of it; the loudest part of a clip where none is chosen."""
    from core.inversion.rebuilding import LONGEST

    start, end = present.region()
    if not present.has_region() and it.clip.seconds > 1.0:
        power = np.convolve(it.clip.samples.astype(np.float64) ** 2, np.ones(it.clip.sample_rate), "valid")
        start = float(power.argmax()) / it.clip.sample_rate
        end = start + 1.0
    middle, half = (start + end) / 2, min(end - start, LONGEST) / 2
    return middle - half, middle + half


def _found(it: View) -> "Rebuilt | None":
    start, end = _region(it)
    stop = it.stop
    name = it.name("rebuilt", stop.value, round(start, 3), round(end, 3))
    st.markdown(
        _("Listening to {layer}, from {start:.2f} to {end:.2f} s (choose another part on the strip).").format(
            layer=stop.name, start=start, end=end
        )
    )
    cut = it.clip.cut(start, end)
    model = present.model()

    def lasts() -> float:
        from core.inversion.rebuilding import estimate

        return estimate(model, cut, stop.value)

    def look(report: Report) -> "Rebuilt":
        from core.inversion.rebuilding import rebuild

        return rebuild(model, cut, stop.value, report=report)

    if engine.store().peek(name)[0]:
        seconds = 0.0
    else:
        seconds = engine.once(it.name("rebuilding lasts", stop.value, cut.fingerprint), lasts)
    title = _("Searching for a sound that {layer} hears alike").format(layer=stop.name)
    found: Rebuilt | None = waiting.done(name, title, max(seconds, 0.1), look, "echo-search", 0.0)
    return found


def _result(it: View, found: "Rebuilt") -> None:
    start, end = _region(it)
    said = _(
        "To {layer} the two differ by no more than **{error:.1%}** of what it says. The picture that was found agrees "
        "with the real one at a correlation of **{likeness:.2f}** (1 is the same, 0 is unrelated)."
    ).format(layer=it.stop.name, error=found.error, likeness=found.likeness)
    st.markdown(f"{said} {_held(found.likeness)}")
    name = it.name("rebuilt shown", found.stop, round(start, 3), round(end, 3))
    strip.rows(engine.store().get((name, "row"), lambda: _row(found, start)), key="echo-search", order=2)
    lent(engine.store().get((name, "sounds"), lambda: _sounds(it, found, start, end)), key="echo-search-sounds")


def _held(likeness: float) -> str:
    if likeness >= NEARLY:
        return _("So nearly all of it is still held here, even where a straight line cannot read it.")
    return _("What differs is not pinned down here, as far as the search got.")


def _row(found: "Rebuilt", start: float) -> Payload:
    from dataclasses import replace

    from core.inversion.inversion import Echo

    time = replace(found.time, start=found.time.start + start)
    said = _("The picture of the sound that the search found for this layer.")
    high = max(float(found.picture.max()), FLOOR + 20)
    return strip.rows_payload([rows.matrix(Echo(found.stop, found.picture, time), _("Found by search"), said, high)])


def _sounds(it: View, found: "Rebuilt", start: float, end: float) -> Payload:
    cut = it.clip.cut(start, end)
    from core.resample import resampled

    sounds = (
        Lent("searched", _("Found by search"), it.stop.name, _laid(it.clip, found.samples, start), RATE),
        Lent("searched-for", _("The real part"), "", _laid(it.clip, resampled(cut, RATE), start), RATE),
    )
    return lent_payload(sounds, _("What the search found, and the real part"))


def _laid(clip: "Clip", samples: np.ndarray, start: float) -> np.ndarray:
    """Put a part at its place in a sound as long as the clip, silent elsewhere."""
    laid = np.zeros(max(1, round(clip.seconds * RATE)), np.float32)
    first = round(start * RATE)
    piece = samples[: laid.size - first]
    laid[first : first + piece.size] = piece
    return laid
