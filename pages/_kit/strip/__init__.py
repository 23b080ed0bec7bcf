"""The strip: sound, spectrogram, tiers and the rows of a page on one time axis, with one playhead and one region."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from pages._kit import session
from pages._kit.browser.feed import feed
from pages._kit.browser.files import joined, text
from pages._kit.browser.payload import Packer, Payload, pack, placed, small
from pages._kit.strip.moments import Moment, moments
from pages._kit.strip.payload import Shown, clip_payload, rows_payload
from pages._kit.strip.picture import spectrogram_row
from pages._kit.strip.rows import Choice, Colours, Curve, Labels, Matrix, Row, Slice, Strata
from pages._kit.strip.words import strip_words

__all__ = [
    "Choice",
    "Colours",
    "Curve",
    "Labels",
    "Matrix",
    "Moment",
    "Payload",
    "Row",
    "Shown",
    "Slice",
    "Strata",
    "clip_payload",
    "moments",
    "mount",
    "rows",
    "rows_payload",
    "spectrogram_row",
]

FOLDER = Path(__file__).parent
SCRIPTS = (
    "registry.js",
    "codec.js",
    "look.js",
    "elements.js",
    "bitmaps.js",
    "download.js",
    "time.js",
    "player.js",
    "paint.js",
    "strata.js",
    "boxes.js",
    "rows.js",
    "choices.js",
    "save.js",
    "gestures.js",
    "screen.js",
    "strip.js",
    "stay.js",
    "entry.js",
)

_strip = st.components.v2.component(
    "strata_strip", html=text(FOLDER, "strip.html"), css=text(FOLDER, "strip.css"), js=joined(FOLDER, *SCRIPTS)
)


def mount(
    clip: Shown,
    *,
    now: Mapping[str, Any],
    on_change: Callable[..., None],
    key: str = "strip",
    sticky: bool = True,
) -> None:
    """Show the strip with a clip.

    clip       from ``clip_payload``
    now        what is chosen: "layer", "head", "unit" (or the name of any ``Choice``) and "region" ((start, end) in
               seconds or None)
    on_change  called before the run, with the same names as keywords, whenever the visitor has chosen something
    sticky     stays in sight while the page scrolls, where there is room
    """

    def told() -> None:
        said = session.component(key).get("chosen") or {}
        of_this_clip = said.get("clip") == clip.id
        region = said.get("region") if of_this_clip else None
        choices = {name: value for name, value in said.items() if name not in {"clip", "turn", "region"}}
        on_change(**choices, **({"region": tuple(region) if region else None} if of_this_clip else {}))

    said = _strip(key=key, data=small({"words": strip_words(), "sticky": sticky}), on_chosen_change=told).chosen or {}
    feed(clip.sound)
    feed(clip.picture)
    choices = {name: value for name, value in now.items() if name != "region"}
    offer = {"now": choices, "region": now.get("region"), "turn": said.get("turn", 0), "clip": clip.id}
    feed(pack("offer", offer, Packer()))


def rows(added: Sequence[Row] | Payload, *, key: str = "rows", order: int = 0) -> None:
    """Add rows under the tiers for as long as the page asks for them; several calls need keys of their own."""
    payload = added if isinstance(added, Payload) else rows_payload(added)
    feed(placed(payload, key=key, order=order))
