"""The page under the strip, from the rows to the whole sound."""

import streamlit as st

from core.figures import expected as figures
from core.text import _
from pages._kit import errors, figure, session
from pages._kit.expect import rows, sounds, voices, whole
from pages._kit.expect.hole import Found

LONG = 0.5  # seconds; a hole longer than this is beyond what the models learned with


def draw(found: Found) -> None:
    """Draw everything that was found."""
    it = found.expected
    rows.add(found)
    if not found.chosen:
        st.caption(
            _("Nothing is chosen on the strip, so a part near the middle is masked. Drag over it to mask another.")
        )
    elif it.end - it.start > LONG:
        st.caption(
            _("This hole is {seconds:.1f} s long; the model learned with holes of about 0.2 s.").format(
                seconds=it.end - it.start
            )
        )
    sounds.draw(found)
    with errors.shown():
        voices.draw(found)
    whole.draw(found)
    if it.contrast.others:
        st.header(
            _("The truth among its distractors"),
            anchor=False,
            help=_("How like each of them is to what the model expects, over all masked moments of the hole."),
        )
        figure.draw(figures.among(it), "expect", "among", file=f"expected {session.chosen().clip}")
