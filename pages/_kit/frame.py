"""What stands around every page: name, model, sounds, the question, the strip."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import fields
from pathlib import Path
from typing import Any

import streamlit as st

from core import samples
from core.text import N_, _
from pages._kit import engine, errors, model_picker, own_sound, present, session, strip, tiles
from pages._kit.strip.rows import Row

LOGO = Path(__file__).parents[2] / "assets" / "logo.png"
PATIENCE = 2.5  # seconds between the first picture and the import of torch, which slows everything down
KINDS = {"speech": N_("speech"), "digits": N_("digits"), "sound": N_("sound")}
STYLE = Path(__file__).with_name("look.css").read_text("utf-8")

_heading: ContextVar[st.delta_generator.DeltaGenerator] = ContextVar("heading")


def style() -> None:
    """Bring the look and the name."""
    st.html(f"<style>{STYLE}</style>")
    st.logo(str(LOGO), size="large", icon_image=str(LOGO))


def sidebar() -> None:
    """Draw what Strata is for, and the model."""
    with st.sidebar:
        with st.container(key="brand"):
            st.markdown(_purpose())
        model_picker.draw()


def _purpose() -> str:
    return _("See and hear what each layer of an audio model does with a sound.")


def top() -> None:
    """Draw the sounds, room for the page's question, and the strip with the chosen clip."""
    with st.container(key="purpose"):  # a phone folds the sidebar away; elsewhere this is not shown
        st.markdown(_purpose())
    with st.container(key="sounds"):
        _sounds()
    own_sound.window()
    _heading.set(st.container(key="heading"))
    with st.container(key="strip-place"):
        with errors.shown():
            present.settle()
        _strip()


def _sounds() -> None:
    own = session.own_clips()
    key = ("tiles", tuple(present.shipped()), tuple((name, clip.name) for name, clip in own.items()))
    payload = engine.store().get(key, lambda: tiles.tiles_payload([*_own_tiles(), *_sample_tiles()]))
    tiles.mount(payload, chosen=session.chosen().clip, on_choose=_choose_clip, on_remove=session.drop_clip)
    with st.popover(_("Your own sound"), icon=":material/add:", help=_("A file or a recording; it stays with you.")):
        own_sound.picker()


def _choose_clip(name: str) -> None:
    session.choose(clip=name)


def _own_tiles() -> Iterator[tiles.Tile]:
    for name, clip in reversed(session.own_clips().items()):
        yield tiles.Tile(name, clip.name, clip.seconds, samples.thumbnail(clip), _("yours"), own=True)


def _sample_tiles() -> Iterator[tiles.Tile]:
    drawn = samples.outlines()
    for name, sample in present.shipped().items():
        note = _(sample.voice) if sample.voice else _(KINDS[sample.kind])
        yield tiles.Tile(name, _(sample.title), drawn[name].seconds, drawn[name].picture, note)


def _strip() -> None:
    clip, settings = present.clip(), present.picture_settings()
    key = ("strip", clip.fingerprint, clip.name, settings, session.recall("colours", "sound"))
    payload = engine.store().get(key, lambda: strip.clip_payload(clip, present.picture_row()))
    now = session.chosen()
    strip.mount(
        payload,
        now={"layer": now.layer, "head": now.head, "unit": now.unit, "region": now.region},
        on_change=_chose,
    )


def _chose(**said: Any) -> None:
    """Take over what was chosen on the strip; what no other page knows (the epoch of a run) stays in the browser."""
    known = {field.name for field in fields(session.Chosen)}
    session.choose(**{name: value for name, value in said.items() if name in known})


@contextmanager
def question(text: str) -> Iterator[st.delta_generator.DeltaGenerator]:
    """Ask the page's one question above the strip and lend the place of its answer, to be filled once it is known."""
    with _heading.get():
        st.title(text, anchor=False)
        with st.container(key="sentence"):
            place = st.empty()
    place.markdown(" ")
    yield place


def rows(added: Sequence[Row], *, key: str = "rows") -> None:
    """Add rows to the strip."""
    strip.rows(added, key=key)


def meaning(shows: Sequence[str], not_this: str) -> None:
    """Explain in place how to read what is shown, and what it does not mean."""
    with st.expander(_("What am I looking at?"), icon=":material/help:"):
        for sentence in shows:
            st.markdown(sentence)
        st.markdown(_("**What it does not mean.** {sentence}").format(sentence=not_this))


def follow() -> None:
    """Let the live model load by itself, once the browser has had time to draw what is stored."""
    spec = present.spec()
    if spec.source == "bundled" and not engine.model_ready(spec) and not session.recall("warmed"):
        session.remember("warmed", True)
        engine.shelf().warm(spec, after=PATIENCE)
