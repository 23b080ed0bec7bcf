"""What of the corpus lies nearest to the chosen stretch of the clip: to hear, and over all layers."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from core.figures import space as figures
from core.figures.depths import Depths
from core.space import neighbours
from core.space.neighbours import Asked, Neighbours
from core.space.segments import Kind
from core.text import _, n_
from core.tiers import Interval
from pages._kit import engine, figure, present, session
from pages._kit.browser.payload import Payload
from pages._kit.layers.stops import Stop
from pages._kit.plain import plain
from pages._kit.space import banks, pieces, points
from pages._kit.space.asking import Wanted

if TYPE_CHECKING:
    from core.space.bank import Bank

HALF = 0.5  # of the region and of a word that must lie in each other
SHORT = 0.15  # seconds around the middle, where nothing is written down and nothing is chosen


def draw(bank: "Bank", every: Sequence[Stop], stop: Stop, wanted: Wanted, depths: Depths) -> None:
    """Show the neighbours of the chosen stretch at the chosen layer, and over all layers."""
    kind, stretch = asked(bank, wanted)
    name = plain(stretch.label) or _("the chosen moment")
    st.header(_("What lies nearest to {name}").format(name=name), anchor=False, help=_help())
    found = _found(bank, every, kind, stretch)
    here = next((one for one in found if one.stop == stop.value), None)
    if here is None or not here.places.size:
        st.markdown(_("The corpus has nothing of this kind."))
        return
    st.markdown(_said(here, stretch, stop, name))
    pieces.mount(_payload(bank, kind, here, stretch), key="space-near")
    light = st.context.theme.type != "dark"
    figure.draw(
        figures.shares(found, depths, light, stop.value), "space", "near", file=f"neighbours {session.chosen().clip}"
    )


def _help() -> str:
    return _(
        "The ten nearest, each from another recording and never from this one; it may be the same sentence in another "
        "voice. Near is the angle between two descriptions, each unit measured in its own spread. Choose a phone or a "
        "word on the strip above to ask about it. Broken lines: what any ten would share by chance."
    )


def asked(bank: "Bank", wanted: Wanted) -> tuple[Kind, Interval]:
    """Find the stretch that is asked about: what was chosen on the strip, else the longest of what is shown."""
    clip = present.clip()
    start, end = present.region()
    kind: Kind
    if present.has_region():
        for kind in ("word", "phone"):
            for item in clip.tiers.spoken(kind):
                shared = min(end, item.end) - max(start, item.start)
                if shared > HALF * (end - start) and shared > HALF * item.seconds:
                    return kind, Interval(start, end, item.label)
        return "phone", Interval(start, end, "")
    kind = "phone" if wanted.kind == "phone" else "word"
    spoken = clip.tiers.spoken(kind)
    if spoken:
        known = {name.lower() for name in bank.of(kind).labels(kind)}  # what the corpus has too is the better example
        return kind, max(spoken, key=lambda item: (item.label.lower() in known, item.seconds))
    middle = clip.seconds / 2
    return "phone", Interval(max(0.0, middle - SHORT / 2), min(clip.seconds, middle + SHORT / 2), "")


def _found(bank: "Bank", every: Sequence[Stop], kind: Kind, stretch: Interval) -> tuple[Neighbours, ...]:
    clip = present.clip()

    def find() -> tuple[Neighbours, ...]:
        vectors = {
            stop.value: np.asarray(stop.frames[stop.time.within(stretch.start, stretch.end)].mean(0))
            for stop in every
            if stop.value in bank.stops
        }
        question: Asked = neighbours.ask(clip, kind, stretch.start, stretch.end)
        return neighbours.along(bank, kind, vectors, question)

    return engine.once(_key(kind, stretch, "found"), find)


def _key(kind: Kind, stretch: Interval, *more: object) -> tuple[object, ...]:
    clip = present.clip()
    return banks.key("near", clip.fingerprint, clip.tiers, kind, round(stretch.start, 3), round(stretch.end, 3), *more)


def _said(here: Neighbours, stretch: Interval, stop: Stop, name: str) -> str:
    """Say what the neighbours have in common with the stretch, beside chance."""
    count = len(here.places)
    parts = []
    for label, text in (
        ("phone", _("{value} are the same phone (by chance {chance:.1f})")),
        ("word", _("{value} lie in the same word or are it (by chance {chance:.1f})")),
    ):
        share = here.shares.get(label)  # type: ignore[call-overload]  # both are labels
        if share:
            parts.append(text.format(value=round(share.value * count), chance=share.chance * count))
    if here.voices:
        parts.append(
            n_("they are by {count} voice", "they are by {count} voices", here.voices).format(count=here.voices)
        )
    parts.append(_("they sound more alike than {share:.0%} of all (by chance 50%)").format(share=here.sound))
    if stretch.label and not here.shares:
        parts.append(_("the corpus has none that is the same"))
    where = _("{start:.2f} to {end:.2f} s").format(start=stretch.start, end=stretch.end)
    return _("Of the {count} nearest to {name} ({where}) at {stop}: {parts}.").format(
        count=count, name=f"*{name}*", where=where, stop=stop.name, parts=", ".join(parts)
    )


def _payload(bank: "Bank", kind: Kind, here: Neighbours, stretch: Interval) -> Payload:
    def pack() -> Payload:
        rows = bank.of(kind).rows
        listed = []
        for place, cosine in zip(here.places.tolist(), here.cosine.tolist(), strict=True):
            what, _dot, voice = points.title(rows[place]).partition(" · ")
            listed.append(pieces.cut(bank, rows[place], what, f"{voice} · {cosine:.2f}" if voice else f"{cosine:.2f}"))
        return pieces.pieces_payload(listed, _("The nearest stretches, nearest first"))

    return engine.once(_key(kind, stretch, here.stop, "pieces"), pack)
