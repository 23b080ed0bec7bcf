"""How the spectrogram is taken: its scale, range, window and colours."""

from dataclasses import replace

import streamlit as st

from core.spectrogram import SpectrogramSettings
from core.text import _
from pages._kit import present, session
from pages._kit.colours import OTHERS

WINDOWS = (128, 256, 512, 1024, 2048, 4096)  # samples
LOWEST_TOP, TOP_STEP = 500, 100  # Hz
SPANS = (20, 120)  # dB
COLOURS = ("sound", *OTHERS)


def draw() -> None:
    """Draw the controls of the spectrogram beside the strip that they change."""
    now, rate = present.picture_settings(), present.clip().sample_rate
    with st.expander(_("How the spectrogram is drawn"), icon=":material/tune:"):
        wanted = replace(now, scale=_scale(now), high_hz=_top(now, rate), n_fft=_window(now, rate), span_db=_span(now))
        colours = _colours()
    if wanted != replace(now, high_hz=now.high_hz or float(rate // 2)) or colours != session.recall("colours", "sound"):
        session.remember("picture", wanted)
        session.remember("colours", colours)
        st.rerun()


def _scale(now: SpectrogramSettings) -> str:
    return st.segmented_control(
        _("Scale"),
        ["mel", "linear"],
        default=now.scale,
        required=True,
        format_func={"mel": _("mel"), "linear": _("linear")}.get,
        key="scale",
        help=_("Mel spaces the pitches as the ear does; linear gives every Hz the same room."),
    )


def _top(now: SpectrogramSettings, rate: int) -> float:
    most = rate // 2
    return float(
        st.slider(
            _("Highest pitch (Hz)"),
            LOWEST_TOP,
            most,
            int(min(now.high_hz or most, most)),
            step=TOP_STEP,
            key=f"high-{rate}",
            help=_("Nothing above half the sample rate is in the sound."),
        )
    )


def _window(now: SpectrogramSettings, rate: int) -> int:
    return st.select_slider(
        _("Window (samples)"),
        WINDOWS,
        now.n_fft if now.n_fft in WINDOWS else WINDOWS[2],
        key=f"window-{rate}",
        help=_("A long window tells pitches apart better, a short one moments."),
    )


def _span(now: SpectrogramSettings) -> float:
    help_text = _("How far below the loudest is still shown.")
    return float(st.slider(_("Range (dB)"), *SPANS, int(now.span_db), step=5, key="span", help=help_text))


def _colours() -> str:
    names = {"sound": _("Strata"), "gray": _("grey"), "magma": _("black to yellow"), "viridis": _("blue to yellow")}
    help_text = _("Only how it looks: the numbers stay the same.")
    place = COLOURS.index(session.recall("colours", "sound"))
    return st.selectbox(_("Colours"), COLOURS, format_func=names.get, index=place, key="colours", help=help_text)
