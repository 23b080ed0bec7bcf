"""Before and after as one view: the sentence, then one of five ways to look at it."""

from collections.abc import Callable

import streamlit as st

from core.finetuning.outcome import Outcome
from core.text import N_, _
from pages._kit import earlier, session
from pages._kit.outcome import believed, changed, compared, confused, doctor, epochs, flipped, kept, mistaken
from pages._kit.outcome.judged import Judged, judged
from pages._kit.plain import plain

VIEWS: dict[str, tuple[str, tuple[Callable[[Judged], None], ...]]] = {
    "good": (N_("How good"), (doctor.draw, compared.draw, flipped.draw)),
    "wrong": (N_("What goes wrong"), (confused.draw, mistaken.draw)),
    "sure": (N_("How sure"), (believed.draw, believed.classes)),
    "inside": (N_("Inside"), (changed.draw, epochs.draw)),
    "keep": (N_("Keep it"), (kept.draw,)),
}


def sentence(outcome: Outcome) -> str:
    """Say in a sentence what the teaching changed."""
    return plain(judged(outcome).comparison.sentence)


def draw(outcome: Outcome) -> None:
    """Draw the chosen way to look at before and after."""
    found = judged(outcome)
    earlier.note(outcome.run)
    if found.data is None:
        st.info(
            _("The sounds of this run are no longer on this computer: all numbers stay, but nothing can be played. "
              "Preparing the same sounds in the same way brings them back."),
            icon=":material/volume_off:",
        )  # fmt: skip
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
    for part in VIEWS[name][1]:
        part(found)
