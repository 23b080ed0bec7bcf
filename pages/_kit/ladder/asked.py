"""Which corpus the layers are asked about."""

from typing import TYPE_CHECKING

import streamlit as st

from core.probing.ladder import Ladder
from core.text import _
from pages._kit import corpus as picker
from pages._kit.plain import plain
from pages._kit.training.times import lasting

if TYPE_CHECKING:
    from core.corpus.corpus import Corpus


def own() -> bool:
    """Tell whether it is the visitor's; nothing is opened."""
    return picker.own()


def corpus() -> "Corpus":
    """Open it."""
    return picker.chosen()


def draw(ladder: Ladder | None) -> None:
    """Say how the ladder was measured, and let the visitor choose another corpus."""
    if ladder:
        said = _("Measured on “{corpus}” in {time}, with seed {seed}.")
        st.caption(said.format(corpus=plain(ladder.corpus_title), time=lasting(ladder.seconds), seed=ladder.seed))
    opened = st.expander(
        _("Measure on other sentences"), icon=":material/library_music:", key="ladder-corpus", on_change="rerun"
    )
    if opened.open or own():
        with opened:
            picker.draw()
