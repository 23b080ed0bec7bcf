"""How the spectrogram is taken: its scale, range, window and colours."""

from dataclasses import replace

import streamlit as st

from core.spectrogram import SpectrogramSettings
from core.text import _
from pages._kit import present, session
from pages._kit.colours import OTHERS

WINDOWS = (128, 256, 512, 1024, 2048, 4096)


def draw() -> None:
    """Draw the controls of the spectrogram beside the strip that they change."""
    now = present.picture_settings()
    rate = present.clip().sample_rate
    with st.expander(_("How the spectrogram is drawn"), icon=":material/tune:"):
        scale = st.segmented_control(
            _("Scale"),
            ["mel", "linear"],
            default=now.scale,
            required=True,
            format_func={"mel": _("mel"), "linear": _("linear")}.get,
            key="scale",
            help=_("Mel spaces the pitches as the ear does; linear gives every Hz the same room."),
        )
        high = st.slider(
            _("Highest pitch (Hz)"),
            500,
            rate // 2,
            int(now.high_hz or rate // 2),
            step=100,
            key=f"high-{rate}",
            help=_("Nothing above half the sample rate is in the sound."),
        )
        window = st.select_slider(
            _("Window (samples)"),
            WINDOWS,
            now.n_fft if now.n_fft in WINDOWS else 512,
            key=f"window-{rate}",
            help=_("A long window tells pitches apart better, a short one moments."),
        )
        span = st.slider(
            _("Range (dB)"),
            20,
            120,
            int(now.span_db),
            step=5,
            key="span",
            help=_("How far below the loudest is still shown."),
        )
        colours = st.selectbox(
            _("Colours"),
            ["sound", *OTHERS],
            format_func=_colour_names().get,
            index=["sound", *OTHERS].index(session.recall("colours", "sound")),
            key="colours",
        )
    wanted = replace(now, scale=scale, high_hz=float(high), n_fft=window, span_db=float(span))
    if colours != session.recall("colours", "sound"):
        session.remember("colours", colours)
        st.rerun()
    if wanted != replace(now, high_hz=now.high_hz or float(rate // 2)):
        session.remember("picture", replace(wanted, hop=round(SpectrogramSettings.suited(rate).hop)))
        st.rerun()


def _colour_names() -> dict[str, str]:
    return {"sound": _("Strata"), "gray": _("grey"), "magma": _("black to yellow"), "viridis": _("blue to yellow")}
