"""A list of moments that can be heard: buttons that light up on the strip and play there."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from core.text import _
from pages._kit.browser.files import joined, text
from pages._kit.browser.payload import small

FOLDER = Path(__file__).parent

_moments = st.components.v2.component(
    "strata_moments", css=text(FOLDER, "moments.css"), js=joined(FOLDER, "registry.js", "elements.js", "moments.js")
)


@dataclass(frozen=True)
class Moment:
    """A stretch of the clip worth hearing: seconds, what it is called, and what was measured there."""

    start: float
    end: float
    label: str = ""
    value: str = ""


def moments(found: Sequence[Moment], *, name: str, key: str = "moments") -> None:
    """Show moments as a row of buttons; a click plays one, pointing at it shows where it lies on the strip.

    name  of the list, for those who hear the page instead of seeing it
    """
    listed = [{"start": one.start, "end": one.end, "label": one.label, "value": one.value} for one in found]
    words = {"play": _("Play {start} to {end} s {label}"), "span": _("{start} to {end} s")}
    _moments(key=key, data=small({"moments": listed, "name": name, "words": words}))
