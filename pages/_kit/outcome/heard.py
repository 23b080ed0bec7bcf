"""Sounds of the test as tiles that say what was made of them; a click plays one and puts it on the strip."""

from collections.abc import Sequence

import streamlit as st

from core import samples
from core.dataset.prepared import PreparedSet
from core.text import _
from pages._kit import engine, session, tiles
from pages._kit.outcome.judged import Judged
from pages._kit.sounds import shown


def row(found: Judged, sounds: Sequence[tuple[int, str]], key: str) -> None:
    """Draw sounds of the set, [(place, what was said of it)], as tiles; says so where the sounds are gone."""
    data = found.data
    if data is None:
        st.caption(_("These sounds are no longer on this computer, so they cannot be heard."))
        return
    listed = tuple(sounds)
    payload = engine.store().get(
        ("said-tiles", data.key, listed), lambda: tiles.tiles_payload([_tile(data, *one) for one in listed])
    )
    heard = last(found)
    tiles.mount(
        payload,
        chosen="" if heard is None else str(heard),
        on_choose=lambda name: shown.hear(data, name),
        key=key,
    )


def _tile(data: PreparedSet, place: int, said: str) -> tiles.Tile:
    item, clip = data.items[place], data.clip(place)
    return tiles.Tile(str(place), item.label, clip.seconds, samples.thumbnail(clip), said)


def last(found: Judged) -> int | None:
    """Find the sound of this set that was clicked last and is on the strip; None where it is another."""
    key, name, clip = session.recall("heard", ("", "", ""))
    there = found.data is not None and key == found.data.key and clip == session.chosen().clip
    return int(name) if there else None
