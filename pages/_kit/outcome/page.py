"""Before and after as one view: the sentence, then one of five ways to look at it."""

from collections.abc import Callable

import streamlit as st

from core.finetuning.outcome import Outcome
from core.text import N_, _
from pages._kit import session
from pages._kit.outcome import believed, changed, compared, confused, epochs, flipped, kept, mistaken
from pages._kit.outcome.judged import Judged, judged
from pages._kit.plain import plain

VIEWS: dict[str, tuple[str, Callable[[Judged], None]]] = {
    "good": (N_("How good"), lambda found: (compared.draw(found), flipped.draw(found))[0]),
    "wrong": (N_("What goes wrong"), lambda found: (confused.draw(found), mistaken.draw(found))[0]),
    "sure": (N_("How sure"), lambda found: (believed.draw(found), believed.classes(found))[0]),
    "inside": (N_("Inside"), lambda found: (changed.draw(found), epochs.draw(found))[0]),
    "keep": (N_("Keep it"), lambda found: kept.draw(found)),
}


def sentence(outcome: Outcome) -> str:
    """Say in a sentence what the teaching changed."""
    return plain(judged(outcome).comparison.sentence)


def draw(outcome: Outcome) -> None:
    """Draw the chosen way to look at before and after."""
    found = judged(outcome)
    name = st.segmented_control(
        _("Look at"),
        list(VIEWS),
        default=session.recall("outcome-view", "good"),
        required=True,
        format_func=lambda key: _(VIEWS[key][0]),
        key="outcome-view-control",
        label_visibility="collapsed",
        help=_("The same held-out sounds, before and after, seen from five sides."),
    )
    session.remember("outcome-view", name)
    VIEWS[name][1](found)
