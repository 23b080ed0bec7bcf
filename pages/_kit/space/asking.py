"""What the visitor wants to see on the Space page, kept for the session."""

from dataclasses import dataclass, replace
from typing import Literal

import streamlit as st

from core.space.maps import Method, methods, titles
from core.space.segments import Kind, Label
from core.text import N_, _
from pages._kit import corpus, session

Shown = Literal["phones", "words", "voices", "sentences"]
SHOWN: dict[Shown, tuple[str, Kind, Label]] = {
    "phones": (N_("Phones"), "phone", "phone"),
    "words": (N_("Words"), "word", "word"),
    "voices": (N_("Voices"), "utterance", "speaker"),
    "sentences": (N_("Sentences"), "utterance", "sentence"),
}
PERPLEXITIES = (5.0, 15.0, 30.0, 50.0)


@dataclass(frozen=True)
class Wanted:
    """What is shown, how the map is laid out, and its settings."""

    shown: Shown = "phones"
    method: Method = "pca"
    perplexity: float = 30.0
    seed: int = 0

    @property
    def kind(self) -> Kind:
        """The kind of stretch that a point stands for."""
        return SHOWN[self.shown][1]

    @property
    def label(self) -> Label:
        """The label that it is shown for."""
        return SHOWN[self.shown][2]


def now() -> Wanted:
    """What was chosen on this page."""
    return session.recall("space", Wanted())


def draw() -> Wanted:
    """Draw the controls above the map that they change."""
    before = now()
    left, middle, right = st.columns([7, 4, 4], gap="medium", vertical_alignment="bottom")
    with left:
        shown = st.segmented_control(
            _("Points are"),
            list(SHOWN),
            default=before.shown,
            required=True,
            format_func=lambda name: _(SHOWN[name][0]),
            key="space-shown",
            help=_("Each point is a stretch of the corpus. Voices and sentences show whole recordings."),
        )
    with middle:
        offered = list(methods())
        method = st.selectbox(
            _("Laid out by"),
            offered,
            index=offered.index(before.method) if before.method in offered else 0,
            format_func=lambda name: titles(methods())[name],
            key="space-method",
            help=_(
                "Main directions show all layers at once. t-SNE keeps neighbours together better; it is computed for "
                "one layer at a time."
            ),
        )
    with right, st.popover(_("Corpus"), icon=":material/library_music:", width="stretch"):
        corpus.draw()
    wanted = replace(before, shown=shown, method=method)
    wanted = wanted if method == "pca" else _settings(wanted)
    session.remember("space", wanted)
    return wanted


def _settings(before: Wanted) -> Wanted:
    """Draw what a map of neighbours can be told."""
    with st.expander(_("More"), icon=":material/tune:"):
        left, right = st.columns(2, gap="medium")
        perplexity = before.perplexity
        if before.method == "tsne":
            perplexity = left.select_slider(
                _("Neighbours that count (perplexity)"),
                PERPLEXITIES,
                before.perplexity,
                key="space-perplexity",
                help=_("Small values show small groups, large ones the whole."),
            )
        seed = right.number_input(
            _("Seed"), 0, 999, before.seed, key="space-seed", help=_("Where chance begins; another seed, another map.")
        )
    return replace(before, perplexity=float(perplexity), seed=int(seed))
