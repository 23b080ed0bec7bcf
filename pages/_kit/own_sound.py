"""Bring a sound of one's own: a file or the microphone; what is odd about it is said, long ones get a window."""

import io

import numpy as np
import streamlit as st

from core import sound
from core.errors import StrataError
from core.text import _
from core.window import LONGEST_SECONDS, Overview, fits, overview, take
from pages._kit import errors, session

OUTLINE = (40, 600)  # pixels: height, width


def picker() -> None:
    """Draw the upload and the microphone; a new sound is decoded, checked and chosen at once."""
    file = st.file_uploader(_("Open a sound file"), key="upload", help=_readable())
    recording = st.audio_input(
        _("Or record with the microphone"), key="microphone", sample_rate=16_000, help=_microphone()
    )
    for name, given in (("upload", file), ("microphone", recording)):
        if given is not None and session.recall(f"taken-{name}") != given.file_id:
            session.remember(f"taken-{name}", given.file_id)
            _take(_("My recording") if name == "microphone" else given.name, given.getvalue())


def _microphone() -> str:
    return _("Your browser asks first. The recording stays in this window and is gone when you close it.")


def _readable() -> str:
    return _("Kinds that can be opened here: {kinds}. At most 10 minutes; you choose which 30 s are looked at.").format(
        kinds=sound.readable()
    )


def _take(name: str, data: bytes) -> None:
    with errors.shown():
        found = sound.decode(name, data)
        for notice in found.notices:
            st.toast(notice, icon=":material/info:", duration="long")
        if fits(found.clip):
            session.keep_clip(found.clip)
            st.rerun()
        session.remember("long", found.clip)


def window() -> None:
    """Where a long sound waits, let the visitor choose which stretch of it is looked at."""
    whole = session.recall("long")
    if whole is None:
        return
    with st.container(border=True, key="window"):
        st.text(
            _("{name} lasts {seconds:.0f} s. Strata looks at {most:.0f} s at once: which?").format(
                name=whole.name, seconds=whole.seconds, most=LONGEST_SECONDS
            )
        )
        st.image(_outline(overview(whole, OUTLINE[1])), width="stretch", alt=_("Outline of the whole sound"))
        start, end = st.slider(
            _("From and to (seconds)"), 0.0, float(whole.seconds), (0.0, LONGEST_SECONDS), step=0.1, key="window-range"
        )
        left, right = st.columns(2)
        if left.button(_("Look at this stretch"), key="window-take", width="stretch"):
            _cut(whole, start, end)
        if right.button(_("Leave it"), key="window-leave", width="stretch"):
            session.remember("long", None)
            st.rerun()


def _cut(whole: object, start: float, end: float) -> None:
    try:
        part = take(whole, start, end - start)
    except StrataError as error:
        errors.show(error)
        return
    session.remember("long", None)
    session.keep_clip(part)
    st.rerun()


def _outline(shape: Overview) -> bytes:
    """Draw the outline as a small grey PNG that is legible on light and dark."""
    from PIL import Image

    rows = np.linspace(1, -1, OUTLINE[0])[:, None]
    peak = max(float(np.abs(shape.low).max()), float(np.abs(shape.high).max()), 1e-6)
    inside = (rows <= shape.high / peak + 0.03) & (rows >= shape.low / peak - 0.03)
    pixels = np.zeros((*inside.shape, 4), np.uint8)
    pixels[inside] = (110, 130, 160, 255)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()
