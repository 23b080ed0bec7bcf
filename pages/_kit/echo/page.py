"""The page under the strip, from the pictures to the search."""

from collections.abc import Callable

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.text import _
from pages._kit import engine, errors, present
from pages._kit.echo import answer, curve, learned, retold, rows, search, sounds, view
from pages._kit.echo.view import View

LOOK_AGAIN = 1.0  # seconds between two looks at whether the model has come
Later = Callable[[], None] | None


def draw(place: DeltaGenerator) -> Later:
    """Draw what there is at once; what is returned does the slower rest, once all else is on the page."""
    known = learned.now()
    if known is None:
        place.markdown(_("What is left of the sound at a layer has to be learned first for this model."))
        learned.choose()
        if learned.offer() is not None:
            st.rerun()
        return None
    it = view.of(known)
    place.markdown(answer.sentence(it))
    rows.add(it)
    player = st.container(key="echo-player")
    left, right = st.columns([5, 1.4], vertical_alignment="center")
    left.caption(answer.tested(known.lesson))
    with right:
        learned.choose()
    curve.draw(it)
    below = st.container()
    ready = engine.model_ready(present.spec())
    with player:
        sounds.buttons(it, dict(view.untaught(it)[1]) if ready else None)

    def later() -> None:
        sounds.near(it)
        if ready:
            _with_model(it, below)
        else:
            with below:
                _wait()
        sounds.walk(it)

    return later


def _with_model(it: View, below: DeltaGenerator) -> None:
    """Do what needs the model itself: the untaught twin, what it says of the sounds, the search."""
    with errors.shown():
        rows.add_untaught(it, view.untaught(it)[0])
        sounds.untaught(it)
    with below:
        with errors.shown():
            retold.draw(it)
        search.draw(it)


@st.fragment(run_every=LOOK_AGAIN)
def _wait() -> None:
    """Say that the model is on its way, and draw the page anew when it has come."""
    if engine.model_ready(present.spec()):
        st.rerun()
    st.caption(
        _("The untaught network, what the model says, and the search appear here as soon as the model is loaded.")
    )
