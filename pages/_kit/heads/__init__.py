"""All heads of a model at a glance, and one of them large; moments light up on the strip and can be heard."""

from pathlib import Path

import streamlit as st

from core.text import _
from pages._kit.browser.feed import feed
from pages._kit.browser.files import joined, text
from pages._kit.browser.payload import Payload, placed, small
from pages._kit.heads.maps import Heads, Measure, fine_payload, heads_payload

__all__ = ["Heads", "Measure", "fine_payload", "heads_payload", "mount"]

FOLDER = Path(__file__).parent
SCRIPTS = (
    "registry.js",
    "codec.js",
    "look.js",
    "elements.js",
    "bitmaps.js",
    "download.js",
    "large.js",
    "heads.js",
)

_heads = st.components.v2.component(
    "strata_heads", html=text(FOLDER, "heads.html"), css=text(FOLDER, "heads.css"), js=joined(FOLDER, *SCRIPTS)
)


def mount(heads: Heads | Payload, *, fine: Payload | None = None, key: str = "heads") -> None:
    """Show the grid and the chosen head.

    The layer and head of the strip are chosen here too: the strip tells Python. ``heads`` may be packed beforehand
    with ``heads_payload``, which is worth keeping where the maps are. ``fine`` (of ``fine_payload``) takes the place of
    the large picture where its head is the chosen one and the stretches have no labels.
    """
    payload = heads if isinstance(heads, Payload) else heads_payload(heads)
    _heads(key=key, data=small({"words": _words(), "key": key}))
    feed(placed(payload, key=key, order=0))
    if fine:
        feed(placed(fine, key=f"{key}-fine", order=0))


def _words() -> dict[str, str]:
    return {
        "grid": _("Heads: one row per layer"),
        "layer": _("Layer"),
        "head": _("Head"),
        "cell": _("Layer {layer}, head {head}"),
        "sort": _("Sorted by"),
        "unsorted": _("layer and head"),
        "large": _(
            "Attention of layer {layer}, head {head}: from top to bottom the moment that looks, from left to right "
            "the moment it looks at. Arrow keys move, Enter plays both moments."
        ),
        "looks": _("the moment that looks (s)"),
        "looks_said": _("what looks"),
        "at": _("the moment it looks at (s)"),
        "at_said": _("what it looks at"),
        "value": _("{share} % of the attention of {query} goes to {key}"),
        "span": _("{start} to {end} s"),
        "span_said": _("{label} ({start} to {end} s)"),
        "query": _("looks"),
        "key": _("looked at"),
        "share": _("{share} %"),
        "hint": _(
            "Point at a cell to read it and to see both moments on the strip; click to hear one after the other."
        ),
        "save_picture": _("Save picture"),
        "save_numbers": _("Save numbers"),
    }
