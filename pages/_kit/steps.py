"""The three steps of fine-tuning on one page: sounds, training, before and after."""

import streamlit as st

from core.text import N_, _
from pages._kit import session

STEPS = {"sounds": N_("1 Sounds"), "training": N_("2 Training"), "outcome": N_("3 Before and after")}
KEY = "fine-tune-step"


def choose() -> str:
    """Draw the steps and return the one that is on; the page itself can go on to another with ``go``."""
    session.put(KEY, session.chosen().step)
    return st.segmented_control(
        _("Step"),
        list(STEPS),
        required=True,
        format_func=lambda step: _(STEPS[step]),
        key=KEY,
        on_change=_changed,
        label_visibility="collapsed",
        width="stretch",
        wrap=True,
        help=_("Sounds to learn from; how a copy of the model is taught; what the teaching changed."),
    )


def _changed() -> None:
    session.choose(step=session.widget(KEY))


def go(step: str) -> None:
    """Go on to a step, with the whole page drawn once more."""
    session.choose(step=step)
    st.rerun(scope="app")


def onward(step: str, label: str, about: str, off: bool = False) -> None:
    """Draw the button that leads to another step."""
    if st.button(
        label, key=f"onward-{step}", type="primary", icon=":material/arrow_forward:", help=about, disabled=off
    ):
        go(step)
