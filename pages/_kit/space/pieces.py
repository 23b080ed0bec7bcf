"""Pieces of the corpus to hear: tiles with a tiny spectrogram, what is said, and whose voice it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from jaxtyping import Float32, UInt8

from core.space.segments import Segment
from core.text import _
from pages._kit import corpus as corpora
from pages._kit.browser.feed import feed
from pages._kit.browser.files import joined, text
from pages._kit.browser.payload import Packer, Payload, pack, placed, quantised, small
from pages._kit.colours import table

if TYPE_CHECKING:
    from core.space.bank import Bank

FOLDER = Path(__file__).parent
CLOUD = FOLDER.parent / "cloud"
AROUND = 0.15  # seconds played at either side of a stretch, which alone is too short to hear
MOMENT = 0.25  # seconds at either side of a single moment
DYNAMIC = 60.0  # dB that a tile shows
FULL_SCALE = 32767  # of 16-bit sound

_pieces = st.components.v2.component(
    "strata_pieces",
    css=text(FOLDER, "pieces.css"),
    js="\n".join(
        (joined(FOLDER, "registry.js", "codec.js", "look.js", "elements.js", "bitmaps.js"), text(CLOUD, "hear.js"),
         text(FOLDER, "pieces.js"))
    ),
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Piece:
    """A stretch of another recording.

    title   what is said; said: whose voice, and how near
    inside  where in the picture the stretch itself begins and ends, 0 to 1
    """

    title: str
    said: str
    samples: Float32[np.ndarray, " time"]
    rate: int
    picture: UInt8[np.ndarray, "bands frames"]
    inside: tuple[float, float]


def cut(bank: "Bank", row: Segment, title: str, said: str) -> Piece:
    """Cut a stretch out of its recording, with a little around it."""
    around = MOMENT if row.end == row.start else AROUND
    samples, rate, start, end = sound(row, around)
    heard = bank.heard[row.utterance]
    picture = heard.mel[:, heard.time.within(start, end)].astype(np.float32)
    loudest = float(picture.max(initial=-DYNAMIC))
    inside = ((row.start - start) / (end - start), (row.end - start) / (end - start))
    return Piece(title, said, samples, rate, quantised(picture, loudest - DYNAMIC, loudest, 64), inside)


def sound(row: Segment, around: float | None = None) -> tuple[Float32[np.ndarray, " time"], int, float, float]:
    """Decode a stretch with a little around it: samples, sample rate, and where it begins and ends in seconds."""
    around = (MOMENT if row.end == row.start else AROUND) if around is None else around
    clip = corpora.chosen().clip(row.utterance)
    start, end = max(0.0, row.start - around), min(clip.seconds, row.end + around)
    return clip.samples[clip.span(start, end)], clip.sample_rate, start, end


def pieces_payload(pieces: Sequence[Piece], name: str) -> Payload:
    """Pack pieces; worth keeping."""
    packer = Packer()
    listed = [
        {
            "title": one.title, "said": one.said, "rate": one.rate, "inside": one.inside,
            "pcm": packer.array(np.round(np.clip(one.samples, -1.0, 1.0) * FULL_SCALE).astype(np.int16)),
            "picture": packer.array(one.picture, 64),
        }
        for one in pieces
    ]  # fmt: skip
    tree = {"pieces": listed, "name": name, "tables": {"sound": packer.array(table("sound"))}}
    return pack("pieces", tree, packer)


def mount(payload: Payload, *, key: str) -> None:
    """Show the tiles; a click plays one, another stops it."""
    _pieces(key=key, data=small({"key": key, "words": {"play": _("Play {title}, {said}")}}))
    feed(placed(payload, key=key, order=0))
