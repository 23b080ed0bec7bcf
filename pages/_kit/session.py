"""What the visitor has chosen; the only file that names keys of the session."""

import secrets
from dataclasses import dataclass, replace
from typing import Any, Literal

import streamlit as st

from core.clip import Clip

DEFAULT_CLIP = "cat"
DEFAULT_MODEL = "speech-tiny"
OWN_CLIPS = 8  # a visitor's own sounds kept at once; the oldest leaves first


@dataclass(frozen=True)
class Chosen:
    """What every page talks about.

    clip    name of a sample, or the fingerprint of a sound of the visitor's own
    model   name of a bundled checkpoint, "owner/name@version" of the hub, or the path of a folder
    precision, device  what the model computes in, and on
    layer   0 is the input of the first block, below 0 a convolution of the front end (-1: the last)
    head    within the layer
    unit    index within the layer's width, or None for the most active ones
    region  (start, end) in seconds, or None for the whole clip
    dataset key of the prepared set of labelled sounds; empty where none is chosen
    run     unguessable token of the fine-tuning run; empty where none is chosen
    step    of fine-tuning: sounds, training, or before and after
    target  what is to be explained: number of a class or of a written symbol, "-" and what it is compared with; empty
            for what suits
    method  of attribution, by name; empty for the model's default
    pieces  of time in which a sound is explained: word, phone, symbol or windows; empty for what suits
    rung    of the ladder that is shown large; empty for what suits
    """

    clip: str = DEFAULT_CLIP
    model: str = DEFAULT_MODEL
    precision: Literal["float32", "bfloat16"] = "float32"
    device: str = "cpu"
    layer: int = 1
    head: int = 0
    unit: int | None = None
    region: tuple[float, float] | None = None
    dataset: str = ""
    run: str = ""
    step: Literal["sounds", "training", "outcome"] = "sounds"
    target: str = ""
    method: str = ""
    pieces: str = ""
    rung: str = ""


def chosen() -> Chosen:
    """Return the visitor's present choices."""
    return st.session_state.setdefault("chosen", Chosen())


def choose(**changes: Any) -> None:
    """Change some of the choices.

    Another clip forgets the region and what is to be explained, another model the layer, head and unit as well.
    """
    now = chosen()
    if changes.get("clip", now.clip) != now.clip:
        changes = {"region": None, "target": "", **changes}
    if changes.get("model", now.model) != now.model:
        remember("model-before", now.model)  # offered where two models are compared
        changes = {"layer": 1, "head": 0, "unit": None, "target": "", **changes}
    st.session_state["chosen"] = replace(now, **changes)


def own_clips() -> dict[str, Clip]:
    """The visitor's own sounds by fingerprint, oldest first; they live in this session alone."""
    return st.session_state.setdefault("own_clips", {})


def keep_clip(clip: Clip) -> None:
    """Keep a sound of the visitor's own and choose it."""
    clips = own_clips()
    clips.pop(clip.fingerprint, None)
    clips[clip.fingerprint] = clip
    for name in list(clips)[:-OWN_CLIPS]:
        del clips[name]
    choose(clip=clip.fingerprint)


def drop_clip(name: str) -> None:
    """Forget a sound of the visitor's own."""
    own_clips().pop(name, None)
    if chosen().clip == name:
        choose(clip=DEFAULT_CLIP)


def owner() -> str:
    """Name this session towards work that outlives a page; nobody else can guess it."""
    return st.session_state.setdefault("owner", secrets.token_hex(16))


def remember(name: str, value: Any) -> None:
    """Keep a setting of one page for the length of the session."""
    st.session_state[f"kept-{name}"] = value


def recall(name: str, default: Any = None) -> Any:
    """Return a setting kept with ``remember``."""
    return st.session_state.get(f"kept-{name}", default)


def component(key: str) -> dict[str, Any]:
    """What the browser component with this key last told; empty before it did."""
    return dict(st.session_state.get(key) or {})


def widget(key: str) -> Any:
    """What a control holds now, for the callback that its change calls."""
    return st.session_state[key]


def put(key: str, value: Any) -> None:
    """Set what a control will hold; only before it is drawn in this run."""
    st.session_state[key] = value
