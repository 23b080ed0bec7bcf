"""Where the chosen model cannot be asked: why, and which one can."""

import streamlit as st

from core import sources
from core.text import _
from pages._kit import present, session
from pages._kit.plain import plain

BUNDLED = "speech-self"
ELSEWHERE = "facebook/wav2vec2-base"


def draw() -> None:
    """Say why the chosen model has no answer, and offer one that has."""
    bundled = BUNDLED in sources.bundled()
    st.markdown(
        _(
            "The head that compares what is expected with what was there is needed for that. It is thrown away when a "
            "model is taught to write or to name sounds, and other kinds of model never had one."
        )
    )
    if bundled and st.button(
        _("Ask {name} instead").format(name=BUNDLED),
        key="expect-other",
        icon=":material/swap_horiz:",
        type="primary",
        help=_("A small model that ships with Strata; it learned by filling holes in speech."),
    ):
        session.choose(model=BUNDLED, device="cpu", precision="float32")
        st.rerun()
    st.markdown(
        _(
            "From the hub, {name} has it: “Choose another model” says first what it costs and whether it can be opened."
        ).format(name=f"`{ELSEWHERE}`")
    )


def sentence() -> str:
    """Say it in the place of the answer."""
    return _("{name} cannot be asked: it has no head for masked prediction.").format(name=plain(present.card().title))
