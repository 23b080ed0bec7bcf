"""Carry bytes to whatever part of the page asks for them; a change of one does not send the others again."""

import streamlit as st

from pages._kit.browser.files import SHARED, joined
from pages._kit.browser.payload import Payload

_feed = st.components.v2.component("strata_feed", js=joined(SHARED, "registry.js", "feed.js"), isolate_styles=False)


def feed(payload: Payload) -> None:
    """Put a payload into the page for as long as the script asks for it; one of the same kind and key replaces it."""
    _feed(key=f"feed-{payload.kind}-{payload.key}", data=payload.data)
