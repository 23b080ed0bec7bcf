"""Changed sounds that play in the clip's place, with what is said of each: buttons beside the strip's own."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import streamlit as st
from jaxtyping import Float32

from pages._kit.browser.files import joined, text
from pages._kit.browser.payload import Packer, Payload, pack

FOLDER = Path(__file__).parent
FULL_SCALE = 32767  # of 16-bit sound

_lent = st.components.v2.component(
    "strata_lent",
    css=text(FOLDER, "lent.css"),
    js=joined(FOLDER, "registry.js", "codec.js", "elements.js", "lent.js"),
)


@dataclass(frozen=True, eq=False)
class Lent:
    """A sound as long as the clip.

    name   for the browser; no two of a page are alike
    title  on the button, ``said`` below it
    """

    name: str
    title: str
    said: str
    samples: Float32[np.ndarray, " time"]
    rate: int


def lent_payload(sounds: Sequence[Lent], name: str) -> Payload:
    """Pack sounds; the result is worth keeping."""
    packer = Packer()
    listed = [
        {"name": one.name, "title": one.title, "said": one.said, "rate": one.rate, "pcm": packer.array(_pcm(one))}
        for one in sounds
    ]
    return pack("lent", {"sounds": listed, "name": name}, packer)


def _pcm(sound: Lent) -> np.ndarray:
    return np.round(np.clip(sound.samples, -1.0, 1.0) * FULL_SCALE).astype(np.int16)


def lent(payload: Payload, *, key: str) -> None:
    """Show the buttons; a click plays a sound, another stops it."""
    _lent(key=key, data=payload.data)
