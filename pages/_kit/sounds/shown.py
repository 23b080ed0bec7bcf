"""What is in a set of labelled sounds: how many of what, what was left out, the sounds themselves."""

import random
from collections.abc import Mapping, Sequence

import streamlit as st

from core import samples
from core.dataset.collection import Collection, Skipped
from core.dataset.prepared import PreparedSet
from core.figures import labelled
from core.text import _, n_
from pages._kit import engine, session, tiles
from pages._kit.plain import plain
from pages._kit.sounds import sets

SHOWN = 24  # tiles at once
EVERY = ""  # the choice that leaves no class out


def about(found: Collection | PreparedSet) -> None:
    """Write in one line how much it is, of how many voices or groups, and under which licence."""
    count = sets.tally(found)
    parts = [n_("{count} sound", "{count} sounds", count.sounds).format(count=count.sounds)]
    if count.classes:
        parts.append(n_("{count} class", "{count} classes", len(count.classes)).format(count=len(count.classes)))
    parts.append(
        n_("{count} voice or group", "{count} voices or groups", count.voices).format(count=count.voices)
        if count.voices
        else _("no voices or groups named")
    )
    if isinstance(found, PreparedSet):
        parts.append(_("{seconds:.3g} s in all").format(seconds=found.seconds))
        parts.append(_("{rate:g} kHz").format(rate=found.sample_rate / 1000))
    if found.licence:
        parts.append(_("licence: {licence}").format(licence=found.licence))
    st.caption(plain(" · ".join(parts)))


def classes(counts: Mapping[str, int]) -> None:
    """Draw how many sounds each class has."""
    figure = labelled.classes(counts)
    st.vega_lite_chart(figure.spec, width="stretch", alt=figure.alt, key="class-counts")


def skipped(left_out: Sequence[Skipped]) -> None:
    """List what was left out, and why."""
    if not left_out:
        return
    title = n_("{count} file was left out", "{count} files were left out", len(left_out)).format(count=len(left_out))
    with st.expander(title, icon=":material/block:"):
        st.dataframe(
            {_("file"): [item.name for item in left_out], _("why"): [item.reason for item in left_out]},
            hide_index=True,
            width="stretch",
        )


def sounds(data: PreparedSet) -> None:
    """Draw the sounds as tiles, class by class; a click plays one and puts it on the strip."""
    label = _one_class(data)
    places = _mixed([at for at, item in enumerate(data.items) if label in (EVERY, item.label)])
    pages = -(-len(places) // SHOWN)
    page = 1
    if pages > 1:
        page = st.pagination(pages, key=f"sounds-page-{data.key}-{label}", max_visible_pages=5)
    row(data, tuple(places[(page - 1) * SHOWN : page * SHOWN]), key="set-tiles")


def _mixed(places: list[int]) -> list[int]:
    """Order sounds so that the first ones come from all over the set; the same order every time."""
    return random.Random(len(places)).sample(places, len(places))


def row(data: PreparedSet, places: tuple[int, ...], key: str) -> None:
    """Draw some sounds of a set as tiles; a click plays one and puts it on the strip."""
    payload = engine.store().get(
        ("set-tiles", data.key, places), lambda: tiles.tiles_payload([_tile(data, at) for at in places])
    )
    heard = session.recall("heard", ("", "", ""))
    now = heard[1] if heard[0] == data.key and heard[2] == session.chosen().clip else ""
    tiles.mount(payload, chosen=now, on_choose=lambda name: hear(data, name), key=key)


def hear(data: PreparedSet, name: str) -> None:
    """Put a sound of the set on the strip."""
    clip = data.clip(int(name))
    session.keep_clip(clip)
    session.remember("heard", (data.key, name, clip.fingerprint))


def _tile(data: PreparedSet, at: int) -> tiles.Tile:
    item, clip = data.items[at], data.clip(at)
    title = item.label or item.text or item.name
    return tiles.Tile(str(at), title, clip.seconds, samples.thumbnail(clip), item.group)


def _one_class(data: PreparedSet) -> str:
    if not data.labels:
        return EVERY
    return st.pills(
        _("Listen to"),
        [EVERY, *data.labels],
        format_func=lambda label: plain(label) if label else _("all"),
        default=EVERY,
        required=True,
        wrap=True,
        key=f"sounds-class-{data.key}",
        help=_("A click on a sound plays it and puts it on the strip above."),
    )
