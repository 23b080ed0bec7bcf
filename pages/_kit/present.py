"""What is on the table now: the clip, its picture, the model and what every layer of it said."""

from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from core import samples, sources, stored_trace
from core.clip import Clip
from core.errors import StrataError
from core.model_spec import ModelCard, ModelSpec
from core.sources import Policy
from core.spectrogram import Spectrogram, SpectrogramSettings, spectrogram
from core.text import _
from core.trace import Trace
from pages._kit import engine, session
from pages._kit.policy import policy
from pages._kit.strip import Matrix
from pages._kit.strip.picture import spectrogram_row

if TYPE_CHECKING:
    from core.loading import LoadedModel

STORED = samples.FOLDER / "traces"


@st.cache_resource(show_spinner=False)
def shipped() -> dict[str, samples.Sample]:
    """The sample clips by name."""
    return samples.samples()


def clip() -> Clip:
    """The chosen clip; one that is not known here (a link to someone's own sound) gives way to the first sample."""
    name = session.chosen().clip
    own = session.own_clips()
    if name in own:
        return own[name]
    if name not in shipped():
        session.choose(clip=session.DEFAULT_CLIP if session.DEFAULT_CLIP in shipped() else next(iter(shipped())))
        st.toast(_("That sound is not here. A visitor's own sounds are never part of a link."))
        name = session.chosen().clip
    return sample_clip(name)


def sample_clip(name: str) -> Clip:
    """Read a sample once for all sessions."""
    return engine.store().get(("clip", name), lambda: samples.load(shipped()[name]))


def region() -> tuple[float, float]:
    """The chosen stretch in seconds, inside the clip; the whole clip where none is chosen."""
    seconds = clip().seconds
    start, end = session.chosen().region or (0.0, seconds)
    start, end = min(start, seconds), min(end, seconds)
    return (start, end) if end > start else (0.0, seconds)


def picture_settings() -> SpectrogramSettings:
    """How the spectrogram on the strip is taken."""
    suited = SpectrogramSettings.suited(clip().sample_rate)
    kept = session.recall("picture")
    # a hop and a number of bands belong to a sample rate; the rest is the visitor's taste
    return replace(kept, hop=suited.hop, bands=suited.bands) if kept else suited


def picture() -> Spectrogram:
    """The spectrogram of the chosen clip."""
    sound, settings = clip(), picture_settings()
    return engine.once(("picture", sound.fingerprint, settings), lambda: spectrogram(sound, settings))


def picture_row() -> Matrix:
    """The spectrogram as the strip draws it, in the chosen colours."""
    return replace(spectrogram_row(picture()), colours=session.recall("colours", "sound"))


def spec() -> ModelSpec:
    """The chosen model; a name that makes no sense here gives way to the model that ships."""
    now = session.chosen()
    try:
        found = _parsed(now.model, policy())
    except StrataError as error:
        st.toast(str(error))
        session.choose(model=session.DEFAULT_MODEL)
        found = sources.parse(session.DEFAULT_MODEL)
    return replace(found, dtype=now.precision, device=now.device)


@lru_cache(maxsize=64)
def _parsed(name: str, allowed: Policy) -> ModelSpec:
    # asked some seventy times a run, and each time it would look through the folder of checkpoints
    return sources.parse(name, allowed)


def settle() -> None:
    """Bring the chosen layer and head inside the chosen model, and the region inside the clip."""
    now, about = session.chosen(), card()
    session.choose(layer=min(now.layer, about.layers), head=min(now.head, max(about.heads - 1, 0)))
    if now.unit is not None and now.unit >= about.width:
        session.choose(unit=None)
    if now.region is not None and region() == (0.0, clip().seconds):
        session.choose(region=None)


def stored(name: str = "") -> Path | None:
    """The stored trace of a shipped clip by a bundled model, where there is one."""
    path = STORED / spec().name / f"{name or session.chosen().clip}.npz"
    plain = spec().source == "bundled" and spec() == replace(spec(), device="cpu", dtype="float32")
    return path if plain and path.is_file() else None


def card() -> ModelCard:
    """What the chosen model says of itself; from disk where it is not loaded yet."""
    path = STORED / spec().name / "card.json"
    if spec().source == "bundled" and path.is_file():
        return engine.store().get(("card", spec()), lambda: stored_trace.read_card(path))
    return model().card


def model() -> "LoadedModel":
    """The chosen model, loaded; waits, with a line that says so, where it has to be loaded first."""
    if engine.model_ready(spec()):
        return engine.shelf().get(spec())
    with st.spinner(_("Loading the model…"), show_time=True):
        return engine.shelf().get(spec())


def trace() -> Trace:
    """What every layer said of the chosen clip: from disk for a shipped clip, else by one pass, once for all pages."""
    sound, path = clip(), stored()
    if path:
        return engine.store().get(("stored", spec(), sound.fingerprint), lambda: stored_trace.read_trace(path, spec()))
    return trace_of(sound)


def trace_of(sound: Clip) -> Trace:
    """What every layer says of a sound, by one pass, once for all visitors."""
    loaded = model()

    def live() -> Trace:
        from core.trace import trace as run

        return run(loaded, sound)

    return engine.once(("trace", spec(), sound.fingerprint), live)


def has_region() -> bool:
    """Tell whether a part of the clip is chosen."""
    return region() != (0.0, clip().seconds)
