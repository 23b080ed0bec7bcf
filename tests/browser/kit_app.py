"""A small page with tiles, the strip and the grid of heads, for the browser tests."""

import numpy as np
import streamlit as st

from pages._kit import heads, strip, tiles
from tests.browser import made

LAYERS, HEADS, STRETCHES = 8, 6, 40
st.set_page_config(page_title="Kit", layout="wide")
told = st.session_state.setdefault("told", {"layer": 3, "head": 1, "region": None})
names = st.session_state.setdefault("names", ["one", "two", "three", "four", "mine"])
chosen = st.session_state.setdefault("clip", "one")


def choose(name: str) -> None:
    """Keep the name of the chosen clip; another clip forgets the region."""
    st.session_state["clip"] = name
    told["region"] = None


def take(**changes: object) -> None:
    """Keep what the strip told."""
    told.update(changes)


@st.cache_data
def clip_of(name: str) -> strip.Payload:
    """Clips of 3 to 7 seconds."""
    clip = made.clip(3.0 + len(name) % 4, name)
    return strip.clip_payload(clip, made.picture(clip))


@st.cache_data
def attention(words: bool) -> heads.Payload:
    """Head h of layer l looks (h - 2) stretches away; the later the layer, the sharper."""
    phones = made.tiers()["phone"]
    count = len(phones) if words else STRETCHES
    edges = np.linspace(0, made.SECONDS, STRETCHES + 1)
    spans = np.array([[p.start, p.end] for p in phones]) if words else np.stack([edges[:-1], edges[1:]], 1)
    query, key = np.meshgrid(np.arange(count), np.arange(count), indexing="ij")
    away = (np.arange(HEADS) - 2)[None, :, None, None] * 3
    sharp = (0.5 + np.arange(LAYERS))[:, None, None, None]
    maps = np.exp(-sharp * np.abs(key - query - away) / 4)
    maps /= maps.sum(-1, keepdims=True)
    entropy = -(maps * np.log(maps)).sum(-1).mean(-1) / np.log(count)
    span = (maps * np.abs(key - query)).sum(-1).mean(-1) * made.SECONDS / count
    measures = (heads.Measure("Entropy", entropy, help="How spread out."), heads.Measure("Span", span, "s", "How far."))
    labels = tuple(phone.label for phone in phones) if words else ()
    kinds = [["diagonal" if head == 2 else "" for head in range(HEADS)] for _ in range(LAYERS)]
    return heads.heads_payload(heads.Heads(maps, spans, labels, measures, kinds))


pictures = {name: np.random.default_rng(at).integers(0, 255, (32, 96), dtype=np.uint8) for at, name in enumerate(names)}
listed = [tiles.Tile(name, f"Clip {name}", 3.0, pictures[name], "a voice", own=name == "mine") for name in names]
tiles.mount(listed, chosen=chosen, on_choose=choose, on_remove=names.remove)
strip.mount(clip_of(chosen), now=told, on_change=take)
words = st.checkbox("Phones")
heads.mount(attention(words))
st.text(f"told {chosen} {told} {names}")
