"""Learn from it: where the reasons lie outside of the speech, and masking what the model leans on in training."""

import streamlit as st

from core.attribution import laid
from core.attribution.erasing import Erased
from core.text import _
from pages._kit import present, session
from pages._kit.explaining.result import Result
from pages._kit.plain import plain

LEANS, BAND = "leans", "band"
STEP = 50  # Hz
PART = 0.15  # of a sound that is masked where the model's own leaning decides


def draw(it: Result) -> None:
    """Say where the reasons lie, and offer to train without them."""
    st.header(
        _("Teach it otherwise"),
        anchor=False,
        help=_("Where a model answers for the wrong reason, hide the reason while a copy of it learns."),
    )
    _background(it)
    kind = st.segmented_control(
        _("What to hide"),
        [LEANS, BAND],
        default=LEANS,
        required=True,
        wrap=True,
        format_func={LEANS: _("what the copy leans on"), BAND: _("a band of frequencies")}.get,
        key="explain-mask",
        help=_("Looked up anew for every sound while it learns, or the same band of frequencies in all of them."),
    )
    erased = _band(it) if kind == BAND else Erased(part=PART, clip=present.clip().name)
    if st.button(
        _("Mask this in training"),
        key="explain-erase",
        icon=":material/hide_source:",
        help=_("Goes on to Fine-tune, where it is one of the changes of sounds."),
    ):
        session.remember("erase", erased)
        st.switch_page("pages/fine_tune.py")


def _background(it: Result) -> None:
    from core.attribution.background import background

    asked = it.wanted.asked
    if it.wanted.method.kind == "attention":  # where a model looked is no reason
        return
    found = background(asked.clip, it.found, asked.card.speaks or bool(asked.clip.tiers))
    if found is not None:
        sign = ":material/warning:" if found.leans else ":material/check:"
        st.markdown(f"{sign} {plain(found.sentence)}")


def _band(it: Result) -> Erased:
    top = present.clip().sample_rate // 2
    low, high = laid.strongest_band(it.found) or (0.0, float(top))
    chosen = st.slider(
        _("From and to (Hz)"),
        0,
        top,
        (int(low // STEP) * STEP, min(int(-(-high // STEP)) * STEP, top)),
        step=STEP,
        key=f"explain-band-{it.wanted.method.name}-{top}",
        help=_("It begins with the band that holds half of what speaks for the answer, where the method tells."),
    )
    return Erased(float(chosen[0]), float(chosen[1]), PART, present.clip().name)
