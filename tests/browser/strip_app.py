"""A small page that shows the strip, for the browser tests."""

import streamlit as st

from pages._kit import strip
from tests.browser import made

st.set_page_config(page_title="Strip", layout="wide")
st.title("The strip")
told = st.session_state.setdefault("told", {"layer": 1, "head": 0, "unit": 3, "region": None})
seconds = st.segmented_control(
    "Length", [3, 10, 30], default=3, key="seconds", on_change=lambda: told.update(region=None)
)
if st.button("Layer 7"):
    told["layer"] = 7


def take(**changes: object) -> None:
    """Keep what the strip told."""
    told.update(changes)


@st.cache_data
def payloads(length: float) -> tuple:
    """Pack once."""
    clip = made.clip(length, f"made {length}")
    return strip.clip_payload(clip, made.picture(clip)), strip.rows_payload(made.rows(length))


clip, rows = payloads(float(seconds))
strip.mount(clip, now=told, on_change=take)
if st.checkbox("Rows", value=True):
    strip.rows(rows)
strip.moments(
    [strip.Moment(0.4, 0.57, "k", "3.1 σ"), strip.Moment(2.2, 2.4, "d", "2.8 σ"), strip.Moment(1.0, 1.1)],
    name="Loudest moments",
)
st.text(f"told {told}")
st.html('<div style="height: 1500px"></div>')
st.text("Far below.")
