"""The page under the strip: the picture where it is there, the way to it where it is not."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.text import _
from pages._kit import errors, present
from pages._kit.ladder import answer, asked, charts, climbing, depth, reading, rows, use, view
from pages._kit.ladder.depth import Deep
from pages._kit.ladder.view import View
from pages._kit.layers import lens


def draw(place: DeltaGenerator) -> None:
    """Draw the page; ``place`` takes the answer."""
    ladder = None if asked.own() else view.shipped()
    found = view.of_shipped(ladder) if ladder else _climbed(place)
    read = lens.now()
    deep = depth.now(read)
    if found:
        place.markdown(answer.sentence(found))
        charts.rung(found)
    _on_strip(found, deep)
    if found:
        left, right = st.columns([6, 7], gap="large")
        with left:
            charts.glance(found)
        with right:
            charts.large(found)
        charts.panels(found)
    depth.draw(read, deep)
    if found:
        use.draw(found, asked.corpus, asked.own())
    asked.draw(found.ladder if found else None)


def _climbed(place: DeltaGenerator) -> View | None:
    """Measure the ladder where nobody has."""
    place.markdown(answer.unmeasured(present.card().title))
    with errors.shown():
        return climbing.climbed(asked.corpus(), asked.own())
    return None  # a refused corpus: what follows on the page, and the choice of another, stay


def _on_strip(found: View | None, deep: Deep | None) -> None:
    """Draw what is read in the chosen sound, over its time."""
    heard = reading.now(found) if found else None
    if found and not heard:
        st.caption(_("No probes of this rung are kept: it was asked of the corpus, and is not asked of single sounds."))
    if not heard and not deep:
        return
    shown = rows.wanted(deep is not None, heard)
    if found and heard:
        rows.add(found, heard, shown)
        st.markdown(reading.said(found, heard))
    if deep and "own" in shown:
        depth.add(deep)
