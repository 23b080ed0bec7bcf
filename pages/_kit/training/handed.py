"""What the page Explain handed on: what to mask while a copy learns."""

from dataclasses import replace

import streamlit as st

from core.attribution.erasing import Erased
from core.text import _
from pages._kit import session
from pages._kit.plain import plain
from pages._kit.training import choice

WAY = "guided_erasing"


def take() -> None:
    """Put what was handed on into the settings, once; before any of their controls is drawn."""
    erased: Erased | None = session.recall("erase")
    if erased is None:
        return
    session.remember("erase", None)
    session.remember("erased", erased)
    now = choice.settings()
    own = {"part": erased.part, "low_hz": erased.low_hz, "high_hz": erased.high_hz}
    others = tuple(pair for pair in now.augment_options if not pair[0].startswith(f"{WAY}."))
    names = (*(name for name in now.augment if name != WAY), WAY)
    options = (*others, *((f"{WAY}.{name}", value) for name, value in own.items()))
    session.remember("fine-tune-classes", replace(now, augment=names, augment_options=options))
    session.put("teach-augment", list(names))
    for name, value in own.items():
        session.put(f"strength-{WAY}-{name}", value)


def note() -> None:
    """Say what is masked and where it was seen, as long as it is."""
    erased: Erased | None = session.recall("erased")
    if erased is None or WAY not in choice.settings().augment:
        return
    where = plain(erased.clip)
    if erased.high_hz:
        said = _(
            "As you asked on the page Explain, for “{clip}”: {low:.0f} to {high:.0f} Hz are masked in some sounds."
        )
    else:
        said = _("As you asked on the page Explain, for “{clip}”: what the copy leans on is masked in some sounds.")
    st.info(said.format(clip=where, low=erased.low_hz, high=erased.high_hz), icon=":material/hide_source:")
